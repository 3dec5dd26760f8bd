import { type MapNode, type Node, withoutAlias } from "./node.ts";
import { SHORT_FORMS } from "./yaml.ts";

/**
 * A value to write; intrinsics in long form (`{ "Fn::GetAtt": ["Key", "Arn"] }`, `{ Ref: "AWS::AccountId" }`, `{ "Fn::Sub": "..." }`). In
 * YAML they are written as short tags, in JSON in long form.
 */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export interface Intrinsic {
  /** `Ref`, `Fn::Sub` … */
  key: string;
  argument: Json;
}

/** An object of one key that names a function; `Condition` is none: it is an ordinary key almost everywhere. */
export function intrinsicOf(value: Json): Intrinsic | undefined {
  if (!isObject(value)) return undefined;
  const [key, ...others] = Object.keys(value);
  if (key === undefined || others.length > 0 || !isIntrinsicKey(key)) return undefined;
  return { key, argument: value[key] ?? null };
}

/** The same for a map written in long form. */
export function isLongIntrinsic(map: MapNode): boolean {
  const [only] = map.entries;
  return map.entries.length === 1 && only !== undefined && isIntrinsicKey(only.key.text);
}

function isIntrinsicKey(key: string): boolean {
  return key === "Ref" || key.startsWith("Fn::");
}

/** `!Ref` for `Ref`, `!Sub` for `Fn::Sub`; undefined for functions without a short form (`Fn::ForEach::…`). */
export function shortForm(key: string): string | undefined {
  const name = key.startsWith("Fn::") ? key.slice(4) : key;
  return SHORT_FORMS.has(name) ? `!${name}` : undefined;
}

/** `A.B.C` → `["A", "B.C"]`: the argument of `Fn::GetAtt` as JSON wants it. */
export function getAttParts(argument: Json): Json {
  if (typeof argument !== "string" || !argument.includes(".")) return argument;
  const dot = argument.indexOf(".");
  return [argument.slice(0, dot), argument.slice(dot + 1)];
}

/** Whether a node already says a value, in whatever spelling; key order does not matter. */
export function says(node: Node, value: Json): boolean {
  const written = jsonOf(withoutAlias(node));
  return written !== undefined && equal(written, normal(value));
}

/** What a node says, functions in long form. Undefined for what has no JSON: aliases, unknown tags, merge keys and duplicate keys. */
export function jsonOf(node: Node | undefined): Json | undefined {
  if (!node || node.kind === "alias") return undefined;
  const bare = bareJson(node);
  if (bare === undefined || node.tag === undefined) return bare;
  const name = node.tag.slice(1);
  if (!SHORT_FORMS.has(name)) return undefined;
  const key = name === "Ref" || name === "Condition" ? name : `Fn::${name}`;
  return normal({ [key]: bare });
}

function bareJson(node: Exclude<Node, { kind: "alias" }>): Json | undefined {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "sequence") {
    const items = node.items.map(jsonOf);
    return items.every((item) => item !== undefined) ? items : undefined;
  }
  const object = new Map<string, Json>();
  for (const { key, value } of node.entries) {
    const json = jsonOf(value);
    if (json === undefined || key.text === "<<" || key.tag !== undefined || object.has(key.text)) return undefined;
    object.set(key.text, json);
  }
  return normal(Object.fromEntries(object));
}

function normal(value: Json): Json {
  if (Array.isArray(value)) return value.map(normal);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, normal(key === "Fn::GetAtt" ? getAttParts(inner) : inner)]),
  );
}

function equal(a: Json, b: Json): boolean {
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => equal(item, b[index] ?? null));
  }
  if (!isObject(a)) return a === b;
  if (!isObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equal(a[key] ?? null, b[key] ?? null))
  );
}
