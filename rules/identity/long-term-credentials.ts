import { accessOf, grantsOf, type PrincipalAccess } from "../../core/access/granted.ts";
import { lowerFirst } from "../../core/access/words.ts";
import { both } from "../../core/evaluate/branches.ts";
import type { Path } from "../../core/evaluate/path.ts";
import { type Located, wholeResource } from "../../core/evaluate/setting.ts";
import { requiresMfa } from "../../core/iam/mfa-demand.ts";
import type { Related } from "../../core/lint/finding.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import { type AccessKey, accessKeysOf, type Exposure, exposuresIn } from "../../core/model/access-keys.ts";
import { membershipsOf } from "../../core/model/groups.ts";
import {
  type IamPrincipal,
  type IdentityPolicy,
  principalMeant,
  unknownManagedPolicies,
} from "../../core/model/policies.ts";
import type { Project } from "../../core/model/project.ts";
import type { View } from "../../core/model/view.ts";

export default defineRule({
  name: "long-term-credentials",
  topic: "identity",
  severity: "warning",
  confidence: "high",
  recommended: true,
  docs: {
    what: "An IAM user may use DynamoDB, or the secret of such a user's access key is written where many can read it.",
    why: "The access keys and the password of a user do not expire: whoever finds them in a repository, a log or a laptop has the user's access until somebody notices. A role hands out credentials that end by themselves. A secret access key in an output, in an environment variable, in user data or in a Parameter Store parameter of a template (which is never a SecureString) is in plain text for everybody who may describe the stack or the resource: that is an error. Permissions that ask for MFA pass, because a key alone does not get them.",
    how: "Give applications a role, and people single sign-on. Where a key is unavoidable, hand its secret over in a Secrets Manager secret.",
    references: [
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#bp-workloads-use-roles",
      "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-iam-accesskey.html",
      "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ssm-parameter.html",
    ],
    examples: [
      {
        title: "A user for an application",
        bad: `Resources:
  App:
    Type: AWS::IAM::User
    Properties:
      Policies:
        - PolicyName: orders
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: [dynamodb:GetItem, dynamodb:PutItem]
                Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders
`,
        good: `Resources:
  App:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Service: ec2.amazonaws.com }
            Action: sts:AssumeRole
      Policies:
        - PolicyName: orders
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: [dynamodb:GetItem, dynamodb:PutItem]
                Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders
`,
      },
    ],
  },
  controls: { checkov: ["CKV_AWS_40"], cfnNag: ["F10"] },
  check(view, report) {
    for (const principal of view.principals) if (principal.kind === "user") checkUser(view, principal, report);
    for (const policy of view.identityPolicies) checkAttachment(view.project, policy, report);
    for (const exposure of exposuresIn(view.project, view.template)) checkExposure(view, exposure, report);
  },
});

/** What a user has without a second factor: neither a long-term key nor a password alone is enough for a statement that asks for MFA. */
function withoutMfa({ grants, managed }: PrincipalAccess): PrincipalAccess {
  return { grants: grants.filter(({ statement }) => !requiresMfa(statement)), managed };
}

/** "unknown": only policies that are not in view could give it. */
function reaches({ project, dynamoDbInView }: View, user: IamPrincipal): boolean | "unknown" {
  const { grants, managed } = withoutMfa(accessOf(project, user));
  if (grants.length > 0 || managed.length > 0) return true;
  return dynamoDbInView && unknownPoliciesOf(project, user).length > 0 ? "unknown" : false;
}

function unknownPoliciesOf(project: Project, user: IamPrincipal) {
  return [user, ...membershipsOf(project, user).map(({ group }) => group)].flatMap((each) =>
    unknownManagedPolicies(project, each),
  );
}

function checkUser(view: View, user: IamPrincipal, report: Report): void {
  const { project } = view;
  const at = wholeResource(user.template, user.resource);
  if (reaches(view, user) === "unknown") report.cannotTell(at, "a policy of the user is not in view");
  const { grants, managed } = withoutMfa(accessOf(project, user));
  const sources = [...grants.map((grant) => grant.at), ...managed.map(({ setting }) => setting)];
  if (sources.length === 0) return;
  const keys = accessKeysOf(project).filter(({ users }) => users.includes(user));
  const named = keys.map(({ resource }) => ` (access key "${resource.logicalId}")`).join("");
  const message = {
    message: `${user.name} may use DynamoDB with credentials that do not expire${named}. A role hands out temporary ones.`,
    related: [...keys.map(relatedKey), ...relatedSources(user, sources)],
  };
  for (const source of sources) {
    const when = branchWith(at, source);
    if (when) report({ ...at, when }, message);
  }
}

/** The branch in which both hold; what another template decides says nothing here. */
function branchWith(at: Located, source: Located): Path | undefined {
  return source.template === at.template ? both(at.template, at.when, source.when) : at.when;
}

function relatedKey({ template, resource }: AccessKey): Related {
  return { message: "its access key", template, place: resource.key };
}

/** How many of the entries that give access are pointed at. */
const MOST_SOURCES = 3;

function relatedSources(user: IamPrincipal, places: readonly Located[]): Related[] {
  return places
    .filter(({ resource }) => resource !== user.resource)
    .slice(0, MOST_SOURCES)
    .map(({ template, place }) => ({ message: "gives it access to DynamoDB", template, place }));
}

/** A policy may name a user that is not in view. */
function checkAttachment(project: Project, policy: IdentityPolicy, report: Report): void {
  const unseen = policy.users.filter((setting) => !principalMeant(project, setting, "user"));
  if (unseen.length === 0) return;
  for (const { statement, at } of grantsOf(project, policy)) {
    if (requiresMfa(statement)) continue;
    for (const setting of unseen) {
      const when = branchWith(setting, at);
      if (!when) continue;
      report(
        { ...setting, when },
        {
          message: `Policy "${policy.resource.logicalId}" lets an IAM user use DynamoDB with credentials that do not expire. A role hands out temporary ones.`,
        },
      );
    }
  }
}

function checkExposure(view: View, { key, at, kind, name }: Exposure, report: Report): void {
  const isElsewhere = key.userName.some((setting) => !principalMeant(view.project, setting, "user"));
  const user = key.users.find((each) => reaches(view, each) === true);
  if (user) {
    report(at, {
      severity: "error",
      message: `The secret of access key "${key.resource.logicalId}", with which ${lowerFirst(user.name)} may use DynamoDB, stands in plain text in ${READERS[kind](name)}.`,
      related: [{ message: "the access key", template: key.template, place: key.resource.key }],
    });
  } else if (key.users.some((each) => reaches(view, each) === "unknown") || (isElsewhere && view.dynamoDbInView)) {
    report.cannotTell(at, "it is not known what the user of the access key may do");
  }
}

const READERS: Record<Exposure["kind"], (name: string) => string> = {
  output: (name) => `output "${name}", for everybody who may describe the stack`,
  environment: (name) => `the environment of "${name}", for everybody who may read its configuration`,
  "user data": (name) => `the user data of "${name}", for everybody who may describe it and everything that runs there`,
  parameter: (name) => `parameter "${name}", which is no SecureString, for everybody who may read parameters`,
};
