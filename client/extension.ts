import * as vscode from "vscode";
import { registerCommands } from "./commands.ts";
import { isCandidate } from "./documents.ts";
import type { DocumentStatus } from "./protocol.ts";
import { createServer, type Server } from "./server.ts";
import { showStatus } from "./status.ts";

/** What other extensions, and the tests, may ask. */
export type Api = {
  /** How the server sees a file, or undefined when it does not run. */
  statusOf(uri: vscode.Uri): Promise<DocumentStatus | undefined>;
};

let running: Server | undefined;

/**
 * Called by the editor when the first file opens that may be a template. The server starts with the first one that
 * lies where templates lie, so that a settings file alone costs no process.
 */
export function activate(context: vscode.ExtensionContext): Api {
  const output = vscode.window.createOutputChannel("DynamoDB Security Lint", { log: true });
  const server = createServer(context.asAbsolutePath("dist/server.mjs"), output);
  running = server;

  const startFor = (document: vscode.TextDocument): void => {
    if (isCandidate(document)) void server.start();
  };
  context.subscriptions.push(
    output,
    server,
    showStatus(server),
    registerCommands(server, output),
    vscode.workspace.onDidOpenTextDocument(startFor),
  );
  vscode.workspace.textDocuments.forEach(startFor);
  return { statusOf: (uri) => server.statusOf(uri) };
}

/** Called by the editor when it closes: ends the server. */
export async function deactivate(): Promise<void> {
  await running?.stop();
  running = undefined;
}
