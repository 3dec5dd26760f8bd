import { docsUrl } from "../../core/lint/docs-url.ts";
import type { Finding, Unknown } from "../../core/lint/finding.ts";
import type { Rule } from "../../core/lint/rule.ts";
import type { Severity } from "../../core/lint/severity.ts";
import type { Span } from "../../core/syntax/node.ts";
import { positionAt } from "../../core/syntax/source-text.ts";
import type { Resource, Template } from "../../core/template/template.ts";
import { printable } from "../printable.ts";
import type { Style } from "../terminal.ts";
import { codeFrame, gutterOf } from "./frame.ts";
import { plural, type Report } from "./report.ts";

/** Columns after which explanations go on in the next line. */
const MAX_WIDTH = 120;

const COLOURS = { error: "red", warning: "yellow", info: "cyan" } as const;

export interface TextOptions {
  style: Style;
  showUnknown: boolean;
  /** No summary. */
  quiet: boolean;
}

/** The report for people: findings with their place in the source, why they matter and what to do; then what was fixed and the counts. */
export function textReport(report: Report, options: TextOptions): string {
  const { style } = options;
  const rules = new Map(report.rules.map((rule) => [rule.name, rule]));
  const explained = new Set<string>();
  const blocks: string[][] = [];
  for (const finding of report.findings) {
    if (finding.suppressed) continue;
    blocks.push(findingBlock(finding, report, rules.get(finding.rule), !explained.has(finding.rule), style));
    explained.add(finding.rule);
  }
  if (options.showUnknown) blocks.push(...report.unknown.map((unknown) => unknownBlock(unknown, style)));
  if (!options.quiet) blocks.push(...fixedBlocks(report, style), ...summaryBlocks(report, options));
  return blocks.map((lines) => `${lines.join("\n")}\n`).join("\n");
}

function findingBlock(
  finding: Finding,
  report: Report,
  rule: Rule | undefined,
  isFirst: boolean,
  style: Style,
): string[] {
  const { template, place, resource, severity } = finding;
  const margin = " ".repeat(gutterOf(template.source, place));
  const note = (name: string, text: string) => {
    const hang = margin.length + name.length + 5;
    const [first = "", ...others] = wrap(printable(text), MAX_WIDTH - hang);
    const opening = `${margin} ${style("blue", "=")} ${style("bold", name)}: ${first}`;
    return [opening, ...others.map((line) => " ".repeat(hang) + line)].join("\n");
  };
  const lines = [
    `${heading(severity, finding.rule, style)}${style("bold", `: ${printable(finding.message)}`)}`,
    `${margin}${style("blue", "-->")} ${locate(template, place)}`,
    ...codeFrame(template.source, place, resource ? describeResource(resource) : "", style, COLOURS[severity]),
    `${margin} ${style("blue", "|")}`,
  ];
  for (const related of finding.related) {
    lines.push(
      note("note", related.message),
      `${margin}   ${style("blue", "-->")} ${locate(related.template, related.place)}`,
    );
  }
  // The reason is the same for every finding of a rule: it is given once.
  if (rule && isFirst) lines.push(note("why", rule.docs.why));
  lines.push(...fixNotes(finding, report, rule).map((text) => note("fix", text)));
  if (isFirst) lines.push(note("docs", docsUrl(finding.rule)));
  return lines;
}

function heading(severity: Severity, rule: string, style: Style): string {
  return style([COLOURS[severity], "bold"], `${severity}[${rule}]`);
}

function locate(template: Template, place: Span): string {
  const { line, character } = positionAt(template.source, place.start);
  return `${printable(template.file)}:${line + 1}:${character + 1}`;
}

function describeResource({ logicalId, writtenType }: Resource): string {
  return `${logicalId} (${writtenType})`;
}

/** Generated templates are repaired in their source, others by hand or by `--fix`. */
function fixNotes(finding: Finding, report: Report, rule: Rule | undefined): string[] {
  const notes: string[] = [];
  if (finding.template.kind === "cdk" && rule?.construct) {
    // The construct that people wrote holds the one that makes the resource, by convention under one of these names.
    const path = finding.resource?.constructPath?.replace(/\/(?:Resource|Default)$/, "");
    notes.push(`in the CDK app${path ? `, at ${path}` : ""}: \`${rule.construct}\``);
  } else if (rule) {
    notes.push(rule.docs.how);
  }
  const fixes = report.offersOf(finding);
  const safe = fixes.find((fix) => fix.class === "safe");
  const caution = fixes.find((fix) => fix.class === "caution");
  if (safe) notes.push(`--fix tries: ${safe.title}`);
  else if (caution) notes.push(`--fix --unsafe-fixes tries: ${caution.title}`);
  return notes;
}

/** Breaks a text between words; a word that is longer than a line gets a line of its own. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return line === "" ? lines : [...lines, line];
}

function unknownBlock({ rule, template, place, resource, reason }: Unknown, style: Style): string[] {
  const who = resource ? `${resource.logicalId}: cannot tell` : "cannot tell";
  return [
    `${style(["magenta", "bold"], `unknown[${rule}]`)}${style("bold", `: ${printable(`${who}, because ${reason}`)}`)}`,
    `  ${style("blue", "-->")} ${locate(template, place)}`,
  ];
}

function fixedBlocks({ fixed }: Report, style: Style): string[][] {
  const count = fixed.reduce((sum, { findings }) => sum + findings.length, 0);
  if (count === 0) return [];
  const lines = [style(["green", "bold"], `Fixed ${plural(count, "finding")} in ${plural(fixed.length, "file")}:`)];
  for (const { file, findings } of fixed) {
    for (const { rule, resource } of findings) {
      lines.push(`  ${printable(file)}: ${rule}${resource ? ` (${printable(resource.logicalId)})` : ""}`);
    }
  }
  return [lines];
}

/** Nothing where there was nothing to lint: the run has said so on standard error. */
function summaryBlocks(report: Report, { style, showUnknown }: TextOptions): string[][] {
  const { findings: counts, templates, tables, suppressed, unknown } = report.summary;
  if (templates === 0) return [];
  const total = counts.error + counts.warning + counts.info;
  const seen = `${plural(templates, "template")} with ${plural(tables, "table")}`;
  const severities = [
    ...(counts.error ? [style("red", plural(counts.error, "error"))] : []),
    ...(counts.warning ? [style("yellow", plural(counts.warning, "warning"))] : []),
    ...(counts.info ? [style("cyan", `${counts.info} info`)] : []),
  ];
  const isComplete = report.problems.length === 0;
  const lines = [
    total === 0
      ? style(isComplete ? ["green", "bold"] : "bold", `No findings in ${seen}.`)
      : `${style("bold", plural(total, "finding"))} (${severities.join(", ")}) in ${seen}.`,
  ];
  if (!isComplete) {
    lines.push(style(["red", "bold"], `The run is incomplete: ${plural(report.problems.length, "problem")}.`));
  }
  if (suppressed > 0) lines.push(`${suppressed} suppressed.`);
  if (unknown > 0) lines.push(`${unknown} could not be told${showUnknown ? "." : "; --show-unknown lists them."}`);
  lines.push(...fixableLines(report));
  return [lines];
}

function fixableLines(report: Report): string[] {
  let safe = 0;
  let caution = 0;
  for (const finding of report.findings) {
    if (finding.suppressed) continue;
    const classes = report.offersOf(finding).map((fix) => fix.class);
    if (classes.includes("safe")) safe++;
    else if (classes.includes("caution")) caution++;
  }
  const counts = [
    ...(safe > 0 ? [`${safe} can be fixed with --fix`] : []),
    ...(caution > 0 ? [`${caution}${safe > 0 ? " more" : " can be fixed"} with --fix --unsafe-fixes`] : []),
  ];
  return counts.length > 0 ? [`${counts.join(", ")}.`] : [];
}
