import { isImplied } from "../evaluate/branches.ts";
import { type Setting, text } from "../evaluate/setting.ts";
import { piecesOf } from "../evaluate/value.ts";
import { isPositive, operatorOf } from "../iam/conditions.ts";
import { isEverybody } from "../iam/public-access.ts";
import type { ConditionTest, Principal, Statement } from "../iam/statements.ts";
import { matchesWildcard, wildcardsOverlap } from "../iam/wildcard.ts";
import { claimOf, type Issuer } from "../model/issuers.ts";

/** What a trust statement asks of who takes the role. */
export interface Demands {
  tests: readonly ConditionTest[];
  /** There may be more than can be told. */
  isUnknown: boolean;
}

/**
 * The condition of an Allow, and what the Denies of the same trust policy add to it: who is denied unless something holds must have it. A Deny
 * for everybody, always, leaves nobody: undefined. Denies of several conditions at once demand nothing in particular and are left out.
 */
export function demandsOf(statement: Statement, trust: readonly Statement[]): Demands | undefined {
  const tests = [...statement.conditions];
  let isUnknown = statement.conditionUnknown;
  for (const deny of trust) {
    if (deny.effect !== "Deny" || !deny.principals.some(isEverybody) || !takesRoleAway(deny, statement)) continue;
    if (!isImplied(deny.located.template, deny.located.when, statement.located.when)) continue;
    if (deny.conditionUnknown) isUnknown = true;
    else if (deny.conditions.length === 0) return undefined;
    const [only, ...others] = deny.conditions;
    const demand = only && others.length === 0 ? oppositeOf(only) : undefined;
    if (demand) tests.push(demand);
  }
  return { tests, isUnknown };
}

const WAYS_IN = ["sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"];

/** Of the ways into the role, those that a statement speaks of. */
function waysIn(statement: Statement): string[] {
  const patterns = statement.actions.flatMap((action) => text(action) ?? []);
  return WAYS_IN.filter((way) => patterns.some((pattern) => matchesWildcard(pattern, way, { caseSensitive: false })));
}

function takesRoleAway(deny: Statement, allow: Statement): boolean {
  const denied = waysIn(deny);
  return waysIn(allow).every((way) => denied.includes(way));
}

/** Does the statement let the entry of its `Principal` take the role? Undefined where an action is not known. */
export function letsIn(statement: Statement, { type }: Principal): boolean | undefined {
  const way = type === "Federated" ? "sts:AssumeRoleWithWebIdentity" : "sts:AssumeRole";
  if (waysIn(statement).includes(way)) return true;
  return statement.actions.some((action) => text(action) === undefined) ? undefined : false;
}

/** What holds for every request that a Deny with this test leaves alone; undefined where it leaves everybody alone who lacks the key. */
function oppositeOf(test: ConditionTest): ConditionTest | undefined {
  const { quantifier, name, negated, ifExists } = operatorOf(test);
  if (name === "bool" && ifExists && quantifier === undefined) {
    const values = test.values.map(text);
    return values.length === 1 && values[0]?.toLowerCase() === "false" ? { ...test, operator: "Bool" } : undefined;
  }
  if (!negated || quantifier === "foranyvalue") return undefined;
  const positive = name.replace("not", "");
  return { ...test, operator: quantifier === "forallvalues" ? `ForAnyValue:${positive}` : positive };
}

// ---- Principals of AWS ---------------------------------------------------------------------------------------------------------------

/** Values of keys that say in which accounts, or in which network, whoever has them is. */
const WHO: Readonly<Record<string, RegExp>> = {
  "aws:principalorgid": /^[^*?]+$/,
  "aws:principalaccount": /^[^*?]+$/,
  "aws:sourceaccount": /^[^*?]+$/,
  "aws:sourceorgid": /^[^*?]+$/,
  "aws:principalorgpaths": /^[^*?/]+(?:\/|$)/,
  "aws:sourceorgpaths": /^[^*?/]+(?:\/|$)/,
  "aws:principalarn": /^arn:[^:]*:[^:]*:[^:]*:[^*?:]+:/,
  "aws:sourcearn": /[^*?:]{4,}/,
  "aws:userid": /^[^*?]{4,}/,
  "aws:sourceip": /^(?!(?:0\.0\.0\.0|::)\/0$)[^*?]/,
  "aws:vpcsourceip": /^(?!(?:0\.0\.0\.0|::)\/0$)[^*?]/,
  "aws:sourcevpc": /^[^*?]+/,
  "aws:sourcevpce": /^[^*?]+/,
};

/** Is it asked who takes the role: of which account or organization, which principal, from which network? */
export function asksWho({ tests }: Demands): boolean {
  return tests.some((test) => {
    const wanted = WHO[test.key.toLowerCase()];
    return wanted !== undefined && isPositive(test) && test.values.every((value) => wanted.test(filled(value)));
  });
}

/** Is the external ID that a third party was given asked for? */
export function asksExternalId({ tests }: Demands): boolean {
  return tests.some(
    (test) => test.key.toLowerCase() === "sts:externalid" && isPositive(test) && !test.values.some(isOpen),
  );
}

/** Is something asked for that not every principal of an account has: MFA, a tag, a session name? */
export function asksMore({ tests }: Demands): boolean {
  return tests.some(
    (test) =>
      /^(?:aws:multifactorauth(?:present|age)|aws:principaltag\/.+|aws:sourceidentity|sts:rolesessionname)$/i.test(
        test.key,
      ) &&
      isPositive(test) &&
      !test.values.some(isOpen),
  );
}

/** What is known of a value, `HOLE` where only deployment knows; a policy variable is whatever the caller brings, so a star. */
function filled({ value }: Setting, variable = "*"): string {
  const pieces = piecesOf(value) ?? [];
  return pieces.map((piece) => (typeof piece === "string" ? piece.replace(/\$\{[^}]*\}/g, variable) : HOLE)).join("");
}

/** Stands for some name: nothing that a pattern spells out. */
const HOLE = "\u0002".repeat(4);

/** Nothing but wildcards? */
function isOpen(value: Setting): boolean {
  return /^[*?]*$/.test(filled(value));
}

// ---- Web identities ------------------------------------------------------------------------------------------------------------------

/**
 * Whose tokens a trust statement takes. `anyone`: everybody's whom the issuer serves; `owner`: of everything one customer has; `narrow`: of
 * something in particular; `unknown`: a value decides that only deployment knows.
 */
export type Takers =
  | { kind: "anyone"; by?: ConditionTest; at?: Setting }
  /** The name is not there where only deployment knows it. */
  | { kind: "owner"; owner?: string; at: Setting }
  | { kind: "narrow" }
  | { kind: "unknown"; at: Setting };

const RANK = { anyone: 0, owner: 1, unknown: 2, narrow: 3 };

/** The tests have to hold together, so the narrowest counts; of the values of one the widest. */
export function takersOf(issuer: Issuer, { tests }: Demands): Takers {
  const claims = new Set(["sub", ...(issuer.ownClaims ?? [])]);
  let takers: Takers = { kind: "anyone" };
  for (const test of tests) {
    const claim = claimOf(test.key)?.claim ?? "";
    if (!claims.has(claim)) continue;
    const found = takersByTest(issuer, claim, test);
    const isTold = takers.kind !== "anyone" || takers.by !== undefined;
    if (RANK[found.kind] > RANK[takers.kind] || !isTold) takers = found;
  }
  return takers;
}

function takersByTest(issuer: Issuer, claim: string, test: ConditionTest): Takers {
  const { name, ifExists, quantifier, negated } = operatorOf(test);
  // Every token has a subject, so `…IfExists` asks for it all the same.
  const isAsked = isPositive(test) || (claim === "sub" && ifExists && !negated && quantifier === undefined);
  if (!isAsked) return { kind: "anyone", by: test };
  // Whatever an exact value turns out to be, it is one subject.
  if (name !== "stringlike") return { kind: "narrow" };
  const found = test.values.map((value) => takersByValue(issuer, claim, test, value));
  return found.reduce<Takers>((widest, each) => (RANK[each.kind] < RANK[widest.kind] ? each : widest), {
    kind: "narrow",
  });
}

function isUnknownValue({ value }: Setting): boolean {
  return (piecesOf(value) ?? []).every((piece) => typeof piece !== "string");
}

/** A name that nobody has: what matches it matches everybody's. */
const STRANGER = "\u0001\u0001";

function takersByValue(issuer: Issuer, claim: string, test: ConditionTest, at: Setting): Takers {
  if (isUnknownValue(at)) return { kind: "unknown", at };
  // A policy variable has no value before there is a session, so it matches nothing.
  const pattern = filled(at, HOLE);
  const anyone: Takers = { kind: "anyone", by: test, at };
  if (claim !== "sub") return takersByName(pattern, anyone, at);
  if (issuer.kind === "kubernetes")
    return overlaps(pattern, `system:serviceaccount:${STRANGER}:${STRANGER}`) ? anyone : { kind: "narrow" };
  if (!issuer.owner) return matchesWildcard(pattern, STRANGER, { caseSensitive: true }) ? anyone : { kind: "narrow" };
  const { before, after } = issuer.owner;
  if (overlaps(pattern, `${before}${STRANGER}${after}*`)) return anyone;
  if (!pattern.startsWith(before)) return { kind: "narrow" };
  const end = pattern.indexOf(after, before.length);
  const owner = pattern.slice(before.length, end < 0 ? undefined : end);
  // `octo*` is also the name of others; `octo@*` only leaves the number open that GitHub may write behind a name.
  if (/[*?]/.test(owner.replace(/^([^*?@]+)@\*$/, "$1"))) return anyone;
  const rest = pattern.slice(before.length + owner.length + after.length);
  return issuer.isWholeOwner?.test(rest) ? ownedBy(owner, at) : { kind: "narrow" };
}

/** By the value of a claim beside the subject: `octo-org/app`, or a name or number without a slash. */
function takersByName(pattern: string, anyone: Takers, at: Setting): Takers {
  const [owner = "", ...rest] = pattern.split("/");
  if (/[*?]/.test(owner)) return anyone;
  return /^\*+$/.test(rest.join("/")) ? ownedBy(owner, at) : { kind: "narrow" };
}

function ownedBy(owner: string, at: Setting): Takers {
  return owner.includes(HOLE) ? { kind: "owner", at } : { kind: "owner", owner, at };
}

function overlaps(pattern: string, text: string): boolean {
  return wildcardsOverlap(pattern, text);
}

/** Is a claim asked for, with a value that is not just anything? */
export function asksClaim({ tests }: Demands, ...claims: string[]): boolean {
  return tests.some((test) => {
    const claim = claimOf(test.key)?.claim;
    return claim !== undefined && claims.includes(claim) && isPositive(test) && !test.values.some(isOpen);
  });
}
