import { describe, expect, test } from "vitest";
import { shareTable } from "../../../core/access/shared-table.ts";
import { identityPoliciesOf } from "../../../core/model/policies.ts";
import { only, projectOf, templateOf } from "../model/support.ts";

const TABLES = ["A", "B", "C"].map((id) => `  ${id}: { Type: AWS::DynamoDB::Table }\n`).join("");
const project = (statements: readonly string[], more = "") =>
  projectOf(`Resources:
  R:
    Type: AWS::IAM::Role
    Properties:
      Policies: [{ PolicyDocument: { Statement: [${statements.join(", ")}] } }]
${more}${TABLES}`);
const allow = (resource: string) => `{ Effect: Allow, Action: "dynamodb:GetItem", Resource: ${resource} }`;

describe("whether two statements speak of one table", () => {
  const literal = (name: string) => `"arn:aws:dynamodb:eu-west-1:111122223333:table/${name}"`;

  test.each([
    ["!GetAtt A.Arn", "!GetAtt A.Arn", true],
    ["!GetAtt A.Arn", "!GetAtt B.Arn", false],
    ["!GetAtt A.Arn", '!Sub "${A.Arn}/index/*"', true],
    ["!GetAtt A.Arn", '"*"', true],
    ["[!GetAtt A.Arn, !GetAtt B.Arn]", "[!GetAtt C.Arn, !GetAtt B.Arn]", true],
    [literal("x"), literal("x/stream/*"), true],
    [literal("x"), literal("y"), false],
    [literal("x"), literal("*"), true],
    [literal("x1"), literal("x*"), true],
    [literal("x"), '!Sub "arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/x"', true],
    ["arn:aws:s3:::a", "arn:aws:s3:::a", false],
  ])("%s and %s: %s", (a, b, expected) => {
    const both = project([allow(a), allow(b)]);
    const [left, right] = only(identityPoliciesOf(templateOf(both))).statements;
    expect(left && right && shareTable(both, left, right)).toBe(expected);
  });
});
