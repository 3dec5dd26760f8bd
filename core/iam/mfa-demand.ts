import { textOf } from "../evaluate/value.ts";
import { isKey, isPositive, operatorOf } from "./conditions.ts";
import { MFA_AGE, MFA_PRESENT } from "./mfa.ts";
import type { ConditionTest, Statement } from "./statements.ts";

/**
 * Does the statement hold only for requests that were authenticated with MFA? Both keys are missing from requests that were not made with
 * temporary credentials, so only positive operators without `IfExists` do it. Source: IAM User Guide, global condition keys.
 */
export function requiresMfa({ conditions }: Statement): boolean {
  return conditions.some((test) => {
    if (!isPositive(test)) return false;
    if (isKey(test, MFA_PRESENT)) return operatorOf(test).name === "bool" && allAre(test, "true");
    return isKey(test, MFA_AGE) && /^numericlessthan(?:equals)?$/.test(operatorOf(test).name);
  });
}

/**
 * Is it a Deny for requests without MFA, and for no narrower reason? A plain `Bool` counts too: that it leaves long-term keys alone is another
 * finding.
 */
export function deniesWithoutMfa({ effect, conditions, conditionUnknown }: Statement): boolean {
  return effect === "Deny" && !conditionUnknown && conditions.length > 0 && conditions.every(isTrueWithoutMfa);
}

function isTrueWithoutMfa(test: ConditionTest): boolean {
  const { name } = operatorOf(test);
  if (isKey(test, MFA_PRESENT))
    return name === "bool" ? allAre(test, "false") : name === "null" && allAre(test, "true");
  if (!isKey(test, MFA_AGE)) return false;
  return name === "null" ? allAre(test, "true") : name.startsWith("numericgreaterthan");
}

function allAre(test: ConditionTest, wanted: string): boolean {
  return test.values.length > 0 && test.values.every(({ value }) => textOf(value)?.toLowerCase() === wanted);
}
