import type { Entry, MapNode, Node, Span } from "../../syntax/node.ts";
import type { Resource } from "../template.ts";
import { entry, getAtt, list, MADE_BY_SAM, managedPolicyArn, map, scalar } from "./synthetic.ts";
import { entriesOf } from "./written.ts";

/** The same resource as another type, with the properties that the transform makes. */
export function lowered(resource: Resource, type: string, properties: MapNode): Resource {
  const key = resource.properties?.key ?? scalar("Properties", resource.key);
  return { ...resource, type, properties: { key, value: properties } };
}

/** A resource that stands nowhere by itself. `properties.start` and `end` say where it comes from. */
export function generated(owner: Resource, id: string, type: string, properties: MapNode): Resource {
  return { ...owner, id, type, properties: entry("Properties", properties, properties) };
}

/**
 * SAM's properties as CloudFormation's: without those in `dropped`, and with `made` in place of what has the same key. `writable` maps
 * each CloudFormation property that could be added to what is written for it.
 */
export function withProperties(
  source: MapNode,
  dropped: readonly string[],
  made: Readonly<Record<string, Node | undefined>>,
  writable: ReadonlyMap<string, string>,
): MapNode {
  const replaced = new Set([...dropped, ...Object.keys(made).filter((key) => made[key])]);
  const kept = source.entries.filter(({ key }) => !replaced.has(key.text));
  const added = Object.entries(made).flatMap(([key, value]) =>
    value ? [entry(key, value, originOf(value, source))] : [],
  );
  return {
    ...source,
    entries: [...kept, ...added],
    index: undefined,
    generated: source.generated ?? MADE_BY_SAM,
    ...(source.writtenAs && { writtenAs: { ...source.writtenAs, keys: writable } }),
  };
}

function originOf(value: Node, source: MapNode): Span {
  return source.entries.find((each) => each.value === value)?.key ?? value;
}

/** `["A", "B"]` and `{ C: "D" }` → A and B are written as they are, C as D. */
export function keys(
  same: readonly string[],
  renamed: Readonly<Record<string, string>> = {},
): ReadonlyMap<string, string> {
  return new Map([...same.map((key) => [key, key] as const), ...Object.entries(renamed)]);
}

/** SAM's map of tags as CloudFormation's list. */
export function tagList(tags: MapNode): Node {
  const items = entriesOf(tags).map(({ key, value }) => map({ Key: key, Value: value }, key));
  return list(items, tags);
}

export interface RoleParts {
  /** `AssumeRolePolicyDocument` as written. */
  trust?: Entry;
  /** The service that is trusted where nothing is written. */
  service: string;
  /** What was attached, in the order of the text. */
  managed: readonly Node[];
  inline: readonly Node[];
  /** AWS managed policies that SAM attaches by itself, behind those of the text: what stands behind `policy/`. */
  standard: readonly string[];
  boundary?: Entry;
  /** Why more may be attached than can be seen. */
  incomplete?: string;
}

/** The role that SAM generates for a resource. */
export function role(owner: Resource, id: string, parts: RoleParts): Resource {
  const origin = owner.key;
  const managed = [...parts.managed, ...parts.standard.map((name) => managedPolicyArn(name, origin))];
  const properties = map(
    {
      AssumeRolePolicyDocument: parts.trust?.value ?? trustOf(parts.service, origin),
      ManagedPolicyArns: managed.length > 0 ? list(managed, origin) : undefined,
      Policies: parts.inline.length > 0 ? list(parts.inline, origin) : undefined,
      PermissionsBoundary: parts.boundary?.value,
    },
    origin,
  );
  return generated(owner, id, "AWS::IAM::Role", {
    ...properties,
    ...(parts.incomplete && { incomplete: parts.incomplete }),
  });
}

export function arnOf(id: string, origin: Span): MapNode {
  return getAtt(id, "Arn", origin);
}

function trustOf(service: string, origin: Span): MapNode {
  const statement = map(
    {
      Effect: scalar("Allow", origin),
      Action: list([scalar("sts:AssumeRole", origin)], origin),
      Principal: map({ Service: list([scalar(service, origin)], origin) }, origin),
    },
    origin,
  );
  return map({ Version: scalar("2012-10-17", origin), Statement: list([statement], origin) }, origin);
}
