import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseAllDocuments,
  type Scalar,
  type Tags,
  type Node as YamlNode,
} from "yaml";
import type { AliasNode, Entry, MapNode, Node, ScalarNode, SequenceNode } from "./node.ts";
import type { SyntaxTree } from "./parse.ts";
import { duplicateKey, MAX_DEPTH, type SyntaxProblem } from "./problem.ts";

/** The short forms CloudFormation knows, each as scalar, sequence and mapping. Source: CloudFormation intrinsic function reference. */
const TAG_NAMES = [
  "And",
  "Base64",
  "Cidr",
  "Condition",
  "Contains",
  "EachMemberEquals",
  "EachMemberIn",
  "Equals",
  "FindInMap",
  "GetAtt",
  "GetAZs",
  "GetStackOutput",
  "If",
  "ImportValue",
  "Join",
  "Length",
  "Not",
  "Or",
  "Ref",
  "RefAll",
  "Select",
  "Split",
  "Sub",
  "ToJsonString",
  "Transform",
  "ValueOf",
  "ValueOfAll",
];

/** The names behind `!`; every one but `Ref` and `Condition` is `Fn::` and the name in long form. */
export const SHORT_FORMS: ReadonlySet<string> = new Set(TAG_NAMES);

const CUSTOM_TAGS: Tags = TAG_NAMES.flatMap((name) => [
  { tag: `!${name}`, resolve: (text: string) => text },
  { tag: `!${name}`, collection: "map" as const },
  { tag: `!${name}`, collection: "seq" as const },
]);

/** Reads the first YAML document (1.2 core schema, merge keys), tolerating errors. */
export function parseYaml(text: string): SyntaxTree {
  const documents = parseAllDocuments(text, {
    merge: true,
    customTags: CUSTOM_TAGS,
    // Both cost time for what is not used: messages are our own, and duplicates are found with a Set while converting.
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: "silent",
  });
  const [first, second] = Array.isArray(documents) ? documents : [];
  if (!first) return { language: "yaml", root: undefined, problems: [] };
  const problems = first.errors.map((error): SyntaxProblem => {
    const [start, end] = error.pos;
    return {
      message: describe(error.code, error.message),
      severity: "error",
      start: Math.min(start, text.length),
      end: Math.min(Math.max(end, start), text.length),
    };
  });
  if (second?.contents?.range) {
    const [start] = second.contents.range;
    problems.push({ message: "only the first document of this file is read", severity: "warning", start, end: start });
  }
  const root = convertDocument(first, text, problems);
  return { language: "yaml", root, problems };
}

function convertDocument(document: Document, text: string, problems: SyntaxProblem[]): Node | undefined {
  const anchors = new Map<string, Node>();

  /** `from` lies behind everything before the node: tag and anchor are looked for between it and the node's body. */
  const convert = (node: YamlNode | null, from: number, depth: number): Node => {
    if (depth > MAX_DEPTH) throw new RangeError("nested too deeply");
    if (!node?.range) return { kind: "scalar", value: null, text: "", style: "plain", start: from, end: from };
    if (isAlias(node)) return convertAlias(node);
    const anchor = "anchor" in node ? node.anchor : undefined;
    const properties = node.tag || anchor ? readProperties(text, from, node.range[0]) : undefined;
    const converted = isScalar(node)
      ? convertScalar(node, properties !== undefined)
      : isMap(node)
        ? convertMap(node, properties?.end ?? from, depth)
        : convertSequence(node, depth);
    if (properties) {
      converted.start = properties.start;
      converted.end = Math.max(converted.end, properties.end);
    }
    const tag = properties?.tag ?? node.tag;
    if (tag && !node.tag?.startsWith("tag:yaml.org,2002:")) converted.tag = tag;
    if (anchor) {
      converted.anchor = anchor;
      anchors.set(anchor, converted);
    }
    return converted;
  };

  const convertAlias = (node: Alias): AliasNode => {
    const [start, end] = node.range ?? [0, 0];
    const target = anchors.get(node.source);
    if (!target) {
      const message = `there is no anchor "${node.source}" before this alias`;
      problems.push({ message, severity: "error", start, end });
    }
    return { kind: "alias", name: node.source, start, end, ...(target && { target }) };
  };

  const convertScalar = (node: Scalar, hasProperties: boolean): ScalarNode => {
    const [start, rawEnd] = node.range ?? [0, 0];
    const style = STYLES[node.type ?? "PLAIN"] ?? "plain";
    const value = toScalarValue(node.value);
    const source = typeof node.source === "string" ? node.source : String(node.value ?? "");
    const decoded = typeof value === "string" ? value : source;
    if (start === rawEnd && style === "plain") {
      // Nothing is written. `yaml` puts it behind the white space that follows the colon or dash.
      const at = hasProperties ? start : trimEnd(text, 0, start);
      return { kind: "scalar", value, text: decoded, style, start: at, end: hasProperties ? 0 : at };
    }
    return {
      kind: "scalar",
      value,
      text: decoded,
      style,
      start,
      end: endOfScalar(text, style, decoded, start, rawEnd),
    };
  };

  const convertMap = (
    node: YamlNode & { items: unknown[]; flow?: boolean },
    behind: number,
    depth: number,
  ): MapNode => {
    const [start, rawEnd] = node.range ?? [0, 0];
    const map: MapNode = { kind: "map", entries: [], flow: node.flow === true, start, end: rawEnd };
    // The anchor must be known before the children are read: a map may hold an alias to itself.
    if ("anchor" in node && typeof node.anchor === "string") anchors.set(node.anchor, map);
    const seen = new Map<string, ScalarNode>();
    // `yaml` starts a block map at its first key's body, even if that key has an anchor.
    let from = map.flow && text[start] === "{" ? start + 1 : behind;
    for (const item of node.items as { key: YamlNode | null; value: YamlNode | null }[]) {
      const key = convertKey(item.key, from, depth);
      if (!key) {
        from = Math.max(from, item.value?.range?.[1] ?? from);
        continue;
      }
      const entry: Entry = { key, value: convert(item.value, key.end, depth + 1) };
      from = Math.max(key.end, entry.value.end);
      const first = seen.get(key.text);
      if (!first) seen.set(key.text, key);
      else if (key.text !== "<<") problems.push(duplicateKey(key, first));
      map.entries.push(entry);
    }
    map.start = Math.min(start, map.entries[0]?.key.start ?? start);
    const last = map.entries.at(-1);
    if (!map.flow) map.end = last ? Math.max(last.value.end, last.key.end) : start;
    return map;
  };

  /** Keys that are no scalars (`? [a, b] : c`) mean nothing to CloudFormation and are passed over. */
  const convertKey = (key: YamlNode | null, from: number, depth: number): ScalarNode | undefined => {
    if (!key || !(isScalar(key) || isAlias(key))) return undefined;
    const converted = convert(key, from, depth + 1);
    if (converted.kind === "alias") {
      const { start, end, target } = converted;
      return target?.kind === "scalar"
        ? { kind: "scalar", value: target.value, text: target.text, style: "plain", start, end }
        : undefined;
    }
    if (converted.kind !== "scalar") return undefined;
    // The merge key's value is a symbol in `yaml`.
    if (isScalar(key) && typeof key.value === "symbol") return { ...converted, value: "<<", text: "<<" };
    return converted;
  };

  const convertSequence = (node: YamlNode, depth: number): SequenceNode => {
    const [start, rawEnd] = node.range ?? [0, 0];
    const flow = isSeq(node) && node.flow === true;
    const sequence: SequenceNode = { kind: "sequence", items: [], flow, start, end: rawEnd };
    if (isSeq(node)) {
      if (node.anchor) anchors.set(node.anchor, sequence);
      let from = flow ? start + 1 : start;
      for (const item of node.items) {
        const converted = convert(pairToMap(item as YamlNode), from, depth + 1);
        from = converted.end;
        sequence.items.push(converted);
      }
    }
    if (!flow) sequence.end = sequence.items.at(-1)?.end ?? start;
    return sequence;
  };

  return document.contents ? convert(document.contents as YamlNode, 0, 0) : undefined;
}

/** What may stand between the end of one node and the tag or anchor of the next. */
const FILLER = /(?:[\s,:?-]|#[^\n]*|%[^\n]*)+/y;
const PROPERTY = /!<[^\s>]*>|[!&][^\s,[\]{}]*/y;

/** The tag and the anchor before a body, in either order, with comments between them or none; `end` is exclusive. */
function readProperties(
  text: string,
  from: number,
  body: number,
): { start: number; end: number; tag?: string } | undefined {
  let found: { start: number; end: number; tag?: string } | undefined;
  let offset = from;
  for (;;) {
    FILLER.lastIndex = offset;
    if (FILLER.test(text)) offset = FILLER.lastIndex;
    PROPERTY.lastIndex = offset;
    const [property] = PROPERTY.exec(text) ?? [];
    if (property === undefined || offset > body) return found;
    const end = offset + property.length;
    const isTag = property.startsWith("!");
    found = { ...found, start: found?.start ?? offset, end, ...(isTag && { tag: property }) };
    offset = end;
  }
}

/** A block scalar's range takes its line break in, and comments behind an empty one; no range of ours does. */
function endOfScalar(text: string, style: ScalarNode["style"], decoded: string, start: number, rawEnd: number): number {
  if (style !== "literal" && style !== "folded") return rawEnd;
  const [header = ""] = /^[|>][-+0-9]*/.exec(text.slice(start, start + 4)) ?? [];
  return /^[ \t\n]*$/.test(decoded) ? start + header.length : trimEnd(text, start, rawEnd);
}

/** `[a: 1]`: a pair inside a flow sequence is a map of one entry; `yaml` already makes it one. Anything odd becomes null. */
function pairToMap(item: YamlNode | null): YamlNode | null {
  return item && (isScalar(item) || isMap(item) || isSeq(item) || isAlias(item)) ? item : null;
}

const STYLES: Record<string, ScalarNode["style"]> = {
  PLAIN: "plain",
  QUOTE_SINGLE: "single",
  QUOTE_DOUBLE: "double",
  BLOCK_LITERAL: "literal",
  BLOCK_FOLDED: "folded",
};

function toScalarValue(value: unknown): ScalarNode["value"] {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return String(value);
}

function trimEnd(text: string, start: number, end: number): number {
  let trimmed = end;
  while (trimmed > start && /[ \t\r\n]/.test(text.charAt(trimmed - 1))) trimmed--;
  return trimmed;
}

const MESSAGES: Record<string, string> = {
  TAB_AS_INDENT: "YAML does not allow tabs as indentation",
  BAD_INDENT: "the indentation does not fit the lines above",
  MISSING_CHAR: "something is missing here: a colon, a comma or a closing bracket",
  MULTILINE_IMPLICIT_KEY: "a key must stand on one line (is a colon missing?)",
  BLOCK_IN_FLOW: "block style is not allowed inside brackets",
  BAD_ALIAS: "an alias needs the name of an anchor",
  RESOURCE_EXHAUSTION: "the text is nested too deeply",
  UNEXPECTED_TOKEN: "this is not expected here",
  BAD_SCALAR_START: "a plain value cannot start with this character",
};

function describe(code: string, message: string): string {
  return MESSAGES[code] ?? message.charAt(0).toLowerCase() + message.slice(1);
}
