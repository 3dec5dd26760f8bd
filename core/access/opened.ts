import { type ArnText, couldBeService, coversEveryTable, splitArn, tableNameOf } from "../iam/arn.ts";
import { arnsOverlap } from "../iam/arn-match.ts";
import type { Statement } from "../iam/statements.ts";
import { wildcardsOverlap } from "../iam/wildcard.ts";
import type { Related } from "../lint/finding.ts";
import { nameOfTable } from "../model/arns.ts";
import { perObject } from "../model/lazy.ts";
import { holdersOf, type IdentityPolicy } from "../model/policies.ts";
import type { Project } from "../model/project.ts";
import { relatedHolders } from "../model/roles.ts";
import { type Table, tablesOf } from "../model/tables.ts";
import type { PrincipalAccess } from "./granted.ts";
import { everyTable, resourceArns } from "./grants.ts";

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

const memory = perObject((project: Project) => perObject((statement: Statement) => findTables(project, statement)));

/** The tables in view that a statement's resources surely match, by reference, by name or by pattern; indexes and streams count as their table. */
export function tablesOpenedBy(project: Project, statement: Statement): readonly Table[] {
  return memory(project)(statement);
}

function findTables(project: Project, statement: Statement): Table[] {
  const byName = tablesByName(project);
  const found = new Set<Table>();
  const addAll = (tables: Iterable<Table>) => {
    for (const table of tables) found.add(table);
  };
  for (const { arn } of resourceArns(project, statement)) {
    if (!arn) continue;
    if (coversEveryTable(arn) === true) {
      addAll([...byName.values()].flat());
      continue;
    }
    const name = tableNameOf(arn);
    if (!name) continue;
    const key = keyOf(name);
    if (!/[*?]/.test(key)) addAll(byName.get(key) ?? []);
    else for (const [each, tables] of byName) if (!each.startsWith("\0") && wildcardsOverlap(key, each)) addAll(tables);
  }
  return [...found];
}

/** What of DynamoDB a principal may use, for messages: `every table`, `"Orders"`, a count, or just `DynamoDB`. */
export function tablesInWords(project: Project, { grants, managed }: PrincipalAccess): string {
  const isOpen = managed.some(({ policy }) => policy.access !== "stream-only");
  if (isOpen || grants.some(({ statement }) => opensEveryTable(project, statement))) return "every table";
  const ids = new Set(grants.flatMap(({ statement }) => tablesOpenedBy(project, statement)).map(({ id }) => `"${id}"`));
  if (ids.size === 0) return "DynamoDB";
  return ids.size <= 2 ? [...ids].join(" and ") : `${ids.size} tables`;
}

function opensEveryTable(project: Project, statement: Statement): boolean {
  return statement.notResources.length > 0 || everyTable(project, statement).length > 0;
}

/** How many tables are pointed at: more are no help. */
const MOST_TABLES = 3;

/** What belongs to a finding about a statement: the principals that have it, and the tables it opens where those are few. */
export function relatedToStatement(project: Project, policy: IdentityPolicy, statement: Statement): Related[] {
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

/** Do both speak of one table, or of what belongs to it? Whoever reads an index or a stream reads the table's items. */
export function shareTable(project: Project, a: Statement, b: Statement): boolean {
  const others = tableArns(project)(b);
  return tableArns(project)(a).some((left) =>
    others.some(
      (right) =>
        // Most pairs are two names written out, which need no more than a look.
        (left.name === undefined || right.name === undefined || left.name === right.name) &&
        arnsOverlap(left.arn, right.arn) === true,
    ),
  );
}

interface TableArn {
  arn: ArnText;
  /** Equal for equal tables; undefined where it has a wildcard or is not there. */
  name: string | undefined;
}

const tableArns = perObject((project: Project) =>
  perObject((statement: Statement): readonly TableArn[] =>
    resourceArns(project, statement).flatMap(({ arn }) => {
      if (!arn || couldBeService(arn, "dynamodb") === false) return [];
      const name = keyOf((splitArn(arn) && tableNameOf(arn)) ?? ["*"]);
      return [{ arn: tableArnOf(arn), name: /[*?]/.test(name) ? undefined : name }];
    }),
  ),
);

/** The ARN up to the table's name, in any account and region where those are not written out; the whole of it where it is no table's. */
function tableArnOf(arn: ArnText): ArnText {
  const parts = splitArn(arn);
  const name = parts && tableNameOf(arn);
  if (!parts || !name) return arn;
  const { partition, service, region, account } = parts;
  const where = [partition, service, region, account].map((part) =>
    part.every((piece) => typeof piece === "string") ? part.join("") : "*",
  );
  return ["arn:", where.join(":"), ":table/", ...name];
}
