import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LONGEST_NAME, matchesWildcard, wildcardsOverlap } from "../../../core/iam/wildcard.ts";

const exact = { caseSensitive: true };

/** The definition, written down: exponential, for short inputs only. */
function referenceMatch(pattern: string, text: string): boolean {
  if (pattern === "") return text === "";
  if (pattern[0] === "*")
    return referenceMatch(pattern.slice(1), text) || (text !== "" && referenceMatch(pattern, text.slice(1)));
  return (
    text !== "" && (pattern[0] === "?" || pattern[0] === text[0]) && referenceMatch(pattern.slice(1), text.slice(1))
  );
}

function referenceOverlap(a: string, b: string): boolean {
  if (a === "" && b === "") return true;
  if (a[0] === "*") return referenceOverlap(a.slice(1), b) || (b !== "" && referenceOverlap(a, b.slice(1)));
  if (b[0] === "*") return referenceOverlap(b, a);
  if (a === "" || b === "") return false;
  return (a[0] === "?" || b[0] === "?" || a[0] === b[0]) && referenceOverlap(a.slice(1), b.slice(1));
}

const shortPattern = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), maxLength: 8 });
const shortText = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 10 });
/** A text that the pattern matches. */
const instanceOf = (pattern: string, fill: string) => pattern.replaceAll("?", "b").replaceAll("*", () => fill);

describe("matchesWildcard", () => {
  it("agrees with the recursive definition", () => {
    fc.assert(
      fc.property(shortPattern, shortText, (pattern, text) => {
        expect(matchesWildcard(pattern, text, exact)).toBe(referenceMatch(pattern, text));
      }),
      { numRuns: 3000 },
    );
  });

  it("finds long segments where they are, and nowhere else", () => {
    const run = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 60, maxLength: 90 });
    fc.assert(
      fc.property(fc.nat(40), run, fc.nat(40), run, (before, segment, after, other) => {
        const text = `${"a".repeat(before)}${segment}${"b".repeat(after)}`;
        expect(matchesWildcard(`*${segment}*`, text, exact)).toBe(true);
        expect(matchesWildcard(`*${other}*`, text, exact)).toBe(text.includes(other));
        expect(matchesWildcard(`*${segment}*${segment}*`, text, exact)).toBe(
          text.indexOf(segment, text.indexOf(segment) + segment.length) >= 0,
        );
      }),
    );
  });

  it("compares case as asked", () => {
    expect(matchesWildcard("get*", "GetItem", { caseSensitive: false })).toBe(true);
    expect(matchesWildcard("GET?TEM", "getItem", { caseSensitive: false })).toBe(true);
    expect(matchesWildcard("get*", "GetItem", exact)).toBe(false);
    expect(matchesWildcard("table/Orders*", "table/orders", exact)).toBe(false);
  });

  it("takes nothing but * and ? for special", () => {
    expect(matchesWildcard("a.c", "abc", exact)).toBe(false);
    expect(matchesWildcard("a+(b)[c]\\d{2}^$|", "a+(b)[c]\\d{2}^$|", exact)).toBe(true);
    expect(matchesWildcard(".*", "anything", exact)).toBe(false);
    expect(matchesWildcard("a*c", "a\nb\u2028c", exact)).toBe(true);
  });

  it("knows the empty pattern and the empty text", () => {
    expect(matchesWildcard("", "", exact)).toBe(true);
    expect(matchesWildcard("*", "", exact)).toBe(true);
    expect(matchesWildcard("?", "", exact)).toBe(false);
    expect(matchesWildcard("", "a", exact)).toBe(false);
  });

  it("does not let head and tail share characters", () => {
    expect(matchesWildcard("aba*aba", "aba", exact)).toBe(false);
    expect(matchesWildcard("aba*aba", "ababa", exact)).toBe(false);
    expect(matchesWildcard("aba*aba", "abaaba", exact)).toBe(true);
  });

  it("answers hostile patterns", () => {
    const size = 100_000;
    const text = "a".repeat(size);
    expect(matchesWildcard("*".repeat(size), text, exact)).toBe(true);
    expect(matchesWildcard(`${"*a".repeat(size / 2)}*b`, text, exact)).toBe(false);
    expect(matchesWildcard("*?".repeat(size), "a", exact)).toBe(false);
    expect(matchesWildcard(`*${"a".repeat(size / 4)}b${"a".repeat(size / 4)}*`, text, exact)).toBe(false);
    expect(matchesWildcard(`*${"a".repeat(size / 2)}*c`, `${text}c`, exact)).toBe(true);
    expect(matchesWildcard(`*${"?a".repeat(size / 4)}b*`, text, exact)).toBe(false);
    expect(matchesWildcard(`*${"?a".repeat(500)}b*`, "a".repeat(LONGEST_NAME), exact)).toBe(false);
    expect(matchesWildcard("(a+)+$", text, exact)).toBe(false);
  });

  it("finds a segment with ? in texts as long as names get", () => {
    const longest = `${"a".repeat(LONGEST_NAME - 3)}xyz`;
    expect(matchesWildcard("*x?z*", longest, exact)).toBe(true);
    expect(matchesWildcard("*x?w*", longest, exact)).toBe(false);
    expect(matchesWildcard("*x?z*", `${longest}a`, exact)).toBe(false);
    expect(matchesWildcard("a?*", `${longest}a`, exact)).toBe(true);
  });
});

describe("wildcardsOverlap", () => {
  it("agrees with the recursive definition, both ways round", () => {
    fc.assert(
      fc.property(shortPattern, shortPattern, (a, b) => {
        const expected = referenceOverlap(a, b);
        expect(wildcardsOverlap(a, b)).toBe(expected);
        expect(wildcardsOverlap(b, a)).toBe(expected);
      }),
      { numRuns: 3000 },
    );
  });

  it("is true wherever a sampled text matches both", () => {
    fc.assert(
      fc.property(shortPattern, shortPattern, shortText, (a, b, fill) => {
        for (const text of [instanceOf(a, fill), instanceOf(b, fill)]) {
          if (matchesWildcard(a, text, exact) && matchesWildcard(b, text, exact))
            expect(wildcardsOverlap(a, b)).toBe(true);
        }
        expect(wildcardsOverlap(a, instanceOf(a, fill))).toBe(true);
      }),
    );
  });

  it("decides resource patterns", () => {
    expect(wildcardsOverlap("table/prod-*", "table/*-orders")).toBe(true);
    expect(wildcardsOverlap("table/prod-*", "table/dev-*")).toBe(false);
    expect(wildcardsOverlap("table/Orders", "table/Orders/*")).toBe(false);
    expect(wildcardsOverlap("table/Order?", "table/Order?")).toBe(true);
    expect(wildcardsOverlap("table/Orders", "table/orders")).toBe(false);
  });

  it("answers hostile patterns", () => {
    const size = 100_000;
    expect(wildcardsOverlap("*".repeat(size), `${"*".repeat(size)}a`)).toBe(true);
    expect(wildcardsOverlap("*a".repeat(size), "?*".repeat(size))).toBe(true);
    expect(wildcardsOverlap(`*${"?a".repeat(size)}b`, "?".repeat(size))).toBe(false);
    expect(wildcardsOverlap("*?a*?b*", "?".repeat(size))).toBe(false);
    expect(wildcardsOverlap("?".repeat(size), "?".repeat(size))).toBe(true);
  });
});
