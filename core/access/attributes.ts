import { type Setting, text } from "../evaluate/setting.ts";
import { complementOf, findAction } from "../iam/actions.ts";
import { isKey, isRefused, operatorOf, withValue } from "../iam/conditions.ts";
import { branchesOfKey } from "../iam/parameter-branches.ts";
import { type ConditionTest, inStatement, type Statement } from "../iam/statements.ts";
import { perObject } from "../lazy.ts";
import type { Report } from "../lint/rule.ts";
import type { Policy } from "../model/policy.ts";
import type { Project } from "../model/project.ts";
import type { View } from "../model/view.ts";
import { deniesBeside, surelyDeniedBeside } from "./denies-beside.ts";
import { couldNameDynamoDb, grantedActions, reachesDynamoDb, withoutDenied } from "./grants.ts";
import { appliesTo } from "./resource-types.ts";

export const ATTRIBUTES = "dynamodb:Attributes";

/**
 * A statement whose condition looks at `dynamodb:Attributes`: the names of the attributes that a request names, in its key, its item, its
 * expressions and its projection. A request without a projection gets whole items and names none of them.
 */
export interface AttributesStatement {
  policy: Policy;
  statement: Statement;
  /** The tests of the key, without those that only ask whether it is there (`Null`). */
  tests: readonly [ConditionTest, ...ConditionTest[]];
  entries: readonly Entry[];
}

/** One entry of `Action` (or the first of `NotAction`), and the DynamoDB actions that it speaks of. */
export interface Entry {
  /** The entry in its branch: where a finding about it stands. */
  at: Setting;
  /** Undefined for `NotAction`. */
  pattern: string | undefined;
  /**
   * Qualified canonical names: of an Allow, what it really gives (some resource matches, no key is asked for that the request lacks, no
   * unconditional Deny takes it away).
   */
  names: readonly string[];
}

/** The statements about `dynamodb:Attributes` in the policies of a template, of every kind. */
export function attributesStatements(view: View, effect: Statement["effect"]): AttributesStatement[] {
  return view.policies.flatMap((policy) =>
    policy.statements.flatMap((statement): AttributesStatement[] => {
      if (statement.effect !== effect) return [];
      const tests = testsOf(statement);
      return tests ? [{ policy, statement, tests, entries: entriesOf(view.project, policy, statement) }] : [];
    }),
  );
}

function testsOf({ conditions }: Statement): AttributesStatement["tests"] | undefined {
  const [first, ...others] = conditions.filter((test) => isKey(test, ATTRIBUTES) && operatorOf(test).name !== "null");
  return first && [first, ...others];
}

const entriesInMemory = perObject((project: Project) =>
  perObject((policy: Policy) => perObject((statement: Statement) => readEntries(project, policy, statement))),
);

/** What a statement of any policy gives or takes in DynamoDB, entry by entry. */
export function entriesOf(project: Project, policy: Policy, statement: Statement): readonly Entry[] {
  return entriesInMemory(project)(policy)(statement);
}

function readEntries(project: Project, policy: Policy, statement: Statement): Entry[] {
  if (reachesDynamoDb(project, statement) === false) return [];
  const denies = statement.effect === "Allow" ? surelyDeniedBeside(project, policy, statement) : [];
  const isMeant = (name: string) => {
    const action = findAction(name);
    return (
      action?.service === "dynamodb" && !isRefused(statement, action) && appliesTo(project, statement, name) !== false
    );
  };
  const entry = (action: Setting, pattern: string | undefined, names: readonly string[]): Entry => ({
    at: { ...action, when: inStatement(statement, action) },
    pattern,
    names: names.filter(isMeant),
  });
  const named = statement.actions.flatMap((action): Entry[] => {
    const pattern = text(action);
    return pattern === undefined ? [] : [entry(action, pattern, grantedActions(project, statement, pattern, denies))];
  });
  const [first] = statement.notActions;
  const excepted = statement.notActions.flatMap((each) => text(each) ?? []);
  const rest = first && excepted.length === statement.notActions.length ? complementOf(excepted) : undefined;
  if (!first || rest?.kind !== "judged") return named;
  return [...named, entry(first, undefined, withoutDenied(project, statement, rest.names, denies))];
}

/** The actions that a statement allows with some value of a request's parameter; `undecided`: perhaps more. */
export interface Permitted {
  /** By value, in the order asked; only values with which something is allowed. */
  byValue: ReadonlyMap<string, readonly string[]>;
  undecided: boolean;
}

/**
 * What an Allow lets through with a parameter that DynamoDB shows to IAM as a condition key (`dynamodb:Select`, `dynamodb:ReturnValues`), and
 * that always has a value. `asked`: the values of interest, each with the actions that take it. Source: DynamoDB Developer Guide,
 * fine-grained access control, notes to the examples.
 */
export function permittedWith(
  project: Project,
  { policy, statement, entries }: AttributesStatement,
  key: string,
  asked: ReadonlyMap<string, ReadonlySet<string>>,
): Permitted {
  const byValue = new Map<string, readonly string[]>();
  let undecided = false;
  for (const [value, actions] of asked) {
    const passes = statement.conditionUnknown ? undefined : permits(statement, key, value);
    if (passes === false) continue;
    const wanted = new Set(entries.flatMap(({ names }) => names.filter((name) => actions.has(name))));
    const { surely, perhaps } = notDeniedWith(project, policy, statement, key, value, [...wanted]);
    if (passes === true && surely.length > 0) byValue.set(value, surely);
    else if (perhaps.length > 0) undecided = true;
  }
  return { byValue, undecided };
}

/**
 * Of some actions, those that no Deny beside the statement takes away on its resources from requests with this value of the key. Only denies
 * count that look at nothing else; `perhaps`: those too that a Deny with unknown values may take.
 */
export function notDeniedWith(
  project: Project,
  policy: Policy,
  statement: Statement,
  key: string,
  value: string,
  names: readonly string[],
): { surely: readonly string[]; perhaps: readonly string[] } {
  const denies = deniesBeside(project, policy, statement)
    .filter((deny) => looksOnlyAt(deny, key))
    .map((deny) => ({ deny, applies: permits(deny, key, value) }));
  const left = (applying: typeof denies) => {
    const statements = applying.map(({ deny }) => deny);
    return withoutDenied(project, statement, names, statements);
  };
  return {
    surely: left(denies.filter(({ applies }) => applies !== false)),
    perhaps: left(denies.filter(({ applies }) => applies === true)),
  };
}

/** Is the key all that the statement's condition looks at? */
export function looksOnlyAt(deny: Statement, key: string): boolean {
  return deny.conditions.length > 0 && !deny.conditionUnknown && deny.conditions.every((test) => isKey(test, key));
}

/** Do all of the statement's tests of the key hold for a request with this value? */
export function permits(statement: Statement, key: string, value: string): boolean | undefined {
  let answer: boolean | undefined = true;
  for (const test of statement.conditions) {
    if (!isKey(test, key)) continue;
    const holds = withValue(test, value);
    if (holds === false) return false;
    if (holds === undefined) answer = undefined;
  }
  return answer;
}

/** The statement once for every value of the parameters in its tests of a key, see `branchesOfKey`. */
export function byParameters(limited: AttributesStatement, key: string): AttributesStatement[] {
  return branchesOfKey(limited.statement, key).flatMap((statement): AttributesStatement[] => {
    const tests = testsOf(statement);
    return tests ? [{ ...limited, statement, tests }] : [];
  });
}

/** Tells the actions of the statement that are known only at deployment. */
export function reportUnreadActions({ statement }: AttributesStatement, report: Report): void {
  for (const action of statement.actions) {
    if (text(action) === undefined && couldNameDynamoDb(action))
      report.cannotTell({ ...action, when: inStatement(statement, action) });
  }
}
