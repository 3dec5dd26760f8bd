import { describe, expect, test } from "vitest";
import { asJson } from "../as-json.ts";
import { offered, repaired, shown } from "../harness.ts";
import { relatedTo, told, toldInBoth, toldWith, untold } from "../told.ts";
import { CONDITIONS, keyPolicy, neighbourKey, ROOT, replicaKey } from "./keys.ts";

const RULE = "viaservice-pins-one-region";

const across = (regions: string, replicas = "us-east-1 and eu-west-1", statement = '"Use"') =>
  `error Key policy of "TableKey" (${statement}) allows use through DynamoDB only in ${regions}, but "Orders" has replicas in ${replicas}: DynamoDB calls KMS across regions for a global table.`;
const dead = (value = "dynamodb.*.amazonaws.com", operator = "StringEquals") =>
  `error ${operator} in the policy of key "TableKey" ("Use") does not expand wildcards: "${value}" matches no request.`;

/** One statement; more lines of it at twelve spaces. */
const use = (condition: string, effect = "Allow") => `          - Sid: Use
            Effect: ${effect}
            Principal: { AWS: "*" }
            Action: [kms:Decrypt, "kms:GenerateDataKey*", kms:CreateGrant]
            Resource: "*"
            Condition: ${condition}
`;
/** A global table in us-east-1 and eu-west-1; the condition is on line 18 (zero-based). */
const global = (condition: string, effect?: string, replicas?: string) =>
  replicaKey(`      KeyPolicy:\n        Statement:\n${use(condition, effect)}`, replicas);
const via = (value: string, operator = "StringEquals") => `{ ${operator}: { kms:ViaService: ${value} } }`;

describe("a global table's key", () => {
  test("one region of two: at the condition key, with the table beside it", () => {
    const template = global(via("dynamodb.us-east-1.amazonaws.com"));
    expect(shown(RULE, template)).toEqual([`18:41-18:55 ${across("us-east-1")}`]);
    expect(toldInBoth(RULE, template)).toEqual([across("us-east-1")]);
    expect(relatedTo(RULE, template)).toEqual([`6:67-6:87 "Orders" is encrypted with it`]);
  });

  test.each([
    ["dynamodb.us-west-2.amazonaws.com", "us-west-2"],
    ["[dynamodb.us-east-1.amazonaws.com, s3.eu-west-1.amazonaws.com]", "us-east-1"],
    ["[dynamodb.us-east-1.amazonaws.com, dynamodb.us-west-2.amazonaws.com]", "us-east-1 and us-west-2"],
    ["!Sub 'dynamodb.${AWS::Region}.amazonaws.com'", "${AWS::Region}"],
    ["!Sub 'dynamodb.${AWS::Region}.${AWS::URLSuffix}'", "${AWS::Region}"],
    ["!Join ['.', [dynamodb, !Ref AWS::Region, amazonaws.com]]", "${AWS::Region}"],
    ["!Sub 'dynamodb.${Home}.amazonaws.com'", "${Home}"],
  ])("%s", (value, regions) => {
    const template = `Parameters: { Home: { Type: String } }\n${global(via(value))}`;
    expect(toldInBoth(RULE, template)).toEqual([across(regions)]);
  });

  test("not where callers may only decrypt, as the CDK's ViaServicePrincipal lets them", () => {
    const pinned = global(via("!Sub 'dynamodb.${AWS::Region}.amazonaws.com'"));
    const of = (actions: string) => pinned.replace('[kms:Decrypt, "kms:GenerateDataKey*", kms:CreateGrant]', actions);
    for (const actions of ["kms:Decrypt", "[kms:Decrypt, kms:DescribeKey]"])
      expect(toldInBoth(RULE, of(actions))).toEqual([]);
    for (const actions of [
      "kms:CreateGrant",
      '"kms:*"',
      '[kms:Decrypt, "kms:Generate*"]',
      '["kms:ReEncrypt*"]',
      "!Ref Unknown",
    ])
      expect(toldInBoth(RULE, of(actions))).toEqual([across("${AWS::Region}")]);
    const deny = global(via("dynamodb.us-east-1.amazonaws.com", "StringNotEquals"), "Deny");
    expect(told(RULE, deny.replace('[kms:Decrypt, "kms:GenerateDataKey*", kms:CreateGrant]', "kms:Decrypt"))).toEqual(
      told(RULE, deny),
    );
    expect(told(RULE, deny)).toHaveLength(1);
  });

  test("the other operators that compare with one region", () => {
    for (const operator of ["StringLike", "StringEqualsIgnoreCase", "ForAnyValue:StringEquals", "stringequals"])
      expect(toldInBoth(RULE, global(via("dynamodb.us-east-1.amazonaws.com", `"${operator}"`)))).toEqual([
        across("us-east-1"),
      ]);
    expect(toldInBoth(RULE, global(via("dynamodb.us-*.amazonaws.com", "StringLike")))).toEqual([across("us-*")]);
  });

  test.each([
    [via("dynamodb.*.amazonaws.com", "StringLike")],
    [via("dynamodb.??-*-1.amazonaws.com", "StringLike")],
    [via("[dynamodb.us-east-1.amazonaws.com, dynamodb.eu-west-1.amazonaws.com]")],
    [via("[dynamodb.us-east-1.amazonaws.com, !Sub 'dynamodb.${Home}.amazonaws.com']")],
    [via("s3.us-east-1.amazonaws.com")],
    ["{ StringEquals: { kms:CallerAccount: !Ref AWS::AccountId } }"],
    ["{ StringNotEquals: { kms:ViaService: dynamodb.us-east-1.amazonaws.com } }"],
    ["{ 'Null': { kms:ViaService: false } }"],
  ])("%s passes", (condition) => {
    const template = `Parameters: { Home: { Type: String } }\n${global(condition)}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual([]);
  });

  test("the stack's own region, once it is given", () => {
    const template = global(via("!Sub 'dynamodb.${AWS::Region}.amazonaws.com'"));
    expect(toldWith(RULE, template, { region: "us-east-1" })).toEqual([across("us-east-1")]);
  });

  test("statements for one region each", () => {
    const statements = `      KeyPolicy:
        Statement:
${use(via("dynamodb.us-east-1.amazonaws.com"))}${use(via("dynamodb.eu-west-1.amazonaws.com"))}`;
    expect(toldInBoth(RULE, replicaKey(statements))).toEqual([]);
  });

  test("the delegation to the account beside it does not make the statement right", () => {
    const statements = `      KeyPolicy:\n        Statement:\n${ROOT}${use(via("dynamodb.us-east-1.amazonaws.com"))}`;
    expect(toldInBoth(RULE, replicaKey(statements))).toEqual([across("us-east-1")]);
  });

  test("a Deny that excepts one region", () => {
    const template = global("{ StringNotEquals: { kms:ViaService: dynamodb.us-east-1.amazonaws.com } }", "Deny");
    expect(toldInBoth(RULE, template)).toEqual([
      `error Key policy of "TableKey" ("Use") denies use through DynamoDB outside us-east-1, but "Orders" has replicas in us-east-1 and eu-west-1: DynamoDB calls KMS across regions for a global table.`,
    ]);
    expect(toldInBoth(RULE, global(via("dynamodb.us-east-1.amazonaws.com"), "Deny"))).toEqual([]);
  });

  test("tables of one region may pin it", () => {
    expect(toldInBoth(RULE, keyPolicy(use(via("dynamodb.us-east-1.amazonaws.com"))))).toEqual([]);
    const one = "        - { Region: us-east-1, SSESpecification: { KMSMasterKeyId: !Ref TableKey } }\n";
    expect(toldInBoth(RULE, global(via("dynamodb.us-east-1.amazonaws.com"), "Allow", one))).toEqual([]);
    expect(
      toldInBoth(
        RULE,
        neighbourKey(`      KeyPolicy:\n        Statement:\n${use(via("dynamodb.us-east-1.amazonaws.com"))}`, ""),
      ),
    ).toEqual([]);
  });

  test("a replica key, and one in another stack", () => {
    const template = global(via("dynamodb.us-east-1.amazonaws.com"));
    expect(toldInBoth(RULE, template.replace("KMS::Key", "KMS::ReplicaKey"))).toEqual([across("us-east-1")]);
    const keys = `${neighbourKey(`      KeyPolicy:\n        Statement:\n${use(via("dynamodb.us-east-1.amazonaws.com"))}`, "", "")}Outputs:
  Key: { Value: !GetAtt TableKey.Arn, Export: { Name: key } }
`;
    const tables = `Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas:
        - { Region: us-east-1, SSESpecification: { KMSMasterKeyId: !ImportValue key } }
        - { Region: eu-west-1 }
`;
    expect(told(RULE, { "keys.yaml": keys, "tables.yaml": tables })).toEqual([across("us-east-1")]);
  });
});

describe("branches and unknowns", () => {
  test("a replica that is there under a condition", () => {
    const replicas = `        - { Region: us-east-1, SSESpecification: { KMSMasterKeyId: !GetAtt TableKey.Arn } }
        - !If [IsProd, { Region: eu-west-1 }, !Ref AWS::NoValue]
`;
    const template = `${CONDITIONS}${global(via("dynamodb.us-east-1.amazonaws.com"), "Allow", replicas)}`;
    expect(toldInBoth(RULE, template)).toEqual([across("us-east-1").replace("error ", "error When IsProd is true: ")]);
  });

  test("a condition in one branch", () => {
    const condition = `!If [IsProd, ${via("dynamodb.*.amazonaws.com", "StringLike")}, ${via("dynamodb.us-east-1.amazonaws.com")}]`;
    expect(toldInBoth(RULE, `${CONDITIONS}${global(condition)}`)).toEqual([
      across("us-east-1").replace("error ", "error When IsProd is false: "),
    ]);
  });

  test("a service that is not known cannot be told", () => {
    const template = `Parameters:\n  Service: { Type: String }\n${global(via("!Ref Service"))}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["20:41 the service that it names is not known"]);
  });

  test("regions that are not known: two are more than one", () => {
    const replicas = (
      second: string,
    ) => `        - { Region: !Ref AWS::Region, SSESpecification: { KMSMasterKeyId: !GetAtt TableKey.Arn } }
        - { Region: ${second} }
`;
    const pinned = via("!Sub 'dynamodb.${AWS::Region}.amazonaws.com'");
    const template = `Parameters: { Other: { Type: String } }\n${global(pinned, "Allow", replicas("!Ref Other"))}`;
    expect(toldInBoth(RULE, template)).toEqual([across("${AWS::Region}", "${AWS::Region} and ${Other}")]);
    const hidden = global(pinned, "Allow", replicas("!GetAtt Custom.Region"));
    expect(toldInBoth(RULE, `${hidden}  Custom:\n    Type: Custom::Region\n`)).toEqual([
      across("${AWS::Region}", "${AWS::Region} and ${Custom.Region}"),
    ]);
    const absent = global(pinned, "Allow", replicas("!Ref AWS::NoValue"));
    expect(toldInBoth(RULE, absent)).toEqual([]);
    expect(untold(RULE, absent)).toEqual([`18:41 the regions of "Orders" are not known`]);
  });
});

describe("a wildcard under StringEquals", () => {
  test("at the condition key, whatever uses the key", () => {
    const template = keyPolicy(use(via("dynamodb.*.amazonaws.com")));
    expect(shown(RULE, template)).toEqual([`15:41-15:55 ${dead()}`]);
    expect(toldInBoth(RULE, template)).toEqual([dead()]);
    expect(toldInBoth(RULE, global(via("dynamodb.*.amazonaws.com")))).toEqual([dead()]);
    const alone = `      KeyPolicy:\n        Statement:\n${use(via("dynamodb.*.amazonaws.com"))}`;
    expect(toldInBoth(RULE, neighbourKey(alone, "", ""))).toEqual([dead()]);
  });

  test("every operator that compares letter by letter", () => {
    for (const operator of ["StringEqualsIfExists", "ForAnyValue:StringEquals", "StringEqualsIgnoreCase"])
      expect(toldInBoth(RULE, keyPolicy(use(via("dynamodb.*.amazonaws.com", `"${operator}"`))))).toEqual([
        dead(undefined, operator),
      ]);
  });

  test("a Deny that is meant to except DynamoDB", () => {
    const template = keyPolicy(use(via("dynamodb.*.amazonaws.com", "StringNotEquals"), "Deny"));
    expect(toldInBoth(RULE, template)).toEqual([
      `error StringNotEquals in the policy of key "TableKey" ("Use") does not expand wildcards: no request equals "dynamodb.*.amazonaws.com", so that DynamoDB is not excepted.`,
    ]);
    expect(offered(RULE, template)).toEqual([
      "caution: Compare by StringNotLike, which expands wildcards (grants use through DynamoDB)",
    ]);
  });

  test("of another service is not ours", () => {
    expect(toldInBoth(RULE, keyPolicy(use(via("s3.*.amazonaws.com"))))).toEqual([]);
  });
});

describe("the fixes", () => {
  const EVERY =
    "caution: Name DynamoDB in every region by StringLike (grants use of the key through DynamoDB in other regions)";

  test("write StringLike with the asterisk; the tests beside it mean the same", () => {
    const template = replicaKey(`      KeyPolicy:
        Statement:
          - Effect: Allow
            Principal: { AWS: "*" }
            Action: kms:Encrypt
            Resource: "*"
            Condition:
              StringEquals: # exactly
                kms:CallerAccount: !Ref AWS::AccountId
                kms:ViaService: dynamodb.us-east-1.amazonaws.com # us
`);
    expect(offered(RULE, template)).toEqual([EVERY]);
    expect(repaired(RULE, template)).toBe(
      template.replace("StringEquals:", "StringLike:").replace("dynamodb.us-east-1.", "dynamodb.*."),
    );
  });

  test("of several values one is left", () => {
    const template = global(
      via("[dynamodb.us-east-1.amazonaws.com, s3.us-east-1.amazonaws.com, dynamodb.us-west-2.amazonaws.com]"),
    );
    expect(repaired(RULE, template)).toBe(
      template
        .replace("StringEquals", "StringLike")
        .replace(
          "[dynamodb.us-east-1.amazonaws.com, s3.us-east-1.amazonaws.com, dynamodb.us-west-2.amazonaws.com]",
          "[dynamodb.*.amazonaws.com, s3.us-east-1.amazonaws.com]",
        ),
    );
  });

  test("keep the partition's suffix, and are made in JSON", () => {
    const china = global(via("dynamodb.cn-north-1.amazonaws.com.cn"));
    expect(repaired(RULE, china)).toBe(
      china.replace("StringEquals", "StringLike").replace("dynamodb.cn-north-1.", "dynamodb.*."),
    );
    const json = asJson(global(via("dynamodb.us-east-1.amazonaws.com")));
    expect(repaired(RULE, json)).toBe(
      json.replace("StringEquals", "StringLike").replace("dynamodb.us-east-1.", "dynamodb.*."),
    );
  });

  test("are not made where the value is computed", () => {
    expect(offered(RULE, global(via("!Sub 'dynamodb.${AWS::Region}.amazonaws.com'")))).toEqual([]);
  });

  test("leave StringLike as it is", () => {
    const template = global(via("dynamodb.us-east-1.amazonaws.com", "StringLike"));
    expect(repaired(RULE, template)).toBe(template.replace("dynamodb.us-east-1.", "dynamodb.*."));
  });

  test("rename the operator of a dead wildcard", () => {
    const template = keyPolicy(use(via("dynamodb.*.amazonaws.com # all\n", '"StringEquals"').replace(" # all\n", "")));
    expect(offered(RULE, template)).toEqual([
      "caution: Compare by StringLike, which expands wildcards (grants use through DynamoDB)",
    ]);
    expect(repaired(RULE, template)).toBe(template.replace("StringEquals", "StringLike"));
  });

  test.each([
    [
      "StringLike is there already",
      "{ StringEquals: { kms:ViaService: dynamodb.*.amazonaws.com }, StringLike: { aws:PrincipalArn: x } }",
    ],
    [
      "another value would become a pattern",
      "{ StringEquals: { kms:ViaService: dynamodb.*.amazonaws.com, aws:PrincipalTag/a: '*' } }",
    ],
    ["letters are compared in any case", via("dynamodb.*.amazonaws.com", "StringEqualsIgnoreCase")],
  ])("are not offered where %s", (_, condition) => {
    expect(told(RULE, keyPolicy(use(condition)))).toHaveLength(1);
    expect(offered(RULE, keyPolicy(use(condition)))).toEqual([]);
  });

  test("are not offered in the CDK's output", () => {
    const cdk = keyPolicy(use(via("dynamodb.*.amazonaws.com")), {
      attributes: "    Metadata: { aws:cdk:path: Stack/Key/Resource }\n",
    });
    expect(told(RULE, cdk)).toEqual([dead()]);
    expect(offered(RULE, cdk)).toEqual([]);
  });
});
