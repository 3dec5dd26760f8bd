import { addBlockEntries, addBlockItems, removeBlockEntry, removeBlockItem, replaceBlockValue } from "./block-edit.ts";
import { addFlowEntries, addFlowItem, removeFlowElement, replaceFlowItem, replaceFlowValue } from "./flow-edit.ts";
import { intrinsicOf, isLongIntrinsic, isObject, type Json, says } from "./json-value.ts";
import { indentationOf, lineBreakNear, lineStart } from "./lines.ts";
import { findEntry, type MapNode, type Node, ownEntry, type SequenceNode } from "./node.ts";
import type { SyntaxTree } from "./parse.ts";
import {
  below,
  hasComment,
  holderOf,
  insideFlow,
  isBlockScalar,
  isShared,
  nodesIn,
  type Place,
  placeOf,
} from "./place.ts";
import type { SourceText } from "./source-text.ts";
import { yamlString } from "./yaml-scalar.ts";

export type { Json } from "./json-value.ts";

/** Replaces the text from `start` to `end` (exclusive), in UTF-16 units from the start of the text without byte order mark. */
export interface TextEdit {
  start: number;
  end: number;
  newText: string;
}

/*
 * Every function below is pure and gives minimal edits against `source`, which `tree` was read from. Comments, anchors, quoting,
 * indentation, flow style and line ends stay. The result is empty where nothing has to change, and where the edit cannot be made soundly:
 * the text has errors; the node is generated, an alias, below an anchor that an alias stands for, or from a merge key; a comment would be
 * lost.
 */

/**
 * Adds or replaces entries of an existing map: an existing key's value is replaced (unless it says the same already), a missing key is
 * added behind the last own entry. Objects merge into existing maps; functions (`{ Ref: … }`, `{ "Fn::…": … }`) and lists replace.
 */
export function setEntries(
  source: SourceText,
  tree: SyntaxTree,
  map: MapNode,
  entries: Record<string, Json>,
): TextEdit[] {
  const place = editablePlace(source, tree, map);
  return (place && entryEdits(source.text, tree, place, map, entries)) ?? [];
}

/** Replaces a whole value: a scalar, collection, tagged node such as `!Ref AWS::NoValue`, or the zero-width null behind `Key:`. */
export function replaceValue(source: SourceText, tree: SyntaxTree, node: Node, value: Json): TextEdit[] {
  const place = editablePlace(source, tree, node);
  return (place && valueEdits(source.text, tree, place, value)) ?? [];
}

/**
 * Replaces one item of a sequence by any number of items; none removes it with its line (a comment on that line stays), and leaves `[]`
 * behind where it was the only one. `node` may also be the lone value where a list is usual (`Action: dynamodb:*`), which becomes a list
 * when there are several values and cannot be replaced by none. `gone` are other items of the sequence that are removed at the same time.
 */
export function replaceItem(
  source: SourceText,
  tree: SyntaxTree,
  node: Node,
  values: Json[],
  gone: readonly Node[] = [],
): TextEdit[] {
  const place = editablePlace(source, tree, node);
  return (place && itemEdits(source.text, tree, place, values, gone)) ?? [];
}

/** Adds an item at the end of a sequence. */
export function addItem(source: SourceText, tree: SyntaxTree, sequence: SequenceNode, value: Json): TextEdit[] {
  const place = editablePlace(source, tree, sequence);
  if (!place) return [];
  const { text } = source;
  const last = sequence.items.length - 1;
  const edits =
    last < 0
      ? valueEdits(text, tree, place, [value])
      : sequence.flow
        ? addFlowItem(text, tree, place, sequence, value)
        : addBlockItems(text, tree, place, sequence, [value], last);
  return edits ?? [];
}

/** Removes an entry with its line (a comment on that line stays); `{}` is left behind where it was the only one. */
export function removeEntry(source: SourceText, tree: SyntaxTree, map: MapNode, key: string): TextEdit[] {
  const place = editablePlace(source, tree, map);
  const entry = ownEntry(map, key);
  // Without the last of two equal keys the first one would count.
  const written = map.entries.filter((one) => one.key.text === key).length;
  if (!place || !entry || written !== 1 || isShared(tree, [entry.key, ...nodesIn(entry.value)])) return [];
  const { text } = source;
  const edits = map.flow
    ? removeFlowElement(text, tree, map, map.entries.indexOf(entry))
    : map.entries.length > 1
      ? removeBlockEntry(text, map, entry)
      : map.tag
        ? undefined
        : valueEdits(text, tree, place, {});
  return edits ?? [];
}

/**
 * Gives an entry another key, in the quotes of the old one; its value and its place among the others stay. Refused where the map has the
 * new key already, as its own or from a merge key.
 */
export function renameEntry(
  source: SourceText,
  tree: SyntaxTree,
  map: MapNode,
  key: string,
  newKey: string,
): TextEdit[] {
  const place = editablePlace(source, tree, map);
  const entry = ownEntry(map, key);
  if (!place || !entry || newKey === key || [key, newKey].includes("<<") || findEntry(map, newKey)) return [];
  const { start, end, style, tag, anchor, generated } = entry.key;
  const isWritten = end > start && tag === undefined && anchor === undefined && generated === undefined;
  // An alias as a key is read as what it stands for.
  const isAlias = source.text[start] === "*";
  if (!isWritten || isAlias || isBlockScalar(entry.key)) return [];
  // Behind the second of two equal keys the first one would count again.
  if (map.entries.filter((one) => one.key.text === key).length !== 1) return [];
  const quote = style === "single" ? "single" : "double";
  const newText =
    tree.language === "json"
      ? JSON.stringify(newKey)
      : yamlString(newKey, map.flow || insideFlow(place), quote, style !== "plain");
  return [{ start, end, newText }];
}

/**
 * Replaces a stretch of every text below a node, in whatever quotes or block it is written, and inside `Fn::Sub` too. Refused where the
 * stretch is written otherwise than it reads (escapes), where the new text would need other quotes, and for white space and quotes.
 */
export function replaceWords(source: SourceText, tree: SyntaxTree, node: Node, words: string, by: string): TextEdit[] {
  const place = editablePlace(source, tree, node);
  if (!place || !isWord(words) || !isWord(by) || isShared(tree, nodesIn(node))) return [];
  const maps = [...nodesIn(node)].filter((each) => each.kind === "map");
  const keys = new Set(maps.flatMap(({ entries }) => entries.map(({ key }) => key)));
  const inFlow = insideFlow(place) || [...nodesIn(node)].some((each) => "flow" in each && each.flow);
  const edits: TextEdit[] = [];
  for (const each of nodesIn(node)) {
    if (each.kind !== "scalar" || typeof each.value !== "string" || keys.has(each) || !each.text.includes(words))
      continue;
    const after = each.text.replaceAll(words, by);
    if (each.generated || (each.style === "plain" && yamlString(after, inFlow, "double") !== after)) return [];
    const found = stretchesIn(source.text, each, words);
    if (found.length !== each.text.split(words).length - 1) return [];
    edits.push(...found.map((start) => ({ start, end: start + words.length, newText: by })));
  }
  return edits;
}

/** No text changes its lines, its indentation or its quotes by it. */
function isWord(words: string): boolean {
  return /^[^\s'"\\]+$/.test(words);
}

function stretchesIn(text: string, { start, end }: Node, words: string): number[] {
  const found: number[] = [];
  for (
    let at = text.indexOf(words, start);
    at >= 0 && at + words.length <= end;
    at = text.indexOf(words, at + words.length)
  )
    found.push(at);
  return found;
}

/**
 * A line above the one that holds `offset`, indented like it, e.g. for a comment in YAML. It is not looked at what the line is part of:
 * inside a block scalar the new line becomes text.
 */
export function insertLineAbove(source: SourceText, offset: number, line: string): TextEdit[] {
  const { text } = source;
  const start = lineStart(text, offset);
  return [{ start, end: start, newText: indentationOf(text, offset) + line + lineBreakNear(text, offset) }];
}

/** Edits at one place apply in the given order. Throws an Error where edits overlap or lie outside the text. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const parts: string[] = [];
  let done = 0;
  for (const { start, end, newText } of [...edits].sort((a, b) => a.start - b.start)) {
    if (start < done || end < start || end > text.length) throw new Error("text edits overlap or lie outside the text");
    parts.push(text.slice(done, start), newText);
    done = end;
  }
  return parts.join("") + text.slice(done);
}

/** Where a node stands, if what stands there may be changed at all. */
function editablePlace(source: SourceText, tree: SyntaxTree, node: Node): Place | undefined {
  if (tree.problems.some((problem) => problem.severity === "error") || /\r(?!\n)/.test(source.text)) return undefined;
  const place = placeOf(tree, node);
  if (!place || node.kind === "alias") return undefined;
  const path = [...place.parents.map(holderOf), node];
  return path.some((one) => one.generated !== undefined) || isShared(tree, path) ? undefined : place;
}

function entryEdits(
  text: string,
  tree: SyntaxTree,
  place: Place,
  map: MapNode,
  entries: Record<string, Json>,
): TextEdit[] | undefined {
  if (map.tag || map.generated) return undefined;
  const edits: TextEdit[] = [];
  const missing: [string, Json][] = [];
  for (const [key, value] of Object.entries(entries)) {
    const found = findEntry(map, key);
    if (found?.merged) return undefined;
    if (!found) {
      missing.push([key, value]);
      continue;
    }
    const { entry } = found;
    const inner = below(place, { kind: "entry", map, entry });
    if (isShared(tree, [entry.value])) return undefined;
    const changed =
      isObject(value) && !intrinsicOf(value) && entry.value.kind === "map" && !isFunction(entry.value)
        ? entryEdits(text, tree, inner, entry.value, value)
        : valueEdits(text, tree, inner, value);
    if (!changed) return undefined;
    // Inner edits come first: at the end of a last entry they stand at the same place as the outer ones.
    edits.push(...changed);
  }
  if (missing.length === 0) return edits;
  const added =
    map.entries.length === 0
      ? valueEdits(text, tree, place, Object.fromEntries(missing))
      : map.flow
        ? addFlowEntries(text, tree, place, map, missing)
        : addBlockEntries(text, tree, place, map, missing);
  return added && [...edits, ...added];
}

function isFunction(map: MapNode): boolean {
  return map.tag !== undefined || isLongIntrinsic(map);
}

function valueEdits(text: string, tree: SyntaxTree, place: Place, value: Json): TextEdit[] | undefined {
  const { node, parents } = place;
  if (says(node, value)) return [];
  if (node.kind === "alias" || node.generated || isShared(tree, nodesIn(node))) return undefined;
  if (hasComment(text, tree.language, node)) return undefined;
  const parent = parents.at(-1);
  const isFlow = node.kind !== "scalar" && node.flow;
  if (tree.language === "json" || insideFlow(place)) return replaceFlowValue(text, tree, place, value);
  if (!parent) return isFlow ? replaceFlowValue(text, tree, place, value) : undefined;
  const isEmpty = node.kind === "map" ? node.entries.length === 0 : node.kind === "sequence" && node.items.length === 0;
  const keepsFlow =
    isFlow && !isEmpty && !node.tag && typeof value === "object" && value !== null && !intrinsicOf(value);
  return keepsFlow ? replaceFlowValue(text, tree, place, value) : replaceBlockValue(text, tree, place, parent, value);
}

function itemEdits(
  text: string,
  tree: SyntaxTree,
  place: Place,
  values: readonly Json[],
  gone: readonly Node[],
): TextEdit[] | undefined {
  const { node } = place;
  const parent = place.parents.at(-1);
  const [first, ...others] = values;
  if (parent?.kind !== "item") {
    if (first === undefined) return undefined;
    return valueEdits(text, tree, place, others.length === 0 ? first : [...values]);
  }
  const { sequence, index } = parent;
  if (isShared(tree, nodesIn(node)) || hasComment(text, tree.language, node)) return undefined;
  if (first === undefined) {
    if (sequence.items.length > 1 && !sequence.flow) return removeBlockItem(text, sequence, index);
    const indexes = gone.map((other) => sequence.items.indexOf(other)).filter((other) => other >= 0 && other !== index);
    if (sequence.flow) return removeFlowElement(text, tree, sequence, index, new Set(indexes));
    return sequence.tag
      ? undefined
      : valueEdits(text, tree, { node: sequence, parents: place.parents.slice(0, -1) }, []);
  }
  if (sequence.flow) {
    return others.length === 0 && says(node, first) ? [] : replaceFlowItem(text, tree, place, values);
  }
  const replaced = valueEdits(text, tree, place, first);
  const added = others.length === 0 ? [] : addBlockItems(text, tree, place, sequence, others, index);
  return replaced && added && [...replaced, ...added];
}
