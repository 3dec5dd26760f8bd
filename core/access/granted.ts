import { type Setting, text } from "../evaluate/setting.ts";
import { isSurprising } from "../iam/action-classes.ts";
import { complementOf, expandAction } from "../iam/actions.ts";
import type { ManagedPolicy } from "../iam/managed-policies.ts";
import { inStatement, type Statement } from "../iam/statements.ts";
import { perObject } from "../lazy.ts";
import { membershipsOf } from "../model/groups.ts";
import { isDynamoDbInView } from "../model/in-view.ts";
import {
  awsManagedPolicies,
  type IamPrincipal,
  type IdentityPolicy,
  policiesOf,
  surePoliciesOf,
} from "../model/policies.ts";
import type { Project } from "../model/project.ts";
import type { View } from "../model/view.ts";
import {
  deniedEverywhere,
  grantedActions,
  isBare,
  isEverything,
  isUnconditionalDeny,
  reachesDynamoDb,
  unconditionalDenies,
} from "./grants.ts";
import { isGiven } from "./resource-types.ts";

/** What one entry of an identity policy's Allow gives in DynamoDB and DAX, less what unconditional denies take away. */
export interface Grant {
  policy: IdentityPolicy;
  statement: Statement;
  /** The entry of `Action`, or the first of `NotAction`: what a fix changes, in the entry's own branch only. */
  entry: Setting;
  /** The same in the branch of the statement: where a finding about it stands. */
  at: Setting;
  /** The entry as written; undefined for `NotAction`. */
  pattern: string | undefined;
  /** Qualified canonical names (`dynamodb:GetItem`), never empty. Only what some resource of the statement can take. */
  names: readonly string[];
}

const memory = perObject((project: Project) =>
  perObject((policy: IdentityPolicy) => grantsLess(project, policy, unconditionalDenies(project, policy))),
);

/**
 * Every entry of a policy that gives something in DynamoDB or DAX. What reaches DynamoDB only through a bare `*` or `NotAction` counts only
 * where a table, a DAX cluster or a policy naming them is in view, and a statement about other services' resources never does.
 */
export function grantsOf(project: Project, policy: IdentityPolicy): readonly Grant[] {
  return memory(project)(policy);
}

/** The same with denies of one's own choice. */
export function grantsLess(project: Project, policy: IdentityPolicy, denies: readonly Statement[]): readonly Grant[] {
  return policy.statements.flatMap((statement): Grant[] => {
    if (statement.effect !== "Allow") return [];
    const reaches = reachesDynamoDb(project, statement);
    if (reaches === false) return [];
    const mayBeBare = reaches === true && isDynamoDbInView(project);
    const granted = (pattern: string) =>
      grantedActions(project, statement, pattern, denies).filter((name) => isGiven(project, statement, name));
    const grant = (entry: Setting, pattern: string | undefined, names: readonly string[]): Grant[] =>
      names.length > 0
        ? [{ policy, statement, entry, at: { ...entry, when: inStatement(statement, entry) }, pattern, names }]
        : [];
    const named = statement.actions.flatMap((action): Grant[] => {
      const pattern = text(action);
      return pattern === undefined || (isBare(pattern) && !mayBeBare) ? [] : grant(action, pattern, granted(pattern));
    });
    const [first] = statement.notActions;
    if (!first || !(mayBeBare || namesDynamoDb(statement))) return named;
    return [...named, ...grant(first, undefined, namesOfTheRest(statement).flatMap(granted))];
  });
}

function namesDynamoDb({ notActions }: Statement): boolean {
  return notActions.some((action) => /^(?:dynamodb|dax):/i.test(text(action) ?? ""));
}

/** What `NotAction` leaves; nothing that could be told where one of its entries is not known. */
function namesOfTheRest({ notActions }: Statement): readonly string[] {
  const excepted = notActions.flatMap((action) => text(action) ?? []);
  const rest = excepted.length < notActions.length ? undefined : complementOf(excepted);
  return rest?.kind === "judged" ? rest.names : [];
}

/** Does the entry name its action, or stand for one only? */
export function isWrittenOut({ pattern }: Grant): boolean {
  return pattern !== undefined && !/[*?]/.test(pattern);
}

/** Does it allow by `NotAction`, which notaction-or-notresource-allow speaks of? */
function isLeftByNotAction({ pattern, names }: Grant): boolean {
  return pattern === undefined && names.some((name) => name.startsWith("dynamodb:"));
}

/**
 * What a grant gives less what stronger rules that are on say of the same statement: notaction-or-notresource-allow of all that its
 * `NotAction` leaves, full-dynamodb-access of everything in the statement, wildcard-grants-unexpected-actions of what its wildcard brings along.
 */
export function unspokenNames(view: View, grant: Grant): readonly string[] {
  const { statement, pattern, names } = grant;
  if (isLeftByNotAction(grant) && view.runs("notaction-or-notresource-allow")) return [];
  if (view.runs("full-dynamodb-access") && givesEverything(view, statement)) return [];
  const isListed = pattern !== undefined && names.length > 1 && view.runs("wildcard-grants-unexpected-actions");
  return isListed ? names.filter((name) => !isSurprising(name)) : names;
}

function givesEverything({ project, dynamoDbInView }: View, statement: Statement): boolean {
  return statement.actions.some((action) => {
    const pattern = text(action) ?? "";
    if (!isEverything(pattern)) return false;
    return !isBare(pattern) || (dynamoDbInView && reachesDynamoDb(project, statement) === true);
  });
}

/** What a principal may do in DynamoDB and DAX, as far as the policies in view say. */
export interface PrincipalAccess {
  grants: readonly Grant[];
  /** AWS managed policies that allow something there, with the entries that attach them. */
  managed: readonly ManagedGrant[];
}

export interface ManagedGrant {
  policy: ManagedPolicy;
  setting: Setting;
  /** Qualified canonical names, never empty; on every resource. */
  names: readonly string[];
}

/**
 * Everything the principal has, that of its groups included, less what any of its policies takes away without a condition. What reaches
 * DynamoDB only as it reaches everything counts only where DynamoDB is in view.
 */
export function accessOf(project: Project, principal: IamPrincipal): PrincipalAccess {
  return accessInMemory(project)(principal);
}

const accessInMemory = perObject((project: Project) =>
  perObject((principal: IamPrincipal) => accessLess(project, principal, deniesOf(project, principal))),
);

/** The same with denies of one's own choice. */
export function accessLess(project: Project, principal: IamPrincipal, denies: readonly Statement[]): PrincipalAccess {
  const everyone = [principal, ...membershipsOf(project, principal).map(({ group }) => group)];
  const policies = new Set(everyone.flatMap((each) => policiesOf(project, each)));
  const denied = deniedEverywhere(project, denies);
  const managed = everyone.flatMap(awsManagedPolicies).flatMap(({ policy, setting }): ManagedGrant[] => {
    if (policy.bare && !isDynamoDbInView(project)) return [];
    const names = new Set(policy.actions.flatMap(namesIn).filter((name) => !denied.has(name)));
    return names.size > 0 ? [{ policy, setting, names: [...names] }] : [];
  });
  return { grants: [...policies].flatMap((policy) => grantsLess(project, policy, denies)), managed };
}

function namesIn(pattern: string): readonly string[] {
  const expansion = expandAction(pattern);
  return expansion.kind === "judged" ? expansion.names : [];
}

/** The unconditional denies of all policies that the principal surely has. */
export function deniesOf(project: Project, principal: IamPrincipal): Statement[] {
  return sureStatementsOf(project, principal).filter(isUnconditionalDeny);
}

/** The statements of all policies that the principal has in every branch, its groups' included. */
export function sureStatementsOf(project: Project, principal: IamPrincipal): readonly Statement[] {
  const groups = membershipsOf(project, principal).filter(({ setting }) => setting.when.chosen.length === 0);
  return [principal, ...groups.map(({ group }) => group)]
    .flatMap((each) => surePoliciesOf(project, each))
    .flatMap(({ statements }) => statements);
}
