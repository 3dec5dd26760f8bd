import { dirname, join } from "node:path";
import { type Assembly, isAssemblyManifest, readAssembly } from "../core/cdk/assembly.ts";
import type { Environment } from "../core/cdk/environment.ts";
import { withSlashes } from "./paths.ts";
import { readTextFile } from "./read-file.ts";

export const MANIFEST = "manifest.json";

/** The CDK cloud assembly in a folder (absolute native path), if it is one. */
export type AssemblyReader = (folder: string) => Assembly | undefined;

/** Reads every assembly once. Its paths are absolute, with forward slashes. */
export function assemblyReader(): AssemblyReader {
  const known = new Map<string, Assembly | undefined>();
  return (folder) => {
    if (!known.has(folder)) known.set(folder, assemblyIn(folder));
    return known.get(folder);
  };
}

/** Where a template (absolute native path) is deployed, as far as the manifest beside it says. */
export function environmentBeside(assemblyIn: AssemblyReader, path: string): Environment | undefined {
  return assemblyIn(dirname(path))?.environments.get(withSlashes(path));
}

function assemblyIn(folder: string): Assembly | undefined {
  const manifest = readTextFile(join(folder, MANIFEST));
  // Most files of that name belong to other programs: few are worth parsing.
  if (!("text" in manifest) || !manifest.text.includes('"artifacts"') || !isAssemblyManifest(manifest.text))
    return undefined;
  return readAssembly(withSlashes(folder), (path) => {
    const read = readTextFile(path);
    return "text" in read ? read.text : undefined;
  });
}
