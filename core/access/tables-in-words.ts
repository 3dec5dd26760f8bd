import type { Statement } from "../iam/statements.ts";
import type { Project } from "../model/project.ts";
import type { PrincipalAccess } from "./granted.ts";
import { everyTable } from "./grants.ts";
import { tablesOpenedBy } from "./opened.ts";

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
