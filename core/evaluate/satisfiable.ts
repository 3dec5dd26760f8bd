import type { Template } from "../template/template.ts";
import {
  allowedTexts,
  conditionAtom,
  domainOf,
  isComputed,
  isOther,
  MAX_DEPTH,
  other,
  type Problem,
  problemOf,
  TRUTH,
  variablesOfCondition,
} from "./condition-problem.ts";
import { type Formula, scalarText, type Term } from "./formula.ts";
import { mappingEntry } from "./mapping.ts";
import { contradicts, type Fact, factKey } from "./path.ts";

export type Satisfiable = "yes" | "no" | "unknown";

/** How many formulas may be looked at for one question, and for all questions about one template; beyond it the answer is "unknown". */
const MAX_WORK = 100_000;
const MAX_WORK_PER_TEMPLATE = 5_000_000;

/** What has been asked about a template's conditions. */
interface Inquiry {
  problem: Problem;
  answers: Map<string, Satisfiable>;
  /** What is left of the template's share of work. */
  remaining: number;
}

const inquiries = new WeakMap<Template, Inquiry>();

/** Can all facts hold at once, with some values of the parameters, under the template's `Rules`? Answers are cached per template. */
export function satisfiable(template: Template, facts: readonly Fact[]): Satisfiable {
  if (facts.length === 0) return "yes";
  const key = facts.length === 1 && facts[0] ? factKey(facts[0]) : facts.map(factKey).sort().join("\n");
  let inquiry = inquiries.get(template);
  if (!inquiry) {
    inquiry = { problem: problemOf(template), answers: new Map(), remaining: MAX_WORK_PER_TEMPLATE };
    inquiries.set(template, inquiry);
  }
  const cached = inquiry.answers.get(key);
  if (cached) return cached;
  const answer = solve(inquiry, facts);
  inquiry.answers.set(key, answer);
  return answer;
}

type Assignment = Map<string, string>;

/** What has to hold: named conditions, and rules. */
interface Goal {
  formula: Formula;
  holds: boolean;
  variables: ReadonlySet<string>;
}

function solve(inquiry: Inquiry, facts: readonly Fact[]): Satisfiable {
  const { problem } = inquiry;
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
    const one = search(inquiry, group, new Map(assignment));
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
function search(inquiry: Inquiry, goals: readonly Goal[], assignment: Assignment): Satisfiable {
  const { problem } = inquiry;
  const names = new Set<string>();
  for (const goal of goals) for (const name of goal.variables) if (!assignment.has(name)) names.add(name);
  // What stands for whole questions comes last: usually the values behind them decide.
  const variables = [...names].sort(
    (a, b) => Number(domainOf(problem, a) === TRUTH) - Number(domainOf(problem, b) === TRUTH),
  );
  const work: Work = { problem, assignment, memo: new Map(), remaining: Math.min(MAX_WORK, inquiry.remaining) };
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
  inquiry.remaining -= before - work.remaining;
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
