import * as vscode from "vscode";
import { documentSelector, isCandidate } from "./documents.ts";
import type { DocumentStatus } from "./protocol.ts";
import type { Server } from "./server.ts";

/** Diagnostics arrive in bursts while somebody types; the server is asked once after each. */
const SETTLE_MS = 150;

const KINDS = { cloudformation: "CloudFormation template", sam: "SAM template", cdk: "CDK output" };

/** A file in a few words: "CloudFormation template, 3 tables". */
export function label(status: DocumentStatus): string {
  if (status.kind === "none") return "Not a template";
  const kind = KINDS[status.kind];
  return `${kind}, ${status.tables === 1 ? "1 table" : `${status.tables} tables`}`;
}

/** Whether linting is switched on for a file. */
export function isEnabled(uri: vscode.Uri): boolean {
  return vscode.workspace.getConfiguration("ddblint", uri).get("enable", true);
}

/** Shows, next to the language of the active file, how it is seen. */
export function showStatus(server: Server): vscode.Disposable {
  const item = vscode.languages.createLanguageStatusItem("ddblint.status", documentSelector());
  item.name = "DynamoDB Security Lint";
  item.command = { command: "ddblint.why", title: "Why?" };

  const show = (text: string, detail = "", severity = vscode.LanguageStatusSeverity.Information): void => {
    item.text = text;
    item.detail = detail;
    item.severity = severity;
  };

  let latest = 0;
  const refresh = async (): Promise<void> => {
    latest += 1;
    const turn = latest;
    const document = vscode.window.activeTextEditor?.document;
    if (!document || !isCandidate(document)) return;
    const state = server.state();
    item.busy = state === "starting";
    if (!isEnabled(document.uri)) return show("DynamoDB lint is off", "Switched off by the setting ddblint.enable");
    if (state === "starting") return show("DynamoDB lint is starting");
    const status = await server.statusOf(document.uri);
    // Another file may be the active one by now, or another answer under way.
    if (turn !== latest) return;
    if (status) show(label(status), status.detail);
    else if (server.state() === "stopped") {
      show("DynamoDB lint is not running", "See the output channel", vscode.LanguageStatusSeverity.Error);
    }
  };

  let timer: ReturnType<typeof setTimeout> | undefined;
  const later = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void refresh(), SETTLE_MS);
  };

  later();
  return vscode.Disposable.from(
    item,
    { dispose: () => clearTimeout(timer) },
    server.onDidChangeState(later),
    vscode.window.onDidChangeActiveTextEditor(later),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("ddblint")) later();
    }),
    vscode.languages.onDidChangeDiagnostics(({ uris }) => {
      const active = vscode.window.activeTextEditor?.document.uri.toString();
      if (uris.some((uri) => uri.toString() === active)) later();
    }),
  );
}
