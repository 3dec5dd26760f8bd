import { describe, expect, test } from "vitest";
import { asJson } from "../as-json.ts";
import { offered, repaired, shown } from "../harness.ts";
import { relatedTo, told, toldInBoth, untold } from "../told.ts";
import { CONDITIONS, neighbourKey, replicaKey, STREAM, simpleTableKey, TRAIL, tableKey, VAULT } from "./keys.ts";

const RULE = "table-key-disabled";

const DISABLED = `error Key "TableKey" is disabled: "Orders" becomes inaccessible, and DynamoDB archives it after seven days.`;
const OFF = "      Enabled: false\n";

describe("a table's key", () => {
  test("at the value, with the table beside it", () => {
    expect(shown(RULE, tableKey(OFF))).toEqual([`8:15-8:20 ${DISABLED}`]);
    expect(toldInBoth(RULE, tableKey(OFF))).toEqual([DISABLED]);
    expect(relatedTo(RULE, tableKey(OFF))).toEqual([`4:74-4:94 "Orders" is encrypted with it`]);
  });

  test.each(["      Enabled: true\n", '      Enabled: "true"\n', "      Description: x\n", "      Enabled:\n"])(
    "passes with %s",
    (properties) => {
      expect(toldInBoth(RULE, tableKey(properties))).toEqual([]);
    },
  );

  test("a replica key, the key of a replica, of a SimpleTable, behind an alias", () => {
    expect(toldInBoth(RULE, tableKey(OFF).replace("KMS::Key", "KMS::ReplicaKey"))).toEqual([DISABLED]);
    expect(toldInBoth(RULE, replicaKey(OFF))).toEqual([DISABLED]);
    expect(toldInBoth(RULE, simpleTableKey(OFF))).toEqual([DISABLED]);
    const alias = `${tableKey(OFF, { named: "!Ref TableAlias" })}  TableAlias:
    Type: AWS::KMS::Alias
    Properties: { AliasName: alias/orders, TargetKeyId: !Ref TableKey }
`;
    expect(toldInBoth(RULE, alias)).toEqual([DISABLED]);
  });

  test("several tables", () => {
    const template = `${tableKey(OFF)}  Items:
    Type: AWS::DynamoDB::Table
    Properties: { SSESpecification: { SSEEnabled: true, KMSMasterKeyId: !Ref TableKey } }
`;
    expect(toldInBoth(RULE, template)).toEqual([
      `error Key "TableKey" is disabled: "Orders" and "Items" become inaccessible, and DynamoDB archives them after seven days.`,
    ]);
  });

  test("keys of vaults, streams and trails, or of nothing in view, are not meant", () => {
    expect(toldInBoth(RULE, neighbourKey(OFF, `${VAULT}${STREAM}${TRAIL}`))).toEqual([]);
    expect(toldInBoth(RULE, neighbourKey(OFF, "", ""))).toEqual([]);
  });
});

describe("branches and unknowns", () => {
  test("one branch", () => {
    const template = `${CONDITIONS}${tableKey("      Enabled: !If [IsProd, true, false]\n")}`;
    expect(toldInBoth(RULE, template)).toEqual([DISABLED.replace("error ", "error When IsProd is false: ")]);
  });

  test("used only where it is enabled", () => {
    const named = "!If [IsProd, !GetAtt TableKey.Arn, !Ref AWS::NoValue]";
    const template = `${CONDITIONS}${tableKey("      Enabled: !If [IsProd, true, false]\n", { named })}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
  });

  test("a parameter: its default, or nothing known", () => {
    const template = (parameter: string) => `Parameters:\n  On: ${parameter}\n${tableKey("      Enabled: !Ref On\n")}`;
    expect(toldInBoth(RULE, template("{ Type: String, Default: 'false' }"))).toEqual([
      `${DISABLED} (with the default of parameter On)`,
    ]);
    expect(toldInBoth(RULE, template("{ Type: String }"))).toEqual([]);
    expect(untold(RULE, template("{ Type: String }"))).toEqual(["10:15 parameter On has no default"]);
  });
});

describe("the fix", () => {
  test("enables the key, in YAML and JSON", () => {
    const template = tableKey("      Enabled: false # until monday\n");
    expect(offered(RULE, template)).toEqual(["safe: Enable the key (Enabled: true)"]);
    expect(repaired(RULE, template)).toBe(template.replace("Enabled: false #", "Enabled: true #"));
    const json = asJson(tableKey(OFF));
    expect(repaired(RULE, json)).toBe(json.replace('"Enabled": false', '"Enabled": true'));
  });

  test("is not offered for the CDK's output", () => {
    const cdk = tableKey(OFF, { attributes: "    Metadata: { aws:cdk:path: Stack/Key/Resource }\n" });
    expect(told(RULE, cdk)).toEqual([DISABLED]);
    expect(offered(RULE, cdk)).toEqual([]);
  });
});

test("speaks for rotation, which a disabled key cannot have", () => {
  expect(told("key-rotation-disabled", tableKey(OFF))).toEqual([]);
});
