import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "");

/** Where reports, screenshots and bundled suites of the VS Code tests go; untracked. */
export const RESULTS = join(ROOT, "test-results");

/** User settings under which every test run happens: nothing moves, nothing asks, nothing is saved by itself. */
const USER_SETTINGS = {
  "files.autoSave": "off",
  "workbench.startupEditor": "none",
  "workbench.colorTheme": "Default Dark Modern",
  "workbench.tips.enabled": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.layoutControl.enabled": false,
  "workbench.navigationControl.enabled": false,
  "window.commandCenter": false,
  "window.menuBarVisibility": "compact",
  "editor.minimap.enabled": false,
  "editor.accessibilitySupport": "off",
  "editor.lightbulb.enabled": "on",
  "editor.hover.delay": 200,
  "editor.hover.hidingDelay": 300,
  "editor.occurrencesHighlight": "off",
  "editor.stickyScroll.enabled": false,
  "editor.fontSize": 14,
  "breadcrumbs.enabled": false,
  "chat.disableAIFeatures": true,
  "extensions.ignoreRecommendations": true,
  "git.enabled": false,
  "problems.showCurrentInStatus": false,
  "security.workspace.trust.enabled": false,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
};

/**
 * Makes a fresh folder for one run: a copy of the fixtures as the workspace (tests edit it) and empty user data.
 * @returns {{ root: string, workspace: string, userData: string, extensions: string, home: string,
 *             resultFile: string, dispose: () => void }}
 */
export function makeRunFolder() {
  const root = mkdtempSync(join(tmpdir(), "ddblint-vscode-"));
  const run = {
    root,
    workspace: join(root, "workspace"),
    userData: join(root, "user-data"),
    extensions: join(root, "extensions"),
    home: join(root, "home"),
    resultFile: join(root, "result.json"),
    dispose: () => {
      if (process.env.E2E_KEEP) console.error(`kept ${root}`);
      else rmSync(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  for (const folder of [join(run.userData, "User"), run.extensions, run.home]) mkdirSync(folder, { recursive: true });
  cpSync(join(ROOT, "test", "vscode", "fixtures"), run.workspace, { recursive: true });
  writeFileSync(join(run.userData, "User", "settings.json"), `${JSON.stringify(USER_SETTINGS, undefined, 2)}\n`);
  return run;
}

/**
 * The packaged extension to test, as E2E_VSIX names it, or undefined: then the development folder is tested.
 * @returns {string | undefined} absolute path
 */
export function vsixUnderTest() {
  const named = process.env.E2E_VSIX;
  if (!named) return undefined;
  const path = resolve(named);
  if (!existsSync(path)) throw new Error(`E2E_VSIX: ${named} does not exist (npm run package makes it)`);
  return path;
}

/**
 * The folder that VS Code is told is the extension under development. Tests only run when there is one, so for an
 * installed .vsix it is an extension that does nothing.
 * @param {{ root: string }} run
 * @param {boolean} installed
 */
export function developmentFolder(run, installed) {
  if (!installed) {
    if (!existsSync(join(ROOT, "dist", "client.cjs"))) throw new Error("dist/ is not built: npm run build makes it");
    return ROOT;
  }
  const folder = join(run.root, "test-host");
  mkdirSync(folder);
  const manifest = { name: "test-host", publisher: "ddblint-tests", version: "0.0.0", engines: { vscode: "*" } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  return folder;
}
