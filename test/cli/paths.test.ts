import { resolve } from "node:path";
import { expect, test } from "vitest";
import { reportedPath, withSlashes } from "../../cli/paths.ts";

const here = resolve("/srv/here");

test.each([
  ["/srv/here/a.yaml", "a.yaml"],
  ["/srv/here/infra/a.yaml", "infra/a.yaml"],
  ["/srv/here/..a/b.yaml", "..a/b.yaml"],
])("%s is reported as %s", (path, expected) => {
  expect(reportedPath(resolve(path), here)).toBe(expected);
});

test.each(["/srv/a.yaml", "/srv/hereafter/a.yaml", "/srv", "/srv/here"])("%s lies outside: absolute", (path) => {
  expect(reportedPath(resolve(path), here)).toBe(withSlashes(resolve(path)));
});
