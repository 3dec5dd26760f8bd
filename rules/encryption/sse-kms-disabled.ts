import { isAbsent, isOff, isUnknown } from "../../core/evaluate/setting.ts";
import { merge } from "../../core/lint/fix.ts";
import { defineRule } from "../../core/lint/rule.ts";
import { sharesAcrossAccounts } from "../../core/model/sharing.ts";

export default defineRule({
  name: "sse-kms-disabled",
  topic: "encryption",
  severity: "warning",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A table is encrypted at rest with the AWS owned key instead of a KMS key.",
    why: "DynamoDB encrypts every table, always. Without `SSESpecification` it does so with a key that AWS owns: its use appears in nobody's CloudTrail, and you can neither restrict nor revoke it. The AWS managed key `aws/dynamodb` leaves a trace of its use; a customer managed key can be restricted, disabled and shared as well.",
    how: "Set `SSESpecification` with `SSEEnabled: true` and `SSEType: KMS`; name a `KMSMasterKeyId` for a key of your own.",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html",
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html",
    ],
    examples: [
      {
        title: "A table without SSESpecification",
        bad: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
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
`,
      },
    ],
  },
  controls: {
    config: ["DYNAMODB_TABLE_ENCRYPTED_KMS"],
    controlTower: ["CT.DYNAMODB.PR.2"],
    cfnNag: ["W74"],
    guard: ["DYNAMODB_TABLE_ENCRYPTED_KMS"],
  },
  construct: "encryption: dynamodb.TableEncryption.AWS_MANAGED",
  check(view, report) {
    for (const table of view.tables) {
      // The stronger rule speaks of the same tables, where it is on.
      const lacksCustomerKey = table.copies.some((copy) => copy.key.some(isAbsent));
      if (lacksCustomerKey && view.runs("table-not-customer-managed-key")) continue;
      for (const { specification, enabled } of table.encryption) {
        if (isUnknown(enabled)) report.cannotTell(enabled);
        if (!isOff(enabled)) continue;
        report(enabled, {
          message: `"${table.id}" is encrypted with the AWS owned key, not with SSE-KMS: its use leaves no trace in your CloudTrail. An AWS managed key adds the trace; only a customer managed key can be restricted or revoked.`,
          fixes: sharesAcrossAccounts(table)
            ? []
            : [
                {
                  title:
                    "Encrypt with the AWS managed KMS key (KMS requests are billed; other accounts cannot use that key)",
                  class: "caution",
                  changes: [merge(specification, { SSEEnabled: true, SSEType: "KMS" })],
                },
              ],
        });
      }
    }
  },
});
