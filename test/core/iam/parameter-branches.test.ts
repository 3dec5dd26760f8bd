import { describe, expect, test } from "vitest";
import { describePath } from "../../../core/evaluate/path.ts";
import { text } from "../../../core/evaluate/setting.ts";
import { branchesOfKey } from "../../../core/iam/parameter-branches.ts";
import { readPolicy } from "../../../core/iam/statements.ts";
import { settings } from "../evaluate/support.ts";

const PARAMETERS = `Parameters:
  A: { Type: String, AllowedValues: [x, y] }
  B: { Type: String, AllowedValues: [u, v, w] }
  D: { Type: String, Default: d }
  P: { Type: String }
  Many: { Type: String, AllowedValues: [${Array.from({ length: 65 }, (_, index) => `m${index}`).join(", ")}] }`;

/** Per branch: `branch: values of k; values of other (defaults)`. */
function told(condition: string): string[] {
  const statements = settings(`{ Statement: { Effect: Allow, Condition: ${condition} } }`, PARAMETERS).flatMap(
    (each) => readPolicy(each).statements,
  );
  return statements
    .flatMap((each) => branchesOfKey(each, "k"))
    .map(({ located: { when }, conditions }) => {
      const tests = conditions.map(
        ({ key, values }) => `${key} ${values.map((value) => text(value) ?? "?").join(",")}`,
      );
      return `${describePath(when) ?? "always"}: ${tests.join("; ")}${when.defaults.length > 0 ? ` (${when.defaults.join()})` : ""}`;
    });
}

describe("a statement once for every value", () => {
  test("of no parameter", () => {
    expect(told("{ S: { k: [a, !Ref P] } }")).toEqual(["always: k a,?"]);
    expect(told("{}")).toEqual(["always: "]);
  });

  test("of one", () => {
    expect(told("{ S: { k: [a, !Ref A] } }")).toEqual(['A is "x": k a,x', 'A is "y": k a,y']);
  });

  test("of the same one in two tests", () => {
    expect(told("{ S: { k: !Ref A }, T: { K: !Sub '${A}-1' } }")).toEqual([
      'A is "x": k x; K x-1',
      'A is "y": k y; K y-1',
    ]);
  });

  test("of two", () => {
    expect(told("{ S: { k: [!Ref A, !Ref B] } }")).toEqual([
      'A is "x" and B is "u": k x,u',
      'A is "x" and B is "v": k x,v',
      'A is "x" and B is "w": k x,w',
      'A is "y" and B is "u": k y,u',
      'A is "y" and B is "v": k y,v',
      'A is "y" and B is "w": k y,w',
    ]);
  });

  test("defaults are named, other keys left alone", () => {
    expect(told("{ S: { k: !Ref D, other: [!Ref A] } }")).toEqual(["always: k d; other x,y (D)"]);
  });

  test("too many stay together", () => {
    expect(told("{ S: { k: !Ref Many } }")).toHaveLength(1);
  });
});
