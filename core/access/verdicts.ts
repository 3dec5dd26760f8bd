import { accessRewriting, copyOut, workloadDestructive } from "../iam/action-classes.ts";
import type { Severity } from "../lint/severity.ts";
import { atLeast } from "../lint/severity.ts";
import { holdersOf, type IamPrincipal, type IdentityPolicy, subjectOf } from "../model/policies.ts";
import { policyTemplateOf } from "../model/policy-template.ts";
import { accountOf } from "../model/principal-account.ts";
import type { Project } from "../model/project.ts";
import { isDeployment, isReplicaProvider, useOf } from "../model/roles.ts";
import type { View } from "../model/view.ts";
import { mayUseItems } from "./use.ts";

/**
 * What a rule about dangerous actions says of whoever has a policy: how bad it is and for whom, that nobody has it whom it concerns ("fine"),
 * or why it cannot be told.
 */
export type Verdict = Told | "fine" | { unknown: string };

interface Told {
  severity: Severity;
  subject: string;
}

const NOBODY = { unknown: "nobody in view has the policy" };
const UNCLEAR = { unknown: "it is not known who takes the role that has the policy" };

/**
 * Of `destructive-actions-for-workload`: roles that code runs with, or that end users take. `names` are those of `workloadDestructive` that
 * the statement gives: UpdateTable alone is less than the others.
 */
export function verdictOnDestruction(project: Project, policy: IdentityPolicy, names: readonly string[]): Verdict {
  const holders = holdersOf(project, policy);
  if (isDeployment(project, policy)) return "fine";
  const concerned = holders.filter((holder) => ["workload", "end user"].includes(useOf(holder)));
  if (concerned.length === 0) return withoutAny(holders, (holder) => useOf(holder) === "other");
  const isMild = names.every((name) => name === "dynamodb:UpdateTable") || policyTemplateOf(policy) !== undefined;
  return { severity: isMild ? "info" : "warning", subject: subjectAmong(project, policy, concerned) };
}

/** Of `can-rewrite-table-access`: whoever has it. */
export function verdictOnRewriting(project: Project, policy: IdentityPolicy): Told {
  return { severity: isDeployment(project, policy) ? "info" : "error", subject: subjectOf(project, policy) };
}

/** Of `bulk-copy-out-actions`: code, end users, other accounts, IAM users. `names` are those of `copyOut` that the statement gives. */
export function verdictOnCopying(project: Project, policy: IdentityPolicy, names: readonly string[]): Verdict {
  const holders = holdersOf(project, policy);
  const concerned = holders.filter(copiesOutForOthers);
  if (concerned.length === 0) {
    if (holders.length > 0 && holders.every(({ resource }) => isReplicaProvider(resource))) return "fine";
    if (isDeployment(project, policy)) return { severity: "info", subject: subjectOf(project, policy) };
    return withoutAny(holders, (holder) => useOf(holder) === "other" || isPerhapsForeign(holder));
  }
  const onlyExports = names.every((name) => name === EXPORT);
  const readsNoItems = (holder: IamPrincipal) => useOf(holder) === "workload" && mayUseItems(project, holder) === "no";
  const isMild = policyTemplateOf(policy) !== undefined || (onlyExports && concerned.every(readsNoItems));
  return { severity: isMild ? "info" : "warning", subject: subjectAmong(project, policy, concerned) };
}

const EXPORT = "dynamodb:ExportTableToPointInTime";

function copiesOutForOthers(holder: IamPrincipal): boolean {
  if (holder.kind === "user" || holder.kind === "group") return true;
  return ["workload", "end user", "foreign account"].includes(useOf(holder));
}

/** Does a role trust an account of which it cannot be told whether it is the stack's own? */
function isPerhapsForeign({ kind, trust }: IamPrincipal): boolean {
  if (kind !== "role") return false;
  const principals = trust.filter(({ effect }) => effect === "Allow").flatMap((statement) => statement.principals);
  return principals.map((each) => accountOf(each)).some((account) => account.kind === "account" && !account.isForeign);
}

/** Nobody among the holders is concerned. */
function withoutAny(holders: readonly IamPrincipal[], isUnclear: (holder: IamPrincipal) => boolean): Verdict {
  if (holders.length === 0) return NOBODY;
  return holders.some(isUnclear) ? UNCLEAR : "fine";
}

/** The principal that is concerned where it is the only one, else the policy. */
function subjectAmong(project: Project, policy: IdentityPolicy, concerned: readonly IamPrincipal[]): string {
  const [only, ...others] = concerned;
  return only && others.length === 0 ? only.name : subjectOf(project, policy);
}

/**
 * Is each of the actions, once it is written out by its name, told by a rule of its own that is on, and no less severely? Then a wildcard that
 * stands for them can be written out without anything being lost.
 */
export function areToldByName(view: View, policy: IdentityPolicy, names: readonly string[], least: Severity): boolean {
  const { project } = view;
  const isTold = (rule: string, verdict: () => Verdict): boolean => {
    if (!view.runs(rule)) return false;
    const told = verdict();
    return typeof told === "object" && "severity" in told && atLeast(told.severity, least);
  };
  const destructive = names.filter((name) => workloadDestructive.has(name));
  const copying = names.filter((name) => copyOut.has(name));
  return names.every(
    (name) =>
      (accessRewriting.has(name) && isTold("can-rewrite-table-access", () => verdictOnRewriting(project, policy))) ||
      (workloadDestructive.has(name) &&
        isTold("destructive-actions-for-workload", () => verdictOnDestruction(project, policy, destructive))) ||
      (copyOut.has(name) && isTold("bulk-copy-out-actions", () => verdictOnCopying(project, policy, copying))),
  );
}
