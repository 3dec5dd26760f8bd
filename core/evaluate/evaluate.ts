import { findEntry, type Node, type ScalarNode, type SequenceNode, withoutAlias } from "../syntax/node.ts";
import { argumentsOf, getAttTarget, type Intrinsic, intrinsicOf, splitSub } from "../template/intrinsics.ts";
import type { Parameter, Template } from "../template/template.ts";
import { choose, type Fact, factsOf, join, type Path, withDefault } from "./path.ts";
import { mappingEntry, mappingKeys, satisfiable } from "./satisfiable.ts";
import { ABSENT, fromPieces, isSymbol, literal, piecesOf, textOf, type Value } from "./value.ts";

/** One thing an expression can come to: the value, the branch it holds in, and the node that says so. */
export interface Alternative {
  value: Value;
  when: Path;
  node: Node;
}

/** How many alternatives one expression may have before it counts as "cannot tell". */
const MAX_ALTERNATIVES = 64;
const MAX_DEPTH = 50;

/**
 * Everything a node can come to under `when`: branches of `Fn::If` that can hold, allowed values of parameters, entries of mappings.
 * Only satisfiable branches are given. Always at least one alternative; where nothing can be told, an opaque one.
 */
export function evaluate(template: Template, node: Node, when: Path, depth = 0): Alternative[] {
  const plain = withoutAlias(node);
  if (!plain) return [{ value: opaque("the alias has no anchor"), when, node }];
  if (depth > MAX_DEPTH) return [{ value: opaque("it refers to itself"), when, node }];
  const call = intrinsicOf(plain);
  const alternatives = call
    ? evaluateCall({ template, node, when, depth }, call)
    : [{ value: plainValue(plain), when, node }];
  if (alternatives.length <= MAX_ALTERNATIVES) return alternatives;
  return [{ value: opaque("it has too many branches"), when, node }];
}

interface Call {
  template: Template;
  node: Node;
  when: Path;
  depth: number;
}

function opaque(reason: string): Value {
  return { kind: "opaque", reason };
}

function plainValue(node: Exclude<Node, { kind: "alias" }>): Value {
  if (node.kind === "map") return { kind: "map", node };
  if (node.kind === "sequence") return { kind: "list", node };
  if (node.value === null) return ABSENT;
  return dynamicReferences(node);
}

/** `{{resolve:ssm:…}}` is filled in at deployment. Source: CloudFormation dynamic references. */
function dynamicReferences(node: ScalarNode): Value {
  if (!node.text.includes("{{resolve:")) return { kind: "literal", value: node.value ?? "", text: booleanText(node) };
  const pieces = node.text
    .split(/(\{\{resolve:[^}]*\}\})/)
    .map((piece) =>
      piece.startsWith("{{resolve:")
        ? ({ kind: "opaque", reason: `it is the dynamic reference ${piece}` } as const)
        : piece,
    );
  return fromPieces(pieces);
}

function booleanText(node: ScalarNode): string {
  return typeof node.value === "boolean" ? String(node.value) : node.text;
}

function evaluateCall(call: Call, intrinsic: Intrinsic): Alternative[] {
  const { argument } = intrinsic;
  switch (intrinsic.name) {
    case "Ref":
      return argument.kind === "scalar" ? reference(call, argument.text) : give(call, opaque("Ref needs a name"));
    case "Fn::GetAtt": {
      const target = getAttTarget(argument);
      if (!target) return give(call, opaque("its attribute is computed"));
      return give(call, attribute(call.template, target.logicalId, target.attribute));
    }
    case "Fn::If":
      return branches(call, argument);
    case "Fn::Sub":
      return substitute(call, argument);
    case "Fn::Join":
      return joinTexts(call, argument);
    case "Fn::FindInMap":
      return findInMap(call, argument);
    case "Fn::Select":
      return select(call, argument);
    case "Fn::Split":
      return split(call, argument);
    case "Fn::Length":
      return evaluate(call.template, argument, call.when, call.depth + 1).map((list) => ({
        ...list,
        node: call.node,
        value:
          list.value.kind === "list"
            ? literal(list.value.node.items.length)
            : opaque("the length of its list is not known"),
      }));
    case "Fn::ToJsonString":
      return evaluate(call.template, argument, call.when, call.depth + 1);
    case "Fn::ImportValue":
      return evaluate(call.template, argument, call.when, call.depth + 1).map((name) => {
        const pieces = piecesOf(name.value);
        return {
          ...name,
          node: call.node,
          value: pieces ? { kind: "import", name: pieces } : opaque("its import has no name"),
        };
      });
    default:
      return give(call, opaque(`${intrinsic.name} is evaluated at deployment`));
  }
}

function give(call: Call, value: Value): Alternative[] {
  return [{ value, when: call.when, node: call.node }];
}

function reference(call: Call, name: string): Alternative[] {
  const { template, when, node } = call;
  if (name === "AWS::NoValue") return give(call, ABSENT);
  if (name === "AWS::Region" && template.inputs.region !== undefined)
    return give(call, literal(template.inputs.region));
  if (name === "AWS::AccountId" && template.inputs.account !== undefined)
    return give(call, literal(template.inputs.account));
  const assumed = factsOf(when).find((fact) => "parameter" in fact && fact.parameter === name);
  if (assumed && "value" in assumed) return give(call, literal(assumed.value));
  if (name.startsWith("AWS::")) return give(call, { kind: "pseudo", name });
  const parameter = template.parameters.get(name);
  if (parameter) return parameterValues(template, parameter, when, node);
  return give(call, template.resources.has(name) ? { kind: "reference", id: name } : missingName(template, name));
}

function missingName(template: Template, name: string): Value {
  return opaque(template.incomplete ?? `"${name}" is not in this template`);
}

function attribute(template: Template, id: string, name: string): Value {
  return template.resources.has(id) ? { kind: "reference", id, attribute: name } : missingName(template, id);
}

function parameterValues(template: Template, parameter: Parameter, when: Path, node: Node): Alternative[] {
  const { name, type } = parameter;
  const given = template.inputs.parameters.get(name);
  if (given !== undefined) return [{ value: parameterValue(type, given, node), when, node }];
  if (type.startsWith("AWS::SSM::Parameter"))
    return [{ value: opaque(`parameter ${name} is read from the Parameter Store at deployment`), when, node }];
  if (parameter.allowedValues) {
    const facts = parameter.allowedValues.map((value): Fact => ({ parameter: name, value }));
    return possible(template, when, facts).map(({ fact, when: branch }) => ({
      value: "value" in fact ? parameterValue(type, fact.value, node) : opaque("it has no value"),
      when: branch,
      node,
    }));
  }
  if (parameter.default === undefined) return [{ value: { kind: "parameter", name }, when, node }];
  return [{ value: parameterValue(type, parameter.default, node), when: withDefault(when, name), node }];
}

function parameterValue(type: string, text: string, place: Node): Value {
  if (type !== "CommaDelimitedList" && !type.startsWith("List<")) return literal(text);
  return {
    kind: "list",
    node: textList(
      text.split(",").map((item) => item.trim()),
      place,
    ),
  };
}

function textList(texts: readonly string[], place: Node): SequenceNode {
  const { start, end } = place;
  const generated = "it comes from a computed list";
  return {
    kind: "sequence",
    flow: true,
    start,
    end,
    generated,
    items: texts.map((text) => ({ kind: "scalar", value: text, text, style: "plain", start, end, generated })),
  };
}

/** The facts that can hold on top of `when`. A single one that can is implied, and not worth naming. */
function possible(template: Template, when: Path, facts: readonly Fact[]): { fact: Fact; when: Path }[] {
  const able = facts.filter((fact) => satisfiable(template, [...factsOf(when), fact]) !== "no");
  if (able.length === 1 && able[0]) return [{ fact: able[0], when: { ...when, assumed: [...when.assumed, able[0]] } }];
  return able.map((fact) => ({ fact, when: choose(when, fact) }));
}

function branches(call: Call, argument: Node): Alternative[] {
  const { template, when, depth } = call;
  const [name, whenTrue, whenFalse] = argumentsOf(argument);
  const condition = name?.kind === "scalar" ? name.text : undefined;
  if (condition === undefined || !whenTrue || !whenFalse) return give(call, opaque("its Fn::If is incomplete"));
  const facts: Fact[] = [
    { condition, holds: true },
    { condition, holds: false },
  ];
  if (facts.some((fact) => satisfiable(template, [...factsOf(when), fact]) === "unknown")) {
    return give(call, opaque("the conditions on the way are too many to decide"));
  }
  return possible(template, when, facts).flatMap((branch) =>
    evaluate(template, "holds" in branch.fact && branch.fact.holds ? whenTrue : whenFalse, branch.when, depth + 1),
  );
}

/** Concatenates alternatives of several texts; each combination that can hold. */
function concatenate(call: Call, parts: readonly Alternative[][]): Alternative[] {
  let sofar: { pieces: Parameters<typeof fromPieces>[0]; when: Path }[] = [{ pieces: [], when: call.when }];
  for (const part of parts) {
    const next: typeof sofar = [];
    for (const left of sofar) {
      for (const right of part) {
        const when = join(left.when, right.when);
        if (!when || satisfiable(call.template, factsOf(when)) === "no") continue;
        const pieces = piecesOf(right.value) ?? [];
        next.push({ pieces: [...left.pieces, ...pieces], when });
      }
    }
    if (next.length > MAX_ALTERNATIVES) return give(call, opaque("it has too many branches"));
    sofar = next;
  }
  return sofar.map(({ pieces, when }) => ({ value: fromPieces(pieces), when, node: call.node }));
}

function substitute(call: Call, argument: Node): Alternative[] {
  const [template, variables] =
    argument.kind === "scalar" ? [argument, undefined] : argumentsOf(argument).map(withoutAlias);
  if (template?.kind !== "scalar") return give(call, opaque("the text of its Fn::Sub is computed"));
  const map = variables?.kind === "map" ? variables : undefined;
  const parts = splitSub(template.text).map((piece): Alternative[] => {
    if ("literal" in piece) return give(call, literal(piece.literal));
    const own = map && findEntry(map, piece.variable)?.entry.value;
    if (own) return evaluate(call.template, own, call.when, call.depth + 1);
    const dot = piece.variable.indexOf(".");
    if (dot < 0) return reference(call, piece.variable);
    return give(call, attribute(call.template, piece.variable.slice(0, dot), piece.variable.slice(dot + 1)));
  });
  return concatenate(call, parts);
}

function joinTexts(call: Call, argument: Node): Alternative[] {
  const [delimiter, list] = argumentsOf(argument).map(withoutAlias);
  if (delimiter?.kind !== "scalar" || !list) return give(call, opaque("its Fn::Join is incomplete"));
  return evaluate(call.template, list, call.when, call.depth + 1).flatMap((joined) => {
    if (joined.value.kind !== "list")
      return [{ value: opaque("the list it joins is not known"), when: joined.when, node: call.node }];
    const parts = joined.value.node.items.map((item) => evaluate(call.template, item, joined.when, call.depth + 1));
    const separated = parts.flatMap((part, index) =>
      index === 0 ? [part] : [give(call, literal(delimiter.text)), part],
    );
    return concatenate({ ...call, when: joined.when }, separated);
  });
}

/** Every entry that the keys can name: unknown keys of the region kind stand for all entries of their level, as allowed values do. */
function findInMap(call: Call, argument: Node): Alternative[] {
  const { template, depth } = call;
  const [map, top, second] = argumentsOf(argument);
  if (!map || !top || !second) return give(call, opaque("its Fn::FindInMap is incomplete"));
  return evaluate(template, map, call.when, depth + 1).flatMap((name) => {
    const mapName = textOf(name.value);
    if (mapName === undefined)
      return [{ value: opaque("the mapping's name is not known"), when: name.when, node: call.node }];
    return keysOf(call, top, name.when, mappingKeys(template, mapName)).flatMap((first) => {
      if (first.key === undefined) return [{ value: first.value, when: first.when, node: call.node }];
      const { key } = first;
      return keysOf(call, second, first.when, mappingKeys(template, mapName, key)).flatMap((last): Alternative[] => {
        if (last.key === undefined) return [{ value: last.value, when: last.when, node: call.node }];
        const found = mappingEntry(template, mapName, key, last.key);
        if (found)
          return evaluate(template, found, last.when, depth + 1).map((entry) => ({ ...entry, node: call.node }));
        return mappingDefault(call, argument, last.when);
      });
    });
  });
}

function mappingDefault(call: Call, argument: Node, when: Path): Alternative[] {
  const options = withoutAlias(argumentsOf(argument)[3]);
  const fallback = options?.kind === "map" ? findEntry(options, "DefaultValue")?.entry.value : undefined;
  if (fallback) return evaluate(call.template, fallback, when, call.depth + 1);
  return [{ value: opaque("the mapping has no such key"), when, node: call.node }];
}

function keysOf(
  call: Call,
  node: Node,
  when: Path,
  keys: readonly string[],
): { key?: string; value: Value; when: Path }[] {
  return evaluate(call.template, node, when, call.depth + 1).flatMap(({ value, when: branch }) => {
    const key = textOf(value);
    if (key !== undefined) return [{ key, value, when: branch }];
    if (value.kind !== "pseudo" && value.kind !== "parameter")
      return [{ value: opaque("a key of its mapping is not known"), when: branch }];
    const facts = keys.map((each): Fact => ({ parameter: value.name, value: each }));
    return possible(call.template, branch, facts).map(({ fact, when: chosen }) => ({
      ...("value" in fact && { key: fact.value }),
      value,
      when: chosen,
    }));
  });
}

function select(call: Call, argument: Node): Alternative[] {
  const [index, list] = argumentsOf(argument);
  if (!index || !list) return give(call, opaque("its Fn::Select is incomplete"));
  return evaluate(call.template, index, call.when, call.depth + 1).flatMap((position) => {
    const at = Number(textOf(position.value) ?? Number.NaN);
    return evaluate(call.template, list, position.when, call.depth + 1).flatMap((whole): Alternative[] => {
      const item = whole.value.kind === "list" ? whole.value.node.items[at] : undefined;
      if (item)
        return evaluate(call.template, item, whole.when, call.depth + 1).map((value) => ({
          ...value,
          node: call.node,
        }));
      return [{ value: opaque("the list it selects from is not known"), when: whole.when, node: call.node }];
    });
  });
}

function split(call: Call, argument: Node): Alternative[] {
  const [delimiter, source] = argumentsOf(argument).map(withoutAlias);
  if (delimiter?.kind !== "scalar" || !source) return give(call, opaque("its Fn::Split is incomplete"));
  return evaluate(call.template, source, call.when, call.depth + 1).map(({ value, when }) => {
    const text = textOf(value);
    if (text === undefined) return { value: opaque("the text it splits is not known"), when, node: call.node };
    return {
      value: { kind: "list", node: textList(delimiter.text ? text.split(delimiter.text) : [text], call.node) },
      when,
      node: call.node,
    };
  });
}

/** True for values that are known to be text-like without being known. */
export function isUnknown(value: Value): boolean {
  return isSymbol(value) || value.kind === "text";
}
