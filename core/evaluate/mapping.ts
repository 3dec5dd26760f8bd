import { allEntries, findEntry, type Node, withoutAlias } from "../syntax/node.ts";
import type { Template } from "../template/template.ts";

type Plain = Exclude<Node, { kind: "alias" }>;

/** What stands in `Mappings` at the end of a path of keys, or undefined where a key is missing. */
function lookUp(template: Template, keys: readonly string[]): Plain | undefined {
  let current: Plain | undefined = template.mappings;
  for (const key of keys)
    current = current?.kind === "map" ? withoutAlias(findEntry(current, key)?.entry.value) : undefined;
  return current;
}

/** The value of a mapping, or undefined where a key is missing. */
export function mappingEntry(template: Template, map: string, top: string, second: string): Plain | undefined {
  return lookUp(template, [map, top, second]);
}

/** The keys of a mapping's first or second level; of its first, where the mapping is named without a key. */
export function mappingKeys(template: Template, map: string, top?: string): string[] {
  const found = lookUp(template, top === undefined ? [map] : [map, top]);
  return found?.kind === "map" ? [...allEntries(found)].map((entry) => entry.key.text) : [];
}

/** Why a mapping may have more keys than can be seen (a transform, a loop over unknown values), or undefined. */
export function mappingGap(template: Template, map: string): string | undefined {
  const levels = [template.mappings, lookUp(template, [map])];
  for (const top of mappingKeys(template, map)) levels.push(lookUp(template, [map, top]));
  for (const level of levels) if (level?.kind === "map" && level.incomplete !== undefined) return level.incomplete;
  return template.incomplete !== undefined && !levels[1] ? template.incomplete : undefined;
}
