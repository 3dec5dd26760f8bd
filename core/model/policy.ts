import type { Setting } from "../evaluate/setting.ts";
import { readPolicy, type Statement } from "../iam/statements.ts";
import type { Resource, Template } from "../template/template.ts";

/**
 * What a policy is attached to. `identity`: a user, group, role or permission set; `trust`: a role, and says who may take it; `table` and
 * `stream`: a table, a replica, or the stream of either; `key`: a KMS key; `endpoint`: a VPC endpoint; `vault`: a backup vault;
 * `organization`: accounts and organisational units, as a service or resource control policy.
 */
export type PolicyKind = "identity" | "trust" | "table" | "stream" | "key" | "endpoint" | "vault" | "organization";

/** One policy document under one branch, where it is written. */
export interface Policy {
  kind: PolicyKind;
  template: Template;
  /** The resource in whose text it stands. */
  resource: Resource;
  document: Setting;
  statements: readonly Statement[];
  /** What of it is known only at deployment: the document, a statement, an effect. */
  unknown: readonly Setting[];
  /** Its `Version` in every branch, there or not; none where nothing is known of the document. */
  versions: readonly Setting[];
}

/** Reads a document of a given kind; undefined where there is none, or where it says nothing. */
export function policyOf<Kind extends PolicyKind>(
  kind: Kind,
  document: Setting,
): (Policy & { kind: Kind }) | undefined {
  const { template, resource } = document;
  const { statements, unknown, versions } = readPolicy(document);
  if (statements.length + unknown.length === 0) return undefined;
  return { kind, template, resource, document, statements, unknown, versions };
}
