import { describe, expect, test } from "vitest";
import { type ConditionTest, statementsOf } from "../../../core/iam/statements.ts";
import { comparisonOf, lacks, pinsOf } from "../../../core/iam/via-service.ts";
import { only, projectOf, propertyOf, templateOf } from "../model/support.ts";

function via(values: string, operator = "StringEquals"): ConditionTest {
  const template = templateOf(
    projectOf(
      `Resources:\n  K:\n    Type: AWS::KMS::Key\n    Properties: { KeyPolicy: { Statement: { Effect: Allow, Condition: { "${operator}": { kms:ViaService: ${values} } } } } }\n`,
    ),
  );
  return only(only(propertyOf(template, "K", "KeyPolicy").flatMap(statementsOf)).conditions);
}

test.each([
  ["StringEquals", { expands: false, negated: false }],
  ["ForAnyValue:StringEqualsIgnoreCaseIfExists", { expands: false, negated: false }],
  ["StringNotEquals", { expands: false, negated: true }],
  ["stringLike", { expands: true, negated: false }],
  ["StringNotLike", { expands: true, negated: true }],
  ["Null", undefined],
  ["ArnLike", undefined],
])("%s", (operator, expected) => {
  expect(comparisonOf(via("x", operator))).toEqual(expected);
});

describe("the regions that values name", () => {
  test.each([
    ["dynamodb.us-east-1.amazonaws.com", ["us-east-1 amazonaws.com"]],
    ["[dynamodb.cn-north-1.amazonaws.com.cn, s3.x.amazonaws.com]", ["cn-north-1 amazonaws.com.cn"]],
    ["!Sub 'dynamodb.${AWS::Region}.${AWS::URLSuffix}'", ["${AWS::Region} ${AWS::URLSuffix}"]],
    ["dynamodb.amazonaws.com", []],
    ["[]", []],
    ["!ImportValue service", undefined],
    ["[dynamodb.us-east-1.amazonaws.com, !ImportValue service]", undefined],
  ])("%s", (values, expected) => {
    expect(pinsOf(via(values), false)?.map(({ region, suffix }) => `${region} ${suffix}`)).toEqual(expected);
  });
});

describe("do they leave a region out", () => {
  const pins = (regions: readonly string[], expands = false) =>
    pinsOf(via(`[${regions.map((region) => `!Sub 'dynamodb.${region}.amazonaws.com'`)}]`), expands) ?? [];

  test.each([
    [["a", "b"], ["a"], true],
    [["a", "b"], ["a", "b", "c"], false],
    [["a", "b"], ["a", "c"], true],
    [["a", "b"], ["${AWS::Region}"], true],
    [["a", "b"], ["a", "${AWS::Region}"], false],
    [["a", "b", "c"], ["a", "${AWS::Region}"], true],
    [["${AWS::Region}", "b"], ["${AWS::Region}"], true],
    [["${AWS::Region}", "b"], ["${AWS::Region}", "b"], false],
    [["${AWS::Region}", "b"], ["a", "b"], false],
    [["${AWS::Region}", "b"], ["a", "c"], true],
  ])("%s with %s: %s", (regions, pinned, expected) => {
    expect(lacks(regions, pins(pinned))).toBe(expected);
  });

  test.each([
    [["us-east-1", "us-west-2"], ["us-*"], false],
    [["us-east-1", "eu-west-1"], ["us-*"], true],
    [["${AWS::Region}", "us-east-1"], ["us-*"], false],
  ])("%s with the pattern %s: %s", (regions, pinned, expected) => {
    expect(lacks(regions, pins(pinned, true))).toBe(expected);
  });
});
