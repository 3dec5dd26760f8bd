import { type ForeignGrant, foreignGrants } from "../../core/access/cross-account.ts";
import { ownerName } from "../../core/access/resource-grants.ts";
import { labelOf } from "../../core/access/words.ts";
import { isAbsent, isOn, type Setting, together } from "../../core/evaluate/setting.ts";
import { readItems, writeItems } from "../../core/iam/action-classes.ts";
import { isKey, isPositive } from "../../core/iam/conditions.ts";
import { takesInKeyAction } from "../../core/iam/key-actions.ts";
import { isEverybody } from "../../core/iam/public-access.ts";
import type { Statement } from "../../core/iam/statements.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import type { Encryption } from "../../core/model/encryption.ts";
import { type Key, keysOf } from "../../core/model/keys.ts";
import { accountOf, writtenText } from "../../core/model/principal-account.ts";
import { follow, type Project } from "../../core/model/project.ts";
import type { ResourcePolicy } from "../../core/model/resource-policies.ts";
import { isCustomerKey } from "../../core/model/tables.ts";

export default defineRule({
  name: "cross-account-with-service-key",
  topic: "resource-policy",
  severity: "warning",
  confidence: "medium",
  recommended: true,
  docs: {
    what: "A table is shared with another account, which cannot use the key that encrypts it.",
    why: "Whoever reads or writes a table encrypted with a KMS key needs that key too. The policy of the AWS managed key `aws/dynamodb` admits only callers of its own account and cannot be changed; a customer managed key admits another account only where its key policy names it. Every call from over there is refused. The AWS owned key, which is the default, asks nobody.",
    how: "Use a customer managed key whose policy lets the other account decrypt, or leave the table with the AWS owned key.",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-considerations.html",
      "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html",
    ],
    examples: [
      {
        title: "The AWS managed key",
        bad: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      SSESpecification: { SSEEnabled: true }
      ResourcePolicy:
        PolicyDocument:
          Version: "2012-10-17"
          Statement:
            - Sid: Partner
              Effect: Allow
              Principal: { AWS: "arn:aws:iam::444455556666:role/reader" }
              Action: [dynamodb:GetItem, dynamodb:Query]
              Resource: "*"
`,
        good: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      SSESpecification: { SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: !GetAtt TableKey.Arn }
      ResourcePolicy:
        PolicyDocument:
          Version: "2012-10-17"
          Statement:
            - Sid: Partner
              Effect: Allow
              Principal: { AWS: "arn:aws:iam::444455556666:role/reader" }
              Action: [dynamodb:GetItem, dynamodb:Query]
              Resource: "*"
  TableKey:
    Type: AWS::KMS::Key
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      EnableKeyRotation: true
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - Sid: EnableIamPolicies
            Effect: Allow
            Principal: { AWS: !Sub "arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root" }
            Action: kms:*
            Resource: "*"
          - Sid: PartnerThroughDynamoDb
            Effect: Allow
            Principal: { AWS: "arn:aws:iam::444455556666:role/reader" }
            Action: [kms:Decrypt, kms:DescribeKey]
            Resource: "*"
            Condition: { StringLike: { kms:ViaService: "dynamodb.*.amazonaws.com" } }
`,
      },
    ],
  },
  controls: {},
  check({ project, resourcePolicies }, report) {
    for (const policy of resourcePolicies) {
      for (const setting of policy.unknown) report.cannotTell(setting);
      // A table without SSESpecification has the AWS owned key.
      if (policy.table.encryption.every(({ enabled }) => isAbsent(enabled))) continue;
      for (const grant of foreignGrants(project, policy)) {
        if (grant.names.some(needsKey)) checkGrant(project, policy, grant, report);
      }
    }
  },
});

function needsKey(name: string): boolean {
  return readItems.has(name) || writeItems.has(name) || name === "dynamodb:GetRecords";
}

function checkGrant(project: Project, policy: ResourcePolicy, grant: ForeignGrant, report: Report): void {
  const [entry] = grant.entries;
  if (!entry) return;
  const keys = policy.copy.key.length > 0 ? policy.copy.key : [undefined];
  const maybe = grant.isForeign ? "" : " (unless that is the stack's own account, which is not known here)";
  for (const encryption of policy.table.encryption) {
    if (!isOn(encryption.enabled)) continue;
    for (const key of keys) {
      const when = together([[entry], [encryption.enabled], ...(key ? [[key]] : [])])?.[0]?.when;
      const problem = when && problemOf(project, key, grant.account);
      if (!when || !problem) continue;
      // The account as a whole is what the own one is often written as.
      if (!grant.isForeign && grant.whole) {
        report.cannotTell(
          { ...entry, when },
          `account ${grant.account} may be the stack's own, which is not known here`,
        );
        continue;
      }
      report(
        { ...entry, when },
        {
          severity: grant.isForeign ? "warning" : "info",
          message: `Account ${grant.account} cannot use ${ownerName(policy)}, although its resource policy allows it (${labelOf(grant.statement)}): ${problem.message}${maybe}.`,
          related: [
            {
              message: problem.key ? "the key that encrypts it" : "the encryption of the table",
              template: problem.key?.template ?? policy.template,
              place: problem.key?.resource.key ?? placeOf(encryption, key),
            },
          ],
        },
      );
    }
  }
}

function placeOf({ enabled }: Encryption, key: Setting | undefined) {
  return key && !isAbsent(key) ? key.place : enabled.place;
}

/** Why the account cannot decrypt; undefined where it can, or where that is not in view. */
function problemOf(
  project: Project,
  setting: Setting | undefined,
  account: string,
): { message: string; key?: Key } | undefined {
  if (!setting || !isCustomerKey(setting))
    return { message: "the AWS managed key aws/dynamodb admits only callers of its own account" };
  const target = follow(project, setting.template, setting.value);
  const key = target && keysOf(target.template).find(({ resource }) => resource === target.resource);
  if (!key || mayDecrypt(project, key, account)) return undefined;
  return { message: `the policy of key "${key.id}" does not let that account decrypt`, key };
}

/** What cannot be read of the key's policy may let the account in. */
function mayDecrypt(project: Project, key: Key, account: string): boolean {
  return key.policies.some(
    ({ statements, unknown }) =>
      unknown.length > 0 ||
      statements.some(
        (statement) =>
          statement.effect === "Allow" &&
          takesInKeyAction(statement, "kms:Decrypt") !== false &&
          admits(project, statement, account),
      ),
  );
}

function admits(project: Project, statement: Statement, account: string): boolean {
  if (statement.notPrincipal) return true;
  return statement.principals.some((principal) => {
    if (isEverybody(principal)) return !isLimitedToOthers(statement, account);
    const found = accountOf(principal, project);
    return found.kind === "unknown" || (found.kind === "account" && found.account === account);
  });
}

/** Does a condition let only accounts in that are not this one? */
function isLimitedToOthers(statement: Statement, account: string): boolean {
  return statement.conditions.some(
    (test) =>
      (isKey(test, "kms:CallerAccount") || isKey(test, "aws:PrincipalAccount")) &&
      isPositive(test) &&
      test.values.every((value) => isOther(writtenText(value), account)),
  );
}

function isOther(written: string, account: string): boolean {
  return written === "${AWS::AccountId}" || (/^\d{12}$/.test(written) && written !== account);
}
