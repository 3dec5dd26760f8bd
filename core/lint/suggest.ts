/** Names longer than this are nobody's typing mistake; comparing them would cost and give nothing. */
const MAX_LENGTH = 100;

/**
 * The candidate that was probably meant: the one at the smallest edit distance (a swap of neighbours counts once), if that is small for the
 * name's length, else the only one that begins with the name. Case, `_` and `-` do not matter. Undefined where nothing is close.
 */
export function closest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = normalize(name);
  if (wanted.length === 0 || wanted.length > MAX_LENGTH) return undefined;
  let limit = Math.min(4, Math.ceil(wanted.length / 3));
  let best: string | undefined;
  const longer: string[] = [];
  for (const candidate of candidates) {
    const other = normalize(candidate);
    if (wanted.length > 2 && other.startsWith(wanted)) longer.push(candidate);
    if (Math.abs(other.length - wanted.length) > limit) continue;
    const distance = editDistance(wanted, other);
    if (distance > limit || (distance === limit && best !== undefined) || distance >= other.length) continue;
    best = candidate;
    limit = distance;
  }
  return best ?? (longer.length === 1 ? longer[0] : undefined);
}

/**
 * All candidates at the smallest edit distance from the name, if that is no more than `limit`; compared as `closest` does. None where the
 * name is one of them, or too long to be anybody's typing mistake.
 */
export function nearest(name: string, candidates: Iterable<string>, limit: number): string[] {
  const wanted = normalize(name);
  if (wanted.length === 0 || wanted.length > MAX_LENGTH) return [];
  let best = limit;
  let found: string[] = [];
  for (const candidate of candidates) {
    const other = normalize(candidate);
    if (Math.abs(other.length - wanted.length) > best) continue;
    const distance = editDistance(wanted, other);
    // A name that keeps none of its letters is no mistyped other one.
    if (distance > best || distance >= Math.min(wanted.length, other.length)) continue;
    if (distance < best) found = [];
    best = distance;
    found.push(candidate);
  }
  return best === 0 ? [] : found;
}

/** The same, but undefined where another candidate is as close: for repairs, which must not guess. */
export function onlyClosest(name: string, candidates: Iterable<string>): string | undefined {
  const all = [...candidates];
  const first = closest(name, all);
  // Of equally close ones the first is taken.
  return first === closest(name, all.reverse()) ? first : undefined;
}

/** `; did you mean "x"?`, to be put behind a message, or nothing. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const meant = closest(name, candidates);
  return meant === undefined ? "" : `; did you mean "${meant}"?`;
}

function normalize(name: string): string {
  return name.toLowerCase().replaceAll("_", "-");
}

/** Optimal string alignment distance. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, (beforePrevious[column - 2] ?? 0) + 1);
      current.push(cost);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}
