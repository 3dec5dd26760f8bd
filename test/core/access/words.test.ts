import { expect, test } from "vitest";
import { firstOf, listOf, lowerFirst, shortName } from "../../../core/access/words.ts";

test("lists in words", () => {
  expect([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(listOf)).toEqual(["", "a", "a and b", "a, b and c"]);
});

test("long lists end in a count, of more than one", () => {
  expect(firstOf(["a", "b", "c", "d", "e", "f"])).toBe("a, b, c, d and 2 more");
  expect(firstOf(["a", "b", "c", "d", "e"])).toBe("a, b, c, d and e");
  expect(firstOf(["a", "b", "c"], 1)).toBe("a and 2 more");
});

test("names", () => {
  expect(["dynamodb:GetItem", "dax:GetItem"].map(shortName)).toEqual(["GetItem", "dax:GetItem"]);
  expect(['Role "A"', '"Orders"', "Replica eu-west-1"].map(lowerFirst)).toEqual([
    'role "A"',
    '"Orders"',
    "replica eu-west-1",
  ]);
});
