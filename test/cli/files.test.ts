import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { assemblyReader } from "../../cli/assembly.ts";
import { settingsFinder } from "../../cli/configuration.ts";
import { listFiles } from "../../cli/files.ts";
import { folderWith } from "./program.ts";

async function list(folder: string, ...paths: string[]) {
  const settings = settingsFinder(
    { rules: new Map(), parameters: new Map(), inlineSuppressions: true },
    folder,
    [],
    "2026-01-01",
  );
  const { candidates, problems, searched } = await listFiles(paths, folder, settings, assemblyReader());
  return { files: candidates.map((candidate) => candidate.file), candidates, problems, searched };
}

const MANIFEST = JSON.stringify({
  version: "48.0.0",
  artifacts: {
    App: {
      type: "aws:cloudformation:stack",
      environment: "aws://unknown",
      properties: { templateFile: "App.template.json" },
    },
  },
});

describe("folders", () => {
  test("names of templates are taken, whatever their case; the order is that of code units", async () => {
    const folder = folderWith({
      "b.yaml": "",
      "a.YML": "",
      "Z.json": "",
      "sub/c.jsonc": "",
      "sub/d.template": "",
      "e.yaml.txt": "",
      "README.md": "",
      yaml: "",
    });
    expect((await list(folder, ".")).files).toEqual(["Z.json", "a.YML", "b.yaml", "sub/c.jsonc", "sub/d.template"]);
  });

  test("node_modules and .git are never looked into", async () => {
    const folder = folderWith({ "node_modules/x/a.yaml": "", ".git/a.yaml": "", ".hidden/a.yaml": "" });
    expect((await list(folder, ".")).files).toEqual([".hidden/a.yaml"]);
  });

  test("ignore files count at every level, the nearest one most", async () => {
    const folder = folderWith({
      ".git/HEAD": "",
      ".gitignore": "out/\n*.tmp.yaml\n/top.yaml\n",
      "top.yaml": "",
      "a/top.yaml": "",
      "a/x.tmp.yaml": "",
      "a/out/y.yaml": "",
      "a/.gitignore": "!x.tmp.yaml\nlocal.yaml\n",
      "a/local.yaml": "",
      "b/local.yaml": "",
    });
    expect((await list(folder, ".")).files).toEqual(["a/top.yaml", "a/x.tmp.yaml", "b/local.yaml"]);
  });

  test("the repository's ignore files count in its subfolders too", async () => {
    const folder = folderWith({
      ".git/HEAD": "",
      ".gitignore": "*.tmp.yaml\n",
      "a/b/x.tmp.yaml": "",
      "a/b/y.yaml": "",
    });
    expect((await list(folder, "a/b")).files).toEqual(["a/b/y.yaml"]);
  });

  test("who names an ignored folder sees what is in it", async () => {
    const folder = folderWith({
      ".git/HEAD": "",
      ".gitignore": "build/\n",
      "build/x.yaml": "",
      "build/.gitignore": "y.yaml",
      "build/y.yaml": "",
    });
    expect((await list(folder, ".")).files).toEqual([]);
    expect((await list(folder, "build")).files).toEqual(["build/x.yaml"]);
  });

  test("files.include adds, files.exclude leaves out, from the configuration's folder", async () => {
    const folder = folderWith({
      ".ddblint.yaml": "files: { include: ['*.tpl'], exclude: [/legacy/, '**/test/*.yaml'] }",
      "a.tpl": "",
      "legacy/a.yaml": "",
      "x/legacy/b.yaml": "",
      "x/test/c.yaml": "",
    });
    expect((await list(folder, ".")).files).toEqual([".ddblint.yaml", "a.tpl", "x/legacy/b.yaml"]);
    expect((await list(folder, "legacy/a.yaml")).files).toEqual(["legacy/a.yaml"]);
  });

  test("a cloud assembly is read by its manifest, also where it is ignored", async () => {
    const folder = folderWith({
      ".git/HEAD": "",
      ".gitignore": "cdk.out\n",
      "cdk.out/manifest.json": MANIFEST,
      "cdk.out/App.template.json": "{}",
      "cdk.out/asset.1/data.json": "{}",
      "cdk.out/tree.json": "{}",
      "bin/app.ts": "",
    });
    for (const path of [".", "cdk.out"]) {
      const { files, candidates, problems } = await list(folder, path);
      expect(files).toEqual(["cdk.out/App.template.json"]);
      expect(candidates[0]?.listed).toBe(true);
      expect(problems).toEqual([]);
    }
  });

  test("a template of a cloud assembly is deployed where the manifest says, however it is found", async () => {
    const folder = folderWith({
      "cdk.out/manifest.json": MANIFEST.replace("aws://unknown", "aws://111122223333/unknown-region"),
      "cdk.out/App.template.json": "{}",
      "cdk.out/other.json": "{}",
    });
    for (const path of [".", "cdk.out", "cdk.out/App.template.json", "cdk.out/*.template.json"]) {
      const { candidates } = await list(folder, path);
      expect(candidates.map(({ file, environment }) => [file, environment])).toEqual([
        ["cdk.out/App.template.json", { account: "111122223333" }],
      ]);
    }
    const { candidates } = await list(folder, "cdk.out/other.json");
    expect(candidates.map(({ environment }) => environment)).toEqual([undefined]);
  });

  test("a template that the manifest names and that is not there is told", async () => {
    const folder = folderWith({ "cdk.out/manifest.json": MANIFEST });
    const { problems } = await list(folder, ".");
    expect(problems.map((problem) => problem.file)).toEqual(["cdk.out/App.template.json"]);
  });

  test("another program's manifest.json makes no assembly", async () => {
    const folder = folderWith({ "web/manifest.json": '{ "version": "1", "name": "x" }', "web/a.yaml": "" });
    expect((await list(folder, ".")).files).toEqual(["web/a.yaml", "web/manifest.json"]);
  });

  test("links are followed once, circles are cut, dangling ones are nothing", async () => {
    const folder = folderWith({ "a/x.yaml": "", "b/y.yaml": "" });
    symlinkSync("..", join(folder, "a", "up"));
    symlinkSync(join("..", "b"), join(folder, "a", "again"));
    symlinkSync("x.yaml", join(folder, "a", "same.yaml"));
    symlinkSync("nowhere", join(folder, "a", ".#lock.yaml"));
    symlinkSync("self", join(folder, "self"));
    expect((await list(folder, ".")).files).toEqual(["a/x.yaml", "b/y.yaml"]);
    expect((await list(folder, "a")).files).toEqual(["a/again/y.yaml", "a/x.yaml"]);
  });

  test("a folder and a file in it are one file, and the file was named", async () => {
    const folder = folderWith({ "a/x.yaml": "" });
    const { candidates } = await list(folder, "a", "a/x.yaml", "./a/");
    expect(candidates).toHaveLength(1);
    expect(candidates[0]?.named).toBe(true);
    expect([...(candidates[0]?.origins ?? [])]).toEqual(["a", "a/x.yaml", "./a/"]);
  });

  test.skipIf(process.getuid?.() === 0)("a folder that may not be read is told", async () => {
    const folder = folderWith({ "a/x.yaml": "" });
    mkdirSync(join(folder, "secret"));
    chmodSync(join(folder, "secret"), 0);
    const { files, problems } = await list(folder, ".");
    chmodSync(join(folder, "secret"), 0o700);
    expect(files).toEqual(["a/x.yaml"]);
    expect(problems).toEqual([{ file: "secret", message: "permission denied" }]);
  });
});

describe("files and globs", () => {
  test("a named file is taken whatever its name, ignored or not", async () => {
    const folder = folderWith({ ".git/HEAD": "", ".gitignore": "*", "x.txt": "", "[id]/a b.yaml": "" });
    expect((await list(folder, "x.txt", "[id]/a b.yaml")).files).toEqual(["[id]/a b.yaml", "x.txt"]);
  });

  test("a path that does not exist is told as it was written", async () => {
    const { problems, searched } = await list(folderWith({ "a.yaml": "" }), "no/such.yaml", "a.yaml/x");
    expect(problems).toEqual([
      { file: "no/such.yaml", message: "no such file or folder" },
      { file: "a.yaml/x", message: "no such file or folder" },
    ]);
    expect(searched).toEqual([]);
  });

  test("globs match files of any name, without node_modules and what is ignored", async () => {
    const folder = folderWith({
      ".gitignore": "gen/\n",
      "a/x.yaml": "",
      "a/y.cfn": "",
      "a/gen/z.yaml": "",
      "node_modules/m/x.yaml": "",
      "b/x.yaml": "",
    });
    expect((await list(folder, "**/x.*")).files).toEqual(["a/x.yaml", "b/x.yaml"]);
    expect((await list(folder, "a/*.{cfn,yaml}")).files).toEqual(["a/x.yaml", "a/y.cfn"]);
    expect((await list(folder, "**/*.yaml")).files).toEqual(["a/x.yaml", "b/x.yaml"]);
    expect((await list(folder, "a/gen/*")).files).toEqual(["a/gen/z.yaml"]);
    expect((await list(folder, join(folder, "b", "*"))).files).toEqual(["b/x.yaml"]);
  });

  test("a glob that matches folders only walks them", async () => {
    const folder = folderWith({ "s/one/infra/a.yaml": "", "s/two/infra/b.yaml": "", "s/two/infra/b.md": "" });
    const { files, searched } = await list(folder, "s/*/infra");
    expect(files).toEqual(["s/one/infra/a.yaml", "s/two/infra/b.yaml"]);
    expect(searched).toEqual(["s/*/infra"]);
  });

  test.each([
    ["*.cfn", "the glob matches nothing"],
    ["no/such/*", "the glob matches nothing"],
    ["gen/a.{yaml,yml}", "the glob matches ignored files only"],
  ])("%s: %s", async (glob, message) => {
    const folder = folderWith({ ".gitignore": "a.yaml\n", "gen/.gitignore": "a.yaml", "gen/a.yaml": "" });
    expect((await list(folder, glob)).problems).toEqual([{ file: glob, message }]);
  });
});
