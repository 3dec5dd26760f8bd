import { compatible, get, isAbsent, propertiesOf, text } from "../evaluate/setting.ts";
import type { Statement } from "../iam/statements.ts";
import { perObject } from "../lazy.ts";
import { follow, type Project } from "../model/project.ts";
import type { ResourcePolicy } from "../model/resource-policies.ts";
import type { Table, TableCopy } from "../model/tables.ts";
import type { Resource } from "../template/template.ts";

/**
 * How a table replicates where a statement of its policy holds. `strong`: with multi-Region strong consistency. A global table with one replica
 * does not, unless it is a replica of one elsewhere.
 */
export function replicationOf(
  project: Project,
  policy: ResourcePolicy,
  statement: Statement,
): "none" | "eventual" | "strong" {
  const { table, copy } = policy;
  const isReplicated =
    table.globalTableSource.some((setting) => !isAbsent(setting)) ||
    table.copies.some((other) => other !== copy && compatible(other.located, statement.located)) ||
    isAList(copy) ||
    replicatedByCustomResource(project).has(table.resource);
  if (!isReplicated) return "none";
  return propertiesOf(table.template, table.resource)
    .flatMap((each) => get(each, "MultiRegionConsistency"))
    .some((setting) => text(setting) === "STRONG")
    ? "strong"
    : "eventual";
}

/** A replica that only deployment knows may be several. */
function isAList({ region, located }: TableCopy): boolean {
  return region !== undefined && located.value.kind !== "map";
}

/** The tables for which the CDK's older `Table` construct makes replicas. */
const replicatedByCustomResource = perObject((project: Project): ReadonlySet<Resource> => {
  const tables = new Set<Resource>();
  for (const template of project.templates) {
    for (const resource of template.resources.values()) {
      if (resource.type !== "Custom::DynamoDBReplica") continue;
      for (const name of propertiesOf(template, resource).flatMap((each) => get(each, "TableName"))) {
        const target = follow(project, template, name.value);
        if (target) tables.add(target.resource);
      }
    }
  }
  return tables;
});

/** Does the table have provisioned capacity in some branch, which Application Auto Scaling may change? */
export function isProvisioned({ template, resource }: Table): boolean {
  return propertiesOf(template, resource)
    .flatMap((each) => get(each, "BillingMode"))
    .some((setting) => isAbsent(setting) || text(setting) === "PROVISIONED");
}
