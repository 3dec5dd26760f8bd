const MAX_LENGTH = 300;

/** What was thrown, in one line of bounded length: some errors carry the whole text they are about. */
export function say(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const line = text.slice(0, MAX_LENGTH * 2).replace(/\s+/g, " ");
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH)}…` : line;
}
