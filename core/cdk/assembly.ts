import { type MapNode, mapAt, textAt } from "../syntax/node.ts";
import { parse } from "../syntax/parse.ts";
import { sourceText } from "../syntax/source-text.ts";
import { common, type Environment, environmentOf } from "./environment.ts";

/** The template files of a cloud assembly, and what could not be read. Paths are as given to and taken from `read`, with forward slashes. */
export interface Assembly {
  templates: string[];
  /** Where each of them is deployed; what several stacks hold, where these agree. */
  environments: ReadonlyMap<string, Environment>;
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
 * `aws:asset:path`. Nested stacks are deployed where their parent is. Source: cloud-assembly-schema (artifact types
 * `aws:cloudformation:stack` and `cdk:cloud-assembly`).
 */
export function readAssembly(folder: string, read: ReadText): Assembly {
  const reading: Reading = { read, nested: new Map(), environments: new Map(), manifests: new Set(), problems: [] };
  readManifest(reading, folder, 0);
  return {
    templates: [...reading.environments.keys()],
    environments: reading.environments,
    problems: reading.problems,
  };
}

interface Reading {
  read: ReadText;
  /** What was read so far, and the files of its nested stacks: a cycle leads back to it. */
  nested: Map<string, readonly string[]>;
  /** Of the templates found so far. */
  environments: Map<string, Environment>;
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
    else if (isStack) addTemplates(reading, folder, path, environmentOf(textAt(artifact, "environment")));
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

/** The template of a stack, and those of its nested stacks. */
function addTemplates(reading: Reading, folder: string, path: string, environment: Environment): void {
  // A list, not a call of itself: nested stacks may hold each other.
  const waiting = new Set([`${folder}/${path}`]);
  for (const file of waiting) {
    for (const nested of nestedStacksOf(reading, folder, file)) waiting.add(nested);
    const known = reading.environments.get(file);
    if (reading.nested.has(file)) reading.environments.set(file, known ? common(known, environment) : environment);
  }
}

/** The files of the nested stacks in a template; each is read once. */
function nestedStacksOf(reading: Reading, folder: string, file: string): readonly string[] {
  const known = reading.nested.get(file);
  if (known) return known;
  const text = reading.read(file);
  if (text === undefined) {
    reading.problems.push({ file, message: "cannot be read" });
    return [];
  }
  const found: string[] = [];
  reading.nested.set(file, found);
  if (!text.includes("AWS::CloudFormation::Stack") || !text.includes("aws:asset:path")) return found;
  for (const { value } of mapAt(rootOf(text), "Resources")?.entries ?? []) {
    const resource = mapAt(value);
    if (!isNestedStack(resource)) continue;
    const named = textAt(mapAt(resource, "Metadata"), "aws:asset:path");
    const nested = inside(named);
    if (nested === undefined) reading.problems.push({ file, message: outside(named) });
    else found.push(`${folder}/${nested}`);
  }
  return found;
}

function isNestedStack(resource: MapNode | undefined): boolean {
  return (
    textAt(resource, "Type") === "AWS::CloudFormation::Stack" &&
    textAt(mapAt(resource, "Metadata"), "aws:asset:property") === "TemplateURL"
  );
}
