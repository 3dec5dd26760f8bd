import { type Project, withTemplate } from "../model/project.ts";
import { applyEdits, type TextEdit } from "../syntax/edit.ts";
import { readTemplate } from "../template/read.ts";
import type { Template } from "../template/template.ts";
import type { Configuration } from "./configuration.ts";
import type { Finding } from "./finding.ts";
import type { FixClass } from "./fix.ts";
import { lintTemplate } from "./lint.ts";
import { type DrawnFix, drawFix, proveTogether, type Trial } from "./prove.ts";
import type { Rule } from "./rule.ts";

export interface FixAllResult {
  /** The repaired text, without a byte order mark. */
  text: string;
  /** Against the original text. */
  edits: TextEdit[];
  fixed: Finding[];
}

/**
 * Fixes may touch the same place; what did not fit into one pass is tried in the next. Every pass leaves fewer findings: this many are only
 * reached by rules that undo each other's fixes.
 */
const MAX_PASSES = 100;

/** Applies every proven fix of the given classes until none is left. A second call on the result changes nothing. */
export function fixAll(
  project: Project,
  template: Template,
  rules: readonly Rule[],
  configuration: Configuration,
  classes: readonly FixClass[],
): FixAllResult {
  const fixed: Finding[] = [];
  const passes: TextEdit[][] = [];
  let trial: Trial = { project, template, rules, configuration };
  while (passes.length < MAX_PASSES) {
    const fixes = onePass(trial, classes);
    if (fixes.length === 0) break;
    const edits = fixes.flatMap((fix) => fix.edits);
    passes.push(edits);
    fixed.push(...fixes.map((fix) => fix.finding));
    const { source } = trial.template;
    const text = applyEdits(source.text, edits);
    const repaired = readTemplate(template.file, { text, byteOrderMark: source.byteOrderMark }, template.inputs);
    trial = { ...trial, template: repaired, project: withTemplate(trial.project, repaired) };
  }
  const { text } = trial.template.source;
  const [only] = passes;
  return { text, fixed, edits: passes.length === 1 && only ? only : wholeChange(template.source.text, text) };
}

/** Fixes that work together, one per finding: the first of each that has one that works, else the second of each, and so on. */
function onePass(trial: Trial, classes: readonly FixClass[]): DrawnFix[] {
  const { project, template, rules, configuration } = trial;
  const candidates = lintTemplate(project, template, rules, configuration)
    .findings.filter((finding) => !finding.suppressed)
    .map((finding) => drawable(finding, classes));
  const most = candidates.reduce((most, { length }) => Math.max(most, length), 0);
  for (let choice = 0; choice < most; choice++) {
    const proven = proveTogether(trial, withoutOverlaps(candidates.flatMap((fixes) => fixes[choice] ?? [])));
    if (proven.length > 0) return proven;
  }
  return [];
}

function drawable(finding: Finding, classes: readonly FixClass[]): DrawnFix[] {
  return finding.fixes
    .filter((fix) => classes.includes(fix.class))
    .flatMap((fix) => drawFix(finding, fix) ?? [])
    .filter((drawn) => classes.includes(drawn.class));
}

/** Fixes whose edits do not meet, in their order. */
export function withoutOverlaps(fixes: readonly DrawnFix[]): DrawnFix[] {
  const edits: TextEdit[] = [];
  return fixes.filter((fix) => {
    if (fix.edits.some((edit) => edits.some((other) => overlaps(edit, other)))) return false;
    edits.push(...fix.edits);
    return true;
  });
}

/** Two different insertions at one place go one behind the other; anything else that meets is left for the next pass. */
function overlaps(a: TextEdit, b: TextEdit): boolean {
  if (a.start === a.end && b.start === b.end && a.newText !== b.newText) return false;
  return a.start <= b.end && b.start <= a.end;
}

/** One edit from the first difference to the last. */
function wholeChange(before: string, after: string): TextEdit[] {
  if (before === after) return [];
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let tail = 0;
  while (tail < before.length - start && tail < after.length - start && before.at(-1 - tail) === after.at(-1 - tail))
    tail++;
  return [{ start, end: before.length - tail, newText: after.slice(start, after.length - tail) }];
}
