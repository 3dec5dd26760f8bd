import { describe, expect, test } from "vitest";
import { findAction } from "../../../core/iam/actions.ts";
import {
  excludeEachOther,
  isConstrained,
  isKey,
  isRefused,
  operatorOf,
  requiresKey,
  withValue,
} from "../../../core/iam/conditions.ts";
import { readPolicy, type Statement } from "../../../core/iam/statements.ts";
import { settings } from "../evaluate/support.ts";

function statement(condition: string, action = '"dynamodb:*"'): Statement {
  const document = `{ Statement: { Effect: Allow, Action: ${action}, Condition: ${condition} } }`;
  const [only] = settings(document, "Parameters:\n  P: { Type: String }").flatMap(
    (each) => readPolicy(each).statements,
  );
  if (!only) throw new Error("no statement");
  return only;
}

describe("operators", () => {
  const operator = (name: string) => {
    const [test] = statement(`{ "${name}": { k: v } }`).conditions;
    return test && operatorOf(test);
  };

  test.each([
    ["StringEquals", { name: "stringequals", ifExists: false, negated: false }],
    ["stringnotlike", { name: "stringnotlike", ifExists: false, negated: true }],
    ["ForAllValues:StringLike", { quantifier: "forallvalues", name: "stringlike", ifExists: false, negated: false }],
    [
      "foranyvalue:ARNNOTLIKEIFEXISTS",
      { quantifier: "foranyvalue", name: "arnnotlike", ifExists: true, negated: true },
    ],
    ["BoolIfExists", { name: "bool", ifExists: true, negated: false }],
    ["Null", { name: "null", ifExists: false, negated: false }],
    ["NotIpAddress", { name: "notipaddress", ifExists: false, negated: true }],
    ["DateGreaterThan", { name: "dategreaterthan", ifExists: false, negated: false }],
  ])("%s", (name, parts) => {
    expect(operator(name)).toEqual(parts);
  });

  test("keys compare without case", () => {
    const [test] = statement("{ Bool: { AWS:securetransport: true } }").conditions;
    expect(test && isKey(test, "aws:SecureTransport")).toBe(true);
    expect(test && isKey(test, "aws:SecureTransports")).toBe(false);
  });
});

describe("constrained", () => {
  test.each([
    ["{ StringEquals: { aws:SourceVpce: vpce-1 } }"],
    ["{ StringEquals: { aws:SourceVpc: !Ref P } }"],
    ["{ IpAddress: { aws:VpcSourceIp: 10.0.0.0/8 } }"],
    ["{ IpAddress: { aws:SourceIp: [192.0.2.0/24, 2001:db8::/32] } }"],
    ["{ StringLike: { aws:ResourceTag/team: a* } }"],
    ["{ Bool: { aws:MultiFactorAuthPresent: true } }"],
    ["{ NumericLessThan: { aws:MultiFactorAuthAge: 3600 } }"],
    ["{ StringEquals: { aws:CalledViaFirst: cloudformation.amazonaws.com } }"],
    ["{ StringEquals: { dynamodb:Attributes: a } }"],
    ['{ "ForAnyValue:StringEquals": { dynamodb:LeadingKeys: a } }'],
  ])("%s", (condition) => {
    expect(isConstrained(statement(condition))).toBe(true);
  });

  test.each([
    ["{}"],
    ["{ StringEquals: { aws:PrincipalOrgID: o-1 } }"],
    ["{ StringEquals: { aws:ResourceTag/: a } }"],
    ["{ IpAddress: { aws:SourceIp: 0.0.0.0/0 } }"],
    ["{ IpAddress: { aws:SourceIp: ['::/0'] } }"],
    ["{ StringLike: { aws:SourceVpc: '*' } }"],
    ["{ StringLike: { aws:SourceVpc: '?*' } }"],
    ["{ StringNotEquals: { aws:SourceVpc: vpc-1 } }"],
    ["{ StringEqualsIfExists: { aws:SourceVpc: vpc-1 } }"],
    ["{ StringEquals: { aws:SourceVpc: [] } }"],
    ['{ "Null": { aws:SourceVpc: false } }'],
    ['{ "ForAllValues:StringEquals": { aws:SourceVpc: vpc-1 } }'],
    ['{ "ForAllValues:StringEquals": { dynamodb:LeadingKeys: a } }'],
  ])("not %s", (condition) => {
    expect(isConstrained(statement(condition))).toBe(false);
  });

  test("ForAllValues works on item keys where every action brings them, or Null asks for them", () => {
    const keys = '{ "ForAllValues:StringEquals": { dynamodb:LeadingKeys: a } }';
    expect(isConstrained(statement(keys, "[dynamodb:GetItem, 'dynamodb:PartiQL*']"))).toBe(true);
    expect(isConstrained(statement(keys, "[dynamodb:GetItem, dynamodb:Scan]"))).toBe(false);
    expect(isConstrained(statement(keys, "[dynamodb:GetItem, !Ref P]"))).toBe(false);
    expect(
      isConstrained(statement('{ "ForAllValues:StringEquals": { dynamodb:Attributes: a } }', "dynamodb:Scan")),
    ).toBe(true);
    expect(isConstrained(statement(keys.replace(/ }$/, ', "Null": { dynamodb:LeadingKeys: false } }')))).toBe(true);
    expect(isConstrained(statement(keys.replace(/ }$/, ', "Null": { dynamodb:Attributes: false } }')))).toBe(false);
  });
});

test("what Null demands", () => {
  const demands = (values: string) =>
    requiresKey(statement(`{ "Null": { "DynamoDB:leadingkeys": ${values} } }`), "dynamodb:LeadingKeys");
  expect(["false", '"false"', '["False"]'].map(demands)).toEqual([true, true, true]);
  expect(["true", "[]", '["false", "true"]', "!Ref P"].map(demands)).toEqual([false, false, false, false]);
});

describe("a request with a value", () => {
  test.each([
    ["StringEquals", "[a, b]", true],
    ["StringEquals", "[A, c]", false],
    ["StringEquals", "[]", false],
    ["StringEquals", "!Ref P", undefined],
    ["StringEquals", "[b, !Ref P]", true],
    ["StringEquals", '"${aws:username}"', undefined],
    ["StringEqualsIfExists", "b", true],
    ["ForAllValues:StringEquals", "b", true],
    ["ForAnyValue:StringEquals", "a", false],
    ["StringEqualsIgnoreCase", "B", true],
    ["StringLike", '"?"', true],
    ["StringLike", '"a*"', false],
    ["StringNotEquals", "[a, b]", false],
    ["StringNotEquals", "[a]", true],
    ["StringNotEquals", "[a, !Ref P]", undefined],
    ["StringNotLikeIfExists", '"*"', false],
    ["StringNotEqualsIgnoreCase", "B", false],
    ["Bool", "B", true],
    ["Null", "true", false],
    ["Null", "false", true],
    ["Null", "!Ref P", undefined],
    ["NumericEquals", "1", undefined],
  ])("b under %s %s: %s", (operator, values, expected) => {
    const [test] = statement(`{ "${operator}": { k: ${values} } }`).conditions;
    expect(test && withValue(test, "b")).toBe(expected);
  });
});

describe("what is always refused", () => {
  test.each([
    ["GetItem", "{ StringEquals: { dynamodb:ReturnValues: NONE } }", true],
    ["GetItem", "{ StringEqualsIfExists: { dynamodb:ReturnValues: NONE } }", false],
    ["GetItem", "{ StringNotEquals: { dynamodb:ReturnValues: NONE } }", false],
    ["GetItem", "{ StringEquals: { DynamoDB:select: COUNT } }", false],
    ["UpdateItem", "{ StringEquals: { dynamodb:Select: COUNT } }", true],
    ["Scan", '{ "ForAnyValue:StringEquals": { dynamodb:LeadingKeys: a } }', true],
    ["Scan", '{ "ForAllValues:StringEquals": { dynamodb:LeadingKeys: a } }', false],
    ["Scan", '{ "Null": { dynamodb:LeadingKeys: false } }', true],
    ["Scan", "{ StringEquals: { aws:SourceVpc: a } }", false],
    ["Scan", "{}", false],
  ])("%s under %s: %s", (name, condition, expected) => {
    const action = findAction(`dynamodb:${name}`);
    expect(action && isRefused(statement(condition), action)).toBe(expected);
  });
});

describe("two conditions that no request passes together", () => {
  test.each([
    ["{ StringEquals: { k: a } }", "{ StringNotEquals: { k: a } }", true],
    ["{ StringEquals: { k: a } }", "{ StringNotEquals: { K: [a, b] } }", true],
    ["{ StringEquals: { k: [a, b] } }", "{ StringNotEquals: { k: a } }", false],
    ["{ StringEquals: { k: a } }", "{ StringEquals: { k: b } }", true],
    ["{ StringEquals: { k: a } }", "{ StringEquals: { k: [a, b] } }", false],
    ["{ StringEquals: { k: a } }", "{ StringNotEquals: { other: a } }", false],
    ["{ Bool: { k: true } }", '{ BoolIfExists: { k: "false" } }', true],
    ["{ StringEquals: { k: a } }", '{ Null: { k: "true" } }', true],
    ["{ StringEquals: { k: a } }", '{ Null: { k: "false" } }', false],
    ['{ StringEquals: { k: "${aws:PrincipalTag/k}" } }', '{ StringNotEquals: { k: "${aws:PrincipalTag/k}" } }', true],
    ['{ StringEquals: { k: "${aws:PrincipalTag/k}" } }', "{ StringEquals: { k: b } }", false],
    ["{ StringEquals: { k: !Ref P } }", "{ StringNotEquals: { k: !Ref P } }", true],
    ["{ StringEquals: { k: !Ref P } }", "{ StringEquals: { k: b } }", false],
    ["{ StringLike: { k: 'a*' } }", "{ StringNotLike: { k: 'a*' } }", true],
    ["{ StringLike: { k: 'a*' } }", "{ StringEquals: { k: 'b' } }", true],
    ["{ StringLike: { k: 'a*' } }", "{ StringEquals: { k: 'ab' } }", false],
    ["{ StringEqualsIfExists: { k: a } }", "{ StringNotEquals: { k: a } }", false],
    ["{ IpAddress: { k: 10.0.0.0/8 } }", "{ NotIpAddress: { k: 10.0.0.0/8 } }", true],
    ["{ IpAddress: { k: 10.0.0.0/8 } }", "{ IpAddress: { k: 11.0.0.0/8 } }", false],
    // A request may have several values of such a key.
    ['{ "ForAnyValue:StringEquals": { k: a } }', '{ "ForAnyValue:StringNotEquals": { k: a } }', false],
    ["{}", "{ StringNotEquals: { k: a } }", false],
  ])("%s and %s: %s", (a, b, expected) => {
    expect(excludeEachOther(statement(a), statement(b))).toBe(expected);
    expect(excludeEachOther(statement(b), statement(a))).toBe(expected);
  });
});
