import { firstOf, listOf } from "../../core/access/words.ts";
import { compatible, isOn, isUnknown, text } from "../../core/evaluate/setting.ts";
import { isKey, isPositive } from "../../core/iam/conditions.ts";
import type { Principal, Statement } from "../../core/iam/statements.ts";
import { isUntold, written } from "../../core/iam/via-service.ts";
import { withheldActions } from "../../core/iam/withheld.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import { concernsDynamoDb, linksOf, namesOf, relatedLinks, tableLinksOf, usedIn } from "../../core/model/key-links.ts";
import type { Key } from "../../core/model/keys.ts";
import type { Policy } from "../../core/model/policy.ts";
import { accountOf } from "../../core/model/principal-account.ts";
import type { Project } from "../../core/model/project.ts";

export default defineRule({
  name: "key-can-become-unmanageable",
  topic: "keys",
  severity: "warning",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A table's KMS key has a policy that nobody may change or that DynamoDB cannot work with, has no check against such a policy, or has no key material.",
    why: "Only the key policy gives access to a key; there is no owner who has it anyway. KMS therefore refuses a policy that would keep its author from changing it, unless `BypassPolicyLockoutSafetyCheck` is set: then such a key stays as it is, and only AWS Support can help. DynamoDB needs six permissions of whoever gives a table its key: Encrypt, Decrypt, ReEncrypt*, GenerateDataKey*, DescribeKey and CreateGrant. A key with `Origin: EXTERNAL` cannot be used before its material is imported, which no template can do.",
    how: "Allow `kms:*` to the account's root, as the default policy does, and leave `BypassPolicyLockoutSafetyCheck` out. Deploy a key for imported material before the table.",
    references: [
      "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html",
      "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-kms-key.html",
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html",
    ],
    examples: [
      {
        title: "Nobody may change the policy",
        bad: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      SSESpecification:
        SSEEnabled: true
        SSEType: KMS
        KMSMasterKeyId: !GetAtt OrdersKey.Arn
  OrdersKey:
    Type: AWS::KMS::Key
    DeletionPolicy: Retain
    Properties:
      EnableKeyRotation: true
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - Sid: Use
            Effect: Allow
            Principal: { AWS: !Sub "arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/orders" }
            Action: [kms:Encrypt, kms:Decrypt, "kms:ReEncrypt*", "kms:GenerateDataKey*", kms:CreateGrant, kms:DescribeKey]
            Resource: "*"
`,
        good: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      SSESpecification:
        SSEEnabled: true
        SSEType: KMS
        KMSMasterKeyId: !GetAtt OrdersKey.Arn
  OrdersKey:
    Type: AWS::KMS::Key
    DeletionPolicy: Retain
    Properties:
      EnableKeyRotation: true
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - Sid: Administration
            Effect: Allow
            Principal: { AWS: !Sub "arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root" }
            Action: kms:*
            Resource: "*"
          - Sid: Use
            Effect: Allow
            Principal: { AWS: !Sub "arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/orders" }
            Action: [kms:Encrypt, kms:Decrypt, "kms:ReEncrypt*", "kms:GenerateDataKey*", kms:CreateGrant, kms:DescribeKey]
            Resource: "*"
`,
      },
    ],
  },
  controls: {},
  check({ keys, project }, report) {
    for (const key of keys) {
      if (!concernsDynamoDb(project, key)) continue;
      checkLockoutCheck(key, report);
      for (const policy of key.policies) {
        checkManagement(project, key, policy, report);
        checkUse(project, key, policy, report);
      }
      checkMaterial(project, key, report);
    }
  },
});

function checkLockoutCheck(key: Key, report: Report): void {
  for (const bypass of key.lockoutCheckBypassed) {
    if (isUnknown(bypass)) report.cannotTell(bypass);
    if (!isOn(bypass)) continue;
    report(bypass, {
      message: `BypassPolicyLockoutSafetyCheck is on for key "${key.id}": KMS accepts a policy for it that leaves nobody able to change it.`,
    });
  }
}

function checkManagement(project: Project, key: Key, policy: Policy, report: Report): void {
  for (const setting of policy.unknown) report.cannotTell(setting);
  if (policy.unknown.length > 0) return;
  const { document, template, statements } = policy;
  for (const { when } of withheldActions(template, document.when, statements, ["kms:PutKeyPolicy"], couldManage)) {
    const bypassed = key.lockoutCheckBypassed.some(
      (bypass) => isOn(bypass) && compatible(bypass, { ...document, when }),
    );
    report(
      { ...document, when, place: document.holder },
      {
        message: `The policy of key "${key.id}" allows kms:PutKeyPolicy to nobody in this account: ${bypassed ? "once the key is made, only AWS Support can change who may use it" : "KMS refuses to make such a key"}.`,
        related: relatedLinks(linksOf(project, key)),
      },
    );
  }
}

/** Does the statement allow somebody in the key's account something? Nobody else may manage a key. */
function couldManage({ principals, notPrincipal }: Statement): boolean {
  return notPrincipal !== undefined || principals.some(couldBeHere);
}

function couldBeHere(principal: Principal): boolean {
  const account = accountOf(principal);
  if (account.kind === "account") return !account.isForeign;
  return account.kind !== "none" || principal.type === "Federated";
}

/** What DynamoDB needs of whoever gives a table its key. Source: DynamoDB Developer Guide, encryption usage notes. */
const NEEDED = new Map([
  ["kms:Encrypt", "kms:Encrypt"],
  ["kms:Decrypt", "kms:Decrypt"],
  ["kms:ReEncryptFrom", "kms:ReEncrypt*"],
  ["kms:ReEncryptTo", "kms:ReEncrypt*"],
  ["kms:GenerateDataKey", "kms:GenerateDataKey*"],
  ["kms:DescribeKey", "kms:DescribeKey"],
  ["kms:CreateGrant", "kms:CreateGrant"],
]);

function checkUse(project: Project, key: Key, policy: Policy, report: Report): void {
  const links = tableLinksOf(project, key);
  if (links.length === 0 || policy.unknown.length > 0) return;
  const { document, template, statements } = policy;
  for (const { when, names } of withheldActions(
    template,
    document.when,
    statements,
    [...NEEDED.keys()],
    goesThroughDynamoDb,
  )) {
    const lacking = [...new Set(names.flatMap((name) => NEEDED.get(name) ?? []))];
    const { links: met, branches } = usedIn({ template, when }, links);
    for (const branch of branches) {
      report(
        { ...document, when: branch, place: document.holder },
        {
          message: `The policy of key "${key.id}" allows ${listOf(lacking)} to nobody; DynamoDB needs ${lacking.length > 1 ? "them" : "it"} to use the key for ${firstOf(namesOf(met))}.`,
          related: relatedLinks(met),
        },
      );
    }
  }
}

/** False for what is allowed through other services only. */
function goesThroughDynamoDb({ conditions }: Statement): boolean {
  return conditions.every(
    (test) =>
      !isKey(test, "kms:ViaService") ||
      !isPositive(test) ||
      test.values.some((value) => isUntold(value) || /^(?:dynamodb\.|[*?])/i.test(written(value))),
  );
}

function checkMaterial(project: Project, key: Key, report: Report): void {
  const links = tableLinksOf(project, key).filter(({ table }) => table?.template === key.template);
  for (const origin of links.length > 0 ? key.origin : []) {
    if (isUnknown(origin)) report.cannotTell(origin);
    if (text(origin) !== "EXTERNAL") continue;
    const { links: met, branches } = usedIn(origin, links);
    for (const when of branches) {
      report(
        { ...origin, when },
        {
          message: `Key "${key.id}" has no key material until it is imported (Origin: EXTERNAL): ${firstOf(namesOf(met))} cannot be created in the same deployment.`,
          related: relatedLinks(met),
        },
      );
    }
  }
}
