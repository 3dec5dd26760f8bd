import { accessOf } from "../../core/access/granted.ts";
import { tablesInWords } from "../../core/access/tables-in-words.ts";
import {
  asksClaim,
  asksExternalId,
  asksMore,
  asksWho,
  type Demands,
  demandsOf,
  letsIn,
  takersOf,
} from "../../core/access/trust.ts";
import { get, isOff, type Located, propertiesOf, type Setting, text } from "../../core/evaluate/setting.ts";
import { operatorOf } from "../../core/iam/conditions.ts";
import { inStatement, type Principal, type Statement } from "../../core/iam/statements.ts";
import { addTests } from "../../core/lint/condition-fix.ts";
import type { Related } from "../../core/lint/finding.ts";
import type { Change, Fix } from "../../core/lint/fix.ts";
import { defineRule } from "../../core/lint/rule.ts";
import type { Severity } from "../../core/lint/severity.ts";
import { endUserRolesOf } from "../../core/model/end-users.ts";
import { claimOf, type Issuer, isSaml, issuerNamed, issuerOf, issuersOf } from "../../core/model/issuers.ts";
import { type IamPrincipal, policiesOf, unknownManagedPolicies } from "../../core/model/policies.ts";
import { accountOf, writtenText } from "../../core/model/principal-account.ts";
import { follow, type Project } from "../../core/model/project.ts";
import type { View } from "../../core/model/view.ts";

export default defineRule({
  name: "data-role-open-trust",
  topic: "identity",
  severity: "error",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A role that reaches DynamoDB can be taken by more people than it is meant for.",
    why: "Whoever can assume a role has all its permissions. `Principal: \"*\"` lets in every AWS account there is. Shared issuers such as GitHub Actions sign tokens for everybody's repositories, so a role that does not ask for the subject of the token takes those of strangers; the same holds for an identity pool role without `aud`. The root of another account stands for everybody whom that account's administrators allow it, which an external ID or the organization's id narrows; where this stack's own account is not known, that is only mentioned, and `trustedAccounts` in the configuration settles it. IAM refuses new and changed trust policies without such a condition for the shared issuers that it knows, but keeps those that exist.",
    how: "Name the principals, or ask for what only they have: `aws:PrincipalOrgID`, an external ID, the subject (`sub`) of the token, the `aud` and `amr` of the identity pool.",
    references: [
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html",
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html",
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html",
      "https://docs.aws.amazon.com/cognito/latest/developerguide/role-trust-and-permissions.html",
    ],
    examples: [
      {
        title: "Any GitHub repository",
        bad: `Resources:
  MigrationRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal:
              Federated: !Sub arn:\${AWS::Partition}:iam::\${AWS::AccountId}:oidc-provider/token.actions.githubusercontent.com
            Action: sts:AssumeRoleWithWebIdentity
            Condition:
              StringEquals:
                token.actions.githubusercontent.com:aud: sts.amazonaws.com
      Policies:
        - PolicyName: migrate
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: dynamodb:PutItem
                Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders
`,
        good: `Resources:
  MigrationRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal:
              Federated: !Sub arn:\${AWS::Partition}:iam::\${AWS::AccountId}:oidc-provider/token.actions.githubusercontent.com
            Action: sts:AssumeRoleWithWebIdentity
            Condition:
              StringEquals:
                token.actions.githubusercontent.com:aud: sts.amazonaws.com
                token.actions.githubusercontent.com:sub: repo:octo-org/migrations:ref:refs/heads/main
      Policies:
        - PolicyName: migrate
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: dynamodb:PutItem
                Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders
`,
      },
      {
        title: "Every AWS account",
        bad: `Resources:
  ReportRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { AWS: "*" }
            Action: sts:AssumeRole
      Policies:
        - PolicyName: read
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: dynamodb:Query
                Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders
`,
        good: `Resources:
  ReportRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { AWS: "*" }
            Action: sts:AssumeRole
            Condition:
              StringEquals:
                aws:PrincipalOrgID: o-a1b2c3d4e5
      Policies:
        - PolicyName: read
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: dynamodb:Query
                Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders
`,
      },
    ],
  },
  controls: {
    checkov: ["CKV_AWS_60", "CKV_AWS_61"],
    cfnNag: ["F2", "F6"],
    guard: ["IAM_ROLE_NO_FULL_ACCESS_ON_TRUST_POLICY", "IAM_ROLE_NO_ALLOW_PLUS_NOT_PRINCIPAL"],
  },
  check(view, report) {
    for (const principal of view.principals) {
      const openings = openingsOf(view, principal);
      if (openings.length === 0) continue;
      const access = accessOf(view.project, principal);
      if (access.grants.length + access.managed.length === 0) {
        if (view.dynamoDbInView && mayHaveMore(view.project, principal))
          for (const { at } of openings) report.cannotTell(at, "what the role may do is not all in view");
        continue;
      }
      const tables = tablesInWords(view.project, access);
      for (const { at, finding, reason } of openings) {
        if (!finding) {
          report.cannotTell(at, reason);
          continue;
        }
        const { severity, text, fixes } = finding;
        report(at, {
          severity,
          message: `${principal.name} with access to ${tables} ${text}.`,
          related: accessPlaces(access),
          fixes,
        });
      }
    }
  },
});

/** Where a trust policy is open, or may be: then `reason` says what is not known. */
interface Opening {
  at: Located;
  finding?: { severity: Severity; text: string; fixes: readonly Fix[] };
  reason?: string;
}

function openingsOf(view: View, principal: IamPrincipal): Opening[] {
  return principal.trustPolicies.flatMap(({ statements, unknown }) => [
    ...unknown.map((at): Opening => ({ at })),
    ...statements.flatMap((statement) => {
      const demands = statement.effect === "Allow" ? demandsOf(statement, statements) : undefined;
      if (!demands) return [];
      const excluded = statement.notPrincipal ? [allButSome(statement, statement.notPrincipal)] : [];
      return [
        ...excluded,
        ...statement.principals.flatMap((entry) => openingBy({ view, principal, statement, entry, demands })),
      ];
    }),
  ]);
}

interface Entry {
  view: View;
  principal: IamPrincipal;
  statement: Statement;
  entry: Principal;
  demands: Demands;
}

function openingBy(asked: Entry): Opening[] {
  const { statement, entry } = asked;
  const isIn = letsIn(statement, entry);
  if (isIn === false) return [];
  const opening = entry.type === "Federated" ? openingByIdentity(asked) : openingByAccount(asked);
  if (!opening) return [];
  return isIn ? [opening] : [{ at: opening.at, reason: "the actions of its statement are not all known" }];
}

/** Where the entry itself is the trouble, in its branch. */
function atEntry({ statement, entry }: Entry): Located {
  return { ...entry.setting, when: inStatement(statement, entry.setting) };
}

const CONDITION_UNKNOWN = "the condition of its statement is not known";

function allButSome(statement: Statement, notPrincipal: Setting): Opening {
  return {
    at: { ...notPrincipal, place: notPrincipal.holder, when: inStatement(statement, notPrincipal) },
    finding: {
      severity: "error",
      text: "can be assumed by everybody but those whom NotPrincipal lists",
      fixes: [],
    },
  };
}

// ---- Accounts ------------------------------------------------------------------------------------------------------------------------

function openingByAccount(asked: Entry): Opening | undefined {
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

// ---- Web identities ------------------------------------------------------------------------------------------------------------------

function openingByIdentity(asked: Entry): Opening | undefined {
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

function openingToUsers(asked: Entry, issuer: Issuer, url: string): Opening | undefined {
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
function areGuestsOut({ view, principal, demands }: Entry): boolean {
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

function openingToTokens(asked: Entry, issuer: Issuer, url: string): Opening | undefined {
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

// ---- The rest ------------------------------------------------------------------------------------------------------------------------

function snippet(title: string, changes: readonly Change[]): Fix[] {
  return changes.length > 0 ? [{ title, class: "snippet", changes }] : [];
}

/** May the role reach DynamoDB through something that is not known? */
function mayHaveMore(project: Project, principal: IamPrincipal): boolean {
  return (
    unknownManagedPolicies(project, principal).length > 0 ||
    policiesOf(project, principal).some(({ unknown }) => unknown.length > 0)
  );
}

/** The first entry that gives the access. */
function accessPlaces({ grants: [grant], managed: [policy] }: ReturnType<typeof accessOf>): Related[] {
  const at = grant?.at ?? policy?.setting;
  return at ? [{ message: "what lets it use DynamoDB", template: at.template, place: at.place }] : [];
}
