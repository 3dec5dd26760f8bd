import { entrySettings, get, getPath, isOff, items, propertiesOf, type Setting, text } from "../evaluate/setting.ts";
import { isPositive } from "../iam/conditions.ts";
import type { Statement } from "../iam/statements.ts";
import { perObject } from "../lazy.ts";
import type { Resource, Template } from "../template/template.ts";
import { claimOf, issuerNamed, issuersOf } from "./issuers.ts";
import { holdersOf, type IamPrincipal, type IdentityPolicy, principalsOf } from "./policies.ts";
import { follow, type Project } from "./project.ts";

/** What a role has to do with people who use an application: who takes it, and what says so. */
export interface EndUsers {
  /**
   * `guest`: whoever did not sign in, which is anybody; `user`: whoever did; `unknown`: whoever an issuer signs in that serves one company, its
   * customers perhaps.
   */
  kind: "guest" | "user" | "unknown";
  /** The entry that hands the role out, or the trust statement. */
  at: Setting;
  /** The identity pool that hands it out, where it is in view. */
  pool?: { template: Template; resource: Resource };
  /** The pool says in every branch that it lets no guests in. */
  guestsAreOff: boolean;
}

/** Entries that hand a role out to end users, with the role where it is in view. */
interface HandOut extends EndUsers {
  role: IamPrincipal | undefined;
}

const handOutsOf = perObject((project: Project): readonly HandOut[] => {
  const handOuts = project.templates.flatMap((template) => writtenIn(project, template));
  return [...handOuts, ...project.templates.flatMap(principalsOf).flatMap(byTrust)];
});

/** Source: CloudFormation reference of `AWS::Cognito::IdentityPoolRoleAttachment` and `AWS::Cognito::UserPoolGroup`. */
function writtenIn(project: Project, template: Template): HandOut[] {
  const handOuts: HandOut[] = [];
  for (const resource of template.resources.values()) {
    if (resource.type !== "AWS::Cognito::IdentityPoolRoleAttachment" && resource.type !== "AWS::Cognito::UserPoolGroup")
      continue;
    for (const properties of propertiesOf(template, resource)) {
      const pool = poolOf(project, properties);
      const add = (kind: EndUsers["kind"], roles: readonly Setting[]) => {
        for (const at of roles) {
          if (at.value.kind === "absent") continue;
          const role = roleAt(project, at);
          handOuts.push({ kind, at, role, ...(pool && { pool }), guestsAreOff: pool !== undefined && isClosed(pool) });
        }
      };
      add("user", get(properties, "RoleArn").filter(isWritten));
      add("user", getPath(properties, "Roles", "authenticated").filter(isWritten));
      add("guest", getPath(properties, "Roles", "unauthenticated").filter(isWritten));
      const rules = get(properties, "RoleMappings")
        .flatMap(entrySettings)
        .flatMap((mapping) => getPath(mapping, "RulesConfiguration", "Rules"))
        .flatMap(items);
      add("user", rules.flatMap((rule) => get(rule, "RoleARN")).filter(isWritten));
    }
  }
  return handOuts;
}

/** Not what a macro may have put there. */
function isWritten(setting: Setting): boolean {
  return !("refusal" in setting.slot) || setting.missing.length === 0;
}

function poolOf(project: Project, properties: Setting): EndUsers["pool"] {
  const [id] = get(properties, "IdentityPoolId");
  const target = id && follow(project, id.template, id.value);
  return target?.resource.type === "AWS::Cognito::IdentityPool" ? target : undefined;
}

function isClosed({ template, resource }: NonNullable<EndUsers["pool"]>): boolean {
  return propertiesOf(template, resource)
    .flatMap((properties) => get(properties, "AllowUnauthenticatedIdentities"))
    .every((setting) => isOff(setting) && setting.when.defaults.length === 0);
}

function roleAt(project: Project, { template, value }: Setting): IamPrincipal | undefined {
  const target = follow(project, template, value);
  return target && principalsOf(target.template).find(({ resource }) => resource === target.resource);
}

/** What a role's own trust says: who signs in somewhere may take it, and not one particular identity only. */
const byTrust = perObject((role: IamPrincipal): readonly HandOut[] => {
  return role.trust.flatMap((statement): HandOut[] => {
    if (statement.effect !== "Allow" || isOneIdentity(statement)) return [];
    const kinds = issuersOf(statement).map((url) => issuerNamed(url)?.kind);
    const handOut = { at: statement.located, role, guestsAreOff: false };
    if (kinds.includes("end users")) return [{ ...handOut, kind: isForGuests(statement) ? "guest" : "user" }];
    return kinds.includes(undefined) ? [{ ...handOut, kind: "unknown" }] : [];
  });
});

/** `accounts.google.com:sub` with a fixed value is one service account of Google Cloud, say. */
function isOneIdentity({ conditions }: Statement): boolean {
  return conditions.some(
    (test) =>
      ["sub", "id", "user_id"].includes(claimOf(test.key)?.claim ?? "") &&
      isPositive(test) &&
      test.values.every((value) => !/[*?]/.test(text(value) ?? "")),
  );
}

function isForGuests({ conditions }: Statement): boolean {
  return conditions.some(
    (test) =>
      claimOf(test.key)?.claim === "amr" &&
      isPositive(test) &&
      test.values.some((value) => text(value) === "unauthenticated"),
  );
}

/** The roles of a project that end users take, each with everything that says so. */
export const endUserRolesOf = perObject((project: Project): ReadonlyMap<IamPrincipal, readonly EndUsers[]> => {
  const roles = new Map<IamPrincipal, EndUsers[]>();
  for (const { role, ...endUsers } of handOutsOf(project)) {
    if (!role) continue;
    const known = roles.get(role);
    if (known) known.push(endUsers);
    else roles.set(role, [endUsers]);
  }
  return roles;
});

/** Is it a role that an application's users surely take, guests among them? */
export function isEndUserRole(project: Project, principal: IamPrincipal): boolean {
  return (
    endUserRolesOf(project)
      .get(principal)
      ?.some(({ kind }) => kind !== "unknown") ?? false
  );
}

/** Has such a role the policy? */
export function isForEndUsers(project: Project, policy: IdentityPolicy): boolean {
  return holdersOf(project, policy).some((holder) => isEndUserRole(project, holder));
}

/** Entries of a template that hand a role to end users which is not in view. */
export function unknownEndUserRoles(project: Project, template: Template): Setting[] {
  return handOutsOf(project).flatMap(({ role, at }) => (!role && at.template === template ? [at] : []));
}
