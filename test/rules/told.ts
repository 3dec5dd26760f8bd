import { expect } from "vitest";
import { type Configuration, DEFAULT_CONFIGURATION } from "../../core/lint/configuration.ts";
import { lintTemplate } from "../../core/lint/lint.ts";
import { createProject } from "../../core/model/project.ts";
import { rangeOf, sourceText } from "../../core/syntax/source-text.ts";
import { readTemplate } from "../../core/template/read.ts";
import type { Inputs } from "../../core/template/template.ts";
import { RULES } from "../../rules/registry.ts";
import { asJson } from "./as-json.ts";
import { type Files, findingsOf, lint } from "./harness.ts";

/** `severity message` per finding of a rule. */
export function told(rule: string, files: Files, configuration?: Configuration): string[] {
  return findingsOf(rule, files, configuration).map(({ severity, message }) => `${severity} ${message}`);
}

/** The same, after making sure that the template says it as JSON too. */
export function toldInBoth(rule: string, yaml: string, configuration?: Configuration): string[] {
  const lines = told(rule, yaml, configuration);
  expect(told(rule, asJson(yaml), configuration)).toEqual(lines);
  return lines;
}

/** `line:character reason` (zero-based, where it starts) per question that a rule could not answer. */
export function untold(rule: string, files: Files, configuration?: Configuration): string[] {
  return lint(files, configuration)
    .unknown.filter((unknown) => unknown.rule === rule)
    .map(({ template, place, reason }) => {
      const { line, character } = rangeOf(template.source, place).start;
      return `${line}:${character} ${reason}`;
    });
}

/** `line:character-line:character message` of every place that belongs to the first finding of a rule. */
export function relatedTo(rule: string, files: Files, configuration?: Configuration): string[] {
  const [finding] = findingsOf(rule, files, configuration);
  return (finding?.related ?? []).map(({ template, place, message }) => {
    const { start, end } = rangeOf(template.source, place);
    return `${start.line}:${start.character}-${end.line}:${end.character} ${message}`;
  });
}

/** `severity message` per finding of a rule in a template whose parameters, region and account are given. */
export function toldWith(rule: string, text: string, inputs: Partial<Inputs>): string[] {
  const template = readTemplate("template.yaml", sourceText(text), { parameters: new Map(), ...inputs });
  const project = createProject([template]);
  return project.templates
    .flatMap((each) => lintTemplate(project, each, RULES, DEFAULT_CONFIGURATION).findings)
    .filter((finding) => finding.rule === rule)
    .map(({ severity, message }) => `${severity} ${message}`);
}
