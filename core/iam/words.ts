import type { Setting } from "../evaluate/setting.ts";
import { piecesKey, piecesOf } from "../evaluate/value.ts";
import type { Statement } from "./statements.ts";
import { matchesWildcard } from "./wildcard.ts";

/**
 * Does a statement name at least the actions, resources and principals that another one names, as far as their words tell? Effects and
 * conditions are not compared. ARNs are texts here: `*` takes in all of them, other wildcards only themselves.
 */
export function coversInWords(wide: Statement, narrow: Statement): boolean {
  const within = (theirs: readonly Setting[], ours: readonly Setting[], isAction: boolean) =>
    ours.every((each) => theirs.some((pattern) => matchesWords(pattern, each, isAction)));
  const sameWords = (a: readonly Setting[], b: readonly Setting[]) => within(a, b, false) && within(b, a, false);
  const settings = ({ principals }: Statement) => principals.map(({ setting }) => setting);
  return (
    (narrow.notActions.length > 0
      ? sameWords(wide.notActions, narrow.notActions)
      : within(wide.actions, narrow.actions, true)) &&
    (narrow.notResources.length > 0
      ? sameWords(wide.notResources, narrow.notResources)
      : within(wide.resources, narrow.resources, false)) &&
    within(settings(wide), settings(narrow), false)
  );
}

function matchesWords(pattern: Setting, each: Setting, isAction: boolean): boolean {
  const wide = wordsOf(pattern);
  const narrow = wordsOf(each);
  if (wide === undefined || narrow === undefined) return false;
  return wide === narrow || wide === "*" || (isAction && matchesWildcard(wide, narrow, { caseSensitive: false }));
}

function wordsOf({ value }: Setting): string | undefined {
  const pieces = piecesOf(value);
  return pieces && piecesKey(pieces);
}
