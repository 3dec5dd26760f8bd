import type { Statement } from "../iam/statements.ts";

/** `dynamodb:PutItem` → `PutItem`; names of other services keep their prefix. */
export function shortName(qualified: string): string {
  return qualified.replace(/^dynamodb:/, "");
}

/** `A, B and C`. */
export function listOf(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** The same for many names: `A, B, C and 4 more`. */
export function firstOf(names: readonly string[], most = 4): string {
  const rest = names.length - most;
  return rest > 1 ? `${names.slice(0, most).join(", ")} and ${rest} more` : listOf(names);
}

/** How messages call a statement: `"ReadOrders"`, or `statement 2` for one without a `Sid`. */
export function labelOf(statement: Statement): string {
  return statement.sid ? `"${statement.sid}"` : `statement ${statement.index + 1}`;
}

/** `Replica eu-west-1 of "Orders"` and `Role "Reader"` inside a sentence. */
export function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
