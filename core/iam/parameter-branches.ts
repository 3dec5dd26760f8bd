import { both } from "../evaluate/branches.ts";
import { factsOf, type Path } from "../evaluate/path.ts";
import { isKey } from "./conditions.ts";
import { inStatement, type Statement } from "./statements.ts";

/** More values of parameters than this are looked at as if they were all there at once. */
const MAX_BRANCHES = 64;

/**
 * A statement once for every value that the parameters in its tests of a key may have: `dynamodb:Select: !Ref Mode` is two statements where
 * `Mode` allows two values. Their branches say so, and name the parameters whose default was used. Conditions are decided in every statement
 * already.
 */
export function branchesOfKey(statement: Statement, key: string): Statement[] {
  const paths = statement.conditions.flatMap((test) => (isKey(test, key) ? test.values.map(({ when }) => when) : []));
  const parameters = new Set(
    paths.flatMap((path) => factsOf(path).flatMap((fact) => ("parameter" in fact ? [fact.parameter] : []))),
  );
  let branches: Statement[] = [statement];
  for (const parameter of parameters) {
    const ways = paths.filter((path) => speaksOf(path, parameter));
    const next = branches.flatMap((branch) => distinct(branch, ways).map((when) => narrowed(branch, key, when)));
    if (next.length > MAX_BRANCHES) break;
    branches = next;
  }
  return branches.map((branch) => withDefaults(branch, key));
}

function speaksOf(path: Path, parameter: string): boolean {
  return factsOf(path).some((fact) => "parameter" in fact && fact.parameter === parameter);
}

function distinct({ located }: Statement, ways: readonly Path[]): Path[] {
  const found = new Map<string, Path>();
  for (const way of ways) {
    const when = both(located.template, located.when, way);
    if (when) found.set(JSON.stringify(factsOf(when)), when);
  }
  return [...found.values()];
}

function narrowed(statement: Statement, key: string, when: Path): Statement {
  const { template } = statement.located;
  return {
    ...statement,
    located: { ...statement.located, when },
    conditions: statement.conditions.flatMap((test) => {
      if (!isKey(test, key)) return [test];
      const values = test.values.filter((value) => both(template, when, value.when) !== undefined);
      return values.length > 0 || test.values.length === 0 ? [{ ...test, values }] : [];
    }),
  };
}

/** The same object where there is nothing to add: what is known of a statement is remembered by it. */
function withDefaults(statement: Statement, key: string): Statement {
  const values = statement.conditions.flatMap((test) => (isKey(test, key) ? test.values : []));
  if (values.every(({ when }) => when.defaults.length === 0)) return statement;
  return { ...statement, located: { ...statement.located, when: inStatement(statement, ...values) } };
}
