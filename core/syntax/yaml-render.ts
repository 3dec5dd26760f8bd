import { intrinsicOf, isObject, type Json, shortForm } from "./json-value.ts";
import { type Quote, yamlString } from "./yaml-scalar.ts";

/** How a YAML file is written, as far as new lines have to follow it. */
export interface BlockStyle {
  /** How many columns a map inside a map is indented. */
  step: number;
  /** How many columns a list's dashes are indented under their key; 0 in many files. */
  dashes: number;
  /** For strings that need quotes. */
  quote: Quote;
  /** Inside the braces of a flow map: `{ a: 1 }` or `{a: 1}`. */
  pad: string;
}

/** A value that fits behind its key or dash, or one that takes lines of its own below, with a tag or anchor as its `head`. */
export type Rendered = { inline: string } | { head: string; list: boolean; lines: (column: number) => string[] };

/** Longer flow lists behind a tag are written as block lists. */
const FLOW_WIDTH = 80;

/** `quoted`: strings get quotes even where they need none, as what they replace has them. */
export function renderBlock(value: Json, style: BlockStyle, quoted = false): Rendered {
  const intrinsic = intrinsicOf(value);
  if (intrinsic) {
    const tag = shortForm(intrinsic.key);
    const argument = intrinsic.key === "Fn::GetAtt" ? getAttArgument(intrinsic.argument) : intrinsic.argument;
    // A node has one tag at most: `Fn::Base64: !Sub …`.
    if (tag && !intrinsicOf(argument)) return renderTagged(tag, argument, style);
  }
  if (Array.isArray(value) && value.length > 0) {
    return { head: "", list: true, lines: (column) => value.flatMap((item) => itemLines(item, column, style, quoted)) };
  }
  if (isObject(value) && Object.keys(value).length > 0) {
    return { head: "", list: false, lines: (column) => mapLines(Object.entries(value), column, style) };
  }
  return { inline: renderFlow(value, style, false, quoted) };
}

function renderTagged(tag: string, argument: Json, style: BlockStyle): Rendered {
  const isCollection = typeof argument === "object" && argument !== null;
  const flow = `${tag} ${renderFlow(argument, style, isCollection)}`;
  if (!isCollection || (isPlain(argument) && flow.length <= FLOW_WIDTH)) return { inline: flow };
  const block = renderBlock(argument, style);
  return "inline" in block ? { inline: `${tag} ${block.inline}` } : { ...block, head: tag };
}

/** Lists of scalars, and of functions of such, read well on one line. */
function isPlain(value: Json): boolean {
  if (Array.isArray(value)) return value.every(isPlain);
  const intrinsic = intrinsicOf(value);
  return intrinsic ? isPlain(intrinsic.argument) : !isObject(value);
}

/** `A.Arn` for `["A", "Arn"]`. */
function getAttArgument(argument: Json): Json {
  return Array.isArray(argument) && argument.length === 2 && argument.every((part) => typeof part === "string")
    ? argument.join(".")
    : argument;
}

/** The lines of a map's entries, the first indented like the rest, without line breaks. */
export function mapLines(entries: readonly [string, Json][], column: number, style: BlockStyle): string[] {
  const indentation = " ".repeat(column);
  return entries.flatMap(([key, value]) => {
    const name = `${indentation}${yamlString(key, false, style.quote)}:`;
    const rendered = renderBlock(value, style);
    return "inline" in rendered
      ? [`${name} ${rendered.inline}`]
      : [rendered.head ? `${name} ${rendered.head}` : name, ...rendered.lines(column + childOffset(rendered, style))];
  });
}

/** How far below its key's column a block begins. A list behind a tag is always indented: not every reader takes it otherwise. */
export function childOffset(rendered: { list: boolean; head: string }, style: BlockStyle): number {
  return rendered.list && rendered.head === "" ? style.dashes : style.step;
}

/** The lines of one list item, dash included; `gap` is the distance from the dash to what it holds. */
export function itemLines(item: Json, column: number, style: BlockStyle, quoted = false, gap = 2): string[] {
  const dash = `${" ".repeat(column)}-${" ".repeat(gap - 1)}`;
  const rendered = renderBlock(item, style, quoted);
  if ("inline" in rendered) return [dash + rendered.inline];
  const lines = rendered.lines(column + gap);
  if (rendered.head) return [dash + rendered.head, ...lines];
  const [first = "", ...rest] = lines;
  return [dash + first.slice(column + gap), ...rest];
}

/** A value on one line, as it is written inside brackets (`flow`) or behind a key. */
export function renderFlow(value: Json, style: BlockStyle, flow = true, quoted = false): string {
  if (typeof value === "string") return yamlString(value, flow, style.quote, quoted);
  if (typeof value !== "object" || value === null) return String(value);
  const intrinsic = intrinsicOf(value);
  const tag = intrinsic && shortForm(intrinsic.key);
  if (tag) {
    const argument = intrinsic.key === "Fn::GetAtt" ? getAttArgument(intrinsic.argument) : intrinsic.argument;
    if (!intrinsicOf(argument)) return `${tag} ${renderFlow(argument, style, flow)}`;
  }
  if (Array.isArray(value)) return `[${value.map((item) => renderFlow(item, style, true, quoted)).join(", ")}]`;
  const entries = Object.entries(value).map(
    ([key, inner]) => `${yamlString(key, true, style.quote)}: ${renderFlow(inner, style)}`,
  );
  return entries.length === 0 ? "{}" : `{${style.pad}${entries.join(", ")}${style.pad}}`;
}
