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
  serverState(): ReturnType<Server["state"]>;
};

let running: Server | undefined;

/**
 * Called by the editor when the first file opens that may be a template. The server starts when one is shown: the
 * settings files that the editor itself opens unseen cost no process.
 */
export function activate(context: vscode.ExtensionContext): Api {
  const output = vscode.window.createOutputChannel("DynamoDB Security Lint", { log: true });
  const server = createServer(context.asAbsolutePath("dist/server.mjs"), output);
  running = server;

  const startFor = (editors: readonly vscode.TextEditor[]): void => {
    if (editors.some(({ document }) => isCandidate(document))) void server.start();
  };
  context.subscriptions.push(
    output,
    server,
    showStatus(server),
    registerCommands(server, output),
    vscode.window.onDidChangeVisibleTextEditors(startFor),
  );
  startFor(vscode.window.visibleTextEditors);
  return { statusOf: (uri) => server.statusOf(uri), serverState: () => server.state() };
}

/** Called by the editor when it closes: ends the server. */
export async function deactivate(): Promise<void> {
  await running?.stop();
  running = undefined;
}
