import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const top = fileURLToPath(new URL("../../", import.meta.url));
const isThere = existsSync(`${top}../shared/peers/expectations.tsv`);

test.skipIf(!isThere)(
  "the figures of docs/compared.md are today's, and every disagreement has a reason (needs the peers' templates)",
  () => {
    const { status, stderr } = spawnSync(process.execPath, ["scripts/compare-with-peers.mjs", "--check"], {
      cwd: top,
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(status).toBe(0);
  },
);
