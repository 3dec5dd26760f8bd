import { describe, expect, test } from "vitest";
import { offered, shown } from "../harness.ts";
import { relatedTo, told, toldInBoth, toldWith, untold } from "../told.ts";
import { CONDITIONS, keyPolicy, neighbourKey, ROOT, replicaKey, simpleTableKey, tableKey, VAULT } from "./keys.ts";

const RULE = "key-can-become-unmanageable";

const REFUSED = `warning The policy of key "TableKey" allows kms:PutKeyPolicy to nobody in this account: KMS refuses to make such a key.`;
const LOCKED = `warning The policy of key "TableKey" allows kms:PutKeyPolicy to nobody in this account: once the key is made, only AWS Support can change who may use it.`;
const BYPASSED = `warning BypassPolicyLockoutSafetyCheck is on for key "TableKey": KMS accepts a policy for it that leaves nobody able to change it.`;
const EMPTY = `warning Key "TableKey" has no key material until it is imported (Origin: EXTERNAL): "Orders" cannot be created in the same deployment.`;
const unusable = (lacking: string, it = "them") =>
  `warning The policy of key "TableKey" allows ${lacking} to nobody; DynamoDB needs ${it} to use the key for "Orders".`;

const OWN = '{ AWS: !Sub "arn:aws:iam::${AWS::AccountId}:role/app" }';
const USE = '[kms:Encrypt, kms:Decrypt, "kms:ReEncrypt*", "kms:GenerateDataKey*", kms:DescribeKey, kms:CreateGrant]';
const allow = (action: string, principal = OWN, more = "") =>
  `          - { Effect: Allow, Principal: ${principal}, Action: ${action}, Resource: "*"${more} }\n`;

describe("who may change the policy", () => {
  test("nobody: at the key of the policy, with the table beside it; nothing is offered", () => {
    const template = keyPolicy(allow(USE));
    expect(shown(RULE, template)).toEqual([`8:6-8:15 ${REFUSED}`]);
    expect(toldInBoth(RULE, template)).toEqual([REFUSED]);
    expect(relatedTo(RULE, template)).toEqual([`4:74-4:94 "Orders" is encrypted with it`]);
    expect(offered(RULE, template)).toEqual([]);
  });

  test.each([
    ["the account's root", ROOT],
    ["the account by its id", allow('"kms:*"', "{ AWS: !Ref AWS::AccountId }")],
    ["a written account, which may be this one", allow('"kms:*"', '{ AWS: "arn:aws:iam::111122223333:root" }')],
    ["a role", `${allow(USE)}${allow("kms:PutKeyPolicy")}`],
    ["a role of the template", allow('"kms:*"', "{ AWS: !GetAtt Role.Arn }")],
    ["a pattern", `${allow(USE)}${allow('"KMS:Put*"')}`],
    ["everything but something", allow('["kms:Delete*"]').replace("Action", "NotAction")],
    ["somebody who is not known", allow('"kms:*"', "{ AWS: !ImportValue admin }")],
    ["an action that is not known", allow("!ImportValue actions")],
    ["a federated user", allow('"kms:*"', "{ Federated: 'arn:aws:iam::111122223333:saml-provider/x' }")],
    ["under a condition", allow('"kms:*"', OWN, ", Condition: { Bool: { aws:MultiFactorAuthPresent: true } }")],
    ["everybody but", allow('"kms:*"').replace("Principal", "NotPrincipal")],
  ])("passes: %s", (_, statements) => {
    const template = `${keyPolicy(statements)}  Role:\n    Type: AWS::IAM::Role\n`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual([]);
  });

  test("the default policy", () => {
    expect(toldInBoth(RULE, tableKey("      Description: x\n"))).toEqual([]);
  });

  test("a service, or another account, cannot manage a key", () => {
    expect(toldInBoth(RULE, keyPolicy(allow('"kms:*"', "{ Service: dynamodb.amazonaws.com }")))).toEqual([REFUSED]);
    const foreign = keyPolicy(allow('"kms:*"', '{ AWS: "arn:aws:iam::111122223333:root" }'));
    expect(toldWith(RULE, foreign, { account: "444455556666" })).toEqual([REFUSED]);
    expect(toldWith(RULE, foreign, { account: "111122223333" })).toEqual([]);
  });

  test("everything but the policy", () => {
    expect(toldInBoth(RULE, keyPolicy(allow('["kms:Put*"]').replace("Action", "NotAction")))).toEqual([REFUSED]);
  });

  test("denied to everybody", () => {
    const deny = (more = "") =>
      `          - { Effect: Deny, Principal: "*", Action: "kms:PutKeyPolicy", Resource: "*"${more} }\n`;
    expect(toldInBoth(RULE, keyPolicy(`${ROOT}${deny()}`))).toEqual([REFUSED]);
    const condition = ", Condition: { StringNotEquals: { aws:PrincipalArn: arn:aws:iam::111122223333:role/admin } }";
    expect(toldInBoth(RULE, keyPolicy(`${ROOT}${deny(condition)}`))).toEqual([]);
  });

  test("with the check bypassed, the key is made and stays so", () => {
    const template = keyPolicy(allow(USE)).replace(
      "      KeyPolicy",
      "      BypassPolicyLockoutSafetyCheck: true\n      KeyPolicy",
    );
    expect(toldInBoth(RULE, template)).toEqual([BYPASSED, LOCKED]);
  });

  test("in one branch", () => {
    const statements = `          - !If\n            - IsProd\n            - { Effect: Allow, Principal: ${OWN}, Action: "kms:*", Resource: "*" }\n            - !Ref AWS::NoValue\n${allow(USE)}`;
    expect(toldInBoth(RULE, `${CONDITIONS}${keyPolicy(statements)}`)).toEqual([
      REFUSED.replace("warning ", "warning When IsProd is false: "),
    ]);
  });

  test("a policy that is not known cannot be told", () => {
    const template = `Parameters:\n  P: { Type: String }\n${tableKey("      KeyPolicy: !Ref P\n")}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["10:17 parameter P has no default"]);
  });

  test("a policy as JSON text", () => {
    const text = `{"Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"kms:Decrypt"}}`;
    expect(toldInBoth(RULE, neighbourKey(`      KeyPolicy: '${text}'\n`, VAULT))).toEqual([REFUSED]);
  });
});

describe("what DynamoDB needs", () => {
  const manage = allow("kms:Put*");

  test("nothing of it", () => {
    expect(toldInBoth(RULE, keyPolicy(manage))).toEqual([
      unusable("kms:Encrypt, kms:Decrypt, kms:ReEncrypt*, kms:GenerateDataKey*, kms:DescribeKey and kms:CreateGrant"),
    ]);
  });

  test("not all of it, at the key of the policy", () => {
    const template = keyPolicy(
      `${manage}${allow('[kms:Encrypt, kms:Decrypt, kms:ReEncryptFrom, "kms:Gen*", kms:Describe*]')}`,
    );
    expect(shown(RULE, template)).toEqual([`8:6-8:15 ${unusable("kms:ReEncrypt* and kms:CreateGrant")}`]);
    expect(toldInBoth(RULE, template)).toEqual([unusable("kms:ReEncrypt* and kms:CreateGrant")]);
    const grants = keyPolicy(`${manage}${allow(USE.replace(", kms:CreateGrant", ""))}`);
    expect(toldInBoth(RULE, grants)).toEqual([unusable("kms:CreateGrant", "it")]);
  });

  test.each([
    [
      "of several statements",
      `${allow("[kms:Encrypt, kms:Decrypt, 'kms:ReEncrypt*']")}${allow("['kms:GenerateDataKey*', kms:DescribeKey, kms:CreateGrant]")}`,
    ],
    [
      "through DynamoDB",
      allow(USE, '"*"', ", Condition: { StringLike: { kms:ViaService: dynamodb.*.amazonaws.com } }"),
    ],
    [
      "through some service",
      allow(USE, OWN, ", Condition: { StringLike: { kms:ViaService: '*.eu-west-1.amazonaws.com' } }"),
    ],
    [
      "through one that is not known",
      allow(USE, OWN, ", Condition: { StringLike: { kms:ViaService: !ImportValue via } }"),
    ],
    ["but for grants to AWS", allow(USE, OWN, ", Condition: { Bool: { kms:GrantIsForAWSResource: true } }")],
    ["in another account", allow(USE, '{ AWS: "444455556666" }')],
  ])("passes: %s", (_, statements) => {
    expect(toldInBoth(RULE, keyPolicy(`${manage}${statements}`))).toEqual([]);
  });

  test("what is allowed through other services only is no use", () => {
    const s3 = allow(USE, OWN, ", Condition: { StringEquals: { kms:ViaService: s3.eu-west-1.amazonaws.com } }");
    expect(toldInBoth(RULE, keyPolicy(`${manage}${s3}`))).toEqual([
      unusable("kms:Encrypt, kms:Decrypt, kms:ReEncrypt*, kms:GenerateDataKey*, kms:DescribeKey and kms:CreateGrant"),
    ]);
  });

  test("is asked of tables' keys only", () => {
    const policy = `      KeyPolicy:\n        Statement:\n${manage}`;
    expect(toldInBoth(RULE, neighbourKey(policy, VAULT))).toEqual([]);
    expect(toldInBoth(RULE, replicaKey(policy))).toHaveLength(1);
    expect(toldInBoth(RULE, tableKey(policy).replace("KMS::Key", "KMS::ReplicaKey"))).toHaveLength(1);
  });
});

describe("the check that keeps a key manageable", () => {
  const on = "      BypassPolicyLockoutSafetyCheck: true\n";

  test("bypassed: at the value", () => {
    expect(shown(RULE, tableKey(on))).toEqual([`8:38-8:42 ${BYPASSED}`]);
    expect(toldInBoth(RULE, tableKey(on))).toEqual([BYPASSED]);
    expect(toldInBoth(RULE, simpleTableKey(on))).toEqual([BYPASSED]);
    expect(toldInBoth(RULE, neighbourKey(on, VAULT))).toEqual([BYPASSED]);
  });

  test("passes where it is off, or the key is not DynamoDB's", () => {
    expect(toldInBoth(RULE, tableKey(on.replace("true", "false")))).toEqual([]);
    expect(toldInBoth(RULE, neighbourKey(on, "", ""))).toEqual([]);
  });

  test("a parameter cannot be told", () => {
    const template = `Parameters:\n  B: { Type: String }\n${tableKey(on.replace("true", "!Ref B"))}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["10:38 parameter B has no default"]);
  });
});

describe("key material", () => {
  const external = "      Origin: EXTERNAL\n";

  test("is missing in the deployment that makes the key: at the value", () => {
    expect(shown(RULE, tableKey(external))).toEqual([`8:14-8:22 ${EMPTY}`]);
    expect(toldInBoth(RULE, tableKey(external))).toEqual([EMPTY]);
  });

  test("is there for AWS_KMS", () => {
    expect(toldInBoth(RULE, tableKey("      Origin: AWS_KMS\n"))).toEqual([]);
  });

  test("may be imported before a table of another stack is made", () => {
    const keys = `${neighbourKey(external, "", "")}Outputs:\n  Key: { Value: !GetAtt TableKey.Arn, Export: { Name: key } }\n`;
    const tables = `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties: { SSESpecification: { SSEEnabled: true, KMSMasterKeyId: !ImportValue key } }
`;
    expect(told(RULE, { "keys.yaml": keys, "tables.yaml": tables })).toEqual([]);
    expect(told(RULE, { "tables.yaml": tables, "keys.yaml": keys })).toEqual([]);
  });

  test("a branch, and a parameter", () => {
    const branch = `${CONDITIONS}${tableKey("      Origin: !If [IsProd, EXTERNAL, AWS_KMS]\n")}`;
    expect(toldInBoth(RULE, branch)).toEqual([EMPTY.replace("warning ", "warning When IsProd is true: ")]);
    const parameter = `Parameters:\n  O: { Type: String }\n${tableKey("      Origin: !Ref O\n")}`;
    expect(toldInBoth(RULE, parameter)).toEqual([]);
    expect(untold(RULE, parameter)).toEqual(["10:14 parameter O has no default"]);
  });
});

test.each([
  "KeyPolicy:",
  "KeyPolicy: []",
  "KeyPolicy: { Statement: [] }",
  "KeyPolicy: { Statement: [null, a] }",
  "Origin: []",
])("half typed: %s", (typed) => {
  expect(told(RULE, tableKey(`      ${typed}\n`))).toEqual([]);
});
