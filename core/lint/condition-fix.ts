import { get } from "../evaluate/setting.ts";
import type { Statement } from "../iam/statements.ts";
import { append, type Change, type Json, merge } from "./fix.ts";

/** One key of one operator to be added to a condition. */
export interface NewTest {
  /** `ArnNotLikeIfExists` */
  operator: string;
  key: string;
  /** A list is added to the values that the same operator already has for the key. */
  value: Json;
}

/** Adds tests to the condition of a statement, beside what stands there: all of them must then be true. */
export function addTests(statement: Statement, tests: readonly NewTest[]): Change[] {
  return get(statement.located, "Condition").flatMap((condition) => {
    const missing: { [operator: string]: { [key: string]: Json } } = {};
    const changes: Change[] = [];
    for (const { operator, key, value } of tests) {
      const same = statement.conditions.filter((test) => test.operator.toLowerCase() === operator.toLowerCase());
      const [written] = same;
      if (!written) {
        missing[operator] = { ...missing[operator], [key]: value };
        continue;
      }
      const known = same.find((test) => test.key.toLowerCase() === key.toLowerCase());
      for (const operands of get(condition, written.operator)) {
        if (!known) changes.push(merge(operands, { [key]: value }));
        else if (Array.isArray(value))
          for (const values of get(operands, known.key)) changes.push(...value.map((each) => append(values, each)));
      }
    }
    return Object.keys(missing).length > 0 ? [merge(condition, missing), ...changes] : changes;
  });
}
