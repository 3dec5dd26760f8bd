import { describe, expect, test } from "vitest";
import { deniesWithoutMfa, requiresMfa } from "../../../core/iam/mfa-demand.ts";
import { identityPoliciesOf } from "../../../core/model/policies.ts";
import { only, projectOf, templateOf } from "../model/support.ts";

function statementWith(condition: string, effect = "Allow") {
  const project = projectOf(`Parameters:
  P: { Type: String }
Resources:
  Policy:
    Type: AWS::IAM::ManagedPolicy
    Properties: { PolicyDocument: { Statement: { Effect: ${effect}, Action: "a:b", Resource: "*", Condition: ${condition} } } }
`);
  return only(only(identityPoliciesOf(templateOf(project))).statements);
}

const present = (operator: string, value = '"true"', key = "aws:MultiFactorAuthPresent") =>
  `{ "${operator}": { "${key}": ${value} } }`;
const age = (operator: string, value = '"3600"') => present(operator, value, "aws:MultiFactorAuthAge");

describe("an Allow asks for MFA", () => {
  test.each([
    [present("Bool"), true],
    [present("bool", "true", "AWS:multifactorauthpresent"), true],
    [age("NumericLessThan"), true],
    [age("NumericLessThanEquals"), true],
    [`{ Bool: { "aws:MultiFactorAuthPresent": "true" }, StringEquals: { "aws:RequestedRegion": eu-west-1 } }`, true],
    [present("Bool", '"false"'), false],
    [present("Bool", '["true", "false"]'), false],
    [present("BoolIfExists"), false],
    [present("Null", '"false"'), false],
    [present("Bool", "!Ref P"), false],
    [age("NumericLessThanIfExists"), false],
    [age("NumericGreaterThan"), false],
    [present("Bool", '"true"', "aws:SecureTransport"), false],
    ["{}", false],
  ])("%s: %s", (condition, expected) => {
    expect(requiresMfa(statementWith(condition))).toBe(expected);
  });
});

describe("a Deny stops who has none", () => {
  test.each([
    [present("BoolIfExists", '"false"'), true],
    [present("Bool", '"false"'), true],
    [present("Null", '"true"'), true],
    [age("NumericGreaterThanIfExists"), true],
    [age("Null", '"true"'), true],
    [present("Bool", '"true"'), false],
    [present("Null", '"false"'), false],
    [age("NumericLessThan"), false],
    [
      `{ BoolIfExists: { "aws:MultiFactorAuthPresent": "false" }, StringEquals: { "aws:RequestedRegion": eu-west-1 } }`,
      false,
    ],
    ["{}", false],
    ["!Ref P", false],
  ])("%s: %s", (condition, expected) => {
    expect(deniesWithoutMfa(statementWith(condition, "Deny"))).toBe(expected);
    expect(deniesWithoutMfa(statementWith(condition, "Allow"))).toBe(false);
  });
});
