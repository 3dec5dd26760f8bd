/**
 * Lines of a text, for editing. Only `\n` and `\r\n` count as line breaks here, as they do for the YAML parser; a text with a lone `\r` is
 * not edited. Offsets are UTF-16.
 */
export function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1;
}

/** Where the line's own text ends, before its line break. */
export function lineEnd(text: string, offset: number): number {
  const lineFeed = text.indexOf("\n", offset);
  if (lineFeed < 0) return text.length;
  return lineFeed > offset && text[lineFeed - 1] === "\r" ? lineFeed - 1 : lineFeed;
}

/** The same for the line above the one an offset stands on; 0 on the first line. */
export function endOfLineAbove(text: string, offset: number): number {
  const start = lineStart(text, offset);
  return start < 2 ? 0 : start - (text[start - 2] === "\r" ? 2 : 1);
}

/** The start of the next line, or the end of the text where this is the last line. */
export function nextLine(text: string, offset: number): number {
  const lineFeed = text.indexOf("\n", offset);
  return lineFeed < 0 ? text.length : lineFeed + 1;
}

/** The line break in use around an offset: that of its line, else the one before it, else `\n`. */
export function lineBreakNear(text: string, offset: number): "\n" | "\r\n" {
  let lineFeed = text.indexOf("\n", offset);
  if (lineFeed < 0) lineFeed = text.lastIndexOf("\n", offset);
  return lineFeed > 0 && text[lineFeed - 1] === "\r" ? "\r\n" : "\n";
}

/** What stands before an offset on its line. */
export function linePrefix(text: string, offset: number): string {
  return text.slice(lineStart(text, offset), offset);
}

/** The white space a line begins with. */
export function indentationOf(text: string, offset: number): string {
  const start = lineStart(text, offset);
  let end = start;
  while (text[end] === " " || text[end] === "\t") end++;
  return text.slice(start, end);
}

/** Whether nothing but white space stands before an offset on its line. */
export function startsLine(text: string, offset: number): boolean {
  let before = offset - 1;
  while (text[before] === " " || text[before] === "\t") before--;
  return before < 0 || text[before] === "\n";
}

/**
 * The column of a YAML key, dash or item: undefined where anything but spaces and dashes (`- - Key`) stands before it, so that lines
 * cannot be put under it safely (`? Key`, tabs).
 */
export function columnOf(text: string, offset: number): number | undefined {
  const prefix = linePrefix(text, offset);
  return /^ *(?:- +)*$/.test(prefix) ? prefix.length : undefined;
}
