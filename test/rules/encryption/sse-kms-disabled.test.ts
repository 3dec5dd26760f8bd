import { describe, expect, test } from "vitest";
import { fixedText, marked, offered, repaired, STRICT, shown } from "../harness.ts";
import { told, toldInBoth, toldWith, untold } from "../told.ts";

const RULE = "sse-kms-disabled";

const OWNED = `"Orders" is encrypted with the AWS owned key, not with SSE-KMS: its use leaves no trace in your CloudTrail. An AWS managed key adds the trace; only a customer managed key can be restricted or revoked.`;
const FIX = "Encrypt with the AWS managed KMS key (KMS requests are billed; other accounts cannot use that key)";

const table = (properties: string) => `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
${properties}`;

const CONDITIONS = `Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
`;

describe("AWS::DynamoDB::Table", () => {
  test("nothing is written: at the logical id, and never called unencrypted", () => {
    expect(shown(RULE, table(""))).toEqual([`1:2-1:8 warning ${OWNED}`]);
    expect(toldInBoth(RULE, table(""))).toEqual([`warning ${OWNED}`]);
    expect(told(RULE, table("")).join()).not.toMatch(/unencrypted|not encrypted/i);
  });

  test.each([
    ["{}", "SSESpecification"],
    ["", "SSESpecification"],
    ["!Ref AWS::NoValue", "!Ref AWS::NoValue"],
    ["{ SSEEnabled: false }", "false"],
    ["{ SSEEnabled: 'false' }", "'false'"],
    ["{ SSEType: KMS }", "SSESpecification"],
  ])("SSESpecification: %s", (value, place) => {
    const template = table(`      SSESpecification: ${value}\n`);
    expect(marked(RULE, template)).toEqual([place]);
    expect(toldInBoth(RULE, template)).toEqual([`warning ${OWNED}`]);
  });

  test.each([
    "{ SSEEnabled: true }",
    '{ SSEEnabled: "true", SSEType: KMS }',
    "{ SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: alias/aws/dynamodb }",
    "{ SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: !ImportValue key }",
  ])("passes with %s", (value) => {
    expect(toldInBoth(RULE, table(`      SSESpecification: ${value}\n`))).toEqual([]);
  });

  test("a value of a wrong kind is nothing to judge", () => {
    for (const value of ["true", "[SSEEnabled]"]) {
      const template = table(`      SSESpecification: ${value}\n`);
      expect(toldInBoth(RULE, template)).toEqual([]);
      expect(untold(RULE, template)).toEqual(["5:24 its value is no map"]);
    }
  });

  test("a customer managed key in another branch", () => {
    const template = `${CONDITIONS}${table(
      `      SSESpecification: !If
        - IsProd
        - { SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: !ImportValue key }
        - !Ref AWS::NoValue
`,
    )}`;
    expect(shown(RULE, template)).toEqual([`10:10-10:27 warning When IsProd is false: ${OWNED}`]);
    expect(toldInBoth(RULE, template)).toEqual([`warning When IsProd is false: ${OWNED}`]);
  });

  test("the branch of SSEEnabled itself", () => {
    const template = `${CONDITIONS}${table("      SSESpecification: { SSEEnabled: !If [IsProd, true, false], SSEType: KMS }\n")}`;
    expect(toldInBoth(RULE, template)).toEqual([`warning When IsProd is false: ${OWNED}`]);
  });

  test("a branch that the table's own condition excludes", () => {
    const template = `${CONDITIONS}${table("      SSESpecification: { SSEEnabled: !If [IsProd, true, false] }\n").replace("    Properties:", "    Condition: IsProd\n    Properties:")}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
  });

  test("parameters: allowed values, a default, a value that is given, none", () => {
    const byParameter = (parameter: string) =>
      `Parameters:\n  Encrypt: ${parameter}\n${table("      SSESpecification: { SSEEnabled: !Ref Encrypt }\n")}`;
    expect(toldInBoth(RULE, byParameter("{ Type: String, AllowedValues: ['true', 'false'] }"))).toEqual([
      `warning When Encrypt is "false": ${OWNED}`,
    ]);
    expect(toldInBoth(RULE, byParameter("{ Type: String, Default: 'false' }"))).toEqual([
      `warning ${OWNED} (with the default of parameter Encrypt)`,
    ]);
    expect(
      toldWith(RULE, byParameter("{ Type: String, Default: 'false' }"), { parameters: new Map([["Encrypt", "true"]]) }),
    ).toEqual([]);
    const open = byParameter("{ Type: String }");
    expect(toldInBoth(RULE, open)).toEqual([]);
    expect(untold(RULE, open)).toEqual(["7:38 parameter Encrypt has no default"]);
  });

  test("an unknown transform may add it", () => {
    const template = `Transform: [AWS::Serverless-2016-10-31, Company::Encryption]\n${table("")}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["2:2 the transform Company::Encryption may change anything"]);
  });
});

describe("AWS::DynamoDB::GlobalTable", () => {
  test("is set once for all replicas, and found once", () => {
    const template = `Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas: [{ Region: us-east-1 }, { Region: eu-west-1 }]
`;
    expect(shown(RULE, template)).toEqual([`1:2-1:8 warning ${OWNED}`]);
    expect(toldInBoth(RULE, template)).toEqual([`warning ${OWNED}`]);
    expect(repaired(RULE, template)).toBe(`${template}      SSESpecification:
        SSEEnabled: true
        SSEType: KMS
`);
    expect(toldInBoth(RULE, `${template}      SSESpecification: { SSEEnabled: true }\n`)).toEqual([]);
  });
});

describe("AWS::Serverless::SimpleTable", () => {
  const sam = (globals: string, properties = "") => `Transform: AWS::Serverless-2016-10-31
Globals:
  SimpleTable:
    SSESpecification: ${globals}
Resources:
  Orders:
    Type: AWS::Serverless::SimpleTable
${properties}`;

  test("Globals count", () => {
    expect(toldInBoth(RULE, sam("{ SSEEnabled: true }"))).toEqual([]);
    expect(shown(RULE, sam("{ SSEEnabled: false }"))).toEqual([`3:36-3:41 warning ${OWNED}`]);
  });

  test("what the table says wins over Globals, key by key", () => {
    const own = "    Properties:\n      SSESpecification: { SSEEnabled: false }\n";
    expect(shown(RULE, sam("{ SSEEnabled: true, SSEType: KMS }", own))).toEqual([`8:38-8:43 warning ${OWNED}`]);
    expect(
      toldInBoth(RULE, sam("{ SSEEnabled: true }", "    Properties:\n      SSESpecification: { SSEType: KMS }\n")),
    ).toEqual([]);
  });

  test("without Globals", () => {
    const template =
      "Transform: AWS::Serverless-2016-10-31\nResources:\n  Orders:\n    Type: AWS::Serverless::SimpleTable\n";
    expect(toldInBoth(RULE, template)).toEqual([`warning ${OWNED}`]);
    expect(repaired(RULE, template)).toBe(`${template}    Properties:
      SSESpecification:
        SSEEnabled: true
        SSEType: KMS
`);
  });
});

describe("beside table-not-customer-managed-key", () => {
  test("the stronger rule speaks where it is on", () => {
    expect(told(RULE, table(""), STRICT)).toEqual([]);
    const managed = table("      SSESpecification: { SSEEnabled: false, KMSMasterKeyId: alias/aws/dynamodb }\n");
    expect(told(RULE, managed, STRICT)).toEqual([]);
    expect(told(RULE, managed)).toEqual([`warning ${OWNED}`]);
  });

  test("but only in the branches it speaks of", () => {
    const template = `${CONDITIONS}${table(
      `      SSESpecification: !If
        - IsProd
        - { SSEEnabled: false, SSEType: KMS, KMSMasterKeyId: !ImportValue key }
        - !Ref AWS::NoValue
`,
    )}`;
    expect(told("table-not-customer-managed-key", template, STRICT)).toEqual([
      `warning When IsProd is false: "Orders" is not encrypted with a customer managed KMS key.`,
    ]);
    expect(told(RULE, template, STRICT)).toEqual([`warning When IsProd is true: ${OWNED}`]);
  });
});

describe("repairs", () => {
  test("never by themselves: KMS requests cost, and other accounts cannot use the key", () => {
    expect(offered(RULE, table(""))).toEqual([`caution: ${FIX}`]);
    expect(fixedText(table(""))).not.toContain("SSESpecification");
  });

  test("block YAML keeps its comments", () => {
    expect(repaired(RULE, table("      TableClass: STANDARD # usual\n      # the end\n"))).toBe(
      table(
        "      TableClass: STANDARD # usual\n      SSESpecification:\n        SSEEnabled: true\n        SSEType: KMS\n      # the end\n",
      ),
    );
    expect(repaired(RULE, table("      SSESpecification:\n        SSEEnabled: false # for now\n"))).toBe(
      table("      SSESpecification:\n        SSEEnabled: true # for now\n        SSEType: KMS\n"),
    );
    expect(repaired(RULE, table("      SSESpecification:\n        SSEType: KMS\n        SSEEnabled: false\n"))).toBe(
      table("      SSESpecification:\n        SSEType: KMS\n        SSEEnabled: true\n"),
    );
  });

  test("flow YAML and JSON", () => {
    expect(
      repaired(RULE, "Resources: { Orders: { Type: AWS::DynamoDB::Table, Properties: { TableName: orders } } }\n"),
    ).toBe(
      "Resources: { Orders: { Type: AWS::DynamoDB::Table, Properties: { TableName: orders, SSESpecification: { SSEEnabled: true, SSEType: KMS } } } }\n",
    );
    expect(
      repaired(
        RULE,
        '{\n  "Resources": {\n    "Orders": {\n      "Type": "AWS::DynamoDB::Table",\n      "Properties": { "SSESpecification": { "SSEEnabled": false } }\n    }\n  }\n}\n',
      ),
    ).toBe(
      '{\n  "Resources": {\n    "Orders": {\n      "Type": "AWS::DynamoDB::Table",\n      "Properties": { "SSESpecification": { "SSEEnabled": true, "SSEType": "KMS" } }\n    }\n  }\n}\n',
    );
  });

  test("a branch of SSEEnabled, by name", () => {
    const template = `${CONDITIONS}${table("      SSESpecification:\n        SSEEnabled: !If [IsProd, true, false]\n")}`;
    expect(offered(RULE, template)).toEqual([`caution: ${FIX} (where IsProd is false)`]);
    expect(repaired(RULE, template)).toBe(
      `${template.replace("[IsProd, true, false]", "[IsProd, true, true]")}        SSEType: KMS\n`,
    );
  });

  test("a branch of the whole specification, by name", () => {
    const template = `${CONDITIONS}${table("      SSESpecification: !If [IsProd, { SSEEnabled: true }, !Ref AWS::NoValue]\n")}`;
    expect(offered(RULE, template)).toEqual([`caution: ${FIX} (where IsProd is false)`]);
    expect(repaired(RULE, template)).toBe(template.replace("!Ref AWS::NoValue", "{ SSEEnabled: true, SSEType: KMS }"));
  });

  test.each([
    ["an alias", `Off: &off { SSEEnabled: false }\n${table("      SSESpecification: *off\n")}`],
    ["a merge key", `Off: &off { SSESpecification: { SSEEnabled: false } }\n${table("      <<: *off\n")}`],
    [
      "a parameter",
      `Parameters:\n  Encrypt: { Type: String, Default: "false" }\n${table("      SSESpecification: { SSEEnabled: !Ref Encrypt }\n")}`,
    ],
    [
      "SAM Globals",
      "Globals: { SimpleTable: { SSESpecification: { SSEEnabled: false } } }\nResources:\n  Orders:\n    Type: AWS::Serverless::SimpleTable\n",
    ],
    ["the CDK", table("").replace("    Properties:", "    Metadata: { aws:cdk:path: S/T/Resource }\n    Properties:")],
  ])("none for what comes from %s", (_, template) => {
    expect(marked(RULE, template)).toHaveLength(1);
    expect(offered(RULE, template)).toEqual([]);
  });
});

describe("tables that other accounts use, which the AWS managed key would shut out", () => {
  const shared = (principal: string) =>
    table(`      ResourcePolicy:
        PolicyDocument:
          Statement:
            - Effect: Allow
              Principal: ${principal}
              Action: dynamodb:GetItem
              Resource: "*"
`);
  const CUSTOMER =
    "snippet: Add a customer managed key and use it (the key is billed; callers need permission to use it)";

  test.each(['{ AWS: "arn:aws:iam::111122223333:root" }', '{ AWS: "111122223333" }', "{ AWS: !Ref Partner }", '"*"'])(
    "a policy for %s: a customer managed key is offered",
    (principal) => {
      expect(offered(RULE, `Parameters:\n  Partner: { Type: String }\n${shared(principal)}`)).toEqual([CUSTOMER]);
    },
  );

  test.each([
    "{ AWS: !Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root' }",
    "{ AWS: !Ref AWS::AccountId }",
    "{ AWS: !GetAtt Reader.Arn }",
    "{ Service: redshift.amazonaws.com }",
  ])("a policy for %s stays in the account", (principal) => {
    expect(offered(RULE, `${shared(principal)}  Reader:\n    Type: AWS::IAM::Role\n`)).toEqual([`caution: ${FIX}`]);
  });

  test("the skeleton of the key", () => {
    const template = shared('{ AWS: "111122223333" }');
    expect(repaired(RULE, template)).toBe(`${template}      SSESpecification:
        SSEEnabled: true
        SSEType: KMS
        KMSMasterKeyId: !GetAtt TableKey.Arn
  TableKey:
    Type: AWS::KMS::Key
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      Description: Encrypts Orders
      EnableKeyRotation: true
`);
  });

  test("a replica of a table in another account: no fix, as its key must be in its own region", () => {
    const template = `Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      GlobalTableSourceArn: arn:aws:dynamodb:us-east-1:111122223333:table/orders
      Replicas: [{ Region: eu-west-1 }]
`;
    expect(toldInBoth(RULE, template)).toEqual([`warning ${OWNED}`]);
    expect(offered(RULE, template)).toEqual([]);
  });
});
