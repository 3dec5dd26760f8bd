import * as assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Bdd } from "./bdd.ts";
import { closeAll, FINDING, finding, findings, noFinding, open, until } from "./editor.ts";

/** Sets one of our settings for the workspace; undefined takes it away. */
async function set(name: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration("ddblint").update(name, value, vscode.ConfigurationTarget.Workspace);
}

export function settings({ describe, it, afterEach }: Bdd): void {
  describe("settings", () => {
    afterEach(async () => {
      await set("enable", undefined);
      await set("rules", undefined);
      await closeAll();
    });

    it("ddblint.enable switches everything off and on again", async () => {
      const { document } = await open("orders.yaml");
      await finding(document.uri);
      await set("enable", false);
      await until("no findings", () => findings(document.uri).length === 0);
      assert.match(await vscode.commands.executeCommand<string>("ddblint.why"), /ddblint\.enable/);
      await set("enable", true);
      await finding(document.uri);
    });

    it("ddblint.rules changes the severity of one rule", async () => {
      const { document } = await open("orders.yaml");
      await finding(document.uri);
      await set("rules", { [FINDING]: "error" });
      await until("an error", async () => (await finding(document.uri)).severity === vscode.DiagnosticSeverity.Error);
      await set("rules", { [FINDING]: "off" });
      await noFinding(document.uri);
    });
  });
}
