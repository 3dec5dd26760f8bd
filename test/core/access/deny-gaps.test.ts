import { describe, expect, test } from "vitest";
import { gapsBeside, indexReaches, namesOfStatement, reachesOf } from "../../../core/access/deny-gaps.ts";
import type { Statement } from "../../../core/iam/statements.ts";
import { identityPoliciesOf } from "../../../core/model/policies.ts";
import { only, projectOf, templateOf } from "../model/support.ts";

const ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders";

function read(statements: string) {
  const project = projectOf(`Conditions: { C: !Equals [!Ref AWS::Region, eu-west-1] }
Resources:
  P:
    Type: AWS::IAM::ManagedPolicy
    Properties: { PolicyDocument: { Statement: ${statements} } }
`);
  return { project, statements: only(identityPoliciesOf(templateOf(project))).statements };
}

/** The gaps of the first Deny among the statements. */
function gaps(text: string) {
  const { project, statements } = read(text);
  const reaches = (effect: Statement["effect"]) =>
    indexReaches(
      statements
        .filter((each) => each.effect === effect)
        .flatMap((each) => reachesOf(project, each, namesOfStatement(each))),
    );
  const deny = statements.find(({ effect }) => effect === "Deny");
  if (!deny) throw new Error("no Deny");
  return gapsBeside(project, deny, reaches("Allow"), reaches("Deny"));
}

const allow = (action: string, resource: string) => `{ Effect: Allow, Action: ${action}, Resource: ${resource} }`;
const deny = (action: string, resource: string) => `{ Effect: Deny, Action: ${action}, Resource: ${resource} }`;

describe("namesOfStatement", () => {
  test.each([
    ["Action: [dynamodb:getitem, s3:GetObject, dax:GetItem]", ["dynamodb:GetItem"]],
    [
      'Action: "dynamodb:*TableReplica"',
      ["dynamodb:AssociateTableReplica", "dynamodb:CreateTableReplica", "dynamodb:DeleteTableReplica"],
    ],
    ['NotAction: ["dynamodb:?*"]', []],
    ["Action: { a: b }", []],
  ])("%s", (action, names) => {
    expect([...namesOfStatement(only(read(`{ Effect: Allow, ${action}, Resource: "*" }`).statements))]).toEqual(names);
  });
});

test("NotResource is everything for an Allow, and nothing that is sure for a Deny", () => {
  const { project, statements } = read(
    '[{ Effect: Allow, Action: "*", NotResource: x }, { Effect: Deny, Action: "*", NotResource: x }]',
  );
  expect(statements.map((each) => reachesOf(project, each, new Set(["a"])).map(({ arn }) => arn))).toEqual([
    [["*"]],
    [],
  ]);
});

describe("gapsBeside", () => {
  test("the twins that are allowed on the same items, with who allows them", () => {
    const found = gaps(
      `[${allow("dynamodb:BatchWriteItem", ARN)}, ${deny("dynamodb:DeleteItem", '"*"')}, ${allow("dynamodb:BatchWriteItem", `${ARN}s`)}]`,
    );
    expect(found.listed).toEqual(["dynamodb:DeleteItem"]);
    expect(
      found.twins.map(({ name, isSure, allowedBy }) => [name, isSure, allowedBy.map(({ index }) => index)]),
    ).toEqual([["dynamodb:BatchWriteItem", true, [0, 2]]]);
    expect(found.below).toEqual([]);
  });

  test("in some branch only", () => {
    const found = gaps(
      `[!If [C, ${allow("dynamodb:BatchWriteItem", ARN)}, !Ref AWS::NoValue], ${deny("dynamodb:DeleteItem", ARN)}]`,
    );
    expect(found.twins.map(({ name, isSure }) => [name, isSure])).toEqual([["dynamodb:BatchWriteItem", false]]);
  });

  test("what lies below a table, whether it is named or only matched", () => {
    const below = (resource: string) =>
      gaps(`[${allow("dynamodb:Query", resource)}, ${deny("dynamodb:Query", ARN)}]`).below.map(
        ({ below: kind, isWrittenOut, gaps: each }) => [kind, isWrittenOut, each.map(({ name }) => name)],
      );
    expect(below(`${ARN}/index/a`)).toEqual([["index", true, ["dynamodb:Query"]]]);
    expect(below('"*"')).toEqual([["index", false, ["dynamodb:Query"]]]);
    expect(below(ARN)).toEqual([]);
  });

  test("a hundred statements about a hundred tables have their gaps at the right ones", () => {
    const tables = Array.from({ length: 100 }, (_, index) => `${ARN}${index}`);
    const found = gaps(
      `[${tables.map((table) => allow("dynamodb:BatchWriteItem", table)).join(", ")}, ${deny("dynamodb:DeleteItem", tables[42] ?? "")}]`,
    );
    expect(found.twins.map(({ allowedBy }) => allowedBy.map(({ index }) => index))).toEqual([[42]]);
  });
});
