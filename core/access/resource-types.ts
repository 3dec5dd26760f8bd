import { type Action, findAction } from "../iam/actions.ts";
import {
  type ArnText,
  couldBeService,
  coversEveryTable,
  isBareStar,
  type ResourceShape,
  resourceShape,
  splitArn,
} from "../iam/arn.ts";
import type { Statement } from "../iam/statements.ts";
import { perObject } from "../lazy.ts";
import { arnOf } from "../model/arns.ts";
import type { Project } from "../model/project.ts";
import { resourceArns } from "./grants.ts";

/**
 * Actions without a resource type that still look at one table, or may. What AWS compares their Resource with is not documented, and AWS's own
 * templates limit some of them to ARNs below the table.
 */
const ABOUT_A_TABLE = new Set([
  "dynamodb:InjectError",
  "dynamodb:ListBackups",
  "dynamodb:ListContributorInsights",
  "dynamodb:ListStreams",
]);

/** Types of resources whose ARNs begin with their table's. */
const BELOW_TABLE = new Set(["index", "stream", "backup", "export", "import"]);

/** All that matters of a resource entry, whatever the action. */
interface Kind {
  isStar: boolean;
  dynamodb: boolean | undefined;
  dax: boolean | undefined;
  shape: ResourceShape;
  /** A star behind the service: it crosses slashes, so `table/Orders*` is also `table/Orders/stream/…`. */
  isPattern: boolean;
}

const kindOf = perObject(
  (arn: ArnText): Kind => ({
    isStar: isBareStar(arn),
    dynamodb: couldBeService(arn, "dynamodb"),
    dax: couldBeService(arn, "dax"),
    shape: resourceShape(arn),
    isPattern: hasStar(splitArn(arn)?.resource ?? arn),
  }),
);

function hasStar(text: ArnText): boolean {
  return text.some((piece) => typeof piece === "string" && piece.includes("*"));
}

/**
 * Can a resource entry match any resource that the action works on? False for `PutItem` on an index, `GetRecords` on a table and `ListTables`
 * on one table; undefined where a hole decides or AWS does not say. Source: the resource types of the service authorization reference.
 */
export function canApply(action: Action, arn: ArnText): boolean | undefined {
  return appliesToKind(action, kindOf(arn));
}

function appliesToKind(action: Action, kind: Kind): boolean | undefined {
  if (kind.isStar) return true;
  if (action.service === "kms") return undefined;
  const ours = kind[action.service];
  if (ours !== true) return ours;
  const { shape, isPattern } = kind;
  // Requests that know no resource are compared with a pattern such as `table/*`.
  if (action.resourceTypes.length === 0)
    return shape === "unknown" || isPattern || ABOUT_A_TABLE.has(action.qualified) ? undefined : false;
  const types = action.resourceTypes.map(({ name }) => name);
  switch (shape) {
    case "any":
      return true;
    case "unknown":
      return undefined;
    case "cache":
      return types.includes("application");
    case "table":
      return types.includes("table") || (isPattern && types.some((type) => BELOW_TABLE.has(type)));
    default:
      return types.includes(shape);
  }
}

/** The kinds of a statement's resources, each once: long lists are of few. Undefined stands for a value that is no text. */
const kindsOf = perObject((project: Project) =>
  perObject((statement: Statement): readonly (Kind | undefined)[] => {
    const kinds = new Map<string, Kind | undefined>();
    for (const { arn } of resourceArns(project, statement)) {
      const kind = arn && kindOf(arn);
      kinds.set(kind ? Object.values(kind).join() : "", kind);
    }
    return [...kinds.values()];
  }),
);

/**
 * Can the action, by its qualified name, match any of the statement's resources? What `NotResource` leaves counts: everything but what it
 * names. Undefined where a hole decides, AWS does not say, or there is no such action.
 */
export function appliesTo(project: Project, statement: Statement, name: string): boolean | undefined {
  const action = findAction(name);
  if (!action) return undefined;
  if (statement.notResources.length > 0) return appliesToTheRest(project, statement, action);
  const answers = kindsOf(project)(statement).map((kind) => kind && appliesToKind(action, kind));
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}

function appliesToTheRest(project: Project, { notResources }: Statement, action: Action): boolean | undefined {
  const excepted = notResources.map(({ template, value }) => arnOf(project, template, value));
  if (excepted.some((arn) => arn && isBareStar(arn))) return false;
  if (action.service === "kms") return undefined;
  const covering = excepted.map((arn) => arn && coversEveryTable(arn));
  if (action.service === "dax")
    return excepted.every((arn) => arn && couldBeService(arn, "dax") === false) || undefined;
  if (!covering.includes(true)) return covering.includes(undefined) ? undefined : true;
  if (action.resourceTypes.length === 0) return undefined;
  // `table/*` covers what is below tables too.
  return action.resourceTypes.some(({ name }) => name === "global-table") ? undefined : false;
}

/**
 * Is the action to be counted among what an Allow gives? Where it cannot be told, yes, but for actions that take no resource: AWS documents
 * that only `*` gives them.
 */
export function isGiven(project: Project, statement: Statement, name: string): boolean {
  const applies = appliesTo(project, statement, name);
  return applies === true || (applies === undefined && (findAction(name)?.resourceTypes.length ?? 0) > 0);
}
