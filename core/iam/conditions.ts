import { textOf } from "../evaluate/value.ts";
import type { ConditionTest, Statement } from "./statements.ts";

/** A condition operator in its parts, lower case. `ForAllValues:StringNotLikeIfExists` → forAllValues, `stringnotlike`, ifExists. */
export interface Operator {
  quantifier?: "forallvalues" | "foranyvalue";
  name: string;
  ifExists: boolean;
  negated: boolean;
}

/** Operators compare case-insensitively. Source: IAM JSON policy elements, condition operators. */
export function operatorOf(test: ConditionTest): Operator {
  const [, quantifier, rest = ""] = /^(?:(forallvalues|foranyvalue):)?(.*)$/.exec(test.operator.toLowerCase()) ?? [];
  const ifExists = rest.endsWith("ifexists");
  const name = ifExists ? rest.slice(0, -"ifexists".length) : rest;
  return {
    ...((quantifier === "forallvalues" || quantifier === "foranyvalue") && { quantifier }),
    name,
    ifExists,
    negated: name.includes("not"),
  };
}

/** Condition keys compare case-insensitively too. */
export function isKey(test: ConditionTest, key: string): boolean {
  return test.key.toLowerCase() === key.toLowerCase();
}

/** Keys that narrow an identity policy's Allow (CATALOGUE: constrained). */
const IDENTITY_KEYS =
  /^(?:aws:sourcevpce|aws:sourcevpc|aws:vpcsourceip|aws:sourceip|aws:resourcetag\/.+|aws:multifactorauthpresent|aws:multifactorauthage|aws:calledvia.*|dynamodb:leadingkeys|dynamodb:attributes)$/i;

/**
 * Is the Allow of an identity policy narrowed by a condition that works: a positive operator, without IfExists, without ForAllValues
 * (which is true where the key is missing), with a value that is not only wildcards?
 */
export function isConstrained(statement: Statement): boolean {
  return statement.conditions.some((test) => {
    const operator = operatorOf(test);
    if (!IDENTITY_KEYS.test(test.key) || operator.negated || operator.ifExists || operator.name === "null")
      return false;
    if (operator.quantifier === "forallvalues") return false;
    return test.values.length > 0 && test.values.every(({ value }) => !isOpen(textOf(value)));
  });
}

/** A value that matches everything: `*`, `?*`, or every address there is. */
function isOpen(text: string | undefined): boolean {
  return text !== undefined && (/^[*?]+$/.test(text) || text === "0.0.0.0/0" || text === "::/0");
}
