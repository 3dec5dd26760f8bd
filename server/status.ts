import { tablesOf } from "../core/model/tables.ts";
import { type Look, lookAt } from "./look.ts";
import { NO_FOLDER, type State, settingsOf, workspaceFolderOf } from "./state.ts";

/** The answer to `ddblint/status`. */
export interface DocumentStatus {
  kind: "cloudformation" | "sam" | "cdk" | "none";
  /** For a person: what the file is and what it is linted with, or why it is not linted. */
  detail: string;
  /** DynamoDB tables in the file. */
  tables: number;
  /** Findings shown in the file. */
  findings: number;
}

export const STATUS_REQUEST = "ddblint/status";

/** How the server sees a file. */
export function statusOf(state: State, uri: string): DocumentStatus {
  const look = lookAt(state, uri);
  if (!look.linted) return { kind: "none", detail: sentence(look.reason), tables: 0, findings: 0 };
  return {
    kind: look.template.kind,
    detail: `${sentence(look.document.file.detection.reason)} ${company(state, look)}`,
    tables: tablesOf(look.template).length,
    findings: look.findings.length,
  };
}

/** What else is looked at, and why there may be more. */
function company(state: State, { document, files }: Look & { linted: true }): string {
  const { uri } = document.file;
  const folder = workspaceFolderOf(state.folders, uri);
  const others = files.size - 1;
  if (folder === NO_FOLDER) return "It is linted by itself: it lies in no workspace folder.";
  if (settingsOf(state, uri).project === "file") return "It is linted by itself, as ddblint.project says.";
  const index = state.indexes.get(folder);
  const count = others === 0 ? "no other template" : others === 1 ? "1 other template" : `${others} other templates`;
  const told = `It is linted together with ${count} of its workspace folder`;
  if (!index) return `${told}, which is still being searched.`;
  return index.truncated ? `${told}; ${index.truncated}.` : `${told}.`;
}

function sentence(reason: string): string {
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
}
