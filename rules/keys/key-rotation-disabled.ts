import { firstOf } from "../../core/access/words.ts";
import { isAbsent, isOff, isOn, isUnknown, type Setting, text, together } from "../../core/evaluate/setting.ts";
import { set } from "../../core/lint/fix.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import { type KeyLink, linksOf, namesOf, relatedLinks, usedIn } from "../../core/model/key-links.ts";
import type { Key } from "../../core/model/keys.ts";

export default defineRule({
  name: "key-rotation-disabled",
  topic: "keys",
  severity: "warning",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A KMS key that encrypts a table, its Kinesis stream, a backup vault or a trail is not rotated automatically.",
    why: "Without `EnableKeyRotation` KMS protects data keys with the same key material for ever. With it KMS makes new material every year (or as `RotationPeriodInDays` says) and keeps the old one for what it has encrypted: the key keeps its ARN, its policy and its grants, nothing is encrypted anew, and callers notice nothing. KMS rotates symmetric encryption keys whose material it made itself; a replica key follows its primary.",
    how: "Write `EnableKeyRotation: true`. The first two rotations of a key each add to its monthly price.",
    references: [
      "https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
      "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-kms-key.html",
    ],
    examples: [
      {
        title: "A table's key",
        bad: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
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
      Description: Encrypts orders
`,
        good: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
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
      Description: Encrypts orders
      EnableKeyRotation: true
`,
      },
    ],
  },
  controls: {
    securityHub: ["KMS.4"],
    config: ["CMK_BACKING_KEY_ROTATION_ENABLED"],
    controlTower: ["CT.KMS.PR.1"],
    checkov: ["CKV_AWS_7"],
    cfnNag: ["F19"],
    cdkNag: ["AwsSolutions-KMS5"],
    guard: ["CMK_BACKING_KEY_ROTATION_ENABLED"],
    kics: ["1c07bfaf-663c-4f6f-b22b-8e2d481e4df5"],
  },
  construct: "enableKeyRotation: true",
  check({ keys, project }, report) {
    for (const key of keys) {
      const links = linksOf(project, key);
      if (links.length > 0 && !key.isReplica) checkKey(key, links, report);
    }
  },
});

function checkKey(key: Key, links: readonly KeyLink[], report: Report): void {
  const branches = together([key.rotation, key.spec, key.origin, key.enabled]);
  if (!branches) {
    for (const rotation of key.rotation)
      report.cannotTell(rotation, "the key has too many branches to look at together");
    return;
  }
  for (const { when, chosen } of branches) {
    const [rotation, spec, origin, enabled] = chosen;
    if (!rotation || !spec || !origin || !enabled || isOn(rotation)) continue;
    if (!couldBe(spec, "SYMMETRIC_DEFAULT") || !couldBe(origin, "AWS_KMS")) continue;
    // KMS rotates no disabled key; table-key-disabled speaks of it.
    if (!isAbsent(enabled) && isOff(enabled)) continue;
    const [unknown] = [rotation, spec, origin].filter(isUnknown);
    if (unknown) report.cannotTell({ ...unknown, when });
    else if (isOff(rotation)) reportRotation(key, { ...rotation, when }, links, report);
  }
}

/** An absent property has its default. */
function couldBe(setting: Setting, value: string): boolean {
  return isAbsent(setting) || isUnknown(setting) || text(setting) === value;
}

function reportRotation(key: Key, rotation: Setting, links: readonly KeyLink[], report: Report): void {
  const { links: met, branches } = usedIn(rotation, links);
  for (const when of branches) {
    report(
      { ...rotation, when },
      {
        message: `Key "${key.id}", which encrypts ${firstOf(namesOf(met))}, is not rotated automatically.`,
        related: relatedLinks(met),
        fixes: [
          {
            title: "Rotate the key automatically (the first two rotations each add to its monthly price)",
            class: "safe",
            changes: [set(rotation, true)],
          },
        ],
      },
    );
  }
}
