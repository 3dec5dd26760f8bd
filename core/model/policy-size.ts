import { perObject } from "../lazy.ts";
import { type Node, withoutAlias } from "../syntax/node.ts";
import { intrinsicOf } from "../template/intrinsics.ts";
import { type IdentityPolicy, identityPoliciesOf } from "./policies.ts";
import type { Policy } from "./policy.ts";

/** Characters that the policies of one resource may have, white space not counted. Source: IAM and STS quotas, character limits. */
const LIMITS: Record<string, number> = {
  "AWS::IAM::ManagedPolicy": 6144,
  "AWS::IAM::User": 2048,
  "AWS::IAM::UserPolicy": 2048,
  "AWS::IAM::Group": 5120,
  "AWS::IAM::GroupPolicy": 5120,
};
/** All inline policies of a role together; the one of a permission set, too. */
const ROLE_LIMIT = 10_240;

/** Do some more texts in an identity policy keep it within what IAM accepts? All inline policies of one resource count together. */
export function fitsWith(policy: Pick<Policy, "template" | "resource">, texts: readonly string[]): boolean {
  const documents = identityPoliciesOf(policy.template).filter((each) => each.resource === policy.resource);
  const written = documents.reduce((sum, each) => sum + sizeOf(each), 0);
  const added = texts.reduce((sum, text) => sum + text.length + 3, 0);
  return written + added <= (LIMITS[policy.resource.type] ?? ROLE_LIMIT);
}

/** The length of a document as JSON without white space. */
const sizeOf = perObject((policy: IdentityPolicy): number => {
  const { value } = policy.document;
  return value.kind === "map" ? jsonSize(value.node, { remaining: MAX_NODES }) : 0;
});

/** Aliases can make a document of few lines endless. */
const MAX_NODES = 20_000;
/** What a reference comes to at most, within reason: an ARN. */
const ARN_LENGTH = 100;

function jsonSize(node: Node, budget: { remaining: number }): number {
  if (--budget.remaining < 0) return Number.POSITIVE_INFINITY;
  const plain = withoutAlias(node);
  if (!plain) return 0;
  const call = intrinsicOf(plain);
  if (call) return call.argument.kind === "scalar" ? call.argument.text.length + ARN_LENGTH : ARN_LENGTH;
  if (plain.kind === "scalar") return plain.text.length + 2;
  if (plain.kind === "sequence") return plain.items.reduce((sum, item) => sum + 1 + jsonSize(item, budget), 2);
  return plain.entries.reduce((sum, { key, value }) => sum + key.text.length + 4 + jsonSize(value, budget), 2);
}
