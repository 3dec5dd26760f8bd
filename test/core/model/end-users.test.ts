import { describe, expect, test } from "vitest";
import { clusterArns, daxClustersOf, daxRolesOf, unknownDaxRoles } from "../../../core/model/dax.ts";
import { endUserRolesOf, unknownEndUserRoles } from "../../../core/model/end-users.ts";
import { only, projectOf, showArn, templateOf } from "./support.ts";

const role = (principal: string, condition = "") =>
  `  R: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: { Statement: { Effect: Allow, Principal: ${principal}, Action: "*"${condition && `, Condition: ${condition}`} } } } }\n`;
const attachment = (roles: string, pool = "!Ref Pool") =>
  `  A: { Type: AWS::Cognito::IdentityPoolRoleAttachment, Properties: { IdentityPoolId: ${pool}, ${roles} } }\n`;
const pool = (open: string) =>
  `  Pool: { Type: AWS::Cognito::IdentityPool, Properties: { AllowUnauthenticatedIdentities: ${open} } }\n`;
const LAMBDA = "{ Service: lambda.amazonaws.com }";

const found = (resources: string) =>
  [...endUserRolesOf(projectOf(`Parameters:\n  P: { Type: String }\nResources:\n${resources}`))].flatMap(
    ([{ resource }, all]) =>
      all.map(
        ({ kind, pool: from, guestsAreOff }) =>
          `${resource.logicalId} ${kind} ${from?.resource.logicalId ?? "-"}${guestsAreOff ? " off" : ""}`,
      ),
  );

describe("the roles of end users", () => {
  test.each([
    ["Roles: { authenticated: !GetAtt R.Arn }", "true", ["R user Pool"]],
    ["Roles: { unauthenticated: !GetAtt R.Arn }", "true", ["R guest Pool"]],
    ["Roles: { unauthenticated: !GetAtt R.Arn }", "false", ["R guest Pool off"]],
    ["Roles: { unauthenticated: !GetAtt R.Arn }", "!Ref P", ["R guest Pool"]],
    [
      "Roles: { authenticated: !GetAtt R.Arn, unauthenticated: !GetAtt R.Arn }",
      "true",
      ["R user Pool", "R guest Pool"],
    ],
    [
      "RoleMappings: { x: { Type: Rules, RulesConfiguration: { Rules: [{ RoleARN: !GetAtt R.Arn }] } }, y: { Type: Token } }",
      "true",
      ["R user Pool"],
    ],
    ["Roles: {}", "true", []],
    ["Roles: { authenticated: !Ref P }", "true", []],
  ])("%s of a pool with guests: %s", (roles, open, expected) => {
    expect(found(role(LAMBDA) + pool(open) + attachment(roles))).toEqual(expected);
  });

  test("of a pool that is not in view", () => {
    expect(found(role(LAMBDA) + attachment("Roles: { authenticated: !GetAtt R.Arn }", "p"))).toEqual(["R user -"]);
  });

  test.each([
    ["{ Federated: cognito-identity.amazonaws.com }", "", ["R user -"]],
    [
      "{ Federated: cognito-identity.amazonaws.com }",
      '{ "ForAnyValue:StringLike": { cognito-identity.amazonaws.com:amr: unauthenticated } }',
      ["R guest -"],
    ],
    ["{ Federated: accounts.google.com }", '{ StringEquals: { accounts.google.com:sub: "1" } }', []],
    ["{ Federated: accounts.google.com }", '{ StringLike: { accounts.google.com:sub: "*" } }', ["R user -"]],
    ["{ Federated: arn:aws:iam::111122223333:oidc-provider/login.example.com }", "", ["R unknown -"]],
    ["{ Federated: arn:aws:iam::111122223333:oidc-provider/gitlab.com }", "", []],
    ["{ Federated: arn:aws:iam::111122223333:saml-provider/staff }", "", []],
    [LAMBDA, "", []],
  ])("by the trust in %s %s", (principal, condition, expected) => {
    expect(found(role(principal, condition))).toEqual(expected);
  });

  test("those that are not in view", () => {
    const project = projectOf(
      `Parameters:\n  P: { Type: String }\nResources:\n${attachment("Roles: { authenticated: !Ref P }", "p")}`,
    );
    expect(unknownEndUserRoles(project, templateOf(project))).toHaveLength(1);
  });
});

describe("the roles of DAX clusters", () => {
  const cluster = (more: string) => `  C: { Type: AWS::DAX::Cluster, Properties: { ${more} } }\n`;
  const roles = (resources: string) => {
    const project = projectOf(`Parameters:\n  P: { Type: String }\nResources:\n${resources}`);
    const [first] = daxClustersOf(templateOf(project));
    return [
      [...daxRolesOf(project)].map(
        ([{ resource }, clusters]) => `${resource.logicalId} ${clusters.map(({ id }) => id)}`,
      ),
      first ? unknownDaxRoles(project, first).length : undefined,
    ];
  };

  test.each([
    ["IAMRoleARN: !GetAtt R.Arn", [["R C"], 0]],
    ["IAMRoleARN: !Ref P", [[], 1]],
    ["NodeType: x", [[], 0]],
  ])("%s", (properties, expected) => {
    expect(roles(role(LAMBDA) + cluster(properties))).toEqual(expected);
  });

  test("how policies spell a cluster", () => {
    const arns = (properties: string) =>
      clusterArns(only(daxClustersOf(templateOf(projectOf(`Resources:\n${cluster(properties)}`))))).map(showArn);
    expect(arns("NodeType: x")).toEqual(["arn:*:dax:*:*:cache/<template.yaml#C>"]);
    expect(arns("ClusterName: a")).toEqual(["arn:*:dax:*:*:cache/<template.yaml#C>", "arn:*:dax:*:*:cache/a"]);
  });
});
