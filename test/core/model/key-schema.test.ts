import { expect, test } from "vitest";
import { describePath } from "../../../core/evaluate/path.ts";
import { text } from "../../../core/evaluate/setting.ts";
import { type KeyAttribute, keysOfTable } from "../../../core/model/key-schema.ts";
import { tablesOf } from "../../../core/model/tables.ts";
import { only, projectOf, templateOf } from "./support.ts";

const attribute = ({ name, type }: KeyAttribute) => {
  const branch = describePath(name.when);
  return `${text(name) ?? "?"} ${type ?? "?"}${branch ? ` when ${branch}` : ""}`;
};

function told(table: string, head = "") {
  const { key, indexes } = keysOfTable(only(tablesOf(templateOf(projectOf(`${head}Resources:\n  T:\n${table}`)))));
  return [
    key.map(attribute).join(", "),
    ...indexes.map(
      (index) =>
        `${index.kind} ${index.names.map((name) => text(name) ?? "?").join("/")}: ${index.key.map(attribute).join(", ")}`,
    ),
  ];
}

const KEYS = "KeySchema: [{ AttributeName: id, KeyType: HASH }, { AttributeName: day, KeyType: RANGE }]";

test.each(["AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"])("%s", (type) => {
  expect(
    told(`    Type: ${type}
    Properties:
      ${KEYS}
      GlobalSecondaryIndexes:
        - IndexName: ByDay
          KeySchema: [{ AttributeName: day, KeyType: HASH }, { AttributeName: shop, KeyType: HASH }]
        - { IndexName: Half }
      LocalSecondaryIndexes:
        - IndexName: BySize
          KeySchema: [{ AttributeName: id, KeyType: HASH }, { KeyType: RANGE, AttributeName: size }]
`),
  ).toEqual([
    "id HASH, day RANGE",
    "global ByDay: day HASH, shop HASH",
    "global Half: ",
    "local BySize: id HASH, size RANGE",
  ]);
});

test("a SimpleTable, with its key and without", () => {
  const simple = (properties: string) =>
    told(`    Type: AWS::Serverless::SimpleTable\n${properties}`, "Transform: AWS::Serverless-2016-10-31\n");
  expect(simple("    Properties: { PrimaryKey: { Name: userId, Type: String } }\n")).toEqual(["userId HASH"]);
  expect(simple("")).toEqual(["id HASH"]);
});

test("branches, and what is not known", () => {
  const head = "Parameters:\n  P: { Type: String }\nConditions:\n  C: !Equals [!Ref P, a]\n";
  expect(
    told(
      `    Type: AWS::DynamoDB::Table
    Properties:
      KeySchema:
        - { AttributeName: !If [C, a, b], KeyType: HASH }
        - !If [C, { AttributeName: !Ref P, KeyType: RANGE }, !Ref AWS::NoValue]
      GlobalSecondaryIndexes:
        - !If [C, { IndexName: One, KeySchema: [{ AttributeName: x, KeyType: !Ref P }] }, !Ref AWS::NoValue]
        - !Ref P
`,
      head,
    ),
  ).toEqual([
    "a HASH when C is true, b HASH when C is false, ? RANGE when C is true",
    "global One: x ? when C is true",
  ]);
  expect(
    told("    Type: AWS::DynamoDB::GlobalTable\n    Properties: { GlobalTableSourceArn: !Ref P }\n", head),
  ).toEqual([""]);
  expect(
    told("    Type: AWS::DynamoDB::Table\n    Properties: { KeySchema: !Ref P, LocalSecondaryIndexes: 1 }\n", head),
  ).toEqual(["? ?"]);
});
