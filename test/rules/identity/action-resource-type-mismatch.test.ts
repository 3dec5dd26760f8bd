import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { lint, offered, STRICT, shown } from "../harness.ts";
import { relatedTo, told, toldInBoth, untold } from "../told.ts";
import { allow, deny, managedPolicy, TABLE } from "./policies.ts";

const RULE = "action-resource-type-mismatch";
const ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders";
const CACHE = "arn:aws:dax:eu-west-1:111122223333:cache/orders";

const strict = (action: string, resource: string) => toldInBoth(RULE, managedPolicy(allow(action, resource)), STRICT);
const nothing = (actions: string, need: string, only: string) =>
  `info ${actions} in statement 1 grant${/ and /.test(actions) ? "" : "s"} nothing: ${need}, and the statement names only ${only}.`;

describe("actions on what they do not work on", () => {
  test("off unless it is asked for", () => {
    expect(told(RULE, managedPolicy(allow("dynamodb:DescribeStream", ARN)))).toEqual([]);
  });

  test("stand at the action", () => {
    expect(shown(RULE, managedPolicy(allow("[dynamodb:PutItem, dynamodb:Query]", `${ARN}/index/*`)), STRICT)).toEqual([
      `8:21-8:37 ${nothing("PutItem", "it needs the ARN of a table", "indexes")}`,
    ]);
    expect(offered(RULE, managedPolicy(allow("dynamodb:PutItem", `${ARN}/index/*`)), STRICT)).toEqual([]);
  });

  test.each([
    ["dynamodb:DescribeStream", ARN, "DescribeStream", "it needs the ARN of a stream", "tables"],
    ["dynamodb:GetRecords", `${ARN}/index/*`, "GetRecords", "it needs the ARN of a stream", "indexes"],
    ["dynamodb:GetItem", `${ARN}/stream/*`, "GetItem", "it needs the ARN of a table", "streams"],
    ["dynamodb:Query", `${ARN}/stream/*`, "Query", "it needs the ARN of an index or a table", "streams"],
    ["dynamodb:DescribeBackup", ARN, "DescribeBackup", "it needs the ARN of a backup", "tables"],
    ["dynamodb:DescribeExport", ARN, "DescribeExport", "it needs the ARN of an export", "tables"],
    ["dynamodb:DescribeImport", ARN, "DescribeImport", "it needs the ARN of an import", "tables"],
    [
      "dynamodb:DescribeTable",
      `[${ARN}/index/*, ${ARN}/stream/*]`,
      "DescribeTable",
      "it needs the ARN of a table",
      "indexes and streams",
    ],
    ["dynamodb:DescribeGlobalTable", ARN, "DescribeGlobalTable", "it needs the ARN of a global table", "tables"],
    [
      "dynamodb:PutItem",
      "arn:aws:dynamodb::111122223333:global-table/orders",
      "PutItem",
      "it needs the ARN of a table",
      "global tables",
    ],
    ["dynamodb:GetItem", CACHE, "GetItem", "it needs the ARN of a table", "DAX clusters"],
    ["dax:GetItem", ARN, "dax:GetItem", "it needs the ARN of a DAX cluster", "tables"],
    [
      "dynamodb:ListTables",
      ARN,
      "ListTables",
      'it needs "*", for want of a resource that it could be limited to',
      "tables",
    ],
    [
      '"dynamodb:DescribeRes*"',
      ARN,
      "DescribeReservedCapacity and DescribeReservedCapacityOfferings",
      'they need "*", for want of a resource that they could be limited to',
      "tables",
    ],
    ["dynamodb:GetItem", `[${ARN}/index/*, arn:aws:s3:::bucket]`, "GetItem", "it needs the ARN of a table", "indexes"],
  ])("%s on %s", (action, resource, actions, need, only) => {
    expect(strict(action, resource)).toEqual([nothing(actions, need, only)]);
  });

  test("by reference", () => {
    const template = managedPolicy(allow("dynamodb:GetRecords", "!Sub '${Orders.Arn}/index/*'"), TABLE);
    expect(toldInBoth(RULE, template, STRICT)).toEqual([
      nothing("GetRecords", "it needs the ARN of a stream", "indexes"),
    ]);
    expect(relatedTo(RULE, template, STRICT)).toEqual(['10:2-10:8 it opens table "Orders"']);
  });

  test("in a branch", () => {
    const template = `Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
${managedPolicy(allow("dynamodb:PutItem", `!If [IsProd, ${ARN}, ${ARN}/index/ByDate]`))}`;
    expect(toldInBoth(RULE, template, STRICT)).toEqual([
      nothing("PutItem", "it needs the ARN of a table", "indexes").replace("info ", "info When IsProd is false: "),
    ]);
  });
});

describe("silent", () => {
  test.each([
    ["dynamodb:PutItem", `[${ARN}, ${ARN}/index/*]`],
    ["dynamodb:Query", `${ARN}/index/*`],
    ["dynamodb:GetRecords", `${ARN}/stream/*`],
    ["dynamodb:GetRecords", '"*"'],
    ["dynamodb:GetRecords", '"arn:aws:dynamodb:*:*:*"'],
    ["dynamodb:GetRecords", '"arn:aws:dynamodb:*:*:table/*"'],
    ["dynamodb:GetRecords", `${ARN}*`],
    ["dynamodb:GetRecords", `${ARN}/*`],
    ["dynamodb:PutResourcePolicy", `${ARN}/stream/*`],
    ["dynamodb:ListTables", '"*"'],
    ["dynamodb:ListTables", '"arn:aws:dynamodb:*:*:table/*"'],
    ["dynamodb:GetItem", "arn:aws:s3:::bucket/*"],
    ['"dynamodb:*"', ARN],
    ['"dynamodb:*Item"', ARN],
    ['"dynamodb:Describe*Backups"', ARN],
    ['"*"', `${ARN}/stream/*`],
    ["dynamodb:NoSuchAction", ARN],
    ["s3:GetObject", ARN],
  ])("%s on %s", (action, resource) => {
    expect(strict(action, resource)).toEqual([]);
  });

  test("the stream reads that the CDK writes on tables, and nothing else like them", () => {
    expect(strict("[dynamodb:GetRecords, dynamodb:GetShardIterator]", ARN)).toEqual([]);
    expect(strict("[dynamodb:GetRecords]", `[${ARN}, ${ARN}/index/*]`)).toEqual([]);
    expect(strict("[dynamodb:DescribeStream]", `[${ARN}, ${ARN}/index/*]`)).toEqual([
      nothing("DescribeStream", "it needs the ARN of a stream", "tables and indexes"),
    ]);
  });

  test("a Deny, NotAction and NotResource", () => {
    const template = (statement: string) => toldInBoth(RULE, managedPolicy(statement), STRICT);
    expect(template(deny("dynamodb:GetRecords", `${ARN}/index/*`))).toEqual([]);
    expect(template(allow("dynamodb:PutItem", `${ARN}/index/*`).replace("Action", "NotAction"))).toEqual([]);
    expect(template(allow("dynamodb:PutItem", `${ARN}/index/*`).replace("Resource", "NotResource"))).toEqual([]);
  });

  test("what the CDK and SAM write themselves", () => {
    const folder = join(import.meta.dirname, "../../fixtures/cdk/cdk.out");
    const files = Object.fromEntries(
      readdirSync(folder)
        .filter((file) => file.endsWith(".template.json"))
        .map((file) => [file, readFileSync(join(folder, file), "utf8")]),
    );
    expect(lint(files, STRICT).findings.filter(({ rule }) => rule === RULE)).toEqual([]);
    const policies = [
      "DynamoDBCrudPolicy: { TableName: orders }",
      "DynamoDBReadPolicy: { TableName: orders }",
      "DynamoDBWritePolicy: { TableName: orders }",
      "DynamoDBReconfigurePolicy: { TableName: orders }",
      "DynamoDBStreamReadPolicy: { TableName: orders, StreamName: a }",
      "DynamoDBBackupFullAccessPolicy: { TableName: orders }",
      "DynamoDBRestoreFromBackupPolicy: { TableName: orders }",
    ];
    const template = `Transform: AWS::Serverless-2016-10-31
Resources:
  Orders: { Type: AWS::DynamoDB::Table }
  Reader:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
${policies.map((each) => `        - ${each}`).join("\n")}
    Connectors:
      Rows: { Properties: { Destination: { Id: Orders }, Permissions: [Read, Write] } }
  Changes:
    Type: AWS::Serverless::Connector
    Properties: { Source: { Id: Orders }, Destination: { Id: Reader }, Permissions: [Read] }
`;
    expect(told(RULE, template, STRICT)).toEqual([]);
  });
});

test("a resource that only deployment knows cannot be told", () => {
  const template = `Parameters:\n  P: { Type: String }\n${managedPolicy(allow("[dynamodb:GetItem, dynamodb:Query]", "[!Ref P]"))}`;
  expect(toldInBoth(RULE, template, STRICT)).toEqual([]);
  expect(untold(RULE, template, STRICT)).toEqual(["11:23 it is not known what kind of resource it is"]);
  expect(untold(RULE, template)).toEqual([]);
  // Nobody but AWS knows what its Resource is compared with.
  expect(untold(RULE, managedPolicy(allow("dynamodb:ListStreams", ARN)), STRICT)).toEqual([]);
});
