#!/usr/bin/env node
// Clicks through the extension as a person would, in code-server and a headless Chromium, and takes screenshots.
//
//   run-ui.mjs
//
// Tests the packaged extension, as E2E_VSIX names it (default: ddblint.vsix here). Screenshots go to test-results/ui/;
// with UPDATE_SCREENSHOTS=1 also to docs/images/. Exit codes: see outcome.mjs.
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundleUiTest } from "./bundle.mjs";
import { findCodeServer, installVsix, startCodeServer } from "./code-server.mjs";
import { EXIT, exitWith, inTime } from "./outcome.mjs";
import { makeRunFolder, RESULTS, ROOT, vsixUnderTest } from "./run-folder.mjs";
import { findChromium, openWorkbench, startChromium } from "./workbench.mjs";

const SCREENSHOTS = ["hover", "quick-fix", "fixed"];

async function main() {
  findCodeServer();
  findChromium();
  process.env.E2E_VSIX ??= join(ROOT, "ddblint.vsix");
  const vsix = vsixUnderTest();
  const shots = join(RESULTS, "ui");
  rmSync(shots, { recursive: true, force: true });
  mkdirSync(shots, { recursive: true });
  const { run: test } = await import(pathToFileURL(await bundleUiTest()).href);

  const run = makeRunFolder();
  installVsix(run, vsix);
  const server = await startCodeServer(run);
  const browser = await startChromium();
  let page;
  try {
    page = await openWorkbench(browser, server, run.workspace, { width: 1100, height: 700 });
    await inTime(
      test({ page, workspace: run.workspace, screenshot: (name) => join(shots, `${name}.png`) }),
      "the test",
    );
  } catch (error) {
    await page?.screenshot({ path: join(shots, "failed.png") }).catch(() => undefined);
    throw error;
  } finally {
    await browser.close().catch(() => undefined);
    server.stop();
    run.dispose();
  }
  if (process.env.UPDATE_SCREENSHOTS) {
    const images = join(ROOT, "docs", "images");
    mkdirSync(images, { recursive: true });
    for (const name of SCREENSHOTS) copyFileSync(join(shots, `${name}.png`), join(images, `${name}.png`));
  }
  console.log(`passed; screenshots in ${shots}`);
  return EXIT.passed;
}

await exitWith(main);
