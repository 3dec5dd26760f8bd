import { applyEdits, type TextEdit } from "../../../core/syntax/edit.ts";
import type { MapNode, Node, SequenceNode } from "../../../core/syntax/node.ts";
import { parse, type SyntaxTree } from "../../../core/syntax/parse.ts";
import { type SourceText, sourceText } from "../../../core/syntax/source-text.ts";

export type Outline = string | Outline[] | { [key: string]: Outline };

/** What each scalar and alias spans in the text, in the shape of the tree; a collection's own span is under the key `=`. */
export function outline(text: string, node: Node | undefined, spans = false): Outline {
  if (!node) return "nothing";
  const written = text.slice(node.start, node.end);
  if (node.kind === "sequence") {
    const items = node.items.map((item) => outline(text, item, spans));
    return spans ? { "=": written, items } : items;
  }
  if (node.kind !== "map") return written;
  const entries = node.entries.map(({ key, value }): [string, Outline] => [
    text.slice(key.start, key.end),
    outline(text, value, spans),
  ]);
  return Object.fromEntries(spans ? [["=", written], ...entries] : entries);
}

/** The node at the end of a path of keys and indexes; of equal keys the last. Aliases are not followed. */
export function nodeAt(root: Node | undefined, ...path: (string | number)[]): Node {
  let node = root;
  for (const step of path) {
    if (node?.kind === "map") node = node.entries.findLast((entry) => entry.key.text === step)?.value;
    else node = node?.kind === "sequence" && typeof step === "number" ? node.items[step] : undefined;
  }
  if (!node) throw new Error(`nothing at ${JSON.stringify(path)}`);
  return node;
}

export function mapNode(root: Node | undefined, ...path: (string | number)[]): MapNode {
  const node = nodeAt(root, ...path);
  if (node.kind !== "map") throw new Error(`no map at ${JSON.stringify(path)}`);
  return node;
}

export function sequenceNode(root: Node | undefined, ...path: (string | number)[]): SequenceNode {
  const node = nodeAt(root, ...path);
  if (node.kind !== "sequence") throw new Error(`no list at ${JSON.stringify(path)}`);
  return node;
}

/** The text after an edit, which must leave it as readable as it was; undefined where no edit is made. */
export function edited(
  text: string,
  edit: (source: SourceText, tree: SyntaxTree) => TextEdit[],
  comments = true,
): string | undefined {
  const source = sourceText(text);
  const tree = parse(source.text, { comments });
  const edits = edit(source, tree);
  if (edits.length === 0) return undefined;
  const result = applyEdits(source.text, edits);
  const problems = parse(result, { comments }).problems;
  if (problems.length > tree.problems.length) throw new Error(`${JSON.stringify(problems)}\n${result}`);
  return result;
}
