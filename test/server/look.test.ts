import { describe, expect, it } from "vitest";
import type { Environment } from "../../core/cdk/environment.ts";
import { defineRule } from "../../core/lint/rule.ts";
import { configurations } from "../../server/configurations.ts";
import type { FolderIndex } from "../../server/folder-index.ts";
import { ignoreLevel } from "../../server/ignore-files.ts";
import { lookAt } from "../../server/look.ts";
import { DEFAULT_SETTINGS } from "../../server/settings.ts";
import { textFile } from "../../server/text-file.ts";
import { memoryFiles } from "./memory-files.ts";
import { open, TABLE, testState } from "./state.ts";

function indexOf(texts: Record<string, string>, changes: Partial<FolderIndex> = {}): FolderIndex {
  const files = Object.entries(texts).map(([path, text]) => textFile(`file:///w/${path}`, path, text));
  return {
    folder: "file:///w",
    files: new Map(files.map((file) => [file.uri, file])),
    ignores: [],
    assemblies: new Map(),
    ...changes,
  };
}

function inView(state: ReturnType<typeof testState>, uri: string): string[] {
  const look = lookAt(state, uri);
  return look.linted ? look.project.templates.map((template) => template.file) : [look.reason];
}

describe("lookAt", () => {
  it("says why a document is not linted", () => {
    const state = testState();
    expect(inView(state, "file:///w/x.yaml")).toEqual(["it is not open"]);
    expect(inView(state, open(state, "file:///w/x.yaml", "a: 1\n"))).toEqual(["it has no Resources section"]);
    expect(inView(state, open(state, "file:///w/.ddblint.yaml", TABLE))[0]).toMatch(/configuration of this linter/);
    state.settings.set("file:///w", { ...DEFAULT_SETTINGS, enable: false });
    expect(inView(state, open(state, "file:///w/x.yaml", TABLE))[0]).toMatch(/ddblint\.enable/);
  });

  it("does not read what is no template", () => {
    const state = testState();
    const uri = open(state, "file:///w/x.yaml", `name: x\n${"- y\n".repeat(100)}`);
    lookAt(state, uri);
    expect(state.documents.get(uri)?.file.read).toBeUndefined();
  });

  it("sees the other open templates of the folder, and those on disk that are not open, in the order of their paths", () => {
    const state = testState({ folders: ["file:///w", "file:///v"] });
    state.indexes.set("file:///w", indexOf({ "b.yaml": TABLE, "a.yaml": "Resources: {X: {Type: 'AWS::SNS::Topic'}}" }));
    const uri = open(state, "file:///w/a.yaml", TABLE);
    open(state, "file:///w/sub/c.yaml", TABLE);
    open(state, "file:///w/notes.yaml", "a: 1\n");
    open(state, "file:///v/d.yaml", TABLE);
    open(state, "untitled:Untitled-1", TABLE);
    expect(inView(state, uri)).toEqual(["a.yaml", "b.yaml", "sub/c.yaml"]);
    const look = lookAt(state, uri);
    expect(look.linted && look.template.source.text).toBe(TABLE);
    expect(inView(state, "file:///v/d.yaml")).toEqual(["d.yaml"]);
    expect(inView(state, "untitled:Untitled-1")).toEqual(["untitled:Untitled-1"]);
  });

  it("looks at a file by itself where the setting says so, or where it lies in no folder, or is ignored", () => {
    const state = testState({ folders: ["file:///w", "file:///f"] });
    state.settings.set("file:///f", { ...DEFAULT_SETTINGS, project: "file" });
    state.indexes.set("file:///w", indexOf({ "b.yaml": TABLE }, { ignores: [ignoreLevel("file:///w", "build")] }));
    for (const uri of ["file:///f/a.yaml", "file:///f/b.yaml", "file:///else/a.yaml", "file:///w/build/a.yaml"])
      open(state, uri, TABLE);
    expect(inView(state, "file:///f/a.yaml")).toEqual(["a.yaml"]);
    expect(inView(state, "file:///else/a.yaml")).toEqual(["/else/a.yaml"]);
    expect(inView(state, "file:///w/build/a.yaml")).toEqual(["build/a.yaml"]);
    open(state, "file:///w/c.yaml", TABLE);
    expect(inView(state, "file:///w/c.yaml")).toEqual(["b.yaml", "c.yaml"]);
  });

  it("splits a folder where a configuration says root, and leaves out what it excludes", async () => {
    const files = memoryFiles({
      "/w/.ddblint.yaml": "files: { exclude: [old.yaml] }\n",
      "/w/own/.ddblint.yaml": "root: true\n",
    });
    const state = testState({ configurations: configurations(files, [], () => {}) });
    for (const folder of ["file:///w", "file:///w/own"]) await state.configurations.prepare(folder);
    for (const path of ["a.yaml", "b.yaml", "own/c.yaml", "own/d.yaml", "old.yaml"])
      open(state, `file:///w/${path}`, TABLE);
    expect(inView(state, "file:///w/a.yaml")).toEqual(["a.yaml", "b.yaml"]);
    expect(inView(state, "file:///w/own/c.yaml")).toEqual(["own/c.yaml", "own/d.yaml"]);
    expect(inView(state, "file:///w/old.yaml")).toEqual([
      "the configuration leaves it out (files.exclude in .ddblint.yaml)",
    ]);
  });

  it("takes what an assembly names for templates, whatever its content", () => {
    const state = testState();
    const assemblies = new Map([["file:///w/cdk.out", new Map([["file:///w/cdk.out/E.template.json", {}]])]]);
    state.indexes.set("file:///w", indexOf({}, { assemblies }));
    expect(inView(state, open(state, "file:///w/cdk.out/E.template.json", "{}"))).toEqual(["cdk.out/E.template.json"]);
  });

  it("takes an assembly's template to be deployed where the manifest says, unless the configuration says it", async () => {
    const configured = memoryFiles({ "/w/cdk.out/.ddblint.yaml": 'account: "444455556666"\n' });
    const state = testState({ configurations: configurations(configured, [], () => {}) });
    const uri = open(state, "file:///w/cdk.out/E.template.json", '{"Resources":{"T":{"Type":"AWS::DynamoDB::Table"}}}');
    const other = open(state, "file:///w/a.yaml", TABLE);
    const inputs = (of: string) => {
      const look = lookAt(state, of);
      return look.linted ? [look.template.inputs.account, look.template.inputs.region] : [];
    };
    const deployedTo = (environment: Environment) => {
      const assemblies = new Map([["file:///w/cdk.out", new Map([[uri, environment]])]]);
      state.indexes.set("file:///w", indexOf({}, { assemblies }));
    };
    expect(inputs(uri)).toEqual([undefined, undefined]);
    deployedTo({ account: "111122223333", region: "eu-west-1" });
    expect(inputs(uri)).toEqual(["111122223333", "eu-west-1"]);
    expect(inputs(other)).toEqual([undefined, undefined]);
    deployedTo({ region: "us-east-1" });
    expect(inputs(uri)).toEqual([undefined, "us-east-1"]);
    await state.configurations.prepare("file:///w/cdk.out");
    deployedTo({ account: "111122223333", region: "eu-west-1" });
    expect(inputs(uri)).toEqual(["444455556666", "eu-west-1"]);
  });

  it("reads a template once for an equal environment", () => {
    const state = testState();
    const uri = open(state, "file:///w/cdk.out/E.template.json", '{"Resources":{}}');
    const template = () => {
      const environment = { account: "111122223333", region: "eu-west-1" };
      const assemblies = new Map([["file:///w/cdk.out", new Map([[uri, environment]])]]);
      state.indexes.set("file:///w", indexOf({}, { assemblies }));
      const look = lookAt(state, uri);
      return look.linted && look.template;
    };
    expect(template()).toBe(template());
  });

  it("does the work once as long as nothing changes", () => {
    let runs = 0;
    const rule = defineRule({ ...countingRule, check: () => void runs++ });
    const state = testState({ rules: [rule] });
    const uri = open(state, "file:///w/a.yaml", TABLE);
    const first = lookAt(state, uri);
    const second = lookAt(state, uri);
    expect(first.linted && second.linted && first.project === second.project).toBe(true);
    expect(runs).toBe(1);
    open(state, "file:///w/a.yaml", `${TABLE}\n`, 2);
    lookAt(state, uri);
    expect(runs).toBe(2);
    state.settings.set("file:///w", { ...DEFAULT_SETTINGS, profile: "strict" });
    lookAt(state, uri);
    expect(runs).toBe(3);
  });

  it("pays for a rule that throws with one line", () => {
    const rule = defineRule({
      ...countingRule,
      check: () => {
        throw new Error(`bad\n${"x".repeat(100_000)}`);
      },
    });
    const state = testState({ rules: [rule, ...testState().rules] });
    const look = lookAt(state, open(state, "file:///w/a.yaml", TABLE));
    expect(look.linted && look.findings.length).toBeGreaterThan(0);
    expect(state.lines).toHaveLength(1);
    expect(state.lines[0]).toMatch(/^The rule counting failed on a\.yaml: Error: bad x+…$/);
    expect(state.lines[0]?.length).toBeLessThan(400);
  });
});

const countingRule = {
  name: "counting",
  topic: "governance",
  severity: "info",
  confidence: "high",
  recommended: true,
  docs: { what: "", why: "", how: "", references: [], examples: [] },
  controls: {},
} as const;
