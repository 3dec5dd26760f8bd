import type { Path } from "../evaluate/path.ts";
import { get, propertiesOf, type Setting, wholeResource } from "../evaluate/setting.ts";
import { type Change, put } from "../lint/fix.ts";
import type { Resource, Template } from "../template/template.ts";
import { perObject } from "./lazy.ts";
import { type Policy, policyOf } from "./policy.ts";
import { follow, type Project } from "./project.ts";
import { type Table, type TableCopy, tablesOf } from "./tables.ts";

/** A KMS key, or the replica of a multi-Region one. */
export interface Key {
  template: Template;
  resource: Resource;
  id: string;
  isReplica: boolean;
  /** Its key policy, one per branch; none where KMS gives it the default one, which leaves everything to identity policies. */
  policies: readonly Policy[];
  deletionPolicy: readonly Setting[];
  updateReplacePolicy: readonly Setting[];
}

/** A table copy, the setting that names the key or an alias of it, and the keys in view that may be meant. */
export interface KeyUse {
  table: Table;
  copy: TableCopy;
  setting: Setting;
  keys: readonly Key[];
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
        policies: propertiesOf(template, resource)
          .flatMap((properties) => get(properties, "KeyPolicy"))
          .flatMap((document) => policyOf("key", document) ?? []),
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
  const keys = new Map(project.templates.flatMap(keysOf).map((key) => [key.resource, key] as const));
  const aliases = new Map(project.templates.flatMap(aliasesOf).map((alias) => [alias.resource, alias] as const));
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
          const named = follow(project, template, setting.value)?.resource;
          if (!named) continue;
          const alias = aliases.get(named);
          const meant = (alias ? resourcesBehind(project, alias) : [named]).flatMap((each) => keys.get(each) ?? []);
          const use = { table, copy, setting, keys: meant };
          if (alias) add(named, use);
          for (const key of meant) add(key.resource, use);
        }
      }
    }
  }
  return uses;
});

function resourcesBehind(project: Project, { template, resource }: KeyAlias): Resource[] {
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
