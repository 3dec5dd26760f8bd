import { describe, expect, it } from "vitest";
import { differingPaths } from "../../../core/syntax/compare.ts";
import { parse } from "../../../core/syntax/parse.ts";

function differences(a: string, b: string, limit?: number) {
  return differingPaths(parse(a).root, parse(b).root, limit);
}

describe("differingPaths", () => {
  it.each([
    ["style and order of keys", "A: 1\nB: [x, {c: d}]\n", '{"B": ["x", {"c": "d"}], "A": 1}'],
    ["quotes, comments and positions", "A: 'x' # c\n", '\n\nA:   "x"\n'],
    ["block scalars and quoted text", "A: |\n  x\n  y\n", 'A: "x\\ny\\n"\n'],
    ["spellings of nothing", "A:\nB: ~\n", "A: null\nB:\n"],
    ["anchors and aliases", "A: &a {x: 1}\nB: *a\n", "A: &a\n  x: 1\nB:   *a\n"],
    ["what holds itself", "A: &a [*a]\n", "A: &a\n- *a\n"],
  ])("passes over %s", (_what, a, b) => {
    expect(differences(a, b)).toEqual([]);
  });

  it.each<[string, string, string, (string | number)[][]]>([
    ["values", "A: {b: [1, 2]}\n", "A: {b: [1, 3]}\n", [["A", "b", 1]]],
    ["types", "A: 'true'\n", "A: true\n", [["A"]]],
    ["numbers as written", "A: 012\n", "A: 12\n", [["A"]]],
    ["kinds", "A: {b: 1}\n", "A: [b]\n", [["A"]]],
    ["missing and new keys", "A: 1\nB: 2\n", "B: 2\nC: 3\n", [["A"], ["C"]]],
    [
      "missing items",
      "A: [1, 2, 3]\n",
      "A: [1]\n",
      [
        ["A", 1],
        ["A", 2],
      ],
    ],
    ["tags", "A: !Ref x\n", "A: x\n", [["A"]]],
    ["tags of collections", "A: !If [x]\n", "A: !Or [x]\n", [["A"]]],
    ["anchors", "A: &a x\n", "A: &b x\n", [["A"]]],
    ["anchors of keys", "&a A: x\n", "A: x\n", [["A"]]],
    ["aliases", "A: &a x\nB: &b x\nC: *a\n", "A: &a x\nB: &b x\nC: *b\n", [["C"]]],
    ["which anchor of a name an alias means", "A: &a x\nB: [&a x]\nC: *a\n", "A: &a x\nC: *a\nB: [&a x]\n", [["C"]]],
    ["equal keys", "A: 1\nA: 2\n", "A: 2\n", [["A"], ["A"]]],
    ["the order of equal keys", "A: 1\nA: 2\n", "A: 2\nA: 1\n", [["A"], ["A"]]],
  ])("sees %s", (_what, a, b, paths) => {
    expect(differences(a, b)).toEqual(paths);
  });

  it("says that a whole tree is missing, and nothing where both are", () => {
    expect(differingPaths(parse("A: 1").root, undefined)).toEqual([[]]);
    expect(differingPaths(undefined, undefined)).toEqual([]);
  });

  it("stops at the limit", () => {
    const many = (value: number) => `[${Array(50).fill(value).join(",")}]`;
    expect(differences(many(1), many(2), 3)).toEqual([[0], [1], [2]]);
    expect(differences(many(1), many(2))).toHaveLength(20);
  });

  it("follows an alias to the same anchor where items before it moved", () => {
    expect(differences("L: [x, &a y]\nB: *a\n", "L: [v, w, &a y]\nB: *a\n").map(([key]) => key)).not.toContain("B");
  });
});
