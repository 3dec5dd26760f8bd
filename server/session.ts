import { type Connection, DidChangeConfigurationNotification } from "vscode-languageserver";
import { CONFIGURATION_FILE } from "../core/lint/configuration-file.ts";
import { folderOf } from "./configurations.ts";
import { SOURCE } from "./diagnostic.ts";
import { syncDocuments } from "./documents.ts";
import type { Files } from "./files.ts";
import { createIndexer } from "./index-files.ts";
import { lookAt } from "./look.ts";
import { pullOutlet, pushOutlet } from "./outlet.ts";
import { answerDiagnostics, answerRequests } from "./requests.ts";
import { say } from "./say.ts";
import { loadSettings } from "./settings-source.ts";
import { NO_FOLDER, type State, settingsOf, workspaceFolderOf } from "./state.ts";
import { canonical, nameOf } from "./uri.ts";
import { watchFiles } from "./watch.ts";

/**
 * Ties the state to a connection: what arrives changes it, what depends on it is sent.
 * @param sentAtFirst the client's `initializationOptions`: settings, for clients that cannot be asked
 */
export function startSession(connection: Connection, files: Files, state: State, sentAtFirst: unknown): void {
  const { client } = state;
  let sent = sentAtFirst;
  let watching = false;
  let settled: Promise<void> = Promise.resolve();

  const ready = async (uri: string): Promise<void> => {
    await settled;
    await state.configurations.prepare(folderOf(uri));
  };

  /** One after the other; answers wait for the last. */
  const afterwards = (work: () => Promise<void>): void => {
    settled = settled.then(work).catch((error: unknown) => state.log(`Reading the settings failed: ${say(error)}`));
  };

  /** The first template that is open in a folder makes the folder's other templates matter; nothing is searched before. */
  const searchAround = (uri: string): void => {
    const folder = workspaceFolderOf(state.folders, uri);
    if (folder === NO_FOLDER || settingsOf(state, uri).project === "file" || !lookAt(state, uri).linted) return;
    indexer.ensure(folder);
    if (watching) return;
    watching = true;
    void watchFiles(state, connection);
  };

  const indexer = createIndexer(state, files, () => outlet.reconsider());

  const pull = client.pullDiagnostics
    ? pullOutlet(
        state,
        client.refreshDiagnostics ? async () => connection.languages.diagnostics.refresh() : undefined,
        ready,
      )
    : undefined;
  const outlet = pull ?? pushOutlet(state, connection, ready, searchAround);

  const documents = syncDocuments(
    state,
    connection,
    (uri) => outlet.changed(uri),
    (uri, clientUri) => {
      outlet.closed(uri, clientUri);
      // What is on disk counts again, and need not be what was open.
      indexer.changed([uri]);
    },
  );

  const reload = async (): Promise<void> => {
    state.settings = await loadSettings(state, connection, sent);
    indexer.keep(state.folders.filter((folder) => state.settings.get(folder)?.project !== "file"));
    for (const uri of state.documents.keys()) {
      await state.configurations.prepare(folderOf(uri));
      searchAround(uri);
    }
    outlet.reconsider();
  };

  connection.onInitialized(() => {
    afterwards(reload);
    if (client.watchConfiguration) {
      connection.client
        .register(DidChangeConfigurationNotification.type, { section: SOURCE })
        .catch((error: unknown) => state.log(`The client does not tell of changed settings: ${say(error)}`));
    }
    if (client.workspaceFolders) {
      connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        const gone = new Set(removed.map((folder) => canonical(folder.uri)));
        const kept = state.folders.filter((folder) => !gone.has(folder));
        state.folders = [...new Set([...kept, ...added.map((folder) => canonical(folder.uri))])];
        documents.refile();
        afterwards(reload);
      });
    }
  });

  connection.onDidChangeConfiguration(({ settings }) => {
    sent = settings ?? sent;
    afterwards(reload);
  });

  connection.onDidChangeWatchedFiles(({ changes }) => {
    const uris = changes.map((change) => canonical(change.uri));
    if (uris.some((uri) => nameOf(uri) === CONFIGURATION_FILE)) {
      afterwards(async () => {
        await state.configurations.reload();
        outlet.reconsider();
      });
    }
    indexer.changed(uris);
  });

  answerRequests(state, connection, ready);
  if (pull) answerDiagnostics(state, connection, ready, pull, searchAround);

  connection.onShutdown(() => {
    indexer.keep([]);
    outlet.dispose();
  });
}
