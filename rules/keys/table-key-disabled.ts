import { firstOf } from "../../core/access/words.ts";
import { isAbsent, isOff, isUnknown } from "../../core/evaluate/setting.ts";
import { set } from "../../core/lint/fix.ts";
import { defineRule } from "../../core/lint/rule.ts";
import { namesOf, relatedLinks, tableLinksOf, usedIn } from "../../core/model/key-links.ts";

export default defineRule({
  name: "table-key-disabled",
  topic: "keys",
  severity: "error",
  confidence: "high",
  recommended: true,
  docs: {
    what: "The KMS key of a table, or of a replica of a global table, is disabled.",
    why: "DynamoDB decrypts the table's key with the KMS key, and KMS lets nobody use a disabled one: a new table is not created, and an existing one becomes inaccessible. When that lasts longer than seven days, DynamoDB archives the table, and its data is only in an on-demand backup. A replica of a global table leaves replication 20 hours after DynamoDB finds its key inaccessible.",
    how: "Write `Enabled: true`, or leave `Enabled` out. To take a key out of use, move the table to another key first.",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html",
      "https://docs.aws.amazon.com/kms/latest/developerguide/enabling-keys.html",
    ],
    examples: [
      {
        title: "A disabled key",
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
      Enabled: false
      EnableKeyRotation: true
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
      Enabled: true
      EnableKeyRotation: true
`,
      },
    ],
  },
  controls: {},
  silences: ["key-rotation-disabled"],
  construct: "enabled: true",
  check({ keys, project }, report) {
    for (const key of keys) {
      const links = tableLinksOf(project, key);
      if (links.length === 0) continue;
      for (const enabled of key.enabled) {
        if (isUnknown(enabled)) report.cannotTell(enabled);
        if (isAbsent(enabled) || !isOff(enabled)) continue;
        const { links: met, branches } = usedIn(enabled, links);
        const tables = namesOf(met);
        for (const when of branches) {
          report(
            { ...enabled, when },
            {
              message: `Key "${key.id}" is disabled: ${firstOf(tables)} become${tables.length > 1 ? "" : "s"} inaccessible, and DynamoDB archives ${tables.length > 1 ? "them" : "it"} after seven days.`,
              related: relatedLinks(met),
              fixes: [{ title: "Enable the key (Enabled: true)", class: "safe", changes: [set(enabled, true)] }],
            },
          );
        }
      }
    }
  },
});
