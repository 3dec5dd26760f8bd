import { isImplied } from "../evaluate/branches.ts";
import { factsOf } from "../evaluate/path.ts";
import { type Setting, text } from "../evaluate/setting.ts";
import { piecesKey, piecesOf } from "../evaluate/value.ts";
import { complementOf, expandAction, type Service } from "../iam/actions.ts";
import { type ArnText, couldBeService, coversEveryTable, isBareStar } from "../iam/arn.ts";
import { type ArnIndex, indexByArn, near } from "../iam/arn-index.ts";
import { arnsOverlap, surelyCovers, surelyOverlap } from "../iam/arn-match.ts";
import type { Statement } from "../iam/statements.ts";
import { perObject } from "../lazy.ts";
import { arnOf } from "../model/arns.ts";
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

export interface ResourceArn {
  setting: Setting;
  arn: ArnText | undefined;
}

const arnsInMemory = perObject((project: Project) =>
  perObject((statement: Statement): readonly ResourceArn[] =>
    statement.resources.map((setting) => ({ setting, arn: arnOf(project, setting.template, setting.value) })),
  ),
);

export interface KnownArn extends ResourceArn {
  arn: ArnText;
}

/** Those that are texts, by what they name. */
export function resourceIndex(project: Project, statement: Statement): ArnIndex<KnownArn> {
  return indexInMemory(project)(statement);
}

const indexInMemory = perObject((project: Project) =>
  perObject(
    (statement: Statement): ArnIndex<KnownArn> =>
      indexByArn(resourceArns(project, statement).flatMap(({ setting, arn }) => (arn ? [{ setting, arn }] : []))),
  ),
);

/** Is there surely a resource that both statements speak of? */
export function shareResource(project: Project, a: Statement, b: Statement): boolean {
  if (a.notResources.length + b.notResources.length > 0) return true;
  return sharesResource(project)(a)(b);
}

/** Of two statements, asked for every action and condition of each. */
const sharesResource = perObject((project: Project) =>
  perObject((a: Statement) =>
    perObject((b: Statement): boolean => {
      const others = resourceIndex(project, b);
      return resourceIndex(project, a).all.some(({ arn }) =>
        near(others, arn).some((other) => surelyOverlap(arn, other.arn)),
      );
    }),
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

/** The denies, with a condition or without, that apply to everybody who has the policy: its own, and those of other policies that every holder has. */
export function deniesOf(project: Project, policy: IdentityPolicy): readonly Statement[] {
  return deniesInMemory(project)(policy).all;
}

/** Those of them that have no condition. */
export function unconditionalDenies(project: Project, policy: IdentityPolicy): readonly Statement[] {
  return deniesInMemory(project)(policy).unconditional;
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

/** Does it deny whatever the request is? */
export function isUnconditionalDeny(statement: Statement): boolean {
  return statement.effect === "Deny" && statement.conditions.length === 0 && !statement.conditionUnknown;
}

/** Is the first statement there in every branch in which the second one is? */
export function appliesWith(statement: Statement, other: Statement): boolean {
  const { template, when } = statement.located;
  return template === other.located.template
    ? isImplied(template, when, other.located.when)
    : factsOf(when).length === 0;
}

/**
 * Qualified names of what a pattern grants in DynamoDB and DAX, or in the services asked for, less what the denies take away on all of the
 * statement's resources.
 */
export function grantedActions(
  project: Project,
  statement: Statement,
  pattern: string,
  denies: readonly Statement[],
  services?: readonly Service[],
): readonly string[] {
  const expansion = expandAction(pattern, services);
  return expansion.kind === "notJudged" ? [] : withoutDenied(project, statement, expansion.names, denies);
}

/** Of some qualified names, those that the denies do not take away on all of the statement's resources. */
export function withoutDenied(
  project: Project,
  statement: Statement,
  names: readonly string[],
  denies: readonly Statement[],
): readonly string[] {
  if (denies.length === 0) return names;
  const left = names.filter((name) => !isDenied(project, statement, name, denies));
  return left.length < names.length ? left : names;
}

/** Qualified names that the denies take away on every resource, in every branch. */
export function deniedEverywhere(project: Project, denies: readonly Statement[]): ReadonlySet<string> {
  const whole = denies.filter((deny) => {
    const isAlways = isAlwaysIn(deny);
    return (
      factsOf(deny.located.when).length === 0 &&
      resourceArns(project, deny).some(({ arn, setting }) => arn && isBareStar(arn) && isAlways(setting))
    );
  });
  return new Set(whole.flatMap((deny) => [...deniedNames(deny)]));
}

/** Most statements have nothing to do with most denies: resources are compared only where the actions meet. */
function isDenied(project: Project, statement: Statement, name: string, denies: readonly Statement[]): boolean {
  return denies.some((deny) => deniedNames(deny).has(name) && takesAway(project)(deny)(statement));
}

/** Does the deny hold wherever the allow does, and on all its resources? */
const takesAway = perObject((project: Project) =>
  perObject((deny: Statement) =>
    perObject((allow: Statement) => coversResources(project, deny, allow) && appliesWith(deny, allow)),
  ),
);

/** Of every service there is a table of. */
const deniedNames = perObject((deny: Statement): ReadonlySet<string> => {
  const excepted = deny.notActions.map(text);
  const isRead = excepted.length > 0 && excepted.every((each) => each !== undefined);
  const rest = isRead ? complementOf(excepted, SERVICES) : undefined;
  const named = deny.actions.filter(isAlwaysIn(deny)).flatMap((action) => namesOf(text(action)));
  return new Set(rest?.kind === "judged" ? [...named, ...rest.names] : named);
});

/** Not only for some value of a parameter? */
function isAlwaysIn(statement: Statement) {
  const { template, when } = statement.located;
  return (part: Setting): boolean => isImplied(template, part.when, when);
}

const SERVICES: readonly Service[] = ["dynamodb", "dax", "kms"];

function namesOf(pattern: string | undefined): readonly string[] {
  const expansion = pattern === undefined ? undefined : expandAction(pattern, SERVICES);
  return expansion?.kind === "judged" ? expansion.names : [];
}

function coversResources(project: Project, deny: Statement, allow: Statement): boolean {
  const allowed = resourceArns(project, allow);
  const isAlways = isAlwaysIn(deny);
  const denied = resourceArns(project, deny);
  if (denied.some(({ arn, setting }) => arn && isBareStar(arn) && isAlways(setting))) return true;
  if (allowed.length === 0) return false;
  if (deny.notResources.length > 0) {
    const excepted = deny.notResources.map((setting) => arnOf(project, setting.template, setting.value));
    return allowed.every(({ arn }) => arn && excepted.every((each) => each && arnsOverlap(each, arn) === false));
  }
  const patterns = resourceIndex(project, deny);
  return allowed.every(
    ({ arn }) => arn && near(patterns, arn).some((each) => surelyCovers(each.arn, arn) && isAlways(each.setting)),
  );
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
