import { getPath, propertiesOf, type Setting } from "../../../core/evaluate/setting.ts";
import { createProject, type Project } from "../../../core/model/project.ts";
import { sourceText } from "../../../core/syntax/source-text.ts";
import { readTemplate } from "../../../core/template/read.ts";
import { type Inputs, NO_INPUTS, type Template } from "../../../core/template/template.ts";

export function template(file: string, text: string, inputs: Partial<Inputs> = {}): Template {
  return readTemplate(file, sourceText(text), { ...NO_INPUTS, ...inputs });
}

/** Templates by file name. */
export function project(files: Record<string, string>): Project {
  return createProject(Object.entries(files).map(([file, text]) => template(file, text)));
}

export function at(project: Project, file: string): Template {
  const found = project.byFile.get(file);
  if (!found) throw new Error(`no ${file} among ${[...project.byFile.keys()]}`);
  return found;
}

export function property(template: Template, id: string, ...keys: string[]): Setting[] {
  const resource = template.resources.get(id);
  if (!resource) throw new Error(`no ${id} among ${[...template.resources.keys()]}`);
  return propertiesOf(template, resource).flatMap((properties) => getPath(properties, ...keys));
}
