import {
  allEntries,
  findEntry,
  type MapNode,
  type Node,
  type ScalarNode,
  type Span,
  withoutAlias,
} from "../syntax/node.ts";
import { intrinsicOf } from "../template/intrinsics.ts";
import type { Resource, Template } from "../template/template.ts";
import { both } from "./branches.ts";
import { type Alternative, evaluate, isUnknown as isUnknownValue } from "./evaluate.ts";
import { ALWAYS, type Fact, type Path } from "./path.ts";
import { ABSENT, booleanOf, reasonOf, textOf, type Value } from "./value.ts";

const FROM_MERGE_KEY = "the value comes from a merge key";

/** Where a finding can stand: a stretch of a resource's text, under a branch. */
export interface Located {
  template: Template;
  /** None for a place outside `Resources`. */
  resource?: Resource;
  when: Path;
  place: Span;
  /** Property path from the template's root to what exists, e.g. `["Resources", "Orders", "Properties"]`. */
  path: readonly (string | number)[];
  /** Keys below `path` that are not there. */
  missing: readonly string[];
}

/** A property under one branch: what it comes to, where a finding about it stands and where an edit of it goes. */
export interface Setting extends Located {
  resource: Resource;
  value: Value;
  /** What an edit replaces or adds to; undefined where it must not be edited, see `refusal`. */
  slot: Slot;
  /** Where something missing inside this value is reported: the key token that would hold it. */
  holder: Span;
}

/**
 * `replace` swaps a value; `add` puts entries into a map. `Setting.missing` says which keys lie between. A refusal holds for everything
 * below too, but with `hereOnly`: then only the node itself is made by a transform, and what it holds stands in the text as usual.
 */
export type Slot = { replace: Node } | { add: MapNode } | { refusal: string; hereOnly?: true };

/** The value behind the logical id: attributes such as `DeletionPolicy` are read from it. Its branch is that the resource exists. */
export function wholeResource(template: Template, resource: Resource): Setting {
  return {
    template,
    resource,
    when: existenceOf(resource),
    value: { kind: "map", node: resource.node },
    place: resource.key,
    holder: resource.key,
    slot: slotOfResource(resource),
    path: ["Resources", resource.logicalId],
    missing: [],
  };
}

function slotOfResource({ key, node }: Resource): Slot {
  if (node.generated) return { refusal: node.generated, hereOnly: true };
  // What an alias stands for is written above it, and may be another resource.
  return node.start < key.start ? { refusal: "the resource comes from an alias" } : { add: node };
}

function existenceOf(resource: Resource): Path {
  const assumed: Fact[] = [];
  if (resource.condition) assumed.push({ condition: resource.condition, holds: true });
  if (resource.unless) assumed.push({ condition: resource.unless, holds: false });
  return assumed.length > 0 ? { ...ALWAYS, assumed } : ALWAYS;
}

/** The resource's `Properties`; for what SAM generates: as CloudFormation gets them. */
export function propertiesOf(template: Template, resource: Resource): Setting[] {
  const whole = wholeResource(template, resource);
  const { part } = resource;
  const written = resource.properties
    ? evaluate(template, resource.properties.value, whole.when).map((alternative) =>
        settle(
          whole,
          alternative,
          part?.path ?? [...whole.path, "Properties"],
          resource.key,
          mergeRefusal(resource) ?? aliasRefusal(resource.properties?.value),
        ),
      )
    : get(whole, "Properties");
  // What `Properties` itself would hold is reported at the logical id, and so it is where nothing stands behind `Properties:`.
  const holder = part?.key ?? resource.key;
  return written.map((setting) => ({ ...setting, holder, place: isEmpty(setting) ? holder : setting.place }));
}

/** The value under `key`, under every branch of `parent` and of the value itself. */
export function get(parent: Setting, key: string): Setting[] {
  const { value, template } = parent;
  if (value.kind === "absent") {
    if (template.transformed !== undefined) return [hiddenIn(parent, template.transformed)];
    return [{ ...parent, missing: [...parent.missing, key] }];
  }
  if (value.kind !== "map") return [{ ...parent, value: unexpected(value, "map") }];
  const found = findEntry(value.node, key);
  if (!found) {
    if (value.node.incomplete !== undefined) return [hiddenIn(parent, value.node.incomplete)];
    if (template.transformed !== undefined) return [hiddenIn(parent, template.transformed)];
    const missing = [...parent.missing, writtenKey(value.node, key) ?? key];
    return [{ ...parent, value: ABSENT, place: parent.holder, slot: slotUnder(parent, value.node, key), missing }];
  }
  const { entry, merged } = found;
  const refusal = merged ? FROM_MERGE_KEY : undefined;
  const path = [...parent.path, ...parent.missing, writtenKey(value.node, key) ?? key];
  return evaluate(template, entry.value, parent.when).map((alternative) => {
    const setting = settle(parent, alternative, path, entry.key, refusal ?? aliasRefusal(entry.value));
    return setting.value.kind === "absent"
      ? { ...setting, place: isWritten(alternative.node) ? setting.place : entry.key }
      : setting;
  });
}

/** What is not written may be there all the same. */
function hiddenIn(parent: Setting, reason: string): Setting {
  return { ...parent, value: { kind: "opaque", reason }, place: parent.holder, slot: { refusal: reason } };
}

/** The values of all entries of a map, none for anything else. */
export function entrySettings(map: Setting): Setting[] {
  return map.value.kind === "map" ? [...allEntries(map.value.node)].flatMap(({ key }) => get(map, key.text)) : [];
}

/** The value at the end of a path of keys. */
export function getPath(parent: Setting, ...keys: string[]): Setting[] {
  return keys.reduce<Setting[]>((settings, key) => settings.flatMap((setting) => get(setting, key)), [parent]);
}

/**
 * The items of a list, each with its own branch; items that are `AWS::NoValue` are left out. A single value where a list is usual counts
 * as a list of one; an unknown list gives one opaque item. Absent: none.
 */
export function items(list: Setting): Setting[] {
  const found: Setting[] = [];
  collectItems(list, found, { remaining: MAX_ITEMS }, 0);
  return found;
}

/** How many items are looked at, and how deep lists may nest: aliases can make few lines many items, and lists that hold themselves. */
const MAX_ITEMS = 10_000;
const MAX_NESTING = 4;

function collectItems(list: Setting, found: Setting[], budget: { remaining: number }, depth: number): void {
  const { value, template } = list;
  if (value.kind === "absent") return;
  if (value.kind !== "list") {
    found.push(list);
    return;
  }
  for (const [index, item] of value.node.items.entries()) {
    for (const alternative of evaluate(template, item, list.when)) {
      if (budget.remaining < 0) return;
      if (--budget.remaining < 0) {
        found.push({ ...list, value: { kind: "opaque", reason: "the list is too long" } });
        return;
      }
      if (alternative.value.kind === "absent") continue;
      const holder = firstKey(alternative.value) ?? alternative.node;
      const setting = settle(list, alternative, [...list.path, index], holder, aliasRefusal(item));
      const isNested = setting.value.kind === "list";
      // `!If [C, [a, b], []]` inside a list is not flattened by CloudFormation, but `Action: [[a, b]]` is no list of texts either.
      if (isNested && depth < MAX_NESTING) collectItems(setting, found, budget, depth + 1);
      else
        found.push(isNested ? { ...setting, value: { kind: "opaque", reason: "its lists nest too deeply" } } : setting);
    }
  }
}

function settle(
  parent: Setting,
  alternative: Alternative,
  path: Setting["path"],
  holder: Span,
  refusal: string | undefined,
): Setting {
  const { value, when, node } = alternative;
  const inherited = "refusal" in parent.slot && !parent.slot.hereOnly ? parent.slot.refusal : undefined;
  const why = refusal ?? inherited;
  const elsewhere = !why && value.kind === "map" && value.node === node ? value.node.writtenAs : undefined;
  const under = elsewhere?.under ?? [];
  return {
    template: parent.template,
    resource: parent.resource,
    value,
    when,
    place: node,
    slot: why ? { refusal: why } : elsewhere ? slotInto(elsewhere.into) : slotFor(value, node),
    holder,
    path: path.slice(0, path.length - under.length),
    missing: under,
  };
}

function slotFor(value: Value, node: Node): Slot {
  if (node.generated) return { refusal: node.generated, hereOnly: true };
  if (value.kind === "map" && node === value.node) return { add: value.node };
  const written = withoutAlias(node);
  if (value.kind !== "absent" && written && intrinsicOf(written)) return { refusal: "the value is computed" };
  return { replace: node };
}

function slotInto(place: MapNode | ScalarNode): Slot {
  return place.kind === "map" ? { add: place } : { replace: place };
}

/** Where an edit puts `key`, which is not in `map`, the value of `parent`. */
function slotUnder(parent: Setting, map: MapNode, key: string): Slot {
  if ("refusal" in parent.slot) return parent.slot;
  if (!map.writtenAs) return map.generated ? { refusal: map.generated } : { add: map };
  return writtenKey(map, key) === undefined ? { refusal: `SAM has nothing that becomes ${key}` } : parent.slot;
}

/** The key that has to be written for `key` to be in `map`; undefined where nothing written leads to it. */
function writtenKey(map: MapNode, key: string): string | undefined {
  const keys = map.writtenAs?.keys;
  return keys ? keys.get(key) : key;
}

/** Properties as written that a merge key brings in. What a transform made of them says so itself. */
function mergeRefusal(resource: Resource): string | undefined {
  const found = findEntry(resource.node, "Properties");
  return found?.merged && found.entry === resource.properties ? FROM_MERGE_KEY : undefined;
}

function aliasRefusal(node: Node | undefined): string | undefined {
  return node?.kind === "alias" ? "the value comes from an alias" : undefined;
}

/** False for the null that stands where nothing is written (`SSESpecification:`). */
function isWritten(node: Node): boolean {
  return node.end > node.start;
}

function isEmpty({ value, place }: Setting): boolean {
  return value.kind === "absent" && place.end === place.start;
}

function firstKey(value: Value): Span | undefined {
  return value.kind === "map" ? value.node.entries[0]?.key : undefined;
}

function unexpected(value: Value, wanted: string): Value {
  return isUnknownValue(value)
    ? { kind: "opaque", reason: reasonOf(value) }
    : { kind: "opaque", reason: `its value is no ${wanted}` };
}

/** Is it there at all? An unknown value is. */
export function isAbsent(setting: Setting): boolean {
  return setting.value.kind === "absent";
}

/** Neither known nor known to be absent. */
export function isUnknown(setting: Setting): boolean {
  return isUnknownValue(setting.value);
}

/** A boolean property that is known to be false, or not there. */
export function isOff(setting: Setting): boolean {
  return isAbsent(setting) || booleanOf(setting.value) === false;
}

export function isOn(setting: Setting): boolean {
  return booleanOf(setting.value) === true;
}

/** The literal text, or undefined. */
export function text(setting: Setting): string | undefined {
  return textOf(setting.value);
}

/** One choice out of each list, in every combination that can hold, with the joined branch; undefined when there are too many to look at. */
export function together<T extends { template: Template; when: Path }>(
  lists: readonly (readonly T[])[],
): { when: Path; chosen: T[] }[] | undefined {
  let sofar: { when: Path; chosen: T[] }[] = [{ when: ALWAYS, chosen: [] }];
  for (const list of lists) {
    const next: typeof sofar = [];
    for (const { when, chosen } of sofar) {
      for (const each of list) {
        const joined = both(each.template, when, each.when);
        if (joined) next.push({ when: joined, chosen: [...chosen, each] });
      }
    }
    if (next.length > 256) return undefined;
    sofar = next;
  }
  return sofar;
}

/** Can both branches hold at once? Branches of different templates always can. */
export function compatible(a: Located, b: Located): boolean {
  if (a.template !== b.template) return true;
  return both(a.template, a.when, b.when) !== undefined;
}
