// Which of our rules answers which rule of a peer, for scripts/compare-with-peers.mjs.

const TABLE_BESIDE = "table";
const KEYS_USED = "keys used by a table";
const ROLES_USE_TABLE = "roles that read a table";

/**
 * `ours`: any of these rules counts as our finding. `beside`: what the peer's template lacks to concern DynamoDB and the comparison adds to
 * it: a table; a table for each KMS key; for each role the permission to read a table.
 */
export const MAPPED = [
  {
    peer: "cloudformation-guard",
    rules: ["dynamo_db_sse_on", "dynamo_db_sse_on_for_prod_only"],
    ours: ["sse-kms-disabled"],
  },
  { peer: "guard-registry", rules: ["DYNAMODB_TABLE_MUST_BE_ENCRYPTED"], ours: ["sse-kms-disabled"] },
  { peer: "guard-registry", rules: ["DYNAMODB_TABLE_ENCRYPTED_KMS"], ours: ["table-not-customer-managed-key"] },
  {
    peer: "guard-registry",
    rules: ["DYNAMODB_PITR_ENABLED"],
    ours: ["point-in-time-recovery-disabled", "replicas-protected-unevenly"],
  },
  {
    peer: "guard-registry",
    rules: ["IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS"],
    ours: ["full-dynamodb-access"],
    beside: TABLE_BESIDE,
  },
  {
    peer: "guard-registry",
    rules: [
      "IAM_POLICY_NO_STATEMENTS_WITH_FULL_ACCESS",
      "IAM_MANAGEDPOLICY_NO_STATEMENTS_WITH_FULL_ACCESS",
      "IAM_ROLE_NO_WILDCARD_ACTIONS_ON_PERMISSIONS",
    ],
    ours: ["full-dynamodb-access"],
    beside: TABLE_BESIDE,
  },
  {
    peer: "guard-registry",
    rules: ["IAM_POLICYDOCUMENT_NO_WILDCARD_RESOURCE"],
    ours: ["full-dynamodb-access", "wildcard-resource"],
    beside: TABLE_BESIDE,
  },
  {
    peer: "guard-registry",
    rules: ["IAM_ROLE_OR_POLICY_NO_ALLOW_PLUS_NOT_ACTION", "IAM_ROLE_OR_POLICY_NO_ALLOW_PLUS_NOT_RESOURCE"],
    ours: ["notaction-or-notresource-allow"],
    beside: TABLE_BESIDE,
  },
  {
    peer: "guard-registry",
    rules: ["IAM_ROLE_ADMINISTRATOR_ACCESS_POLICY_RULE", "IAM_ROLE_ELEVATED_MANAGED_POLICY_RULE"],
    ours: ["broad-managed-policy"],
    beside: TABLE_BESIDE,
  },
  {
    peer: "guard-registry",
    rules: [
      "IAM_ROLE_NO_FULL_ACCESS_ON_TRUST_POLICY",
      "IAM_ROLE_NO_ALLOW_PLUS_NOT_PRINCIPAL",
      "IAM_ROLE_NO_ALLOW_PLUS_NOT_ACTION_ON_TRUST_POLICY",
    ],
    ours: ["data-role-open-trust"],
    beside: ROLES_USE_TABLE,
  },
  {
    peer: "guard-registry",
    rules: ["CMK_BACKING_KEY_ROTATION_ENABLED"],
    ours: ["key-rotation-disabled"],
    beside: KEYS_USED,
  },
  { peer: "guard-registry", rules: ["KMS_NO_WILDCARD_PRINCIPAL"], ours: ["key-policy-public"], beside: KEYS_USED },
  {
    peer: "cfripper",
    rules: ["CrossAccountTrustRule", "GenericCrossAccountTrustRule"],
    ours: ["data-role-open-trust"],
    beside: ROLES_USE_TABLE,
  },
  { peer: "cfripper", rules: ["KMSKeyCrossAccountTrustRule"], ours: ["key-policy-public"], beside: KEYS_USED },
  { peer: "cfripper", rules: ["KMSKeyWildcardPrincipalRule"], ours: ["key-policy-public"], beside: KEYS_USED },
  {
    peer: "cfripper",
    rules: ["IAMRoleWildcardActionOnPolicyRule"],
    ours: ["full-dynamodb-access", "notaction-or-notresource-allow", "wildcard-grants-unexpected-actions"],
    beside: TABLE_BESIDE,
  },
  {
    peer: "cfripper",
    rules: ["WildcardResourceRule"],
    ours: ["full-dynamodb-access", "wildcard-resource"],
    beside: TABLE_BESIDE,
  },
  { peer: "kics", rules: ["0f04217d-488f-4e7a-bec8-f16159686cd6"], ours: ["point-in-time-recovery-disabled"] },
  {
    peer: "kics",
    rules: ["4bd21e68-38c1-4d58-acdc-6a14b203237f", "c8dee387-a2e6-4a73-a942-183c975549ac"],
    ours: ["sse-kms-disabled"],
  },
  { peer: "kics", rules: ["f6049677-ec4a-43af-8779-5190b6d03cba"], ours: ["key-policy-public"], beside: KEYS_USED },
  {
    peer: "kics",
    rules: ["f62aa827-4ade-4dc4-89e4-1433d384a368"],
    ours: ["full-dynamodb-access"],
    beside: TABLE_BESIDE,
  },
  { peer: "guard-registry", rules: ["DAX_ENCRYPTION_ENABLED"], ours: ["dax-not-encrypted-at-rest"] },
  { peer: "kics", rules: ["e5849a68-bdbe-4b70-97c6-6901f39f8094"], ours: ["dax-not-encrypted-at-rest"] },
  { peer: "trivy-checks", rules: ["AWS-0023"], ours: ["dax-not-encrypted-at-rest"] },
  { peer: "trivy-checks", rules: ["AWS-0024"], ours: ["point-in-time-recovery-disabled"] },
  { peer: "trivy-checks", rules: ["AWS-0025"], ours: ["table-not-customer-managed-key"] },
  { peer: "trivy-checks", rules: ["AWS-0121"], ours: ["sse-kms-disabled"] },
  {
    peer: "trivy-checks",
    rules: ["AWS-0057", "AWS-0114", "AWS-0120"],
    ours: ["full-dynamodb-access", "wildcard-resource"],
    beside: TABLE_BESIDE,
  },
];

/** What no rule of ours answers, and why. `planned`: rules of this project that are not there yet. */
export const UNMAPPED = [
  {
    peer: "cfn-lint",
    rules: ["E3039"],
    why: "whether a template deploys is cfn-lint's question: an attribute that is defined and not used is no matter of security",
  },
  {
    peer: "cloudformation-guard",
    rules: ["assert_all_resources_have_non_empty_tags"],
    why: "tags of all resources; required tags of tables are planned",
  },
  { peer: "guard-registry", rules: ["DYNAMODB_BILLING_MODE_RULE"], why: "what is paid, not what is safe" },
  { peer: "kics", rules: ["c333e906-8d8b-4275-b999-78b6318f8dc6"], why: "what is paid, not what is safe" },
  {
    peer: "guard-registry",
    rules: [/^CFN_NO_EXPLICIT_RESOURCE_NAMES$|^(?:no_)?static_/],
    why: "names that are written out make replacing harder; that is no matter of security",
  },
  {
    peer: "guard-registry",
    rules: [/CLOUD_?TRAIL|CLOUDWATCH|KINESIS/],
    why: "planned: trails, alarms and data streams",
  },
  {
    peer: "trivy-checks",
    rules: [/^AWS-(?:0014|0015|0016|0064|0161|0162|0163)$/],
    why: "planned: trails and data streams",
  },
  {
    peer: "guard-registry",
    rules: [/LAMBDA|PASSROLE/],
    why: "who calls a function, or passes a role, is another service's question",
  },
  {
    peer: "trivy-checks",
    rules: [/^AWS-(?:0066|0067|011[0-9]|0125|0345)$/],
    why: "functions, APIs and buckets are other services' questions",
  },
  {
    peer: "cfripper",
    rules: [/Wildcard(?:Policy|Principal)Rule$|PolicyWildcardActionRule$/],
    why: "policies of buckets, topics and queues, and principals in identity policies, which IAM refuses",
  },
];
