import { type Configuration, DEFAULT_CONFIGURATION } from "../../core/lint/configuration.ts";
import type { Finding } from "../../core/lint/finding.ts";
import type { FixClass } from "../../core/lint/fix.ts";
import { fixAll } from "../../core/lint/fix-all.ts";
import { type LintResult, lintTemplate } from "../../core/lint/lint.ts";
import { proveFix } from "../../core/lint/prove.ts";
import { createProject } from "../../core/model/project.ts";
import { applyEdits } from "../../core/syntax/edit.ts";
import { rangeOf, sourceText } from "../../core/syntax/source-text.ts";
import { readTemplate } from "../../core/template/read.ts";
import { RULES } from "../../rules/registry.ts";

/** Templates by file name, linted together. A lone text is `template.yaml`, or `template.json` where it starts with a brace. */
export type Files = string | Record<string, string>;

export const STRICT: Configuration = { ...DEFAULT_CONFIGURATION, profile: "strict" };

function projectOf(files: Files) {
  const named =
    typeof files === "string"
      ? { [files.trimStart().startsWith("{") ? "template.json" : "template.yaml"]: files }
      : files;
  return createProject(Object.entries(named).map(([file, text]) => readTemplate(file, sourceText(text))));
}

/** Lints every file and throws where a rule throws. Findings and unknowns in the order of files and places. */
export function lint(
  files: Files,
  configuration: Configuration = DEFAULT_CONFIGURATION,
): Pick<LintResult, "findings" | "unknown"> {
  const project = projectOf(files);
  const results = project.templates.map((template) => lintTemplate(project, template, RULES, configuration));
  for (const { failures } of results) for (const failure of failures) throw failure.error;
  return {
    findings: results.flatMap((result) => result.findings),
    unknown: results.flatMap((result) => result.unknown),
  };
}

/** The findings of one rule. */
export function findingsOf(rule: string, files: Files, configuration?: Configuration): Finding[] {
  return lint(files, configuration).findings.filter((finding) => finding.rule === rule && !finding.suppressed);
}

/** One line per finding of a rule: `line:character-line:character severity message`, zero-based as in the report. */
export function shown(rule: string, files: Files, configuration?: Configuration): string[] {
  return findingsOf(rule, files, configuration).map((finding) => {
    const { start, end } = rangeOf(finding.template.source, finding.place);
    return `${start.line}:${start.character}-${end.line}:${end.character} ${finding.severity} ${finding.message}`;
  });
}

/** The text that each finding of a rule stands on. */
export function marked(rule: string, files: Files, configuration?: Configuration): string[] {
  return findingsOf(rule, files, configuration).map(({ template, place }) =>
    template.source.text.slice(place.start, place.end),
  );
}

/** `class: title` of every fix that is proven for the first finding of a rule. */
export function offered(rule: string, files: Files, configuration: Configuration = DEFAULT_CONFIGURATION): string[] {
  const project = projectOf(files);
  const [finding] = project.templates
    .flatMap((template) => lintTemplate(project, template, RULES, configuration).findings)
    .filter((each) => each.rule === rule);
  return (finding?.fixes ?? []).flatMap((fix) => {
    const proven = finding && proveFix(project, finding, fix, RULES, configuration);
    return proven ? [`${proven.class}: ${proven.title}`] : [];
  });
}

/** The file's text after the proven fix number `index` of the first finding of a rule; undefined where none is offered. */
export function repaired(
  rule: string,
  files: Files,
  index = 0,
  configuration: Configuration = DEFAULT_CONFIGURATION,
): string | undefined {
  const project = projectOf(files);
  const [finding] = project.templates
    .flatMap((template) => lintTemplate(project, template, RULES, configuration).findings)
    .filter((each) => each.rule === rule);
  if (!finding) return undefined;
  const proven = finding.fixes.flatMap((fix) => proveFix(project, finding, fix, RULES, configuration) ?? [])[index];
  return proven && applyEdits(finding.template.source.text, proven.edits);
}

/** The text after every fix of the given classes. */
export function fixedText(
  text: string,
  classes: readonly FixClass[] = ["safe"],
  configuration: Configuration = DEFAULT_CONFIGURATION,
): string {
  const project = projectOf(text);
  const [template] = project.templates;
  return template ? fixAll(project, template, RULES, configuration, classes).text : text;
}
