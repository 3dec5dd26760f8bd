import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { replaceText, writeReport } from "../../cli/write-file.ts";
import { folderWith } from "./program.ts";

const isRoot = process.getuid?.() === 0;

describe("replaceText", () => {
  test("changes the text, keeps the mode, leaves nothing else behind", () => {
    const folder = folderWith({ "a.yaml": "before" });
    const path = join(folder, "a.yaml");
    chmodSync(path, 0o640);
    expect(replaceText(path, "before", "after")).toBeUndefined();
    expect(readFileSync(path, "utf8")).toBe("after");
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder)).toEqual(["a.yaml"]);
  });

  test("a link stays a link", () => {
    const folder = folderWith({ "real/a.yaml": "before" });
    const link = join(folder, "link.yaml");
    symlinkSync(join("real", "a.yaml"), link);
    expect(replaceText(link, "before", "after")).toBeUndefined();
    expect(readlinkSync(link)).toBe(join("real", "a.yaml"));
    expect(readFileSync(join(folder, "real", "a.yaml"), "utf8")).toBe("after");
    expect(readdirSync(folder).toSorted()).toEqual(["link.yaml", "real"]);
  });

  test("the file of another name keeps its text: only the named file is replaced", () => {
    const folder = folderWith({ "a.yaml": "before" });
    linkSync(join(folder, "a.yaml"), join(folder, "b.yaml"));
    expect(replaceText(join(folder, "a.yaml"), "before", "after")).toBeUndefined();
    expect(readFileSync(join(folder, "b.yaml"), "utf8")).toBe("before");
  });

  test("a file that changed since it was read is not touched", () => {
    const folder = folderWith({ "a.yaml": "newer" });
    expect(replaceText(join(folder, "a.yaml"), "before", "after")).toMatch(/in the meantime/);
    expect(readFileSync(join(folder, "a.yaml"), "utf8")).toBe("newer");
  });

  test("bytes that are no UTF-8 would be lost: not touched", () => {
    const bytes = Buffer.from([0x61, 0xe4, 0x62]);
    const folder = folderWith({ "a.yaml": bytes });
    expect(replaceText(join(folder, "a.yaml"), bytes.toString("utf8"), "after")).toMatch(/UTF-8/);
    expect(readFileSync(join(folder, "a.yaml"))).toEqual(bytes);
  });

  test("a missing file is told", () => {
    expect(replaceText(join(folderWith({}), "a.yaml"), "", "after")).toMatch(/no such file/);
  });

  test.skipIf(isRoot)("write protection is respected", () => {
    const folder = folderWith({ "a.yaml": "before" });
    chmodSync(join(folder, "a.yaml"), 0o444);
    expect(replaceText(join(folder, "a.yaml"), "before", "after")).toMatch(/permission denied/);
    expect(readFileSync(join(folder, "a.yaml"), "utf8")).toBe("before");
  });
});

describe("writeReport", () => {
  test("makes the folder, and overwrites", () => {
    const path = join(folderWith({}), "out", "deep", "report.json");
    expect(writeReport(path, "one")).toBeUndefined();
    expect(writeReport(path, "two")).toBeUndefined();
    expect(readFileSync(path, "utf8")).toBe("two");
  });

  test("a folder in its place is told", () => {
    const path = join(folderWith({}), "report.json");
    mkdirSync(path);
    expect(writeReport(path, "one")).toMatch(/folder/);
  });
});
