import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { DEFAULT_CONFIGURATION } from "../../core/lint/configuration.ts";
import { lintTemplate } from "../../core/lint/lint.ts";
import { createProject } from "../../core/model/project.ts";
import { sourceText } from "../../core/syntax/source-text.ts";
import { detectTemplate } from "../../core/template/detect.ts";
import { readTemplate } from "../../core/template/read.ts";
import { RULES } from "../../rules/registry.ts";

const strict = { ...DEFAULT_CONFIGURATION, profile: "strict" as const };

/** What only a bug puts into words. */
const ODD = /undefined|\[object|NaN|\p{Cc}/u;

/** Templates that lie beside the project, where they do. */
function templatesIn(folder: string) {
  const root = fileURLToPath(new URL(`../../../shared/${folder}`, import.meta.url));
  if (!existsSync(root)) return undefined;
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(?:ya?ml|json|template)$/.test(file))
    .sort()
    .flatMap((file) => {
      const text = readFileSync(join(root, file), "utf8");
      return detectTemplate(text).template ? [{ file, text }] : [];
    });
}

describe.each(["corpus", "peers/fixtures"])("templates of others: %s", (folder) => {
  it("are read and linted by every rule without an exception, and with sound findings", {
    timeout: 120_000,
  }, (context) => {
    const files = templatesIn(folder);
    if (!files) return context.skip("there is no such folder beside the project");
    expect(files.length).toBeGreaterThan(50);
    const templates = files.map(({ file, text }) => readTemplate(file, sourceText(text)));
    const project = createProject(templates);
    let findings = 0;
    for (const template of project.templates) {
      const result = lintTemplate(project, template, RULES, strict);
      expect(result.failures.map(({ rule, error }) => `${template.file} ${rule}: ${error}`)).toEqual([]);
      for (const finding of result.findings) {
        findings++;
        const { start, end } = finding.place;
        expect(
          0 <= start && start <= end && end <= template.source.text.length,
          `${template.file} ${finding.rule}`,
        ).toBe(true);
        expect(finding.message).not.toMatch(ODD);
      }
      for (const unknown of result.unknown) expect(unknown.reason).not.toMatch(ODD);
    }
    expect(findings).toBeGreaterThan(50);
  });
});
