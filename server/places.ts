import type { Position, Range } from "vscode-languageserver";
import type { Span } from "../core/syntax/node.ts";
import { offsetAt, rangeOf, type SourceText } from "../core/syntax/source-text.ts";

// Core does not count a byte order mark; a client that keeps it in its text does, as the first character of the first line.

function shifted(source: SourceText, { line, character }: Position, by: 1 | -1): Position {
  return source.byteOrderMark && line === 0 ? { line, character: Math.max(0, character + by) } : { line, character };
}

/** A stretch of a template as a range in the document it was read from. */
export function rangeIn(source: SourceText, span: Span): Range {
  const { start, end } = rangeOf(source, span);
  return { start: shifted(source, start, 1), end: shifted(source, end, 1) };
}

/** A range in a document as a stretch of the template. Positions behind a line's or the text's end count as that end. */
export function spanIn(source: SourceText, { start, end }: Range): Span {
  const from = offsetAt(source, shifted(source, start, -1));
  return { start: from, end: Math.max(from, offsetAt(source, shifted(source, end, -1))) };
}

/** Do they overlap or touch? A cursor right behind a finding is at it. */
export function meet(a: Span, b: Span): boolean {
  return a.start <= b.end && b.start <= a.end;
}
