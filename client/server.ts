import * as vscode from "vscode";
import { LanguageClient, State, TransportKind } from "vscode-languageclient/node";
import { documentSelector } from "./documents.ts";
import { type DocumentStatus, statusRequest } from "./protocol.ts";

/** The language server as the rest of the extension sees it. */
export type Server = vscode.Disposable & {
  /** Starts the server, once; more calls wait for the same start. Failure is shown to the user, not thrown. */
  start(): Promise<void>;
  /** Ends the server, if it runs, and starts a new one. */
  restart(): Promise<void>;
  /** Ends the server. */
  stop(): Promise<void>;
  state(): "stopped" | "starting" | "running";
  /** How the server sees a file, or undefined when it cannot be asked. */
  statusOf(uri: vscode.Uri): Promise<DocumentStatus | undefined>;
  readonly onDidChangeState: vscode.Event<void>;
};

/**
 * Makes the server, without starting it.
 * @param module absolute path of the server's entry, an ES module that speaks LSP over Node IPC
 */
export function createServer(module: string, output: vscode.LogOutputChannel): Server {
  const changed = new vscode.EventEmitter<void>();
  let client: LanguageClient | undefined;
  let starting: Promise<void> | undefined;

  const launch = async (): Promise<void> => {
    const transport = TransportKind.ipc;
    client = new LanguageClient(
      "ddblint",
      "DynamoDB Security Lint",
      {
        run: { module, transport },
        debug: { module, transport, options: { execArgv: ["--nolazy", "--inspect=6019"] } },
      },
      {
        documentSelector: documentSelector(),
        diagnosticCollectionName: "ddblint",
        outputChannel: output,
        synchronize: { configurationSection: "ddblint" },
      },
    );
    client.onDidChangeState(() => changed.fire());
    // The language client itself tells the user when a start fails.
    await client.start().catch((error: unknown) => output.error(`The server did not start: ${message(error)}`));
  };

  const start = (): Promise<void> => {
    starting ??= launch();
    return starting;
  };

  const stop = async (): Promise<void> => {
    const old = client;
    client = undefined;
    starting = undefined;
    // A server that hangs in its start refuses to be stopped in good order.
    await old?.dispose().catch(() => old.serverProcess?.kill());
    changed.fire();
  };

  return {
    start,
    stop,
    restart: async () => {
      await stop();
      await start();
    },
    state: () => {
      if (client?.state === State.Running) return "running";
      return client?.state === State.Starting ? "starting" : "stopped";
    },
    statusOf: async (uri) => {
      if (client?.state !== State.Running) return undefined;
      const textDocument = { uri: client.code2ProtocolConverter.asUri(uri) };
      return (await client.sendRequest(statusRequest, { textDocument }).catch(() => undefined)) ?? undefined;
    },
    onDidChangeState: changed.event,
    dispose: () => changed.dispose(),
  };
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
