import type { Path } from "../evaluate/path.ts";
import { get, isAbsent, propertiesOf, type Setting, text, wholeResource } from "../evaluate/setting.ts";
import { piecesOf } from "../evaluate/value.ts";
import { perObject } from "../lazy.ts";
import { type Change, put } from "../lint/fix.ts";
import type { Resource, Template } from "../template/template.ts";
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
  /** Properties, one setting per branch: absent where the default of KMS counts. */
  enabled: readonly Setting[];
  pendingWindow: readonly Setting[];
  /** Of a key alone: a replica key has these from its primary, and says nothing of them. */
  rotation: readonly Setting[];
  spec: readonly Setting[];
  usage: readonly Setting[];
  origin: readonly Setting[];
  lockoutCheckBypassed: readonly Setting[];
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
      const isReplica = resource.type === "AWS::KMS::ReplicaKey";
      const properties = propertiesOf(template, resource);
      const property = (key: string) => properties.flatMap((each) => get(each, key));
      const ofKey = (key: string) => (isReplica ? [] : property(key));
      return {
        template,
        resource,
        id: resource.logicalId,
        isReplica,
        policies: property("KeyPolicy").flatMap((document) => policyOf("key", document) ?? []),
        enabled: property("Enabled"),
        pendingWindow: property("PendingWindowInDays"),
        rotation: ofKey("EnableKeyRotation"),
        spec: ofKey("KeySpec"),
        usage: ofKey("KeyUsage"),
        origin: ofKey("Origin"),
        lockoutCheckBypassed: ofKey("BypassPolicyLockoutSafetyCheck"),
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

/** The keys and aliases of a project, by their resource and by literal name. */
const index = perObject((project: Project) => {
  const aliases = project.templates.flatMap(aliasesOf);
  const byName = new Map<string, KeyAlias[]>();
  for (const alias of aliases) {
    const names = propertiesOf(alias.template, alias.resource).flatMap((each) => get(each, "AliasName").map(text));
    const [name, ...others] = new Set(names);
    if (name !== undefined && others.length === 0) byName.set(name, [...(byName.get(name) ?? []), alias]);
  }
  return {
    keys: new Map(project.templates.flatMap(keysOf).map((key) => [key.resource, key] as const)),
    aliases: new Map(aliases.map((alias) => [alias.resource, alias] as const)),
    byName,
  };
});

/** The keys in view that a setting may mean, and the alias by which it names them. */
export function keysNamedBy(project: Project, setting: Setting): { alias?: KeyAlias; keys: readonly Key[] } {
  const { keys, aliases } = index(project);
  const named = resourceNamedBy(project, setting);
  if (!named) return { keys: [] };
  const alias = aliases.get(named);
  const meant = alias ? resourcesBehind(project, alias) : [named];
  return { ...(alias && { alias }), keys: [...new Set(meant)].flatMap((each) => keys.get(each) ?? []) };
}

/** By reference, by an ARN with a reference at its end (`arn:…:key/${TableKey}`), or by the name of an alias. */
function resourceNamedBy(project: Project, { template, value }: Setting): Resource | undefined {
  const target = follow(project, template, value);
  if (target) return target.resource;
  const [last, before] = [...(piecesOf(value) ?? [])].reverse();
  if (typeof last === "string") {
    // In an ARN only where it is one of this account.
    const isHere = before === undefined || (typeof before !== "string" && before.kind === "pseudo");
    const [only, ...others] = (isHere && index(project).byName.get(last.replace(/^:/, ""))) || [];
    return others.length === 0 ? only?.resource : undefined;
  }
  const isArn = typeof before === "string" && /:(?:key\/)?$/.test(before);
  return last && isArn ? follow(project, template, last)?.resource : undefined;
}

function resourcesBehind(project: Project, { template, resource }: KeyAlias): Resource[] {
  return propertiesOf(template, resource)
    .flatMap((properties) => get(properties, "TargetKeyId"))
    .flatMap(({ value }) => follow(project, template, value)?.resource ?? []);
}

const usesByResource = perObject((project: Project): ReadonlyMap<Resource, readonly KeyUse[]> => {
  const uses = new Map<Resource, KeyUse[]>();
  const add = (resource: Resource, use: KeyUse) => {
    const known = uses.get(resource);
    if (known) known.push(use);
    else uses.set(resource, [use]);
  };
  for (const table of project.templates.flatMap(tablesOf)) {
    for (const copy of table.copies) {
      for (const setting of copy.key) {
        const { alias, keys } = keysNamedBy(project, setting);
        const use = { table, copy, setting, keys };
        if (alias) add(alias.resource, use);
        for (const key of keys) add(key.resource, use);
      }
    }
  }
  return uses;
});

/** The tables in view that are encrypted with the key, or name theirs by the alias. */
export function usesOf(project: Project, named: Key | KeyAlias): readonly KeyUse[] {
  return usesByResource(project).get(named.resource) ?? [];
}

/** Is what says so deleted with its stack: a key is scheduled for deletion then? */
export function goesWithStack(deletionPolicy: Setting): boolean {
  return isAbsent(deletionPolicy) || text(deletionPolicy) === "Delete";
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
