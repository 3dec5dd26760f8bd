import { describe, expect, test } from "vitest";
import { type Configuration, DEFAULT_CONFIGURATION } from "../../../core/lint/configuration.ts";
import { asJson } from "../as-json.ts";
import { offered, repaired, shown } from "../harness.ts";
import { told, toldInBoth, untold } from "../told.ts";
import { LAMBDA, roleOf, TABLE } from "./policies.ts";

const RULE = "broad-managed-policy";

const ALONE: Configuration = {
  ...DEFAULT_CONFIGURATION,
  rules: new Map([["end-user-role-without-item-isolation", "off"]]),
};

const FULL =
  "It allows every DynamoDB and DAX action on every table: read all data, delete tables and backups, rewrite access policies.";
const DYNAMODB =
  "It allows every DynamoDB action on every table: read all data, delete tables and backups, rewrite access policies.";
const READS = "It allows reading every item of every table, directly and through DAX.";
const uses = (name: string, allows: string, who = 'Role "AppRole"') =>
  `${who} uses AWS managed policy ${name}. ${allows}`;

const role = (policies: string, principal = LAMBDA) =>
  `Resources:\n${roleOf(principal, `      ManagedPolicyArns: ${policies}\n`)}`;

describe("which policies", () => {
  test("stand at the ARN", () => {
    expect(shown(RULE, role("[arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess]"))).toEqual([
      `8:26-8:74 warning ${uses("AmazonDynamoDBFullAccess", FULL)}`,
    ]);
  });

  test.each([
    ["AmazonDynamoDBFullAccess", FULL],
    ["AmazonDynamoDBFullAccess_v2", FULL],
    ["AmazonDynamoDBFullAccesswithDataPipeline", DYNAMODB],
    ["AmazonDynamoDBReadOnlyAccess", READS],
  ])("%s, wherever", (name, allows) => {
    for (const arn of [
      `arn:aws:iam::aws:policy/${name}`,
      `arn:aws-cn:iam::aws:policy/${name}`,
      `!Sub "arn:\${AWS::Partition}:iam::aws:policy/${name}"`,
    ])
      expect(toldInBoth(RULE, role(`[${arn}]`))).toEqual([`warning ${uses(name, allows)}`]);
    expect(toldInBoth(RULE, role(`[!Join ["", ["arn:", !Ref AWS::Partition, ":iam::aws:policy/${name}"]]]`))).toEqual([
      `warning ${uses(name, allows)}`,
    ]);
  });

  test.each([
    [
      "AdministratorAccess",
      "It allows every action of every service, so everything on every table and on who may use it.",
    ],
    ["PowerUserAccess", "It allows everything but the management of users and accounts, so everything on every table."],
    [
      "ReadOnlyAccess",
      "It allows reading every item and every stream of every table, beside nearly everything else in the account.",
    ],
    ["job-function/DatabaseAdministrator", DYNAMODB],
    ["job-function/DataScientist", DYNAMODB],
    ["service-role/AmazonElasticMapReduceforEC2Role", DYNAMODB],
    ["service-role/AmazonEC2RoleforDataPipelineRole", DYNAMODB],
  ])("%s only where DynamoDB is in view", (tail, allows) => {
    const template = role(`[arn:aws:iam::aws:policy/${tail}]`);
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(toldInBoth(RULE, template + TABLE)).toEqual([`warning ${uses(tail.replace(/.*\//, ""), allows)}`]);
    expect(told(RULE, { "a.yaml": template, "b.yaml": `Resources:\n${TABLE}` })).toHaveLength(1);
  });

  test.each([
    ["service-role/AWSLambdaDynamoDBExecutionRole"],
    ["AWSLambdaInvocation-DynamoDB"],
    ["AWSLambda_FullAccess"],
    ["service-role/AWSLambdaVPCAccessExecutionRole"],
    ["amazondynamodbfullaccess"],
    ["service-role/AmazonDynamoDBFullAccess"],
  ])("%s passes", (tail) => {
    const template = role(`[arn:aws:iam::aws:policy/${tail}]`) + TABLE;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual([]);
  });

  test("a customer's policy of the same name is none of AWS's", () => {
    const template = role("[arn:aws:iam::111122223333:policy/AmazonDynamoDBFullAccess]");
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual([]);
    expect(untold(RULE, template + TABLE)).toEqual(["8:26 the policy is not in view"]);
  });

  test("a permissions boundary grants nothing", () => {
    const template = `Resources:\n${roleOf(LAMBDA, "      PermissionsBoundary: arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess\n")}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
  });
});

describe("who has it", () => {
  test.each([
    ["AWS::IAM::User", "ManagedPolicyArns", 'User "It"'],
    ["AWS::IAM::Group", "ManagedPolicyArns", 'Group "It"'],
    ["AWS::SSO::PermissionSet", "ManagedPolicies", 'Permission set "It"'],
  ])("%s", (type, property, who) => {
    const template = `Resources:\n  It:\n    Type: ${type}\n    Properties:\n      ${property}: [arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess]\n`;
    expect(toldInBoth(RULE, template)).toEqual([`warning ${uses("AmazonDynamoDBFullAccess", FULL, who)}`]);
  });

  test.each([
    ["error", "{ Federated: cognito-identity.amazonaws.com }"],
    ["error", "{ Federated: accounts.google.com }"],
    ["error", "{ Federated: arn:aws:iam::111122223333:oidc-provider/login.example.com }"],
    ["warning", "{ Federated: arn:aws:iam::111122223333:saml-provider/staff }"],
    [
      "warning",
      "{ Federated: !Sub 'arn:aws:iam::${AWS::AccountId}:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/A' }",
    ],
    ["warning", "{ Service: ec2.amazonaws.com }"],
    ["warning", '{ AWS: "arn:aws:iam::111122223333:root" }'],
    ["info", "{ Federated: arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com }"],
    ["info", "{ Service: cloudformation.amazonaws.com }"],
  ])("%s for %s", (severity, principal) => {
    const arn = "[arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess]";
    expect(toldInBoth(RULE, role(arn, principal), ALONE)).toEqual([
      `${severity} ${uses("AmazonDynamoDBFullAccess", FULL)}`,
    ]);
  });

  test.each([
    ["a role of signed-in users", "{ Federated: cognito-identity.amazonaws.com }", 0],
    [
      "a role of a company's own sign-in",
      "{ Federated: arn:aws:iam::111122223333:oidc-provider/login.example.com }",
      1,
    ],
  ])("%s is left to the rule about end users where that one speaks of it", (_, principal, count) => {
    const template = role("[arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess]", principal);
    expect(toldInBoth(RULE, template)).toHaveLength(count);
    expect(told("end-user-role-without-item-isolation", template)).toHaveLength(1 - count);
  });

  test("a Cognito role known by its condition only", () => {
    const template = `Parameters:
  Provider: { Type: String }
${role("[arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess]", "{ Federated: !Ref Provider }").replace(
  'Action: "sts:AssumeRole"',
  'Action: "sts:AssumeRoleWithWebIdentity", Condition: { StringEquals: { "cognito-identity.amazonaws.com:aud": pool } }',
)}`;
    expect(toldInBoth(RULE, template, ALONE)).toEqual([`error ${uses("AmazonDynamoDBFullAccess", FULL)}`]);
  });

  test("SAM: names and ARNs in Policies", () => {
    const sam = (policies: string) => `Transform: AWS::Serverless-2016-10-31
Resources:
  Reader:
    Type: AWS::Serverless::Function
    Properties:
      Policies: ${policies}
${TABLE}`;
    const finding = [`warning ${uses("AmazonDynamoDBReadOnlyAccess", READS, 'Function "Reader"')}`];
    for (const policies of [
      "AmazonDynamoDBReadOnlyAccess",
      "[AmazonDynamoDBReadOnlyAccess]",
      "[!Sub 'arn:${AWS::Partition}:iam::aws:policy/AmazonDynamoDBReadOnlyAccess']",
      "[AWSLambdaBasicExecutionRole, AmazonDynamoDBReadOnlyAccess]",
    ])
      expect(toldInBoth(RULE, sam(policies))).toEqual(finding);
    expect(
      toldInBoth(RULE, sam("[AWSLambdaBasicExecutionRole, { DynamoDBReadPolicy: { TableName: !Ref Orders } }]")),
    ).toEqual([]);
    expect(untold(RULE, sam("[AWSLambdaBasicExecutionRole]"))).toEqual([]);
  });
});

describe("branches and unknowns", () => {
  test("a branch is named, and stands in it", () => {
    const template = `Conditions:
  IsDev: !Equals [!Ref AWS::Region, eu-west-1]
${role("[!If [IsDev, arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess, !Ref AWS::NoValue]]")}`;
    expect(shown(RULE, template)).toEqual([
      `10:38-10:86 warning When IsDev is true: ${uses("AmazonDynamoDBFullAccess", FULL)}`,
    ]);
  });

  test("a policy that only deployment knows cannot be told; one in view is read elsewhere", () => {
    const template = `Parameters:\n  Extra: { Type: String }\n${role("[!Ref Extra, !ImportValue other]")}${TABLE}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["10:26 parameter Extra has no default", "10:38 it is imported (other)"]);
    const own = `${role("[!Ref Own]")}  Own:\n    Type: AWS::IAM::ManagedPolicy\n${TABLE}`;
    expect(untold(RULE, own)).toEqual([]);
  });

  test.each(["AmazonDynamoDBFullAccess", "{}", "[[]]", ""])("half typed: %j", (value) => {
    expect(() => told(RULE, role(value))).not.toThrow();
  });
});

describe("the fix", () => {
  const app = (policy: string, rest = "") => `Resources:
  AppRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Statement: { Effect: Allow, Principal: ${LAMBDA}, Action: "sts:AssumeRole" } }
      ManagedPolicyArns:
        - arn:aws:iam::aws:policy/${policy} # quick start
        - arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
${rest}  App:
    Type: AWS::Lambda::Function
    Properties:
      Role: !GetAtt AppRole.Arn
      Environment: { Variables: { TABLE: !Ref Orders } }
${TABLE}`;
  const title = (policy: string, what: string) =>
    `caution: Replace ${policy} by ${what} items of "Orders" (stops everything else it allows, Scan included)`;

  test("moves to an inline policy on the only table in the environment", () => {
    const template = app("AmazonDynamoDBReadOnlyAccess");
    expect(offered(RULE, template)).toEqual([title("AmazonDynamoDBReadOnlyAccess", "reading")]);
    expect(repaired(RULE, template)).toBe(`Resources:
  AppRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Statement: { Effect: Allow, Principal: ${LAMBDA}, Action: "sts:AssumeRole" } }
      ManagedPolicyArns:
        # quick start
        - arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
      Policies:
        - PolicyName: OrdersAccess
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action:
                  - dynamodb:GetItem
                  - dynamodb:BatchGetItem
                  - dynamodb:Query
                  - dynamodb:ConditionCheckItem
                  - dynamodb:DescribeTable
                Resource:
                  - !GetAtt Orders.Arn
                  - !Sub \${Orders.Arn}/index/*
  App:
    Type: AWS::Lambda::Function
    Properties:
      Role: !GetAtt AppRole.Arn
      Environment: { Variables: { TABLE: !Ref Orders } }
${TABLE}`);
  });

  test("writes where the policy writes, beside the policies that are there", () => {
    const template = app("AmazonDynamoDBFullAccess", "      Policies: []\n");
    expect(offered(RULE, template)).toEqual([title("AmazonDynamoDBFullAccess", "reading and writing")]);
    expect(repaired(RULE, template)).toContain("dynamodb:DeleteItem");
  });

  test("in SAM becomes a document in Policies", () => {
    const template = `Transform: AWS::Serverless-2016-10-31
Resources:
  Reader:
    Type: AWS::Serverless::Function
    Properties:
      Environment: { Variables: { TABLE: !Ref Orders } }
      Policies:
        - AmazonDynamoDBReadOnlyAccess
${TABLE}`;
    expect(repaired(RULE, template)).toBe(
      template.replace(
        "- AmazonDynamoDBReadOnlyAccess",
        `- Version: "2012-10-17"
          Statement:
            - Effect: Allow
              Action:
                - dynamodb:GetItem
                - dynamodb:BatchGetItem
                - dynamodb:Query
                - dynamodb:ConditionCheckItem
                - dynamodb:DescribeTable
              Resource:
                - !GetAtt Orders.Arn
                - !Sub \${Orders.Arn}/index/*`,
      ),
    );
  });

  test.each([
    ["AdministratorAccess", app("AdministratorAccess")],
    ["a role whose code names no table", app("AmazonDynamoDBFullAccess").replace("TABLE: !Ref Orders", "A: b")],
    [
      "a user",
      `Resources:\n  It:\n    Type: AWS::IAM::User\n    Properties:\n      ManagedPolicyArns: [arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess]\n`,
    ],
  ])("is none for %s", (_, template) => {
    expect(told(RULE, template)).toHaveLength(1);
    expect(offered(RULE, template)).toEqual([]);
  });

  test("does not touch the CDK's output", () => {
    const cdk = asJson(app("AmazonDynamoDBFullAccess")).replace(
      '"Type": "AWS::IAM::Role",',
      '"Type": "AWS::IAM::Role", "Metadata": { "aws:cdk:path": "Stack/AppRole/Resource" },',
    );
    expect(told(RULE, cdk)).toHaveLength(1);
    expect(offered(RULE, cdk)).toEqual([]);
  });
});
