import { describe, expect, test } from "vitest";
import { marked, offered, shown } from "../harness.ts";
import { relatedTo, told, toldInBoth, untold } from "../told.ts";

const RULE = "variable-never-present-for-principal";
const COGNITO = "cognito-identity.amazonaws.com";
const SUB = `\${${COGNITO}:sub}`;
const LAMBDA = "{ Service: lambda.amazonaws.com }";

const document = (variable: string, effect = "Allow", action = '"dynamodb:GetItem"') =>
  `{ Version: "2012-10-17", Statement: { Effect: ${effect}, Action: ${action}, Resource: !GetAtt Orders.Arn, Condition: { "ForAllValues:StringEquals": { dynamodb:LeadingKeys: ["${variable}"] } } } }`;
const TABLE = "  Orders: { Type: AWS::DynamoDB::Table }\n";
const role = (variable: string, principal = LAMBDA, policy = document(variable)) => `Resources:
  App:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Statement: { Effect: Allow, Principal: ${principal}, Action: "*" } }
      Policies: [{ PolicyDocument: ${policy} }]
${TABLE}`;
const never = (variable: string, who = 'role "App"', effect = "allows") =>
  `warning Policy variable ${variable} has no value in requests of ${who}, so what needs it ${effect} nothing.`;

describe("aws:username", () => {
  test("is no variable of roles, at its place", () => {
    const template = role("${aws:username}");
    expect(shown(RULE, template)).toEqual([`5:213-5:230 ${never("${aws:username}")}`]);
    expect(marked(RULE, role("USER#${AWS:UserName}"))).toEqual(['"USER#${AWS:UserName}"']);
    expect(toldInBoth(RULE, template)).toEqual([never("${aws:username}")]);
    expect(offered(RULE, template)).toEqual([]);
  });

  test("takes the effect from a Deny too", () => {
    expect(toldInBoth(RULE, role("", LAMBDA, document("${aws:username}", "Deny")))).toEqual([
      never("${aws:username}", 'role "App"', "denies"),
    ]);
  });

  test("in a resource", () => {
    const policy =
      '{ Version: "2012-10-17", Statement: { Effect: Allow, Action: "dynamodb:GetItem", Resource: "arn:aws:dynamodb:eu-west-1:111122223333:table/${aws:username}" } }';
    expect(toldInBoth(RULE, role("", LAMBDA, policy))).toEqual([never("${aws:username}")]);
    const substituted = policy.replace('"arn:aws', '!Sub "arn:aws').replace("${aws", "${!aws");
    expect(toldInBoth(RULE, role("", LAMBDA, substituted))).toEqual([never("${aws:username}")]);
  });

  test("nor of permission sets", () => {
    const template = `Resources:\n  Staff: { Type: AWS::SSO::PermissionSet, Properties: { InlinePolicy: ${document("${aws:username}")} } }\n${TABLE}`;
    expect(toldInBoth(RULE, template)).toEqual([never("${aws:username}", 'permission set "Staff"')]);
  });

  test.each(["User", "Group"])("but of a %s", (kind) => {
    const template = `Resources:\n  Ann: { Type: "AWS::IAM::${kind}", Properties: { Policies: [{ PolicyDocument: ${document("${aws:username}")} }] } }\n${TABLE}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
  });

  const shared = (principals: string) =>
    `${role("x")}  User: { Type: AWS::IAM::User }\n  Second: { Type: AWS::IAM::Role }\n  Policy: { Type: AWS::IAM::ManagedPolicy, Properties: { ${principals}, PolicyDocument: ${document("${aws:username}")} } }\n`;

  test("of a policy that a user has as well", () => {
    expect(toldInBoth(RULE, shared("Roles: [!Ref App], Users: [!Ref User]"))).toEqual([]);
  });

  test("of a policy of several roles, and of nobody in view", () => {
    expect(toldInBoth(RULE, shared("Roles: [!Ref App, !Ref Second]"))).toEqual([
      never("${aws:username}", "any principal that has this policy"),
    ]);
    expect(toldInBoth(RULE, shared("Path: /"))).toEqual([]);
  });

  test.each([
    ["a default value", document("${aws:username, 'all'}")],
    ["a document of 2008, where it is no variable", document("${aws:username}").replace("2012-10-17", "2008-10-17")],
    ["another service", document("${aws:username}", "Allow", '"s3:GetObject"')],
  ])("passes with %s", (_, policy) => {
    expect(toldInBoth(RULE, role("", LAMBDA, policy))).toEqual([]);
  });
});

describe("the sub of an identity pool", () => {
  test.each([
    LAMBDA,
    "{ AWS: arn:aws:iam::111122223333:root }",
    "{ Federated: accounts.google.com }",
    "{ Federated: arn:aws:iam::111122223333:saml-provider/staff }",
  ])("%s has none", (principal) => {
    expect(toldInBoth(RULE, role(SUB, principal))).toEqual([never(SUB)]);
  });

  test("a role of Cognito has one", () => {
    expect(toldInBoth(RULE, role(SUB, `{ Federated: ${COGNITO} }`))).toEqual([]);
    expect(toldInBoth(RULE, role(SUB, `{ Federated: ${COGNITO}, Service: lambda.amazonaws.com }`))).toEqual([]);
  });

  test("so may one that an identity pool hands out", () => {
    const attachment =
      "  Roles: { Type: AWS::Cognito::IdentityPoolRoleAttachment, Properties: { IdentityPoolId: p, Roles: { authenticated: !GetAtt App.Arn } } }\n";
    expect(toldInBoth(RULE, role(SUB) + attachment)).toEqual([]);
  });

  test("and one whose sign-in is not known", () => {
    expect(toldInBoth(RULE, `Parameters:\n  P: { Type: String }\n${role(SUB, "{ Federated: !Ref P }")}`)).toEqual([]);
    expect(
      toldInBoth(
        RULE,
        role(SUB).replace(/AssumeRolePolicyDocument: .*/, "AssumeRolePolicyDocument: !ImportValue trust"),
      ),
    ).toEqual([]);
  });

  test.each(["${aws:userid}", "${aws:PrincipalTag/team}", "${aws:SourceIdentity}", "${aws:CurrentTime}"])(
    "%s is nobody's in particular",
    (variable) => {
      expect(toldInBoth(RULE, role(variable))).toEqual([]);
      expect(untold(RULE, role(variable))).toEqual([]);
    },
  );
});

describe("a tag that users choose", () => {
  const TAG = "${aws:PrincipalTag/tenant}";
  interface Parts {
    claim?: string;
    attribute?: string;
    clients?: string;
    provider?: string;
  }
  const pools = ({
    claim = "custom:tenant",
    attribute = "{ Name: tenant, AttributeDataType: String }",
    clients = "",
    provider = "!GetAtt Users.ProviderName",
  }: Parts = {}) => `${role(TAG, `{ Federated: ${COGNITO} }`)}  Pool: { Type: AWS::Cognito::IdentityPool }
  Users: { Type: AWS::Cognito::UserPool, Properties: { Schema: [${attribute}] } }
  Roles: { Type: AWS::Cognito::IdentityPoolRoleAttachment, Properties: { IdentityPoolId: !Ref Pool, Roles: { authenticated: !GetAtt App.Arn } } }
  Tags: { Type: AWS::Cognito::IdentityPoolPrincipalTag, Properties: { IdentityPoolId: !Ref Pool, IdentityProviderName: ${provider}, PrincipalTags: { tenant: "${claim}" } } }
${clients}`;
  const client = (more: string) =>
    `  Client: { Type: AWS::Cognito::UserPoolClient, Properties: { UserPoolId: !Ref Users${more} } }\n`;
  const FOUND = [
    `info Policy variable ${TAG} comes from "custom:tenant", an attribute that users of the pool can change themselves, so it keeps nobody apart.`,
  ];

  test.each([
    ["as custom attributes are", {}],
    ["said to be", { attribute: "{ Name: tenant, Mutable: true }" }],
    ["by the provider's name in Fn::Sub", { provider: '!Sub "cognito-idp.${AWS::Region}.amazonaws.com/${Users}"' }],
    ["by a client that says nothing of it", { clients: client("") }],
    ["by a client that lists it", { clients: client(', WriteAttributes: ["custom:tenant"]') }],
  ] as [string, Parts][])("%s", (_, parts) => {
    expect(toldInBoth(RULE, pools(parts))).toEqual(FOUND);
  });

  test("with the entry that maps it", () => {
    expect(marked(RULE, pools())).toEqual([`"${TAG}"`]);
    expect(relatedTo(RULE, pools())).toEqual(["10:172-10:187 what maps the attribute to the tag"]);
  });

  test.each([
    ["immutable", { attribute: "{ Name: tenant, Mutable: false }" }],
    ["unknown", { attribute: "{ Name: tenant, Mutable: !ImportValue mutable }" }],
    ["another attribute", { attribute: "{ Name: team }" }],
    ["a claim of the pool's own", { claim: "sub" }],
    ["a pool that is not in view", { provider: "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc" }],
    ["not written by the client", { clients: client(", WriteAttributes: [email]") }],
  ] as [string, Parts][])("not %s", (_, parts) => {
    expect(told(RULE, pools(parts))).toEqual([]);
  });

  test("not of another pool's role", () => {
    expect(
      told(
        RULE,
        pools().replace("Properties: { IdentityPoolId: !Ref Pool, Roles", "Properties: { IdentityPoolId: other, Roles"),
      ),
    ).toEqual([]);
  });
});
