import { get, propertiesOf, type Setting, text } from "../evaluate/setting.ts";
import { piecesOf } from "../evaluate/value.ts";
import type { Statement } from "../iam/statements.ts";
import type { Related } from "../lint/finding.ts";
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

/** Issuers of web identities: CI systems, Kubernetes service accounts, and everybody else's sign-in. */
const CI_ISSUERS =
  /token\.actions\.githubusercontent\.com|gitlab|bitbucket|circleci|app\.terraform\.io|buildkite|vstoken\.dev\.azure\.com|spacelift/;
const EKS_ISSUER = /oidc\.eks\./;

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
  const issuers: string[] = [];
  for (const statement of principal.trust) {
    if (statement.effect !== "Allow") continue;
    services.push(
      ...statement.principals.filter(({ type }) => type === "Service").map(({ setting }) => serviceOf(setting)),
    );
    issuers.push(...issuersOf(principal, statement));
  }
  const isEndUser = (issuer: string) => !CI_ISSUERS.test(issuer) && !EKS_ISSUER.test(issuer);
  if (issuers.some(isEndUser)) return "end user";
  if (services.some((name) => COMPUTE_SERVICES.has(name)) || issuers.some((name) => EKS_ISSUER.test(name)))
    return "workload";
  if (services.some((name) => DEPLOYMENT_SERVICES.has(name)) || issuers.some((name) => CI_ISSUERS.test(name)))
    return "deployment";
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

/**
 * The issuers of the web identities that a trust statement lets in, lower case: from the `Federated` principal, the provider in the same
 * template that it refers to, or else the condition keys (`token.actions.githubusercontent.com:sub`). SAML providers, which sign in staff, are
 * none.
 */
function issuersOf(principal: IamPrincipal, statement: Statement): string[] {
  const federated = statement.principals.filter(({ type }) => type === "Federated");
  const named = federated.flatMap(({ setting }) => {
    const literal = (piecesOf(setting.value) ?? []).filter((piece) => typeof piece === "string").join("");
    if (/:saml-provider\//.test(literal)) return [];
    const issuer = literal.replace(/^.*:oidc-provider\//, "");
    return issuer === "" ? providerUrl(principal, setting) : [issuer];
  });
  if (named.length > 0 || federated.length === 0) return named.map((name) => name.toLowerCase());
  const keys = statement.conditions.flatMap(({ key }) => /^([\w.-]+\.[a-z]+[^:]*):/i.exec(key)?.[1] ?? []);
  return keys.map((name) => name.toLowerCase());
}

/** The `Url` of an OIDC provider (CloudFormation's, or the CDK's custom resource) in the role's own template. */
function providerUrl(principal: IamPrincipal, { value }: Setting): string[] {
  const { template } = principal;
  const provider = value.kind === "reference" ? template.resources.get(value.id) : undefined;
  if (!provider || !/OIDCProvider$|OpenIdConnectProvider$/.test(provider.type)) return [];
  return propertiesOf(template, provider)
    .flatMap((each) => get(each, "Url"))
    .flatMap((url) => text(url) ?? []);
}

/** Names that only deployment tools use: the CDK bootstrap's, StackSets', and the CDK's replica provider. */
function isDeploymentName({ template, resource }: IamPrincipal): boolean {
  if (/ReplicaProvider/.test(resource.constructPath ?? resource.logicalId)) return true;
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
