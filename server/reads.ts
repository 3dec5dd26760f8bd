/**
 * Runs a function that reads files synchronously where files can only be read asynchronously: runs it with what has been read so far, reads
 * what it missed, and runs it again until it misses nothing. The function must be pure.
 * @param limit how many files may be read; beyond it they count as missing
 */
export async function withReads<T>(
  fetch: (path: string) => Promise<string | undefined>,
  run: (read: (path: string) => string | undefined) => T,
  limit: number,
): Promise<T> {
  const known = new Map<string, string | undefined>();
  for (;;) {
    const missed = new Set<string>();
    const result = run((path) => {
      if (!known.has(path) && known.size + missed.size < limit) missed.add(path);
      return known.get(path);
    });
    if (missed.size === 0) return result;
    for (const path of missed) known.set(path, await fetch(path));
  }
}
