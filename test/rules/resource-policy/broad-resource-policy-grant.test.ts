import { describe, expect, test } from "vitest";
import { DEFAULT_CONFIGURATION } from "../../../core/lint/configuration.ts";
import { asJson } from "../as-json.ts";
import { lint, offered, repaired, shown } from "../harness.ts";
import { told, toldInBoth, toldWith, untold } from "../told.ts";
import { globalWith, streamWith, tableWith, withParameters } from "./policies.ts";

const RULE = "broad-resource-policy-grant";
const APP = "{ AWS: !Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/app' }";

const allow = (action: string, principal = APP, more = "") =>
  `{ Sid: App, Effect: Allow, Principal: ${principal}, Action: ${action}, Resource: "*"${more} }`;
const lets = (who: string, what: string, whose = '"Orders"') =>
  `warning Resource policy of ${whose} lets ${who} do ${what} ("App").`;
const ALL = "DeleteTable, PutResourcePolicy, ExportTableToPointInTime, UpdateContinuousBackups and 17 more";

describe("actions", () => {
  test.each([
    ["dynamodb:*", ALL],
    ['"*"', ALL],
    ["dynamodb:DeleteTable", "DeleteTable"],
    ["[dynamodb:GetItem, dynamodb:PutResourcePolicy]", "PutResourcePolicy"],
    [
      "[dynamodb:GetItem, dynamodb:ExportTableToPointInTime, dynamodb:DeleteTable]",
      "DeleteTable and ExportTableToPointInTime",
    ],
    ["'dynamodb:Put*'", "PutResourcePolicy"],
    ["'dynamodb:Delete*'", "DeleteTable, DeleteGlobalTableWitness, DeleteResourcePolicy and DeleteTableReplica"],
    ["[DYNAMODB:updatetable]", "UpdateTable"],
  ])("%s", (action, what) => {
    expect(toldInBoth(RULE, tableWith([allow(action)]))).toEqual([lets("role/app", what)]);
  });

  test.each([
    ["[dynamodb:GetItem, dynamodb:PutItem, dynamodb:DeleteItem, dynamodb:Scan]"],
    ["'dynamodb:*Item'"],
    ["dynamodb:DescribeTable"],
    ["dynamodb:TagResource"],
    ["s3:*"],
    // On a backup, not on a table.
    ["dynamodb:DeleteBackup"],
  ])("%s is not broad", (action) => {
    expect(toldInBoth(RULE, tableWith([allow(action)]))).toEqual([]);
  });

  test("NotAction leaves them", () => {
    const template = tableWith([allow("[dynamodb:DeleteTable]").replace("Action", "NotAction")]);
    expect(told(RULE, template)).toEqual([
      lets(
        "role/app",
        "PutResourcePolicy, ExportTableToPointInTime, UpdateContinuousBackups, AssociateTableReplica and 16 more",
      ),
    ]);
  });

  test("less what a Deny takes away", () => {
    const deny = '{ Effect: Deny, Principal: "*", Action: ["dynamodb:DeleteTable"], Resource: "*" }';
    expect(told(RULE, tableWith([allow("[dynamodb:DeleteTable, dynamodb:PutResourcePolicy]"), deny]))).toEqual([
      lets("role/app", "PutResourcePolicy"),
    ]);
    expect(told(RULE, tableWith([allow("dynamodb:DeleteTable"), deny]))).toEqual([]);
  });

  test("of a stream only its policy matters", () => {
    expect(told(RULE, streamWith([allow("dynamodb:*")]))).toEqual([
      lets("role/app", "PutResourcePolicy and DeleteResourcePolicy", 'the stream of "Orders"'),
    ]);
    expect(told(RULE, globalWith([allow("dynamodb:DeleteTable")]))).toEqual([
      lets("role/app", "DeleteTable", 'replica eu-west-1 of "Orders"'),
    ]);
  });

  test("at the action", () => {
    expect(
      shown(
        RULE,
        tableWith(
          [allow("[dynamodb:GetItem, dynamodb:DeleteTable]", "{ AWS: !Ref App }")],
          "",
          "  App: { Type: AWS::IAM::Role }\n",
        ),
      ),
    ).toEqual([`9:98-9:118 ${lets("App", "DeleteTable")}`]);
  });
});

describe("principals", () => {
  const AROUND = `  App: { Type: AWS::IAM::Role }
  Release:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Statement: { Effect: Allow, Principal: { Service: cloudformation.amazonaws.com }, Action: "sts:AssumeRole" } }
`;
  const of = (principal: string, more = "") => tableWith([allow("dynamodb:DeleteTable", principal, more)], "", AROUND);

  test.each([
    ["{ AWS: !GetAtt App.Arn }", "App"],
    ["{ AWS: arn:aws:iam::444455556666:role/app }", "role/app of account 444455556666"],
    ["{ AWS: [!GetAtt App.Arn, arn:aws:iam::444455556666:user/ann] }", "App and 1 more"],
    ["{ Service: redshift.amazonaws.com }", "service redshift.amazonaws.com"],
    ["{ Service: [lambda.amazonaws.com, redshift.amazonaws.com] }", "service redshift.amazonaws.com"],
    ["{ Federated: cognito-identity.amazonaws.com }", "cognito-identity.amazonaws.com"],
  ])("%s", (principal, who) => {
    expect(toldInBoth(RULE, of(principal))).toEqual([lets(who, "DeleteTable")]);
  });

  test.each([
    // Only delegates to identity policies.
    ["{ AWS: !Ref AWS::AccountId }"],
    ["{ AWS: !Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root' }"],
    // Administer or deploy, by name or trust.
    ["{ AWS: !GetAtt Release.Arn }"],
    ["{ AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:role/Admin' }"],
    ["{ AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:role/cdk-hnb659fds-cfn-exec-role-1-eu-west-1' }"],
    ["{ AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:role/github-deployment' }"],
    ["{ AWS: arn:aws:iam::444455556666:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_AdministratorAccess_0123 }"],
    ["{ AWS: arn:aws:iam::444455556666:role/ops/terraform }"],
    ["{ AWS: !Ref DeploymentRoleArn }"],
  ])("%s passes", (principal) => {
    const template = withParameters("DeploymentRoleArn: { Type: String }", of(principal));
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual([]);
  });

  test("one that only deployment knows", () => {
    const template = withParameters("Who: { Type: String }", of("{ AWS: !Ref Who }"));
    expect(told(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["10:79 whom it is granted to is known only at deployment"]);
  });

  test("another account as a whole; one that may be the stack's own cannot be told", () => {
    const template = of('{ AWS: "444455556666" }');
    expect(toldWith(RULE, template, { account: "111122223333" })).toEqual([
      lets("account 444455556666", "DeleteTable"),
    ]);
    expect(toldWith(RULE, template, { account: "444455556666" })).toEqual([]);
    expect(told(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual([
      "9:85 account 444455556666 may be the stack's own, which is not known here",
    ]);
    expect(told(RULE, of('{ AWS: ["444455556666", !GetAtt App.Arn] }'))).toEqual([
      lets("App and 1 more", "DeleteTable"),
    ]);
  });

  test("the owner of a replica in another account may join it, and no more", () => {
    const joins = (actions: string) =>
      told(RULE, tableWith([allow(actions, "{ AWS: arn:aws:iam::444455556666:role/b }")]));
    expect(joins("dynamodb:AssociateTableReplica")).toEqual([]);
    expect(joins("[dynamodb:AssociateTableReplica, dynamodb:DeleteTable]")).toEqual([
      lets("role/b of account 444455556666", "DeleteTable"),
    ]);
  });

  test("everybody: public, which has its own finding, or limited by a condition", () => {
    expect(told(RULE, of('"*"'))).toEqual([]);
    expect(lint(of('"*"')).findings.map(({ rule }) => rule)).toContain("public-resource-policy");
    const off = { ...DEFAULT_CONFIGURATION, rules: new Map([["public-resource-policy", "off" as const]]) };
    expect(told(RULE, of('"*"'), off)).toHaveLength(1);
    expect(told(RULE, of('"*"', ", Condition: { StringEquals: { aws:PrincipalOrgID: o-a1b2c3d4e5 } }"))).toEqual([
      lets("everybody whom its condition lets in", "DeleteTable"),
    ]);
  });

  test("what AWS documents for services", () => {
    const service = (name: string, actions: string) =>
      told(RULE, tableWith([allow(actions, `{ Service: ${name}.amazonaws.com }`)]));
    expect(service("redshift", "[dynamodb:ExportTableToPointInTime, dynamodb:DescribeTable]")).toEqual([]);
    expect(
      service("glue", "[dynamodb:ExportTableToPointInTime, dynamodb:DescribeTable, dynamodb:DescribeExport]"),
    ).toEqual([]);
    expect(
      service(
        "replication.dynamodb",
        "[dynamodb:ReadDataForReplication, dynamodb:WriteDataForReplication, dynamodb:ReplicateSettings]",
      ),
    ).toEqual([]);
    expect(service("glue", "dynamodb:*")).toHaveLength(1);
  });

  test("a statement about another table", () => {
    const other = allow("dynamodb:*").replace('Resource: "*"', "Resource: 'arn:aws:dynamodb:*:*:table/other'");
    expect(told(RULE, tableWith([other], "      TableName: orders\n"))).toEqual([]);
  });
});

describe("the fix", () => {
  const block = (action: string) => `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      ResourcePolicy:
        PolicyDocument:
          Statement:
            - Effect: Allow
              Principal: { AWS: !Sub "arn:aws:iam::\${AWS::AccountId}:role/app" }
              Action: ${action}
              Resource: "*"
`;

  test("writes a pattern out", () => {
    expect(offered(RULE, block("dynamodb:* # all"))).toEqual([
      "caution: Replace dynamodb:* by reading and writing items (stops DeleteTable, PutResourcePolicy, ExportTableToPointInTime and 18 more and whatever else it allows)",
    ]);
    expect(offered(RULE, block("[dynamodb:Put*]"))).toEqual([
      "caution: Replace dynamodb:Put* by PutItem (stops PutResourcePolicy and whatever else it allows)",
    ]);
    expect(repaired(RULE, block("[dynamodb:Put*, dynamodb:Query]"))).toBe(block("[dynamodb:PutItem, dynamodb:Query]"));
    const json = asJson(block("dynamodb:Put*"));
    expect(repaired(RULE, json)).toBe(json.replace("dynamodb:Put*", "dynamodb:PutItem"));
  });

  test("leaves the reading of a stream in the stream's policy", () => {
    const stream = streamWith([allow("[dynamodb:*]")]);
    expect(offered(RULE, stream)).toEqual([
      "caution: Replace dynamodb:* by reading the stream (stops PutResourcePolicy and DeleteResourcePolicy and whatever else it allows)",
    ]);
    expect(repaired(RULE, stream)).toBe(
      stream.replace("[dynamodb:*]", "[dynamodb:DescribeStream, dynamodb:GetRecords, dynamodb:GetShardIterator]"),
    );
  });

  test("not a list of names, nor a pattern of which nothing is left", () => {
    expect(offered(RULE, block("[dynamodb:GetItem, dynamodb:DeleteTable]"))).toEqual([]);
    expect(offered(RULE, block("dynamodb:*Table"))).toEqual([
      "caution: Replace dynamodb:*Table by DescribeTable (stops DeleteTable, CreateGlobalTable, ImportTable and 2 more and whatever else it allows)",
    ]);
    expect(offered(RULE, block("dynamodb:*Policy"))).toEqual([]);
  });
});
