import fc from "fast-check";
import type { Fact } from "../../../core/evaluate/path.ts";
import { sourceText } from "../../../core/syntax/source-text.ts";
import { readTemplate } from "../../../core/template/read.ts";
import type { Template } from "../../../core/template/template.ts";

/** Templates in terms of which a naive evaluation is easy, to compare the real one with. */
export interface Model {
  /** Parameter → allowed values; none: any value. */
  parameters: Record<string, string[] | undefined>;
  conditions: Formula[];
  assertions: Formula[];
}

export type Formula =
  | { equals: [Term, Term] }
  | { and: Formula[] }
  | { or: Formula[] }
  | { not: Formula }
  /** One of the conditions before. */
  | { condition: number };

export type Term = { text: string } | { parameter: string } | { joined: Term[] };

export type Expression =
  | Term
  | { if: [number, Expression, Expression] }
  | { absent: true }
  | { join: Expression[] }
  | { lookup: Term };

const TEXTS = ["a", "b", "c"];
const RESTRICTED = ["P", "Q"];
const FREE = ["F", "G", "AWS::Region"];

/** `F` and `G` may have any value; two more than are compared with are enough to be different from all, and from each other. */
const OTHERS = ["other 1", "other 2", "other 3"];

export const MAPPING: Record<string, string> = { a: "one", b: "two", c: "one" };

const plainTerm = fc.oneof(
  fc.record({ text: fc.constantFrom(...TEXTS) }),
  fc.record({ parameter: fc.constantFrom(...RESTRICTED, ...FREE) }),
);

/** Texts put together of parameters whose values are all known: of others it is not said what they can come to. */
const restrictedTerm = fc.oneof(
  fc.record({ text: fc.constantFrom(...TEXTS) }),
  fc.record({ parameter: fc.constantFrom(...RESTRICTED) }),
);
const joinedTerm = fc.record({ joined: fc.tuple(restrictedTerm, fc.constant({ text: "-" }), restrictedTerm) });

const equality = fc.oneof(
  { weight: 5, arbitrary: fc.record({ equals: fc.tuple(plainTerm, plainTerm) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      equals: fc.tuple(joinedTerm, fc.constantFrom({ text: "a-b" }, { text: "b-a" }, { text: "c" })),
    }),
  },
);

function formula(before: number): fc.Arbitrary<Formula> {
  return fc.letrec<{ formula: Formula }>((tie) => ({
    formula: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      equality as fc.Arbitrary<Formula>,
      ...(before > 0 ? [fc.record({ condition: fc.nat(before - 1) }) as fc.Arbitrary<Formula>] : []),
      fc.record({ not: tie("formula") }),
      fc.record({ and: fc.array(tie("formula"), { minLength: 2, maxLength: 3 }) }),
      fc.record({ or: fc.array(tie("formula"), { minLength: 2, maxLength: 3 }) }),
    ),
  })).formula;
}

const CONDITIONS = 5;

export const model: fc.Arbitrary<Model> = fc.record({
  parameters: fc.record({
    P: fc.subarray(TEXTS, { minLength: 1 }),
    Q: fc.subarray(TEXTS, { minLength: 2 }),
    F: fc.constant(undefined),
    G: fc.constant(undefined),
  }),
  conditions: fc.tuple(...Array.from({ length: CONDITIONS }, (_, index) => formula(index))),
  assertions: fc.oneof(
    { weight: 3, arbitrary: fc.constant<Formula[]>([]) },
    { weight: 1, arbitrary: fc.array(formula(CONDITIONS), { minLength: 1, maxLength: 2 }) },
  ),
});

export const facts: fc.Arbitrary<Fact[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ condition: fc.nat(CONDITIONS - 1).map((index) => `C${index}`), holds: fc.boolean() }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ parameter: fc.constantFrom("P", "Q", "AWS::Region"), value: fc.constantFrom(...TEXTS) }),
    },
  ),
  { minLength: 1, maxLength: 4 },
);

export const expression: fc.Arbitrary<Expression> = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    plainTerm as fc.Arbitrary<Expression>,
    fc.constant({ absent: true as const }),
    fc.record({ lookup: fc.record({ parameter: fc.constantFrom("P", "Q", "AWS::Region") }) }),
    fc.record({ if: fc.tuple(fc.nat(CONDITIONS - 1), tie("expression"), tie("expression")) }),
    fc.record({ if: fc.tuple(fc.nat(CONDITIONS - 1), tie("expression"), tie("expression")) }),
    fc.record({ join: fc.array(tie("expression"), { minLength: 1, maxLength: 2 }) }),
  ),
})).expression;

function termJson(term: Term): unknown {
  if ("text" in term) return term.text;
  if ("parameter" in term) return { Ref: term.parameter };
  return { "Fn::Join": ["", term.joined.map(termJson)] };
}

function formulaJson(each: Formula): unknown {
  if ("equals" in each) return { "Fn::Equals": each.equals.map(termJson) };
  if ("and" in each) return { "Fn::And": each.and.map(formulaJson) };
  if ("or" in each) return { "Fn::Or": each.or.map(formulaJson) };
  if ("not" in each) return { "Fn::Not": [formulaJson(each.not)] };
  return { Condition: `C${each.condition}` };
}

function expressionJson(each: Expression): unknown {
  if ("if" in each) return { "Fn::If": [`C${each.if[0]}`, expressionJson(each.if[1]), expressionJson(each.if[2])] };
  if ("absent" in each) return { Ref: "AWS::NoValue" };
  if ("join" in each) return { "Fn::Join": ["+", each.join.map(expressionJson)] };
  if ("lookup" in each) return { "Fn::FindInMap": ["M", termJson(each.lookup), "k"] };
  return termJson(each);
}

/** The template that a model and the value of `V` of its only resource come to. */
export function templateOf({ parameters, conditions, assertions }: Model, value: Expression): Template {
  const text = JSON.stringify({
    Parameters: Object.fromEntries(
      Object.entries(parameters).map(([name, allowed]) => [
        name,
        { Type: "String", ...(allowed && { AllowedValues: allowed }) },
      ]),
    ),
    Mappings: { M: Object.fromEntries(Object.entries(MAPPING).map(([key, entry]) => [key, { k: entry }])) },
    Conditions: Object.fromEntries(conditions.map((each, index) => [`C${index}`, formulaJson(each)])),
    Rules: { R: { Assertions: assertions.map((each) => ({ Assert: formulaJson(each) })) } },
    Resources: { R: { Type: "AWS::Test::Thing", Properties: { V: expressionJson(value) } } },
  });
  return readTemplate("template.json", sourceText(text));
}

export type Assignment = Record<string, string>;

/** Every choice of values that makes a difference and that the assertions allow. */
export function assignmentsOf({ parameters, conditions, assertions }: Model): Assignment[] {
  let assignments: Assignment[] = [{}];
  for (const [name, allowed] of Object.entries({ ...parameters, "AWS::Region": undefined })) {
    const values = allowed ?? [...TEXTS, ...OTHERS];
    assignments = assignments.flatMap((sofar) => values.map((value) => ({ ...sofar, [name]: value })));
  }
  return assignments.filter((assignment) => assertions.every((each) => holds(conditions, each, assignment)));
}

function termValue(term: Term, assignment: Assignment): string {
  if ("text" in term) return term.text;
  if ("parameter" in term) return assignment[term.parameter] ?? "";
  return term.joined.map((part) => termValue(part, assignment)).join("");
}

export function holds(conditions: readonly Formula[], each: Formula, assignment: Assignment): boolean {
  const again = (inner: Formula) => holds(conditions, inner, assignment);
  if ("equals" in each) return termValue(each.equals[0], assignment) === termValue(each.equals[1], assignment);
  if ("and" in each) return each.and.every(again);
  if ("or" in each) return each.or.some(again);
  if ("not" in each) return !again(each.not);
  const condition = conditions[each.condition];
  return condition !== undefined && again(condition);
}

export function factHolds(conditions: readonly Formula[], fact: Fact, assignment: Assignment): boolean {
  if ("parameter" in fact) return assignment[fact.parameter] === fact.value;
  return holds(conditions, { condition: Number(fact.condition.slice(1)) }, assignment) === fact.holds;
}

/**
 * What an expression comes to; undefined where it is nothing. Values of parameters that may have any stay symbols. Null where the
 * deployment would fail, or the template cannot say what comes out.
 */
export function valueUnder(
  conditions: readonly Formula[],
  each: Expression,
  assignment: Assignment,
): string | undefined | null {
  const again = (inner: Expression) => valueUnder(conditions, inner, assignment);
  if ("if" in each) return again(holds(conditions, { condition: each.if[0] }, assignment) ? each.if[1] : each.if[2]);
  if ("absent" in each) return undefined;
  if ("lookup" in each) return MAPPING[termValue(each.lookup, assignment)] ?? null;
  if ("join" in each) {
    const parts = each.join.map(again);
    return parts.includes(null) ? null : parts.filter((part) => part !== undefined).join("+");
  }
  if ("text" in each) return each.text;
  if ("joined" in each) return each.joined.map((part) => again(part)).join("");
  return RESTRICTED.includes(each.parameter) ? (assignment[each.parameter] ?? "") : `\${${each.parameter}}`;
}
