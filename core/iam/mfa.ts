import { textOf } from "../evaluate/value.ts";
import { isKey, operatorOf, withoutItsKey } from "./conditions.ts";
import type { ConditionTest, Statement } from "./statements.ts";

/**
 * How a request may be signed, as far as MFA goes. Long-term access keys carry neither of the two keys; temporary credentials carry
 * `aws:MultiFactorAuthPresent`, and `aws:MultiFactorAuthAge` only where MFA was used. Source: IAM User Guide, global condition keys.
 */
export type Signing = "long-term keys" | "without MFA" | "with MFA";

export const MFA_PRESENT = "aws:MultiFactorAuthPresent";
export const MFA_AGE = "aws:MultiFactorAuthAge";

/** The tests of a statement that look at MFA. */
export function mfaTests(statement: Statement): readonly ConditionTest[] {
  return statement.conditions.filter((test) => isKey(test, MFA_PRESENT) || isKey(test, MFA_AGE));
}

/** Is a test of MFA true for such a request? Undefined where its values are not known, and for the age of an authentication. */
export function isTrueFor(test: ConditionTest, signing: Signing): boolean | undefined {
  const isAge = isKey(test, MFA_AGE);
  const isThere = signing === "with MFA" || (signing === "without MFA" && !isAge);
  if (!isThere) return withoutItsKey(test);
  const { name, negated } = operatorOf(test);
  const texts = test.values.map(({ value }) => textOf(value)?.toLowerCase());
  if (name === "null") {
    const asksForAbsence = withoutItsKey(test);
    return asksForAbsence === undefined ? undefined : !asksForAbsence;
  }
  if (isAge || texts.some((text) => text !== "true" && text !== "false")) return undefined;
  return texts.includes(String(signing === "with MFA")) !== negated;
}

/** Are all tests of MFA in a statement true for such a request? */
export function isMfaTrueFor(statement: Statement, signing: Signing): boolean | undefined {
  const answers = mfaTests(statement).map((test) => isTrueFor(test, signing));
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}
