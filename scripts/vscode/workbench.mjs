import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";
import { NoVsCode } from "./outcome.mjs";

const CHROMIUM_NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/**
 * Finds a Chromium: what CHROMIUM names, else the first one in PATH.
 * @throws {NoVsCode}
 */
export function findChromium() {
  const named = process.env.CHROMIUM;
  if (named) {
    if (existsSync(named)) return named;
    throw new NoVsCode(`CHROMIUM: ${named} does not exist`);
  }
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of CHROMIUM_NAMES) {
      const path = join(folder, name);
      if (existsSync(path)) return path;
    }
  }
  throw new NoVsCode("no Chromium found: run scripts/install-code-server.sh (or set CHROMIUM)");
}

/** Starts a headless Chromium. */
export function startChromium() {
  return chromium.launch({
    executablePath: findChromium(),
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--disable-dev-shm-usage",
    ],
  });
}

/**
 * Runs in the page before any of its scripts: names the extension and the tests in the workbench's configuration.
 * (The `payload` query, which desktop documentation suggests, is ignored by a built VS Code.)
 */
function addDevelopmentOptions(developmentOptions) {
  const observer = new MutationObserver(() => {
    const element = document.getElementById("vscode-workbench-web-configuration");
    const settings = element?.getAttribute("data-settings");
    if (!element || !settings) return;
    observer.disconnect();
    element.setAttribute("data-settings", JSON.stringify({ ...JSON.parse(settings), developmentOptions }));
  });
  observer.observe(document, { childList: true, subtree: true, attributes: true });
}

/**
 * Opens a folder in the workbench that a code-server serves.
 * @param {import("playwright-core").Browser} browser
 * @param {{ port: number, url: string }} server
 * @param {string} folder absolute path of the workspace folder
 * @param {{ width: number, height: number }} viewport
 * @param {{ extension: string, tests: string, onLog: (type: string, args: unknown[]) => void,
 *           onExit: (code: number) => void }} [suite] a test suite to run in the extension host
 * @returns {Promise<import("playwright-core").Page>} the page, once the workbench is drawn
 */
export async function openWorkbench(browser, server, folder, viewport, suite) {
  const context = await browser.newContext({ viewport, permissions: ["clipboard-read", "clipboard-write"] });
  const page = await context.newPage();
  await context.route(
    (url) => url.hostname !== "127.0.0.1" && !/^(data|blob):$/.test(url.protocol),
    (route) => route.abort(),
  );
  if (suite) {
    const uri = (path) => ({ $mid: 1, scheme: "vscode-remote", authority: `127.0.0.1:${server.port}`, path });
    await page.exposeFunction("codeAutomationLog", suite.onLog);
    await page.exposeFunction("codeAutomationExit", suite.onExit);
    await page.addInitScript(addDevelopmentOptions, {
      extensions: [uri(suite.extension)],
      extensionTestsPath: uri(suite.tests),
    });
  }
  await page.goto(`${server.url}/?folder=${encodeURIComponent(folder)}`, { timeout: 120_000, waitUntil: "commit" });
  await page.locator(".monaco-workbench .part.editor").waitFor({ timeout: 120_000 });
  return page;
}
