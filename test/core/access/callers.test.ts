import { describe, expect, test } from "vitest";
import { notLimitedByDeny, separationBy } from "../../../core/access/callers.ts";
import { identityPoliciesOf, principalsOf } from "../../../core/model/policies.ts";
import { only, projectOf, templateOf } from "../model/support.ts";

const SUB = "${cognito-identity.amazonaws.com:sub}";

/** A project with a role that has the statements. */
const project = (...statements: string[]) =>
  projectOf(`Parameters:
  P: { Type: String }
Resources:
  R:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyDocument:
            Version: "2012-10-17"
            Statement:
${statements.map((each) => `              - ${each}\n`).join("")}`);
const allow = (condition = "", resource = '"arn:aws:dynamodb:eu-west-1:111122223333:table/a"') =>
  `{ Effect: Allow, Action: "dynamodb:*", Resource: ${resource}${condition && `, Condition: ${condition}`} }`;
const keys = (operator: string, values: string) => `{ "${operator}": { dynamodb:LeadingKeys: ${values} } }`;

describe("whether a statement keeps callers apart", () => {
  test.each([
    [allow(), "open"],
    [allow(keys("ForAllValues:StringEquals", `["${SUB}"]`)), "apart"],
    [allow(keys("StringLike", `["USER#${SUB}#*", "PUBLIC"]`)), "apart"],
    [allow(keys("StringEquals", '["${aws:PrincipalTag/tenant}"]')), "apart"],
    [allow(keys("StringEquals", "[\"${aws:PrincipalTag/tenant, 'none'}\"]")), "apart"],
    [allow(keys("StringEquals", '["${saml:sub}"]')), "apart"],
    [allow(keys("StringEquals", '["${cognito-identity.amazonaws.com:aud}"]')), "shared"],
    [allow(keys("StringEquals", '["a", "b"]')), "shared"],
    [allow(keys("StringEquals", '["*"]')), "shared"],
    [allow(keys("StringLike", `["${SUB}", "*"]`)), "open"],
    [allow(keys("StringNotEquals", `["${SUB}"]`)), "open"],
    [allow(keys("StringEquals", "[!Ref P]")), "unknown"],
    [allow("!Ref P"), "unknown"],
    [allow("", `"arn:aws:dynamodb:eu-west-1:111122223333:table/a-${SUB}"`), "apart"],
    [allow("", '"*"'), "open"],
    [allow(`{ StringEquals: { aws:ResourceTag/owner: "${SUB}" } }`), "apart"],
    [allow("{ StringEquals: { aws:ResourceTag/owner: me } }"), "open"],
    [allow(`{ StringNotEquals: { aws:ResourceTag/owner: "${SUB}" } }`), "open"],
    [allow('{ StringEquals: { "cognito-identity.amazonaws.com:sub": x } }'), "apart"],
    [allow('{ StringLike: { "cognito-identity.amazonaws.com:sub": "*" } }'), "open"],
  ])("%s", (statement, expected) => {
    const policy = only(identityPoliciesOf(templateOf(project(statement))));
    expect(separationBy(only(policy.statements))).toBe(expected);
  });
});

describe("what a Deny leaves to every caller", () => {
  const NAMES = ["dynamodb:GetItem", "dynamodb:Scan"];
  const left = (deny: string) => {
    const both = project(allow(), deny);
    const [statement] = only(identityPoliciesOf(templateOf(both))).statements;
    const principal = only(principalsOf(templateOf(both)));
    return statement && notLimitedByDeny(both, principal, statement, NAMES, () => new Set(NAMES));
  };
  const deny = (condition: string, resource = '"*"') =>
    `{ Effect: Deny, Action: "dynamodb:*", Resource: ${resource}, Condition: ${condition} }`;

  test.each([
    ["StringNotEquals", `["${SUB}"]`, []],
    ["ForAnyValue:StringNotEquals", `["${SUB}"]`, ["dynamodb:Scan"]],
    ["ForAllValues:StringNotEquals", `["${SUB}"]`, ["dynamodb:GetItem"]],
    ["StringNotEquals", '["a"]', ["dynamodb:GetItem"]],
    ["StringEquals", `["${SUB}"]`, NAMES],
    ["Null", '"true"', ["dynamodb:GetItem"]],
    ["Null", '"false"', NAMES],
  ])("%s %s", (operator, values, expected) => {
    expect(left(deny(keys(operator, values)))).toEqual(expected);
  });

  test("on another table, or together with something else", () => {
    const own = keys("StringNotEquals", `["${SUB}"]`);
    expect(left(deny(own, '"arn:aws:dynamodb:eu-west-1:111122223333:table/b"'))).toEqual(NAMES);
    expect(left(deny(own.replace("} }", "}, Bool: { aws:SecureTransport: true } }")))).toEqual(NAMES);
  });
});
