import { describe, expect, test } from "vitest";
import { claimOf, issuerNamed, issuersOf } from "../../../core/model/issuers.ts";
import { principalsOf } from "../../../core/model/policies.ts";
import { only, projectOf, templateOf } from "./support.ts";

describe("what is known of an issuer", () => {
  test.each([
    ["token.actions.githubusercontent.com", "ci", true],
    ["token.actions.githubusercontent.com/acme", "ci", false],
    ["gitlab.com", "ci", true],
    ["gitlab.example.com", "ci", false],
    ["app.terraform.io", "ci", true],
    ["agent.buildkite.com", "ci", true],
    ["oidc.circleci.com", "ci", true],
    ["oidc.circleci.com/org/0a1b", "ci", false],
    ["api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc", "ci", false],
    ["vstoken.dev.azure.com/0a1b", "ci", false],
    ["acme.app.spacelift.io", "ci", false],
    ["api.pulumi.com/oidc", "ci", true],
    ["oidc.vercel.com", "workload", true],
    ["oidc.vercel.com/acme", "workload", false],
    ["oidc.eks.eu-west-1.amazonaws.com/id/0a1b", "kubernetes", false],
    ["cognito-identity.amazonaws.com", "end users", true],
    ["accounts.google.com", "end users", true],
    ["cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc", "end users", false],
  ])("%s", (url, kind, isShared) => {
    expect(issuerNamed(url)).toMatchObject({ kind, isShared });
  });

  test("a company's own sign-in is nobody's in particular", () => {
    expect(issuerNamed("login.example.com")).toBeUndefined();
  });
});

describe("the claim of a condition key", () => {
  test.each([
    ["token.actions.githubusercontent.com:sub", { issuer: "token.actions.githubusercontent.com", claim: "sub" }],
    ["Accounts.Google.com:AUD", { issuer: "accounts.google.com", claim: "aud" }],
    ["api.pulumi.com/oidc:aud", { issuer: "api.pulumi.com/oidc", claim: "aud" }],
    ["${Provider}:sub", { issuer: "${provider}", claim: "sub" }],
    ["aws:PrincipalOrgID", undefined],
    ["sts:ExternalId", undefined],
    ["sub", undefined],
    ["", undefined],
  ])("%s", (key, expected) => {
    expect(claimOf(key)).toEqual(expected);
  });
});

describe("the issuers of a trust statement", () => {
  const issuers = (principal: string, rest = "", around = "") => {
    const template = `Parameters:
  P: { Type: String }
Resources:
  R:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Statement: { Effect: Allow, Principal: ${principal}, Action: "sts:AssumeRoleWithWebIdentity"${rest} } }
${around}`;
    return only(principalsOf(templateOf(projectOf(template)))).trust.flatMap(issuersOf);
  };
  const provider = (url: string) => `  Provider: { Type: AWS::IAM::OIDCProvider, Properties: { Url: ${url} } }
  Cluster: { Type: AWS::EKS::Cluster }
`;

  test.each([
    ["{ Federated: cognito-identity.amazonaws.com }", ["cognito-identity.amazonaws.com"]],
    ["{ Federated: arn:aws:iam::111122223333:oidc-provider/GitLab.com }", ["gitlab.com"]],
    ['{ Federated: !Sub "arn:aws:iam::${AWS::AccountId}:oidc-provider/app.terraform.io" }', ["app.terraform.io"]],
    ["{ Federated: [accounts.google.com, www.amazon.com] }", ["accounts.google.com", "www.amazon.com"]],
    ["{ Federated: arn:aws:iam::111122223333:saml-provider/staff }", []],
    ["{ Service: ec2.amazonaws.com }", []],
    ["{ Federated: !Ref P }", []],
  ])("%s", (principal, expected) => {
    expect(issuers(principal)).toEqual(expected);
  });

  test.each([
    ["https://gitlab.com", ["gitlab.com"]],
    ["https://gitlab.example.com/", ["gitlab.example.com"]],
    ["!GetAtt Cluster.OpenIdConnectIssuerUrl", ["oidc.eks."]],
    ["!Ref P", []],
  ])("of a provider in the template with the URL %s", (url, expected) => {
    expect(issuers("{ Federated: !Ref Provider }", "", provider(url))).toEqual(expected);
    expect(issuers("{ Federated: !GetAtt Provider.Arn }", "", provider(url))).toEqual(expected);
  });

  test("by the condition keys where nothing else tells", () => {
    const condition = ", Condition: { StringEquals: { gitlab.com:sub: x, aws:SourceIp: y } }";
    expect(issuers("{ Federated: !Ref P }", condition)).toEqual(["gitlab.com"]);
    expect(issuers("{ Federated: accounts.google.com }", condition)).toEqual(["accounts.google.com"]);
  });
});
