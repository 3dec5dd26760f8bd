import { describe, expect, test } from "vitest";
import { asJson } from "../as-json.ts";
import { marked, offered, repaired, shown } from "../harness.ts";
import { relatedTo, told, toldInBoth, untold } from "../told.ts";
import { CONDITIONS, keyPolicy, neighbourKey, ROOT, VAULT } from "./keys.ts";

const RULE = "key-policy-public";

const isPublic = (statement = '"Use"', more = "") =>
  `error Key policy of "TableKey" is public (${statement}): it lets in every AWS account${more}.`;
const VIA = "; kms:ViaService says through which service, not who";

/** One statement; its principal is on line 12 (zero-based), its action on line 13. More lines of it at twelve spaces. */
const use = (principal: string, more = "", effect = "Allow") => `          - Sid: Use
            Effect: ${effect}
            Principal: ${principal}
            Action: [kms:Decrypt, "kms:GenerateDataKey*", kms:CreateGrant]
            Resource: "*"
${more}`;
const withCondition = (condition: string) => keyPolicy(use('"*"', `            Condition: ${condition}\n`));

test("through a service that no request comes through, as StringEquals does not expand its wildcard", () => {
  const via = (condition: string) => toldInBoth(RULE, withCondition(condition));
  const would = isPublic().replace(
    "lets in every AWS account",
    "would let in every AWS account, if its kms:ViaService matched any request",
  );
  expect(via("{ StringEquals: { kms:ViaService: dynamodb.*.amazonaws.com } }")).toEqual([would]);
  expect(
    via("{ StringEquals: { kms:ViaService: [dynamodb.*.amazonaws.com, !Sub 's3.${AWS::Region}.amazonaws.com'] } }"),
  ).toEqual([isPublic('"Use"', VIA)]);
  expect(via("{ StringLike: { kms:ViaService: dynamodb.*.amazonaws.com } }")).toEqual([isPublic('"Use"', VIA)]);
  expect(via("{ StringNotEquals: { kms:ViaService: dynamodb.*.amazonaws.com } }")).toEqual([isPublic('"Use"', VIA)]);
});

describe("principals", () => {
  test("the star, at its place, with the table beside it", () => {
    expect(shown(RULE, keyPolicy(use('"*"')))).toEqual([`12:23-12:26 ${isPublic()}`]);
    expect(relatedTo(RULE, keyPolicy(use('"*"')))).toEqual([`4:74-4:94 "Orders" is encrypted with it`]);
    expect(marked(RULE, keyPolicy(use('{ AWS: [arn:aws:iam::111122223333:root, "*"] }')))).toEqual(['"*"']);
  });

  test.each(['"*"', '{ AWS: "*" }', '{ AWS: ["*"] }'])("%s", (principal) => {
    expect(toldInBoth(RULE, keyPolicy(use(principal)))).toEqual([isPublic()]);
  });

  test.each([
    ['{ AWS: "arn:aws:iam::111122223333:root" }'],
    ['{ AWS: "111122223333" }'],
    ["{ AWS: !Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root' }"],
    ["{ AWS: !GetAtt Role.Arn }"],
    ["{ Service: dynamodb.amazonaws.com }"],
  ])("%s passes", (principal) => {
    const template = `${keyPolicy(use(principal))}  Role:\n    Type: AWS::IAM::Role\n`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual([]);
  });

  test("the delegation to the account is never a finding", () => {
    expect(toldInBoth(RULE, keyPolicy(ROOT))).toEqual([]);
  });

  test("NotPrincipal in an Allow, at its key", () => {
    const template = keyPolicy(use("{ AWS: arn:aws:iam::111122223333:root }").replace("Principal", "NotPrincipal"));
    expect(shown(RULE, template)).toEqual([`12:12-12:24 ${isPublic('"Use": NotPrincipal allows everybody else')}`]);
  });

  test("a Deny for everybody is no grant", () => {
    expect(toldInBoth(RULE, keyPolicy(`${ROOT}${use('"*"', "", "Deny")}`))).toEqual([]);
  });

  test("without a Sid the statement is counted", () => {
    expect(toldInBoth(RULE, keyPolicy(`${ROOT}${use('"*"').replace("Sid: Use\n            ", "")}`))).toEqual([
      isPublic("statement 2"),
    ]);
  });

  test("actions of other services give nothing of a key", () => {
    const template = (action: string) =>
      keyPolicy(`          - { Effect: Allow, Principal: "*", Action: ${action}, Resource: "*" }\n`);
    expect(toldInBoth(RULE, template('"s3:*"'))).toEqual([]);
    expect(toldInBoth(RULE, template('"*"'))).toEqual([isPublic("statement 1")]);
    expect(toldInBoth(RULE, template('"KMS:decrypt"'))).toEqual([isPublic("statement 1")]);
  });

  test("NotAction gives the rest", () => {
    const template = keyPolicy('          - { Effect: Allow, Principal: "*", NotAction: "kms:Put*", Resource: "*" }\n');
    expect(toldInBoth(RULE, template)).toEqual([isPublic("statement 1")]);
  });

  test("one that only deployment knows cannot be told", () => {
    const template = `Parameters:\n  Who: { Type: String }\n${keyPolicy(use("{ AWS: !Ref Who }"))}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["14:30 parameter Who has no default"]);
  });
});

describe("conditions that fix the caller", () => {
  test.each([
    ["{ StringEquals: { kms:CallerAccount: !Ref AWS::AccountId, kms:ViaService: dynamodb.eu-west-1.amazonaws.com } }"],
    [
      "{ StringEquals: { kms:CallerAccount: '111122223333' }, StringLike: { kms:ViaService: 'dynamodb.*.amazonaws.com' } }",
    ],
    ["{ StringEquals: { aws:PrincipalAccount: ['111122223333', '444455556666'] } }"],
    ["{ StringEquals: { aws:PrincipalOrgID: o-a1b2c3d4e5 } }"],
    ["{ StringEquals: { aws:PrincipalOrgID: !Ref Org } }"],
    ["{ StringEquals: { aws:PrincipalOrgID: '${aws:ResourceOrgID}' } }"],
    ["{ StringEquals: { aws:PrincipalOrgID: !Sub '${!aws:ResourceOrgID}' } }"],
    ["{ 'ForAnyValue:StringLike': { aws:PrincipalOrgPaths: 'o-a1b2c3d4e5/r-ab12/*' } }"],
    ["{ ArnLike: { aws:PrincipalArn: 'arn:aws:iam::111122223333:role/aws-reserved/*' } }"],
    ["{ ArnLike: { aws:PrincipalArn: !Sub 'arn:aws:iam::${AWS::AccountId}:role/app-*' } }"],
    ["{ ArnLike: { aws:SourceArn: 'arn:aws:cloudtrail:*:111122223333:trail/*' } }"],
    ["{ ArnEquals: { aws:SourceArn: arn:aws:s3:::orders } }"],
    ["{ StringEquals: { aws:SourceAccount: '111122223333' } }"],
    ["{ StringEquals: { aws:SourceVpc: vpc-1 } }"],
    ["{ StringEquals: { aws:SourceVpce: vpce-1 } }"],
    ["{ StringLike: { aws:userid: 'AROAEXAMPLEID:*' } }"],
    ["{ IpAddress: { aws:SourceIp: [203.0.113.0/24] } }"],
    ["{ Bool: { aws:PrincipalIsAWSService: true } }"],
  ])("%s passes", (condition) => {
    const template = `Parameters:\n  Org: { Type: String }\n${withCondition(condition)}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual([]);
  });

  test.each([
    ["{ StringLike: { kms:ViaService: 'dynamodb.*.amazonaws.com' } }", VIA],
    ["{ StringEquals: { kms:CallerAccount: '${aws:PrincipalAccount}' } }", ""],
    ["{ StringLike: { kms:CallerAccount: '*' } }", ""],
    ["{ StringEqualsIfExists: { kms:CallerAccount: '111122223333' } }", ""],
    ["{ StringNotEquals: { kms:CallerAccount: '111122223333' } }", ""],
    ["{ 'Null': { kms:CallerAccount: false } }", ""],
    ["{ ArnLike: { aws:PrincipalArn: 'arn:aws:iam::*:role/app' } }", ""],
    ["{ StringLike: { aws:PrincipalArn: '*' } }", ""],
    ["{ 'ForAnyValue:StringLike': { aws:PrincipalOrgPaths: 'o-*' } }", ""],
    ["{ 'ForAllValues:StringEquals': { aws:PrincipalOrgID: o-1 } }", ""],
    ["{ IpAddress: { aws:SourceIp: 0.0.0.0/0 } }", ""],
    ["{ StringLike: { aws:userid: '*' } }", ""],
    ["{ StringEquals: { aws:PrincipalTag/team: orders } }", ""],
    ["{ StringEquals: { 'kms:EncryptionContext:aws:dynamodb:tableName': Orders } }", ""],
    ["{ Bool: { kms:GrantIsForAWSResource: true } }", ""],
    ["{}", ""],
  ])("%s does not", (condition, more) => {
    expect(toldInBoth(RULE, withCondition(condition))).toEqual([isPublic('"Use"', more)]);
  });

  test("one that cannot be read may: cannot tell", () => {
    const template = `Parameters:\n  C: { Type: String }\n${withCondition("!Ref C")}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["14:23 its condition is not known"]);
  });

  test("in one branch only", () => {
    const condition = "!If [IsProd, { StringEquals: { aws:PrincipalOrgID: o-1 } }, !Ref AWS::NoValue]";
    expect(toldInBoth(RULE, `${CONDITIONS}${withCondition(condition)}`)).toEqual([
      isPublic().replace("error ", "error When IsProd is false: "),
    ]);
  });
});

describe("a Deny that closes it", () => {
  const denied = (condition: string, action = '"kms:*"', principal = 'Principal: "*"') =>
    keyPolicy(
      `${use('"*"')}          - { Effect: Deny, ${principal}, Action: ${action}, Resource: "*"${condition} }\n`,
    );

  test.each([
    [", Condition: { StringNotEquals: { aws:PrincipalOrgID: o-a1b2c3d4e5 } }"],
    [", Condition: { StringNotEqualsIfExists: { kms:CallerAccount: '111122223333' } }"],
    [
      ", Condition: { StringNotEquals: { aws:PrincipalOrgID: o-1 }, BoolIfExists: { aws:PrincipalIsAWSService: false } }",
    ],
    [""],
  ])("%s", (condition) => {
    expect(toldInBoth(RULE, denied(condition))).toEqual([]);
  });

  test("for everybody but a few", () => {
    const few = "NotPrincipal: { AWS: arn:aws:iam::111122223333:root }";
    expect(toldInBoth(RULE, denied("", undefined, few))).toEqual([]);
  });

  test.each([
    [
      "of another thing than who calls",
      ", Condition: { StringNotEquals: { kms:ViaService: dynamodb.x.amazonaws.com } }",
    ],
    [
      "that strangers pass by their region",
      ", Condition: { StringNotEquals: { aws:PrincipalOrgID: o-1, aws:RequestedRegion: x } }",
    ],
    ["of a positive test", ", Condition: { StringEquals: { kms:CallerAccount: '111122223333' } }"],
    ["for a request without the key only", ", Condition: { 'Null': { aws:PrincipalOrgID: true } }"],
  ])("not one %s", (_, condition) => {
    expect(toldInBoth(RULE, denied(condition))).toEqual([isPublic()]);
  });

  test("not one of some actions, of some principals, or in another branch", () => {
    expect(toldInBoth(RULE, denied("", "kms:Decrypt"))).toEqual([isPublic()]);
    expect(toldInBoth(RULE, denied("", undefined, "Principal: { AWS: '111122223333' }"))).toEqual([isPublic()]);
    const branch = denied("")
      .replace("- { Effect: Deny", "- !If [IsProd, { Effect: Deny")
      .replace(/ }\n$/, " }, !Ref AWS::NoValue]\n");
    expect(toldInBoth(RULE, `${CONDITIONS}${branch}`)).toEqual([
      isPublic().replace("error ", "error When IsProd is false: "),
    ]);
  });
});

describe("whose key", () => {
  const statement = `      KeyPolicy: { Statement: { Sid: Use, Effect: Allow, Principal: "*", Action: "kms:*", Resource: "*" } }\n`;

  test("a vault's beside a table, a replica key's", () => {
    expect(toldInBoth(RULE, neighbourKey(statement, VAULT))).toEqual([isPublic()]);
    expect(toldInBoth(RULE, keyPolicy(use('"*"')).replace("KMS::Key", "KMS::ReplicaKey"))).toEqual([isPublic()]);
  });

  test("one that speaks of DynamoDB, whatever is in view", () => {
    const via = statement.replace(
      " } }\n",
      ", Condition: { StringLike: { kms:ViaService: dynamodb.*.amazonaws.com } } } }\n",
    );
    expect(toldInBoth(RULE, neighbourKey(via, "", ""))).toEqual([isPublic('"Use"', VIA)]);
  });

  test("keys of other services are theirs", () => {
    expect(toldInBoth(RULE, neighbourKey(statement, ""))).toEqual([]);
  });

  test("documents: JSON text, in a Sub, and one that is not known", () => {
    const json = (document: string) => neighbourKey(`      KeyPolicy: ${document}\n`, VAULT);
    const text = '{"Statement":{"Sid":"Use","Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}}';
    expect(toldInBoth(RULE, json(`'${text}'`))).toEqual([isPublic()]);
    expect(offered(RULE, json(`'${text}'`))).toEqual([]);
    expect(toldInBoth(RULE, json(`!Sub '${text}'`))).toEqual([isPublic()]);
    const parameter = `Parameters:\n  P: { Type: String }\n${json("!Ref P")}`;
    expect(toldInBoth(RULE, parameter)).toEqual([]);
    expect(untold(RULE, parameter)).toEqual(["6:17 parameter P has no default"]);
  });

  test.each([
    "KeyPolicy:",
    "KeyPolicy: []",
    "KeyPolicy: { Statement: [null, a, { Effect: Allow, Principal: { AWS: {} } }] }",
  ])("half typed: %s", (typed) => {
    expect(told(RULE, neighbourKey(`      ${typed}\n`, VAULT))).toEqual([]);
  });
});

describe("the fix", () => {
  const TITLE = "caution: Limit to callers of this account by kms:CallerAccount (stops everybody else)";

  test("adds a condition", () => {
    const template = keyPolicy(use('"*" # anybody'));
    expect(offered(RULE, template)).toEqual([TITLE]);
    expect(repaired(RULE, template)).toBe(`${template}            Condition:
              StringEquals:
                kms:CallerAccount: !Ref AWS::AccountId
`);
  });

  test("beside the tests that are there", () => {
    const template = keyPolicy(
      use(
        '"*"',
        `            Condition:
              StringEquals:
                kms:ViaService: dynamodb.eu-west-1.amazonaws.com # here
`,
      ),
    );
    expect(repaired(RULE, template)).toBe(`${template}                kms:CallerAccount: !Ref AWS::AccountId\n`);
    const like = withCondition("{ StringLike: { kms:ViaService: dynamodb.*.amazonaws.com } }");
    expect(repaired(RULE, like)).toBe(
      like.replace("amazonaws.com } }", "amazonaws.com }, StringEquals: { kms:CallerAccount: !Ref AWS::AccountId } }"),
    );
  });

  test("in JSON, and where NotPrincipal is said", () => {
    const json = asJson(withCondition("{ StringEquals: { kms:CallerAccount: '*' } }"));
    expect(repaired(RULE, json)).toBe(
      json.replace(
        '"kms:CallerAccount": "*"',
        '"kms:CallerAccount": {\n                    "Ref": "AWS::AccountId"\n                  }',
      ),
    );
    const others = keyPolicy(use("{ AWS: arn:aws:iam::111122223333:root }").replace("Principal", "NotPrincipal"));
    expect(offered(RULE, others)).toEqual([TITLE]);
  });

  test("is not offered for aliases and the CDK's output", () => {
    const alias = keyPolicy(use('"*"')).replace("          - Sid: Use", "          - &use\n            Sid: Use");
    const twice = alias.replace(/\n$/, "\n          - *use\n");
    const cdk = keyPolicy(use('"*"'), { attributes: "    Metadata: { aws:cdk:path: Stack/Key/Resource }\n" });
    expect(offered(RULE, twice)).toEqual([]);
    expect(told(RULE, cdk)).toEqual([isPublic()]);
    expect(offered(RULE, cdk)).toEqual([]);
  });
});
