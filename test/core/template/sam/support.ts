import { getPath, items, propertiesOf, type Setting } from "../../../../core/evaluate/setting.ts";
import { piecesKey, piecesOf, type Value } from "../../../../core/evaluate/value.ts";
import type { Span } from "../../../../core/syntax/node.ts";
import { sourceText } from "../../../../core/syntax/source-text.ts";
import { readTemplate } from "../../../../core/template/read.ts";
import type { Resource, Template } from "../../../../core/template/template.ts";

/** A SAM template of these resources; `head` stands before `Resources`. */
export function sam(resources: string, head = ""): Template {
  return readTemplate(
    "template.yaml",
    sourceText(`Transform: AWS::Serverless-2016-10-31\n${head}Resources:\n${resources}`),
  );
}

export function resourceOf(template: Template, id: string): Resource {
  const resource = template.resources.get(id);
  if (!resource) throw new Error(`no resource ${id} among ${[...template.resources.keys()].join(", ")}`);
  return resource;
}

export function property(template: Template, id: string, ...keys: string[]): Setting[] {
  return propertiesOf(template, resourceOf(template, id)).flatMap((properties) => getPath(properties, ...keys));
}

/** The only setting of a property that has one branch. */
export function only(template: Template, id: string, ...keys: string[]): Setting {
  const [setting, ...others] = property(template, id, ...keys);
  if (!setting || others.length > 0) throw new Error(`${others.length + 1} branches`);
  return setting;
}

/** A value in one text: literals as they are, holes as `${name}`. */
export function show(value: Value): string {
  if (value.kind === "absent") return "absent";
  const pieces = piecesOf(value);
  return pieces ? piecesKey(pieces) : value.kind;
}

export function shown(template: Template, id: string, ...keys: string[]): string[] {
  return property(template, id, ...keys).map(({ value }) => show(value));
}

/** What stands in the text at a place. */
export function at(template: Template, { start, end }: Span): string {
  return template.source.text.slice(start, end);
}

/** The texts of a list. */
export function texts(list: readonly Setting[]): string[] {
  return list.flatMap(items).map(({ value }) => show(value));
}

export interface Grant {
  actions: string[];
  resources: string[];
  /** The statement. */
  statement: Setting;
}

/** The statements of a role's inline policies. */
export function grantsOf(template: Template, roleId: string): Grant[] {
  return property(template, roleId, "Policies")
    .flatMap(items)
    .flatMap((policy) => statementsOf(getPath(policy, "PolicyDocument")));
}

export function statementsOf(documents: readonly Setting[]): Grant[] {
  return documents
    .flatMap((document) => getPath(document, "Statement"))
    .flatMap(items)
    .map((statement) => ({
      actions: texts(getPath(statement, "Action")),
      resources: texts(getPath(statement, "Resource")),
      statement,
    }));
}

export function managedOf(template: Template, roleId: string): string[] {
  return texts(property(template, roleId, "ManagedPolicyArns")).map((arn) => arn.split("/").at(-1) ?? "");
}
