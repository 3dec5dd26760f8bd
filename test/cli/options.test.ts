import { describe, expect, test } from "vitest";
import { Failure } from "../../cli/failure.ts";
import { type LintOptions, lintOptions } from "../../cli/lint-options.ts";
import { parseArguments } from "../../cli/options.ts";

const RULES = ["sse-kms-disabled", "point-in-time-recovery-disabled"];

function lint(...argv: string[]): LintOptions {
  return lintOptions(parseArguments(argv), RULES);
}

/** The lines of the failure. */
function failure(...argv: string[]): readonly string[] {
  try {
    lint(...argv);
  } catch (error) {
    if (error instanceof Failure) return error.lines;
    throw error;
  }
  return [];
}

describe("parseArguments", () => {
  test.each([
    [[], "lint", []],
    [["a.yaml", "b"], "lint", ["a.yaml", "b"]],
    [["lint", "a.yaml"], "lint", ["a.yaml"]],
    [["--no-color", "rules", "x"], "rules", ["x"]],
    [["lint", "rules"], "lint", ["rules"]],
    [["--", "rules"], "lint", ["rules"]],
    [["--", "--fix"], "lint", ["--fix"]],
    [["-"], "lint", ["-"]],
    [["lsp", "--stdio"], "lsp", []],
    [["a.yaml", "rules"], "lint", ["a.yaml", "rules"]],
  ])("%j is the command %s of %j", (argv, command, positionals) => {
    const given = parseArguments(argv);
    expect(given.command).toBe(command);
    expect(given.positionals).toEqual(positionals);
  });

  test("short options, alone and together", () => {
    expect([...parseArguments(["-qh"]).switches]).toEqual(["quiet", "help"]);
    expect([...parseArguments(["-V"]).switches]).toEqual(["version"]);
  });

  test.each([
    [["--fi"], 'unknown option --fi; did you mean "--fix"?'],
    [["--formt", "json"], 'unknown option --formt; did you mean "--format"?'],
    [["-x"], "unknown option -x"],
    [["--no-such-thing"], "unknown option --no-such-thing"],
    [["--baseline", "x"], "unknown option --baseline"],
    [["--format"], "--format needs a value: --format FORMAT"],
    [["--format", "--fix"], "--format needs a value: --format FORMAT"],
    [["--format="], "--format needs a value: --format FORMAT"],
    [["--fix=yes"], "--fix takes no value"],
    [["--format", "json", "--format", "text"], "--format is given twice"],
    [["rules", "--fix"], "--fix is no option of ddblint rules"],
    [["lsp", "--format", "json"], "--format is no option of ddblint lsp"],
    [["--stdio"], "--stdio is no option of ddblint lint"],
  ])("%j: %s", (argv, message) => {
    expect(failure(...argv)).toEqual([message]);
  });
});

describe("lintOptions", () => {
  test("the defaults", () => {
    expect(lint()).toEqual({
      paths: ["."],
      format: "text",
      outputs: [],
      rules: new Map(),
      failOn: "warning",
      fix: [],
      parameters: new Map(),
      showUnknown: false,
      strictUnknown: false,
      inlineSuppressions: true,
      quiet: false,
      noColor: false,
    });
  });

  test("everything at once", () => {
    const options = lint(
      ...["--format=json", "--output", "sarif=out/a.sarif", "--output", "text=a=b.txt", "--config", "c.yaml"],
      ...["--profile", "strict", "--rule", "sse-kms-disabled=off", "--rule=point-in-time-recovery-disabled=error"],
      ...["--fail-on", "never", "--fix", "--unsafe-fixes", "--region", "eu-central-1", "--account", "012345678901"],
      ...["--strict-unknown", "--no-inline-suppressions", "--stdin-filename", "x.yaml", "-q", "--no-color", "-"],
    );
    expect(options).toEqual({
      paths: ["-"],
      format: "json",
      outputs: [
        { format: "sarif", file: "out/a.sarif" },
        { format: "text", file: "a=b.txt" },
      ],
      config: "c.yaml",
      profile: "strict",
      rules: new Map([
        ["sse-kms-disabled", "off"],
        ["point-in-time-recovery-disabled", "error"],
      ]),
      failOn: "never",
      fix: ["safe", "caution"],
      parameters: new Map(),
      region: "eu-central-1",
      account: "012345678901",
      showUnknown: true,
      strictUnknown: true,
      inlineSuppressions: false,
      stdinFilename: "x.yaml",
      quiet: true,
      noColor: true,
    });
  });

  test("several parameters may follow one option, until something is no assignment", () => {
    const { parameters, paths } = lint("--parameters", "A=1", "B=x=y", "infra", "C=3", "--parameters", "D=", "./E=5");
    expect([...parameters]).toEqual([
      ["A", "1"],
      ["B", "x=y"],
      ["D", ""],
    ]);
    expect(paths).toEqual(["infra", "C=3", "./E=5"]);
    expect(lint("--parameters=A=1", "B=2").parameters.size).toBe(2);
    expect(lint("--parameters", "A=1", "--", "B=2").paths).toEqual(["B=2"]);
  });

  test.each([
    [["--format", "jsn"], '--format: unknown format "jsn" (text, json, sarif); did you mean "json"?'],
    [["--output", "json"], '--output: "json" is not of the form FORMAT=FILE'],
    [["--output", "xml=a"], '--output: unknown format "xml" (text, json, sarif)'],
    [["--output", "json=-"], "--output json=-: no file is named; --format is for standard output"],
    [["--output", "json=a", "--output", "sarif=a"], "--output: a would be written twice"],
    [["--profile", "hard"], '--profile: unknown profile "hard" (recommended, strict)'],
    [["--rule", "sse-kms=off"], '--rule: unknown rule "sse-kms"; did you mean "sse-kms-disabled"?'],
    [["--rule", "sse-kms-disabled"], '--rule: "sse-kms-disabled" is not of the form NAME=SEVERITY'],
    [["--rule", "sse-kms-disabled=on"], '--rule sse-kms-disabled: "on" is no severity (error, warning, info, off)'],
    [["--fail-on", "eror"], '--fail-on: "eror" is none of error, warning, info, never; did you mean "error"?'],
    [["--unsafe-fixes"], "--unsafe-fixes needs --fix"],
    [["--parameters", "A"], '--parameters: "A" is not of the form NAME=VALUE'],
    [["--parameters", "a-b=1"], '--parameters: "a-b" is no parameter name (letters and digits)'],
    [["--region", "mars"], '--region: "mars" is no AWS region (such as eu-central-1)'],
    [["--account", "1"], '--account: "1" is no AWS account id (12 digits)'],
    [["--stdin-filename", "a.yaml"], "--stdin-filename names standard input: it needs - among the paths"],
    [[""], "a path is empty"],
  ])("%j: %s", (argv, message) => {
    const [line, ...others] = failure(...argv);
    expect(others).toEqual([]);
    expect(line?.startsWith(message)).toBe(true);
  });
});
