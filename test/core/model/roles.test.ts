import { describe, expect, test } from "vitest";
import { identityPoliciesOf, principalsOf } from "../../../core/model/policies.ts";
import { isDeployment, isService, useOf } from "../../../core/model/roles.ts";
import { only, projectOf, templateOf } from "./support.ts";

const template = (trust: string, properties = "", around = "", id = "R") => `Parameters:
  P: { Type: String }
Resources:
  ${id}:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Statement: ${trust} }
      Policies: [{ PolicyDocument: { Statement: { Effect: Allow, Action: "a:b", Resource: "*" } } }]
${properties}${around}`;
const trusts = (principal: string, rest = "") =>
  `{ Effect: Allow, Principal: ${principal}, Action: "sts:AssumeRole"${rest} }`;

function use(text: string) {
  return useOf(only(principalsOf(templateOf(projectOf(text)))));
}

describe("who may take a role", () => {
  test.each([
    ...[
      "lambda",
      "edgelambda",
      "ecs-tasks",
      "ec2",
      "tasks.apprunner",
      "pods.eks",
      "states",
      "appsync",
      "apigateway",
      "pipes",
      "scheduler",
      "glue",
      "sagemaker",
      "emr-serverless",
      "iot",
      "bedrock",
      "bedrock-agentcore",
    ].map((name) => `${name}.amazonaws.com`),
    "ec2.amazonaws.com.cn",
    "!Sub 'ec2.${AWS::URLSuffix}'",
    '!Join ["", ["ec2.", !Ref AWS::URLSuffix]]',
    "states.eu-west-1.amazonaws.com",
    "!Sub 'states.${AWS::Region}.amazonaws.com'",
  ])("%s: workload", (service) => {
    expect(use(template(trusts(`{ Service: ${service} }`)))).toBe("workload");
  });

  test.each(["cloudformation", "codebuild", "codepipeline", "amplify"])("%s: deployment", (service) => {
    expect(use(template(trusts(`{ Service: [${service}.amazonaws.com] }`)))).toBe("deployment");
  });

  test.each([
    ["config.amazonaws.com", "service"],
    ["backup.amazonaws.com", "service"],
    ["lambda", "other"],
    ["ec2.example.com", "other"],
  ])("%s: %s", (service, expected) => {
    expect(use(template(trusts(`{ Service: ${service} }`)))).toBe(expected);
  });

  test.each([
    ["deployment", "arn:aws:iam::1:oidc-provider/token.actions.githubusercontent.com"],
    ["deployment", "arn:aws:iam::1:oidc-provider/gitlab.example.com"],
    ["deployment", "arn:aws:iam::1:oidc-provider/api.bitbucket.org/2.0"],
    ["deployment", "arn:aws:iam::1:oidc-provider/oidc.circleci.com/org/a"],
    ["deployment", "arn:aws:iam::1:oidc-provider/app.terraform.io"],
    ["workload", "!Sub 'arn:aws:iam::${AWS::AccountId}:oidc-provider/oidc.eks.${AWS::Region}.amazonaws.com/id/A'"],
    ["end user", "cognito-identity.amazonaws.com"],
    ["end user", "graph.facebook.com"],
    ["end user", "arn:aws:iam::1:oidc-provider/example.auth0.com/"],
    ["human", "arn:aws:iam::1:saml-provider/staff"],
    ["human", "!Sub 'arn:aws:iam::${AWS::AccountId}:saml-provider/staff'"],
    ["other", "!Ref P"],
    ["other", "!Sub 'arn:aws:iam::${AWS::AccountId}:oidc-provider/${P}'"],
  ])("%s: %s", (expected, provider) => {
    expect(use(template(trusts(`{ Federated: ${provider} }`)))).toBe(expected);
  });

  test("a provider in the template, and condition keys, tell the issuer", () => {
    const provider = (type: string, url: string) =>
      `  Provider:\n    Type: ${type}\n    Properties: { Url: "${url}" }\n`;
    const github = "https://token.actions.githubusercontent.com";
    expect(use(template(trusts("{ Federated: !Ref Provider }"), "", provider("AWS::IAM::OIDCProvider", github)))).toBe(
      "deployment",
    );
    expect(
      use(
        template(
          trusts("{ Federated: !GetAtt Provider.Arn }"),
          "",
          provider("Custom::AWSCDKOpenIdConnectProvider", github),
        ),
      ),
    ).toBe("deployment");
    expect(
      use(
        template(
          trusts("{ Federated: !Ref Provider }"),
          "",
          provider("AWS::IAM::OIDCProvider", "https://login.example.com"),
        ),
      ),
    ).toBe("end user");
    const key = (name: string) => `, Condition: { StringEquals: { "${name}": a, "aws:RequestedRegion": b } }`;
    expect(use(template(trusts("{ Federated: !Ref P }", key("Token.Actions.GithubUserContent.com:sub"))))).toBe(
      "deployment",
    );
    expect(use(template(trusts("{ Federated: !Ref P }", key("cognito-identity.amazonaws.com:amr"))))).toBe("end user");
    expect(use(template(trusts("{ Federated: !Ref P }", key("oidc.eks.eu-west-1.amazonaws.com/id/A:sub"))))).toBe(
      "workload",
    );
    // Keys of other principals' statements say nothing of issuers.
    expect(use(template(trusts('{ AWS: "111122223333" }', key("token.actions.githubusercontent.com:sub"))))).toBe(
      "human",
    );
  });

  test("code outweighs deployment, end users outweigh both; Deny does not count", () => {
    expect(use(template(trusts("{ Service: [codebuild.amazonaws.com, lambda.amazonaws.com] }")))).toBe("workload");
    expect(
      use(
        template(
          `[${trusts("{ Service: lambda.amazonaws.com }")}, ${trusts("{ Federated: cognito-identity.amazonaws.com }")}]`,
        ),
      ),
    ).toBe("end user");
    expect(use(template(trusts("{ Service: lambda.amazonaws.com }").replace("Allow", "Deny")))).toBe("other");
  });

  test.each([
    ["deployment", "cdk-hnb659fds-cfn-exec-role-1-eu-west-1"],
    ["deployment", "!Sub 'cdk-${P}-deploy-role-${AWS::AccountId}'"],
    ["deployment", "{ 'Fn::Sub': 'cdk-${P}-cfn-exec-role-1' }"],
    ["deployment", "AWSCloudFormationStackSetExecutionRole"],
    ["workload", "cdk-hnb659fds-file-publishing-role"],
    ["workload", "!Ref P"],
  ])("%s by the name %s", (expected, name) => {
    expect(use(template(trusts("{ Service: lambda.amazonaws.com }"), `      RoleName: ${name}\n`))).toBe(expected);
  });

  test("the CDK's replica provider deploys", () => {
    expect(use(template(trusts("{ Service: lambda.amazonaws.com }"), "", "", "ReplicaProviderRole"))).toBe(
      "deployment",
    );
  });

  test("users, groups and permission sets are used by people", () => {
    const text =
      "Resources:\n  U: { Type: AWS::IAM::User }\n  G: { Type: AWS::IAM::Group }\n  S: { Type: AWS::SSO::PermissionSet }\n";
    expect(principalsOf(templateOf(projectOf(text))).map(useOf)).toEqual(["human", "human", "human"]);
  });
});

describe("policies by who has them", () => {
  const asked = (text: string, ask: typeof isDeployment) => {
    const project = projectOf(text);
    return identityPoliciesOf(templateOf(project)).map((policy) => ask(project, policy));
  };

  test("a policy is a deployment's where all holders in view are", () => {
    expect(asked(template(trusts("{ Service: cloudformation.amazonaws.com }")), isDeployment)).toEqual([true]);
    expect(asked(template(trusts("{ Service: lambda.amazonaws.com }")), isDeployment)).toEqual([false]);
    const nobody =
      "Resources:\n  P:\n    Type: AWS::IAM::ManagedPolicy\n    Properties: { PolicyDocument: { Statement: { Effect: Allow } } }\n";
    expect(asked(nobody, isDeployment)).toEqual([false]);
    expect(asked(nobody.replace("P:", "TableSourceTableAttachedManagedPolicyA1:"), isDeployment)).toEqual([true]);
  });

  test.each([
    [true, "application-autoscaling.amazonaws.com"],
    [true, "dynamodb.application-autoscaling.amazonaws.com"],
    [true, "backup.amazonaws.com"],
    [false, "lambda.amazonaws.com"],
  ])("%s: %s works on all tables", (expected, service) => {
    expect(asked(template(trusts(`{ Service: ${service} }`)), isService)).toEqual([expected]);
  });
});
