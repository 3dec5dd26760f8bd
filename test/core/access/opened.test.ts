import { describe, expect, test } from "vitest";
import { relatedToStatement, tablesNamedBy, tablesOpenedBy } from "../../../core/access/opened.ts";
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

const TABLES = `  Orders: { Type: AWS::DynamoDB::Table, Properties: { TableName: orders } }
  Archive: { Type: AWS::DynamoDB::GlobalTable, Properties: { TableName: orders-archive } }
  Nameless: { Type: AWS::DynamoDB::Table }
`;

/** The statement of a lone policy with these resources. */
function opened(resource: string, more = "", key = "Resource") {
  const project = projectOf({
    "template.yaml": `Parameters:
  P: { Type: String }
Resources:
${TABLES}  Policy:
    Type: AWS::IAM::ManagedPolicy
    Properties: { Roles: [!Ref Reader], PolicyDocument: { Statement: { Effect: Allow, Action: "dynamodb:GetItem", ${key}: ${resource} } } }
  Reader: { Type: AWS::IAM::Role, Properties: {} }
`,
    ...(more && { "other.yaml": `Resources:\n${more}` }),
  });
  const [policy] = project.templates.flatMap(identityPoliciesOf);
  const [statement] = policy?.statements ?? [];
  if (!policy || !statement) throw new Error("no statement");
  return { project, policy, statement };
}

const tables = (resource: string, more = "", key = "Resource") => {
  const { project, statement } = opened(resource, more, key);
  return tablesOpenedBy(project, statement).map(({ id }) => id);
};

const arn = (rest: string) => `"arn:aws:dynamodb:eu-west-1:111122223333:${rest}"`;

describe("the tables that a statement opens", () => {
  test.each([
    ["!GetAtt Orders.Arn", ["Orders"]],
    ["!GetAtt Nameless.Arn", ["Nameless"]],
    ['!Sub "${Nameless.Arn}/index/*"', ["Nameless"]],
    ["!GetAtt Orders.StreamArn", ["Orders"]],
    ['!Sub "arn:aws:dynamodb:*:*:table/${Nameless}"', ["Nameless"]],
    [arn("table/orders"), ["Orders"]],
    [arn("table/orders/index/*"), ["Orders"]],
    [arn("table/orders/stream/*"), ["Orders"]],
    [arn("table/ORDERS"), []],
    [arn("table/orders*"), ["Orders", "Archive"]],
    [arn("table/orders-?rchive"), ["Archive"]],
    [`[${arn("table/orders")}, ${arn("table/orders-archive")}, ${arn("table/orders")}]`, ["Orders", "Archive"]],
    ['"*"', ["Orders", "Archive", "Nameless"]],
    [arn("table/*"), ["Orders", "Archive", "Nameless"]],
    [arn("global-table/orders"), []],
    ["arn:aws:s3:::orders", []],
    ["!Ref P", []],
    ["[]", []],
  ])("%s: %j", (resource, expected) => {
    expect(tables(resource)).toEqual(expected);
  });

  test("of other templates, too", () => {
    const other = "  Customers: { Type: AWS::DynamoDB::Table, Properties: { TableName: customers } }\n";
    expect(tables(arn("table/customers"), other)).toEqual(["Customers"]);
    expect(tables(arn("table/c*"), other)).toEqual(["Customers"]);
  });

  test("two tables of one name are both meant", () => {
    const other = "  Orders: { Type: AWS::DynamoDB::Table, Properties: { TableName: orders } }\n";
    expect(tables(arn("table/orders"), other)).toEqual(["Orders", "Orders"]);
  });

  test("NotResource names what is not opened", () => {
    expect(tables(arn("table/orders"), "", "NotResource")).toEqual([]);
  });
});

test("what belongs to a finding: who has the policy, and the tables where they are few", () => {
  const related = (resource: string, more = "") => {
    const { project, policy, statement } = opened(resource, more);
    return relatedToStatement(project, policy, statement).map(({ message }) => message);
  };
  expect(related(arn("table/orders*"))).toEqual([
    'Role "Reader" has this policy',
    'it opens table "Orders"',
    'it opens table "Archive"',
  ]);
  expect(related('"*"', "  Fourth: { Type: AWS::DynamoDB::Table }\n")).toEqual(['Role "Reader" has this policy']);
});
