import { type ParseErrorCode, printParseErrorCode, visit } from "jsonc-parser";
import type { MapNode, Node, ScalarNode, SequenceNode } from "./node.ts";
import type { SyntaxTree } from "./parse.ts";
import { duplicateKey, MAX_DEPTH, type SyntaxProblem } from "./problem.ts";

/** Reads JSON, tolerating errors: what could be understood is in the tree, what could not is in `problems`. */
export function parseJson(text: string, comments: boolean): SyntaxTree {
  const problems: SyntaxProblem[] = [];
  const open: (MapNode | SequenceNode)[] = [];
  let pendingKey: ScalarNode | undefined;
  let root: Node | undefined;

  const add = (node: Node) => {
    const parent = open.at(-1);
    if (!parent) root ??= node;
    else if (parent.kind === "sequence") parent.items.push(node);
    else if (pendingKey) {
      parent.entries.push({ key: pendingKey, value: node });
      pendingKey = undefined;
    }
  };
  const begin = (node: MapNode | SequenceNode) => {
    add(node);
    if (open.push(node) > MAX_DEPTH) throw new RangeError("nested too deeply");
  };
  const finish = (offset: number, length: number) => {
    keepHalfTypedKey();
    const node = open.pop();
    if (node) node.end = offset + length;
  };
  /** `{"SSESpec` or `{"A" }`: the key is there, its value is not. */
  const keepHalfTypedKey = () => {
    const parent = open.at(-1);
    if (!pendingKey || parent?.kind !== "map") return;
    const { end } = pendingKey;
    parent.entries.push({
      key: pendingKey,
      value: { kind: "scalar", value: null, text: "", style: "plain", start: end, end },
    });
    pendingKey = undefined;
  };

  visit(
    text,
    {
      onObjectBegin: (offset) => begin({ kind: "map", entries: [], flow: true, start: offset, end: text.length }),
      onObjectEnd: finish,
      onArrayBegin: (offset) => begin({ kind: "sequence", items: [], flow: true, start: offset, end: text.length }),
      onArrayEnd: finish,
      onObjectProperty: (name, offset, length) => {
        keepHalfTypedKey();
        const map = open.at(-1);
        pendingKey = { kind: "scalar", value: name, text: name, style: "double", start: offset, end: offset + length };
        if (map?.kind === "map") reportDuplicate(map, pendingKey, problems);
      },
      onLiteralValue: (value, offset, length) => {
        const source = text.slice(offset, offset + length);
        const isString = typeof value === "string";
        add({
          kind: "scalar",
          value,
          text: isString ? value : source,
          style: isString ? "double" : "plain",
          start: offset,
          end: offset + length,
        });
      },
      onError: (code, offset, length) =>
        problems.push({ message: describe(code), severity: "error", start: offset, end: offset + length }),
    },
    { disallowComments: !comments, allowTrailingComma: comments },
  );
  keepHalfTypedKey();
  return { language: "json", root, problems };
}

const seenKeys = new WeakMap<MapNode, Map<string, ScalarNode>>();

function reportDuplicate(map: MapNode, key: ScalarNode, problems: SyntaxProblem[]): void {
  let seen = seenKeys.get(map);
  if (!seen) {
    seen = new Map();
    seenKeys.set(map, seen);
  }
  const first = seen.get(key.text);
  if (!first) seen.set(key.text, key);
  else problems.push(duplicateKey(key, first));
}

const MESSAGES: Record<string, string> = {
  InvalidSymbol: "this is no JSON value",
  InvalidNumberFormat: "this is no valid number",
  PropertyNameExpected: "a quoted property name is expected here (JSON allows no trailing comma)",
  ValueExpected: "a value is expected here (JSON allows no trailing comma)",
  ColonExpected: "a colon is expected here",
  CommaExpected: "a comma is expected here",
  CloseBraceExpected: "a closing brace is expected here",
  CloseBracketExpected: "a closing bracket is expected here",
  EndOfFileExpected: "nothing more is expected after the end of the document",
  InvalidCommentToken: "JSON allows no comments",
  UnexpectedEndOfComment: "this comment does not end",
  UnexpectedEndOfString: "this string does not end",
  UnexpectedEndOfNumber: "this number does not end",
  InvalidUnicode: "this is no valid Unicode escape",
  InvalidEscapeCharacter: "this is no valid escape",
  InvalidCharacter: "a control character must be escaped in a string",
};

function describe(code: ParseErrorCode): string {
  const name = printParseErrorCode(code);
  return MESSAGES[name] ?? name;
}
