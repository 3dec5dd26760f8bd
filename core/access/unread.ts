import { text } from "../evaluate/setting.ts";
import { inStatement } from "../iam/statements.ts";
import type { Report } from "../lint/rule.ts";
import type { Policy } from "../model/policy.ts";
import type { View } from "../model/view.ts";
import { couldNameDynamoDb, reachesDynamoDb } from "./grants.ts";

/**
 * Tells what a rule about actions cannot read of a policy: documents, statements and, in statements of the given effects, actions that are
 * known only at deployment. Nothing is said where neither a table nor a policy that names DynamoDB is in view.
 */
export function reportUnread(
  view: View,
  policy: Policy,
  report: Report,
  effects: readonly ("Allow" | "Deny")[] = ["Allow"],
): void {
  if (!view.dynamoDbInView) return;
  for (const setting of policy.unknown) report.cannotTell(setting);
  for (const statement of policy.statements) {
    if (!effects.includes(statement.effect)) continue;
    const unread = statement.actions.filter((action) => text(action) === undefined && couldNameDynamoDb(action));
    if (unread.length === 0 || reachesDynamoDb(view.project, statement) === false) continue;
    for (const action of unread) report.cannotTell({ ...action, when: inStatement(statement, action) });
  }
}
