import * as assert from "node:assert/strict";
import * as vscode from "vscode";

/** How long something that crosses processes may take to come true, in milliseconds. */
const PATIENCE_MS = 20_000;

/** How long something must stay away to count as absent, in milliseconds, once the server has answered. */
const QUIET_MS = 1_500;

export const FINDING = "point-in-time-recovery-disabled";

export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Polls until `probe` gives something that is neither undefined nor false. */
export async function until<T>(what: string, probe: () => T | Promise<T>): Promise<NonNullable<T>> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== null && found !== false) return found;
    if (Date.now() > end) assert.fail(`waited ${PATIENCE_MS / 1000} s for ${what}`);
    await wait(100);
  }
}

/** The workspace folder, a copy of test/vscode/fixtures. */
export function fixture(name: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, "the tests need a workspace folder");
  return vscode.Uri.joinPath(folder.uri, name);
}

/** Opens a fixture in the active editor. */
export async function open(name: string): Promise<vscode.TextEditor> {
  return await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(fixture(name)));
}

/** Throws away what a test changed and closes every editor. */
export async function closeAll(): Promise<void> {
  for (const editor of vscode.window.visibleTextEditors) {
    await vscode.window.showTextDocument(editor.document);
    await vscode.commands.executeCommand("workbench.action.files.revert");
  }
  await vscode.commands.executeCommand("workbench.action.closeAllEditors");
}

/** Our diagnostics of a file. */
export function findings(uri: vscode.Uri): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter(({ source }) => source === "ddblint");
}

/** The name of the rule that a diagnostic is from. */
export function ruleOf({ code }: vscode.Diagnostic): unknown {
  return typeof code === "object" ? code.value : code;
}

/** Waits until a rule has found something in a file. */
export async function finding(uri: vscode.Uri, rule = FINDING): Promise<vscode.Diagnostic> {
  return await until(`${rule} in ${uri.path}`, () => findings(uri).find((found) => ruleOf(found) === rule));
}

/** Waits until a rule finds nothing any more. */
export async function noFinding(uri: vscode.Uri, rule = FINDING): Promise<void> {
  await until(`${rule} to go from ${uri.path}`, () => findings(uri).every((found) => ruleOf(found) !== rule));
}

/** Asserts that a file gets no diagnostics of ours, now and after things have settled. */
export async function staysClean(uri: vscode.Uri): Promise<void> {
  for (const end = Date.now() + QUIET_MS; Date.now() < end; await wait(100)) assert.deepEqual(findings(uri), []);
}

/** The code actions offered for a range, or at a diagnostic; asked until `wanted` is among them. */
export async function action(
  uri: vscode.Uri,
  range: vscode.Range,
  what: string,
  wanted: (candidate: vscode.CodeAction) => boolean,
  kind?: vscode.CodeActionKind,
): Promise<vscode.CodeAction> {
  return await until(what, async () => {
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      "vscode.executeCodeActionProvider",
      uri,
      range,
      kind?.value,
      20,
    );
    return actions.find(wanted);
  });
}

/** Does what a click on a code action does. */
export async function apply(chosen: vscode.CodeAction): Promise<void> {
  if (chosen.edit) assert.ok(await vscode.workspace.applyEdit(chosen.edit), "the edit was refused");
  if (chosen.command) {
    await vscode.commands.executeCommand(chosen.command.command, ...(chosen.command.arguments ?? []));
  }
}

/** The whole document. */
export function wholeOf(document: vscode.TextDocument): vscode.Range {
  return document.validateRange(new vscode.Range(0, 0, document.lineCount, 0));
}
