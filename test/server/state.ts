import { TextDocument } from "vscode-languageserver-textdocument";
import { RULES } from "../../rules/registry.ts";
import type { ClientFeatures } from "../../server/client-features.ts";
import { NO_CONFIGURATIONS } from "../../server/configurations.ts";
import { openDocument, type State } from "../../server/state.ts";
import { canonical } from "../../server/uri.ts";

export const ALL_FEATURES: ClientFeatures = {
  pullDiagnostics: true,
  refreshDiagnostics: true,
  relatedInformation: true,
  configuration: true,
  watchConfiguration: true,
  watchFiles: true,
  workspaceFolders: true,
  documentChanges: true,
  codeActionLiterals: true,
  resolveEdits: true,
  markdownHover: true,
};

export interface TestState extends State {
  /** What was logged. */
  lines: string[];
}

/** A state with one workspace folder, `file:///w`, and nothing open. */
export function testState(changes: Partial<State> = {}): TestState {
  const lines: string[] = [];
  return {
    rules: RULES,
    client: ALL_FEATURES,
    folders: ["file:///w"],
    documents: new Map(),
    indexes: new Map(),
    settings: new Map(),
    configurations: NO_CONFIGURATIONS,
    today: () => "2026-11-24",
    log: (line) => lines.push(line),
    lines,
    ...changes,
  };
}

/** Opens a document, or gives it another text; returns its canonical URI. */
export function open(state: State, clientUri: string, text: string, version = 1): string {
  const uri = canonical(clientUri);
  state.documents.set(uri, openDocument(state.folders, uri, TextDocument.create(clientUri, "yaml", version, text)));
  return uri;
}

/** A table of which point-in-time-recovery-disabled is found at the logical id, `Orders`. */
export const TABLE = `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      DeletionProtectionEnabled: true
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
`;

export const RECOVERY = "point-in-time-recovery-disabled";
