import type { Dirent } from "node:fs";
import { access, readdir, readFile, realpath, stat } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Files, Listed } from "./files.ts";
import { canonical, inside } from "./uri.ts";

/** The disk. URIs of other schemes lead nowhere. */
export const nodeFiles: Files = {
  list: async (folder) => {
    const path = toPath(folder);
    const entries = path === undefined ? [] : await readdir(path, { withFileTypes: true }).catch(() => []);
    const listed = await Promise.all(entries.map((entry) => listedOf(entry, inside(folder, entry.name))));
    return listed
      .filter((entry) => entry !== undefined)
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  },
  read: async (uri, limit) => {
    const path = toPath(uri);
    if (path === undefined) return undefined;
    try {
      const found = await stat(path);
      if (!found.isFile() || found.size > limit) return undefined;
      const text = await readFile(path, "utf8");
      return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
    } catch {
      return undefined;
    }
  },
  exists: async (uri) => {
    const path = toPath(uri);
    return (
      path !== undefined &&
      (await access(path).then(
        () => true,
        () => false,
      ))
    );
  },
  realPath: async (uri) => {
    const path = toPath(uri);
    const real = path === undefined ? undefined : await realpath(path).catch(() => undefined);
    return real === undefined ? uri : canonical(pathToFileURL(real).href);
  },
};

async function listedOf(entry: Dirent, uri: string): Promise<Listed | undefined> {
  if (entry.isFile()) return { name: entry.name, kind: "file", link: false };
  if (entry.isDirectory()) return { name: entry.name, kind: "folder", link: false };
  const path = entry.isSymbolicLink() ? toPath(uri) : undefined;
  const target = path === undefined ? undefined : await stat(path).catch(() => undefined);
  if (target?.isFile()) return { name: entry.name, kind: "file", link: true };
  return target?.isDirectory() ? { name: entry.name, kind: "folder", link: true } : undefined;
}

function toPath(uri: string): string | undefined {
  try {
    return uri.startsWith("file:") ? fileURLToPath(uri) : undefined;
  } catch {
    return undefined;
  }
}
