import { dangerousIn, removal } from "../../core/access/dangerous.ts";
import { resourcesInWords } from "../../core/access/grants.ts";
import { relatedToStatement } from "../../core/access/opened.ts";
import { reportUnread } from "../../core/access/unread.ts";
import { verdictOnRewriting } from "../../core/access/verdicts.ts";
import { listOf, shortName } from "../../core/access/words.ts";
import { accessRewriting } from "../../core/iam/action-classes.ts";
import { defineRule } from "../../core/lint/rule.ts";

export default defineRule({
  name: "can-rewrite-table-access",
  topic: "identity",
  severity: "error",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A principal may change who has access to a table.",
    why: "With PutResourcePolicy a principal lets in whom it likes, itself and other accounts included. DeleteResourcePolicy also removes the Deny statements that guard a table, such as those that ask for TLS or a VPC endpoint. UpdateAbacStatus decides for the whole account whether conditions on the tags of tables count. A deployment role is only mentioned.",
    how: "Remove the actions; leave resource policies to the role that deploys the table.",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-considerations.html",
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/attribute-based-access-control.html",
      "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html",
    ],
    examples: [
      {
        title: "PutResourcePolicy beside item actions",
        bad: `Resources:
  AppPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: [dynamodb:GetItem, dynamodb:PutItem, dynamodb:PutResourcePolicy]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders
`,
        good: `Resources:
  AppPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: [dynamodb:GetItem, dynamodb:PutItem]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders
`,
      },
    ],
  },
  controls: { checkov: ["CKV_AWS_109"] },
  check(view, report) {
    const { project } = view;
    for (const policy of view.identityPolicies) {
      reportUnread(view, policy, report);
      for (const found of dangerousIn(view, policy, accessRewriting)) {
        const { severity, subject } = verdictOnRewriting(project, policy);
        report(found.at, {
          severity,
          message: `${subject} ${listOf(whatItMayDo(found.names, resourcesInWords(project, found.statement)))}.`,
          related: relatedToStatement(project, policy, found.statement),
          fixes: removal(found),
        });
      }
    }
  },
});

const ABAC = "dynamodb:UpdateAbacStatus";

function whatItMayDo(names: readonly string[], resources: string): string[] {
  const policies = names.filter((name) => name !== ABAC);
  const may: string[] = [];
  if (policies.length > 0) may.push(`may change who has access to ${resources} (${listOf(policies.map(shortName))})`);
  if (names.includes(ABAC)) may.push("may switch tag-based access on or off for the whole account (UpdateAbacStatus)");
  return may;
}
