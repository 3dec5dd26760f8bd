import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { lint } from "../harness.ts";

/**
 * The patterns of the AWS documentation about attributes, on a table whose key is UserId and GameTitle. What it warns of in its own words is
 * found, what it recommends is not.
 */
const RULES = new Set([
  "attributes-without-select",
  "attributes-without-returnvalues",
  "attributes-with-whole-item-write",
  "attributes-deny-list",
  "attributes-misses-key-attributes",
]);

const TABLE = "arn:aws:dynamodb:us-west-2:123456789012:table/GameScores";
const INDEX = `${TABLE}/index/TopScoreDateTimeIndex`;

function found(...statements: object[]): string[] {
  const template = {
    Resources: {
      GameScores: {
        Type: "AWS::DynamoDB::Table",
        Properties: {
          TableName: "GameScores",
          KeySchema: [
            { AttributeName: "UserId", KeyType: "HASH" },
            { AttributeName: "GameTitle", KeyType: "RANGE" },
          ],
          GlobalSecondaryIndexes: [
            {
              IndexName: "TopScoreDateTimeIndex",
              KeySchema: [
                { AttributeName: "GameTitle", KeyType: "HASH" },
                { AttributeName: "TopScoreDateTime", KeyType: "RANGE" },
              ],
            },
          ],
        },
      },
      Policy: {
        Type: "AWS::IAM::ManagedPolicy",
        Properties: { PolicyDocument: { Version: "2012-10-17", Statement: statements } },
      },
    },
  };
  return lint(JSON.stringify(template))
    .findings.filter(({ rule }) => RULES.has(rule))
    .map(({ severity, rule, message }) => `${severity} ${rule}: ${message.replace(/ in statement .*/, "")}`);
}

const actions = (...names: string[]) => names.map((name) => `dynamodb:${name}`);
const allow = (names: string[], Condition: object, Resource: string | string[] = TABLE) => ({
  Effect: "Allow",
  Action: actions(...names),
  Resource,
  Condition,
});
const attributes = (...names: string[]) => ({ "dynamodb:Attributes": names });
const SPECIFIC = { "dynamodb:Select": "SPECIFIC_ATTRIBUTES" };
const CHANGED = { "dynamodb:ReturnValues": ["NONE", "UPDATED_OLD", "UPDATED_NEW"] };
const ALL_ITEM_ACTIONS = ["GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"];

/** PutItem, DeleteItem and BatchWriteItem "always replace the entire previous item". */
const WHOLE_ITEM_WRITES = [
  "warning attributes-with-whole-item-write: PutItem",
  "warning attributes-with-whole-item-write: DeleteItem",
  "warning attributes-with-whole-item-write: BatchWriteItem",
  "warning attributes-without-returnvalues: PutItem, UpdateItem and DeleteItem",
];

describe("the developer guide", () => {
  test("its overview, which lists all actions, has the faults that its third example explains", () => {
    const condition = {
      "ForAllValues:StringEquals": {
        "dynamodb:LeadingKeys": ["${www.amazon.com:user_id}"],
        ...attributes("UserId", "GameTitle", "Wins", "Losses", "TopScore", "TopScoreDateTime"),
      },
      StringEqualsIfExists: SPECIFIC,
    };
    expect(found(allow(ALL_ITEM_ACTIONS, condition))).toEqual(WHOLE_ITEM_WRITES);
  });

  test("certain attributes of a table: its list lacks the sort key, which the guide says it must not", () => {
    const names = ["UpdateItem", "GetItem", "Query", "BatchGetItem", "Scan"];
    const condition = (...list: string[]) => ({
      "ForAllValues:StringEquals": attributes(...list),
      StringEqualsIfExists: { ...SPECIFIC, ...CHANGED },
    });
    expect(found(allow(names, condition("UserId", "TopScore")))).toEqual([
      "info attributes-misses-key-attributes: The list of dynamodb:Attributes",
    ]);
    expect(found(allow(names, condition("UserId", "GameTitle", "TopScore")))).toEqual([]);
  });

  test("its variations: only reads, only writes, names by a pattern", () => {
    const list = { "ForAllValues:StringEquals": attributes("UserId", "GameTitle") };
    expect(found(allow(["GetItem", "Query", "BatchGetItem", "Scan"], { ...list, StringEquals: SPECIFIC }))).toEqual([]);
    expect(found(allow(["UpdateItem"], { ...list, StringEquals: CHANGED }))).toEqual([]);
    const pattern = { "ForAllValues:StringLike": attributes("UserId", "Game*"), StringEquals: SPECIFIC };
    expect(found(allow(["Query"], pattern))).toEqual([]);
  });

  test("no updates of certain attributes, by UpdateItem alone", () => {
    const list = { "ForAllValues:StringNotLike": attributes("FreeGamesAvailable", "BossLevelUnlocked") };
    expect(found(allow(["UpdateItem"], { ...list, StringEquals: CHANGED }))).toEqual([]);
    expect(found(allow(["UpdateItem"], { ...list, StringEqualsIfExists: { ...SPECIFIC, ...CHANGED } }))).toEqual([]);
  });

  test("what an index holds", () => {
    const list = attributes("TopScoreDateTime", "GameTitle", "Wins", "Losses", "Attempts");
    expect(found(allow(["Query"], { "ForAllValues:StringEquals": list, StringEquals: SPECIFIC }, INDEX))).toEqual([]);
    const projected = { StringEquals: { "dynamodb:Select": "ALL_PROJECTED_ATTRIBUTES" } };
    expect(found(allow(["Query"], projected, INDEX))).toEqual([]);
  });

  test("attributes and partition keys together; the names are placeholders", () => {
    const condition = {
      "ForAllValues:StringEquals": {
        "dynamodb:LeadingKeys": ["${graph.facebook.com:id}"],
        ...attributes("attribute-A", "attribute-B"),
      },
      StringEqualsIfExists: { ...SPECIFIC, ...CHANGED },
    };
    expect(found(allow(["UpdateItem", "GetItem", "Query", "BatchGetItem"], condition, [TABLE, INDEX]))).toEqual([
      "info attributes-misses-key-attributes: The list of dynamodb:Attributes",
    ]);
  });

  test("a Deny of attributes, with one of reads that name none", () => {
    const reads = ["GetItem", "Query", "Scan"];
    const general = { Effect: "Allow", Action: actions(...reads), Resource: TABLE };
    const deny = (condition: object) => ({ ...allow(reads, condition), Effect: "Deny" });
    const named = deny({ "ForAnyValue:StringEquals": attributes("SSN", "CreditCardNumber") });
    const unnamed = deny({ StringNotEqualsIfExists: SPECIFIC });
    expect(found(general, named, unnamed)).toEqual([]);
    expect(found(general, named)).toEqual(["warning attributes-deny-list: The Deny"]);
  });
});

describe("the IAM guide", () => {
  test("specific attributes: reads are bound, writes are not", () => {
    const condition = {
      "ForAllValues:StringEquals": attributes("UserId", "GameTitle", "column-name-3"),
      StringEqualsIfExists: SPECIFIC,
    };
    expect(found(allow(ALL_ITEM_ACTIONS, condition, "arn:aws:dynamodb:*:*:table/GameScores"))).toEqual(
      WHOLE_ITEM_WRITES,
    );
  });

  test("multivalued keys: an Allow of reads without Select, a Deny of writes", () => {
    const thread = "arn:aws:dynamodb:*:*:table/Thread";
    const list = { "ForAllValues:StringEquals": attributes("ID", "Message", "Tags") };
    expect(found(allow(["GetItem"], list, thread))).toEqual([
      "error attributes-without-select: The limit by dynamodb:Attributes",
    ]);
    const put = { "ForAnyValue:StringEquals": attributes("ID", "PostDateTime") };
    expect(found({ ...allow(["PutItem"], put, thread), Effect: "Deny" })).toEqual([]);
  });
});

test("the patterns that the repository keeps as recommended are free of findings, and nothing of them is unknown", () => {
  const file = join(import.meta.dirname, "../../fixtures/policies/aws-documented.yaml");
  const { findings, unknown } = lint(readFileSync(file, "utf8"));
  expect(findings.filter(({ rule }) => RULES.has(rule))).toEqual([]);
  expect(unknown.filter(({ rule }) => RULES.has(rule))).toEqual([]);
});
