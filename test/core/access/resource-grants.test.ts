import { describe, expect, test } from "vitest";
import { foreignGrants } from "../../../core/access/cross-account.ts";
import { speaksOfOwnResource } from "../../../core/access/own-resource.ts";
import { actionsIn, actionsInWords, allowedTo, ownerName } from "../../../core/access/resource-grants.ts";
import { resourcePoliciesOf } from "../../../core/model/resource-policies.ts";
import { only, projectOf, templateOf } from "../model/support.ts";

function policyOf(statements: string, properties = "", of = "ResourcePolicy") {
  const document = `{ PolicyDocument: { Statement: [${statements}] } }`;
  const policy =
    of === "ResourcePolicy" ? `ResourcePolicy: ${document}` : `StreamSpecification: { ResourcePolicy: ${document} }`;
  const project = projectOf(
    `Resources:\n  R: { Type: AWS::IAM::Role }\n  T: { Type: AWS::DynamoDB::Table, Properties: { ${properties}${policy} } }\n`,
  );
  const policyRead = only(resourcePoliciesOf(templateOf(project)));
  const [statement] = policyRead.statements;
  const [principal] = statement?.principals ?? [];
  if (!statement) throw new Error("no statement");
  return { project, policy: policyRead, statement, principal };
}

const ROLE = "{ AWS: !GetAtt R.Arn }";
const statement = (effect: string, action: string, principal = ROLE, resource = '"*"') =>
  `{ Effect: ${effect}, Principal: ${principal}, Action: ${action}, Resource: ${resource} }`;

describe("what a principal gets", () => {
  const gets = (statements: string, of?: string) => {
    const { project, policy, statement: first, principal } = policyOf(statements, "", of);
    return principal ? allowedTo(project, policy, first, principal) : [];
  };

  test.each([
    [statement("Allow", "[dynamodb:Query, dynamodb:GetItem, dynamodb:Query]"), ["dynamodb:Query", "dynamodb:GetItem"]],
    [statement("Allow", "'dynamodb:Get*'"), ["dynamodb:GetItem", "dynamodb:GetResourcePolicy"]],
    [statement("Allow", "[s3:GetObject, dax:GetItem, dynamodb:ListTables, dynamodb:DeleteBackup]"), []],
  ])("%s", (text, names) => {
    expect(gets(text)).toEqual(names);
  });

  test("on a stream", () => {
    expect(gets(statement("Allow", "'dynamodb:Get*'"), "StreamSpecification")).toEqual([
      "dynamodb:GetRecords",
      "dynamodb:GetResourcePolicy",
      "dynamodb:GetShardIterator",
    ]);
  });

  test("less what a Deny takes from everybody or from that very principal", () => {
    const allow = statement("Allow", "[dynamodb:Query, dynamodb:GetItem]");
    expect(gets(`${allow}, ${statement("Deny", "dynamodb:Query", '"*"')}`)).toEqual(["dynamodb:GetItem"]);
    expect(gets(`${allow}, ${statement("Deny", "dynamodb:Query")}`)).toEqual(["dynamodb:GetItem"]);
    expect(gets(`${allow}, ${statement("Deny", "dynamodb:Query", "{ AWS: !Ref AWS::AccountId }")}`)).toEqual([
      "dynamodb:Query",
      "dynamodb:GetItem",
    ]);
  });
});

test("what a statement speaks of", () => {
  const { statement: written } = policyOf(statement("Deny", "'dynamodb:PartiQL*'", '"*"'));
  expect([...actionsIn("table", written)]).toEqual([
    "dynamodb:PartiQLDelete",
    "dynamodb:PartiQLInsert",
    "dynamodb:PartiQLSelect",
    "dynamodb:PartiQLUpdate",
  ]);
  expect([...actionsIn("stream", written)]).toEqual([]);
  const { statement: rest } = policyOf(statement("Deny", "dynamodb:*", '"*"').replace("Action", "NotAction"));
  expect([...actionsIn("table", rest)]).toEqual([]);
});

test("in words", () => {
  const { statement: all, policy } = policyOf(statement("Allow", "dynamodb:*"));
  expect(actionsInWords("table", [...actionsIn("table", all)])).toBe("everything");
  expect(actionsInWords("table", ["dynamodb:GetItem", "dynamodb:Query"])).toBe("GetItem and Query");
  expect(ownerName(policy)).toBe('"T"');
  expect(ownerName(policyOf(statement("Allow", "dynamodb:*"), "", "Stream").policy)).toBe('the stream of "T"');
});

test.each([
  ['"*"', true],
  ["arn:aws:dynamodb:*:*:table/t", true],
  ["[arn:aws:s3:::b, arn:aws:dynamodb:*:*:table/t/index/i]", true],
  ["arn:aws:dynamodb:*:*:table/other", false],
  ["arn:aws:dynamodb:*:*:table/t/stream/*", false],
  ["arn:aws:dynamodb:eu-west-1:*:table/t", undefined],
  ["!ImportValue x", undefined],
  ["[arn:aws:s3:::b, !ImportValue x]", undefined],
  ["[]", undefined],
])("does %s mean the table: %s", (resource, expected) => {
  const {
    project,
    policy,
    statement: written,
  } = policyOf(statement("Allow", "dynamodb:*", ROLE, resource), "TableName: t, ");
  expect(speaksOfOwnResource(project, policy, written)).toBe(expected);
});

test("grants to other accounts", () => {
  const { project, policy } = policyOf(
    statement(
      "Allow",
      "dynamodb:GetItem",
      '{ AWS: ["444455556666", "arn:aws:iam::444455556666:role/a", !GetAtt R.Arn] }',
    ),
  );
  expect(
    foreignGrants(project, policy).map(({ account, isForeign, whole, principals, names, entries }) => ({
      account,
      isForeign,
      whole,
      principals,
      names,
      entries: entries.length,
    })),
  ).toEqual([
    {
      account: "444455556666",
      isForeign: false,
      whole: true,
      principals: ["role/a"],
      names: ["dynamodb:GetItem"],
      entries: 2,
    },
  ]);
});
