import { resolve } from "node:path";
import { perObject } from "../core/lazy.ts";
import type { Finding, Unknown } from "../core/lint/finding.ts";
import type { FixClass } from "../core/lint/fix.ts";
import type { ProvenFix } from "../core/lint/prove.ts";
import type { Rule } from "../core/lint/rule.ts";
import { atLeast } from "../core/lint/severity.ts";
import { didYouMean } from "../core/lint/suggest.ts";
import { tablesOf } from "../core/model/tables.ts";
import { assemblyReader } from "./assembly.ts";
import { type FolderSettings, settingsFinder } from "./configuration.ts";
import { describeError, EXIT } from "./failure.ts";
import { listFiles, type Problem } from "./files.ts";
import {
  drawnFixes,
  type Fixed,
  fixUnits,
  linkTemplates,
  lintUnit,
  provenFixes,
  replaceText,
  templateOf,
  type Unit,
} from "./lint.ts";
import type { LintOptions } from "./lint-options.ts";
import { type Loaded, loadStandardInput, loadTemplates, withStandardInput } from "./load.ts";
import { type Progress, progressOn } from "./progress.ts";
import { readStandardInput } from "./read-file.ts";
import { renderReport } from "./report/render.ts";
import { countFindings, type Report } from "./report/report.ts";
import { styleFor, tell, writeTo } from "./terminal.ts";
import { replaceText as replaceFileText, writeReport } from "./write-file.ts";

/** Runs `ddblint lint`; gives the exit code. */
export async function lintCommand(options: LintOptions, rules: readonly Rule[]): Promise<number> {
  const workingFolder = process.cwd();
  const progress = progressOn(process.stderr, options.quiet);
  const today = new Date().toISOString().slice(0, 10);
  const ruleNames = rules.map((rule) => rule.name);
  const settingsOf = settingsFinder(options, workingFolder, ruleNames, today);
  const input = await load(options, workingFolder, settingsOf, progress);
  const units = linkTemplates(input.loaded);
  const problems = [...input.problems];
  const isFixing = options.fix.length > 0;
  const fixed = isFixing ? applyFixes(units, rules, options, problems) : [];
  const report = lintAll(units, rules, progress, { fixed, problems, files: input.files, triedClasses: options.fix });
  progress.clear();
  for (const { file, message } of problems) tell(`${file}: ${message}`);
  if (!options.quiet) tell(...notices(options, input, units));
  return writeReports(
    report,
    options,
    isFixing && options.paths.includes("-") ? standardOutputText(input, units) : undefined,
  );
}

interface Input {
  loaded: readonly Loaded[];
  problems: readonly Problem[];
  /** How many files were looked at. */
  files: number;
  /** Folders and globs, as written. */
  searched: readonly string[];
  /** What standard input held, if it was read. */
  standardInput?: { text: string };
}

async function load(
  options: LintOptions,
  workingFolder: string,
  settingsOf: (folder: string) => FolderSettings,
  progress: Progress,
): Promise<Input> {
  const assemblyIn = assemblyReader();
  const { candidates, problems, searched } = await listFiles(options.paths, workingFolder, settingsOf, assemblyIn);
  const read = loadTemplates(candidates, settingsOf, (done) => progress.show("Reading", done, candidates.length));
  const all = [...problems, ...read.problems];
  if (!options.paths.includes("-")) {
    return { loaded: read.loaded, problems: all, files: candidates.length, searched };
  }
  const text = await readStandardInput();
  const input = loadStandardInput(text, options.stdinFilename, workingFolder, settingsOf, assemblyIn);
  const files = candidates.length + 1;
  const standardInput = { text: "text" in text ? text.text : "" };
  if ("message" in input) return { loaded: read.loaded, problems: [...all, input], files, searched, standardInput };
  return { loaded: withStandardInput(read.loaded, input), problems: all, files, searched, standardInput };
}

/** Repairs, and writes what lies in files. A file that could not be written is reported as it still is. */
function applyFixes(
  units: readonly Unit[],
  rules: readonly Rule[],
  options: LintOptions,
  problems: Problem[],
): Fixed[] {
  return fixUnits(units, rules, options.fix).filter(({ unit, text }) => {
    const { path, raw, template } = unit.loaded;
    if (path === undefined) return true;
    const mark = template.source.byteOrderMark ? "\ufeff" : "";
    const problem = replaceFileText(path, raw, mark + text);
    if (problem === undefined) return true;
    problems.push({ file: template.file, message: problem });
    replaceText(unit, template.source.text);
    return false;
  });
}

interface Context {
  fixed: readonly Fixed[];
  /** What is added to: rules that fail make the run incomplete. */
  problems: Problem[];
  files: number;
  /** Classes of fixes that were applied as far as they go. */
  triedClasses: readonly FixClass[];
}

function lintAll(
  units: readonly Unit[],
  rules: readonly Rule[],
  progress: Progress,
  { fixed, problems, files, triedClasses }: Context,
): Report {
  const findings: Finding[] = [];
  const unknown: Unknown[] = [];
  const owners = new Map<Finding, Unit>();
  let tables = 0;
  for (const [index, unit] of units.entries()) {
    progress.show("Linting", index, units.length);
    const result = lintUnit(unit, rules);
    for (const finding of result.findings) owners.set(finding, unit);
    findings.push(...result.findings);
    unknown.push(...result.unknown.toSorted((a, b) => a.place.start - b.place.start));
    problems.push(...result.failures.map((failure) => describeFailure(unit, failure)));
    tables += tablesOf(templateOf(unit)).length;
  }
  const proven = new Map<Unit, Map<Finding, ProvenFix[]>>();
  const fixesOf = (finding: Finding): readonly ProvenFix[] => {
    const unit = owners.get(finding);
    if (!unit) return [];
    let ofUnit = proven.get(unit);
    if (!ofUnit) {
      ofUnit = provenFixes(
        unit,
        findings.filter((other) => owners.get(other) === unit),
        rules,
      );
      proven.set(unit, ofUnit);
    }
    return ofUnit.get(finding) ?? [];
  };
  return {
    findings,
    unknown,
    // What `--fix` has just tried and left does not work.
    offersOf: perObject((finding: Finding) =>
      finding.suppressed ? [] : drawnFixes(finding).filter((fix) => !triedClasses.includes(fix.class)),
    ),
    fixed: fixed.map(({ unit, findings: gone }) => ({ file: unit.loaded.template.file, findings: gone })),
    fixesOf,
    rules,
    problems,
    summary: { files, templates: units.length, tables, ...countFindings(findings), unknown: unknown.length },
  };
}

function describeFailure(unit: Unit, { rule, error }: { rule: string; error: unknown }): Problem {
  if (process.env.DDBLINT_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return { file: unit.loaded.template.file, message: `internal error in the rule ${rule}: ${describeError(error)}` };
}

function notices({ parameters }: LintOptions, { loaded, searched }: Input, units: readonly Unit[]): string[] {
  const empty = searched
    .filter((origin) => !loaded.some((each) => each.origins.has(origin)))
    .map((origin) => `notice: there is no template in ${origin}`);
  if (units.length === 0) return empty;
  const known = new Set(units.flatMap((unit) => [...templateOf(unit).parameters.keys()]));
  const unused = [...parameters.keys()]
    .filter((name) => !known.has(name))
    .map((name) => `notice: --parameters: no template has the parameter "${name}"${didYouMean(name, known)}`);
  return [...empty, ...unused];
}

/** What `--fix` makes of standard input; as it was where it is no template. */
function standardOutputText({ standardInput }: Input, units: readonly Unit[]): string {
  const unit = units.find(({ loaded }) => loaded.path === undefined);
  if (!unit) return standardInput?.text ?? "";
  const { source } = templateOf(unit);
  return (source.byteOrderMark ? "\ufeff" : "") + source.text;
}

/** @param text what goes to standard output in place of the report, which then goes to standard error */
async function writeReports(report: Report, options: LintOptions, text: string | undefined): Promise<number> {
  const exitCode = exitCodeOf(report, options);
  let failed = false;
  for (const { format, file } of options.outputs) {
    const rendered = await renderReport(report, format, { ...options, exitCode, style: (_format, plain) => plain });
    const problem = writeReport(resolve(file), rendered);
    if (problem === undefined) continue;
    tell(`--output ${file}: cannot be written: ${problem}`);
    failed = true;
  }
  const stream = text === undefined ? process.stdout : process.stderr;
  const style = styleFor(stream, options.noColor, process.env);
  const rendered = await renderReport(report, options.format, { ...options, exitCode, style });
  if (options.format !== "text" && report.fixed.length > 0 && !options.quiet) {
    const count = report.fixed.reduce((sum, { findings }) => sum + findings.length, 0);
    tell(`notice: fixed ${count === 1 ? "1 finding" : `${count} findings`}`);
  }
  if (text !== undefined) await writeTo(process.stdout, text);
  await writeTo(stream, rendered);
  return failed ? EXIT.failed : exitCode;
}

function exitCodeOf({ findings, unknown, problems, rules }: Report, { failOn, strictUnknown }: LintOptions): number {
  if (problems.length > 0) return EXIT.failed;
  if (failOn === "never") return EXIT.clean;
  if (findings.some((finding) => !finding.suppressed && atLeast(finding.severity, failOn))) return EXIT.findings;
  if (!strictUnknown) return EXIT.clean;
  const severities = new Map(rules.map((rule) => [rule.name, rule.severity]));
  const fails = unknown.some(({ rule }) => atLeast(severities.get(rule) ?? "error", failOn));
  return fails ? EXIT.findings : EXIT.clean;
}
