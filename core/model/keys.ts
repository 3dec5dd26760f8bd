import { get, propertiesOf, type Setting, wholeResource } from "../evaluate/setting.ts";
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

/** A table copy and the setting that names the key. */
export interface KeyUse {
  table: Table;
  copy: TableCopy;
  setting: Setting;
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

const usesByKey = perObject((project: Project): ReadonlyMap<Resource, readonly KeyUse[]> => {
  const uses = new Map<Resource, KeyUse[]>();
  for (const template of project.templates) {
    for (const table of tablesOf(template)) {
      for (const copy of table.copies) {
        for (const setting of copy.key) {
          const key = keyBehind(project, setting);
          if (key) uses.set(key, [...(uses.get(key) ?? []), { table, copy, setting }]);
        }
      }
    }
  }
  return uses;
});

/** The key resource that a `KMSMasterKeyId` leads to, through an alias too; undefined where it is not in view. */
function keyBehind(project: Project, setting: Setting): Resource | undefined {
  const target = follow(project, setting.template, setting.value);
  if (target?.resource.type !== "AWS::KMS::Alias") return target?.resource;
  const [aliased] = propertiesOf(target.template, target.resource).flatMap((each) => get(each, "TargetKeyId"));
  return aliased && follow(project, target.template, aliased.value)?.resource;
}

/** The tables in view that are encrypted with the key. */
export function usesOf(project: Project, key: Key): readonly KeyUse[] {
  return usesByKey(project).get(key.resource) ?? [];
}
