import { type AliasNode, type Node, withoutAlias } from "../syntax/node.ts";
import type { SyntaxTree } from "../syntax/parse.ts";

/** How many nodes a template may have once every alias is replaced by what it stands for; 1 MB of text has some 100,000. */
const MAX_NODES = 1_000_000;

/** Most templates have none: then there is nothing to count. */
const MAY_BE_ALIAS = /(?:^|[\s[{,:])\*[^\s\]},]/;

/**
 * The tree as it is, or none and a problem where its aliases would make it endless or immense: whoever looks at every node of a tree may
 * then rely on coming to an end.
 */
export function withinBounds(tree: SyntaxTree, text: string): SyntaxTree {
  const message = tree.root && tree.language === "yaml" && MAY_BE_ALIAS.test(text) ? excess(tree.root) : undefined;
  if (!message) return tree;
  const { start, end } = message.place;
  return {
    ...tree,
    root: undefined,
    problems: [...tree.problems, { message: message.text, severity: "error", start, end }],
  };
}

interface Excess {
  text: string;
  place: AliasNode;
}

function excess(root: Node): Excess | undefined {
  /** Sizes of what aliases stand for; 0 while it is being counted. */
  const sizes = new Map<Node, number>();
  let found: Excess | undefined;

  const sizeOf = (node: Node): number => {
    if (found || node.kind === "scalar") return 1;
    if (node.kind === "alias") return sizeOfAlias(node);
    const known = node.anchor === undefined ? undefined : sizes.get(node);
    if (known !== undefined) return known;
    if (node.anchor !== undefined) sizes.set(node, 0);
    let size = 1;
    if (node.kind === "sequence") for (const item of node.items) size += sizeOf(item);
    else for (const entry of node.entries) size += 1 + sizeOf(entry.value);
    if (node.anchor !== undefined) sizes.set(node, size);
    return size;
  };

  const sizeOfAlias = (alias: AliasNode): number => {
    const target = withoutAlias(alias);
    if (!target) return 1;
    const size = sizeOf(target);
    if (size === 0) found ??= { text: `the alias "${alias.name}" stands for what holds it`, place: alias };
    if (size > MAX_NODES) found ??= { text: `the alias "${alias.name}" stands for too much to look at`, place: alias };
    return size;
  };

  if (sizeOf(root) > MAX_NODES && !found) return lastAlias(root);
  return found;
}

/** Many aliases for a little each: the last of them is as good a place as any. */
function lastAlias(root: Node): Excess | undefined {
  let last: AliasNode | undefined;
  const visit = (node: Node): void => {
    if (node.kind === "alias") last = node;
    else if (node.kind === "sequence") node.items.forEach(visit);
    else if (node.kind === "map") for (const entry of node.entries) visit(entry.value);
  };
  visit(root);
  return last && { text: "its aliases stand for too much to look at", place: last };
}
