import { get, propertiesOf, type Setting } from "../evaluate/setting.ts";
import type { Resource, Template } from "../template/template.ts";
import { type Encryption, encryptionOf } from "./encryption.ts";
import { perObject } from "./lazy.ts";

/** A DynamoDB Accelerator cluster. */
export interface DaxCluster {
  template: Template;
  resource: Resource;
  id: string;
  endpointEncryptionType: readonly Setting[];
  clusterName: readonly Setting[];
  nodeType: readonly Setting[];
  encryption: readonly Encryption[];
}

export const daxClustersOf = perObject((template: Template): readonly DaxCluster[] =>
  [...template.resources.values()]
    .filter(({ type }) => type === "AWS::DAX::Cluster")
    .map((resource) => {
      const properties = propertiesOf(template, resource);
      const property = (key: string) => properties.flatMap((each) => get(each, key));
      return {
        template,
        resource,
        id: resource.logicalId,
        endpointEncryptionType: property("ClusterEndpointEncryptionType"),
        clusterName: property("ClusterName"),
        nodeType: property("NodeType"),
        encryption: encryptionOf(properties),
      };
    }),
);
