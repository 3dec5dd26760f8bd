import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build } from "esbuild";
import { afterAll, beforeAll } from "vitest";

/** How the build bundles programs, but for what makes them small. */
export const bundleOptions: BuildOptions = {
  absWorkingDir: fileURLToPath(new URL("../..", import.meta.url)),
  bundle: true,
  platform: "node",
  mainFields: ["module", "main"],
  target: "node20",
  format: "esm",
  logLevel: "warning",
  banner: {
    js: 'import{createRequire as ddblintCreateRequire}from"node:module";const require=ddblintCreateRequire(import.meta.url);',
  },
};

/** Bundles the server into a folder of its own, which goes when the tests of the file are done. */
export function bundledServer(): { readonly program: string } {
  const folder = mkdtempSync(join(tmpdir(), "ddblint-server-"));
  const program = join(folder, "server.mjs");
  beforeAll(async () => {
    await build({ ...bundleOptions, entryPoints: ["server/node.ts"], outfile: program });
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return { program };
}
