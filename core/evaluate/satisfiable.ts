import { findEntry, withoutAlias } from "../syntax/node.ts";
import type { Template } from "../template/template.ts";
import { isListType, isStored } from "../template/template.ts";
import { type Formula, formulaOf, scalarText, type Term } from "./formula.ts";
import { mappingEntry, mappingKeys } from "./mapping.ts";
import { contradicts, type Fact, factKey } from "./path.ts";

export type Satisfiable = "yes" | "no" | "unknown";

/** How many formulas may be looked at for one question, and for all questions about one template; beyond it the answer is "unknown". */
const MAX_WORK = 100_000;
const MAX_WORK_PER_TEMPLATE = 5_000_000;

/** How deep conditions may refer to others. */
const MAX_DEPTH = 1000;

/** Begins texts different from all that are compared with. There are several, for parameters that are compared with each other. */
const OTHER = "\u0000other";

/** The conditions and `Rules` of a template as formulas, and what their variables may be. */
interface Problem {
  template: Template;
  conditions: Map<string, Formula>;
  /** Each must hold. */
  rules: readonly { formula: Formula; variables: ReadonlySet<string> }[];
  /** Condition → the variables that decide it. */
  variables: Map<string, ReadonlySet<string>>;
  domains: Map<string, readonly string[]>;
  comparisons: Comparisons;
  answers: Map<string, Satisfiable>;
  /** What is left of the template's share of work. */
  remaining: number;
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

const problems = new WeakMap<Template, Problem>();

/** Can all facts hold at once, with some values of the parameters, under the template's `Rules`? Answers are cached per template. */
export function satisfiable(template: Template, facts: readonly Fact[]): Satisfiable {
  if (facts.length === 0) return "yes";
  const key = facts.length === 1 && facts[0] ? factKey(facts[0]) : facts.map(factKey).sort().join("\n");
  let problem = problems.get(template);
  if (!problem) {
    problem = problemOf(template);
    problems.set(template, problem);
  }
  const cached = problem.answers.get(key);
  if (cached) return cached;
  const answer = solve(problem, facts);
  problem.answers.set(key, answer);
  return answer;
}

function problemOf(template: Template): Problem {
  const conditions = new Map<string, Formula>();
  for (const [name, node] of template.conditions) conditions.set(name, formulaOf(template, node));
  const problem: Problem = {
    template,
    conditions,
    rules: [],
    variables: new Map(),
    domains: new Map(),
    comparisons: { texts: new Map(), variables: new Map(), computed: new Set(), keys: new Map() },
    answers: new Map(),
    remaining: MAX_WORK_PER_TEMPLATE,
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

function isComputed({ left, right }: Extract<Formula, { kind: "equals" }>): boolean {
  return [left, right].some(({ kind }) => kind === "joined" || kind === "lookup");
}

/** A condition that is not there is whatever it is. */
function conditionAtom(name: string): string {
  return `\u0000condition ${name}`;
}

function variablesOfCondition(problem: Problem, name: string): ReadonlySet<string> {
  const known = problem.variables.get(name) ?? variablesIn(problem, { kind: "condition", name });
  problem.variables.set(name, known);
  return known;
}

/** The values worth trying for a variable: one of each kind that can make a difference. */
function domainOf(problem: Problem, name: string): readonly string[] {
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

const TRUTH: readonly string[] = ["true", "false"];
const MAX_OTHERS = 50;

function other(index: number): string {
  return OTHER + String.fromCharCode(index);
}

/** The values a parameter may be given; undefined where it may be given any. */
function allowedTexts(template: Template, name: string): readonly string[] | undefined {
  const parameter = template.parameters.get(name);
  return parameter && !isStored(parameter.type) && !isListType(parameter.type) ? parameter.allowedValues : undefined;
}

/** The variable and all that it is compared with, directly or over others. */
function comparedWith({ variables }: Comparisons, name: string): string[] {
  const group = new Set([name]);
  for (const each of group) for (const other of variables.get(each) ?? []) group.add(other);
  return [...group];
}

type Assignment = Map<string, string>;

/** What has to hold: named conditions, and rules. */
interface Goal {
  formula: Formula;
  holds: boolean;
  variables: ReadonlySet<string>;
}

function solve(problem: Problem, facts: readonly Fact[]): Satisfiable {
  const { template } = problem;
  const assignment: Assignment = new Map();
  const goals: Goal[] = [];
  const seen: Fact[] = [];
  for (const fact of facts) {
    if (contradicts(seen, fact)) return "no";
    seen.push(fact);
    if ("parameter" in fact) {
      if (!mayBe(template, fact.parameter, fact.value)) return "no";
      assignment.set(fact.parameter, fact.value);
    } else {
      const formula: Formula = { kind: "condition", name: fact.condition };
      goals.push({ formula, holds: fact.holds, variables: variablesOfCondition(problem, fact.condition) });
    }
  }
  let answer: Satisfiable = "yes";
  for (const group of separate(problem, goals, assignment)) {
    const one = search(problem, group, new Map(assignment));
    if (one === "no") return "no";
    if (one === "unknown") answer = "unknown";
  }
  return answer;
}

function mayBe(template: Template, name: string, value: string): boolean {
  const bound =
    name === "AWS::Region"
      ? template.inputs.region
      : name === "AWS::AccountId"
        ? template.inputs.account
        : template.inputs.parameters.get(name);
  if (bound !== undefined) return bound === value;
  return allowedTexts(template, name)?.includes(value) ?? true;
}

/** Goals that share no open variable do not concern each other. Rules come in where they concern a goal, or what is assumed. */
function separate(problem: Problem, goals: readonly Goal[], assignment: Assignment): Goal[][] {
  const waiting: Goal[] = problem.rules.map((rule) => ({ ...rule, holds: true }));
  const groups: { goals: Goal[]; open: Set<string> }[] = [];
  const openOf = (goal: Goal) => [...goal.variables].filter((name) => !assignment.has(name));
  const join = (goal: Goal): void => {
    const open = new Set(openOf(goal));
    const touched = groups.filter((group) => [...open].some((name) => group.open.has(name)));
    const joined = { goals: [...touched.flatMap((group) => group.goals), goal], open };
    for (const group of touched) {
      for (const name of group.open) open.add(name);
      groups.splice(groups.indexOf(group), 1);
    }
    groups.push(joined);
  };
  goals.forEach(join);
  for (let again = true; again; ) {
    again = false;
    for (const rule of [...waiting]) {
      const concerns = [...rule.variables].some(
        (name) => assignment.has(name) || groups.some((group) => group.open.has(name)),
      );
      if (!concerns) continue;
      waiting.splice(waiting.indexOf(rule), 1);
      join(rule);
      again = true;
    }
  }
  return groups.map((group) => group.goals);
}

/** Tries values, one variable after the other; what cannot hold any more is not tried further. */
function search(problem: Problem, goals: readonly Goal[], assignment: Assignment): Satisfiable {
  const names = new Set<string>();
  for (const goal of goals) for (const name of goal.variables) if (!assignment.has(name)) names.add(name);
  // What stands for whole questions comes last: usually the values behind them decide.
  const variables = [...names].sort(
    (a, b) => Number(domainOf(problem, a) === TRUTH) - Number(domainOf(problem, b) === TRUTH),
  );
  const work: Work = { problem, assignment, memo: new Map(), remaining: Math.min(MAX_WORK, problem.remaining) };
  const before = work.remaining;

  const assign = (index: number): Satisfiable => {
    work.memo = new Map();
    let open = false;
    for (const goal of goals) {
      const truth = truthOf(work, goal.formula, 0);
      if (work.remaining < 0) return "unknown";
      if (truth === undefined) open = true;
      else if (truth !== goal.holds) return "no";
    }
    const name = variables[index];
    if (!open || name === undefined) return "yes";
    // "Something else" is as good as another: one that nothing has yet is enough.
    const others = new Set([...assignment.values()].filter(isOther)).size;
    for (const value of valuesOf(problem, name, assignment)) {
      if (isOther(value) && value > other(others)) continue;
      assignment.set(name, value);
      const answer = assign(index + 1);
      if (answer !== "no") return answer;
    }
    assignment.delete(name);
    return "no";
  };
  const answer = assign(0);
  problem.remaining -= before - work.remaining;
  return answer;
}

/** Its domain, and what those that it is compared with were assumed to be. */
function valuesOf(problem: Problem, name: string, assignment: Assignment): readonly string[] {
  const domain = domainOf(problem, name);
  const partners = problem.comparisons.variables.get(name);
  if (!partners || allowedTexts(problem.template, name)) return domain;
  const assumed = [...partners].flatMap((partner) => assignment.get(partner) ?? []);
  return [...new Set([...domain, ...assumed])];
}

interface Work {
  problem: Problem;
  assignment: Assignment;
  /** Conditions under the present assignment. */
  memo: Map<string, boolean | undefined>;
  remaining: number;
}

/** Three-valued: undefined where the assignment does not decide it. */
function truthOf(work: Work, formula: Formula, depth: number): boolean | undefined {
  if (--work.remaining < 0 || depth > MAX_DEPTH) return undefined;
  const { problem, assignment, memo } = work;
  switch (formula.kind) {
    case "condition": {
      const { name } = formula;
      if (memo.has(name)) return memo.get(name);
      const expression = problem.conditions.get(name);
      // Found again before it is known: it refers to itself.
      memo.set(name, undefined);
      const truth = expression ? truthOf(work, expression, depth + 1) : atomUnder(assignment, conditionAtom(name));
      memo.set(name, truth);
      return truth;
    }
    case "equals": {
      const left = textUnder(problem, formula.left, assignment);
      const right = textUnder(problem, formula.right, assignment);
      if (!isComputed(formula)) return left === undefined || right === undefined ? undefined : left === right;
      // "Something else" was chosen without looking at computed texts: it may be like one.
      if (left === undefined || right === undefined || isOther(left) || isOther(right))
        return atomUnder(assignment, formula.atom);
      return left === right;
    }
    case "atom":
      return atomUnder(assignment, formula.atom);
    case "not": {
      const truth = truthOf(work, formula.operand, depth + 1);
      return truth === undefined ? undefined : !truth;
    }
    default: {
      const decisive = formula.kind === "or";
      let open = false;
      for (const operand of formula.operands) {
        const truth = truthOf(work, operand, depth + 1);
        if (truth === decisive) return decisive;
        if (truth === undefined) open = true;
      }
      return open ? undefined : !decisive;
    }
  }
}

function isOther(text: string): boolean {
  return text.startsWith(OTHER);
}

function atomUnder(assignment: Assignment, atom: string): boolean | undefined {
  const value = assignment.get(atom);
  return value === undefined ? undefined : value === "true";
}

/** A text made with "something else" is not known: it may be like anything. */
function textUnder(problem: Problem, term: Term, assignment: Assignment): string | undefined {
  switch (term.kind) {
    case "text":
      return term.text;
    case "variable":
      return assignment.get(term.name);
    case "joined": {
      let text = "";
      for (const part of term.parts) {
        const known = textUnder(problem, part, assignment);
        if (known === undefined || isOther(known)) return undefined;
        text += known;
      }
      return text;
    }
    case "lookup": {
      const [map, top, second] = [term.map, term.top, term.second].map((key) => textUnder(problem, key, assignment));
      if (map === undefined || top === undefined || second === undefined) return undefined;
      const found = mappingEntry(problem.template, map, top, second);
      return found?.kind === "scalar" && !found.tag ? scalarText(found) : undefined;
    }
  }
}
