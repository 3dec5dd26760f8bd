import { allEntries, findEntry, type Node, withoutAlias } from "../syntax/node.ts";
import { argumentsOf, conditionReference, intrinsicOf, splitSub } from "../template/intrinsics.ts";
import type { Template } from "../template/template.ts";
import { contradicts, type Fact, factKey } from "./path.ts";

export type Satisfiable = "yes" | "no" | "unknown";

/** How many partial assignments may be tried for one question; beyond it the answer is "unknown". Never a cartesian product: branches that fail are cut. */
const BUDGET = 3000;

/** A parameter value different from all that are compared with. */
const OTHER = "\u0000other";

const answers = new WeakMap<Template, Map<string, Satisfiable>>();

/** Can all facts hold at once, with some values of the parameters, under the template's `Rules`? Answers are cached per template. */
export function satisfiable(template: Template, facts: readonly Fact[]): Satisfiable {
  if (facts.length === 0) return "yes";
  const known = answers.get(template) ?? new Map<string, Satisfiable>();
  answers.set(template, known);
  const key = facts.map(factKey).sort().join("\n");
  const cached = known.get(key);
  if (cached) return cached;
  const answer = search(template, facts);
  known.set(key, answer);
  return answer;
}

type Assignment = Map<string, string>;

function search(template: Template, facts: readonly Fact[]): Satisfiable {
  const seen: Fact[] = [];
  for (const fact of facts) {
    if (contradicts(seen, fact)) return "no";
    seen.push(fact);
  }
  const assignment: Assignment = new Map();
  for (const fact of facts) if ("parameter" in fact) assignment.set(fact.parameter, fact.value);
  const conditionFacts = facts.filter((fact) => "condition" in fact);
  const domains = domainsOf(template, conditionFacts);
  const variables = [...domains.keys()].filter((name) => !assignment.has(name));
  for (const [name, value] of assignment) {
    const domain = domains.get(name);
    if (domain && !domain.includes(value) && !domain.includes(OTHER)) return "no";
  }

  let steps = 0;
  const violated = (): boolean =>
    conditionFacts.some((fact) => {
      const expression = template.conditions.get(fact.condition);
      return expression !== undefined && holds(template, expression, assignment, facts, 0) === !fact.holds;
    }) || template.rules.some((rule) => ruleHolds(template, rule, assignment, facts) === false);

  const assign = (index: number): Satisfiable => {
    if (++steps > BUDGET) return "unknown";
    if (violated()) return "no";
    const name = variables[index];
    if (name === undefined) return "yes";
    for (const value of domains.get(name) ?? []) {
      assignment.set(name, value);
      const answer = assign(index + 1);
      if (answer !== "no") return answer;
    }
    assignment.delete(name);
    return "no";
  };
  return assign(0);
}

/** The parameters that the facts' conditions (and the rules about those parameters) depend on, each with the values worth trying. */
function domainsOf(template: Template, facts: readonly { condition: string }[]): Map<string, string[]> {
  const parameters = new Set<string>();
  const literals = new Set<string>();
  const visited = new Set<string>();
  const collect = (node: Node | undefined, depth: number): void => {
    const plain = withoutAlias(node);
    if (!plain || depth > 50) return;
    const call = intrinsicOf(plain);
    const named = conditionReference(plain);
    if (named !== undefined && !visited.has(named)) {
      visited.add(named);
      collect(template.conditions.get(named), depth + 1);
    }
    if (call?.name === "Ref" && call.argument.kind === "scalar") {
      if (template.parameters.has(call.argument.text) || call.argument.text.startsWith("AWS::"))
        parameters.add(call.argument.text);
      return;
    }
    if (call?.name === "Fn::FindInMap") collectMapKeys(template, literals);
    if (call?.name === "Fn::Sub" && call.argument.kind === "scalar") {
      for (const piece of splitSub(call.argument.text)) {
        if ("variable" in piece && template.parameters.has(piece.variable)) parameters.add(piece.variable);
      }
    }
    const body = call?.argument ?? plain;
    if (body.kind === "scalar") literals.add(scalarText(body));
    else if (body.kind === "sequence") for (const item of body.items) collect(item, depth + 1);
    else for (const entry of body.entries) collect(entry.value, depth + 1);
  };
  for (const fact of facts) {
    if (visited.has(fact.condition)) continue;
    visited.add(fact.condition);
    collect(template.conditions.get(fact.condition), 0);
  }
  if (parameters.size > 0) for (const rule of template.rules) collect(rule, 0);
  const domains = new Map<string, string[]>();
  for (const name of parameters) {
    const domain = domainOf(template, name, literals);
    if (domain) domains.set(name, domain);
  }
  return domains;
}

function domainOf(template: Template, name: string, literals: ReadonlySet<string>): string[] | undefined {
  if (name.startsWith("AWS::")) {
    const bound =
      name === "AWS::Region" ? template.inputs.region : name === "AWS::AccountId" ? template.inputs.account : undefined;
    return bound !== undefined ? [bound] : [...literals, OTHER];
  }
  const bound = template.inputs.parameters.get(name);
  if (bound !== undefined) return [bound];
  const parameter = template.parameters.get(name);
  if (!parameter || parameter.type.includes("List") || parameter.type.startsWith("AWS::SSM::Parameter"))
    return undefined;
  if (parameter.allowedValues) return [...parameter.allowedValues];
  const byDefault = parameter.default !== undefined && !literals.has(parameter.default) ? [parameter.default] : [];
  return [...literals, ...byDefault, OTHER];
}

function collectMapKeys(template: Template, literals: Set<string>): void {
  for (const map of template.mappings?.entries ?? []) {
    if (map.value.kind !== "map") continue;
    for (const top of map.value.entries) {
      literals.add(top.key.text);
      if (top.value.kind === "map") for (const second of top.value.entries) literals.add(second.key.text);
    }
  }
}

/** Three-valued: undefined where the assignment does not decide it. `facts` decide conditions whose own expression cannot be evaluated. */
function holds(
  template: Template,
  node: Node,
  assignment: Assignment,
  facts: readonly Fact[],
  depth: number,
): boolean | undefined {
  const plain = withoutAlias(node);
  if (!plain || depth > 50) return undefined;
  const named = conditionReference(plain);
  if (named !== undefined) {
    const expression = template.conditions.get(named);
    const own = expression && holds(template, expression, assignment, facts, depth + 1);
    if (own !== undefined) return own;
    const fact = facts.find((known) => "condition" in known && known.condition === named);
    return fact && "holds" in fact ? fact.holds : undefined;
  }
  const call = intrinsicOf(plain);
  if (!call) return undefined;
  const operands = argumentsOf(call.argument);
  const each = () => operands.map((operand) => holds(template, operand, assignment, facts, depth + 1));
  switch (call.name) {
    case "Fn::Equals": {
      const [left, right] = operands.map((operand) => textUnder(template, operand, assignment, depth + 1));
      if (left === undefined || right === undefined) return undefined;
      // Two values that are both "something else" may or may not be the same.
      return left === OTHER && right === OTHER ? undefined : left === right;
    }
    case "Fn::And": {
      const values = each();
      return values.includes(false) ? false : values.includes(undefined) ? undefined : true;
    }
    case "Fn::Or": {
      const values = each();
      return values.includes(true) ? true : values.includes(undefined) ? undefined : false;
    }
    case "Fn::Not": {
      const [value] = each();
      return value === undefined ? undefined : !value;
    }
    case "Fn::Contains": {
      const [list, wanted] = operands;
      const items = list && withoutAlias(list);
      const text = wanted && textUnder(template, wanted, assignment, depth + 1);
      if (items?.kind !== "sequence" || text === undefined) return undefined;
      const texts = items.items.map((item) => textUnder(template, item, assignment, depth + 1));
      return texts.includes(text) ? true : texts.includes(undefined) ? undefined : false;
    }
    default:
      return undefined;
  }
}

/** `Rules`: where the rule's condition holds (or there is none), every assertion must. */
function ruleHolds(
  template: Template,
  rule: Node,
  assignment: Assignment,
  facts: readonly Fact[],
): boolean | undefined {
  const body = withoutAlias(rule);
  if (body?.kind !== "map") return undefined;
  const condition = findEntry(body, "RuleCondition")?.entry.value;
  const applies = condition ? holds(template, condition, assignment, facts, 0) : true;
  if (applies !== true) return applies === false ? true : undefined;
  const assertions = withoutAlias(findEntry(body, "Assertions")?.entry.value);
  if (assertions?.kind !== "sequence") return undefined;
  for (const item of assertions.items) {
    const assertion = withoutAlias(item);
    const expression = assertion?.kind === "map" ? findEntry(assertion, "Assert")?.entry.value : undefined;
    if (expression && holds(template, expression, assignment, facts, 0) === false) return false;
  }
  return undefined;
}

function scalarText(node: { text: string; value: unknown }): string {
  return typeof node.value === "boolean" ? String(node.value) : node.text;
}

function textUnder(template: Template, node: Node, assignment: Assignment, depth: number): string | undefined {
  const plain = withoutAlias(node);
  if (!plain || depth > 50) return undefined;
  const call = intrinsicOf(plain);
  if (!call) return plain.kind === "scalar" ? scalarText(plain) : undefined;
  const under = (operand: Node | undefined) => operand && textUnder(template, operand, assignment, depth + 1);
  switch (call.name) {
    case "Ref":
      return call.argument.kind === "scalar" ? assignment.get(call.argument.text) : undefined;
    case "Fn::Sub": {
      if (call.argument.kind !== "scalar") return undefined;
      let text = "";
      for (const piece of splitSub(call.argument.text)) {
        const part = "literal" in piece ? piece.literal : assignment.get(piece.variable);
        if (part === undefined || part === OTHER) return undefined;
        text += part;
      }
      return text;
    }
    case "Fn::Join": {
      const [delimiter, list] = argumentsOf(call.argument);
      const items = list && withoutAlias(list);
      const separator = under(delimiter);
      if (items?.kind !== "sequence" || separator === undefined) return undefined;
      const parts = items.items.map(under);
      return parts.some((part) => part === undefined || part === OTHER) ? undefined : parts.join(separator);
    }
    case "Fn::FindInMap": {
      const [map, top, second] = argumentsOf(call.argument).map(under);
      if (map === undefined || top === undefined || second === undefined) return undefined;
      const found = mappingEntry(template, map, top, second);
      return found?.kind === "scalar" ? scalarText(found) : undefined;
    }
    default:
      return undefined;
  }
}

/** The value of a mapping, or undefined where a key is missing. */
export function mappingEntry(
  template: Template,
  map: string,
  top: string,
  second: string,
): Exclude<Node, { kind: "alias" }> | undefined {
  let current: Node | undefined = template.mappings;
  for (const key of [map, top, second]) {
    const plain: Node | undefined = withoutAlias(current);
    current = plain?.kind === "map" ? findEntry(plain, key)?.entry.value : undefined;
  }
  return withoutAlias(current);
}

/** The keys of a mapping's first or second level. */
export function mappingKeys(template: Template, map: string, top?: string): string[] {
  let current: Node | undefined = template.mappings;
  for (const key of top === undefined ? [map] : [map, top]) {
    const plain: Node | undefined = withoutAlias(current);
    current = plain?.kind === "map" ? findEntry(plain, key)?.entry.value : undefined;
  }
  const plain = withoutAlias(current);
  return plain?.kind === "map" ? [...allEntries(plain)].map((entry) => entry.key.text) : [];
}
