import { piecesKey, piecesOf, textOf, type Value } from "../evaluate/value.ts";
import { attributesSupported, leadingKeysSupported } from "./action-classes.ts";
import { type Action, expandAction } from "./actions.ts";
import type { ConditionTest, Statement } from "./statements.ts";
import { matchesWildcard } from "./wildcard.ts";

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
 * Is the Allow of an identity policy narrowed by a condition that works: a positive operator, without IfExists, with a value that is not
 * only wildcards? `ForAllValues` is true where the key is missing, so it works only for the two keys of items and attributes: where every
 * action brings the key along, or a `Null` test asks for it.
 */
export function isConstrained(statement: Statement): boolean {
  return statement.conditions.some((test) => {
    const operator = operatorOf(test);
    if (!IDENTITY_KEYS.test(test.key) || operator.negated || operator.ifExists || operator.name === "null")
      return false;
    if (operator.quantifier === "forallvalues" && !isKeyAlwaysThere(statement, test.key)) return false;
    return test.values.length > 0 && test.values.every(({ value }) => !isOpen(textOf(value)));
  });
}

/** Is a request without the key refused: because no action of the statement lacks it, or by `Null: { key: "false" }`? */
function isKeyAlwaysThere(statement: Statement, key: string): boolean {
  const supported = isLeadingKeys(key) ? leadingKeysSupported : isAttributes(key) ? attributesSupported : undefined;
  if (!supported) return false;
  return (
    requiresKey(statement, key) || (statement.actions.length > 0 && statement.actions.every(isSupported(supported)))
  );
}

function isLeadingKeys(key: string): boolean {
  return key.toLowerCase() === "dynamodb:leadingkeys";
}

function isAttributes(key: string): boolean {
  return key.toLowerCase() === "dynamodb:attributes";
}

function isSupported(supported: ReadonlySet<string>) {
  return ({ value }: { value: Value }): boolean => {
    const pattern = textOf(value);
    const expansion = pattern === undefined ? undefined : expandAction(pattern);
    return expansion?.kind === "judged" && expansion.names.every((name) => supported.has(name));
  };
}

/** Does a `Null` test demand that the request has the key? */
export function requiresKey(statement: Statement, key: string): boolean {
  return statement.conditions.some(
    (test) =>
      isKey(test, key) &&
      operatorOf(test).name === "null" &&
      test.values.length > 0 &&
      test.values.every(({ value }) => textOf(value)?.toLowerCase() === "false"),
  );
}

/** A value that matches everything: `*`, `?*`, or every address there is. */
function isOpen(text: string | undefined): boolean {
  return text !== undefined && (/^[*?]+$/.test(text) || text === "0.0.0.0/0" || text === "::/0");
}

/**
 * What a test comes to for a request that does not carry its key: true for `Null: "true"`, negated operators, `…IfExists` and `ForAllValues:`;
 * false for `Null: "false"`, positive operators and `ForAnyValue:`. Undefined for `Null` with a value that is not known.
 * Source: IAM User Guide, condition operators and multivalued context keys.
 */
export function withoutItsKey(test: ConditionTest): boolean | undefined {
  const operator = operatorOf(test);
  if (operator.name === "null") {
    const [only, ...others] = new Set(test.values.map(({ value }) => textOf(value)?.toLowerCase()));
    return others.length === 0 && (only === "true" || only === "false") ? only === "true" : undefined;
  }
  if (operator.quantifier === "foranyvalue") return false;
  return operator.quantifier === "forallvalues" || operator.ifExists || operator.negated;
}

/** How written values compare with a request's, for the operators on keys that have one text. */
const COMPARISONS: Readonly<Record<string, (written: string, value: string) => boolean>> = {
  stringequals: (written, value) => written === value,
  stringequalsignorecase: (written, value) => written.toLowerCase() === value.toLowerCase(),
  stringlike: (written, value) => matchesWildcard(written, value, { caseSensitive: true }),
  bool: (written, value) => written.toLowerCase() === value.toLowerCase(),
};

/**
 * What a test comes to for a request that carries its key with this one value. Undefined where a written value is not known, and for
 * operators that do not compare texts.
 */
export function withValue(test: ConditionTest, value: string): boolean | undefined {
  const { name, negated } = operatorOf(test);
  if (name === "null") {
    const absent = withoutItsKey(test);
    return absent === undefined ? undefined : !absent;
  }
  const compare = COMPARISONS[negated ? name.replace("not", "") : name];
  if (!compare) return undefined;
  const answers = test.values.map((written) => {
    const text = textOf(written.value);
    return text === undefined || text.includes("${") ? undefined : compare(text, value);
  });
  if (answers.includes(true)) return !negated;
  return answers.includes(undefined) ? undefined : negated;
}

/** Is every request for the action refused, because a test asks for a key of DynamoDB's that such requests do not carry? */
export function isRefused(statement: Statement, action: Action): boolean {
  return statement.conditions.some(
    (test) =>
      /^dynamodb:/i.test(test.key) &&
      !action.conditionKeys.some((key) => isKey(test, key)) &&
      withoutItsKey(test) === false,
  );
}

/**
 * Is the test true only for requests that carry the key with one of the written values? A positive operator, no `IfExists`, no `ForAllValues`,
 * no `Null`; what values are good enough is another question: see `isFixed`.
 */
export function isPositive(test: ConditionTest): boolean {
  const { name, negated, ifExists, quantifier } = operatorOf(test);
  return !negated && !ifExists && name !== "null" && quantifier !== "forallvalues" && test.values.length > 0;
}

/** No wildcard and no policy variable in what is known of a value. */
export function isFixed({ value }: { value: Value }): boolean {
  return (piecesOf(value) ?? []).every((piece) => typeof piece !== "string" || !/[*?]|\$\{/.test(piece));
}

/** Is the statement limited by a positive test, with fixed values only, of one of the keys (lower case: `aws:sourceaccount`)? */
export function isBoundBy(statement: Statement, keys: ReadonlySet<string>): boolean {
  return statement.conditions.some(
    (test) => keys.has(test.key.toLowerCase()) && isPositive(test) && test.values.every(isFixed),
  );
}

/** Can no request pass the conditions of both, because one asks for values of a key that the other one refuses? */
export function excludeEachOther(a: Statement, b: Statement): boolean {
  return a.conditions.some((test) =>
    b.conditions.some((other) => isKey(test, other.key) && (refuses(other, test) || refuses(test, other))),
  );
}

/** Is the test false for every value that `asking` lets through? Keys with several values may have one of each kind. */
export function refuses(test: ConditionTest, asking: ConditionTest): boolean {
  const { name, negated, quantifier } = operatorOf(test);
  const asked = operatorOf(asking);
  if (!isPositive(asking) || quantifier || asked.quantifier) return false;
  const written = new Set(test.values.map(writtenKey));
  if (
    negated &&
    name.replace("not", "") === asked.name &&
    asking.values.every((value) => written.has(writtenKey(value)))
  )
    return true;
  return asking.values.every((value) => {
    const text = textOf(value.value);
    return text !== undefined && isFixed(value) && withValue(test, text) === false;
  });
}

function writtenKey({ value }: { value: Value }): string {
  return piecesKey(piecesOf(value) ?? []);
}
