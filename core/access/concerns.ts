import { type Setting, text } from "../evaluate/setting.ts";
import { piecesOf } from "../evaluate/value.ts";
import type { Statement } from "../iam/statements.ts";
import { isDynamoDbInView } from "../model/in-view.ts";
import type { Project } from "../model/project.ts";
import { isBare, reachesDynamoDb } from "./grants.ts";

/**
 * Is a statement about DynamoDB or DAX? It is where it names their actions or condition keys, and where it speaks of all services while
 * DynamoDB is in view; never where none of its resources can be one of theirs.
 */
export function concernsDynamoDb(project: Project, statement: Statement): boolean {
  if (reachesDynamoDb(project, statement) === false && statement.resources.length > 0) return false;
  if (statement.conditions.some(({ key }) => isOurs(key))) return true;
  const named = [...statement.actions, ...statement.notActions];
  if (named.some((action) => isOurs(startOf(action)))) return true;
  const isAboutAll = statement.notActions.length > 0 || statement.actions.some((action) => isBare(text(action) ?? ""));
  return isAboutAll && isDynamoDbInView(project);
}

function isOurs(name: string): boolean {
  return /^(?:dynamodb|dax):/i.test(name);
}

/** What is known of the beginning of a text. */
function startOf({ value }: Setting): string {
  const [start] = piecesOf(value) ?? [];
  return typeof start === "string" ? start : "";
}
