import { get, propertiesOf, type Setting } from "../evaluate/setting.ts";
import { textOf } from "../evaluate/value.ts";
import type { Related } from "../lint/finding.ts";
import { holdersOf, type IamPrincipal, type IdentityPolicy } from "./policies.ts";
import type { Project } from "./project.ts";

/** Services that run somebody's code or act for it. Source: CATALOGUE of this project, workload role. */
const COMPUTE_SERVICES = new Set(
  [
    "lambda",
    "edgelambda",
    "ecs-tasks",
    "ec2",
    "tasks.apprunner",
    "pods.eks",
    "states",
    "appsync",
    "apigateway",
    "pipes",
    "scheduler",
    "glue",
    "sagemaker",
    "emr-serverless",
    "iot",
    "bedrock",
    "bedrock-agentcore",
  ].map((name) => `${name}.amazonaws.com`),
);

const DEPLOYMENT_SERVICES = new Set(
  ["cloudformation", "codebuild", "codepipeline", "amplify"].map((name) => `${name}.amazonaws.com`),
);

/** Issuers of CI systems in `Federated` principals. */
const CI_ISSUERS = /token\.actions\.githubusercontent\.com|gitlab|bitbucket|circleci|app\.terraform\.io/;
const EKS_ISSUER = /oidc\.eks\./;
const END_USER_ISSUERS = /cognito-identity\.amazonaws\.com|accounts\.google\.com|graph\.facebook\.com|www\.amazon\.com/;

/** Who may take a role, as far as its trust policy says. */
export type RoleUse = "workload" | "deployment" | "end user" | "other";

export function useOf(principal: IamPrincipal): RoleUse {
  if (principal.kind !== "role") return "other";
  if (isDeploymentName(principal)) return "deployment";
  const services: string[] = [];
  const federated: string[] = [];
  for (const statement of principal.trust) {
    if (statement.effect !== "Allow") continue;
    for (const { type, setting } of statement.principals) {
      const name = textOf(setting.value) ?? "";
      if (type === "Service") services.push(name.replace(/\.amazonaws\.com(\.cn)?$/, ".amazonaws.com"));
      if (type === "Federated")
        federated.push(
          setting.value.kind === "text"
            ? setting.value.pieces.filter((piece) => typeof piece === "string").join("")
            : name,
        );
    }
  }
  if (services.some((name) => DEPLOYMENT_SERVICES.has(name)) || federated.some((name) => CI_ISSUERS.test(name)))
    return "deployment";
  if (federated.some((name) => END_USER_ISSUERS.test(name))) return "end user";
  if (services.some((name) => COMPUTE_SERVICES.has(name)) || federated.some((name) => EKS_ISSUER.test(name)))
    return "workload";
  return "other";
}

/** Names that only deployment tools use: the CDK bootstrap's, StackSets', and the CDK's replica provider. */
function isDeploymentName(principal: IamPrincipal): boolean {
  const { resource } = principal;
  if (/ReplicaProvider/.test(resource.constructPath ?? resource.logicalId)) return true;
  const name =
    resource.properties?.value.kind === "map"
      ? resource.properties.value.entries.find((entry) => entry.key.text === "RoleName")?.value
      : undefined;
  return name?.kind === "scalar" && /^cdk-.*-(?:cfn-exec|deploy)-role|StackSet/.test(name.text);
}

/** Does the policy belong to deployment roles only, as far as its holders are in view? */
export function isDeployment(project: Project, policy: IdentityPolicy): boolean {
  if (/SourceTableAttachedManagedPolicy/.test(policy.resource.id)) return true;
  const holders = holdersOf(project, policy);
  return holders.length > 0 && holders.every((holder) => useOf(holder) === "deployment");
}

/** The principals that have a policy, where the finding does not already stand in their text. */
export function relatedHolders(holders: readonly IamPrincipal[], policy: IdentityPolicy): Related[] {
  return holders
    .filter((holder) => holder.resource !== policy.resource && holder.resource.logicalId !== policy.resource.logicalId)
    .map((holder) => ({
      message: `${holder.name} has this policy`,
      template: holder.template,
      place: holder.resource.key,
    }));
}

/** Does the policy belong to roles of services that work on all tables: Application Auto Scaling, AWS Backup? */
export function isService(project: Project, policy: IdentityPolicy): boolean {
  const holders = holdersOf(project, policy);
  return (
    holders.length > 0 &&
    holders.every((holder) =>
      holder.trust.some((statement) =>
        statement.principals.some(({ setting }) =>
          /^(?:(?:dynamodb\.)?application-autoscaling|backup)\.amazonaws\.com$/.test(textOf(setting.value) ?? ""),
        ),
      ),
    )
  );
}

/** The `Policies` list of a principal, there or not. */
export function inlinePolicies(principal: IamPrincipal): Setting[] {
  return propertiesOf(principal.template, principal.resource).flatMap((each) => get(each, "Policies"));
}
