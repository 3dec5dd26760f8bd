import { describe, expect, it } from "vitest";
import { satisfiable } from "../../../core/evaluate/satisfiable.ts";
import { getPath, propertiesOf } from "../../../core/evaluate/setting.ts";
import { read, settings, show, told } from "./support.ts";

// What would take for ever does not fail an expectation but the test's time limit.

const range = (length: number) => Array.from({ length }, (_, index) => index);

describe("conditions", () => {
  it("chained over many parameters are decided", () => {
    const template = read(`Parameters:
${range(30)
  .map((index) => `  P${index}: { Type: String }`)
  .join("\n")}
Conditions:
  C0: !Equals [!Ref P0, x]
${range(40)
  .slice(1)
  .map((index) => `  C${index}: !And [!Condition C${index - 1}, !Equals [!Ref P${index % 30}, x]]`)
  .join("\n")}
  Not: !Equals [!Ref P7, y]
  N: !Not [!Condition C39]
`);
    expect(satisfiable(template, [{ condition: "C39", holds: true }])).toBe("yes");
    expect(
      satisfiable(template, [
        { condition: "C39", holds: true },
        { condition: "C0", holds: false },
      ]),
    ).toBe("no");
    expect(
      satisfiable(template, [
        { condition: "C39", holds: true },
        { condition: "Not", holds: true },
      ]),
    ).toBe("no");
    expect(
      satisfiable(template, [
        { condition: "C38", holds: true },
        { condition: "N", holds: true },
      ]),
    ).toBe("no");
    expect(
      satisfiable(template, [
        { condition: "C20", holds: true },
        { condition: "N", holds: true },
      ]),
    ).toBe("yes");
  });

  it("that use each other twice are looked at once", () => {
    const template = read(`Parameters: { P: { Type: String } }
Conditions:
  C0: !Equals [!Ref P, x]
${range(60)
  .slice(1)
  .map(
    (index) => `  C${index}: !And [!Condition C${index - 1}, !Or [!Condition C${index - 1}, !Condition C${index - 1}]]`,
  )
  .join("\n")}
`);
    expect(satisfiable(template, [{ condition: "C59", holds: true }])).toBe("yes");
    expect(
      satisfiable(template, [
        { condition: "C59", holds: true },
        { condition: "C0", holds: false },
      ]),
    ).toBe("no");
  });

  it("that do not concern each other are decided one by one", () => {
    const template = read(`Parameters:
${range(50)
  .map((index) => `  P${index}: { Type: String, AllowedValues: [a, b, c] }`)
  .join("\n")}
Conditions:
${range(50)
  .map((index) => `  C${index}: !Equals [!Ref P${index}, a]`)
  .join("\n")}
  Last: !And [!Equals [!Ref P49, b], !Equals [!Ref P49, c]]
`);
    const all = range(50).map((index) => ({ condition: `C${index}`, holds: index % 2 === 0 }));
    expect(satisfiable(template, all)).toBe("yes");
    expect(satisfiable(template, [...all, { condition: "Last", holds: true }])).toBe("no");
  });

  it("that are a riddle are not decided, and what hangs on them is not told", () => {
    // Nine pigeons in eight holes.
    const pigeons = range(9).map(
      (pigeon) => `  P${pigeon}: { Type: String, AllowedValues: [${range(8).map((hole) => `h${hole}`)}] }`,
    );
    const apart = range(9).flatMap((one) => range(one).map((other) => `!Not [!Equals [!Ref P${one}, !Ref P${other}]]`));
    const head = `Parameters:\n${pigeons.join("\n")}\nConditions:\n  Apart: !And [${apart.join(", ")}]\n  Other: !Equals [!Ref P0, h1]`;
    expect(satisfiable(read(head), [{ condition: "Apart", holds: true }])).toBe("unknown");
    expect(told("!If [Apart, a, b]", head)).toEqual(["? the conditions on the way are too many to decide"]);
    expect(told("!If [Other, !If [Apart, a, b], c]", head)).toEqual([
      "? the conditions on the way are too many to decide when Other is true",
      "c when Other is false",
    ]);
    // However many questions are asked.
    const many = read(
      `${head}\n${range(2000)
        .map((index) => `  C${index}: !And [!Condition Apart, !Equals [!Ref P1, h${index}]]`)
        .join("\n")}`,
    );
    const answers = range(2000).map((index) => satisfiable(many, [{ condition: `C${index}`, holds: true }]));
    expect(new Set(answers)).toEqual(new Set(["unknown", "no"]));
  });

  it("may refer to each other very deeply", () => {
    const chain = range(20_000).map((index) => `  C${index}: !Not [!Condition C${index + 1}]`);
    expect(["yes", "unknown"]).toContain(
      satisfiable(read(`Conditions:\n${chain.join("\n")}\n  C20000: !Equals [a, b]\n`), [
        { condition: "C0", holds: true },
      ]),
    );
    const nested = `${"!Not [".repeat(150)}!Equals [a, b]${"]".repeat(150)}`;
    expect(satisfiable(read(`Conditions:\n  C: ${nested}\n`), [{ condition: "C", holds: true }])).toBe("yes");
  });
});

describe("branches", () => {
  const head = `Parameters:
${range(30)
  .map((index) => `  P${index}: { Type: String }`)
  .join("\n")}
Conditions:
${range(30)
  .map((index) => `  C${index}: !Equals [!Ref P${index}, x]`)
  .join("\n")}`;

  it("that nest exponentially by aliases do not explode", () => {
    // Deeper ones are too much for a template, see aliases.ts.
    const levels = range(14).reduceRight(
      (inner, index) => `&l${index} !If [C${index}, ${inner}, ${index === 13 ? "x" : `*l${index + 1}`}]`,
      "x",
    );
    const found = told(levels, head);
    expect(found.length).toBeLessThan(5);
    for (const text of found) expect(text).toMatch(/^\? it has too many branches/);
  });

  it("side by side in a text are too many", () => {
    const parts = range(30).map((index) => `!If [C${index}, a, b]`);
    expect(told(`!Join ['', [${parts.join(", ")}]]`, head)).toEqual(["? it has too many branches"]);
    expect(told(`!Join ['', [${parts.slice(0, 6).join(", ")}]]`, head)).toHaveLength(64);
  });

  it("on the way to a property are limited as a whole", () => {
    const wrap = (inner: string, from: number) =>
      range(5).reduce((sofar, index) => `!If [C${from + index}, ${sofar}, { a: z }]`, inner);
    const value = wrap(`{ a: ${wrap(`{ b: ${wrap("{ c: 1 }", 10)} }`, 5)} }`, 0);
    const found = settings(value, head).flatMap((setting) => getPath(setting, "a", "b", "c"));
    expect(found.length).toBeLessThan(100);
    expect(found.map(({ value }) => value.kind)).toContain("opaque");
  });

  it("are limited where every part of a path has as many as are allowed", () => {
    const part = (from: number, leaf: string, again: string) =>
      range(5).reduceRight(
        (inner, index) =>
          `&b${from + index} !If [C${from + index}, ${inner}, ${index === 4 ? again : `*b${from + index + 1}`}]`,
        leaf,
      );
    const third = part(10, "{ a: 1 }", "{ a: 2 }");
    const second = part(5, `&third { a: ${third} }`, "*third");
    const first = part(0, `&second { a: ${second} }`, "*second");
    const template = read(`${head}\nResources: { R: { Type: AWS::T::T, Properties: ${first} } }\n`);
    const resource = template.resources.get("R");
    if (!resource) throw new Error("no R");
    const found = propertiesOf(template, resource).flatMap((each) => getPath(each, "a", "a", "a"));
    expect(found).toHaveLength(256);
    expect(new Set(found.map(({ value }) => show(value)))).toEqual(
      new Set(["? the conditions on the way are too many to decide"]),
    );
  });

  it("of a parameter with very many allowed values are too many", () => {
    const many = `Parameters:\n  P: { Type: String, AllowedValues: [${range(500).map((index) => `v${index}`)}] }`;
    expect(told("!Ref P", many)).toEqual(["? it has too many branches"]);
    expect(
      told("!Ref P", `${many}\nConditions:\n  C: !Equals [!Ref P, v7]`, { attributes: "    Condition: C\n" }),
    ).toEqual(["v7"]);
  });

  it("of functions that nest deeper than anybody writes are not followed", () => {
    expect(told(`${"!Select [0, [".repeat(60)}x${"]]".repeat(60)}`)).toEqual(["? its functions nest too deeply"]);
  });
});
