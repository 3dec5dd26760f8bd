import { isAbsent, isOn, isUnknown, type Setting, text } from "../../core/evaluate/setting.ts";
import { setAttributes } from "../../core/lint/fix.ts";
import { defineRule } from "../../core/lint/rule.ts";
import type { Table } from "../../core/model/tables.ts";

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
  check({ tables }, report) {
    for (const table of tables) {
      for (const policy of table.deletionPolicy) {
        if (isUnknown(policy)) report.cannotTell(policy);
        const value = text(policy);
        if (!isAbsent(policy) && value !== "Delete" && value !== "Snapshot") continue;
        report(policy, { ...wording(table, policy), fixes: [keepTable(table, policy)] });
      }
    }
  },
});

function wording(table: Table, policy: Setting): { message: string; severity: "error" | "warning" | "info" } {
  if (text(policy) === "Snapshot") {
    return {
      severity: "error",
      message: `"${table.id}" has DeletionPolicy Snapshot, which DynamoDB tables do not support.`,
    };
  }
  const isProtected = table.copies.length > 0 && table.copies.every((copy) => copy.deletionProtection.every(isOn));
  if (isProtected) {
    return {
      severity: "info",
      message: `"${table.id}" is only kept by deletion protection: deleting the stack fails instead of keeping the table; add DeletionPolicy: Retain.`,
    };
  }
  const replacedToo = table.updateReplacePolicy.some((each) => !text(each)?.startsWith("Retain"));
  return {
    // A written Delete is somebody's decision.
    severity: isAbsent(policy) ? "warning" : "info",
    message: `Removing "${table.id}" from the template or deleting the stack deletes the table${replacedToo ? "; replacing it deletes the old one too" : ""}.`,
  };
}

function keepTable(table: Table, policy: Setting) {
  // With a literal name, a rolled-back first deployment would otherwise leave the name taken.
  const isNamed = table.tableName.some((name) => text(name) !== undefined);
  const isReplacePolicyMissing = table.updateReplacePolicy.every((each) => !text(each)?.startsWith("Retain"));
  const deletionPolicy = isNamed ? "RetainExceptOnCreate" : "Retain";
  return {
    title: `Keep the table when it leaves the stack (DeletionPolicy: ${deletionPolicy})`,
    class: isAbsent(policy) ? ("safe" as const) : ("caution" as const),
    changes: [
      setAttributes(table.template, table.resource, {
        DeletionPolicy: deletionPolicy,
        ...(isReplacePolicyMissing && { UpdateReplacePolicy: "Retain" }),
      }),
    ],
  };
}
