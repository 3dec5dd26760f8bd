import type { Setting } from "../evaluate/setting.ts";
import type { Json } from "../syntax/edit.ts";

export type { Json };

import type { Resource, Template } from "../template/template.ts";

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
  /** Gives a resource attributes beside `Properties`, e.g. `DeletionPolicy`. */
  | { kind: "attributes"; template: Template; resource: Resource; entries: { [key: string]: Json } }
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

export function setAttributes(template: Template, resource: Resource, entries: { [key: string]: Json }): Change {
  return { kind: "attributes", template, resource, entries };
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
