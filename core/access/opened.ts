import { type ArnText, coversEveryTable, tableNameOf } from "../iam/arn.ts";
import type { Statement } from "../iam/statements.ts";
import { wildcardsOverlap } from "../iam/wildcard.ts";
import { perObject } from "../lazy.ts";
import type { Related } from "../lint/finding.ts";
import { nameOfTable } from "../model/arns.ts";
import { holdersOf, isIdentityPolicy } from "../model/policies.ts";
import type { Policy } from "../model/policy.ts";
import type { Project } from "../model/project.ts";
import { relatedHolders } from "../model/roles.ts";
import { type Table, tablesOf } from "../model/tables.ts";
import { resourceArns } from "./grants.ts";

/** The tables of a project by what their ARNs say behind `table/`: a literal name, or the hole that stands for it. */
const tablesByName = perObject((project: Project): ReadonlyMap<string, readonly Table[]> => {
  const byName = new Map<string, Table[]>();
  for (const table of project.templates.flatMap(tablesOf)) {
    const name = keyOf([nameOfTable({ template: table.template, resource: table.resource })]);
    byName.set(name, [...(byName.get(name) ?? []), table]);
  }
  return byName;
});

/** A literal name as it is; a hole behind a character that no name has. */
function keyOf(name: ArnText): string {
  return name.map((piece) => (typeof piece === "string" ? piece : `\0${piece.hole}\0`)).join("");
}

/** The tables in view that an ARN names, its own or that of something below it; none where the name is a pattern. */
export function tablesNamed(project: Project, arn: ArnText): readonly Table[] {
  const name = tableNameOf(arn);
  return name ? (tablesByName(project).get(keyOf(name)) ?? []) : [];
}

const memory = perObject((project: Project) => perObject((statement: Statement) => findTables(project, statement)));

/** The tables in view that a statement's resources surely match, by reference, by name or by pattern; indexes and streams count as their table. */
export function tablesOpenedBy(project: Project, statement: Statement): readonly Table[] {
  return memory(project)(statement);
}

function findTables(project: Project, statement: Statement): readonly Table[] {
  const arns = new Set(resourceArns(project, statement).map(({ arn }) => arn));
  return [...new Set([...arns].flatMap((arn) => (arn ? matched(project)(arn) : [])))];
}

/** Large policies repeat few ARNs in many statements. */
const matched = perObject((project: Project) => perObject((arn: ArnText) => findMatched(tablesByName(project), arn)));

function findMatched(byName: ReadonlyMap<string, readonly Table[]>, arn: ArnText): readonly Table[] {
  if (coversEveryTable(arn) === true) return [...byName.values()].flat();
  const name = tableNameOf(arn);
  if (!name) return [];
  const key = keyOf(name);
  if (!/[*?]/.test(key)) return byName.get(key) ?? [];
  const names = [...byName].filter(([each]) => !each.startsWith("\0") && wildcardsOverlap(key, each));
  return names.flatMap(([, tables]) => tables);
}

/**
 * Those of them that a resource of the statement names, by reference or written out in full: not by `*`, which speaks of no table in
 * particular.
 */
export function tablesNamedBy(project: Project, statement: Statement): readonly Table[] {
  const arns = new Set(resourceArns(project, statement).map(({ arn }) => arn));
  return [...new Set([...arns].flatMap((arn) => (arn ? tablesNamed(project, arn) : [])))];
}

/** How many tables are pointed at: more are no help. */
const MOST_TABLES = 3;

/**
 * What belongs to a finding about a statement: the principals that have it, and the tables it opens where those are few. None for a policy that
 * says itself what it is attached to.
 */
export function relatedToStatement(project: Project, policy: Policy, statement: Statement): Related[] {
  if (!isIdentityPolicy(policy)) return [];
  const tables = tablesOpenedBy(project, statement);
  return [
    ...relatedHolders(holdersOf(project, policy), policy),
    ...(tables.length <= MOST_TABLES ? tables : []).map(({ id, template, resource }) => ({
      message: `it opens table "${id}"`,
      template,
      place: resource.key,
    })),
  ];
}
