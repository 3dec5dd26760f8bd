import { existsSync, realpathSync, type Stats, statSync } from "node:fs";
import { dirname, resolve, sep } from "node:path";
import type { Environment } from "../core/cdk/environment.ts";
import { closest } from "../core/lint/suggest.ts";
import { type AssemblyReader, environmentBeside } from "./assembly.ts";
import type { FolderSettings } from "./configuration.ts";
import { describeError } from "./failure.ts";
import { ignoreFilesAbove, isIgnoredBelow } from "./ignore-files.ts";
import { COMMANDS } from "./options.ts";
import { comparePaths, reportedPath } from "./paths.ts";
import { type Found, walkFolder } from "./walk.ts";

/** A file that may be a template. */
export interface Candidate {
  /** Absolute, native. */
  path: string;
  /** How reports call it; the key of the file in its project. */
  file: string;
  /** Named itself on the command line: it is an error if it cannot be read or is no template. */
  named: boolean;
  /** Named by a CDK manifest: it is a template, whatever its content. */
  listed: boolean;
  /** Where the CDK deploys it, as far as the manifest beside it says. */
  environment?: Environment;
  /** The command line's words that led to it. */
  origins: Set<string>;
}

/** Why something named or found cannot be linted. */
export interface Problem {
  /** As reports call it, or as it was written. */
  file: string;
  message: string;
}

export interface Listing {
  /** In the order of `file`, each real file once. */
  candidates: Candidate[];
  problems: Problem[];
  /** The words that are folders, or globs that match something: they may hold no template without being wrong. */
  searched: string[];
}

/** Every file that the paths of a command line lead to. `-` is left to the caller. */
export async function listFiles(
  paths: readonly string[],
  workingFolder: string,
  settingsOf: (folder: string) => FolderSettings,
  assemblyIn: AssemblyReader,
): Promise<Listing> {
  const byRealPath = new Map<string, Candidate>();
  const problems: Problem[] = [];
  const searched: string[] = [];
  const environmentOf = (path: string) => environmentBeside(assemblyIn, path);
  const add = (origin: string, path: string, real: string, kind: Kind) => {
    const before = byRealPath.get(real);
    if (!before) {
      byRealPath.set(real, {
        path,
        file: reportedPath(path, workingFolder),
        named: kind.named ?? false,
        listed: kind.listed ?? false,
        ...(kind.environment && { environment: kind.environment }),
        origins: new Set([origin]),
      });
      return;
    }
    before.origins.add(origin);
    before.named ||= kind.named ?? false;
    before.listed ||= kind.listed ?? false;
    if (kind.environment) before.environment = kind.environment;
  };
  const problem = (path: string, message: string) => {
    problems.push({ file: reportedPath(resolve(path), workingFolder), message });
  };
  const walk = (origin: string, folder: string) => {
    if (!searched.includes(origin)) searched.push(origin);
    const found: Found = {
      file: (path, real) => add(origin, path, real, {}),
      assemblyTemplate: (path, environment) =>
        add(origin, resolve(path), realPathOf(resolve(path)), { listed: true, environment }),
      problem,
    };
    walkFolder(folder, settingsOf, assemblyIn, found);
  };
  for (const origin of new Set(paths)) {
    if (origin === "-") continue;
    const path = resolve(workingFolder, origin);
    const status = statusOf(path);
    if (!("error" in status)) {
      if (status.isDirectory()) walk(origin, path);
      else add(origin, path, realPathOf(path), { named: true, environment: environmentOf(path) });
    } else if (isGlob(origin)) {
      const matches = await expandGlob(origin, workingFolder, settingsOf);
      if (matches.files.length + matches.folders.length === 0)
        problems.push({ file: origin, message: matches.nothing });
      else searched.push(origin);
      for (const file of matches.files) add(origin, file, realPathOf(file), { environment: environmentOf(file) });
      for (const folder of matches.folders) walk(origin, folder);
    } else {
      problems.push({ file: origin, message: status.error + suggestion(origin) });
    }
  }
  const candidates = [...byRealPath.values()].sort((a, b) => comparePaths(a.file, b.file));
  return { candidates, problems, searched };
}

/** How a file was found. */
interface Kind {
  named?: boolean;
  listed?: boolean;
  environment?: Environment | undefined;
}

/** Who mistypes a command names a path that does not exist. */
function suggestion(word: string): string {
  const command = closest(word, COMMANDS);
  return command === undefined ? "" : `; did you mean the command "${command}"?`;
}

function statusOf(path: string): Stats | { error: string } {
  try {
    return statSync(path);
  } catch (error) {
    return { error: describeError(error) };
  }
}

/** Pipes (`/dev/fd/63`) have no real path: theirs is the one they were named by. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** A word that names no file and has a wildcard, a class, alternatives or an extended pattern in it. */
export function isGlob(word: string): boolean {
  return /[*?]|\[[^\]]+\]|\{[^}]+\}|[!+@]\(/.test(word);
}

/**
 * What a glob matches. What it matches below its fixed part is left out if an ignore file or configuration says so. If it matches no file
 * but folders, these are walked.
 */
async function expandGlob(word: string, workingFolder: string, settingsOf: (folder: string) => FolderSettings) {
  const pattern = sep === "\\" ? word.replaceAll("\\", "/") : word;
  const base = fixedPart(pattern, workingFolder);
  if (!existsSync(base)) return { files: [], folders: [], nothing: "the glob matches nothing" };
  const { glob } = await import("tinyglobby");
  const matches = await glob(pattern, {
    cwd: workingFolder,
    absolute: true,
    onlyFiles: false,
    expandDirectories: false,
    ignore: ["**/node_modules/**", "**/.git/**"],
  });
  const ignoreFiles = ignoreFilesAbove(base);
  const kept = matches
    .map((match) => resolve(match))
    .sort(comparePaths)
    .filter((path) => !isIgnoredBelow(base, ignoreFiles, path) && !settingsOf(dirname(path)).excludes(path, false));
  const files: string[] = [];
  const folders: string[] = [];
  for (const path of kept) {
    const status = statusOf(path);
    if ("error" in status) continue;
    if (status.isFile()) files.push(path);
    else if (status.isDirectory()) folders.push(path);
  }
  return {
    files,
    folders: files.length > 0 ? [] : folders,
    nothing: matches.length > 0 ? "the glob matches ignored files only" : "the glob matches nothing",
  };
}

/** The folder up to the first segment with a wildcard. */
function fixedPart(pattern: string, workingFolder: string): string {
  const segments = pattern.split("/");
  const first = segments.findIndex(isGlob);
  const fixed = segments.slice(0, first < 0 ? -1 : first).join("/");
  return resolve(workingFolder, fixed === "" && pattern.startsWith("/") ? "/" : fixed);
}
