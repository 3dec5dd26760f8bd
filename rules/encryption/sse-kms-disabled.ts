import { compatible, isOff, isUnknown, type Setting } from "../../core/evaluate/setting.ts";
import { type Fix, put } from "../../core/lint/fix.ts";
import { defineRule } from "../../core/lint/rule.ts";
import { useCustomerKey } from "../../core/model/customer-key-fix.ts";
import { sharesAcrossAccounts } from "../../core/model/sharing.ts";
import { isCustomerKey } from "../../core/model/tables.ts";

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
    guard: ["DYNAMODB_TABLE_MUST_BE_ENCRYPTED"],
    kics: ["4bd21e68-38c1-4d58-acdc-6a14b203237f", "c8dee387-a2e6-4a73-a942-183c975549ac"],
  },
  construct: "encryption: dynamodb.TableEncryption.AWS_MANAGED",
  check(view, report) {
    for (const table of view.tables) {
      // The stronger rule speaks of the same tables, where it is on.
      const stronger = view.runs("table-not-customer-managed-key") ? table.copies.flatMap((copy) => copy.key) : [];
      const silencing = stronger.filter((key) => !isCustomerKey(key));
      for (const { specification, enabled } of table.encryption) {
        if (isUnknown(enabled)) report.cannotTell(enabled);
        if (!isOff(enabled) || silencing.some((key) => compatible(key, enabled))) continue;
        report(enabled, {
          message: `"${table.id}" is encrypted with the AWS owned key, not with SSE-KMS: its use leaves no trace in your CloudTrail. An AWS managed key adds the trace; only a customer managed key can be restricted or revoked.`,
          // The AWS managed key would shut other accounts out.
          fixes: sharesAcrossAccounts(table) ? useCustomerKey(table, specification) : [useManagedKey(specification)],
        });
      }
    }
  },
});

function useManagedKey(specification: Setting): Fix {
  return {
    title: "Encrypt with the AWS managed KMS key (KMS requests are billed; other accounts cannot use that key)",
    class: "caution",
    changes: put(specification, { SSEEnabled: true, SSEType: "KMS" }),
  };
}
