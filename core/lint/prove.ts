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

/** A repair that was tried in memory and works. Offsets of `edits` are those of the finding's template. */
export interface ProvenFix {
  title: string;
  class: FixClass;
  edits: TextEdit[];
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
  const { template } = finding;
  const applied: Applied = { edits: [], touched: [] };
  for (const change of fix.changes) {
    const one = applyChange(template, change);
    if (!one) return undefined;
    applied.edits.push(...one.edits);
    applied.touched.push(...one.touched);
  }
  const text = tryEdits(template, applied.edits);
  if (text === undefined || !isProven(project, [finding], template, text, applied.touched, rules, configuration))
    return undefined;
  return { ...branchOf(fix), edits: applied.edits };
}

/** Overlapping edits make no text. */
export function tryEdits(template: Template, edits: readonly TextEdit[]): string | undefined {
  try {
    return applyEdits(template.source.text, edits);
  } catch {
    return undefined;
  }
}

/** Lints the text that the edits give, in the same project, and compares. */
function isProven(
  project: Project,
  findings: readonly Finding[],
  template: Template,
  text: string,
  touched: Applied["touched"],
  rules: readonly Rule[],
  configuration: Configuration,
): boolean {
  const edited = readTemplate(template.file, { text, byteOrderMark: template.source.byteOrderMark }, template.inputs);
  if (edited.tree.problems.length > template.tree.problems.length) return false;
  if (!changesOnly(template.tree.root, edited.tree.root, touched)) return false;
  const before = active(lintTemplate(project, template, rules, configuration).findings);
  const after = active(lintTemplate(withTemplate(project, edited), edited, rules, configuration).findings);
  if (findings.some((finding) => after.has(finding.fingerprint))) return false;
  return [...after].every((fingerprint) => before.has(fingerprint));
}

function active(findings: readonly Finding[]): Set<string> {
  return new Set(findings.filter((finding) => !finding.suppressed).map((finding) => finding.fingerprint));
}

function changesOnly(before: Node | undefined, after: Node | undefined, touched: Applied["touched"]): boolean {
  const allowed = touched.flatMap(({ node, keys }) => {
    const path = before && pathOf(before, node);
    if (!path) return [];
    return keys ? keys.map((key) => [...path, key]) : [path];
  });
  return differingPaths(before, after, 50).every((path) =>
    allowed.some((prefix) => prefix.every((key, index) => path[index] === key)),
  );
}

function pathOf(root: Node, wanted: Node): (string | number)[] | undefined {
  if (root === wanted) return [];
  if (root.kind === "sequence") {
    for (const [index, item] of root.items.entries()) {
      const path = pathOf(item, wanted);
      if (path) return [index, ...path];
    }
  }
  if (root.kind === "map") {
    for (const entry of root.entries) {
      const path = pathOf(entry.value, wanted);
      if (path) return [entry.key.text, ...path];
    }
  }
  return undefined;
}
