import { compatible, type Setting, text } from "../evaluate/setting.ts";
import { piecesKey, piecesOf } from "../evaluate/value.ts";
import { complementOf, expandAction } from "../iam/actions.ts";
import { type ArnText, couldBeService, isBareStar, resourceShape } from "../iam/arn.ts";
import { type ArnIndex, indexByArn, near } from "../iam/arn-index.ts";
import { surelyCovers, surelyOverlap } from "../iam/arn-match.ts";
import { excludeEachOther, isKey, isPositive } from "../iam/conditions.ts";
import type { ConditionTest, Statement } from "../iam/statements.ts";
import { anyBelow, type Below, reachesBelow, tableArnOf } from "../iam/table-arn.ts";
import { perObject } from "../lazy.ts";
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

/** Reaches of one resource text: many statements of a large policy name the same tables. */
interface Group {
  arn: ArnText;
  names: Set<string>;
  members: Reach[];
}

export type ReachIndex = ArnIndex<Group>;

export function indexReaches(reaches: readonly Reach[]): ReachIndex {
  const groups = new Map<ArnText, Group>();
  for (const reach of reaches) {
    const group = groups.get(reach.arn) ?? { arn: reach.arn, names: new Set<string>(), members: [] };
    groups.set(reach.arn, group);
    group.members.push(reach);
    for (const name of reach.names) group.names.add(name);
  }
  return indexByArn([...groups.values()]);
}

/** Every Deny of a policy asks about the same tables. */
const nearIn = perObject((index: ReachIndex) => perObject((arn: ArnText) => near(index, arn)));

/** The resource entries of a statement, with the given actions; `NotResource` counts as everything for an Allow and as nothing for a Deny. */
export function reachesOf(project: Project, statement: Statement, names: ReadonlySet<string>): Reach[] {
  if (statement.notResources.length > 0) return statement.effect === "Allow" ? [{ names, arn: ["*"], statement }] : [];
  return resourceArns(project, statement).flatMap(({ arn }) => (arn ? [{ names, arn, statement }] : []));
}

/** Qualified names of the DynamoDB actions that a statement is about. */
export const namesOfStatement = perObject((statement: Statement): ReadonlySet<string> => {
  const named = statement.actions.flatMap((action) => {
    const expansion = expandAction(text(action) ?? "", ["dynamodb"]);
    return expansion.kind === "judged" ? expansion.names : [];
  });
  const excepted = statement.notActions.flatMap((action) => text(action) ?? []);
  const rest = excepted.length > 0 ? complementOf(excepted, ["dynamodb"]) : undefined;
  return new Set([...named, ...(rest?.kind === "judged" ? rest.names : [])]);
});

/** An action that stays open beside a Deny. */
export interface Gap {
  name: string;
  /** The statements that allow it where the Deny applies; none where only an AWS managed policy does. Not all of very many. */
  allowedBy: readonly Statement[];
  /** It is allowed wherever the Deny applies, not only in some branch. */
  isSure: boolean;
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

/** Where one of them holds in any case, more statements that allow an action say nothing new. */
const ENOUGH = 3;

/**
 * Looks for the ways around a Deny. `allows` and `denies` are what counts for the same principal; the Deny may be among the latter. What another
 * Deny stops under the same condition, or without one, is no gap.
 */
export function gapsBeside(project: Project, deny: Statement, allows: ReachIndex, denies: ReachIndex): DenyGaps {
  const names = namesOfStatement(deny);
  const { listed, twins, isBulk } = twinsOf([...names]);
  const isWide = perObject((statement: Statement) => isAsWide(statement, deny));
  const open = new Map(twins.map((name) => [name, openGap(name, deny)] as const));
  const below: DenyGaps["below"][number][] = [];
  for (const { setting, arn } of resourceArns(project, deny)) {
    if (!arn || couldBeService(arn, "dynamodb") === false) continue;
    const allowed = nearIn(allows)(arn);
    const denied = nearIn(denies)(arn);
    const isStopped = (name: string, target: ArnText, bulk: boolean) =>
      denied.some(
        (group) =>
          group.names.has(name) &&
          surelyCovers(group.arn, target) &&
          group.members.some((each) => each.statement && isWide(each.statement) && stops(each, name, bulk)),
      );
    for (const [name, gap] of open) {
      if (gap.isComplete()) continue;
      const groups = allowed.filter((group) => group.names.has(name) && reaches(group.arn, name, arn));
      if (groups.length > 0 && !isStopped(name, targetOf(name, arn), isBulk))
        for (const group of groups) gap.add(group);
    }
    for (const kind of ["index", "stream"] as const) {
      const candidates = (kind === "index" ? INDEX_READS : STREAM_READS).filter((name) => names.has(name));
      const found = gapsBelow(kind, arn, candidates, allowed, deny, (name, target) => isStopped(name, target, false));
      if (found.gaps.length > 0) below.push({ below: kind, entry: setting, ...found });
    }
  }
  return { listed, twins: [...open.values()].flatMap((gap) => gap.found() ?? []), below };
}

/** Collects who allows an action in a branch that the Deny can share. */
function openGap(name: string, deny: Statement) {
  const allowedBy = new Set<Statement>();
  let isSure = false;
  return {
    add({ members }: Group): void {
      for (const { names, statement } of members) {
        if (!names.has(name) || (isSure && allowedBy.size >= ENOUGH)) continue;
        if (statement && (!compatible(statement.located, deny.located) || excludeEachOther(statement, deny))) continue;
        if (statement) allowedBy.add(statement);
        isSure ||= !statement || appliesWith(statement, deny);
      }
    },
    isComplete: () => isSure && allowedBy.size >= ENOUGH,
    found: (): Gap | undefined =>
      isSure || allowedBy.size > 0 ? { name, allowedBy: [...allowedBy], isSure } : undefined,
  };
}

/** Does a Deny stop whatever the other one stops, where both name it: without a condition, or with the same one? */
function isAsWide(statement: Statement, deny: Statement): boolean {
  if (statement === deny) return true;
  if (statement.conditionUnknown || !appliesWith(statement, deny)) return false;
  return statement.conditions.every(isFullTableScan) || conditionKey(statement) === conditionKey(deny);
}

function isFullTableScan(test: ConditionTest): boolean {
  return (
    isKey(test, "dynamodb:FullTableScan") &&
    isPositive(test) &&
    test.values.some((value) => text(value)?.toLowerCase() === "true")
  );
}

const conditionKey = perObject(({ conditions }: Statement): string =>
  conditions
    .map(({ operator, key, values }) => {
      const texts = values.map(({ value }) => piecesKey(piecesOf(value) ?? [])).sort();
      return JSON.stringify([operator.toLowerCase(), key.toLowerCase(), texts]);
    })
    .sort()
    .join(),
);

function stops({ names, statement }: Reach, name: string, isBulk: boolean): boolean {
  const isAboutScans = statement?.conditions.some(isFullTableScan) === true;
  return names.has(name) && (!isAboutScans || (isBulk && name === "dynamodb:PartiQLSelect"));
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
    return left !== undefined && right !== undefined && surelyOverlap(left, right);
  }
  const shape = resourceShape(allowed);
  const isRight = shape === "table" || shape === "any" || (shape === "index" && INDEX_READS.includes(name));
  return isRight && surelyOverlap(allowed, arn);
}

/** The denied actions that an Allow lets through to the indexes, or streams, of the table that the entry names. */
function gapsBelow(
  below: Below,
  arn: ArnText,
  candidates: readonly string[],
  allows: readonly Group[],
  deny: Statement,
  isStopped: (name: string, target: ArnText) => boolean,
): { gaps: Gap[]; isWrittenOut: boolean } {
  const none = { gaps: [], isWrittenOut: false };
  if (candidates.length === 0 || resourceShape(arn) !== "table") return none;
  const any = anyBelow(arn, below);
  if (surelyCovers(arn, any)) return none;
  let isWrittenOut = false;
  const gaps = candidates.flatMap((name) => {
    const gap = openGap(name, deny);
    for (const group of allows.filter(({ names }) => names.has(name))) {
      const isNamed = resourceShape(group.arn) === below;
      const coversAll = surelyCovers(group.arn, any);
      if (!coversAll && !(isNamed && isOf(group.arn, arn))) continue;
      if (isStopped(name, coversAll ? any : group.arn)) continue;
      gap.add(group);
      isWrittenOut ||= isNamed;
    }
    return gap.found() ?? [];
  });
  return { gaps, isWrittenOut };
}

function isOf(below: ArnText, table: ArnText): boolean {
  const own = tableArnOf(below);
  return own !== undefined && surelyOverlap(own, table);
}
