import { describe, expect, test } from "vitest";
import { dynamoDbUse, itemActionsInView, mayUseItems, tablesInEnvironment } from "../../../core/access/use.ts";
import { computeUnitsOf } from "../../../core/model/network.ts";
import { principalsOf } from "../../../core/model/policies.ts";
import { only, projectOf, templateOf } from "../model/support.ts";

const HEAD =
  "Parameters:\n  P: { Type: String }\nResources:\n  Orders: { Type: AWS::DynamoDB::Table }\n  Bucket: { Type: AWS::S3::Bucket }\n";
const role = (statements: string, more = "") =>
  `  R:\n    Type: AWS::IAM::Role\n    Properties: { Policies: [{ PolicyDocument: { Statement: ${statements} } }]${more} }\n`;
const statement = (action: string, resource = '"*"', key = "Action", effect = "Allow") =>
  `{ Effect: ${effect}, ${key}: ${action}, Resource: ${resource} }`;

describe("what a principal's policies say", () => {
  const use = (statements: string, more = "") => {
    const project = projectOf(HEAD + role(statements, more));
    return mayUseItems(project, only(principalsOf(templateOf(project))));
  };

  test.each([
    ["dynamodb:GetItem", '"*"', "yes"],
    ["dynamodb:PartiQLInsert", "!GetAtt Orders.Arn", "yes"],
    ['"dynamodb:*"', "!Ref P", "yes"],
    ['"*"', '"*"', "unknown"],
    ['"*:*"', '"*"', "unknown"],
    ['"dynamo*:*"', '"*"', "unknown"],
    ["!Ref P", '"*"', "unknown"],
    ['!Sub "s3:${P}"', '"*"', "no"],
    ["!Ref P", "!GetAtt Bucket.Arn", "no"],
    ["dynamodb:DescribeTable", '"*"', "no"],
    ["dynamodb:GetRecords", '"*"', "no"],
    ["dax:GetItem", '"*"', "no"],
    ["dynamodb:GetItem", "arn:aws:s3:::a", "no"],
  ])("%s on %s: %s", (action, resource, expected) => {
    expect(use(statement(action, resource))).toBe(expected);
  });

  test("Deny, NotAction and unknown documents", () => {
    expect(use(`[${statement("dynamodb:GetItem")}, ${statement('"*"', '"*"', "Action", "Deny")}]`)).toBe("no");
    expect(use(statement("s3:GetObject", '"*"', "NotAction"))).toBe("unknown");
    expect(use("!Ref P")).toBe("unknown");
    expect(use(`[${statement("dynamodb:GetItem")}, !Ref P]`)).toBe("yes");
  });

  test.each([
    ["AmazonDynamoDBFullAccess", "yes"],
    ["AmazonDynamoDBReadOnlyAccess", "yes"],
    ["AdministratorAccess", "unknown"],
    ["service-role/AWSLambdaDynamoDBExecutionRole", "no"],
    ["service-role/AWSLambdaBasicExecutionRole", "no"],
  ])("AWS's %s: %s", (name, expected) => {
    expect(use("[]", `, ManagedPolicyArns: [!Sub "arn:\${AWS::Partition}:iam::aws:policy/${name}"]`)).toBe(expected);
  });

  test("a customer's policy: read where it is in view", () => {
    expect(use("[]", ", ManagedPolicyArns: [arn:aws:iam::111122223333:policy/app]")).toBe("unknown");
    expect(use("[]", ", ManagedPolicyArns: [!Ref P]")).toBe("unknown");
    const own = (action: string) =>
      `, ManagedPolicyArns: [!Ref Own] }\n  Own:\n    Type: AWS::IAM::ManagedPolicy\n    Properties: { PolicyDocument: { Statement: ${statement(action)} }`;
    expect(use("[]", own("s3:GetObject"))).toBe("no");
    expect(use("[]", own("dynamodb:Query"))).toBe("yes");
  });
});

describe("what a unit uses", () => {
  const use = (properties: string, more = "") => {
    const project = projectOf(
      `${HEAD}  Subnet: { Type: AWS::EC2::Subnet }\n  F:\n    Type: AWS::Lambda::Function\n    Properties: { VpcConfig: { SubnetIds: [!Ref Subnet] }, ${properties} }\n${more}`,
    );
    return dynamoDbUse(project, only(computeUnitsOf(project)));
  };

  test("by its role, or the tables that its environment names", () => {
    expect(use("Role: !GetAtt R.Arn", role(statement("dynamodb:GetItem")))).toBe("yes");
    expect(use("Role: !GetAtt R.Arn", role(statement("s3:GetObject")))).toBe("no");
    expect(use("Role: arn:aws:iam::111122223333:role/r")).toBe("unknown");
    expect(use("Timeout: 3")).toBe("unknown");
    const named = "Environment: { Variables: { T: !Ref Orders } }, Role: ";
    expect(use(`${named}!GetAtt R.Arn`, role(statement("s3:GetObject")))).toBe("names a table");
    expect(use(`${named}!GetAtt R.Arn`, role(statement("dynamodb:GetItem")))).toBe("yes");
    expect(use(`${named.replace("Orders", "Bucket")}arn`)).toBe("unknown");
  });
});

test("the tables that a role's functions name", () => {
  const project = projectOf(`${HEAD}${role("[]")}  Other: { Type: AWS::DynamoDB::GlobalTable }
  F:
    Type: AWS::Lambda::Function
    Properties: { Role: !GetAtt R.Arn, Environment: { Variables: { A: !Ref Orders, B: !GetAtt Orders.Arn, C: !Ref Bucket, D: d } } }
  G:
    Type: AWS::Lambda::Function
    Properties: { Role: another, Environment: { Variables: { A: !Ref Other } } }
`);
  const tables = tablesInEnvironment(project, only(principalsOf(templateOf(project))));
  expect(tables.map(({ id }) => id)).toEqual(["Orders"]);
});

test("item actions in view", () => {
  const inView = (statements: string) => itemActionsInView(projectOf(HEAD + role(statements)));
  expect(inView(statement("dynamodb:Scan"))).toBe(true);
  expect(inView(statement('"*"'))).toBe(false);
  expect(inView(statement("dynamodb:ListTables"))).toBe(false);
});
