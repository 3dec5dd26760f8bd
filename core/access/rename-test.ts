import { get, type Setting } from "../evaluate/setting.ts";
import type { ConditionTest, Statement } from "../iam/statements.ts";
import { type Change, renameKey } from "../lint/fix.ts";

/** Gives a condition test another key. None where the operator tests that key already. */
export function renameTestKey(statement: Statement, test: ConditionTest, newKey: string): Change[] {
  const siblings = statement.conditions.filter((other) => sameName(other.operator, test.operator));
  const isTaken = siblings.some((other) => other.keyPlace !== test.keyPlace && sameName(other.key, newKey));
  return isTaken ? [] : mapsOf(statement, test).map(({ tests }) => renameKey(tests, test.key, newKey));
}

/**
 * Gives a condition test another operator. None where other keys stand under the old operator, as they would get it too, and where the new
 * one is there already.
 */
export function renameOperator(statement: Statement, test: ConditionTest, newOperator: string): Change[] {
  const others = statement.conditions.filter((other) => other.keyPlace !== test.keyPlace);
  if (others.some(({ operator }) => sameName(operator, test.operator) || sameName(operator, newOperator))) return [];
  return mapsOf(statement, test).map(({ condition }) => renameKey(condition, test.operator, newOperator));
}

/** Operators and condition keys compare case-insensitively. */
function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** The map of operators, and the map of keys below the test's operator. */
function mapsOf(statement: Statement, test: ConditionTest): { condition: Setting; tests: Setting }[] {
  return get(statement.located, "Condition").flatMap((condition) =>
    get(condition, test.operator)
      .filter(({ value }) => value.kind === "map" && value.node.entries.some(({ key }) => key === test.keyPlace))
      .map((tests) => ({ condition, tests })),
  );
}
