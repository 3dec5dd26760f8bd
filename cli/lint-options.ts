import type { Profile } from "../core/lint/configuration.ts";
import {
  type Read,
  readAccount,
  readLevel,
  readParameterName,
  readProfile,
  readRegion,
  readRuleName,
} from "../core/lint/configuration-values.ts";
import type { FixClass } from "../core/lint/fix.ts";
import { SEVERITIES, type Severity } from "../core/lint/severity.ts";
import { didYouMean } from "../core/lint/suggest.ts";
import { Failure } from "./failure.ts";
import type { Arguments, OptionName } from "./options.ts";

export const FORMATS = ["text", "json", "sarif"] as const;
export type Format = (typeof FORMATS)[number];

const FAIL_ON: readonly (Severity | "never")[] = [...SEVERITIES, "never"];

/** What `ddblint lint` is asked to do. */
export interface LintOptions {
  /** As written; never empty. `-` is standard input. */
  paths: readonly string[];
  /** What goes to standard output. */
  format: Format;
  outputs: readonly { format: Format; file: string }[];
  config?: string;
  profile?: Profile;
  rules: ReadonlyMap<string, Severity | "off">;
  failOn: Severity | "never";
  /** Classes of fixes to apply; empty: none. */
  fix: readonly FixClass[];
  parameters: ReadonlyMap<string, string>;
  region?: string;
  account?: string;
  showUnknown: boolean;
  strictUnknown: boolean;
  inlineSuppressions: boolean;
  stdinFilename?: string;
  quiet: boolean;
  noColor: boolean;
}

/** Throws a `Failure` of one line for the first option that cannot be understood. */
export function lintOptions(given: Arguments, ruleNames: readonly string[]): LintOptions {
  const has = (name: OptionName) => given.switches.has(name);
  const all = (name: OptionName) => given.values.get(name) ?? [];
  const one = <T>(name: OptionName, read: (text: string) => Read<T>): T | undefined => {
    const [text] = all(name);
    return text === undefined ? undefined : unwrap(`--${name}`, read(text));
  };
  const paths = given.positionals.length > 0 ? given.positionals : ["."];
  const config = all("config")[0];
  const stdinFilename = all("stdin-filename")[0];
  if (paths.includes("")) throw new Failure("a path is empty");
  if (stdinFilename !== undefined && !paths.includes("-")) {
    throw new Failure("--stdin-filename names standard input: it needs - among the paths");
  }
  if (has("unsafe-fixes") && !has("fix")) throw new Failure("--unsafe-fixes needs --fix");
  const profile = one("profile", readProfile);
  const region = one("region", readRegion);
  const account = one("account", readAccount);
  return {
    paths,
    format: one("format", readFormat) ?? "text",
    outputs: readOutputs(all("output")),
    ...(config !== undefined && { config }),
    ...(profile && { profile }),
    rules: new Map(all("rule").map((text) => readRule(text, ruleNames))),
    failOn: one("fail-on", readFailOn) ?? "warning",
    fix: has("fix") ? (has("unsafe-fixes") ? ["safe", "caution"] : ["safe"]) : [],
    parameters: new Map(all("parameters").map(readParameter)),
    ...(region && { region }),
    ...(account && { account }),
    showUnknown: has("show-unknown") || has("strict-unknown"),
    strictUnknown: has("strict-unknown"),
    inlineSuppressions: !has("no-inline-suppressions"),
    ...(stdinFilename !== undefined && { stdinFilename }),
    quiet: has("quiet"),
    noColor: has("no-color"),
  };
}

function unwrap<T>(option: string, read: Read<T>): T {
  if ("value" in read) return read.value;
  throw new Failure(`${option}: ${read.problem}`);
}

function readFormat(text: string): Read<Format> {
  const value = FORMATS.find((format) => format === text);
  return value
    ? { value }
    : { problem: `unknown format "${text}" (${FORMATS.join(", ")})${didYouMean(text, FORMATS)}` };
}

function readFailOn(text: string): Read<Severity | "never"> {
  const value = FAIL_ON.find((level) => level === text);
  return value ? { value } : { problem: `"${text}" is none of ${FAIL_ON.join(", ")}${didYouMean(text, FAIL_ON)}` };
}

function readOutputs(texts: readonly string[]): { format: Format; file: string }[] {
  const outputs = texts.map((text) => {
    const [name, file] = splitAssignment("--output", "FORMAT=FILE", text);
    if (file === "" || file === "-")
      throw new Failure(`--output ${text}: no file is named; --format is for standard output`);
    return { format: unwrap("--output", readFormat(name)), file };
  });
  const twice = outputs.find((output, index) => outputs.findIndex((other) => other.file === output.file) < index);
  if (twice) throw new Failure(`--output: ${twice.file} would be written twice`);
  return outputs;
}

function readRule(text: string, ruleNames: readonly string[]): [string, Severity | "off"] {
  const [name, level] = splitAssignment("--rule", "NAME=SEVERITY", text);
  return [unwrap("--rule", readRuleName(name, ruleNames)), unwrap(`--rule ${name}`, readLevel(level))];
}

function readParameter(text: string): [string, string] {
  const [name, value] = splitAssignment("--parameters", "NAME=VALUE", text);
  return [unwrap("--parameters", readParameterName(name)), value];
}

function splitAssignment(option: string, shape: string, text: string): [string, string] {
  const equals = text.indexOf("=");
  if (equals < 1) throw new Failure(`${option}: "${text}" is not of the form ${shape}`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}
