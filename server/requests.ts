import {
  type CancellationToken,
  type Connection,
  type DocumentDiagnosticReport,
  DocumentDiagnosticReportKind,
} from "vscode-languageserver";
import { answering, OUTDATED } from "./answer.ts";
import { codeActions } from "./code-actions.ts";
import { diagnose, resultIdOf } from "./diagnose.ts";
import { resolveFixAll } from "./fix-all-action.ts";
import { hover } from "./hover.ts";
import type { PullOutlet } from "./outlet.ts";
import type { State } from "./state.ts";
import { type DocumentStatus, STATUS_REQUEST, statusOf } from "./status.ts";

/** Answers what clients ask about open documents. */
export function answerRequests(state: State, connection: Connection, ready: (uri: string) => Promise<void>): void {
  const answer = answering(state, ready);

  connection.onCodeAction(async (params, token) =>
    answer(params.textDocument.uri, token, [], async (uri, checkpoint) => {
      const before = state.documents.get(uri);
      const actions = await codeActions(state, params, checkpoint);
      if (state.documents.get(uri) !== before) throw OUTDATED;
      return actions;
    }),
  );

  connection.onCodeActionResolve(async (action, token) =>
    answer(documentOf(action.data), token, action, () => resolveFixAll(state, action)),
  );

  connection.onHover(async ({ textDocument, position }, token) =>
    answer(textDocument.uri, token, null, (uri) => hover(state, uri, position)),
  );

  connection.onRequest(
    STATUS_REQUEST,
    async ({ textDocument }: { textDocument: { uri: string } }, token: CancellationToken) =>
      answer<DocumentStatus | null>(textDocument.uri, token, null, (uri) => statusOf(state, uri)),
  );
}

const NOTHING: DocumentDiagnosticReport = { kind: DocumentDiagnosticReportKind.Full, items: [] };

/** Answers clients that ask for diagnostics. */
export function answerDiagnostics(
  state: State,
  connection: Connection,
  ready: (uri: string) => Promise<void>,
  outlet: PullOutlet,
  onAnswered: (uri: string) => void,
): void {
  const answer = answering(state, ready);
  connection.languages.diagnostics.on(async ({ textDocument, previousResultId }, token) =>
    answer<DocumentDiagnosticReport>(textDocument.uri, token, NOTHING, (uri) => {
      const items = diagnose(state, uri);
      const resultId = resultIdOf(items);
      if (state.documents.has(uri)) outlet.answered(uri, resultId);
      onAnswered(uri);
      return previousResultId === resultId
        ? { kind: DocumentDiagnosticReportKind.Unchanged, resultId }
        : { kind: DocumentDiagnosticReportKind.Full, resultId, items };
    }),
  );
}

function documentOf(data: unknown): string {
  return typeof data === "object" && data !== null && "uri" in data && typeof data.uri === "string" ? data.uri : "";
}
