import { get, propertiesOf, type Setting } from "../evaluate/setting.ts";
import { piecesOf } from "../evaluate/value.ts";
import type { Related } from "../lint/finding.ts";
import type { Resource } from "../template/template.ts";
import { type Issuer, issuerNamed, issuersOf } from "./issuers.ts";
import { holdersOf, type IamPrincipal, type IdentityPolicy } from "./policies.ts";
import { accountOf, writtenText } from "./principal-account.ts";
import type { Project } from "./project.ts";

/** Services that run somebody's code or act for it, without `.amazonaws.com`. Source: CATALOGUE of this project, workload role. */
const COMPUTE_SERVICES = new Set([
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
]);

const DEPLOYMENT_SERVICES = new Set(["cloudformation", "codebuild", "codepipeline", "amplify"]);

/**
 * Who acts with a principal's permissions. `end user`: whoever signs in with a web identity that is neither a CI system's nor Kubernetes';
 * `human`: staff, by a user, a group, a permission set, SAML, or by switching from this account; `service`: an AWS service for its own
 * purposes, such as backups; `foreign account`: principals of another account; `other`: the trust policy does not tell.
 */
export type RoleUse = "workload" | "deployment" | "end user" | "human" | "service" | "foreign account" | "other";

/** A role that code runs with counts as that, whatever else may take it. */
export function useOf(principal: IamPrincipal): RoleUse {
  if (principal.kind !== "role") return "human";
  if (isDeploymentName(principal)) return "deployment";
  const services: string[] = [];
  const issuers: Issuer["kind"][] = [];
  for (const statement of principal.trust) {
    if (statement.effect !== "Allow") continue;
    services.push(
      ...statement.principals.filter(({ type }) => type === "Service").map(({ setting }) => serviceOf(setting)),
    );
    issuers.push(...issuersOf(statement).map((url) => issuerNamed(url)?.kind ?? "end users"));
  }
  if (issuers.includes("end users")) return "end user";
  if (
    services.some((name) => COMPUTE_SERVICES.has(name)) ||
    issuers.some((kind) => kind === "kubernetes" || kind === "workload")
  )
    return "workload";
  if (services.some((name) => DEPLOYMENT_SERVICES.has(name)) || issuers.includes("ci")) return "deployment";
  return useByOthers(principal, services);
}

function useByOthers(principal: IamPrincipal, services: readonly string[]): RoleUse {
  const allowed = principal.trust.filter(({ effect }) => effect === "Allow").flatMap(({ principals }) => principals);
  const accounts = allowed.map((each) => accountOf(each));
  if (accounts.some((account) => account.kind === "account" && account.isForeign)) return "foreign account";
  const isSaml = allowed.some(
    ({ type, setting }) => type === "Federated" && /:saml-provider\//.test(writtenText(setting)),
  );
  if (isSaml || accounts.some(({ kind }) => kind === "own" || kind === "account")) return "human";
  return services.some((name) => name !== "") && accounts.every(({ kind }) => kind === "none") ? "service" : "other";
}

/** `lambda` for `lambda.amazonaws.com`, `!Sub lambda.${AWS::URLSuffix}` and regional forms such as `states.eu-west-1.amazonaws.com`; else `""`. */
export function serviceOf({ value }: Setting): string {
  const pieces = piecesOf(value) ?? [];
  const written = pieces.map((piece) => {
    if (typeof piece === "string") return piece;
    return piece.kind === "pseudo" && piece.name === "AWS::URLSuffix" ? "amazonaws.com" : "*";
  });
  const [, name = ""] = /^(.*)\.amazonaws\.com(?:\.cn)?$/.exec(written.join("")) ?? [];
  return name.replace(/\.(?:\*|[a-z]{2}(?:-[a-z]+)+-\d)$/, "");
}

/** Does the CDK's handler of `Table.replicationRegions` act with the role? It creates and deletes replicas by design. */
export function isReplicaProvider(role: Resource): boolean {
  return /ReplicaProvider/.test(role.constructPath ?? role.logicalId);
}

/** Names that only deployment tools use: the CDK bootstrap's, StackSets', and the CDK's replica provider. */
function isDeploymentName({ template, resource }: IamPrincipal): boolean {
  if (isReplicaProvider(resource)) return true;
  return propertiesOf(template, resource)
    .flatMap((each) => get(each, "RoleName"))
    .some(({ value }) => {
      const name = (piecesOf(value) ?? []).map((piece) => (typeof piece === "string" ? piece : "*")).join("");
      return /^cdk-.*-(?:cfn-exec|deploy)-role|StackSet/.test(name);
    });
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

const TABLE_SERVICES = new Set(["application-autoscaling", "dynamodb.application-autoscaling", "backup"]);

/** Does the policy belong to roles of services that work on all tables: Application Auto Scaling, AWS Backup? */
export function isService(project: Project, policy: IdentityPolicy): boolean {
  const holders = holdersOf(project, policy);
  return (
    holders.length > 0 &&
    holders.every(({ trust }) =>
      trust.some(({ principals }) => principals.some(({ setting }) => TABLE_SERVICES.has(serviceOf(setting)))),
    )
  );
}

/** The `Policies` list of a principal, there or not. */
export function inlinePolicies(principal: IamPrincipal): Setting[] {
  return propertiesOf(principal.template, principal.resource).flatMap((each) => get(each, "Policies"));
}
