import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Metafile } from "esbuild";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { notices } from "../../scripts/notices.mjs";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "ddblint-notices-"));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Installs a package of one file, with a licence text of its own unless told not to. */
function install(name: string, manifest: object, licenceFile: string | undefined = "LICENSE.md"): string {
  const folder = join(root, "node_modules", name);
  mkdirSync(join(folder, "lib"), { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name, version: "1.2.3", ...manifest }));
  writeFileSync(join(folder, "lib", "package.json"), JSON.stringify({ type: "commonjs" }));
  if (licenceFile) writeFileSync(join(folder, licenceFile), `The words of ${name}\r\n`);
  return `node_modules/${name}/lib/index.js`;
}

function bundled(inputs: Record<string, number>): Pick<Metafile, "outputs"> {
  const entries = Object.entries(inputs).map(([path, bytesInOutput]) => [path, { bytesInOutput }]);
  return { outputs: { "dist/a.js": { bytes: 1, imports: [], exports: [], inputs: Object.fromEntries(entries) } } };
}

describe("notices", () => {
  it("holds name, version, licence and text of each bundled package, sorted, once", () => {
    const b = install("b", { license: "ISC" });
    const a = install("@scope/a", { license: "MIT" });
    const text = notices(root, [bundled({ [b]: 10, "core/lint.ts": 5 }), bundled({ [a]: 1, [b]: 2 })]);
    expect(text.match(/^\S+ 1\.2\.3 \(.*\)$/gm)).toEqual(["@scope/a 1.2.3 (MIT)", "b 1.2.3 (ISC)"]);
    expect(text).toContain("The words of @scope/a\n");
    expect(text).not.toContain("\r");
  });

  it("leaves out packages of which nothing was kept", () => {
    expect(notices(root, [bundled({ [install("shaken", { license: "GPL-3.0" })]: 0 })])).not.toContain("shaken");
  });

  it.each(["GPL-3.0-only", "AGPL-3.0", "(GPL-2.0 OR AGPL-3.0)", "MIT AND GPL-2.0"])("refuses %s", (license) => {
    const input = install("viral", { license });
    expect(() => notices(root, [bundled({ [input]: 1 })])).toThrow(/viral 1\.2\.3 is under/);
  });

  it.each(["(MIT OR GPL-3.0)", "BlueOak-1.0.0", "Apache-2.0"])("takes %s", (license) => {
    expect(notices(root, [bundled({ [install("good", { license })]: 1 })])).toContain(`good 1.2.3 (${license})`);
  });

  it("refuses a package that names no licence, or has no text of it", () => {
    const unnamed = install("unnamed", {});
    expect(() => notices(root, [bundled({ [unnamed]: 1 })])).toThrow(/names no licence/);
    const silent = install("silent", { license: "MIT" }, "");
    expect(() => notices(root, [bundled({ [silent]: 1 })])).toThrow(/no licence text/);
  });
});
