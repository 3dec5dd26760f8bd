import { describe, expect, test } from "vitest";
import { offered, shown } from "../harness.ts";
import { relatedTo, told, toldInBoth, untold } from "../told.ts";
import { CONDITIONS, neighbourKey, replicaKey, STREAM, simpleTableKey, TRAIL, tableKey, VAULT } from "./keys.ts";

const RULE = "key-type-not-usable";

const unusable = (says: string, what = '"Orders"') =>
  `error Key "TableKey" cannot encrypt ${what}: its ${says}, and AWS services take symmetric encryption keys only.`;
const RSA = "      KeySpec: RSA_2048\n";

describe("a table's key", () => {
  test("at the value, with the table beside it; a new key is needed, so nothing is offered", () => {
    expect(shown(RULE, tableKey(RSA))).toEqual([`8:15-8:23 ${unusable("KeySpec is RSA_2048")}`]);
    expect(relatedTo(RULE, tableKey(RSA))).toEqual([`4:74-4:94 "Orders" is encrypted with it`]);
    expect(offered(RULE, tableKey(RSA))).toEqual([]);
  });

  test.each(["RSA_4096", "ECC_NIST_P256", "HMAC_256", "SM2"])("KeySpec %s", (spec) => {
    expect(toldInBoth(RULE, tableKey(`      KeySpec: ${spec}\n`))).toEqual([unusable(`KeySpec is ${spec}`)]);
  });

  test.each(["SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"])("KeyUsage %s alone", (usage) => {
    expect(toldInBoth(RULE, tableKey(`      KeyUsage: ${usage}\n`))).toEqual([unusable(`KeyUsage is ${usage}`)]);
  });

  test("both: one finding", () => {
    expect(toldInBoth(RULE, tableKey(`${RSA}      KeyUsage: SIGN_VERIFY\n`))).toEqual([
      unusable("KeySpec is RSA_2048"),
    ]);
  });

  test("an asymmetric key for encryption is no symmetric one", () => {
    expect(toldInBoth(RULE, tableKey(`${RSA}      KeyUsage: ENCRYPT_DECRYPT\n`))).toEqual([
      unusable("KeySpec is RSA_2048"),
    ]);
  });

  test.each([
    ["      Description: the defaults\n"],
    ["      KeySpec: SYMMETRIC_DEFAULT\n      KeyUsage: ENCRYPT_DECRYPT\n"],
    ["      KeySpec:\n      KeyUsage: {}\n"],
  ])("passes: %s", (properties) => {
    expect(toldInBoth(RULE, tableKey(properties))).toEqual([]);
    expect(untold(RULE, tableKey(properties))).toEqual([]);
  });

  test("a replica's, a SimpleTable's, one behind an alias", () => {
    expect(toldInBoth(RULE, replicaKey(RSA))).toEqual([unusable("KeySpec is RSA_2048")]);
    expect(toldInBoth(RULE, simpleTableKey(RSA))).toEqual([unusable("KeySpec is RSA_2048")]);
    const alias = `${tableKey(RSA, { named: "alias/orders" })}  TableAlias:
    Type: AWS::KMS::Alias
    Properties: { AliasName: alias/orders, TargetKeyId: !Ref TableKey }
`;
    expect(toldInBoth(RULE, alias)).toEqual([unusable("KeySpec is RSA_2048")]);
  });
});

test("the keys of vaults, streams and trails beside a table; no others", () => {
  expect(toldInBoth(RULE, neighbourKey(RSA, `${VAULT}${STREAM}${TRAIL}`))).toEqual([
    unusable("KeySpec is RSA_2048", 'backup vault "Daily", trail "Audit" and stream "Changes"'),
  ]);
  expect(toldInBoth(RULE, neighbourKey(RSA, ""))).toEqual([]);
});

describe("branches and unknowns", () => {
  test("one branch", () => {
    const template = `${CONDITIONS}${tableKey("      KeySpec: !If [IsProd, RSA_2048, SYMMETRIC_DEFAULT]\n")}`;
    expect(toldInBoth(RULE, template)).toEqual([
      unusable("KeySpec is RSA_2048").replace("error ", "error When IsProd is true: "),
    ]);
  });

  test("spec and usage change together", () => {
    const template = `${CONDITIONS}${tableKey(
      "      KeySpec: !If [IsProd, RSA_2048, SYMMETRIC_DEFAULT]\n      KeyUsage: !If [IsProd, SIGN_VERIFY, ENCRYPT_DECRYPT]\n",
      { named: "!If [IsTest, !Ref TableKey, !Ref AWS::NoValue]" },
    )}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
  });

  test("a parameter: each allowed value, or nothing known", () => {
    const template = (parameter: string) =>
      `Parameters:\n  Spec: ${parameter}\n${tableKey("      KeySpec: !Ref Spec\n")}`;
    expect(toldInBoth(RULE, template("{ Type: String, AllowedValues: [SYMMETRIC_DEFAULT, RSA_2048] }"))).toEqual([
      unusable("KeySpec is RSA_2048").replace("error ", 'error When Spec is "RSA_2048": '),
    ]);
    expect(told(RULE, template("{ Type: String }"))).toEqual([]);
    expect(untold(RULE, template("{ Type: String }"))).toEqual(["10:15 parameter Spec has no default"]);
  });
});
