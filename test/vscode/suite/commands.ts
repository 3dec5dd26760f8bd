import * as assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Bdd } from "./bdd.ts";
import { closeAll, finding, noFinding, open, until } from "./editor.ts";

const why = async (): Promise<string> => vscode.commands.executeCommand<string>("ddblint.why");

export function commands({ describe, it, afterEach }: Bdd): void {
  describe("commands", () => {
    afterEach(closeAll);

    it("say why a file is linted", async () => {
      const { document } = await open("orders.yaml");
      await finding(document.uri);
      assert.match(await why(), /orders\.yaml is linted.*CloudFormation/);
    });

    it("say why a file is not linted", async () => {
      await open("pipeline.yaml");
      assert.match(await until("an answer", why), /pipeline\.yaml is not linted/);
      await open("notes.txt");
      assert.match(await until("an answer", why), /notes\.txt is not linted.*plaintext/);
    });

    it("fix all safe findings in the file", async () => {
      const { document } = await open("orders.yaml");
      await finding(document.uri);
      await vscode.commands.executeCommand("ddblint.fixAll");
      await noFinding(document.uri);
    });

    it("restart the server, which then knows the open files", async () => {
      const { document } = await open("orders.yaml");
      await finding(document.uri);
      await vscode.commands.executeCommand("ddblint.restart");
      await finding(document.uri);
    });
  });
}
