import { type Dirent, readdirSync, realpathSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import type { Environment } from "../core/cdk/environment.ts";
import { type AssemblyReader, MANIFEST } from "./assembly.ts";
import type { FolderSettings } from "./configuration.ts";
import { describeError, isMissing } from "./failure.ts";
import { ALWAYS_SKIPPED, type IgnoreFiles, ignoreFilesAbove, isIgnored, withIgnoreFile } from "./ignore-files.ts";
import { comparePaths } from "./paths.ts";

/** Names under which templates are kept, in lower case. */
const TEMPLATE_EXTENSIONS: ReadonlySet<string> = new Set([".yaml", ".yml", ".json", ".jsonc", ".template"]);

/** What a walk meets. Paths are absolute and native; `real` is the path without symbolic links. */
export interface Found {
  file(path: string, real: string): void;
  /** A template that a CDK manifest names: it is one, whatever its content. The path has forward slashes. */
  assemblyTemplate(path: string, environment: Environment): void;
  problem(path: string, message: string): void;
}

/**
 * Finds what may be a template in a folder, in an order that depends on names only. Ignore files and configurations are honoured; a CDK
 * cloud assembly is read by its manifest, also where it is ignored. Links are followed after everything else, each real folder once.
 */
export function walkFolder(
  folder: string,
  settingsOf: (folder: string) => FolderSettings,
  assemblyIn: AssemblyReader,
  found: Found,
): void {
  const links: Link[] = [];
  const visited = new Set<string>();
  const visit = (path: string, real: string, ignoreFiles: IgnoreFiles): void => {
    if (visited.has(real)) return;
    visited.add(real);
    const entries = readFolder(path, found);
    // What cannot be looked into has no configuration that could be read.
    if (entries.length === 0) return;
    const names = new Set(entries.map((entry) => entry.name));
    if (names.has(MANIFEST) && takeAssembly(assemblyIn, path, found)) return;
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
    else if (takeAssembly(assemblyIn, path, found)) visited.add(real);
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

/** Takes what a folder's manifest names, and nothing else of it, if it is a CDK cloud assembly. */
function takeAssembly(assemblyIn: AssemblyReader, folder: string, found: Found): boolean {
  const assembly = assemblyIn(folder);
  for (const [path, environment] of assembly?.environments ?? []) found.assemblyTemplate(path, environment);
  for (const { file, message } of assembly?.problems ?? []) found.problem(file, message);
  return assembly !== undefined;
}
