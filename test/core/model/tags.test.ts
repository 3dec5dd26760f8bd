import { describe, expect, test } from "vitest";
import { text } from "../../../core/evaluate/setting.ts";
import { tablesOf } from "../../../core/model/tables.ts";
import { type TagList, tagsNamed, tagsOfCopy, tagsOfStream } from "../../../core/model/tags.ts";
import { only, projectOf, templateOf } from "./support.ts";

const tableIn = (yaml: string) => only(tablesOf(templateOf(projectOf(yaml))));
const shown = (list: TagList) =>
  `${list.tags.map(({ key, value }) => `${key}=${text(value) ?? "?"}`).join(",")}${list.isPartlyUnknown ? " and more" : ""}`;

const plain = (properties: string, type = "AWS::DynamoDB::Table") => `Transform: AWS::Serverless-2016-10-31
Parameters: { P: { Type: String } }
Conditions: { C: !Equals [!Ref P, x] }
Resources:
  Orders:
    Type: ${type}
    Properties: { ${properties} }
`;

describe("the tags of a table", () => {
  test.each([
    ["Tags: [{ Key: env, Value: prod }, { Key: team, Value: a }]", ["env=prod,team=a"]],
    ["BillingMode: PAY_PER_REQUEST", [""]],
    ["Tags: []", [""]],
    ["Tags: !Ref P", [" and more"]],
    ["Tags: [{ Key: !Ref P, Value: x }, { Key: a, Value: !Ref P }]", ["a=? and more"]],
    ["Tags: !If [C, [{ Key: env, Value: prod }], !Ref AWS::NoValue]", ["env=prod", ""]],
    ["Tags: [{ Key: env }, x, { Value: y }]", [" and more"]],
  ])("%s", (properties, lists) => {
    const [copy] = tableIn(plain(properties)).copies;
    expect(copy && tagsOfCopy(copy).map(shown)).toEqual(lists);
  });

  test("SAM writes a map", () => {
    const [copy] = tableIn(plain("Tags: { env: prod }", "AWS::Serverless::SimpleTable")).copies;
    expect(copy && tagsOfCopy(copy).map(shown)).toEqual(["env=prod"]);
  });

  test("each replica has its own, and its stream too", () => {
    const table = tableIn(
      plain(
        "Replicas: [{ Region: eu-west-1, Tags: [{ Key: env, Value: prod }] }, { Region: eu-west-2, ReplicaStreamSpecification: { Tags: [{ Key: s, Value: t }] } }]",
        "AWS::DynamoDB::GlobalTable",
      ),
    );
    expect(table.copies.map((copy) => tagsOfCopy(copy).map(shown))).toEqual([["env=prod"], [""]]);
    expect(table.copies.map((copy) => tagsOfStream(table, copy).map(shown))).toEqual([[""], ["s=t"]]);
  });

  test("a stream does not inherit them", () => {
    const table = tableIn(
      plain("Tags: [{ Key: env, Value: prod }], StreamSpecification: { StreamViewType: KEYS_ONLY }"),
    );
    const [copy] = table.copies;
    expect(copy && tagsOfStream(table, copy).map(shown)).toEqual([""]);
  });
});

test("keys compare without case", () => {
  const [copy] = tableIn(plain("Tags: [{ Key: Env, Value: prod }]")).copies;
  const [list] = copy ? tagsOfCopy(copy) : [];
  expect(list && tagsNamed(list, "env").map(({ key }) => key)).toEqual(["Env"]);
  expect(list && tagsNamed(list, "environment")).toEqual([]);
});
