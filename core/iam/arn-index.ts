import { perObject } from "../model/lazy.ts";
import { type ArnText, splitArn } from "./arn.ts";
import { tableKeyOf } from "./table-arn.ts";

/** Things by their ARNs, so that an ARN need not be compared with all of them. */
export interface ArnIndex<T> {
  /** In the order given. */
  all: readonly T[];
  byKey: ReadonlyMap<string, readonly T[]>;
  /** Those with wildcards where the key would be. */
  others: readonly T[];
}

export function indexByArn<T extends { arn: ArnText }>(all: readonly T[]): ArnIndex<T> {
  const byKey = new Map<string, T[]>();
  const others: T[] = [];
  for (const each of all) {
    const key = keyOf(each.arn);
    const known = key === undefined ? others : byKey.get(key);
    if (known) known.push(each);
    else if (key !== undefined) byKey.set(key, [each]);
  }
  return { all, byKey, others };
}

/** Everything that may surely overlap with the ARN, or cover it, or be covered: of what is left out that is never `true`. */
export function near<T>(index: ArnIndex<T>, arn: ArnText): readonly T[] {
  const key = keyOf(arn);
  if (key === undefined) return index.all;
  const { others } = index;
  const own = index.byKey.get(key);
  if (!own) return others;
  return others.length === 0 ? own : [...own, ...others];
}

/** Everything that may overlap with the ARN for all that is known: only what names another table is left out. */
export function perhapsNear<T extends { arn: ArnText }>(index: ArnIndex<T>, arn: ArnText): readonly T[] {
  const key = writtenTable(arn);
  if (key === undefined) return index.all;
  return index.all.filter((each) => (writtenTable(each.arn) ?? key) === key);
}

function writtenTable(arn: ArnText): string | undefined {
  const key = tableKeyOf(arn);
  return key?.includes("\0") ? undefined : key;
}

/** Different for ARNs that have nothing in common, as far as that can be told; undefined where wildcards decide. */
const keyOf = perObject((arn: ArnText): string | undefined => {
  const table = tableKeyOf(arn);
  if (table !== undefined) return table;
  const [start, next] = arn;
  // A value that is not known, or what belongs to it: `${Arn}/index/*`.
  if (typeof start === "object" && (next === undefined || (typeof next === "string" && next.startsWith("/"))))
    return `\0${start.hole}`;
  const text = splitArn(arn)?.resource ?? arn;
  const isPattern = text.some((piece) => typeof piece === "string" && /[*?]/.test(piece));
  return isPattern ? undefined : `\0${JSON.stringify(text)}`;
});
