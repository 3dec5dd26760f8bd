import { isAbsolute, relative, sep } from "node:path";

/** A native path with forward slashes, as core and the reports write paths. */
export function withSlashes(path: string): string {
  return sep === "/" ? path : path.replaceAll(sep, "/");
}

/** How reports call a file: relative to the working folder, absolute outside it; with forward slashes. */
export function reportedPath(absolute: string, workingFolder: string): string {
  const path = relative(workingFolder, absolute);
  const isOutside = path === "" || path === ".." || path.startsWith(`..${sep}`) || isAbsolute(path);
  return withSlashes(isOutside ? absolute : path);
}

/** The code unit order in which files are reported, the same on every machine. */
export function comparePaths(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
