import { get, getPath, items, propertiesOf, type Setting, text } from "../evaluate/setting.ts";
import { type ManagedPolicy, managedPolicyNamed } from "../iam/managed-policies.ts";
import type { Statement } from "../iam/statements.ts";
import { perObject } from "../lazy.ts";
import type { Resource, Template } from "../template/template.ts";
import { managedPoliciesMeant, managedPolicyText } from "./managed-policies.ts";
import { type Policy, policyOf } from "./policy.ts";
import { follow, type Project } from "./project.ts";

/** An identity policy where it is written: the statements, and who has them as far as its own text says. */
export interface IdentityPolicy extends Policy {
  kind: "identity";
  /** `Roles`, `Users`, `Groups` and their like of a policy of its own; empty for a policy inside its principal. */
  attachedTo: readonly Setting[];
  /** Those of them that name users; only what is written, not what an unknown transform may add. */
  users: readonly Setting[];
}

export function isIdentityPolicy(policy: Policy): policy is IdentityPolicy {
  return policy.kind === "identity";
}

/** A user, group, role or permission set. */
export interface IamPrincipal {
  template: Template;
  resource: Resource;
  kind: "role" | "user" | "group" | "permission set";
  /** How messages call it. */
  name: string;
  /** The trust policy, one per branch; only roles have one. */
  trustPolicies: readonly Policy[];
  /** The statements of all of them. */
  trust: readonly Statement[];
  /** Managed policies by ARN, reference or, for a permission set, by `Name` and `Path`. A permissions boundary is not among them: it gives nothing. */
  managedPolicies: readonly Setting[];
  /** What limits it without giving anything: `PermissionsBoundary`. */
  boundaries: readonly Setting[];
}

interface PrincipalType {
  kind: IamPrincipal["kind"];
  managed: readonly string[];
}

const PRINCIPAL_TYPES: Record<string, PrincipalType> = {
  "AWS::IAM::Role": { kind: "role", managed: ["ManagedPolicyArns"] },
  "AWS::IAM::User": { kind: "user", managed: ["ManagedPolicyArns"] },
  "AWS::IAM::Group": { kind: "group", managed: ["ManagedPolicyArns"] },
  "AWS::SSO::PermissionSet": {
    kind: "permission set",
    managed: ["ManagedPolicies", "CustomerManagedPolicyReferences"],
  },
};

/** Resource types that are a policy, and the properties that name who has it. Source: CloudFormation IAM resource reference. */
const POLICY_TYPES: Record<string, readonly string[]> = {
  "AWS::IAM::Policy": ["Roles", "Users", "Groups"],
  "AWS::IAM::ManagedPolicy": ["Roles", "Users", "Groups"],
  "AWS::IAM::RolePolicy": ["RoleName"],
  "AWS::IAM::UserPolicy": ["UserName"],
  "AWS::IAM::GroupPolicy": ["GroupName"],
};

/** Every identity policy of a template. */
export const identityPoliciesOf = perObject((template: Template): readonly IdentityPolicy[] => {
  const policies: IdentityPolicy[] = [];
  for (const resource of template.resources.values()) {
    const attachments = POLICY_TYPES[resource.type];
    if (!attachments && !PRINCIPAL_TYPES[resource.type]) continue;
    const properties = propertiesOf(template, resource);
    const property = (...keys: string[]) => properties.flatMap((each) => getPath(each, ...keys));
    const add = (document: Setting, attachedTo: readonly Setting[] = [], users: readonly Setting[] = []) => {
      const policy = policyOf("identity", document);
      if (policy) policies.push({ ...policy, attachedTo, users });
    };
    if (attachments) {
      const named = (keys: readonly string[]) => keys.flatMap((key) => property(key).flatMap(items));
      const users = properties.flatMap((each) =>
        attachments
          .filter((key) => key.startsWith("User"))
          .flatMap((key) => get(each, key))
          .filter(({ path }) => path.length > each.path.length)
          .flatMap(items),
      );
      for (const document of property("PolicyDocument")) add(document, named(attachments), users);
      continue;
    }
    for (const inline of property("Policies").flatMap(items))
      for (const document of inline.value.kind === "map" ? get(inline, "PolicyDocument") : [inline]) add(document);
    if (resource.type === "AWS::SSO::PermissionSet") for (const document of property("InlinePolicy")) add(document);
  }
  return policies;
});

/** Every principal of a template. */
export const principalsOf = perObject((template: Template): readonly IamPrincipal[] => {
  const principals: IamPrincipal[] = [];
  for (const resource of template.resources.values()) {
    const type = PRINCIPAL_TYPES[resource.type];
    if (!type) continue;
    const properties = propertiesOf(template, resource);
    const property = (key: string) => properties.flatMap((each) => get(each, key));
    const trustPolicies = property("AssumeRolePolicyDocument").flatMap((document) => policyOf("trust", document) ?? []);
    principals.push({
      template,
      resource,
      kind: type.kind,
      name: principalName(resource, type.kind),
      trustPolicies,
      trust: trustPolicies.flatMap(({ statements }) => statements),
      managedPolicies: type.managed.flatMap(property).flatMap(items),
      boundaries: property("PermissionsBoundary").flatMap(boundaryIn),
    });
  }
  return principals;
});

/** A role or user names the policy itself, a permission set in one of two properties. */
function boundaryIn(boundary: Setting): Setting[] {
  return boundary.value.kind === "map"
    ? ["CustomerManagedPolicyReference", "ManagedPolicyArn"].flatMap((key) => get(boundary, key))
    : [boundary];
}

function principalName(resource: Resource, kind: IamPrincipal["kind"]): string {
  if (resource.writtenType === "AWS::Serverless::Function") return `Function "${resource.logicalId}"`;
  if (resource.writtenType === "AWS::Serverless::StateMachine") return `State machine "${resource.logicalId}"`;
  const source = resource.writtenType === "AWS::Serverless::GraphQLApi" ? resource.part?.path.at(-1) : undefined;
  if (source !== undefined) return `Data source "${source}" of "${resource.logicalId}"`;
  return `${kind.charAt(0).toUpperCase()}${kind.slice(1)} "${resource.logicalId}"`;
}

/** Which principals have which policies, over all templates of a project. */
interface Attachments {
  holders: ReadonlyMap<IdentityPolicy, readonly IamPrincipal[]>;
  policies: ReadonlyMap<IamPrincipal, readonly IdentityPolicy[]>;
  /** Attached under a condition or for some value of a parameter only. */
  perhaps: ReadonlyMap<IamPrincipal, ReadonlySet<IdentityPolicy>>;
}

const attachmentsOf = perObject((project: Project): Attachments => {
  const holders = new Map<IdentityPolicy, IamPrincipal[]>();
  const policies = new Map<IamPrincipal, IdentityPolicy[]>();
  const perhaps = new Map<IamPrincipal, Set<IdentityPolicy>>();
  const attach = (policy: IdentityPolicy, principal: IamPrincipal, by?: Setting) => {
    const known = policies.get(principal) ?? [];
    if (known.includes(policy)) return;
    policies.set(principal, [...known, policy]);
    holders.set(policy, [...(holders.get(policy) ?? []), principal]);
    if (by && by.when.chosen.length > 0) perhaps.set(principal, new Set([...(perhaps.get(principal) ?? []), policy]));
  };
  const principals = new Map<Resource, IamPrincipal>();
  const byName = new Map<string, IamPrincipal[]>();
  for (const principal of project.templates.flatMap(principalsOf)) {
    principals.set(principal.resource, principal);
    const name = nameOf(principal);
    if (name !== undefined) byName.set(name, [...(byName.get(name) ?? []), principal]);
  }
  const named = (attachment: Setting): IamPrincipal | undefined => {
    const [only, ...others] = byName.get(text(attachment) ?? "") ?? [];
    return others.length === 0 ? only : undefined;
  };
  const policiesByResource = new Map<Resource, IdentityPolicy[]>();
  for (const template of project.templates) {
    for (const policy of identityPoliciesOf(template)) {
      policiesByResource.set(policy.resource, [...(policiesByResource.get(policy.resource) ?? []), policy]);
      const own = principals.get(policy.resource);
      if (own) attach(policy, own);
      for (const setting of policy.attachedTo) {
        const target = follow(project, template, setting.value);
        const principal = target ? principals.get(target.resource) : named(setting);
        if (principal) attach(policy, principal, setting);
      }
    }
  }
  for (const principal of principals.values()) {
    for (const setting of principal.managedPolicies)
      for (const { resource, by } of managedPoliciesMeant(project, setting))
        for (const policy of policiesByResource.get(resource) ?? []) attach(policy, principal, by);
  }
  return { holders, policies, perhaps };
});

const principalIndexOf = perObject((project: Project) => {
  const byResource = new Map<Resource, IamPrincipal>();
  const byName = new Map<string, IamPrincipal[]>();
  for (const principal of project.templates.flatMap(principalsOf)) {
    byResource.set(principal.resource, principal);
    const name = nameOf(principal);
    if (name === undefined) continue;
    const key = `${principal.kind} ${name}`;
    byName.set(key, [...(byName.get(key) ?? []), principal]);
  }
  return { byResource, byName };
});

/** The user, group or role in view that a value means: by reference, or by the literal name that only one of its kind has. */
export function principalMeant(
  project: Project,
  setting: Setting,
  kind: IamPrincipal["kind"],
): IamPrincipal | undefined {
  const { byResource, byName } = principalIndexOf(project);
  const target = follow(project, setting.template, setting.value);
  if (target) {
    const principal = byResource.get(target.resource);
    return principal?.kind === kind ? principal : undefined;
  }
  const [only, ...others] = byName.get(`${kind} ${text(setting) ?? ""}`) ?? [];
  return others.length === 0 ? only : undefined;
}

/** The literal name of a role, user or group; undefined where CloudFormation makes one up or it has several. */
export const nameOf = perObject(({ template, resource, kind }: IamPrincipal): string | undefined => {
  if (kind === "permission set") return undefined;
  const key = { role: "RoleName", user: "UserName", group: "GroupName" }[kind];
  const [only, ...others] = propertiesOf(template, resource).flatMap((each) => get(each, key));
  return only && others.length === 0 ? text(only) : undefined;
});

/** The principals in view that have a policy. */
export function holdersOf(project: Project, policy: IdentityPolicy): readonly IamPrincipal[] {
  return attachmentsOf(project).holders.get(policy) ?? [];
}

/** The policies in view that a principal has. AWS managed policies are not among them: see `awsManagedPolicies`. */
export function policiesOf(project: Project, principal: IamPrincipal): readonly IdentityPolicy[] {
  return attachmentsOf(project).policies.get(principal) ?? [];
}

/** Those of them that the principal has in every branch. */
export function surePoliciesOf(project: Project, principal: IamPrincipal): readonly IdentityPolicy[] {
  const perhaps = attachmentsOf(project).perhaps.get(principal);
  return policiesOf(project, principal).filter((policy) => !perhaps?.has(policy));
}

/**
 * Is the policy, as far as is in view, only a permissions boundary? Such a policy gives nobody anything: what it allows must be allowed by
 * another one too.
 */
export function isOnlyBoundary(project: Project, policy: IdentityPolicy): boolean {
  return (
    policy.attachedTo.length === 0 &&
    boundaryResources(project).has(policy.resource) &&
    holdersOf(project, policy).length === 0
  );
}

const boundaryResources = perObject(
  (project: Project): ReadonlySet<Resource> =>
    new Set(
      project.templates
        .flatMap(principalsOf)
        .flatMap(({ boundaries }) => boundaries)
        .flatMap((boundary) => managedPoliciesMeant(project, boundary))
        .map(({ resource }) => resource),
    ),
);

/** How messages call whoever has the policy: the principal where there is exactly one in view, else the policy itself. */
export function subjectOf(project: Project, policy: IdentityPolicy): string {
  const [only, ...others] = holdersOf(project, policy);
  return only && others.length === 0 ? only.name : `Policy "${policy.resource.logicalId}"`;
}

/** The AWS managed policies that matter for DynamoDB among a principal's, each at its place. */
export function awsManagedPolicies(principal: IamPrincipal): { policy: ManagedPolicy; setting: Setting }[] {
  return principal.managedPolicies.flatMap((setting) => {
    const name = managedPolicyText(setting);
    const policy = name === undefined ? undefined : managedPolicyNamed(name);
    return policy ? [{ policy, setting }] : [];
  });
}

/** What may be any policy: neither in view nor one of AWS's. */
export function unknownManagedPolicies(project: Project, principal: IamPrincipal): Setting[] {
  return principal.managedPolicies.filter((setting) => {
    if (managedPoliciesMeant(project, setting).length > 0) return false;
    const name = managedPolicyText(setting);
    // SAM takes bare names of AWS's policies.
    return name === undefined || !/^arn:[^:]*:iam::aws:policy\/|^[\w+=,.@-]+(?:\/[\w+=,.@-]+)?$/.test(name);
  });
}
