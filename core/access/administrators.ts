import { piecesKey, piecesOf } from "../evaluate/value.ts";
import type { Principal } from "../iam/statements.ts";
import { principalsOf } from "../model/policies.ts";
import { follow, type Project } from "../model/project.ts";
import { useOf } from "../model/roles.ts";

/** Words in the names of roles and users that administer or deploy, and in the names of parameters and exports that hold their ARNs. */
const ADMINISTERS =
  /admin|deploy|cfn-?exec|cloudformation|terraform|pulumi|pipeline|stackset|organizationaccountaccess|power-?user|break-?glass|(?:^|[^a-z])(?:cdk|ci|cd|ops|devops|dba)(?![a-z])/i;

/** Is the principal of a policy, by its name or by who may take it, there to administer or to deploy? */
export function isAdministrator(project: Project, { setting }: Principal): boolean {
  const { template, value } = setting;
  const target = follow(project, template, value);
  if (target) {
    const role = principalsOf(target.template).find(({ resource }) => resource === target.resource);
    return (role !== undefined && useOf(role) === "deployment") || ADMINISTERS.test(target.resource.logicalId);
  }
  return ADMINISTERS.test(piecesKey(piecesOf(value) ?? []).replace(/^.*:/s, ""));
}
