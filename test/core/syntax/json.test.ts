import { describe, expect, it } from "vitest";
import { parse } from "../../../core/syntax/parse.ts";
import { rangeOf, sourceText } from "../../../core/syntax/source-text.ts";
import { nodeAt, outline } from "./outline.ts";

function read(text: string, comments = false) {
  const tree = parse(text, { comments });
  expect(tree.language).toBe("json");
  return { ...tree, spans: outline(text, tree.root, true), messages: tree.problems.map(({ message }) => message) };
}

describe("ranges of JSON nodes", () => {
  it("span every kind of value", () => {
    const text = '\t{ "A" : [ 1 , -2.5e3 , true , null , "x\\n\\"" , { } , [ ] ] }\r\n';
    const { spans, problems, root } = read(text);
    expect(problems).toEqual([]);
    const list = '[ 1 , -2.5e3 , true , null , "x\\n\\"" , { } , [ ] ]';
    expect(spans).toEqual({
      "=": `{ "A" : ${list} }`,
      '"A"': {
        "=": list,
        items: ["1", "-2.5e3", "true", "null", '"x\\n\\""', { "=": "{ }" }, { "=": "[ ]", items: [] }],
      },
    });
    expect(nodeAt(root, "A", 1)).toMatchObject({ value: -2500, text: "-2.5e3", style: "plain" });
    expect(nodeAt(root, "A", 4)).toMatchObject({ value: 'x\n"', text: 'x\n"', style: "double" });
  });

  it("count UTF-16 units, without the byte order mark", () => {
    const source = sourceText('\ufeff{\r\n  "😀": "👩‍👩‍👧",\r\n  "B": 1\r\n}');
    const { root } = parse(source.text);
    expect(source.byteOrderMark).toBe(true);
    expect(rangeOf(source, nodeAt(root, "😀"))).toEqual({
      start: { line: 1, character: 8 },
      end: { line: 1, character: 18 },
    });
    expect(rangeOf(source, nodeAt(root, "B"))).toEqual({
      start: { line: 2, character: 7 },
      end: { line: 2, character: 8 },
    });
  });
});

describe("what is read as JSON", () => {
  it.each(['{"A":1}', " \r\n\t{}", "[1]", "{", "// c\n{}", "/* c\n d */ {", '/**/{ // c\n "a": 1}'])(
    "%j is",
    (text) => {
      expect(parse(text).language).toBe("json");
    },
  );

  it.each(["{a: 1}", "{'a': 1}", "a: {}", "# c\n{a: 1}", "", "// c", "/* c", '"a"'])("%j is not", (text) => {
    expect(parse(text).language).toBe("yaml");
  });

  it("is decided in one pass over any number of slashes", () => {
    expect(parse(`${"/".repeat(100_000)}x`).language).toBe("yaml");
    expect(parse("/*".repeat(20_000)).language).toBe("yaml");
  });
});

describe("problems of JSON texts", () => {
  it("keep what can be understood", () => {
    const { root, messages } = read('{"A": {"B": 1,}, "C": , "D": tru, "E": 2}');
    expect(messages.length).toBeGreaterThan(0);
    expect(nodeAt(root, "A", "B")).toMatchObject({ value: 1 });
    expect(nodeAt(root, "C")).toMatchObject({ value: null });
    expect(nodeAt(root, "E")).toMatchObject({ value: 2 });
  });

  it("keep a half-typed key as one without a value", () => {
    const { root, messages } = read('{"A": {"SSESpec');
    expect(messages.length).toBeGreaterThan(0);
    expect(nodeAt(root, "A", "SSESpec")).toMatchObject({ value: null, start: 15, end: 15 });
  });

  it("point at what is wrong", () => {
    const { problems } = read('{"A": 1,}');
    expect(problems[0]).toMatchObject({ severity: "error", start: 8, end: 9 });
    expect(problems[0]?.message).toContain("property name");
  });

  it("allow comments and trailing commas only where they are asked for", () => {
    const text = '// a\n{\n  "A": [1, /* b */ 2,], // c\n}\n';
    expect(read(text, true).problems).toEqual([]);
    expect(read(text).messages).toContain("JSON allows no comments");
  });

  it("warn of equal keys at the later one", () => {
    const text = '{"A": 1, "B": {"C": 1, "\\u0043": 2}, "A": 3}';
    expect(read(text).problems.map(({ severity, start, related }) => [severity, start, related?.start])).toEqual([
      ["warning", 23, 15],
      ["warning", 37, 1],
    ]);
  });

  it("read unusual keys like any other", () => {
    const { root, problems } = read('{"__proto__": 1, "constructor": 2, "": 3}');
    expect(problems).toEqual([]);
    expect(nodeAt(root, "__proto__")).toMatchObject({ value: 1 });
    expect(nodeAt(root, "")).toMatchObject({ value: 3 });
  });

  it.each(["[".repeat(10_000), '{"a":'.repeat(10_000), "[".repeat(10_000) + "]".repeat(10_000)])(
    "refuse brackets that nest thousands deep",
    (text) => {
      const { messages, root } = read(text);
      expect(messages).toEqual(["the text is nested too deeply"]);
      expect(root).toBeUndefined();
    },
  );

  it.each(["{", "[", '{"', '{"a"', '{"a":', '{"a":1', "[,]", "[1 2]", "[}", '{"a" 1}', "{}}", "[\0]", '["\\x"]'])(
    "read %j without falling over",
    (text) => {
      const { problems, root } = read(text);
      expect(problems.length).toBeGreaterThan(0);
      for (const { start, end } of problems) expect(start <= end && end <= text.length).toBe(true);
      expect(root?.kind).toBeDefined();
    },
  );
});
