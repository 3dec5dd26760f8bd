import { describe, expect, test } from "vitest";
import { offered, repaired, shown } from "../harness.ts";
import { allow, deny, inline, LAMBDA, managedPolicy, roleOf } from "../identity/policies.ts";
import { relatedTo, toldInBoth, untold } from "../told.ts";
import { DATA, tableWithKey, withRole } from "./key-templates.ts";

const RULE = "decrypt-on-all-keys";

const told = (subject: string, what: string) =>
  `warning ${subject} may decrypt with every KMS key whose policy leaves that to identity policies (${what}), not only with the keys of its tables.`;

const ROLE = 'Role "AppRole"';

/** A function's role that reads the table, with one more statement. */
const reader = (statement: string, principal = LAMBDA) => withRole(principal, statement + DATA, tableWithKey());

describe("kms:Decrypt on every key", () => {
  test("stands at the resource", () => {
    expect(shown(RULE, reader(allow("kms:Decrypt", '"*"')))).toEqual([`15:26-15:29 ${told(ROLE, "kms:Decrypt on *")}`]);
  });

  test.each([
    ["kms:Decrypt", '"*"', "kms:Decrypt on *"],
    ["KMS:decrypt", '"*"', "KMS:decrypt on *"],
    ["kms:*", '"*"', "kms:* on *"],
    ["[kms:Describe*, kms:De*]", '"*"', "kms:De* on *"],
    ["kms:Decrypt", '"arn:aws:kms:*:111122223333:key/*"', "kms:Decrypt on arn:aws:kms:*:111122223333:key/*"],
    ["kms:Decrypt", "!Sub arn:aws:kms:${AWS::Region}:${AWS::AccountId}:key/*", "kms:Decrypt on key/*"],
    ["kms:Decrypt", '[!GetAtt OrdersKey.Arn, "*"]', "kms:Decrypt on *"],
  ])("%s on %s", (action, resource, what) => {
    expect(toldInBoth(RULE, reader(allow(action, resource)))).toEqual([told(ROLE, what)]);
  });

  test("several actions that decrypt are one finding", () => {
    expect(toldInBoth(RULE, reader(allow("[kms:Decrypt, kms:D*]", '"*"')))).toEqual([told(ROLE, "kms:Decrypt on *")]);
  });

  test.each([
    ["another action", allow("[kms:DescribeKey, kms:Encrypt, kms:ListAliases]", '"*"')],
    ["a named key", allow("kms:Decrypt", "!GetAtt OrdersKey.Arn")],
    ["a literal key", allow("kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/1")],
    ["keys that are not known", allow("kms:Decrypt", "!ImportValue key")],
    ["another service's resources", allow("kms:Decrypt", "arn:aws:s3:::bucket/*")],
    ["a bare star, which is full-dynamodb-access's", allow('"*"', '"*"')],
    ["a Deny that takes it away", allow("kms:Decrypt", '"*"') + deny("kms:*", '"*"')],
  ])("silent for %s", (_, statement) => {
    expect(toldInBoth(RULE, reader(statement))).toEqual([]);
    expect(untold(RULE, reader(statement))).toEqual([]);
  });

  test("a Deny of other keys leaves it", () => {
    const statements = allow("kms:Decrypt", '"*"') + deny("kms:*", "!GetAtt OrdersKey.Arn");
    expect(toldInBoth(RULE, reader(statements))).toHaveLength(1);
  });
});

describe("conditions", () => {
  const when = (condition: string) => reader(allow("kms:Decrypt", '"*"', `            Condition: ${condition}\n`));

  test.each([
    "{ StringLike: { kms:ViaService: dynamodb.*.amazonaws.com } }",
    "{ StringEquals: { 'kms:viaservice': !Sub 'dynamodb.${AWS::Region}.amazonaws.com' } }",
    '{ "ForAnyValue:StringEquals": { kms:ResourceAliases: alias/orders } }',
    "{ StringEquals: { aws:ResourceTag/team: orders } }",
    "{ StringEquals: { kms:EncryptionContext:aws:dynamodb:tableName: Orders } }",
  ])("%s limits it", (condition) => {
    expect(toldInBoth(RULE, when(condition))).toEqual([]);
    expect(untold(RULE, when(condition))).toEqual([]);
  });

  test.each([
    "{ StringLike: { kms:ViaService: '*' } }",
    "{ StringNotEquals: { kms:ViaService: s3.eu-west-1.amazonaws.com } }",
    "{ StringLikeIfExists: { kms:ViaService: dynamodb.*.amazonaws.com } }",
    '{ "ForAllValues:StringEquals": { kms:ResourceAliases: alias/orders } }',
    '{ "ForAnyValue:StringLike": { kms:ResourceAliases: alias/* } }',
    "{ StringEquals: { kms:CallerAccount: !Ref AWS::AccountId } }",
    "{ Bool: { aws:SecureTransport: true } }",
  ])("%s does not", (condition) => {
    expect(toldInBoth(RULE, when(condition))).toEqual([told(ROLE, "kms:Decrypt on *")]);
  });

  test("a condition that is not known: cannot tell", () => {
    const template = `Parameters:\n  C: { Type: String }\n${when("!Ref C")}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["17:26 the condition of its statement is not known"]);
  });

  test("the branch in which it is every key", () => {
    const template = `Conditions:\n  IsDev: !Equals [!Ref AWS::Region, eu-west-1]\n${reader(
      allow("kms:Decrypt", '!If [IsDev, "*", !GetAtt OrdersKey.Arn]'),
    )}`;
    expect(shown(RULE, template)).toEqual([
      `17:38-17:41 ${told(ROLE, "kms:Decrypt on *").replace("warning", "warning When IsDev is true:")}`,
    ]);
  });
});

describe("who", () => {
  const every = allow("kms:Decrypt", '"*"');

  test.each([
    ["an end user", "{ Federated: cognito-identity.amazonaws.com }"],
    ["staff", "{ AWS: !Ref AWS::AccountId }"],
  ])("%s with the data", (_, principal) => {
    expect(toldInBoth(RULE, reader(every, principal))).toHaveLength(1);
  });

  test.each([
    ["a pipeline", "{ Service: codebuild.amazonaws.com }"],
    ["AWS Backup", "{ Service: backup.amazonaws.com }"],
  ])("silent for %s", (_, principal) => {
    expect(toldInBoth(RULE, reader(every, principal))).toEqual([]);
  });

  test("silent for a role that does not work with items", () => {
    expect(toldInBoth(RULE, withRole(LAMBDA, every, tableWithKey()))).toEqual([]);
    const describes = allow("dynamodb:DescribeTable", "!GetAtt Orders.Arn");
    expect(toldInBoth(RULE, withRole(LAMBDA, every + describes, tableWithKey()))).toEqual([]);
  });

  test("in a policy of its own, the role gets its data from another", () => {
    const template = managedPolicy(
      every,
      `      Roles: [!Ref AppRole]\n${roleOf(LAMBDA, inline(DATA))}${tableWithKey()}`,
    );
    expect(toldInBoth(RULE, template)).toEqual([told(ROLE, "kms:Decrypt on *")]);
    expect(relatedTo(RULE, template)).toEqual(['11:2-11:9 Role "AppRole" has this policy']);
  });

  test("a SAM function with a policy template for its table, not one with a template for its key", () => {
    const sam = (policy: string) => `Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
        - DynamoDBReadPolicy: { TableName: !Ref Orders }
        - ${policy}
${tableWithKey()}`;
    expect(toldInBoth(RULE, sam('Statement: { Effect: Allow, Action: kms:Decrypt, Resource: "*" }'))).toEqual([
      told('Function "Worker"', "kms:Decrypt on *"),
    ]);
    expect(toldInBoth(RULE, sam("KMSDecryptPolicy: { KeyId: !Ref OrdersKey }"))).toEqual([]);
  });
});

describe("the fix", () => {
  test("names the only key of the tables that the role names", () => {
    const template = reader(allow("[kms:Decrypt, kms:GenerateDataKey*] # all", '"*" # every'));
    expect(offered(RULE, template)).toEqual([
      'caution: Limit to the key "OrdersKey" (stops the use of every other key)',
    ]);
    expect(repaired(RULE, template)).toBe(
      reader(allow("[kms:Decrypt, kms:GenerateDataKey*] # all", "!GetAtt OrdersKey.Arn # every")),
    );
  });

  test("in JSON", () => {
    const json = JSON.stringify(
      {
        Resources: {
          Orders: {
            Type: "AWS::DynamoDB::Table",
            Properties: { SSESpecification: { SSEEnabled: true, KMSMasterKeyId: { Ref: "K" } } },
          },
          K: { Type: "AWS::KMS::Key" },
          Ann: {
            Type: "AWS::IAM::User",
            Properties: {
              Policies: [
                {
                  PolicyName: "a",
                  PolicyDocument: {
                    Statement: [
                      { Effect: "Allow", Action: "dynamodb:Query", Resource: { "Fn::GetAtt": ["Orders", "Arn"] } },
                      { Effect: "Allow", Action: "kms:Decrypt", Resource: ["*"] },
                    ],
                  },
                },
              ],
            },
          },
        },
      },
      null,
      2,
    );
    expect(
      JSON.parse(repaired(RULE, json) ?? "").Resources.Ann.Properties.Policies[0].PolicyDocument.Statement[1],
    ).toEqual({
      Effect: "Allow",
      Action: "kms:Decrypt",
      Resource: [{ "Fn::GetAtt": ["K", "Arn"] }],
    });
  });

  test.each([
    ["an action takes no key", reader(allow("[kms:Decrypt, kms:ListAliases]", '"*"'))],
    ["a wildcard may take in others", reader(allow("kms:D*", '"*"'))],
    ["another service's actions stand beside it", reader(allow("[kms:Decrypt, s3:GetObject]", '"*"'))],
    [
      "the role names no table",
      withRole(LAMBDA, allow("kms:Decrypt", '"*"') + allow("dynamodb:GetItem", '"*"'), tableWithKey()),
    ],
    [
      "its table has no key in view",
      withRole(LAMBDA, allow("kms:Decrypt", '"*"') + DATA, "  Orders: { Type: AWS::DynamoDB::Table }\n"),
    ],
  ])("none where %s", (_, template) => {
    expect(toldInBoth(RULE, template)).toHaveLength(1);
    expect(offered(RULE, template)).toEqual([]);
  });
});
