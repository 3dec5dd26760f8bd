import { type Fix, set } from "../../core/lint/fix.ts";
import { defineRule } from "../../core/lint/rule.ts";
import { type Across, acrossCopies, split } from "../../core/model/tables.ts";

export default defineRule({
  name: "point-in-time-recovery-disabled",
  topic: "recovery",
  severity: "warning",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A table, or every replica of a global table, has no point-in-time recovery.",
    why: "Point-in-time recovery restores a table to any second of up to the last 35 days. Without it, items that are overwritten or deleted by mistake or on purpose are gone, unless a backup happens to hold them.",
    how: "Set `PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled: true`; in a global table, on each replica.",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html",
    ],
    examples: [
      {
        title: "A table without PointInTimeRecoverySpecification",
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
      PointInTimeRecoverySpecification:
        PointInTimeRecoveryEnabled: true
`,
      },
    ],
  },
  controls: {
    securityHub: ["DynamoDB.2"],
    config: ["DYNAMODB_PITR_ENABLED"],
    controlTower: ["CT.DYNAMODB.PR.1"],
    checkov: ["CKV_AWS_28", "CKV_AWS_165"],
    cfnNag: ["W78"],
    cdkNag: ["AwsSolutions-DDB3"],
    guard: ["DYNAMODB_PITR_ENABLED"],
    kics: ["0f04217d-488f-4e7a-bec8-f16159686cd6"],
    trivy: ["AVD-AWS-0024"],
  },
  construct: "pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true }",
  check({ tables }, report) {
    for (const table of tables) {
      for (const branch of acrossCopies(table, (copy) => copy.pointInTimeRecovery)) {
        const { on, off, unknown } = split(branch);
        for (const { setting } of unknown) report.cannotTell(setting);
        // Where some replicas have it, replicas-protected-unevenly speaks; where some may have it, their data may be restored from there.
        if (on.length > 0 || (table.kind === "GlobalTable" && unknown.length > 0)) continue;
        for (const { copy, setting } of off) {
          report(
            { ...setting, when: branch.when },
            {
              message: `${copy.name} has no point-in-time recovery: accidental or malicious writes cannot be undone.`,
              fixes: [turnOn(off)],
            },
          );
        }
      }
    }
  },
});

/** On all copies at once: one alone would leave the replicas uneven. */
function turnOn(off: Across["settings"]): Fix {
  return {
    title:
      off.length > 1
        ? "Turn on point-in-time recovery on every replica (billed by table size)"
        : "Turn on point-in-time recovery (billed by table size)",
    class: "safe",
    changes: off.map(({ setting }) => set(setting, true)),
  };
}
