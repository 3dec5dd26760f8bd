import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { both, branchesUnder, isImplied } from "../../../core/evaluate/branches.ts";
import { evaluate } from "../../../core/evaluate/evaluate.ts";
import { ALWAYS, factsOf, type Path, simplify } from "../../../core/evaluate/path.ts";
import { satisfiable } from "../../../core/evaluate/satisfiable.ts";
import { mapAt, type Node, ownEntry } from "../../../core/syntax/node.ts";
import type { Template } from "../../../core/template/template.ts";
import {
  type Assignment,
  assignmentsOf,
  expression,
  factHolds,
  facts,
  type Model,
  model,
  templateOf,
  valueUnder,
} from "./model.ts";
import { show } from "./support.ts";

const RUNS = { numRuns: 200, seed: 20261124 };

function writtenIn(template: Template): Node {
  const properties = mapAt(template.tree.root, "Resources", "R", "Properties");
  const node = properties && ownEntry(properties, "V")?.value;
  if (!node) throw new Error("no value");
  return node;
}

function isUnder({ conditions }: Model, path: Path, assignment: Assignment): boolean {
  return factsOf(path).every((fact) => factHolds(conditions, fact, assignment));
}

describe("satisfiable", () => {
  it("agrees with trying every value", () => {
    const seen = { yes: 0, no: 0 };
    fc.assert(
      fc.property(model, facts, (each, assumed) => {
        const assignments = assignmentsOf(each);
        // Assertions that nothing can meet concern nobody.
        fc.pre(assignments.length > 0);
        const able = assignments.some((assignment) =>
          assumed.every((fact) => factHolds(each.conditions, fact, assignment)),
        );
        seen[able ? "yes" : "no"]++;
        expect(satisfiable(templateOf(each, { text: "" }), assumed)).toBe(able ? "yes" : "no");
      }),
      RUNS,
    );
    // Both answers were worth asking for.
    expect(Math.min(seen.yes, seen.no)).toBeGreaterThan(RUNS.numRuns / 20);
  });

  it("depends neither on the order of the facts nor on earlier questions", () => {
    fc.assert(
      fc.property(model, facts, facts, (each, assumed, others) => {
        const template = templateOf(each, { text: "" });
        satisfiable(template, others);
        const answer = satisfiable(template, assumed);
        expect(satisfiable(template, [...assumed].reverse())).toBe(answer);
        expect(satisfiable(templateOf(each, { text: "" }), [...assumed, ...assumed])).toBe(answer);
      }),
      { ...RUNS, numRuns: 100 },
    );
  });
});

describe("evaluate", () => {
  it("gives exactly one alternative for every choice of values, with the value that comes out; none that cannot be", () => {
    let several = 0;
    fc.assert(
      fc.property(model, expression, (each, written) => {
        const template = templateOf(each, written);
        const alternatives = evaluate(template, writtenIn(template), ALWAYS);
        const assignments = assignmentsOf(each);
        if (alternatives.length > 1) several++;
        for (const assignment of assignments) {
          const expected = valueUnder(each.conditions, written, assignment);
          const holding = alternatives.filter(({ when }) => isUnder(each, when, assignment));
          // A key that the mapping does not have: the stack cannot be deployed so.
          if (expected === null) continue;
          expect(holding.map(({ value }) => show(value))).toEqual([expected ?? "absent"]);
        }
        for (const { when } of alternatives)
          expect(assignments.length === 0 || assignments.some((assignment) => isUnder(each, when, assignment))).toBe(
            true,
          );
      }),
      RUNS,
    );
    expect(several).toBeGreaterThan(RUNS.numRuns / 4);
  });

  it("names only what tells the branches apart", () => {
    fc.assert(
      fc.property(model, expression, (each, written) => {
        const template = templateOf(each, written);
        const assignments = assignmentsOf(each);
        fc.pre(assignments.length > 0);
        for (const { when } of evaluate(template, writtenIn(template), ALWAYS)) {
          for (const [index, fact] of when.chosen.entries()) {
            const before = { ...when, assumed: [], chosen: when.chosen.slice(0, index) };
            const under = assignments.filter((assignment) => isUnder(each, before, assignment));
            expect(under.some((assignment) => !factHolds(each.conditions, fact, assignment))).toBe(true);
          }
        }
      }),
      { ...RUNS, numRuns: 100 },
    );
  });
});

describe("branches", () => {
  const paths = fc.array(
    facts.map((chosen): Path => ({ ...ALWAYS, chosen })),
    { minLength: 1, maxLength: 3 },
  );

  it("simplified cover the same", () => {
    fc.assert(
      fc.property(model, paths, (each, some) => {
        const simpler = simplify(some);
        expect(simpler.length).toBeLessThanOrEqual(some.length);
        for (const assignment of assignmentsOf(each))
          expect(simpler.some((path) => isUnder(each, path, assignment))).toBe(
            some.some((path) => isUnder(each, path, assignment)),
          );
      }),
      { ...RUNS, numRuns: 100 },
    );
  });

  it("of several paths at once are exclusive and all there are", () => {
    fc.assert(
      fc.property(model, paths, (each, some) => {
        const branches = branchesUnder(templateOf(each, { text: "" }), ALWAYS, some) ?? [];
        for (const assignment of assignmentsOf(each))
          expect(branches.filter((branch) => isUnder(each, branch, assignment))).toHaveLength(1);
      }),
      { ...RUNS, numRuns: 100 },
    );
  });

  it("both hold where each does, and one is implied where it holds whenever the other does", () => {
    fc.assert(
      fc.property(model, paths, paths, (each, [a], [b]) => {
        if (!a || !b) return;
        const template = templateOf(each, { text: "" });
        const joined = both(template, a, b);
        const assignments = assignmentsOf(each);
        const where = assignments.filter((one) => isUnder(each, a, one) && isUnder(each, b, one));
        expect(joined !== undefined).toBe(where.length > 0);
        for (const assignment of assignments)
          if (joined) expect(isUnder(each, joined, assignment)).toBe(where.includes(assignment));
        const implied = assignments.every((one) => !isUnder(each, b, one) || isUnder(each, a, one));
        if (isImplied(template, a, b)) expect(implied).toBe(true);
      }),
      { ...RUNS, numRuns: 100 },
    );
  });
});
