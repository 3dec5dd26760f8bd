/**
 * Characters that would steer a terminal or turn the reading direction: C0 and C1 controls, the bidirectional controls, line and paragraph
 * separators. Tabs and line breaks count too.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Text of a template or a file's name, safe to print on one line: what would steer the terminal is shown as U+FFFD. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, "\ufffd");
}
