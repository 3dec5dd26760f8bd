import { describe, expect, test } from "vitest";
import { DEFAULT_CONFIGURATION } from "../../../core/lint/configuration.ts";
import { marked, offered, repaired, shown } from "../harness.ts";
import { relatedTo, told, toldInBoth, toldWith, untold } from "../told.ts";

const RULE = "data-role-open-trust";
const GITHUB = "token.actions.githubusercontent.com";
const READ =
  'Policies: [{ PolicyName: p, PolicyDocument: { Statement: { Effect: Allow, Action: "dynamodb:GetItem", Resource: !GetAtt Orders.Arn } } }]';

/** A role that may read the table Orders. The principal is on line 8 (zero-based), the action on line 9, the condition on line 10. */
const role = (principal: string, condition = "", action = "sts:AssumeRole", properties = READ) => `Resources:
  Reader:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: ${principal}
            Action: ${action}
${condition === "" ? "" : `            Condition: ${condition}\n`}      ${properties}
  Orders:
    Type: AWS::DynamoDB::Table
    Properties: { BillingMode: PAY_PER_REQUEST }
`;
const identity = (issuer: string, condition = "", action = "sts:AssumeRoleWithWebIdentity") =>
  role(`{ Federated: !Sub "arn:aws:iam::\${AWS::AccountId}:oidc-provider/${issuer}" }`, condition, action);
const signIn = (issuer: string, condition = "") =>
  role(`{ Federated: ${issuer} }`, condition, "sts:AssumeRoleWithWebIdentity");

const reader = (severity: string, rest: string) => [`${severity} Role "Reader" with access to "Orders" ${rest}.`];
const ANYONE = reader("error", "can be assumed by anyone, from any AWS account");
const AUDIENCE = `${GITHUB}:aud: sts.amazonaws.com`;

describe("every account", () => {
  test.each(['"*"', '{ AWS: "*" }', '{ AWS: [arn:aws:iam::111122223333:role/app, "*"] }'])("%s", (principal) => {
    expect(toldInBoth(RULE, role(principal))).toEqual(ANYONE);
  });

  test("stands on the star", () => {
    expect(shown(RULE, role('{ AWS: "*" }'))).toEqual([`8:30-8:33 ${ANYONE}`]);
    expect(marked(RULE, role('{ AWS: [arn:aws:iam::111122223333:role/app, "*"] }'))).toEqual(['"*"']);
    expect(relatedTo(RULE, role('{ AWS: "*" }'))).toEqual(["10:88-10:106 what lets it use DynamoDB"]);
  });

  test.each([
    "{ StringEquals: { aws:PrincipalOrgID: o-a1b2c3d4e5 } }",
    "{ StringEquals: { aws:PrincipalAccount: '111122223333' } }",
    '{ "ForAnyValue:StringLike": { aws:PrincipalOrgPaths: "o-a1b2c3d4e5/*" } }',
    "{ ArnLike: { AWS:PrincipalArn: 'arn:aws:iam::111122223333:role/app-*' } }",
    "{ StringEquals: { aws:PrincipalOrgID: !Ref AWS::StackId } }",
    "{ IpAddress: { aws:SourceIp: 203.0.113.0/24 } }",
    "{ StringEquals: { aws:SourceVpce: vpce-1a2b3c4d } }",
    "{ StringLike: { aws:userid: 'AROAEXAMPLEID:*' } }",
  ])("%s says who", (condition) => {
    expect(toldInBoth(RULE, role('{ AWS: "*" }', condition))).toEqual([]);
    expect(untold(RULE, role('{ AWS: "*" }', condition))).toEqual([]);
  });

  test.each([
    "{ StringLike: { aws:PrincipalOrgID: 'o-*' } }",
    "{ StringEqualsIfExists: { aws:PrincipalOrgID: o-a1b2c3d4e5 } }",
    '{ "ForAllValues:StringEquals": { aws:PrincipalOrgID: o-a1b2c3d4e5 } }',
    "{ StringNotEquals: { aws:PrincipalAccount: '111122223333' } }",
    "{ StringLike: { aws:PrincipalArn: '*' } }",
    "{ ArnLike: { aws:PrincipalArn: 'arn:aws:iam::*:role/app' } }",
    "{ IpAddress: { aws:SourceIp: 0.0.0.0/0 } }",
    "{ Bool: { aws:MultiFactorAuthPresent: true } }",
    "{ StringEquals: { aws:PrincipalTag/team: orders } }",
    '{ StringEquals: { aws:PrincipalAccount: "${aws:PrincipalAccount}" } }',
  ])("%s does not", (condition) => {
    expect(toldInBoth(RULE, role('{ AWS: "*" }', condition))).toEqual(ANYONE);
  });

  test("an external ID is no secret", () => {
    expect(toldInBoth(RULE, role('{ AWS: "*" }', "{ StringEquals: { sts:ExternalId: x1 } }"))).toEqual(
      reader("warning", "can be assumed from any AWS account by whoever knows the external ID, which is not a secret"),
    );
  });

  test.each([
    ["{ StringNotEquals: { aws:PrincipalOrgID: o-a1b2c3d4e5 } }", []],
    ["{ StringNotEqualsIfExists: { aws:PrincipalOrgID: o-a1b2c3d4e5 } }", []],
    ["{ Bool: { aws:SecureTransport: false } }", ANYONE],
    ["{ StringNotEquals: { aws:PrincipalOrgID: o-1, aws:PrincipalTag/a: b } }", ANYONE],
  ])("a Deny under %s", (condition, expected) => {
    const deny = `          - { Effect: Deny, Principal: "*", Action: "sts:AssumeRole", Condition: ${condition} }\n      Policies`;
    expect(toldInBoth(RULE, role('{ AWS: "*" }').replace("      Policies", deny))).toEqual(expected);
  });

  test("a Deny for everybody leaves nobody, one for a user leaves all others", () => {
    const withDeny = (principal: string, action = "sts:*") =>
      role('{ AWS: "*" }').replace(
        "      Policies",
        `          - { Effect: Deny, Principal: ${principal}, Action: "${action}" }\n      Policies`,
      );
    expect(toldInBoth(RULE, withDeny('"*"'))).toEqual([]);
    expect(toldInBoth(RULE, withDeny("{ AWS: arn:aws:iam::111122223333:user/eve }"))).toEqual(ANYONE);
    expect(toldInBoth(RULE, withDeny('"*"', "sts:TagSession"))).toEqual(ANYONE);
  });

  test("NotPrincipal, at its key", () => {
    const template = role("{ AWS: arn:aws:iam::111122223333:root }").replace("Principal:", "NotPrincipal:");
    expect(shown(RULE, template)).toEqual([
      `8:12-8:24 ${reader("error", "can be assumed by everybody but those whom NotPrincipal lists")}`,
    ]);
  });

  test.each(["sts:TagSession", "sts:SetSourceIdentity", "s3:GetObject"])("%s alone takes no role", (action) => {
    expect(toldInBoth(RULE, role('{ AWS: "*" }', "", action))).toEqual([]);
  });

  test.each(['"*"', "sts:*", "STS:assumerole", "[sts:TagSession, sts:AssumeRole]"])("%s does", (action) => {
    expect(toldInBoth(RULE, role('{ AWS: "*" }', "", action))).toEqual(ANYONE);
  });
});

describe("another account", () => {
  const ROOT = "{ AWS: arn:aws:iam::111122223333:root }";
  const whole =
    "can be assumed by everybody in account 111122223333 whom its administrators allow it, and neither an external ID (sts:ExternalId) nor the organization (aws:PrincipalOrgID) is asked for";
  const elsewhere = { account: "999988887777" };

  test("its root is a warning where this stack's own account is known, else only mentioned", () => {
    expect(toldWith(RULE, role(ROOT), elsewhere)).toEqual(reader("warning", whole));
    expect(toldWith(RULE, role('{ AWS: "111122223333" }'), elsewhere)).toEqual(reader("warning", whole));
    expect(toldInBoth(RULE, role(ROOT))).toEqual(
      reader("info", `${whole}; if that is not this stack's own account, name it in trustedAccounts or ask for more`),
    );
  });

  test("this stack's own account passes, written out or not", () => {
    expect(toldWith(RULE, role(ROOT), { account: "111122223333" })).toEqual([]);
    for (const own of ['!Sub "arn:aws:iam::${AWS::AccountId}:root"', "!Ref AWS::AccountId"])
      expect(toldInBoth(RULE, role(`{ AWS: ${own} }`))).toEqual([]);
  });

  test("a trusted account passes", () => {
    const configuration = {
      ...DEFAULT_CONFIGURATION,
      values: { ...DEFAULT_CONFIGURATION.values, trustedAccounts: ["111122223333"] },
    };
    expect(told(RULE, role(ROOT), configuration)).toEqual([]);
  });

  test.each([
    "arn:aws:iam::111122223333:role/app",
    "arn:aws:iam::111122223333:user/ann",
    "!GetAtt App.Arn",
    '!Sub "arn:aws:iam::${Partner}:role/app"',
  ])("one principal of it, %s, passes", (principal) => {
    const template = `Parameters:\n  Partner: { Type: String }\n${role(`{ AWS: ${principal} }`)}  App: { Type: AWS::IAM::Role }\n`;
    expect(toldWith(RULE, template, elsewhere)).toEqual([]);
    expect(untold(RULE, template)).toEqual([]);
  });

  test.each([
    "{ StringEquals: { sts:ExternalId: x1 } }",
    "{ StringEquals: { sts:ExternalId: !Ref AWS::StackName } }",
    "{ StringEquals: { aws:PrincipalOrgID: o-a1b2c3d4e5 } }",
    "{ Bool: { aws:MultiFactorAuthPresent: true } }",
    "{ ArnLike: { aws:PrincipalArn: 'arn:aws:iam::111122223333:role/app-*' } }",
    "{ StringEquals: { aws:PrincipalTag/team: orders } }",
  ])("%s narrows it", (condition) => {
    expect(toldWith(RULE, role(ROOT, condition), elsewhere)).toEqual([]);
  });

  test.each([
    "{ StringLike: { sts:ExternalId: '*' } }",
    "{ StringNotEquals: { sts:ExternalId: x1 } }",
    "{ Bool: { aws:SecureTransport: true } }",
  ])("%s does not", (condition) => {
    expect(toldWith(RULE, role(ROOT, condition), elsewhere)).toEqual(reader("warning", whole));
  });

  test("a Deny without MFA narrows it", () => {
    const deny =
      '          - { Effect: Deny, Principal: "*", Action: "sts:AssumeRole", Condition: { BoolIfExists: { aws:MultiFactorAuthPresent: "false" } } }\n      Policies';
    expect(toldWith(RULE, role(ROOT).replace("      Policies", deny), elsewhere)).toEqual([]);
  });

  test("one that only deployment knows cannot be told", () => {
    const template = `Parameters:\n  Who: { Type: String }\n${role("{ AWS: !Ref Who }")}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["10:30 parameter Who has no default"]);
    const account = template.replace("!Ref Who", '!Sub "arn:aws:iam::${Who}:root"');
    expect(untold(RULE, account)).toEqual(["10:30 its text is known only in part"]);
    const narrowed = `Parameters:\n  Who: { Type: String }\n${role("{ AWS: !Ref Who }", "{ StringEquals: { sts:ExternalId: x1 } }")}`;
    expect(untold(RULE, narrowed)).toEqual([]);
  });

  test("of a parameter's values each is looked at", () => {
    const template = `Parameters:\n  Who: { Type: String, AllowedValues: ["*", "arn:aws:iam::111122223333:role/app"] }\n${role("{ AWS: !Ref Who }")}`;
    expect(toldInBoth(RULE, template)).toEqual([ANYONE[0]?.replace("error ", 'error When Who is "*": ')]);
  });

  test("a branch is named, an impossible one is not judged", () => {
    const branch = (condition: string) =>
      `Parameters:\n  Stage: { Type: String, AllowedValues: [dev, prod] }\nConditions:\n  IsDev: !Equals [!Ref Stage, dev]\n  IsTest: !Equals [!Ref Stage, test]\n${role(`{ AWS: !If [${condition}, "*", "arn:aws:iam::111122223333:role/app"] }`)}`;
    expect(toldInBoth(RULE, branch("IsDev"))).toEqual([ANYONE[0]?.replace("error ", "error When IsDev is true: ")]);
    expect(toldInBoth(RULE, branch("IsTest"))).toEqual([]);
  });
});

describe("what is nobody's opening", () => {
  test.each([
    "{ Service: lambda.amazonaws.com }",
    "{ Service: [ecs-tasks.amazonaws.com, ec2.amazonaws.com] }",
    "{ CanonicalUser: 79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be }",
    "{ Federated: arn:aws:iam::111122223333:saml-provider/staff }",
  ])("%s", (principal) => {
    const template = role(principal, "", '"*"');
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual([]);
  });

  test("a role that reaches no table", () => {
    const other =
      'Policies: [{ PolicyName: p, PolicyDocument: { Statement: { Effect: Allow, Action: "s3:*", Resource: "*" } } }]';
    expect(toldInBoth(RULE, role('"*"', "", "sts:AssumeRole", other))).toEqual([]);
    expect(untold(RULE, role('"*"', "", "sts:AssumeRole", other))).toEqual([]);
  });

  test("half-typed statements", () => {
    for (const principal of ["", "{ AWS: }", "{ Federated: {} }", "[]", "{ AWS: 5 }"])
      expect(told(RULE, role(principal))).toEqual([]);
    expect(told(RULE, role('"*"').replace("            Action: sts:AssumeRole\n", ""))).toEqual([]);
  });
});

describe("how the role reaches DynamoDB", () => {
  test.each([
    ["ManagedPolicyArns: [arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess]", "every table"],
    ["ManagedPolicyArns: [arn:aws:iam::aws:policy/AdministratorAccess]", "every table"],
    [
      'Policies: [{ PolicyDocument: { Statement: { Effect: Allow, Action: "dynamodb:Query", Resource: "*" } } }]',
      "every table",
    ],
    ['Policies: [{ PolicyDocument: { Statement: { Effect: Allow, Action: "*", Resource: "*" } } }]', "every table"],
    [
      'Policies: [{ PolicyDocument: { Statement: { Effect: Allow, Action: "dax:GetItem", Resource: "arn:aws:dax:us-east-1:111122223333:cache/c" } } }]',
      "DynamoDB",
    ],
  ])("%s", (properties, tables) => {
    expect(toldInBoth(RULE, role('"*"', "", "sts:AssumeRole", properties))).toEqual([
      `error Role "Reader" with access to ${tables} can be assumed by anyone, from any AWS account.`,
    ]);
  });

  test("by a policy of its own", () => {
    const policy =
      '  Access: { Type: AWS::IAM::Policy, Properties: { Roles: [!Ref Reader], PolicyDocument: { Statement: { Effect: Allow, Action: "dynamodb:PutItem", Resource: !GetAtt Orders.Arn } } } }\n';
    expect(toldInBoth(RULE, role('"*"', "", "sts:AssumeRole", "Path: /") + policy)).toEqual(ANYONE);
    expect(toldInBoth(RULE, role('"*"', "", "sts:AssumeRole", "Path: /"))).toEqual([]);
  });

  test("a policy that is not in view cannot be told", () => {
    const properties = "ManagedPolicyArns: [!ImportValue policy]";
    expect(toldInBoth(RULE, role('"*"', "", "sts:AssumeRole", properties))).toEqual([]);
    expect(untold(RULE, role('"*"', "", "sts:AssumeRole", properties))).toEqual([
      "8:23 what the role may do is not all in view",
    ]);
  });

  test("a trust policy that is not known cannot be told", () => {
    const template = role('"*"').replace(
      /AssumeRolePolicyDocument:[\s\S]*?\n {6}Policies/,
      "AssumeRolePolicyDocument: !ImportValue trust\n      Policies",
    );
    expect(untold(RULE, template)).toEqual(["4:32 it is imported (trust)"]);
  });
});

describe("tokens of build systems", () => {
  const nothing = (url: string) => `: no condition asks for ${url}:sub`;

  test.each([
    [GITHUB, "error", "any GitHub repository"],
    ["gitlab.com", "error", "any project on gitlab.com"],
    ["app.terraform.io", "error", "any HCP Terraform workspace"],
    ["agent.buildkite.com", "error", "any Buildkite pipeline"],
    ["oidc.circleci.com", "error", "any CircleCI project"],
    ["api.pulumi.com/oidc", "error", "any Pulumi organization"],
    ["oidc.vercel.com", "error", "any Vercel team"],
    ["oidc.circleci.com/org/0a1b", "warning", "any project of the CircleCI organization"],
    ["token.actions.githubusercontent.com/acme", "warning", "any repository of the GitHub enterprise"],
    ["gitlab.example.com", "warning", "any project of the GitLab server"],
    [
      "api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc",
      "warning",
      "any repository of the Bitbucket workspace",
    ],
    ["vstoken.dev.azure.com/0a1b", "warning", "any Azure DevOps service connection"],
    ["acme.app.spacelift.io", "warning", "any stack of the Spacelift account"],
    ["oidc.eks.eu-west-1.amazonaws.com/id/0A1B", "error", "any service account of the cluster"],
  ])("%s without the subject", (issuer, severity, who) => {
    expect(toldInBoth(RULE, identity(issuer))).toEqual(
      reader(severity, `can be assumed by ${who}${nothing(issuer.toLowerCase())}`),
    );
  });

  test("a company's own issuer, and one that is not known, are nobody else's", () => {
    expect(toldInBoth(RULE, identity("login.example.com"))).toEqual([]);
    const template = `Parameters:\n  Provider: { Type: String }\n${role("{ Federated: !Ref Provider }", "", "sts:AssumeRoleWithWebIdentity")}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["10:36 who issues the identities is not known"]);
  });

  test("the issuer of a provider in the template, and of the condition keys", () => {
    const provider = (type: string) => `  Provider: { Type: "${type}", Properties: { Url: "https://${GITHUB}" } }\n`;
    const expected = reader("error", `can be assumed by any GitHub repository${nothing(GITHUB)}`);
    for (const type of ["AWS::IAM::OIDCProvider", "Custom::AWSCDKOpenIdConnectProvider"])
      expect(
        toldInBoth(RULE, role("{ Federated: !Ref Provider }", "", "sts:AssumeRoleWithWebIdentity") + provider(type)),
      ).toEqual(expected);
    expect(
      toldInBoth(
        RULE,
        `Parameters:\n  Provider: { Type: String }\n${role("{ Federated: !Ref Provider }", `{ StringEquals: { ${AUDIENCE} } }`, "sts:AssumeRoleWithWebIdentity")}`,
      ),
    ).toEqual(expected);
  });

  test("the service accounts of a cluster in the template", () => {
    const template = `${role("{ Federated: !Ref Provider }", "", "sts:AssumeRoleWithWebIdentity")}  Cluster: { Type: AWS::EKS::Cluster }
  Provider: { Type: AWS::IAM::OIDCProvider, Properties: { Url: !GetAtt Cluster.OpenIdConnectIssuerUrl } }
`;
    expect(toldInBoth(RULE, template)).toEqual(
      reader("error", "can be assumed by any service account of the cluster: no condition asks for oidc.eks.:sub"),
    );
  });

  test("no trust of theirs is sts:AssumeRole", () => {
    expect(toldInBoth(RULE, identity(GITHUB, "", "sts:AssumeRole"))).toEqual([]);
  });

  const subject = (operator: string, ...values: string[]) =>
    identity(
      GITHUB,
      `{ "ForAnyValue:StringLike": { ${AUDIENCE} }, "${operator}": { "${GITHUB}:sub": ${JSON.stringify(values)} } }`,
    );
  const matchesAll = (value: string) =>
    reader("error", `can be assumed by any GitHub repository: "${value}" matches them all`);

  test.each([
    "*",
    "repo:*",
    "repo:*/*",
    "repo:*:ref:refs/heads/main",
    "repo:*/app:*",
    "repo:octo*",
    "repo:octo*/app:*",
    "rep?:*",
    "*:ref:refs/heads/main",
  ])("StringLike %s takes everybody's", (value) => {
    expect(toldInBoth(RULE, subject("StringLike", value))).toEqual(matchesAll(value));
    expect(marked(RULE, subject("StringLike", value))).toEqual([`"${value}"`]);
  });

  test.each(["repo:octo-org/*", "repo:octo-org/*:ref:refs/heads/main", "repo:octo-org/**"])(
    "StringLike %s takes the whole organization's",
    (value) => {
      expect(toldInBoth(RULE, subject("StringLike", value))).toEqual(
        reader("warning", 'can be assumed by every GitHub repository of "octo-org"'),
      );
    },
  );

  test.each([
    ["StringLike", "repo:octo-org/app:*"],
    ["StringLike", "repo:octo-org/app-*:ref:refs/heads/main"],
    ["StringLike", "repo:octo-org@123/app@456:*"],
    ["StringEquals", "repo:octo-org/app:ref:refs/heads/main"],
    ["StringEquals", "repo:octo-org/*"],
    ["StringEqualsIgnoreCase", "repo:octo-org/app:environment:production"],
    ["StringLike", "repository_owner_id:123:repository_id:456"],
    ["ForAnyValue:StringEquals", "repo:octo-org/app:ref:refs/heads/main"],
    ["StringLikeIfExists", "repo:octo-org/app:*"],
  ])("%s %s is narrow", (operator, value) => {
    expect(toldInBoth(RULE, subject(operator, value))).toEqual([]);
    expect(untold(RULE, subject(operator, value))).toEqual([]);
  });

  test("of several values the widest counts", () => {
    const template = subject("StringLike", "repo:octo-org/app:*", "repo:octo-org/*", "repo:*");
    expect(toldInBoth(RULE, template)).toEqual(matchesAll("repo:*"));
  });

  test.each([
    ["ForAllValues:StringLike", `ForAllValues:StringLike is also true without ${GITHUB}:sub`],
    ["ForAllValues:StringEquals", `ForAllValues:StringEquals is also true without ${GITHUB}:sub`],
    ["StringNotEquals", "StringNotEquals only leaves some out"],
    ["StringNotLike", "StringNotLike only leaves some out"],
  ])("%s asks for nothing", (operator, why) => {
    expect(toldInBoth(RULE, subject(operator, "repo:octo-org/app:*"))).toEqual(
      reader("error", `can be assumed by any GitHub repository: ${why}`),
    );
    expect(shown(RULE, subject(operator, "repo:octo-org/app:*"))[0]).toMatch(/^8:36-/);
  });

  test.each([
    ["repository", "octo-org/app"],
    ["repository_id", "123456"],
    ["job_workflow_ref", "octo-org/app/.github/workflows/deploy.yml@refs/heads/main"],
    ["enterprise_id", "42"],
  ])("%s says whose it is too", (claim, value) => {
    const template = identity(GITHUB, `{ StringEquals: { ${AUDIENCE}, "${GITHUB}:${claim}": "${value}" } }`);
    expect(toldInBoth(RULE, template)).toEqual([]);
  });

  test.each(["ref: refs/heads/main", "environment: production", "workflow: deploy"])(
    "%s says nothing of whose it is",
    (claim) => {
      const template = identity(GITHUB, `{ StringEquals: { ${AUDIENCE}, ${GITHUB}:${claim} } }`);
      expect(toldInBoth(RULE, template)).toEqual(
        reader("error", `can be assumed by any GitHub repository${nothing(GITHUB)}`),
      );
    },
  );

  test.each([
    ["octo-org/*", reader("warning", 'can be assumed by every GitHub repository of "octo-org"')],
    ["*", reader("error", 'can be assumed by any GitHub repository: "*" matches them all')],
    ["octo*/app", reader("error", 'can be assumed by any GitHub repository: "octo*/app" matches them all')],
    ["octo-org/app*", []],
  ])("repository like %s", (value, expected) => {
    const template = identity(
      GITHUB,
      `{ StringEquals: { ${AUDIENCE} }, StringLike: { "${GITHUB}:repository": "${value}" } }`,
    );
    expect(toldInBoth(RULE, template)).toEqual(expected);
  });

  test("conditions hold together, so the narrowest counts", () => {
    const template = identity(
      GITHUB,
      `{ StringEquals: { ${AUDIENCE}, "${GITHUB}:repository": octo-org/app }, StringLike: { "${GITHUB}:sub": "repo:*" } }`,
    );
    expect(toldInBoth(RULE, template)).toEqual([]);
  });

  test.each([
    ["gitlab.com", "project_path:*", "error", 'any project on gitlab.com: "project_path:*" matches them all'],
    ["gitlab.com", "project_path:acme/*", "warning", 'every project on gitlab.com of "acme"'],
    ["app.terraform.io", "organization:*", "error", 'any HCP Terraform workspace: "organization:*" matches them all'],
    [
      "app.terraform.io",
      "organization:*:project:p:workspace:w:run_phase:*",
      "error",
      'any HCP Terraform workspace: "organization:*:project:p:workspace:w:run_phase:*" matches them all',
    ],
    ["app.terraform.io", "organization:acme:*", "warning", 'every HCP Terraform workspace of "acme"'],
    [
      "app.terraform.io",
      "organization:acme:project:*:workspace:*:run_phase:*",
      "warning",
      'every HCP Terraform workspace of "acme"',
    ],
    ["agent.buildkite.com", "organization:acme:*", "warning", 'every Buildkite pipeline of "acme"'],
    ["oidc.circleci.com/org/0a1b", "*", "warning", 'any project of the CircleCI organization: "*" matches them all'],
    [
      "oidc.eks.eu-west-1.amazonaws.com/id/0A1B",
      "system:serviceaccount:*",
      "error",
      'any service account of the cluster: "system:serviceaccount:*" matches them all',
    ],
  ])("%s like %s", (issuer, value, severity, who) => {
    const template = identity(issuer, `{ StringLike: { "${issuer}:sub": "${value}", "${issuer}:aud": x } }`);
    expect(toldInBoth(RULE, template)).toEqual(reader(severity, `can be assumed by ${who}`));
  });

  test.each([
    ["gitlab.com", "project_path:acme/app:ref_type:branch:ref:*"],
    ["app.terraform.io", "organization:acme:project:p:workspace:w:run_phase:*"],
    ["app.terraform.io", "organization:acme:project:*:workspace:orders:run_phase:*"],
    ["agent.buildkite.com", "organization:acme:pipeline:deploy:*"],
    ["oidc.circleci.com/org/0a1b", "org/0a1b/project/2c3d/*"],
    ["oidc.vercel.com", "owner:acme:project:shop:environment:production"],
  ])("%s like %s is narrow", (issuer, value) => {
    const template = identity(issuer, `{ StringLike: { "${issuer}:sub": "${value}", "${issuer}:aud": x } }`);
    expect(toldInBoth(RULE, template)).toEqual([]);
  });

  test.each(["api.pulumi.com/oidc", "oidc.vercel.com"])("the audience says whose it is for %s", (issuer) => {
    expect(toldInBoth(RULE, identity(issuer, `{ StringEquals: { "${issuer}:aud": acme } }`))).toEqual([]);
  });

  test("a missing audience is mentioned, but not for a cluster", () => {
    const without = identity(GITHUB, `{ StringEquals: { "${GITHUB}:sub": "repo:octo-org/app:ref:refs/heads/main" } }`);
    expect(toldInBoth(RULE, without)).toEqual(
      reader(
        "info",
        `does not ask for the audience of the token (${GITHUB}:aud), so one that was made for another service may do`,
      ),
    );
    const eks = "oidc.eks.eu-west-1.amazonaws.com/id/0A1B";
    expect(
      toldInBoth(RULE, identity(eks, `{ StringEquals: { "${eks}:sub": "system:serviceaccount:shop:orders" } }`)),
    ).toEqual([]);
  });

  test("a subject that deployment knows in part counts as written out, one of which nothing is known cannot be told", () => {
    const parameters = "Parameters:\n  Org: { Type: String }\n  Name: { Type: String }\n";
    const sub = (value: string) =>
      `${parameters}${identity(GITHUB, `{ StringEquals: { ${AUDIENCE} }, StringLike: { "${GITHUB}:sub": ${value} } }`)}`;
    expect(toldInBoth(RULE, sub('!Sub "repo:${Org}/${Name}:*"'))).toEqual([]);
    expect(toldInBoth(RULE, sub('!Sub "repo:${Org}/*"'))).toEqual(
      reader("warning", "can be assumed by every GitHub repository of one owner"),
    );
    expect(toldInBoth(RULE, sub('!Sub "repo:*/${Name}:*"'))).toHaveLength(1);
    expect(toldInBoth(RULE, sub("!Ref Org"))).toEqual([]);
    expect(untold(RULE, sub("!Ref Org"))).toEqual([expect.stringMatching(/ parameter Org has no default$/)]);
  });

  test("an exact subject is one, whatever it turns out to be", () => {
    const template = `Parameters:\n  Subject: { Type: String }\n${identity(GITHUB, `{ StringEquals: { ${AUDIENCE}, "${GITHUB}:sub": !Ref Subject } }`)}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual([]);
  });

  test("a forgotten Fn::Sub lets nobody in", () => {
    expect(toldInBoth(RULE, subject("StringLike", "repo:${Org}/${Name}:*"))).toEqual([]);
  });

  test("a provider that is made only where there is none yet", () => {
    const template = `Parameters:
  ProviderArn: { Type: String, Default: "" }
Conditions:
  MakesProvider: !Equals [!Ref ProviderArn, ""]
${role(
  "{ Federated: !If [MakesProvider, !Ref Provider, !Ref ProviderArn] }",
  `{ StringEquals: { ${AUDIENCE} }, StringLike: { "${GITHUB}:sub": "repo:octo-org/app:*" } }`,
  "sts:AssumeRoleWithWebIdentity",
)}  Provider: { Type: AWS::IAM::OIDCProvider, Condition: MakesProvider, Properties: { Url: "https://${GITHUB}" } }
`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual([]);
  });

  test("a condition of the CDK's CfnJson cannot be told", () => {
    const template = `${identity(GITHUB, "{ StringEquals: !GetAtt Json.Value }")}  Json: { Type: "Custom::AWSCDKCfnJson" }\n`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["8:36 the condition of its statement is not known"]);
  });

  test("a trust policy in Fn::Sub is read", () => {
    const document = (rest: string) =>
      role('"*"').replace(
        /AssumeRolePolicyDocument:[\s\S]*?\n {6}Policies/,
        `AssumeRolePolicyDocument: !Sub '{"Statement": {"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {"Federated": "arn:aws:iam::\${AWS::AccountId}:oidc-provider/${GITHUB}"}${rest}}}'\n      Policies`,
      );
    expect(toldInBoth(RULE, document(""))).toEqual(
      reader("error", `can be assumed by any GitHub repository${nothing(GITHUB)}`),
    );
    expect(
      toldInBoth(
        RULE,
        document(
          `, "Condition": {"StringEquals": {"${GITHUB}:aud": "sts.amazonaws.com", "${GITHUB}:sub": "repo:o/a:ref:refs/heads/main"}}`,
        ),
      ),
    ).toEqual([]);
  });
});

describe("sign-ins", () => {
  const POOL = "cognito-identity.amazonaws.com";
  const AUD = `StringEquals: { "${POOL}:aud": "eu-west-1:0a1b" }`;
  const pool = (
    handOut: string,
    open = "true",
    id = "Auth",
  ) => `  Pool: { Type: AWS::Cognito::IdentityPool, Properties: { AllowUnauthenticatedIdentities: ${open} } }
  ${id}: { Type: AWS::Cognito::IdentityPoolRoleAttachment, Properties: { IdentityPoolId: !Ref Pool, Roles: { ${handOut}: !GetAtt Reader.Arn } } }
`;

  test("an identity pool's aud and amr", () => {
    expect(toldInBoth(RULE, signIn(POOL))).toEqual(
      reader("error", `can be assumed through any Cognito identity pool: no condition asks for ${POOL}:aud`),
    );
    expect(toldInBoth(RULE, signIn(POOL, `{ ${AUD} }`))).toEqual(
      reader(
        "warning",
        `can be assumed by guests of the identity pool too, if it lets any in: no condition asks for ${POOL}:amr`,
      ),
    );
    expect(
      toldInBoth(RULE, signIn(POOL, `{ ${AUD}, "ForAnyValue:StringLike": { "${POOL}:amr": authenticated } }`)),
    ).toEqual([]);
  });

  test.each([
    [`{ StringLike: { "${POOL}:aud": "*" } }`, `its condition on ${POOL}:aud matches anything`],
    [
      `{ "ForAllValues:StringEquals": { "${POOL}:aud": "eu-west-1:0a1b" } }`,
      `ForAllValues:StringEquals is also true without ${POOL}:aud`,
    ],
    [
      `{ StringEqualsIfExists: { "${POOL}:aud": "eu-west-1:0a1b" } }`,
      `StringEqualsIfExists is also true without ${POOL}:aud`,
    ],
    [`{ "ForAnyValue:StringLike": { "${POOL}:amr": authenticated } }`, `no condition asks for ${POOL}:aud`],
  ])("%s", (condition, why) => {
    expect(toldInBoth(RULE, signIn(POOL, condition))).toEqual(
      reader("error", `can be assumed through any Cognito identity pool: ${why}`),
    );
  });

  test("the role of guests needs no amr, nor does that of a pool without guests", () => {
    const own = `{ StringEquals: { "${POOL}:aud": !Ref Pool } }`;
    expect(toldInBoth(RULE, signIn(POOL, own) + pool("unauthenticated"))).toEqual([]);
    expect(toldInBoth(RULE, signIn(POOL, own) + pool("authenticated", "false"))).toEqual([]);
    expect(toldInBoth(RULE, signIn(POOL, own) + pool("authenticated"))).toHaveLength(1);
  });

  test.each([
    ["accounts.google.com", "app with Google sign-in", "aud"],
    ["graph.facebook.com", "app with Facebook sign-in", "app_id"],
    ["www.amazon.com", "app with Amazon sign-in", "app_id"],
  ])("%s", (issuer, who, claim) => {
    expect(toldInBoth(RULE, signIn(issuer))).toEqual(
      reader("error", `can be assumed through any ${who}: no condition asks for ${issuer}:${claim}`),
    );
    expect(toldInBoth(RULE, signIn(issuer, `{ StringEquals: { "${issuer}:${claim}": app } }`))).toEqual([]);
  });

  test("a provider of one's own user pool asks for its apps itself", () => {
    expect(toldInBoth(RULE, identity("cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc"))).toEqual([]);
  });
});

describe("what is proposed", () => {
  test("the organization, for every account", () => {
    expect(offered(RULE, role('{ AWS: "*" }'))).toEqual([
      "snippet: Ask for the organization (stops everybody outside it)",
    ]);
    expect(repaired(RULE, role('{ AWS: "*" } # all'))).toBe(
      role(
        '{ AWS: "*" } # all',
        "\n              StringEquals:\n                aws:PrincipalOrgID: o-TODO-organization-id",
      ).replace("Condition: \n", "Condition:\n"),
    );
  });

  test("the external ID, for an account, beside what is asked for already", () => {
    const template = role("{ AWS: arn:aws:iam::111122223333:root }", "{ StringEquals: { aws:PrincipalType: User } }");
    expect(offered(RULE, template)).toEqual(["snippet: Ask for an external ID (stops callers that do not send it)"]);
    expect(repaired(RULE, template)).toContain(
      "Condition: { StringEquals: { aws:PrincipalType: User, sts:ExternalId: TODO-external-id } }",
    );
  });

  test("the subject, for a shared issuer", () => {
    const template = identity(GITHUB, `{ StringEquals: { ${AUDIENCE} } }`);
    expect(offered(RULE, template)).toEqual(["snippet: Ask for the subject (stops every other GitHub repository)"]);
    expect(repaired(RULE, template)).toContain(
      `Condition: { StringEquals: { ${AUDIENCE} }, StringLike: { ${GITHUB}:sub: repo:TODO-owner/TODO-name* } }`,
    );
  });

  test("a value that is too wide has nothing that would be right", () => {
    expect(offered(RULE, identity(GITHUB, `{ StringLike: { "${GITHUB}:sub": "*" } }`))).toEqual([]);
  });
});
