import { type Diagnostic, DiagnosticSeverity } from "vscode-languageserver";
import { CONFIGURATION_FILE, readConfiguration } from "../core/lint/configuration-file.ts";
import type { Finding } from "../core/lint/finding.ts";
import { fingerprint } from "../core/lint/fingerprint.ts";
import { sourceText } from "../core/syntax/source-text.ts";
import { diagnosticOf, SOURCE } from "./diagnostic.ts";
import { type Look, lookAt } from "./look.ts";
import { rangeIn } from "./places.ts";
import { type State, settingsOf } from "./state.ts";
import { nameOf } from "./uri.ts";

/** The diagnostics of an open document, in the order of their places: findings of a template, mistakes in a configuration; else none. */
export function diagnose(state: State, uri: string): Diagnostic[] {
  const document = state.documents.get(uri);
  if (!document) return [];
  if (nameOf(uri) === CONFIGURATION_FILE) {
    return settingsOf(state, uri).enable ? configurationMistakes(state, document.file.text) : [];
  }
  const look = lookAt(state, uri);
  return look.linted ? look.findings.map((finding) => diagnosticIn(state, look, finding)) : [];
}

export function diagnosticIn(state: State, look: Look & { linted: true }, finding: Finding): Diagnostic {
  if (!state.client.relatedInformation) return diagnosticOf(finding, undefined);
  return diagnosticOf(finding, (template) => {
    const file = look.files.get(template.file);
    return file && (state.documents.get(file.uri)?.clientUri ?? file.uri);
  });
}

function configurationMistakes(state: State, text: string): Diagnostic[] {
  const source = sourceText(text);
  const { problems } = readConfiguration(
    source.text,
    state.rules.map((rule) => rule.name),
  );
  return problems.map(({ message, start, end }) => ({
    range: rangeIn(source, { start, end }),
    severity: DiagnosticSeverity.Error,
    source: SOURCE,
    message: `${message.charAt(0).toUpperCase()}${message.slice(1)}.`.replace(/([.?!])\.$/, "$1"),
  }));
}

/** Equal for equal diagnostics: what LSP calls the result's id. */
export function resultIdOf(diagnostics: readonly Diagnostic[]): string {
  return fingerprint(JSON.stringify(diagnostics));
}
