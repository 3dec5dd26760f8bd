import { get, propertiesOf, type Setting, text } from "../evaluate/setting.ts";
import { piecesOf } from "../evaluate/value.ts";
import type { Principal, Statement } from "../iam/statements.ts";

/**
 * An issuer of web identities. `ci`: build and deployment systems; `kubernetes`: service accounts of an EKS cluster; `workload`: a host that
 * runs its customers' code; `end users`: whoever signs in.
 */
export interface Issuer {
  /** Of the URL without `https://`, lower case. */
  pattern: RegExp;
  kind: "ci" | "kubernetes" | "workload" | "end users";
  /** Who gets a token of it, to be read after "any" or "every". */
  holder: string;
  /** All the world's customers get tokens of this one URL, so the URL says nothing of whose token it is. */
  isShared: boolean;
  /** In the subject: what stands before the name of the customer, and what ends that name. `repo:octo-org/app:…` has `repo:` and `/`. */
  owner?: { before: string; after: string };
  /** What remains of the subject behind the owner where it names nothing more. */
  isWholeOwner?: RegExp;
  /** Claims, beside `sub`, that say whose token it is. */
  ownClaims?: readonly string[];
}

/** Behind `octo-org/`: every repository, in any branch. */
const ANY_NAME = /^\*+(?:$|:)/;

/**
 * The first that matches counts. Sources: IAM User Guide, identity-provider controls for shared OIDC providers, and condition keys for AWS
 * OIDC federation; the documentation of each issuer for the form of its subject.
 */
const ISSUERS: readonly Issuer[] = [
  {
    pattern: /^token\.actions\.githubusercontent\.com$/,
    kind: "ci",
    holder: "GitHub repository",
    isShared: true,
    owner: { before: "repo:", after: "/" },
    isWholeOwner: ANY_NAME,
    ownClaims: ["repository", "repository_id", "job_workflow_ref", "enterprise_id", "actor", "actor_id"],
  },
  {
    pattern: /token\.actions\.githubusercontent\.com/,
    kind: "ci",
    holder: "repository of the GitHub enterprise",
    isShared: false,
    owner: { before: "repo:", after: "/" },
  },
  {
    pattern: /^gitlab\.com$/,
    kind: "ci",
    holder: "project on gitlab.com",
    isShared: true,
    owner: { before: "project_path:", after: "/" },
    isWholeOwner: ANY_NAME,
  },
  { pattern: /gitlab/, kind: "ci", holder: "project of the GitLab server", isShared: false },
  {
    pattern: /app\.terraform\.io/,
    kind: "ci",
    holder: "HCP Terraform workspace",
    isShared: true,
    owner: { before: "organization:", after: ":" },
    isWholeOwner: /^(?:\*|project:\*(?:$|:workspace:\*))/,
  },
  {
    pattern: /^agent\.buildkite\.com/,
    kind: "ci",
    holder: "Buildkite pipeline",
    isShared: true,
    owner: { before: "organization:", after: ":" },
    isWholeOwner: /^(?:\*|pipeline:\*)/,
  },
  { pattern: /buildkite/, kind: "ci", holder: "Buildkite pipeline", isShared: true },
  {
    pattern: /circleci[^/]*\/org\/./,
    kind: "ci",
    holder: "project of the CircleCI organization",
    isShared: false,
    ownClaims: ["project-id"],
  },
  { pattern: /circleci/, kind: "ci", holder: "CircleCI project", isShared: true, ownClaims: ["project-id"] },
  { pattern: /bitbucket/, kind: "ci", holder: "repository of the Bitbucket workspace", isShared: false },
  { pattern: /vstoken\.dev\.azure\.com/, kind: "ci", holder: "Azure DevOps service connection", isShared: false },
  { pattern: /spacelift/, kind: "ci", holder: "stack of the Spacelift account", isShared: false },
  { pattern: /^api\.pulumi\.com/, kind: "ci", holder: "Pulumi organization", isShared: true, ownClaims: ["aud"] },
  { pattern: /^oidc\.vercel\.com$/, kind: "workload", holder: "Vercel team", isShared: true, ownClaims: ["aud"] },
  { pattern: /^oidc\.vercel\.com\/./, kind: "workload", holder: "project of the Vercel team", isShared: false },
  {
    pattern:
      /^(?:oidc\.codefresh\.io|scalr\.io|tokens\.cloud\.shisho\.dev|proidc\.upbound\.io|studio\.datachain\.ai\/api)$/,
    kind: "ci",
    holder: "customer of the issuer",
    isShared: true,
  },
  { pattern: /oidc\.eks\./, kind: "kubernetes", holder: "service account of the cluster", isShared: false },
  { pattern: /^cognito-identity\.amazonaws\.com/, kind: "end users", holder: "Cognito identity pool", isShared: true },
  { pattern: /^accounts\.google\.com$/, kind: "end users", holder: "app with Google sign-in", isShared: true },
  { pattern: /^graph\.facebook\.com$/, kind: "end users", holder: "app with Facebook sign-in", isShared: true },
  { pattern: /^www\.amazon\.com$/, kind: "end users", holder: "app with Amazon sign-in", isShared: true },
  { pattern: /^cognito-idp\./, kind: "end users", holder: "user of the pool", isShared: false },
  { pattern: /^appleid\.apple\.com$/, kind: "end users", holder: "user of the app", isShared: false },
];

/** What is known of an issuer; undefined for one that is nobody's in particular, such as a company's own sign-in. */
export function issuerNamed(url: string): Issuer | undefined {
  return ISSUERS.find(({ pattern }) => pattern.test(url));
}

/**
 * The URL, lower case and without `https://`, of the issuer whose web identities an entry of `Principal` lets in: as its text says, or the
 * provider in the same template that it refers to. Undefined for other principals, SAML providers among them, and where it cannot be told.
 */
export function issuerOf({ type, setting }: Principal): string | undefined {
  if (type !== "Federated") return undefined;
  const literal = literalOf(setting);
  if (isSaml(setting)) return undefined;
  const written = literal.replace(/^.*:oidc-provider\//s, "");
  return plainUrl(written === "" || /^arn:/.test(written) ? providerUrl(setting) : written);
}

/** Does the entry name a SAML provider? Those sign in staff. */
export function isSaml(setting: Setting): boolean {
  return /:saml-provider\//.test(literalOf(setting));
}

/** The issuers of a trust statement: of its principals, or else those that its condition keys speak of (`gitlab.com:sub`). */
export function issuersOf(statement: Statement): string[] {
  const federated = statement.principals.filter(({ type }) => type === "Federated");
  const named = federated.flatMap((principal) => issuerOf(principal) ?? []);
  if (named.length > 0 || federated.length === 0) return named;
  return statement.conditions.flatMap((test) => claimOf(test.key)?.issuer ?? []);
}

/** `token.actions.githubusercontent.com:sub` → its issuer and its claim; undefined for `aws:…`, `sts:…` and their like. */
export function claimOf(key: string): { issuer: string; claim: string } | undefined {
  const [, issuer, claim] = /^(.*[.$].*):([\w-]+)$/s.exec(key.toLowerCase()) ?? [];
  return issuer && claim ? { issuer, claim } : undefined;
}

function literalOf({ value }: Setting): string {
  return (piecesOf(value) ?? []).filter((piece) => typeof piece === "string").join("");
}

function plainUrl(url: string | undefined): string | undefined {
  const plain = url
    ?.toLowerCase()
    .replace(/^https:\/\//, "")
    .replace(/\/$/, "");
  return plain === "" ? undefined : plain;
}

/** The `Url` of an OIDC provider: CloudFormation's, or the CDK's custom resource. That of an EKS cluster is known to be one. */
function providerUrl({ template, value }: Setting): string | undefined {
  const reference = (piecesOf(value) ?? []).find((piece) => typeof piece !== "string");
  const provider = reference?.kind === "reference" ? template.resources.get(reference.id) : undefined;
  if (!provider || !/OIDCProvider$|OpenIdConnectProvider$/.test(provider.type)) return undefined;
  const [url, ...others] = propertiesOf(template, provider).flatMap((each) => get(each, "Url"));
  if (!url || others.length > 0) return undefined;
  const isCluster = (piecesOf(url.value) ?? []).some(
    (piece) => typeof piece !== "string" && piece.kind === "reference" && piece.attribute === "OpenIdConnectIssuerUrl",
  );
  return isCluster ? "oidc.eks." : text(url);
}
