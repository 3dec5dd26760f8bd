import type { Located } from "../evaluate/setting.ts";
import { inStatement, type Principal, type Statement } from "../iam/statements.ts";
import type { Change, Fix } from "../lint/fix.ts";
import type { Severity } from "../lint/severity.ts";
import type { IamPrincipal } from "../model/policies.ts";
import type { View } from "../model/view.ts";
import type { Demands } from "./trust.ts";

/** Where a trust policy is open, or may be: then `reason` says what is not known. */
export interface Opening {
  at: Located;
  finding?: { severity: Severity; text: string; fixes: readonly Fix[] };
  reason?: string;
}

/** An entry of `Principal` that a trust policy lets in, and what its conditions demand. */
export interface TrustEntry {
  view: View;
  principal: IamPrincipal;
  statement: Statement;
  entry: Principal;
  demands: Demands;
}

/** Where the entry itself is the trouble, in its branch. */
export function atEntry({ statement, entry }: TrustEntry): Located {
  return { ...entry.setting, when: inStatement(statement, entry.setting) };
}

export const CONDITION_UNKNOWN = "the condition of its statement is not known";

/** A skeleton, where it can be written. */
export function snippet(title: string, changes: readonly Change[]): Fix[] {
  return changes.length > 0 ? [{ title, class: "snippet", changes }] : [];
}
