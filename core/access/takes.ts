import type { Action } from "../iam/actions.ts";
import { type ArnText, couldBeService, coversEveryTable, isBareStar, resourceShape } from "../iam/arn.ts";
import type { Statement } from "../iam/statements.ts";
import { arnOf } from "../model/arns.ts";
import { perObject } from "../model/lazy.ts";
import type { Project } from "../model/project.ts";
import { resourceArns } from "./grants.ts";

/** What an Allow's resources can match, as far as actions care. */
interface Reach {
  /** Everything there is: what actions without resource types ask for. */
  all: boolean;
  /** Types of DynamoDB resources (`table`, `backup` …), or every one of them. */
  types: ReadonlySet<string> | "every";
  dax: boolean;
}

const memory = perObject((project: Project) => perObject((statement: Statement) => reachOf(project, statement)));

/**
 * Can any resource of the statement be one that the action works on? `DeleteBackup` on a table's ARN allows nothing, nor does an action that
 * takes no resource (UpdateAbacStatus) on anything but `*`. What cannot be told counts as able.
 */
export function takesAction(project: Project, statement: Statement, action: Action): boolean {
  const { all, types, dax } = memory(project)(statement);
  if (all) return true;
  if (action.resourceTypes.length === 0) return false;
  if (action.service === "dax") return dax;
  return types === "every" || action.resourceTypes.some(({ name }) => types.has(name));
}

function reachOf(project: Project, statement: Statement): Reach {
  if (statement.notResources.length > 0) return reachOfTheRest(project, statement);
  const types = new Set<string>();
  const reach = { all: false, every: false, dax: false };
  for (const { arn } of resourceArns(project, statement)) {
    // A value that only deployment knows may be a star.
    if (!arn || isBareStar(arn) || arn.every((piece) => typeof piece !== "string")) return EVERYTHING;
    if (couldBeService(arn, "dax") !== false) reach.dax = true;
    if (couldBeService(arn, "dynamodb") === false) continue;
    const shape = resourceShape(arn);
    if (shape === "any" || shape === "unknown" || (shape === "table" && hasStar(arn))) reach.every = true;
    else types.add(shape);
  }
  return { all: false, types: reach.every ? "every" : types, dax: reach.dax };
}

const EVERYTHING: Reach = { all: true, types: "every", dax: true };

/** `NotResource` leaves everything but what it names, also for actions that take no resource. */
function reachOfTheRest(project: Project, { notResources }: Statement): Reach {
  const excepted = notResources.flatMap((setting) => {
    const arn = arnOf(project, setting.template, setting.value);
    return arn ? [arn] : [];
  });
  if (excepted.some(isBareStar)) return { all: false, types: new Set(), dax: false };
  if (!excepted.some((arn) => coversEveryTable(arn) === true)) return EVERYTHING;
  return { all: false, types: new Set(["global-table"]), dax: true };
}

/** A star in a table's name crosses the slashes behind it: `table/Orders*` covers indexes, streams and backups too. */
function hasStar(arn: ArnText): boolean {
  const resource = arn.map((piece) => (typeof piece === "string" ? piece : "")).join("");
  return /table\/.*\*/.test(resource);
}
