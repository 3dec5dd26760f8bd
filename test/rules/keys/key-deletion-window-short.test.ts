import { describe, expect, test } from "vitest";
import { asJson } from "../as-json.ts";
import { offered, repaired, shown } from "../harness.ts";
import { relatedTo, told, toldInBoth, untold } from "../told.ts";
import { CONDITIONS, neighbourKey, replicaKey, STREAM, TRAIL, tableKey, VAULT } from "./keys.ts";

const RULE = "key-deletion-window-short";

const gone = (days: number, what = '"Orders"') =>
  `Key "TableKey" is deleted ${days} days after it leaves the stack; from then on nobody can decrypt ${what}.`;
const window = (days: number | string) => `      PendingWindowInDays: ${days}\n`;
const TITLE = "Wait 30 days before the key is deleted (PendingWindowInDays: 30)";

describe("how long", () => {
  test("at the value, with the table beside it", () => {
    expect(shown(RULE, tableKey(window(7)))).toEqual([`8:27-8:28 warning ${gone(7)}`]);
    expect(relatedTo(RULE, tableKey(window(7)))).toEqual([`4:74-4:94 "Orders" is encrypted with it`]);
  });

  test.each([7, 13])("%d days are short", (days) => {
    expect(toldInBoth(RULE, tableKey(window(days)))).toEqual([`warning ${gone(days)}`]);
  });

  test.each([14, 29])("%d days are less than could be", (days) => {
    expect(toldInBoth(RULE, tableKey(window(days)))).toEqual([`info ${gone(days)}`]);
  });

  test("a number as a text", () => {
    expect(toldInBoth(RULE, tableKey(window('"7"')))).toEqual([`warning ${gone(7)}`]);
  });

  test.each([["      PendingWindowInDays: 30\n"], ["      Description: the default is 30\n"]])(
    "passes: %s",
    (properties) => {
      expect(toldInBoth(RULE, tableKey(properties))).toEqual([]);
    },
  );

  test.each([0, 6, 31, "soon", "", "[]"])("what KMS does not take cannot be deployed: %s", (value) => {
    expect(told(RULE, tableKey(window(value)))).toEqual([]);
  });
});

describe("whose key", () => {
  test("a replica's", () => {
    expect(toldInBoth(RULE, replicaKey(window(7)))).toEqual([`warning ${gone(7)}`]);
  });

  test("a vault's, a stream's and a trail's beside a table", () => {
    expect(toldInBoth(RULE, neighbourKey(window(7), `${VAULT}${STREAM}${TRAIL}`))).toEqual([
      `warning ${gone(7, 'backup vault "Daily", trail "Audit" and stream "Changes"')}`,
    ]);
  });

  test("nobody's in view", () => {
    expect(toldInBoth(RULE, neighbourKey(window(7), "", ""))).toEqual([]);
  });
});

describe("a key that stays when the stack goes", () => {
  test.each(["Retain", "RetainExceptOnCreate"])("is never scheduled for deletion: %s", (policy) => {
    expect(toldInBoth(RULE, tableKey(window(7), { attributes: `    DeletionPolicy: ${policy}\n` }))).toEqual([]);
  });

  test("goes where it says so", () => {
    expect(toldInBoth(RULE, tableKey(window(7), { attributes: "    DeletionPolicy: Delete\n" }))).toEqual([
      `warning ${gone(7)}`,
    ]);
  });

  test("a replica key is kept by both policies only", () => {
    const replica = (attributes: string) =>
      tableKey(`${window(7)}      PrimaryKeyArn: !ImportValue primary\n`, { attributes }).replace(
        "KMS::Key",
        "KMS::ReplicaKey",
      );
    expect(toldInBoth(RULE, replica("    DeletionPolicy: Retain\n"))).toEqual([`warning ${gone(7)}`]);
    expect(toldInBoth(RULE, replica("    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n"))).toEqual([]);
  });
});

describe("branches and unknowns", () => {
  test("one branch of the window", () => {
    const template = `${CONDITIONS}${tableKey(window("!If [IsProd, 30, 7]"))}`;
    expect(toldInBoth(RULE, template)).toEqual([`warning When IsProd is false: ${gone(7)}`]);
  });

  test("short only where the key stays", () => {
    const template = `Transform: AWS::LanguageExtensions\n${CONDITIONS}${tableKey(window("!If [IsProd, 7, 30]"), { attributes: "    DeletionPolicy: !If [IsProd, Retain, Delete]\n" })}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
  });

  test("a parameter: its default, or nothing known", () => {
    const template = (parameter: string) => `Parameters:\n  Days: ${parameter}\n${tableKey(window("!Ref Days"))}`;
    expect(toldInBoth(RULE, template("{ Type: Number, Default: 10 }"))).toEqual([
      `warning ${gone(10)} (with the default of parameter Days)`,
    ]);
    expect(toldInBoth(RULE, template("{ Type: Number }"))).toEqual([]);
    expect(untold(RULE, template("{ Type: Number }"))).toEqual(["10:27 parameter Days has no default"]);
  });

  test("nothing is unknown about a key that stays", () => {
    const template = `Parameters:\n  Days: { Type: Number }\n${tableKey(window("!Ref Days"), { attributes: "    DeletionPolicy: Retain\n" })}`;
    expect(untold(RULE, template)).toEqual([]);
  });

  test("a policy that is not known", () => {
    const template = `Transform: AWS::LanguageExtensions\nParameters:\n  Policy: { Type: String }\n${tableKey(window(7), { attributes: "    DeletionPolicy: !Ref Policy\n" })}`;
    expect(told(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["12:20 parameter Policy has no default"]);
  });
});

describe("the fix", () => {
  test("writes 30, in YAML and JSON", () => {
    const template = tableKey("      PendingWindowInDays: 7 # quick\n");
    expect(offered(RULE, template)).toEqual([`safe: ${TITLE}`]);
    expect(repaired(RULE, template)).toBe(template.replace("Days: 7 #", "Days: 30 #"));
    const json = asJson(tableKey(window(7)));
    expect(repaired(RULE, json)).toBe(json.replace('"PendingWindowInDays": 7', '"PendingWindowInDays": 30'));
  });

  test("is not offered for parameters and the CDK's output", () => {
    const parameter = `Parameters:\n  Days: { Type: Number, Default: 7 }\n${tableKey(window("!Ref Days"))}`;
    const cdk = tableKey(window(7), { attributes: "    Metadata: { aws:cdk:path: Stack/Key/Resource }\n" });
    for (const template of [parameter, cdk]) {
      expect(told(RULE, template)).toHaveLength(1);
      expect(offered(RULE, template)).toEqual([]);
    }
  });
});
