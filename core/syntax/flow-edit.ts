import type { TextEdit } from "./edit.ts";
import { elementsOf, type FlowStyle, flowEntryText, flowStyleAt, flowText } from "./flow-render.ts";
import type { Json } from "./json-value.ts";
import { indentationOf, lineEnd, linePrefix, startsLine } from "./lines.ts";
import type { MapNode, Node, SequenceNode } from "./node.ts";
import type { SyntaxTree } from "./parse.ts";
import { hasComment, holderOf, isComment, type Place } from "./place.ts";

/**
 * Edits inside brackets: JSON and YAML's flow style. Each function returns undefined where the edit cannot be made soundly. Elements that
 * start their lines get company on lines of their own, others on the same line.
 */

export function addFlowEntries(
  text: string,
  tree: SyntaxTree,
  place: Place,
  map: MapNode,
  entries: readonly [string, Json][],
): TextEdit[] | undefined {
  const style = flowStyleAt(text, tree, place);
  return addElements(text, tree, map, style, (lines, indentation) =>
    entries.map(([key, value]) => flowEntryText(key, value, style, lines, indentation)),
  );
}

export function addFlowItem(
  text: string,
  tree: SyntaxTree,
  place: Place,
  sequence: SequenceNode,
  value: Json,
): TextEdit[] | undefined {
  const style = flowStyleAt(text, tree, place);
  const neighbour = sequence.items.at(-1);
  return addElements(text, tree, sequence, withQuoteOf(style, neighbour), (lines, indentation) => [
    flowText(value, withQuoteOf(style, neighbour), lines, indentation, isQuoted(neighbour)),
  ]);
}

function addElements(
  text: string,
  tree: SyntaxTree,
  collection: MapNode | SequenceNode,
  style: FlowStyle,
  render: (lines: boolean, indentation: string) => string[],
): TextEdit[] | undefined {
  const last = elementsOf(collection).at(-1);
  const close = collection.end - 1;
  const trail = last && readTrail(text, last.end, close, tree.language);
  if (!last || !trail || !hasBrackets(text, collection)) return undefined;
  const from = trail.comma ?? last.end;
  const behind = (newText: string, at = from): TextEdit => ({ start: at, end: at, newText });

  if (!startsLine(text, last.start)) {
    const texts = render(false, "");
    if (trail.comma !== undefined) return [behind(texts.map((one) => `${style.comma.slice(1)}${one},`).join(""))];
    // `{ a:, b: 1 }` is not read as two entries everywhere.
    const space = text[last.end - 1] === ":" ? " " : "";
    return [behind(space + texts.map((one) => style.comma + one).join(""))];
  }

  const indentation = linePrefix(text, last.start);
  if (tree.language === "yaml" && indentation.includes("\t")) return undefined;
  const texts = render(true, indentation).map((one) => style.lineBreak + indentation + one);
  const lineEnds = lineEnd(text, from);
  const rest = text.slice(from, lineEnds);
  const comma = trail.comma !== undefined;
  if (close < lineEnds || /^[ \t]*$/.test(rest)) {
    return [behind(texts.map((one) => (comma ? `${one},` : `,${one}`)).join(""))];
  }
  if (!endsOnItsLine(rest, tree.language)) return undefined;
  if (comma) return [behind(texts.map((one) => `${one},`).join(""), lineEnds)];
  return [behind(","), behind(texts.join(","), lineEnds)];
}

/** A pair in a list (`[a: 1]`) is a map without braces. */
function hasBrackets(text: string, collection: MapNode | SequenceNode): boolean {
  const last = elementsOf(collection).at(-1);
  const close = collection.end - 1;
  return text[close] === (collection.kind === "map" ? "}" : "]") && (!last || last.end <= close);
}

/** What stands between the last element and the closing bracket: undefined if anything but comments and one comma (its end given). */
function readTrail(
  text: string,
  from: number,
  close: number,
  language: SyntaxTree["language"],
): { comma?: number } | undefined {
  const token = language === "json" ? /\s+|,|\/\/[^\n]*|\/\*[\s\S]*?\*\//y : /\s+(?:#[^\n]*)?|,/y;
  let comma: number | undefined;
  let offset = from;
  while (offset < close) {
    token.lastIndex = offset;
    const [found] = token.exec(text) ?? [];
    if (found === undefined || (found === "," && comma !== undefined)) return undefined;
    offset += found.length;
    if (found === ",") comma = offset;
  }
  return offset === close ? { ...(comma !== undefined && { comma }) } : undefined;
}

function endsOnItsLine(rest: string, language: SyntaxTree["language"]): boolean {
  return language === "yaml" || !/\/\*/.test(rest.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\/\/.*$/, ""));
}

/** Replaces a value that stands inside brackets, is a flow collection itself or is the root. */
export function replaceFlowValue(text: string, tree: SyntaxTree, place: Place, value: Json): TextEdit[] | undefined {
  const { node } = place;
  const parent = place.parents.at(-1);
  const style = withQuoteOf(flowStyleAt(text, tree, place), node);
  const spansLines = text.slice(node.start, node.end).includes("\n");
  const onOwnLine = parent
    ? holderOf(parent).flow && startsLine(text, parent.kind === "entry" ? parent.entry.key.start : node.start)
    : true;
  const close = spansLines && startsLine(text, node.end - 1) ? node.end - 1 : node.start;
  const indentation = indentationOf(text, close);
  if (tree.language === "yaml" && indentation.includes("\t")) return undefined;
  const written = flowText(value, style, onOwnLine || spansLines, indentation, isQuoted(node));
  const anchored = node.anchor ? `&${node.anchor} ${written}` : written;
  return [{ start: node.start, end: node.end, newText: separator(text, node, style) + anchored }];
}

/** `{ a }` and `{ a: }` lack a colon or a space before a value; `{"a":1}` has none before a JSON value and needs none. */
function separator(text: string, node: Node, style: FlowStyle): string {
  const before = text[node.start - 1];
  if (before === ":") return style.json ? "" : " ";
  return node.start === node.end ? ": " : "";
}

/** Replaces an item of a flow sequence by one or more. */
export function replaceFlowItem(
  text: string,
  tree: SyntaxTree,
  place: Place,
  values: readonly Json[],
): TextEdit[] | undefined {
  const { node } = place;
  const style = withQuoteOf(flowStyleAt(text, tree, place), node);
  const lines = startsLine(text, node.start);
  const indentation = lines ? linePrefix(text, node.start) : "";
  if (tree.language === "yaml" && indentation.includes("\t")) return undefined;
  const texts = values.map((value) => flowText(value, style, lines, indentation, isQuoted(node)));
  const newText = texts.join(lines ? `,${style.lineBreak}${indentation}` : style.comma);
  return [{ start: node.start, end: node.end, newText }];
}

/**
 * Removes an entry or item with its comma: the one behind it, or the one before it where nothing is left behind it. `gone` are others of the
 * collection that are removed at the same time; their edits do not overlap.
 */
export function removeFlowElement(
  text: string,
  tree: SyntaxTree,
  collection: MapNode | SequenceNode,
  index: number,
  gone: ReadonlySet<number> = new Set(),
): TextEdit[] | undefined {
  const elements = elementsOf(collection);
  const element = elements[index];
  const before = elements[index - 1];
  const isLast = elements.every((_, other) => other <= index || gone.has(other));
  const next = isLast ? undefined : elements[index + 1];
  if (isLast && gone.size > 0 && elements.every((_, other) => other >= index || gone.has(other))) return undefined;
  if (!element || !hasBrackets(text, collection)) return undefined;
  if (elementHasComment(text, tree, collection, index)) return undefined;
  const isComma = (from: number, to: number) => /^\s*,\s*$/.test(text.slice(from, to));
  if (before && !isComma(before.end, element.start)) return undefined;
  const open = before ? undefined : openingBracket(text, element.start);
  if (!before && open === undefined) return undefined;
  if (next)
    return isComma(element.end, next.start) ? [{ start: element.start, end: next.start, newText: "" }] : undefined;
  if (before) return [{ start: before.end, end: element.end, newText: "" }];
  const close = collection.end - 1;
  if (open === undefined || !/^\s*,?\s*$/.test(text.slice(element.end, close))) return undefined;
  return [{ start: open + 1, end: close, newText: "" }];
}

function elementHasComment(
  text: string,
  { language }: SyntaxTree,
  collection: MapNode | SequenceNode,
  index: number,
): boolean {
  if (collection.kind === "sequence") {
    const item = collection.items[index];
    return item !== undefined && hasComment(text, language, item);
  }
  const entry = collection.entries[index];
  if (!entry) return false;
  return isComment(text.slice(entry.key.end, entry.value.start), language) || hasComment(text, language, entry.value);
}

/** The bracket right before the first element; undefined where something else (a comment, a `?`) stands between. */
function openingBracket(text: string, start: number): number | undefined {
  let offset = start - 1;
  while (/\s/.test(text[offset] ?? "")) offset--;
  return text[offset] === "{" || text[offset] === "[" ? offset : undefined;
}

function withQuoteOf(style: FlowStyle, node: Node | undefined): FlowStyle {
  if (node?.kind !== "scalar" || (node.style !== "single" && node.style !== "double")) return style;
  return { ...style, yaml: { ...style.yaml, quote: node.style } };
}

function isQuoted(node: Node | undefined): boolean {
  return node?.kind === "scalar" && !node.tag && (node.style === "single" || node.style === "double");
}
