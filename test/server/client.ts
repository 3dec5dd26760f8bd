import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, vi } from "vitest";
import {
  type ClientCapabilities,
  type CodeAction,
  type CodeActionContext,
  createProtocolConnection,
  type Diagnostic,
  type DocumentDiagnosticReport,
  type Hover,
  type InitializeResult,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  type Range,
  type RegistrationParams,
  StreamMessageReader,
  StreamMessageWriter,
  type TextEdit,
  type WorkspaceEdit,
} from "vscode-languageserver-protocol/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { DocumentStatus } from "../../server/status.ts";

export const PUSH: ClientCapabilities = {
  workspace: {
    configuration: true,
    workspaceFolders: true,
    didChangeConfiguration: { dynamicRegistration: true },
    didChangeWatchedFiles: { dynamicRegistration: true },
    workspaceEdit: { documentChanges: true },
  },
  textDocument: {
    publishDiagnostics: { relatedInformation: true, versionSupport: true },
    codeAction: {
      codeActionLiteralSupport: { codeActionKind: { valueSet: ["quickfix", "source"] } },
      isPreferredSupport: true,
    },
    hover: { contentFormat: ["markdown"] },
  },
};

export const PULL: ClientCapabilities = {
  workspace: { ...PUSH.workspace, diagnostics: { refreshSupport: true } },
  textDocument: {
    ...PUSH.textDocument,
    diagnostic: { dynamicRegistration: false },
    codeAction: { ...PUSH.textDocument?.codeAction, dataSupport: true, resolveSupport: { properties: ["edit"] } },
  },
};

export interface Options {
  program: string;
  capabilities?: ClientCapabilities;
  /** URIs of workspace folders. */
  folders?: readonly string[];
  /** The section `ddblint`, as `workspace/configuration` tells it. */
  settings?: unknown;
  initializationOptions?: unknown;
}

/** An editor, as far as the server can see, and what it has been told. The server ends with the test. */
export interface Client {
  connection: ProtocolConnection;
  child: ChildProcess;
  initialized: InitializeResult;
  published: PublishDiagnosticsParams[];
  logged: string[];
  registered: RegistrationParams["registrations"];
  /** How often the server asked to be asked again. */
  refreshes(): number;
  open(uri: string, text: string, languageId?: string): void;
  /** Replaces a range, or all, and returns the text that the document then has. */
  change(uri: string, ...changes: { range?: Range; text: string }[]): string;
  close(uri: string): void;
  /** Changes what `workspace/configuration` answers, and says so. */
  configure(settings: unknown): void;
  text(uri: string): string;
  version(uri: string): number;
  /** The last diagnostics published for the document's version now, once there are some for which `wanted` holds. */
  diagnostics(uri: string, wanted?: (diagnostics: Diagnostic[]) => boolean): Promise<Diagnostic[]>;
  pull(uri: string, previousResultId?: string): Promise<DocumentDiagnosticReport>;
  /** Pulled diagnostics. */
  pulled(uri: string): Promise<Diagnostic[]>;
  actions(uri: string, range: Range, context?: Partial<CodeActionContext>): Promise<CodeAction[]>;
  hover(uri: string, line: number, character: number): Promise<Hover | null>;
  status(uri: string): Promise<DocumentStatus | null>;
  /** The document's text after a code action; the document is not changed. */
  applied(uri: string, action: CodeAction | undefined): string;
  /** Ends the server as an editor does; its exit code. */
  shutdown(): Promise<number | null>;
}

export async function startClient({
  program,
  capabilities = PUSH,
  folders,
  settings = null,
  initializationOptions,
}: Options): Promise<Client> {
  const child = spawn(process.execPath, [program, "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => void child.kill());
  const exited = once(child, "exit");
  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  // A server that ends answers nothing: what waits for it is told.
  void exited.then(() => connection.dispose());
  const documents = new Map<string, TextDocument>();
  const published: PublishDiagnosticsParams[] = [];
  const logged: string[] = [];
  const registered: RegistrationParams["registrations"] = [];
  let told = settings;
  let refreshes = 0;

  connection.onNotification("textDocument/publishDiagnostics", (params: PublishDiagnosticsParams) => {
    published.push(params);
  });
  connection.onNotification("window/logMessage", ({ message }: { message: string }) => {
    logged.push(message);
  });
  connection.onRequest("workspace/configuration", ({ items }: { items: unknown[] }) => items.map(() => told));
  connection.onRequest("client/registerCapability", ({ registrations }: RegistrationParams) => {
    registered.push(...registrations);
    return null;
  });
  connection.onRequest("workspace/diagnostic/refresh", () => {
    refreshes++;
    return null;
  });
  connection.listen();

  const initialized = await connection.sendRequest<InitializeResult>("initialize", {
    processId: process.pid,
    rootUri: null,
    capabilities,
    workspaceFolders: folders?.map((uri) => ({ uri, name: uri })) ?? null,
    initializationOptions,
  });
  await connection.sendNotification("initialized", {});

  const documentOf = (uri: string): TextDocument => {
    const document = documents.get(uri);
    if (!document) throw new Error(`${uri} is not open`);
    return document;
  };

  const pull = async (uri: string, previousResultId?: string): Promise<DocumentDiagnosticReport> =>
    connection.sendRequest("textDocument/diagnostic", {
      textDocument: { uri },
      identifier: "ddblint",
      ...(previousResultId !== undefined && { previousResultId }),
    });

  return {
    connection,
    child,
    initialized,
    published,
    logged,
    registered,
    refreshes: () => refreshes,
    open: (uri: string, text: string, languageId = "yaml") => {
      documents.set(uri, TextDocument.create(uri, languageId, 1, text));
      void connection.sendNotification("textDocument/didOpen", {
        textDocument: { uri, languageId, version: 1, text },
      });
    },
    change: (uri: string, ...contentChanges: { range?: Range; text: string }[]) => {
      const version = documentOf(uri).version + 1;
      const changed = TextDocument.update(documentOf(uri), contentChanges as { text: string }[], version);
      documents.set(uri, changed);
      void connection.sendNotification("textDocument/didChange", {
        textDocument: { uri, version },
        contentChanges,
      });
      return changed.getText();
    },
    close: (uri: string) => {
      documents.delete(uri);
      void connection.sendNotification("textDocument/didClose", { textDocument: { uri } });
    },
    configure: (changed: unknown) => {
      told = changed;
      void connection.sendNotification("workspace/didChangeConfiguration", { settings: null });
    },
    text: (uri: string) => documentOf(uri).getText(),
    version: (uri: string) => documentOf(uri).version,
    diagnostics: async (uri: string, wanted: (diagnostics: Diagnostic[]) => boolean = () => true) =>
      vi.waitFor(
        () => {
          const last = published.findLast((params) => params.uri === uri);
          expect(last?.version).toBe(documentOf(uri).version);
          expect(last && wanted(last.diagnostics)).toBe(true);
          return last?.diagnostics ?? [];
        },
        { timeout: 15_000 },
      ),
    pull,
    pulled: async (uri: string) => {
      const report = await pull(uri);
      return report.kind === "full" ? report.items : [];
    },
    actions: async (uri: string, range: Range, context: Partial<CodeActionContext> = {}) =>
      connection.sendRequest<CodeAction[]>("textDocument/codeAction", {
        textDocument: { uri },
        range,
        context: { diagnostics: [], ...context },
      }),
    hover: async (uri: string, line: number, character: number) =>
      connection.sendRequest<Hover | null>("textDocument/hover", {
        textDocument: { uri },
        position: { line, character },
      }),
    status: async (uri: string) =>
      connection.sendRequest<DocumentStatus | null>("ddblint/status", { textDocument: { uri } }),
    applied: (uri: string, action: CodeAction | undefined) =>
      TextDocument.applyEdits(documentOf(uri), editsFor(uri, documentOf(uri).version, action?.edit)),
    shutdown: async () => {
      await connection.sendRequest("shutdown");
      await connection.sendNotification("exit");
      const [code] = await exited;
      return code as number | null;
    },
  };
}

/** The edits of one document; throws where an edit is for another one, or for another version. */
function editsFor(uri: string, version: number, edit: WorkspaceEdit | undefined): TextEdit[] {
  if (!edit) throw new Error("there is no edit");
  if (edit.changes) {
    expect(Object.keys(edit.changes)).toEqual([uri]);
    return edit.changes[uri] ?? [];
  }
  return (edit.documentChanges ?? []).flatMap((change) => {
    if (!("textDocument" in change)) throw new Error("no file may be made or removed");
    expect(change.textDocument).toEqual({ uri, version });
    return change.edits as TextEdit[];
  });
}

/** The range of a stretch of text that stands once in a document. */
export function rangeOfText(text: string, wanted: string): Range {
  const start = text.indexOf(wanted);
  if (start < 0 || text.indexOf(wanted, start + 1) >= 0) throw new Error(`not once in the text: ${wanted}`);
  const document = TextDocument.create("x:", "yaml", 0, text);
  return { start: document.positionAt(start), end: document.positionAt(start + wanted.length) };
}
