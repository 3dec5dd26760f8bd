import { findEntry, withoutAlias } from "../syntax/node.ts";
import type { Template } from "../template/template.ts";
import { isListType, isStored } from "../template/template.ts";
import { type Formula, formulaOf, type Term } from "./formula.ts";
import { mappingKeys } from "./mapping.ts";

/** How deep conditions may refer to others. */
export const MAX_DEPTH = 1000;

/** Begins texts different from all that are compared with. There are several, for parameters that are compared with each other. */
const OTHER = "\u0000other";

/** The conditions and `Rules` of a template as formulas, and what their variables may be. */
export interface Problem {
  template: Template;
  conditions: Map<string, Formula>;
  /** Each must hold. */
  rules: readonly { formula: Formula; variables: ReadonlySet<string> }[];
  /** Condition → the variables that decide it. */
  variables: Map<string, ReadonlySet<string>>;
  domains: Map<string, readonly string[]>;
  comparisons: Comparisons;
}

/** What variables are compared with, anywhere in the template. */
interface Comparisons {
  /** The texts a variable is compared with directly. */
  texts: Map<string, Set<string>>;
  /** The variables it is compared with directly. */
  variables: Map<string, Set<string>>;
  /** Variables that are part of a computed text. */
  computed: Set<string>;
  /** Variables that are keys of a mapping: the keys there are. */
  keys: Map<string, ReadonlySet<string>>;
}

/** Reads the conditions and rules of a template; once per template is enough. */
export function problemOf(template: Template): Problem {
  const conditions = new Map<string, Formula>();
  for (const [name, node] of template.conditions) conditions.set(name, formulaOf(template, node));
  const problem: Problem = {
    template,
    conditions,
    rules: [],
    variables: new Map(),
    domains: new Map(),
    comparisons: { texts: new Map(), variables: new Map(), computed: new Set(), keys: new Map() },
  };
  const rules = template.rules.flatMap((rule) => ruleFormulas(template, rule));
  for (const formula of [...conditions.values(), ...rules]) compare(problem, formula);
  problem.rules = rules.map((formula) => ({ formula, variables: variablesIn(problem, formula) }));
  return problem;
}

/** `Rules`: where the rule's condition holds (or there is none), every assertion must. */
function ruleFormulas(template: Template, rule: Template["rules"][number]): Formula[] {
  const condition = findEntry(rule, "RuleCondition")?.entry.value;
  const assertions = withoutAlias(findEntry(rule, "Assertions")?.entry.value);
  if (assertions?.kind !== "sequence") return [];
  return assertions.items.flatMap((item): Formula[] => {
    const assertion = withoutAlias(item);
    const expression = assertion?.kind === "map" ? findEntry(assertion, "Assert")?.entry.value : undefined;
    if (!expression) return [];
    const asserted = formulaOf(template, expression);
    if (!condition) return [asserted];
    return [{ kind: "or", operands: [{ kind: "not", operand: formulaOf(template, condition) }, asserted] }];
  });
}

function add<T>(sets: Map<string, Set<T>>, key: string, value: T): void {
  const known = sets.get(key);
  if (known) known.add(value);
  else sets.set(key, new Set([value]));
}

/** Notes what a formula compares; conditions it refers to are noted by themselves. */
function compare(problem: Problem, formula: Formula): void {
  if (formula.kind === "and" || formula.kind === "or") for (const each of formula.operands) compare(problem, each);
  if (formula.kind === "not") compare(problem, formula.operand);
  if (formula.kind !== "equals") return;
  const { texts, variables, computed } = problem.comparisons;
  const { left, right } = formula;
  for (const [one, other] of [
    [left, right],
    [right, left],
  ] as const) {
    if (one.kind === "variable" && other.kind === "text") add(texts, one.name, other.text);
    else if (one.kind === "variable" && other.kind === "variable") add(variables, one.name, other.name);
    else if (one.kind === "variable") computed.add(one.name);
    else if (one.kind === "joined") for (const name of variablesOfTerm(one)) computed.add(name);
    if (one.kind === "lookup") {
      for (const name of variablesOfTerm(one)) computed.add(name);
      noteKeys(problem, one);
    }
  }
}

/** A key that a mapping does not have makes the deployment fail: only those it has are worth trying. */
function noteKeys({ template, comparisons }: Problem, { map, top, second }: Extract<Term, { kind: "lookup" }>): void {
  const name = map.kind === "text" ? map.text : "";
  const tops = mappingKeys(template, name);
  if (top.kind === "variable") restrict(comparisons, top.name, tops);
  const among = top.kind === "text" ? [top.text] : tops;
  if (second.kind === "variable")
    restrict(
      comparisons,
      second.name,
      among.flatMap((each) => mappingKeys(template, name, each)),
    );
}

function restrict({ keys }: Comparisons, variable: string, possible: readonly string[]): void {
  const known = keys.get(variable);
  if (possible.length > 0) keys.set(variable, new Set(known ? possible.filter((key) => known.has(key)) : possible));
}

function variablesOfTerm(term: Term): string[] {
  switch (term.kind) {
    case "text":
      return [];
    case "variable":
      return [term.name];
    case "joined":
      return term.parts.flatMap(variablesOfTerm);
    case "lookup":
      return [term.top, term.second].flatMap(variablesOfTerm);
  }
}

/** Everything whose value decides a formula, in the order in which it is met; conditions in conditions are followed once. */
function variablesIn(problem: Problem, formula: Formula): ReadonlySet<string> {
  const found = new Set<string>();
  const visited = new Set<string>();
  const visit = (each: Formula, depth: number): void => {
    switch (each.kind) {
      case "condition": {
        if (visited.has(each.name)) return;
        visited.add(each.name);
        const expression = problem.conditions.get(each.name);
        if (expression && depth < MAX_DEPTH) visit(expression, depth + 1);
        else found.add(conditionAtom(each.name));
        return;
      }
      case "equals": {
        const names = [each.left, each.right].flatMap(variablesOfTerm);
        for (const name of names) found.add(name);
        if (names.length > 0 && isComputed(each)) found.add(each.atom);
        return;
      }
      case "atom":
        found.add(each.atom);
        return;
      case "not":
        visit(each.operand, depth + 1);
        return;
      default:
        for (const operand of each.operands) visit(operand, depth + 1);
    }
  };
  visit(formula, 0);
  return found;
}

export function isComputed({ left, right }: Extract<Formula, { kind: "equals" }>): boolean {
  return [left, right].some(({ kind }) => kind === "joined" || kind === "lookup");
}

/** A condition that is not there is whatever it is. */
export function conditionAtom(name: string): string {
  return `\u0000condition ${name}`;
}

export function variablesOfCondition(problem: Problem, name: string): ReadonlySet<string> {
  const known = problem.variables.get(name) ?? variablesIn(problem, { kind: "condition", name });
  problem.variables.set(name, known);
  return known;
}

/** The values worth trying for a variable: one of each kind that can make a difference. */
export function domainOf(problem: Problem, name: string): readonly string[] {
  const known = problem.domains.get(name);
  if (known) return known;
  const domain = newDomain(problem, name);
  problem.domains.set(name, domain);
  return domain;
}

function newDomain({ template, comparisons }: Problem, name: string): readonly string[] {
  const { texts, computed, keys } = comparisons;
  if (name.startsWith("\u0000") && !texts.has(name) && !comparisons.variables.has(name) && !computed.has(name))
    return TRUTH;
  const group = comparedWith(comparisons, name);
  const compared = new Set(group.flatMap((each) => [...(texts.get(each) ?? [])]));
  const allowed = allowedTexts(template, name);
  const possible = keys.get(name);
  if (allowed) {
    const able = possible ? allowed.filter((text) => possible.has(text)) : allowed;
    if (computed.has(name) || group.length > 1) return able;
    // All that nothing is compared with are alike.
    const rest = able.find((text) => !compared.has(text));
    return [...able.filter((text) => compared.has(text)), ...(rest === undefined ? [] : [rest])];
  }
  if (possible) return [...possible];
  for (const each of group) for (const text of allowedTexts(template, each) ?? []) compared.add(text);
  const others = Math.min(group.length, MAX_OTHERS);
  return [...compared, ...Array.from({ length: others }, (_, index) => other(index))];
}

export const TRUTH: readonly string[] = ["true", "false"];
const MAX_OTHERS = 50;

export function other(index: number): string {
  return OTHER + String.fromCharCode(index);
}

export function isOther(text: string): boolean {
  return text.startsWith(OTHER);
}

/** The values a parameter may be given; undefined where it may be given any. */
export function allowedTexts(template: Template, name: string): readonly string[] | undefined {
  const parameter = template.parameters.get(name);
  return parameter && !isStored(parameter.type) && !isListType(parameter.type) ? parameter.allowedValues : undefined;
}

/** The variable and all that it is compared with, directly or over others. */
function comparedWith({ variables }: Comparisons, name: string): string[] {
  const group = new Set([name]);
  for (const each of group) for (const other of variables.get(each) ?? []) group.add(other);
  return [...group];
}
