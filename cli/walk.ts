import { type Dirent, readdirSync, realpathSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { isAssemblyManifest, readAssembly } from "../core/cdk/assembly.ts";
import type { FolderSettings } from "./configuration.ts";
import { describeError, isMissing } from "./failure.ts";
import { ALWAYS_SKIPPED, type IgnoreFiles, ignoreFilesAbove, isIgnored, withIgnoreFile } from "./ignore-files.ts";
import { comparePaths, withSlashes } from "./paths.ts";
import { readTextFile } from "./read-file.ts";

/** Names under which templates are kept, in lower case. */
const TEMPLATE_EXTENSIONS: ReadonlySet<string> = new Set([".yaml", ".yml", ".json", ".jsonc", ".template"]);

const MANIFEST = "manifest.json";

/** What a walk meets. Paths are absolute and native; `real` is the path without symbolic links. */
export interface Found {
  file(path: string, real: string): void;
  /** A template that a CDK manifest names: it is one, whatever its content. */
  assemblyTemplate(path: string): void;
  problem(path: string, message: string): void;
}

/**
 * Finds what may be a template in a folder, in an order that depends on names only. Ignore files and configurations are honoured; a CDK
 * cloud assembly is read by its manifest, also where it is ignored. Links are followed after everything else, each real folder once.
 */
export function walkFolder(folder: string, settingsOf: (folder: string) => FolderSettings, found: Found): void {
  const links: Link[] = [];
  const visited = new Set<string>();
  const visit = (path: string, real: string, ignoreFiles: IgnoreFiles): void => {
    if (visited.has(real)) return;
    visited.add(real);
    const entries = readFolder(path, found);
    // What cannot be looked into has no configuration that could be read.
    if (entries.length === 0) return;
    const names = new Set(entries.map((entry) => entry.name));
    if (names.has(MANIFEST) && takeAssembly(path, found)) return;
    const settings = settingsOf(path);
    const files = names.has(".gitignore") ? withIgnoreFile(ignoreFiles, path) : ignoreFiles;
    for (const entry of entries) {
      if (ALWAYS_SKIPPED.has(entry.name)) continue;
      const inside = join(path, entry.name);
      if (entry.isSymbolicLink()) links.push({ path: inside, settings, ignoreFiles: files });
      else take(inside, join(real, entry.name), entry, settings, files);
    }
  };
  const take = (
    path: string,
    real: string,
    kind: { isDirectory(): boolean; isFile(): boolean },
    settings: FolderSettings,
    ignoreFiles: IgnoreFiles,
  ): void => {
    const isFolder = kind.isDirectory();
    const isWanted = isFolder || (kind.isFile() && (hasTemplateName(path) || settings.includes(path)));
    if (!isWanted || settings.excludes(path, isFolder)) return;
    const ignored = isIgnored(ignoreFiles, path, isFolder);
    if (!isFolder) {
      if (!ignored) found.file(path, real);
    } else if (!ignored) visit(path, real, ignoreFiles);
    else if (takeAssembly(path, found)) visited.add(real);
  };
  visit(folder, realpathSync(folder), ignoreFilesAbove(folder));
  for (let link = links.shift(); link; link = links.shift()) {
    const target = targetOf(link.path);
    if (target) take(link.path, target.real, target.kind, link.settings, link.ignoreFiles);
  }
}

interface Link {
  path: string;
  settings: FolderSettings;
  ignoreFiles: IgnoreFiles;
}

function hasTemplateName(path: string): boolean {
  return TEMPLATE_EXTENSIONS.has(extname(path).toLowerCase());
}

function readFolder(path: string, found: Found): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true }).sort((a, b) => comparePaths(a.name, b.name));
  } catch (error) {
    // A folder that has gone since its parent was read is no failure.
    if (!isMissing(error)) found.problem(path, describeError(error));
    return [];
  }
}

/** Undefined for a link that leads nowhere: editors use such links as locks. */
function targetOf(path: string) {
  try {
    return { real: realpathSync(path), kind: statSync(path) };
  } catch {
    return undefined;
  }
}

/** Reads a folder as a CDK cloud assembly if it is one. */
function takeAssembly(folder: string, found: Found): boolean {
  const manifest = readTextFile(join(folder, MANIFEST));
  // Most files of that name belong to other programs: few are worth parsing.
  if (!("text" in manifest) || !manifest.text.includes('"artifacts"') || !isAssemblyManifest(manifest.text))
    return false;
  const assembly = readAssembly(withSlashes(folder), (path) => {
    const read = readTextFile(path);
    return "text" in read ? read.text : undefined;
  });
  for (const path of assembly.templates) found.assemblyTemplate(path);
  for (const { file, message } of assembly.problems) found.problem(file, message);
  return true;
}
