import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { builtProgram, ddblint, folderWith } from "./program.ts";
import { OPEN, SOUND } from "./templates.ts";

beforeAll(() => builtProgram());

/** JSON with a layout of its own: tabs, a space before the colon, no line break at the end. */
const JSON_OPEN = `{
\t"AWSTemplateFormatVersion" : "2010-09-09",
\t"Resources" : {
\t\t"Orders" : {
\t\t\t"Type" : "AWS::DynamoDB::Table",
\t\t\t"DeletionPolicy" : "Retain", "UpdateReplacePolicy" : "Retain",
\t\t\t"Properties" : {
\t\t\t\t"KeySchema" : [ { "AttributeName" : "id", "KeyType" : "HASH" } ],
\t\t\t\t"AttributeDefinitions" : [ { "AttributeName" : "id", "AttributeType" : "S" } ],
\t\t\t\t"BillingMode" : "PAY_PER_REQUEST",
\t\t\t\t"PointInTimeRecoverySpecification" : { "PointInTimeRecoveryEnabled" : false }
\t\t\t}
\t\t}
\t}
}`;

/** Runs twice; the second run must change nothing. Gives the files' texts after it. */
async function fixTwice(folder: string, files: readonly string[], ...args: string[]) {
  const texts = () => files.map((file) => readFileSync(join(folder, file), "utf8"));
  const first = await ddblint(["--fix", ...args], { cwd: folder });
  const once = texts();
  const second = await ddblint(["--fix", ...args], { cwd: folder });
  expect(texts()).toEqual(once);
  expect(second.stdout).not.toContain("Fixed");
  return { once, first, second };
}

describe("--fix", () => {
  test("changes what must change and no other byte of a YAML file", async () => {
    const folder = folderWith({ "a.yaml": OPEN, "notes.txt": "x" });
    const { once, first } = await fixTwice(folder, ["a.yaml"]);
    expect(once).toEqual([
      `${OPEN.replace("PointInTimeRecoveryEnabled: false # too dear", "PointInTimeRecoveryEnabled: true # too dear")}      DeletionProtectionEnabled: true\n`,
    ]);
    expect(first.code).toBe(0);
    expect(first.stdout).toContain(
      "Fixed 2 findings in 1 file:\n  a.yaml: deletion-protection-disabled (Orders)\n  a.yaml: point-in-time-recovery-disabled (Orders)\n",
    );
    expect(readdirSync(folder).toSorted()).toEqual(["a.yaml", "notes.txt"]);
  });

  test("keeps the layout of a JSON file", async () => {
    const folder = folderWith({ "a.json": JSON_OPEN });
    const { once } = await fixTwice(folder, ["a.json"]);
    const [text = ""] = once;
    const lines = JSON_OPEN.split("\n");
    const changed = text.split("\n").filter((line) => !lines.includes(line));
    expect(changed.every((line) => line.startsWith("\t\t\t\t"))).toBe(true);
    expect(text).toContain('"PointInTimeRecoverySpecification" : { "PointInTimeRecoveryEnabled" : true }');
    expect(text.endsWith("}")).toBe(true);
    expect(JSON.parse(text).Resources.Orders.Properties.DeletionProtectionEnabled).toBe(true);
  });

  test("keeps Windows line ends, the byte order mark and the file's mode", async () => {
    const folder = folderWith({ "a.yaml": `\ufeff${OPEN.replaceAll("\n", "\r\n")}` });
    chmodSync(join(folder, "a.yaml"), 0o640);
    const { once } = await fixTwice(folder, ["a.yaml"]);
    const [text = ""] = once;
    expect(text.startsWith("\ufeffAWSTemplateFormatVersion")).toBe(true);
    expect(text).not.toMatch(/[^\r]\n/);
    expect(text).toContain("DeletionProtectionEnabled: true\r\n");
    expect(statSync(join(folder, "a.yaml")).mode & 0o777).toBe(0o640);
  });

  test("follows a link and leaves it a link", async () => {
    const folder = folderWith({ "real/a.yaml": OPEN });
    symlinkSync(join("real", "a.yaml"), join(folder, "link.yaml"));
    await fixTwice(folder, ["real/a.yaml"], "link.yaml");
    expect(lstatSync(join(folder, "link.yaml")).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, "real", "a.yaml"), "utf8")).toContain("DeletionProtectionEnabled: true");
  });

  test("leaves alone what is suppressed, switched off, or of other files", async () => {
    const suppressed = OPEN.replace("# too dear", "# ddblint-disable-line point-in-time-recovery-disabled -- too dear");
    const folder = folderWith({ "a.yaml": suppressed, "b.yaml": OPEN });
    const { once } = await fixTwice(
      folder,
      ["a.yaml", "b.yaml"],
      "a.yaml",
      "--rule",
      "deletion-protection-disabled=off",
    );
    expect(once).toEqual([suppressed, OPEN]);
  });

  test("needs --unsafe-fixes for what may break something, and says that it would", async () => {
    const branch = SOUND.replace(
      "Resources:\n",
      "Parameters:\n  Stage: { Type: String }\nConditions:\n  IsProd: !Equals [!Ref Stage, prod]\nResources:\n",
    ).replace("DeletionProtectionEnabled: true", "DeletionProtectionEnabled: !If [IsProd, true, false]");
    const folder = folderWith({ "a.yaml": branch });
    const safe = await fixTwice(folder, ["a.yaml"]);
    expect(safe.once).toEqual([branch]);
    expect(safe.first.code).toBe(1);
    expect(safe.first.stdout).toContain("1 can be fixed with --fix --unsafe-fixes.");
    const unsafe = await fixTwice(folder, ["a.yaml"], "--unsafe-fixes");
    expect(unsafe.once).toEqual([branch.replace("!If [IsProd, true, false]", "!If [IsProd, true, true]")]);
    expect(unsafe.first.code).toBe(0);
  });

  test("reports what is left, in every format", async () => {
    const folder = folderWith({ "a.yaml": OPEN.replace("        KMSMasterKeyId: !Ref Key\n", "") });
    const args = ["--fix", "--format", "json", "--profile", "strict", "--fail-on", "info"];
    const { code, stdout, stderr } = await ddblint(args, { cwd: folder });
    expect(code).toBe(1);
    const rules = JSON.parse(stdout).findings.map((finding: { rule: string }) => finding.rule);
    expect(rules).toContain("table-not-customer-managed-key");
    expect(rules).not.toContain("deletion-protection-disabled");
    expect(stderr).toBe("ddblint: notice: fixed 2 findings\n");
  });

  test.skipIf(process.getuid?.() === 0)("tells what it could not write, and reports that file as it is", async () => {
    const folder = folderWith({ "a.yaml": OPEN, "b.yaml": OPEN });
    chmodSync(join(folder, "a.yaml"), 0o444);
    const { code, stdout, stderr } = await ddblint(["--fix"], { cwd: folder });
    expect({ code, stderr }).toEqual({ code: 2, stderr: "ddblint: a.yaml: not changed: permission denied\n" });
    expect(stdout).toContain("--> a.yaml:17:3");
    expect(readFileSync(join(folder, "a.yaml"), "utf8")).toBe(OPEN);
    expect(readFileSync(join(folder, "b.yaml"), "utf8")).not.toBe(OPEN);
  });

  test("does not write what it cannot write back: bytes that are no UTF-8", async () => {
    const bytes = Buffer.concat([Buffer.from("# Gr\u00fc\u00dfe\n", "latin1"), Buffer.from(OPEN)]);
    const folder = folderWith({ "a.yaml": bytes });
    const { code, stderr } = await ddblint(["--fix"], { cwd: folder });
    expect({ code, stderr }).toEqual({ code: 2, stderr: "ddblint: a.yaml: not changed: it is not encoded in UTF-8\n" });
    expect(readFileSync(join(folder, "a.yaml"))).toEqual(bytes);
  });
});
