import { speaksOfOwnResource } from "../../core/access/own-resource.ts";
import { allowedTo, ownerName } from "../../core/access/resource-grants.ts";
import { labelOf } from "../../core/access/words.ts";
import type { Setting } from "../../core/evaluate/setting.ts";
import { piecesOf } from "../../core/evaluate/value.ts";
import { splitArn } from "../../core/iam/arn.ts";
import { isFixed, isPositive } from "../../core/iam/conditions.ts";
import { isAcceptedService } from "../../core/iam/resource-policy-limits.ts";
import { type ConditionTest, inStatement, type Statement } from "../../core/iam/statements.ts";
import { addTests } from "../../core/lint/condition-fix.ts";
import type { Fix } from "../../core/lint/fix.ts";
import { defineRule } from "../../core/lint/rule.ts";
import { serviceOf } from "../../core/model/roles.ts";

export default defineRule({
  name: "service-principal-without-source-condition",
  topic: "resource-policy",
  severity: "error",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A resource policy lets an AWS service in without saying on whose behalf.",
    why: "Redshift, Glue and DynamoDB's replication act for every customer. A policy that names only the service trusts it whoever asked: somebody else's integration or global table that names this table is served too (the confused deputy). `aws:SourceAccount`, `aws:SourceArn`, `aws:SourceOrgID` and `aws:SourceOrgPaths` say for whom the service works; a wildcard for the account, `…IfExists` and negated operators do not.",
    how: "Add `aws:SourceAccount` or `aws:SourceArn` with a fixed account. For a global table over several accounts list every replica's account, the own one included.",
    references: [
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/globaltables_MA_security.html",
    ],
    examples: [
      {
        title: "A zero-ETL integration",
        bad: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }
      ResourcePolicy:
        PolicyDocument:
          Version: "2012-10-17"
          Statement:
            - Sid: ZeroEtl
              Effect: Allow
              Principal: { Service: redshift.amazonaws.com }
              Action: [dynamodb:ExportTableToPointInTime, dynamodb:DescribeTable]
              Resource: "*"
`,
        good: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }
      ResourcePolicy:
        PolicyDocument:
          Version: "2012-10-17"
          Statement:
            - Sid: ZeroEtl
              Effect: Allow
              Principal: { Service: redshift.amazonaws.com }
              Action: [dynamodb:ExportTableToPointInTime, dynamodb:DescribeTable]
              Resource: "*"
              Condition:
                StringEquals: { aws:SourceAccount: !Ref AWS::AccountId }
                ArnEquals: { aws:SourceArn: !Sub "arn:\${AWS::Partition}:redshift:\${AWS::Region}:\${AWS::AccountId}:integration:*" }
`,
      },
    ],
  },
  controls: {},
  check({ project, resourcePolicies }, report) {
    for (const policy of resourcePolicies) {
      for (const setting of policy.unknown) report.cannotTell(setting);
      for (const statement of policy.statements) {
        if (statement.effect !== "Allow" || statement.conditions.some(saysForWhom)) continue;
        const services = statement.principals.filter(
          ({ type, setting }) => type === "Service" && isAcceptedService(serviceOf(setting)),
        );
        if (services.length === 0 || speaksOfOwnResource(project, policy, statement) === false) continue;
        for (const principal of services) {
          if (allowedTo(project, policy, statement, principal).length === 0) continue;
          const at = { ...principal.setting, when: inStatement(statement, principal.setting) };
          if (statement.conditionUnknown) {
            report.cannotTell(at, "its condition is not known");
            continue;
          }
          const service = `${serviceOf(principal.setting)}.amazonaws.com`;
          report(at, {
            message: `Service ${service} may use ${ownerName(policy)} on behalf of any customer (${labelOf(statement)}); add aws:SourceArn or aws:SourceAccount.`,
            fixes: [sourceAccount(statement, service)],
          });
        }
      }
    }
  },
});

/** Keys whose value is an account or organisation, the account being all of it. */
const WHOLE_KEYS = new Set(["aws:sourceaccount", "aws:sourceorgid"]);

/** Is the test true only for requests that the service makes for somebody who is named? */
function saysForWhom(test: ConditionTest): boolean {
  if (!isPositive(test)) return false;
  const key = test.key.toLowerCase();
  if (WHOLE_KEYS.has(key)) return test.values.every(isFixed);
  if (key === "aws:sourceorgpaths") return test.values.every(hasFixedOrganisation);
  return key === "aws:sourcearn" && test.values.every(hasFixedAccount);
}

/** `o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*` */
function hasFixedOrganisation({ value }: Setting): boolean {
  const [start] = piecesOf(value) ?? [];
  return typeof start !== "string" || /^[^*?/$]+(?:\/|$)/.test(start);
}

/** Whether an ARN that only deployment knows names one is taken for granted. */
function hasFixedAccount(setting: Setting): boolean {
  const pieces = piecesOf(setting.value) ?? [];
  const account = splitArn(pieces.map((piece) => (typeof piece === "string" ? piece : { hole: piece.kind })))?.account;
  if (!account) return isFixed(setting);
  return account.length > 0 && account.every((piece) => typeof piece !== "string" || !/[*?$]/.test(piece));
}

function sourceAccount(statement: Statement, service: string): Fix {
  const others = service.startsWith("replication.") ? "; list the accounts of all other replicas too" : "";
  return {
    title: `Limit it to requests for this account (stops those for others${others})`,
    class: "snippet",
    changes: addTests(statement, [
      { operator: "StringEquals", key: "aws:SourceAccount", value: { Ref: "AWS::AccountId" } },
    ]),
  };
}
