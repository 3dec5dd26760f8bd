import { describePath } from "../evaluate/path.ts";
import type { Setting } from "../evaluate/setting.ts";
import {
  addItem,
  type Json,
  renameEntry,
  replaceItem,
  replaceValue,
  replaceWords,
  setEntries,
  type TextEdit,
} from "../syntax/edit.ts";
import { type MapNode, mapAt, type Node } from "../syntax/node.ts";
import { type Parent, placeOf } from "../syntax/place.ts";
import type { Template } from "../template/template.ts";
import type { Change, Fix, FixClass } from "./fix.ts";

/** The text edits a change comes to, and the nodes of the written tree below which the tree may change. */
export interface Applied {
  edits: TextEdit[];
  touched: { node: Node; keys?: readonly string[] }[];
}

/**
 * Undefined where the change must not or cannot be made: computed values, aliases, transforms, generated files. `changes` are all that are
 * made together.
 */
export function applyChange(template: Template, change: Change, changes: readonly Change[] = []): Applied | undefined {
  if (template.kind === "cdk") return undefined;
  switch (change.kind) {
    case "set":
      return setValue(template, change.setting, change.value);
    case "merge": {
      const { setting, entries } = change;
      const complete = setting.missing.length === 0 && "add" in setting.slot;
      return complete && "add" in setting.slot
        ? addEntries(template, setting.slot.add, entries)
        : setValue(template, setting, entries);
    }
    case "items": {
      const { slot } = change.setting;
      return "replace" in slot ? replaceInList(template, slot.replace, change.values, removedBy(changes)) : undefined;
    }
    case "append": {
      const { value } = change.setting;
      if (value.kind === "absent") return setValue(template, change.setting, [change.value]);
      if (value.kind !== "list" || "refusal" in change.setting.slot) return undefined;
      return done(addItem(template.source, template.tree, value.node, change.value), [{ node: value.node }]);
    }
    case "rename": {
      const { setting, key, newKey } = change;
      // Where a transform made the map, what is written under that key may be called otherwise.
      if (setting.value.kind !== "map" || setting.missing.length > 0 || "refusal" in setting.slot) return undefined;
      const { node } = setting.value;
      return done(renameEntry(template.source, template.tree, node, key, newKey), [{ node, keys: [key, newKey] }]);
    }
    case "words": {
      const { setting, words, by } = change;
      // The place of a value that is there is the node that says it; any other place is no node of the tree, and refused.
      const node = setting.place as Node;
      return done(replaceWords(template.source, template.tree, node, words, by), [{ node }]);
    }
    case "resource": {
      const resources = mapAt(template.tree.root, "Resources");
      return resources && addEntries(template, resources, { [change.logicalId]: change.body });
    }
  }
}

function done(edits: TextEdit[], touched: Applied["touched"]): Applied | undefined {
  return edits.length > 0 ? { edits, touched } : undefined;
}

function setValue(template: Template, setting: Setting, value: Json): Applied | undefined {
  const { slot, missing } = setting;
  if ("refusal" in slot) return undefined;
  const wrapped = missing.reduceRight<Json>((inner, key) => ({ [key]: inner }), value);
  if ("replace" in slot)
    return done(replaceValue(template.source, template.tree, slot.replace, wrapped), [{ node: slot.replace }]);
  if (missing.length > 0 && typeof wrapped === "object" && wrapped !== null && !Array.isArray(wrapped))
    return addEntries(template, slot.add, wrapped);
  return done(replaceValue(template.source, template.tree, slot.add, wrapped), [{ node: slot.add }]);
}

function addEntries(template: Template, map: MapNode, entries: { [key: string]: Json }): Applied | undefined {
  return done(setEntries(template.source, template.tree, map, entries), [{ node: map, keys: Object.keys(entries) }]);
}

/** The items that some changes take out of their lists. */
function removedBy(changes: readonly Change[]): Node[] {
  return changes.flatMap((change) =>
    change.kind === "items" && change.values.length === 0 && "replace" in change.setting.slot
      ? [change.setting.slot.replace]
      : [],
  );
}

/** In a branch of an `Fn::If` a value can become only what the branch can be: a list where the whole list depends on it, else one item. */
function replaceInList(
  template: Template,
  node: Node,
  values: readonly Json[],
  gone: readonly Node[],
): Applied | undefined {
  const { source, tree } = template;
  const parents = placeOf(tree, node)?.parents;
  if (!parents) return undefined;
  const around = aroundFunctions(parents);
  const [parent] = parents.slice(-1);
  if (around === parents.length) {
    const edits = replaceItem(source, tree, node, [...values], gone);
    return done(edits, [{ node: parent?.kind === "item" ? parent.sequence : node }]);
  }
  const isItem = parents[around - 1]?.kind === "item";
  const [only, ...others] = values;
  if (only === undefined && !isItem) return undefined;
  if (others.length > 0 && isItem) return undefined;
  const value = only === undefined ? { Ref: "AWS::NoValue" } : others.length === 0 ? only : [...values];
  return done(replaceValue(source, tree, node, value), [{ node }]);
}

/** How many of the parents stand around the outermost of the functions that the innermost ones belong to; all where there is no function. */
function aroundFunctions(parents: readonly Parent[]): number {
  let around = parents.length;
  while (around > 0) {
    const parent = parents[around - 1];
    if (parent?.kind !== "item") break;
    const call = parents[around - 2];
    if (parent.sequence.tag) around -= 1;
    else if (call?.kind === "entry" && call.map.entries.length === 1 && call.entry.key.text.startsWith("Fn::"))
      around -= 2;
    else break;
  }
  return around;
}

/**
 * A literal in a branch of an `Fn::If` may be replaced, but somebody wrote that branch on purpose: the fix asks, and says which branches it
 * touches.
 */
export function branchOf(fix: Fix): { title: string; class: FixClass } {
  const branches = new Set<string>();
  for (const change of fix.changes) {
    if (change.kind === "resource") continue;
    if (change.kind !== "rename" && !("replace" in change.setting.slot)) continue;
    const branch = describePath(change.setting.when);
    if (branch) branches.add(branch);
  }
  if (branches.size === 0) return { title: fix.title, class: fix.class };
  const title = `${fix.title} (where ${[...branches].join(", and where ")})`;
  return { title, class: fix.class === "safe" ? "caution" : fix.class };
}
