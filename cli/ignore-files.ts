import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import ignore, { type Ignore } from "ignore";
import { withSlashes } from "./paths.ts";

/** The rules of one `.gitignore`, for what lies below its folder. */
interface IgnoreFile {
  folder: string;
  rules: Ignore;
}

/** The ignore files that speak of a folder's entries, outermost first. */
export type IgnoreFiles = readonly IgnoreFile[];

/** Never looked into, ignore file or not. */
export const ALWAYS_SKIPPED: ReadonlySet<string> = new Set(["node_modules", ".git"]);

/**
 * The ignore files from the repository's root down to (not including) a folder. None where the folder is in no repository, or is itself
 * ignored: who names an ignored folder wants to see what is in it.
 */
export function ignoreFilesAbove(folder: string): IgnoreFiles {
  const above: string[] = [];
  for (let current = folder; !existsSync(join(current, ".git")); ) {
    const parent = dirname(current);
    if (parent === current) return [];
    above.unshift(parent);
    current = parent;
  }
  const files = above.reduce<IgnoreFiles>((found, each) => withIgnoreFile(found, each), []);
  return isIgnored(files, folder, true) ? [] : files;
}

/** The same files, and the folder's own. */
export function withIgnoreFile(files: IgnoreFiles, folder: string): IgnoreFiles {
  let text: string;
  try {
    text = readFileSync(join(folder, ".gitignore"), "utf8");
  } catch {
    // Most folders have none. One that cannot be read must not hide anything.
    return files;
  }
  return [...files, { folder, rules: ignore().add(text) }];
}

/** The innermost file that says something decides. */
export function isIgnored(files: IgnoreFiles, path: string, isFolder: boolean): boolean {
  for (const { folder, rules } of files.toReversed()) {
    const inside = withSlashes(relative(folder, path)) + (isFolder ? "/" : "");
    if (!ignore.isPathValid(inside)) continue;
    const { ignored, unignored } = rules.test(inside);
    if (ignored || unignored) return ignored;
  }
  return false;
}

/** Is a path below `base` ignored, itself or by a folder on the way? */
export function isIgnoredBelow(base: string, files: IgnoreFiles, path: string): boolean {
  const steps = relative(base, path).split(sep);
  let current = base;
  let known = files;
  for (const [index, step] of steps.entries()) {
    known = withIgnoreFile(known, current);
    current = join(current, step);
    if (ALWAYS_SKIPPED.has(step) || isIgnored(known, current, index < steps.length - 1)) return true;
  }
  return false;
}
