import * as vscode from "vscode";
import type { DocumentSelector } from "vscode-languageclient/node";

/** Languages in which templates are written. `ansible` is what its extension makes of many a YAML file. */
const LANGUAGES = ["yaml", "json", "jsonc", "cloudformation", "template", "ansible"];

/** File names that templates have, whatever language the editor takes them for. */
const PATTERNS = ["**/*.template", "**/*.cfn.yaml", "**/*.cfn.json"];

/** Where a document may lie: not in a comparison, a settings editor or an output channel. */
function schemes(): string[] {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return [...new Set(["file", "untitled", ...folders.map((folder) => folder.uri.scheme)])];
}

/** The documents that are sent to the server. Whether one is a template is for the server to say, from its content. */
export function documentSelector(): DocumentSelector & vscode.DocumentFilter[] {
  return schemes().flatMap((scheme) => [
    ...LANGUAGES.map((language) => ({ scheme, language })),
    ...PATTERNS.map((pattern) => ({ scheme, pattern })),
  ]);
}

/** Whether a document is one that is sent to the server. */
export function isCandidate(document: vscode.TextDocument): boolean {
  return vscode.languages.match(documentSelector(), document) > 0;
}
