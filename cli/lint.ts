import type { Finding, Unknown } from "../core/lint/finding.ts";
import type { FixClass } from "../core/lint/fix.ts";
import { fixAll, withoutOverlaps } from "../core/lint/fix-all.ts";
import { lintTemplate } from "../core/lint/lint.ts";
import { type DrawnFix, drawFix, type ProvenFix, proveTogether, type Trial } from "../core/lint/prove.ts";
import type { Rule } from "../core/lint/rule.ts";
import { createProject, type Project, withTemplate } from "../core/model/project.ts";
import { readTemplate } from "../core/template/read.ts";
import type { Template } from "../core/template/template.ts";
import type { Loaded } from "./load.ts";

/** One template in its project. */
export interface Unit {
  loaded: Loaded;
  scope: Scope;
}

/** What is linted together. Fixing replaces the project. */
interface Scope {
  project: Project;
}

/** Splits what was loaded into projects, and links each. Units keep the order of the files. */
export function linkTemplates(loaded: readonly Loaded[]): Unit[] {
  const scopes = new Map<string | undefined, Scope>();
  for (const { settings } of loaded) {
    if (scopes.has(settings.project)) continue;
    const together = loaded.filter((each) => each.settings.project === settings.project);
    scopes.set(settings.project, { project: createProject(together.map((each) => each.template)) });
  }
  return loaded.flatMap((each): Unit[] => {
    const scope = scopes.get(each.settings.project);
    return scope ? [{ loaded: each, scope }] : [];
  });
}

/** The template as its project has it now: repaired, and with what a parent stack passes. */
export function templateOf({ scope, loaded }: Unit): Template {
  return scope.project.byFile.get(loaded.template.file) ?? loaded.template;
}

export interface UnitResult {
  findings: Finding[];
  unknown: Unknown[];
  /** Rules that threw. */
  failures: { rule: string; error: unknown }[];
}

export function lintUnit(unit: Unit, rules: readonly Rule[]): UnitResult {
  return lintTemplate(unit.scope.project, templateOf(unit), rules, unit.loaded.settings.configuration);
}

/** What trying each fix alone may cost, in characters that are read and linted again: in large projects fixes are tried together. */
const ALONE = 1_000_000;
/** What trying all fixes of a file may cost, in the same characters: a few seconds. Fixes that do not get on with each other take many trials. */
const MOST = 20_000_000;
/** What the other templates of a project add to the cost of each trial, in characters each. */
const PER_TEMPLATE = 2_000;

/**
 * The repairs that were tried and work, by finding, without skeletons (those are for the editor). Each was tried alone, or, where that would
 * take too long, together with one of each other finding. In a file with very many, those that come last may stay untried: they are left out.
 */
export function provenFixes(
  unit: Unit,
  findings: readonly Finding[],
  rules: readonly Rule[],
): Map<Finding, ProvenFix[]> {
  const { project } = unit.scope;
  const template = templateOf(unit);
  const { configuration } = unit.loaded.settings;
  const trial: Trial = { project, template, rules, configuration, budget: { remaining: MOST } };
  const drawn = findings.filter((finding) => !finding.suppressed).flatMap(drawnFixes);
  const cost = drawn.length * (template.source.text.length + project.templates.length * PER_TEMPLATE);
  const proven = new Set(
    cost <= ALONE ? drawn.flatMap((fix) => proveTogether(trial, [fix])) : provenInGroups(trial, drawn),
  );
  const byFinding = new Map<Finding, ProvenFix[]>();
  for (const fix of drawn) {
    if (!proven.has(fix)) continue;
    const { title, class: fixClass, edits } = fix;
    byFinding.set(fix.finding, [...(byFinding.get(fix.finding) ?? []), { title, class: fixClass, edits }]);
  }
  return byFinding;
}

/** Rounds after which fixes that work, but with no others, are given up. */
const MAX_GROUP_ROUNDS = 10;

/** Fixes that do not get on with others of their group are tried again among themselves. */
function provenInGroups(trial: Trial, drawn: readonly DrawnFix[]): DrawnFix[] {
  const proven: DrawnFix[] = [];
  let rest = drawn;
  for (let round = 0; round < MAX_GROUP_ROUNDS && rest.length > 0; round++) {
    const found = new Set(groupsOf(rest).flatMap((group) => proveTogether(trial, group)));
    if (found.size === 0) break;
    proven.push(...found);
    rest = rest.filter((fix) => !found.has(fix));
  }
  return proven;
}

/** Groups in which no two fixes are of one finding or touch the same place. */
function groupsOf(fixes: readonly DrawnFix[]): DrawnFix[][] {
  const groups: DrawnFix[][] = [];
  for (let rest = fixes; rest.length > 0; ) {
    const firsts = new Map(rest.toReversed().map((fix) => [fix.finding, fix]));
    const group = new Set(withoutOverlaps(rest.filter((fix) => firsts.get(fix.finding) === fix)));
    groups.push([...group]);
    rest = rest.filter((fix) => !group.has(fix));
  }
  return groups;
}

/** The repairs of a finding that can be written, not tried: what `--fix` is going to try. */
export function drawnFixes(finding: Finding): DrawnFix[] {
  return finding.fixes.filter((fix) => fix.class !== "snippet").flatMap((fix) => drawFix(finding, fix) ?? []);
}

/** A file whose text was repaired; `text` is without byte order mark. */
export interface Fixed {
  unit: Unit;
  text: string;
  findings: readonly Finding[];
}

/** A fix in one file may make another possible, or needless, in the next. */
const MAX_ROUNDS = 5;

/** Repairs every unit as far as fixes of the classes go. Their projects then hold the repaired templates. */
export function fixUnits(units: readonly Unit[], rules: readonly Rule[], classes: readonly FixClass[]): Fixed[] {
  const fixed = new Map<Unit, Fixed>();
  for (let round = 0; round < MAX_ROUNDS; round++) {
    let changed = false;
    for (const unit of units) {
      const template = templateOf(unit);
      // What the CDK wrote is repaired in its source.
      if (template.kind === "cdk") continue;
      const result = fixAll(unit.scope.project, template, rules, unit.loaded.settings.configuration, classes);
      if (result.text === template.source.text) continue;
      changed = true;
      replaceText(unit, result.text);
      fixed.set(unit, {
        unit,
        text: result.text,
        findings: [...(fixed.get(unit)?.findings ?? []), ...result.fixed],
      });
    }
    if (!changed) break;
  }
  return [...fixed.values()];
}

/** Puts another text of the same file into its project. */
export function replaceText({ scope, loaded }: Unit, text: string): void {
  const source = { text, byteOrderMark: loaded.template.source.byteOrderMark };
  scope.project = withTemplate(scope.project, readTemplate(loaded.template.file, source, loaded.template.inputs));
}
