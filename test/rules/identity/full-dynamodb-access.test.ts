import { describe, expect, test } from "vitest";
import { asJson } from "../as-json.ts";
import { fixedText, marked, offered, repaired, shown } from "../harness.ts";
import { relatedTo, told, toldInBoth, untold } from "../told.ts";
import { allow, deny, inline, LAMBDA, managedPolicy, roleOf, TABLE } from "./policies.ts";

const RULE = "full-dynamodb-access";

const may = (who: string, what: string, where: string) =>
  `${who} may do everything in DynamoDB (${what}) on ${where}: read all data, delete tables and backups, rewrite access policies.`;
/** Backups have ARNs of their own. */
const onOne = (who: string, what: string, where: string) =>
  `${who} may do everything in DynamoDB (${what}) on ${where}: read all data, delete tables, rewrite access policies.`;
const POLICY = 'Policy "AppPolicy"';
const ORDERS_ARN = "!Sub arn:aws:dynamodb:eu-west-1:111122223333:table/orders";

describe("which actions and resources", () => {
  test("dynamodb:* on every table is an error, at the action", () => {
    const template = managedPolicy(allow("dynamodb:*", '"*"'));
    expect(shown(RULE, template)).toEqual([`8:20-8:30 error ${may(POLICY, "dynamodb:*", "every table")}`]);
    expect(toldInBoth(RULE, template)).toEqual([`error ${may(POLICY, "dynamodb:*", "every table")}`]);
  });

  test.each(["DynamoDB:*", "dynamodb:**", '["dynamodb:*"]', "[dynamodb:GetItem, dynamodb:*]"])("%s, too", (action) => {
    const pattern = action.includes("**") ? "dynamodb:**" : action.startsWith("D") ? "DynamoDB:*" : "dynamodb:*";
    expect(toldInBoth(RULE, managedPolicy(allow(action, '"*"')))).toEqual([
      `error ${may(POLICY, pattern, "every table")}`,
    ]);
  });

  test("a permissions boundary gives nobody anything", () => {
    const template = managedPolicy(
      allow("dynamodb:*", '"*"'),
      roleOf(LAMBDA, "      PermissionsBoundary: !Ref AppPolicy\n"),
    );
    expect(toldInBoth(RULE, template)).toEqual([]);
    const sam = `Transform: AWS::Serverless-2016-10-31
${managedPolicy(allow("dynamodb:*", '"*"'))}  App:
    Type: AWS::Serverless::Function
    Properties: { PermissionsBoundary: !Ref AppPolicy }
`;
    expect(toldInBoth(RULE, sam)).toEqual([]);
    // One that somebody has besides is judged as theirs.
    const both = managedPolicy(
      allow("dynamodb:*", '"*"'),
      roleOf(LAMBDA, "      PermissionsBoundary: !Ref AppPolicy\n      ManagedPolicyArns: [!Ref AppPolicy]\n"),
    );
    expect(toldInBoth(RULE, both)).toEqual([`error ${may('Role "AppRole"', "dynamodb:*", "every table")}`]);
  });

  test("the holder may be a permission set that names the policy", () => {
    const template = managedPolicy(
      `${allow("dynamodb:*", '"*"')}      ManagedPolicyName: orders\n`,
      `  Developers:
    Type: AWS::SSO::PermissionSet
    Properties: { Name: developers, CustomerManagedPolicyReferences: [{ Name: orders }] }
`,
    );
    expect(toldInBoth(RULE, template)).toEqual([
      `error ${may('Permission set "Developers"', "dynamodb:*", "every table")}`,
    ]);
    expect(relatedTo(RULE, template)).toEqual(['11:2-11:12 Permission set "Developers" has this policy']);
  });

  test("dax:* beside it is named", () => {
    expect(toldInBoth(RULE, managedPolicy(allow("[dax:*, dynamodb:*]", '"*"')))).toEqual([
      `error ${may(POLICY, "dynamodb:* and dax:*", "every table")}`,
    ]);
  });

  test.each([
    ['"arn:aws:dynamodb:*:*:*"'],
    ['"arn:*:dynamodb:eu-west-1:111122223333:table/*"'],
    ["!Sub arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/*"],
    ['["arn:aws:s3:::bucket", "*"]'],
  ])("%s is every table", (resource) => {
    expect(toldInBoth(RULE, managedPolicy(allow("dynamodb:*", resource)))).toEqual([
      `error ${may(POLICY, "dynamodb:*", "every table")}`,
    ]);
  });

  test("named tables are a warning", () => {
    expect(toldInBoth(RULE, managedPolicy(allow("dynamodb:*", ORDERS_ARN)))).toEqual([
      `warning ${onOne(POLICY, "dynamodb:*", "arn:aws:dynamodb:eu-west-1:111122223333:table/orders")}`,
    ]);
    const own = managedPolicy(allow("dynamodb:*", '[!GetAtt Orders.Arn, !Sub "${Orders.Arn}/index/*"]'), TABLE);
    expect(toldInBoth(RULE, own)).toEqual([`warning ${onOne(POLICY, "dynamodb:*", '"Orders"')}`]);
  });

  test("resources that only deployment knows are not taken for every table", () => {
    const template = `Parameters:\n  Where: { Type: String }\n${managedPolicy(allow("dynamodb:*", "!Ref Where"))}`;
    expect(toldInBoth(RULE, template)).toEqual([`warning ${may(POLICY, "dynamodb:*", "${Where}")}`]);
    const selected = managedPolicy(allow("dynamodb:*", "!Select [0, !Ref AWS::NotificationARNs]"));
    expect(toldInBoth(RULE, selected)).toEqual([`warning ${may(POLICY, "dynamodb:*", "its resources")}`]);
  });

  test.each(["dynamodb:Get*", "dynamodb:*Item", "dynamo*:*", "dynamodb", "dax:*", "s3:*"])(
    "%s is not everything",
    (action) => {
      expect(toldInBoth(RULE, managedPolicy(allow(`"${action}"`, '"*"')))).toEqual([]);
    },
  );

  test("an Allow of everything but some actions is another rule's", () => {
    expect(toldInBoth(RULE, managedPolicy(allow("dynamodb:*", '"*"').replace("Action", "NotAction"), TABLE))).toEqual(
      [],
    );
  });

  test("everything but some resources", () => {
    const template = managedPolicy(allow("dynamodb:*", ORDERS_ARN).replace("Resource", "NotResource"));
    expect(toldInBoth(RULE, template)).toEqual([
      `error ${may(POLICY, "dynamodb:*", "everything but a few resources")}`,
    ]);
  });
});

describe("a bare star", () => {
  test.each(['"*"', '"*:*"', '"**"'])("%s counts only where DynamoDB is in view", (action) => {
    expect(toldInBoth(RULE, managedPolicy(allow(action, '"*"')))).toEqual([]);
    expect(toldInBoth(RULE, managedPolicy(allow(action, '"*"'), TABLE))).toEqual([
      `error ${may(POLICY, action.slice(1, -1), "every table")}`,
    ]);
  });

  test("a policy that names DynamoDB, or a DAX cluster, has it in view", () => {
    const named = managedPolicy(allow('"*"', '"*"') + allow("dynamodb:GetItem", ORDERS_ARN));
    expect(toldInBoth(RULE, named)).toEqual([`error ${may(POLICY, "*", "every table")}`]);
    const dax = managedPolicy(allow('"*"', '"*"'), "  Cache:\n    Type: AWS::DAX::Cluster\n");
    expect(toldInBoth(RULE, dax)).toEqual([`error ${may(POLICY, "*", "every table")}`]);
  });

  test("so has a table in another file", () => {
    const files = { "a.yaml": managedPolicy(allow('"*"', '"*"')), "b.yaml": `Resources:\n${TABLE}` };
    expect(told(RULE, files)).toEqual([`error ${may(POLICY, "*", "every table")}`]);
  });

  test.each(["arn:aws:s3:::bucket/*", "arn:aws:sqs:*:*:*", "!GetAtt Bucket.Arn", "!Sub ${Bucket.Arn}/*"])(
    "on %s it is no access to DynamoDB",
    (resource) => {
      const around = `${TABLE}  Bucket:\n    Type: AWS::S3::Bucket\n`;
      expect(toldInBoth(RULE, managedPolicy(allow('"*"', resource), around))).toEqual([]);
      expect(untold(RULE, managedPolicy(allow('"*"', resource), around))).toEqual([]);
    },
  );

  test("on a resource that only deployment knows it cannot be told", () => {
    const template = `Parameters:\n  Where: { Type: String }\n${managedPolicy(allow('"*"', "!Ref Where"), TABLE)}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["10:20 the resources of its statement are not known"]);
  });
});

describe("conditions of the statement", () => {
  const when = (condition: string, resource = '"*"') =>
    managedPolicy(allow("dynamodb:*", resource, `            Condition: ${condition}\n`));

  test.each([
    ["{ StringEquals: { aws:SourceVpce: vpce-1 } }"],
    ["{ IpAddress: { aws:SourceIp: 10.0.0.0/8 } }"],
    ['{ Bool: { "aws:MultiFactorAuthPresent": true } }'],
    ["{ StringEquals: { aws:ResourceTag/team: a } }"],
    ["{ stringequals: { AWS:SOURCEVPC: vpc-1 } }"],
    ['{ "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": a }, "Null": { "dynamodb:LeadingKeys": "false" } }'],
    ['{ "ForAnyValue:StringEquals": { "aws:CalledVia": cloudformation.amazonaws.com } }'],
  ])("%s lowers it by one level", (condition) => {
    expect(toldInBoth(RULE, when(condition))).toEqual([`warning ${may(POLICY, "dynamodb:*", "every table")}`]);
    expect(toldInBoth(RULE, when(condition, ORDERS_ARN))).toEqual([
      `info ${onOne(POLICY, "dynamodb:*", "arn:aws:dynamodb:eu-west-1:111122223333:table/orders")}`,
    ]);
  });

  test.each([
    ["{ StringEquals: { aws:RequestedRegion: eu-west-1 } }"],
    ["{ IpAddress: { aws:SourceIp: 0.0.0.0/0 } }"],
    ["{ IpAddress: { aws:SourceIp: [10.0.0.0/8, 0.0.0.0/0] } }"],
    ['{ BoolIfExists: { "aws:MultiFactorAuthPresent": true } }'],
    ["{ StringNotEquals: { aws:SourceVpce: vpce-1 } }"],
    ['{ StringLike: { aws:SourceVpce: "*" } }'],
    ['{ "ForAllValues:StringEquals": { "aws:CalledVia": cloudformation.amazonaws.com } }'],
    ['{ "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": a } }'],
    ["{ StringEquals: { aws:SourceVpce: !Ref AWS::NoValue } }"],
  ])("%s does not work", (condition) => {
    expect(toldInBoth(RULE, when(condition))).toEqual([`error ${may(POLICY, "dynamodb:*", "every table")}`]);
  });

  test("one that cannot be read is given the benefit of the doubt", () => {
    const template = `Parameters:\n  C: { Type: String }\n${when("!Ref C")}`;
    expect(toldInBoth(RULE, template)).toEqual([`warning ${may(POLICY, "dynamodb:*", "every table")}`]);
  });
});

describe("Deny", () => {
  const own = (denied: string) => managedPolicy(allow("dynamodb:*", '"*"') + denied);

  test.each([
    ["of everything", deny("dynamodb:*", '"*"')],
    ["of everything there is", deny('"*"', '"*"')],
    ["of everything but another service", deny("s3:*", '"*"').replace("Action", "NotAction")],
  ])("%s leaves nothing to speak of", (_, denied) => {
    expect(toldInBoth(RULE, own(denied))).toEqual([]);
  });

  test.each([
    ["on one table", deny("dynamodb:*", ORDERS_ARN)],
    [
      "under a condition",
      deny("dynamodb:*", '"*"', "            Condition: { Bool: { aws:SecureTransport: false } }\n"),
    ],
    ["of everything but DynamoDB", deny("dynamodb:*", '"*"').replace("Action", "NotAction")],
    ["everywhere but where it is allowed", deny("dynamodb:*", '"*"').replace("Resource", "NotResource")],
  ])("%s does not", (_, denied) => {
    expect(toldInBoth(RULE, own(denied))).toEqual([`error ${may(POLICY, "dynamodb:*", "every table")}`]);
  });

  test.each([
    ["[dynamodb:Delete*]", " but for 6 denied actions", ": read all data, rewrite access policies"],
    ["dynamodb:DeleteTable", " but for 1 denied action", ": read all data, delete backups, rewrite access policies"],
    [
      "[dynamodb:Scan, dynamodb:PartiQLSelect, dynamodb:DeleteTable, dynamodb:DeleteBackup, dynamodb:PutResourcePolicy]",
      " but for 5 denied actions",
      "",
    ],
  ])("of %s is said", (actions, but, consequences) => {
    expect(toldInBoth(RULE, own(deny(actions, '"*"')))).toEqual([
      `error ${POLICY} may do everything in DynamoDB${but} (dynamodb:*) on every table${consequences}.`,
    ]);
  });

  test("of all but looking around leaves nothing to say", () => {
    const others = deny("[dynamodb:Describe*, dynamodb:List*]", '"*"').replace("Action", "NotAction");
    expect(toldInBoth(RULE, own(others))).toEqual([]);
  });

  test("on the same tables narrows", () => {
    const template = managedPolicy(
      allow("dynamodb:*", "!GetAtt Orders.Arn") + deny("dynamodb:*", '[!GetAtt Orders.Arn, !Sub "${Orders.Arn}/*"]'),
      TABLE,
    );
    expect(toldInBoth(RULE, template)).toEqual([]);
  });

  test("in another policy of the same role", () => {
    const role = (more: string) => `Resources:
${roleOf(LAMBDA, `${inline(allow("dynamodb:*", '"*"'))}      ManagedPolicyArns: [${more}]\n`)}  Guard:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Statement:
${deny("dynamodb:*", '"*"')}`;
    expect(toldInBoth(RULE, role("!Ref Guard"))).toEqual([]);
    expect(toldInBoth(RULE, role(""))).toEqual([`error ${may('Role "AppRole"', "dynamodb:*", "every table")}`]);
  });

  test("that is attached, or there, only under a condition does not narrow", () => {
    const guard = (attributes: string, arn: string) => `Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
Resources:
${roleOf(LAMBDA, `${inline(allow("dynamodb:*", '"*"'))}      ManagedPolicyArns: [${arn}]\n`)}  Guard:
    Type: AWS::IAM::ManagedPolicy
${attributes}    Properties:
      PolicyDocument:
        Statement:
${deny("dynamodb:*", '"*"')}`;
    const finding = `error ${may('Role "AppRole"', "dynamodb:*", "every table")}`;
    expect(toldInBoth(RULE, guard("", "!If [IsProd, !Ref Guard, !Ref AWS::NoValue]"))).toEqual([finding]);
    expect(toldInBoth(RULE, guard("    Condition: IsProd\n", "!Ref Guard"))).toEqual([finding]);
  });

  test("of one holder does not protect the other", () => {
    const template = `Resources:
  Shared:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      Roles: [!Ref First, !Ref Second]
      PolicyDocument:
        Statement:
${allow("dynamodb:*", '"*"')}${roleOf(LAMBDA, inline(deny("dynamodb:*", '"*"')), "First")}${roleOf(LAMBDA, "", "Second")}`;
    expect(toldInBoth(RULE, template)).toEqual([`error ${may('Policy "Shared"', "dynamodb:*", "every table")}`]);
  });
});

describe("branches", () => {
  const CONDITIONS = `Conditions:
  IsDev: !Equals [!Ref AWS::Region, eu-west-1]
  IsProd: !Not [!Condition IsDev]
`;

  test("of the action: the finding names the branch and stands in it", () => {
    const template = CONDITIONS + managedPolicy(allow("!If [IsDev, dynamodb:*, dynamodb:GetItem]", '"*"'));
    expect(shown(RULE, template)).toEqual([
      `11:32-11:42 error When IsDev is true: ${may(POLICY, "dynamodb:*", "every table")}`,
    ]);
    expect(toldInBoth(RULE, template)).toHaveLength(1);
  });

  test("of one action in a list", () => {
    const template =
      CONDITIONS + managedPolicy(allow("[dynamodb:GetItem, !If [IsDev, dynamodb:*, !Ref AWS::NoValue]]", '"*"'));
    expect(toldInBoth(RULE, template)).toEqual([
      `error When IsDev is true: ${may(POLICY, "dynamodb:*", "every table")}`,
    ]);
  });

  test("of the resource: each branch has its own severity", () => {
    const template = CONDITIONS + managedPolicy(allow("dynamodb:*", '!If [IsDev, "*", !GetAtt Orders.Arn]'), TABLE);
    expect(toldInBoth(RULE, template)).toEqual([
      `warning When IsDev is false: ${onOne(POLICY, "dynamodb:*", '"Orders"')}`,
      `error When IsDev is true: ${may(POLICY, "dynamodb:*", "every table")}`,
    ]);
  });

  test("that exclude each other are never put together", () => {
    const template =
      CONDITIONS +
      managedPolicy(allow("!If [IsDev, dynamodb:*, dynamodb:GetItem]", '!If [IsProd, "*", !GetAtt Orders.Arn]'), TABLE);
    expect(toldInBoth(RULE, template)).toEqual([
      `warning When IsDev is true: ${onOne(POLICY, "dynamodb:*", '"Orders"')}`,
    ]);
  });

  test("of the condition", () => {
    const condition =
      "            Condition: !If [IsDev, !Ref AWS::NoValue, { StringEquals: { aws:SourceVpc: vpc-1 } }]\n";
    const template = CONDITIONS + managedPolicy(allow("dynamodb:*", '"*"', condition));
    expect(toldInBoth(RULE, template)).toEqual([
      `warning When IsDev is false: ${may(POLICY, "dynamodb:*", "every table")}`,
      `error When IsDev is true: ${may(POLICY, "dynamodb:*", "every table")}`,
    ]);
  });

  test("of the effect, of the statement and of the whole list", () => {
    const finding = [`error When IsDev is true: ${may(POLICY, "dynamodb:*", "every table")}`];
    const effect = allow("dynamodb:*", '"*"').replace("Effect: Allow", "Effect: !If [IsDev, Allow, Deny]");
    expect(toldInBoth(RULE, CONDITIONS + managedPolicy(effect))).toEqual(finding);
    const flow = '{ Effect: Allow, Action: "dynamodb:*", Resource: "*" }';
    const statement = `          - !If [IsDev, ${flow}, !Ref AWS::NoValue]\n`;
    expect(toldInBoth(RULE, CONDITIONS + managedPolicy(statement))).toEqual(finding);
    const list = `          !If [IsDev, [${flow}], !Ref AWS::NoValue]\n`;
    expect(toldInBoth(RULE, CONDITIONS + managedPolicy(list))).toEqual(finding);
  });

  test("that do not matter are not named", () => {
    const template = CONDITIONS + managedPolicy(allow("[dynamodb:*, !If [IsDev, s3:*, sqs:*]]", '"*"'));
    expect(toldInBoth(RULE, template)).toEqual([`error ${may(POLICY, "dynamodb:*", "every table")}`]);
  });

  test("under the resource's own condition are not named, and impossible ones not told", () => {
    const conditional = (action: string) =>
      CONDITIONS +
      managedPolicy(allow(action, '"*"')).replace("    Properties", "    Condition: IsProd\n    Properties");
    expect(toldInBoth(RULE, conditional("!If [IsDev, dynamodb:*, dynamodb:GetItem]"))).toEqual([]);
    expect(toldInBoth(RULE, conditional("!If [IsProd, dynamodb:*, dynamodb:GetItem]"))).toEqual([
      `error ${may(POLICY, "dynamodb:*", "every table")}`,
    ]);
  });
});

describe("parameters and mappings", () => {
  const withParameter = (declaration: string, action = "!Ref What") =>
    `Parameters:\n  What: ${declaration}\n${managedPolicy(allow(action, '"*"'), TABLE)}`;

  test("allowed values are each looked at", () => {
    const template = withParameter('{ Type: String, AllowedValues: ["dynamodb:*", "dynamodb:GetItem"] }');
    expect(toldInBoth(RULE, template)).toEqual([
      `error When What is "dynamodb:*": ${may(POLICY, "dynamodb:*", "every table")}`,
    ]);
  });

  test("a lone default is named", () => {
    expect(toldInBoth(RULE, withParameter('{ Type: String, Default: "dynamodb:*" }'))).toEqual([
      `error ${may(POLICY, "dynamodb:*", "every table")} (with the default of parameter What)`,
    ]);
  });

  test("no value, or one of the Parameter Store, cannot be told", () => {
    expect(toldInBoth(RULE, withParameter("{ Type: String }"))).toEqual([]);
    expect(untold(RULE, withParameter("{ Type: String }"))).toEqual(["10:20 parameter What has no default"]);
    expect(untold(RULE, withParameter("{ Type: 'AWS::SSM::Parameter::Value<String>', Default: /a }"))).toEqual([
      "10:20 parameter What is read from the Parameter Store at deployment",
    ]);
  });

  test("a text that begins with another service is known not to be DynamoDB's", () => {
    const template = withParameter("{ Type: String }", '!Sub "s3:${What}"');
    expect(untold(RULE, template)).toEqual([]);
  });

  test("a mapping's entries are each looked at", () => {
    const template = `Parameters:
  Stage: { Type: String, AllowedValues: [dev, prod] }
Mappings:
  Actions:
    dev: { what: "dynamodb:*" }
    prod: { what: "dynamodb:GetItem" }
${managedPolicy(allow("!FindInMap [Actions, !Ref Stage, what]", '"*"'))}`;
    expect(toldInBoth(RULE, template)).toEqual([
      `error When Stage is "dev": ${may(POLICY, "dynamodb:*", "every table")}`,
    ]);
  });
});

describe("where policies hide", () => {
  const STATEMENT = '{ Effect: Allow, Action: "dynamodb:*", Resource: "*" }';
  const everywhere = (who: string) => [`error ${may(who, "dynamodb:*", "every table")}`];

  test.each([
    ["AWS::IAM::Policy", "PolicyDocument", 'Policy "It"'],
    ["AWS::IAM::ManagedPolicy", "PolicyDocument", 'Policy "It"'],
    ["AWS::IAM::RolePolicy", "PolicyDocument", 'Policy "It"'],
    ["AWS::IAM::UserPolicy", "PolicyDocument", 'Policy "It"'],
    ["AWS::IAM::GroupPolicy", "PolicyDocument", 'Policy "It"'],
    ["AWS::SSO::PermissionSet", "InlinePolicy", 'Permission set "It"'],
  ])("%s", (type, property, who) => {
    const template = `Resources:\n  It:\n    Type: ${type}\n    Properties:\n      ${property}: { Statement: ${STATEMENT} }\n`;
    expect(toldInBoth(RULE, template)).toEqual(everywhere(who));
  });

  test.each([
    ["AWS::IAM::Role", 'Role "It"'],
    ["AWS::IAM::User", 'User "It"'],
    ["AWS::IAM::Group", 'Group "It"'],
  ])("inline in %s", (type, who) => {
    const template = `Resources:\n  It:\n    Type: ${type}\n    Properties:\n      Policies: [{ PolicyDocument: { Statement: [${STATEMENT}] } }]\n`;
    expect(toldInBoth(RULE, template)).toEqual(everywhere(who));
    expect(toldInBoth(RULE, template.replace(/\[(\{ PolicyDocument.*)\]\n/, "$1\n"))).toEqual(everywhere(who));
  });

  test("a JSON text, plain and substituted, stands at the text and is not edited", () => {
    const json = (text: string) =>
      `Resources:\n  It:\n    Type: AWS::SSO::PermissionSet\n    Properties:\n      InlinePolicy: ${text}\n`;
    const text = '{"Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*"}}';
    expect(shown(RULE, json(`'${text}'`))).toEqual([
      `4:20-4:91 error ${may('Permission set "It"', "dynamodb:*", "every table")}`,
    ]);
    expect(offered(RULE, json(`'${text}'`))).toEqual([]);
    const substituted = `!Sub '{"Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/*"}}'`;
    expect(toldInBoth(RULE, json(substituted))).toEqual(everywhere('Permission set "It"'));
    const variables = `!Sub ['{"Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"arn:aws:dynamodb:*:*:table/\${Name}"}}', { Name: "*" }]`;
    expect(toldInBoth(RULE, json(variables))).toEqual(everywhere('Permission set "It"'));
  });

  test("a document that only deployment knows cannot be told", () => {
    const template = `Parameters:\n  Document: { Type: String }\nResources:\n  It:\n    Type: AWS::SSO::PermissionSet\n    Properties: { InlinePolicy: !Ref Document }\n${TABLE}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["5:32 parameter Document has no default"]);
  });

  test("an alias and a merge key are read, and not edited", () => {
    const template = `Resources:
  First:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Statement:
          - &everything { Effect: Allow, Action: "dynamodb:*", Resource: "*" }
  Second:
    Type: AWS::IAM::ManagedPolicy
    Properties: { PolicyDocument: { Statement: [*everything] } }
  Third:
    Type: AWS::IAM::ManagedPolicy
    Properties: { PolicyDocument: { Statement: [{ <<: *everything, Sid: Third }] } }
`;
    expect(told(RULE, template)).toEqual(["First", "Second", "Third"].flatMap((id) => everywhere(`Policy "${id}"`)));
    expect(fixedText(template, ["safe", "caution"])).toBe(template);
  });

  test.each([
    ["Statement"],
    ["Statement:\n"],
    ["Statement: dynamodb:*"],
    ["Statement: [dynamodb:*, null, []]"],
    ["Statement: { Effect: 1 }"],
  ])("a half-typed document is no finding: %j", (typed) => {
    const template = `Resources:\n  It:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument:\n        ${typed}\n`;
    expect(told(RULE, template)).toEqual([]);
  });
});

describe("SAM", () => {
  const sam = (policies: string) => `Transform: AWS::Serverless-2016-10-31
Resources:
  Reader:
    Type: AWS::Serverless::Function
    Properties:
      Policies: ${policies}
${TABLE}`;
  const finding = [`error ${may('Function "Reader"', "dynamodb:*", "every table")}`];

  test("a statement in Policies, as one or as a list", () => {
    const document = '{ Statement: { Effect: Allow, Action: "dynamodb:*", Resource: "*" } }';
    expect(toldInBoth(RULE, sam(document))).toEqual(finding);
    expect(toldInBoth(RULE, sam(`[AWSLambda_ReadOnlyAccess, ${document}]`))).toEqual(finding);
    expect(marked(RULE, sam(document))).toEqual(['"dynamodb:*"']);
  });

  test("policy templates do not allow everything", () => {
    expect(toldInBoth(RULE, sam("[{ DynamoDBCrudPolicy: { TableName: !Ref Orders } }]"))).toEqual([]);
  });
});

describe("who has the policy", () => {
  const attached = (principal: string) => `Resources:
${roleOf(principal, inline(allow("dynamodb:*", '"*"')))}`;
  const level = (principal: string) => toldInBoth(RULE, attached(principal)).map((line) => line.split(" ")[0]);

  test.each([
    ["{ Service: cloudformation.amazonaws.com }"],
    ["{ Service: [codebuild.amazonaws.com] }"],
    ["{ Service: !Sub 'codepipeline.${AWS::URLSuffix}' }"],
    ["{ Federated: arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com }"],
    ["{ Federated: !Sub 'arn:aws:iam::${AWS::AccountId}:oidc-provider/gitlab.com' }"],
  ])("a deployment role is only mentioned: %s", (principal) => {
    expect(level(principal)).toEqual(["info"]);
  });

  test.each([
    [LAMBDA],
    ["{ Service: [lambda.amazonaws.com, codebuild.amazonaws.com] }"],
    ["{ Federated: cognito-identity.amazonaws.com }"],
    ['{ AWS: "arn:aws:iam::111122223333:root" }'],
  ])("others are not: %s", (principal) => {
    expect(level(principal)).toEqual(["error"]);
  });

  test("a CI provider in the template, or known by its condition keys", () => {
    const provider = `${attached("{ Federated: !Ref Provider }")}  Provider:
    Type: AWS::IAM::OIDCProvider
    Properties: { Url: "https://token.actions.githubusercontent.com" }
`;
    expect(toldInBoth(RULE, provider)).toEqual([`info ${may('Role "AppRole"', "dynamodb:*", "every table")}`]);
    const keys = `Parameters:
  Provider: { Type: String }
${attached("{ Federated: !Ref Provider }").replace(
  'Action: "sts:AssumeRole"',
  'Action: "sts:AssumeRoleWithWebIdentity", Condition: { StringLike: { "token.actions.githubusercontent.com:sub": "repo:a/b:*" } }',
)}`;
    expect(toldInBoth(RULE, keys)).toEqual([`info ${may('Role "AppRole"', "dynamodb:*", "every table")}`]);
  });

  test.each([
    "cdk-hnb659fds-cfn-exec-role-1-eu-west-1",
    "!Sub cdk-${AWS::StackName}-deploy-role-x",
    "AWSCloudFormationStackSetExecutionRole",
  ])("names of deployment tools: %s", (name) => {
    const template = attached('{ AWS: "111122223333" }').replace("Properties:", `Properties:\n      RoleName: ${name}`);
    expect(toldInBoth(RULE, template)).toEqual([`info ${may('Role "AppRole"', "dynamodb:*", "every table")}`]);
  });

  test("the holder is named, and told where the finding stands elsewhere", () => {
    const template = `Resources:
  Shared:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: shared
      Roles: [!Ref AppRole]
      PolicyDocument:
        Statement:
${allow("dynamodb:*", '"*"')}${roleOf(LAMBDA, "")}`;
    expect(toldInBoth(RULE, template)).toEqual([`error ${may('Role "AppRole"', "dynamodb:*", "every table")}`]);
    expect(relatedTo(RULE, template)).toEqual(['11:2-11:9 Role "AppRole" has this policy']);
  });

  test("over an export, a nested stack and a literal name", () => {
    const policy = (output: string) => `${managedPolicy(allow("dynamodb:*", '"*"'))}Outputs:
  Policy: { Value: !Ref AppPolicy${output} }
`;
    const role = (arn: string, around = "") =>
      `Resources:\n${roleOf("{ Service: cloudformation.amazonaws.com }", `      ManagedPolicyArns: [${arn}]\n`)}${around}`;
    const finding = [`info ${may('Role "AppRole"', "dynamodb:*", "every table")}`];
    const exported = {
      "a.yaml": policy(", Export: { Name: shared-policy }"),
      "b.yaml": role("!ImportValue shared-policy"),
    };
    expect(told(RULE, exported)).toEqual(finding);
    const child = "  Policies:\n    Type: AWS::CloudFormation::Stack\n    Properties: { TemplateURL: ./a.yaml }\n";
    expect(told(RULE, { "a.yaml": policy(""), "b.yaml": role("!GetAtt Policies.Outputs.Policy", child) })).toEqual(
      finding,
    );
    const named = {
      "a.yaml": managedPolicy(allow("dynamodb:*", '"*"')).replace(
        "Properties:",
        "Properties:\n      Roles: [deployer]",
      ),
      "b.yaml": role("").replace("Properties:", "Properties:\n      RoleName: deployer"),
    };
    expect(told(RULE, named)).toEqual(finding);
  });
});

describe("the fix", () => {
  const TITLE = "caution: Replace dynamodb:* by reading and writing items (stops every other DynamoDB action)";

  test("replaces only that entry, in block style", () => {
    const template = managedPolicy(`          - Effect: Allow
            Action:
              # everything
              - dynamodb:* # for now
              - s3:GetObject
            Resource: "*"
`);
    expect(offered(RULE, template)).toEqual([TITLE]);
    expect(repaired(RULE, template)).toBe(
      managedPolicy(`          - Effect: Allow
            Action:
              # everything
              - dynamodb:GetItem # for now
              - dynamodb:BatchGetItem
              - dynamodb:Query
              - dynamodb:ConditionCheckItem
              - dynamodb:PutItem
              - dynamodb:UpdateItem
              - dynamodb:DeleteItem
              - dynamodb:BatchWriteItem
              - dynamodb:DescribeTable
              - s3:GetObject
            Resource: "*"
`),
    );
  });

  const ITEMS = [
    "GetItem",
    "BatchGetItem",
    "Query",
    "ConditionCheckItem",
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "BatchWriteItem",
    "DescribeTable",
  ];

  test("in flow style and in JSON", () => {
    const flow = managedPolicy('          - { Effect: Allow, Action: ["dynamodb:*", "s3:*"], Resource: "*" }\n');
    const items = ITEMS.map((name) => `"dynamodb:${name}"`).join(", ");
    expect(repaired(RULE, flow)).toBe(flow.replace('"dynamodb:*"', items));
    const json = asJson(managedPolicy(allow("[s3:GetObject, dynamodb:*]", '"*"')));
    const lines = ITEMS.map((name) => `"dynamodb:${name}"`).join(",\n                ");
    expect(repaired(RULE, json)).toBe(json.replace('"dynamodb:*"', lines));
  });

  test("makes a list of a lone action", () => {
    const lone = managedPolicy(allow("dynamodb:*", '"*"'));
    const list = ITEMS.map((name) => `\n              - dynamodb:${name}`).join("");
    expect(repaired(RULE, lone)).toBe(lone.replace(" dynamodb:*", list));
  });

  test("is none for bare stars, which are about other services too", () => {
    expect(offered(RULE, managedPolicy(allow('"*"', '"*"'), TABLE))).toEqual([]);
  });

  test("changes only its branch, and says which", () => {
    const conditions = "Conditions:\n  IsDev: !Equals [!Ref AWS::Region, eu-west-1]\n";
    const whole = conditions + managedPolicy(allow("!If [IsDev, dynamodb:*, dynamodb:GetItem]", '"*"'));
    expect(offered(RULE, whole)).toEqual([`${TITLE} (where IsDev is true)`]);
    expect(repaired(RULE, whole)).toBe(
      whole.replace("dynamodb:*,", `[${ITEMS.map((name) => `dynamodb:${name}`).join(", ")}],`),
    );
    const item = conditions + managedPolicy(allow("[!If [IsDev, dynamodb:*, dynamodb:GetItem]]", '"*"'));
    expect(offered(RULE, item)).toEqual([]);
  });

  test("does not touch what a loop repeats", () => {
    const loop = `Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::Policies:
    - Name
    - [A, B]
    - "Policy\${Name}":
        Type: AWS::IAM::ManagedPolicy
        Properties:
          PolicyDocument: { Statement: { Effect: Allow, Action: "dynamodb:*", Resource: "*" } }
`;
    expect(told(RULE, loop)).toEqual(
      ["A", "B"].map((name) => `error ${may(`Policy "Policy${name}"`, "dynamodb:*", "every table")}`),
    );
    expect(offered(RULE, loop)).toEqual([]);
  });

  test("a macro may change anything, but not what is written to be there", () => {
    const macro = `Transform: Company::Macro\n${managedPolicy(allow("dynamodb:*", '"*"'))}`;
    expect(told(RULE, macro)).toEqual([`error ${may(POLICY, "dynamodb:*", "every table")}`]);
  });

  test("does not touch the output of the CDK, nor a parameter's value", () => {
    const cdk = asJson(managedPolicy(allow("dynamodb:*", '"*"'))).replace(
      '"Type": "AWS::IAM::ManagedPolicy",',
      '"Type": "AWS::IAM::ManagedPolicy", "Metadata": { "aws:cdk:path": "Stack/AppPolicy/Resource" },',
    );
    expect(told(RULE, cdk)).toHaveLength(1);
    expect(offered(RULE, cdk)).toEqual([]);
    const parameter = `Parameters:\n  What: { Type: String, Default: "dynamodb:*" }\n${managedPolicy(allow("!Ref What", '"*"'))}`;
    expect(offered(RULE, parameter)).toEqual([]);
  });
});
