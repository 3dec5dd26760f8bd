import { isAbsent, isOn, isUnknown, text } from "../../core/evaluate/setting.ts";
import { setAttributes } from "../../core/lint/fix.ts";
import { defineRule } from "../../core/lint/rule.ts";
import type { Table } from "../../core/model/tables.ts";

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
        report(policy, {
          severity: isUnlikely(table) ? "info" : "warning",
          message: `An update that replaces "${table.id}" (${replacingChanges(table)}) deletes the old table and its data.`,
          fixes: [
            {
              title: "Keep the old table when an update replaces it (UpdateReplacePolicy: Retain)",
              class: isAbsent(policy) ? "safe" : "caution",
              changes: [setAttributes(table.template, table.resource, { UpdateReplacePolicy: "Retain" })],
            },
          ],
        });
      }
    }
  },
});

/** Deletion protection makes the deletion fail; with a literal name only a renamed table is replaced. */
function isUnlikely(table: Table): boolean {
  const isProtected = table.copies.length > 0 && table.copies.every((copy) => copy.deletionProtection.every(isOn));
  return isProtected || table.tableName.some((name) => text(name) !== undefined);
}

/** Source: "Update requires: Replacement" in the CloudFormation reference of each type; PrimaryKey from the SAM specification. */
function replacingChanges(table: Table): string {
  if (table.kind === "SimpleTable") return "a changed PrimaryKey or TableName";
  return table.kind === "GlobalTable"
    ? "a changed KeySchema, TableName or LocalSecondaryIndexes"
    : "a changed KeySchema, TableName or ImportSourceSpecification";
}
