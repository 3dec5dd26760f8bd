import {
  type AliasNode,
  allEntries,
  type Entry,
  findEntry,
  type MapNode,
  type Node,
  ownEntry,
  type ScalarNode,
  withoutAlias,
} from "../../syntax/node.ts";
import { intrinsicOf } from "../intrinsics.ts";

export type Plain = Exclude<Node, AliasNode>;

/** A value that lowering takes apart, and the key it stands under. */
export interface Found {
  key: ScalarNode;
  node: Plain;
}

const FROM_MERGE_KEY = "the value comes from a merge key";
const FROM_ALIAS = "the value comes from an alias";

const marks = new Map<string, WeakMap<Node, Node>>();

/**
 * A copy of a tree all of whose nodes say that they cannot be edited. Lowering takes values out of their places: what reached its place by
 * an alias, a merge key or Globals must not look as if it stood there. Aliases below are not followed. One copy is made of each node.
 */
export function mark<T extends Node>(node: T, reason: string): T {
  const known = marks.get(reason) ?? new WeakMap<Node, Node>();
  marks.set(reason, known);
  const copy = known.get(node) ?? copyOf(node, reason);
  known.set(node, copy);
  return copy as T;
}

function copyOf(node: Node, reason: string): Node {
  const generated = node.generated ?? reason;
  if (node.kind === "sequence") return { ...node, generated, items: node.items.map((item) => mark(item, reason)) };
  if (node.kind !== "map") return { ...node, generated };
  const entries = node.entries.map((entry) => ({ key: entry.key, value: mark(entry.value, reason) }));
  return { ...node, generated, entries, index: undefined };
}

/** The node behind aliases. Undefined for an alias that leads nowhere. */
export function plain(node: Node): Plain | undefined {
  if (node.kind !== "alias") return node;
  const target = withoutAlias(node);
  return target && mark(target, FROM_ALIAS);
}

/** The entry that counts for `key`. */
export function entryUnder(map: MapNode, key: string): Entry | undefined {
  const found = findEntry(map, key);
  if (!found?.merged) return found?.entry;
  return { key: found.entry.key, value: mark(found.entry.value, FROM_MERGE_KEY) };
}

/** Every entry that counts. */
export function entriesOf(map: MapNode): Entry[] {
  return [...allEntries(map)].map((entry) =>
    ownEntry(map, entry.key.text) === entry ? entry : { key: entry.key, value: mark(entry.value, FROM_MERGE_KEY) },
  );
}

/** The value that counts for `key`, null included. */
export function valueUnder(map: MapNode, key: string): Found | undefined {
  const entry = entryUnder(map, key);
  const node = entry && plain(entry.value);
  return entry && node && { key: entry.key, node };
}

/** A value that SAM takes for none: null. */
export function isNull(node: Node): boolean {
  const value = withoutAlias(node);
  return !value || (value.kind === "scalar" && value.value === null && !value.tag);
}

/** What SAM (being Python) takes for none where it only asks whether something is there: null, false, 0, an empty text, list or map. */
export function isEmpty(node: Node | undefined): boolean {
  const value = node && withoutAlias(node);
  if (!value) return true;
  if (value.tag) return false;
  if (value.kind === "scalar") return !value.value;
  return value.kind === "map" ? value.entries.length === 0 && !value.incomplete : value.items.length === 0;
}

/** A map that is no call of a function. */
export function asMap(node: Node | undefined): MapNode | undefined {
  const value = node && plain(node);
  return value?.kind === "map" && !intrinsicOf(value) ? value : undefined;
}

/** The map that counts for `key`, if a map that is no call of a function stands there. */
export function mapUnder(map: MapNode, key: string): MapNode | undefined {
  return asMap(entryUnder(map, key)?.value);
}

/** An untagged text. */
export function textOf(node: Node | undefined): string | undefined {
  const value = node && withoutAlias(node);
  return value?.kind === "scalar" && !value.tag && value.value !== null ? value.text : undefined;
}
