import { compatible, isAbsent, isUnknown, type Setting, text } from "../../core/evaluate/setting.ts";
import { setAttributes } from "../../core/lint/fix.ts";
import { defineRule } from "../../core/lint/rule.ts";
import { type Key, type KeyUse, usesOf } from "../../core/model/keys.ts";

export default defineRule({
  name: "key-dies-before-table",
  topic: "keys",
  severity: "error",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A table is retained when its stack goes, but the KMS key it is encrypted with is not.",
    why: "Without a `DeletionPolicy`, deleting the stack schedules the key for deletion. The retained table then loses its key: DynamoDB cannot read it, archives it after seven days, and once the key is deleted the data cannot be recovered by anybody.",
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
  check({ keys, project }, report) {
    for (const key of keys) {
      const retained = usesOf(project, key).filter(({ table }) =>
        table.deletionPolicy.some((policy) => text(policy)?.startsWith("Retain")),
      );
      const [first] = retained;
      if (!first) continue;
      for (const policy of key.deletionPolicy) {
        if (isUnknown(policy)) report.cannotTell(policy);
        if (!goesAway(policy) || !retained.some((use) => compatible(use.setting, policy))) continue;
        report(policy, {
          message: `${tables(retained)} is retained when the stack goes, but its key "${key.id}" is scheduled for deletion: the data becomes unreadable.`,
          related: retained.map(related),
          fixes: [keepKey(key)],
        });
      }
      // A changed PrimaryKeyArn replaces a replica key; nothing replaces a KMS::Key.
      if (!key.isReplica || key.deletionPolicy.some(goesAway)) continue;
      for (const policy of key.updateReplacePolicy) {
        if (!goesAway(policy)) continue;
        report(policy, {
          message: `A changed PrimaryKeyArn replaces key "${key.id}" and schedules the old one for deletion, while ${tables(retained)} may still need it.`,
          related: retained.map(related),
          fixes: [keepKey(key)],
        });
      }
    }
  },
});

function goesAway(policy: Setting): boolean {
  return isAbsent(policy) || text(policy) === "Delete";
}

function tables(uses: readonly KeyUse[]): string {
  return [...new Set(uses.map(({ table }) => `"${table.id}"`))].join(", ");
}

function related({ table, setting }: KeyUse) {
  return { message: `"${table.id}" is encrypted with it`, template: setting.template, place: setting.place };
}

function keepKey(key: Key) {
  return {
    title: `Keep the key when it leaves the stack (DeletionPolicy: Retain)`,
    class: "safe" as const,
    changes: [
      setAttributes(key.template, key.resource, {
        DeletionPolicy: "Retain",
        ...(key.isReplica && { UpdateReplacePolicy: "Retain" }),
      }),
    ],
  };
}
