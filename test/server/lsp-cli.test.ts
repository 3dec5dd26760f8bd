import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Range } from "vscode-languageserver-protocol/node";
import { bundledServer, bundleOptions } from "./bundle.ts";
import { PULL, startClient } from "./client.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const server = bundledServer();

interface Reported {
  rule: string;
  file: string;
  severity: string;
  message: string;
  range: Range;
  suppressed: unknown;
}

/** The findings that are shown, one line each, in an order of their own. */
function lines(findings: readonly { rule: unknown; severity: string; message: unknown; range: Range }[]): string[] {
  return findings
    .map(({ rule, severity, message, range: { start, end } }) => {
      return `${start.line}:${start.character}-${end.line}:${end.character} ${severity} ${rule} ${message}`;
    })
    .sort();
}

const SEVERITIES = ["", "error", "warning", "info"];

// The command line and the editor must say the same about the same files: projects of one template, of several, and a cloud assembly.
describe.each([["examples/cloudformation"], ["examples/sam"], ["examples/cdk"], ["test/fixtures/cdk"]])(
  "%s",
  (path) => {
    const folder = mkdtempSync(join(tmpdir(), "ddblint-same-"));
    const cli = join(folder, "cli.mjs");
    const project = join(folder, "project");
    let findings: Reported[] = [];

    beforeAll(async () => {
      cpSync(join(root, path), project, { recursive: true, filter: (source) => !source.includes("node_modules") });
      await build({ ...bundleOptions, entryPoints: ["cli/main.ts"], outfile: cli });
      const child = spawn(process.execPath, [cli, "--format", "json"], { cwd: project });
      let output = "";
      child.stdout.on("data", (chunk: Buffer) => {
        output += chunk.toString();
      });
      await once(child, "close");
      findings = JSON.parse(output).findings;
    }, 120_000);
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it("gets the same findings at the same places", async () => {
      const shown = findings.filter(({ suppressed }) => !suppressed);
      const files = [...new Set(shown.map(({ file }) => file))];
      expect(files.length).toBeGreaterThan(0);
      const client = await startClient({
        program: server.program,
        capabilities: PULL,
        folders: [pathToFileURL(project).href],
      });
      for (const file of files) {
        expect(existsSync(join(project, file))).toBe(true);
        client.open(pathToFileURL(join(project, file)).href, readFileSync(join(project, file), "utf8"));
      }
      for (const file of files) {
        const uri = pathToFileURL(join(project, file)).href;
        const wanted = lines(shown.filter((finding) => finding.file === file));
        await vi.waitFor(
          async () => {
            const seen = (await client.pulled(uri)).map(({ code, severity, message, range }) => {
              return { rule: code, severity: SEVERITIES[severity ?? 0] ?? "", message, range };
            });
            expect(lines(seen)).toEqual(wanted);
          },
          { timeout: 20_000, interval: 200 },
        );
      }
    }, 60_000);
  },
);
