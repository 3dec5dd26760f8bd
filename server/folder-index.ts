import type { Environment } from "../core/cdk/environment.ts";
import { type IgnoreLevel, isIgnored } from "./ignore-files.ts";
import type { TextFile } from "./text-file.ts";
import { inside, relative } from "./uri.ts";

/** The templates that lie in a workspace folder, as they are on disk. */
export interface FolderIndex {
  /** Canonical, as all URIs here. */
  folder: string;
  /** Templates by URI. */
  files: Map<string, TextFile>;
  /** Outermost first; those above the folder, up to the repository's root, come first. */
  ignores: readonly IgnoreLevel[];
  /** Folders that are cloud assemblies of the CDK, which files in each are templates of it, and where these are deployed. */
  assemblies: ReadonlyMap<string, ReadonlyMap<string, Environment>>;
  /** Why there may be more templates than these, or undefined. */
  truncated?: string;
}

const EXTENSIONS = /\.(?:ya?ml|jsonc?|template)$/i;

/** Whether a file has a name that templates have. */
export function isCandidate(uri: string): boolean {
  return EXTENSIONS.test(uri);
}

/** Whether the manifest of a cloud assembly names a file. */
export function isListed(index: FolderIndex, uri: string): boolean {
  return environmentIn(index, uri) !== undefined;
}

/** Where the CDK deploys a template; undefined for a file that no manifest names. */
export function environmentIn({ assemblies }: FolderIndex, uri: string): Environment | undefined {
  for (const templates of assemblies.values()) {
    const environment = templates.get(uri);
    if (environment) return environment;
  }
  return undefined;
}

/** Whether a file of the folder is one of those that are linted together: not ignored, or part of a cloud assembly. */
export function isInView(index: FolderIndex, uri: string): boolean {
  const path = relative(index.folder, uri);
  if (!path) return false;
  for (const [assembly, templates] of index.assemblies)
    if (relative(assembly, uri) !== undefined) return templates.has(uri);
  const segments = path.split("/");
  for (let depth = 1; depth < segments.length; depth++) {
    if (isIgnored(index.ignores, inside(index.folder, segments.slice(0, depth).join("/")), "folder")) return false;
  }
  return !isIgnored(index.ignores, uri, "file");
}
