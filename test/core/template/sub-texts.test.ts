import { describe, expect, test } from "vitest";
import { parse } from "../../../core/syntax/parse.ts";
import { subTextsIn } from "../../../core/template/sub-texts.ts";

/** `path: text: names` per text. */
function texts(yaml: string): string[] {
  const { root } = parse(yaml);
  return [...(root ? subTextsIn(root) : [])].map(
    ({ node, path, names }) => `${path.join("/")}: ${yaml.slice(node.start, node.end)}: ${names.join(",")}`,
  );
}

describe("the texts of Fn::Sub", () => {
  test.each([
    ["A: !Sub ${X}-${Y.Arn}", ["A/Fn::Sub: !Sub ${X}-${Y.Arn}: X,Y.Arn"]],
    ["A: { Fn::Sub: '${X}' }", ["A/Fn::Sub: '${X}': X"]],
    ["A: !Sub ['${X}${Y}', { Y: z }]", ["A/Fn::Sub: '${X}${Y}': X"]],
    [
      "A: { Fn::Sub: ['${X}${Y}', { Y: !Sub '${Z}' }] }",
      ["A/Fn::Sub: '${X}${Y}': X", "A/Fn::Sub/1/Y/Fn::Sub: !Sub '${Z}': Z"],
    ],
    ["A: [b, !If [C, !Sub x, !Sub '${X}']]", ["A/1/1/Fn::Sub: !Sub x: ", "A/1/2/Fn::Sub: !Sub '${X}': X"]],
    ["A: !Sub '${!X}${X}${X}'", ["A/Fn::Sub: !Sub '${!X}${X}${X}': X"]],
    ["A: !Sub\nB: !Sub []\nC: !Sub { a: b }\nD: [!Ref E]", ["A/Fn::Sub: !Sub: "]],
    ["A: &a !Sub '${X}'\nB: *a", ["A/Fn::Sub: &a !Sub '${X}': X"]],
  ])("%s", (yaml, all) => {
    expect(texts(yaml)).toEqual(all);
  });
});
