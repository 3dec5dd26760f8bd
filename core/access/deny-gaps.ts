import { type Setting, text } from "../evaluate/setting.ts";
import { piecesKey, piecesOf } from "../evaluate/value.ts";
import { complementOf, expandAction } from "../iam/actions.ts";
import { type ArnText, couldBeService, isBareStar, resourceShape } from "../iam/arn.ts";
import { arnCovers, arnsOverlap } from "../iam/arn-match.ts";
import { isKey, isPositive } from "../iam/conditions.ts";
import type { Statement } from "../iam/statements.ts";
import { anyBelow, type Below, reachesBelow, tableArnOf, tableKeyOf } from "../iam/table-arn.ts";
import type { Project } from "../model/project.ts";
import { appliesWith, resourceArns } from "./grants.ts";
import { twinsOf } from "./twins.ts";

/** One resource entry of a statement (or of an AWS managed policy) with the actions it is about. */
export interface Reach {
  names: ReadonlySet<string>;
  arn: ArnText;
  /** None for AWS managed policies. */
  statement?: Statement;
}

/** Reaches by the table they name; those with wildcards, and those of other things, apart. */
export interface ReachIndex {
  byTable: ReadonlyMap<string, readonly Reach[]>;
  others: readonly Reach[];
  all: readonly Reach[];
}

export function indexReaches(all: readonly Reach[]): ReachIndex {
  const byTable = new Map<string, Reach[]>();
  const others: Reach[] = [];
  for (const reach of all) {
    const key = tableKeyOf(reach.arn);
    const known = key === undefined ? others : byTable.get(key);
    if (known) known.push(reach);
    else if (key !== undefined) byTable.set(key, [reach]);
  }
  return { byTable, others, all };
}

function near(index: ReachIndex, arn: ArnText): readonly Reach[] {
  const key = tableKeyOf(arn);
  return key === undefined ? index.all : [...(index.byTable.get(key) ?? []), ...index.others];
}

/** The resource entries of a statement, with the given actions; `NotResource` counts as everything for an Allow and as nothing for a Deny. */
export function reachesOf(project: Project, statement: Statement, names: ReadonlySet<string>): Reach[] {
  if (statement.notResources.length > 0) return statement.effect === "Allow" ? [{ names, arn: ["*"], statement }] : [];
  return resourceArns(project, statement).flatMap(({ arn }) => (arn ? [{ names, arn, statement }] : []));
}

/** Qualified names of the DynamoDB actions that a statement is about. */
export function namesOfStatement(statement: Statement): ReadonlySet<string> {
  const named = statement.actions.flatMap((action) => {
    const expansion = expandAction(text(action) ?? "", ["dynamodb"]);
    return expansion.kind === "judged" ? expansion.names : [];
  });
  const excepted = statement.notActions.flatMap((action) => text(action) ?? []);
  const rest = excepted.length > 0 ? complementOf(excepted, ["dynamodb"]) : undefined;
  return new Set([...named, ...(rest?.kind === "judged" ? rest.names : [])]);
}

/** An action that stays open beside a Deny, and the statements that allow it. */
export interface Gap {
  name: string;
  allowedBy: readonly Reach[];
}

/** What a Deny leaves open of the same items. */
export interface DenyGaps {
  /** The denied actions that reach items. */
  listed: readonly string[];
  /** Other actions that do the same. */
  twins: readonly Gap[];
  /** Denied actions that still reach the indexes or streams of a table that the Deny names. */
  below: readonly { below: Below; entry: Setting; gaps: readonly Gap[]; isWrittenOut: boolean }[];
}

const INDEX_READS = ["dynamodb:Query", "dynamodb:Scan", "dynamodb:PartiQLSelect"];
const STREAM_READS = ["dynamodb:GetRecords"];

/**
 * Looks for the ways around a Deny. `allows` and `denies` are what counts for the same principal; the Deny may be among the latter. What another
 * Deny stops under the same condition, or without one, is no gap.
 */
export function gapsBeside(project: Project, deny: Statement, allows: ReachIndex, denies: ReachIndex): DenyGaps {
  const names = namesOfStatement(deny);
  const { listed, twins, isBulk } = twinsOf([...names]);
  const open = new Map<string, Reach[]>();
  const below: DenyGaps["below"][number][] = [];
  for (const { setting, arn } of resourceArns(project, deny)) {
    if (!arn || couldBeService(arn, "dynamodb") === false) continue;
    const allowed = near(allows, arn);
    const denied = near(denies, arn).filter(({ statement }) => statement && isAsWide(statement, deny));
    for (const name of twins) {
      const target = targetOf(name, arn);
      if (denied.some((each) => stops(each, name, target, isBulk))) continue;
      const by = allowed.filter((each) => each.names.has(name) && reaches(each.arn, name, arn));
      if (by.length > 0) open.set(name, [...(open.get(name) ?? []), ...by]);
    }
    for (const kind of ["index", "stream"] as const) {
      const found = gapsBelow(kind, arn, names, allowed, denied);
      if (found.length > 0)
        below.push({ below: kind, entry: setting, gaps: found, isWrittenOut: found.some((gap) => isNamed(gap, kind)) });
    }
  }
  return { listed, twins: [...open].map(([name, allowedBy]) => ({ name, allowedBy })), below };
}

/** Does a Deny stop whatever the other one stops, where both name it: without a condition, or with the same one? */
function isAsWide(statement: Statement, deny: Statement): boolean {
  if (statement === deny) return true;
  if (statement.conditionUnknown || !appliesWith(statement, deny)) return false;
  return statement.conditions.every((test) => isFullTableScan(test)) || conditionKey(statement) === conditionKey(deny);
}

function isFullTableScan(test: Statement["conditions"][number]): boolean {
  return (
    isKey(test, "dynamodb:FullTableScan") &&
    isPositive(test) &&
    test.values.some((value) => text(value)?.toLowerCase() === "true")
  );
}

function conditionKey({ conditions }: Statement): string {
  return conditions
    .map(({ operator, key, values }) => {
      const texts = values.map(({ value }) => piecesKey(piecesOf(value) ?? [])).sort();
      return JSON.stringify([operator.toLowerCase(), key.toLowerCase(), texts]);
    })
    .sort()
    .join();
}

function stops({ names, arn, statement }: Reach, name: string, target: ArnText, isBulk: boolean): boolean {
  const isAboutScans = statement?.conditions.some(isFullTableScan) === true;
  if (isAboutScans && !(isBulk && name === "dynamodb:PartiQLSelect")) return false;
  return names.has(name) && arnCovers(arn, target) === true;
}

/** What IAM checks a request for the action against, when it is about the items behind `arn`. */
function targetOf(name: string, arn: ArnText): ArnText {
  const below = belowOf(name);
  const table = below && tableArnOf(arn);
  return table && resourceShape(arn) !== below ? anyBelow(table, below) : arn;
}

function belowOf(name: string): Below | undefined {
  if (STREAM_READS.includes(name)) return "stream";
  return name === "dynamodb:SearchVectors" ? "index" : undefined;
}

/** Does an Allow for `allowed` let the action reach the items behind `arn`? */
function reaches(allowed: ArnText, name: string, arn: ArnText): boolean {
  const below = belowOf(name);
  if (below) {
    if (!reachesBelow(allowed, below)) return false;
    if (isBareStar(allowed) || isBareStar(arn)) return true;
    const [left, right] = [tableArnOf(allowed), tableArnOf(arn)];
    return left !== undefined && right !== undefined && arnsOverlap(left, right) === true;
  }
  const shape = resourceShape(allowed);
  const isRight = shape === "table" || shape === "any" || (shape === "index" && INDEX_READS.includes(name));
  return isRight && arnsOverlap(allowed, arn) === true;
}

/** The denied actions that an Allow lets through to the indexes, or streams, of the table that the entry names. */
function gapsBelow(
  below: Below,
  arn: ArnText,
  denied: ReadonlySet<string>,
  allows: readonly Reach[],
  denies: readonly Reach[],
): Gap[] {
  const candidates = (below === "index" ? INDEX_READS : STREAM_READS).filter((name) => denied.has(name));
  if (candidates.length === 0 || resourceShape(arn) !== "table") return [];
  const any = anyBelow(arn, below);
  if (arnCovers(arn, any) === true) return [];
  return candidates.flatMap((name): Gap[] => {
    const allowedBy = allows.filter((each) => {
      if (!each.names.has(name)) return false;
      const target = arnCovers(each.arn, any) === true ? any : each.arn;
      if (target === each.arn && !(resourceShape(each.arn) === below && isOf(each.arn, arn))) return false;
      return !denies.some((other) => stops(other, name, target, false));
    });
    return allowedBy.length > 0 ? [{ name, allowedBy }] : [];
  });
}

function isOf(below: ArnText, table: ArnText): boolean {
  const own = tableArnOf(below);
  return own !== undefined && arnsOverlap(own, table) === true;
}

/** Does an Allow name indexes, or streams, as such, so that there surely are some? */
function isNamed({ allowedBy }: Gap, below: Below): boolean {
  return allowedBy.some(({ arn }) => resourceShape(arn) === below);
}
