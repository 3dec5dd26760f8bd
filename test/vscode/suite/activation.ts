import * as assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Bdd } from "./bdd.ts";
import { closeAll, open, until, wait } from "./editor.ts";
import { extension } from "./extension.ts";

export function activation({ describe, it, afterEach }: Bdd): void {
  describe("activation", () => {
    afterEach(closeAll);

    it("starts no server before a file of ours is shown", async () => {
      await open("notes.txt");
      await wait(1_000);
      // The editor's own settings file, which it opens unseen, wakes the extension: it is JSON.
      assert.equal(extension().isActive ? extension().exports.serverState() : "stopped", "stopped");
    });

    it("starts the server with a YAML file", async () => {
      await open("orders.yaml");
      await until("the extension to be active", () => extension().isActive);
      await until("the server to run", () => extension().exports.serverState() === "running");
    });

    it("registers each command that it declares", async () => {
      const declared: { command: string }[] = extension().packageJSON.contributes.commands;
      const known = await vscode.commands.getCommands(true);
      assert.ok(declared.length >= 4);
      for (const { command } of declared) assert.ok(known.includes(command), `${command} is not registered`);
    });
  });
}
