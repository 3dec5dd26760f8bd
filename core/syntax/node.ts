/**
 * The one kind of tree that YAML and JSON are read into. Nothing outside `syntax/` knows which parser ran.
 *
 * Offsets count UTF-16 units from the start of the text (a byte order mark is stripped before parsing). `start` includes a tag or
 * anchor (`!Ref x` starts at `!`); `end` is exclusive and never includes trailing white space, comments or line breaks.
 */
export type Node = MapNode | SequenceNode | ScalarNode | AliasNode;

interface NodeBase {
  start: number;
  end: number;
  /** The tag as written, e.g. `!Sub`. Core tags (`!!str`) are resolved and not kept. */
  tag?: string;
  anchor?: string;
  /**
   * Set on nodes that are not in the text as such, with the reason ("it is made by the SAM transform"): their range is their origin's, and
   * they cannot be edited. Nodes below them that are in the text are not marked.
   */
  generated?: string;
}

export interface MapNode extends NodeBase {
  kind: "map";
  entries: Entry[];
  /** Written with braces: JSON, or YAML flow style. */
  flow: boolean;
  /** First use builds it; a duplicate key keeps its last entry, as CloudFormation's readers do. */
  index?: Map<string, Entry>;
  /** Set where keys may be there that cannot be seen (a transform, a loop over unknown values), with the reason: absence cannot be told. */
  incomplete?: string;
  /** On a map that a transform made: where an entry that is missing in it would have to be written. */
  writtenAs?: WrittenAs;
}

export interface WrittenAs {
  /** The map to add to, or the null scalar (`Properties:` and nothing behind it) to replace. */
  into: MapNode | ScalarNode;
  /** The keys below `into` that are not there yet. */
  under: readonly string[];
  /** Key of the made map → key to write. A key that is not among them cannot be written. Absent: every key is written as it is. */
  keys?: ReadonlyMap<string, string>;
}

/** A stretch of the text, in UTF-16 offsets; every node is one. */
export interface Span {
  start: number;
  end: number;
}

export interface Entry {
  key: ScalarNode;
  /** Where nothing is written, a null scalar of zero width right behind the colon, or behind the key where there is no colon. */
  value: Node;
}

export interface SequenceNode extends NodeBase {
  kind: "sequence";
  items: Node[];
  flow: boolean;
}

export interface ScalarNode extends NodeBase {
  kind: "scalar";
  value: string | number | boolean | null;
  /** The decoded text: what is between the quotes, or a plain scalar as written (`012345678901` keeps its zero). */
  text: string;
  style: "plain" | "single" | "double" | "literal" | "folded";
}

export interface AliasNode extends NodeBase {
  kind: "alias";
  name: string;
  /** What the anchor stands on; undefined where there is no such anchor before the alias. */
  target?: Node;
}

/** Follows aliases. Undefined for a dangling or self-referring alias. */
export function withoutAlias(node: Node | undefined): Exclude<Node, AliasNode> | undefined {
  let current = node;
  for (let depth = 0; current?.kind === "alias"; depth++) {
    if (depth > 20) return undefined;
    current = current.target;
  }
  return current;
}

/** The entry written under `key` in this very map; merge keys are not looked into. */
export function ownEntry(map: MapNode, key: string): Entry | undefined {
  if (map.entries.length < 8) return map.entries.findLast((entry) => entry.key.text === key);
  map.index ??= new Map(map.entries.map((entry) => [entry.key.text, entry]));
  return map.index.get(key);
}

/** The entry that counts for `key`: the map's own, or the one a merge key (`<<: *defaults`) brings in. */
export function findEntry(map: MapNode, key: string, depth = 0): { entry: Entry; merged: boolean } | undefined {
  const own = ownEntry(map, key);
  if (own) return { entry: own, merged: false };
  const merge = depth < 10 ? ownEntry(map, "<<") : undefined;
  if (!merge) return undefined;
  const source = withoutAlias(merge.value);
  const candidates = source?.kind === "sequence" ? source.items.map(withoutAlias) : [source];
  for (const candidate of candidates) {
    const found = candidate?.kind === "map" ? findEntry(candidate, key, depth + 1) : undefined;
    if (found) return { entry: found.entry, merged: true };
  }
  return undefined;
}

/** Every key that counts, own ones first, then those of merge keys, each once. */
export function* allEntries(map: MapNode, depth = 0): Generator<Entry> {
  const seen = new Set<string>();
  for (const entry of map.entries) {
    if (entry.key.text === "<<" || ownEntry(map, entry.key.text) !== entry) continue;
    seen.add(entry.key.text);
    yield entry;
  }
  const merge = depth < 10 ? ownEntry(map, "<<") : undefined;
  if (!merge) return;
  const source = withoutAlias(merge.value);
  for (const candidate of source?.kind === "sequence" ? source.items.map(withoutAlias) : [source]) {
    if (candidate?.kind !== "map") continue;
    for (const entry of allEntries(candidate, depth + 1)) {
      if (seen.has(entry.key.text)) continue;
      seen.add(entry.key.text);
      yield entry;
    }
  }
}

/** The map at the end of a path of keys, or undefined where something else or nothing stands there. */
export function mapAt(root: Node | undefined, ...path: string[]): MapNode | undefined {
  let current = withoutAlias(root);
  for (const key of path) {
    if (current?.kind !== "map") return undefined;
    current = withoutAlias(findEntry(current, key)?.entry.value);
  }
  return current?.kind === "map" ? current : undefined;
}

/** The text of a scalar entry, or undefined where the entry is missing or no scalar. */
export function textAt(map: MapNode | undefined, key: string): string | undefined {
  const value = map && withoutAlias(findEntry(map, key)?.entry.value);
  return value?.kind === "scalar" && value.value !== null ? value.text : undefined;
}
