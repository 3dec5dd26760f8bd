import { describe, expect, test } from "vitest";
import { fileSelection } from "../../../core/lint/file-selection.ts";

describe("fileSelection", () => {
  const selection = fileSelection({
    include: ["*.tpl", "stacks/*"],
    exclude: ["legacy/", "/top.yaml", "!legacy/keep"],
  });

  test.each([
    ["a/b.tpl", true],
    ["stacks/one", true],
    ["a/stacks/one", false],
    ["a.yaml", false],
  ])("%s is included: %s", (path, expected) => {
    expect(selection.includes(path)).toBe(expected);
  });

  test.each([
    ["legacy", true, true],
    ["legacy", false, false],
    ["a/legacy", true, true],
    ["a/legacy/x.yaml", false, true],
    ["top.yaml", false, true],
    ["a/top.yaml", false, false],
  ])("%s (folder: %s) is excluded: %s", (path, isFolder, expected) => {
    expect(selection.excludes(path, isFolder)).toBe(expected);
  });

  test.each(["", "..", "../x.tpl", "/x.tpl", "./x.tpl"])("%j lies outside: neither", (path) => {
    expect(selection.includes(path)).toBe(false);
    expect(selection.excludes(path, false)).toBe(false);
  });

  test.each(["[z-a]", "a[", "(", "***/", "!", "\\"])("the pattern %j breaks nothing", (pattern) => {
    const odd = fileSelection({ include: [pattern], exclude: [pattern] });
    expect(typeof odd.includes("a/b")).toBe("boolean");
    expect(typeof odd.excludes("a/b", false)).toBe("boolean");
  });
});
