import { tableNameOf } from "../iam/arn.ts";
import type { Statement } from "../iam/statements.ts";
import { perObject } from "../model/lazy.ts";
import type { Project } from "../model/project.ts";
import { resourceArns } from "./grants.ts";

/**
 * Can two statements speak of one table? False only where both name their tables exactly, and none is the same: a cheap question to ask
 * before resources are compared.
 */
export function mayShareTable(project: Project, a: Statement, b: Statement): boolean {
  const ours = exactNames(project)(a);
  const theirs = exactNames(project)(b);
  return !ours || !theirs || [...ours].some((name) => theirs.has(name));
}

/** The tables by name, or by the hole that stands for it; undefined where a resource may be more, or no table. */
const exactNames = perObject((project: Project) =>
  perObject((statement: Statement): ReadonlySet<string> | undefined => {
    if (statement.notResources.length > 0) return undefined;
    const names = new Set<string>();
    for (const { arn } of resourceArns(project, statement)) {
      const name = arn && tableNameOf(arn);
      if (!name) return undefined;
      // A hole stands behind a character that no name has.
      const key = name.map((piece) => (typeof piece === "string" ? piece : `\0${piece.hole}\0`)).join("");
      if (/[*?]/.test(key)) return undefined;
      names.add(key);
    }
    return names;
  }),
);
