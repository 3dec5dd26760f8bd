import { get, type Setting } from "../evaluate/setting.ts";
import type { Statement } from "../iam/statements.ts";
import { append, type Change, type Json, merge, replaceItem } from "./fix.ts";

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
        else if (Array.isArray(value)) {
          for (const values of get(operands, known.key)) {
            const twin = isListable(values) ? undefined : twinOf(operator);
            if (twin === undefined) changes.push(...addValues(values, value));
            else missing[twin] = { ...missing[twin], [key]: value };
          }
        }
      }
    }
    return Object.keys(missing).length > 0 ? [merge(condition, missing), ...changes] : changes;
  });
}

function isListable({ value }: Setting): boolean {
  return value.kind === "list" || value.kind === "literal";
}

/** A lone value becomes a list. */
function addValues(values: Setting, added: readonly Json[]): Change[] {
  if (values.value.kind === "literal") return [replaceItem(values, [values.value.text, ...added])];
  return added.map((each) => append(values, each));
}

/**
 * Beside a computed value (`!Sub …`), which no list can be made of, stands the operator that says the same: negated ones are true without their
 * key, with `IfExists` and without it.
 */
function twinOf(operator: string): string | undefined {
  if (!/not/i.test(operator)) return undefined;
  return /IfExists$/i.test(operator) ? operator.replace(/IfExists$/i, "") : `${operator}IfExists`;
}
