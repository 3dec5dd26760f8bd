import { describe, expect, it } from "vitest";
import { type Node, withoutAlias } from "../../../core/syntax/node.ts";
import { parse } from "../../../core/syntax/parse.ts";
import {
  argumentsOf,
  conditionReference,
  getAttTarget,
  intrinsicOf,
  isNoValue,
  plainScalar,
  splitSub,
} from "../../../core/template/intrinsics.ts";

function node(text: string): Exclude<Node, { kind: "alias" }> {
  const root = parse(`value:\n  ${text}\n`).root;
  const found = root?.kind === "map" ? withoutAlias(root.entries[0]?.value) : undefined;
  if (!found) throw new Error(text);
  return found;
}

describe("intrinsicOf", () => {
  it.each([
    ["!Ref X", "Ref"],
    ["{ Ref: X }", "Ref"],
    ["!Sub x", "Fn::Sub"],
    ["Fn::Sub: x", "Fn::Sub"],
    ["!If [a, b, c]", "Fn::If"],
    ["!Condition X", "Condition"],
    ["!Transform { Name: x }", "Fn::Transform"],
    ["Condition: X", undefined],
    ["Reference: X", undefined],
    ["{ Ref: X, Fn::Sub: y }", undefined],
    ["{}", undefined],
    ["Fn::Sub", undefined],
    ["!!str x", undefined],
    ["[Ref]", undefined],
  ])("%s", (text, name) => {
    expect(intrinsicOf(node(text))?.name).toBe(name);
  });

  it("gives the argument without the tag, so that it is not the same call again", () => {
    const call = intrinsicOf(node("!Split [a, b]"));
    expect(call && intrinsicOf(call.argument)).toBeUndefined();
    expect(call && argumentsOf(call.argument)).toHaveLength(2);
    const nested = intrinsicOf(node("Fn::Base64: !Sub x"));
    expect(nested && intrinsicOf(nested.argument)?.name).toBe("Fn::Sub");
    expect(intrinsicOf(node("Ref: &a *a"))).toBeUndefined();
  });
});

describe("small readers", () => {
  it("conditionReference", () => {
    expect(
      ["!Condition X", "Condition: X", "Condition: !Ref X", "Condition: [X]", "!Condition [X]", "X"].map((text) =>
        conditionReference(node(text)),
      ),
    ).toEqual(["X", "X", undefined, undefined, undefined, undefined]);
  });

  it("getAttTarget", () => {
    const target = (text: string) => getAttTarget(node(text));
    expect(target("A.B.C")).toEqual({ logicalId: "A", attribute: "B.C" });
    expect(target("[A, B.C]")).toEqual({ logicalId: "A", attribute: "B.C" });
    expect(target("[A, B, C]")).toEqual({ logicalId: "A", attribute: "B.C" });
    for (const text of ["A", ".A", "[A]", "[]", "{}", "[A, [B]]", "[A, !Ref B]", "[!Ref A, B]", "!Ref A.B"])
      expect(target(text)).toBeUndefined();
  });

  it("plainScalar and isNoValue", () => {
    expect(["x", "1", "null", "!Ref x", "[x]", "{ x: y }"].map((text) => plainScalar(node(text))?.text)).toEqual([
      "x",
      "1",
      "null",
      undefined,
      undefined,
      undefined,
    ]);
    expect(
      ["!Ref AWS::NoValue", "Ref: AWS::NoValue", "AWS::NoValue", "!Sub AWS::NoValue"].map((text) =>
        isNoValue(node(text)),
      ),
    ).toEqual([true, true, false, false]);
  });

  it.each([
    ["a${B}c", [{ literal: "a" }, { variable: "B" }, { literal: "c" }]],
    ["${A}${B}", [{ variable: "A" }, { variable: "B" }]],
    ["${!A}${ A }", [{ literal: "${A}" }, { variable: "A" }]],
    ["$${A}", [{ literal: "$" }, { variable: "A" }]],
    ["${A", [{ literal: "${A" }]],
    ["${}", [{ variable: "" }]],
    ["", []],
    ["{A} $A", [{ literal: "{A} $A" }]],
  ])("splitSub %j", (text, pieces) => {
    expect(splitSub(text)).toEqual(pieces);
  });
});
