import { accessOf } from "../../core/access/granted.ts";
import { openingByAccount } from "../../core/access/opening-by-account.ts";
import { openingByIdentity } from "../../core/access/opening-by-identity.ts";
import { tablesInWords } from "../../core/access/tables-in-words.ts";
import { demandsOf, letsIn } from "../../core/access/trust.ts";
import type { Opening, TrustEntry } from "../../core/access/trust-opening.ts";
import type { Setting } from "../../core/evaluate/setting.ts";
import { inStatement, type Statement } from "../../core/iam/statements.ts";
import type { Related } from "../../core/lint/finding.ts";
import { defineRule } from "../../core/lint/rule.ts";
import { type IamPrincipal, policiesOf, unknownManagedPolicies } from "../../core/model/policies.ts";
import type { Project } from "../../core/model/project.ts";
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

function openingBy(asked: TrustEntry): Opening[] {
  const { statement, entry } = asked;
  const isIn = letsIn(statement, entry);
  if (isIn === false) return [];
  const opening = entry.type === "Federated" ? openingByIdentity(asked) : openingByAccount(asked);
  if (!opening) return [];
  return isIn ? [opening] : [{ at: opening.at, reason: "the actions of its statement are not all known" }];
}

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
