import { type Connection, DidChangeWatchedFilesNotification, WatchKind } from "vscode-languageserver";
import { CONFIGURATION_FILE } from "../core/lint/configuration-file.ts";
import { say } from "./say.ts";
import type { State } from "./state.ts";

/** Asks the client to tell of files that come, change or go, where it can. */
export async function watchFiles(state: State, connection: Pick<Connection, "client">): Promise<void> {
  if (!state.client.watchFiles) return;
  const watchers = [
    { globPattern: "**/*.{yaml,yml,json,jsonc,template}" },
    { globPattern: `**/{.gitignore,${CONFIGURATION_FILE}}` },
    // A folder that goes is told of by its own name alone.
    { globPattern: "**/*", kind: WatchKind.Delete },
  ];
  try {
    await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
  } catch (error) {
    state.log(`The client does not tell of changed files: ${say(error)}`);
  }
}
