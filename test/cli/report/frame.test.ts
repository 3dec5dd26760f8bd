import stringWidth from "string-width";
import { beforeAll, describe, expect, test } from "vitest";
import { codeFrame } from "../../../cli/report/frame.ts";
import { prepareWidths } from "../../../cli/report/width.ts";
import { sourceText } from "../../../core/syntax/source-text.ts";

beforeAll(() => prepareWidths(["\u{1f600}"]));

/** The frame of what stands between « and » in the text. */
function frame(marked: string, label = "Orders"): string[] {
  const start = marked.indexOf("«");
  const end = marked.indexOf("»") - 1;
  return codeFrame(sourceText(marked.replace(/[«»]/g, "")), { start, end }, label);
}

/** Columns of the carets, as a terminal shows them, and of the text they stand under. */
function columns(lines: readonly string[], text: string) {
  const carets = lines.findIndex((line) => line.includes("^"));
  const above = lines[carets - 1] ?? "";
  const under = lines[carets] ?? "";
  const first = under.indexOf("^");
  return {
    carets: [stringWidth(under.slice(0, first)), stringWidth(/\^+/.exec(under)?.[0] ?? "")],
    text: [stringWidth(above.slice(0, above.indexOf(text))), stringWidth(text)],
  };
}

describe("codeFrame", () => {
  test("a line above, a line below, carets in between", () => {
    expect(frame("Resources:\n  «Orders»:\n    Type: AWS::DynamoDB::Table\n    Properties: {}\n")).toEqual([
      "   |",
      " 1 | Resources:",
      " 2 |   Orders:",
      "   |   ^^^^^^ Orders",
      " 3 |     Type: AWS::DynamoDB::Table",
    ]);
  });

  test("the first and the last line have one neighbour; blank ones are left out", () => {
    expect(frame("«a»: 1\n\nb: 2\n", "")).toEqual(["   |", " 1 | a: 1", "   | ^"]);
    expect(frame("a: 1\nb: «2»", "")).toEqual(["   |", " 1 | a: 1", " 2 | b: 2", "   |    ^"]);
  });

  test("a place of no width has one caret, also at the end of the text", () => {
    expect(frame("Orders:«»\n", "")).toEqual(["   |", " 1 | Orders:", "   |        ^"]);
    expect(frame("«»", "")).toEqual(["   |", " 1 |", "   | ^"]);
  });

  test("a place over several lines is marked to the end of its first", () => {
    expect(frame("a:\n  «b: 1\n  c: 2\n  d: 3»\n", "Orders")).toEqual([
      "   |",
      " 1 | a:",
      " 2 |   b: 1",
      "   |   ^^^^ Orders (to line 4)",
      " 3 |   c: 2",
    ]);
  });

  test("Windows line ends and lone carriage returns leave nothing behind", () => {
    expect(frame("a: 1\r\n«b»: 2\r\nc: 3\r\n", "")).toEqual(["   |", " 1 | a: 1", " 2 | b: 2", "   | ^", " 3 | c: 3"]);
  });

  test("the margin fits the largest number", () => {
    const lines = frame(`${"x: 1\n".repeat(99)}«b»: 2\nc: 3`, "");
    expect(lines).toEqual(["    |", " 99 | x: 1", "100 | b: 2", "    | ^", "101 | c: 3"]);
  });

  test.each([
    ["tabs", '\t"Name":\t«"orders"»', '"orders"'],
    ["wide characters", "名前: «テーブル» # 注", "テーブル"],
    ["emoji", "k: '👩‍👩‍👧🔑' # «é🎉x»", "é🎉x"],
    ["combining marks", "a: e\u0301e\u0301 «b»", "b"],
  ])("%s: the carets stand under the text", (_name, line, text) => {
    const { carets, text: expected } = columns(frame(`x: 1\n${line}\ny: 2\n`, ""), text);
    expect(carets).toEqual(expected);
  });

  test("what would steer the terminal is not printed", () => {
    const lines = frame("a: \u001b[2J«b»\u202e\nc: \u0007\n", "\u001b[31m");
    for (const character of ["\u001b", "\u202e", "\u0007"]) expect(lines.join("")).not.toContain(character);
  });

  test.each([0, 40, 5_000, 250_000, 499_990])(
    "one line of half a million characters is cut around offset %i",
    (offset) => {
      const text = `${"x".repeat(offset)}«needle»${"y".repeat(500_000 - offset)}`;
      const lines = frame(text, "");
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(180);
      const { carets, text: expected } = columns(lines, "needle");
      expect(carets).toEqual(expected);
    },
  );

  test("long lines around the marked one are cut at their end", () => {
    const lines = frame(`${"x".repeat(1000)}\n«a»: 1\n${"y".repeat(1000)}\n`, "");
    expect(lines.filter((line) => line.endsWith("…"))).toHaveLength(2);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(180);
  });

  test("a mark longer than the window ends with it, and no character is cut in two", () => {
    const lines = frame(`«${"🔑".repeat(1000)}»`, "");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(340);
    expect(lines.join("")).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/);
  });
});
