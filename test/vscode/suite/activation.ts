import * as assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Bdd } from "./bdd.ts";
import { closeAll, open, until } from "./editor.ts";
import { extension } from "./extension.ts";

export function activation({ describe, it, afterEach }: Bdd): void {
  describe("activation", () => {
    afterEach(closeAll);

    it("does not start before a file of ours is open", () => {
      assert.equal(extension().isActive, false);
    });

    it("starts with a YAML file", async () => {
      await open("orders.yaml");
      await until("the extension to be active", () => extension().isActive);
    });

    it("registers each command that it declares", async () => {
      const declared: { command: string }[] = extension().packageJSON.contributes.commands;
      const known = await vscode.commands.getCommands(true);
      assert.ok(declared.length >= 4);
      for (const { command } of declared) assert.ok(known.includes(command), `${command} is not registered`);
    });
  });
}
