import type { TextDocumentIdentifier } from "vscode-languageclient/node";
import { RequestType } from "vscode-languageclient/node";

/** How the server sees one file. */
export type DocumentStatus = {
  readonly kind: "cloudformation" | "sam" | "cdk" | "none";
  /** One sentence for a person: what the file is, or why it is not linted. */
  readonly detail: string;
  /** Number of DynamoDB tables in the file. */
  readonly tables: number;
  /** Number of findings shown in the file. */
  readonly findings: number;
};

/** Asks the server how it sees a file: the one request of ours that LSP does not have. */
export const statusRequest = new RequestType<{ textDocument: TextDocumentIdentifier }, DocumentStatus | null, void>(
  "ddblint/status",
);
