import type { Connection } from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { say } from "./say.ts";
import { openDocument, type State } from "./state.ts";
import { canonical } from "./uri.ts";

export interface OpenDocuments {
  /** Files every document anew, after the workspace folders have changed. */
  refile(): void;
}

/** Keeps the state's documents in step with the client's. */
export function syncDocuments(
  state: State,
  connection: Connection,
  onChanged: (uri: string) => void,
  onClosed: (uri: string, clientUri: string) => void,
): OpenDocuments {
  const texts = new Map<string, TextDocument>();
  const take = (uri: string, text: TextDocument): void => {
    texts.set(uri, text);
    state.documents.set(uri, openDocument(state.folders, uri, text));
  };

  connection.onDidOpenTextDocument(({ textDocument: { uri, languageId, version, text } }) => {
    take(canonical(uri), TextDocument.create(uri, languageId, version, text));
    onChanged(canonical(uri));
  });

  connection.onDidChangeTextDocument(({ textDocument, contentChanges }) => {
    const uri = canonical(textDocument.uri);
    const text = texts.get(uri);
    if (!text) return;
    try {
      take(uri, TextDocument.update(text, contentChanges, textDocument.version));
    } catch (error) {
      state.log(`A change of ${textDocument.uri} cannot be applied: ${say(error)}`);
    }
    onChanged(uri);
  });

  connection.onDidCloseTextDocument(({ textDocument }) => {
    const uri = canonical(textDocument.uri);
    texts.delete(uri);
    state.documents.delete(uri);
    onClosed(uri, textDocument.uri);
  });

  return {
    refile: () => {
      for (const [uri, text] of texts) take(uri, text);
    },
  };
}
