import { compatible, type Located, text } from "../../core/evaluate/setting.ts";
import { type Fix, set } from "../../core/lint/fix.ts";
import { defineRule } from "../../core/lint/rule.ts";
import { type Across, acrossCopies, split, type Table } from "../../core/model/tables.ts";

export default defineRule({
  name: "deletion-protection-disabled",
  topic: "recovery",
  severity: "warning",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A table, or every replica of a global table, has no deletion protection.",
    why: "With deletion protection on, `DeleteTable` is refused until somebody turns it off. Without it one call, by mistake or by whoever holds the permission, removes the table and its data. `DeletionPolicy` guards only against CloudFormation.",
    how: "Set `DeletionProtectionEnabled: true`; in a global table, on each replica. An `AWS::Serverless::SimpleTable` cannot have it: write it as an `AWS::DynamoDB::Table`.",
    references: ["https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html"],
    examples: [
      {
        title: "A table without DeletionProtectionEnabled",
        bad: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
`,
        good: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      DeletionProtectionEnabled: true
`,
      },
    ],
  },
  controls: {
    securityHub: ["DynamoDB.6"],
    config: ["DYNAMODB_TABLE_DELETION_PROTECTION_ENABLED"],
  },
  construct: "deletionProtection: true",
  check({ tables }, report) {
    for (const table of tables) {
      for (const branch of acrossCopies(table, (copy) => copy.deletionProtection)) {
        const { on, off, unknown } = split(branch);
        for (const { setting } of unknown) report.cannotTell(setting);
        // Where some replicas have it, replicas-protected-unevenly speaks.
        if (on.length > 0) continue;
        for (const { copy, setting } of off) {
          const at = { ...setting, when: branch.when };
          const message = `${copy.name} can be deleted by anyone with DeleteTable${remark(table, at)}`;
          if (table.kind === "SimpleTable") {
            report(at, {
              severity: "info",
              message: `${message}; a SimpleTable cannot have deletion protection, an AWS::DynamoDB::Table can.`,
            });
            continue;
          }
          report(at, {
            message: `${message}.`,
            fixes: [turnOn(off)],
          });
        }
      }
    }
  },
});

function remark(table: Table, at: Located): string {
  const isRetained = table.deletionPolicy.some(
    (policy) => text(policy)?.startsWith("Retain") && compatible(policy, at),
  );
  return isRetained ? " (DeletionPolicy protects only against CloudFormation)" : "";
}

/** On all copies at once: one alone would leave the replicas uneven. */
function turnOn(off: Across["settings"]): Fix {
  return {
    title:
      off.length > 1
        ? "Turn on deletion protection on every replica (deleting them or their stack then fails until it is off)"
        : "Turn on deletion protection (deleting the table or its stack then fails until it is off)",
    class: "safe",
    changes: off.map(({ setting }) => set(setting, true)),
  };
}
