import { type CodeAction, CodeActionKind, type CodeActionParams, CodeActionTriggerKind } from "vscode-languageserver";
import type { Finding } from "../core/lint/finding.ts";
import { diagnosticIn } from "./diagnose.ts";
import type { DiagnosticData } from "./diagnostic.ts";
import { deferredFixAll, FIX_ALL, fixAllAction } from "./fix-all-action.ts";
import { type Look, lookAt } from "./look.ts";
import { type Checkpoint, NEVER_CANCELLED } from "./pause.ts";
import { meet, spanIn } from "./places.ts";
import { quickFixes } from "./quick-fixes.ts";
import type { State } from "./state.ts";
import { suppressActions } from "./suppress-actions.ts";
import { canonical } from "./uri.ts";

/** Actions are made for this many findings of a range, the first ones: nobody reads more, and each has to be proven. */
const MAX_FINDINGS = 25;

/** What can be done about the findings that a range meets, and about all of the file. Passes the checkpoint before each proof. */
export async function codeActions(
  state: State,
  { textDocument, range, context }: CodeActionParams,
  checkpoint: Checkpoint = NEVER_CANCELLED,
): Promise<CodeAction[]> {
  const wants = (kind: string): boolean => !context.only || context.only.some((only) => contains(only, kind));
  const uri = canonical(textDocument.uri);
  if (!state.client.codeActionLiterals || !(wants(CodeActionKind.QuickFix) || wants(FIX_ALL))) return [];
  const look = lookAt(state, uri);
  if (!look.linted) return [];

  const fixes: CodeAction[] = [];
  const suppressions: CodeAction[] = [];
  if (wants(CodeActionKind.QuickFix)) {
    const span = spanIn(look.template.source, range);
    const findings = look.findings.filter((finding) => meet(finding.place, span)).slice(0, MAX_FINDINGS);
    for (const finding of findings) {
      await checkpoint();
      const diagnostic = sent(context.diagnostics, finding) ?? diagnosticIn(state, look, finding);
      fixes.push(...quickFixes(state, look, finding, diagnostic));
      suppressions.push(...suppressActions(state, look, finding, diagnostic));
    }
  }
  const actions = once([...fixes, ...suppressions]);
  const all = wants(FIX_ALL) ? fixAllFor(state, look, context) : undefined;
  return all ? [...actions, all] : actions;
}

/** Working it out takes a while: it is done when somebody asks for it by its kind, or chooses it, not whenever the cursor moves. */
function fixAllFor(
  state: State,
  look: Look & { linted: true },
  { only, triggerKind }: CodeActionParams["context"],
): CodeAction | undefined {
  if (only) return fixAllAction(state, look);
  if (triggerKind === CodeActionTriggerKind.Automatic) return undefined;
  return state.client.resolveEdits ? deferredFixAll(look) : fixAllAction(state, look);
}

/** `source` contains `source.fixAll`; the empty kind contains all. */
function contains(kind: string, other: string): boolean {
  return kind === "" || other === kind || other.startsWith(`${kind}.`);
}

/** The diagnostic as the client has it, so that it knows which of its own the action is for. */
function sent(diagnostics: CodeActionParams["context"]["diagnostics"], finding: Finding) {
  return diagnostics.find((diagnostic) => {
    const data: Partial<DiagnosticData> | undefined = diagnostic.data;
    return diagnostic.code === finding.rule && data?.fingerprint === finding.fingerprint;
  });
}

/** Two findings may have the same repair: offered once, for both. */
function once(actions: readonly CodeAction[]): CodeAction[] {
  const seen = new Map<string, CodeAction>();
  for (const action of actions) {
    const key = JSON.stringify([action.title, action.edit]);
    const same = seen.get(key);
    if (same) same.diagnostics = [...(same.diagnostics ?? []), ...(action.diagnostics ?? [])];
    else seen.set(key, { ...action });
  }
  return [...seen.values()];
}
