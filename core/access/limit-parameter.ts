import { get } from "../evaluate/setting.ts";
import { isKey } from "../iam/conditions.ts";
import type { Statement } from "../iam/statements.ts";
import { type Change, type Json, merge } from "../lint/fix.ts";

const OPERATOR = "StringEqualsIfExists";

/**
 * Limits a parameter of requests to some values by `StringEqualsIfExists`, which leaves requests that have no such parameter alone. Into the
 * operator and the key that are there, however their letters are written; the other keys stay.
 */
export function limitParameter(statement: Statement, key: string, value: Json): Change[] {
  const [condition] = get(statement.located, "Condition");
  if (!condition) return [];
  const there = statement.conditions.filter(({ operator }) => operator.toLowerCase() === OPERATOR.toLowerCase());
  const [first] = there;
  if (!first) return [merge(condition, { [OPERATOR]: { [key]: value } })];
  const same = there.find((test) => isKey(test, key));
  return get(condition, (same ?? first).operator).map((tests) => merge(tests, { [same?.key ?? key]: value }));
}
