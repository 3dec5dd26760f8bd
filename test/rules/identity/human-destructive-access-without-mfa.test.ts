import { describe, expect, test } from "vitest";
import { offered, repaired, STRICT, shown } from "../harness.ts";
import { told, toldInBoth, untold } from "../told.ts";
import { allow, deny, inline, LAMBDA, roleOf, TABLE } from "./policies.ts";

const RULE = "human-destructive-access-without-mfa";

const ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders";
const ROOT = '{ AWS: !Sub "arn:aws:iam::${AWS::AccountId}:root" }';
const MFA = '            Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } }\n';
const may = (actions: string, who = 'Role "AppRole"', where = ` on ${ARN}`) =>
  `info ${who} may call ${actions}${where} without multi-factor authentication.`;
const role = (statements: string, principal = ROOT) => `Resources:\n${roleOf(principal, inline(statements))}`;
const DELETE = allow("[dynamodb:GetItem, dynamodb:DeleteTable]", ARN);

test("is off unless it is asked for", () => {
  expect(told(RULE, role(DELETE))).toEqual([]);
  expect(toldInBoth(RULE, role(DELETE), STRICT)).toEqual([may("DeleteTable")]);
});

describe("which actions", () => {
  test("stand at the first of them", () => {
    expect(shown(RULE, role(DELETE), STRICT)).toEqual([`14:43-14:63 ${may("DeleteTable")}`]);
  });

  test.each([
    ["dynamodb:PutResourcePolicy", "PutResourcePolicy"],
    ['"dynamodb:Put*"', "PutResourcePolicy"],
    ["[dynamodb:DeleteTable, dynamodb:UpdateTable]", "DeleteTable and UpdateTable"],
  ])("%s", (action, names) => {
    expect(toldInBoth(RULE, role(allow(action, ARN)), STRICT)).toEqual([may(names)]);
  });

  test("reading and writing items passes", () => {
    expect(toldInBoth(RULE, role(allow("[dynamodb:GetItem, dynamodb:DeleteItem]", ARN)), STRICT)).toEqual([]);
  });
});

describe("who has it", () => {
  test.each(["AWS::IAM::User", "AWS::IAM::Group"])("%s", (type) => {
    const template = `Resources:\n  It:\n    Type: ${type}\n    Properties:\n${inline(DELETE)}`;
    expect(toldInBoth(RULE, template, STRICT)).toEqual([may("DeleteTable", type.replace(/.*::(.*)/, '$1 "It"'))]);
  });

  test.each([LAMBDA, "{ Service: cloudformation.amazonaws.com }", "{ Federated: cognito-identity.amazonaws.com }"])(
    "%s are no people",
    (principal) => {
      expect(toldInBoth(RULE, role(DELETE, principal), STRICT)).toEqual([]);
    },
  );

  test("for those who sign in elsewhere it cannot be told", () => {
    const saml = role(DELETE, "{ Federated: arn:aws:iam::111122223333:saml-provider/idp }");
    expect(toldInBoth(RULE, saml, STRICT)).toEqual([]);
    expect(untold(RULE, saml, STRICT)).toEqual(["14:43 the identity provider decides whether people sign in with MFA"]);
    const set = `Resources:\n  It:\n    Type: AWS::SSO::PermissionSet\n    Properties:\n      InlinePolicy: { Statement: { Effect: Allow, Action: "dynamodb:DeleteTable", Resource: "*" } }\n`;
    expect(toldInBoth(RULE, set, STRICT)).toEqual([]);
    expect(untold(RULE, set, STRICT)).toHaveLength(1);
  });

  test("AWS's policies ask for nothing", () => {
    const template = `Resources:\n  It:\n    Type: AWS::IAM::User\n    Properties:\n      ManagedPolicyArns: [arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess]\n`;
    expect(toldInBoth(RULE, template, STRICT)).toEqual([
      may(
        "DeleteBackup, DeleteGlobalTableWitness, DeleteResourcePolicy, DeleteTable and 9 more",
        'User "It"',
        " on every table by AmazonDynamoDBFullAccess",
      ),
    ]);
    expect(toldInBoth(RULE, template.replace("FullAccess", "ReadOnlyAccess"), STRICT)).toEqual([]);
  });
});

describe("MFA", () => {
  test("in the statement", () => {
    expect(toldInBoth(RULE, role(allow("dynamodb:DeleteTable", ARN, MFA)), STRICT)).toEqual([]);
    const age = MFA.replace("Bool", "NumericLessThan").replace("Present", "Age").replace("true", "600");
    expect(toldInBoth(RULE, role(allow("dynamodb:DeleteTable", ARN, age)), STRICT)).toEqual([]);
    for (const weak of [
      MFA.replace("Bool", "BoolIfExists"),
      MFA.replace('"true"', '"false"'),
      MFA.replace("Bool", "Null"),
    ])
      expect(toldInBoth(RULE, role(allow("dynamodb:DeleteTable", ARN, weak)), STRICT)).toEqual([may("DeleteTable")]);
  });

  test("in the trust policy", () => {
    const trusted = role(DELETE).replace(
      'Action: "sts:AssumeRole" }',
      'Action: "sts:AssumeRole", Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } } }',
    );
    expect(toldInBoth(RULE, trusted, STRICT)).toEqual([]);
  });

  test("by a Deny for requests without it, in any policy of the principal", () => {
    const user = (denied: string) => `Resources:
  It:
    Type: AWS::IAM::User
    Properties:
${inline(DELETE)}  Guard:
    Type: AWS::IAM::UserPolicy
    Properties:
      UserName: !Ref It
      PolicyDocument:
        Statement:
          ${denied}
`;
    const guard = (condition: string, action = 'NotAction: "iam:*"') =>
      user(`{ Effect: Deny, ${action}, Resource: "*", Condition: ${condition} }`);
    for (const condition of [
      '{ BoolIfExists: { "aws:MultiFactorAuthPresent": "false" } }',
      '{ Bool: { "aws:MultiFactorAuthPresent": "false" } }',
      '{ "Null": { "aws:MultiFactorAuthAge": "true" } }',
    ])
      expect(toldInBoth(RULE, guard(condition), STRICT)).toEqual([]);
    const found = [may("DeleteTable", 'User "It"')];
    expect(
      toldInBoth(RULE, guard('{ BoolIfExists: { "aws:MultiFactorAuthPresent": "false" } }', 'Action: "s3:*"'), STRICT),
    ).toEqual(found);
    expect(
      toldInBoth(
        RULE,
        guard(
          '{ BoolIfExists: { "aws:MultiFactorAuthPresent": "false" }, StringEquals: { "aws:RequestedRegion": "eu-west-1" } }',
        ),
        STRICT,
      ),
    ).toEqual(found);
  });

  test("a condition of deployment cannot be told", () => {
    const template = `Parameters:\n  P: { Type: String }\n${role(allow("dynamodb:DeleteTable", ARN, "            Condition: !Ref P\n"))}`;
    expect(toldInBoth(RULE, template, STRICT)).toEqual([]);
    expect(untold(RULE, template, STRICT)).toEqual(["16:24 the condition of its statement is not known"]);
  });

  test("an unconditional Deny takes it away", () => {
    expect(toldInBoth(RULE, role(DELETE + deny("dynamodb:DeleteTable", '"*"')) + TABLE, STRICT)).toEqual([]);
  });
});

describe("the snippet", () => {
  const SNIPPET = "snippet: Ask for MFA in this statement (stops requests without it)";

  test("adds the condition", () => {
    const template = role(DELETE);
    expect(offered(RULE, template, STRICT)).toEqual([SNIPPET]);
    expect(repaired(RULE, template, 0, STRICT)).toBe(
      template.replace(
        `Resource: ${ARN}\n`,
        `Resource: ${ARN}\n                Condition:\n                  Bool:\n                    aws:MultiFactorAuthPresent: "true"\n`,
      ),
    );
  });

  test("into a Bool that is there", () => {
    const template = role(
      allow(
        "dynamodb:DeleteTable",
        ARN,
        '            Condition:\n              Bool:\n                aws:SecureTransport: "true"\n',
      ),
    );
    expect(repaired(RULE, template, 0, STRICT)).toBe(
      template.replace(
        '                    aws:SecureTransport: "true"\n',
        '                    aws:SecureTransport: "true"\n                    aws:MultiFactorAuthPresent: "true"\n',
      ),
    );
  });
});
