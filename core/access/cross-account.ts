import type { Setting } from "../evaluate/setting.ts";
import { isPositive } from "../iam/conditions.ts";
import { isEverybody } from "../iam/public-access.ts";
import { inStatement, type Principal, type Statement } from "../iam/statements.ts";
import { accountOf, principalPath } from "../model/principal-account.ts";
import type { Project } from "../model/project.ts";
import type { ResourcePolicy } from "../model/resource-policies.ts";
import { speaksOfOwnResource } from "./own-resource.ts";
import { allowedTo } from "./resource-grants.ts";

/** What one Allow of a resource policy lets one other account do. */
export interface ForeignGrant {
  statement: Statement;
  account: string;
  /** False where the stack's own account is not known: the account may be the same. */
  isForeign: boolean;
  /** The entries that name the account, or its principals, each in its branch, the ones with the fewest conditions first; never empty. */
  entries: readonly Setting[];
  /** The account's root or id stands there, so whoever is allowed to by an identity policy of that account. */
  whole: boolean;
  /** Their roles and users (`role/app`), where they are named. */
  principals: readonly string[];
  /** Qualified canonical names, never empty. */
  names: readonly string[];
}

/**
 * The grants of a resource policy to accounts that are, or may be, other than the stack's own, one per statement and account. Statements that
 * never apply to the policy's resource grant nothing. Accounts stand in `Principal`, or in a condition that limits everybody to them.
 */
export function foreignGrants(project: Project, policy: ResourcePolicy): ForeignGrant[] {
  return policy.statements.flatMap((statement): ForeignGrant[] => {
    if (statement.effect !== "Allow" || speaksOfOwnResource(project, policy, statement) === false) return [];
    const grants = new Map<string, ForeignGrant>();
    for (const principal of statement.principals) {
      for (const named of isEverybody(principal) ? principalsInCondition(statement) : [principal]) {
        const found = accountOf(named, project);
        if (found.kind !== "account") continue;
        const names = allowedTo(project, policy, statement, principal);
        if (names.length === 0) continue;
        const known = grants.get(found.account);
        const path = principalPath(named.setting);
        const entry = { ...named.setting, when: inStatement(statement, named.setting) };
        grants.set(found.account, {
          statement,
          account: found.account,
          isForeign: found.isForeign === true,
          entries: [...(known?.entries ?? []), entry],
          whole: found.whole || known?.whole === true,
          principals: [...(known?.principals ?? []), ...(path === undefined || path === "root" ? [] : [path])],
          names: [...new Set([...(known?.names ?? []), ...names])],
        });
      }
    }
    return [...grants.values()].map((grant) => ({ ...grant, entries: [...grant.entries].sort(byConditions) }));
  });
}

/** What a parameter's value decides comes behind what always stands there. */
function byConditions(a: Setting, b: Setting): number {
  return a.when.chosen.length - b.when.chosen.length;
}

/** Those whom a condition limits everybody to: accounts and ARNs that the caller must have. */
function principalsInCondition(statement: Statement): Principal[] {
  return statement.conditions.flatMap((test) => {
    const key = test.key.toLowerCase();
    if (!isPositive(test) || (key !== "aws:principalaccount" && key !== "aws:principalarn")) return [];
    return test.values.map((setting) => ({ type: "AWS", setting }));
  });
}
