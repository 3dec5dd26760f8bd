import type { Files, Listed } from "../../server/files.ts";
import { canonical, inside, parentOf, relative } from "../../server/uri.ts";

/** A file system made of texts by absolute path; it may be changed while it is used. `links` lead from a path to a folder or file. */
export interface MemoryFiles extends Files {
  texts: Map<string, string>;
  /** Every URI whose content was asked for. */
  reads: string[];
}

const ROOT = "file:///";

export function memoryFiles(texts: Record<string, string>, links: Record<string, string> = {}): MemoryFiles {
  const files = new Map(Object.entries(texts).map(([path, text]) => [inside(ROOT, path), text]));
  const targets = new Map(Object.entries(links).map(([from, to]) => [inside(ROOT, from), inside(ROOT, to)]));
  const reads: string[] = [];

  const resolve = (uri: string): string => {
    for (const [from, to] of targets) {
      const below = relative(from, uri);
      if (below !== undefined) return resolve(below === "" ? to : inside(to, below));
    }
    return uri;
  };
  const kindOf = (uri: string): "file" | "folder" | undefined => {
    const real = resolve(uri);
    if (files.has(real)) return "file";
    return [...files.keys()].some((file) => relative(real, file)) ? "folder" : undefined;
  };
  const childrenOf = (folder: string): string[] => {
    const real = resolve(folder);
    const names = new Set<string>();
    for (const known of [...files.keys(), ...targets.keys()]) {
      const [name] = (relative(real, known) ?? "").split("/");
      if (name) names.add(name);
    }
    return [...names].sort();
  };
  return {
    texts: files,
    reads,
    list: async (folder) =>
      childrenOf(folder).flatMap((name): Listed[] => {
        const uri = inside(resolve(folder), name);
        const kind = kindOf(uri);
        return kind ? [{ name, kind, link: targets.has(uri) }] : [];
      }),
    read: async (uri, limit) => {
      reads.push(uri);
      const text = files.get(resolve(uri));
      return text === undefined || text.length > limit ? undefined : text;
    },
    exists: async (uri) => kindOf(uri) !== undefined,
    realPath: async (uri) => resolve(canonical(uri)),
  };
}

/** The folder that a file of the memory lies in. */
export function folderOf(path: string): string {
  return parentOf(inside(ROOT, path)) ?? ROOT;
}
