import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { RESULTS, ROOT } from "./run-folder.mjs";

/**
 * Bundles the mocha suite that runs inside the extension host.
 * @returns {Promise<string>} absolute path of its entry, a CommonJS module with `run()`
 */
export async function bundleSuite() {
  const folder = join(RESULTS, "vscode-suite");
  rmSync(folder, { recursive: true, force: true });
  await build({
    entryPoints: [join(ROOT, "test", "vscode", "suite", "index.ts")],
    outfile: join(folder, "index.js"),
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    external: ["vscode", "mocha"],
    sourcemap: "inline",
    logLevel: "warning",
  });
  writeFileSync(join(folder, "package.json"), `${JSON.stringify({ type: "commonjs" })}\n`);
  return join(folder, "index.js");
}

/**
 * Bundles the user-interface test, which drives the workbench from outside.
 * @returns {Promise<string>} absolute path of an ES module with `run(session)`
 */
export async function bundleUiTest() {
  const outfile = join(RESULTS, "vscode-ui", "index.mjs");
  await build({
    entryPoints: [join(ROOT, "test", "vscode", "ui", "quick-fix.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    sourcemap: "inline",
    logLevel: "warning",
  });
  return outfile;
}
