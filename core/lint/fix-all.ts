import { type Project, withTemplate } from "../model/project.ts";
import { applyEdits, type TextEdit } from "../syntax/edit.ts";
import { readTemplate } from "../template/read.ts";
import type { Template } from "../template/template.ts";
import type { Configuration } from "./configuration.ts";
import type { Finding } from "./finding.ts";
import type { FixClass } from "./fix.ts";
import { lintTemplate } from "./lint.ts";
import { type ProvenFix, proveFix } from "./prove.ts";
import type { Rule } from "./rule.ts";

export interface FixAllResult {
  /** The repaired text, without a byte order mark. */
  text: string;
  /** Against the original text. */
  edits: TextEdit[];
  fixed: Finding[];
}

/** Fixes may touch the same place; what did not fit into one pass is tried in the next. */
const MAX_PASSES = 10;

/** Applies every proven fix of the given classes until none is left. A second call on the result changes nothing. */
export function fixAll(
  project: Project,
  template: Template,
  rules: readonly Rule[],
  configuration: Configuration,
  classes: readonly FixClass[],
): FixAllResult {
  const original = template.source.text;
  const fixed: Finding[] = [];
  let current = template;
  let inProject = project;
  let passes: TextEdit[][] = [];
  while (passes.length < MAX_PASSES) {
    const { edits, findings } = onePass(inProject, current, rules, configuration, classes);
    if (edits.length === 0) break;
    passes = [...passes, edits];
    fixed.push(...findings);
    const source = { text: applyEdits(current.source.text, edits), byteOrderMark: template.source.byteOrderMark };
    current = readTemplate(template.file, source, template.inputs);
    inProject = withTemplate(inProject, current);
  }
  const { text } = current.source;
  const [only] = passes;
  return { text, fixed, edits: passes.length === 1 && only ? only : wholeChange(original, text) };
}

function onePass(
  project: Project,
  template: Template,
  rules: readonly Rule[],
  configuration: Configuration,
  classes: readonly FixClass[],
) {
  const edits: TextEdit[] = [];
  const findings: Finding[] = [];
  for (const finding of lintTemplate(project, template, rules, configuration).findings) {
    if (finding.suppressed) continue;
    const proven = firstProven(project, finding, rules, configuration, classes);
    if (!proven || proven.edits.some((edit) => edits.some((other) => overlaps(edit, other)))) continue;
    edits.push(...proven.edits);
    findings.push(finding);
  }
  return { edits, findings };
}

function firstProven(
  project: Project,
  finding: Finding,
  rules: readonly Rule[],
  configuration: Configuration,
  classes: readonly FixClass[],
): ProvenFix | undefined {
  for (const fix of finding.fixes) {
    if (!classes.includes(fix.class)) continue;
    const proven = proveFix(project, finding, fix, rules, configuration);
    if (proven && classes.includes(proven.class)) return proven;
  }
  return undefined;
}

/** Two insertions at one place go one behind the other; anything else that meets is left for the next pass. */
function overlaps(a: TextEdit, b: TextEdit): boolean {
  if (a.start === a.end && b.start === b.end) return false;
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
