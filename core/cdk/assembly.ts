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

/** How deep assemblies may nest by stages. */
const MAX_DEPTH = 20;

/** Is this the text of a CDK `manifest.json`? Other tools have files of that name too. */
export function isAssemblyManifest(text: string): boolean {
  const root = rootOf(text);
  return textAt(root, "version") !== undefined && mapAt(root, "artifacts") !== undefined;
}

function rootOf(text: string): MapNode | undefined {
  return mapAt(parse(sourceText(text).text).root);
}

/**
 * Reads a cloud assembly (`cdk.out`): the stacks of its manifest, the assemblies of its stages, and the templates of nested stacks by their
 * `aws:asset:path`. Source: cloud-assembly-schema (artifact types `aws:cloudformation:stack` and `cdk:cloud-assembly`).
 */
export function readAssembly(folder: string, read: ReadText): Assembly {
  const reading: Reading = { read, templates: new Set(), manifests: new Set(), problems: [] };
  readManifest(reading, folder, 0);
  return { templates: [...reading.templates], problems: reading.problems };
}

interface Reading {
  read: ReadText;
  /** What was found so far: a cycle leads back to it. */
  templates: Set<string>;
  manifests: Set<string>;
  problems: Assembly["problems"];
}

function readManifest(reading: Reading, folder: string, depth: number): void {
  const file = `${folder}/manifest.json`;
  if (reading.manifests.has(file)) return;
  reading.manifests.add(file);
  const text = reading.read(file);
  const artifacts = text === undefined ? undefined : mapAt(rootOf(text), "artifacts");
  if (!artifacts || depth > MAX_DEPTH) {
    const message = text === undefined ? "cannot be read" : artifacts ? "is nested too deeply" : "is no CDK manifest";
    reading.problems.push({ file, message });
    return;
  }
  for (const { value } of artifacts.entries) {
    const artifact = mapAt(value);
    const type = textAt(artifact, "type");
    const properties = mapAt(artifact, "properties");
    const isStack = type === "aws:cloudformation:stack";
    if (!isStack && type !== "cdk:cloud-assembly") continue;
    const named = textAt(properties, isStack ? "templateFile" : "directoryName");
    const path = inside(named);
    if (path === undefined) reading.problems.push({ file, message: outside(named) });
    else if (isStack) addTemplate(reading, folder, path);
    else readManifest(reading, `${folder}/${path}`, depth + 1);
  }
}

/** A path of the manifest, without `.`; undefined where it leads out of the assembly or nowhere. */
function inside(path: string | undefined): string | undefined {
  if (path === undefined || /^(?:[/\\]|[A-Za-z]:)/.test(path)) return undefined;
  const parts = path.split(/[/\\]/).filter((part) => part !== "." && part !== "");
  return parts.length === 0 || parts.includes("..") ? undefined : parts.join("/");
}

function outside(path: string | undefined): string {
  return path === undefined
    ? "names no file for one of its artifacts"
    : `names ${JSON.stringify(path)}, which is not in the assembly`;
}

function addTemplate(reading: Reading, folder: string, path: string): void {
  // A list, not a call of itself: nested stacks may hold each other.
  const waiting = [path];
  for (const relative of waiting) {
    const file = `${folder}/${relative}`;
    if (reading.templates.has(file)) continue;
    const text = reading.read(file);
    if (text === undefined) {
      reading.problems.push({ file, message: "cannot be read" });
      continue;
    }
    reading.templates.add(file);
    if (!text.includes("AWS::CloudFormation::Stack") || !text.includes("aws:asset:path")) continue;
    for (const { value } of mapAt(rootOf(text), "Resources")?.entries ?? []) {
      const resource = mapAt(value);
      if (!isNestedStack(resource)) continue;
      const named = textAt(mapAt(resource, "Metadata"), "aws:asset:path");
      const nested = inside(named);
      if (nested === undefined) reading.problems.push({ file, message: outside(named) });
      else waiting.push(nested);
    }
  }
}

function isNestedStack(resource: MapNode | undefined): boolean {
  return (
    textAt(resource, "Type") === "AWS::CloudFormation::Stack" &&
    textAt(mapAt(resource, "Metadata"), "aws:asset:property") === "TemplateURL"
  );
}
