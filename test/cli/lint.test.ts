import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { builtProgram, ddblint, folderWith } from "./program.ts";
import { BROKEN, OPEN, SOUND } from "./templates.ts";

beforeAll(() => builtProgram());

/** No stack trace, no path of the program: what a user may see. */
function expectFriendly(text: string): void {
  expect(text).not.toMatch(/^\s+at /m);
  expect(text).not.toContain("node:internal");
  expect(text).not.toContain("cli.mjs");
}

async function lint(cwd: string, ...args: string[]) {
  const outcome = await ddblint(args, { cwd });
  expectFriendly(outcome.stdout + outcome.stderr);
  return outcome;
}

describe("exit codes", () => {
  test("0: nothing is found", async () => {
    expect(await lint(folderWith({ "a.yaml": SOUND }), "a.yaml")).toEqual({
      code: 0,
      stdout: "No findings in 1 template with 1 table.\n",
      stderr: "",
    });
  });

  test("1: something is found at or above --fail-on", async () => {
    const folder = folderWith({ "a.yaml": OPEN });
    for (const [level, code] of [
      ["info", 1],
      ["warning", 1],
      ["error", 0],
      ["never", 0],
    ] as const) {
      const outcome = await lint(folder, "--fail-on", level);
      expect([level, outcome.code]).toEqual([level, code]);
      expect(outcome.stdout).toContain("warning[deletion-protection-disabled]");
    }
    expect((await lint(folder)).code).toBe(1);
    expect((await lint(folder, "--rule", "deletion-protection-disabled=error", "--fail-on", "error")).code).toBe(1);
  });

  test.each([
    [["--fi"], 'ddblint: unknown option --fi; did you mean "--fix"?\n'],
    [["rulez"], 'ddblint: rulez: no such file or folder; did you mean the command "rules"?\n'],
    [
      ["diff", "a", "b"],
      "ddblint: diff: no such file or folder\nddblint: a: no such file or folder\nddblint: b: no such file or folder\n",
    ],
    [["no.yaml"], "ddblint: no.yaml: no such file or folder\n"],
    [["*.cfn"], "ddblint: *.cfn: the glob matches nothing\n"],
    [["notes.txt"], "ddblint: notes.txt: it is no template: it has no Resources section\n"],
    [["--config", "no.yaml"], "ddblint: --config no.yaml: no such file\n"],
    [["rules", "sse-kms"], 'ddblint: unknown rule "sse-kms"; did you mean "sse-kms-disabled"?\n'],
    [["rules", "a", "b"], "ddblint: ddblint rules explains one rule at a time\n"],
    [["lsp"], "ddblint: ddblint lsp needs --stdio\n"],
    [["lsp", "--stdio", "x"], "ddblint: ddblint lsp takes no paths\n"],
    [["--parameters"], "ddblint: --parameters needs a value: --parameters NAME=VALUE…\n"],
  ])("2: %j", async (args, stderr) => {
    const outcome = await lint(folderWith({ "notes.txt": "hello" }), ...args);
    expect(outcome).toEqual({ code: 2, stdout: "", stderr });
  });

  test("2 goes before 1: the rest is linted and reported all the same", async () => {
    const folder = folderWith({ "a.yaml": OPEN, "notes.txt": "" });
    const { code, stdout, stderr } = await lint(folder, "a.yaml", "no.yaml", "notes.txt");
    expect(code).toBe(2);
    expect(stdout).toContain("warning[point-in-time-recovery-disabled]");
    expect(stdout).toContain("The run is incomplete: 2 problems.");
    expect(stderr.split("\n")).toHaveLength(3);
  });

  test("an incomplete run does not look green", async () => {
    const folder = folderWith({ "a.yaml": SOUND });
    const { stdout } = await lint(folder, "a.yaml", "no.yaml");
    expect(stdout).toBe("No findings in 1 template with 1 table.\nThe run is incomplete: 1 problem.\n");
  });

  test("a broken configuration ends the run, with the place of each mistake", async () => {
    const folder = folderWith({ "a.yaml": OPEN, ".ddblint.yaml": "profil: strict\nrules: { x: off }\n" });
    const { code, stdout, stderr } = await lint(folder);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toBe(
      'ddblint: .ddblint.yaml:1:1: unknown key "profil"; did you mean "profile"?\nddblint: .ddblint.yaml:2:10: unknown rule "x"\n',
    );
  });
});

describe("bad input", () => {
  test("a broken template is a finding with its place, and the others are linted", async () => {
    const folder = folderWith({
      "broken.yaml": BROKEN,
      "broken.json": '{ "Resources": { "T": { "Type": "AWS::DynamoDB::Table"',
      "open.yaml": OPEN,
    });
    const { code, stdout, stderr } = await lint(folder);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(stdout.match(/^error\[template-unreadable\]/gm)).toHaveLength(2);
    expect(stdout).toMatch(/--> broken\.json:1:\d+/);
    expect(stdout).toMatch(/--> broken\.yaml:\d+:\d+/);
    expect(stdout).toContain("--> open.yaml:17:3");
  });

  test("an empty folder, or one without templates, is told and is no failure", async () => {
    const folder = folderWith({ "docs/a.md": "", "docs/data.json": "[1]", "docs/values.yaml": "Resources: none\n" });
    mkdirSync(join(folder, "empty"));
    for (const path of ["empty", "docs"]) {
      expect(await lint(folder, path)).toEqual({
        code: 0,
        stdout: "",
        stderr: `ddblint: notice: there is no template in ${path}\n`,
      });
    }
    expect((await lint(folder, "empty", "--quiet")).stderr).toBe("");
  });

  test.skipIf(process.getuid?.() === 0)("a file that may not be read is told, named or not", async () => {
    const folder = folderWith({ "a.yaml": OPEN, "secret.yaml": SOUND });
    chmodSync(join(folder, "secret.yaml"), 0);
    for (const args of [["."], ["a.yaml", "secret.yaml"]]) {
      const { code, stdout, stderr } = await lint(folder, ...args);
      expect({ code, stderr }).toEqual({ code: 2, stderr: "ddblint: secret.yaml: permission denied\n" });
      expect(stdout).toContain("--> a.yaml:17:3");
    }
  });

  test("a file that is too long, or in UTF-16, is told where it looks like a template", async () => {
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(SOUND, "utf16le")]);
    const folder = folderWith({
      "utf16.yaml": utf16,
      "long.yaml": `${SOUND}# ${"x".repeat(5_000_000)}`,
      "huge.json": Buffer.concat([
        Buffer.from('{ "Resources": { "T": { "Type": "AWS::DynamoDB::Table" } }, "x": "'),
        Buffer.alloc(16_000_000, 120),
      ]),
      "data.json": `["${"x".repeat(5_000_000)}"]`,
    });
    const { code, stdout, stderr } = await lint(folder);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    const tooLong = "it is too long for a template (more than 5 million characters)";
    expect(stderr.split("\n").slice(0, 3)).toEqual([
      `ddblint: huge.json: ${tooLong}`,
      `ddblint: long.yaml: ${tooLong}`,
      "ddblint: utf16.yaml: it is encoded in UTF-16; save it as UTF-8",
    ]);
    expect((await lint(folder, "data.json")).stderr).toBe(`ddblint: data.json: ${tooLong}\n`);
  });

  test("bytes that are no text, nesting without end and a template in a circle of links end in an answer", async () => {
    const folder = folderWith({
      "bytes.yaml": Buffer.from([0, 1, 2, 255, 254]),
      "deep.json": `{"AWSTemplateFormatVersion":"2010-09-09","Resources":${'{"a":'.repeat(50_000)}`,
      "deep.yaml": `AWSTemplateFormatVersion: "2010-09-09"\nResources: ${"[".repeat(50_000)}`,
      "bomb.yaml": `AWSTemplateFormatVersion: "2010-09-09"\na: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefghi"
        .split("")
        .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${"abcdefgh"[index]}`).join(",")}]`)
        .join("\n")}\nResources: { T: { Type: AWS::DynamoDB::Table, Properties: *i } }\n`,
    });
    symlinkSync(".", join(folder, "loop"));
    const { code, stdout } = await lint(folder);
    expect(code).toBe(1);
    expect(stdout).toContain("error[template-unreadable]");
  });

  test("names that would steer the terminal are shown, not obeyed", async () => {
    const folder = folderWith({ "a\u001b[31m.yaml": OPEN });
    const { stdout } = await lint(folder);
    expect(stdout).toContain("a\ufffd[31m.yaml:17:3");
    expect(stdout).not.toContain("\u001b");
    expect((await lint(folder, "no\u001b[2J")).stderr).toBe("ddblint: no\ufffd[2J: no such file or folder\n");
  });
});

describe("output", () => {
  test("is the same every time, whatever the order of the paths", async () => {
    const folder = folderWith({ "b/x.yaml": OPEN, "a/x.yaml": OPEN, "B.yaml": OPEN });
    const [first, second, third] = await Promise.all([
      lint(folder, "b", "a", "B.yaml"),
      lint(folder, "B.yaml", "a", "b"),
      lint(folder),
    ]);
    expect(first.stdout).toBe(second.stdout);
    expect(first.stdout).toBe(third.stdout);
    const files = [...first.stdout.matchAll(/--> (\S+?):/g)].map((match) => match[1]);
    expect(files).toEqual(files.toSorted((a = "", b = "") => (a < b ? -1 : a > b ? 1 : 0)));
    expect(new Set(files).size).toBe(3);
  });

  test("colours only where they are wanted", async () => {
    const folder = folderWith({ "a.yaml": OPEN });
    const coloured = async (env: { [name: string]: string }, ...args: string[]) =>
      (await ddblint(args, { cwd: folder, env })).stdout.includes("\u001b[");
    expect(await coloured({})).toBe(false);
    expect(await coloured({ FORCE_COLOR: "1" })).toBe(true);
    expect(await coloured({ FORCE_COLOR: "0" })).toBe(false);
    expect(await coloured({ NO_COLOR: "1", FORCE_COLOR: "1" })).toBe(false);
    expect(await coloured({ NO_COLOR: "", FORCE_COLOR: "1" })).toBe(true);
    expect(await coloured({ FORCE_COLOR: "1" }, "--no-color")).toBe(false);
    expect(await coloured({ FORCE_COLOR: "1" }, "--help")).toBe(true);
  });

  test("--quiet prints findings and failures only", async () => {
    const folder = folderWith({ "a.yaml": OPEN });
    const { code, stdout, stderr } = await lint(folder, "--quiet", ".", "no.yaml");
    expect(code).toBe(2);
    expect(stdout).toContain("warning[deletion-protection-disabled]");
    expect(stdout).not.toContain("2 findings");
    expect(stderr).toBe("ddblint: no.yaml: no such file or folder\n");
    expect((await lint(folderWith({ "a.yaml": SOUND }), "-q")).stdout).toBe("");
  });

  test("reports go to files beside standard output", async () => {
    const folder = folderWith({ "a.yaml": OPEN });
    const args = ["--output", "json=out/r.json", "--output", "sarif=r.sarif", "--output=text=r.txt", "--fail-on=never"];
    const { code, stdout } = await ddblint(args, { cwd: folder, env: { FORCE_COLOR: "1" } });
    expect(code).toBe(0);
    expect(stdout).toContain("\u001b[");
    expect(JSON.parse(readFileSync(join(folder, "out", "r.json"), "utf8")).version).toBe(1);
    expect(JSON.parse(readFileSync(join(folder, "r.sarif"), "utf8")).version).toBe("2.1.0");
    const text = readFileSync(join(folder, "r.txt"), "utf8");
    expect(text).toContain("warning[deletion-protection-disabled]");
    expect(text).not.toContain("\u001b");
  });

  test("a report that cannot be written fails the run", async () => {
    const folder = folderWith({ "a.yaml": SOUND, out: "" });
    const { code, stderr } = await lint(folder, "a.yaml", "--output", "json=out/r.json");
    expect(code).toBe(2);
    expect(stderr).toMatch(/^ddblint: --output out\/r\.json: cannot be written: /);
  });

  test("a reader that goes away, or a full disk, ends the run with 2 and no trace", async () => {
    const folder = folderWith(Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`${index}.yaml`, OPEN])));
    const early = await ddblint(["--quiet"], { cwd: folder, closeEarly: true });
    expect({ code: early.code, stderr: early.stderr }).toEqual({ code: 2, stderr: "" });
    if (!existsSync("/dev/full")) return;
    const full = openSync("/dev/full", "w");
    const { code, stderr } = await ddblint(["0.yaml"], { cwd: folder, stdout: full });
    closeSync(full);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: "ddblint: cannot write to standard output: no space left on the disk\n",
    });
  });

  test("related places, branches and the enclosing resource are shown", async () => {
    const folder = folderWith({
      "a.yaml": SOUND.replace(
        "Resources:\n",
        "Parameters:\n  Stage: { Type: String }\nConditions:\n  IsProd: !Equals [!Ref Stage, prod]\nResources:\n",
      )
        .replace("DeletionProtectionEnabled: true", "DeletionProtectionEnabled: !If [IsProd, true, false]")
        .replace(
          "    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n    Properties:\n      EnableKey",
          "    Properties:\n      EnableKey",
        ),
    });
    const { stdout } = await lint(folder);
    expect(stdout).toContain("warning[deletion-protection-disabled]: When IsProd is false: ");
    expect(stdout).toContain("^^^^^ Orders (AWS::DynamoDB::Table)");
    expect(stdout).toMatch(/error\[key-dies-before-table\].*\n {2}--> a\.yaml:7:3\n/);
    expect(stdout).toMatch(/ = note: .*\n {5}--> a\.yaml:\d+:\d+\n/);
  });

  test("generated templates are repaired in the CDK app", async () => {
    const template = {
      Resources: {
        Orders3E8B2D51: {
          Type: "AWS::DynamoDB::Table",
          DeletionPolicy: "Retain",
          UpdateReplacePolicy: "Retain",
          Properties: { KeySchema: [{ AttributeName: "id", KeyType: "HASH" }] },
          Metadata: { "aws:cdk:path": "Shop/Orders/Resource" },
        },
      },
    };
    const folder = folderWith({ "Shop.template.json": JSON.stringify(template, undefined, 1) });
    const before = readFileSync(join(folder, "Shop.template.json"), "utf8");
    const { stdout } = await lint(folder, "--fix");
    expect(stdout).toContain("= fix: in the CDK app, at Shop/Orders: `deletionProtection: true`");
    expect(stdout).not.toContain("--fix tries");
    expect(readFileSync(join(folder, "Shop.template.json"), "utf8")).toBe(before);
  });
});

describe("what is linted together", () => {
  const [keyPart = "", tablePart = ""] = SOUND.split("  Orders:\n");
  const key =
    keyPart.replace("    DeletionPolicy: Retain\n", "") +
    "Outputs:\n  KeyArn:\n    Value: !GetAtt Key.Arn\n    Export: { Name: orders-key }\n";
  const table = `AWSTemplateFormatVersion: "2010-09-09"\nResources:\n  Orders:\n${tablePart.replace("!Ref Key", "!ImportValue orders-key")}`;

  test("the files of one command line are one project", async () => {
    const folder = folderWith({ "key/key.yaml": key, "table/table.yaml": table });
    expect((await lint(folder)).stdout).toContain("error[key-dies-before-table]");
    expect((await lint(folder, "key", "table/table.yaml")).stdout).toContain("error[key-dies-before-table]");
    expect((await lint(folder, "key")).stdout).not.toContain("key-dies-before-table");
  });

  test("`root: true` splits them", async () => {
    const folder = folderWith({
      "key/key.yaml": key,
      "table/table.yaml": table,
      "table/.ddblint.yaml": "root: true\n",
    });
    expect((await lint(folder)).stdout).not.toContain("key-dies-before-table");
  });

  test("the configuration nearest to a file decides about it", async () => {
    const folder = folderWith({
      "a/x.yaml": OPEN,
      "b/x.yaml": OPEN,
      ".ddblint.yaml": "rules: { deletion-protection-disabled: off }\n",
      "b/.ddblint.yaml": "rules: { deletion-protection-disabled: error, point-in-time-recovery-disabled: off }\n",
    });
    const { stdout } = await lint(folder);
    expect([...stdout.matchAll(/^(\w+)\[(\S+)\].*\n +--> (\S+?):/gm)].map(([, ...found]) => found)).toEqual([
      ["warning", "point-in-time-recovery-disabled", "a/x.yaml"],
      ["error", "deletion-protection-disabled", "b/x.yaml"],
    ]);
  });

  test("parameters decide conditions; one that no template has is told", async () => {
    const folder = folderWith({
      "a.yaml": SOUND.replace(
        "Resources:\n",
        "Parameters:\n  Stage: { Type: String }\nConditions:\n  IsProd: !Equals [!Ref Stage, prod]\nResources:\n",
      ).replace("DeletionProtectionEnabled: true", "DeletionProtectionEnabled: !If [IsProd, true, false]"),
    });
    expect((await lint(folder, "--parameters", "Stage=prod", "--", "a.yaml")).code).toBe(0);
    expect((await lint(folder, "--parameters", "Stage=dev")).code).toBe(1);
    expect((await lint(folder, "--parameters", "Stag=prod")).stderr).toBe(
      'ddblint: notice: --parameters: no template has the parameter "Stag"; did you mean "Stage"?\n',
    );
  });

  test("what cannot be told is counted, listed on request, and fails the run if it must", async () => {
    const folder = folderWith({
      "a.yaml": SOUND.replace("Resources:\n", "Parameters:\n  Protect: { Type: String }\nResources:\n").replace(
        "DeletionProtectionEnabled: true",
        "DeletionProtectionEnabled: !Ref Protect",
      ),
    });
    const silent = await lint(folder);
    expect(silent.code).toBe(0);
    expect(silent.stdout).toContain("1 could not be told; --show-unknown lists them.");
    const shown = await lint(folder, "--show-unknown");
    expect(shown.code).toBe(0);
    expect(shown.stdout).toMatch(
      /^unknown\[deletion-protection-disabled\]: Orders: cannot tell, because .+\n {2}--> a\.yaml:29:/m,
    );
    expect((await lint(folder, "--strict-unknown")).code).toBe(1);
    expect((await lint(folder, "--strict-unknown", "--fail-on", "error")).code).toBe(0);
  });

  test("suppressed findings do not count, unless suppressions are ignored", async () => {
    const folder = folderWith({
      "a.yaml": OPEN.replace(
        "  Orders:\n",
        "  # ddblint-disable-next-line deletion-protection-disabled -- a test\n  Orders:\n",
      ).replace("# too dear", "# ddblint-disable-line point-in-time-recovery-disabled -- too dear"),
    });
    const { code, stdout } = await lint(folder);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "No findings in 1 template with 1 table.\n2 suppressed.\n" });
    expect((await lint(folder, "--no-inline-suppressions")).code).toBe(1);
  });
});

describe("standard input", () => {
  test("is linted under the name it is given, with that name's configuration", async () => {
    const folder = folderWith({ "infra/.ddblint.yaml": "rules: { deletion-protection-disabled: error }\n" });
    const named = await ddblint(["-", "--stdin-filename", "infra/x.yaml"], { cwd: folder, input: OPEN });
    expect(named.code).toBe(1);
    expect(named.stdout).toContain("error[deletion-protection-disabled]");
    expect(named.stdout).toContain("--> infra/x.yaml:17:3");
    const nameless = await ddblint(["-"], { cwd: folder, input: OPEN });
    expect(nameless.stdout).toContain("--> <stdin>:17:3");
  });

  test("takes the place of the file of its name", async () => {
    const folder = folderWith({ "x.yaml": OPEN });
    const { code, stdout } = await ddblint(["-", ".", "--stdin-filename", "x.yaml"], { cwd: folder, input: SOUND });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "No findings in 1 template with 1 table.\n" });
  });

  test("that is no template is told", async () => {
    for (const input of ["", "hello\n"]) {
      const { code, stderr } = await ddblint(["-"], { cwd: folderWith({}), input });
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: "ddblint: <stdin>: it is no template: it has no Resources section\n",
      });
    }
  });

  test("with --fix comes out fixed, and the report goes to standard error", async () => {
    const folder = folderWith({});
    const { code, stdout, stderr } = await ddblint(["--fix", "-"], { cwd: folder, input: `\ufeff${OPEN}` });
    expect(code).toBe(0);
    expect(stdout.startsWith("\ufeffAWSTemplateFormatVersion")).toBe(true);
    expect(stdout).toContain("PointInTimeRecoveryEnabled: true # too dear");
    expect(stderr).toContain("Fixed 2 findings in 1 file:");
    expect(readdirSync(folder)).toEqual([]);
  });

  test("with --fix that cannot be fixed comes out as it was", async () => {
    for (const [input, code] of [
      ["hello\n", 2],
      [BROKEN, 1],
    ] as const) {
      const outcome = await ddblint(["--fix", "-"], { cwd: folderWith({}), input });
      expect([outcome.code, outcome.stdout]).toEqual([code, input]);
    }
  });
});

describe("help and version", () => {
  test("are asked for in any place, and are no failure", async () => {
    const cwd = folderWith({});
    const help = await ddblint(["--help"], { cwd });
    expect(help.code).toBe(0);
    expect(help.stdout).toContain("Usage: ddblint");
    expect((await ddblint(["rules", "--help"], { cwd })).stdout).toMatch(/^Usage: ddblint rules \[NAME\]/);
    expect((await ddblint(["lint", "-h"], { cwd })).stdout).toContain("--unsafe-fixes");
    expect((await ddblint(["--version"], { cwd })).stdout).toMatch(/^ddblint \d+\.\d+\.\d+\n$/);
  });

  test("commands and options that are not there yet are not spoken of", async () => {
    const { stdout } = await ddblint(["--help"], { cwd: folderWith({}) });
    for (const word of ["diff", "merge", "init", "baseline", "shard", "changed-since", "junit"]) {
      expect(stdout).not.toMatch(new RegExp(`\\b${word}\\b`));
    }
  });
});

describe("rules", () => {
  test("are listed, each with its severity", async () => {
    const { code, stdout } = await ddblint(["rules"], { cwd: folderWith({}) });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}point-in-time-recovery-disabled +warning +\S/m);
    expect(stdout).toMatch(/^ {2}table-not-customer-managed-key .* \(strict\)$/m);
  });

  test("are explained one at a time", async () => {
    const { code, stdout } = await ddblint(["rules", "point-in-time-recovery-disabled"], { cwd: folderWith({}) });
    expect(code).toBe(0);
    for (const part of [
      "Why\n",
      "What to do\n",
      "Reported:\n",
      "Not reported:\n",
      "checkov: CKV_AWS_28",
      "References\n",
    ]) {
      expect(stdout).toContain(part);
    }
  });
});

test("the language server answers over standard input and output", async () => {
  const request = JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: { processId: null, rootUri: null, capabilities: {} },
  });
  const shutdown = JSON.stringify({ jsonrpc: "2.0", id: 2, method: "shutdown" });
  const exit = JSON.stringify({ jsonrpc: "2.0", method: "exit" });
  const input = [request, shutdown, exit]
    .map((text) => `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)
    .join("");
  const { code, stdout } = await ddblint(["lsp", "--stdio"], { cwd: folderWith({}), input, keepOpen: true });
  expect(code).toBe(0);
  expect(stdout).toContain('"capabilities"');
});
