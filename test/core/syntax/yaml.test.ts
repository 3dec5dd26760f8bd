import { describe, expect, it } from "vitest";
import { type Node, type ScalarNode, withoutAlias } from "../../../core/syntax/node.ts";
import { parse } from "../../../core/syntax/parse.ts";
import { rangeOf, sourceText } from "../../../core/syntax/source-text.ts";
import { SHORT_FORMS } from "../../../core/syntax/yaml.ts";
import { mapNode, nodeAt, outline } from "./outline.ts";

function read(text: string) {
  const tree = parse(text);
  expect(tree.language).toBe("yaml");
  return { ...tree, outline: outline(text, tree.root), spans: outline(text, tree.root, true) };
}

function scalarAt(text: string, ...path: (string | number)[]): ScalarNode {
  const node = nodeAt(parse(text).root, ...path);
  if (node.kind !== "scalar") throw new Error("no scalar");
  return node;
}

function errors(text: string): string[] {
  return parse(text)
    .problems.filter(({ severity }) => severity === "error")
    .map(({ message, start, end }) => `${message} @${start}-${end}`);
}

describe("ranges of YAML nodes", () => {
  it("end before trailing white space, comments and line breaks", () => {
    const text = "A: plain  # c\nB:\n  C: 1 # d\n  # e\n\n# f\nD: [ x , y ]  # g\nE: { k : v }\nF:\n- 1\n- 2 # h\n";
    expect(read(text).spans).toEqual({
      "=": text.slice(0, text.indexOf(" # h")),
      A: "plain",
      B: { "=": "C: 1", C: "1" },
      D: { "=": "[ x , y ]", items: ["x", "y"] },
      E: { "=": "{ k : v }", k: "v" },
      F: { "=": "- 1\n- 2", items: ["1", "2"] },
    });
  });

  it("span quoted and multi-line scalars with their quotes", () => {
    const text = 'A: "x # \\"y\\"" # c\nB: \'it\'\'s\'\nC: plain\n  goes on\nD: "a\n  b"\n';
    expect(read(text).outline).toEqual({ A: '"x # \\"y\\""', B: "'it''s'", C: "plain\n  goes on", D: '"a\n  b"' });
    expect(scalarAt(text, "A")).toMatchObject({ value: 'x # "y"', style: "double" });
    expect(scalarAt(text, "B")).toMatchObject({ value: "it's", style: "single" });
    expect(scalarAt(text, "C")).toMatchObject({ value: "plain goes on", style: "plain" });
    expect(scalarAt(text, "D")).toMatchObject({ value: "a b" });
  });

  it("span block scalars from their header to their last text", () => {
    const text =
      "A: |\n  one\n  # text\n\nB: >-\n  two\n\n\nC: |+\n  three\n\nD: !Sub |2 # c\n   four\nE: | # empty\nF: |\n  end";
    expect(read(text).outline).toEqual({
      A: "|\n  one\n  # text",
      B: ">-\n  two",
      C: "|+\n  three",
      D: "!Sub |2 # c\n   four",
      E: "|",
      F: "|\n  end",
    });
    expect(scalarAt(text, "A").value).toBe("one\n# text\n");
    expect(scalarAt(text, "C")).toMatchObject({ value: "three\n\n", style: "literal" });
    expect(scalarAt(text, "D")).toMatchObject({ value: " four\n", tag: "!Sub" });
    expect(scalarAt(text, "E").value).toBe("");
  });

  it("are of zero width behind the colon, dash or key where nothing is written", () => {
    const text = "A:   # c\nB:\n  # d\nC: {k: , l}\nD:\n  -  \n  - # e\n? E\n";
    const nothing = (...path: (string | number)[]) => {
      const { start, end, value } = scalarAt(text, ...path);
      expect({ width: end - start, value }).toEqual({ width: 0, value: null });
      return text.slice(0, start).split("\n").at(-1);
    };
    expect(nothing("A")).toBe("A:");
    expect(nothing("B")).toBe("B:");
    expect(nothing("C", "k")).toBe("C: {k:");
    expect(nothing("C", "l")).toBe("C: {k: , l");
    expect(nothing("D", 0)).toBe("  -");
    expect(nothing("D", 1)).toBe("  -");
    expect(nothing("E")).toBe("? E");
  });

  it("start at the tag or anchor, whichever comes first, whatever comments say", () => {
    const text = [
      "# !Ref &a",
      "A: !If # see !If and &b",
      "  - &x !Ref B",
      "  - !Sub &y C",
      "  - !!str 12",
      "&k K: &m",
      "  L: &e",
      "  M: !Ref",
      "N: !Custom",
      "  O: [!Ref a,!Ref b , &f c]",
      "P:",
      "- &q Q: 1",
      "  &r R: 2",
    ].join("\n");
    const { spans, problems } = read(text);
    expect(problems).toEqual([]);
    expect(spans).toMatchObject({
      A: {
        "=": "!If # see !If and &b\n  - &x !Ref B\n  - !Sub &y C\n  - !!str 12",
        items: ["&x !Ref B", "!Sub &y C", "!!str 12"],
      },
      "&k K": { "=": "&m\n  L: &e\n  M: !Ref", L: "&e", M: "!Ref" },
      N: {
        "=": "!Custom\n  O: [!Ref a,!Ref b , &f c]",
        O: { "=": "[!Ref a,!Ref b , &f c]", items: ["!Ref a", "!Ref b", "&f c"] },
      },
      P: { "=": "- &q Q: 1\n  &r R: 2", items: [{ "=": "&q Q: 1\n  &r R: 2", "&q Q": "1", "&r R": "2" }] },
    });
    expect(scalarAt(text, "A", 0)).toMatchObject({ tag: "!Ref", anchor: "x", value: "B" });
    expect(scalarAt(text, "A", 2)).toMatchObject({ value: "12", start: text.indexOf("!!str") });
    expect(scalarAt(text, "A", 2)).not.toHaveProperty("tag");
    expect(mapNode(parse(text).root, "N")).toMatchObject({ tag: "!Custom" });
    expect(mapNode(parse(text).root, "N").entries[0]?.key.tag).toBeUndefined();
    expect(mapNode(parse(text).root).entries[1]?.key).toMatchObject({ text: "K", anchor: "k" });
  });

  it.each([...SHORT_FORMS])("hold !%s as a scalar, a sequence and a mapping, block and flow", (name) => {
    const tag = `!${name}`;
    const text = `A: ${tag} x\nB: ${tag}\n  - x\nC: ${tag}\n  k: x\nD: ${tag} [x]\nE: ${tag} {k: x}\nF: ${tag} "x"\n`;
    const { problems, spans } = read(text);
    expect(problems).toEqual([]);
    expect(spans).toMatchObject({
      A: `${tag} x`,
      B: { "=": `${tag}\n  - x`, items: ["x"] },
      C: { "=": `${tag}\n  k: x`, k: "x" },
      D: { "=": `${tag} [x]`, items: ["x"] },
      E: { "=": `${tag} {k: x}`, k: "x" },
      F: `${tag} "x"`,
    });
    for (const [key, kind] of Object.entries({
      A: "scalar",
      B: "sequence",
      C: "map",
      D: "sequence",
      E: "map",
      F: "scalar",
    }))
      expect(nodeAt(parse(text).root, key)).toMatchObject({ tag, kind });
  });

  it("count UTF-16 units, without the byte order mark", () => {
    const source = sourceText('\ufeff"😀": 👩‍👩‍👧 # é\nB: x\n');
    expect(source.byteOrderMark).toBe(true);
    const { root } = parse(source.text);
    expect(nodeAt(root, "😀")).toMatchObject({ start: 6, end: 14 });
    expect(rangeOf(source, nodeAt(root, "B"))).toEqual({
      start: { line: 1, character: 3 },
      end: { line: 1, character: 4 },
    });
  });

  it("do not differ between line ends but by the line ends' width", () => {
    const text = "A: |\n  one\n  two\nB:\n  - x # c\n  -\nC: a\n  b\nD:\n";
    const crlf = text.replaceAll("\n", "\r\n");
    const { problems, spans } = read(crlf);
    expect(problems).toEqual([]);
    expect(JSON.parse(JSON.stringify(spans).replaceAll("\\r\\n", "\\n"))).toEqual(read(text).spans);
    expect(scalarAt(crlf, "A").value).toBe("one\ntwo\n");
  });
});

describe("values of YAML scalars", () => {
  it.each([
    ["012345678901", 12345678901, "012345678901"],
    ["0x1F", 31, "0x1F"],
    ["1e3", 1000, "1e3"],
    ["true", true, "true"],
    ["~", null, "~"],
    ["2012-10-17", "2012-10-17", "2012-10-17"],
    ["Yes", "Yes", "Yes"],
    ['"true"', "true", "true"],
    ["AWS::DynamoDB::Table", "AWS::DynamoDB::Table", "AWS::DynamoDB::Table"],
  ])("%s", (written, value, text) => {
    expect(scalarAt(`A: ${written}\n`, "A")).toMatchObject({ value, text });
  });

  it("stay texts behind a tag", () => {
    expect(scalarAt("A: !Ref 12", "A")).toMatchObject({ value: "12", tag: "!Ref" });
    expect(scalarAt("A: !GetAZs", "A")).toMatchObject({ value: "", tag: "!GetAZs" });
  });
});

describe("anchors, aliases and merge keys", () => {
  it("know what an alias stands for", () => {
    const { root, problems } = parse("A: &a\n  K: 1\nB: *a\nC: [*a]\n? *a\n: x\n");
    expect(problems).toEqual([]);
    expect(withoutAlias(nodeAt(root, "B"))).toBe(nodeAt(root, "A"));
    expect(withoutAlias(nodeAt(root, "C", 0))).toBe(nodeAt(root, "A"));
  });

  it("take the last anchor of a name before the alias", () => {
    const { root } = parse("A: &a 1\nB: *a\nC: &a 2\nD: *a\n");
    expect(withoutAlias(nodeAt(root, "B"))).toBe(nodeAt(root, "A"));
    expect(withoutAlias(nodeAt(root, "D"))).toBe(nodeAt(root, "C"));
  });

  it("read a scalar's alias as a key", () => {
    const { root } = parse("A: &a name\n*a : 1\n");
    expect(nodeAt(root, "name")).toMatchObject({ value: 1 });
  });

  it("keep merge keys as entries, several of them without a word", () => {
    const { root, problems } = parse("A: &a {K: 1}\nB:\n  <<: *a\n  L: 2\n  <<: [*a]\n");
    expect(problems).toEqual([]);
    expect(mapNode(root, "B").entries.map(({ key }) => key.value)).toEqual(["<<", "L", "<<"]);
  });

  it("end at an alias that stands for what holds it", () => {
    const { root, problems } = parse("A: &a\n  K: &b [*a, *b]\n");
    expect(problems).toEqual([]);
    expect(withoutAlias(nodeAt(root, "A", "K", 0))).toBe(nodeAt(root, "A"));
    expect(withoutAlias(nodeAt(root, "A", "K", 1))).toBe(nodeAt(root, "A", "K"));
  });

  it("report an alias without an anchor", () => {
    expect(errors("A: *nowhere\nB: &later x\nC: [*nowhere2]")).toEqual([
      'there is no anchor "nowhere" before this alias @3-11',
      'there is no anchor "nowhere2" before this alias @28-37',
    ]);
    expect(withoutAlias(nodeAt(parse("A: *nowhere").root, "A"))).toBeUndefined();
  });
});

describe("problems of YAML texts", () => {
  it("warn of equal keys, in any quoting, at the later one", () => {
    const text = 'A: 1\nB:\n  C: 1\n  "C": 2\n  D: {e: 1, e: 2}\n';
    const { problems } = parse(text);
    expect(
      problems.map(({ severity, start, end, related }) => [
        severity,
        text.slice(start, end),
        start,
        related && text.slice(related.start, related.end),
        related?.start,
      ]),
    ).toEqual([
      ["warning", '"C"', 17, "C", 10],
      ["warning", "e", 36, "e", 30],
    ]);
    expect(nodeAt(parse(text).root, "B", "C")).toMatchObject({ value: 2 });
  });

  it("read the first of several documents and say so at the second", () => {
    const text = "A: 1\n---\nB: 2\n---\nC: 3\n";
    const { problems, outline } = read(text);
    expect(outline).toEqual({ A: "1" });
    expect(problems).toEqual([
      { message: "only the first document of this file is read", severity: "warning", start: 9, end: 9 },
    ]);
  });

  it("read a document with directives and markers", () => {
    const { problems, outline } = read("%YAML 1.2\n---\n# c\nA: !Ref B\n...\n");
    expect(problems).toEqual([]);
    expect(outline).toEqual({ A: "!Ref B" });
  });

  it("name a tab used as indentation", () => {
    expect(errors("A:\n\tB: 1\n")[0]).toContain("tab");
    expect(errors("A:\t1 \t# tabs between tokens are allowed\n")).toEqual([]);
  });

  it("keep what stands before and after half-typed lines", () => {
    const text = "Resources:\n  T:\n    Type: AWS::DynamoDB::Table\n    Prop\n  U:\n    Type: X\n";
    expect(errors(text)).toHaveLength(1);
    expect(outline(text, parse(text).root)).toEqual({
      Resources: { T: { Type: "AWS::DynamoDB::Table", Prop: "" }, U: { Type: "X" } },
    });
  });

  it.each([
    'A: "open',
    "A: [1, {b: 2",
    "A: {",
    "A: !",
    "A: &",
    "A: *",
    "? ",
    "- [",
    "A: |",
    "%",
    "---",
    "A: }",
    "\ufffe",
    "\0",
    ": :",
    "A: '",
  ])("read %j without falling over", (text) => {
    const tree = parse(text);
    const inside = (node: Node) => node.start >= 0 && node.start <= node.end && node.end <= text.length;
    expect(tree.root === undefined || inside(tree.root)).toBe(true);
    for (const { start, end } of tree.problems) expect(start <= end && end <= text.length).toBe(true);
  });

  it.each(["", "\n\n", "# only a comment\n", "---\n"])("find nothing in %j", (text) => {
    const { root, problems } = parse(text);
    expect(problems).toEqual([]);
    expect(root === undefined || (root.kind === "scalar" && root.value === null)).toBe(true);
  });

  it.each([
    ["brackets", `A: ${"[".repeat(10_000)}`],
    ["braces", "{a: ".repeat(10_000)],
    ["closed brackets", `A: ${"[".repeat(10_000)}${"]".repeat(10_000)}`],
    ["dashes", "- ".repeat(10_000)],
    ["question marks", "? ".repeat(10_000)],
    ["block maps", Array.from({ length: 1000 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n")],
  ])("refuse %s that nest thousands deep", (_name, text) => {
    expect(parse(text).problems.map(({ message, severity }) => [message, severity])).toContainEqual([
      "the text is nested too deeply",
      "error",
    ]);
  });
});
