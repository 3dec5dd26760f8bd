import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { lint, STRICT } from "./harness.ts";

const FIXTURES = fileURLToPath(new URL("../fixtures/", import.meta.url));

const TOPICS = new Set(["encryption", "transit", "recovery", "keys", "file", "suppression"]);

/** Every template of a synthesised app, linted together. */
function assembly(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".template.json"),
  );
  return Object.fromEntries(files.sort().map((file) => [file, readFileSync(join(folder, file), "utf8")]));
}

test("what the CDK makes of an app: its weak tables are found, one by one, and nothing else", () => {
  const { findings, unknown } = lint(assembly(join(FIXTURES, "cdk/cdk.out")));
  const lines = findings
    // "Acknowledged" is accepted in the app, which stands in the assembly's metadata and not in its template.
    .filter(({ topic, resource }) => TOPICS.has(topic) && !resource?.logicalId.startsWith("Acknowledged"))
    .map(
      ({ template, resource, severity, rule, suppressed }) =>
        `${template.file.replace(/\.(?:nested\.)?template\.json$/, "").replace(/^.*\//, "")} ${resource?.logicalId} ${severity} ${rule}${suppressed ? ` (${suppressed.reason})` : ""}`,
    );
  // In the order of test/fixtures/cdk/app.ts, where a comment says of each what is weak.
  expect(lines.sort()).toEqual(
    [
      "Encryption UnsetB71159CD warning sse-kms-disabled",
      "Encryption Resource warning sse-kms-disabled",
      "Encryption OwnedV23CA92460 warning sse-kms-disabled",
      "Keys ShortLivedKeyE2C3A8FC error key-dies-before-table",
      "Keys ScratchF72D2ED6 info table-deleted-with-stack",
      "Keys ScratchF72D2ED6 warning deletion-protection-disabled",
      "Keys PlainKey3396536F warning key-rotation-disabled",
      "Global UnevenAE4C705E warning replicas-protected-unevenly",
      "Global UnevenAE4C705E info replicas-protected-unevenly",
      "ProducerInnerB2E37C40 InnerWeak63BF2E15 warning point-in-time-recovery-disabled",
      "Forms Level1 warning deletion-protection-disabled",
      "Forms Level1 warning point-in-time-recovery-disabled",
      "Forms Level1 warning sse-kms-disabled",
      "Forms Level1 warning table-deleted-with-stack",
      "Forms Subclass3F4701A2 warning deletion-protection-disabled",
      "Forms Suppressed84C0FBA4 warning point-in-time-recovery-disabled (rebuilt every night)",
      "BetaCounters2D4C0D10 Counter44A08DAC warning point-in-time-recovery-disabled",
      "LiveCounters9EB49E67 Counter44A08DAC warning point-in-time-recovery-disabled",
    ].sort(),
  );
  expect(unknown.filter(({ rule }) => findings.some((finding) => finding.rule === rule))).toEqual([]);
});

test("what AWS documents as good practice passes, under the strict profile too", () => {
  const template = readFileSync(join(FIXTURES, "policies/aws-documented.yaml"), "utf8");
  expect(lint(template, STRICT).findings.filter(({ topic }) => TOPICS.has(topic))).toEqual([]);
});
