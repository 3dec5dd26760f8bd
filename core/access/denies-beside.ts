import { text } from "../evaluate/setting.ts";
import { piecesKey, piecesOf } from "../evaluate/value.ts";
import type { Principal, Statement } from "../iam/statements.ts";
import { isIdentityPolicy } from "../model/policies.ts";
import type { Policy } from "../model/policy.ts";
import type { Project } from "../model/project.ts";
import { deniesOf, isUnconditionalDeny } from "./grants.ts";

/**
 * The denies, with a condition or without, that apply to everybody whom the statement of a policy allows: of an identity policy those of the
 * same policy and of others that everybody who has it has too; of other policies their own.
 */
export function deniesBeside(project: Project, policy: Policy, statement: Statement): readonly Statement[] {
  if (isIdentityPolicy(policy)) return deniesOf(project, policy);
  return policy.statements.filter((other) => other.effect === "Deny" && speaksToAll(other, statement));
}

/** Those of them that have no condition. */
export function surelyDeniedBeside(project: Project, policy: Policy, statement: Statement): readonly Statement[] {
  return deniesBeside(project, policy, statement).filter(isUnconditionalDeny);
}

function speaksToAll(deny: Statement, allow: Statement): boolean {
  if (deny.notPrincipal || allow.notPrincipal) return false;
  if (deny.principals.some(({ setting }) => text(setting) === "*")) return true;
  const denied = new Set(deny.principals.map(nameOf));
  return allow.principals.every((principal) => denied.has(nameOf(principal)));
}

/** The same for the same principal, also where it is written by reference. */
function nameOf({ setting }: Principal): string {
  return piecesKey(piecesOf(setting.value) ?? []);
}
