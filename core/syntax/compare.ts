import type { Entry, Node } from "./node.ts";
import { nodesIn } from "./place.ts";

type Path = (string | number)[];

/**
 * The paths (keys and zero-based indexes) at which two trees differ, at most `limit`. Values, tags, anchors, aliases and what they stand
 * for count, and the order of items and of equal keys; positions, style and the order of different keys do not. A number is compared as
 * written too (`012` is not `12`).
 */
export function differingPaths(a: Node | undefined, b: Node | undefined, limit = 20): Path[] {
  const found: Path[] = [];
  let numbers: { ofA: ReadonlyMap<Node, number>; ofB: ReadonlyMap<Node, number> } | undefined;

  const report = (path: Path) => {
    if (found.length < limit) found.push([...path]);
  };

  const compare = (one: Node, other: Node, path: Path): void => {
    if (found.length >= limit) return;
    if (one.kind !== other.kind || one.tag !== other.tag || one.anchor !== other.anchor) report(path);
    else if (one.kind === "map" && other.kind === "map") compareMaps(one.entries, other.entries, path);
    else if (one.kind === "sequence" && other.kind === "sequence") compareLists(one.items, other.items, path);
    else if (one.kind === "scalar" && other.kind === "scalar") {
      const sameNumber = typeof one.value !== "number" || one.text === other.text;
      if (!Object.is(one.value, other.value) || !sameNumber) report(path);
    } else if (one.kind === "alias" && other.kind === "alias") {
      numbers ??= { ofA: numberAnchors(a), ofB: numberAnchors(b) };
      const sameTarget =
        one.target && other.target
          ? numbers.ofA.get(one.target) === numbers.ofB.get(other.target)
          : one.target === other.target;
      if (one.name !== other.name || !sameTarget) report(path);
    }
  };

  const compareLists = (ones: readonly Node[], others: readonly Node[], path: Path): void => {
    for (let index = 0; index < Math.max(ones.length, others.length) && found.length < limit; index++) {
      const one = ones[index];
      const other = others[index];
      if (one && other) compare(one, other, [...path, index]);
      else report([...path, index]);
    }
  };

  const compareMaps = (ones: readonly Entry[], others: readonly Entry[], path: Path): void => {
    const waiting = new Map<string, Entry[]>();
    for (const entry of others) {
      const same = waiting.get(entry.key.text);
      if (same) same.push(entry);
      else waiting.set(entry.key.text, [entry]);
    }
    const next = new Map<string, number>();
    for (const { key, value } of ones) {
      const index = next.get(key.text) ?? 0;
      next.set(key.text, index + 1);
      const twin = waiting.get(key.text)?.[index];
      const at = [...path, key.text];
      if (!twin || twin.key.tag !== key.tag || twin.key.anchor !== key.anchor) report(at);
      else compare(value, twin.value, at);
    }
    for (const [key, entries] of waiting) if (entries.length > (next.get(key) ?? 0)) report([...path, key]);
  };

  if (a && b) compare(a, b, []);
  else if (a || b) report([]);
  return found;
}

/** An anchor may be given again: which of its name each anchored node is, counted from the start. */
function numberAnchors(root: Node | undefined): Map<Node, number> {
  const numbers = new Map<Node, number>();
  const counts = new Map<string, number>();
  for (const node of root ? nodesIn(root) : []) {
    if (node.anchor === undefined) continue;
    const count = counts.get(node.anchor) ?? 0;
    numbers.set(node, count);
    counts.set(node.anchor, count + 1);
  }
  return numbers;
}
