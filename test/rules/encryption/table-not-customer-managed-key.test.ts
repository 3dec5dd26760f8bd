import { describe, expect, test } from "vitest";
import { type Configuration, DEFAULT_CONFIGURATION } from "../../../core/lint/configuration.ts";
import { marked, offered, repaired, STRICT, shown } from "../harness.ts";
import { told, toldInBoth, untold } from "../told.ts";

const RULE = "table-not-customer-managed-key";

const NONE = `"Orders" is not encrypted with a customer managed KMS key.`;
const MANAGED = `"Orders" is not encrypted with a customer managed KMS key, but with the AWS managed one.`;
const FIX = "snippet: Add a customer managed key and use it (the key is billed; callers need permission to use it)";

const table = (specification: string) => `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
${specification && `      SSESpecification: ${specification}\n`}`;

const KEY = `  TableKey:
    Type: AWS::KMS::Key
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      Description: Encrypts Orders
      EnableKeyRotation: true
`;

const CONDITIONS = `Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
`;

test("is off unless the profile is strict or the rule is configured", () => {
  const configured: Configuration = { ...DEFAULT_CONFIGURATION, rules: new Map([[RULE, "info"]]) };
  expect(told(RULE, table(""))).toEqual([]);
  expect(told(RULE, table(""), STRICT)).toEqual([`warning ${NONE}`]);
  expect(told(RULE, table(""), configured)).toEqual([`info ${NONE}`]);
});

describe("AWS::DynamoDB::Table", () => {
  test.each([
    ["", "Orders", NONE],
    ["{ SSEEnabled: true }", "SSESpecification", NONE],
    ["{ SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: !Ref AWS::NoValue }", "!Ref AWS::NoValue", NONE],
    ["{ SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: alias/aws/dynamodb }", "alias/aws/dynamodb", MANAGED],
    [
      "{ SSEEnabled: true, KMSMasterKeyId: arn:aws:kms:eu-west-1:111122223333:alias/aws/dynamodb }",
      "arn:aws:kms:eu-west-1:111122223333:alias/aws/dynamodb",
      MANAGED,
    ],
    [
      "{ SSEEnabled: true, KMSMasterKeyId: !Sub 'arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:alias/aws/dynamodb' }",
      "!Sub 'arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:alias/aws/dynamodb'",
      MANAGED,
    ],
  ])("SSESpecification: %s", (specification, place, message) => {
    expect(marked(RULE, table(specification), STRICT)).toEqual([place]);
    expect(toldInBoth(RULE, table(specification), STRICT)).toEqual([`warning ${message}`]);
  });

  test.each([
    "alias/orders",
    "alias/aws/dynamodb-orders",
    "1234abcd-12ab-34cd-56ef-1234567890ab",
    "!GetAtt Key.Arn",
    "!Ref Key",
    "!ImportValue key",
    "!Ref KeyArn",
    "!Ref StoredKey",
    "'{{resolve:ssm:/orders/key}}'",
    "!Sub 'alias/${AWS::StackName}'",
  ])("passes with any other key, known or not: %s", (key) => {
    const template = `Parameters:
  KeyArn: { Type: String }
  StoredKey: { Type: "AWS::SSM::Parameter::Value<String>" }
${table(`{ SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: ${key} }`)}  Key:
    Type: AWS::KMS::Key
`;
    expect(toldInBoth(RULE, template, STRICT)).toEqual([]);
    expect(untold(RULE, template, STRICT)).toEqual([]);
  });

  test("cannot be told where it is not even known whether a key is written", () => {
    const template = `Parameters:\n  Settings: { Type: String }\n${table("!Ref Settings")}`;
    expect(toldInBoth(RULE, template, STRICT)).toEqual([]);
    expect(untold(RULE, template, STRICT)).toEqual(["7:24 parameter Settings has no default"]);
  });

  test("a branch without key", () => {
    const template = `${CONDITIONS}${table("{ SSEEnabled: true, KMSMasterKeyId: !If [IsProd, !ImportValue key, !Ref AWS::NoValue] }")}`;
    expect(toldInBoth(RULE, template, STRICT)).toEqual([`warning When IsProd is false: ${NONE}`]);
  });

  test("a parameter's default and its allowed values", () => {
    const byParameter = (parameter: string) =>
      `Parameters:\n  KeyId: ${parameter}\n${table("{ SSEEnabled: true, KMSMasterKeyId: !Ref KeyId }")}`;
    expect(toldInBoth(RULE, byParameter("{ Type: String, Default: alias/aws/dynamodb }"), STRICT)).toEqual([
      `warning ${MANAGED} (with the default of parameter KeyId)`,
    ]);
    expect(
      toldInBoth(RULE, byParameter("{ Type: String, AllowedValues: [alias/aws/dynamodb, alias/orders] }"), STRICT),
    ).toEqual([`warning When KeyId is "alias/aws/dynamodb": ${MANAGED}`]);
  });
});

describe("AWS::DynamoDB::GlobalTable", () => {
  const global = (first: string, second: string) => `Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      SSESpecification: { SSEEnabled: true, SSEType: KMS }
      Replicas:
        - Region: us-east-1
${first}        - Region: eu-west-1
${second}`;
  const key = (value: string) => `          SSESpecification: { KMSMasterKeyId: ${value} }\n`;

  test("each replica names its own key", () => {
    expect(shown(RULE, global("", ""), STRICT)).toEqual([
      `6:10-6:27 warning Replica us-east-1 of ${NONE}`,
      `7:10-7:27 warning Replica eu-west-1 of ${NONE}`,
    ]);
    expect(toldInBoth(RULE, global(key("!ImportValue key"), ""), STRICT)).toEqual([
      `warning Replica eu-west-1 of ${NONE}`,
    ]);
    expect(toldInBoth(RULE, global(key("!ImportValue key"), key("alias/aws/dynamodb")), STRICT)).toEqual([
      `warning Replica eu-west-1 of ${MANAGED}`,
    ]);
    expect(toldInBoth(RULE, global(key("!ImportValue key"), key("alias/orders")), STRICT)).toEqual([]);
  });

  test("a key at the top is no key of a replica", () => {
    const template = global("", "").replace("SSEType: KMS }", "SSEType: KMS, KMSMasterKeyId: alias/orders }");
    expect(toldInBoth(RULE, template, STRICT)).toHaveLength(2);
  });

  test("no repair: each replica needs a key of its own region", () => {
    expect(offered(RULE, global("", ""), STRICT)).toEqual([]);
  });
});

describe("AWS::Serverless::SimpleTable", () => {
  test("SAM passes the key through, from Globals too", () => {
    const sam = (specification: string) => `Transform: AWS::Serverless-2016-10-31
Globals:
  SimpleTable:
    SSESpecification: ${specification}
Resources:
  Orders:
    Type: AWS::Serverless::SimpleTable
`;
    expect(toldInBoth(RULE, sam("{ SSEEnabled: true }"), STRICT)).toEqual([`warning ${NONE}`]);
    expect(toldInBoth(RULE, sam("{ SSEEnabled: true, KMSMasterKeyId: alias/orders }"), STRICT)).toEqual([]);
  });
});

describe("repairs", () => {
  test("a key that outlives the stack, and its use", () => {
    expect(offered(RULE, table(""), STRICT)).toEqual([FIX]);
    expect(repaired(RULE, table(""), 0, STRICT)).toBe(`${table("")}      SSESpecification:
        SSEEnabled: true
        SSEType: KMS
        KMSMasterKeyId: !GetAtt TableKey.Arn
${KEY}`);
  });

  test("what is there stays or is completed", () => {
    expect(repaired(RULE, table("{ SSEEnabled: true } # managed"), 0, STRICT)).toBe(
      `${table("{ SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: !GetAtt TableKey.Arn } # managed")}${KEY}`,
    );
    expect(
      repaired(RULE, table("{ SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: alias/aws/dynamodb }"), 0, STRICT),
    ).toBe(`${table("{ SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: !GetAtt TableKey.Arn }")}${KEY}`);
  });

  test("another resource of that name gets company, not a rival", () => {
    const template = `${table("")}  TableKey:
    Type: AWS::SSM::Parameter
`;
    expect(repaired(RULE, template, 0, STRICT)).toContain("KMSMasterKeyId: !GetAtt TableKey2.Arn\n");
    expect(repaired(RULE, template, 0, STRICT)).toContain("  TableKey2:\n    Type: AWS::KMS::Key\n");
  });

  test("a branch without key gets one; the key of the other branch stays", () => {
    const template = `${CONDITIONS}${table("{ SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: !If [IsProd, !ImportValue key, !Ref AWS::NoValue] }")}`;
    expect(offered(RULE, template, STRICT)).toEqual([`${FIX} (where IsProd is false)`]);
    expect(repaired(RULE, template, 0, STRICT)).toBe(
      `${template.replace("!Ref AWS::NoValue", "!GetAtt TableKey.Arn")}${KEY}`,
    );
  });

  test("a branch without specification gets one", () => {
    const template = `${CONDITIONS}${table("!If [IsProd, { SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: !ImportValue key }, !Ref AWS::NoValue]")}`;
    expect(repaired(RULE, template, 0, STRICT)).toBe(
      `${template.replace("!Ref AWS::NoValue", "{ SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: !GetAtt TableKey.Arn }")}${KEY}`,
    );
  });

  test("JSON", () => {
    const template = `{
  "Resources": {
    "Orders": {
      "Type": "AWS::DynamoDB::Table",
      "Properties": {
        "SSESpecification": { "SSEEnabled": true }
      }
    }
  }
}
`;
    expect(repaired(RULE, template, 0, STRICT)).toBe(`{
  "Resources": {
    "Orders": {
      "Type": "AWS::DynamoDB::Table",
      "Properties": {
        "SSESpecification": { "SSEEnabled": true, "SSEType": "KMS", "KMSMasterKeyId": { "Fn::GetAtt": ["TableKey", "Arn"] } }
      }
    },
    "TableKey": {
      "Type": "AWS::KMS::Key",
      "DeletionPolicy": "Retain",
      "UpdateReplacePolicy": "Retain",
      "Properties": {
        "Description": "Encrypts Orders",
        "EnableKeyRotation": true
      }
    }
  }
}
`);
  });

  test.each([
    ["an alias", `Sse: &sse { SSEEnabled: true }\n${table("*sse")}`],
    [
      "a merge key",
      `Sse: &sse { SSESpecification: { SSEEnabled: true } }\n${table("").replace("      BillingMode: PAY_PER_REQUEST\n", "      <<: *sse\n")}`,
    ],
    ["the CDK", table("").replace("    Properties:", "    Metadata: { aws:cdk:path: S/T/Resource }\n    Properties:")],
  ])("none for what comes from %s", (_, template) => {
    expect(marked(RULE, template, STRICT)).toHaveLength(1);
    expect(offered(RULE, template, STRICT)).toEqual([]);
  });
});
