import { isAbsent, isUnknown, text } from "../../core/evaluate/setting.ts";
import { set } from "../../core/lint/fix.ts";
import { defineRule } from "../../core/lint/rule.ts";

export default defineRule({
  name: "dax-endpoint-not-tls",
  topic: "transit",
  severity: "warning",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A DAX cluster accepts unencrypted connections.",
    why: "DAX answers reads from its own memory over its own protocol. Its endpoint type is `NONE` unless the template says `TLS`, and then items travel through the VPC in clear text. The setting cannot be changed later: turning it on replaces the cluster, and clients must use `daxs://`.",
    how: "Set `ClusterEndpointEncryptionType: TLS` and connect with `daxs://`. Plan for a new cluster.",
    references: ["https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAXEncryptionInTransit.html"],
    examples: [
      {
        title: "The default endpoint type",
        bad: `Resources:
  Cache:
    Type: AWS::DAX::Cluster
    Properties:
      IAMRoleARN: !Sub arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/dax
      NodeType: dax.t3.small
      ReplicationFactor: 3
      SSESpecification: { SSEEnabled: true }
`,
        good: `Resources:
  Cache:
    Type: AWS::DAX::Cluster
    Properties:
      IAMRoleARN: !Sub arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/dax
      NodeType: dax.t3.small
      ReplicationFactor: 3
      SSESpecification: { SSEEnabled: true }
      ClusterEndpointEncryptionType: TLS
`,
      },
    ],
  },
  controls: {
    securityHub: ["DynamoDB.7"],
    config: ["DAX_TLS_ENDPOINT_ENCRYPTION"],
    controlTower: ["CT.DAX.PR.3"],
  },
  construct: "clusterEndpointEncryptionType: 'TLS'",
  check({ daxClusters }, report) {
    for (const cluster of daxClusters) {
      // A named cluster cannot be replaced: the new one would need the name of the old one.
      const isNamed = cluster.clusterName.some((name) => !isAbsent(name));
      for (const type of cluster.endpointEncryptionType) {
        if (isUnknown(type)) report.cannotTell(type);
        if (!isAbsent(type) && text(type) !== "NONE") continue;
        report(type, {
          message: `DAX cluster "${cluster.id}" accepts unencrypted connections (ClusterEndpointEncryptionType is ${text(type) ?? "not set"}).`,
          fixes: isNamed
            ? []
            : [
                {
                  title: "Require TLS (replaces the cluster; clients must use daxs://)",
                  class: "caution",
                  changes: [set(type, "TLS")],
                },
              ],
        });
      }
    }
  },
});
