import { describe, expect, test } from "vitest";
import { asJson } from "../as-json.ts";
import { offered, repaired, shown } from "../harness.ts";
import { allow } from "../identity/policies.ts";
import { relatedTo, told, toldInBoth, untold } from "../told.ts";
import { ARN, inReplica, inTable, LIST, policy, statement } from "./attributes.ts";

const RULE = "attributes-misses-key-attributes";

const KEYS = "KeySchema: [{ AttributeName: id, KeyType: HASH }, { AttributeName: day, KeyType: RANGE }]";
const INDEXES = `      GlobalSecondaryIndexes:
        - IndexName: ByLevel
          KeySchema: [{ AttributeName: level, KeyType: HASH }, { AttributeName: name, KeyType: RANGE }]
      LocalSecondaryIndexes:
        - IndexName: BySize
          KeySchema: [{ AttributeName: id, KeyType: HASH }, { AttributeName: size, KeyType: RANGE }]
`;
/** Behind a policy: a table "Players" whose name is players. */
const table = (type = "AWS::DynamoDB::Table", keys = KEYS) => `  Players:
    Type: ${type}
    Properties:
      TableName: players
      ${keys}
${INDEXES}`;

const TABLE_ARN = "!GetAtt Players.Arn";
const index = (name: string) => `!Sub "\${Players.Arn}/index/${name}"`;
const list = (names: string, operator = "ForAllValues:StringEquals") =>
  `"${operator}": { "dynamodb:Attributes": ${names} }`;

const misses = (what: string, them = "it") =>
  `info The list of dynamodb:Attributes in "Own" leaves out ${what}: calls that name ${them} are refused.`;
const DAY = misses('"day" of the key of table "Players"');

describe("the key of a table", () => {
  test("stands at the key of the condition", () => {
    expect(shown(RULE, policy("dynamodb:GetItem", LIST, TABLE_ARN) + table())).toEqual([`10:56-10:77 ${DAY}`]);
  });

  test.each([
    ["by reference", TABLE_ARN],
    ["by its literal name", ARN],
    ["in any region", "arn:aws:dynamodb:*:*:table/players"],
    [
      "by its name in a text",
      '!Sub "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Players}"',
    ],
  ])("%s", (_, resource) => {
    expect(toldInBoth(RULE, policy("dynamodb:Query", LIST, resource) + table())).toEqual([DAY]);
    expect(toldInBoth(RULE, policy("dynamodb:Query", LIST, resource) + table("AWS::DynamoDB::GlobalTable"))).toEqual([
      DAY,
    ]);
  });

  test.each([
    ["other tables", `${ARN}-archive`],
    ["every table", '"*"'],
    ["every table by its ARN", '"arn:aws:dynamodb:*:*:table/*"'],
    ["tables by a prefix", '"arn:aws:dynamodb:*:*:table/play*"'],
    ["whatever belongs to it", `${ARN}/*`],
    ["its stream", "!GetAtt Players.StreamArn"],
  ])("not that of %s", (_, resource) => {
    expect(toldInBoth(RULE, policy('"dynamodb:*"', LIST, resource) + table())).toEqual([]);
  });

  test.each([
    "GetItem",
    "BatchGetItem",
    "Query",
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "BatchWriteItem",
    "ConditionCheckItem",
  ])("%s names it", (action) => {
    expect(toldInBoth(RULE, policy(`dynamodb:${action}`, LIST, TABLE_ARN) + table())).toEqual([DAY]);
  });

  test.each(["Scan", "DescribeTable", "GetRecords"])("%s does not", (action) => {
    expect(toldInBoth(RULE, policy(`dynamodb:${action}`, LIST, TABLE_ARN) + table())).toEqual([]);
  });

  test("of all that is missing once", () => {
    expect(toldInBoth(RULE, policy("dynamodb:GetItem", list("[name]"), TABLE_ARN) + table())).toEqual([
      misses('"id" and "day" of the key of table "Players"', "them"),
    ]);
  });

  test("of a SimpleTable", () => {
    const simple = (properties: string) =>
      `Transform: AWS::Serverless-2016-10-31\n${policy("dynamodb:GetItem", list("[name]"), TABLE_ARN)}  Players:\n    Type: AWS::Serverless::SimpleTable\n${properties}`;
    expect(toldInBoth(RULE, simple(""))).toEqual([misses('"id" of the key of table "Players"')]);
    expect(toldInBoth(RULE, simple("    Properties: { PrimaryKey: { Name: userId, Type: String } }\n"))).toEqual([
      misses('"userId" of the key of table "Players"'),
    ]);
    expect(toldInBoth(RULE, simple("    Properties: { PrimaryKey: { Name: name, Type: String } }\n"))).toEqual([]);
  });
});

describe("the key of an index", () => {
  test.each([
    [
      "global, whose table's key is not asked for",
      index("ByLevel"),
      "[level]",
      [misses('"name" of the key of index "ByLevel" of "Players"')],
    ],
    ["local", index("BySize"), "[id]", [misses('"size" of the key of index "BySize" of "Players"')]],
    ["complete", index("ByLevel"), "[level, name]", []],
    ["unknown", index("Other"), "[x]", []],
    ["of another table", `${ARN}-2/index/ByLevel`, "[x]", []],
    [
      "all of them",
      index("*"),
      "[id, level]",
      [
        misses(
          '"name" of the key of index "ByLevel" of "Players" and "size" of the key of index "BySize" of "Players"',
          "them",
        ),
      ],
    ],
    [
      "with the table",
      `[${TABLE_ARN}, ${index("ByLevel")}]`,
      "[id, level, name]",
      [misses('"day" of the key of table "Players"')],
    ],
  ])("%s", (_, resource, names, expected) => {
    expect(toldInBoth(RULE, policy("dynamodb:Query", list(names), resource) + table())).toEqual(expected);
    expect(
      toldInBoth(RULE, policy("dynamodb:Query", list(names), resource) + table("AWS::DynamoDB::GlobalTable")),
    ).toEqual(expected);
  });

  test("only for what works on indexes", () => {
    const resources = `[${TABLE_ARN}, ${index("*")}]`;
    expect(toldInBoth(RULE, policy("dynamodb:GetItem", list("[id, day]"), resources) + table())).toEqual([]);
    expect(toldInBoth(RULE, policy("dynamodb:GetItem", list("[x]"), index("*")) + table())).toEqual([]);
  });
});

describe("lists", () => {
  test.each([
    ["[id, day]", "ForAllValues:StringEquals"],
    ["[ID, Day]", "ForAllValues:StringEqualsIgnoreCase"],
    ['["i?", "d*"]', "ForAllValues:StringLike"],
    ["[day]", "ForAnyValue:StringEquals"],
    ["[x]", "ForAllValues:StringNotEquals"],
    ["[x]", "StringEquals"],
  ])("%s under %s has them, or is none", (names, operator) => {
    expect(toldInBoth(RULE, policy("dynamodb:GetItem", list(names, operator), TABLE_ARN) + table())).toEqual([]);
  });

  test.each([
    ["[id, Day]", "ForAllValues:StringEquals"],
    ["id", "forallvalues:stringequals"],
    ['["i*"]', "ForAllValues:StringLike"],
    ["[id]", "ForAllValues:StringEqualsIfExists"],
  ])("%s under %s has not", (names, operator) => {
    expect(toldInBoth(RULE, policy("dynamodb:GetItem", list(names, operator), TABLE_ARN) + table())).toEqual([DAY]);
  });

  test("a Deny is another matter, and a statement without the key", () => {
    expect(toldInBoth(RULE, policy("dynamodb:GetItem", LIST, TABLE_ARN).replace("Allow", "Deny") + table())).toEqual(
      [],
    );
    const other = '"ForAllValues:StringEquals": { "dynamodb:LeadingKeys": [a] }';
    expect(toldInBoth(RULE, policy("dynamodb:GetItem", other, TABLE_ARN) + table())).toEqual([]);
  });
});

describe("wherever policies are", () => {
  test("a table's own, by * or by its ARN", () => {
    expect(toldInBoth(RULE, inTable("dynamodb:GetItem", list("[name]")))).toEqual([
      misses('"id" of the key of table "Players"'),
    ]);
    expect(toldInBoth(RULE, inTable("dynamodb:GetItem", list("[name]"), ARN))).toEqual([
      misses('"id" of the key of table "Players"'),
    ]);
    expect(toldInBoth(RULE, inTable("dynamodb:GetItem", list("[id]")))).toEqual([]);
  });

  test("a replica's", () => {
    expect(toldInBoth(RULE, inReplica("dynamodb:GetItem", list("[name]")))).toEqual([
      misses('"id" of the key of table "Players"'),
    ]);
  });

  test("of another template, by its name", () => {
    const files = { "policy.yaml": policy("dynamodb:GetItem", LIST, ARN), "table.yaml": `Resources:\n${table()}` };
    expect(told(RULE, files)).toEqual([DAY]);
    expect(relatedTo(RULE, files)).toEqual(['1:2-1:9 it opens table "Players"']);
  });
});

describe("branches and what is not known", () => {
  const HEAD = `Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
Parameters:
  P: { Type: String }
  Name: { Type: String, Default: day }
  Either: { Type: String, AllowedValues: [day, night] }
`;

  test("a key that has the attribute in one branch only", () => {
    const keys =
      "KeySchema: [{ AttributeName: id, KeyType: HASH }, !If [IsProd, { AttributeName: day, KeyType: RANGE }, !Ref AWS::NoValue]]";
    const template = HEAD + policy("dynamodb:GetItem", LIST, TABLE_ARN) + table(undefined, keys);
    expect(toldInBoth(RULE, template)).toEqual([DAY.replace("info ", "info When IsProd is true: ")]);
  });

  test("a list that has it in one branch only", () => {
    const names = list("[id, !If [IsProd, day, name]]");
    expect(toldInBoth(RULE, HEAD + policy("dynamodb:GetItem", names, TABLE_ARN) + table())).toEqual([
      DAY.replace("info ", "info When IsProd is false: "),
    ]);
  });

  test("values of parameters", () => {
    const of = (name: string) => HEAD + policy("dynamodb:GetItem", list(`[id, !Ref ${name}]`), TABLE_ARN) + table();
    expect(toldInBoth(RULE, of("Name"))).toEqual([]);
    expect(toldInBoth(RULE, of("Either"))).toEqual([DAY.replace("info ", 'info When Either is "night": ')]);
    expect(toldInBoth(RULE, of("P"))).toEqual([]);
    expect(untold(RULE, of("P"))).toEqual([
      '16:56 it is not known whether dynamodb:Attributes lists the key of table "Players"',
    ]);
  });

  test("the key itself", () => {
    const of = (keys: string) => HEAD + policy("dynamodb:GetItem", LIST, TABLE_ARN) + table(undefined, keys);
    const named = of("KeySchema: [{ AttributeName: !Ref Name, KeyType: HASH }]");
    expect(toldInBoth(RULE, named)).toEqual([`${DAY} (with the default of parameter Name)`]);
    const unknown = of("KeySchema: [{ AttributeName: !Ref P, KeyType: HASH }]");
    expect(toldInBoth(RULE, unknown)).toEqual([]);
    expect(untold(RULE, unknown)).toEqual([
      '16:56 it is not known whether dynamodb:Attributes lists the key of table "Players"',
    ]);
    expect(untold(RULE, of("GlobalTableSourceArn: !Ref P"))).toEqual([
      '16:56 the key of table "Players" is not written here',
    ]);
    expect(toldInBoth(RULE, of("KeySchema: 1"))).toEqual([]);
  });

  test("a table of another template that has it in one branch only is passed over", () => {
    const keys = "KeySchema: [!If [C, { AttributeName: day, KeyType: HASH }, { AttributeName: id, KeyType: HASH }]]";
    const files = {
      "policy.yaml": policy("dynamodb:GetItem", LIST, ARN),
      "table.yaml": `Conditions:\n  C: !Equals [!Ref AWS::Region, a]\nResources:\n${table(undefined, keys)}`,
    };
    expect(told(RULE, files)).toEqual([]);
  });
});

describe("the fix", () => {
  const FIX = 'caution: Add "day" to the list (grants reading and writing it)';
  const block = (names: string) => `Resources:
  AppPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Statement:
          - Sid: Own
            Effect: Allow
            Action: dynamodb:UpdateItem
            Resource: !GetAtt Players.Arn
            Condition:
              ForAllValues:StringEquals:
                dynamodb:Attributes:${names}
              StringEquals:
                dynamodb:ReturnValues: NONE
${table()}`;

  test("adds the names at the end", () => {
    const template = block("\n                  - id # the player\n                  - name # shown to all");
    expect(offered(RULE, template)).toEqual([FIX]);
    expect(repaired(RULE, template)).toBe(
      template.replace("- name # shown to all", "- name # shown to all\n                  - day"),
    );
  });

  test("makes a list of a single name", () => {
    expect(repaired(RULE, block(" id"))).toBe(block("\n                  - id\n                  - day"));
  });

  test("in flow style and JSON, all at once", () => {
    const flow = block(" [name]");
    expect(offered(RULE, flow)).toEqual(['caution: Add "id" and "day" to the list (grants reading and writing them)']);
    expect(repaired(RULE, flow)).toBe(block(" [name, id, day]"));
    const json = asJson(block(" [id]"));
    expect(repaired(RULE, json)).toBe(
      json.replace('                    "id"\n', '                    "id",\n                    "day"\n'),
    );
  });

  test("is not offered where the last name is computed, nor for an empty list", () => {
    expect(offered(RULE, `Parameters:\n  P: { Type: String, Default: x }\n${block(" [id, !Ref P]")}`)).toEqual([]);
    expect(offered(RULE, block(" []"))).toEqual([]);
  });
});

test("an ordinary statement beside it is left alone", () => {
  expect(
    toldInBoth(
      RULE,
      policy("dynamodb:GetItem", list("[id, day]"), TABLE_ARN) +
        table() +
        `  Other:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Statement:
${allow("dynamodb:GetItem", TABLE_ARN)}${statement("dynamodb:GetItem", list("[day, id]"), TABLE_ARN)}`,
    ),
  ).toEqual([]);
});
