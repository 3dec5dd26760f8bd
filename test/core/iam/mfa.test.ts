import { describe, expect, test } from "vitest";
import { isMfaTrueFor, mfaTests, type Signing } from "../../../core/iam/mfa.ts";
import { readPolicy, type Statement } from "../../../core/iam/statements.ts";
import { settings } from "../evaluate/support.ts";

function statement(condition: string): Statement {
  const document = `{ Statement: { Effect: Deny, Action: "dynamodb:*", Condition: ${condition} } }`;
  const [only] = settings(document, "Parameters:\n  P: { Type: String }").flatMap(
    (each) => readPolicy(each).statements,
  );
  if (!only) throw new Error("no statement");
  return only;
}

const SIGNINGS: readonly Signing[] = ["long-term keys", "without MFA", "with MFA"];

describe("for long-term keys, temporary credentials without MFA and with it", () => {
  test.each<[string, (boolean | undefined)[]]>([
    ["{ Bool: { aws:MultiFactorAuthPresent: false } }", [false, true, false]],
    ["{ Bool: { aws:MultiFactorAuthPresent: true } }", [false, false, true]],
    ['{ bool: { "AWS:multifactorauthpresent": ["false"] } }', [false, true, false]],
    ["{ Bool: { aws:MultiFactorAuthPresent: [true, false] } }", [false, true, true]],
    ["{ BoolIfExists: { aws:MultiFactorAuthPresent: false } }", [true, true, false]],
    ["{ BoolIfExists: { aws:MultiFactorAuthPresent: true } }", [true, false, true]],
    ["{ Null: { aws:MultiFactorAuthPresent: true } }", [true, false, false]],
    ["{ Null: { aws:MultiFactorAuthPresent: false } }", [false, true, true]],
    ["{ StringEquals: { aws:MultiFactorAuthPresent: false } }", [false, true, false]],
    ["{ StringNotEquals: { aws:MultiFactorAuthPresent: true } }", [true, true, false]],
    ["{ ForAllValues:Bool: { aws:MultiFactorAuthPresent: true } }", [true, false, true]],
    ["{ ForAnyValue:Bool: { aws:MultiFactorAuthPresent: true } }", [false, false, true]],
    ["{ Null: { aws:MultiFactorAuthAge: true } }", [true, true, false]],
    ["{ Null: { aws:MultiFactorAuthAge: false } }", [false, false, true]],
    ["{ NumericLessThan: { aws:MultiFactorAuthAge: 3600 } }", [false, false, undefined]],
    ["{ NumericGreaterThanIfExists: { aws:MultiFactorAuthAge: 3600 } }", [true, true, undefined]],
    ["{ Bool: { aws:MultiFactorAuthPresent: !Ref P } }", [false, undefined, undefined]],
    ["{ Bool: { aws:MultiFactorAuthPresent: maybe } }", [false, undefined, undefined]],
    [
      "{ Bool: { aws:MultiFactorAuthPresent: true }, Null: { aws:MultiFactorAuthPresent: false } }",
      [false, false, true],
    ],
    ["{ Bool: { aws:SecureTransport: false } }", [true, true, true]],
  ])("%s", (condition, answers) => {
    expect(SIGNINGS.map((signing) => isMfaTrueFor(statement(condition), signing))).toEqual(answers);
  });
});

test("only the two keys are about MFA", () => {
  const keys =
    "{ aws:MultiFactorAuthPresent: 1, aws:multifactorauthage: 1, aws:MultiFactorAuth: 1, aws:SecureTransport: 1 }";
  expect(mfaTests(statement(`{ StringEquals: ${keys} }`)).map(({ key }) => key)).toEqual([
    "aws:MultiFactorAuthPresent",
    "aws:multifactorauthage",
  ]);
});
