import { type Project, withTemplate } from "../model/project.ts";
import { differingPaths } from "../syntax/compare.ts";
import { applyEdits, type TextEdit } from "../syntax/edit.ts";
import type { Node } from "../syntax/node.ts";
import { readTemplate } from "../template/read.ts";
import type { Template } from "../template/template.ts";
import { type Applied, applyChange, branchOf } from "./apply.ts";
import type { Configuration } from "./configuration.ts";
import type { Finding } from "./finding.ts";
import type { Fix, FixClass } from "./fix.ts";
import { lintTemplate } from "./lint.ts";
import type { Rule } from "./rule.ts";
import { atLeast } from "./severity.ts";

/** A repair that was tried in memory and works. Offsets of `edits` are those of the finding's template. */
export interface ProvenFix {
  title: string;
  class: FixClass;
  edits: TextEdit[];
}

/** A fix turned into edits, not tried yet. */
export interface DrawnFix extends ProvenFix {
  finding: Finding;
  touched: Applied["touched"];
}

/** What a fix is tried against. */
export interface Trial {
  project: Project;
  template: Template;
  rules: readonly Rule[];
  configuration: Configuration;
  /** How many characters may still be read and linted again, findings counted as some; what is not tried any more counts as not working. Without one there is no end. */
  budget?: { remaining: number };
}

/**
 * Turns a fix into edits and proves them: the text still parses, the finding is gone, no finding is new, and nothing changed in the tree
 * but what the fix speaks of. Undefined where any of that fails: then it is not offered.
 */
export function proveFix(
  project: Project,
  finding: Finding,
  fix: Fix,
  rules: readonly Rule[],
  configuration: Configuration,
): ProvenFix | undefined {
  const drawn = drawFix(finding, fix);
  if (!drawn || !isProven({ project, template: finding.template, rules, configuration }, [drawn])) return undefined;
  const { title, class: fixClass, edits } = drawn;
  return { title, class: fixClass, edits };
}

/** The edits of a fix, without a proof; undefined where it cannot be written: computed values, aliases, generated files. */
export function drawFix(finding: Finding, fix: Fix): DrawnFix | undefined {
  const applied: Applied = { edits: [], touched: [] };
  for (const change of fix.changes) {
    const one = applyChange(finding.template, change, fix.changes);
    if (!one) return undefined;
    applied.edits.push(...one.edits);
    applied.touched.push(...one.touched);
  }
  return { ...branchOf(fix), ...applied, finding };
}

/**
 * Proves fixes together: the text with all of them is read and linted once. Where that fails, the halves are tried, down to single fixes, so
 * that one that does not work costs the others nothing. What comes back works together.
 */
export function proveTogether(trial: Trial, fixes: readonly DrawnFix[]): DrawnFix[] {
  if (fixes.length === 0 || isProven(trial, fixes)) return [...fixes];
  if (fixes.length === 1) return [];
  const middle = fixes.length >> 1;
  const first = proveTogether(trial, fixes.slice(0, middle));
  const second = proveTogether(trial, fixes.slice(middle));
  const both = [...first, ...second];
  return first.length === 0 || second.length === 0 || isProven(trial, both) ? both : first;
}

/** What a finding costs in a trial, in characters that are read. */
const PER_FINDING = 300;

/** Lints the text that the edits give, in the same project, and compares. */
function isProven(trial: Trial, fixes: readonly DrawnFix[]): boolean {
  const { project, template, rules, configuration, budget } = trial;
  if (budget && budget.remaining <= 0) return false;
  if (budget) budget.remaining -= template.source.text.length + activeBefore(trial).byFingerprint.size * PER_FINDING;
  const text = tryEdits(
    template,
    fixes.flatMap((fix) => fix.edits),
  );
  if (text === undefined) return false;
  const edited = readTemplate(template.file, { text, byteOrderMark: template.source.byteOrderMark }, template.inputs);
  if (edited.tree.problems.length > template.tree.problems.length) return false;
  const touched = fixes.flatMap((fix) => fix.touched);
  if (!changesOnly(template.tree.root, edited.tree.root, touched)) return false;
  const before = activeBefore(trial);
  const left = lintTemplate(withTemplate(project, edited), edited, rules, configuration).findings;
  const edits = fixes.flatMap((fix) => fix.edits);
  const after = active(left.map((finding) => movedFrom(finding, before, edits) ?? finding));
  if (!fixes.every(({ finding }) => isGone(finding, before, after))) return false;
  return [...after.byFingerprint.values()].every(
    (remaining) => isKnown(remaining, before) || fixes.some(({ finding }) => wasSilenced(remaining, finding, rules)),
  );
}

/** The same finding before: an edit of a list moves what stands behind it to other offsets and indexes. */
function movedFrom(finding: Finding, before: Active, edits: readonly TextEdit[]): Finding | undefined {
  if (finding.suppressed) return undefined;
  const here = (before.byRule.get(finding.rule) ?? []).filter(
    (other) =>
      other.resource?.logicalId === finding.resource?.logicalId &&
      other.when === finding.when &&
      atLeast(other.severity, finding.severity) &&
      moved(other.place.start, edits, false) === finding.place.start &&
      moved(other.place.end, edits, true) === finding.place.end,
  );
  return here.find((other) => other.message === finding.message) ?? here[0];
}

/** Where an offset lies after the edits; undefined inside a replaced stretch. What is inserted at the end of something is not part of it. */
function moved(offset: number, edits: readonly TextEdit[], isEnd: boolean): number | undefined {
  let result = offset;
  for (const { start, end, newText } of edits) {
    if (start < offset && offset < end) return undefined;
    const isBehind = isEnd && start === end && end === offset;
    if (end <= offset && !isBehind) result += newText.length - (end - start);
  }
  return result;
}

/** A finding that the repaired one's rule spoke for. */
function wasSilenced(remaining: Finding, repaired: Finding, rules: readonly Rule[]): boolean {
  const rule = rules.find(({ name }) => name === repaired.rule);
  return (
    rule?.silences?.includes(remaining.rule) === true && remaining.resource?.logicalId === repaired.resource?.logicalId
  );
}

/** Its fingerprint is gone, and nothing came in its place: of a finding that holds in two branches, one could be left. */
function isGone(finding: Finding, before: Active, after: Active): boolean {
  return !after.byFingerprint.has(finding.fingerprint) && atPlaceOf(finding, after) < atPlaceOf(finding, before);
}

function atPlaceOf(finding: Finding, active: Active): number {
  return active.byPlace.get(placeKey(finding))?.length ?? 0;
}

/** It was there before and at least as bad: in the same branch, or in another, as where a fix leaves fewer branches in which it holds. */
function isKnown(finding: Finding, before: Active): boolean {
  const same = before.byFingerprint.get(finding.fingerprint);
  if (same && atLeast(same.severity, finding.severity)) return true;
  const others = before.byPlace.get(placeKey(finding)) ?? [];
  return others.some((other) => other.when !== finding.when && atLeast(other.severity, finding.severity));
}

function placeKey({ rule, resource, path }: Finding): string {
  return pathKey([rule, resource?.logicalId ?? "", ...path]);
}

/** Overlapping edits make no text. */
function tryEdits(template: Template, edits: readonly TextEdit[]): string | undefined {
  try {
    return applyEdits(template.source.text, edits);
  } catch {
    return undefined;
  }
}

/** The findings that count. */
interface Active {
  byFingerprint: ReadonlyMap<string, Finding>;
  /** By rule, resource and property path, whatever the branch. */
  byPlace: ReadonlyMap<string, readonly Finding[]>;
  byRule: ReadonlyMap<string, readonly Finding[]>;
}

const lastBefore = new WeakMap<Template, { trial: Trial; found: Active }>();

/** The findings before any fix, kept for as long as fixes of one template are tried in one project. */
function activeBefore(trial: Trial): Active {
  const { project, template, rules, configuration } = trial;
  const known = lastBefore.get(template);
  if (known?.trial.project === project && known.trial.rules === rules && known.trial.configuration === configuration)
    return known.found;
  const found = active(lintTemplate(project, template, rules, configuration).findings);
  lastBefore.set(template, { trial, found });
  return found;
}

function active(findings: readonly Finding[]): Active {
  const byFingerprint = new Map<string, Finding>();
  const byPlace = new Map<string, Finding[]>();
  const byRule = new Map<string, Finding[]>();
  const add = (groups: Map<string, Finding[]>, key: string, finding: Finding) => {
    const known = groups.get(key);
    if (known) known.push(finding);
    else groups.set(key, [finding]);
  };
  for (const finding of findings) {
    if (finding.suppressed) continue;
    byFingerprint.set(finding.fingerprint, finding);
    add(byPlace, placeKey(finding), finding);
    add(byRule, finding.rule, finding);
  }
  return { byFingerprint, byPlace, byRule };
}

/** More places than this are not compared one by one: the fix is then not proven. */
const MAX_DIFFERENCES = 10_000;

function changesOnly(before: Node | undefined, after: Node | undefined, touched: Applied["touched"]): boolean {
  const paths = before ? pathsOf(before, new Set(touched.map(({ node }) => node))) : new Map();
  const allowed = new Set<string>();
  for (const { node, keys } of touched) {
    const path = paths.get(node);
    if (!path) continue;
    if (keys) for (const key of keys) allowed.add(pathKey([...path, key]));
    else allowed.add(pathKey(path));
  }
  const differing = differingPaths(before, after, MAX_DIFFERENCES);
  return differing.length < MAX_DIFFERENCES && differing.every((path) => isBelow(path, allowed));
}

function isBelow(path: readonly (string | number)[], allowed: ReadonlySet<string>): boolean {
  return path.some((_, index) => allowed.has(pathKey(path.slice(0, index + 1)))) || allowed.has(pathKey([]));
}

function pathKey(path: readonly (string | number)[]): string {
  return JSON.stringify(path);
}

/** Where the wanted nodes stand in the written tree. */
function pathsOf(root: Node, wanted: ReadonlySet<Node>): Map<Node, (string | number)[]> {
  const found = new Map<Node, (string | number)[]>();
  const walk = (node: Node, path: (string | number)[]): void => {
    if (wanted.has(node)) found.set(node, path);
    if (node.kind === "sequence") for (const [index, item] of node.items.entries()) walk(item, [...path, index]);
    if (node.kind === "map") for (const { key, value } of node.entries) walk(value, [...path, key.text]);
  };
  walk(root, []);
  return found;
}
