import { get, propertiesOf, type Setting, text } from "../evaluate/setting.ts";
import { piecesOf, type TextPiece } from "../evaluate/value.ts";
import { perObject } from "../lazy.ts";
import type { Resource } from "../template/template.ts";
import { follow, type Project } from "./project.ts";

const TYPE = "AWS::IAM::ManagedPolicy";

/** An `AWS::IAM::ManagedPolicy` that is meant, and the text that means it, in its branch. */
export interface MeantPolicy {
  resource: Resource;
  by: Setting;
}

/**
 * The managed policies in view that an entry means: by reference, by an ARN with a literal name, or as an IAM Identity Center reference
 * (`Name`, `Path`). A name that several have means none of them. Whatever the account of an ARN: IAM takes policies of the principal's own only.
 */
export function managedPoliciesMeant(project: Project, entry: Setting): readonly MeantPolicy[] {
  if (entry.value.kind === "map") {
    const paths = get(entry, "Path").map((path) => (path.value.kind === "absent" ? "/" : text(path)));
    return get(entry, "Name").flatMap((by) => paths.flatMap((path) => named(project, text(by), path, by)));
  }
  const target = follow(project, entry.template, entry.value);
  if (target) return target.resource.type === TYPE ? [{ resource: target.resource, by: entry }] : [];
  const [, path, name] =
    /^arn:[^:]*:iam::(?!aws:)[^:]*:policy(\/(?:[^*]*\/)?)([^/*]+)$/.exec(managedPolicyText(entry) ?? "") ?? [];
  return named(project, name, path, entry);
}

/** An unknown path may be the right one. */
function named(project: Project, name: string | undefined, path: string | undefined, by: Setting): MeantPolicy[] {
  const [only, ...others] = policiesByName(project).get(name ?? "") ?? [];
  if (!only || others.length > 0) return [];
  return path === undefined || only.path === undefined || only.path === path ? [{ resource: only.resource, by }] : [];
}

interface NamedPolicy {
  resource: Resource;
  path: string | undefined;
}

const policiesByName = perObject((project: Project): ReadonlyMap<string, readonly NamedPolicy[]> => {
  const byName = new Map<string, NamedPolicy[]>();
  for (const template of project.templates) {
    for (const resource of template.resources.values()) {
      if (resource.type !== TYPE) continue;
      const properties = propertiesOf(template, resource);
      const [name, ...others] = properties.flatMap((each) => get(each, "ManagedPolicyName"));
      const literal = name && others.length === 0 ? text(name) : undefined;
      if (literal === undefined) continue;
      const [path] = properties.flatMap((each) => get(each, "Path"));
      const written = !path || path.value.kind === "absent" ? "/" : text(path);
      byName.set(literal, [...(byName.get(literal) ?? []), { resource, path: written }]);
    }
  }
  return byName;
});

/** The ARN or name of an attached managed policy, with holes (`${AWS::Partition}`) written as `*`. */
export function managedPolicyText(setting: Setting): string | undefined {
  return (
    text(setting) ??
    piecesOf(setting.value)
      ?.map((piece: TextPiece) => (typeof piece === "string" ? piece : "*"))
      .join("")
  );
}
