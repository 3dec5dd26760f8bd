// npm run bench [-- FOLDER]: what the linter costs, as whole processes and per keystroke. FOLDER is a folder of templates, e.g. a corpus.
// Figures of one run belong together; machines differ, so quote the ratios.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const top = fileURLToPath(new URL("../", import.meta.url));
const cli = join(top, "dist", "cli.mjs");
const scratch = mkdtempSync(join(tmpdir(), "ddblint-bench-"));
const RUNS = 9;

try {
  const { sampleTemplate } = await bundled("sample");
  for (const size of [5_000, 50_000, 500_000]) {
    spawnSync(process.execPath, [join(scratch, "editing.mjs"), String(size), size > 100_000 ? "40" : "300"], {
      stdio: "inherit",
    });
  }
  spawnSync(process.execPath, [join(scratch, "policy.mjs")], { stdio: "inherit" });
  const file = join(scratch, "five.yaml");
  writeFileSync(file, sampleTemplate(5_000));
  const floor = measure("node -e 0", ["-e", "0"]);
  const loader = join(scratch, "load.mjs");
  writeFileSync(
    loader,
    chunksOf(cli)
      .map((chunk) => `import ${JSON.stringify(pathToFileURL(chunk).href)};\n`)
      .join(""),
  );
  const load = measure("node, loading the bundle of lint", [loader]);
  const one = measure("ddblint, one 5 kB file", [cli, "--fail-on", "never", file]);
  console.log(
    `one 5 kB file / node -e 0: ${(one.cpu / floor.cpu).toFixed(2)}; / (node + loading the bundle): ${(one.cpu / load.cpu).toFixed(2)}`,
  );
  const folder = process.argv[2] ?? join(top, "..", "shared", "corpus");
  if (existsSync(folder)) measure(`ddblint ${process.argv[2] ?? "corpus"}`, [cli, "--fail-on", "never", folder]);
} finally {
  rmSync(scratch, { recursive: true });
}

/** The chunks that linting loads, without the command line's own entry: importing that would run it. */
function chunksOf(entry) {
  const folder = join(top, "dist");
  const server = readFileSync(join(folder, "server.mjs"), "utf8");
  return readdirSync(folder)
    .filter((name) => name.startsWith("chunk-") && name.endsWith(".mjs"))
    .filter((name) => readFileSync(entry, "utf8").includes(name) || server.includes(name))
    .map((name) => join(folder, name));
}

async function bundled(name) {
  for (const each of new Set([name, "editing", "policy"])) {
    await build({
      entryPoints: [join(top, "bench", `${each}.ts`)],
      outfile: join(scratch, `${each}.mjs`),
      bundle: true,
      minify: true,
      platform: "node",
      format: "esm",
      mainFields: ["module", "main"],
      logLevel: "error",
      banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    });
  }
  return import(pathToFileURL(join(scratch, `${name}.mjs`)).href);
}

/** CPU seconds (user and system) and peak memory of whole processes; median and range of several runs. */
function measure(name, args) {
  const probe = `const u=process.resourceUsage();require("fs").writeSync(9,JSON.stringify({cpu:(u.userCPUTime+u.systemCPUTime)/1e6,mb:u.maxRSS/1024}))`;
  const hook = join(scratch, "hook.cjs");
  writeFileSync(hook, `process.on("exit",()=>{${probe}})`);
  const results = Array.from({ length: RUNS }, () => {
    const child = spawnSync(process.execPath, ["--require", hook, ...args], {
      stdio: ["ignore", "ignore", "ignore", "ignore", "ignore", "ignore", "ignore", "ignore", "ignore", "pipe"],
      maxBuffer: 1e8,
    });
    return JSON.parse(String(child.output[9]));
  });
  const cpu = results.map((result) => result.cpu).sort((a, b) => a - b);
  const mb = Math.max(...results.map((result) => result.mb));
  const median = cpu[Math.floor(cpu.length / 2)];
  console.log(
    `${name}: CPU ${median.toFixed(3)} s (${cpu[0].toFixed(3)}–${cpu.at(-1).toFixed(3)}), peak ${mb.toFixed(0)} MB`,
  );
  return { cpu: median };
}
