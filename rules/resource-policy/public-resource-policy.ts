import { ownerName } from "../../core/access/resource-grants.ts";
import { labelOf } from "../../core/access/words.ts";
import { isEverybody, isMadeNonPublic } from "../../core/iam/public-access.ts";
import { inStatement, type Principal } from "../../core/iam/statements.ts";
import { set } from "../../core/lint/fix.ts";
import { defineRule } from "../../core/lint/rule.ts";

export default defineRule({
  name: "public-resource-policy",
  topic: "resource-policy",
  severity: "error",
  confidence: "high",
  recommended: true,
  docs: {
    what: "The resource policy of a table or stream allows everybody.",
    why: 'An Allow for `Principal: "*"` without a condition that fixes the caller is public. DynamoDB\'s Block Public Access refuses such a policy, so the deployment fails; and what was meant is never everybody. Only conditions on certain keys with fixed values make it non-public: organisation, account, principal ARN, source ARN or account, VPC or endpoint. `aws:SourceIp`, `aws:PrincipalTag` and `aws:SecureTransport` do not.',
    how: "Name the principals, or bind them with `aws:PrincipalOrgID`, `aws:PrincipalAccount` or another fixed value.",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-bpa-rbp.html",
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-considerations.html",
    ],
    examples: [
      {
        title: "Principal *",
        bad: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      ResourcePolicy:
        PolicyDocument:
          Version: "2012-10-17"
          Statement:
            - Sid: Read
              Effect: Allow
              Principal: "*"
              Action: dynamodb:GetItem
              Resource: "*"
`,
        good: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      ResourcePolicy:
        PolicyDocument:
          Version: "2012-10-17"
          Statement:
            - Sid: Read
              Effect: Allow
              Principal: "*"
              Action: dynamodb:GetItem
              Resource: "*"
              Condition:
                StringEquals:
                  aws:PrincipalOrgID: o-a1b2c3d4e5
`,
      },
    ],
  },
  controls: {},
  check({ resourcePolicies }, report) {
    for (const policy of resourcePolicies) {
      for (const setting of policy.unknown) report.cannotTell(setting);
      for (const statement of policy.statements) {
        if (statement.effect !== "Allow") continue;
        const everybody = statement.principals.find(isEverybody);
        const principal = everybody?.setting ?? statement.notPrincipal;
        const isFixed = isMadeNonPublic(statement);
        if (!principal) {
          for (const { setting } of isFixed ? [] : statement.principals.filter(mayBeEverybody))
            report.cannotTell({ ...setting, when: inStatement(statement, setting) });
          continue;
        }
        const at = {
          ...principal,
          when: inStatement(statement, principal),
          ...(!everybody && { place: principal.holder }),
        };
        if (isFixed) continue;
        if (statement.conditionUnknown) {
          report.cannotTell(at, "its condition is not known");
          continue;
        }
        report(at, {
          message: `Resource policy of ${ownerName(policy)} is public (${labelOf(statement)}${everybody ? "" : ": NotPrincipal allows everybody else"}); DynamoDB Block Public Access will reject the deployment.`,
          fixes: everybody
            ? [
                {
                  title: "Limit to this account (stops everybody else)",
                  class: "caution",
                  changes: [set(everybody.setting, ownAccount(everybody))],
                },
              ]
            : [],
        });
      }
    }
  },
});

/** A principal whose value only deployment knows; a resource's ARN is never a star. */
function mayBeEverybody({ type, setting }: Principal): boolean {
  return type === "AWS" && ["parameter", "import", "opaque"].includes(setting.value.kind);
}

function ownAccount({ type }: Principal) {
  const root = { "Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root" };
  return type === "*" ? { AWS: root } : root;
}
