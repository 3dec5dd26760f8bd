import { resolve } from "node:path";
import { expect, test } from "vitest";
import { reportedPath, withSlashes } from "../../cli/paths.ts";

const here = resolve("/work/here");

test.each([
  ["/work/here/a.yaml", "a.yaml"],
  ["/work/here/infra/a.yaml", "infra/a.yaml"],
  ["/work/here/..a/b.yaml", "..a/b.yaml"],
])("%s is reported as %s", (path, expected) => {
  expect(reportedPath(resolve(path), here)).toBe(expected);
});

test.each(["/work/a.yaml", "/work/hereafter/a.yaml", "/work", "/work/here"])("%s lies outside: absolute", (path) => {
  expect(reportedPath(resolve(path), here)).toBe(withSlashes(resolve(path)));
});
