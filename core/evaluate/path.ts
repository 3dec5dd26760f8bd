/**
 * One assumption: a condition holds or not, or a parameter (or `AWS::Region`) has a value. `among` are the values that it was chosen from:
 * all that are possible there, or undefined where there may be others.
 */
export type Fact =
  | { condition: string; holds: boolean }
  | { parameter: string; value: string; among?: readonly string[] };

/**
 * Under which assumptions something is true. `assumed` is given (the resource's own Condition) and not worth saying;
 * `chosen` is the branch, in the order met; `defaults` names the parameters whose default value was used.
 */
export interface Path {
  readonly assumed: readonly Fact[];
  readonly chosen: readonly Fact[];
  readonly defaults: readonly string[];
}

export const ALWAYS: Path = { assumed: [], chosen: [], defaults: [] };

export function choose(path: Path, fact: Fact): Path {
  return path.chosen.some((known) => sameFact(known, fact)) ? path : { ...path, chosen: [...path.chosen, fact] };
}

export function withDefault(path: Path, parameter: string): Path {
  return path.defaults.includes(parameter) ? path : { ...path, defaults: [...path.defaults, parameter] };
}

export function factsOf(path: Path): Fact[] {
  return [...path.assumed, ...path.chosen];
}

/** Both paths at once, or undefined where they contradict each other by name; satisfiability is a further question. */
export function join(a: Path, b: Path): Path | undefined {
  let joined = a;
  for (const fact of b.chosen) {
    if (contradicts(factsOf(joined), fact)) return undefined;
    if (!a.assumed.some((known) => sameFact(known, fact))) joined = choose(joined, fact);
  }
  for (const fact of b.assumed) {
    if (contradicts(factsOf(joined), fact)) return undefined;
    if (!factsOf(joined).some((known) => sameFact(known, fact)))
      joined = { ...joined, assumed: [...joined.assumed, fact] };
  }
  for (const name of b.defaults) joined = withDefault(joined, name);
  return joined;
}

export function contradicts(facts: readonly Fact[], fact: Fact): boolean {
  return facts.some((known) =>
    "condition" in known
      ? "condition" in fact && known.condition === fact.condition && known.holds !== fact.holds
      : "parameter" in fact && known.parameter === fact.parameter && known.value !== fact.value,
  );
}

export function sameFact(a: Fact, b: Fact): boolean {
  return factKey(a) === factKey(b);
}

export function factKey(fact: Fact): string {
  return "condition" in fact ? `${fact.condition}?${fact.holds}` : `${fact.parameter}=${fact.value}`;
}

/** The branch in words, e.g. `IsProd is false and Env is "dev"`, or undefined where it is the only one. */
export function describePath(path: Path): string | undefined {
  if (path.chosen.length === 0) return undefined;
  return path.chosen
    .map((fact) =>
      "condition" in fact ? `${fact.condition} is ${fact.holds}` : `${fact.parameter} is "${fact.value}"`,
    )
    .join(" and ");
}

/** The branches in which `path` does not hold: for `A and B`, "A is false" and "A and B is false". Empty where that cannot be said. */
export function otherwise(path: Path): Path[] {
  return path.chosen.flatMap((fact, index): Path[] => {
    if (!("condition" in fact)) return [];
    return [{ ...path, chosen: [...path.chosen.slice(0, index), { ...fact, holds: !fact.holds }] }];
  });
}

/** Fewer branches that cover the same: `A and B` with `A and not B` is `A`, and so are all values of a parameter together. */
export function simplify(paths: readonly Path[]): Path[] {
  let rest = mergeValues(paths);
  for (let first = 0; first < rest.length; first++) {
    for (let second = first + 1; second < rest.length; second++) {
      const merged = resolve(rest[first], rest[second]);
      if (!merged) continue;
      rest.splice(second, 1);
      rest.splice(first, 1, merged);
      rest = mergeValues(rest);
      first = -1;
      break;
    }
  }
  return rest;
}

/** Branches that differ only in a parameter's value are one without it where all values are there. */
function mergeValues(paths: readonly Path[]): Path[] {
  if (paths.length < 2) return [...paths];
  const keyOf = (chosen: readonly Fact[]) => chosen.map(factKey).sort().join("\n");
  const known = new Map(paths.map((path) => [keyOf(path.chosen), path]));
  for (let again = true; again; ) {
    again = false;
    for (const path of known.values()) {
      for (const fact of path.chosen) {
        if (!("parameter" in fact) || !fact.among) continue;
        const others = path.chosen.filter((each) => each !== fact);
        const keys = fact.among.map((value) => keyOf([...others, { ...fact, value }]));
        if (!keys.every((key) => known.has(key))) continue;
        for (const key of keys) known.delete(key);
        known.set(keyOf(others), { ...path, chosen: others });
        again = true;
        break;
      }
    }
  }
  return [...known.values()];
}

/** Two branches that differ in one condition, held and not held, are one without it; a branch that includes the other is superfluous. */
function resolve(a: Path | undefined, b: Path | undefined): Path | undefined {
  if (!a || !b) return undefined;
  const onlyA = a.chosen.filter((fact) => !b.chosen.some((other) => sameFact(fact, other)));
  const onlyB = b.chosen.filter((fact) => !a.chosen.some((other) => sameFact(fact, other)));
  if (onlyA.length === 0) return a;
  if (onlyB.length === 0) return b;
  const [left, right] = [onlyA[0], onlyB[0]];
  if (
    onlyA.length !== 1 ||
    onlyB.length !== 1 ||
    !left ||
    !right ||
    !("condition" in left) ||
    !contradicts([left], right)
  )
    return undefined;
  return { ...a, chosen: a.chosen.filter((fact) => fact !== left) };
}
