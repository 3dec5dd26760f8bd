import { expect, test } from "vitest";
import { sizeOfDocument } from "../../../core/model/document-size.ts";
import { only, projectOf, propertyOf, templateOf } from "./support.ts";

/** Least and most of a value written as YAML; the largest of all branches where there are several. */
function size(value: string): [number, number] {
  const text = `Parameters: { P: { Type: String } }\nConditions: { C: !Equals [!Ref P, a] }\nResources:\n  R: { Type: AWS::IAM::Role }\n  T:\n    Type: AWS::DynamoDB::Table\n    Properties:\n      X: ${value}\n`;
  const { least, most } = sizeOfDocument(only(propertyOf(templateOf(projectOf(text)), "T", "X")));
  return [least, most];
}

test.each([
  ["{}", 2],
  ["{ a: b }", '{"a":"b"}'.length],
  ["{ a: [b, c], d: {} }", '{"a":["b","c"],"d":{}}'.length],
  ["{ a: 1, b: true, c: 2012-10-17 }", '{"a":1,"b":true,"c":"2012-10-17"}'.length],
  ['{ a: "x\\"y\\n" }', '{"a":"x\\"y\\n"}'.length],
  ["{ ä: ö }", 11],
  ["{ a: 😀 }", 12],
  ['\'{ "a":   "b" }\'', '{ "a":   "b" }'.length],
  ["{ a: !Ref AWS::AccountId }", '{"a":"111122223333"}'.length],
  ["{ a: !Sub 'x${AWS::AccountId}y' }", '{"a":"x111122223333y"}'.length],
])("%s", (value, bytes) => {
  const exactly = typeof bytes === "number" ? bytes : String(bytes).length;
  expect(size(value)).toEqual([exactly, exactly]);
});

test.each([
  ["{ a: !Ref AWS::Region }", 17, 22],
  ["{ a: !Ref P }", 8, 520],
  ["{ a: !GetAtt R.Arn }", 9, 264],
  ["{ a: !ImportValue x }", 8, 520],
  ["{ a: !If [C, b, cdef] }", 9, 12],
])("%s: between %d and %d", (value, least, most) => {
  expect(size(value)).toEqual([least, most]);
});

test("a document of few lines that is endless", () => {
  const levels = Array.from(
    { length: 14 },
    (_, index) => `\n        l${index + 1}: &a${index + 1} [*a${index} , *a${index} ]`,
  );
  const [, most] = size(`\n        l0: &a0 [x]${levels.join("")}`);
  expect(most).toBe(Number.POSITIVE_INFINITY);
});
