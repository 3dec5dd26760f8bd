import { type Action, findAction } from "../iam/actions.ts";
import { type ArnText, couldBeService, isBareStar, resourceShape, splitArn } from "../iam/arn.ts";
import type { Statement } from "../iam/statements.ts";
import { perObject } from "../model/lazy.ts";
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

/**
 * Can a resource entry match any resource that the action works on? False for `PutItem` on an index, `GetRecords` on a table and `ListTables`
 * on one table; undefined where a hole decides or AWS does not say. Source: the resource types of the service authorization reference.
 */
export function canApply(action: Action, arn: ArnText): boolean | undefined {
  if (isBareStar(arn)) return true;
  if (action.service === "kms") return undefined;
  const { services, shape, isPattern } = kindOf(arn);
  const ours = services[action.service];
  if (ours !== true) return ours;
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
      // A star crosses slashes, so `table/Orders*` is also `table/Orders/stream/…`.
      return types.includes("table") || (isPattern && types.some((type) => BELOW_TABLE.has(type)));
    default:
      return types.includes(shape);
  }
}

/** What is asked of an ARN for every action. */
const kindOf = perObject((arn: ArnText) => ({
  services: { dynamodb: couldBeService(arn, "dynamodb"), dax: couldBeService(arn, "dax") },
  shape: resourceShape(arn),
  isPattern: hasStar(splitArn(arn)?.resource ?? arn),
}));

function hasStar(text: ArnText): boolean {
  return text.some((piece) => typeof piece === "string" && piece.includes("*"));
}

/** Can the action, by its qualified name, match any of the statement's resources? */
export function appliesTo(project: Project, statement: Statement, name: string): boolean | undefined {
  const action = findAction(name);
  if (!action || statement.notResources.length > 0) return undefined;
  let answer: boolean | undefined = false;
  for (const { arn } of resourceArns(project, statement)) {
    const applies = arn ? canApply(action, arn) : undefined;
    if (applies === true) return true;
    if (applies === undefined) answer = undefined;
  }
  return answer;
}
