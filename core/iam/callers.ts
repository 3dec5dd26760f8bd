import { piecesOf, textOf, type Value } from "../evaluate/value.ts";
import { isPositive, operatorOf } from "./conditions.ts";
import type { ConditionTest, Statement } from "./statements.ts";

/**
 * Whom the conditions of a statement for everybody leave. A test fixes the callers where it asks for a value that a stranger's request cannot
 * have: an account, an organisation, a principal, a network. `kms:ViaService`, tags and encryption contexts do not: a stranger has them too.
 * Source: IAM User Guide, global condition context keys; KMS Developer Guide, condition keys.
 */

/** Keys whose whole value has to be fixed. */
const WHOLE = new Set([
  "kms:calleraccount",
  "aws:principalaccount",
  "aws:principalorgid",
  "aws:principalservicename",
  "aws:principalservicenameslist",
  "aws:sourceaccount",
  "aws:sourceorgid",
  "aws:sourceowner",
  "aws:sourcevpc",
  "aws:sourcevpce",
]);
/** Keys of ARNs, of which the account is enough. */
const ARNS = new Set(["aws:principalarn", "aws:sourcearn"]);
/** Keys of paths in an organisation (`o-a1b2c3d4e5/r-ab12/*`), of which the organisation is enough. */
const PATHS = new Set(["aws:principalorgpaths", "aws:sourceorgpaths"]);
const ADDRESSES = new Set(["aws:sourceip", "aws:vpcsourceip"]);

/** Is the test true only for callers that it fixes? */
export function fixesCallers(test: ConditionTest): boolean {
  if (!isPositive(test)) return false;
  if (isService(test)) return test.values.every(({ value }) => textOf(value)?.toLowerCase() === "true");
  return test.values.every(isFixedFor(test));
}

/**
 * Is nobody but fixed callers left by a Deny: `StringNotEquals: { aws:PrincipalOrgID: … }`? Every test has to be true for a stranger, or the
 * Deny would pass it by. A Deny without tests leaves nobody.
 */
export function deniesOthers({ conditions, conditionUnknown }: Statement): boolean {
  return !conditionUnknown && conditions.every(isTrueForOthers);
}

function isTrueForOthers(test: ConditionTest): boolean {
  const { negated, quantifier } = operatorOf(test);
  if (isService(test)) return test.values.every(({ value }) => textOf(value)?.toLowerCase() === "false");
  // `ForAnyValue` is false for a request without the key.
  return negated && quantifier !== "foranyvalue" && test.values.length > 0 && test.values.every(isFixedFor(test));
}

function isService(test: ConditionTest): boolean {
  return test.key.toLowerCase() === "aws:principalisawsservice" && operatorOf(test).name === "bool";
}

/** Is a value of the test's key good enough to fix the callers? */
function isFixedFor(test: ConditionTest): (value: { value: Value }) => boolean {
  const key = test.key.toLowerCase();
  if (WHOLE.has(key)) return ({ value }) => isFixed(written(value));
  if (ARNS.has(key)) return ({ value }) => isFixed(written(value)) || isFixed(accountIn(written(value)));
  if (PATHS.has(key)) return ({ value }) => /^o-[^/*?$]+\//.test(written(value));
  // The part before the colon is the role's or user's own id.
  if (key === "aws:userid") return ({ value }) => /^[^*?$:]{4,}(?::|$)/.test(written(value));
  if (ADDRESSES.has(key)) return ({ value }) => !/^$|\/0$/.test(written(value));
  return () => false;
}

/** A stand-in for what only deployment knows: one value, without wildcards. */
const KNOWN_LATER = "later";

/** The text; what is the key's own, as its account, is one value too. */
function written(value: Value): string {
  return (piecesOf(value) ?? [])
    .map((piece) => (typeof piece === "string" ? piece : KNOWN_LATER))
    .join("")
    .replace(/\$\{aws:Resource(?:Account|OrgID|OrgPaths)\}/gi, KNOWN_LATER);
}

function isFixed(text: string): boolean {
  return text !== "" && !/[*?]|\$\{/.test(text);
}

function accountIn(arn: string): string {
  return /^arn:[^:]*:[^:]*:[^:]*:([^:]+):/.exec(arn)?.[1] ?? "";
}
