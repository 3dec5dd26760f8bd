import * as vscode from "vscode";
import { isCandidate } from "./documents.ts";
import type { Server } from "./server.ts";
import { isEnabled, label } from "./status.ts";

const FIX_ALL = "source.fixAll.ddblint";

/** Registers the commands of the extension. */
export function registerCommands(server: Server, output: vscode.LogOutputChannel): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.commands.registerCommand("ddblint.restart", () => server.restart()),
    vscode.commands.registerCommand("ddblint.showOutput", () => output.show()),
    vscode.commands.registerCommand("ddblint.why", async () => {
      const document = vscode.window.activeTextEditor?.document;
      const text = document ? await why(server, document) : "Open a file to learn whether it is linted.";
      // Not waited for: it stays until somebody closes it.
      void vscode.window.showInformationMessage(text);
      return text;
    }),
    vscode.commands.registerCommand("ddblint.fixAll", async () => {
      const document = vscode.window.activeTextEditor?.document;
      if (document) await fixAll(document);
    }),
  );
}

/** Says in a sentence or two whether a file is linted, and why. */
async function why(server: Server, document: vscode.TextDocument): Promise<string> {
  const name = vscode.workspace.asRelativePath(document.uri);
  if (!isCandidate(document)) {
    return `${name} is not linted: templates are YAML or JSON files, and this one is "${document.languageId}" (${document.uri.scheme}).`;
  }
  if (!isEnabled(document.uri)) return `${name} is not linted: the setting ddblint.enable is off.`;
  await server.start();
  const status = await server.statusOf(document.uri);
  if (!status)
    return `${name} is not linted: the language server is not running. See the output "DynamoDB Security Lint".`;
  if (status.kind === "none") return `${name} is not linted. ${status.detail}`;
  return `${name} is linted (${label(status)}). ${status.detail}`;
}

/** Applies every safe fix in a file, as one step that can be undone. */
async function fixAll(document: vscode.TextDocument): Promise<void> {
  const whole = document.validateRange(new vscode.Range(0, 0, document.lineCount, 0));
  const actions = await vscode.commands.executeCommand<(vscode.CodeAction | vscode.Command)[]>(
    "vscode.executeCodeActionProvider",
    document.uri,
    whole,
    FIX_ALL,
    1,
  );
  const edit = actions.map((action) => ("edit" in action ? action.edit : undefined)).find((found) => found?.size);
  if (!edit) {
    void vscode.window.showInformationMessage("There is nothing in this file that can be fixed safely by itself.");
  } else if (!(await vscode.workspace.applyEdit(edit))) {
    void vscode.window.showWarningMessage("The file changed meanwhile: nothing was fixed. Try again.");
  }
}
