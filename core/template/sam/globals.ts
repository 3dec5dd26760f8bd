import { type Entry, findEntry, type MapNode, type Node, type WrittenAs, withoutAlias } from "../../syntax/node.ts";
import { intrinsicOf } from "../intrinsics.ts";
import type { Resource } from "../template.ts";
import { MADE_BY_SAM, map as made } from "./synthetic.ts";
import {
  asMap,
  entriesOf,
  type Found,
  isNull,
  mapUnder,
  mark,
  type Plain,
  plain,
  textOf,
  valueUnder,
} from "./written.ts";

const FROM_GLOBALS = "the value comes from Globals";

/** How many entries merging may make for one template, so that large Globals and many resources cannot exhaust memory. */
const BUDGET = 200_000;
const MAX_DEPTH = 50;

/** The `Globals` section. */
export interface Globals {
  section: MapNode | undefined;
  remaining: number;
}

export function globalsOf(section: MapNode | undefined): Globals {
  return { section: section && mark(section, FROM_GLOBALS), remaining: BUDGET };
}

/** What of a section reaches the resources. Source: the translator's list of supported Globals, from which these two differ. */
const reaches: Readonly<Record<string, (key: string) => boolean>> = {
  SimpleTable: (key) => key === "SSESpecification",
  Function: (key) => !["Role", "Policies", "FunctionName", "Events"].includes(key),
};

/**
 * The properties of a SAM resource with what `Globals` gives it, in SAM's own terms. Its `writtenAs` leads to the resource's own map.
 * Undefined where no map stands behind `Properties`.
 */
export function propertiesWithGlobals(resource: Resource, sectionName: string, globals: Globals): MapNode | undefined {
  const found = valueUnder(resource.node, "Properties");
  const own = found && !isNull(found.node) ? asMap(found.node) : made({}, resource.key);
  if (!own) return undefined;
  const section = globals.section && mapUnder(globals.section, sectionName);
  const given = section && applicable(resource, sectionName, section);
  const merged = mergeMaps(own, given, placeOfProperties(resource, found), globals, 0, "");
  // Half a merge must not be taken for a whole one.
  return globals.remaining < 0 && given?.entries.length
    ? { ...merged, entries: [], incomplete: "what Globals gives it is too much to look at" }
    : merged;
}

/** Where a property that is missing is to be written. Undefined where the text must not be edited there. */
function placeOfProperties(resource: Resource, found: Found | undefined): WrittenAs | undefined {
  const into = found?.node ?? resource.node;
  if (into.kind === "sequence" || into.generated) return undefined;
  return { into, under: found ? [] : ["Properties"] };
}

/** What of a section reaches the resource, and is not ignored by it. */
function applicable(resource: Resource, sectionName: string, section: MapNode): MapNode {
  const ignored = withoutAlias(findEntry(resource.node, "IgnoreGlobals")?.entry.value);
  const names = new Set(ignored?.kind === "sequence" ? ignored.items.map(textOf) : []);
  const reach = textOf(ignored) === "*" ? undefined : reaches[sectionName];
  const entries = entriesOf(section).filter(({ key }) => reach?.(key.text) && !names.has(key.text));
  return { ...section, entries, index: undefined };
}

/** SAM's merge: maps deeply, lists one behind the other, everything else (calls of functions too) the resource's own. */
function merge(
  own: Plain,
  given: Plain,
  writtenAs: WrittenAs | undefined,
  globals: Globals,
  depth: number,
  path: string,
): Plain {
  if (own.kind !== given.kind || own.kind === "scalar" || isCall(own) || isCall(given)) return own;
  if (own.kind === "map" && given.kind === "map") return mergeMaps(own, given, writtenAs, globals, depth, path);
  if (own.kind !== "sequence" || given.kind !== "sequence" || path === "Architectures") return own;
  globals.remaining -= own.items.length + given.items.length;
  if (globals.remaining < 0) return own;
  return { ...own, items: [...given.items, ...own.items], generated: own.generated ?? MADE_BY_SAM };
}

function isCall(node: Plain): boolean {
  if (intrinsicOf(node)) return true;
  return node.kind === "map" && node.entries.length === 1 && node.entries[0]?.key.text === "Condition";
}

function mergeMaps(
  own: MapNode,
  given: MapNode | undefined,
  writtenAs: WrittenAs | undefined,
  globals: Globals,
  depth: number,
  path: string,
): MapNode {
  const entries = [...own.entries];
  const incomplete = own.incomplete ?? given?.incomplete;
  const positions = new Map(entries.map((entry, index) => [entry.key.text, index]));
  for (const entry of given ? affordable(given, globals, depth) : []) {
    const key = entry.key.text;
    const local = findEntry(own, key);
    if (!local) {
      entries.push({ key: entry.key, value: givenAlone(entry, writtenAs) });
      continue;
    }
    const left = valueUnder(own, key);
    const right = plain(entry.value);
    if (!left || !right) continue;
    const below = left.node.kind === "map" && !left.node.generated ? { into: left.node, under: [] } : undefined;
    const value = merge(left.node, right, below, globals, depth + 1, path ? `${path}.${key}` : key);
    if (value === left.node) continue;
    const merged: Entry = { key: left.key, value };
    const position = positions.get(key);
    if (position === undefined) entries.push(merged);
    else entries[position] = merged;
  }
  return {
    kind: "map",
    entries,
    flow: own.flow,
    start: own.start,
    end: own.end,
    generated: own.generated ?? MADE_BY_SAM,
    ...(incomplete && { incomplete }),
    ...(writtenAs && { writtenAs }),
  };
}

/** The entries of a map of Globals, as long as the budget lasts. Aliases that lead in a circle end it, too. */
function affordable(given: MapNode, globals: Globals, depth: number): Entry[] {
  if (globals.remaining < 0) return [];
  const entries = entriesOf(given);
  globals.remaining = depth > MAX_DEPTH ? -1 : globals.remaining - entries.length;
  return globals.remaining < 0 ? [] : entries;
}

/** A map that stands in Globals alone can still be added to: SAM merges what the resource says under the same key. */
function givenAlone(entry: Entry, writtenAs: WrittenAs | undefined): Node {
  const value = asMap(entry.value);
  if (!value || !writtenAs || isCall(value)) return entry.value;
  return { ...value, writtenAs: { into: writtenAs.into, under: [...writtenAs.under, entry.key.text] } };
}
