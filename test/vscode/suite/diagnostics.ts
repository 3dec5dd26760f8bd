import * as assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Bdd } from "./bdd.ts";
import { closeAll, FINDING, finding, findings, noFinding, open, ruleOf, staysClean } from "./editor.ts";
import { extension } from "./extension.ts";

export function diagnostics({ describe, it, afterEach }: Bdd): void {
  describe("diagnostics", () => {
    afterEach(closeAll);

    it("are shown for a CloudFormation template, with source, rule name and link", async () => {
      const { document } = await open("orders.yaml");
      const found = await finding(document.uri);
      assert.equal(found.source, "ddblint");
      assert.equal(found.severity, vscode.DiagnosticSeverity.Warning);
      assert.ok(typeof found.code === "object" && "target" in found.code, "the code has no link");
      assert.equal(found.code.value, FINDING);
      assert.match(found.code.target.toString(), new RegExp(FINDING));
      assert.ok(found.message.length > 20, found.message);
    });

    it("point into the table, not at the start of the file", async () => {
      const { document } = await open("orders.yaml");
      const found = await finding(document.uri);
      const table = document.positionAt(document.getText().indexOf("  Orders:"));
      assert.ok(found.range.start.isAfterOrEqual(table), JSON.stringify(found.range));
      assert.equal(found.range.isEmpty, false);
    });

    it("name each finding once", async () => {
      const { document } = await open("orders.yaml");
      await finding(document.uri);
      const seen = findings(document.uri).map((found) => `${ruleOf(found)} ${JSON.stringify(found.range)}`);
      assert.deepEqual(seen, [...new Set(seen)]);
    });

    it("are shown for a SAM template", async () => {
      const { document } = await open("sam-sessions.yaml");
      await finding(document.uri);
    });

    it("are shown for a .template file, which its first line tells", async () => {
      const { document } = await open("carts.template");
      assert.equal(document.languageId, "yaml");
      await finding(document.uri);
    });

    it("are shown for an untitled document", async () => {
      const content = (await open("orders.yaml")).document.getText();
      const document = await vscode.workspace.openTextDocument({ language: "yaml", content });
      await vscode.window.showTextDocument(document);
      await finding(document.uri);
    });

    it("are not shown for YAML that is no template", async () => {
      const { document } = await open("pipeline.yaml");
      // Whatever the server has to say about a file that it knows has been said when it says this.
      const status = await extension().exports.statusOf(document.uri);
      assert.equal(status?.kind, "none");
      await staysClean(document.uri);
    });

    it("follow the text while somebody types", async () => {
      const editor = await open("orders.yaml");
      const { document } = editor;
      await finding(document.uri);
      const at = document.getText().indexOf("      TableName: Orders");
      const protection = "      PointInTimeRecoverySpecification:\n        PointInTimeRecoveryEnabled: true\n";
      assert.ok(await editor.edit((edit) => edit.insert(document.positionAt(at), protection)));
      await noFinding(document.uri);
      await vscode.commands.executeCommand("undo");
      await finding(document.uri);
    });

    it("survive text that is broken in between", async () => {
      const editor = await open("orders.yaml");
      const { document } = editor;
      await finding(document.uri);
      const at = document.positionAt(document.getText().indexOf("    Properties:"));
      assert.ok(await editor.edit((edit) => edit.insert(at, "   : [ {{ \n")));
      assert.ok(await editor.edit((edit) => edit.delete(new vscode.Range(at, at.translate(1).with({ character: 0 })))));
      await finding(document.uri);
    });
  });
}
