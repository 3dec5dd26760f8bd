import {
  type AliasNode,
  type Node,
  ownEntry,
  type ScalarNode,
  type SequenceNode,
  withoutAlias,
} from "../syntax/node.ts";

/** A call of an intrinsic function: `name` is the long form (`Fn::Sub`, `Ref`, `Condition`), `argument` the node it is applied to. */
export interface Intrinsic {
  name: string;
  argument: Exclude<Node, AliasNode>;
}

/** The intrinsic that a node is, in its short (`!Sub`) or long (`Fn::Sub:`) form, or undefined for a plain value. */
export function intrinsicOf(node: Exclude<Node, AliasNode>): Intrinsic | undefined {
  if (node.tag) {
    const short = node.tag.slice(1);
    const { tag: _tag, ...argument } = node;
    return {
      name: short === "Ref" || short === "Condition" ? short : `Fn::${short}`,
      argument: argument as Exclude<Node, AliasNode>,
    };
  }
  if (node.kind !== "map" || node.entries.length !== 1) return undefined;
  const [entry] = node.entries;
  const name = entry?.key.text;
  if (!entry || !name || !(name === "Ref" || name.startsWith("Fn::"))) return undefined;
  const argument = withoutAlias(entry.value);
  return argument && { name, argument };
}

/** The scalar that a node is, if it is written out: neither a call nor anything else. */
export function plainScalar(node: Node | undefined): ScalarNode | undefined {
  const plain = withoutAlias(node);
  return plain?.kind === "scalar" && !plain.tag ? plain : undefined;
}

/** `{ Condition: X }` names a condition, but only where a condition is expected: elsewhere `Condition` is an ordinary key. */
export function conditionReference(node: Exclude<Node, AliasNode>): string | undefined {
  if (node.tag === "!Condition") return node.kind === "scalar" ? node.text : undefined;
  if (node.kind !== "map" || node.entries.length !== 1) return undefined;
  return plainScalar(ownEntry(node, "Condition")?.value)?.text;
}

/** `A.B.C` or `[A, B.C]` → logical id and attribute; undefined where one of them is computed or the form is wrong. */
export function getAttTarget(argument: Node): { logicalId: string; attribute: string } | undefined {
  const whole = plainScalar(argument);
  if (whole) {
    const dot = whole.text.indexOf(".");
    return dot > 0 ? { logicalId: whole.text.slice(0, dot), attribute: whole.text.slice(dot + 1) } : undefined;
  }
  const [first, ...rest] = argumentsOf(argument).map((item) => plainScalar(item)?.text);
  if (first === undefined || rest.length === 0) return undefined;
  return rest.every((name) => name !== undefined) ? { logicalId: first, attribute: rest.join(".") } : undefined;
}

/** One stretch of an `Fn::Sub` text: literal, or the name between `${` and `}`. Offsets count in the decoded text. */
export type SubPiece = { literal: string } | { variable: string };

/** Splits an `Fn::Sub` text; `${!x}` is the literal `${x}`. An unclosed `${` is literal. */
export function splitSub(text: string): SubPiece[] {
  const pieces: SubPiece[] = [];
  let literal = "";
  for (let offset = 0; offset < text.length; ) {
    const open = text.indexOf("${", offset);
    const close = open < 0 ? -1 : text.indexOf("}", open);
    if (open < 0 || close < 0) {
      literal += text.slice(offset);
      break;
    }
    literal += text.slice(offset, open);
    const name = text.slice(open + 2, close);
    if (name.startsWith("!")) literal += `\${${name.slice(1)}}`;
    else {
      if (literal) pieces.push({ literal });
      literal = "";
      pieces.push({ variable: name.trim() });
    }
    offset = close + 1;
  }
  if (literal) pieces.push({ literal });
  return pieces;
}

/** The items of a sequence argument, or an empty list for any other node. */
export function argumentsOf(node: Node): SequenceNode["items"] {
  return node.kind === "sequence" ? node.items : [];
}

/** Is the node `Ref: AWS::NoValue`? */
export function isNoValue(node: Node): boolean {
  const plain = withoutAlias(node);
  const call = plain && intrinsicOf(plain);
  return call?.name === "Ref" && call.argument.kind === "scalar" && call.argument.text === "AWS::NoValue";
}
