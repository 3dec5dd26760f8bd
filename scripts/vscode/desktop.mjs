import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { downloadAndUnzipVSCode, resolveCliArgsFromVSCodeExecutablePath, runTests } from "@vscode/test-electron";
import { EXIT, inTime, NoVsCode } from "./outcome.mjs";
import { developmentFolder, ROOT, vsixUnderTest } from "./run-folder.mjs";

/**
 * Finds a desktop VS Code: the one that VSCODE_PATH names, else one that is downloaded into `.vscode-test/`.
 * @param {boolean} required whether its absence is an error
 * @returns {Promise<string | undefined>} path of the executable
 * @throws {NoVsCode}
 */
export async function findDesktop(required) {
  const named = process.env.VSCODE_PATH;
  if (named) {
    if (existsSync(named)) return named;
    throw new NoVsCode(`VSCODE_PATH: ${named} does not exist`);
  }
  try {
    return await downloadAndUnzipVSCode({
      version: process.env.VSCODE_VERSION ?? "stable",
      cachePath: join(ROOT, ".vscode-test"),
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (required) throw new NoVsCode(`no desktop VS Code: VSCODE_PATH is not set and the download failed (${why})`);
    console.error(`no desktop VS Code (${why}); code-server it is`);
    return undefined;
  }
}

/**
 * Runs the suite in a desktop VS Code. A Linux without a display needs `xvfb-run -a` around the launcher.
 * @param {string} vscodeExecutablePath
 * @param {ReturnType<import("./run-folder.mjs").makeRunFolder>} run
 * @param {string} tests absolute path of the bundled suite
 * @returns {Promise<number>} the code with which the test host ended
 */
export async function runDesktop(vscodeExecutablePath, run, tests) {
  const folders = [`--user-data-dir=${run.userData}`, `--extensions-dir=${run.extensions}`];
  const vsix = vsixUnderTest();
  if (vsix) {
    const [cli, ...args] = resolveCliArgsFromVSCodeExecutablePath(vscodeExecutablePath);
    const done = spawnSync(
      cli,
      [...args.filter((arg) => !/^--(user-data|extensions)-dir/.test(arg)), ...folders, "--install-extension", vsix],
      {
        encoding: "utf8",
        shell: process.platform === "win32",
      },
    );
    if (done.status !== 0) throw new Error(`installing ${vsix} failed:\n${done.stdout}\n${done.stderr}`);
  }
  const work = runTests({
    vscodeExecutablePath,
    extensionDevelopmentPath: developmentFolder(run, vsix !== undefined),
    extensionTestsPath: tests,
    extensionTestsEnv: { E2E_RESULT_FILE: run.resultFile },
    launchArgs: [run.workspace, ...folders, "--disable-workspace-trust", "--disable-gpu", "--skip-welcome"],
  }).catch((error) => {
    console.error(error instanceof Error ? error.message : String(error));
    return EXIT.failed;
  });
  return await inTime(work, "the suite");
}
