import { type CodeAction, CodeActionKind, type Diagnostic } from "vscode-languageserver";
import type { Finding } from "../core/lint/finding.ts";
import { type ProvenFix, proveFix } from "../core/lint/prove.ts";
import { workspaceEdit } from "./edits.ts";
import type { Look } from "./look.ts";
import { say } from "./say.ts";
import type { State } from "./state.ts";

/** Proofs are dear and the cursor moves often: a finding, which belongs to one state of its project, is proven once. */
const proofs = new WeakMap<Finding, readonly ProvenFix[]>();

/** The repairs of one finding that work, safe ones first. */
export function quickFixes(
  state: State,
  look: Look & { linted: true },
  finding: Finding,
  diagnostic: Diagnostic,
): CodeAction[] {
  let proven = proofs.get(finding);
  if (!proven) {
    proven = finding.fixes.flatMap((fix) => {
      try {
        return proveFix(look.project, finding, fix, state.rules, look.configuration) ?? [];
      } catch (error) {
        state.log(`Proving a fix of ${finding.rule} in ${look.template.file} failed: ${say(error)}`);
        return [];
      }
    });
    proofs.set(finding, proven);
  }
  const safeFirst = [...proven.filter((fix) => fix.class === "safe"), ...proven.filter((fix) => fix.class !== "safe")];
  return safeFirst.map((fix, index) => ({
    title: fix.title,
    kind: CodeActionKind.QuickFix,
    diagnostics: [diagnostic],
    // One preferred action a finding: "auto fix" must know which.
    ...(fix.class === "safe" && index === 0 && { isPreferred: true }),
    edit: workspaceEdit(state, look.document, look.template, fix.edits),
  }));
}
