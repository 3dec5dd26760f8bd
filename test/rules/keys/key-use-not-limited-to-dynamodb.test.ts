import { describe, expect, test } from "vitest";
import { marked, offered, repaired, STRICT, shown } from "../harness.ts";
import { LAMBDA, roleOf } from "../identity/policies.ts";
import { told, toldInBoth, untold } from "../told.ts";
import { keyPolicy, ROOT, tableWithKey } from "./key-templates.ts";

const RULE = "key-use-not-limited-to-dynamodb";

const says = (who: string, what: string) =>
  `info The policy of "OrdersKey" lets ${who} use the key directly and through every service, not only through DynamoDB (${what}).`;
const ROLE = 'role "AppRole"';

/** The key of a table that also names a role; its second statement is on line 13 (zero-based). */
const withUser = (action: string, principal = "!GetAtt AppRole.Arn", more = "", trust = LAMBDA) =>
  `Resources:\n${tableWithKey(
    keyPolicy(ROOT, `{ Effect: Allow, Principal: { AWS: ${principal} }, Action: ${action}, Resource: "*"${more} }`),
  )}${roleOf(trust, "")}`;

const found = (template: string) => toldInBoth(RULE, template, STRICT);

test("only in the profile strict", () => {
  expect(told(RULE, withUser("kms:Decrypt"))).toEqual([]);
});

describe("a key policy that names an application", () => {
  test("stands at the first action that uses the key", () => {
    expect(shown(RULE, withUser("[kms:DescribeKey, kms:Decrypt, kms:Encrypt]"), STRICT)).toEqual([
      `13:96-13:107 ${says(ROLE, "Decrypt")}`,
    ]);
    expect(marked(RULE, withUser("[kms:DescribeKey, kms:Decrypt]"), STRICT)).toEqual(["kms:Decrypt"]);
  });

  test.each([
    ["kms:Decrypt", "Decrypt"],
    ["kms:GenerateDataKeyWithoutPlaintext", "GenerateDataKeyWithoutPlaintext"],
    ["kms:ReEncrypt*", "ReEncryptFrom and ReEncryptTo"],
    ["kms:CreateGrant", "CreateGrant"],
    [
      "[kms:Encrypt, kms:Decrypt, kms:ReEncrypt*, kms:GenerateDataKey*, kms:DescribeKey]",
      "Decrypt, ReEncryptFrom, ReEncryptTo, GenerateDataKey and 3 more",
    ],
  ])("%s", (action, what) => {
    expect(found(withUser(action))).toEqual([says(ROLE, what)]);
  });

  test.each([
    [
      "an ARN of this account",
      "!Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/orders'",
      "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/orders",
    ],
    ["a literal ARN", "arn:aws:iam::111122223333:role/orders", "arn:aws:iam::111122223333:role/orders"],
    [
      "several",
      "[!GetAtt AppRole.Arn, 'arn:aws:iam::111122223333:role/orders']",
      `${ROLE} and arn:aws:iam::111122223333:role/orders`,
    ],
  ])("by %s", (_, principal, who) => {
    expect(found(withUser("kms:Decrypt", principal))).toEqual([says(who, "Decrypt")]);
  });

  test.each([
    ["describing and encrypting", withUser("[kms:DescribeKey, kms:Encrypt]")],
    ["delegation to the account", withUser("kms:Decrypt", "!Ref AWS::AccountId")],
    ["another account", withUser("kms:Decrypt", "'arn:aws:iam::444455556666:root'")],
    ["everybody, which key-policy-public is about", withUser("kms:Decrypt", '"*"')],
    ["a service", withUser("kms:Decrypt").replace("{ AWS: !GetAtt AppRole.Arn }", "{ Service: logs.amazonaws.com }")],
    ["a user", withUser("kms:Decrypt", "'arn:aws:iam::111122223333:user/ann'")],
    [
      "a service-linked role",
      withUser("kms:Decrypt", "'arn:aws:iam::111122223333:role/aws-service-role/a.amazonaws.com/A'"),
    ],
    ["an administrator by kms:*", withUser('"kms:*"', "'arn:aws:iam::111122223333:role/KeyAdmin'")],
    ["a pipeline", withUser("kms:Decrypt", undefined, "", "{ Service: cloudformation.amazonaws.com }")],
    ["staff", withUser("kms:Decrypt", undefined, "", "{ AWS: !Ref AWS::AccountId }")],
    [
      "a Deny",
      withUser("kms:Decrypt").replace(
        "{ Effect: Allow, Principal: { AWS: !GetAtt",
        "{ Effect: Deny, Principal: { AWS: !GetAtt",
      ),
    ],
  ])("silent for %s", (_, template) => {
    expect(found(template)).toEqual([]);
    expect(untold(RULE, template, STRICT)).toEqual([]);
  });

  test("silent for who administers the key by another statement", () => {
    const admin = (action: string) =>
      `{ Effect: Allow, Principal: { AWS: !GetAtt AppRole.Arn }, Action: ${action}, Resource: "*" }`;
    const template = `Resources:\n${tableWithKey(keyPolicy(ROOT, admin("kms:Put*"), admin("kms:Decrypt")))}${roleOf(LAMBDA, "")}`;
    expect(found(template)).toEqual([]);
  });

  test("silent for a key that no table uses, and for identity policies", () => {
    const key = tableWithKey(
      keyPolicy(
        ROOT,
        '{ Effect: Allow, Principal: { AWS: "arn:aws:iam::111122223333:role/a" }, Action: kms:Decrypt, Resource: "*" }',
      ),
    );
    expect(found(`Resources:\n${key}`)).toHaveLength(1);
    expect(found(`Resources:\n${key.replace(", KMSMasterKeyId: !GetAtt OrdersKey.Arn", "")}`)).toEqual([]);
  });
});

describe("conditions", () => {
  test.each([
    "{ StringLike: { kms:ViaService: dynamodb.*.amazonaws.com } }",
    "{ StringEquals: { kms:ViaService: [dynamodb.eu-west-1.amazonaws.com, dynamodb.us-east-1.amazonaws.com] } }",
    "{ StringEquals: { KMS:viaservice: !Sub 'dynamodb.${AWS::Region}.amazonaws.com' } }",
    "{ StringEquals: { kms:EncryptionContext:aws:dynamodb:tableName: Orders } }",
  ])("%s limits it", (condition) => {
    expect(found(withUser("kms:Decrypt", undefined, `, Condition: ${condition}`))).toEqual([]);
  });

  test.each([
    "{ StringLike: { kms:ViaService: '*.amazonaws.com' } }",
    "{ StringLike: { kms:ViaService: [dynamodb.*.amazonaws.com, s3.*.amazonaws.com] } }",
    "{ StringNotLike: { kms:ViaService: dynamodb.*.amazonaws.com } }",
    "{ StringEquals: { kms:CallerAccount: !Ref AWS::AccountId } }",
  ])("%s does not", (condition) => {
    expect(found(withUser("kms:Decrypt", undefined, `, Condition: ${condition}`))).toEqual([says(ROLE, "Decrypt")]);
  });

  test("grants for services are limited, the rest of the statement is not", () => {
    const grants = ", Condition: { Bool: { kms:GrantIsForAWSResource: true } }";
    expect(found(withUser("[kms:CreateGrant, kms:ListGrants]", undefined, grants))).toEqual([]);
    const operations = ', Condition: { "ForAllValues:StringEquals": { kms:GrantOperations: [Decrypt] } }';
    expect(found(withUser("[kms:CreateGrant, kms:Decrypt]", undefined, operations))).toEqual([says(ROLE, "Decrypt")]);
  });

  test("cannot tell where the condition is not known", () => {
    const template = `Parameters:\n  C: { Type: String }\n${withUser("kms:Decrypt", undefined, ", Condition: !Ref C")}`;
    expect(found(template)).toEqual([]);
    expect(untold(RULE, template, STRICT)).toEqual(["15:78 the condition of its statement is not known"]);
  });
});

describe("the fix", () => {
  const block = (condition: string) => `Resources:
${tableWithKey()}      KeyPolicy:
        Statement:
          - Effect: Allow # the service
            Principal: { AWS: "arn:aws:iam::111122223333:role/orders" }
            Action: kms:Decrypt
            Resource: "*"
${condition}`;

  test("adds the condition", () => {
    expect(offered(RULE, block(""), STRICT)).toEqual([
      "caution: Allow it through DynamoDB only (stops direct calls to KMS and use through other services)",
    ]);
    expect(repaired(RULE, block(""), 0, STRICT)).toBe(
      block(`            Condition:
              StringLike:
                kms:ViaService: dynamodb.*.amazonaws.com
`),
    );
  });

  test("beside the conditions that are there", () => {
    expect(
      repaired(RULE, block("            Condition: { StringEquals: { kms:CallerAccount: '1' } }\n"), 0, STRICT),
    ).toBe(
      block(
        "            Condition: { StringEquals: { kms:CallerAccount: '1' }, StringLike: { kms:ViaService: dynamodb.*.amazonaws.com } }\n",
      ),
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
          K: {
            Type: "AWS::KMS::Key",
            Properties: {
              KeyPolicy: {
                Statement: [
                  {
                    Effect: "Allow",
                    Principal: { AWS: "arn:aws:iam::111122223333:role/orders" },
                    Action: ["kms:Decrypt"],
                    Resource: "*",
                  },
                ],
              },
            },
          },
        },
      },
      null,
      2,
    );
    const [statement] = JSON.parse(repaired(RULE, json, 0, STRICT) ?? "").Resources.K.Properties.KeyPolicy.Statement;
    expect(statement.Condition).toEqual({ StringLike: { "kms:ViaService": "dynamodb.*.amazonaws.com" } });
  });

  test.each([
    ["others stand in the statement", withUser("kms:Decrypt", "[!GetAtt AppRole.Arn, !Ref AWS::AccountId]")],
    [
      "another service is meant",
      withUser("kms:Decrypt", undefined, ", Condition: { StringLike: { kms:ViaService: s3.*.amazonaws.com } }"),
    ],
  ])("none where %s", (_, template) => {
    expect(found(template)).toHaveLength(1);
    expect(offered(RULE, template, STRICT)).toEqual([]);
  });
});
