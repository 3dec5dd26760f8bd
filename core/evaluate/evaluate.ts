import { findEntry, type Node, type ScalarNode, type SequenceNode, withoutAlias } from "../syntax/node.ts";
import {
  argumentsOf,
  getAttTarget,
  type Intrinsic,
  intrinsicOf,
  plainScalar,
  splitSub,
} from "../template/intrinsics.ts";
import { isListType, isStored, listItems, type Parameter, type Template } from "../template/template.ts";
import { both } from "./branches.ts";
import { scalarText } from "./formula.ts";
import { mappingEntry, mappingGap, mappingKeys } from "./mapping.ts";
import { choose, type Fact, factsOf, type Path, withDefault } from "./path.ts";
import { satisfiable } from "./satisfiable.ts";
import { ABSENT, fromPieces, isSymbol, literal, piecesOf, type TextPiece, textOf, type Value } from "./value.ts";

/** One thing an expression can come to: the value, the branch it holds in, and the node that says so. */
export interface Alternative {
  value: Value;
  when: Path;
  node: Node;
}

/** How many alternatives one expression may have before it counts as "cannot tell", and how many branches a path may be one of. */
const MAX_ALTERNATIVES = 64;
const MAX_BRANCHES = 256;
/** How many nodes are looked at for one expression: aliases make exponentially many of few. */
const MAX_NODES = 5000;
const MAX_DEPTH = 50;

const TOO_MANY = "it has too many branches";

/**
 * Everything a node can come to under `when`: branches of `Fn::If` that can hold, allowed values of parameters, entries of mappings.
 * Only satisfiable branches are given. Where nothing can be told there is an opaque alternative; none at all only where `when` itself
 * cannot hold.
 */
export function evaluate(template: Template, node: Node, when: Path): Alternative[] {
  return evaluateIn({ template, remaining: MAX_NODES }, node, when, 0);
}

/** One question and what is left of its budget. */
interface Work {
  template: Template;
  remaining: number;
}

function evaluateIn(work: Work, node: Node, when: Path, depth: number): Alternative[] {
  const plain = withoutAlias(node);
  if (!plain) return [{ value: opaque("the alias has no anchor"), when, node }];
  const call = intrinsicOf(plain);
  if (!call) return [{ value: plainValue(plain), when, node }];
  if (depth > MAX_DEPTH) return [{ value: opaque("its functions nest too deeply"), when, node }];
  if (--work.remaining < 0) return [{ value: opaque(TOO_MANY), when, node }];
  const alternatives = evaluateCall({ work, template: work.template, node, when, depth }, call);
  return alternatives.length <= MAX_ALTERNATIVES ? alternatives : [{ value: opaque(TOO_MANY), when, node }];
}

interface Call {
  work: Work;
  template: Template;
  node: Node;
  when: Path;
  depth: number;
}

/** An operand of the call. */
function inner(call: Call, node: Node, when: Path = call.when): Alternative[] {
  return evaluateIn(call.work, node, when, call.depth + 1);
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
  if (!node.text.includes("{{resolve:")) return { kind: "literal", value: node.value ?? "", text: scalarText(node) };
  const pieces = node.text
    .split(/(\{\{resolve:[^}]*\}\})/)
    .map((piece) =>
      piece.startsWith("{{resolve:")
        ? ({ kind: "opaque", reason: `it is the dynamic reference ${piece}` } as const)
        : piece,
    );
  return fromPieces(pieces);
}

function evaluateCall(call: Call, intrinsic: Intrinsic): Alternative[] {
  const { argument } = intrinsic;
  switch (intrinsic.name) {
    case "Ref": {
      const name = plainScalar(argument);
      return name ? reference(call, name.text) : give(call, opaque("the name its Ref gives is computed"));
    }
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
      return inner(call, argument).map((list) => ({ ...list, node: call.node, value: lengthOf(call, list) }));
    case "Fn::ToJsonString":
      // What it says counts, whether it is written as a text or not.
      return inner(call, argument);
    case "Fn::ImportValue":
      return inner(call, argument).map((name) => {
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

/** Known where every item is there in every branch. */
function lengthOf(call: Call, { value, when }: Alternative): Value {
  if (value.kind !== "list") return opaque("the length of its list is not known");
  const isSure = value.node.items.every((item) =>
    inner(call, item, when).every((each) => each.value.kind !== "absent"),
  );
  return isSure ? literal(value.node.items.length) : opaque("items of its list depend on conditions");
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
  const parameter = template.parameters.get(name);
  const assumed = factsOf(when).find((fact) => "parameter" in fact && fact.parameter === name);
  if (assumed && "value" in assumed)
    return give(call, parameter ? parameterValue(parameter.type, assumed.value, node) : literal(assumed.value));
  if (name.startsWith("AWS::")) return give(call, { kind: "pseudo", name });
  if (parameter) return parameterValues(call, parameter);
  return give(call, template.resources.has(name) ? { kind: "reference", id: name } : missingName(template, name));
}

function missingName(template: Template, name: string): Value {
  return opaque(template.incomplete ?? `"${name}" is not in this template`);
}

function attribute(template: Template, id: string, name: string): Value {
  return template.resources.has(id) ? { kind: "reference", id, attribute: name } : missingName(template, id);
}

function parameterValues(call: Call, parameter: Parameter): Alternative[] {
  const { template, when, node } = call;
  const { name, type } = parameter;
  if (isStored(type)) return give(call, opaque(`parameter ${name} is read from the Parameter Store at deployment`));
  const given = template.inputs.parameters.get(name);
  if (given !== undefined) return give(call, parameterValue(type, given, node));
  if (parameter.allowedValues && !isListType(type)) {
    const able = possible(template, when, valuesOf(name, parameter.allowedValues, true));
    if (!able) return give(call, opaque(TOO_MANY));
    return able.map(({ fact, when: branch }) => ({ value: literal(fact.value), when: branch, node }));
  }
  const unknown = (reason?: string) => give(call, { kind: "parameter", name, ...(reason && { reason }) });
  if (template.inputs.passed?.has(name)) return unknown(`another stack gives parameter ${name} its value`);
  if (parameter.default === undefined) return unknown();
  if (parameter.noEcho) return unknown(`parameter ${name} is a secret`);
  if (isListType(type))
    return [{ value: parameterValue(type, parameter.default, node), when: withDefault(when, name), node }];
  // Where a condition on the way says that it is not the default, it is not.
  const fact: Fact = { parameter: name, value: parameter.default };
  if (satisfiable(template, [...factsOf(when), fact]) !== "yes")
    return unknown(`parameter ${name} does not have its default in this branch`);
  const assuming = { ...withDefault(when, name), assumed: [...when.assumed, fact] };
  return [{ value: literal(parameter.default), when: assuming, node }];
}

function parameterValue(type: string, text: string, place: Node): Value {
  return isListType(type) ? { kind: "list", node: textList(listItems(text), place) } : literal(text);
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

/** The values a parameter may have; `isAll` says that it has one of these. */
function valuesOf(parameter: string, values: readonly string[], isAll: boolean) {
  return values.map((value) => ({ parameter, value, ...(isAll && { among: values }) }));
}

/**
 * The facts that can hold on top of `when`; a single one that can is implied, and not worth naming. Undefined where that cannot be decided,
 * or makes too many branches.
 */
function possible<F extends Fact>(
  template: Template,
  when: Path,
  facts: readonly F[],
): { fact: F; when: Path }[] | undefined {
  const able: F[] = [];
  for (const fact of facts) {
    const answer = satisfiable(template, [...factsOf(when), fact]);
    if (answer === "unknown") return undefined;
    if (answer === "yes") able.push(fact);
  }
  const [only, ...others] = able;
  if (only && others.length === 0) return [{ fact: only, when: { ...when, assumed: [...when.assumed, only] } }];
  if (able.length * breadthOf(template, when) > MAX_BRANCHES) return undefined;
  const values = able.flatMap((fact) => ("value" in fact ? [fact.value] : []));
  return able.map((fact) => {
    const named = "among" in fact && fact.among ? { ...fact, among: values } : fact;
    return { fact, when: choose(when, named) };
  });
}

/** Of how many branches a path may be one. */
function breadthOf(template: Template, { chosen }: Path): number {
  return chosen.reduce((breadth, fact) => {
    if ("condition" in fact) return breadth * 2;
    return breadth * (template.parameters.get(fact.parameter)?.allowedValues?.length ?? TYPICAL_KEYS);
  }, 1);
}

/** What is chosen of a mapping's keys: regions, accounts, stages. */
const TYPICAL_KEYS = 8;

function branches(call: Call, argument: Node): Alternative[] {
  const [name, whenTrue, whenFalse, ...more] = argumentsOf(argument);
  const condition = plainScalar(name)?.text;
  if (condition === undefined || !whenTrue || !whenFalse || more.length > 0)
    return give(call, opaque("its Fn::If is incomplete"));
  const able = possible(call.template, call.when, [
    { condition, holds: true },
    { condition, holds: false },
  ]);
  if (!able) return give(call, opaque("the conditions on the way are too many to decide"));
  return able.flatMap(({ fact, when }) => inner(call, fact.holds ? whenTrue : whenFalse, when));
}

/** One value out of each list of alternatives, in every combination that can hold; undefined where they are too many. */
function combinations(call: Call, parts: readonly Alternative[][]): { values: Value[]; when: Path }[] | undefined {
  let sofar: { values: Value[]; when: Path }[] = [{ values: [], when: call.when }];
  for (const part of parts) {
    const [only, ...others] = part;
    if (only && others.length === 0 && only.when === call.when) {
      for (const { values } of sofar) values.push(only.value);
      continue;
    }
    const next: typeof sofar = [];
    for (const left of sofar) {
      for (const right of part) {
        const when = both(call.template, left.when, right.when);
        if (!when) continue;
        if (satisfiable(call.template, factsOf(when)) === "unknown") return undefined;
        next.push({ values: [...left.values, right.value], when });
      }
    }
    if (next.length > MAX_ALTERNATIVES) return undefined;
    sofar = next;
  }
  return sofar;
}

function textPieces(value: Value): readonly TextPiece[] {
  return piecesOf(value) ?? [{ kind: "opaque", reason: "part of its text is no text" }];
}

function substitute(call: Call, argument: Node): Alternative[] {
  const [first, variables] = argument.kind === "sequence" ? argument.items : [argument];
  const text = plainScalar(first);
  const map = withoutAlias(variables);
  if (!text || (variables && map?.kind !== "map")) return give(call, opaque("the text of its Fn::Sub is computed"));
  const parts = splitSub(text.text).map((piece): Alternative[] => {
    if ("literal" in piece) return give(call, literal(piece.literal));
    const own = map?.kind === "map" ? findEntry(map, piece.variable)?.entry.value : undefined;
    if (own) return inner(call, own);
    const dot = piece.variable.indexOf(".");
    if (dot < 0) return reference(call, piece.variable);
    return give(call, attribute(call.template, piece.variable.slice(0, dot), piece.variable.slice(dot + 1)));
  });
  const found = combinations(call, parts);
  if (!found) return give(call, opaque(TOO_MANY));
  return found.map(({ values, when }) => ({ value: fromPieces(values.flatMap(textPieces)), when, node: call.node }));
}

function joinTexts(call: Call, argument: Node): Alternative[] {
  const [first, list] = argumentsOf(argument);
  const delimiter = plainScalar(first);
  if (!delimiter || !list) return give(call, opaque("its Fn::Join is incomplete"));
  return inner(call, list).flatMap((joined): Alternative[] => {
    if (joined.value.kind !== "list")
      return [{ value: opaque("the list it joins is not known"), when: joined.when, node: call.node }];
    const parts = joined.value.node.items.map((item) => inner(call, item, joined.when));
    const found = combinations({ ...call, when: joined.when }, parts);
    if (!found) return [{ value: opaque(TOO_MANY), when: joined.when, node: call.node }];
    return found.map(({ values, when }) => {
      const texts = values.filter(({ kind }) => kind !== "absent").map(textPieces);
      const pieces = texts.flatMap((text, index) => (index === 0 ? text : [delimiter.text, ...text]));
      return { value: fromPieces(pieces), when, node: call.node };
    });
  });
}

/** Every entry that the keys can name: unknown keys of the region kind stand for all entries of their level, as allowed values do. */
function findInMap(call: Call, argument: Node): Alternative[] {
  const { template, node } = call;
  const [map, top, second, options] = argumentsOf(argument);
  if (!map || !top || !second) return give(call, opaque("its Fn::FindInMap is incomplete"));
  const plainOptions = withoutAlias(options);
  const fallback = plainOptions?.kind === "map" ? findEntry(plainOptions, "DefaultValue")?.entry.value : undefined;
  const missing = (when: Path): Alternative[] =>
    fallback ? inner(call, fallback, when) : [{ value: opaque("the mapping has no such key"), when, node }];
  return inner(call, map).flatMap((name): Alternative[] => {
    const mapName = textOf(name.value);
    const why = mapName === undefined ? "the mapping's name is not known" : mappingGap(template, mapName);
    if (mapName === undefined || why !== undefined) return [{ value: opaque(why ?? ""), when: name.when, node }];
    const keysAt = (key: Node, when: Path, keys: readonly string[]) =>
      keysOf(call, key, when, keys, fallback !== undefined);
    return keysAt(top, name.when, mappingKeys(template, mapName)).flatMap((first): Alternative[] => {
      const { key } = first;
      if (key === undefined) return [{ value: first.value, when: first.when, node }];
      return keysAt(second, first.when, mappingKeys(template, mapName, key)).flatMap((last): Alternative[] => {
        if (last.key === undefined) return [{ value: last.value, when: last.when, node }];
        const found = mappingEntry(template, mapName, key, last.key);
        return found ? inner(call, found, last.when).map((entry) => ({ ...entry, node })) : missing(last.when);
      });
    });
  });
}

/** The keys that an expression can come to; without a key: why it cannot be told. */
function keysOf(
  call: Call,
  node: Node,
  when: Path,
  keys: readonly string[],
  hasFallback: boolean,
): { key?: string; value: Value; when: Path }[] {
  return inner(call, node, when).flatMap(({ value, when: branch }): { key?: string; value: Value; when: Path }[] => {
    const key = textOf(value);
    if (key !== undefined) return [{ key, value, when: branch }];
    const unknown = { value: opaque("a key of its mapping is not known"), when: branch };
    if ((value.kind !== "pseudo" && value.kind !== "parameter") || keys.length === 0) return [unknown];
    const able = possible(call.template, branch, valuesOf(value.name, keys, !hasFallback));
    if (!able || able.length === 0) return [unknown];
    const named = able.map(({ fact, when: chosen }) => ({ key: fact.value, value, when: chosen }));
    // Any other key gives the DefaultValue.
    return hasFallback
      ? [...named, { value: opaque("its mapping has a DefaultValue for other keys"), when: branch }]
      : named;
  });
}

function select(call: Call, argument: Node): Alternative[] {
  const [index, list] = argumentsOf(argument);
  if (!index || !list) return give(call, opaque("its Fn::Select is incomplete"));
  return inner(call, index).flatMap((position) => {
    const text = textOf(position.value) ?? "";
    const at = /^\d+$/.test(text) ? Number(text) : -1;
    return inner(call, list, position.when).flatMap((whole): Alternative[] => {
      const item = whole.value.kind === "list" ? whole.value.node.items[at] : undefined;
      if (item) return inner(call, item, whole.when).map((value) => ({ ...value, node: call.node }));
      return [{ value: opaque("the list it selects from is not known"), when: whole.when, node: call.node }];
    });
  });
}

function split(call: Call, argument: Node): Alternative[] {
  const [first, source] = argumentsOf(argument);
  const delimiter = plainScalar(first);
  if (!delimiter || !source) return give(call, opaque("its Fn::Split is incomplete"));
  return inner(call, source).map(({ value, when }) => {
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
