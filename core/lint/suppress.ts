import { differingPaths } from "../syntax/compare.ts";
import { addItem, applyEdits, insertLineAbove, type Json, setEntries, type TextEdit } from "../syntax/edit.ts";
import { findEntry, type MapNode, mapAt, withoutAlias } from "../syntax/node.ts";
import { parse } from "../syntax/parse.ts";
import type { Template } from "../template/template.ts";
import type { Finding } from "./finding.ts";

/**
 * Edits that suppress one finding with a reason: in YAML a comment above its line, in JSON an entry in the resource's `Metadata`.
 * Empty where that cannot be done: generated files, findings outside resources in JSON, lines inside a block of text.
 */
export function suppressEdits(template: Template, finding: Finding, reason: string): TextEdit[] {
  if (template.kind === "cdk") return [];
  if (template.tree.language === "json") {
    // What SAM generates is suppressed where it is written.
    const { resource } = finding;
    const written = resource && mapAt(template.tree.root, "Resources", resource.logicalId);
    return metadataEdits(template, written, finding.rule, reason);
  }
  return commentEdits(template, finding.place.start, "disable-next-line", finding.rule, reason);
}

/** The same for every finding of a rule in the file. */
export function suppressFileEdits(template: Template, rule: string, reason: string): TextEdit[] {
  if (template.kind === "cdk") return [];
  if (template.tree.language === "json") return metadataEdits(template, mapAt(template.tree.root), rule, reason);
  return commentEdits(template, template.tree.root?.start ?? 0, "disable-file", rule, reason);
}

/** Proven: the tree must not change, which it does where the line is inside a text. */
function commentEdits(template: Template, offset: number, directive: string, rule: string, reason: string): TextEdit[] {
  // A comment has one line.
  const why = reason.replace(/\s+/g, " ").trim();
  const edits = insertLineAbove(template.source, offset, `# ddblint-${directive} ${rule}${why && ` -- ${why}`}`);
  const after = parse(applyEdits(template.source.text, edits));
  return differingPaths(template.tree.root, after.root, 1).length === 0 ? edits : [];
}

function metadataEdits(template: Template, holder: MapNode | undefined, rule: string, reason: string): TextEdit[] {
  if (!holder) return [];
  const entry: Json = { rule, reason };
  const metadata = withoutAlias(findEntry(holder, "Metadata")?.entry.value);
  const existing = mapAt(metadata, "ddblint");
  const list = existing && withoutAlias(findEntry(existing, "suppress")?.entry.value);
  if (list?.kind === "sequence") return addItem(template.source, template.tree, list, entry);
  return setEntries(template.source, template.tree, holder, { Metadata: { ddblint: { suppress: [entry] } } });
}
