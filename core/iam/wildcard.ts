/**
 * The wildcards of IAM patterns: `*` is any run of characters, the empty one too; `?` is exactly one character (one UTF-16 unit).
 * There is no escape. Nothing here backtracks: every question is answered segment by segment, a segment being what stands between two stars.
 */

/**
 * No ARN, action name, table name or key value that AWS accepts is longer. A segment that contains `?` is searched for only in texts up to
 * this length: in a longer text, which can name nothing, it counts as not found. Segments without `?` are found in texts of any length.
 */
export const LONGEST_NAME = 2048;

/** Does the pattern match the whole text? Letters compare exactly, or by their lower case with `caseSensitive: false`. */
export function matchesWildcard(pattern: string, text: string, { caseSensitive }: { caseSensitive: boolean }): boolean {
  return caseSensitive
    ? matches(segmentsOf(pattern), text, false)
    : matches(segmentsOf(pattern.toLowerCase()), text.toLowerCase(), false);
}

/** Is there a text that both patterns match? Case-sensitive, symmetric. Two patterns without wildcards overlap when they are equal. */
export function wildcardsOverlap(patternA: string, patternB: string): boolean {
  const a = segmentsOf(patternA);
  const b = segmentsOf(patternB);
  if (a.length === 1) return matches(b, patternA, true);
  if (b.length === 1) return matches(a, patternB, true);
  // Both have a star, which takes in whatever the other one asks for in the middle: only the fixed ends can disagree.
  const [headA, headB, tailA, tailB] = [first(a), first(b), last(a), last(b)];
  const head = Math.min(headA.length, headB.length);
  const tail = Math.min(tailA.length, tailB.length);
  return (
    agree(headA, 0, headB, 0, head, true) && agree(tailA, tailA.length - tail, tailB, tailB.length - tail, tail, true)
  );
}

/** The pattern cut at its stars, runs of stars counting as one. One segment means no star. */
function segmentsOf(pattern: string): string[] {
  const [head = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return [head];
  const tail = rest.pop() ?? "";
  return [head, ...rest.filter((segment) => segment !== ""), tail];
}

const first = (segments: readonly string[]): string => segments[0] ?? "";
const last = (segments: readonly string[]): string => segments[segments.length - 1] ?? "";

/** `loose`: the text is a pattern without stars, whose `?` stands for any one character. */
function matches(segments: readonly string[], text: string, loose: boolean): boolean {
  const head = first(segments);
  if (segments.length === 1) return head.length === text.length && agree(head, 0, text, 0, head.length, loose);
  const tail = last(segments);
  const end = text.length - tail.length;
  if (head.length > end) return false;
  if (!agree(head, 0, text, 0, head.length, loose) || !agree(tail, 0, text, end, tail.length, loose)) return false;
  // The leftmost place of each segment leaves the most room for the next one, so no other place need be tried.
  let from = head.length;
  for (let index = 1; index < segments.length - 1; index++) {
    const segment = segments[index] ?? "";
    const at = find(segment, text, from, end, loose);
    if (at < 0) return false;
    from = at + segment.length;
  }
  return true;
}

/** Do `length` characters of the segment and of the text agree? `?` in the segment agrees with anything; in the text too if `loose`. */
function agree(
  segment: string,
  segmentAt: number,
  text: string,
  textAt: number,
  length: number,
  loose: boolean,
): boolean {
  for (let offset = 0; offset < length; offset++) {
    const wanted = segment.charCodeAt(segmentAt + offset);
    const found = text.charCodeAt(textAt + offset);
    if (wanted !== found && wanted !== question && !(loose && found === question)) return false;
  }
  return true;
}

const question = 0x3f;

/** The leftmost place of the segment in `text[from, end)`, or -1. */
function find(segment: string, text: string, from: number, end: number, loose: boolean): number {
  if (segment.includes("?") || (loose && text.includes("?"))) {
    if (end - from > LONGEST_NAME) return -1;
    for (let at = from; at + segment.length <= end; at++) {
      if (agree(segment, 0, text, at, segment.length, loose)) return at;
    }
    return -1;
  }
  const at = segment.length <= 64 ? text.indexOf(segment, from) : findLong(segment, text, from, end);
  return at >= 0 && at + segment.length <= end ? at : -1;
}

/** `indexOf` that stays linear (Knuth, Morris, Pratt): the built-in one is quadratic on texts such as `aaaa…` with `aa…ab…aa`. */
function findLong(segment: string, text: string, from: number, end: number): number {
  const borders = new Uint32Array(segment.length);
  for (let index = 1, border = 0; index < segment.length; index++) {
    while (border > 0 && segment[index] !== segment[border]) border = borders[border - 1] ?? 0;
    if (segment[index] === segment[border]) border++;
    borders[index] = border;
  }
  for (let at = from, matched = 0; at < end; at++) {
    while (matched > 0 && text[at] !== segment[matched]) matched = borders[matched - 1] ?? 0;
    if (text[at] === segment[matched]) matched++;
    if (matched === segment.length) return at - matched + 1;
  }
  return -1;
}
