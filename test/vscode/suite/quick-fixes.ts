import * as assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Bdd } from "./bdd.ts";
import { action, apply, closeAll, FINDING, finding, findings, noFinding, open, wholeOf } from "./editor.ts";

const FIX_ALL = vscode.CodeActionKind.SourceFixAll.append("ddblint");

const isSuppression = (candidate: vscode.CodeAction): boolean =>
  /suppress/i.test(candidate.title) && candidate.title.includes(FINDING);

/** The quick fix that repairs the finding: one that the editor prefers. (The diagnostics of an action are not told to us.) */
const isRepair = (candidate: vscode.CodeAction): boolean =>
  candidate.isPreferred === true &&
  candidate.kind?.value.startsWith(vscode.CodeActionKind.QuickFix.value) === true &&
  (candidate.edit?.entries() ?? []).some(([, edits]) =>
    edits.some(({ newText }) => newText.includes("PointInTimeRecoveryEnabled")),
  );

export function quickFixes({ describe, it, afterEach }: Bdd): void {
  describe("code actions", () => {
    afterEach(closeAll);

    it("repair the finding, change nothing else and can be undone", async () => {
      const { document } = await open("orders.yaml");
      const before = document.getText();
      const found = await finding(document.uri);
      await apply(await action(document.uri, found.range, "a quick fix", isRepair));
      await noFinding(document.uri);

      const added = document
        .getText()
        .replace(/\n *PointInTimeRecoverySpecification:\n *PointInTimeRecoveryEnabled: true/, "");
      assert.equal(added, before);
      await vscode.commands.executeCommand("undo");
      assert.equal(document.getText(), before);
      await finding(document.uri);
    });

    it("fix everything that is safe at once", async () => {
      const { document } = await open("orders.yaml");
      await finding(document.uri);
      const all = await action(
        document.uri,
        wholeOf(document),
        "fix all",
        (candidate) => FIX_ALL.contains(candidate.kind ?? vscode.CodeActionKind.Empty),
        FIX_ALL,
      );
      await apply(all);
      await noFinding(document.uri);
      assert.match(document.getText(), /PointInTimeRecoveryEnabled: true/);
    });

    it("fix everything that is safe when the file is saved, if that is asked for", async () => {
      const { document } = await open("orders.yaml");
      await finding(document.uri);
      const before = document.getText();
      const editor = vscode.workspace.getConfiguration("editor", document.uri);
      await editor.update("codeActionsOnSave", { [FIX_ALL.value]: "explicit" }, vscode.ConfigurationTarget.Workspace);
      try {
        const end = document.lineAt(document.lineCount - 1).range.end;
        const edit = new vscode.WorkspaceEdit();
        edit.insert(document.uri, end, "\n");
        await vscode.workspace.applyEdit(edit);
        await finding(document.uri);
        assert.ok(await document.save());
        await noFinding(document.uri);
        assert.match(document.getText(), /PointInTimeRecoveryEnabled: true/);
      } finally {
        await editor.update("codeActionsOnSave", undefined, vscode.ConfigurationTarget.Workspace);
        const restore = new vscode.WorkspaceEdit();
        restore.replace(document.uri, wholeOf(document), before);
        await vscode.workspace.applyEdit(restore);
        await document.save();
      }
    });

    it("suppress the finding with a comment", async () => {
      const { document } = await open("orders.yaml");
      const found = await finding(document.uri);
      const others = findings(document.uri).length;
      await apply(await action(document.uri, found.range, "a suppression", isSuppression));
      await noFinding(document.uri);
      assert.match(document.getText(), new RegExp(`# ddblint-disable.*${FINDING}`));
      assert.equal(findings(document.uri).length, others - 1);
    });
  });
}
