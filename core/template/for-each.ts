import {
  type AliasNode,
  type Entry,
  findEntry,
  type MapNode,
  type Node,
  type ScalarNode,
  withoutAlias,
} from "../syntax/node.ts";
import { intrinsicOf } from "./intrinsics.ts";
import type { Parameter } from "./template.ts";

/** How many nodes expanding loops may make, so that nested loops cannot exhaust memory. */
const BUDGET = 200_000;

const GENERATED = "it is made by Fn::ForEach";

interface Loop {
  collection: (node: Node) => string[] | undefined;
  remaining: number;
}

/**
 * Expands every `Fn::ForEach::Name: [Identifier, Collection, Body]` of a tree (AWS::LanguageExtensions). Copies carry the ranges of what
 * they were made from. A loop over values that are not known leaves its map marked `incomplete`. Trees without loops come back as they are.
 */
export function expandLoops(
  root: Node | undefined,
  parameters: ReadonlyMap<string, Parameter>,
  given: ReadonlyMap<string, string>,
): Node | undefined {
  const loop: Loop = {
    remaining: BUDGET,
    collection: (node) => collectionOf(node, parameters, given),
  };
  return root && expand(root, loop, 0);
}

function expand(node: Node, loop: Loop, depth: number): Node {
  if (node.kind === "alias" || node.kind === "scalar" || depth > 100) return node;
  if (node.kind === "sequence") {
    const items = node.items.map((item) => expand(item, loop, depth + 1));
    return items.some((item, index) => item !== node.items[index]) ? { ...node, items } : node;
  }
  let changed = false;
  let incomplete = node.incomplete;
  const entries: Entry[] = [];
  for (const entry of node.entries) {
    if (!entry.key.text.startsWith("Fn::ForEach::")) {
      const value = expand(entry.value, loop, depth + 1);
      changed ||= value !== entry.value;
      entries.push(value === entry.value ? entry : { key: entry.key, value });
      continue;
    }
    changed = true;
    const copies = unroll(entry.value, loop, depth);
    if (copies) entries.push(...copies);
    else incomplete = `${entry.key.text} loops over values that are not known`;
  }
  return changed ? { ...node, entries, index: undefined, ...(incomplete && { incomplete }) } : node;
}

function unroll(node: Node, loop: Loop, depth: number): Entry[] | undefined {
  if (node.kind !== "sequence") return undefined;
  const [identifier, collection, body] = node.items;
  if (identifier?.kind !== "scalar" || !collection || body?.kind !== "map") return undefined;
  const values = loop.collection(collection);
  if (!values) return undefined;
  const entries: Entry[] = [];
  for (const value of values) {
    for (const entry of body.entries) {
      const copy = {
        key: replaceKey(entry.key, identifier.text, value),
        value: replace(entry.value, identifier.text, value, loop),
      };
      if (loop.remaining < 0) return undefined;
      const holder: MapNode = {
        kind: "map",
        entries: [copy],
        flow: false,
        start: entry.key.start,
        end: entry.value.end,
      };
      const expanded = expand(holder, loop, depth + 1);
      if (expanded.kind === "map") entries.push(...expanded.entries);
    }
  }
  return entries;
}

function replaceKey(key: ScalarNode, identifier: string, value: string): ScalarNode {
  const plain = value.replace(/[^A-Za-z0-9]/g, "");
  const text = key.text.replaceAll(`\${${identifier}}`, value).replaceAll(`&{${identifier}}`, plain);
  return { ...key, text, value: text, generated: GENERATED };
}

function replace(node: Node, identifier: string, value: string, loop: Loop): Node {
  if (--loop.remaining < 0) return node;
  const again = (child: Node) => replace(child, identifier, value, loop);
  switch (node.kind) {
    case "alias":
      return node.target ? again(withoutAlias(node) ?? node) : node;
    case "scalar":
      return replaceScalar(node, identifier, value);
    case "sequence":
      return { ...node, items: node.items.map(again), generated: GENERATED };
    case "map": {
      if (intrinsicOf(node)?.name === "Ref") {
        const name = withoutAlias(node.entries[0]?.value);
        if (name?.kind === "scalar" && name.text === identifier)
          return { ...name, text: value, value, generated: GENERATED };
      }
      const entries = node.entries.map((entry) => ({
        key: replaceKey(entry.key, identifier, value),
        value: again(entry.value),
      }));
      return { ...node, entries, index: undefined, generated: GENERATED };
    }
  }
}

function replaceScalar(node: ScalarNode, identifier: string, value: string): ScalarNode {
  if (node.tag === "!Ref" && node.text === identifier) {
    const { tag: _tag, ...plain } = node;
    return { ...plain, text: value, value, generated: GENERATED };
  }
  if (typeof node.value !== "string") return { ...node, generated: GENERATED };
  const text = node.text
    .replaceAll(`\${${identifier}}`, value)
    .replaceAll(`&{${identifier}}`, value.replace(/[^A-Za-z0-9]/g, ""));
  return { ...node, text, value: text, generated: GENERATED };
}

/** The texts of a collection: a list of literals, or a list parameter with a known value. */
function collectionOf(
  node: Node,
  parameters: ReadonlyMap<string, Parameter>,
  given: ReadonlyMap<string, string>,
): string[] | undefined {
  const plain: Exclude<Node, AliasNode> | undefined = withoutAlias(node);
  if (!plain) return undefined;
  const call = intrinsicOf(plain);
  if (call?.name === "Ref" && call.argument.kind === "scalar") {
    const parameter = parameters.get(call.argument.text);
    const value = given.get(call.argument.text) ?? parameter?.default;
    return value?.split(",").map((item) => item.trim());
  }
  if (call || plain.kind !== "sequence") return undefined;
  const texts = plain.items.map((item) => {
    const scalar = withoutAlias(item);
    return scalar?.kind === "scalar" && !scalar.tag ? scalar.text : undefined;
  });
  return texts.every((each) => each !== undefined) ? texts : undefined;
}

/** Is there a loop anywhere among a map's own keys? Cheap enough to ask before reading. */
export function hasLoop(text: string): boolean {
  return text.includes("Fn::ForEach::");
}

/** The value under `key` of a map node, without aliases. */
export function valueAt(map: MapNode | undefined, key: string): Exclude<Node, AliasNode> | undefined {
  return map && withoutAlias(findEntry(map, key)?.entry.value);
}
