import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ArnText } from "../../../core/iam/arn.ts";
import { indexByArn, near, perhapsNear } from "../../../core/iam/arn-index.ts";
import { arnCovers, arnsOverlap } from "../../../core/iam/arn-match.ts";

/** ARNs as statements name them: literal, by reference, with wildcards, of tables and of what belongs to them, and of other services. */
const name = fc.constantFrom("orders", "orders-archive", "Orders", "o*", "*", "ord?rs", "*archive", "users");
const below = fc.constantFrom("", "/index/*", "/index/byDate", "/stream/*", "/stream/2026-01-01T00:00:00.000", "*");
const hole = fc.constantFrom({ hole: "a#Orders" }, { hole: "a#Users" }, { hole: "P" });
const arn: fc.Arbitrary<ArnText> = fc.oneof(
  fc
    .tuple(name, below)
    .map(([table, rest]): ArnText => [`arn:aws:dynamodb:eu-west-1:111122223333:table/${table}${rest}`]),
  fc.tuple(name, below).map(([table, rest]): ArnText => [`arn:aws:dynamodb:*:*:table/${table}${rest}`]),
  fc
    .tuple(hole, below)
    .map(([table, rest]): ArnText => ["arn:aws:dynamodb:", { hole: "AWS::Region" }, ":*:table/", table, rest]),
  fc.tuple(hole, below).map(([whole, rest]): ArnText => (rest === "" ? [whole] : [whole, rest])),
  fc.constantFrom<ArnText>(
    ["*"],
    ["arn:aws:dynamodb:*"],
    ["arn:aws:s3:::bucket/*"],
    ["arn:aws:dax:*:*:cache/*"],
    ["arn:aws:kms:eu-west-1:1:key/k"],
    [],
  ),
);

const things = fc.array(arn, { maxLength: 12 }).map((arns) => arns.map((each, index) => ({ arn: each, index })));

describe("an index of ARNs", () => {
  test("leaves out nothing that surely overlaps with an ARN, covers it or is covered by it", () => {
    fc.assert(
      fc.property(things, arn, (all, asked) => {
        const found = new Set(near(indexByArn(all), asked));
        const meant = all.filter(
          (each) =>
            arnsOverlap(each.arn, asked) === true ||
            arnCovers(each.arn, asked) === true ||
            arnCovers(asked, each.arn) === true,
        );
        expect(meant.filter((each) => !found.has(each))).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  test("of what only may overlap, it leaves out nothing either", () => {
    fc.assert(
      fc.property(things, arn, (all, asked) => {
        const found = new Set(perhapsNear(indexByArn(all), asked));
        const meant = all.filter((each) => arnsOverlap(each.arn, asked) !== false);
        expect(meant.filter((each) => !found.has(each))).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  test("finds few others: of a hundred tables the one that is asked for", () => {
    const all = Array.from({ length: 100 }, (_, index) => ({
      arn: [`arn:aws:dynamodb:eu-west-1:111122223333:table/t${index}`],
      index,
    }));
    const found = near(indexByArn(all), ["arn:aws:dynamodb:*:*:table/t42/index/*"]);
    expect(found.map(({ index }) => index)).toEqual([42]);
  });
});
