import {
  type AliasNode,
  type Entry,
  findEntry,
  type MapNode,
  type Node,
  type ScalarNode,
  withoutAlias,
} from "../syntax/node.ts";
import { argumentsOf, intrinsicOf, plainScalar } from "./intrinsics.ts";
import { isStored, listItems, type Parameter } from "./template.ts";

/** How many nodes expanding loops may make, so that nested loops cannot exhaust memory. */
const BUDGET = 200_000;

const GENERATED = "it is made by Fn::ForEach";

/** How deep a loop's body may nest; only one that holds itself by an alias is deeper. */
const MAX_DEPTH = 100;

interface Loop {
  collection: (node: Node) => string[] | undefined;
  remaining: number;
  /** What an anchored node became, so that aliases to it lead to the expanded one. */
  expanded: Map<Node, Node>;
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
    expanded: new Map(),
    collection: (node) => collectionOf(node, parameters, given),
  };
  return root && expand(root, loop, 0);
}

function expand(node: Node, loop: Loop, depth: number): Node {
  if (node.kind === "scalar" || depth > MAX_DEPTH) return node;
  const known = loop.expanded.get(node);
  if (known) return known;
  // What holds itself finds itself, unexpanded.
  if (node.anchor !== undefined || node.kind === "alias") loop.expanded.set(node, node);
  const result = expandNew(node, loop, depth);
  if (loop.expanded.has(node)) loop.expanded.set(node, result);
  return result;
}

function expandNew(node: Exclude<Node, ScalarNode>, loop: Loop, depth: number): Node {
  if (node.kind === "alias") {
    const target = node.target && expand(node.target, loop, depth + 1);
    return target && target !== node.target ? { ...node, target } : node;
  }
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
    incomplete = unroll(entry, entries, loop, depth) ?? incomplete;
  }
  return changed ? { ...node, entries, index: undefined, ...(incomplete && { incomplete }) } : node;
}

/** Adds what a loop makes to `entries`; returns why something is missing, if something is. */
function unroll(written: Entry, entries: Entry[], loop: Loop, depth: number): string | undefined {
  const unknown = `${written.key.text} loops over values that are not known`;
  const [identifier, collection, body] = argumentsOf(withoutAlias(written.value) ?? written.value).map(withoutAlias);
  if (identifier?.kind !== "scalar" || !collection || body?.kind !== "map") return unknown;
  const values = loop.collection(collection);
  if (!values) return unknown;
  let incomplete: string | undefined;
  for (const value of values) {
    for (const entry of body.entries) {
      const copy = {
        key: replaceKey(entry.key, identifier.text, value),
        value: replace(entry.value, identifier.text, value, loop, depth),
      };
      if (loop.remaining < 0) return `${written.key.text} makes too much to look at`;
      const { start } = entry.key;
      const holder: MapNode = { kind: "map", entries: [copy], flow: false, start, end: entry.value.end };
      const expanded = expand(holder, loop, depth + 1);
      if (expanded.kind !== "map") continue;
      incomplete ??= expanded.incomplete;
      for (const made of expanded.entries) entries.push(made);
    }
  }
  return incomplete;
}

function replaceKey(key: ScalarNode, identifier: string, value: string): ScalarNode {
  const text = insert(key.text, identifier, value);
  return { ...key, text, value: text, generated: GENERATED };
}

/** `${X}` becomes the value, `&{X}` the value without what a logical id may not have. Source: CloudFormation, Fn::ForEach. */
function insert(text: string, identifier: string, value: string): string {
  return text
    .replaceAll(`\${${identifier}}`, () => value)
    .replaceAll(`&{${identifier}}`, () => value.replace(/[^A-Za-z0-9]/g, ""));
}

function replace(node: Node, identifier: string, value: string, loop: Loop, depth: number): Node {
  if (depth > MAX_DEPTH) loop.remaining = -1;
  if (--loop.remaining < 0) return node;
  const again = (child: Node) => replace(child, identifier, value, loop, depth + 1);
  switch (node.kind) {
    case "alias": {
      const target = withoutAlias(node);
      return target ? again(target) : node;
    }
    case "scalar":
      return replaceScalar(node, identifier, value);
    case "sequence":
      return { ...node, items: node.items.map(again), generated: GENERATED };
    case "map": {
      const call = intrinsicOf(node);
      if (call?.name === "Ref" && call.argument.kind === "scalar" && call.argument.text === identifier) {
        const { tag: _tag, ...name } = call.argument;
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
  const text = insert(node.text, identifier, value);
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
    if (!parameter || isStored(parameter.type)) return undefined;
    return listItems(given.get(parameter.name) ?? parameter.default);
  }
  if (call || plain.kind !== "sequence") return undefined;
  const texts = plain.items.map((item) => plainScalar(item)?.text);
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
