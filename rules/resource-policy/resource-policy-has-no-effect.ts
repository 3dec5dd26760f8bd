import { speaksOfOwnResource } from "../../core/access/own-resource.ts";
import { ownerName } from "../../core/access/resource-grants.ts";
import { labelOf } from "../../core/access/words.ts";
import { get, type Setting } from "../../core/evaluate/setting.ts";
import { piecesKey, piecesOf } from "../../core/evaluate/value.ts";
import { inStatement, type Statement } from "../../core/iam/statements.ts";
import { type Fix, set } from "../../core/lint/fix.ts";
import { defineRule } from "../../core/lint/rule.ts";
import type { ResourcePolicy } from "../../core/model/resource-policies.ts";

export default defineRule({
  name: "resource-policy-has-no-effect",
  topic: "resource-policy",
  severity: "warning",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A statement of a resource policy names something else than the table or stream that the policy is attached to.",
    why: "DynamoDB applies a statement only where its `Resource` matches the table (or an index of it) or the stream that has the policy. With another table's name, region or account, or with the table's ARN in the policy of its stream, the statement never applies: an Allow grants nothing, and a Deny protects nothing, which is why it is an error.",
    how: 'Write `Resource: "*"`, which in a resource policy is this table and its indexes, or this stream.',
    references: ["https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-examples.html"],
    examples: [
      {
        title: "The policy of another table",
        bad: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: orders
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      ResourcePolicy:
        PolicyDocument:
          Version: "2012-10-17"
          Statement:
            - Sid: DenyInsecureTransport
              Effect: Deny
              Principal: "*"
              Action: dynamodb:*
              Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/invoices
              Condition: { Bool: { aws:SecureTransport: "false" } }
`,
        good: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: orders
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      ResourcePolicy:
        PolicyDocument:
          Version: "2012-10-17"
          Statement:
            - Sid: DenyInsecureTransport
              Effect: Deny
              Principal: "*"
              Action: dynamodb:*
              Resource: "*"
              Condition: { Bool: { aws:SecureTransport: "false" } }
`,
      },
    ],
  },
  controls: {},
  check({ project, resourcePolicies }, report) {
    for (const policy of resourcePolicies) {
      for (const setting of policy.unknown) report.cannotTell(setting);
      for (const statement of policy.statements) {
        const [first, ...others] = statement.resources;
        if (!first) continue;
        const speaks = speaksOfOwnResource(project, policy, statement);
        const at = { ...first, when: inStatement(statement, first) };
        if (speaks === undefined)
          report.cannotTell(at, `whether it is this ${policy.kind} is known only at deployment`);
        if (speaks !== false) continue;
        const named = `${nameOf(first)}${others.length > 0 ? ` and ${others.length} more` : ""}`;
        const denies = statement.effect === "Deny";
        report(at, {
          severity: denies ? "error" : "warning",
          message: `Statement ${statement.sid ? labelOf(statement) : statement.index + 1} names ${named}, which ${others.length > 0 ? "are" : "is"} not ${ownerName(policy)}: it never applies, so it ${denies ? "denies" : "grants"} nothing.`,
          fixes: everything(policy, statement),
        });
      }
    }
  },
});

function nameOf({ value }: Setting): string {
  const pieces = piecesOf(value);
  return pieces ? piecesKey(pieces) : "something";
}

function everything({ kind }: ResourcePolicy, statement: Statement): Fix[] {
  const verb = statement.effect === "Deny" ? "stops" : "grants";
  const what = kind === "table" ? "this table and its indexes" : "this stream";
  return [
    {
      title: `Let it apply to ${what} (${verb} what the statement says)`,
      class: "caution",
      changes: get(statement.located, "Resource").map((resource) => set(resource, "*")),
    },
  ];
}
