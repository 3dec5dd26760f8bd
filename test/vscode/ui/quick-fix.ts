import * as assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";

/** What the launcher hands to the test. */
export type Session = {
  /** A workbench that shows the folder `workspace`, drawn. */
  readonly page: Page;
  /** Absolute path. */
  readonly workspace: string;
  /** Where a screenshot of that name goes. */
  screenshot(name: string): string;
};

const PATIENCE_MS = 60_000;

/** Polls until `probe` is true; what crosses processes takes its time. */
async function until(what: string, probe: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await new Promise((next) => setTimeout(next, 200))) {
    if (await probe()) return;
  }
  assert.fail(`waited ${PATIENCE_MS / 1000} s for ${what}`);
}

const line = (page: Page, text: string): Locator => page.locator(".view-line", { hasText: text }).first();

/** Opens a file of the explorer and closes the side bar. */
async function openFile(page: Page, name: string): Promise<void> {
  const row = page.locator(".explorer-folders-view .monaco-list-row", { hasText: name }).first();
  await row.waitFor({ timeout: PATIENCE_MS });
  await row.dblclick();
  await page.locator(".tab.active", { hasText: name }).waitFor({ timeout: PATIENCE_MS });
  await line(page, "AWSTemplateFormatVersion").waitFor({ timeout: PATIENCE_MS });
  await page.keyboard.press("Control+b");
  await row.waitFor({ state: "hidden", timeout: PATIENCE_MS });
}

/** Puts the mouse where it hovers over nothing. */
async function moveAway(page: Page): Promise<void> {
  const size = page.viewportSize() ?? { width: 1100, height: 700 };
  await page.mouse.move(size.width - 40, size.height - 90);
}

/** Closes what slides in at the lower right, so that it is not in a picture. */
async function closeNotifications(page: Page): Promise<void> {
  for (const button of await page.locator(".notifications-toasts .codicon-notifications-clear").all()) {
    await button.click({ timeout: 2_000 }).catch(() => undefined);
  }
}

/** Opens a template, reads a finding, repairs it with its quick fix, then the others with the command, and saves, as a person would. */
export async function run({ page, workspace, screenshot }: Session): Promise<void> {
  const file = join(workspace, "orders.yaml");
  const before = await readFile(file, "utf8");

  await openFile(page, "orders.yaml");
  const squiggle = page.locator(".squiggly-warning, .squiggly-error").first();
  await squiggle.waitFor({ state: "attached", timeout: PATIENCE_MS });
  await closeNotifications(page);

  // The finding, as its hover tells it
  const box = await squiggle.boundingBox();
  assert.ok(box, "the squiggle is not to be seen");
  const hover = page.locator(".monaco-hover:visible", { hasText: "point-in-time-recovery-disabled" });
  await until("the hover", async () => {
    await page.mouse.move(box.x + box.width / 2, box.y + 4, { steps: 4 });
    await hover
      .first()
      .waitFor({ timeout: 5_000 })
      .catch(() => moveAway(page));
    return await hover.first().isVisible();
  });
  await page.waitForTimeout(500);
  await page.screenshot({ path: screenshot("hover") });

  // The quick fixes for it
  await moveAway(page);
  await hover.first().waitFor({ state: "hidden", timeout: PATIENCE_MS });
  await page.mouse.click(box.x + box.width / 2, box.y + box.height - 4);
  await moveAway(page);
  const repair = page.locator(".action-widget .monaco-list-row", { hasText: /point-in-time recovery/i }).first();
  await until("the menu of quick fixes", async () => {
    await page.keyboard.press("Control+.");
    await repair.waitFor({ timeout: 5_000 }).catch(() => page.keyboard.press("Escape"));
    return await repair.isVisible();
  });
  await page.waitForTimeout(500);
  await page.screenshot({ path: screenshot("quick-fix") });

  // The repair, saved
  await repair.click();
  await line(page, "PointInTimeRecoveryEnabled").waitFor({ timeout: PATIENCE_MS });
  const once = await save(page, file, /PointInTimeRecoveryEnabled: true/);
  const rest = once.replace(/\n *PointInTimeRecoverySpecification:\n *PointInTimeRecoveryEnabled: true/, "");
  assert.equal(rest, before, "the fix changed more than it said");

  // All that is left, with the command
  await page.keyboard.press("F1");
  const palette = page.locator(".quick-input-widget input");
  await palette.waitFor({ timeout: PATIENCE_MS });
  await palette.fill(">DynamoDB Security Lint: Fix All Safe Findings");
  await page.locator(".quick-input-list .monaco-list-row", { hasText: "Fix All Safe Findings" }).first().click();
  await line(page, "DeletionProtectionEnabled").waitFor({ timeout: PATIENCE_MS });
  await save(page, file, /DeletionProtectionEnabled: true/);
  await squiggle.waitFor({ state: "detached", timeout: PATIENCE_MS });
  await moveAway(page);
  await closeNotifications(page);
  await page.waitForTimeout(1_000);
  await page.screenshot({ path: screenshot("fixed") });
}

/** Saves the active file and waits until `expected` is on the disk. */
async function save(page: Page, file: string, expected: RegExp): Promise<string> {
  await page.keyboard.press("Control+s");
  await until(`${expected} on disk`, async () => expected.test(await readFile(file, "utf8")));
  return await readFile(file, "utf8");
}
