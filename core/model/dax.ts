import { get, propertiesOf, type Setting, text } from "../evaluate/setting.ts";
import type { ArnText } from "../iam/arn.ts";
import { perObject } from "../lazy.ts";
import type { Resource, Template } from "../template/template.ts";
import { type Encryption, encryptionOf } from "./encryption.ts";
import { type IamPrincipal, principalsOf } from "./policies.ts";
import { follow, type Project } from "./project.ts";

/** A DynamoDB Accelerator cluster. */
export interface DaxCluster {
  template: Template;
  resource: Resource;
  id: string;
  endpointEncryptionType: readonly Setting[];
  clusterName: readonly Setting[];
  nodeType: readonly Setting[];
  encryption: readonly Encryption[];
  /** `IAMRoleARN`: the role with which the cluster reads and writes tables, whoever asks it to. */
  role: readonly Setting[];
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
        role: property("IAMRoleARN"),
      };
    }),
);

/** The service roles of a project's clusters, where they are in view, with the clusters that use each. */
export const daxRolesOf = perObject((project: Project): ReadonlyMap<IamPrincipal, readonly DaxCluster[]> => {
  const roles = new Map<IamPrincipal, DaxCluster[]>();
  for (const cluster of project.templates.flatMap(daxClustersOf)) {
    for (const role of new Set(cluster.role.flatMap((setting) => roleAt(project, setting) ?? [])))
      roles.set(role, [...(roles.get(role) ?? []), cluster]);
  }
  return roles;
});

function roleAt(project: Project, { template, value }: Setting): IamPrincipal | undefined {
  const target = follow(project, template, value);
  return target && principalsOf(target.template).find(({ resource }) => resource === target.resource);
}

/** The service role's entries of a cluster that do not lead to a role in view. */
export function unknownDaxRoles(project: Project, cluster: DaxCluster): readonly Setting[] {
  return cluster.role.filter((setting) => setting.value.kind !== "absent" && !roleAt(project, setting));
}

/** How policies may spell a cluster, in any account and region: by what stands for its name, and by the name where that is written. */
export function clusterArns({ template, resource, clusterName }: DaxCluster): readonly ArnText[] {
  const names = clusterName.flatMap((setting) => text(setting) ?? []);
  return [{ hole: `${template.file}#${resource.id}` }, ...names].map((name) => ["arn:*:dax:*:*:cache/", name]);
}
