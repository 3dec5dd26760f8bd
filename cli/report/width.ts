/** Loading the Unicode tables of the library takes longer than linting a small file: they are loaded for texts that need them. */
let measure: ((text: string) => number) | undefined;

const ASCII = /^[\x20-\x7e]*$/;

/** Must be awaited before `displayWidth` is asked about texts that are not all ASCII. */
export async function prepareWidths(texts: Iterable<string>): Promise<void> {
  for (const text of texts) {
    if (measure) return;
    if (/[^\t\n\r\x20-\x7e]/.test(text)) measure = (await import("string-width")).default;
  }
}

/** Columns that a text takes in a terminal: wide characters and emoji take two, combining marks none. */
export function displayWidth(text: string): number {
  return ASCII.test(text) || !measure ? text.length : measure(text);
}
