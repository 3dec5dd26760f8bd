import { describe, expect, it } from "vitest";
import { configurations, selectionOf } from "../../server/configurations.ts";
import { memoryFiles } from "./memory-files.ts";

const RULE = "point-in-time-recovery-disabled";

describe("configurations", () => {
  it("find the nearest file, up to the repository's root", async () => {
    const files = memoryFiles({
      "/.ddblint.yaml": "profile: strict\n",
      "/w/.git/HEAD": "",
      "/w/.ddblint.yaml": `rules: { ${RULE}: error }\n`,
      "/w/a/b/t.yaml": "",
      "/w/own/.ddblint.yaml": "root: true\nregion: eu-central-1\n",
      "/v/.git/HEAD": "",
    });
    const found = configurations(files, [RULE], () => {});
    for (const folder of ["file:///w/a/b", "file:///w/own", "file:///v"]) await found.prepare(folder);
    expect(found.at("file:///w/a/b").configuration.rules).toEqual(new Map([[RULE, "error"]]));
    expect(found.at("file:///w/own").project).toBe("/w/own");
    expect(found.at("file:///w/own").configuration.region).toBe("eu-central-1");
    expect(found.at("file:///v").file).toBeUndefined();
  });

  it("read nothing twice, and anew after a reload", async () => {
    const files = memoryFiles({ "/w/.git/HEAD": "", "/w/.ddblint.yaml": "profile: strict\n" });
    const found = configurations(files, [], () => {});
    await found.prepare("file:///w");
    const before = found.at("file:///w");
    await found.prepare("file:///w");
    expect(found.at("file:///w")).toBe(before);
    expect(files.reads).toHaveLength(1);
    files.texts.set("file:///w/.ddblint.yaml", "profile: recommended\n");
    expect(found.at("file:///w").configuration.profile).toBe("strict");
    await found.reload();
    expect(found.at("file:///w").configuration.profile).toBe("recommended");
  });

  it("do not use a file with a mistake in it, and say so in one line", async () => {
    const lines: string[] = [];
    const files = memoryFiles({ "/w/.ddblint.yaml": "profile: strict\nrules: { no-such-rule: error }\n" });
    const found = configurations(files, [RULE], (line) => lines.push(line));
    await found.prepare("file:///w");
    expect(found.at("file:///w").configuration.profile).toBeUndefined();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\/w\/\.ddblint\.yaml is not used: .*no-such-rule/);
  });

  it("have nothing for documents that are in no file system", async () => {
    const found = configurations(memoryFiles({ "/.ddblint.yaml": "profile: strict\n" }), [], () => {});
    await found.prepare("untitled:Untitled-1");
    expect(found.at("untitled:Untitled-1").configuration.profile).toBeUndefined();
  });
});

it("selects from the configuration's folder on", async () => {
  const files = memoryFiles({ "/w/.ddblint.yaml": "files: { include: ['*.tpl'], exclude: [/old] }\n" });
  const found = configurations(files, [], () => {});
  await found.prepare("file:///w/a");
  const select = (uri: string, isFolder = false) => selectionOf(found.at("file:///w/a"), uri, isFolder);
  expect(select("file:///w/a/x.tpl")).toBe("included");
  expect(select("file:///w/old/x.tpl")).toBe("excluded");
  expect(select("file:///w/old", true)).toBe("excluded");
  expect(select("file:///w/a/old/x.yaml")).toBeUndefined();
  expect(select("file:///elsewhere/x.tpl")).toBeUndefined();
});
