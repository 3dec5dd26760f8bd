import { describe, expect, it } from "vitest";
import { configurations, NO_CONFIGURATIONS } from "../../server/configurations.ts";
import { environmentIn, isInView } from "../../server/folder-index.ts";
import { NEVER_CANCELLED } from "../../server/pause.ts";
import { DEFAULT_LIMITS, scanFolder } from "../../server/scan.ts";
import { memoryFiles } from "./memory-files.ts";
import { TABLE } from "./state.ts";

const ROOT = "file:///w";

async function scan(texts: Record<string, string>, links: Record<string, string> = {}, limits = DEFAULT_LIMITS) {
  const files = memoryFiles(texts, links);
  const index = await scanFolder(
    files,
    configurations(files, [], () => {}),
    ROOT,
    NEVER_CANCELLED,
    limits,
  );
  return { index, files, found: [...index.files.values()].map((file) => file.path) };
}

const STACK = '{"Resources":{"T":{"Type":"AWS::DynamoDB::Table"}}}';
const MANIFEST = JSON.stringify({
  version: "40.0.0",
  artifacts: {
    Data: {
      type: "aws:cloudformation:stack",
      environment: "aws://111122223333/eu-west-1",
      properties: { templateFile: "Data.template.json" },
    },
    "assembly-Prod": { type: "cdk:cloud-assembly", properties: { directoryName: "assembly-Prod" } },
  },
});
const NESTED = JSON.stringify({
  version: "40.0.0",
  artifacts: { Live: { type: "aws:cloudformation:stack", properties: { templateFile: "Live.template.json" } } },
});

describe("scanFolder", () => {
  it("finds templates by name and content", async () => {
    const { found } = await scan({
      "/w/a.yaml": TABLE,
      "/w/sub/b.TEMPLATE": TABLE,
      "/w/sub/c.json": STACK,
      "/w/package.json": '{"name":"x"}',
      "/w/pipeline.yml": "jobs: {}\n",
      "/w/notes.txt": TABLE,
    });
    expect(found).toEqual(["a.yaml", "sub/b.TEMPLATE", "sub/c.json"]);
  });

  it("reads no file whose name is not a template's", async () => {
    const { files } = await scan({ "/w/a.yaml": TABLE, "/w/big.bin": "x", "/w/node_modules/p/t.yaml": TABLE });
    expect(files.reads.filter((uri) => /big\.bin|node_modules/.test(uri))).toEqual([]);
  });

  it("honours ignore files as git does: nearest first, negation, the repository's above the folder", async () => {
    const { found, index } = await scan({
      "/.git/HEAD": "",
      "/.gitignore": "/w/hidden\n*.gen.yaml\n",
      "/w/.gitignore": "build/\n*.tmp.yaml\n",
      "/w/keep/.gitignore": "!*.tmp.yaml\n",
      "/w/a.yaml": TABLE,
      "/w/a.gen.yaml": TABLE,
      "/w/a.tmp.yaml": TABLE,
      "/w/keep/b.tmp.yaml": TABLE,
      "/w/build/c.yaml": TABLE,
      "/w/hidden/d.yaml": TABLE,
      "/w/deep/build/e.yaml": TABLE,
    });
    expect(found).toEqual(["a.yaml", "keep/b.tmp.yaml"]);
    const inView = (path: string) => isInView(index, `${ROOT}/${path}`);
    expect(["a.yaml", "new.yaml", "keep/x.tmp.yaml"].map(inView)).toEqual([true, true, true]);
    expect(["build/c.yaml", "hidden/d.yaml", "x.tmp.yaml", "node_modules/a.yaml"].map(inView)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it("does not heed ignore files above a folder that is no repository", async () => {
    const { found } = await scan({ "/.gitignore": "*.yaml\n", "/w/a.yaml": TABLE });
    expect(found).toEqual(["a.yaml"]);
  });

  it("reads a cloud assembly by its manifests, also where it is ignored, and nothing else in it", async () => {
    const { found, index } = await scan({
      "/w/.gitignore": "cdk.out\ndist\n",
      "/w/cdk.out/manifest.json": MANIFEST,
      "/w/cdk.out/Data.template.json": STACK,
      "/w/cdk.out/Stale.template.json": STACK,
      "/w/cdk.out/assembly-Prod/manifest.json": NESTED,
      "/w/cdk.out/assembly-Prod/Live.template.json": STACK,
      "/w/dist/manifest.json": '{"name":"an extension","version":"1"}',
      "/w/dist/t.yaml": TABLE,
    });
    expect(found).toEqual(["cdk.out/Data.template.json", "cdk.out/assembly-Prod/Live.template.json"]);
    const environment = (path: string) => environmentIn(index, `${ROOT}/cdk.out/${path}`);
    expect(environment("Data.template.json")).toEqual({ account: "111122223333", region: "eu-west-1" });
    expect(environment("assembly-Prod/Live.template.json")).toEqual({});
    expect(environment("Stale.template.json")).toBe(undefined);
    expect(isInView(index, `${ROOT}/cdk.out/Data.template.json`)).toBe(true);
    expect(isInView(index, `${ROOT}/cdk.out/Stale.template.json`)).toBe(false);
    expect(isInView(index, `${ROOT}/dist/t.yaml`)).toBe(false);
  });

  it("reads an assembly that is the folder itself", async () => {
    const { found } = await scan({
      "/w/manifest.json": NESTED,
      "/w/Live.template.json": STACK,
    });
    expect(found).toEqual(["Live.template.json"]);
  });

  it("follows the configuration's files", async () => {
    const { found } = await scan({
      "/w/.ddblint.yaml": "files:\n  include: ['*.tpl']\n  exclude: ['old/', 'x.yaml']\n",
      "/w/a.tpl": TABLE,
      "/w/x.yaml": TABLE,
      "/w/old/b.yaml": TABLE,
      "/w/new/c.yaml": TABLE,
    });
    expect(found).toEqual(["a.tpl", "new/c.yaml"]);
  });

  it("follows links once and is not caught in a circle", async () => {
    const { found } = await scan(
      { "/w/a/x.yaml": TABLE, "/elsewhere/y.yaml": TABLE },
      { "/w/a/loop": "/w/a", "/w/again": "/w/a", "/w/out": "/elsewhere", "/w/same.yaml": "/w/a/x.yaml" },
    );
    expect(found).toEqual(["a/x.yaml", "out/y.yaml"]);
  });

  it.each([
    ["entries", { entries: 1 }],
    ["reads", { reads: 1 }],
    ["length of reads", { readLength: TABLE.length }],
    ["templates", { templates: 1 }],
    ["length of templates", { templateLength: TABLE.length }],
  ])("stops at its limit of %s and says so", async (_, limit) => {
    const { found, index } = await scan(
      { "/w/a.yaml": TABLE, "/w/b.yaml": TABLE },
      {},
      { ...DEFAULT_LIMITS, ...limit },
    );
    expect(found).toEqual(["a.yaml"]);
    expect(index.truncated).toMatch(/^the folder has more /);
  });

  it("stops when it is no longer wanted", async () => {
    const files = memoryFiles({ "/w/a.yaml": TABLE, "/w/b.yaml": TABLE });
    let steps = 0;
    const stop = new Error("stop");
    const scanning = scanFolder(files, NO_CONFIGURATIONS, ROOT, async () => {
      if (++steps === 3) throw stop;
    });
    await expect(scanning).rejects.toBe(stop);
    expect(files.reads.filter((uri) => uri.endsWith("b.yaml"))).toEqual([]);
  });
});
