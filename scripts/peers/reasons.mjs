// Why ddblint says otherwise than a peer's expectation. `rules`, `file`: patterns of the peer's rule and of `file resource note` of the row;
// `found`: what ddblint says of it.

const OTHER_SERVICE = "the statement is about another service's actions or resources, and opens no table";
const NO_POLICY =
  "the document stands where a role has none, or lists maps where actions and resources belong: CloudFormation and IAM refuse it";

export const REASONS = [
  {
    peer: "guard-registry",
    rules: /^IAM_ROLE_NO_ALLOW_PLUS_NOT_PRINCIPAL$/,
    file: /case04/,
    found: true,
    why: "the template suppresses another rule than the one that is expected to be suppressed",
  },
  {
    peer: "guard-registry",
    rules: /FULL_ACCESS$|NO_WILDCARD_RESOURCE$/,
    file: /S3 full access|"Allow"" and wildcard resource, FAIL/,
    found: false,
    why: OTHER_SERVICE,
  },
  {
    peer: "guard-registry",
    rules: /NO_WILDCARD_ACTIONS_ON_PERMISSIONS|NO_ALLOW_PLUS_NOT_(?:ACTION|RESOURCE)$/,
    file: /full access to|Effect:Allow and Not/,
    found: false,
    why: NO_POLICY,
  },
  {
    peer: "guard-registry",
    rules: /_ON_TRUST_POLICY$/,
    file: /full access to|Effect:Allow and NotAction/,
    found: false,
    why: "no principal that IAM knows can take the role: its trust policy names none, or a service as the kind of principal",
  },
  {
    peer: "guard-registry",
    rules: /^DAX_ENCRYPTION_ENABLED$/,
    file: /SSEEnabled set to true, PASS/,
    found: true,
    why: "encryption is asked of `dax.r3` nodes, which do not support it",
  },
  {
    peer: "kics",
    rules: /^e5849a68/,
    file: /negative/,
    found: true,
    why: "encryption is asked of `dax.r3` nodes, which do not support it",
  },
  {
    peer: "kics",
    rules: /^e5849a68/,
    file: /positive3/,
    found: false,
    why: "`SSESpecification` is a text: CloudFormation refuses the template, and ddblint counts it as not known",
  },
  {
    peer: "trivy-checks",
    rules: /^AWS-0023$/,
    file: /good0/,
    found: true,
    why: "encryption is asked of `dax.r3` nodes, which do not support it",
  },
  { peer: "trivy-checks", rules: /^AWS-(?:0057|0114|0120)$/, file: /bad0/, found: false, why: OTHER_SERVICE },
  {
    peer: "cloudformation-guard",
    rules: /^dynamo_db_sse_on_for_prod_only$/,
    file: /case0[23]/,
    found: false,
    why: "the rule also wants `SSEType: KMS` and `DeletionPolicy: Retain` of tables with a certain tag; `table-deleted-with-stack` asks the second of every table, and the first is implied",
  },
  {
    peer: "cfripper",
    rules: /CrossAccountTrustRule$/,
    file: /iam_root_role_cross_account/,
    found: false,
    why: "the account ids have nine digits, so nobody can take the role: IAM refuses it",
  },
  {
    peer: "cfripper",
    rules: /^IAMRoleWildcardActionOnPolicyRule$/,
    file: /managed_policy_with_wildcard_action|role_with_wildcard_action/,
    found: false,
    why: OTHER_SERVICE,
  },
  {
    peer: "cfripper",
    rules: /^WildcardResourceRule$/,
    file: /iam_user_with_wildcard_resource|s3_wildcard|string_policy_document/,
    found: false,
    why: OTHER_SERVICE,
  },
];
