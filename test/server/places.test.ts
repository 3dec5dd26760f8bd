import { expect, it } from "vitest";
import { sourceText } from "../../core/syntax/source-text.ts";
import { meet, rangeIn, spanIn } from "../../server/places.ts";

it("counts UTF-16 units", () => {
  const source = sourceText("a: 😀 b\r\nc: d\n");
  const span = { start: source.text.indexOf("b"), end: source.text.indexOf("d") };
  const range = { start: { line: 0, character: 6 }, end: { line: 1, character: 3 } };
  expect(rangeIn(source, span)).toEqual(range);
  expect(spanIn(source, range)).toEqual(span);
});

it("counts a byte order mark that the client has in its text", () => {
  const source = sourceText("\uFEFFa: b\nc: d\n");
  expect(rangeIn(source, { start: 0, end: 6 })).toEqual({
    start: { line: 0, character: 1 },
    end: { line: 1, character: 1 },
  });
  expect(spanIn(source, { start: { line: 0, character: 0 }, end: { line: 0, character: 2 } })).toEqual({
    start: 0,
    end: 1,
  });
});

it("bears places that are not there, and ranges that run backwards", () => {
  const source = sourceText("ab\n");
  const far = { line: 99, character: 99 };
  expect(spanIn(source, { start: far, end: far })).toEqual({ start: 3, end: 3 });
  expect(spanIn(source, { start: far, end: { line: 0, character: 0 } })).toEqual({ start: 3, end: 3 });
});

it("takes what touches for met", () => {
  expect(meet({ start: 2, end: 4 }, { start: 4, end: 4 })).toBe(true);
  expect(meet({ start: 2, end: 4 }, { start: 5, end: 5 })).toBe(false);
});
