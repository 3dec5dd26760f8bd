import {
  CodeActionKind,
  type Connection,
  type InitializeParams,
  type InitializeResult,
  TextDocumentSyncKind,
} from "vscode-languageserver";
import type { Rule } from "../core/lint/rule.ts";
import { version } from "../package.json";
import { type ClientFeatures, featuresOf } from "./client-features.ts";
import { configurations } from "./configurations.ts";
import { SOURCE } from "./diagnostic.ts";
import type { Files } from "./files.ts";
import { FIX_ALL } from "./fix-all-action.ts";
import { startSession } from "./session.ts";
import type { State } from "./state.ts";
import { canonical } from "./uri.ts";

/** Serves one client over a connection, from its `initialize` to its `exit`. Listens at once. */
export function serve(connection: Connection, files: Files, rules: readonly Rule[]): void {
  connection.onInitialize((params) => {
    const state = initialState(connection, files, rules, params);
    startSession(connection, files, state, params.initializationOptions);
    return capabilities(state.client);
  });
  connection.listen();
}

function initialState(
  connection: Connection,
  files: Files,
  rules: readonly Rule[],
  { capabilities, workspaceFolders, rootUri }: InitializeParams,
): State {
  const log = (line: string): void => connection.console.warn(line);
  const roots = workspaceFolders?.map((folder) => folder.uri) ?? (rootUri ? [rootUri] : []);
  const names = rules.map((rule) => rule.name);
  return {
    rules,
    client: featuresOf(capabilities),
    folders: [...new Set(roots.map(canonical))],
    documents: new Map(),
    indexes: new Map(),
    settings: new Map(),
    configurations: configurations(files, names, log),
    today: () => new Date().toISOString().slice(0, 10),
    log,
  };
}

function capabilities({ pullDiagnostics, resolveEdits }: ClientFeatures): InitializeResult {
  return {
    serverInfo: { name: SOURCE, version },
    capabilities: {
      positionEncoding: "utf-16",
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
      codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, FIX_ALL], resolveProvider: resolveEdits },
      hoverProvider: true,
      ...(pullDiagnostics && {
        diagnosticProvider: { identifier: SOURCE, interFileDependencies: true, workspaceDiagnostics: false },
      }),
      workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
    },
  };
}
