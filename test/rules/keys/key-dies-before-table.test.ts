import { describe, expect, test } from "vitest";
import { marked, offered, repaired, shown } from "../harness.ts";
import { relatedTo, told, toldInBoth, untold } from "../told.ts";

const RULE = "key-dies-before-table";

const UNREADABLE = `"Orders" is retained when the stack goes, but the key "TableKey" is scheduled for deletion: the data becomes unreadable.`;

/** A retained table with a key; the lines of the key follow its logical id. */
const pair = (key: string, named = "!GetAtt TableKey.Arn", attributes = "    DeletionPolicy: Retain\n") => `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
${attributes}    Properties:
      SSESpecification: { SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: ${named} }
  TableKey:
    Type: AWS::KMS::Key
${key}`;

const CONDITIONS = `Transform: AWS::LanguageExtensions
Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
`;

describe("AWS::KMS::Key", () => {
  test("no DeletionPolicy: at the key's logical id, with the table beside it", () => {
    expect(shown(RULE, pair(""))).toEqual([`6:2-6:10 error ${UNREADABLE}`]);
    expect(toldInBoth(RULE, pair(""))).toEqual([`error ${UNREADABLE}`]);
    expect(relatedTo(RULE, pair(""))).toEqual([`5:74-5:94 "Orders" is encrypted with it`]);
  });

  test("a written Delete", () => {
    const template = pair("    DeletionPolicy: Delete\n");
    expect(shown(RULE, template)).toEqual([`8:20-8:26 error ${UNREADABLE}`]);
    expect(toldInBoth(RULE, template)).toEqual([`error ${UNREADABLE}`]);
  });

  test.each(["Retain", "RetainExceptOnCreate"])("passes with %s", (policy) => {
    expect(toldInBoth(RULE, pair(`    DeletionPolicy: ${policy}\n`))).toEqual([]);
  });

  test("UpdateReplacePolicy of a key does not matter: nothing replaces a key", () => {
    expect(toldInBoth(RULE, pair("    DeletionPolicy: Retain\n    UpdateReplacePolicy: Delete\n"))).toEqual([]);
  });

  test.each(["!Ref TableKey", "!GetAtt TableKey.KeyId", "!Sub '${TableKey.Arn}'"])("named by %s", (named) => {
    expect(toldInBoth(RULE, pair("", named))).toEqual([`error ${UNREADABLE}`]);
  });

  test("RetainExceptOnCreate on the table is retention as well", () => {
    expect(toldInBoth(RULE, pair("", undefined, "    DeletionPolicy: RetainExceptOnCreate\n"))).toEqual([
      `error ${UNREADABLE}`,
    ]);
  });

  test.each([
    ["goes with the stack too", ""],
    ["is deleted on purpose", "    DeletionPolicy: Delete\n"],
  ])("silent where the table %s", (_, attributes) => {
    expect(toldInBoth(RULE, pair("", undefined, attributes))).toEqual([]);
  });

  test("silent where deletion protection alone keeps the table: its deletion fails before the key's", () => {
    const template = pair("", undefined, "").replace(
      "    Properties:\n",
      "    Properties:\n      DeletionProtectionEnabled: true\n",
    );
    expect(toldInBoth(RULE, template)).toEqual([]);
  });

  test.each(["alias/aws/dynamodb", "!ImportValue key", "!Ref KeyArn", "arn:aws:kms:eu-west-1:111122223333:key/1"])(
    "silent for a key that is not in view: %s",
    (named) => {
      expect(toldInBoth(RULE, `Parameters:\n  KeyArn: { Type: String }\n${pair("", named)}`)).toEqual([]);
    },
  );

  test("silent for a key that no table uses", () => {
    expect(toldInBoth(RULE, "Resources:\n  TableKey:\n    Type: AWS::KMS::Key\n")).toEqual([]);
  });

  test("several tables with one key: one finding that names them", () => {
    const template = `${pair("")}  Invoices:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    Properties:
      SSESpecification: { SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: !Ref TableKey }
`;
    expect(toldInBoth(RULE, template)).toEqual([
      `error "Orders" and "Invoices" are retained when the stack goes, but the key "TableKey" is scheduled for deletion: the data becomes unreadable.`,
    ]);
  });

  test("a SimpleTable and its key in Globals", () => {
    const template = `Transform: AWS::Serverless-2016-10-31
Globals:
  SimpleTable:
    SSESpecification: { SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: !GetAtt TableKey.Arn }
Resources:
  Orders:
    Type: AWS::Serverless::SimpleTable
    DeletionPolicy: Retain
  TableKey:
    Type: AWS::KMS::Key
`;
    expect(toldInBoth(RULE, template)).toEqual([`error ${UNREADABLE}`]);
  });

  test("the replicas of a global table name their keys one by one", () => {
    const template = `Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    DeletionPolicy: Retain
    Properties:
      SSESpecification: { SSEEnabled: true, SSEType: KMS }
      Replicas:
        - { Region: us-east-1, SSESpecification: { KMSMasterKeyId: !GetAtt TableKey.Arn } }
        - { Region: eu-west-1, SSESpecification: { KMSMasterKeyId: !ImportValue key } }
  TableKey:
    Type: AWS::KMS::Key
`;
    expect(toldInBoth(RULE, template)).toEqual([`error ${UNREADABLE}`]);
  });
});

describe("conditions", () => {
  test("table and key are retained in the same branch", () => {
    const template = `${CONDITIONS}${pair(
      "    DeletionPolicy: !If [IsProd, Retain, Delete]\n",
      undefined,
      "    DeletionPolicy: !If [IsProd, Retain, Delete]\n",
    )}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
  });

  test("the table is retained in more branches than the key", () => {
    const template = `${CONDITIONS}${pair("    DeletionPolicy: !If [IsProd, Retain, Delete]\n")}`;
    expect(shown(RULE, template)).toEqual([`11:41-11:47 error When IsProd is false: ${UNREADABLE}`]);
    expect(toldInBoth(RULE, template)).toEqual([`error When IsProd is false: ${UNREADABLE}`]);
  });

  test("the key is used in one branch, which is named", () => {
    const template = `${CONDITIONS}${pair("", "!If [IsProd, !GetAtt TableKey.Arn, !Ref AWS::NoValue]")}`;
    expect(toldInBoth(RULE, template)).toEqual([`error When IsProd is true: ${UNREADABLE}`]);
  });

  test("the branch that the key's own condition implies is not named", () => {
    const template = `${CONDITIONS}${pair(
      "    Condition: IsProd\n",
      "!If [IsProd, !GetAtt TableKey.Arn, !Ref AWS::NoValue]",
    )}`;
    expect(toldInBoth(RULE, template)).toEqual([`error ${UNREADABLE}`]);
  });

  test("a key and a table that never exist together", () => {
    const template = `Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
  IsTest: !Not [!Condition IsProd]
${pair("    Condition: IsTest\n", undefined, "    Condition: IsProd\n    DeletionPolicy: Retain\n")}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
  });

  test("a policy that is not known, of either, cannot be told", () => {
    const parameter = `Transform: AWS::LanguageExtensions\nParameters:\n  Policy: { Type: String }\n`;
    const key = `${parameter}${pair("    DeletionPolicy: !Ref Policy\n")}`;
    expect(toldInBoth(RULE, key)).toEqual([]);
    expect(untold(RULE, key)).toEqual(["11:20 parameter Policy has no default"]);
    const table = `${parameter}${pair("", undefined, "    DeletionPolicy: !Ref Policy\n")}`;
    expect(toldInBoth(RULE, table)).toEqual([]);
    expect(untold(RULE, table)).toEqual([`9:2 it is not known whether "Orders" is retained`]);
  });
});

describe("AWS::KMS::ReplicaKey", () => {
  const replica = (attributes: string) => `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    Properties:
      SSESpecification: { SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: !GetAtt TableKey.Arn }
  TableKey:
    Type: AWS::KMS::ReplicaKey
${attributes}    Properties: { PrimaryKeyArn: !ImportValue primary }
`;
  const REPLACED = `A changed PrimaryKeyArn replaces the key "TableKey" and schedules the old one for deletion, while "Orders" may still need it.`;

  test("without DeletionPolicy, like a key; the repair keeps it in both ways", () => {
    expect(shown(RULE, replica(""))).toEqual([`6:2-6:10 error ${UNREADABLE}`]);
    expect(repaired(RULE, replica(""))).toBe(`${replica("")}    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
`);
  });

  test("kept when the stack goes, lost when it is replaced", () => {
    const template = replica("    DeletionPolicy: Retain\n");
    expect(shown(RULE, template)).toEqual([`6:2-6:10 error ${REPLACED}`]);
    expect(toldInBoth(RULE, template)).toEqual([`error ${REPLACED}`]);
    expect(repaired(RULE, template)).toBe(`${template}    UpdateReplacePolicy: Retain\n`);
  });

  test("passes with both", () => {
    expect(toldInBoth(RULE, replica("    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n"))).toEqual([]);
  });
});

describe("aliases", () => {
  const aliased = (
    key: string,
    alias: string,
    target = "!Ref TableKey",
  ) => `${pair(key, "!Ref TableAlias")}  TableAlias:
    Type: AWS::KMS::Alias
${alias}    Properties: { AliasName: alias/orders, TargetKeyId: ${target} }
`;
  const NAMELESS = `"Orders" is retained when the stack goes, but the alias "TableAlias" is deleted: the data stays readable, only the name of its key is lost.`;

  test("are followed to their key", () => {
    expect(toldInBoth(RULE, aliased("", ""))).toEqual([`error ${UNREADABLE}`]);
    expect(toldInBoth(RULE, aliased("", "    DeletionPolicy: Retain\n"))).toEqual([`error ${UNREADABLE}`]);
  });

  test("that alone are deleted are a hint", () => {
    const template = aliased("    DeletionPolicy: Retain\n", "");
    expect(shown(RULE, template)).toEqual([`9:2-9:12 info ${NAMELESS}`]);
    expect(toldInBoth(RULE, template)).toEqual([`info ${NAMELESS}`]);
    expect(offered(RULE, template)).toEqual([
      "safe: Keep the alias when it leaves the stack (DeletionPolicy: RetainExceptOnCreate)",
    ]);
    expect(
      toldInBoth(RULE, aliased("", "", "!ImportValue key").replace("  TableKey:\n    Type: AWS::KMS::Key\n", "")),
    ).toEqual([`info ${NAMELESS}`]);
  });

  test("may stand for one of two keys", () => {
    const template = `${CONDITIONS}${aliased("    DeletionPolicy: Retain\n", "    DeletionPolicy: Retain\n", "!If [IsProd, !Ref TableKey, !Ref OtherKey]")}  OtherKey:
    Type: AWS::KMS::Key
`;
    expect(toldInBoth(RULE, template)).toEqual([
      `error "Orders" is retained when the stack goes, but the key "OtherKey" is scheduled for deletion: the data becomes unreadable.`,
    ]);
  });

  test("pass where both are kept", () => {
    expect(toldInBoth(RULE, aliased("    DeletionPolicy: Retain\n", "    DeletionPolicy: Retain\n"))).toEqual([]);
  });
});

describe("several templates", () => {
  const keys = `Resources:
  TableKey:
    Type: AWS::KMS::Key
Outputs:
  KeyArn:
    Value: !GetAtt TableKey.Arn
    Export: { Name: orders-key }
`;
  const tables = `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    Properties:
      SSESpecification: { SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: !ImportValue orders-key }
`;

  test("an exported key goes when its stack goes", () => {
    expect(told(RULE, { "keys.yaml": keys, "tables.yaml": tables })).toEqual([`error ${UNREADABLE}`]);
    expect(relatedTo(RULE, { "keys.yaml": keys, "tables.yaml": tables })).toEqual([
      `5:74-5:97 "Orders" is encrypted with it`,
    ]);
    expect(told(RULE, { "tables.yaml": tables })).toEqual([]);
  });

  test("conditions of another template are not named", () => {
    const conditional = `${CONDITIONS}${tables.replace("!ImportValue orders-key", "!If [IsProd, !ImportValue orders-key, !Ref AWS::NoValue]")}`;
    expect(told(RULE, { "keys.yaml": keys, "tables.yaml": conditional })).toEqual([`error ${UNREADABLE}`]);
  });

  test("a key that is passed to a nested stack", () => {
    const parent = `Resources:
  TableKey:
    Type: AWS::KMS::Key
  Tables:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: ./tables.yaml
      Parameters: { KeyArn: !GetAtt TableKey.Arn }
`;
    const nested = `Parameters:
  KeyArn: { Type: String }
${tables.replace("!ImportValue orders-key", "!Ref KeyArn")}`;
    expect(told(RULE, { "parent.yaml": parent, "tables.yaml": nested })).toEqual([`error ${UNREADABLE}`]);
  });
});

describe("repairs", () => {
  test("block YAML, flow YAML and JSON", () => {
    const template = pair("    # rotated by hand\n    Properties: { EnableKeyRotation: true } # yearly\n");
    expect(offered(RULE, template)).toEqual(["safe: Keep the key when it leaves the stack (DeletionPolicy: Retain)"]);
    expect(repaired(RULE, template)).toBe(`${template}    DeletionPolicy: Retain\n`);
    const flow = `Resources: { Orders: { Type: AWS::DynamoDB::Table, DeletionPolicy: Retain, Properties: { SSESpecification: { KMSMasterKeyId: !Ref K } } }, K: { Type: AWS::KMS::Key } }
`;
    expect(repaired(RULE, flow)).toBe(flow.replace("AWS::KMS::Key }", "AWS::KMS::Key, DeletionPolicy: Retain }"));
    const json = `{
  "Resources": {
    "K": {
      "Type": "AWS::KMS::Key",
      "DeletionPolicy": "Delete"
    },
    "Orders": {
      "Type": "AWS::DynamoDB::Table",
      "DeletionPolicy": "Retain",
      "Properties": { "SSESpecification": { "KMSMasterKeyId": { "Ref": "K" } } }
    }
  }
}
`;
    expect(repaired(RULE, json)).toBe(json.replace('"Delete"', '"Retain"'));
  });

  test("a branch alone, by name", () => {
    const template = `${CONDITIONS}${pair("    DeletionPolicy: !If [IsProd, Retain, Delete]\n")}`;
    expect(offered(RULE, template)).toEqual([
      "caution: Keep the key when it leaves the stack (DeletionPolicy: Retain) (where IsProd is false)",
    ]);
    expect(repaired(RULE, template)).toBe(template.replace(", Delete]", ", Retain]"));
  });

  test.each([
    ["an alias", `Policy: &policy Delete\n${pair("    DeletionPolicy: *policy\n")}`],
    ["a merge key", `Policy: &policy { DeletionPolicy: Delete }\n${pair("    <<: *policy\n")}`],
    ["the CDK", pair("    Metadata: { aws:cdk:path: Stack/Key/Resource }\n")],
  ])("none for what comes from %s", (_, template) => {
    expect(marked(RULE, template)).toHaveLength(1);
    expect(offered(RULE, template)).toEqual([]);
  });
});
