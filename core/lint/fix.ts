import { get, isAbsent, type Setting, text } from "../evaluate/setting.ts";
import type { Json } from "../syntax/edit.ts";

export type { Json };

import type { Template } from "../template/template.ts";

/**
 * `safe`: no replacement, no interruption, no policy decision changes. `caution`: may lock out, break a client or replace a resource; the
 * title says so. `snippet`: a skeleton with placeholders, in the editor only.
 */
export type FixClass = "safe" | "caution" | "snippet";

/** A repair in terms of the template, not of its text. */
export interface Fix {
  title: string;
  class: FixClass;
  changes: readonly Change[];
}

export type Change =
  /** Gives a property a value, creating what is missing on the way. */
  | { kind: "set"; setting: Setting; value: Json }
  /** Adds or replaces entries of a map property (which is created where it is missing), keeping its other entries. */
  | { kind: "merge"; setting: Setting; entries: { [key: string]: Json } }
  /** Replaces one item of a list (or the lone value where a list is usual) by others; by none: removes it. */
  | { kind: "items"; setting: Setting; values: readonly Json[] }
  /** Adds an item at the end of a list property (which is created where it is missing). */
  | { kind: "append"; setting: Setting; value: Json }
  /** Gives an entry of a map another key, keeping its value and its place. */
  | { kind: "rename"; setting: Setting; key: string; newKey: string }
  /** Replaces a stretch of a text, also of one that `Fn::Sub` computes. */
  | { kind: "words"; setting: Setting; words: string; by: string }
  /** Adds a resource; choose its id with `freeLogicalId`. */
  | { kind: "resource"; template: Template; logicalId: string; body: { [key: string]: Json } };

export function set(setting: Setting, value: Json): Change {
  return { kind: "set", setting, value };
}

export function merge(setting: Setting, entries: { [key: string]: Json }): Change {
  return { kind: "merge", setting, entries };
}

export function replaceItem(setting: Setting, values: readonly Json[]): Change {
  return { kind: "items", setting, values };
}

export function append(setting: Setting, value: Json): Change {
  return { kind: "append", setting, value };
}

/** Renames a key of the map that `map` holds; cannot be made where the map has the new key already, or a transform wrote the old one. */
export function renameKey(map: Setting, key: string, newKey: string): Change {
  return { kind: "rename", setting: map, key, newKey };
}

/** Replaces a stretch of the text that is written for a value, keeping its quotes, its lines and the `Fn::Sub` around it. */
export function replaceWords(setting: Setting, words: string, by: string): Change {
  return { kind: "words", setting, words, by };
}

/**
 * Makes a map (a property, or a whole resource with its attributes) say `entries` in the branch of `map.when`: what is missing is added,
 * what says something else is replaced, and only there: `!If [IsProd, true, false]` keeps its other branch. What says the same stays.
 */
export function put(map: Setting, entries: { [key: string]: Json }): Change[] {
  if (isAbsent(map)) return [merge(map, entries)];
  const added: { [key: string]: Json } = {};
  const changes: Change[] = [];
  for (const [key, value] of Object.entries(entries)) {
    for (const setting of get(map, key)) {
      if (isAbsent(setting) && setting.missing.length > map.missing.length) added[key] = value;
      else if (text(setting) !== String(value)) changes.push(set(setting, value));
    }
  }
  return Object.keys(added).length > 0 ? [...changes, merge(map, added)] : changes;
}

/** The wanted logical id, or the first of `TableKey2`, `TableKey3` … that the template does not have. */
export function freeLogicalId(template: Template, wanted: string): string {
  for (let suffix = 1; ; suffix++) {
    const id = suffix === 1 ? wanted : `${wanted}${suffix}`;
    if (!template.resources.has(id)) return id;
  }
}

export function addResource(template: Template, logicalId: string, body: { [key: string]: Json }): Change {
  return { kind: "resource", template, logicalId, body };
}
