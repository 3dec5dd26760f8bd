import type { Path } from "../../core/evaluate/path.ts";
import { compatible, isUnknown, type Setting, text, together } from "../../core/evaluate/setting.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import {
  aliasesOf,
  goesWithStack,
  type Key,
  type KeyAlias,
  type KeyUse,
  keepKey,
  usesOf,
} from "../../core/model/keys.ts";
import type { Project } from "../../core/model/project.ts";

export default defineRule({
  name: "key-dies-before-table",
  topic: "keys",
  severity: "error",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A table is retained when its stack goes, but the KMS key it is encrypted with (or the alias that names the key) is not.",
    why: "Without a `DeletionPolicy`, deleting the stack schedules the key for deletion. The retained table then loses its key: DynamoDB cannot read it, archives it after seven days, and once the key is deleted the data cannot be recovered by anybody. A deleted alias costs no data, only the name by which the template finds the key.",
    how: "Write `DeletionPolicy: Retain` on the key; on an `AWS::KMS::ReplicaKey` also `UpdateReplacePolicy: Retain`.",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html",
      "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html",
    ],
    examples: [
      {
        title: "A retained table with a key that goes with the stack",
        bad: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
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
`,
        good: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
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
`,
      },
    ],
  },
  controls: {},
  construct: "removalPolicy: RemovalPolicy.RETAIN",
  check({ keys, project, template }, report) {
    for (const key of keys) checkKey(project, key, report);
    for (const alias of aliasesOf(template)) checkAlias(project, alias, report);
  },
});

function checkKey(project: Project, key: Key, report: Report): void {
  const uses = usesOf(project, key);
  for (const policy of key.deletionPolicy) {
    if (uses.length > 0 && isUnknown(policy)) report.cannotTell(policy);
    if (!goesWithStack(policy)) continue;
    for (const { table } of uses)
      if (table.deletionPolicy.some(isUnknown))
        report.cannotTell(policy, `it is not known whether "${table.id}" is retained`);
    const { retained, branches } = outlived(policy, uses);
    for (const when of branches) {
      report(
        { ...policy, when },
        {
          message: `${tables(retained)} ${are(retained)} retained when the stack goes, but the key "${key.id}" is scheduled for deletion: the data becomes unreadable.`,
          related: retained.map(related),
          fixes: [keep(key, policy)],
        },
      );
    }
  }
  // A changed PrimaryKeyArn replaces a replica key; nothing replaces a KMS::Key.
  if (!key.isReplica || key.deletionPolicy.some(goesWithStack)) return;
  for (const policy of key.updateReplacePolicy) {
    if (uses.length > 0 && isUnknown(policy)) report.cannotTell(policy);
    if (!goesWithStack(policy)) continue;
    const { retained, branches } = outlived(policy, uses);
    for (const when of branches) {
      report(
        { ...policy, when },
        {
          message: `A changed PrimaryKeyArn replaces the key "${key.id}" and schedules the old one for deletion, while ${tables(retained)} may still need it.`,
          related: retained.map(related),
          fixes: [keep(key, policy)],
        },
      );
    }
  }
}

function checkAlias(project: Project, alias: KeyAlias, report: Report): void {
  for (const policy of alias.deletionPolicy) {
    if (!goesWithStack(policy)) continue;
    // Where the key goes too, its own finding says what is worse.
    const uses = usesOf(project, alias).filter((use) => !keyGoesAway(use));
    const { retained, branches } = outlived(policy, uses);
    for (const when of branches) {
      report(
        { ...policy, when },
        {
          severity: "info",
          message: `${tables(retained)} ${are(retained)} retained when the stack goes, but the alias "${alias.id}" is deleted: the data stays readable, only the name of its key is lost.`,
          related: retained.map(related),
          fixes: [
            {
              title: "Keep the alias when it leaves the stack (DeletionPolicy: RetainExceptOnCreate)",
              class: "safe",
              changes: keepKey(alias, policy.when),
            },
          ],
        },
      );
    }
  }
}

function keyGoesAway({ keys }: KeyUse): boolean {
  return keys.some((key) => key.deletionPolicy.some(goesWithStack));
}

/** The uses by tables that are retained in a branch in which `policy` lets the key or alias go, and those branches as far as they lie in its template. */
function outlived(policy: Setting, uses: readonly KeyUse[]): { retained: KeyUse[]; branches: Path[] } {
  const retained: KeyUse[] = [];
  const branches: Path[] = [];
  for (const use of uses) {
    for (const kept of use.table.deletionPolicy) {
      if (!text(kept)?.startsWith("Retain") || !compatible(kept, use.setting)) continue;
      const here = [policy, use.setting, kept].filter(({ template }) => template === policy.template);
      const joined = together(here.map((each) => [each])) ?? [{ when: policy.when }];
      if (joined.length > 0 && retained.at(-1) !== use) retained.push(use);
      branches.push(...joined.map(({ when }) => when));
    }
  }
  return { retained, branches };
}

function tables(uses: readonly KeyUse[]): string {
  return namesOf(uses).join(" and ");
}

function are(uses: readonly KeyUse[]): string {
  return namesOf(uses).length > 1 ? "are" : "is";
}

function namesOf(uses: readonly KeyUse[]): string[] {
  return [...new Set(uses.map(({ table }) => `"${table.id}"`))];
}

function related({ table, setting }: KeyUse) {
  return { message: `"${table.id}" is encrypted with it`, template: setting.template, place: setting.place };
}

function keep(key: Key, policy: Setting) {
  return {
    title: "Keep the key when it leaves the stack (DeletionPolicy: Retain)",
    class: "safe" as const,
    changes: keepKey(key, policy.when),
  };
}
