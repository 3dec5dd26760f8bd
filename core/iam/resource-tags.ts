import { textOf } from "../evaluate/value.ts";
import { isFixed, isPositive, operatorOf } from "./conditions.ts";
import type { ConditionTest } from "./statements.ts";
import { matchesWildcard } from "./wildcard.ts";

/** `aws:ResourceTag/env` → `env`; undefined for other keys. */
export function resourceTagOf({ key }: ConditionTest): string | undefined {
  return /^aws:ResourceTag\/(.+)$/is.exec(key)?.[1];
}

/** Does a test ask for one of some written texts, so that it can be held against a tag that is written too? */
export function asksForText(test: ConditionTest): boolean {
  const { name } = operatorOf(test);
  const isText = name === "stringequals" || name === "stringequalsignorecase" || name === "stringlike";
  const isWritten = test.values.every(
    (each) => textOf(each.value) !== undefined && (name === "stringlike" ? !isVariable(each.value) : isFixed(each)),
  );
  return isText && isPositive(test) && isWritten;
}

function isVariable(value: ConditionTest["values"][number]["value"]): boolean {
  return textOf(value)?.includes("${") === true;
}

/** Is the value one that such a test asks for? */
export function matchesText(test: ConditionTest, value: string): boolean {
  const { name } = operatorOf(test);
  return test.values.some((each) => {
    const wanted = textOf(each.value) ?? "";
    if (name === "stringlike") return matchesWildcard(wanted, value, { caseSensitive: true });
    return name === "stringequals" ? wanted === value : wanted.toLowerCase() === value.toLowerCase();
  });
}
