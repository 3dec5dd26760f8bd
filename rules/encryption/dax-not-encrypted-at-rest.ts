import { isAbsent, isOff, isOn, isUnknown, text, together } from "../../core/evaluate/setting.ts";
import { put } from "../../core/lint/fix.ts";
import { defineRule } from "../../core/lint/rule.ts";

export default defineRule({
  name: "dax-not-encrypted-at-rest",
  topic: "encryption",
  severity: "warning",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A DAX cluster stores what it caches unencrypted.",
    why: "Unlike a table, which is always encrypted, a DAX cluster writes data to disk in clear text unless encryption at rest is asked for: configuration files, logs and what is copied between its nodes. The setting cannot be changed later: turning it on replaces the cluster. Nodes of the type `dax.r3` do not support it.",
    how: "Set `SSESpecification: { SSEEnabled: true }`, on a node type other than `dax.r3`. Plan for a new cluster.",
    references: ["https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAXEncryptionAtRest.html"],
    examples: [
      {
        title: "A cluster without encryption at rest",
        bad: `Resources:
  Cache:
    Type: AWS::DAX::Cluster
    Properties:
      IAMRoleARN: !Sub arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/dax
      NodeType: dax.t3.small
      ReplicationFactor: 3
      ClusterEndpointEncryptionType: TLS
`,
        good: `Resources:
  Cache:
    Type: AWS::DAX::Cluster
    Properties:
      IAMRoleARN: !Sub arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/dax
      NodeType: dax.t3.small
      ReplicationFactor: 3
      ClusterEndpointEncryptionType: TLS
      SSESpecification:
        SSEEnabled: true
`,
      },
    ],
  },
  controls: {
    securityHub: ["DynamoDB.3"],
    config: ["DAX_ENCRYPTION_ENABLED"],
    controlTower: ["CT.DAX.PR.1"],
    checkov: ["CKV_AWS_47"],
    cfnNag: ["W83"],
    cdkNag: ["AwsSolutions-DDB4"],
    guard: ["DAX_ENCRYPTION_ENABLED"],
    kics: ["e5849a68-bdbe-4b70-97c6-6901f39f8094"],
    trivy: ["AWS-0023"],
  },
  construct: "sseSpecification: { sseEnabled: true }",
  check({ daxClusters }, report) {
    for (const cluster of daxClusters) {
      // A named cluster cannot be replaced: the new one would need the name of the old one.
      const isNamed = cluster.clusterName.some((name) => !isAbsent(name));
      for (const { specification, enabled } of cluster.encryption) {
        if (isUnknown(enabled)) report.cannotTell(enabled);
        if (!isOff(enabled)) continue;
        report(enabled, {
          message: `DAX cluster "${cluster.id}" stores cached items on disk unencrypted (${isAbsent(enabled) ? "SSEEnabled is not set" : "SSEEnabled is false"}).`,
          fixes: isNamed
            ? []
            : [
                {
                  title: "Encrypt at rest (replaces the cluster)",
                  class: "caution",
                  changes: put(specification, { SSEEnabled: true }),
                },
              ],
        });
      }
      const on = cluster.encryption.map(({ enabled }) => enabled).filter(isOn);
      for (const { when, chosen } of together([on, cluster.nodeType]) ?? []) {
        const [, nodeType] = chosen;
        if (!nodeType || !text(nodeType)?.startsWith("dax.r3.")) continue;
        report(
          { ...nodeType, when },
          {
            message: `DAX cluster "${cluster.id}" asks for encryption at rest, which ${text(nodeType)} nodes do not support.`,
          },
        );
      }
    }
  },
});
