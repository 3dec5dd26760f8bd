import { type CodeAction, CodeActionKind, type Diagnostic } from "vscode-languageserver";
import type { Finding } from "../core/lint/finding.ts";
import { suppressEdits, suppressFileEdits } from "../core/lint/suppress.ts";
import type { TextEdit } from "../core/syntax/edit.ts";
import { workspaceEdit } from "./edits.ts";
import type { Look } from "./look.ts";
import type { State } from "./state.ts";

/** Stands where a person is to write why. */
export const REASON = "TODO: why";

/** Ways to say, in the template, that a finding is meant to be so. None in a text that is broken: nothing written in it would count. */
export function suppressActions(
  state: State,
  look: Look & { linted: true },
  finding: Finding,
  diagnostic: Diagnostic,
): CodeAction[] {
  const { template } = look;
  const broken = template.tree.problems.some((problem) => problem.severity === "error");
  if (broken || finding.topic === "suppression") return [];
  const action = (title: string, edits: readonly TextEdit[]): CodeAction[] =>
    edits.length === 0
      ? []
      : [
          {
            title,
            kind: CodeActionKind.QuickFix,
            diagnostics: [diagnostic],
            edit: workspaceEdit(state, look.document, template, edits),
          },
        ];
  // JSON has no comments: what is written there speaks of the resource.
  const what = template.tree.language === "json" ? "resource" : "line";
  return [
    ...action(`Suppress ${finding.rule} for this ${what} with a reason`, suppressEdits(template, finding, REASON)),
    ...action(
      `Suppress ${finding.rule} for this file with a reason`,
      suppressFileEdits(template, finding.rule, REASON),
    ),
  ];
}
