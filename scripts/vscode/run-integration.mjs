#!/usr/bin/env node
// Runs the mocha suite of test/vscode/suite inside the extension host of a real VS Code.
//
//   run-integration.mjs [auto|electron|code-server]
//
// electron: the desktop VS Code named by VSCODE_PATH, else one that is downloaded. code-server: VS Code's server with a
// headless Chromium (scripts/install-code-server.sh). auto: the first of the two that is there.
// E2E_VSIX tests the packaged extension in place of this folder. Exit codes: see outcome.mjs.
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleSuite } from "./bundle.mjs";
import { findCodeServer, installVsix, startCodeServer } from "./code-server.mjs";
import { findDesktop, runDesktop } from "./desktop.mjs";
import { debug, EXIT, exitWith, inTime, TimedOut } from "./outcome.mjs";
import { developmentFolder, makeRunFolder, RESULTS, vsixUnderTest } from "./run-folder.mjs";
import { findChromium, openWorkbench, startChromium } from "./workbench.mjs";

/**
 * Runs the suite in code-server.
 * @param {ReturnType<typeof makeRunFolder>} run
 * @param {string} tests absolute path of the bundled suite
 * @returns {Promise<number>} the code with which the test host ended
 */
async function runCodeServer(run, tests) {
  findCodeServer();
  findChromium();
  const vsix = vsixUnderTest();
  if (vsix) installVsix(run, vsix);
  const server = await startCodeServer(run);
  const browser = await startChromium();
  const logFile = join(RESULTS, "integration.log");
  writeFileSync(logFile, "");
  let page;
  try {
    return await inTime(
      new Promise((resolve, reject) => {
        const suite = {
          extension: developmentFolder(run, vsix !== undefined),
          tests,
          onLog: (type, args) => {
            const line = `${type} ${args.map((arg) => (typeof arg === "string" ? arg : JSON.stringify(arg))).join(" ")}\n`;
            appendFileSync(logFile, line);
            if (debug) process.stderr.write(line);
          },
          onExit: resolve,
        };
        openWorkbench(browser, server, run.workspace, { width: 1280, height: 800 }, suite).then((opened) => {
          page = opened;
        }, reject);
      }),
      "the suite",
    );
  } catch (error) {
    await page?.screenshot({ path: join(RESULTS, "integration-failed.png") }).catch(() => undefined);
    throw error;
  } finally {
    await browser.close().catch(() => undefined);
    server.stop();
  }
}

/** Tells what the suite wrote, and turns it into an exit code. A suite that ran nothing has failed. */
function report(run, code) {
  if (!existsSync(run.resultFile)) {
    console.error("the suite left no result");
    return EXIT.failed;
  }
  const text = readFileSync(run.resultFile, "utf8");
  writeFileSync(join(RESULTS, "integration.json"), text);
  const result = JSON.parse(text);
  for (const line of result.lines) console.log(line);
  for (const failure of result.failures) console.log(`\nFAILED ${failure.title}\n${failure.message}`);
  console.log(`${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped`);
  return code === 0 && result.failed === 0 && result.passed > 0 ? EXIT.passed : EXIT.failed;
}

async function main() {
  const mode = process.argv[2] ?? "auto";
  if (!["auto", "electron", "code-server"].includes(mode)) {
    console.error("usage: run-integration.mjs [auto|electron|code-server]");
    return EXIT.failed;
  }
  mkdirSync(RESULTS, { recursive: true });
  const run = makeRunFolder();
  try {
    const desktop = mode === "code-server" ? undefined : await findDesktop(mode === "electron");
    const tests = await bundleSuite();
    console.log(`VS Code: ${desktop ?? "code-server"}, extension: ${vsixUnderTest() ?? "this folder"}`);
    return report(run, desktop ? await runDesktop(desktop, run, tests) : await runCodeServer(run, tests));
  } catch (error) {
    // What ran before the time was up is still worth knowing.
    if (error instanceof TimedOut && existsSync(run.resultFile)) report(run, EXIT.failed);
    throw error;
  } finally {
    run.dispose();
  }
}

await exitWith(main);
