import type { CodeAction } from "vscode-languageserver";
import { fixAll } from "../core/lint/fix-all.ts";
import { workspaceEdit } from "./edits.ts";
import { type Look, lookAt } from "./look.ts";
import { say } from "./say.ts";
import type { State } from "./state.ts";

export const FIX_ALL = "source.fixAll.ddblint";

const TITLE = "Fix all safe findings of DynamoDB Security Lint in this file";

/** What a client sends back to get the edit of an action it was offered without one. */
interface Deferred {
  uri: string;
  version: number;
}

/** The action with its edit; undefined where nothing can be fixed. */
export function fixAllAction(state: State, look: Look & { linted: true }): CodeAction | undefined {
  if (!mayFix(look)) return undefined;
  const { project, template, configuration, document } = look;
  try {
    const { edits } = fixAll(project, template, state.rules, configuration, ["safe"]);
    if (edits.length === 0) return undefined;
    return { title: TITLE, kind: FIX_ALL, edit: workspaceEdit(state, document, template, edits) };
  } catch (error) {
    state.log(`Fixing all of ${template.file} failed: ${say(error)}`);
    return undefined;
  }
}

/** The action without its edit, for a client that asks for it when it is chosen. */
export function deferredFixAll(look: Look & { linted: true }): CodeAction | undefined {
  const data: Deferred = { uri: look.document.file.uri, version: look.document.version };
  return mayFix(look) ? { title: TITLE, kind: FIX_ALL, data } : undefined;
}

/** Gives a deferred action its edit; as it is when the document has changed since, or when there is nothing to fix after all. */
export function resolveFixAll(state: State, action: CodeAction): CodeAction {
  const { uri, version }: Partial<Deferred> = action.data ?? {};
  if (action.kind !== FIX_ALL || uri === undefined || state.documents.get(uri)?.version !== version) return action;
  const look = lookAt(state, uri);
  const edit = look.linted ? fixAllAction(state, look)?.edit : undefined;
  return edit ? { ...action, edit } : action;
}

function mayFix({ findings }: Look & { linted: true }): boolean {
  return findings.some((finding) => finding.fixes.some((fix) => fix.class === "safe"));
}
