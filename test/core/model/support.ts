import { get, propertiesOf, type Setting } from "../../../core/evaluate/setting.ts";
import type { ArnText } from "../../../core/iam/arn.ts";
import { createProject, type Project } from "../../../core/model/project.ts";
import { sourceText } from "../../../core/syntax/source-text.ts";
import { readTemplate } from "../../../core/template/read.ts";
import type { Resource, Template } from "../../../core/template/template.ts";

/** Templates by file name; a lone text is `template.yaml`. */
export function projectOf(files: string | Record<string, string>): Project {
  const named = typeof files === "string" ? { "template.yaml": files } : files;
  return createProject(Object.entries(named).map(([file, text]) => readTemplate(file, sourceText(text))));
}

export function only<T>(things: readonly T[]): T {
  const [first, ...others] = things;
  if (first === undefined || others.length > 0) throw new Error(`${things.length} instead of one`);
  return first;
}

/** The template of a project, by file name or as the only one. */
export function templateOf(project: Project, file?: string): Template {
  return only(project.templates.filter((template) => file === undefined || template.file === file));
}

export function resourceOf(template: Template, id: string): Resource {
  const resource = template.resources.get(id);
  if (!resource) throw new Error(`no resource ${id}`);
  return resource;
}

export function propertyOf(template: Template, id: string, key: string): Setting[] {
  return propertiesOf(template, resourceOf(template, id)).flatMap((each) => get(each, key));
}

/** Holes as `<name>`. */
export function showArn(arn: ArnText | undefined): string {
  return arn ? arn.map((piece) => (typeof piece === "string" ? piece : `<${piece.hole}>`)).join("") : "none";
}
