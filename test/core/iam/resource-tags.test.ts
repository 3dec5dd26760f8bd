import { describe, expect, test } from "vitest";
import { asksForText, matchesText, resourceTagOf } from "../../../core/iam/resource-tags.ts";
import { type ConditionTest, readPolicy } from "../../../core/iam/statements.ts";
import { settings } from "../evaluate/support.ts";

function condition(operator: string, value: string, key = "aws:ResourceTag/env"): ConditionTest {
  const document = `{ Statement: { Effect: Deny, Condition: { "${operator}": { "${key}": ${value} } } } }`;
  const [only] = settings(document, "Parameters:\n  P: { Type: String }").flatMap(
    (each) => readPolicy(each).statements[0]?.conditions ?? [],
  );
  if (!only) throw new Error("no test");
  return only;
}

test.each([
  ["aws:ResourceTag/env", "env"],
  ["AWS:resourcetag/Cost Center", "Cost Center"],
  ["aws:ResourceTag/", undefined],
  ["aws:RequestTag/env", undefined],
  ["dynamodb:ResourceTag/env", undefined],
])("%s is about tag %s", (key, tag) => {
  expect(resourceTagOf(condition("StringEquals", "x", key))).toBe(tag);
});

test.each([
  ["StringEquals", "prod", true],
  ["StringEquals", "[prod, dev]", true],
  ["StringLike", '"prod*"', true],
  ["ForAnyValue:StringEquals", "prod", true],
  ["StringNotEquals", "prod", false],
  ["StringEqualsIfExists", "prod", false],
  ["ForAllValues:StringEquals", "prod", false],
  ["Null", "false", false],
  ["StringEquals", '"${aws:PrincipalTag/env}"', false],
  ["StringLike", '"${aws:PrincipalTag/env}*"', false],
  ["StringEquals", "!Ref P", false],
  ["StringEquals", "[]", false],
  ["NumericEquals", "7", false],
])("%s %s asks for a text: %s", (operator, value, answer) => {
  expect(asksForText(condition(operator, value))).toBe(answer);
});

describe("what is asked for", () => {
  test.each([
    ["StringEquals", "prod", "prod", true],
    ["StringEquals", "prod", "Prod", false],
    ["StringEquals", "[dev, prod]", "prod", true],
    ["StringEqualsIgnoreCase", "prod", "Prod", true],
    ["StringLike", '"prod-*"', "prod-eu", true],
    ["StringLike", '"prod-*"', "Prod-eu", false],
  ])("%s %s, %s: %s", (operator, wanted, value, answer) => {
    expect(matchesText(condition(operator, wanted), value)).toBe(answer);
  });
});
