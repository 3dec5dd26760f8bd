// Written by scripts/generate-registry.mjs.
import type { Rule } from "../core/lint/rule.ts";
import trailWithoutDynamodbDataEvents from "./audit/trail-without-dynamodb-data-events.ts";
import daxNotEncryptedAtRest from "./encryption/dax-not-encrypted-at-rest.ts";
import sseKmsDisabled from "./encryption/sse-kms-disabled.ts";
import tableNotCustomerManagedKey from "./encryption/table-not-customer-managed-key.ts";
import templateUnreadable from "./file/template-unreadable.ts";
import attributesDenyList from "./fine-grained/attributes-deny-list.ts";
import attributesMissesKeyAttributes from "./fine-grained/attributes-misses-key-attributes.ts";
import attributesWithWholeItemWrite from "./fine-grained/attributes-with-whole-item-write.ts";
import attributesWithoutReturnvalues from "./fine-grained/attributes-without-returnvalues.ts";
import attributesWithoutSelect from "./fine-grained/attributes-without-select.ts";
import daxBypassesItemRestrictions from "./fine-grained/dax-bypasses-item-restrictions.ts";
import endUserRoleWithoutItemIsolation from "./fine-grained/end-user-role-without-item-isolation.ts";
import leadingkeysOperatorNotForallvalues from "./fine-grained/leadingkeys-operator-not-forallvalues.ts";
import leadingkeysValueTooLoose from "./fine-grained/leadingkeys-value-too-loose.ts";
import leadingkeysWithUncoveredAction from "./fine-grained/leadingkeys-with-uncovered-action.ts";
import partiqlSelectAllowsFullScan from "./fine-grained/partiql-select-allows-full-scan.ts";
import policyVariableNotSubstituted from "./fine-grained/policy-variable-not-substituted.ts";
import unknownDynamodbConditionKey from "./fine-grained/unknown-dynamodb-condition-key.ts";
import variableNeverPresentForPrincipal from "./fine-grained/variable-never-present-for-principal.ts";
import abacConditionDoesNotWork from "./identity/abac-condition-does-not-work.ts";
import abacTagCanBeChangedByGrantee from "./identity/abac-tag-can-be-changed-by-grantee.ts";
import actionResourceTypeMismatch from "./identity/action-resource-type-mismatch.ts";
import broadManagedPolicy from "./identity/broad-managed-policy.ts";
import bulkCopyOutActions from "./identity/bulk-copy-out-actions.ts";
import canRewriteTableAccess from "./identity/can-rewrite-table-access.ts";
import dataRoleOpenTrust from "./identity/data-role-open-trust.ts";
import daxAccessTooBroad from "./identity/dax-access-too-broad.ts";
import denyLeavesEquivalentActionOpen from "./identity/deny-leaves-equivalent-action-open.ts";
import destructiveActionsForWorkload from "./identity/destructive-actions-for-workload.ts";
import fullDynamodbAccess from "./identity/full-dynamodb-access.ts";
import humanDestructiveAccessWithoutMfa from "./identity/human-destructive-access-without-mfa.ts";
import longTermCredentials from "./identity/long-term-credentials.ts";
import mfaConditionIneffective from "./identity/mfa-condition-ineffective.ts";
import notactionOrNotresourceAllow from "./identity/notaction-or-notresource-allow.ts";
import scanGranted from "./identity/scan-granted.ts";
import unknownOrNonIamAction from "./identity/unknown-or-non-iam-action.ts";
import wildcardGrantsUnexpectedActions from "./identity/wildcard-grants-unexpected-actions.ts";
import wildcardResource from "./identity/wildcard-resource.ts";
import decryptOnAllKeys from "./keys/decrypt-on-all-keys.ts";
import keyCanBecomeUnmanageable from "./keys/key-can-become-unmanageable.ts";
import keyDeletionWindowShort from "./keys/key-deletion-window-short.ts";
import keyDiesBeforeTable from "./keys/key-dies-before-table.ts";
import keyPolicyPublic from "./keys/key-policy-public.ts";
import keyRotationDisabled from "./keys/key-rotation-disabled.ts";
import keyTypeNotUsable from "./keys/key-type-not-usable.ts";
import keyUseNotLimitedToDynamodb from "./keys/key-use-not-limited-to-dynamodb.ts";
import tableKeyDisabled from "./keys/table-key-disabled.ts";
import viaservicePinsOneRegion from "./keys/viaservice-pins-one-region.ts";
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
import broadResourcePolicyGrant from "./resource-policy/broad-resource-policy-grant.ts";
import crossAccountGrant from "./resource-policy/cross-account-grant.ts";
import crossAccountWithServiceKey from "./resource-policy/cross-account-with-service-key.ts";
import denyBreaksReplicationOrAutoscaling from "./resource-policy/deny-breaks-replication-or-autoscaling.ts";
import publicResourcePolicy from "./resource-policy/public-resource-policy.ts";
import resourcePolicyHasNoEffect from "./resource-policy/resource-policy-has-no-effect.ts";
import resourcePolicyRejected from "./resource-policy/resource-policy-rejected.ts";
import servicePrincipalWithoutSourceCondition from "./resource-policy/service-principal-without-source-condition.ts";
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
  attributesDenyList,
  attributesMissesKeyAttributes,
  attributesWithWholeItemWrite,
  attributesWithoutReturnvalues,
  attributesWithoutSelect,
  daxBypassesItemRestrictions,
  endUserRoleWithoutItemIsolation,
  leadingkeysOperatorNotForallvalues,
  leadingkeysValueTooLoose,
  leadingkeysWithUncoveredAction,
  partiqlSelectAllowsFullScan,
  policyVariableNotSubstituted,
  unknownDynamodbConditionKey,
  variableNeverPresentForPrincipal,
  abacConditionDoesNotWork,
  abacTagCanBeChangedByGrantee,
  actionResourceTypeMismatch,
  broadManagedPolicy,
  bulkCopyOutActions,
  canRewriteTableAccess,
  dataRoleOpenTrust,
  daxAccessTooBroad,
  denyLeavesEquivalentActionOpen,
  destructiveActionsForWorkload,
  fullDynamodbAccess,
  humanDestructiveAccessWithoutMfa,
  longTermCredentials,
  mfaConditionIneffective,
  notactionOrNotresourceAllow,
  scanGranted,
  unknownOrNonIamAction,
  wildcardGrantsUnexpectedActions,
  wildcardResource,
  decryptOnAllKeys,
  keyCanBecomeUnmanageable,
  keyDeletionWindowShort,
  keyDiesBeforeTable,
  keyPolicyPublic,
  keyRotationDisabled,
  keyTypeNotUsable,
  keyUseNotLimitedToDynamodb,
  tableKeyDisabled,
  viaservicePinsOneRegion,
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
  broadResourcePolicyGrant,
  crossAccountGrant,
  crossAccountWithServiceKey,
  denyBreaksReplicationOrAutoscaling,
  publicResourcePolicy,
  resourcePolicyHasNoEffect,
  resourcePolicyRejected,
  servicePrincipalWithoutSourceCondition,
  expiredSuppression,
  unknownRule,
  unusedSuppression,
  daxEndpointNotTls,
];

const byName = new Map(RULES.map((rule) => [rule.name, rule]));

export function ruleNamed(name: string): Rule | undefined {
  return byName.get(name);
}
