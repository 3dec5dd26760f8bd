import { equivalentActions } from "../iam/action-classes.ts";
import { findAction } from "../iam/actions.ts";

const { read, insert, update, delete: remove, bulkRead } = equivalentActions;

/** Reads that find items without their whole key. A Deny on them leaves GetItem on purpose, for those who know what they ask for. */
const find: ReadonlySet<string> = new Set([...bulkRead, "dynamodb:Query", "dynamodb:SearchVectors"]);

/** PutItem creates items, and replaces those that are there: what does either is its twin. */
const put: ReadonlySet<string> = new Set([...insert, ...update]);

/** From the narrowest to the widest. */
const FAMILIES: readonly ReadonlySet<string>[] = [update, remove, insert, bulkRead, find, read].sort(
  (a, b) => a.size - b.size,
);

/** The actions of a Deny that reach items, and the others that reach the same ones. Qualified canonical names. */
export interface Twins {
  listed: readonly string[];
  twins: readonly string[];
  /** All listed actions read in bulk, so that PartiQLSelect is harmless where full scans are denied. */
  isBulk: boolean;
}

/**
 * Which actions reach the same items as the denied ones: the rest of the narrowest family that holds all of them, or of the families of each
 * where no family holds all. Names outside the families do not count.
 */
export function twinsOf(denied: readonly string[]): Twins {
  const listed = denied.filter((name) => FAMILIES.some((family) => family.has(name)));
  const family = familyOf(listed) ?? new Set(listed.flatMap((name) => [...(familyOf([name]) ?? [])]));
  const twins = [...family].filter((name) => !listed.includes(name) && findAction(name) !== undefined);
  return { listed, twins, isBulk: family === bulkRead };
}

function familyOf(listed: readonly string[]): ReadonlySet<string> | undefined {
  if (listed.length === 0) return undefined;
  const isPut = listed.includes("dynamodb:PutItem") && listed.every((name) => insert.has(name) && update.has(name));
  return isPut ? put : FAMILIES.find((family) => listed.every((name) => family.has(name)));
}
