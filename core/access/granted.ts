import { type Setting, text } from "../evaluate/setting.ts";
import { isSurprising } from "../iam/action-classes.ts";
import { complementOf } from "../iam/actions.ts";
import { inStatement, type Statement } from "../iam/statements.ts";
import { isDynamoDbInView } from "../model/in-view.ts";
import { perObject } from "../model/lazy.ts";
import { awsManagedPolicies, type IamPrincipal, type IdentityPolicy, policiesOf } from "../model/policies.ts";
import type { Project } from "../model/project.ts";
import type { View } from "../model/view.ts";
import { grantedActions, isBare, isEverything, reachesDynamoDb, unconditionalDenies } from "./grants.ts";

/** What one entry of an identity policy's Allow gives in DynamoDB and DAX, less what unconditional denies take away. */
export interface Grant {
  policy: IdentityPolicy;
  statement: Statement;
  /** The entry of `Action` in its branch: where a finding about it stands. For `NotAction`: its first entry. */
  at: Setting;
  /** The entry as written; undefined for `NotAction`. */
  pattern: string | undefined;
  /** Qualified canonical names (`dynamodb:GetItem`), never empty. */
  names: readonly string[];
}

const memory = perObject((project: Project) => perObject((policy: IdentityPolicy) => readGrants(project, policy)));

/**
 * Every entry of a policy that gives something in DynamoDB or DAX. What reaches DynamoDB only through a bare `*` or `NotAction` counts only
 * where a table, a DAX cluster or a policy naming them is in view, and a statement about other services' resources never does.
 */
export function grantsOf(project: Project, policy: IdentityPolicy): readonly Grant[] {
  return memory(project)(policy);
}

function readGrants(project: Project, policy: IdentityPolicy): Grant[] {
  const denies = unconditionalDenies(project, policy);
  return policy.statements.flatMap((statement): Grant[] => {
    if (statement.effect !== "Allow") return [];
    const reaches = reachesDynamoDb(project, statement);
    if (reaches === false) return [];
    const mayBeBare = reaches === true && isDynamoDbInView(project);
    const named = statement.actions.flatMap((action): Grant[] => {
      const pattern = text(action);
      if (pattern === undefined || (isBare(pattern) && !mayBeBare)) return [];
      const names = grantedActions(project, statement, pattern, denies);
      const at = { ...action, when: inStatement(statement, action) };
      return names.length > 0 ? [{ policy, statement, at, pattern, names }] : [];
    });
    return mayBeBare || namesDynamoDb(statement)
      ? [...named, ...grantOfTheRest(project, policy, statement, denies)]
      : named;
  });
}

function namesDynamoDb({ notActions }: Statement): boolean {
  return notActions.some((action) => /^(?:dynamodb|dax):/i.test(text(action) ?? ""));
}

/** What `NotAction` leaves. */
function grantOfTheRest(
  project: Project,
  policy: IdentityPolicy,
  statement: Statement,
  denies: readonly Statement[],
): Grant[] {
  const [first] = statement.notActions;
  const excepted = statement.notActions.map(text).filter((each) => each !== undefined);
  if (!first || excepted.length < statement.notActions.length) return [];
  const rest = complementOf(excepted);
  if (rest.kind === "notJudged") return [];
  const names = rest.names.filter((name) => grantedActions(project, statement, name, denies).length > 0);
  const at = { ...first, when: inStatement(statement, first) };
  return names.length > 0 ? [{ policy, statement, at, pattern: undefined, names }] : [];
}

/** Does the entry name its action, or stand for one only? */
export function isWrittenOut({ pattern }: Grant): boolean {
  return pattern !== undefined && !/[*?]/.test(pattern);
}

/**
 * What a grant gives less what stronger rules that are on say of the same statement: notaction-or-notresource-allow and
 * full-dynamodb-access of all of it, wildcard-grants-unexpected-actions of what its wildcard brings along.
 */
export function unspokenNames(view: View, { statement, pattern, names }: Grant): readonly string[] {
  if (pattern === undefined) return view.runs("notaction-or-notresource-allow") ? [] : names;
  if (view.runs("full-dynamodb-access") && statement.actions.some((each) => isEverything(text(each) ?? ""))) return [];
  const isListed = names.length > 1 && view.runs("wildcard-grants-unexpected-actions");
  return isListed ? names.filter((name) => !isSurprising(name)) : names;
}

/** What a principal may do in DynamoDB and DAX, as far as the policies in view say. */
export interface PrincipalAccess {
  grants: readonly Grant[];
  /** AWS managed policies that allow something there on every resource, with the entries that attach them. */
  managed: ReturnType<typeof awsManagedPolicies>;
}

/** What reaches DynamoDB only as it reaches everything counts only where DynamoDB is in view. */
export function accessOf(project: Project, principal: IamPrincipal): PrincipalAccess {
  return {
    grants: policiesOf(project, principal).flatMap((policy) => grantsOf(project, policy)),
    managed: awsManagedPolicies(principal).filter(
      ({ policy }) => policy.actions.length > 0 && (!policy.bare || isDynamoDbInView(project)),
    ),
  };
}
