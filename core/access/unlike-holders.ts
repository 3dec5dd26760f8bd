import { perObject } from "../lazy.ts";
import { membershipsOf } from "../model/groups.ts";
import { holdersOf, type IamPrincipal, type IdentityPolicy, policiesOf, surePoliciesOf } from "../model/policies.ts";
import type { Project } from "../model/project.ts";

/**
 * Those who have a policy, one of all that have the same policies: whatever is asked of those policies has the same answer for each. Who is in
 * a group, or has managed policies of AWS, is like nobody.
 */
export function unlikeHolders(project: Project, policy: IdentityPolicy): readonly IamPrincipal[] {
  return holdersInMemory(project)(policy);
}

const holdersInMemory = perObject((project: Project) =>
  perObject((policy: IdentityPolicy): readonly IamPrincipal[] => {
    const byPolicies = new Map<string, IamPrincipal>();
    const alone: IamPrincipal[] = [];
    for (const holder of holdersOf(project, policy)) {
      const key = policiesInText(project)(holder);
      if (key === undefined) alone.push(holder);
      else if (!byPolicies.has(key)) byPolicies.set(key, holder);
    }
    return alone.length === 0 ? [...byPolicies.values()] : [...byPolicies.values(), ...alone];
  }),
);

const policiesInText = perObject((project: Project) =>
  perObject((principal: IamPrincipal): string | undefined => {
    if (principal.managedPolicies.length > 0 || membershipsOf(project, principal).length > 0) return undefined;
    const number = numbersOf(project);
    const sure = new Set(surePoliciesOf(project, principal));
    return policiesOf(project, principal)
      .map((policy) => `${number(policy)}${sure.has(policy) ? "" : "?"}`)
      .join();
  }),
);

/** A number for each policy. */
const numbersOf = perObject((_project: Project) => {
  let last = 0;
  return perObject((_policy: IdentityPolicy) => ++last);
});
