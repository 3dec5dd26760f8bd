import { get, isOff, propertiesOf, text } from "../evaluate/setting.ts";
import { operatorOf } from "../iam/conditions.ts";
import { inStatement, type Statement } from "../iam/statements.ts";
import { addTests } from "../lint/condition-fix.ts";
import type { Change } from "../lint/fix.ts";
import { endUserRolesOf } from "../model/end-users.ts";
import { claimOf, type Issuer, isSaml, issuerNamed, issuerOf, issuersOf } from "../model/issuers.ts";
import { writtenText } from "../model/principal-account.ts";
import { follow } from "../model/project.ts";
import { asksClaim, type Demands, takersOf } from "./trust.ts";
import { atEntry, CONDITION_UNKNOWN, type Opening, snippet, type TrustEntry } from "./trust-opening.ts";

/** Whom a federated principal of a trust policy lets in that nobody may have meant: anybody's repositories, apps, guests. */
export function openingByIdentity(asked: TrustEntry): Opening | undefined {
  const { statement, entry, demands } = asked;
  if (isSaml(entry.setting)) return undefined;
  const [url = issuersOf(statement)[0]] = [issuerOf(entry)];
  const at = atEntry(asked);
  if (url === undefined) return { at, reason: "who issues the identities is not known" };
  const issuer = issuerNamed(url);
  if (!issuer) return undefined;
  const opening =
    issuer.kind === "end users" ? openingToUsers(asked, issuer, url) : openingToTokens(asked, issuer, url);
  return opening && demands.isUnknown ? { at, reason: CONDITION_UNKNOWN } : opening;
}

/** Claims that say for which app a sign-in was, or whose it is. Source: IAM User Guide, keys for AWS OIDC federation. */
const APP_CLAIMS = ["aud", "azp", "oaud", "app_id", "sub", "id", "user_id"];

function openingToUsers(asked: TrustEntry, issuer: Issuer, url: string): Opening | undefined {
  const { statement, demands } = asked;
  const at = atEntry(asked);
  if (!issuer.isShared) return undefined;
  const isPool = url.startsWith("cognito-identity.");
  if (!(isPool ? asksClaim(demands, "aud", "sub") : asksClaim(demands, ...APP_CLAIMS))) {
    const claim = { "www.amazon.com": "app_id", "graph.facebook.com": "app_id" }[url] ?? "aud";
    return {
      at,
      finding: {
        severity: "error",
        text: `can be assumed through any ${issuer.holder}: ${nothingAsks(demands, url, claim)}`,
        fixes: snippet(
          `Ask for ${isPool ? "one identity pool (stops those of all others)" : "one app (stops those of all others)"}`,
          addTests(statement, [
            {
              operator: "StringEquals",
              key: `${url}:${claim}`,
              value: isPool ? "TODO-identity-pool-id" : "TODO-app-id",
            },
          ]),
        ),
      },
    };
  }
  if (!isPool || asksClaim(demands, "amr", "sub") || areGuestsOut(asked)) return undefined;
  return {
    at,
    finding: {
      severity: "warning",
      text: `can be assumed by guests of the identity pool too, if it lets any in: ${nothingAsks(demands, url, "amr")}`,
      fixes: snippet(
        "Ask for a sign-in (stops guests)",
        addTests(statement, [{ operator: "ForAnyValue:StringLike", key: `${url}:amr`, value: "authenticated" }]),
      ),
    },
  };
}

/** The role is meant for guests, or the pool in view lets none in. */
function areGuestsOut({ view, principal, demands }: TrustEntry): boolean {
  const handOuts = endUserRolesOf(view.project).get(principal) ?? [];
  if (handOuts.some(({ kind }) => kind === "guest")) return true;
  const pools = demands.tests
    .filter((test) => claimOf(test.key)?.claim === "aud")
    .flatMap(({ values }) => values.map((value) => follow(view.project, value.template, value.value)));
  return (
    pools.length > 0 &&
    pools.every(
      (pool) =>
        pool?.resource.type === "AWS::Cognito::IdentityPool" &&
        propertiesOf(pool.template, pool.resource)
          .flatMap((properties) => get(properties, "AllowUnauthenticatedIdentities"))
          .every(isOff),
    )
  );
}

function openingToTokens(asked: TrustEntry, issuer: Issuer, url: string): Opening | undefined {
  const { statement, demands } = asked;
  const takers = takersOf(issuer, demands);
  switch (takers.kind) {
    case "anyone": {
      const { at = asked.entry.setting, by } = takers;
      const why = takers.at
        ? `"${text(takers.at) ?? writtenText(takers.at)}" matches them all`
        : nothingAsks(demands, url, by ? (claimOf(by.key)?.claim ?? "sub") : "sub");
      return {
        at: { ...at, when: inStatement(statement, at) },
        finding: {
          severity: issuer.isShared || issuer.kind === "kubernetes" ? "error" : "warning",
          text: `can be assumed by any ${issuer.holder}: ${why}`,
          fixes: by
            ? []
            : snippet(`Ask for the subject (stops every other ${issuer.holder})`, subjectTest(statement, issuer, url)),
        },
      };
    }
    case "owner":
      return {
        at: { ...takers.at, when: inStatement(statement, takers.at) },
        finding: {
          severity: "warning",
          text: `can be assumed by every ${issuer.holder} of ${takers.owner === undefined ? "one owner" : `"${takers.owner}"`}`,
          fixes: [],
        },
      };
    case "unknown":
      return { at: { ...takers.at, when: inStatement(statement, takers.at) } };
    case "narrow":
      if (issuer.kind !== "ci" || asksClaim(demands, "aud")) return undefined;
      return {
        at: atEntry(asked),
        finding: {
          severity: "info",
          text: `does not ask for the audience of the token (${url}:aud), so one that was made for another service may do`,
          fixes: snippet(
            "Ask for the audience (stops tokens made for other services)",
            addTests(statement, [{ operator: "StringEquals", key: `${url}:aud`, value: "sts.amazonaws.com" }]),
          ),
        },
      };
  }
}

function subjectTest(statement: Statement, { owner, kind }: Issuer, url: string): Change[] {
  const value = owner
    ? `${owner.before}TODO-owner${owner.after}TODO-name*`
    : kind === "kubernetes"
      ? "system:serviceaccount:TODO-namespace:TODO-name"
      : "TODO-subject";
  return addTests(statement, [
    { operator: value.endsWith("*") ? "StringLike" : "StringEquals", key: `${url}:sub`, value },
  ]);
}

/** Says what is missing, or why what is there does not help. */
function nothingAsks({ tests }: Demands, url: string, claim: string): string {
  const found = tests.find((test) => claimOf(test.key)?.claim === claim);
  if (!found) return `no condition asks for ${url}:${claim}`;
  const { negated, quantifier, ifExists } = operatorOf(found);
  if (negated) return `${found.operator} only leaves some out`;
  if (quantifier === "forallvalues" || ifExists) return `${found.operator} is also true without ${found.key}`;
  return `its condition on ${found.key} matches anything`;
}
