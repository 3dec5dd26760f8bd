import { perObject } from "../lazy.ts";
import { type ArnText, splitArn } from "./arn.ts";
import { tableKeyOf } from "./table-arn.ts";

/** Things by their ARNs, so that an ARN need not be compared with all of them. */
export interface ArnIndex<T> {
  /** In the order given. */
  all: readonly T[];
  entries: readonly Entry<T>[];
  byName: ReadonlyMap<string, readonly T[]>;
  patterns: readonly Entry<T>[];
}

interface Entry<T> extends Name {
  thing: T;
}

export function indexByArn<T extends { arn: ArnText }>(all: readonly T[]): ArnIndex<T> {
  const entries = all.map((thing) => ({ thing, ...nameIn(thing.arn) }));
  const byName = new Map<string, T[]>();
  for (const { thing, start, isPattern } of entries) {
    if (isPattern) continue;
    const known = byName.get(start);
    if (known) known.push(thing);
    else byName.set(start, [thing]);
  }
  return { all, entries, byName, patterns: entries.filter(({ isPattern }) => isPattern) };
}

/**
 * Everything that surely overlaps with the ARN, covers it or is covered by it, and few others: for whatever is left out, `arnsOverlap` and
 * `arnCovers` are not `true`. What has the same name comes first.
 */
export function near<T>(index: ArnIndex<T>, arn: ArnText): readonly T[] {
  const { start, isPattern } = nameIn(arn);
  if (isPattern) {
    if (start === "") return index.all;
    const mayMeet = (each: Name) => each.start.startsWith(start) || (each.isPattern && start.startsWith(each.start));
    return index.entries.filter(mayMeet).map(({ thing }) => thing);
  }
  const named = index.byName.get(start) ?? [];
  const matching = index.patterns.filter((each) => start.startsWith(each.start));
  return matching.length === 0 ? named : [...named, ...matching.map(({ thing }) => thing)];
}

/** Everything that may overlap with the ARN for all that is known: only what names another table in writing is left out. */
export function perhapsNear<T extends { arn: ArnText }>(index: ArnIndex<T>, arn: ArnText): readonly T[] {
  const name = writtenTable(arn);
  if (name === undefined) return index.all;
  return index.all.filter((each) => (writtenTable(each.arn) ?? name) === name);
}

function writtenTable(arn: ArnText): string | undefined {
  const name = tableKeyOf(arn);
  return name?.includes("\0") ? undefined : name;
}

/** What an ARN is found by. */
interface Name {
  /** The resource up to the table's name, or all of it; of a pattern what stands before its first wildcard. Holes as in `tableKeyOf`. */
  start: string;
  isPattern: boolean;
}

const nameIn = perObject((arn: ArnText): Name => {
  const table = tableKeyOf(arn);
  if (table !== undefined) return { start: `table/${table}`, isPattern: false };
  const [first, next] = arn;
  // A value that is not known, or what belongs to it: `${Arn}/index/*`.
  if (typeof first === "object" && (next === undefined || (typeof next === "string" && next.startsWith("/"))))
    return { start: `\0${first.hole}\0`, isPattern: false };
  const resource = splitArn(arn)?.resource;
  const text = (resource ?? arn).map((piece) => (typeof piece === "string" ? piece : `\0${piece.hole}\0`)).join("");
  const wildcard = text.search(/[*?]/);
  if (wildcard < 0) return { start: text, isPattern: false };
  return { start: resource ? text.slice(0, wildcard) : "", isPattern: true };
});
