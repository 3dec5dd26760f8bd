import { isAbsent, isUnknown, type Setting, text, together, wholeResource } from "../../core/evaluate/setting.ts";
import { type Fix, put } from "../../core/lint/fix.ts";
import { defineRule } from "../../core/lint/rule.ts";
import { deletableIn, type Table } from "../../core/model/tables.ts";

export default defineRule({
  name: "table-lost-on-replacement",
  topic: "recovery",
  severity: "warning",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A table is retained when the stack goes, but deleted when an update replaces it.",
    why: "Changing the key schema or the name of a table makes CloudFormation create a new one and delete the old one with its data; `DeletionPolicy` does not apply then, only `UpdateReplacePolicy` does.",
    how: "Write `UpdateReplacePolicy: Retain` beside `DeletionPolicy`.",
    references: [
      "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-updatereplacepolicy.html",
    ],
    examples: [
      {
        title: "DeletionPolicy alone",
        bad: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
`,
        good: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
`,
      },
    ],
  },
  controls: {},
  construct: "removalPolicy: RemovalPolicy.RETAIN",
  check({ tables }, report) {
    for (const table of tables) {
      // Where DeletionPolicy fails too, table-deleted-with-stack speaks of both.
      if (!table.deletionPolicy.every((policy) => text(policy)?.startsWith("Retain"))) continue;
      for (const policy of table.updateReplacePolicy) {
        if (isUnknown(policy)) report.cannotTell(policy);
        if (!isAbsent(policy) && text(policy) !== "Delete") continue;
        const message = `An update that replaces "${table.id}" (${replacingChanges(table)}) deletes the old table and its data.`;
        const fixes = [keepOldTable(table, policy)];
        const deletable = deletableIn(table).map((when) => ({ template: table.template, when }));
        const branches = together([[policy], deletable]) ?? [policy];
        // Deletion protection makes the deletion fail.
        if (branches.length === 0) report(policy, { severity: "info", message, fixes });
        for (const { when } of branches)
          report({ ...policy, when }, { severity: isNamedHere(table) ? "info" : "warning", message, fixes });
      }
    }
  },
});

/** CloudFormation refuses to replace a table whose name stays: with a literal name only a renamed table is replaced. */
function isNamedHere(table: Table): boolean {
  return table.tableName.every((name) => text(name) !== undefined && "replace" in name.slot);
}

function keepOldTable(table: Table, policy: Setting): Fix {
  const isDecision = text(policy) === "Delete";
  return {
    title: `Keep the old table when an update replaces it (UpdateReplacePolicy: Retain${isDecision ? " instead of Delete" : ""})`,
    class: isDecision ? "caution" : "safe",
    changes: put(
      { ...wholeResource(table.template, table.resource), when: policy.when },
      { UpdateReplacePolicy: "Retain" },
    ),
  };
}

/** Source: "Update requires: Replacement" in the CloudFormation reference of each type; PrimaryKey from the SAM specification. */
function replacingChanges(table: Table): string {
  if (table.kind === "SimpleTable") return "a changed PrimaryKey or TableName";
  return table.kind === "GlobalTable"
    ? "a changed KeySchema, TableName or LocalSecondaryIndexes"
    : "a changed KeySchema, TableName or ImportSourceSpecification";
}
