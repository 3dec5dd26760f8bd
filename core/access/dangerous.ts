import { type Setting, text } from "../evaluate/setting.ts";
import type { Statement } from "../iam/statements.ts";
import { type Fix, replaceItem } from "../lint/fix.ts";
import type { IdentityPolicy } from "../model/policies.ts";
import type { View } from "../model/view.ts";
import { type Grant, grantsOf, isWrittenOut, unspokenNames } from "./granted.ts";
import { listOf, shortName } from "./words.ts";

/** The actions of one kind that one statement gives: one cause, one finding. */
export interface Dangerous {
  statement: Statement;
  /** The first entry of `Action` that gives them, in the statement's branch: where a finding stands. */
  at: Setting;
  /** All entries that give them, each in its own branch. */
  entries: readonly Setting[];
  /** Qualified canonical names, in the order of the entries, each once. */
  names: readonly string[];
  /** Every entry names one action only, so that removing it takes nothing else away. */
  writtenOut: boolean;
}

/** What the Allows of a policy give of the actions in `wanted`, less what a stronger rule already says of the same statement. */
export function dangerousIn(view: View, policy: IdentityPolicy, wanted: ReadonlySet<string>): Dangerous[] {
  const grants = grantsOf(view.project, policy).filter(({ names }) => names.some((name) => wanted.has(name)));
  return byStatement(
    grants.map((grant) => ({ ...grant, names: unspokenNames(view, grant).filter((name) => wanted.has(name)) })),
  );
}

/** The grants of each statement together; those without names are left out. */
export function byStatement(grants: readonly Grant[]): Dangerous[] {
  const found = new Map<Statement, Dangerous>();
  for (const grant of grants) {
    const { statement, entry, names } = grant;
    if (names.length === 0) continue;
    const known = found.get(statement);
    found.set(statement, {
      statement,
      at: known?.at ?? grant.at,
      entries: [...(known?.entries ?? []), entry],
      names: [...new Set([...(known?.names ?? []), ...names])],
      writtenOut: (known?.writtenOut ?? true) && isWrittenOut(grant),
    });
  }
  return [...found.values()];
}

/** Takes the actions out of the statement: only where they are written out by name, and something is left, which a statement needs. */
export function removal({ statement, entries, names, writtenOut }: Dangerous): Fix[] {
  const removed = new Set(entries.map(text));
  if (!writtenOut || statement.actions.every((action) => removed.has(text(action)))) return [];
  return [
    {
      title: `Remove ${listOf(names.map(shortName))} (stops ${names.length > 1 ? "those" : "it"})`,
      class: "caution",
      changes: entries.map((entry) => replaceItem(entry, [])),
    },
  ];
}
