import type { Entry, MapNode, Node, ScalarNode, SequenceNode } from "./node.ts";
import type { SyntaxTree } from "./parse.ts";

export type Parent =
  | { kind: "entry"; map: MapNode; entry: Entry }
  | { kind: "item"; sequence: SequenceNode; index: number };

/** A node and how one gets to it from the root (first) without following aliases. */
export interface Place {
  node: Node;
  parents: readonly Parent[];
}

/** Undefined where the node does not stand in this tree: generated nodes, nodes of another text. */
export function placeOf(tree: SyntaxTree, node: Node): Place | undefined {
  const parents: Parent[] = [];
  const find = (current: Node): boolean => {
    if (current === node) return true;
    if (current.kind === "map") {
      return current.entries.some((entry) => holds(entry.value) && into({ kind: "entry", map: current, entry }));
    }
    if (current.kind !== "sequence") return false;
    return current.items.some((item, index) => holds(item) && into({ kind: "item", sequence: current, index }));
  };
  const holds = (child: Node) => child.start <= node.start && node.end <= child.end;
  const into = (parent: Parent): boolean => {
    parents.push(parent);
    if (find(childOf(parent))) return true;
    parents.pop();
    return false;
  };
  return tree.root && find(tree.root) ? { node, parents } : undefined;
}

export function below(place: Place, parent: Parent): Place {
  return { node: childOf(parent), parents: [...place.parents, parent] };
}

export function holderOf(parent: Parent): MapNode | SequenceNode {
  return parent.kind === "entry" ? parent.map : parent.sequence;
}

function childOf(parent: Parent): Node {
  return parent.kind === "entry" ? parent.entry.value : (parent.sequence.items[parent.index] ?? parent.sequence);
}

/** The collections around a node, nearest first; the node itself where it is one. */
export function* collectionsAround(place: Place): Generator<MapNode | SequenceNode> {
  if (place.node.kind === "map" || place.node.kind === "sequence") yield place.node;
  for (let depth = place.parents.length - 1; depth >= 0; depth--) {
    const parent = place.parents[depth];
    if (parent) yield holderOf(parent);
  }
}

/** Whether a node stands inside brackets. */
export function insideFlow(place: Place): boolean {
  return place.parents.some((parent) => holderOf(parent).flow);
}

/** Every node below and including one, in the order of the text, keys before their values; aliases are not followed. */
export function* nodesIn(node: Node): Generator<Node> {
  yield node;
  if (node.kind === "sequence") for (const item of node.items) yield* nodesIn(item);
  if (node.kind !== "map") return;
  for (const { key, value } of node.entries) {
    yield key;
    yield* nodesIn(value);
  }
}

/** Whether an alias anywhere in the tree stands for one of the nodes: editing such a node changes more than one place. */
export function isShared(tree: SyntaxTree, nodes: Iterable<Node>): boolean {
  const anchored = new Set([...nodes].filter((node) => node.anchor !== undefined));
  if (anchored.size === 0 || !tree.root) return false;
  for (const node of nodesIn(tree.root)) {
    if (node.kind === "alias" && node.target && anchored.has(node.target)) return true;
  }
  return false;
}

/** The scalar or alias, or empty collection, that stands last in a node. */
export function lastLeaf(node: Node): Node {
  let current = node;
  for (;;) {
    const next = current.kind === "map" ? current.entries.at(-1)?.value : lastItem(current);
    if (!next) return current;
    current = next;
  }
}

function lastItem(node: Node): Node | undefined {
  return node.kind === "sequence" ? node.items.at(-1) : undefined;
}

export function isBlockScalar(node: Node): node is ScalarNode {
  return node.kind === "scalar" && (node.style === "literal" || node.style === "folded");
}

/**
 * Whether a comment stands inside a node, so that replacing the node would lose it. Everything but scalars and aliases is punctuation,
 * white space or a comment.
 */
export function hasComment(text: string, language: SyntaxTree["language"], node: Node): boolean {
  let from = node.start;
  for (const leaf of nodesIn(node)) {
    if (leaf.kind === "map" || leaf.kind === "sequence") continue;
    if (isComment(text.slice(from, leaf.start), language)) return true;
    const written = text.slice(leaf.start, leaf.end);
    if (isBlockScalar(leaf) && /^[^\n]*[ \t]#/.test(written)) return true;
    if ((leaf.tag || leaf.anchor) && /^(?:[!&]\S*\s+)+#/.test(written)) return true;
    from = Math.max(from, leaf.end);
  }
  return isComment(text.slice(from, node.end), language);
}

export function isComment(gap: string, language: SyntaxTree["language"]): boolean {
  return language === "json" ? /\/[/*]/.test(gap) : gap.includes("#");
}
