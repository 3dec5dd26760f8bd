import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { beforeAll, describe, expect, test } from "vitest";
import { builtProgram, ddblint, folderWith } from "./program.ts";
import { BROKEN, OPEN, SOUND } from "./templates.ts";

const require = createRequire(import.meta.url);

/** Validates against a JSON Schema file, strictly; gives what is wrong. */
function validator(path: string, strict: boolean): (value: unknown) => unknown {
  const ajv = new Ajv({ allErrors: true, strict, allowUnionTypes: true, unicodeRegExp: strict });
  addFormats.default(ajv);
  // SARIF's schema is written in draft 4; what it uses of it means the same in draft 7, but for the name of `id`.
  const { $schema, id, ...schema } = JSON.parse(readFileSync(path, "utf8"));
  const validate: ValidateFunction = ajv.compile(schema);
  return (value) => (validate(value) ? [] : validate.errors);
}

const reportErrors = validator(fileURLToPath(new URL("../../schemas/report.schema.json", import.meta.url)), true);
const sarifErrors = validator(require.resolve("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"), false);

beforeAll(() => builtProgram());

/** Findings of every kind: with and without fixes, suppressed, in a branch, about a file, with a place elsewhere; and an unknown. */
const FILES = {
  "open.yaml": OPEN,
  "broken.json": '{ "Resources": { "T": { "Type": "AWS::DynamoDB::Table"',
  "broken.yaml": BROKEN,
  "suppressed.yaml": OPEN.replace(
    "  Orders:\n",
    "  # ddblint-disable-next-line deletion-protection-disabled -- a test\n  Orders:\n",
  ),
  "branches.yaml": SOUND.replace(
    "Resources:\n",
    "Parameters:\n  Stage: { Type: String }\n  Protect: { Type: String }\nConditions:\n  IsProd: !Equals [!Ref Stage, prod]\nResources:\n",
  )
    .replace("DeletionProtectionEnabled: true", "DeletionProtectionEnabled: !Ref Protect")
    .replace("PointInTimeRecoveryEnabled: true", "PointInTimeRecoveryEnabled: !If [IsProd, true, false]")
    .replace("    DeletionPolicy: Retain\n", ""),
  "ünï cödé/emoji.yaml": `# 🔑 é\r\n${OPEN.replaceAll("\n", "\r\n").replace("Orders:", '"Örders🔑":')}`,
};

interface JsonReport {
  tool: unknown;
  findings: {
    rule: string;
    file: string;
    message: string;
    range: { start: { line: number; character: number }; end: { line: number; character: number } };
    resource: unknown;
    when: string | null;
    source: null;
    fixes: {
      class: string;
      edits: {
        file: string;
        range: JsonReport["findings"][number]["range"];
        newText: string;
      }[];
    }[];
    suppressed: { kind: string; rule: string; reason: string; place: unknown } | null;
    fingerprint: string;
  }[];
  unknown: unknown[];
  summary: unknown;
}

async function json(files: { [path: string]: string }, ...args: string[]): Promise<JsonReport> {
  const { stdout } = await ddblint(["--format", "json", ...args], { cwd: folderWith(files) });
  return JSON.parse(stdout);
}

describe("json", () => {
  test("keeps to its schema, whatever is found", async () => {
    const report = await json(FILES);
    expect(reportErrors(report)).toEqual([]);
    const rules = new Set(report.findings.map((finding) => finding.rule));
    for (const rule of ["template-unreadable", "key-dies-before-table", "deletion-protection-disabled"]) {
      expect(rules).toContain(rule);
    }
    expect(report.findings.some((finding) => finding.when === "IsProd is false")).toBe(true);
    expect(report.findings.some((finding) => finding.suppressed)).toBe(true);
    expect(report.findings.some((finding) => finding.fixes.length > 0)).toBe(true);
    expect(report.unknown).not.toEqual([]);
  });

  test("the schema refuses what is no report", async () => {
    const report = await json(FILES);
    expect(reportErrors({ ...report, extra: 1 })).not.toEqual([]);
    expect(reportErrors({ ...report, version: 2 })).not.toEqual([]);
    expect(reportErrors({ ...report, findings: report.findings.map(({ file: _, ...rest }) => rest) })).not.toEqual([]);
  });

  test("an empty report", async () => {
    const report = await json({ "a.yaml": SOUND, "data.json": "{}" });
    expect(report).toMatchObject({
      version: 1,
      tool: { name: "ddblint" },
      findings: [],
      unknown: [],
      summary: {
        files: 2,
        templates: 1,
        tables: 1,
        findings: { error: 0, warning: 0, info: 0 },
        suppressed: 0,
        unknown: 0,
      },
    });
    expect(reportErrors(await json({}))).toEqual([]);
  });

  test("one finding, to the letter", async () => {
    const { findings, summary } = await json({ "infra/open.yaml": OPEN });
    const [first] = findings;
    expect(first).toEqual({
      rule: "deletion-protection-disabled",
      severity: "warning",
      confidence: "high",
      topic: "recovery",
      message: expect.stringContaining('"Orders"'),
      file: "infra/open.yaml",
      range: { start: { line: 16, character: 2 }, end: { line: 16, character: 8 } },
      resource: { logicalId: "Orders", type: "AWS::DynamoDB::Table", path: ["Resources", "Orders", "Properties"] },
      when: null,
      source: null,
      fixes: [
        {
          title: expect.any(String),
          class: "safe",
          edits: [
            {
              file: "infra/open.yaml",
              range: { start: { line: 31, character: 32 }, end: { line: 31, character: 32 } },
              newText: "\n      DeletionProtectionEnabled: true",
            },
          ],
        },
      ],
      suppressed: null,
      docs: expect.stringMatching(/^https:\/\/.*deletion-protection-disabled/),
      fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(summary).toEqual({
      files: 1,
      templates: 1,
      tables: 1,
      findings: { error: 0, warning: 2, info: 0 },
      suppressed: 0,
      unknown: 0,
    });
  });

  test("ranges count UTF-16 units behind the byte order mark", async () => {
    const { findings } = await json({
      "a.yaml": `\ufeff${OPEN.replace('AWSTemplateFormatVersion: "2010-09-09"', 'Description: "🔑é"')}`,
    });
    expect(findings[0]?.range.start).toEqual({ line: 16, character: 2 });
    const flow = `\ufeffDescription: 🔑é\nResources: { "🔑": { Type: AWS::DynamoDB::Table } }\n`;
    const [first] = (await json({ "flow.yaml": flow }, "--rule", "sse-kms-disabled=off")).findings;
    expect(first?.range).toEqual({ start: { line: 1, character: 13 }, end: { line: 1, character: 17 } });
  });

  test("a suppression says what, why and where", async () => {
    const { findings } = await json({ "suppressed.yaml": FILES["suppressed.yaml"] });
    const suppressed = findings.find((finding) => finding.suppressed)?.suppressed;
    expect(suppressed).toEqual({
      kind: "comment",
      rule: "deletion-protection-disabled",
      reason: "a test",
      place: { file: "suppressed.yaml", range: expect.anything() },
    });
  });

  test("fingerprints outlive edits elsewhere in the file", async () => {
    const prints = async (text: string) =>
      (await json({ "a.yaml": text })).findings.map((finding) => `${finding.rule} ${finding.fingerprint}`).toSorted();
    const before = await prints(OPEN);
    expect(await prints(`# a comment\n\n${OPEN}  Other:\n    Type: AWS::SQS::Queue\n`)).toEqual(before);
    expect(new Set(before).size).toBe(before.length);
  });

  test("the edits of a fix, applied, remove its finding", async () => {
    const text = OPEN.replaceAll("\n", "\r\n");
    const { findings } = await json({ "a.yaml": text });
    expect(findings).toHaveLength(2);
    for (const { rule, fixes } of findings) {
      const lines = text.split("\n").map((line) => `${line}\n`);
      const offset = ({ line, character }: { line: number; character: number }) =>
        lines.slice(0, line).join("").length + character;
      let fixed = text;
      for (const edit of fixes[0]?.edits.toReversed() ?? []) {
        fixed = fixed.slice(0, offset(edit.range.start)) + edit.newText + fixed.slice(offset(edit.range.end));
      }
      expect((await json({ "a.yaml": fixed })).findings.map((finding) => finding.rule)).not.toContain(rule);
    }
  });

  test("many findings in one template have their fixes too, and not one by one", async () => {
    const table = OPEN.slice(OPEN.indexOf("  Orders:\n"));
    const more = Array.from({ length: 80 }, (_, index) => table.replace("Orders:", `Orders${index}:`)).join("");
    const { findings } = await json({ "a.yaml": OPEN + more, "b.yaml": OPEN });
    expect(findings).toHaveLength(164);
    expect(findings.filter((finding) => finding.fixes.length === 0)).toEqual([]);
  });

  test("is the same every time, also from another folder of the same content", async () => {
    const [first, second] = await Promise.all([json(FILES), json(FILES)]);
    expect(first).toEqual(second);
  });
});

describe("sarif", () => {
  async function sarif(files: { [path: string]: string }, ...args: string[]) {
    const { stdout, code } = await ddblint(["--format", "sarif", ...args], { cwd: folderWith(files) });
    const log = JSON.parse(stdout);
    return { log, run: log.runs[0], code };
  }

  test("keeps to the schema of SARIF 2.1.0, whatever is found", async () => {
    const { log, run } = await sarif(FILES, "--show-unknown");
    expect(sarifErrors(log)).toEqual([]);
    expect(run.results.some((result: { kind?: string }) => result.kind === "open")).toBe(true);
    expect(sarifErrors((await sarif({})).log)).toEqual([]);
    expect(sarifErrors({ ...log, version: "1.0" })).not.toEqual([]);
  });

  test("a result, to the letter", async () => {
    const { run, code } = await sarif({ "infra/a b.yaml": OPEN });
    const [result] = run.results;
    expect(result).toMatchObject({
      ruleId: "deletion-protection-disabled",
      level: "warning",
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: "infra/a%20b.yaml", uriBaseId: "%SRCROOT%" },
            region: { startLine: 17, startColumn: 3, endLine: 17, endColumn: 9 },
          },
          logicalLocations: [{ name: "Orders", fullyQualifiedName: "Resources.Orders" }],
        },
      ],
      fixes: [
        {
          artifactChanges: [
            {
              replacements: [
                {
                  deletedRegion: { startLine: 32, startColumn: 33, endLine: 32, endColumn: 33 },
                  insertedContent: { text: "\n      DeletionProtectionEnabled: true" },
                },
              ],
            },
          ],
        },
      ],
      suppressions: [],
    });
    expect(run.columnKind).toBe("utf16CodeUnits");
    expect(run.invocations).toEqual([{ executionSuccessful: true, exitCode: code, toolExecutionNotifications: [] }]);
  });

  test("results point at their rules, which say what they are", async () => {
    const { run } = await sarif(FILES);
    for (const { ruleId, ruleIndex } of run.results) expect(run.tool.driver.rules[ruleIndex].id).toBe(ruleId);
    for (const rule of run.tool.driver.rules) {
      expect(rule.help.markdown).toContain(rule.helpUri);
      expect(Number(rule.properties["security-severity"])).toBeGreaterThan(0);
    }
  });

  test("suppressed findings are there, with their reason", async () => {
    const { run } = await sarif({ "suppressed.yaml": FILES["suppressed.yaml"] });
    const suppressions = run.results.flatMap((result: { suppressions: unknown[] }) => result.suppressions);
    expect(suppressions).toEqual([expect.objectContaining({ kind: "inSource", justification: "a test" })]);
  });

  test("the places of related resources are there", async () => {
    const { run } = await sarif({ "branches.yaml": FILES["branches.yaml"] });
    const related = run.results.flatMap((result: { relatedLocations?: unknown[] }) => result.relatedLocations ?? []);
    expect(related.length).toBeGreaterThan(0);
  });

  test("what made the run incomplete is there", async () => {
    const { log, run, code } = await sarif({ "a.yaml": SOUND }, "a.yaml", "no.yaml");
    expect(code).toBe(2);
    expect(run.invocations[0]).toMatchObject({
      executionSuccessful: false,
      exitCode: 2,
      toolExecutionNotifications: [{ level: "error", message: { text: "no.yaml: no such file or folder" } }],
    });
    expect(sarifErrors(log)).toEqual([]);
  });

  test("standard input has a URI too", async () => {
    const { stdout } = await ddblint(["--format", "sarif", "-"], { cwd: folderWith({}), input: OPEN });
    expect(sarifErrors(JSON.parse(stdout))).toEqual([]);
    expect(stdout).toContain('"uri": "%3Cstdin%3E"');
  });
});
