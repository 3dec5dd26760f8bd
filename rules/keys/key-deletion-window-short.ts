import { firstOf } from "../../core/access/words.ts";
import { isUnknown, type Setting, text, together } from "../../core/evaluate/setting.ts";
import { set } from "../../core/lint/fix.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import { type KeyLink, linksOf, namesOf, relatedLinks, usedIn } from "../../core/model/key-links.ts";
import { goesWithStack, type Key } from "../../core/model/keys.ts";

export default defineRule({
  name: "key-deletion-window-short",
  topic: "keys",
  severity: "warning",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A KMS key that goes with its stack is deleted after less than 30 days.",
    why: "When a key leaves its stack, KMS schedules it for deletion and waits `PendingWindowInDays` before it deletes it; until then the deletion can be cancelled, afterwards nobody can decrypt what the key has encrypted: the table, its backups, the files of the trail. Seven days are no longer than DynamoDB itself waits before it archives a table without its key, so that a mistake has to be noticed within a week. A retained key is not scheduled for deletion, so its window does not count.",
    how: "Write `PendingWindowInDays: 30` or leave it out (30 is the default); better still, retain the key (`DeletionPolicy: Retain`).",
    references: [
      "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-kms-key.html",
      "https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html",
    ],
    examples: [
      {
        title: "A week to notice",
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
    Properties:
      EnableKeyRotation: true
      PendingWindowInDays: 7
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
    Properties:
      EnableKeyRotation: true
      PendingWindowInDays: 30
`,
      },
    ],
  },
  controls: {},
  construct: "pendingWindow: Duration.days(30)",
  check({ keys, project }, report) {
    for (const key of keys) {
      const links = linksOf(project, key);
      if (links.length > 0) checkKey(key, links, report);
    }
  },
});

/** What KMS takes; anything else cannot be deployed. */
const SHORTEST = 7;
const LONGEST = 30;
/** A week more than the shortest is still short, but leaves time to notice. */
const TWO_WEEKS = 14;

function checkKey(key: Key, links: readonly KeyLink[], report: Report): void {
  for (const window of key.pendingWindow) {
    const days = Number(text(window) ?? Number.NaN);
    const isShort = days >= SHORTEST && days < LONGEST;
    if (!isShort && !isUnknown(window)) continue;
    // What is met by a policy that lets the key go counts; with too many branches all of them are taken to.
    for (const { when, chosen } of together([[window], deletionsOf(key)]) ?? [
      { when: window.when, chosen: [window] },
    ]) {
      const [unknown] = chosen.filter(isUnknown);
      if (unknown) report.cannotTell({ ...unknown, when });
      else reportWindow(key, { ...window, when }, days, links, report);
    }
  }
}

/** The policies by which the key may be scheduled for deletion; a changed `PrimaryKeyArn` replaces a replica. */
function deletionsOf({ isReplica, deletionPolicy, updateReplacePolicy }: Key): Setting[] {
  const policies = isReplica ? [...deletionPolicy, ...updateReplacePolicy] : deletionPolicy;
  return policies.filter((policy) => goesWithStack(policy) || isUnknown(policy));
}

function reportWindow(key: Key, window: Setting, days: number, links: readonly KeyLink[], report: Report): void {
  const { links: met, branches } = usedIn(window, links);
  for (const when of branches) {
    report(
      { ...window, when },
      {
        ...(days >= TWO_WEEKS && { severity: "info" }),
        message: `Key "${key.id}" is deleted ${days} days after it leaves the stack; from then on nobody can decrypt ${firstOf(namesOf(met))}.`,
        related: relatedLinks(met),
        fixes: [
          {
            title: "Wait 30 days before the key is deleted (PendingWindowInDays: 30)",
            class: "safe",
            changes: [set(window, LONGEST)],
          },
        ],
      },
    );
  }
}
