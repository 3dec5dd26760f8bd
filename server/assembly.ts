import { isAssemblyManifest, readAssembly } from "../core/cdk/assembly.ts";
import type { Environment } from "../core/cdk/environment.ts";
import type { Files } from "./files.ts";
import { withReads } from "./reads.ts";
import { MAX_TEMPLATE_BYTES } from "./text-file.ts";
import { inside, relative } from "./uri.ts";

/** A cloud assembly names a few files for each stack; one that names more than this many is no assembly. */
const MAX_READS = 5_000;

/**
 * The templates of a cloud assembly, as canonical URIs, and where they are deployed; undefined where the folder is none.
 * @param root the workspace folder, to which paths are relative
 */
export async function assemblyTemplates(
  files: Files,
  root: string,
  folder: string,
): Promise<ReadonlyMap<string, Environment> | undefined> {
  const manifest = await files.read(inside(folder, "manifest.json"), MAX_TEMPLATE_BYTES);
  if (manifest === undefined || !isAssemblyManifest(manifest)) return undefined;
  const assembly = await withReads(
    (path) => files.read(inside(root, path), MAX_TEMPLATE_BYTES),
    (read) => readAssembly(relative(root, folder) ?? "", read),
    MAX_READS,
  );
  return new Map([...assembly.environments].map(([template, environment]) => [inside(root, template), environment]));
}
