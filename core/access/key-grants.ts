import { get, isAbsent, propertiesOf, type Setting, text } from "../evaluate/setting.ts";
import { piecesOf, textOf } from "../evaluate/value.ts";
import { complementOf, expandAction, findAction, type Service } from "../iam/actions.ts";
import { type ArnText, isBareStar, splitArn } from "../iam/arn.ts";
import { arnsOverlap } from "../iam/arn-match.ts";
import { isKey, isPositive, operatorOf } from "../iam/conditions.ts";
import { takesInKeyAction } from "../iam/key-actions.ts";
import { type ConditionTest, inStatement, type Principal, type Statement } from "../iam/statements.ts";
import { matchesWildcard } from "../iam/wildcard.ts";
import { perObject } from "../lazy.ts";
import { arnOf } from "../model/arns.ts";
import { type Key, keysOf, usesOf } from "../model/keys.ts";
import type { IdentityPolicy } from "../model/policies.ts";
import type { Policy } from "../model/policy.ts";
import { accountOf, writtenText } from "../model/principal-account.ts";
import { follow, type Project } from "../model/project.ts";
import type { Resource } from "../template/template.ts";
import { grantedActions, resourceArns, unconditionalDenies } from "./grants.ts";

/** What one entry of an Allow gives in KMS. */
export interface KeyGrant {
  statement: Statement;
  /** The entry of `Action`, or the first one of `NotAction`. */
  entry: Setting;
  /** The same in the branch of its statement: where a finding about it stands. */
  at: Setting;
  /** The entry as written; undefined for `NotAction`. */
  pattern: string | undefined;
  /** Qualified canonical names (`kms:Decrypt`), never empty. */
  names: readonly string[];
}

const KMS: readonly Service[] = ["kms"];

const identityMemory = perObject((project: Project) =>
  perObject((policy: IdentityPolicy): readonly KeyGrant[] => {
    const denies = unconditionalDenies(project, policy);
    return grantsIn(policy, (statement, pattern) => grantedActions(project, statement, pattern, denies, KMS));
  }),
);

/** What an identity policy gives in KMS, on whichever keys, less what unconditional denies take away. */
export function keyGrantsOf(project: Project, policy: IdentityPolicy): readonly KeyGrant[] {
  return identityMemory(project)(policy);
}

/** What a key policy gives to those whom it names, less what it denies to everybody: see `deniedBy`. */
export const grantsOfKeyPolicy = perObject((policy: Policy): readonly KeyGrant[] =>
  grantsIn(policy, (_, pattern) => {
    const expansion = expandAction(pattern, KMS);
    return expansion.kind === "judged" ? expansion.names.filter((name) => deniedBy(policy, name) !== true) : [];
  }),
);

function grantsIn(
  policy: Policy,
  granted: (statement: Statement, pattern: string) => readonly string[],
): readonly KeyGrant[] {
  return policy.statements.flatMap((statement): KeyGrant[] => {
    if (statement.effect !== "Allow") return [];
    const grant = (entry: Setting, pattern: string | undefined, given: readonly string[]): KeyGrant[] => {
      const names = given.filter((name) => canHappen(statement, name));
      const at = { ...entry, when: inStatement(statement, entry) };
      return names.length > 0 ? [{ statement, entry, at, pattern, names }] : [];
    };
    const named = statement.actions.flatMap((action) => {
      const pattern = text(action);
      return pattern === undefined || !namesKms(pattern) ? [] : grant(action, pattern, granted(statement, pattern));
    });
    const [first] = statement.notActions;
    const rest = first ? namesBut(statement) : [];
    const left = rest.filter((name) => granted(statement, name).length > 0);
    return first ? [...named, ...grant(first, undefined, left)] : named;
  });
}

/** Most entries are about other services, and need no look at what is denied. */
function namesKms(pattern: string): boolean {
  const expansion = expandAction(pattern, KMS);
  return expansion.kind === "judged" && expansion.names.length > 0;
}

/** What `NotAction` leaves of KMS; nothing where an entry is not known. */
function namesBut({ notActions }: Statement): readonly string[] {
  const excepted = notActions.map(text).filter((each) => each !== undefined);
  const rest = excepted.length === notActions.length ? complementOf(excepted, KMS) : undefined;
  return rest?.kind === "judged" ? rest.names : [];
}

/**
 * Does no test of the statement ask for a key that requests for the action never carry? `kms:GrantIsForAWSResource: true` lets nobody delete
 * a key. Source: the action table, condition keys per action; `kms:ResourceAliases` and the key's own properties belong to the key.
 */
function canHappen({ conditions }: Statement, name: string): boolean {
  const carried = findAction(name)?.conditionKeys.map((key) => key.toLowerCase().replace(/\$\{.*$/, "")) ?? [];
  return conditions.every((test) => {
    const key = test.key.toLowerCase();
    if (!/^kms:(?:grant|retiringprincipal|encryption|recipientattestation|requestalias)/.test(key)) return true;
    return !isPositive(test) || carried.some((each) => (each.endsWith(":") ? key.startsWith(each) : key === each));
  });
}

// ---- Keys --------------------------------------------------------------------------------------------------------------------------

/** The keys in view that a table in view is encrypted with. */
export const tableKeysOf = perObject((project: Project): readonly Key[] =>
  project.templates.flatMap(keysOf).filter((key) => usesOf(project, key).length > 0),
);

/** The tables that are encrypted with a key, for messages: `table "Orders"`, `tables "Orders" and "Items"`. */
export function tablesOfKey(project: Project, key: Key): readonly string[] {
  return [...new Set(usesOf(project, key).map(({ table }) => `"${table.id}"`))];
}

/** The resources of a statement that match every key of a region and account. An alias's ARN matches no key. */
export function everyKey(project: Project, statement: Statement): Setting[] {
  return resourceArns(project, statement)
    .filter(({ arn }) => arn && coversEveryKey(arn))
    .map(({ setting }) => setting);
}

function coversEveryKey(arn: ArnText): boolean {
  if (isBareStar(arn)) return true;
  const parts = splitArn(arn);
  if (parts?.service.join("") !== "kms" || parts.account.length === 0) return false;
  const [resource, ...others] = parts.resource;
  return typeof resource === "string" && others.length === 0 && matchesWildcard(resource, "key/\u0001", exact);
}

const exact = { caseSensitive: true };

/** Does an identity policy's statement speak of the key? Undefined where that is known only at deployment. */
export function reachesKey(project: Project, statement: Statement, key: Key): boolean | undefined {
  if (statement.notResources.length > 0) return undefined;
  const { isEvery, named, unnamed } = reachOf(project)(statement);
  const own = arnOfKey(project)(key);
  if (isEvery || named.some(({ resource, arn }) => resource === key.resource && arnsOverlap(arn, own) !== false))
    return true;
  let undecided = false;
  for (const arn of unnamed) {
    const overlap = arn && arnsOverlap(arn, own);
    if (overlap === true) return true;
    if (overlap === undefined) undecided = true;
  }
  return undecided ? undefined : false;
}

/** The resources of a statement as far as they may be keys: most refer to one in view, and need no comparison with the others. */
interface Reach {
  isEvery: boolean;
  named: readonly { resource: Resource; arn: ArnText }[];
  unnamed: readonly (ArnText | undefined)[];
}

const reachOf = perObject((project: Project) =>
  perObject((statement: Statement): Reach => {
    const named: { resource: Resource; arn: ArnText }[] = [];
    const unnamed: (ArnText | undefined)[] = [];
    for (const { setting, arn } of resourceArns(project, statement)) {
      const resource = keyIn(project, setting);
      if (arn && resource) named.push({ resource, arn });
      else unnamed.push(arn);
    }
    return { isEvery: everyKey(project, statement).length > 0, named, unnamed };
  }),
);

const arnOfKey = perObject((project: Project) =>
  perObject(
    ({ template, resource }: Key): ArnText =>
      arnOf(project, template, { kind: "reference", id: resource.id, attribute: "Arn" }) ?? [],
  ),
);

/** The key in view that a resource text refers to. */
function keyIn(project: Project, { template, value }: Setting): Resource | undefined {
  for (const piece of piecesOf(value) ?? []) {
    const target = typeof piece === "string" ? undefined : follow(project, template, piece);
    if (target && /^AWS::KMS::(?:Replica)?Key$/.test(target.resource.type)) return target.resource;
  }
  return undefined;
}

// ---- Key policies ------------------------------------------------------------------------------------------------------------------

/**
 * Does the key policy leave an action to the identity policies of the key's account, in some branch? The default policy does, by
 * `kms:*` for the account's root. Undefined where it cannot be told, for instance because of a condition. A written account id counts as the
 * key's own where that is not known. Source: KMS Developer Guide, default key policy.
 */
export function isLeftToIdentityPolicies(key: Key, action: string): boolean | undefined {
  const answers = documentsOf(key).map((policy) => (policy ? isLeftBy(policy, action) : true));
  return answers.includes(true) ? true : answers.includes(undefined) ? undefined : false;
}

/** The key's policy in each branch; undefined: the default one. */
const documentsOf = perObject((key: Key): readonly (Policy | undefined)[] => {
  const documents = propertiesOf(key.template, key.resource).flatMap((properties) => get(properties, "KeyPolicy"));
  return [...documents.filter(isAbsent).map(() => undefined), ...key.policies];
});

function isLeftBy(policy: Policy, action: string): boolean | undefined {
  const denied = deniedBy(policy, action);
  if (denied === true) return false;
  let undecided = denied === undefined || policy.unknown.length > 0;
  let isLeft = false;
  for (const statement of policy.statements) {
    if (statement.effect !== "Allow" || !statement.principals.some(isOwnAccount)) continue;
    const speaks = takesInKeyAction(statement, action);
    const isPlain = !statement.conditionUnknown && statement.conditions.every(isCallerAccount);
    if (speaks === true && isPlain) isLeft = true;
    else if (speaks !== false) undecided = true;
  }
  if (denied === undefined) return undefined;
  return isLeft ? true : undecided ? undefined : false;
}

/** The account as a whole: its identity policies decide who of it. */
export function isOwnAccount(principal: Principal): boolean {
  const account = accountOf(principal);
  return (account.kind === "own" || (account.kind === "account" && !account.isForeign)) && account.whole;
}

function isCallerAccount(test: ConditionTest): boolean {
  return isKey(test, "kms:CallerAccount") && isPositive(test);
}

/** Does the key policy deny the action to everybody? Undefined where it may: under a condition, or to some. */
export function deniedBy(policy: Policy, action: string): boolean | undefined {
  let answer: boolean | undefined = false;
  for (const statement of policy.statements) {
    const speaks = statement.effect === "Deny" ? takesInKeyAction(statement, action) : false;
    if (speaks === false) continue;
    const isForAll = statement.principals.some(
      (principal) => accountOf(principal).kind === "anyone" || isOwnAccount(principal),
    );
    const isPlain = statement.conditions.length === 0 && !statement.conditionUnknown && !statement.notPrincipal;
    if (speaks && isForAll && isPlain && statement.located.when.chosen.length === 0) return true;
    answer = undefined;
  }
  return answer;
}

// ---- Conditions --------------------------------------------------------------------------------------------------------------------

/** The services, lower case (`dynamodb.*.amazonaws.com`), where the statement is only about requests that they make for somebody. */
export function viaServices({ conditions }: Statement): readonly string[] | undefined {
  const test = conditions.find((each) => isKey(each, "kms:ViaService") && isPositive(each));
  const services = test?.values.map((value) => writtenText(value).toLowerCase());
  return services?.some((service) => /^[*?]+$/.test(service)) ? undefined : services;
}

/** Is the statement only about requests that a service makes for somebody: any, or grants for its own use? */
export function isForServices(statement: Statement): boolean {
  return (
    viaServices(statement) !== undefined ||
    statement.conditions.some(
      (test) => isKey(test, "kms:GrantIsForAWSResource") && isPositive(test) && !test.values.some(isStarOrFalse),
    )
  );
}

const GRANT_KEYS = ["kms:granteeprincipal", "kms:granteeserviceprincipal"];

/**
 * Does a condition limit which grants may be made: for AWS services only, to whom, or of what? `ForAllValues` does for `kms:GrantOperations`,
 * as every request for a grant carries it. Source: KMS Developer Guide, controlling access to grants.
 */
export function limitsGrants(statement: Statement): boolean {
  if (isForServices(statement)) return true;
  return statement.conditions.some((test) => {
    const operator = operatorOf(test);
    if (isKey(test, "kms:GrantOperations"))
      return !operator.negated && !operator.ifExists && operator.name !== "null" && test.values.length > 0;
    return GRANT_KEYS.includes(test.key.toLowerCase()) && isPositive(test) && !test.values.some(isStarOrFalse);
  });
}

function isStarOrFalse({ value }: Setting): boolean {
  return /^(?:[*?]+|false)$/i.test(textOf(value) ?? "");
}

const KEY_LIMITS =
  /^(?:kms:resourcealiases|kms:requestalias|kms:encryptioncontext:.+|aws:resourcetag\/.+|aws:calledvia.*)$/i;

/** Does a condition limit which keys a statement on `*` is about: by their aliases or tags, by what they encrypt or for which service? */
export function limitsKeys(statement: Statement): boolean {
  return (
    viaServices(statement) !== undefined ||
    statement.conditions.some(
      (test) =>
        KEY_LIMITS.test(test.key) &&
        isPositive(test) &&
        test.values.every((value) => !/^(?:alias\/)?[*?]+$/.test(text(value) ?? "")),
    )
  );
}
