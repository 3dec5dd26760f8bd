import { byStatement, type Dangerous } from "../../core/access/dangerous.ts";
import { accessLess, deniesOf, grantsLess, sureStatementsOf } from "../../core/access/granted.ts";
import { resourcesInWords, unconditionalDenies } from "../../core/access/grants.ts";
import { relatedToStatement } from "../../core/access/opened.ts";
import { firstOf, shortName } from "../../core/access/words.ts";
import { get, type Setting } from "../../core/evaluate/setting.ts";
import { accessRewriting, destructive } from "../../core/iam/action-classes.ts";
import { deniesWithoutMfa, requiresMfa } from "../../core/iam/mfa-demand.ts";
import type { Statement } from "../../core/iam/statements.ts";
import { type Fix, merge } from "../../core/lint/fix.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import { holdersOf, type IamPrincipal, type IdentityPolicy } from "../../core/model/policies.ts";
import { writtenText } from "../../core/model/principal-account.ts";
import type { Project } from "../../core/model/project.ts";
import { useOf } from "../../core/model/roles.ts";

export default defineRule({
  name: "human-destructive-access-without-mfa",
  topic: "identity",
  severity: "info",
  confidence: "medium",
  recommended: false,
  docs: {
    what: "People may delete tables or rewrite access to them without multi-factor authentication.",
    why: "A password or an access key that leaks is then enough to lose a table or to open it. A condition on `aws:MultiFactorAuthPresent` in the statement, in the role's trust policy, or in a Deny that the principal has, asks for a second factor. For people who sign in by SAML or IAM Identity Center the identity provider asks for it, which cannot be seen in a template.",
    how: 'Add `Bool: { aws:MultiFactorAuthPresent: "true" }` to the statement or to the trust policy.',
    references: [
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html",
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html",
    ],
    examples: [
      {
        title: "A role of the account's administrators",
        bad: `Resources:
  Administrators:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { AWS: !Sub "arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root" }
            Action: sts:AssumeRole
      Policies:
        - PolicyName: tables
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: [dynamodb:DescribeTable, dynamodb:DeleteTable]
                Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders
`,
        good: `Resources:
  Administrators:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { AWS: !Sub "arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root" }
            Action: sts:AssumeRole
            Condition: { Bool: { aws:MultiFactorAuthPresent: "true" } }
      Policies:
        - PolicyName: tables
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: [dynamodb:DescribeTable, dynamodb:DeleteTable]
                Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders
`,
      },
    ],
  },
  controls: {},
  check({ project, identityPolicies, principals }, report) {
    for (const policy of identityPolicies) {
      for (const human of holdersOf(project, policy))
        if (useOf(human) === "human") checkPolicy(project, policy, human, report);
    }
    for (const principal of principals) if (useOf(principal) === "human") checkManaged(project, principal, report);
  },
});

const DANGEROUS = new Set([...destructive, ...accessRewriting]);

function checkPolicy(project: Project, policy: IdentityPolicy, human: IamPrincipal, report: Report): void {
  const denies = [...unconditionalDenies(project, policy), ...mfaDeniesOf(project, human)];
  const grants = grantsLess(project, policy, denies).map((grant) => ({
    ...grant,
    names: grant.names.filter(isDangerous),
  }));
  for (const found of byStatement(grants)) {
    const { statement, names } = found;
    const { at } = found;
    if (requiresMfa(statement)) continue;
    if (statement.conditionUnknown) report.cannotTell(at, "the condition of its statement is not known");
    else if (mayBeEntered(human, at, report)) {
      report(at, {
        message: `${human.name} may call ${firstOf(names.map(shortName))} on ${resourcesInWords(project, statement)} without multi-factor authentication.`,
        related: relatedToStatement(project, policy, statement),
        fixes: askForMfa(found),
      });
    }
  }
}

/** The policies that AWS writes ask for nothing. */
function checkManaged(project: Project, human: IamPrincipal, report: Report): void {
  const denies = [...deniesOf(project, human), ...mfaDeniesOf(project, human)];
  for (const { policy, setting, names } of accessLess(project, human, denies).managed) {
    const dangerous = names.filter(isDangerous);
    // A group's policy is the group's finding.
    if (dangerous.length === 0 || setting.resource !== human.resource || !mayBeEntered(human, setting, report))
      continue;
    report(setting, {
      message: `${human.name} may call ${firstOf(dangerous.map(shortName))} on every table by ${policy.name} without multi-factor authentication.`,
    });
  }
}

function isDangerous(name: string): boolean {
  return DANGEROUS.has(name);
}

function mfaDeniesOf(project: Project, human: IamPrincipal): Statement[] {
  return sureStatementsOf(project, human).filter(deniesWithoutMfa);
}

/** Can the principal's permissions be used without MFA, as far as is known here? */
function mayBeEntered({ kind, trust }: IamPrincipal, at: Setting, report: Report): boolean {
  const entrances = trust.filter(
    ({ effect, principals }) =>
      effect === "Allow" && principals.some(({ type }) => type === "AWS" || type === "Federated"),
  );
  if (kind === "permission set" || entrances.some(isSaml)) {
    report.cannotTell(at, "the identity provider decides whether people sign in with MFA");
    return false;
  }
  if (kind !== "role") return true;
  if (trust.some(deniesWithoutMfa) || entrances.every(requiresMfa)) return false;
  if (!entrances.some(({ conditionUnknown }) => conditionUnknown)) return true;
  report.cannotTell(at, "the condition of the trust policy is not known");
  return false;
}

function isSaml({ principals }: Statement): boolean {
  return principals.some(({ type, setting }) => type === "Federated" && /:saml-provider\//.test(writtenText(setting)));
}

function askForMfa({ statement }: Dangerous): Fix[] {
  const [condition] = get(statement.located, "Condition");
  if (!condition) return [];
  const entry = { "aws:MultiFactorAuthPresent": "true" };
  // Into the `Bool` tests that are there: their other keys stay.
  const operator = statement.conditions.find((test) => test.operator.toLowerCase() === "bool")?.operator;
  return [
    {
      title: "Ask for MFA in this statement (stops requests without it)",
      class: "snippet",
      changes: operator
        ? get(condition, operator).map((tests) => merge(tests, entry))
        : [merge(condition, { Bool: entry })],
    },
  ];
}
