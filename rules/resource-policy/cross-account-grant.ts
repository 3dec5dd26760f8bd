import { type ForeignGrant, foreignGrants } from "../../core/access/cross-account.ts";
import { speaksOfOwnResource } from "../../core/access/own-resource.ts";
import { actionsInWords, ownerName } from "../../core/access/resource-grants.ts";
import { firstOf, labelOf } from "../../core/access/words.ts";
import { isBoundBy } from "../../core/iam/conditions.ts";
import { inStatement, type Statement } from "../../core/iam/statements.ts";
import { defineRule } from "../../core/lint/rule.ts";
import { accountOf } from "../../core/model/principal-account.ts";

export default defineRule({
  name: "cross-account-grant",
  topic: "resource-policy",
  severity: "warning",
  confidence: "high",
  recommended: true,
  docs: {
    what: "The resource policy of a table or stream lets another account in.",
    why: "A principal of another account needs two permissions: this one, and one by an identity policy over there, which somebody else writes. An account's root or id hands the choice of who comes in to that account altogether. Without `aws:PrincipalOrgID` the grant stays when the account leaves the organisation. Where the stack's own account is not known, a written account id may be its own, and the finding only mentions it.",
    how: "Name one role instead of the whole account, add `aws:PrincipalOrgID`, and list accounts that are meant in the configuration (`trustedAccounts`).",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-examples.html",
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html",
    ],
    examples: [
      {
        title: "A whole account",
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
            - Sid: Partner
              Effect: Allow
              Principal: { AWS: "arn:aws:iam::444455556666:root" }
              Action: [dynamodb:GetItem, dynamodb:Query]
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
            - Sid: Reader
              Effect: Allow
              Principal: { AWS: !Sub "arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/reader" }
              Action: [dynamodb:GetItem, dynamodb:Query]
              Resource: "*"
`,
      },
    ],
  },
  controls: {},
  check({ project, resourcePolicies, values }, report) {
    for (const policy of resourcePolicies) {
      for (const setting of policy.unknown) report.cannotTell(setting);
      for (const statement of policy.statements) {
        if (statement.effect !== "Allow" || speaksOfOwnResource(project, policy, statement) === false) continue;
        for (const principal of statement.principals) {
          if (accountOf(principal, project).kind !== "unknown") continue;
          const { setting } = principal;
          const at = { ...setting, when: inStatement(statement, setting) };
          if (setting.value.kind === "literal") report.cannotTell(at, "it names no account");
          else report.cannotTell(at);
        }
      }
      for (const grant of foreignGrants(project, policy)) {
        const [entry] = grant.entries;
        if (!entry || values.trustedAccounts.includes(grant.account)) continue;
        const maybe = grant.isForeign ? "" : " (unless that is the stack's own account, which is not known here)";
        report(entry, {
          severity: grant.isForeign ? "warning" : "info",
          message: `Resource policy of ${ownerName(policy)} lets ${whoOf(grant)} do ${actionsInWords(policy.kind, grant.names)}${isInOrganisation(grant.statement) ? "" : " without aws:PrincipalOrgID"} (${labelOf(grant.statement)})${maybe}.`,
        });
      }
    }
  },
});

function whoOf({ account, whole, principals }: ForeignGrant): string {
  if (whole) return `account ${account} (whomever that account allows it)`;
  return principals.length === 0 ? `account ${account}` : `${firstOf(principals, 2)} of account ${account}`;
}

const ORGANISATION = new Set(["aws:principalorgid", "aws:principalorgpaths"]);

function isInOrganisation(statement: Statement): boolean {
  return isBoundBy(statement, ORGANISATION);
}
