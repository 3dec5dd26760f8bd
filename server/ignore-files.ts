import ignore, { type Ignore } from "ignore";
import { nameOf, relative } from "./uri.ts";

/** The patterns of one `.gitignore`, which speak of what lies below its folder. */
export interface IgnoreLevel {
  folder: string;
  rules: Ignore;
}

/** Never looked into, ignore file or not. */
export const NEVER: ReadonlySet<string> = new Set(["node_modules", ".git"]);

export function ignoreLevel(folder: string, text: string): IgnoreLevel {
  return { folder, rules: ignore().add(text) };
}

/**
 * Whether something that lies in folders which are not left out is itself left out. The nearest file that speaks of it decides, as in git.
 * @param levels outermost first
 */
export function isIgnored(levels: readonly IgnoreLevel[], uri: string, kind: "file" | "folder"): boolean {
  if (NEVER.has(nameOf(uri))) return true;
  for (const { folder, rules } of levels.toReversed()) {
    const path = relative(folder, uri);
    if (!path) continue;
    const answer = rules.test(kind === "folder" ? `${path}/` : path);
    if (answer.ignored || answer.unignored) return answer.ignored;
  }
  return false;
}
