import type { TextEdit as LspTextEdit, WorkspaceEdit } from "vscode-languageserver";
import type { TextEdit } from "../core/syntax/edit.ts";
import type { Template } from "../core/template/template.ts";
import { rangeIn } from "./places.ts";
import type { OpenDocument, State } from "./state.ts";

/** Edits of a template as edits of its open document, bound to the version they were made for where the client can check that. */
export function workspaceEdit(
  state: State,
  document: OpenDocument,
  template: Template,
  edits: readonly TextEdit[],
): WorkspaceEdit {
  const textEdits = edits.map(
    ({ start, end, newText }): LspTextEdit => ({ range: rangeIn(template.source, { start, end }), newText }),
  );
  const { clientUri: uri, version } = document;
  return state.client.documentChanges
    ? { documentChanges: [{ textDocument: { uri, version }, edits: textEdits }] }
    : { changes: { [uri]: textEdits } };
}
