import type { Path } from "../evaluate/path.ts";
import { get, propertiesOf, type Setting, wholeResource } from "../evaluate/setting.ts";
import { type Change, put } from "../lint/fix.ts";
import type { Resource, Template } from "../template/template.ts";
import { perObject } from "./lazy.ts";
import { follow, type Project } from "./project.ts";
import { type Table, type TableCopy, tablesOf } from "./tables.ts";

/** A KMS key, or the replica of a multi-Region one. */
export interface Key {
  template: Template;
  resource: Resource;
  id: string;
  isReplica: boolean;
  deletionPolicy: readonly Setting[];
  updateReplacePolicy: readonly Setting[];
}

/** A table copy, the setting that names the key, and the alias through which it does, if it does. */
export interface KeyUse {
  table: Table;
  copy: TableCopy;
  setting: Setting;
  alias?: KeyAlias;
}

/** An `AWS::KMS::Alias`. */
export interface KeyAlias {
  template: Template;
  resource: Resource;
  id: string;
  deletionPolicy: readonly Setting[];
}

export const keysOf = perObject((template: Template): readonly Key[] =>
  [...template.resources.values()]
    .filter(({ type }) => type === "AWS::KMS::Key" || type === "AWS::KMS::ReplicaKey")
    .map((resource) => {
      const whole = wholeResource(template, resource);
      return {
        template,
        resource,
        id: resource.logicalId,
        isReplica: resource.type === "AWS::KMS::ReplicaKey",
        deletionPolicy: get(whole, "DeletionPolicy"),
        updateReplacePolicy: get(whole, "UpdateReplacePolicy"),
      };
    }),
);

export const aliasesOf = perObject((template: Template): readonly KeyAlias[] =>
  [...template.resources.values()]
    .filter(({ type }) => type === "AWS::KMS::Alias")
    .map((resource) => ({
      template,
      resource,
      id: resource.logicalId,
      deletionPolicy: get(wholeResource(template, resource), "DeletionPolicy"),
    })),
);

const usesByResource = perObject((project: Project): ReadonlyMap<Resource, readonly KeyUse[]> => {
  const uses = new Map<Resource, KeyUse[]>();
  const add = (resource: Resource, use: KeyUse) => {
    const known = uses.get(resource);
    if (known) known.push(use);
    else uses.set(resource, [use]);
  };
  for (const template of project.templates) {
    for (const table of tablesOf(template)) {
      for (const copy of table.copies) {
        for (const setting of copy.key) {
          const target = follow(project, template, setting.value);
          if (!target) continue;
          const use = { table, copy, setting };
          add(target.resource, use);
          const alias = aliasesOf(target.template).find(({ resource }) => resource === target.resource);
          for (const key of alias ? keysBehind(project, alias) : []) add(key, { ...use, ...(alias && { alias }) });
        }
      }
    }
  }
  return uses;
});

/** The key resources in view that an alias may stand for. */
function keysBehind(project: Project, { template, resource }: KeyAlias): Resource[] {
  return propertiesOf(template, resource)
    .flatMap((properties) => get(properties, "TargetKeyId"))
    .flatMap(({ value }) => follow(project, template, value)?.resource ?? []);
}

/** The tables in view that are encrypted with the key, or name theirs by the alias. */
export function usesOf(project: Project, named: Key | KeyAlias): readonly KeyUse[] {
  return usesByResource(project).get(named.resource) ?? [];
}

/** Lets a key or an alias outlive its stack, in the branch of `when`. */
export function keepKey(kept: Key | KeyAlias, when?: Path): Change[] {
  const whole = wholeResource(kept.template, kept.resource);
  const isKey = "isReplica" in kept;
  return put(when ? { ...whole, when } : whole, {
    // An alias has a name, which a rolled-back first deployment would leave taken.
    DeletionPolicy: isKey ? "Retain" : "RetainExceptOnCreate",
    ...(isKey && kept.isReplica && { UpdateReplacePolicy: "Retain" }),
  });
}
