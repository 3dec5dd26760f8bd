import type { Entry, MapNode, Node, ScalarNode, SequenceNode, Span } from "../../syntax/node.ts";

/** Why a node that the SAM transform makes cannot be edited. */
export const MADE_BY_SAM = "it is made by the SAM transform";

/** `start` and `end` of what a made node comes from. */
function at({ start, end }: Span) {
  return { start, end, generated: MADE_BY_SAM };
}

export function scalar(text: string, origin: Span): ScalarNode {
  return { kind: "scalar", value: text, text, style: "plain", ...at(origin) };
}

/** A map of the values that are there; its keys stand at the origin too. */
export function map(values: Readonly<Record<string, Node | undefined>>, origin: Span): MapNode {
  const entries = Object.entries(values).flatMap(([key, value]) => (value ? [entry(key, value, origin)] : []));
  return { kind: "map", entries, flow: true, ...at(origin) };
}

export function entry(key: string, value: Node, origin: Span): Entry {
  return { key: scalar(key, origin), value };
}

/** The same value under another key, whose token stays where it is. */
export function renamed(key: ScalarNode, name: string): ScalarNode {
  return { ...key, value: name, text: name, generated: MADE_BY_SAM };
}

export function list(items: readonly Node[], origin: Span): SequenceNode {
  return { kind: "sequence", items: [...items], flow: true, ...at(origin) };
}

export function call(name: string, argument: Exclude<Node, { kind: "alias" }>, origin: Span): MapNode {
  return map({ [name]: argument }, origin);
}

export function ref(id: string, origin: Span): MapNode {
  return call("Ref", scalar(id, origin), origin);
}

export function getAtt(id: string, attribute: string, origin: Span): MapNode {
  return call("Fn::GetAtt", list([scalar(id, origin), scalar(attribute, origin)], origin), origin);
}

/** `Fn::Sub` of a text with variables of its own. */
export function sub(text: string, variables: Readonly<Record<string, Node | undefined>>, origin: Span): MapNode {
  return call("Fn::Sub", list([scalar(text, origin), map(variables, origin)], origin), origin);
}

/** An AWS managed policy by what stands behind `policy/` in its ARN. */
export function managedPolicyArn(name: string, origin: Span): MapNode {
  return sub(`arn:\${AWS::Partition}:iam::aws:policy/${name}`, {}, origin);
}
