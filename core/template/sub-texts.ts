import type { Node, ScalarNode } from "../syntax/node.ts";
import { argumentsOf, intrinsicOf, plainScalar, splitSub } from "./intrinsics.ts";

/** The text of an `Fn::Sub` that is written below a node. */
export interface SubText {
  /** The whole call, or the text where that is a node of its own. */
  node: Node;
  /** Keys and indexes from the node that was looked through to the function's argument, the same in short and long form. */
  path: readonly (string | number)[];
  /** The names between `${` and `}` that the call does not define itself; escaped ones (`${!x}`) are none. */
  names: readonly string[];
}

/** Every `Fn::Sub` below a node, in the order of the text. Aliases are not followed. */
export function* subTextsIn(node: Node, path: readonly (string | number)[] = []): Generator<SubText> {
  if (node.kind === "alias") return;
  const call = intrinsicOf(node);
  if (call?.name === "Fn::Sub") {
    const [first, variables] = call.argument.kind === "sequence" ? argumentsOf(call.argument) : [call.argument];
    const text = plainScalar(first);
    if (text) yield { node: nodeOf(node, text), path: [...path, "Fn::Sub"], names: namesIn(text, variables) };
  }
  if (node.kind === "map") for (const { key, value } of node.entries) yield* subTextsIn(value, [...path, key.text]);
  if (node.kind === "sequence")
    for (const [index, item] of node.items.entries()) yield* subTextsIn(item, [...path, index]);
}

/** `!Sub text` is one node, tag and text; in the other forms the text is a node below the call. */
function nodeOf(call: Node, text: ScalarNode): Node {
  return call.kind === "scalar" ? call : text;
}

function namesIn(text: ScalarNode, variables: Node | undefined): string[] {
  const own = variables?.kind === "map" ? variables.entries.map(({ key }) => key.text) : [];
  const names = splitSub(text.text).flatMap((piece) => ("variable" in piece ? [piece.variable] : []));
  return [...new Set(names)].filter((name) => !own.includes(name));
}
