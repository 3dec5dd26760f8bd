import { describe, expect, test } from "vitest";
import { tablesNamedBy, tablesOpenedBy } from "../../../core/access/opened.ts";
import { identityPoliciesOf } from "../../../core/model/policies.ts";
import { only, projectOf, templateOf } from "../model/support.ts";

/** The tables that a statement on a resource opens, and those of them that it names. */
function tablesOf(resource: string) {
  const project = projectOf(`Parameters:
  P: { Type: String }
Resources:
  Orders: { Type: AWS::DynamoDB::Table, Properties: { TableName: orders } }
  Items: { Type: AWS::DynamoDB::GlobalTable }
  Policy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Statement:
          Effect: Allow
          Action: dynamodb:GetItem
          Resource: ${resource}
`);
  const [statement] = only(identityPoliciesOf(templateOf(project))).statements;
  if (!statement) throw new Error("no statement");
  const ids = (tables: ReturnType<typeof tablesOpenedBy>) => tables.map(({ id }) => id);
  return { opened: ids(tablesOpenedBy(project, statement)), named: ids(tablesNamedBy(project, statement)) };
}

describe("tables that a statement opens and names", () => {
  test.each([
    ["!GetAtt Items.Arn", ["Items"], ["Items"]],
    ["!Sub ${Orders.Arn}/index/*", ["Orders"], ["Orders"]],
    ["arn:aws:dynamodb:eu-west-1:111122223333:table/orders", ["Orders"], ["Orders"]],
    ["[!GetAtt Orders.Arn, !Sub '${Items.Arn}/stream/*']", ["Orders", "Items"], ["Orders", "Items"]],
    ["arn:aws:dynamodb:*:*:table/ord*", ["Orders"], []],
    ['"*"', ["Orders", "Items"], []],
    ["arn:aws:dynamodb:*:*:table/*", ["Orders", "Items"], []],
    ["arn:aws:dynamodb:*:*:table/others", [], []],
    ["arn:aws:s3:::orders", [], []],
    ["!Ref P", [], []],
  ])("%s", (resource, opened, named) => {
    expect(tablesOf(resource)).toEqual({ opened, named });
  });
});
