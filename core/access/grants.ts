import { type Setting, text } from "../evaluate/setting.ts";
import { piecesKey, piecesOf } from "../evaluate/value.ts";
import { expandAction } from "../iam/actions.ts";
import { type ArnText, couldBeService, coversEveryTable, isBareStar } from "../iam/arn.ts";
import { arnCovers } from "../iam/arn-match.ts";
import type { Statement } from "../iam/statements.ts";
import { arnOf } from "../model/arns.ts";
import { holdersOf, type IdentityPolicy, policiesOf } from "../model/policies.ts";
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
export function resourceArns(project: Project, statement: Statement): { setting: Setting; arn: ArnText | undefined }[] {
  return statement.resources.map((setting) => ({ setting, arn: arnOf(project, setting.template, setting.value) }));
}

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

/** Denies without a condition that apply wherever the policy does: its own, and those of its only holder. */
export function unconditionalDenies(project: Project, policy: IdentityPolicy): Statement[] {
  const [holder, ...others] = holdersOf(project, policy);
  const policies = holder && others.length === 0 ? policiesOf(project, holder) : [policy];
  return policies.flatMap(({ statements }) => statements).filter(isUnconditionalDeny);
}

export function isUnconditionalDeny(statement: Statement): boolean {
  return (
    statement.effect === "Deny" &&
    statement.conditions.length === 0 &&
    !statement.conditionUnknown &&
    statement.located.when.chosen.length === 0
  );
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
  const covering = denies.filter((deny) => coversResources(project, deny, statement));
  if (covering.length === 0) return expansion.names;
  const denied = new Set(covering.flatMap((deny) => deny.actions.flatMap((action) => namesOf(text(action)))));
  return expansion.names.filter((name) => !denied.has(name));
}

function namesOf(pattern: string | undefined): readonly string[] {
  const expansion = pattern === undefined ? undefined : expandAction(pattern);
  return expansion?.kind === "judged" ? expansion.names : [];
}

function coversResources(project: Project, deny: Statement, allow: Statement): boolean {
  const denied = resourceArns(project, deny).flatMap(({ arn }) => (arn ? [arn] : []));
  if (denied.some(isBareStar)) return true;
  const allowed = resourceArns(project, allow);
  return (
    allowed.length > 0 && allowed.every(({ arn }) => arn && denied.some((pattern) => arnCovers(pattern, arn) === true))
  );
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
  return pieces && piecesKey(pieces);
}

/** `dynamodb:PutItem` → `PutItem`; names of other services keep their prefix. */
export function shortName(qualified: string): string {
  return qualified.replace(/^dynamodb:/, "");
}

/** `A, B and C`. */
export function listOf(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
