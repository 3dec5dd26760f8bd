import { type Node, withoutAlias } from "../syntax/node.ts";
import { argumentsOf, conditionReference, intrinsicOf, plainScalar, splitSub } from "../template/intrinsics.ts";
import { isListType, isStored, listItems, type Template } from "../template/template.ts";
import { mappingGap } from "./mapping.ts";

/** A condition, or an assertion of `Rules`, made ready for trying values of parameters. */
export type Formula =
  /** Another condition. */
  | { kind: "condition"; name: string }
  /** `atom` names the question as such, for where the texts are not known well enough to compare them. */
  | { kind: "equals"; left: Term; right: Term; atom: string }
  | { kind: "and" | "or"; operands: readonly Formula[] }
  | { kind: "not"; operand: Formula }
  /** Nothing is known about it, but that it is always the same. */
  | { kind: "atom"; atom: string };

export type Term =
  | { kind: "text"; text: string }
  /** A parameter, a pseudo parameter, or an expression whose value is as good as one: equal expressions are one variable. */
  | { kind: "variable"; name: string }
  | { kind: "joined"; parts: readonly Term[] }
  | { kind: "lookup"; map: Term; top: Term; second: Term };

/** An expression of the kind that conditions are made of → a formula. Never fails: what cannot be looked into is an atom. */
export function formulaOf(template: Template, node: Node | undefined, depth = 0): Formula {
  const plain = withoutAlias(node);
  if (!plain || depth > MAX_DEPTH) return { kind: "atom", atom: nodeKey(plain) };
  const named = conditionReference(plain);
  if (named !== undefined) return { kind: "condition", name: named };
  const call = intrinsicOf(plain);
  const operands = call ? argumentsOf(call.argument) : [];
  const formulas = () => operands.map((operand) => formulaOf(template, operand, depth + 1));
  const [first, second] = operands;
  switch (call?.name) {
    case "Fn::Equals":
      if (first && second && operands.length === 2)
        return equals(termOf(template, first, depth + 1), termOf(template, second, depth + 1));
      break;
    case "Fn::And":
      if (first) return { kind: "and", operands: formulas() };
      break;
    case "Fn::Or":
      if (first) return { kind: "or", operands: formulas() };
      break;
    case "Fn::Not":
      if (first) return { kind: "not", operand: formulaOf(template, first, depth + 1) };
      break;
    case "Fn::Contains": {
      const list = termsOf(template, first, depth + 1);
      if (list && second) return oneOf(termOf(template, second, depth + 1), list);
      break;
    }
    case "Fn::EachMemberEquals": {
      const list = termsOf(template, first, depth + 1);
      const wanted = second && termOf(template, second, depth + 1);
      if (list && wanted) return { kind: "and", operands: list.map((item) => equals(item, wanted)) };
      break;
    }
    case "Fn::EachMemberIn": {
      const list = termsOf(template, first, depth + 1);
      const among = termsOf(template, second, depth + 1);
      if (list && among) return { kind: "and", operands: list.map((item) => oneOf(item, among)) };
      break;
    }
  }
  return { kind: "atom", atom: nodeKey(plain) };
}

const MAX_DEPTH = 50;

function equals(left: Term, right: Term): Formula {
  return { kind: "equals", left, right, atom: `\u0000${[termKey(left), termKey(right)].sort().join(" = ")}` };
}

function oneOf(term: Term, list: readonly Term[]): Formula {
  return { kind: "or", operands: list.map((item) => equals(term, item)) };
}

/** An operand of `Fn::Equals`. */
function termOf(template: Template, node: Node, depth: number): Term {
  const plain = withoutAlias(node);
  const call = plain && depth <= MAX_DEPTH ? intrinsicOf(plain) : undefined;
  if (!plain || (!call && plain.kind !== "scalar")) return { kind: "variable", name: nodeKey(plain) };
  if (!call) return { kind: "text", text: plain.kind === "scalar" ? scalarText(plain) : "" };
  const inner = (child: Node) => termOf(template, child, depth + 1);
  const operands = argumentsOf(call.argument);
  switch (call.name) {
    case "Ref": {
      const name = plainScalar(call.argument);
      if (name) return reference(template, name.text);
      break;
    }
    case "Fn::Sub": {
      const text = plainScalar(call.argument);
      if (!text) break;
      return joined(
        splitSub(text.text).map((piece) =>
          "literal" in piece ? { kind: "text", text: piece.literal } : reference(template, piece.variable),
        ),
      );
    }
    case "Fn::Join": {
      const delimiter = plainScalar(operands[0]);
      const list = termsOf(template, operands[1], depth + 1);
      if (!delimiter || !list) break;
      return joined(
        list.flatMap((term, index) => (index === 0 ? [term] : [{ kind: "text", text: delimiter.text }, term])),
      );
    }
    case "Fn::Select": {
      const index = plainScalar(operands[0])?.text;
      const list = termsOf(template, operands[1], depth + 1);
      const term = index !== undefined && /^\d+$/.test(index) ? list?.[Number(index)] : undefined;
      if (term) return term;
      break;
    }
    case "Fn::FindInMap": {
      const [map, top, second, ...options] = operands;
      if (!map || !top || !second || options.length > 0) break;
      const name = inner(map);
      if (name.kind === "text" && mappingGap(template, name.text) === undefined)
        return { kind: "lookup", map: name, top: inner(top), second: inner(second) };
    }
  }
  return { kind: "variable", name: nodeKey(plain) };
}

/** The items of a list that is written out or given; undefined where they are not known. */
function termsOf(template: Template, node: Node | undefined, depth: number): Term[] | undefined {
  const plain = withoutAlias(node);
  if (!plain || depth > MAX_DEPTH) return undefined;
  const call = intrinsicOf(plain);
  if (!call)
    return plain.kind === "sequence" ? plain.items.map((item) => termOf(template, item, depth + 1)) : undefined;
  const name = call.name === "Ref" ? plainScalar(call.argument)?.text : undefined;
  const parameter = name === undefined ? undefined : template.parameters.get(name);
  if (!parameter || !isListType(parameter.type)) return undefined;
  return listItems(template.inputs.parameters.get(parameter.name))?.map((text) => ({ kind: "text", text }));
}

function reference(template: Template, name: string): Term {
  const bound =
    name === "AWS::Region"
      ? template.inputs.region
      : name === "AWS::AccountId"
        ? template.inputs.account
        : isStored(template.parameters.get(name)?.type ?? "")
          ? undefined
          : template.inputs.parameters.get(name);
  return bound === undefined ? { kind: "variable", name } : { kind: "text", text: bound };
}

function joined(parts: Term[]): Term {
  if (parts.every((part) => part.kind === "text"))
    return { kind: "text", text: parts.map((part) => part.text).join("") };
  const [only, ...others] = parts;
  return only && others.length === 0 ? only : { kind: "joined", parts };
}

function termKey(term: Term): string {
  switch (term.kind) {
    case "text":
      return JSON.stringify(term.text);
    case "variable":
      return term.name;
    case "joined":
      return `(${term.parts.map(termKey).join(",")})`;
    case "lookup":
      return `[${termKey(term.map)},${termKey(term.top)},${termKey(term.second)}]`;
  }
}

export function scalarText(node: { text: string; value: unknown }): string {
  return typeof node.value === "boolean" ? String(node.value) : node.text;
}

/** Numbers of the nodes that are too large to be compared by what they say. */
const numbers = new WeakMap<Node, number>();
let lastNumber = 0;

function numberOf(node: Node): number {
  const number = numbers.get(node) ?? ++lastNumber;
  numbers.set(node, number);
  return number;
}

/** Equal for nodes that say the same. What is too large to compare is only equal to itself. */
function nodeKey(node: Node | undefined): string {
  const parts: string[] = [];
  let remaining = 200;
  const visit = (child: Node | undefined): void => {
    const plain = withoutAlias(child);
    if (!plain || --remaining < 0) return;
    parts.push(plain.tag ?? "");
    if (plain.kind === "scalar") parts.push(JSON.stringify(scalarText(plain)));
    else if (plain.kind === "sequence") {
      parts.push("[");
      plain.items.forEach(visit);
      parts.push("]");
    } else {
      parts.push("{");
      for (const entry of plain.entries) {
        parts.push(JSON.stringify(entry.key.text));
        visit(entry.value);
      }
      parts.push("}");
    }
  };
  visit(node);
  return remaining < 0 && node ? `\u0000${numberOf(node)}` : `\u0000${parts.join("")}`;
}
