import { describe, expect, test } from "vitest";
import { accessOf } from "../../../core/access/granted.ts";
import { tablesInWords } from "../../../core/access/tables-in-words.ts";
import { principalsOf } from "../../../core/model/policies.ts";
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

describe("what a principal may use, in words", () => {
  const words = (statements: readonly string[], more = "") => {
    const all = project(statements, more);
    return tablesInWords(all, accessOf(all, only(principalsOf(templateOf(all)))));
  };

  test.each([
    [["!GetAtt A.Arn"], '"A"'],
    [["!GetAtt A.Arn", '!Sub "${A.Arn}/index/*"', "!GetAtt B.Arn"], '"A" and "B"'],
    [["!GetAtt A.Arn", "!GetAtt B.Arn", "!GetAtt C.Arn"], "3 tables"],
    [["!GetAtt A.Arn", '"*"'], "every table"],
    [['"arn:aws:dynamodb:eu-west-1:111122223333:table/elsewhere"'], "DynamoDB"],
    [[], "DynamoDB"],
  ])("%s", (resources, expected) => {
    expect(words(resources.map(allow))).toBe(expected);
  });

  test.each([
    ["AmazonDynamoDBReadOnlyAccess", "every table"],
    ["service-role/AWSLambdaDynamoDBExecutionRole", "DynamoDB"],
  ])("%s", (name, expected) => {
    expect(words([], `      ManagedPolicyArns: ["arn:aws:iam::aws:policy/${name}"]\n`)).toBe(expected);
  });
});
