import { describe, expect, test } from "vitest";
import { DEFAULT_CONFIGURATION } from "../../../core/lint/configuration.ts";
import { lintTemplate } from "../../../core/lint/lint.ts";
import { createProject } from "../../../core/model/project.ts";
import { sourceText } from "../../../core/syntax/source-text.ts";
import { readTemplate } from "../../../core/template/read.ts";
import { RULES } from "../../../rules/registry.ts";
import { told, toldInBoth, toldWith, untold } from "../told.ts";
import { streamWith, tableWith, withParameters } from "./policies.ts";

const RULE = "cross-account-with-service-key";
const ROLE = "arn:aws:iam::444455556666:role/app";

const allow = (action = "dynamodb:GetItem", principal = `{ AWS: ${ROLE} }`) =>
  `{ Sid: Read, Effect: Allow, Principal: ${principal}, Action: ${action}, Resource: "*" }`;
const cannot = (why: string, whose = '"Orders"') =>
  `Account 444455556666 cannot use ${whose}, although its resource policy allows it ("Read"): ${why}`;
const SERVICE_KEY = "the AWS managed key aws/dynamodb admits only callers of its own account";
const CUSTOMER_KEY = 'the policy of key "TableKey" does not let that account decrypt';

const sse = (specification: string) => `      SSESpecification: ${specification}\n`;
const inAccount = (template: string) => toldWith(RULE, template, { account: "111122223333" });

/** The findings in a stack whose account is 111122223333: the text each stands on, and what belongs to it. */
function placesIn(text: string, configuration = DEFAULT_CONFIGURATION) {
  const template = readTemplate("template.yaml", sourceText(text), { parameters: new Map(), account: "111122223333" });
  return lintTemplate(createProject([template]), template, RULES, configuration)
    .findings.filter(({ rule }) => rule === RULE)
    .map(({ place, related, fixes }) => ({
      at: text.slice(place.start, place.end),
      related: related.map((each) => `${text.slice(each.place.start, each.place.end)}: ${each.message}`),
      fixes: fixes.length,
    }));
}

describe("the AWS managed key", () => {
  test.each([
    "{ SSEEnabled: true }",
    "{ SSEEnabled: true, SSEType: KMS }",
    '{ SSEEnabled: "true", KMSMasterKeyId: alias/aws/dynamodb }',
    "{ SSEEnabled: true, KMSMasterKeyId: !Sub 'arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:alias/aws/dynamodb' }",
  ])("%s", (specification) => {
    const template = tableWith([allow()], sse(specification));
    expect(inAccount(template)).toEqual([`warning ${cannot(SERVICE_KEY)}.`]);
    expect(toldInBoth(RULE, template)).toEqual([
      `info ${cannot(SERVICE_KEY)} (unless that is the stack's own account, which is not known here).`,
    ]);
  });

  test.each([
    ["", "the AWS owned key asks nobody"],
    [sse("{ SSEEnabled: false }"), "the same"],
    [sse("{}"), "the same"],
    [sse("{ SSEEnabled: true, KMSMasterKeyId: !ImportValue key }"), "a key elsewhere"],
    [sse("{ SSEEnabled: true, KMSMasterKeyId: alias/shared }"), "a key elsewhere"],
    [sse("{ SSEEnabled: !Ref P }"), "not known"],
  ])("%s: %s", (properties) => {
    expect(inAccount(withParameters("P: { Type: String }", tableWith([allow()], properties)))).toEqual([]);
  });

  test.each([
    [allow("dynamodb:GetItem", "{ AWS: !Ref AWS::AccountId }"), "the own account"],
    [allow("dynamodb:GetItem", "{ AWS: arn:aws:iam::111122223333:role/app }"), "the own account"],
    [allow("dynamodb:DescribeTable"), "no data"],
    [allow().replace("Allow", "Deny"), "no grant"],
    [allow("dynamodb:GetItem", "{ AWS: !Ref P }"), "not known"],
  ])("%s: %s", (statement) => {
    expect(
      inAccount(withParameters("P: { Type: String }", tableWith([statement], sse("{ SSEEnabled: true }")))),
    ).toEqual([]);
  });

  test("a whole account that may be the stack's own cannot be told", () => {
    const template = tableWith([allow("dynamodb:GetItem", '{ AWS: "444455556666" }')], sse("{ SSEEnabled: true }"));
    expect(inAccount(template)).toEqual([`warning ${cannot(SERVICE_KEY)}.`]);
    expect(told(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual([
      "10:60 account 444455556666 may be the stack's own, which is not known here",
    ]);
  });

  test("accounts that are trusted cannot use it either", () => {
    const template = tableWith([allow()], sse("{ SSEEnabled: true }"));
    const values = { ...DEFAULT_CONFIGURATION.values, trustedAccounts: ["444455556666"] };
    expect(placesIn(template, { ...DEFAULT_CONFIGURATION, values })).toHaveLength(1);
  });

  test("of a stream, and of a replica", () => {
    expect(inAccount(streamWith([allow("dynamodb:GetRecords")], sse("{ SSEEnabled: true }")))).toEqual([
      `warning ${cannot(SERVICE_KEY, 'the stream of "Orders"')}.`,
    ]);
    const policy = `ResourcePolicy: { PolicyDocument: { Statement: [${allow()}] } }`;
    const template = `Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      SSESpecification: { SSEEnabled: true, SSEType: KMS }
      Replicas:
        - { Region: eu-west-1, ${policy} }
        - { Region: us-east-1, SSESpecification: { KMSMasterKeyId: !ImportValue key }, ${policy} }
`;
    expect(inAccount(template)).toEqual([`warning ${cannot(SERVICE_KEY, 'replica eu-west-1 of "Orders"')}.`]);
  });

  test("in one branch of the encryption and one of the grant", () => {
    const template = (branch: string) =>
      `Conditions: { A: !Equals [!Ref AWS::Region, a] }\n${tableWith(
        [allow("dynamodb:GetItem", `{ AWS: !If [A, ${ROLE}, !Ref AWS::AccountId] }`)],
        sse(`{ SSEEnabled: !If [A, ${branch}] }`),
      )}`;
    expect(inAccount(template("true, false"))).toEqual([`warning When A is true: ${cannot(SERVICE_KEY)}.`]);
    expect(inAccount(template("false, true"))).toEqual([]);
  });

  test("its place, what belongs to it, and no fix", () => {
    const template = tableWith([allow()], sse("{ SSEEnabled: true }"));
    expect(placesIn(template)).toEqual([{ at: ROLE, related: ["true: the encryption of the table"], fixes: 0 }]);
  });
});

describe("a customer managed key", () => {
  const OWN = `{ Effect: Allow, Principal: { AWS: !Sub "arn:aws:iam::\${AWS::AccountId}:root" }, Action: "kms:*", Resource: "*" }`;
  const key = (statements: readonly string[]) =>
    tableWith(
      [allow()],
      sse("{ SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: !GetAtt TableKey.Arn }"),
      `  TableKey: { Type: AWS::KMS::Key, Properties: { KeyPolicy: { Statement: [${statements.join(", ")}] } } }\n`,
    );
  const to = (principal: string, action = "kms:Decrypt", condition = "") =>
    key([
      OWN,
      `{ Effect: Allow, Principal: ${principal}, Action: ${action}, Resource: "*"${condition && `, Condition: ${condition}`} }`,
    ]);

  test.each([
    [key([OWN])],
    [to("{ AWS: arn:aws:iam::777788889999:root }")],
    [to(`{ AWS: ${ROLE} }`, "[kms:Encrypt, kms:DescribeKey]")],
    [to(`{ AWS: ${ROLE} }`).replace("Action: kms:Decrypt", "Action: dynamodb:GetItem")],
    [to('"*"', "kms:*", "{ StringEquals: { kms:CallerAccount: !Ref AWS::AccountId } }")],
    [to('{ AWS: "*" }', "kms:*", "{ StringEquals: { aws:PrincipalAccount: ['777788889999'] } }")],
    [
      to(`{ AWS: ${ROLE} }`).replace(
        "Effect: Allow, Principal: { AWS: arn:aws:iam::444455556666:role/app }, Action: kms",
        "Effect: Deny, Principal: '*', Action: kms",
      ),
    ],
  ])("that does not let the account decrypt (%#)", (template) => {
    expect(inAccount(template)).toEqual([`warning ${cannot(CUSTOMER_KEY)}.`]);
  });

  test("with the policy that KMS gives it", () => {
    const template = key([]).replace("KeyPolicy: { Statement: [] }", "EnableKeyRotation: true");
    expect(inAccount(template)).toEqual([`warning ${cannot(CUSTOMER_KEY)}.`]);
    expect(placesIn(template)).toEqual([{ at: ROLE, related: ["TableKey: the key that encrypts it"], fixes: 0 }]);
  });

  test.each([
    [to(`{ AWS: ${ROLE} }`)],
    [to('{ AWS: "444455556666" }', "kms:*")],
    [to("{ AWS: arn:aws:iam::444455556666:role/other }", "[kms:De*]")],
    [to('"*"', "kms:Decrypt", "{ StringEquals: { aws:PrincipalOrgID: o-a1b2c3d4e5 } }")],
    [to('"*"', "kms:Decrypt", "{ StringEquals: { kms:CallerAccount: ['111122223333', '444455556666'] } }")],
    [to('"*"', "kms:Decrypt", "{ StringEquals: { kms:CallerAccount: !Ref P } }")],
    [to("{ AWS: !Ref P }")],
    [to(`{ AWS: ${ROLE} }`, "!Ref P")],
    [key(["!Ref P"])],
  ])("that does, or may (%#)", (template) => {
    expect(inAccount(withParameters("P: { Type: String }", template))).toEqual([]);
  });

  test("by an alias, which is not followed", () => {
    const template = key([OWN]).replace("!GetAtt TableKey.Arn", "!Ref Alias");
    expect(
      told(
        RULE,
        `${template}  Alias: { Type: AWS::KMS::Alias, Properties: { AliasName: alias/a, TargetKeyId: !Ref TableKey } }\n`,
      ),
    ).toEqual([]);
  });
});
