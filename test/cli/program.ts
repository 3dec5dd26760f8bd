import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, onTestFinished } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Outcome {
  /** Null where a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd: string;
  /** What stands on standard input; nothing: it is empty. */
  input?: string | Buffer;
  env?: { [name: string]: string };
  /** Leaves standard input open behind `input`, as a client does that goes on speaking. */
  keepOpen?: boolean;
  /** Closes standard output as soon as something has been read from it. */
  closeEarly?: boolean;
  /** What standard output is connected to, in place of a pipe. */
  stdout?: number;
}

let program: Promise<string> | undefined;

/** Bundles the command line as it is shipped, once per test file, and gives the path of what Node is to run. */
export function builtProgram(): Promise<string> {
  program ??= bundle();
  return program;
}

async function bundle(): Promise<string> {
  const outdir = mkdtempSync(join(tmpdir(), "ddblint-program-"));
  afterAll(() => rmSync(outdir, { recursive: true, force: true }));
  await build({
    absWorkingDir: root,
    entryPoints: [
      { in: "cli/main.ts", out: "cli" },
      { in: "server/node.ts", out: "server" },
    ],
    bundle: true,
    platform: "node",
    mainFields: ["module", "main"],
    target: "node20",
    format: "esm",
    splitting: true,
    outdir,
    outExtension: { ".js": ".mjs" },
    banner: {
      js: 'import { createRequire as requireFor } from "node:module"; const require = requireFor(import.meta.url);',
    },
    logLevel: "error",
  });
  return join(outdir, "cli.mjs");
}

/** Runs `ddblint` with these arguments in a folder, with no colours or settings of ours in its environment. */
export async function ddblint(args: readonly string[], options: RunOptions): Promise<Outcome> {
  const path = await builtProgram();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path, ...args], {
      cwd: options.cwd,
      env: { PATH: process.env.PATH, ...options.env },
      stdio: ["pipe", options.stdout ?? "pipe", "pipe"],
    });
    const outcome = { stdout: "", stderr: "" };
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      outcome.stdout += text;
      if (options.closeEarly) child.stdout?.destroy();
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      outcome.stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, ...outcome }));
    // A program that does not read its input closes the pipe.
    child.stdin?.on("error", () => {});
    child.stdin?.write(options.input ?? "");
    if (!options.keepOpen) child.stdin?.end();
  });
}

/** A folder with these files (path → content), gone when the test is. */
export function folderWith(files: { [path: string]: string | Buffer }): string {
  const folder = mkdtempSync(join(tmpdir(), "ddblint-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }
  return folder;
}
