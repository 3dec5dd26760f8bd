import { describe, expect, test } from "vitest";
import { readPolicy, type Statement } from "../../../core/iam/statements.ts";
import { coversInWords } from "../../../core/iam/words.ts";
import { settings } from "../evaluate/support.ts";

function statement(parts: string): Statement {
  const [only] = settings(`{ Statement: { Effect: Deny, ${parts} } }`, "Parameters:\n  P: { Type: String }").flatMap(
    (each) => readPolicy(each).statements,
  );
  if (!only) throw new Error("no statement");
  return only;
}

const covers = (wide: string, narrow: string) => coversInWords(statement(wide), statement(narrow));

describe("coversInWords", () => {
  test.each([
    ['Action: "dynamodb:*", Resource: "*"', 'Action: dynamodb:GetItem, Resource: "arn:aws:s3:::b"', true],
    [
      'Action: [dynamodb:getitem, "dynamodb:Put*"], Resource: x',
      "Action: [dynamodb:PutItem, dynamodb:GetItem], Resource: x",
      true,
    ],
    ['Action: "dynamodb:Get*", Resource: "*"', "Action: [dynamodb:GetItem, dynamodb:Scan], Resource: x", false],
    ['Action: "*", Resource: [x, y]', "Action: sts:AssumeRole, Resource: [y]", true],
    ['Action: "*", Resource: [x]', "Action: sts:AssumeRole, Resource: [x, y]", false],
    ['Action: "*", Resource: !Ref P', "Action: sts:AssumeRole, Resource: !Ref P", true],
    ['Action: "*"', "Action: sts:AssumeRole", true],
    ['Action: "*", NotResource: [x, y]', 'Action: "*", NotResource: [y, x]', true],
    ['Action: "*", NotResource: [x, y]', 'Action: "*", NotResource: [x]', false],
    ['NotAction: [a:b, "c:*"], Resource: "*"', 'NotAction: ["c:*", a:b], Resource: "*"', true],
    ['NotAction: [a:b], Resource: "*"', 'NotAction: [a:c], Resource: "*"', false],
    ['Action: "*", Resource: "*"', 'NotAction: [a:c], Resource: "*"', false],
    ['Action: "*", Principal: "*"', "Action: a:b, Principal: { AWS: x }", true],
    ['Action: "*", Principal: { AWS: x }', 'Action: a:b, Principal: "*"', false],
    ['Action: "*", Resource: { a: b }', "Action: a:b, Resource: { a: b }", false],
  ])("%s against %s: %s", (wide, narrow, answer) => {
    expect(covers(wide, narrow)).toBe(answer);
  });
});
