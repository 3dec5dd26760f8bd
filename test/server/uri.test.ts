import { describe, expect, it } from "vitest";
import { canonical, inside, nameOf, parentOf, pathOf, relative } from "../../server/uri.ts";

describe("canonical", () => {
  it.each([
    ["file:///c%3A/Users/a%20b/x.yaml", "file:///c%3A/Users/a%20b/x.yaml"],
    ["file:///C:/Users/a b/x.yaml", "file:///c%3A/Users/a%20b/x.yaml"],
    ["file:///w/%C3%BC/%F0%9F%98%80.yaml", "file:///w/%C3%BC/%F0%9F%98%80.yaml"],
    ["file:///w/ü/😀.yaml", "file:///w/%C3%BC/%F0%9F%98%80.yaml"],
    ["FILE:///w/x.yaml", "file:///w/x.yaml"],
    ["untitled:Untitled-1", "untitled:Untitled-1"],
    ["vscode-vfs://github/o/r/t.yaml?x=1#f", "vscode-vfs://github/o/r/t.yaml?x=1#f"],
    ["file:///w/100%.yaml", "file:///w/100%25.yaml"],
    ["no uri at all", "no uri at all"],
    ["", ""],
  ])("spells %j as %j", (uri, spelled) => {
    expect(canonical(uri)).toBe(spelled);
    expect(canonical(spelled)).toBe(spelled);
  });
});

describe("inside and relative", () => {
  it("are each other's inverse", () => {
    const folder = "file:///w/a%20b";
    for (const path of ["x.yaml", "d/ü #1.yaml", "50%.json"]) expect(relative(folder, inside(folder, path))).toBe(path);
  });

  it("follow dots, not beyond the root", () => {
    expect(inside("file:///w/a", "../b/./c.yaml")).toBe("file:///w/b/c.yaml");
    expect(inside("file:///w", "../../../x")).toBe("file:///x");
  });

  it("know what lies elsewhere", () => {
    expect(relative("file:///w/a", "file:///w/ab/x.yaml")).toBeUndefined();
    expect(relative("file:///w", "other:///w/x.yaml")).toBeUndefined();
    expect(relative("file:///w", "file:///w")).toBe("");
    expect(relative("file:///w/", "file:///w/x.yaml")).toBe("x.yaml");
    expect(relative("file:///", "file:///w/x.yaml")).toBe("w/x.yaml");
  });
});

it("goes up to the root and no further", () => {
  expect(parentOf("file:///w/a%20b/x.yaml")).toBe("file:///w/a%20b");
  expect(parentOf("file:///w")).toBe("file:///");
  expect(parentOf("file:///")).toBeUndefined();
  expect(parentOf("untitled:Untitled-1")).toBeUndefined();
});

it("decodes names and paths", () => {
  expect(nameOf("file:///w/a%20b.yaml")).toBe("a b.yaml");
  expect(pathOf("file:///c%3A/x")).toBe("/c:/x");
});
