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
  const unknownTags = new Map<number, string>();
  for (const warning of document.warnings) {
    if (warning.code === "TAG_RESOLVE_FAILED")
      unknownTags.set(warning.pos[1], text.slice(warning.pos[0], warning.pos[1]));
  }

  const convert = (node: YamlNode | null, fallback: number, depth: number): Node => {
    if (depth > MAX_DEPTH) throw new RangeError("nested too deeply");
    if (!node?.range) return { kind: "scalar", value: null, text: "", style: "plain", start: fallback, end: fallback };
    if (isAlias(node)) return convertAlias(node);
    const converted = isScalar(node)
      ? convertScalar(node)
      : isMap(node)
        ? convertMap(node, depth)
        : convertSequence(node, depth);
    const bodyStart = converted.start;
    const tag = node.tag?.startsWith("!") ? node.tag : unknownTag(bodyStart);
    if (tag) {
      converted.tag = tag;
      const at = text.lastIndexOf(tag, bodyStart);
      if (at >= 0) converted.start = at;
    }
    const anchor = "anchor" in node ? node.anchor : undefined;
    if (anchor) {
      converted.anchor = anchor;
      anchors.set(anchor, converted);
      const at = text.lastIndexOf(`&${anchor}`, bodyStart);
      if (at >= 0) converted.start = Math.min(converted.start, at);
    }
    return converted;
  };

  /** `yaml` drops a tag it does not know and leaves a warning behind; the value must not pass for a plain one. */
  const unknownTag = (bodyStart: number): string | undefined => {
    if (unknownTags.size === 0) return undefined;
    let offset = bodyStart;
    while (offset > 0 && /\s/.test(text.charAt(offset - 1))) offset--;
    return unknownTags.get(offset);
  };

  const convertAlias = (node: Alias): AliasNode => {
    const [start, end] = node.range ?? [0, 0];
    const target = anchors.get(node.source);
    return { kind: "alias", name: node.source, start, end, ...(target && { target }) };
  };

  const convertScalar = (node: Scalar): ScalarNode => {
    const [start, rawEnd] = node.range ?? [0, 0];
    const style = STYLES[node.type ?? "PLAIN"] ?? "plain";
    const value = toScalarValue(node.value);
    const source = typeof node.source === "string" ? node.source : String(node.value ?? "");
    // A block scalar's range takes its line break in; no range of ours ends with one.
    const end = style === "literal" || style === "folded" ? trimEnd(text, start, rawEnd) : rawEnd;
    return { kind: "scalar", value, text: typeof value === "string" ? value : source, style, start, end };
  };

  const convertMap = (node: YamlNode & { items: unknown[]; flow?: boolean }, depth: number): MapNode => {
    const [start, rawEnd] = node.range ?? [0, 0];
    const map: MapNode = { kind: "map", entries: [], flow: node.flow === true, start, end: rawEnd };
    // The anchor must be known before the children are read: a map may hold an alias to itself.
    if ("anchor" in node && typeof node.anchor === "string") anchors.set(node.anchor, map);
    const seen = new Map<string, ScalarNode>();
    for (const item of node.items as { key: YamlNode | null; value: YamlNode | null }[]) {
      const key = convertKey(item.key, depth);
      if (!key) continue;
      const entry: Entry = { key, value: convert(item.value, key.end, depth + 1) };
      const first = seen.get(key.text);
      if (!first) seen.set(key.text, key);
      else if (key.text !== "<<") problems.push(duplicateKey(key, first));
      map.entries.push(entry);
    }
    const last = map.entries.at(-1);
    if (!map.flow) map.end = last ? Math.max(last.value.end, last.key.end) : start;
    return map;
  };

  /** Keys that are no scalars (`? [a, b] : c`) mean nothing to CloudFormation and are passed over. */
  const convertKey = (key: YamlNode | null, depth: number): ScalarNode | undefined => {
    if (!key || !isScalar(key)) return undefined;
    const converted = convert(key, 0, depth + 1);
    if (converted.kind !== "scalar") return undefined;
    // The merge key's value is a symbol in `yaml`.
    if (typeof key.value === "symbol") return { ...converted, value: "<<", text: "<<" };
    return converted;
  };

  const convertSequence = (node: YamlNode, depth: number): SequenceNode => {
    const [start, rawEnd] = node.range ?? [0, 0];
    const flow = isSeq(node) && node.flow === true;
    const sequence: SequenceNode = { kind: "sequence", items: [], flow, start, end: rawEnd };
    if (isSeq(node)) {
      if (node.anchor) anchors.set(node.anchor, sequence);
      for (const item of node.items) sequence.items.push(convert(pairToMap(item as YamlNode), start, depth + 1));
    }
    if (!flow) sequence.end = sequence.items.at(-1)?.end ?? start;
    return sequence;
  };

  return document.contents ? convert(document.contents as YamlNode, 0, 0) : undefined;
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
  while (trimmed > start && /\s/.test(text.charAt(trimmed - 1))) trimmed--;
  return trimmed;
}

const MESSAGES: Record<string, string> = {
  TAB_AS_INDENT: "YAML does not allow tabs as indentation",
  BAD_INDENT: "the indentation does not fit the lines above",
  MISSING_CHAR: "something is missing here: a colon, a comma or a closing bracket",
  MULTILINE_IMPLICIT_KEY: "a key must stand on one line (is a colon missing?)",
  BLOCK_IN_FLOW: "block style is not allowed inside brackets",
  BAD_ALIAS: "there is no such anchor",
  UNEXPECTED_TOKEN: "this is not expected here",
  BAD_SCALAR_START: "a plain value cannot start with this character",
};

function describe(code: string, message: string): string {
  return MESSAGES[code] ?? message.charAt(0).toLowerCase() + message.slice(1);
}
