import * as assert from "node:assert/strict";
import type { Bdd } from "./bdd.ts";
import { closeAll, finding, findings, open, until } from "./editor.ts";
import { extension } from "./extension.ts";

export function status({ describe, it, afterEach }: Bdd): void {
  describe("status of a file", () => {
    afterEach(closeAll);

    it("is that of a CloudFormation template with one table", async () => {
      const { document } = await open("orders.yaml");
      await finding(document.uri);
      const seen = await until("the status", () => extension().exports.statusOf(document.uri));
      assert.equal(seen.kind, "cloudformation");
      assert.equal(seen.tables, 1);
      assert.equal(seen.findings, findings(document.uri).length);
    });

    it("is that of a SAM template", async () => {
      const { document } = await open("sam-sessions.yaml");
      const seen = await until("the status", () => extension().exports.statusOf(document.uri));
      assert.equal(seen.kind, "sam");
      assert.equal(seen.tables, 1);
    });

    it("says why a file is no template", async () => {
      const { document } = await open("pipeline.yaml");
      const seen = await until("the status", () => extension().exports.statusOf(document.uri));
      assert.equal(seen.kind, "none");
      assert.equal(seen.tables, 0);
      assert.equal(seen.findings, 0);
      assert.ok(seen.detail.length > 10, seen.detail);
    });
  });
}
