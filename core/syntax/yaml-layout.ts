import { habit } from "./habit.ts";
import { columnOf, lineEnd, nextLine, startsLine } from "./lines.ts";
import type { MapNode, Node, SequenceNode } from "./node.ts";
import type { SyntaxTree } from "./parse.ts";
import { collectionsAround, isBlockScalar, lastLeaf, type Place } from "./place.ts";
import type { BlockStyle } from "./yaml-render.ts";
import type { Quote } from "./yaml-scalar.ts";

/** How the file is written around a place: what stands nearest decides, then what the file does elsewhere, then what is usual. */
export function styleAt(text: string, tree: SyntaxTree, place: Place): BlockStyle {
  const around = [...collectionsAround(place)];
  const step = first(around, (node) => childStep(text, node)) ?? 2;
  const dashes = first(around, (node) => dashOffset(text, node)) ?? usualDashes(text, tree);
  return {
    step,
    dashes: dashes ?? step,
    quote: first(around, quoteIn) ?? "double",
    pad: first(around, (node) => padIn(text, node)) ?? usualPad(text, tree) ?? " ",
  };
}

const usualDashes = habit(dashOffset);
const usualPad = habit(padIn);

function first<T>(nodes: Iterable<Node>, look: (node: Node) => T | undefined): T | undefined {
  for (const node of nodes) {
    const found = look(node);
    if (found !== undefined) return found;
  }
  return undefined;
}

function childStep(text: string, node: Node): number | undefined {
  return offsetOf(text, node, (value) => (value.kind === "map" ? value.entries[0]?.key.start : undefined), 1);
}

function dashOffset(text: string, node: Node): number | undefined {
  return offsetOf(text, node, (value) => (value.kind === "sequence" && !value.tag ? value.start : undefined), 0);
}

/** How far below a key's column the first block value of a wanted kind begins. */
function offsetOf(text: string, node: Node, start: (value: Node) => number | undefined, least: number) {
  if (node.kind !== "map" || node.flow) return undefined;
  let own: number | undefined;
  for (const { key, value } of node.entries) {
    const at = isBlockCollection(value) ? start(value) : undefined;
    if (at === undefined || !startsLine(text, at)) continue;
    own ??= columnOf(text, key.start);
    const column = columnOf(text, at);
    if (column !== undefined && own !== undefined && column - own >= least) return column - own;
  }
  return undefined;
}

function isBlockCollection(node: Node): node is MapNode | SequenceNode {
  return (node.kind === "map" || node.kind === "sequence") && !node.flow;
}

function quoteIn(node: Node): Quote | undefined {
  const values = node.kind === "map" ? node.entries.map((entry) => entry.value) : [];
  for (const value of node.kind === "sequence" ? node.items : values) {
    if (value.kind === "scalar" && (value.style === "single" || value.style === "double")) return value.style;
  }
  return undefined;
}

function padIn(text: string, node: Node): string | undefined {
  if (node.kind !== "map" || !node.flow || node.tag || node.anchor || text[node.start] !== "{") return undefined;
  const [entry] = node.entries;
  const gap = entry && text.slice(node.start + 1, entry.key.start);
  return gap === "" || gap === " " ? gap : undefined;
}

/** Where a block collection's own text begins, behind its tag and anchor. */
export function blockStart(node: MapNode | SequenceNode, text: string): number {
  if (node.kind === "map") return node.entries[0]?.key.start ?? node.start;
  if (!node.tag && !node.anchor) return node.start;
  const [properties = ""] = /^(?:[!&]\S*|\s+|#[^\n]*)+/.exec(text.slice(node.start, node.end)) ?? [];
  return node.start + properties.length;
}

/**
 * Where lines go that are to follow a block value whose collection stands at `column`: behind its last line (a comment on that line and
 * comment lines below that are indented deeper included), before the line break; or, behind a block scalar that owns the blank lines
 * after it, at the start of the line below those. Undefined where something else stands on the value's last line.
 */
export function behindBlock(text: string, end: number, value: Node, column: number): number | undefined {
  let offset = lineEnd(text, end);
  if (!isBlankOrComment(text.slice(end, offset))) return undefined;
  let line = nextLine(text, offset);
  const leaf = lastLeaf(value);
  if (isBlockScalar(leaf)) {
    const after = behindBlankLines(text, line);
    const blank = text.slice(line, after);
    if (blank !== "" && (keepsLineBreaks(text, leaf) || /[ \t]/.test(blank))) {
      if (text[after - 1] !== "\n") return undefined;
      offset = after;
      line = after;
    }
  }
  while (line < text.length) {
    const end = lineEnd(text, line);
    const content = text.slice(line, end);
    const [, indentation] = /^( *)#/.exec(content) ?? [];
    if (indentation !== undefined && indentation.length > column) offset = end;
    else if (!isBlank(content)) break;
    line = nextLine(text, line);
  }
  return offset;
}

/** Whether a block scalar's own header says that the blank lines behind it belong to it. */
export function keepsLineBreaks(text: string, scalar: Node): boolean {
  return /^(?:[!&]\S*\s+)*[|>]\d?\+/.test(text.slice(scalar.start, scalar.end));
}

export function behindBlankLines(text: string, start: number): number {
  let line = start;
  while (line < text.length && isBlank(text.slice(line, lineEnd(text, line)))) line = nextLine(text, line);
  return line;
}

export function isBlankOrComment(restOfLine: string): boolean {
  return /^[ \t]*(?:#|$)/.test(restOfLine);
}

function isBlank(line: string): boolean {
  return /^[ \t]*$/.test(line);
}
