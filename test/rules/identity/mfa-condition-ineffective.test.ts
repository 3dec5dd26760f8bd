import { describe, expect, test } from "vitest";
import { asJson } from "../as-json.ts";
import { fixedText, marked, offered, repaired, shown } from "../harness.ts";
import { relatedTo, told, toldInBoth, untold } from "../told.ts";
import { allow, deny, inline, LAMBDA, managedPolicy, roleOf, TABLE } from "./policies.ts";

const RULE = "mfa-condition-ineffective";

const ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders";
const when = (operator: string, value: string, key = "aws:MultiFactorAuthPresent") =>
  `            Condition: { "${operator}": { ${key}: ${value} } }\n`;
const denied = (condition: string, action = "dynamodb:DeleteTable") => managedPolicy(deny(action, '"*"', condition));
const allowed = (condition: string, action = "dynamodb:GetItem") => managedPolicy(allow(action, ARN, condition));

const KEYS =
  "MFA condition in statement 1 does not stop long-term access keys: their requests carry no aws:MultiFactorAuthPresent, so this Deny does not apply to them.";
const SESSIONS =
  "MFA condition in statement 1 does not stop temporary credentials without MFA: they carry aws:MultiFactorAuthPresent, so this Deny does not apply to them.";
const LETS_KEYS = (operator: string) =>
  `MFA condition in statement 1 lets in long-term access keys without MFA: ${operator} is true where aws:MultiFactorAuthPresent is missing.`;
const LETS_SESSIONS =
  "MFA condition in statement 1 does not ask for MFA: Null on aws:MultiFactorAuthPresent is true for every temporary credential, with MFA or without.";
const COMPARED = (operator: string) =>
  `aws:MultiFactorAuthPresent in statement 1 is compared by ${operator}; AWS documents Bool for it.`;

describe("a Deny", () => {
  test("stands at the key", () => {
    const template = denied(when("Bool", '"false"'));
    expect(shown(RULE, template)).toEqual([`10:35-10:61 error ${KEYS}`]);
    expect(marked(RULE, template)).toEqual(["aws:MultiFactorAuthPresent"]);
  });

  test.each([
    ["Bool", "false", KEYS],
    ["bool", '["False"]', KEYS],
    ["StringEquals", '"false"', KEYS],
    ["ForAnyValue:Bool", "false", KEYS],
    ["Null", '"true"', SESSIONS],
  ])("%s %s", (operator, value, message) => {
    expect(toldInBoth(RULE, denied(when(operator, value)))).toEqual([`error ${message}`]);
  });

  test.each([
    ["BoolIfExists", "false"],
    // Denies requests with MFA: whatever that is for, it is not to ask for MFA.
    ["Bool", "true"],
    ["BoolIfExists", "true"],
    ["Null", "false"],
  ])("%s %s passes", (operator, value) => {
    expect(toldInBoth(RULE, denied(when(operator, value)))).toEqual([]);
  });

  test("the age of an authentication", () => {
    const age = (operator: string, value: string) =>
      toldInBoth(RULE, denied(when(operator, value, "aws:MultiFactorAuthAge")));
    expect(age("Null", "true")).toEqual([]);
    expect(age("NumericGreaterThan", "3600")).toEqual([]);
    expect(age("NumericGreaterThanIfExists", "3600")).toEqual([]);
  });

  test("a comparison of texts that catches everything is only mentioned", () => {
    expect(toldInBoth(RULE, denied(when("StringNotEquals", '"true"')))).toEqual([
      `info ${COMPARED("StringNotEquals")}`,
    ]);
  });

  test("what passes it may be denied beside it", () => {
    const both = (other: string) => managedPolicy(deny("dynamodb:DeleteTable", '"*"', when("Bool", "false")) + other);
    expect(toldInBoth(RULE, both(deny("dynamodb:DeleteTable", '"*"', when("Null", "true"))))).toEqual([]);
    expect(toldInBoth(RULE, both(deny('"*"', '"*"', when("BoolIfExists", "false"))))).toEqual([]);
    // Another Deny that leaves a gap of its own, or speaks of other actions, or under more conditions.
    expect(toldInBoth(RULE, both(deny("dynamodb:DeleteTable", '"*"', when("Bool", "false"))))).toHaveLength(2);
    expect(toldInBoth(RULE, both(deny("dynamodb:PutItem", '"*"', when("BoolIfExists", "false"))))).toEqual([
      `error ${KEYS}`,
    ]);
    const more =
      "            Condition: { BoolIfExists: { aws:MultiFactorAuthPresent: false }, Bool: { aws:SecureTransport: false } }\n";
    expect(toldInBoth(RULE, both(deny("dynamodb:DeleteTable", '"*"', more)))).toEqual([`error ${KEYS}`]);
  });

  test("of everything but what sets MFA up, where DynamoDB is in view", () => {
    const force = (operator: string, around = "") =>
      managedPolicy(
        deny('["iam:*", sts:GetSessionToken]', '"*"', when(operator, "false")).replace("Action", "NotAction"),
        around,
      );
    expect(toldInBoth(RULE, force("Bool", TABLE))).toEqual([`error ${KEYS}`]);
    expect(toldInBoth(RULE, force("BoolIfExists", TABLE))).toEqual([]);
    expect(toldInBoth(RULE, force("Bool"))).toEqual([]);
  });
});

describe("an Allow", () => {
  test.each([
    ["BoolIfExists", "true", LETS_KEYS("BoolIfExists")],
    ["boolifexists", '["true"]', LETS_KEYS("boolifexists")],
    ["ForAllValues:Bool", "true", LETS_KEYS("ForAllValues:Bool")],
    ["Null", "false", LETS_SESSIONS],
  ])("%s %s", (operator, value, message) => {
    expect(toldInBoth(RULE, allowed(when(operator, value)))).toEqual([`warning ${message}`]);
  });

  test.each([
    ["Bool", "true"],
    // For the one thing that must be possible without MFA.
    ["BoolIfExists", "false"],
    ["Null", "true"],
  ])("%s %s passes", (operator, value) => {
    expect(toldInBoth(RULE, allowed(when(operator, value)))).toEqual([]);
  });

  test("Null beside Bool, and the age", () => {
    const both =
      "            Condition: { Bool: { aws:MultiFactorAuthPresent: true }, Null: { aws:MultiFactorAuthPresent: false } }\n";
    expect(toldInBoth(RULE, allowed(both))).toEqual([]);
    const age = (operator: string) => toldInBoth(RULE, allowed(when(operator, "3600", "aws:MultiFactorAuthAge")));
    expect(age("NumericLessThan")).toEqual([]);
    expect(age("NumericLessThanIfExists")).toEqual([
      "warning MFA condition in statement 1 lets in every request without MFA: NumericLessThanIfExists is true where aws:MultiFactorAuthAge is missing.",
    ]);
  });

  test("StringEquals is only mentioned", () => {
    expect(toldInBoth(RULE, allowed(when("StringEquals", '"true"')))).toEqual([`info ${COMPARED("StringEquals")}`]);
  });
});

describe("who it is about", () => {
  const user = (statement: string) =>
    `Resources:\n  Person:\n    Type: AWS::IAM::User\n    Properties:\n${inline(statement)}`;
  const role = (statement: string, principal = '{ AWS: "arn:aws:iam::111122223333:root" }') =>
    `Resources:\n${roleOf(principal, inline(statement))}`;

  test("users have long-term keys; sessions of roles always carry the key", () => {
    expect(toldInBoth(RULE, user(deny("dynamodb:*", '"*"', when("Bool", "false"))))).toEqual([`error ${KEYS}`]);
    expect(toldInBoth(RULE, role(deny("dynamodb:*", '"*"', when("Bool", "false"))))).toEqual([]);
    expect(toldInBoth(RULE, role(allow("dynamodb:Query", ARN, when("BoolIfExists", "true"))))).toEqual([]);
    expect(toldInBoth(RULE, role(allow("dynamodb:Query", ARN, when("Null", "false"))))).toEqual([
      `warning ${LETS_SESSIONS}`,
    ]);
  });

  test("a policy of its own is related to who has it", () => {
    const template = managedPolicy(
      deny("dynamodb:*", '"*"', when("Bool", "false")),
      "  Staff:\n    Type: AWS::IAM::Group\n",
    ).replace("Properties:", "Properties:\n      Groups: [!Ref Staff]");
    expect(toldInBoth(RULE, template)).toEqual([`error ${KEYS}`]);
    expect(relatedTo(RULE, template)).toEqual(['12:2-12:7 Group "Staff" has this policy']);
  });

  test("services take roles without MFA", () => {
    expect(toldInBoth(RULE, role(allow("dynamodb:Query", ARN, when("Bool", "true")), LAMBDA))).toEqual([
      'warning MFA condition in statement 1 is never true: only services take role "AppRole", without MFA, so the statement grants nothing.',
    ]);
    expect(toldInBoth(RULE, role(deny("dynamodb:*", '"*"', when("BoolIfExists", "false")), LAMBDA))).toEqual([
      'warning MFA condition in statement 1 is always true: only services take role "AppRole", without MFA, so the statement denies everything it names.',
    ]);
    const mixed = '{ Service: lambda.amazonaws.com, AWS: "arn:aws:iam::111122223333:root" }';
    expect(toldInBoth(RULE, role(allow("dynamodb:Query", ARN, when("Bool", "true")), mixed))).toEqual([]);
  });

  test("a SAM function", () => {
    const template = `Transform: AWS::Serverless-2016-10-31
Resources:
  Reader:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
        - Statement:
            - Effect: Allow
              Action: dynamodb:GetItem
              Resource: "*"
              Condition: { Bool: { aws:MultiFactorAuthPresent: true } }
`;
    expect(toldInBoth(RULE, template)).toEqual([
      'warning MFA condition in statement 1 is never true: only services take function "Reader", without MFA, so the statement grants nothing.',
    ]);
  });
});

describe("trust policies", () => {
  const trust = (effect: string, principal: string, condition: string, policies: string) => `Resources:
  Operator:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - { Effect: ${effect}, Principal: ${principal}, Action: "sts:AssumeRole", Condition: ${condition} }
${policies}`;
  const ROOT = '{ AWS: "arn:aws:iam::111122223333:root" }';
  const DATA = inline(allow("dynamodb:GetItem", ARN));
  const OTHER = inline(allow("s3:GetObject", "arn:aws:s3:::bucket/*"));

  test.each([
    ["Allow", "{ BoolIfExists: { aws:MultiFactorAuthPresent: true } }", [`warning ${LETS_KEYS("BoolIfExists")}`]],
    ["Allow", "{ Bool: { aws:MultiFactorAuthPresent: true } }", []],
    ["Allow", "{ Null: { aws:MultiFactorAuthPresent: false } }", [`warning ${LETS_SESSIONS}`]],
    ["Deny", "{ Bool: { aws:MultiFactorAuthPresent: false } }", [`error ${KEYS}`]],
    ["Deny", "{ BoolIfExists: { aws:MultiFactorAuthPresent: false } }", []],
  ])("%s %s", (effect, condition, lines) => {
    expect(toldInBoth(RULE, trust(effect, ROOT, condition, DATA))).toEqual(lines);
    expect(toldInBoth(RULE, trust(effect, ROOT, condition, OTHER))).toEqual([]);
  });

  test("an AWS managed policy makes it a role of DynamoDB", () => {
    const managed = "      ManagedPolicyArns: [arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess]\n";
    expect(toldInBoth(RULE, trust("Deny", ROOT, "{ Bool: { aws:MultiFactorAuthPresent: false } }", managed))).toEqual([
      `error ${KEYS}`,
    ]);
  });

  test("roles that take roles, and services", () => {
    const byRole = '{ AWS: "arn:aws:iam::111122223333:role/jump" }';
    expect(toldInBoth(RULE, trust("Deny", byRole, "{ Bool: { aws:MultiFactorAuthPresent: false } }", DATA))).toEqual(
      [],
    );
    expect(toldInBoth(RULE, trust("Allow", LAMBDA, "{ Bool: { aws:MultiFactorAuthPresent: true } }", DATA))).toEqual([
      "warning MFA condition in statement 1 is never true: a service takes the role without MFA, so nobody can take it.",
    ]);
  });

  test("the fix of a Deny, not where it would stop services", () => {
    const template = trust("Deny", ROOT, "{ Bool: { aws:MultiFactorAuthPresent: false } }", DATA);
    expect(repaired(RULE, template)).toBe(template.replace("Bool", "BoolIfExists"));
    for (const anyone of ['"*"', '{ AWS: "*" }'])
      expect(offered(RULE, trust("Deny", anyone, "{ Bool: { aws:MultiFactorAuthPresent: false } }", DATA))).toEqual([]);
  });
});

describe("policies of resources", () => {
  const table = (statement: string) => `Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas:
        - Region: eu-west-1
          ResourcePolicy:
            PolicyDocument:
              Statement:
                - ${statement}
`;

  test("a table's, without a fix: it would stop every workload", () => {
    const template = table(
      '{ Effect: Deny, Principal: "*", Action: "dynamodb:*", Resource: "*", Condition: { Bool: { aws:MultiFactorAuthPresent: false } } }',
    );
    expect(toldInBoth(RULE, template)).toEqual([`error ${KEYS}`]);
    expect(offered(RULE, template)).toEqual([]);
  });

  test("for roles only", () => {
    const template = table(
      '{ Effect: Deny, Principal: { AWS: "arn:aws:iam::111122223333:role/a" }, Action: "dynamodb:*", Resource: "*", Condition: { Bool: { aws:MultiFactorAuthPresent: false } } }',
    );
    expect(toldInBoth(RULE, template)).toEqual([]);
  });

  test("organisations and endpoints; keys and vaults are others' business", () => {
    const policy = (type: string, property: string, action: string) => `Resources:
  Guard:
    Type: ${type}
    Properties:
      ${property}:
        Statement:
          - { Effect: Deny, Principal: "*", Action: "${action}", Resource: "*", Condition: { Bool: { aws:MultiFactorAuthPresent: false } } }
${TABLE}`;
    expect(toldInBoth(RULE, policy("AWS::Organizations::Policy", "Content", "*"))).toEqual([`error ${KEYS}`]);
    expect(toldInBoth(RULE, policy("AWS::EC2::VPCEndpoint", "PolicyDocument", "dynamodb:*"))).toEqual([
      `error ${KEYS}`,
    ]);
    expect(toldInBoth(RULE, policy("AWS::EC2::VPCEndpoint", "PolicyDocument", "*"))).toEqual([]);
    expect(toldInBoth(RULE, policy("AWS::KMS::Key", "KeyPolicy", "kms:*"))).toEqual([]);
    expect(toldInBoth(RULE, policy("AWS::Backup::BackupVault", "AccessPolicy", "*"))).toEqual([]);
    expect(offered(RULE, policy("AWS::Organizations::Policy", "Content", "*"))).toEqual([]);
  });
});

describe("what is not about DynamoDB", () => {
  test("other services' actions and resources", () => {
    expect(toldInBoth(RULE, managedPolicy(deny("s3:*", '"*"', when("Bool", "false")), TABLE))).toEqual([]);
    expect(toldInBoth(RULE, managedPolicy(deny('"*"', "arn:aws:s3:::bucket/*", when("Bool", "false")), TABLE))).toEqual(
      [],
    );
  });

  test("a bare star counts where DynamoDB is in view", () => {
    expect(toldInBoth(RULE, denied(when("Bool", "false"), '"*"'))).toEqual([]);
    expect(toldInBoth(RULE, managedPolicy(deny('"*"', '"*"', when("Bool", "false")), TABLE))).toEqual([
      `error ${KEYS}`,
    ]);
  });
});

describe("what is not known", () => {
  test("a value, or a condition", () => {
    const template = `Parameters:\n  Wanted: { Type: String }\n${denied(when("Bool", "!Ref Wanted"))}`;
    expect(told(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["12:35 its condition is not known"]);
  });

  test("a branch is named", () => {
    const template = `Conditions:
  IsDev: !Equals [!Ref AWS::Region, eu-west-1]
${denied("            Condition: !If [IsDev, { Bool: { aws:MultiFactorAuthPresent: false } }, { BoolIfExists: { aws:MultiFactorAuthPresent: false } }]\n")}`;
    expect(toldInBoth(RULE, template)).toEqual([`error When IsDev is true: ${KEYS}`]);
  });

  test("wrong types and half-typed conditions", () => {
    for (const condition of [
      "Bool",
      "[]",
      "{ Bool: }",
      "{ Bool: { aws:MultiFactorAuthPresent: } }",
      "{ Bool: { aws:MultiFactorAuthPresent: { a: b } } }",
    ])
      expect(toldInBoth(RULE, denied(`            Condition: ${condition}\n`))).toEqual([]);
  });

  test("JSON in a text", () => {
    const template = `Resources:
  Set:
    Type: AWS::SSO::PermissionSet
    Properties:
      InlinePolicy: '{ "Statement": { "Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "*", "Condition": { "Null": { "aws:MultiFactorAuthPresent": "false" } } } }'
`;
    expect(toldInBoth(RULE, template)).toEqual([`warning ${LETS_SESSIONS}`]);
    expect(offered(RULE, template)).toEqual([]);
  });
});

describe("the fixes", () => {
  test("BoolIfExists in a Deny", () => {
    const template = denied(`            Condition:
              Bool: # only with MFA
                aws:MultiFactorAuthPresent: "false"
              StringEquals: { aws:RequestedRegion: eu-west-1 }
`);
    expect(offered(RULE, template)).toEqual(["caution: Use BoolIfExists (stops long-term access keys)"]);
    expect(repaired(RULE, template)).toBe(template.replace("Bool:", "BoolIfExists:"));
    expect(fixedText(template)).toBe(template);
    const json = asJson(template);
    expect(repaired(RULE, json)).toBe(json.replace('"Bool"', '"BoolIfExists"'));
  });

  test("not where the operator has another key, which would change too", () => {
    const template = denied(
      '            Condition: { Bool: { aws:MultiFactorAuthPresent: "false", aws:SecureTransport: "true" } }\n',
    );
    expect(told(RULE, template)).toHaveLength(1);
    expect(offered(RULE, template)).toEqual([]);
  });

  test("not for a comparison of texts, and not for a gap that it does not close", () => {
    expect(offered(RULE, denied(when("StringEquals", '"false"')))).toEqual([]);
    expect(offered(RULE, denied(when("Null", '"true"')))).toEqual([]);
  });

  test("Bool in an Allow", () => {
    const template = allowed(when("BoolIfExists", "true"));
    expect(offered(RULE, template)).toEqual(["caution: Use Bool (stops requests without MFA)"]);
    expect(repaired(RULE, template)).toBe(template.replace("BoolIfExists", "Bool"));
  });

  test("Bool beside Null", () => {
    const template = allowed(`            Condition:
              "Null":
                aws:MultiFactorAuthPresent: "false"
`);
    expect(offered(RULE, template)).toEqual([
      'caution: Ask for aws:MultiFactorAuthPresent "true" (stops requests without MFA)',
    ]);
    expect(repaired(RULE, template)).toBe(
      template.replace(
        '"false"\n',
        '"false"\n              Bool:\n                aws:MultiFactorAuthPresent: "true"\n',
      ),
    );
    const beside = allowed(`            Condition:
              "Null": { aws:MultiFactorAuthPresent: "false" }
              Bool: { aws:SecureTransport: "true" }
`);
    expect(repaired(RULE, beside)).toBe(
      beside.replace('aws:SecureTransport: "true"', 'aws:SecureTransport: "true", aws:MultiFactorAuthPresent: "true"'),
    );
  });
});
