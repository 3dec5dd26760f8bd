import { describe, expect, test } from "vitest";
import { configurationFinder } from "../../../core/lint/find-configuration.ts";

/** A finder over files given as path → text; `reads` counts what it asked for. */
function finder(files: { [path: string]: string }) {
  const reads: string[] = [];
  const find = configurationFinder(
    {
      exists: (path) => Object.keys(files).some((file) => file === path || file.startsWith(`${path}/`)),
      read: (path) => {
        reads.push(path);
        return files[path];
      },
    },
    ["sse-kms-disabled"],
  );
  return { find, reads };
}

describe("configurationFinder", () => {
  test("the nearest configuration counts, and nothing of those above", () => {
    const { find } = finder({
      "/repo/.git/HEAD": "",
      "/repo/.ddblint.yaml": "profile: strict\nregion: eu-west-1\n",
      "/repo/infra/.ddblint.yaml": "account: 123456789012\n",
    });
    expect(find("/repo/app/deep").configuration.profile).toBe("strict");
    expect(find("/repo/app/deep").base).toBe("/repo");
    const { configuration, base, file } = find("/repo/infra/tables");
    expect(configuration.account).toBe("123456789012");
    expect(configuration.profile).toBeUndefined();
    expect(configuration.region).toBeUndefined();
    expect(base).toBe("/repo/infra");
    expect(file?.path).toBe("/repo/infra/.ddblint.yaml");
  });

  test("the repository's root ends the search, its own configuration included", () => {
    const { find } = finder({
      "/.ddblint.yaml": "profile: strict\n",
      "/a/.git": "gitdir: elsewhere\n",
      "/b/.git/HEAD": "",
      "/b/.ddblint.yaml": "region: eu-west-1\n",
    });
    expect(find("/a/x").file).toBeUndefined();
    expect(find("/b/x").configuration.region).toBe("eu-west-1");
    expect(find("/c").configuration.profile).toBe("strict");
    expect(find("/").configuration.profile).toBe("strict");
  });

  test("`root: true` ends the search and makes a project of its own", () => {
    const { find } = finder({
      "/r/.git/HEAD": "",
      "/r/.ddblint.yaml": "region: eu-west-1\n",
      "/r/a/.ddblint.yaml": "root: true\n",
      "/r/a/b/.ddblint.yaml": "profile: strict\n",
    });
    expect(find("/r/a").project).toBe("/r/a");
    expect(find("/r/a/b/c").project).toBe("/r/a");
    expect(find("/r/a/b/c").configuration.profile).toBe("strict");
    expect(find("/r/z").project).toBeUndefined();
  });

  test("each folder is looked into once", () => {
    const { find, reads } = finder({ "/r/.ddblint.yaml": "" });
    for (const folder of ["/r/a/b", "/r/a/b", "/r/a/c", "/r"]) find(folder);
    expect(reads.toSorted()).toEqual([...new Set(reads)].toSorted());
  });

  test("drives are roots", () => {
    const { find } = finder({ "C:/.ddblint.yaml": "profile: strict\n" });
    expect(find("C:/code/x").configuration.profile).toBe("strict");
    expect(find("D:/code/x").file).toBeUndefined();
  });

  test("problems have places in the text behind the byte order mark", () => {
    const { find } = finder({ "/r/.ddblint.yaml": "\ufeffprofile: x\n" });
    const { problems, file } = find("/r");
    const [problem] = problems;
    expect(problem && file?.source.text.slice(problem.start, problem.end)).toBe("x");
  });
});
