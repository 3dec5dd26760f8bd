import type { ClientCapabilities } from "vscode-languageserver";

/** What the client can do, as far as answers depend on it. */
export interface ClientFeatures {
  pullDiagnostics: boolean;
  refreshDiagnostics: boolean;
  relatedInformation: boolean;
  /** The client asks for settings by `workspace/configuration`. */
  configuration: boolean;
  watchConfiguration: boolean;
  watchFiles: boolean;
  workspaceFolders: boolean;
  /** Edits carry the version of the document they are for. */
  documentChanges: boolean;
  /** Code actions as such, not commands in their place. */
  codeActionLiterals: boolean;
  /** A code action's edit may be made when it is chosen. */
  resolveEdits: boolean;
  markdownHover: boolean;
}

export function featuresOf({ textDocument, workspace }: ClientCapabilities): ClientFeatures {
  const pull = textDocument?.diagnostic;
  const push = textDocument?.publishDiagnostics;
  const action = textDocument?.codeAction;
  return {
    pullDiagnostics: pull !== undefined,
    refreshDiagnostics: workspace?.diagnostics?.refreshSupport === true,
    relatedInformation: pull?.relatedInformation === true || push?.relatedInformation === true,
    configuration: workspace?.configuration === true,
    watchConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    watchFiles: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    workspaceFolders: workspace?.workspaceFolders === true,
    documentChanges: workspace?.workspaceEdit?.documentChanges === true,
    codeActionLiterals: action?.codeActionLiteralSupport !== undefined,
    resolveEdits: action?.dataSupport === true && action.resolveSupport?.properties.includes("edit") === true,
    markdownHover: textDocument?.hover?.contentFormat?.includes("markdown") === true,
  };
}
