import { perObject } from "../lazy.ts";
import type { Template } from "../template/template.ts";
import { type Policy, policyOf } from "./policy.ts";
import { type Table, type TableCopy, tablesOf } from "./tables.ts";

/** The policy of a table, a replica, or the stream of either, under one branch. */
export interface ResourcePolicy extends Policy {
  kind: "table" | "stream";
  table: Table;
  copy: TableCopy;
}

export function isResourcePolicy(policy: Policy): policy is ResourcePolicy {
  return policy.kind === "table" || policy.kind === "stream";
}

export const resourcePoliciesOf = perObject((template: Template): readonly ResourcePolicy[] =>
  tablesOf(template).flatMap((table) => table.copies.flatMap((copy) => policiesOfCopy(table, copy))),
);

/** The resource policies of one copy of a table. */
export function policiesOfCopy(table: Table, copy: TableCopy): ResourcePolicy[] {
  const read = (kind: ResourcePolicy["kind"], documents: TableCopy["resourcePolicy"]) =>
    documents.flatMap((document): ResourcePolicy[] => {
      const policy = policyOf(kind, document);
      return policy ? [{ ...policy, table, copy }] : [];
    });
  return [...read("table", copy.resourcePolicy), ...read("stream", copy.streamPolicy)];
}
