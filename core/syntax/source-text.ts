/** A zero-based place; `character` counts UTF-16 units, as in LSP. */
export interface Position {
  line: number;
  character: number;
}

/** `end` is exclusive. */
export interface Range {
  start: Position;
  end: Position;
}

/** A file's text without its byte order mark, which is remembered so that writing the file puts it back. */
export interface SourceText {
  readonly text: string;
  readonly byteOrderMark: boolean;
  /** Offsets at which lines start; made on first use. */
  lines?: number[];
}

export function sourceText(raw: string): SourceText {
  const byteOrderMark = raw.charCodeAt(0) === 0xfeff;
  return { text: byteOrderMark ? raw.slice(1) : raw, byteOrderMark };
}

/** Offsets at which lines start. `\n`, `\r\n` and a lone `\r` end a line, as in LSP. */
export function lineStarts(source: SourceText): number[] {
  if (source.lines) return source.lines;
  const starts = [0];
  const { text } = source;
  for (let offset = 0; offset < text.length; offset++) {
    const unit = text.charCodeAt(offset);
    if (unit === 10 || (unit === 13 && text.charCodeAt(offset + 1) !== 10)) starts.push(offset + 1);
  }
  source.lines = starts;
  return starts;
}

export function positionAt(source: SourceText, offset: number): Position {
  const starts = lineStarts(source);
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return { line: low, character: offset - (starts[low] ?? 0) };
}

/** A position behind the end of its line counts as the line's end; one behind the last line as the text's end. */
export function offsetAt(source: SourceText, position: Position): number {
  const starts = lineStarts(source);
  const start = starts[position.line];
  if (start === undefined) return source.text.length;
  const next = starts[position.line + 1] ?? source.text.length + 1;
  return Math.min(start + position.character, next - 1);
}

export function rangeOf(source: SourceText, span: { start: number; end: number }): Range {
  return { start: positionAt(source, span.start), end: positionAt(source, span.end) };
}
