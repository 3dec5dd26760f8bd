import { type Setting, text } from "../evaluate/setting.ts";
import { addTests } from "../lint/condition-fix.ts";
import { accountOf, writtenText } from "../model/principal-account.ts";
import { asksExternalId, asksMore, asksWho } from "./trust.ts";
import { atEntry, CONDITION_UNKNOWN, type Opening, snippet, type TrustEntry } from "./trust-opening.ts";

/** Whom an AWS principal of a trust policy lets in that nobody may have meant: everybody, or the whole of another account. */
export function openingByAccount(asked: TrustEntry): Opening | undefined {
  const { view, statement, entry, demands } = asked;
  const account = accountOf(entry);
  const at = atEntry(asked);
  if (account.kind === "anyone") {
    if (asksWho(demands)) return undefined;
    if (demands.isUnknown) return { at, reason: CONDITION_UNKNOWN };
    const knowsId = asksExternalId(demands);
    return {
      at,
      finding: {
        severity: knowsId ? "warning" : "error",
        text: knowsId
          ? "can be assumed from any AWS account by whoever knows the external ID, which is not a secret"
          : "can be assumed by anyone, from any AWS account",
        fixes: snippet(
          "Ask for the organization (stops everybody outside it)",
          addTests(statement, [
            { operator: "StringEquals", key: "aws:PrincipalOrgID", value: "o-TODO-organization-id" },
          ]),
        ),
      },
    };
  }
  if (asksWho(demands) || asksExternalId(demands) || asksMore(demands)) return undefined;
  if (account.kind === "unknown") return mayBeMany(entry.setting) ? { at } : undefined;
  if (account.kind !== "account" || !account.whole || view.values.trustedAccounts.includes(account.account))
    return undefined;
  if (demands.isUnknown) return { at, reason: CONDITION_UNKNOWN };
  const everybody = `can be assumed by everybody in account ${account.account} whom its administrators allow it, and neither an external ID (sts:ExternalId) nor the organization (aws:PrincipalOrgID) is asked for`;
  return {
    at,
    finding: {
      severity: account.isForeign ? "warning" : "info",
      text: account.isForeign
        ? everybody
        : `${everybody}; if that is not this stack's own account, name it in trustedAccounts or ask for more`,
      fixes: snippet(
        "Ask for an external ID (stops callers that do not send it)",
        addTests(statement, [{ operator: "StringEquals", key: "sts:ExternalId", value: "TODO-external-id" }]),
      ),
    },
  };
}

/** Known only at deployment, and perhaps a star or the whole of an account: not where a role or user is named in any case. */
function mayBeMany(setting: Setting): boolean {
  return text(setting) === undefined && !/:(?:role|user|assumed-role|federated-user)\//.test(writtenText(setting));
}
