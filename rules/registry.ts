// Written by scripts/generate-registry.mjs.
import type { Rule } from "../core/lint/rule.ts";
import trailWithoutDynamodbDataEvents from "./audit/trail-without-dynamodb-data-events.ts";
import daxNotEncryptedAtRest from "./encryption/dax-not-encrypted-at-rest.ts";
import sseKmsDisabled from "./encryption/sse-kms-disabled.ts";
import tableNotCustomerManagedKey from "./encryption/table-not-customer-managed-key.ts";
import templateUnreadable from "./file/template-unreadable.ts";
import leadingkeysWithUncoveredAction from "./fine-grained/leadingkeys-with-uncovered-action.ts";
import abacConditionDoesNotWork from "./identity/abac-condition-does-not-work.ts";
import abacTagCanBeChangedByGrantee from "./identity/abac-tag-can-be-changed-by-grantee.ts";
import broadManagedPolicy from "./identity/broad-managed-policy.ts";
import denyLeavesEquivalentActionOpen from "./identity/deny-leaves-equivalent-action-open.ts";
import fullDynamodbAccess from "./identity/full-dynamodb-access.ts";
import mfaConditionIneffective from "./identity/mfa-condition-ineffective.ts";
import unknownOrNonIamAction from "./identity/unknown-or-non-iam-action.ts";
import wildcardGrantsUnexpectedActions from "./identity/wildcard-grants-unexpected-actions.ts";
import wildcardResource from "./identity/wildcard-resource.ts";
import decryptOnAllKeys from "./keys/decrypt-on-all-keys.ts";
import keyDiesBeforeTable from "./keys/key-dies-before-table.ts";
import keyUseNotLimitedToDynamodb from "./keys/key-use-not-limited-to-dynamodb.ts";
import workloadCanDestroyOrHijackKey from "./keys/workload-can-destroy-or-hijack-key.ts";
import workloadLacksTableKey from "./keys/workload-lacks-table-key.ts";
import gatewayEndpointWithoutRoutes from "./network/gateway-endpoint-without-routes.ts";
import vpcComputeWithoutDynamodbEndpoint from "./network/vpc-compute-without-dynamodb-endpoint.ts";
import vpcWithoutDynamodbEndpoint from "./network/vpc-without-dynamodb-endpoint.ts";
import deletionProtectionDisabled from "./recovery/deletion-protection-disabled.ts";
import pointInTimeRecoveryDisabled from "./recovery/point-in-time-recovery-disabled.ts";
import replicasProtectedUnevenly from "./recovery/replicas-protected-unevenly.ts";
import tableDeletedWithStack from "./recovery/table-deleted-with-stack.ts";
import tableLostOnReplacement from "./recovery/table-lost-on-replacement.ts";
import publicResourcePolicy from "./resource-policy/public-resource-policy.ts";
import expiredSuppression from "./suppression/expired-suppression.ts";
import unknownRule from "./suppression/unknown-rule.ts";
import unusedSuppression from "./suppression/unused-suppression.ts";
import daxEndpointNotTls from "./transit/dax-endpoint-not-tls.ts";

/** Every rule, by topic and name. */
export const RULES: readonly Rule[] = [
  trailWithoutDynamodbDataEvents,
  daxNotEncryptedAtRest,
  sseKmsDisabled,
  tableNotCustomerManagedKey,
  templateUnreadable,
  leadingkeysWithUncoveredAction,
  abacConditionDoesNotWork,
  abacTagCanBeChangedByGrantee,
  broadManagedPolicy,
  denyLeavesEquivalentActionOpen,
  fullDynamodbAccess,
  mfaConditionIneffective,
  unknownOrNonIamAction,
  wildcardGrantsUnexpectedActions,
  wildcardResource,
  decryptOnAllKeys,
  keyDiesBeforeTable,
  keyUseNotLimitedToDynamodb,
  workloadCanDestroyOrHijackKey,
  workloadLacksTableKey,
  gatewayEndpointWithoutRoutes,
  vpcComputeWithoutDynamodbEndpoint,
  vpcWithoutDynamodbEndpoint,
  deletionProtectionDisabled,
  pointInTimeRecoveryDisabled,
  replicasProtectedUnevenly,
  tableDeletedWithStack,
  tableLostOnReplacement,
  publicResourcePolicy,
  expiredSuppression,
  unknownRule,
  unusedSuppression,
  daxEndpointNotTls,
];

const byName = new Map(RULES.map((rule) => [rule.name, rule]));

export function ruleNamed(name: string): Rule | undefined {
  return byName.get(name);
}
