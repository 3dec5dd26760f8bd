import { describe, expect, test } from "vitest";
import { deniesOthers, fixesCallers } from "../../../core/iam/callers.ts";
import { statementsOf } from "../../../core/iam/statements.ts";
import { only, projectOf, propertyOf, templateOf } from "../model/support.ts";

function statement(condition: string) {
  const template = templateOf(
    projectOf(
      `Resources:\n  K:\n    Type: AWS::KMS::Key\n    Properties: { KeyPolicy: { Statement: { Effect: Deny, Principal: "*", Action: "kms:*", Condition: ${condition} } } }\n`,
    ),
  );
  return only(propertyOf(template, "K", "KeyPolicy").flatMap(statementsOf));
}

describe("tests that fix the callers", () => {
  test.each([
    ["StringEquals", "kms:CallerAccount", "'111122223333'", true],
    ["StringEquals", "KMS:calleraccount", "'111122223333'", true],
    ["StringEquals", "kms:CallerAccount", "!Ref AWS::AccountId", true],
    ["StringEquals", "kms:CallerAccount", "'${aws:ResourceAccount}'", true],
    ["StringEquals", "kms:CallerAccount", "'${aws:PrincipalAccount}'", false],
    ["StringEquals", "kms:CallerAccount", "['111122223333', '*']", false],
    ["StringEquals", "kms:CallerAccount", "''", false],
    ["StringEquals", "kms:CallerAccount", "[]", false],
    ["StringEquals", "kms:CallerAccount", "{}", false],
    ["ArnLike", "aws:PrincipalArn", "'arn:aws:iam::111122223333:role/*'", true],
    ["ArnLike", "aws:PrincipalArn", "'arn:aws:iam::1111*:role/x'", false],
    ["ArnLike", "aws:SourceArn", "'arn:aws:s3:::*'", false],
    ["ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "'o-1/*'", true],
    ["ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "'o-?/*'", false],
    ["IpAddress", "aws:SourceIp", "'::/0'", false],
    ["IpAddress", "aws:SourceIp", "'2001:db8::/32'", true],
    ["StringLike", "aws:userid", "'AROA*'", false],
    ["Bool", "aws:PrincipalIsAWSService", "'true'", true],
    ["Bool", "aws:PrincipalIsAWSService", "'false'", false],
    ["StringEquals", "aws:PrincipalTag/a", "b", false],
  ])("%s %s %s: %s", (operator, key, value, expected) => {
    const { conditions } = statement(`{ "${operator}": { "${key}": ${value} } }`);
    expect(conditions.some(fixesCallers)).toBe(expected);
  });
});

describe("denies that leave nobody else", () => {
  test.each([
    ["{ StringNotEquals: { aws:PrincipalOrgID: o-1 } }", true],
    ["{ StringNotLike: { aws:PrincipalOrgID: 'o-*' } }", false],
    ["{ 'ForAllValues:StringNotLike': { aws:PrincipalOrgPaths: 'o-1/*' } }", true],
    ["{ 'ForAnyValue:StringNotLike': { aws:PrincipalOrgPaths: 'o-1/*' } }", false],
    ["{ StringNotEquals: { aws:PrincipalOrgID: o-1, aws:SourceVpc: vpc-1 } }", true],
    ["{ StringNotEquals: { aws:PrincipalOrgID: o-1, aws:RequestedRegion: eu-west-1 } }", false],
    ["{ BoolIfExists: { aws:PrincipalIsAWSService: 'false' } }", true],
    ["{ Bool: { aws:SecureTransport: 'false' } }", false],
    ["{}", true],
    ["!Ref Unknown", false],
  ])("%s: %s", (condition, expected) => {
    expect(deniesOthers(statement(condition))).toBe(expected);
  });
});
