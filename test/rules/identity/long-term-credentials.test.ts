import { describe, expect, test } from "vitest";
import { offered, shown } from "../harness.ts";
import { relatedTo, told, toldInBoth, untold } from "../told.ts";
import { allow, deny, inline, LAMBDA, roleOf, TABLE } from "./policies.ts";

const RULE = "long-term-credentials";

const ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders";
const READ = allow("dynamodb:GetItem", ARN);
const user = (properties: string, id = "App") => `  ${id}:\n    Type: AWS::IAM::User\n    Properties:\n${properties}`;
const group = (properties: string) => `  Team:\n    Type: AWS::IAM::Group\n    Properties:\n${properties}`;
const KEY = "  AppKey:\n    Type: AWS::IAM::AccessKey\n    Properties: { UserName: !Ref App }\n";
const template = (...resources: string[]) => `Resources:\n${resources.join("")}`;
const may = (key = "", who = "App") =>
  `warning User "${who}" may use DynamoDB with credentials that do not expire${key}. A role hands out temporary ones.`;
const lets = (policy: string) =>
  `warning Policy "${policy}" lets an IAM user use DynamoDB with credentials that do not expire. A role hands out temporary ones.`;

describe("users", () => {
  test("stand at the logical id, with their access key", () => {
    expect(shown(RULE, template(user(inline(READ))))).toEqual([`1:2-1:5 ${may()}`]);
    const withKey = template(user(inline(READ)), KEY);
    expect(toldInBoth(RULE, withKey)).toEqual([may(' (access key "AppKey")')]);
    expect(relatedTo(RULE, withKey)).toEqual(["12:2-12:8 its access key"]);
    expect(offered(RULE, withKey)).toEqual([]);
  });

  test.each(["dynamodb:Query", "dynamodb:*", "dax:GetItem", "dynamodb:ListTables"])("%s", (action) => {
    expect(toldInBoth(RULE, template(user(inline(allow(action, '"*"')))))).toEqual([may()]);
  });

  test("without DynamoDB pass", () => {
    for (const statement of [
      allow("s3:GetObject", '"*"'),
      allow("dynamodb:GetItem", "arn:aws:s3:::a"),
      deny("dynamodb:*", '"*"'),
    ])
      expect(toldInBoth(RULE, template(user(inline(statement)), KEY, TABLE))).toEqual([]);
  });

  test("with everything only where DynamoDB is in view", () => {
    expect(toldInBoth(RULE, template(user(inline(allow('"*"', '"*"')))))).toEqual([]);
    expect(toldInBoth(RULE, template(user(inline(allow('"*"', '"*"'))), TABLE))).toEqual([may()]);
  });

  test("AWS's policies count", () => {
    const managed = (name: string) => user(`      ManagedPolicyArns: ["arn:aws:iam::aws:policy/${name}"]\n`);
    expect(toldInBoth(RULE, template(managed("AmazonDynamoDBReadOnlyAccess")))).toEqual([may()]);
    expect(toldInBoth(RULE, template(managed("AdministratorAccess")))).toEqual([]);
    expect(toldInBoth(RULE, template(managed("AdministratorAccess"), TABLE))).toEqual([may()]);
    expect(toldInBoth(RULE, template(managed("AmazonS3FullAccess"), TABLE))).toEqual([]);
  });

  test("a policy that is not in view cannot be told", () => {
    const other = template(user('      ManagedPolicyArns: ["arn:aws:iam::111122223333:policy/ours"]\n'), TABLE);
    expect(toldInBoth(RULE, other)).toEqual([]);
    expect(untold(RULE, other)).toEqual(["1:2 a policy of the user is not in view"]);
  });

  test("roles and groups are none", () => {
    expect(toldInBoth(RULE, template(roleOf(LAMBDA, inline(READ)), group(inline(READ))))).toEqual([]);
  });
});

describe("groups", () => {
  test.each([
    ["by its own list", user("      Groups: [!Ref Team]\n")],
    ["by name", user("      Groups: [team]\n")],
    [
      "by an addition",
      `${user("      UserName: app\n")}  Addition:\n    Type: AWS::IAM::UserToGroupAddition\n    Properties: { GroupName: !Ref Team, Users: [!Ref App] }\n`,
    ],
    [
      "by an addition of names",
      `${user("      UserName: app\n")}  Addition:\n    Type: AWS::IAM::UserToGroupAddition\n    Properties: { GroupName: team, Users: [app] }\n`,
    ],
  ])("%s", (_, member) => {
    const team = group(`      GroupName: team\n${inline(READ)}`);
    const found = template(member, team);
    expect(toldInBoth(RULE, found)).toEqual([may()]);
    expect(relatedTo(RULE, found).map((line) => line.replace(/^\S+ /, ""))).toEqual(["gives it access to DynamoDB"]);
  });

  test("a user that is in another group passes", () => {
    expect(toldInBoth(RULE, template(user("      Groups: [other]\n"), group(inline(READ))))).toEqual([]);
  });

  test("a Deny of the user takes away what the group gives", () => {
    const member = user(`      Groups: [!Ref Team]\n${inline(deny("dynamodb:*", '"*"'))}`);
    expect(toldInBoth(RULE, template(member, group(inline(READ))))).toEqual([]);
  });

  test("a group of another template counts", () => {
    const files = {
      "a.yaml": template(user("      Groups: [team]\n")),
      "b.yaml": template(group(`      GroupName: team\n${inline(READ)}`)),
    };
    expect(told(RULE, files)).toEqual([may()]);
  });
});

describe("policies that name users", () => {
  const policy = (type: string, attachment: string) =>
    template(`  Grant:
    Type: ${type}
    Properties:
      ${attachment}
      PolicyDocument: { Statement: { Effect: Allow, Action: "dynamodb:GetItem", Resource: "*" } }
`);

  test.each([
    ["AWS::IAM::UserPolicy", "UserName: alice"],
    ["AWS::IAM::Policy", "Users: [alice]"],
    ["AWS::IAM::ManagedPolicy", "Users: [alice]"],
  ])("%s, of a user that is not in view", (type, attachment) => {
    expect(toldInBoth(RULE, policy(type, attachment))).toEqual([lets("Grant")]);
  });

  test("stand at the user", () => {
    expect(shown(RULE, policy("AWS::IAM::Policy", "Users: [alice]"))).toEqual([`4:14-4:19 ${lets("Grant")}`]);
  });

  test("of a user in view are the user's finding", () => {
    const attached = `${policy("AWS::IAM::UserPolicy", "UserName: !Ref App")}${user("      Path: /\n")}`;
    expect(toldInBoth(RULE, attached)).toEqual([may()]);
  });

  test("a transform that may add users names none", () => {
    expect(told(RULE, `Transform: Ours\n${policy("AWS::IAM::Policy", "Roles: [app]")}`)).toEqual([]);
    expect(told(RULE, `Transform: Ours\n${policy("AWS::IAM::Policy", "Users: [alice]")}`)).toEqual([lets("Grant")]);
  });

  test("of roles and groups pass", () => {
    expect(toldInBoth(RULE, policy("AWS::IAM::Policy", "Roles: [app]"))).toEqual([]);
    expect(toldInBoth(RULE, policy("AWS::IAM::GroupPolicy", "GroupName: team"))).toEqual([]);
  });
});

describe("MFA and branches", () => {
  test("what asks for MFA is not reached by a key alone", () => {
    const mfa = (condition: string) =>
      template(user(inline(allow("dynamodb:GetItem", ARN, `            Condition: ${condition}\n`))));
    expect(toldInBoth(RULE, mfa('{ Bool: { "aws:MultiFactorAuthPresent": "true" } }'))).toEqual([]);
    expect(toldInBoth(RULE, mfa('{ NumericLessThan: { "aws:MultiFactorAuthAge": "3600" } }'))).toEqual([]);
    expect(toldInBoth(RULE, mfa('{ BoolIfExists: { "aws:MultiFactorAuthPresent": "true" } }'))).toEqual([may()]);
    expect(toldInBoth(RULE, mfa('{ StringEquals: { "aws:SourceVpce": "vpce-1" } }'))).toEqual([may()]);
  });

  test("a branch is named once", () => {
    const found = `Conditions:\n  IsDev: !Equals [!Ref AWS::Region, eu-west-1]\n${template(user(inline(allow("!If [IsDev, [dynamodb:GetItem, dynamodb:PutItem], s3:GetObject]", '"*"'))))}`;
    expect(toldInBoth(RULE, found)).toEqual([may().replace("warning ", "warning When IsDev is true: ")]);
  });
});

describe("secrets", () => {
  const APP = user(inline(READ));
  const secret = (place: string) =>
    `error The secret of access key "AppKey", with which user "App" may use DynamoDB, stands in plain text in ${place}.`;
  const secrets = (files: string) => toldInBoth(RULE, files).filter((line) => line.startsWith("error"));

  test.each([
    "!GetAtt AppKey.SecretAccessKey",
    '!Sub "key=${AppKey.SecretAccessKey}"',
    '!Join [":", [a, !GetAtt AppKey.SecretAccessKey]]',
  ])("in an output: %s", (value) => {
    const found = `${template(APP, KEY)}Outputs:\n  Secret:\n    Value: ${value}\n`;
    expect(secrets(found)).toEqual([secret('output "Secret", for everybody who may describe the stack')]);
  });

  test("stand at the value, and lead to the key", () => {
    const found = `${template(APP, KEY)}Outputs:\n  Secret:\n    Value: !GetAtt AppKey.SecretAccessKey\n`;
    expect(shown(RULE, found).at(-1)).toMatch(/^17:11-17:41 error /);
  });

  const ENVIRONMENT = (name: string) => `the environment of "${name}", for everybody who may read its configuration`;
  test.each([
    [
      "AWS::Lambda::Function",
      "Environment: { Variables: { SECRET: !GetAtt AppKey.SecretAccessKey } }",
      ENVIRONMENT("It"),
    ],
    [
      "AWS::ECS::TaskDefinition",
      "ContainerDefinitions: [{ Environment: [{ Name: A, Value: !GetAtt AppKey.SecretAccessKey }] }]",
      ENVIRONMENT("It"),
    ],
    [
      "AWS::CodeBuild::Project",
      "Environment: { EnvironmentVariables: [{ Name: A, Value: !GetAtt AppKey.SecretAccessKey }] }",
      ENVIRONMENT("It"),
    ],
    [
      "AWS::EC2::Instance",
      'UserData: { "Fn::Base64": !Sub "export SECRET=${AppKey.SecretAccessKey}" }',
      'the user data of "It", for everybody who may describe it and everything that runs there',
    ],
    [
      "AWS::SSM::Parameter",
      "Type: String\n      Value: !GetAtt AppKey.SecretAccessKey",
      'parameter "It", which is no SecureString, for everybody who may read parameters',
    ],
  ])("in %s", (type, properties, place) => {
    const found = template(APP, KEY, `  It:\n    Type: ${type}\n    Properties:\n      ${properties}\n`);
    expect(secrets(found)).toEqual([secret(place)]);
  });

  test("in the environment of a SAM function", () => {
    const found = `Transform: AWS::Serverless-2016-10-31\n${template(
      APP,
      KEY,
      "  It:\n    Type: AWS::Serverless::Function\n    Properties: { Environment: { Variables: { SECRET: !GetAtt AppKey.SecretAccessKey } } }\n",
    )}`;
    expect(secrets(found)).toEqual([secret(ENVIRONMENT("It"))]);
  });

  test.each([
    ["a secret", "AWS::SecretsManager::Secret", "SecretString: !GetAtt AppKey.SecretAccessKey"],
    ["the key's id", "AWS::Lambda::Function", "Environment: { Variables: { KEY: !Ref AppKey } }"],
    ["another resource's attribute", "AWS::Lambda::Function", "Environment: { Variables: { KEY: !GetAtt App.Arn } }"],
  ])("%s is no exposure", (_, type, properties) => {
    expect(secrets(template(APP, KEY, `  It:\n    Type: ${type}\n    Properties:\n      ${properties}\n`))).toEqual([]);
  });

  test("of a user without DynamoDB are not this linter's business; of one elsewhere they cannot be told", () => {
    const output = "Outputs:\n  Secret:\n    Value: !GetAtt AppKey.SecretAccessKey\n";
    expect(toldInBoth(RULE, template(user("      Path: /\n"), KEY, TABLE) + output)).toEqual([]);
    const elsewhere = template(KEY.replace("!Ref App", "mailer"), TABLE) + output;
    expect(toldInBoth(RULE, elsewhere)).toEqual([]);
    expect(untold(RULE, elsewhere)).toEqual(["10:11 it is not known what the user of the access key may do"]);
  });

  test("under an output's condition that rules the key out nothing is said", () => {
    const found = `Conditions:
  IsDev: !Equals [!Ref AWS::Region, eu-west-1]
${template(APP, KEY)}Outputs:
  Secret:
    Condition: IsDev
    Value: !If [IsDev, none, !GetAtt AppKey.SecretAccessKey]
`;
    expect(secrets(found)).toEqual([]);
  });
});
