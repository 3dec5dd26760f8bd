import { text } from "../evaluate/setting.ts";
import type { Principal } from "../iam/statements.ts";
import { perObject } from "../lazy.ts";
import { type IamPrincipal, nameOf, principalsOf } from "./policies.ts";
import { accountOf, writtenText } from "./principal-account.ts";
import { follow, type Project } from "./project.ts";

/** The principals of a project by resource, and by `role/name` where they have a literal name. */
const principalsByKey = perObject((project: Project): ReadonlyMap<unknown, IamPrincipal> => {
  const known = new Map<unknown, IamPrincipal>();
  for (const principal of project.templates.flatMap(principalsOf)) {
    known.set(principal.resource, principal);
    const name = nameOf(principal);
    if (name !== undefined) known.set(`${principal.kind}/${name}`, principal);
  }
  return known;
});

/** The role or user in view that an entry of `Principal` means: by reference, or by an ARN of this account with its literal name. */
export function principalBehind(project: Project, entry: Principal): IamPrincipal | undefined {
  const { template, value } = entry.setting;
  const target = follow(project, template, value);
  if (target) return principalsByKey(project).get(target.resource);
  const account = accountOf(entry);
  if (account.kind !== "own" && !(account.kind === "account" && !account.isForeign)) return undefined;
  const [, kind, name] = NAMED.exec(writtenText(entry.setting)) ?? [];
  return name === undefined ? undefined : principalsByKey(project).get(`${kind}/${name}`);
}

/** The end of a role's or user's ARN: kind, path, name. */
const NAMED = /:(role|user)\/(?:[^/]+\/)*([^/]+)$/;

/**
 * Does an entry of `Principal` mean this role or user? Undefined where it may: an ARN that is known in part, or a literal name that looks like
 * the one CloudFormation makes up. The account as a whole means nobody in particular.
 */
export function meansPrincipal(project: Project, entry: Principal, principal: IamPrincipal): boolean | undefined {
  const { template, value } = entry.setting;
  const target = follow(project, template, value);
  if (target) return target.resource === principal.resource;
  const account = accountOf(entry);
  if (account.kind === "none") return false;
  if (account.kind === "anyone") return true;
  if (account.kind === "unknown") return undefined;
  if (account.whole || (account.kind === "account" && account.isForeign)) return false;
  const [, kind, name] = NAMED.exec(writtenText(entry.setting)) ?? [];
  if (name === undefined || kind !== principal.kind) return false;
  if (name.includes("?") || name.includes("${")) return undefined;
  const own = nameOf(principal);
  if (own !== undefined) return own === name;
  return hasWrittenName(principal.resource.logicalId, name) ? undefined : false;
}

/** CloudFormation's names are stack, logical id and a random end, cut to length. */
function hasWrittenName(logicalId: string, name: string): boolean {
  return name.includes(logicalId.slice(0, 10));
}

/** How messages call an entry of `Principal`: the principal in view, or its text. */
export function principalName(project: Project, entry: Principal): string {
  const principal = principalBehind(project, entry);
  const literal = text(entry.setting);
  return principal?.name ?? (literal === undefined ? writtenText(entry.setting) : literal);
}
