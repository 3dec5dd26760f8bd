import { writeFileSync } from "node:fs";
import { activation } from "./activation.ts";
import type { Bdd } from "./bdd.ts";
import { commands } from "./commands.ts";
import { diagnostics } from "./diagnostics.ts";
import { quickFixes } from "./quick-fixes.ts";
import { settings } from "./settings.ts";
import { status } from "./status.ts";

/** Longest time one test may take, in milliseconds: the server starts within the first one. */
const TEST_TIMEOUT_MS = 60_000;

/**
 * Called by the extension host. Writes what happened to the file that E2E_RESULT_FILE names, as JSON, and rejects when
 * a test failed.
 */
export async function run(): Promise<void> {
  const { default: Mocha } = await import("mocha");
  const mocha = new Mocha({ ui: "bdd", timeout: TEST_TIMEOUT_MS });
  const bdd = {} as Bdd;
  mocha.suite.emit("pre-require", bdd, "", mocha);
  for (const file of [activation, diagnostics, quickFixes, commands, status, settings]) file(bdd);

  const result = {
    passed: 0,
    failed: 0,
    skipped: 0,
    lines: [] as string[],
    failures: [] as { title: string; message: string }[],
  };
  const file = process.env.E2E_RESULT_FILE;
  // Written after each test, so that a suite that hangs is told from one that never began.
  const write = (line: string): void => {
    result.lines.push(line);
    if (file) writeFileSync(file, JSON.stringify(result, undefined, 2));
  };
  await new Promise<void>((resolve) => {
    mocha
      .run(() => resolve())
      .on("pass", (test) => {
        result.passed += 1;
        write(`ok   ${test.fullTitle()} (${test.duration ?? 0} ms)`);
      })
      .on("pending", (test) => {
        result.skipped += 1;
        write(`skip ${test.fullTitle()}`);
      })
      .on("fail", (test, error) => {
        result.failed += 1;
        result.failures.push({ title: test.fullTitle(), message: error.stack ?? error.message });
        write(`FAIL ${test.fullTitle()}`);
      });
  });
  if (result.failed > 0) throw new Error(`${result.failed} tests failed`);
}
