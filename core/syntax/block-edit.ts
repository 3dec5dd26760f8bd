import type { TextEdit } from "./edit.ts";
import type { Json } from "./json-value.ts";
import {
  columnOf,
  endOfLineAbove,
  indentationOf,
  lineBreakNear,
  lineEnd,
  linePrefix,
  lineStart,
  nextLine,
  startsLine,
} from "./lines.ts";
import type { Entry, MapNode, Node, ScalarNode, SequenceNode } from "./node.ts";
import type { SyntaxTree } from "./parse.ts";
import { hasComment, isBlockScalar, isComment, lastLeaf, type Parent, type Place } from "./place.ts";
import {
  behindBlankLines,
  behindBlock,
  blockStart,
  isBlankOrComment,
  keepsLineBreaks,
  styleAt,
} from "./yaml-layout.ts";
import { type BlockStyle, childOffset, itemLines, mapLines, type Rendered, renderBlock } from "./yaml-render.ts";

/** Edits of YAML block style: one entry or item a line. Each function returns undefined where the edit cannot be made soundly. */

/** Adds entries behind the last one of a block map. */
export function addBlockEntries(
  text: string,
  tree: SyntaxTree,
  place: Place,
  map: MapNode,
  entries: readonly [string, Json][],
): TextEdit[] | undefined {
  const [first] = map.entries;
  const last = map.entries.at(-1);
  const column = first && columnOf(text, first.key.start);
  if (!last || column === undefined) return undefined;
  const offset = behindBlock(text, entryEnd(last), last.value, column);
  if (offset === undefined) return undefined;
  return [insertLines(text, offset, mapLines(entries, column, styleAt(text, tree, place)))];
}

/** Adds items behind one of a block sequence (`index`), or behind the last. */
export function addBlockItems(
  text: string,
  tree: SyntaxTree,
  place: Place,
  sequence: SequenceNode,
  items: readonly Json[],
  index: number,
): TextEdit[] | undefined {
  const start = blockStart(sequence, text);
  const column = columnOf(text, start);
  const before = sequence.items[index];
  if (!before || column === undefined || text[start] !== "-") return undefined;
  const offset = behindBlock(text, before.end, before, column);
  if (offset === undefined) return undefined;
  const gap = itemGap(text, sequence, column);
  const { style, quoted } = itemStyle(styleAt(text, tree, place), before);
  return [
    insertLines(
      text,
      offset,
      items.flatMap((item) => itemLines(item, column, style, quoted, gap)),
    ),
  ];
}

/** New text takes on the quotes of the scalar it stands beside or replaces. */
function itemStyle(style: BlockStyle, neighbour: Node): { style: BlockStyle; quoted: boolean } {
  const quote = neighbour.kind === "scalar" && !neighbour.tag ? neighbour.style : undefined;
  return quote === "single" || quote === "double"
    ? { style: { ...style, quote }, quoted: true }
    : { style, quoted: false };
}

function itemGap(text: string, sequence: SequenceNode, column: number): number {
  for (const item of sequence.items) {
    const [, gap] = /^ *(?:- +)*-( +)$/.exec(linePrefix(text, item.start)) ?? [];
    if (gap && linePrefix(text, item.start).length === column + 1 + gap.length) return 1 + gap.length;
  }
  return 2;
}

/** Replaces a value that stands behind a key or dash of block style. The value itself may be in any style. */
export function replaceBlockValue(
  text: string,
  tree: SyntaxTree,
  place: Place,
  parent: Parent,
  value: Json,
): TextEdit[] | undefined {
  const { node } = place;
  const { style, quoted } = itemStyle(styleAt(text, tree, place), node);
  const bare = renderBlock(value, style, quoted);
  const anchor = node.anchor && `&${node.anchor}`;
  const rendered: Rendered = !anchor
    ? bare
    : "inline" in bare
      ? { inline: `${anchor} ${bare.inline}` }
      : { ...bare, head: bare.head ? `${anchor} ${bare.head}` : anchor };
  return parent.kind === "entry"
    ? replaceBehindKey(text, parent.entry, rendered, style)
    : replaceBehindDash(text, parent.sequence, node, rendered);
}

function replaceBehindKey(text: string, entry: Entry, rendered: Rendered, style: BlockStyle): TextEdit[] | undefined {
  const { key, value } = entry;
  const column = columnOf(text, key.start);
  const colon = colonEnd(text, entry);
  if (column === undefined || colon === undefined) return undefined;
  const isMissing = value.start === value.end;
  const sameLine = isMissing || !text.slice(colon, value.start).includes("\n");
  const ownBlock = (value.kind === "map" || value.kind === "sequence") && !value.flow;

  if ("inline" in rendered) {
    if (isMissing) return [{ start: colon, end: colon, newText: ` ${rendered.inline}` }];
    if (sameLine || !ownBlock) return [{ start: value.start, end: value.end, newText: rendered.inline }];
    return [
      { start: colon, end: colon, newText: ` ${rendered.inline}` },
      { start: endOfLineAbove(text, value.start), end: value.end, newText: "" },
    ];
  }

  const head = rendered.head && ` ${rendered.head}`;
  const end = isMissing ? colon : value.end;
  const lineBreak = lineBreakNear(text, colon);
  if (!isBlankOrComment(text.slice(end, lineEnd(text, end)))) return undefined;
  if (sameLine) {
    const lines = rendered.lines(column + childOffset(rendered, style));
    const rest = lineEnd(text, end);
    const below = lines.map((line) => lineBreak + line).join("");
    if (rest === end) return [{ start: colon, end, newText: head + below }];
    return [
      { start: colon, end, newText: head },
      { start: rest, end: rest, newText: below },
    ].filter(({ start, end, newText }) => start < end || newText !== "");
  }
  const written = columnOf(text, value.start);
  if (written === undefined || !startsLine(text, value.start)) return undefined;
  const keeps = ownBlock && (written > column || (rendered.list && rendered.head === ""));
  const lines = rendered.lines(keeps ? written : column + childOffset(rendered, style));
  const replaced = { start: lineStart(text, value.start), end, newText: lines.join(lineBreak) };
  return head ? [{ start: colon, end: colon, newText: head }, replaced] : [replaced];
}

function replaceBehindDash(
  text: string,
  sequence: SequenceNode,
  node: Node,
  rendered: Rendered,
): TextEdit[] | undefined {
  const dashes = columnOf(text, blockStart(sequence, text));
  if (dashes === undefined) return undefined;
  const isMissing = node.start === node.end;
  const column = isMissing ? dashes + 2 : columnOf(text, node.start);
  if (column === undefined || column <= dashes) return undefined;
  if (!isMissing && !isBlankOrComment(text.slice(node.end, lineEnd(text, node.end)))) return undefined;
  const space = isMissing ? " " : "";
  if ("inline" in rendered) return [{ start: node.start, end: node.end, newText: space + rendered.inline }];
  const [first = "", ...rest] = rendered.lines(column);
  const [top = "", ...lines] = rendered.head ? [rendered.head, first, ...rest] : [first.slice(column), ...rest];
  const lineBreak = lineBreakNear(text, node.start);
  const below = lines.map((line) => lineBreak + line).join("");
  const restEnd = lineEnd(text, node.end);
  if (restEnd === node.end) return [{ start: node.start, end: node.end, newText: space + top + below }];
  return [
    { start: node.start, end: node.end, newText: space + top },
    { start: restEnd, end: restEnd, newText: below },
  ];
}

/** Where an entry's text ends: behind its value, or behind the colon where there is none. */
function entryEnd(entry: Entry): number {
  return Math.max(entry.key.end, entry.value.end);
}

/** Behind the colon of an entry; undefined for `? key` without one, or with one on another line. */
function colonEnd(text: string, { key, value }: Entry): number | undefined {
  const [gap] = /^[ \t]*:/.exec(text.slice(key.end, Math.max(value.start, key.end) + 1)) ?? [];
  return gap === undefined ? undefined : key.end + gap.length;
}

/** Removes an entry and its line; the map has others. */
export function removeBlockEntry(text: string, map: MapNode, entry: Entry): TextEdit[] | undefined {
  const index = map.entries.indexOf(entry);
  return removeBlockElement(text, {
    start: entry.key.start,
    end: entryEnd(entry),
    value: entry.value,
    between: text.slice(entry.key.end, entry.value.start),
    before: map.entries[index - 1]?.value,
    next: map.entries[index + 1]?.key.start,
  });
}

/** Removes an item and its line; the sequence has others. */
export function removeBlockItem(text: string, sequence: SequenceNode, index: number): TextEdit[] | undefined {
  const value = sequence.items[index];
  const before = sequence.items[index - 1];
  const start = value && dashOf(text, sequence, index);
  if (!value || start === undefined) return undefined;
  return removeBlockElement(text, {
    start,
    end: value.end,
    value,
    between: text.slice(start, value.start),
    before,
    next: dashOf(text, sequence, index + 1),
  });
}

/** The dash of an item: the one on the sequence's column behind the item before. */
function dashOf(text: string, sequence: SequenceNode, index: number): number | undefined {
  const start = blockStart(sequence, text);
  if (index === 0) return text[start] === "-" ? start : undefined;
  const before = sequence.items[index - 1];
  const item = sequence.items[index];
  const column = columnOf(text, start);
  if (!before || !item || column === undefined) return undefined;
  for (let line = nextLine(text, before.end); line <= item.start && line < text.length; line = nextLine(text, line)) {
    const at = line + column;
    if (text[at] === "-" && /^ *$/.test(text.slice(line, at))) return at;
  }
  return undefined;
}

interface BlockElement {
  start: number;
  end: number;
  value: Node;
  /** The text between the key or dash and the value. */
  between: string;
  /** The value of the element before. */
  before: Node | undefined;
  /** Where the next element starts. */
  next: number | undefined;
}

function removeBlockElement(text: string, element: BlockElement): TextEdit[] | undefined {
  const { start, end, value, before, next } = element;
  const rest = text.slice(end, lineEnd(text, end));
  const column = columnOf(text, start);
  if (column === undefined || !isBlankOrComment(rest)) return undefined;
  if (isComment(element.between, "yaml") || hasComment(text, "yaml", value)) return undefined;
  // A comment behind the element stays, on a line of its own.
  const comment = rest.indexOf("#");
  if (comment >= 0) return [{ start, end: end + comment, newText: "" }];
  if (!startsLine(text, start)) {
    // `- Key: …`: the next entry moves up to the dash.
    const onlySpace = next !== undefined && /^\s*$/.test(text.slice(end, next));
    return [{ start, end: onlySpace ? next : end, newText: "" }];
  }
  const below = nextLine(text, end);
  const scalar = before && blockScalarAtEnd(before);
  if (scalar) {
    // Blank lines and deeper comments below would become the block scalar's.
    const behind = behindBlankLines(text, below);
    const blank = text.slice(below, behind);
    if (blank !== "" && (keepsLineBreaks(text, scalar) || /[ \t]/.test(blank))) return undefined;
    if (text[behind + indentationOf(text, behind).length] === "#" && indentationOf(text, behind).length > column)
      return undefined;
  }
  const from = lineStart(text, start);
  const isLastLine = lineEnd(text, end) === text.length;
  if (isLastLine && from > 0 && !scalar) return [{ start: endOfLineAbove(text, start), end: text.length, newText: "" }];
  return [{ start: from, end: below, newText: "" }];
}

function blockScalarAtEnd(node: Node): ScalarNode | undefined {
  const leaf = lastLeaf(node);
  return isBlockScalar(leaf) ? leaf : undefined;
}

/** Lines at the end of a line, or before one where the offset is at its start. */
function insertLines(text: string, offset: number, lines: readonly string[]): TextEdit {
  const lineBreak = lineBreakNear(text, offset);
  const atLineStart = offset > 0 && text[offset - 1] === "\n";
  const newText = atLineStart
    ? lines.map((line) => line + lineBreak).join("")
    : lines.map((line) => lineBreak + line).join("");
  return { start: offset, end: offset, newText };
}
