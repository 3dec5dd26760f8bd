import { type Setting, text } from "../evaluate/setting.ts";
import { piecesOf } from "../evaluate/value.ts";
import { leadingKeysSupported } from "../iam/action-classes.ts";
import { complementOf, expandAction } from "../iam/actions.ts";
import { isKey, operatorOf, requiresKey, withoutItsKey } from "../iam/conditions.ts";
import type { ConditionTest, Statement } from "../iam/statements.ts";
import { addTests } from "../lint/condition-fix.ts";
import type { Change } from "../lint/fix.ts";
import type { Project } from "../model/project.ts";
import { grantedActions } from "./grants.ts";

/** The partition keys of the items that a request names: several for batches and for a PartiQL SELECT with `IN`. */
export const LEADING_KEYS = "dynamodb:LeadingKeys";

/** Actions whose single request may name items with different partition keys. */
export const severalKeys: ReadonlySet<string> = new Set([
  "dynamodb:BatchGetItem",
  "dynamodb:BatchWriteItem",
  "dynamodb:PartiQLSelect",
]);

/** The tests of a statement that compare the keys with values. `Null` only asks whether there are any. */
export function leadingKeysTests(statement: Statement): ConditionTest[] {
  return statement.conditions.filter((test) => isKey(test, LEADING_KEYS) && operatorOf(test).name !== "null");
}

/** Does the statement allow what it allows only for certain items? */
export function isLimitedToItems(statement: Statement): boolean {
  return statement.effect === "Allow" && leadingKeysTests(statement).length > 0;
}

/** A pattern of wildcards only, with a star among them. */
export function matchesEveryKey({ value }: Setting): boolean {
  const pieces = piecesOf(value) ?? [];
  const written = pieces.every((piece) => typeof piece === "string") ? pieces.join("") : "";
  return /^[*?]*\*[*?]*$/.test(written);
}

/** Do the tests of the keys let every key through, or every key but some? leadingkeys-value-too-loose speaks of that. */
export function takesStrangersKeys(statement: Statement): boolean {
  const tests = leadingKeysTests(statement);
  return (
    tests.length > 0 &&
    tests.every((test) => {
      const { name, negated } = operatorOf(test);
      return negated || (name === "stringlike" && test.values.some(matchesEveryKey));
    })
  );
}

/** Is what the statement says of the keys still true for a request that carries none? */
export function isTrueWithoutLeadingKeys(statement: Statement): boolean {
  return statement.conditions.every((test) => !isKey(test, LEADING_KEYS) || withoutItsKey(test) === true);
}

/**
 * Does every request that the statement speaks of carry keys: by a `Null` test, or because all its actions always do? Whether a PartiQL
 * SELECT of the whole table carries any, AWS does not say.
 */
export function keysAreCertain(statement: Statement): boolean {
  if (requiresKey(statement, LEADING_KEYS)) return true;
  return statement.actions.length > 0 && statement.actions.every((action) => alwaysCarriesKeys(text(action)));
}

function alwaysCarriesKeys(pattern: string | undefined): boolean {
  const expansion = pattern === undefined ? undefined : expandAction(pattern);
  if (expansion?.kind !== "judged" || expansion.names.length === 0 || /^\*/.test(pattern ?? "")) return false;
  return expansion.names.every((name) => leadingKeysSupported.has(name) && name !== "dynamodb:PartiQLSelect");
}

/** Makes a statement match only requests that carry keys. None where it says already what is to happen to the others. */
export function askForLeadingKeys(statement: Statement): Change[] {
  const says = statement.conditions.some((test) => isKey(test, LEADING_KEYS) && operatorOf(test).name === "null");
  return says ? [] : addTests(statement, [{ operator: "Null", key: LEADING_KEYS, value: "false" }]);
}

/** The DynamoDB and DAX actions that a statement speaks of, less what the denies take away; what is known only at deployment is left out. */
export function actionsIn(project: Project, statement: Statement, denies: readonly Statement[] = []): string[] {
  const patterns = statement.actions.flatMap((action) => text(action) ?? []);
  const excepted = statement.notActions.map(text).filter((each) => each !== undefined);
  const rest =
    excepted.length > 0 && excepted.length === statement.notActions.length ? complementOf(excepted) : undefined;
  const named = [...patterns, ...(rest?.kind === "judged" ? rest.names : [])];
  return [...new Set(named.flatMap((pattern) => grantedActions(project, statement, pattern, denies)))];
}
