import { describe, expect, test } from "vitest";
import { appliesTo, canApply, isGiven } from "../../../core/access/resource-types.ts";
import { findAction } from "../../../core/iam/actions.ts";
import type { ArnText } from "../../../core/iam/arn.ts";
import { identityPoliciesOf } from "../../../core/model/policies.ts";
import { only, projectOf, templateOf } from "../model/support.ts";

const TABLE = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders";

function applies(name: string, arn: string | ArnText): boolean | undefined {
  const action = findAction(name);
  if (!action) throw new Error(`no action ${name}`);
  return canApply(action, typeof arn === "string" ? [arn] : arn);
}

describe("an action and an ARN", () => {
  test.each([
    ["dynamodb:GetItem", TABLE, true],
    ["dynamodb:GetItem", `${TABLE}*`, true],
    ["dynamodb:GetItem", "*", true],
    ["dynamodb:GetItem", "arn:aws:dynamodb:*:*:*", true],
    ["dynamodb:GetItem", `${TABLE}/index/ByDate`, false],
    ["dynamodb:GetItem", `${TABLE}/stream/*`, false],
    ["dynamodb:GetItem", `${TABLE}/*`, true],
    ["dynamodb:GetItem", "arn:aws:s3:::orders", false],
    ["dynamodb:GetItem", "arn:aws:dax:eu-west-1:111122223333:cache/c", false],
    ["dynamodb:Query", TABLE, true],
    ["dynamodb:Query", `${TABLE}/index/*`, true],
    ["dynamodb:SearchVectors", `${TABLE}/index/ByMeaning`, true],
    ["dynamodb:GetRecords", TABLE, false],
    ["dynamodb:GetRecords", `${TABLE}/index/*`, false],
    ["dynamodb:GetRecords", `${TABLE}/stream/2024-01-01T00:00:00.000`, true],
    ["dynamodb:GetRecords", `${TABLE}*`, true],
    ["dynamodb:GetRecords", "arn:aws:dynamodb:eu-west-1:111122223333:table/*-orders", true],
    ["dynamodb:PutResourcePolicy", `${TABLE}/stream/*`, true],
    ["dynamodb:DescribeBackup", TABLE, false],
    ["dynamodb:DescribeBackup", `${TABLE}/backup/*`, true],
    ["dynamodb:DescribeGlobalTable", "arn:aws:dynamodb::111122223333:global-table/orders", true],
    ["dynamodb:DescribeGlobalTable", TABLE, false],
    ["dynamodb:ListTables", TABLE, false],
    ["dynamodb:ListTables", `${TABLE}/index/ByDate`, false],
    ["dynamodb:ListTables", "arn:aws:dynamodb:eu-west-1:111122223333:table/*", undefined],
    ["dynamodb:ListTables", "*", true],
    ["dynamodb:ListStreams", `${TABLE}/stream/*`, undefined],
    ["dynamodb:ListBackups", TABLE, undefined],
    ["dax:GetItem", "arn:aws:dax:eu-west-1:111122223333:cache/c", true],
    ["dax:GetItem", TABLE, false],
    ["kms:Decrypt", TABLE, undefined],
  ])("%s on %s: %s", (name, arn, expected) => {
    expect(applies(name, arn)).toBe(expected);
  });

  test("holes", () => {
    expect(applies("dynamodb:GetItem", [{ hole: "Ref P" }])).toBeUndefined();
    expect(applies("dynamodb:ListTables", [{ hole: "Ref P" }])).toBeUndefined();
    expect(applies("dynamodb:GetItem", ["arn:aws:dynamodb:", { hole: "R" }, ":1:table/", { hole: "T" }])).toBe(true);
    expect(applies("dynamodb:GetRecords", ["arn:aws:dynamodb:", { hole: "R" }, ":1:table/", { hole: "T" }])).toBe(
      false,
    );
    expect(applies("dynamodb:ListTables", ["arn:aws:dynamodb:", { hole: "R" }, ":1:table/", { hole: "T" }])).toBe(
      false,
    );
  });
});

function statementWith(resource: string) {
  const project = projectOf(`Parameters:
  P: { Type: String }
Resources:
  Orders: { Type: AWS::DynamoDB::Table }
  It:
    Type: AWS::IAM::ManagedPolicy
    Properties: { PolicyDocument: { Statement: { Effect: Allow, Action: "dynamodb:*", ${resource} } } }
`);
  return { project, statement: only(only(identityPoliciesOf(templateOf(project))).statements) };
}

describe("an action and the resources of a statement", () => {
  const applied = (name: string, resource: string) => {
    const { project, statement } = statementWith(resource);
    return appliesTo(project, statement, name);
  };

  test.each([
    ["GetItem", "Resource: [!Sub '${Orders.Arn}/index/*', !GetAtt Orders.Arn]", true],
    ["GetItem", "Resource: [!Sub '${Orders.Arn}/index/*', !Ref P]", undefined],
    ["GetItem", "Resource: [!GetAtt Orders.StreamArn, !Ref Orders]", undefined],
    ["GetItem", "Resource: !GetAtt Orders.StreamArn", false],
    ["GetItem", "Resource: { a: b }", undefined],
    ["GetItem", "Resource: []", false],
    ["GetItem", "NotResource: !GetAtt Orders.Arn", true],
    ["GetItem", "NotResource: 'arn:aws:s3:::*'", true],
    ["GetItem", "NotResource: '*'", false],
    ["GetItem", "NotResource: !Ref P", undefined],
    ["GetItem", "NotResource: { a: b }", undefined],
    ["GetItem", "NotResource: 'arn:aws:dynamodb:*:*:table/*'", false],
    ["DescribeGlobalTable", "NotResource: 'arn:aws:dynamodb:*:*:table/*'", undefined],
    ["ListTables", "NotResource: !GetAtt Orders.Arn", true],
    ["ListTables", "NotResource: 'arn:aws:dynamodb:*:*:table/*'", undefined],
    ["GetThing", "Resource: '*'", undefined],
  ])("%s, %s: %s", (name, resource, expected) => {
    expect(applied(`dynamodb:${name}`, resource)).toBe(expected);
  });

  test.each([
    ["GetItem", "NotResource: !GetAtt Orders.Arn", true],
    ["GetItem", "NotResource: 'arn:aws:dax:*:*:cache/*'", undefined],
    ["GetItem", "NotResource: '*'", false],
  ])("DAX: %s, %s: %s", (name, resource, expected) => {
    expect(applied(`dax:${name}`, resource)).toBe(expected);
  });
});

describe("what counts as given", () => {
  test.each([
    ["GetItem", "!Ref P", true],
    ["GetItem", "!GetAtt Orders.StreamArn", false],
    ["UpdateAbacStatus", '"*"', true],
    // AWS documents that nothing less than a star gives it.
    ["UpdateAbacStatus", "'arn:aws:dynamodb:*:*:table/*'", false],
    ["UpdateAbacStatus", "!Ref P", false],
    ["GetThing", '"*"', false],
  ])("%s on %s: %s", (name, resource, expected) => {
    const { project, statement } = statementWith(`Resource: ${resource}`);
    expect(isGiven(project, statement, `dynamodb:${name}`)).toBe(expected);
  });
});
