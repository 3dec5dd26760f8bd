import { get } from "../evaluate/setting.ts";
import type { Statement } from "../iam/statements.ts";
import { type Change, type Json, merge } from "../lint/fix.ts";

/** Makes a statement ask for one more thing: a key of a condition operator, beside what its condition says already. */
export function addTest(statement: Statement, operator: string, key: string, value: Json): Change[] {
  const [condition] = get(statement.located, "Condition");
  if (!condition) return [];
  const written = statement.conditions.find((test) => test.operator.toLowerCase() === operator.toLowerCase())?.operator;
  if (written === undefined) return [merge(condition, { [operator]: { [key]: value } })];
  return get(condition, written).map((tests) => merge(tests, { [key]: value }));
}
