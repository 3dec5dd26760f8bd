import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ArnText } from "../../../core/iam/arn.ts";
import { arnCovers, arnsOverlap } from "../../../core/iam/arn-match.ts";
import { matchesWildcard, wildcardsOverlap } from "../../../core/iam/wildcard.ts";

const region = { hole: "AWS::Region" };
const account = { hole: "AWS::AccountId" };
const orders = { hole: "Ref Orders" };
const users = { hole: "Ref Users" };
const ordersArn = { hole: "Orders.Arn" };
const here = (...resource: ArnText): ArnText => ["arn:aws:dynamodb:", region, ":", account, ":", ...resource];
const literal = (resource: string): ArnText => [`arn:aws:dynamodb:eu-west-1:111122223333:${resource}`];

describe("arnsOverlap", () => {
  it.each<[ArnText, ArnText, boolean | undefined]>([
    [["*"], ["arn:aws:s3:::x"], true],
    [literal("table/T"), literal("table/T"), true],
    [literal("table/T"), literal("table/t"), false],
    [literal("table/*"), literal("table/T/index/i"), true],
    [literal("table/T"), literal("table/T/index/i"), false],
    [literal("table/prod-*"), literal("table/*-orders"), true],
    [["arn:aws:dynamodb:*:*:table/T"], literal("table/T"), true],
    [["arn:aws:dynamodb:*"], literal("table/T"), true],
    [["arn:aws:dynamodb:us-*:*:table/T"], literal("table/T"), false],
    [["arn:aws:s3:::*"], literal("table/T"), false],
    [here("table/", orders), here("table/", orders), true],
    [here("table/", orders), here("table/", users), undefined],
    [here("table/*"), here("table/", orders), true],
    [here("table/", orders, "/index/*"), here("table/", orders, "/index/byDate"), true],
    [here("table/", orders), here("table/", orders, "/index/*"), false],
    [here("table/", { hole: "Env" }, "-a"), here("table/", { hole: "Env" }, "-b"), false],
    [here("table/", orders), literal("table/T"), undefined],
    [here("table/", orders), literal("global-table/T"), false],
    [here("table/??????"), here("table/", orders), undefined],
    [[ordersArn], [ordersArn], true],
    [[ordersArn], [ordersArn, "/index/*"], false],
    [[ordersArn], literal("table/T"), undefined],
    [[ordersArn, "/index/*"], literal("table/T"), false],
    [[], literal("table/T"), false],
  ])("%j and %j", (a, b, answer) => {
    expect(arnsOverlap(a, b)).toBe(answer);
    expect(arnsOverlap(b, a)).toBe(answer);
  });
});

describe("arnCovers", () => {
  it.each<[ArnText, ArnText, boolean | undefined]>([
    [["*"], [ordersArn], true],
    [literal("table/T"), ["*"], false],
    [[ordersArn], ["*"], undefined],
    [literal("table/*"), literal("table/T"), true],
    [literal("table/*"), literal("table/T/index/*"), true],
    [literal("table/T"), literal("table/*"), false],
    [literal("table/T*"), literal("table/*"), false],
    [literal("table/T?"), literal("table/TS"), true],
    [literal("table/T?"), literal("table/T*"), undefined],
    [literal("table/*"), literal("table/T?"), true],
    [["arn:aws:dynamodb:*:*:table/T"], literal("table/T"), true],
    [literal("table/T"), ["arn:aws:dynamodb:*:*:table/T"], false],
    [here("table/*"), here("table/", orders), true],
    [here("table/", orders), here("table/", orders), true],
    [here("table/", orders, "*"), here("table/", orders, "/index/*"), true],
    [here("table/", orders), here("table/", orders, "/index/*"), false],
    [here("table/", orders), here("table/", users), undefined],
    [here("table/?*"), here("table/", orders), undefined],
    [["arn:aws:dynamodb:*:*:table/*"], here("table/", orders), true],
    [literal("table/*"), here("table/", orders), undefined],
    [[ordersArn], [ordersArn], true],
    [[ordersArn, "/index/*"], [ordersArn, "/index/byDate"], true],
    [[ordersArn, "/index/byDate"], [ordersArn, "/index/*"], false],
    [["arn:aws:s3:::*"], literal("table/T"), false],
  ])("%j covers %j", (pattern, arn, answer) => {
    expect(arnCovers(pattern, arn)).toBe(answer);
  });
});

/** Texts without colons are one part, so the definition can be asked of the filled text directly. */
describe("the answers hold whatever the holes are", () => {
  const piece = fc.oneof(
    fc.constantFrom("a", "b", "*", "?", "/"),
    fc.constantFrom("X", "Y").map((hole) => ({ hole })),
  );
  const text = fc.array(piece, { maxLength: 6 });
  const value = fc.string({ unit: fc.constantFrom("a", "b", "/"), maxLength: 3 });
  const fill = (pieces: ArnText, values: Record<string, string>) =>
    pieces.map((part) => (typeof part === "string" ? part : values[part.hole])).join("");

  it("overlap", () => {
    fc.assert(
      fc.property(text, text, value, value, (a, b, X, Y) => {
        const answer = arnsOverlap(a, b);
        if (answer !== undefined) expect(wildcardsOverlap(fill(a, { X, Y }), fill(b, { X, Y }))).toBe(answer);
      }),
      { numRuns: 5000 },
    );
  });

  it("cover", () => {
    fc.assert(
      fc.property(text, text, value, value, value, (pattern, arn, X, Y, run) => {
        const answer = arnCovers(pattern, arn);
        const filledPattern = fill(pattern, { X, Y });
        const filledArn = fill(arn, { X, Y });
        // A true answer holds for every ARN of the pattern; a false one is contradicted by none where the ARN has no wildcard.
        const instance = filledArn.replaceAll("*", () => run).replaceAll("?", "a");
        const matched = matchesWildcard(filledPattern, instance, { caseSensitive: true });
        if (answer === true) expect(matched).toBe(true);
        if (answer === false && !/[*?]/.test(filledArn)) expect(matched).toBe(false);
      }),
      { numRuns: 5000 },
    );
  });

  it("answers hostile texts", () => {
    const many: ArnText = Array.from({ length: 10_000 }, (_, index) => ({ hole: `H${index}` }));
    expect(arnsOverlap(many, ["x"])).toBeUndefined();
    expect(arnsOverlap(["arn:aws:dynamodb:*:*:*a*".repeat(5000)], literal("table/T"))).toBe(false);
    expect(arnCovers(literal("*".repeat(100_000)), literal("table/T"))).toBe(true);
    expect(arnCovers(["\ue000"], [{ hole: "X" }])).not.toBe(true);
  });
});
