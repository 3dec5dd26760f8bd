import { describe, expect, test } from "vitest";
import {
  asksClaim,
  asksExternalId,
  asksMore,
  asksWho,
  type Demands,
  demandsOf,
  letsIn,
  takersOf,
} from "../../../core/access/trust.ts";
import type { Statement } from "../../../core/iam/statements.ts";
import { issuerNamed } from "../../../core/model/issuers.ts";
import { principalsOf } from "../../../core/model/policies.ts";
import { only, projectOf, templateOf } from "../model/support.ts";

/** The statements of a role's trust policy, in the order written. */
function trust(...statements: string[]): readonly Statement[] {
  const template = `Parameters:
  P: { Type: String }
Resources:
  R:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
${statements.map((each) => `          - ${each}\n`).join("")}`;
  return only(principalsOf(templateOf(projectOf(template)))).trust;
}
const statement = (effect: string, principal: string, condition = "", action = "sts:AssumeRole") =>
  `{ Effect: ${effect}, Principal: ${principal}, Action: "${action}"${condition && `, Condition: ${condition}`} }`;

function demands(condition: string, ...denies: string[]): Demands | undefined {
  const all = trust(statement("Allow", '"*"', condition), ...denies);
  return demandsOf(all[0] as Statement, all);
}
const known = (condition: string): Demands => demands(condition) ?? { tests: [], isUnknown: true };

describe("what a trust statement asks for", () => {
  const shown = (found: Demands | undefined) => found?.tests.map(({ operator, key }) => `${operator} ${key}`);

  test("its condition", () => {
    expect(shown(demands("{ StringEquals: { sts:ExternalId: x, aws:PrincipalOrgID: o } }"))).toEqual([
      "StringEquals sts:ExternalId",
      "StringEquals aws:PrincipalOrgID",
    ]);
    expect(demands("")).toEqual({ tests: [], isUnknown: false });
    expect(demands("!Ref P")).toEqual({ tests: [], isUnknown: true });
  });

  test.each([
    ["{ StringNotEquals: { aws:PrincipalOrgID: o } }", ["stringequals aws:PrincipalOrgID"]],
    ["{ StringNotLikeIfExists: { aws:PrincipalArn: a } }", ["stringlike aws:PrincipalArn"]],
    [
      '{ "ForAllValues:StringNotEquals": { aws:PrincipalOrgPaths: o } }',
      ["ForAnyValue:stringequals aws:PrincipalOrgPaths"],
    ],
    ["{ BoolIfExists: { aws:MultiFactorAuthPresent: false } }", ["Bool aws:MultiFactorAuthPresent"]],
    ["{ Bool: { aws:MultiFactorAuthPresent: false } }", []],
    ["{ StringEquals: { aws:PrincipalOrgID: o } }", []],
    ['{ "ForAnyValue:StringNotEquals": { aws:PrincipalOrgPaths: o } }', []],
    ["{ StringNotEquals: { aws:PrincipalOrgID: o, aws:PrincipalArn: a } }", []],
  ])("a Deny under %s adds its opposite", (condition, expected) => {
    expect(shown(demands("", statement("Deny", '"*"', condition)))).toEqual(expected);
  });

  test("a Deny of everything leaves nobody, one of something else says nothing", () => {
    expect(demands("", statement("Deny", '"*"'))).toBeUndefined();
    expect(demands("", statement("Deny", "{ AWS: '*' }", "", "sts:*"))).toBeUndefined();
    expect(demands("", statement("Deny", "{ AWS: arn:aws:iam::111122223333:user/a }"))?.tests).toEqual([]);
    expect(demands("", statement("Deny", '"*"', "", "sts:TagSession"))?.tests).toEqual([]);
    expect(demands("", statement("Deny", '"*"', "!Ref P"))?.isUnknown).toBe(true);
  });
});

describe("whom it lets in", () => {
  test.each([
    ["{ AWS: '*' }", "sts:AssumeRole", true],
    ["{ AWS: '*' }", "sts:*", true],
    ["{ AWS: '*' }", "sts:AssumeRoleWithWebIdentity", false],
    ["{ Federated: accounts.google.com }", "sts:AssumeRoleWithWebIdentity", true],
    ["{ Federated: accounts.google.com }", "sts:AssumeRole", false],
    ["{ Federated: accounts.google.com }", "sts:AssumeRole*", true],
  ])("%s by %s", (principal, action, expected) => {
    const [found] = trust(statement("Allow", principal, "", action));
    expect(found && letsIn(found, only(found.principals))).toBe(expected);
  });

  test("unknown actions", () => {
    const [found] = trust(statement("Allow", "{ AWS: '*' }").replace('"sts:AssumeRole"', "!Ref P"));
    expect(found && letsIn(found, only(found.principals))).toBeUndefined();
  });
});

test.each([
  ["{ StringEquals: { aws:PrincipalOrgID: o-1 } }", "who"],
  ["{ StringLike: { aws:PrincipalArn: 'arn:aws:iam::111122223333:role/*' } }", "who"],
  ["{ StringLike: { aws:PrincipalArn: '*role/app' } }", ""],
  ["{ StringEquals: { sts:ExternalId: x } }", "external id"],
  ["{ StringLike: { sts:ExternalId: '*' } }", ""],
  ["{ Bool: { aws:MultiFactorAuthPresent: true } }", "more"],
  ["{ StringEquals: { aws:PrincipalTag/a: b } }", "more"],
  ["{ Bool: { aws:SecureTransport: true } }", ""],
])("%s asks for: %s", (condition, expected) => {
  const found = known(condition);
  const asked = [asksWho(found) && "who", asksExternalId(found) && "external id", asksMore(found) && "more"];
  expect(asked.filter(Boolean).join()).toBe(expected);
});

test("a claim that is asked for", () => {
  const found = known(
    "{ StringEquals: { accounts.google.com:aud: app }, StringLike: { accounts.google.com:azp: '*' } }",
  );
  expect(asksClaim(found, "aud")).toBe(true);
  expect(asksClaim(found, "azp", "sub")).toBe(false);
});

describe("whose tokens it takes", () => {
  test.each([
    ["gitlab.com", "", "anyone"],
    ["gitlab.com", "{ StringLike: { gitlab.com:sub: 'project_path:*' } }", "anyone"],
    ["gitlab.com", "{ StringLike: { gitlab.com:sub: 'project_path:acme/*' } }", "owner acme"],
    ["gitlab.com", "{ StringLike: { gitlab.com:sub: !Sub 'project_path:${P}/*' } }", "owner undefined"],
    ["gitlab.com", "{ StringLike: { gitlab.com:sub: !Ref P } }", "unknown"],
    ["gitlab.com", "{ StringEquals: { gitlab.com:sub: 'project_path:acme/*' } }", "narrow"],
    ["gitlab.com", "{ StringEquals: { gitlab.com:aud: x } }", "anyone"],
    ["oidc.eks.x", "{ StringLike: { oidc.eks.x:sub: 'system:serviceaccount:shop:*' } }", "narrow"],
    ["oidc.eks.x", "{ StringLike: { oidc.eks.x:sub: 'system:serviceaccount:*:*' } }", "anyone"],
  ])("%s %s", (url, condition, expected) => {
    const issuer = issuerNamed(url);
    const takers = issuer && takersOf(issuer, known(condition));
    expect(takers?.kind === "owner" ? `owner ${takers.owner}` : takers?.kind).toBe(expected);
  });
});
