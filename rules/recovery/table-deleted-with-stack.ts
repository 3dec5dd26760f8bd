import { isAbsent, isUnknown, type Setting, text, together, wholeResource } from "../../core/evaluate/setting.ts";
import { type Fix, put } from "../../core/lint/fix.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import { aliasesOf, type Key, type KeyAlias, keepKey, usesOf } from "../../core/model/keys.ts";
import { deletableIn, type Table } from "../../core/model/tables.ts";

export default defineRule({
  name: "table-deleted-with-stack",
  topic: "recovery",
  severity: "warning",
  confidence: "high",
  recommended: true,
  docs: {
    what: "CloudFormation deletes the table when it leaves the template or the stack is deleted.",
    why: "Without a `DeletionPolicy` CloudFormation deletes a table, data included, when its resource is removed or renamed in the template and when the stack is deleted. With deletion protection on, that deletion fails instead: the table stays, but so does the broken stack.",
    how: "Write `DeletionPolicy: Retain` beside `Properties`, and `UpdateReplacePolicy: Retain` for replacements.",
    references: ["https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html"],
    examples: [
      {
        title: "A table without DeletionPolicy",
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
  check({ tables, keys, project, template }, report) {
    const keysByTable = new Map<Table, Set<Key | KeyAlias>>();
    for (const key of [...keys, ...aliasesOf(template)]) {
      for (const { table } of usesOf(project, key))
        keysByTable.set(table, (keysByTable.get(table) ?? new Set()).add(key));
    }
    for (const table of tables) {
      const ownKeys = [...(keysByTable.get(table) ?? [])];
      for (const policy of table.deletionPolicy) {
        if (isUnknown(policy)) report.cannotTell(policy);
        if (text(policy) === "Snapshot") {
          report(policy, {
            severity: "error",
            message: `"${table.id}" has DeletionPolicy Snapshot, which DynamoDB tables do not support.`,
            fixes: [keepTable(table, policy, ownKeys)],
          });
        } else if (isLost(policy)) reportLoss(table, policy, ownKeys, report);
      }
    }
  },
});

/** In the branches in which nothing else keeps the table; where deletion protection does in all of them, more quietly. */
function reportLoss(table: Table, policy: Setting, ownKeys: readonly (Key | KeyAlias)[], report: Report): void {
  const fixes = [keepTable(table, policy, ownKeys)];
  const deletable = deletableIn(table).map((when) => ({ template: table.template, when }));
  const branches = together([[policy], deletable]) ?? [policy];
  if (branches.length === 0) {
    report(policy, {
      severity: "info",
      message: `"${table.id}" is only kept by deletion protection: deleting the stack fails instead of keeping the table; add DeletionPolicy: Retain.`,
      fixes,
    });
  }
  const replacedToo = table.updateReplacePolicy.some(isLost);
  for (const { when } of branches) {
    report(
      { ...policy, when },
      {
        // A written Delete is somebody's decision.
        severity: isAbsent(policy) ? "warning" : "info",
        message: `Removing "${table.id}" from the template or deleting the stack deletes the table${replacedToo ? "; replacing it deletes the old one too" : ""}.`,
        fixes,
      },
    );
  }
}

function isLost(policy: Setting): boolean {
  return isAbsent(policy) || text(policy) === "Delete";
}

function keepTable(table: Table, policy: Setting, ownKeys: readonly (Key | KeyAlias)[]): Fix {
  // With a name of its own, a table that a rolled-back first deployment leaves behind would be in the way of the second.
  const isNamed = table.tableName.some((name) => !isAbsent(name));
  const deletionPolicy = isNamed ? "RetainExceptOnCreate" : "Retain";
  // Unless it says something that is not known.
  const keepsOld = table.updateReplacePolicy.every((each) => isLost(each) || text(each) === "Retain");
  const isDecision = [policy, ...table.updateReplacePolicy].some((each) => text(each) === "Delete");
  // A table that is kept without its key would be kept for nothing.
  const dying = ownKeys.filter((key) => key.deletionPolicy.some(isLost));
  const what = dying.length === 0 ? "table when it leaves" : "table and its key when they leave";
  return {
    title: `Keep the ${what} the stack (DeletionPolicy: ${deletionPolicy}${isDecision ? " instead of Delete" : ""})`,
    class: isDecision ? "caution" : "safe",
    changes: [
      ...put(
        { ...wholeResource(table.template, table.resource), when: policy.when },
        { DeletionPolicy: deletionPolicy, ...(keepsOld && { UpdateReplacePolicy: "Retain" }) },
      ),
      ...dying.flatMap((key) => keepKey(key)),
    ],
  };
}
