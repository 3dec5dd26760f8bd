import ignore from "ignore";
import type { FileConfiguration } from "./configuration-file.ts";

/** What `files.include` and `files.exclude` of a configuration say about paths relative to its folder, with forward slashes. */
export interface FileSelection {
  /** Taken though the name does not look like a template's. */
  includes(path: string): boolean;
  /** Left out; a folder is left out with all that is in it. */
  excludes(path: string, isFolder: boolean): boolean;
}

/** Patterns are those of `.gitignore`. A path outside the configuration's folder is neither included nor excluded. */
export function fileSelection(files: FileConfiguration["files"]): FileSelection {
  const include = matcher(files.include);
  const exclude = matcher(files.exclude);
  return {
    includes: (path) => include(path),
    excludes: (path, isFolder) => exclude(isFolder ? `${path}/` : path),
  };
}

function matcher(patterns: readonly string[]): (path: string) => boolean {
  if (patterns.length === 0) return () => false;
  const rules = ignore().add([...patterns]);
  return (path) => ignore.isPathValid(path) && rules.ignores(path);
}
