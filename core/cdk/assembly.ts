import { type MapNode, mapAt, textAt } from "../syntax/node.ts";
import { parse } from "../syntax/parse.ts";
import { sourceText } from "../syntax/source-text.ts";

/** The template files of a cloud assembly, and what could not be read. Paths are as given to and taken from `read`, with forward slashes. */
export interface Assembly {
  templates: string[];
  problems: { file: string; message: string }[];
}

/** Returns a file's text, or undefined where there is none. */
export type ReadText = (path: string) => string | undefined;

/** Assemblies nest by stages; deeper than this is a cycle. */
const MAX_DEPTH = 20;

/** Is this the text of a CDK `manifest.json`? Other tools have files of that name too. */
export function isAssemblyManifest(text: string): boolean {
  const root = mapAt(parse(text).root);
  return root !== undefined && textAt(root, "version") !== undefined && mapAt(root, "artifacts") !== undefined;
}

/**
 * Reads a cloud assembly (`cdk.out`): the stacks of its manifest, the assemblies of its stages, and the templates of nested stacks by their
 * `aws:asset:path`. Source: cloud-assembly-schema (artifact types `aws:cloudformation:stack` and `cdk:cloud-assembly`).
 */
export function readAssembly(folder: string, read: ReadText): Assembly {
  const assembly: Assembly = { templates: [], problems: [] };
  readManifest(folder, read, assembly, 0);
  return assembly;
}

function readManifest(folder: string, read: ReadText, assembly: Assembly, depth: number): void {
  const file = `${folder}/manifest.json`;
  const text = read(file);
  const artifacts = text === undefined ? undefined : mapAt(parse(text).root, "artifacts");
  if (!artifacts || depth > MAX_DEPTH) {
    assembly.problems.push({ file, message: text === undefined ? "cannot be read" : "is no CDK manifest" });
    return;
  }
  for (const { value } of artifacts.entries) {
    const artifact = mapAt(value);
    const type = textAt(artifact, "type");
    const properties = mapAt(artifact, "properties");
    if (type === "aws:cloudformation:stack") addTemplate(folder, textAt(properties, "templateFile"), read, assembly);
    if (type === "cdk:cloud-assembly") {
      const nested = inside(textAt(properties, "directoryName"));
      if (nested !== undefined) readManifest(`${folder}/${nested}`, read, assembly, depth + 1);
    }
  }
}

/** A path of the manifest; one that leads out of the assembly is not followed. */
function inside(path: string | undefined): string | undefined {
  if (path === undefined || /^(?:[/\\]|[A-Za-z]:)/.test(path) || path.split(/[/\\]/).includes("..")) return undefined;
  return path.replaceAll("\\", "/");
}

function addTemplate(folder: string, path: string | undefined, read: ReadText, assembly: Assembly): void {
  const relative = inside(path);
  if (relative === undefined) return;
  const file = `${folder}/${relative}`;
  if (assembly.templates.includes(file)) return;
  const text = read(file);
  if (text === undefined) {
    assembly.problems.push({ file, message: "cannot be read" });
    return;
  }
  assembly.templates.push(file);
  if (!text.includes("aws:asset:path")) return;
  for (const { value } of mapAt(parse(sourceText(text).text).root, "Resources")?.entries ?? []) {
    const resource = mapAt(value);
    if (isNestedStack(resource))
      addTemplate(folder, textAt(mapAt(resource, "Metadata"), "aws:asset:path"), read, assembly);
  }
}

function isNestedStack(resource: MapNode | undefined): boolean {
  return (
    textAt(resource, "Type") === "AWS::CloudFormation::Stack" &&
    textAt(mapAt(resource, "Metadata"), "aws:asset:property") === "TemplateURL"
  );
}
