import type { Template } from "../template/template.ts";
import { choose, factsOf, join, type Path } from "./path.ts";
import { satisfiable } from "./satisfiable.ts";

/** Conditions that are decided together: 2⁶ branches at most. */
const MAX_CONDITIONS = 6;

/**
 * The branches of `base` in which every condition that any of `paths` speaks of is decided: each can hold, and together they are all there
 * are. Values of parameters stay open. Undefined where there are too many conditions to look at together.
 */
export function branchesUnder(template: Template, base: Path, paths: readonly Path[]): Path[] | undefined {
  const names = new Set<string>();
  for (const fact of paths.flatMap((path) => path.chosen)) if ("condition" in fact) names.add(fact.condition);
  for (const fact of factsOf(base)) if ("condition" in fact) names.delete(fact.condition);
  if (names.size > MAX_CONDITIONS) return undefined;
  let branches: Path[] = [base];
  for (const condition of names) {
    branches = branches.flatMap((branch): Path[] => {
      const able = [true, false]
        .map((holds) => ({ condition, holds }))
        .filter((fact) => satisfiable(template, [...factsOf(branch), fact]) !== "no");
      const [only, ...others] = able;
      // What cannot be otherwise is not worth naming.
      if (only && others.length === 0) return [{ ...branch, assumed: [...branch.assumed, only] }];
      return able.map((fact) => choose(branch, fact));
    });
  }
  return branches;
}

/** Both branches of one template at once; undefined where they cannot hold together. What `a` implies is not named again. */
export function both(template: Template, a: Path, b: Path): Path | undefined {
  const joined = join(a, b);
  if (!joined || satisfiable(template, factsOf(joined)) === "no") return undefined;
  if (joined.chosen.length === a.chosen.length || a.chosen.length + a.assumed.length === 0) return joined;
  let named = { ...joined, chosen: a.chosen };
  for (const fact of joined.chosen.slice(a.chosen.length)) {
    const isImplied =
      "condition" in fact && satisfiable(template, [...factsOf(named), { ...fact, holds: !fact.holds }]) === "no";
    named = isImplied ? { ...named, assumed: [...named.assumed, fact] } : choose(named, fact);
  }
  return named;
}

/** Does `branch` hold wherever `other` does? */
export function isImplied(template: Template, branch: Path, other: Path): boolean {
  return factsOf(branch).every((fact) => {
    if (!("condition" in fact))
      return factsOf(other).some(
        (known) => "parameter" in known && known.parameter === fact.parameter && known.value === fact.value,
      );
    return satisfiable(template, [...factsOf(other), { ...fact, holds: !fact.holds }]) === "no";
  });
}
