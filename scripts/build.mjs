#!/usr/bin/env node
// Bundles everything that is shipped into dist/: the client of the editor, the language server and the command line.
//
//   build.mjs [--metafile]      --metafile prints how large each bundle is, and what makes it up
//
// dist/client.cjs               the editor's extension host loads CommonJS
// dist/server.mjs, dist/cli.mjs ES modules that share dist/chunk-*.mjs
// dist/THIRD-PARTY-NOTICES.txt  the licence of every package whose code is in one of them
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { analyzeMetafile, build } from "esbuild";
import { notices } from "./notices.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");

/** @type {import("esbuild").BuildOptions & { metafile: true, write: false }} */
const common = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  // The CommonJS builds of some packages load their parts in ways a bundler cannot follow.
  mainFields: ["module", "main"],
  target: "node20",
  minify: true,
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
  write: false,
  outdir: dist,
};

const client = build({
  ...common,
  entryPoints: [{ in: "client/extension.ts", out: "client" }],
  format: "cjs",
  outExtension: { ".js": ".cjs" },
  external: ["vscode"],
});

const programs = build({
  ...common,
  entryPoints: [
    { in: "server/node.ts", out: "server" },
    { in: "cli/main.ts", out: "cli" },
  ],
  format: "esm",
  outExtension: { ".js": ".mjs" },
  splitting: true,
  chunkNames: "chunk-[hash]",
  // Bundled CommonJS packages call `require` for Node's own modules; an ES module has none.
  banner: {
    js: 'import{createRequire as ddblintCreateRequire}from"node:module";const require=ddblintCreateRequire(import.meta.url);',
  },
});

const results = await Promise.all([client, programs]).catch((error) => {
  // esbuild has printed its errors already.
  if (!Array.isArray(error?.errors)) throw error;
  process.exit(1);
});

const metafiles = results.map((result) => result.metafile);
const thirdParties = notices(root, metafiles);

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
for (const file of results.flatMap((result) => result.outputFiles)) {
  const isProgram = file.path === join(dist, "cli.mjs");
  const hasHashbang = file.text.startsWith("#!");
  writeFileSync(file.path, isProgram && !hasHashbang ? `#!/usr/bin/env node\n${file.text}` : file.contents);
  if (isProgram) chmodSync(file.path, 0o755);
}

// Data made from others' packages is compiled in, so no bundler knows of it.
const data = ["core/iam/NOTICE.md", "core/template/sam/NOTICE.md"].map((file) =>
  readFileSync(join(root, file), "utf8"),
);
writeFileSync(join(dist, "THIRD-PARTY-NOTICES.txt"), [thirdParties, ...data].join("\n"));

if (process.argv.includes("--metafile")) {
  for (const metafile of metafiles) {
    console.log(await analyzeMetafile(metafile));
    for (const [name, { bytes }] of Object.entries(metafile.outputs)) {
      console.log(`${name.padEnd(32)} ${(bytes / 1024).toFixed(1).padStart(8)} KB`);
    }
  }
}
