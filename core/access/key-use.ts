import type { Setting } from "../evaluate/setting.ts";
import { text } from "../evaluate/setting.ts";
import { takesInKeyAction } from "../iam/key-actions.ts";
import type { Statement } from "../iam/statements.ts";
import { perObject } from "../lazy.ts";
import type { Key } from "../model/keys.ts";
import { managedPoliciesMeant, managedPolicyText } from "../model/managed-policies.ts";
import {
  holdersOf,
  type IamPrincipal,
  type IdentityPolicy,
  identityPoliciesOf,
  isOnlyBoundary,
  policiesOf,
} from "../model/policies.ts";
import { meansPrincipal } from "../model/principal-behind.ts";
import { follow, type Project } from "../model/project.ts";
import { keyGrantsOf, reachesKey, viaServices } from "./key-grants.ts";

const DECRYPT = "kms:Decrypt";

type Answer = "yes" | "no" | "unknown";

/**
 * May the principal decrypt with the key through DynamoDB, as far as the policies in view say? `unknown` wherever something that is not in view,
 * or a condition, may let it. Grants are never in view, so `no` means that nothing written does.
 */
export function mayDecrypt(project: Project, principal: IamPrincipal, key: Key): Answer {
  return answersOf(project)(principal)(key);
}

const answersOf = perObject((project: Project) =>
  perObject((principal: IamPrincipal) => perObject((key: Key) => findAnswer(project, principal, key))),
);

function findAnswer(project: Project, principal: IamPrincipal, key: Key): Answer {
  const answers = [
    ...policiesOf(project, principal).map((policy) => policyAllows(project, policy, key)),
    ...principal.managedPolicies.map((setting) => managedAllows(project, setting)),
    ...loosePoliciesOf(project).map((policy) => (policyAllows(project, policy, key) === "no" ? "no" : "unknown")),
    ...key.policies.map(({ statements, unknown }) =>
      unknown.length > 0 ? "unknown" : best(statements.map((each) => keyStatementAllows(project, each, principal))),
    ),
  ];
  return best(answers);
}

function best(answers: readonly Answer[]): Answer {
  return answers.includes("yes") ? "yes" : answers.includes("unknown") ? "unknown" : "no";
}

function policyAllows(project: Project, policy: IdentityPolicy, key: Key): Answer {
  return allowedByPolicy(project)(policy)(key);
}

const allowedByPolicy = perObject((project: Project) =>
  perObject((policy: IdentityPolicy) => perObject((key: Key) => readPolicy(project, policy, key))),
);

function readPolicy(project: Project, policy: IdentityPolicy, key: Key): Answer {
  if (policy.unknown.length > 0) return "unknown";
  const given = keyGrantsOf(project, policy).filter(({ names }) => names.includes(DECRYPT));
  const unread = policy.statements.filter(
    (statement) => statement.effect === "Allow" && takesInKeyAction(statement, DECRYPT) === undefined,
  );
  return best([
    ...given.map(({ statement }) => allowsOn(project, statement, key, "yes")),
    ...unread.map((statement) => allowsOn(project, statement, key, "unknown")),
  ]);
}

function allowsOn(project: Project, statement: Statement, key: Key, allowed: Answer): Answer {
  const reaches = isForDynamoDb(statement) ? reachesKey(project, statement, key) : false;
  return reaches === false ? "no" : reaches ? allowed : "unknown";
}

/** Not only for requests that another service makes? */
function isForDynamoDb(statement: Statement): boolean {
  return viaServices(statement)?.every((service) => /^(?!dynamodb\.)[a-z0-9-]+\./.test(service)) !== true;
}

/** AWS managed policies that workloads usually have and that do not allow kms:Decrypt. Source: AWS Managed Policy Reference. */
const WITHOUT_DECRYPT = new Set([
  "AWSLambdaBasicExecutionRole",
  "AWSLambdaBasicDurableExecutionRolePolicy",
  "AWSLambdaVPCAccessExecutionRole",
  "AWSLambdaENIManagementAccess",
  "AWSLambdaDynamoDBExecutionRole",
  "AWSLambdaInvocation-DynamoDB",
  "AWSLambdaKinesisExecutionRole",
  "AWSLambdaSQSQueueExecutionRole",
  "AWSXRayDaemonWriteAccess",
  "AWSXrayWriteOnlyAccess",
  "AmazonDynamoDBReadOnlyAccess",
  "AmazonDynamoDBFullAccess",
  "AmazonDynamoDBFullAccess_v2",
  "AmazonECSTaskExecutionRolePolicy",
  "AmazonAPIGatewayPushToCloudWatchLogs",
  "AWSAppSyncPushToCloudWatchLogs",
  "CloudWatchAgentServerPolicy",
  "CloudWatchLambdaInsightsExecutionRolePolicy",
]);

function managedAllows(project: Project, setting: Setting): Answer {
  if (managedPoliciesMeant(project, setting).length > 0) return "no";
  const [, name] =
    /^(?:arn:[^:]*:iam::aws:policy\/)?(?:[\w-]+\/)?([\w-]+)$/.exec(managedPolicyText(setting) ?? "") ?? [];
  return name !== undefined && WITHOUT_DECRYPT.has(name) ? "no" : "unknown";
}

/** Policies of which it is not known who has them: attached by a name that only deployment knows, or to nobody in view at all. */
const loosePoliciesOf = perObject((project: Project): readonly IdentityPolicy[] =>
  project.templates
    .flatMap((template) => identityPoliciesOf(template))
    .filter((policy) => {
      const { attachedTo } = policy;
      if (attachedTo.length === 0) return holdersOf(project, policy).length === 0 && !isOnlyBoundary(project, policy);
      return attachedTo.some(
        (setting) => text(setting) === undefined && !follow(project, policy.template, setting.value),
      );
    }),
);

function keyStatementAllows(project: Project, statement: Statement, principal: IamPrincipal): Answer {
  const speaks =
    statement.effect === "Allow" && isForDynamoDb(statement) ? takesInKeyAction(statement, DECRYPT) : false;
  if (speaks === false) return "no";
  if (statement.notPrincipal) return "unknown";
  const means = statement.principals.map((entry) => meansPrincipal(project, entry, principal));
  if (means.includes(true)) return speaks && !statement.conditionUnknown ? "yes" : "unknown";
  return means.includes(undefined) ? "unknown" : "no";
}
