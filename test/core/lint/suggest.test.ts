import { describe, expect, test } from "vitest";
import { closest, didYouMean, nearest, onlyClosest } from "../../../core/lint/suggest.ts";

const RULES = [
  "point-in-time-recovery-disabled",
  "deletion-protection-disabled",
  "sse-kms-disabled",
  "wildcard-resource",
  "wildcard-grants-unexpected-actions",
];

describe("closest", () => {
  test.each([
    ["sse-kms-disable", "sse-kms-disabled"],
    ["sse_kms_disabled", "sse-kms-disabled"],
    ["SSE-KMS-Disabled", "sse-kms-disabled"],
    ["wildcard-resoruce", "wildcard-resource"],
    ["point-in-time", "point-in-time-recovery-disabled"],
    ["delation-protecton-disabled", "deletion-protection-disabled"],
  ])("%s was meant as %s", (name, meant) => {
    expect(closest(name, RULES)).toBe(meant);
  });

  test.each(["", "encryption", "wildcard", "x", "no-such-rule-at-all"])("nothing is close to %j", (name) => {
    expect(closest(name, RULES)).toBeUndefined();
  });

  test("the nearest one is taken, and the first of several equally near ones", () => {
    expect(closest("lnt", ["list", "lint"])).toBe("lint");
    expect(closest("--fit", ["--fix", "--fig"])).toBe("--fix");
  });

  test("a swap of neighbours counts as one mistake", () => {
    expect(closest("lnit", ["lint", "edit"])).toBe("lint");
  });

  test("a name of no length or of any length costs nothing", () => {
    expect(closest("x".repeat(1_000_000), RULES)).toBeUndefined();
    expect(closest("toString", ["constructor"])).toBeUndefined();
  });
});

test("a suggestion is put behind a message, or nothing is", () => {
  expect(didYouMean("erorr", ["error", "warning"])).toBe('; did you mean "error"?');
  expect(didYouMean("silent", ["error", "warning"])).toBe("");
});

describe("nearest", () => {
  const NAMES = ["GetItem", "PutItem", "Scan", "Query"];

  test.each([
    ["GetItems", ["GetItem"]],
    ["getitm", ["GetItem"]],
    ["Scna", ["Scan"]],
    ["etItem", ["GetItem"]],
    ["utItem", ["PutItem"]],
    ["utem", []],
    ["PetItem", ["GetItem", "PutItem"]],
    ["Scan", []],
    ["Queries", []],
    ["x", []],
    ["", []],
    ["GetItem".repeat(100), []],
  ])("at most two mistakes from %s: %j", (name, meant) => {
    expect(nearest(name, NAMES, 2)).toEqual(meant);
  });
});

describe("onlyClosest", () => {
  test.each([
    ["selct", ["select", "values"], "select"],
    ["ab", ["abc"], "abc"],
    ["cat", ["bat", "hat"], undefined],
    ["cat", ["bat", "cats"], undefined],
    ["bat", ["bat", "hat"], "bat"],
    ["nothing", ["select"], undefined],
    ["long", ["longer name"], "longer name"],
    ["long", ["longer name", "long story"], undefined],
  ])("%s among %j is %s", (name, candidates, meant) => {
    expect(onlyClosest(name, candidates)).toBe(meant);
    expect(onlyClosest(name, [...candidates].reverse())).toBe(meant);
  });
});
