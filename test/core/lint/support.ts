import { get, isOff, isUnknown, propertiesOf, type Setting } from "../../../core/evaluate/setting.ts";
import { type Configuration, DEFAULT_CONFIGURATION } from "../../../core/lint/configuration.ts";
import type { Finding } from "../../../core/lint/finding.ts";
import { type Change, type FixClass, set } from "../../../core/lint/fix.ts";
import { type LintResult, lintTemplate } from "../../../core/lint/lint.ts";
import { defineRule, type Report, type Rule } from "../../../core/lint/rule.ts";
import { createProject, type Project } from "../../../core/model/project.ts";
import type { View } from "../../../core/model/view.ts";
import { sourceText } from "../../../core/syntax/source-text.ts";
import { readTemplate } from "../../../core/template/read.ts";
import type { Template } from "../../../core/template/template.ts";

/** A rule of the tests' own: small, so that only what carries it is tested. */
export function rule(name: string, check: Rule["check"], more: Partial<Rule> = {}): Rule {
  return defineRule({
    name,
    topic: "recovery",
    severity: "warning",
    confidence: "high",
    recommended: true,
    docs: { what: "", why: "", how: "", references: [], examples: [] },
    controls: {},
    check,
    ...more,
  });
}

/** A property of every resource of type `AWS::Test::Thing`. */
export function things(view: View, key: string): Setting[] {
  return [...view.template.resources.values()]
    .filter(({ type }) => type === "AWS::Test::Thing")
    .flatMap((resource) => propertiesOf(view.template, resource).flatMap((properties) => get(properties, key)));
}

/** Wants a property to be true; `changes` is what its fix does, by default to set it. */
export function wants(
  key: string,
  changes: (setting: Setting) => readonly Change[] = (setting) => [set(setting, true)],
  fixClass: FixClass = "safe",
  more: Partial<Rule> = {},
): Rule {
  return rule(
    `wants-${key.toLowerCase()}`,
    (view: View, report: Report) => {
      for (const setting of things(view, key)) {
        if (isUnknown(setting)) report.cannotTell(setting);
        if (isOff(setting))
          report(setting, {
            message: `${setting.resource.logicalId} lacks ${key}.`,
            fixes: [{ title: `Set ${key}`, class: fixClass, changes: changes(setting) }],
          });
      }
    },
    more,
  );
}

export function one(
  text: string,
  file = text.trimStart().startsWith("{") ? "t.json" : "t.yaml",
): { project: Project; template: Template } {
  const template = readTemplate(file, sourceText(text));
  return { project: createProject([template]), template };
}

export function lint(text: string, rules: readonly Rule[], configuration: Partial<Configuration> = {}): LintResult {
  const { project, template } = one(text);
  return lintTemplate(project, template, rules, { ...DEFAULT_CONFIGURATION, ...configuration });
}

/** `place: severity message`, where the place is what the finding stands on. */
export function shown({ findings }: Pick<LintResult, "findings">): string[] {
  return findings.map((finding) => `${marked(finding)}: ${finding.severity} ${finding.message}`);
}

export function marked({ template, place }: Pick<Finding, "template" | "place">): string {
  return template.source.text.slice(place.start, place.end);
}
