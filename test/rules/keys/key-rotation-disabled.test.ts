import { describe, expect, test } from "vitest";
import { asJson } from "../as-json.ts";
import { fixedText, marked, offered, repaired, shown } from "../harness.ts";
import { relatedTo, told, toldInBoth, toldWith, untold } from "../told.ts";
import { CONDITIONS, neighbourKey, replicaKey, STREAM, simpleTableKey, TRAIL, tableKey, VAULT } from "./keys.ts";

const RULE = "key-rotation-disabled";

const notRotated = (what = '"Orders"') => `Key "TableKey", which encrypts ${what}, is not rotated automatically.`;
const TITLE = "Rotate the key automatically (the first two rotations each add to its monthly price)";

describe("a table's key", () => {
  test("without EnableKeyRotation: at the key's logical id, with the table beside it", () => {
    const template = tableKey("      Description: orders\n");
    expect(shown(RULE, template)).toEqual([`5:2-5:10 warning ${notRotated()}`]);
    expect(toldInBoth(RULE, template)).toEqual([`warning ${notRotated()}`]);
    expect(relatedTo(RULE, template)).toEqual([`4:74-4:94 "Orders" is encrypted with it`]);
  });

  test("without Properties", () => {
    const template = tableKey("")
      .replace("    Properties:\n\n", "")
      .replace(/ {4}Properties:\n$/, "");
    expect(shown(RULE, template)).toEqual([`5:2-5:10 warning ${notRotated()}`]);
  });

  test("a written false", () => {
    const template = tableKey("      EnableKeyRotation: false\n");
    expect(shown(RULE, template)).toEqual([`8:25-8:30 warning ${notRotated()}`]);
    expect(toldInBoth(RULE, template)).toEqual([`warning ${notRotated()}`]);
    expect(marked(RULE, tableKey('      EnableKeyRotation: "False"\n'))).toEqual(['"False"']);
  });

  test.each(["true", '"true"', "True"])("passes with %s", (value) => {
    const template = tableKey(`      EnableKeyRotation: ${value}\n`);
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual([]);
  });

  test.each([
    ["an asymmetric key", "      KeySpec: RSA_2048\n"],
    ["a key for authentication codes", "      KeySpec: HMAC_256\n      KeyUsage: GENERATE_VERIFY_MAC\n"],
    ["imported key material", "      Origin: EXTERNAL\n"],
    ["a disabled key, which is an error of its own", "      Enabled: false\n"],
  ])("KMS cannot rotate %s", (_, properties) => {
    expect(toldInBoth(RULE, tableKey(properties))).toEqual([]);
    expect(untold(RULE, tableKey(properties))).toEqual([]);
  });

  test.each(["      KeySpec: SYMMETRIC_DEFAULT\n", "      Origin: AWS_KMS\n", "      MultiRegion: true\n"])(
    "%s is rotated",
    (properties) => {
      expect(toldInBoth(RULE, tableKey(properties))).toEqual([`warning ${notRotated()}`]);
    },
  );

  test("a replica key follows its primary", () => {
    const template = tableKey("      PrimaryKeyArn: !ImportValue primary\n").replace("KMS::Key", "KMS::ReplicaKey");
    expect(toldInBoth(RULE, template)).toEqual([]);
  });

  test.each([
    ["!Ref TableKey"],
    ["!GetAtt TableKey.KeyId"],
    ["!Sub '${TableKey.Arn}'"],
    ["!Sub 'arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/${TableKey}'"],
  ])("named by %s", (named) => {
    expect(toldInBoth(RULE, tableKey("      Description: x\n", { named }))).toEqual([`warning ${notRotated()}`]);
  });

  test.each([["!Ref TableAlias"], ["alias/orders"], ["!Sub 'arn:aws:kms:eu-west-1:${AWS::AccountId}:alias/orders'"]])(
    "named by an alias: %s",
    (named) => {
      const template = `${tableKey("      Description: x\n", { named })}  TableAlias:
    Type: AWS::KMS::Alias
    Properties: { AliasName: alias/orders, TargetKeyId: !Ref TableKey }
`;
      expect(toldInBoth(RULE, template)).toEqual([`warning ${notRotated()}`]);
    },
  );

  test("the replica of a global table, and a SimpleTable with the key in Globals", () => {
    expect(toldInBoth(RULE, replicaKey("      Description: x\n"))).toEqual([`warning ${notRotated()}`]);
    expect(toldInBoth(RULE, simpleTableKey("      Description: x\n"))).toEqual([`warning ${notRotated()}`]);
  });

  test("two tables with one key are one finding", () => {
    const template = `${tableKey("      Description: x\n")}  Items:
    Type: AWS::DynamoDB::Table
    Properties: { SSESpecification: { SSEEnabled: true, KMSMasterKeyId: !Ref TableKey } }
`;
    expect(toldInBoth(RULE, template)).toEqual([`warning ${notRotated('"Orders" and "Items"')}`]);
  });

  test("a key in another stack", () => {
    const keys = `Resources:
  TableKey:
    Type: AWS::KMS::Key
Outputs:
  Key: { Value: !GetAtt TableKey.Arn, Export: { Name: orders-key } }
`;
    const tables = `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties: { SSESpecification: { SSEEnabled: true, KMSMasterKeyId: !ImportValue orders-key } }
`;
    expect(told(RULE, { "keys.yaml": keys, "tables.yaml": tables })).toEqual([`warning ${notRotated()}`]);
    expect(told(RULE, keys)).toEqual([]);
  });
});

describe("other keys", () => {
  test("that nothing in view uses, or only what is not DynamoDB's, are not judged", () => {
    expect(toldInBoth(RULE, "Resources:\n  K:\n    Type: AWS::KMS::Key\n")).toEqual([]);
    const bucket = `${tableKey("      EnableKeyRotation: true\n")}  Other:
    Type: AWS::KMS::Key
  Files:
    Type: AWS::S3::Bucket
    Properties: { BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { KMSMasterKeyID: !Ref Other } }] } }
`;
    expect(toldInBoth(RULE, bucket)).toEqual([]);
  });

  test.each([
    ['backup vault "Daily"', VAULT],
    ['stream "Changes"', STREAM],
    ['trail "Audit"', TRAIL],
  ])("of %s beside a table", (what, neighbour) => {
    const template = neighbourKey("      Description: x\n", neighbour);
    expect(toldInBoth(RULE, template)).toEqual([`warning ${notRotated(what)}`]);
  });

  test("of vaults and trails without a table in view are somebody else's business", () => {
    expect(toldInBoth(RULE, neighbourKey("      Description: x\n", `${VAULT}${TRAIL}`, ""))).toEqual([]);
  });

  test("of a stream that no table writes to", () => {
    const table = "  Orders:\n    Type: AWS::DynamoDB::Table\n";
    expect(toldInBoth(RULE, neighbourKey("      Description: x\n", STREAM, table))).toEqual([]);
  });
});

describe("branches and unknowns", () => {
  test("only the branch without rotation is named", () => {
    const template = `${CONDITIONS}${tableKey("      EnableKeyRotation: !If [IsProd, true, false]\n")}`;
    expect(toldInBoth(RULE, template)).toEqual([`warning When IsProd is false: ${notRotated()}`]);
  });

  test("only the branch in which the key is used is named", () => {
    const named = "!If [IsProd, !GetAtt TableKey.Arn, !Ref AWS::NoValue]";
    const template = `${CONDITIONS}${tableKey("      Description: x\n", { named })}`;
    expect(toldInBoth(RULE, template)).toEqual([`warning When IsProd is true: ${notRotated()}`]);
  });

  test("rotated wherever it can be", () => {
    const template = `${CONDITIONS}${tableKey("      EnableKeyRotation: !If [IsProd, true, false]\n      KeySpec: !If [IsProd, SYMMETRIC_DEFAULT, RSA_2048]\n")}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
  });

  test("a key and a table that never exist together", () => {
    const template = `${CONDITIONS}${tableKey("      Description: x\n", { attributes: "    Condition: IsTest\n" }).replace("Table\n", "Table\n    Condition: IsProd\n")}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
  });

  test("parameters: each allowed value, the default, none", () => {
    const template = (parameter: string) =>
      `Parameters:\n  Rotate: ${parameter}\n${tableKey("      EnableKeyRotation: !Ref Rotate\n")}`;
    expect(toldInBoth(RULE, template("{ Type: String, AllowedValues: ['true', 'false'] }"))).toEqual([
      `warning When Rotate is "false": ${notRotated()}`,
    ]);
    expect(toldInBoth(RULE, template("{ Type: String, Default: 'false' }"))).toEqual([
      `warning ${notRotated()} (with the default of parameter Rotate)`,
    ]);
    expect(toldInBoth(RULE, template("{ Type: String }"))).toEqual([]);
    expect(untold(RULE, template("{ Type: String }"))).toEqual(["10:25 parameter Rotate has no default"]);
    const given = { parameters: new Map([["Rotate", "true"]]) };
    expect(toldWith(RULE, template("{ Type: String, Default: 'false' }"), given)).toEqual([]);
  });

  test("a spec that is not known cannot be told, but not of a rotated key", () => {
    const template = (rotation: string) =>
      `Parameters:\n  Spec: { Type: String }\n${tableKey(`      KeySpec: !Ref Spec\n${rotation}`)}`;
    expect(told(RULE, template(""))).toEqual([]);
    expect(untold(RULE, template(""))).toEqual(["10:15 parameter Spec has no default"]);
    expect(untold(RULE, template("      EnableKeyRotation: true\n"))).toEqual([]);
  });

  test.each([
    ["EnableKeyRotation:", 1],
    ["EnableKeyRotation: []", 0],
    ["EnableKeyRotation: maybe", 0],
    ["KeySpec: { a: b }", 0],
    ["KeySpec:", 1],
  ])("half typed: %s", (typed, findings) => {
    expect(told(RULE, tableKey(`      ${typed}\n`))).toHaveLength(findings);
  });
});

describe("the fix", () => {
  test("adds the property, in block, flow and JSON", () => {
    const template = tableKey("      Description: orders # by hand\n");
    expect(offered(RULE, template)).toEqual([`safe: ${TITLE}`]);
    expect(repaired(RULE, template)).toBe(`${template}      EnableKeyRotation: true\n`);
    const flow =
      "Resources: { T: { Type: AWS::DynamoDB::Table, Properties: { SSESpecification: { KMSMasterKeyId: !Ref K } } }, K: { Type: AWS::KMS::Key } }\n";
    expect(repaired(RULE, flow)).toBe(
      flow.replace("AWS::KMS::Key }", "AWS::KMS::Key, Properties: { EnableKeyRotation: true } }"),
    );
    const json = asJson(tableKey("      EnableKeyRotation: false\n"));
    expect(repaired(RULE, json)).toBe(json.replace('"EnableKeyRotation": false', '"EnableKeyRotation": true'));
  });

  test("is part of fixing everything", () => {
    const template = tableKey("      EnableKeyRotation: false # why?\n");
    expect(fixedText(template)).toContain("      EnableKeyRotation: true # why?\n");
  });

  test("asks where somebody wrote the branch", () => {
    const template = `${CONDITIONS}${tableKey("      EnableKeyRotation: !If [IsProd, true, false]\n")}`;
    expect(offered(RULE, template)).toEqual([`caution: ${TITLE} (where IsProd is false)`]);
    expect(repaired(RULE, template)).toBe(template.replace("true, false]", "true, true]"));
  });

  test("is not offered for parameters, merge keys and the CDK's output", () => {
    const parameter = `Parameters:\n  Rotate: { Type: String, Default: "false" }\n${tableKey("      EnableKeyRotation: !Ref Rotate\n")}`;
    const merged = `X: &off { EnableKeyRotation: false }\n${tableKey("      <<: *off\n")}`;
    const cdk = tableKey("      Description: x\n", {
      attributes: "    Metadata: { aws:cdk:path: Stack/Key/Resource }\n",
    });
    for (const template of [parameter, merged, cdk]) {
      expect(told(RULE, template)).toHaveLength(1);
      expect(offered(RULE, template)).toEqual([]);
    }
  });
});
