import { isImplied } from "../evaluate/branches.ts";
import type { Setting } from "../evaluate/setting.ts";
import { piecesOf } from "../evaluate/value.ts";
import { leadingKeysSupported } from "../iam/action-classes.ts";
import { near } from "../iam/arn-index.ts";
import { arnCovers } from "../iam/arn-match.ts";
import { isFixed, isKey, isPositive, operatorOf, withoutItsKey } from "../iam/conditions.ts";
import type { ConditionTest, Statement } from "../iam/statements.ts";
import { claimOf } from "../model/issuers.ts";
import { type IamPrincipal, surePoliciesOf } from "../model/policies.ts";
import type { Project } from "../model/project.ts";
import { resourceArns, resourceIndex } from "./grants.ts";
import { LEADING_KEYS, matchesEveryKey } from "./leading-keys.ts";

/**
 * Policy variables that differ from caller to caller, or from tenant to tenant. One that a caller does not have matches nothing, so it opens
 * nothing either. Source: IAM User Guide, policy variables.
 */
const CALLER =
  /\$\{\s*(?:aws:userid|aws:username|aws:sourceidentity|aws:principaltag\/[^},]+|saml:\w+|[\w-]+(?:\.[\w-]+)+(?:\/[^}:]*)?:(?:sub|id|user_id))\s*(?:,[^}]*)?\}/i;

/**
 * Does a statement keep those who share its role apart? `apart`: by dynamodb:LeadingKeys with a variable of the caller, by tables whose names
 * or tags have one, or because it is for one identity only. `shared`: LeadingKeys lists the same keys for everybody. `open`: nothing limits whose items. Whether the operator is the
 * right one and every action knows the key are other rules' questions.
 */
export type Separation = "apart" | "shared" | "open" | "unknown";

export function separationBy(statement: Statement): Separation {
  if (statement.resources.length > 0 && statement.resources.every(namesCaller)) return "apart";
  const found = statement.conditions.map(separationByTest);
  for (const each of ["apart", "unknown", "shared"] as const) if (found.includes(each)) return each;
  return statement.conditionUnknown ? "unknown" : "open";
}

function namesCaller({ value }: Setting): boolean {
  return (piecesOf(value) ?? []).some((piece) => typeof piece === "string" && CALLER.test(piece));
}

function separationByTest(test: ConditionTest): Separation {
  if (!isKey(test, LEADING_KEYS)) return choosesCallers(test) ? "apart" : "open";
  const { name } = operatorOf(test);
  if (!/^string(?:equals|like|equalsignorecase)$/.test(name)) return "open";
  if (name === "stringlike" && test.values.some(matchesEveryKey)) return "open";
  if (test.values.some(namesCaller)) return "apart";
  return test.values.some(isUnknownText) ? "unknown" : "shared";
}

/** Is it for one of the callers only, or for each on the tables that have a tag of their own? */
function choosesCallers(test: ConditionTest): boolean {
  if (!isPositive(test) || !/^string/.test(operatorOf(test).name)) return false;
  if (/^aws:resourcetag\//i.test(test.key)) return test.values.every(namesCaller);
  return ["sub", "id", "user_id"].includes(claimOf(test.key)?.claim ?? "") && test.values.every(isFixed);
}

function isUnknownText({ value }: Setting): boolean {
  return piecesOf(value)?.some((piece) => typeof piece !== "string") ?? true;
}

/**
 * Of the actions that an Allow of a principal gives, those that no Deny of the same principal limits to the caller's own items. Such a Deny
 * has one condition: `StringNotEquals` or `StringNotLike` on dynamodb:LeadingKeys with a variable of the caller, or `Null` for requests without
 * the key.
 */
export function notLimitedByDeny(
  project: Project,
  principal: IamPrincipal,
  statement: Statement,
  names: readonly string[],
  actionsOf: (deny: Statement) => ReadonlySet<string>,
): readonly string[] {
  const denies = surePoliciesOf(project, principal)
    .flatMap(({ statements }) => statements)
    .filter((deny) => isLimit(deny) && appliesTo(deny, statement) && coversAll(project, deny, statement));
  if (denies.length === 0) return names;
  return names.filter((name) => !denies.some((deny) => actionsOf(deny).has(name) && limits(deny, name)));
}

function isLimit({ effect, conditions, conditionUnknown }: Statement): boolean {
  const [only, ...others] = conditions;
  return (
    effect === "Deny" && !conditionUnknown && only !== undefined && others.length === 0 && isKey(only, LEADING_KEYS)
  );
}

function limits({ conditions: [test] }: Statement, name: string): boolean {
  if (!test) return false;
  const { name: operator, quantifier } = operatorOf(test);
  const isSupported = leadingKeysSupported.has(name);
  if (!isSupported) return withoutItsKey(test) === true;
  return /^stringnot(?:equals|like)/.test(operator) && quantifier !== "forallvalues" && test.values.every(namesCaller);
}

function appliesTo(deny: Statement, allow: Statement): boolean {
  const { template, when } = deny.located;
  return template === allow.located.template ? isImplied(template, when, allow.located.when) : when.chosen.length === 0;
}

function coversAll(project: Project, deny: Statement, allow: Statement): boolean {
  const denied = resourceIndex(project, deny);
  return resourceArns(project, allow).every(
    ({ arn }) => arn && near(denied, arn).some((each) => arnCovers(each.arn, arn) === true),
  );
}
