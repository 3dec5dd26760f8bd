import { firstOf } from "../../core/access/words.ts";
import { isUnknown, type Setting, text, together } from "../../core/evaluate/setting.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import { type KeyLink, linksOf, namesOf, relatedLinks, usedIn } from "../../core/model/key-links.ts";
import type { Key } from "../../core/model/keys.ts";

export default defineRule({
  name: "key-type-not-usable",
  topic: "keys",
  severity: "error",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A table, its Kinesis stream, a backup vault or a trail names a KMS key that is no symmetric encryption key.",
    why: "DynamoDB, and every other AWS service that encrypts with KMS, takes symmetric encryption keys only. With an asymmetric key, or one for signatures or message authentication codes, the deployment fails; a table that is moved to such a key keeps its old one.",
    how: "Name a key without `KeySpec` and `KeyUsage` (the defaults are `SYMMETRIC_DEFAULT` and `ENCRYPT_DECRYPT`). Both are fixed when a key is made: it has to be a new one.",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html",
      "https://docs.aws.amazon.com/kms/latest/developerguide/symmetric-asymmetric.html",
    ],
    examples: [
      {
        title: "An asymmetric key",
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
      KeySpec: RSA_2048
      KeyUsage: ENCRYPT_DECRYPT
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
  controls: {},
  check({ keys, project }, report) {
    for (const key of keys) {
      const links = linksOf(project, key);
      if (links.length > 0) checkKey(key, links, report);
    }
  },
});

function checkKey(key: Key, links: readonly KeyLink[], report: Report): void {
  for (const spec of key.spec) {
    if (isUnknown(spec)) report.cannotTell(spec);
    else if (differs(spec, "SYMMETRIC_DEFAULT")) reportType(key, "KeySpec", spec, links, report);
  }
  // Of a key of the wrong kind it is said already.
  const symmetric = key.spec.filter((spec) => !isUnknown(spec) && !differs(spec, "SYMMETRIC_DEFAULT"));
  for (const { when, chosen } of together([symmetric, key.usage]) ?? []) {
    const [, usage] = chosen;
    if (!usage) continue;
    if (isUnknown(usage)) report.cannotTell({ ...usage, when });
    else if (differs(usage, "ENCRYPT_DECRYPT")) reportType(key, "KeyUsage", { ...usage, when }, links, report);
  }
}

/** Is it something else than the default? */
function differs(setting: Setting, value: string): boolean {
  return text(setting) !== undefined && text(setting) !== value;
}

function reportType(key: Key, property: string, at: Setting, links: readonly KeyLink[], report: Report): void {
  const { links: met, branches } = usedIn(at, links);
  for (const when of branches) {
    report(
      { ...at, when },
      {
        message: `Key "${key.id}" cannot encrypt ${firstOf(namesOf(met))}: its ${property} is ${text(at)}, and AWS services take symmetric encryption keys only.`,
        related: relatedLinks(met),
      },
    );
  }
}
