import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { differingPaths } from "../../../core/syntax/compare.ts";
import {
  addItem,
  applyEdits,
  type Json,
  removeEntry,
  renameEntry,
  replaceItem,
  replaceValue,
  replaceWords,
  setEntries,
  type TextEdit,
} from "../../../core/syntax/edit.ts";
import { intrinsicOf, isObject, says } from "../../../core/syntax/json-value.ts";
import type { Node } from "../../../core/syntax/node.ts";
import { parse } from "../../../core/syntax/parse.ts";
import { sourceText } from "../../../core/syntax/source-text.ts";
import { type Generated, jsonText, yamlText } from "./documents.ts";

type Path = (string | number)[];

const scalar: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    "dynamodb:GetItem",
    "2012-10-17",
    "yes",
    "",
    "a: b",
    "{x}",
    "012345678901",
    "two\nlines",
    "# x",
    "-",
    "😀",
  ),
  fc.string({ unit: "grapheme", maxLength: 6 }),
  fc.boolean(),
  fc.integer(),
  fc.constant(null),
);

const intrinsic: fc.Arbitrary<Json> = fc.constantFrom<Json>(
  { Ref: "AWS::NoValue" },
  { "Fn::GetAtt": ["Key", "Arn"] },
  { "Fn::Sub": "${A}/index/*" },
  { "Fn::If": ["IsProd", { SSEEnabled: true }, { Ref: "AWS::NoValue" }] },
  { "Fn::Join": [":", ["a", { Ref: "B" }]] },
  { "Fn::Base64": { "Fn::Sub": "x" } },
  { "Fn::GetAZs": "" },
);

const json: fc.Arbitrary<Json> = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    scalar,
    intrinsic,
    fc.array(tie("json"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("A", "B", "SSEEnabled", "aws:x", "New"), tie("json"), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  ),
})).json;

const entries = fc.dictionary(fc.constantFrom("A", "B", "C", "New1", "New2", "New: x", "y"), json, {
  minKeys: 1,
  maxKeys: 3,
  noNullPrototype: true,
});

const operation = fc.oneof(
  fc.record({ kind: fc.constant("set" as const), entries }),
  fc.record({ kind: fc.constant("replace" as const), value: json }),
  fc.record({ kind: fc.constant("items" as const), values: fc.array(json, { maxLength: 3 }) }),
  fc.record({ kind: fc.constant("add" as const), value: json }),
  fc.record({ kind: fc.constant("remove" as const), index: fc.nat(5) }),
  fc.record({
    kind: fc.constant("words" as const),
    from: fc.nat(8),
    length: fc.integer({ min: 1, max: 3 }),
    by: fc.constantFrom("x", "", "#", "${!y}", ":", " #", "-", "{", "&", "*", "'", "two\nlines"),
  }),
  fc.record({
    kind: fc.constant("rename" as const),
    index: fc.nat(5),
    newKey: fc.oneof(
      fc.constantFrom("A", "New", "ForAllValues:StringEquals", "Null", "yes", "a: b", "{x}", "", "012", "# x", "😀"),
      fc.string({ unit: "grapheme", maxLength: 6 }),
    ),
  }),
);

type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

function* placesIn(node: Node, path: Path = []): Generator<{ node: Node; path: Path }> {
  yield { node, path };
  if (node.kind === "sequence") for (const [i, item] of node.items.entries()) yield* placesIn(item, [...path, i]);
  if (node.kind === "map") for (const { key, value } of node.entries) yield* placesIn(value, [...path, key.text]);
}

function at(root: Node | undefined, path: Path): Node | undefined {
  let node = root;
  for (const step of path) {
    if (node?.kind === "map") node = node.entries.findLast((entry) => entry.key.text === step)?.value;
    else node = node?.kind === "sequence" ? node.items[Number(step)] : undefined;
  }
  return node;
}

/** The node holds a value, or a map that has at least its entries. */
function holds(node: Node | undefined, value: Json): boolean {
  if (!node) return false;
  if (says(node, value)) return true;
  if (!isObject(value) || intrinsicOf(value) || node.kind !== "map") return false;
  return Object.entries(value).every(([key, inner]) => holds(at(node, [key]), inner));
}

const counts = { made: 0, none: 0 };

/** Applies the operation to the `pick`th suitable place of the text and checks everything that editing promises. */
function checkLaws({ text, comments }: Generated, operation: Operation, pick: number): void {
  const source = sourceText(text);
  const tree = parse(source.text, { comments: true });
  expect(tree.problems.filter((problem) => problem.severity === "error")).toEqual([]);
  if (!tree.root) throw new Error("a generated text has a root");
  const kinds: Record<Operation["kind"], (node: Node, path: Path) => boolean> = {
    set: (node) => node.kind === "map",
    replace: () => true,
    items: (_node, path) => path.length > 0,
    add: (node) => node.kind === "sequence",
    remove: (node) => node.kind === "map" && node.entries.length > 0,
    rename: (node) => node.kind === "map" && node.entries.length > 0,
    words: (node) => node.kind === "scalar" && node.text !== "",
  };
  const suitable = [...placesIn(tree.root)].filter(
    ({ node, path }) => kinds[operation.kind](node, path) && at(tree.root, path) === node,
  );
  const place = suitable[pick % Math.max(suitable.length, 1)];
  if (!place) return;
  const { node, path } = place;
  const before = JSON.stringify(source.text);

  let edits: TextEdit[] = [];
  let allowed: Path[] = [path];
  let proof: (after: Node | undefined) => boolean = () => true;
  if (operation.kind === "set" && node.kind === "map") {
    edits = setEntries(source, tree, node, operation.entries);
    allowed = Object.keys(operation.entries).map((key) => [...path, key]);
    proof = (after) => holds(at(after, path), operation.entries);
  } else if (operation.kind === "replace") {
    edits = replaceValue(source, tree, node, operation.value);
    proof = (after) => says(at(after, path) ?? node, operation.value);
  } else if (operation.kind === "items") {
    edits = replaceItem(source, tree, node, operation.values);
    const parent = at(tree.root, path.slice(0, -1));
    const index = Number(path.at(-1));
    if (parent?.kind === "sequence") {
      allowed = [path.slice(0, -1)];
      proof = (after) => {
        const list = at(after, path.slice(0, -1));
        return (
          list?.kind === "sequence" &&
          list.items.length === parent.items.length - 1 + operation.values.length &&
          operation.values.every((value, i) => says(list.items[index + i] ?? list, value)) &&
          parent.items.every(
            (item, i) =>
              i === index ||
              differingPaths(item, list.items[i < index ? i : i - 1 + operation.values.length]).length === 0,
          )
        );
      };
    } else {
      const [only] = operation.values;
      proof = (after) => {
        const value = at(after, path);
        return value !== undefined && says(value, operation.values.length === 1 ? (only ?? null) : operation.values);
      };
    }
  } else if (operation.kind === "add" && node.kind === "sequence") {
    edits = addItem(source, tree, node, operation.value);
    const index = node.items.length;
    allowed = [[...path, index]];
    proof = (after) => {
      const item = at(after, [...path, index]);
      return item !== undefined && says(item, operation.value);
    };
  } else if (operation.kind === "remove" && node.kind === "map") {
    const { key } = node.entries[operation.index % node.entries.length] ?? {};
    if (!key) return;
    edits = removeEntry(source, tree, node, key.text);
    allowed = [[...path, key.text]];
    proof = (after) => {
      const map = at(after, path);
      return map?.kind === "map" && map.entries.length === node.entries.length - 1;
    };
  } else if (operation.kind === "words" && node.kind === "scalar") {
    const { from, length, by } = operation;
    const words = node.text.slice(from % node.text.length, (from % node.text.length) + length);
    edits = replaceWords(source, tree, node, words, by);
    proof = (after) => {
      const scalar = at(after, path);
      return scalar?.kind === "scalar" && scalar.text === node.text.replaceAll(words, by) && scalar.tag === node.tag;
    };
  } else if (operation.kind === "rename" && node.kind === "map") {
    const { newKey } = operation;
    const index = operation.index % node.entries.length;
    const { key, value } = node.entries[index] ?? {};
    if (!key || !value) return;
    edits = renameEntry(source, tree, node, key.text, newKey);
    allowed = [key.text, newKey].map((each) => [...path, each]);
    proof = (after) => {
      const map = at(after, path);
      const entry = map?.kind === "map" ? map.entries[index] : undefined;
      return (
        entry?.key.text === newKey && entry.key.value === newKey && differingPaths(value, entry.value).length === 0
      );
    };
  }

  expect(JSON.stringify(source.text)).toBe(before);
  if (edits.length === 0) {
    counts.none++;
    return;
  }
  counts.made++;
  const result = applyEdits(source.text, edits);
  const after = parse(result, { comments: true });
  // Deleted is what is replaced; around it at most white space, a comma or a dash, and an anchor that is written again.
  for (const { start, end, newText } of edits) {
    const before = source.text.slice(start, Math.min(end, Math.max(start, node.start)));
    const behind = source.text.slice(Math.max(node.end, start), end);
    const lost = (before + behind).replace(/&\S+/g, (anchor) => (newText.startsWith(`${anchor} `) ? "" : anchor));
    expect(lost).toMatch(/^[\s,-]*$/);
  }
  const told = `${text}\n=== ${JSON.stringify(operation)} at ${JSON.stringify(path)}\n${result}`;
  expect(after.problems.length, told).toBeLessThanOrEqual(tree.problems.length);
  const outside = differingPaths(tree.root, after.root, 1000).filter(
    (difference) => !allowed.some((prefix) => prefix.every((step, index) => difference[index] === step)),
  );
  expect(outside, told).toEqual([]);
  expect(proof(after.root), told).toBe(true);
  for (const comment of comments) expect(result.split(comment).length, `${comment}\n${told}`).toBe(2);
  const lineBreaks = (one: string) => new Set(one.match(/\r?\n/g));
  expect(
    [...lineBreaks(result)].every((one) => lineBreaks(text).has(one) || lineBreaks(text).size === 0),
    told,
  ).toBe(true);
  if (tree.language === "yaml") expect(result.includes("\t"), told).toBe(false);
  expect(/\n$/.test(result) || !/\n$/.test(text), told).toBe(true);
}

describe.each([
  ["YAML", yamlText],
  ["JSON", jsonText],
])("edits of generated %s", (_language, texts) => {
  it("change only what they are asked to, and lose no comment", () => {
    counts.made = 0;
    counts.none = 0;
    fc.assert(fc.property(texts, operation, fc.nat(), checkLaws), { numRuns: Number(process.env.RUNS ?? 1500) });
    // The laws would hold if nothing were ever edited.
    expect(counts.made).toBeGreaterThan(counts.none / 2);
  });
});

describe.each([
  "examples/cloudformation/orders.yaml",
  "examples/sam/template.yaml",
  "examples/cdk/cdk.out/assembly-Prod/ProdTrackingE255DD13.template.json",
])("edits of %s", (file) => {
  const text = readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8");
  const lines = (file.endsWith(".yaml") ? text.match(/^ *#.+$/gm) : null) ?? [];
  const comments = lines.map((line) => line.trim()).filter((line) => text.split(line).length === 2);

  it.each([{ lineBreak: "\n" }, { lineBreak: "\r\n" }])("keep the laws too, with $lineBreak", ({ lineBreak }) => {
    const texts = fc.constant({ text: text.replaceAll("\n", lineBreak), comments });
    counts.made = 0;
    counts.none = 0;
    fc.assert(fc.property(texts, operation, fc.nat(), checkLaws), { numRuns: 100 });
    expect(counts.made).toBeGreaterThan(counts.none / 2);
  });
});
