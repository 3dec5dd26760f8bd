import { habit } from "./habit.ts";
import { getAttParts, intrinsicOf, isLongIntrinsic, isObject, type Json } from "./json-value.ts";
import { indentationOf, lineBreakNear, startsLine } from "./lines.ts";
import type { MapNode, Node, SequenceNode, Span } from "./node.ts";
import type { SyntaxTree } from "./parse.ts";
import { collectionsAround, type Place } from "./place.ts";
import { styleAt } from "./yaml-layout.ts";
import { type BlockStyle, renderFlow } from "./yaml-render.ts";

/** How text inside brackets is written around a place, in JSON or in YAML's flow style. */
export interface FlowStyle {
  /** Quoted keys and strings, functions in long form: JSON, and YAML flow maps that are written like it. */
  json: boolean;
  /** `: `, `:` or ` : `. */
  colon: string;
  /** `, ` or `,`. */
  comma: string;
  /** Inside the braces of a map on one line. */
  pad: string;
  /** One level of indentation. */
  unit: string;
  lineBreak: string;
  /** `{ "Ref": "X" }` on one line even where other maps take several. */
  shortFunctions: boolean;
  /** For YAML that is not written like JSON. */
  yaml: BlockStyle;
}

export function flowStyleAt(text: string, tree: SyntaxTree, place: Place): FlowStyle {
  const around = [...collectionsAround(place)].filter((node) => node.flow);
  const colon = first(around, (node) => colonIn(text, node)) ?? ": ";
  const spacious = colon.endsWith(" ");
  return {
    json: tree.language === "json" || (first(around, looksLikeJson) ?? false),
    colon,
    comma: first(around, (node) => commaIn(text, node)) ?? (spacious ? ", " : ","),
    pad: first(around, (node) => padIn(text, node)) ?? usualPad(text, tree) ?? (spacious ? " " : ""),
    unit: first(around, (node) => unitIn(text, node)) ?? usualUnit(text, tree) ?? "  ",
    lineBreak: lineBreakNear(text, place.node.start),
    shortFunctions: usualFunctions(text, tree) ?? true,
    yaml: styleAt(text, tree, place),
  };
}

const usualPad = habit((text, node) => (isFlow(node) ? padIn(text, node) : undefined));
const usualUnit = habit((text, node) => (isFlow(node) ? unitIn(text, node) : undefined));
const usualFunctions = habit((text, node) => (isFlow(node) ? isShortFunction(text, node) : undefined));

function isFlow(node: Node): node is MapNode | SequenceNode {
  return (node.kind === "map" || node.kind === "sequence") && node.flow;
}

function first<T>(
  nodes: Iterable<MapNode | SequenceNode>,
  look: (node: MapNode | SequenceNode) => T | undefined,
): T | undefined {
  for (const node of nodes) {
    const found = look(node);
    if (found !== undefined) return found;
  }
  return undefined;
}

function looksLikeJson(node: Node): boolean | undefined {
  if (node.kind !== "map" || node.entries.length === 0) return undefined;
  return node.entries.every(({ key, value }) => key.style === "double" && value.tag === undefined);
}

function colonIn(text: string, node: Node): string | undefined {
  if (node.kind !== "map") return undefined;
  for (const { key, value } of node.entries) {
    const gap = text.slice(key.end, value.start);
    if (/^ ?: ?$/.test(gap) && value.start < value.end) return gap;
  }
  return undefined;
}

function commaIn(text: string, node: MapNode | SequenceNode): string | undefined {
  const [one, other] = elementsOf(node);
  const gap = one && other && text.slice(one.end, other.start);
  return gap && /^, ?$/.test(gap) ? gap : undefined;
}

function padIn(text: string, node: MapNode | SequenceNode): string | undefined {
  const [element] = elementsOf(node);
  if (node.kind !== "map" || !element || text[node.start] !== "{") return undefined;
  const gap = text.slice(node.start + 1, element.start);
  return gap === "" || gap === " " ? gap : undefined;
}

function unitIn(text: string, node: MapNode | SequenceNode): string | undefined {
  const [element] = elementsOf(node);
  if (!element || !startsLine(text, element.start)) return undefined;
  const outer = indentationOf(text, node.start);
  const inner = indentationOf(text, element.start);
  return inner.length > outer.length && inner.startsWith(outer) ? inner.slice(outer.length) : undefined;
}

function isShortFunction(text: string, node: Node): boolean | undefined {
  return node.kind === "map" && isLongIntrinsic(node) ? !text.slice(node.start, node.end).includes("\n") : undefined;
}

/** The stretches of a collection's entries (key to value) or items. */
export function elementsOf(node: MapNode | SequenceNode): Span[] {
  return node.kind === "sequence"
    ? node.items
    : node.entries.map(({ key, value }) => ({ start: key.start, end: Math.max(key.end, value.end) }));
}

/**
 * A value as it is written inside brackets. `lines`: collections take several lines (JSON only), the first of which is indented by
 * `indentation`. `quoted`: strings get quotes even where YAML needs none.
 */
export function flowText(value: Json, style: FlowStyle, lines: boolean, indentation: string, quoted: boolean): string {
  if (!style.json) return renderFlow(value, style.yaml, true, quoted);
  return jsonText(value, style, lines, indentation);
}

/** `"key": value`, likewise. */
export function flowEntryText(key: string, value: Json, style: FlowStyle, lines: boolean, indentation: string): string {
  if (style.json) return `${JSON.stringify(key)}${style.colon}${jsonText(value, style, lines, indentation)}`;
  return `${renderFlow(key, style.yaml)}: ${renderFlow(value, style.yaml)}`;
}

function jsonText(value: Json, style: FlowStyle, lines: boolean, indentation: string): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const several = lines && !(style.shortFunctions && isShort(value));
  const inner = several ? indentation + style.unit : indentation;
  const parts = Array.isArray(value)
    ? value.map((item) => jsonText(item, style, several, inner))
    : Object.entries(value).map(([key, argument]) =>
        flowEntryText(key, key === "Fn::GetAtt" ? getAttParts(argument) : argument, style, several, inner),
      );
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  if (parts.length === 0) return `${open}${close}`;
  if (several) {
    const { lineBreak } = style;
    return `${open}${lineBreak}${parts.map((part) => inner + part).join(`,${lineBreak}`)}${lineBreak}${indentation}${close}`;
  }
  const pad = Array.isArray(value) ? "" : style.pad;
  return `${open}${pad}${parts.join(style.comma)}${pad}${close}`;
}

/** A function of a scalar or of scalars. */
function isShort(value: Json): boolean {
  const argument = intrinsicOf(value)?.argument;
  if (argument === undefined) return false;
  return Array.isArray(argument) ? argument.every((item) => typeof item !== "object") : !isObject(argument);
}
