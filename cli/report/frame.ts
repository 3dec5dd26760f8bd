import type { Span } from "../../core/syntax/node.ts";
import { lineStarts, positionAt, type SourceText } from "../../core/syntax/source-text.ts";
import { printable } from "../printable.ts";
import { type Format, plain, type Style } from "../terminal.ts";
import { displayWidth } from "./width.ts";

/** Lines shown above and below the marked one. */
const CONTEXT = 1;
/** Longer lines are cut around the mark, in UTF-16 units: templates may be one line. */
const MAX_LENGTH = 160;
const TAB = "    ";

/**
 * A piece of the source with carets under a stretch of it, as lines without line breaks:
 *
 *      |
 *   11 |   Orders:
 *   12 |     Type: AWS::DynamoDB::Table
 *      |     ^^^^ label
 *
 * Lines are numbered from one. Of a stretch over several lines the first is marked, and the label says where it ends.
 */
export function codeFrame(
  source: SourceText,
  place: Span,
  label: string,
  style: Style = plain,
  colour: Format = "red",
): string[] {
  const start = positionAt(source, place.start);
  const end = positionAt(source, Math.max(place.start, place.end));
  const lastLine = lineStarts(source).length - 1;
  const first = Math.max(0, start.line - CONTEXT);
  const last = Math.min(lastLine, start.line + CONTEXT);
  const gutter = gutterWidth(last);
  const bar = style("blue", "|");
  const numbered = (line: number, text: string) => {
    const number = style("blue", String(line + 1).padStart(gutter));
    return `${number} ${bar} ${text}`.trimEnd();
  };
  const empty = `${" ".repeat(gutter)} ${bar}`;
  const frame = [empty];
  for (let line = first; line <= last; line++) {
    const text = lineText(source, line);
    if (line !== start.line) {
      // Blank lines at the edges show nothing.
      if (text.trim() !== "") frame.push(numbered(line, window(text, 0, 0).text));
      continue;
    }
    const isOpen = end.line > line;
    const { text: shown, before, marked } = window(text, start.character, isOpen ? text.length : end.character);
    const until = isOpen ? ` (to line ${end.line + 1})` : "";
    const carets = "^".repeat(Math.max(1, marked));
    const mark = style(colour, `${carets} ${printable(label)}${until}`.trimEnd());
    frame.push(numbered(line, shown), `${empty} ${" ".repeat(before)}${mark}`);
  }
  return frame;
}

/** Columns that the number of the last line shown under a place takes. */
export function gutterWidth(lastLine: number): number {
  return Math.max(2, String(lastLine + 1).length);
}

/** The columns the frame of a place keeps for line numbers: what stands around it lines up with it. */
export function gutterOf(source: SourceText, place: Span): number {
  return gutterWidth(Math.min(lineStarts(source).length - 1, positionAt(source, place.start).line + CONTEXT));
}

/** The line without its line break. */
function lineText(source: SourceText, line: number): string {
  const starts = lineStarts(source);
  return source.text.slice(starts[line], starts[line + 1]).replace(/[\r\n]+$/, "");
}

/** The part of a line around a stretch of it, as it is printed, and the columns before and under the stretch. */
function window(line: string, start: number, end: number): { text: string; before: number; marked: number } {
  const isLong = line.length > MAX_LENGTH;
  const from = isLong
    ? wholeCharacter(line, Math.max(0, Math.min(start - MAX_LENGTH / 4, line.length - MAX_LENGTH)))
    : 0;
  const to = isLong ? wholeCharacter(line, Math.min(line.length, from + MAX_LENGTH)) : line.length;
  const left = from > 0 ? "…" : "";
  const right = to < line.length ? "…" : "";
  const before = show(line.slice(from, start));
  const marked = show(line.slice(start, Math.min(end, to)));
  const after = show(line.slice(Math.max(start, Math.min(end, to)), to));
  return {
    text: left + before + marked + after + right,
    before: displayWidth(left + before),
    marked: displayWidth(marked),
  };
}

/** Moves a cut off the middle of a surrogate pair. */
function wholeCharacter(line: string, index: number): number {
  const unit = line.charCodeAt(index);
  return unit >= 0xdc00 && unit <= 0xdfff ? index - 1 : index;
}

function show(text: string): string {
  return printable(text.replaceAll("\t", TAB));
}
