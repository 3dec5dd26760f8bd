import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { differingPaths } from "../../../core/syntax/compare.ts";
import type { Node } from "../../../core/syntax/node.ts";
import { parse } from "../../../core/syntax/parse.ts";
import { jsonText, yamlText } from "./documents.ts";

/** What a JSON template can say, functions in long form. */
const template = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    fc.string({ unit: "grapheme", maxLength: 8 }),
    fc.constantFrom("2012-10-17", "true", "012", "", "~", "AWS::Region", "a: b", "# c", "line\nbreak", "- x", "😀"),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom({ Ref: "X" }, { "Fn::Sub": "${X}" }, { "Fn::GetAtt": ["X", "Arn"] }),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.oneof(fc.constantFrom("A", "B", "Fn::If", "aws:x"), fc.string({ maxLength: 5 })), tie("value"), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
})).value;

const document = fc.dictionary(fc.constantFrom("Resources", "Outputs", "Conditions"), template, {
  noNullPrototype: true,
});

describe("one template spelt in JSON and in YAML", () => {
  it("gives the same tree", () => {
    const styles = fc.constantFrom({}, { indent: 4, indentSeq: false }, { defaultStringType: "QUOTE_SINGLE" as const });
    fc.assert(
      fc.property(document, styles, fc.constantFrom(undefined, 2, "\t"), (value, style, space) => {
        const json = parse(JSON.stringify(value, null, space));
        const yaml = parse(`# YAML\n${stringify(value, { lineWidth: 0, aliasDuplicateObjects: false, ...style })}`);
        expect([json.language, yaml.language]).toEqual(["json", "yaml"]);
        expect([json.problems, yaml.problems]).toEqual([[], []]);
        expect(differingPaths(json.root, yaml.root)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

describe.each([
  ["YAML", yamlText],
  ["JSON", jsonText],
])("trees of generated %s", (_language, texts) => {
  it("lie inside the text, children inside their parents and in order", () => {
    const check = (text: string, node: Node) => {
      expect(node.start).toBeLessThanOrEqual(node.end);
      expect(text.slice(node.start, node.end)).toBe(text.slice(node.start, node.end).trim());
      const children =
        node.kind === "map"
          ? node.entries.flatMap(({ key, value }) => [key, value])
          : node.kind === "sequence"
            ? node.items
            : [];
      let from = node.start;
      for (const child of children) {
        expect(child.start).toBeGreaterThanOrEqual(from);
        expect(child.end).toBeLessThanOrEqual(node.end);
        check(text, child);
        from = child.end;
      }
    };
    fc.assert(
      fc.property(texts, ({ text }) => {
        const { root, problems } = parse(text, { comments: true });
        expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
        if (root) check(text, root);
        expect(root && differingPaths(root, parse(text, { comments: true }).root)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it("are found in any cut of the text, without falling over", () => {
    fc.assert(
      fc.property(texts, fc.nat(), fc.nat(), ({ text }, from, to) => {
        const cut = text.slice(from % (text.length + 1)).slice(0, to % (text.length + 1));
        const { root, problems } = parse(cut);
        for (const { start, end } of [...problems, ...(root ? [root] : [])]) {
          expect(start >= 0 && start <= end && end <= cut.length).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});
