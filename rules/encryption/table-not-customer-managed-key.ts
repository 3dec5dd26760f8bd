import { compatible, isAbsent, isUnknown } from "../../core/evaluate/setting.ts";
import { defineRule } from "../../core/lint/rule.ts";
import { useCustomerKey } from "../../core/model/customer-key-fix.ts";
import { isCustomerKey } from "../../core/model/tables.ts";

export default defineRule({
  name: "table-not-customer-managed-key",
  topic: "encryption",
  severity: "warning",
  confidence: "high",
  recommended: false,
  docs: {
    what: "A table, or a replica of a global table, is not encrypted with a customer managed KMS key.",
    why: "DynamoDB encrypts every table; the question is with whose key. Only a customer managed key has a key policy and grants of your own, can be disabled or scheduled for deletion, and can be shared with other accounts.",
    how: "Set `SSEEnabled: true`, `SSEType: KMS` and a `KMSMasterKeyId`; in a global table every replica names a key of its own region. Keep the old key enabled until the change has finished.",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html",
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html",
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
      SSESpecification:
        SSEEnabled: true
        SSEType: KMS
        KMSMasterKeyId: alias/aws/dynamodb
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
      EnableKeyRotation: true
`,
      },
    ],
  },
  controls: {
    checkov: ["CKV_AWS_119"],
    cfnNag: ["W74"],
    guard: ["DYNAMODB_TABLE_ENCRYPTED_KMS"],
    trivy: ["AVD-AWS-0025"],
  },
  construct: "encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED, encryptionKey: key",
  check({ tables }, report) {
    for (const table of tables) {
      for (const copy of table.copies) {
        for (const key of copy.key) {
          // A key that is written but not known is a key of somebody's choice; here it is not even known whether one is written.
          if (isUnknown(key) && key.path.at(-1) !== "KMSMasterKeyId") report.cannotTell(key);
          if (isCustomerKey(key)) continue;
          const encryption = table.encryption.find(({ enabled }) => compatible(enabled, key));
          report(key, {
            message: `${copy.name} is not encrypted with a customer managed KMS key${isAbsent(key) ? "" : ", but with the AWS managed one"}.`,
            fixes: encryption ? useCustomerKey(table, { ...encryption.specification, when: key.when }) : [],
          });
        }
      }
    }
  },
});
