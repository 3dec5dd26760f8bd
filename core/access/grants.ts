import { isImplied } from "../evaluate/branches.ts";
import { factsOf } from "../evaluate/path.ts";
import { type Setting, text } from "../evaluate/setting.ts";
import { piecesKey, piecesOf } from "../evaluate/value.ts";
import { complementOf, expandAction } from "../iam/actions.ts";
import { type ArnText, couldBeService, coversEveryTable, isBareStar } from "../iam/arn.ts";
import { arnCovers, arnsOverlap } from "../iam/arn-match.ts";
import type { Statement } from "../iam/statements.ts";
import { arnOf } from "../model/arns.ts";
import { perObject } from "../model/lazy.ts";
import { holdersOf, type IdentityPolicy, surePoliciesOf } from "../model/policies.ts";
import { follow, type Project } from "../model/project.ts";

/** `dynamodb:*`, `*`, `*:*` and their like: everything DynamoDB has. */
export function isEverything(pattern: string): boolean {
  return /^(?:\*+|\*+:\*+|dynamodb:\*+)$/i.test(pattern);
}

/** A pattern that names no service: it reaches DynamoDB only as it reaches everything. */
export function isBare(pattern: string): boolean {
  return /^\*+(?::\*+)?$/.test(pattern);
}

/** The ARNs of a statement's resources; undefined entries are no texts. */
export function resourceArns(project: Project, statement: Statement): readonly ResourceArn[] {
  return arnsInMemory(project)(statement);
}

interface ResourceArn {
  setting: Setting;
  arn: ArnText | undefined;
}

const arnsInMemory = perObject((project: Project) =>
  perObject((statement: Statement): ResourceArn[] =>
    statement.resources.map((setting) => ({ setting, arn: arnOf(project, setting.template, setting.value) })),
  ),
);

/**
 * Can any resource of the statement be a DynamoDB or DAX ARN? Undefined where holes decide all of it. A statement about an S3 bucket never is
 * access to DynamoDB, whatever its actions.
 */
export function reachesDynamoDb(project: Project, statement: Statement): boolean | undefined {
  if (statement.notResources.length > 0) return true;
  let undecided = false;
  for (const { arn } of resourceArns(project, statement)) {
    const answers = arn ? [couldBeService(arn, "dynamodb"), couldBeService(arn, "dax")] : [undefined];
    if (answers.includes(true)) return true;
    if (answers.includes(undefined)) undecided = true;
  }
  return undecided ? undefined : false;
}

/** The resources of a statement that match every table. */
export function everyTable(project: Project, statement: Statement): Setting[] {
  return resourceArns(project, statement)
    .filter(({ arn }) => arn && coversEveryTable(arn) === true)
    .map(({ setting }) => setting);
}

/** Denies without a condition that apply to everybody who has the policy: its own, and those of other policies that every holder has. */
export function unconditionalDenies(project: Project, policy: IdentityPolicy): readonly Statement[] {
  return deniesInMemory(project)(policy).unconditional;
}

/** The same, with a condition or without. */
export function deniesFor(project: Project, policy: IdentityPolicy): readonly Statement[] {
  return deniesInMemory(project)(policy).all;
}

const deniesInMemory = perObject((project: Project) =>
  perObject((policy: IdentityPolicy) => {
    const all = findDenies(project, policy);
    return { all, unconditional: all.filter(isUnconditionalDeny) };
  }),
);

function findDenies(project: Project, policy: IdentityPolicy): Statement[] {
  const [first = [], ...others] = holdersOf(project, policy).map((holder) => surePoliciesOf(project, holder));
  const shared = first.filter((each) => each !== policy && others.every((policies) => policies.includes(each)));
  return [policy, ...shared].flatMap(({ statements }) => statements).filter(({ effect }) => effect === "Deny");
}

function isUnconditionalDeny(statement: Statement): boolean {
  return statement.effect === "Deny" && statement.conditions.length === 0 && !statement.conditionUnknown;
}

/** Does the deny hold in every branch in which the allow does? */
function appliesWith(deny: Statement, allow: Statement): boolean {
  const { template, when } = deny.located;
  return template === allow.located.template
    ? isImplied(template, when, allow.located.when)
    : factsOf(when).length === 0;
}

/** Qualified names of what a pattern grants in DynamoDB and DAX, less what the denies take away on all of the statement's resources. */
export function grantedActions(
  project: Project,
  statement: Statement,
  pattern: string,
  denies: readonly Statement[],
): readonly string[] {
  const expansion = expandAction(pattern);
  if (expansion.kind === "notJudged") return [];
  const covering = denies.filter((deny) => appliesWith(deny, statement) && coversResources(project, deny, statement));
  if (covering.length === 0) return expansion.names;
  const denied = new Set(covering.flatMap(deniedNames));
  return expansion.names.filter((name) => !denied.has(name));
}

function deniedNames(deny: Statement): readonly string[] {
  const excepted = deny.notActions.map(text);
  const rest = excepted.length > 0 && excepted.every((each) => each !== undefined) ? complementOf(excepted) : undefined;
  const named = deny.actions.filter(isAlwaysIn(deny)).flatMap((action) => namesOf(text(action)));
  return rest?.kind === "judged" ? [...named, ...rest.names] : named;
}

/** Not only for some value of a parameter? */
function isAlwaysIn(statement: Statement) {
  const { template, when } = statement.located;
  return (part: Setting): boolean => isImplied(template, part.when, when);
}

function namesOf(pattern: string | undefined): readonly string[] {
  const expansion = pattern === undefined ? undefined : expandAction(pattern);
  return expansion?.kind === "judged" ? expansion.names : [];
}

function coversResources(project: Project, deny: Statement, allow: Statement): boolean {
  const allowed = resourceArns(project, allow);
  const isAlways = isAlwaysIn(deny);
  const denied = resourceArns(project, deny).flatMap(({ arn, setting }) => (arn && isAlways(setting) ? [arn] : []));
  if (denied.some(isBareStar)) return true;
  if (allowed.length === 0) return false;
  if (deny.notResources.length > 0) {
    const excepted = deny.notResources.map((setting) => arnOf(project, setting.template, setting.value));
    return allowed.every(({ arn }) => arn && excepted.every((each) => each && arnsOverlap(each, arn) === false));
  }
  return allowed.every(({ arn }) => arn && denied.some((pattern) => arnCovers(pattern, arn) === true));
}

/** Is it possible that the entry, whose text is not fully known, names actions of DynamoDB or DAX? */
export function couldNameDynamoDb(action: Setting): boolean {
  const [start] = piecesOf(action.value) ?? [];
  return typeof start !== "string" || /^(?:dynamodb:|dax:)/i.test(start) || !start.includes(":");
}

/** What a statement speaks of, for messages: `every table`, `"Orders"`, an ARN, or a count. */
export function resourcesInWords(project: Project, statement: Statement): string {
  if (statement.notResources.length > 0) return "everything but a few resources";
  if (everyTable(project, statement).length > 0) return "every table";
  const names = new Set(statement.resources.flatMap((setting) => resourceName(project, setting) ?? []));
  const [only] = names;
  if (names.size === 0 || only === undefined) return "its resources";
  return names.size <= 2 ? [...names].join(" and ") : `${names.size} resources`;
}

/** The table that a resource text starts with, or the text itself. */
function resourceName(project: Project, setting: Setting): string | undefined {
  const pieces = piecesOf(setting.value);
  for (const piece of pieces ?? []) {
    const target = typeof piece === "string" ? undefined : follow(project, setting.template, piece);
    if (target && /^AWS::(?:DynamoDB|DAX)::/.test(target.resource.type)) return `"${target.resource.logicalId}"`;
  }
  const isTold = pieces?.every((piece) => typeof piece === "string" || piece.kind !== "opaque");
  return isTold ? piecesKey(pieces ?? []) : undefined;
}
