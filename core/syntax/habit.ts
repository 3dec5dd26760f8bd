import type { Node } from "./node.ts";
import type { SyntaxTree } from "./parse.ts";
import { nodesIn } from "./place.ts";

/**
 * What a file does somewhere: the answer for the first node that has one. Found once per tree, as many edits of one tree ask.
 * @param look is given the tree's own text
 */
export function habit<T>(
  look: (text: string, node: Node) => T | undefined,
): (text: string, tree: SyntaxTree) => T | undefined {
  const known = new WeakMap<SyntaxTree, { answer: T | undefined }>();
  return (text, tree) => {
    let found = known.get(tree);
    if (!found) {
      found = { answer: tree.root && firstAnswer(tree.root, (node) => look(text, node)) };
      known.set(tree, found);
    }
    return found.answer;
  };
}

function firstAnswer<T>(root: Node, look: (node: Node) => T | undefined): T | undefined {
  for (const node of nodesIn(root)) {
    const answer = look(node);
    if (answer !== undefined) return answer;
  }
  return undefined;
}
