import { describe, expect, test } from "vitest";
import { asJson } from "../as-json.ts";
import { fixedText, marked, offered, repaired, shown } from "../harness.ts";
import { allow, LAMBDA, managedPolicy, roleOf, TABLE } from "../identity/policies.ts";
import { told, toldInBoth, untold } from "../told.ts";

const RULE = "policy-variable-not-substituted";

const ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/scores";
const SUB = "${cognito-identity.amazonaws.com:sub}";
const OWN = `{ "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["${SUB}"] } }`;
const condition = (text: string) => `            Sid: Own\n            Condition: ${text}\n`;
const OWN_ITEMS = allow("dynamodb:GetItem", ARN, condition(OWN));

const withVersion = (version: string, statements = OWN_ITEMS) =>
  managedPolicy(statements).replace('Version: "2012-10-17"', version);
const old = (statements = OWN_ITEMS) => withVersion("", statements);

const ABSENT = "the policy has no Version, which means 2008-10-17";
const literally = (variables: string, why = ABSENT, label = '"Own"') =>
  `error Policy variable${variables.includes(" and ") ? "s" : ""} ${variables} in ${label} ${variables.includes(" and ") ? "are" : "is"} taken literally, because ${why}; only "2012-10-17" has variables.`;
const unescaped = (...names: string[]) => {
  const all = (mark: string) => names.map((name) => `\${${mark}${name}}`).join(" and ");
  return `error CloudFormation looks for ${all("")} among the names of this template and refuses the template; write ${all("!")}, which it leaves to IAM.`;
};

describe("a policy of the old version", () => {
  test("stands at the value", () => {
    expect(shown(RULE, old())).toEqual([`11:81-11:120 ${literally(SUB)}`]);
  });

  test.each([
    ["no Version", "", ABSENT],
    ["an empty one", "Version:", ABSENT],
    ["2008-10-17", 'Version: "2008-10-17"', "the policy's Version is 2008-10-17"],
    ["2008-10-17 without quotes", "Version: 2008-10-17", "the policy's Version is 2008-10-17"],
  ])("%s", (_, version, why) => {
    expect(told(RULE, withVersion(version))).toEqual([literally(SUB, why)]);
  });

  test.each([
    ["with quotes", 'Version: "2012-10-17"'],
    ["without quotes", "Version: 2012-10-17"],
    // IAM refuses it.
    ["that there is not", 'Version: "2012-10-18"'],
  ])("not one %s", (_, version) => {
    expect(toldInBoth(RULE, withVersion(version))).toEqual([]);
  });

  test.each([
    "${aws:userid}",
    "${aws:username}",
    "${aws:PrincipalTag/team}",
    "${www.amazon.com:user_id}",
    "${graph.facebook.com:id}",
    "${accounts.google.com:sub}",
    "${saml:sub}",
    "${aws:PrincipalTag/team, 'none'}",
  ])("%s", (variable) => {
    const template = old(allow("dynamodb:GetItem", `"${ARN}-${variable}"`));
    expect(toldInBoth(RULE, template)).toEqual([literally(variable, ABSENT, "statement 1")]);
  });

  test.each(["${*}", "${AWS::Region}", "${Table}", "$aws:userid"])("not %s, which is no variable", (text) => {
    expect(toldInBoth(RULE, old(allow("dynamodb:GetItem", `"${ARN}-${text}"`)))).toEqual([]);
  });

  test("in resources, in exceptions from them and in conditions on any key", () => {
    const statements = `          - Sid: Own
            Effect: Deny
            Action: dynamodb:*
            NotResource: ["${ARN}-\${aws:userid}", "${ARN}-\${aws:username}-\${aws:userid}"]
            Condition: { StringNotEquals: { aws:ResourceTag/owner: "\${aws:username}" } }
`;
    expect(toldInBoth(RULE, old(statements))).toEqual([
      literally("${aws:userid}"),
      literally("${aws:username} and ${aws:userid}"),
      literally("${aws:username}"),
    ]);
  });

  test("in an Fn::Sub that escapes it, and in a Join", () => {
    expect(toldInBoth(RULE, old(allow("dynamodb:GetItem", `!Sub "${ARN}-\${!aws:userid}-\${AWS::Region}"`)))).toEqual([
      literally("${aws:userid}", ABSENT, "statement 1"),
    ]);
    expect(toldInBoth(RULE, old(allow("dynamodb:GetItem", `!Join ["-", ["${ARN}", "\${aws:userid}"]]`)))).toEqual([
      literally("${aws:userid}", ABSENT, "statement 1"),
    ]);
  });

  test("a version that depends", () => {
    const head = "Conditions:\n  IsNew: !Equals [!Ref AWS::Region, eu-west-1]\nParameters:\n  V: { Type: String }\n";
    expect(toldInBoth(RULE, head + withVersion('Version: !If [IsNew, "2012-10-17", !Ref AWS::NoValue]'))).toEqual([
      literally(SUB).replace("error ", "error When IsNew is false: "),
    ]);
    const unknown = head + withVersion("Version: !Ref V");
    expect(toldInBoth(RULE, unknown)).toEqual([]);
    expect(untold(RULE, unknown)).toEqual(["15:81 the version of its policy is not known"]);
  });

  test("a macro may add the Version", () => {
    const template = `Transform: OurMacro\n${old()}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["12:81 the version of its policy is not known"]);
  });
});

describe("an Fn::Sub that does not escape the variable", () => {
  const table = (resource: string) => managedPolicy(allow("dynamodb:GetItem", resource));

  test("stands at the text", () => {
    expect(shown(RULE, table(`!Sub "${ARN}-\${aws:userid}"`))).toEqual([`9:22-9:95 ${unescaped("aws:userid")}`]);
    expect(marked(RULE, table(`!Sub ["${ARN}-\${aws:userid}-\${X}", { X: y }]`))).toEqual([
      `"${ARN}-\${aws:userid}-\${X}"`,
    ]);
  });

  test.each([
    ["{ Fn::Sub: '$' }"],
    ["!Sub ['$', { X: y }]"],
    ["{ Fn::Sub: ['$', { X: y }] }"],
    ["[!Ref AWS::NoValue, !Sub '$']"],
    ["!If [IsProd, !Sub '$', x]"],
    ["!Join ['', [!Sub '$']]"],
  ])("%s", (form) => {
    const template = `Conditions:\n  IsProd: !Equals [!Ref AWS::Region, eu-west-1]\n${table(form.replace("$", `${ARN}-\${aws:PrincipalTag/team}`))}`;
    expect(toldInBoth(RULE, template)).toEqual([unescaped("aws:PrincipalTag/team")]);
  });

  test("in a condition, several at once", () => {
    const text = '{ StringEquals: { dynamodb:LeadingKeys: !Sub "${www.amazon.com:user_id}/${aws:userid}" } }';
    expect(toldInBoth(RULE, managedPolicy(allow("dynamodb:GetItem", ARN, condition(text))))).toEqual([
      unescaped("www.amazon.com:user_id", "aws:userid"),
    ]);
  });

  test.each([
    ["escaped", `!Sub "${ARN}-\${!aws:userid}"`],
    ["names of the template", `!Sub "arn:\${AWS::Partition}:dynamodb:*:*:table/\${Orders}"`],
    ["other names that there are not", `!Sub "${ARN}-\${Missing}"`],
    ["names of its own", `!Sub ["${ARN}-\${aws:userid}", { "aws:userid": x }]`],
    ["no Fn::Sub", `"${ARN}-\${aws:userid}"`],
  ])("not %s", (_, resource) => {
    expect(toldInBoth(RULE, managedPolicy(allow("dynamodb:GetItem", resource), TABLE))).toEqual([]);
  });
});

describe("whose business it is", () => {
  const bucket = (action: string, resource = '"arn:aws:s3:::b/${aws:userid}/*"') => allow(action, resource);

  test.each([
    ["another service's action", old(bucket("s3:GetObject")), 0],
    ["every action on a bucket", old(bucket('"*"')), 0],
    [
      "a bucket, with a table in view",
      managedPolicy(bucket("s3:GetObject", '!Sub "arn:aws:s3:::b/${aws:userid}"'), TABLE),
      0,
    ],
    [
      "every action, without DynamoDB in view",
      old(allow('"*"', '"*"', condition('{ StringEquals: { aws:ResourceTag/o: "${aws:userid}" } }'))),
      0,
    ],
    [
      "every action, with a table in view",
      old(allow('"*"', '"*"', condition('{ StringEquals: { aws:ResourceTag/o: "${aws:userid}" } }'))) + TABLE,
      1,
    ],
    ["a DAX action", old(allow("dax:GetItem", `"arn:aws:dax:*:*:cache/\${aws:userid}"`)), 1],
    [
      "all actions but some of DynamoDB",
      old(allow("x", '"arn:aws:dynamodb:*:*:table/${aws:userid}"').replace("Action: x", "NotAction: dynamodb:Scan")),
      1,
    ],
  ])("%s", (_, template, findings) => {
    expect(told(RULE, template)).toHaveLength(findings);
  });

  test("a role's trust is not about DynamoDB", () => {
    const trust = roleOf(LAMBDA, "")
      .replace(
        'Action: "sts:AssumeRole"',
        'Action: "sts:AssumeRole", Condition: { StringEquals: { aws:x: "${aws:userid}" } }',
      )
      .replace('        Version: "2012-10-17"\n', "");
    expect(told(RULE, `Resources:\n${trust}${TABLE}`)).toEqual([]);
  });
});

describe("wherever policies are", () => {
  const statement = `{ Sid: Own, Effect: Allow, Principal: "*", Action: "dynamodb:GetItem", Resource: "*", Condition: ${OWN} }`;

  test.each([
    [
      "a table",
      `  Scores: { Type: "AWS::DynamoDB::Table", Properties: { ResourcePolicy: { PolicyDocument: { Statement: [${statement}] } } } }`,
    ],
    [
      "a stream of a replica",
      `  Scores: { Type: "AWS::DynamoDB::GlobalTable", Properties: { Replicas: [{ Region: eu-west-1, ReplicaStreamSpecification: { ResourcePolicy: { PolicyDocument: { Statement: [${statement}] } } } }] } }`,
    ],
    [
      "a VPC endpoint",
      `  Endpoint: { Type: "AWS::EC2::VPCEndpoint", Properties: { ServiceName: com.amazonaws.eu-west-1.dynamodb, PolicyDocument: { Statement: [${statement}] } } }`,
    ],
    [
      "an organisation",
      `  Limits: { Type: "AWS::Organizations::Policy", Properties: { Content: { Statement: [${statement}] } } }`,
    ],
    [
      "a SAM function, whose policies get no Version",
      `  Reader: { Type: "AWS::Serverless::Function", Properties: { Policies: [{ Statement: [${statement.replace(' Principal: "*",', "")}] }] } }`,
    ],
    [
      "a permission set, as a text",
      `  Staff: { Type: "AWS::SSO::PermissionSet", Properties: { InlinePolicy: '{"Statement":{"Sid":"Own","Effect":"Allow","Action":"dynamodb:GetItem","Resource":"*","Condition":{"StringEquals":{"dynamodb:LeadingKeys":"${SUB}"}}}}' } }`,
    ],
    [
      "a permission set, as a text with substitutions",
      `  Staff: { Type: "AWS::SSO::PermissionSet", Properties: { InlinePolicy: !Sub '{"Statement":{"Sid":"Own","Effect":"Allow","Action":"dynamodb:GetItem","Resource":"*","Condition":{"StringEquals":{"dynamodb:LeadingKeys":"${SUB.replace("${", "${!")}"}}}}' } }`,
    ],
  ])("%s", (_, resource) => {
    expect(toldInBoth(RULE, `Transform: AWS::Serverless-2016-10-31\nResources:\n${resource}\n`)).toEqual([
      literally(SUB),
    ]);
  });

  const sets = (text: string) => `Resources:
  Staff:
    Type: AWS::SSO::PermissionSet
    Properties:
      InlinePolicy: !Sub |
        ${text}
`;

  test("a text whose Fn::Sub does not escape the variable", () => {
    const text = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"arn:\${AWS::Partition}:dynamodb:*:*:table/\${aws:userid}"}]}`;
    expect(toldInBoth(RULE, sets(text))).toEqual([unescaped("aws:userid")]);
    expect(repaired(RULE, sets(text))).toBe(sets(text.replace("${aws", "${!aws")));
    expect(
      toldInBoth(RULE, sets(text.replace("dynamodb:GetItem", "s3:GetObject").replace(":dynamodb:", ":s3:"))),
    ).toEqual([]);
  });

  test("nothing is made of what is half typed", () => {
    for (const text of ["", "!Sub", "!Sub []", "!Sub [x, y]", '!Sub "${"', "!Sub { a: b }", "{ Fn::Sub: }"])
      expect(told(RULE, managedPolicy(allow("dynamodb:GetItem", text)))).toEqual([]);
  });
});

describe("the fixes", () => {
  test("set the Version, with its quotes", () => {
    expect(offered(RULE, old())).toEqual([
      'caution: Set Version to "2012-10-17" (grants what the variables stand for, which differs by caller)',
    ]);
    expect(repaired(RULE, withVersion("Version: 2008-10-17 # old"))).toBe(withVersion('Version: "2012-10-17" # old'));
    const absent = managedPolicy(OWN_ITEMS).replace('        Version: "2012-10-17"\n', "");
    expect(repaired(RULE, absent)).toBe(`${absent}        Version: "2012-10-17"\n`);
    const json = asJson(withVersion("Version: 2008-10-17"));
    expect(repaired(RULE, json)).toBe(json.replace("2008-10-17", "2012-10-17"));
  });

  test("say which way that goes", () => {
    const deny = OWN_ITEMS.replace("Allow", "Deny");
    expect(offered(RULE, old(deny))).toEqual([
      'caution: Set Version to "2012-10-17" (stops what the variables stand for, which differs by caller)',
    ]);
    expect(offered(RULE, old(OWN_ITEMS + deny))).toEqual([
      'caution: Set Version to "2012-10-17" (grants and stops what the variables stand for, which differs by caller)',
    ]);
  });

  test("of SAM's lists of statements", () => {
    const template = (version: string) => `Transform: AWS::Serverless-2016-10-31
Resources:
  Reader:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
        - Statement:
            - { Effect: Allow, Action: "dynamodb:GetItem", Resource: "*", Condition: ${OWN} }
${version}`;
    expect(repaired(RULE, template(""))).toBe(template('          Version: "2012-10-17"\n'));
  });

  test.each([
    ["plain", "!Sub arn:aws:dynamodb:*:*:table/${aws:userid}/index/*"],
    ["quoted", '!Sub "arn:aws:dynamodb:*:*:table/${aws:userid}" # own'],
    ["in long form", "{ Fn::Sub: 'arn:aws:dynamodb:*:*:table/${aws:userid}' }"],
    ["twice", '!Sub "arn:aws:dynamodb:*:*:table/${aws:userid}/stream/${aws:userid}"'],
    ["with a variable of its own", "!Sub ['arn:aws:dynamodb:*:*:table/${aws:userid}${X}', { X: y }]"],
    ["with a default", `!Sub "arn:aws:dynamodb:*:*:table/\${aws:userid, 'x'}"`],
  ])("escape the variable: %s", (_, resource) => {
    const template = managedPolicy(allow("dynamodb:GetItem", resource));
    expect(offered(RULE, template)).toEqual([expect.stringMatching(/^safe: Write the variable as \$\{!aws:userid/)]);
    expect(repaired(RULE, template)).toBe(template.replaceAll("${aws:", "${!aws:"));
    expect(fixedText(template)).toBe(template.replaceAll("${aws:", "${!aws:"));
    const json = asJson(template);
    expect(repaired(RULE, json)).toBe(json.replaceAll("${aws:", "${!aws:"));
  });

  test("escape several", () => {
    const template = managedPolicy(
      allow("dynamodb:GetItem", '!Sub "arn:aws:dynamodb:*:*:table/${aws:userid}-${aws:username}"'),
    );
    expect(offered(RULE, template)).toEqual(["safe: Write the variables as ${!aws:userid} and ${!aws:username}"]);
    expect(repaired(RULE, template)).toBe(template.replaceAll("${aws:", "${!aws:"));
  });

  test("escape it and set the Version, as the one without the other would not do", () => {
    const template = withVersion(
      'Version: "2008-10-17"',
      allow("dynamodb:GetItem", '!Sub "arn:aws:dynamodb:*:*:table/${aws:userid}"'),
    );
    expect(offered(RULE, template)).toEqual([
      'caution: Write the variable as ${!aws:userid} and set Version to "2012-10-17"',
    ]);
    expect(repaired(RULE, template)).toBe(template.replace("${aws:", "${!aws:").replace("2008", "2012"));
  });

  test("escape it once where the statement has branches", () => {
    const template = `Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
${managedPolicy(allow("[dynamodb:GetItem, !If [IsProd, dynamodb:Query, dynamodb:PutItem]]", '!Sub "arn:aws:dynamodb:*:*:table/${aws:userid}"'))}`;
    expect(toldInBoth(RULE, template)).toEqual([unescaped("aws:userid")]);
    expect(repaired(RULE, template)).toBe(template.replace("${aws:userid}", "${!aws:userid}"));
  });

  test("are not offered in texts, nor in the CDK's output", () => {
    const json = JSON.parse(
      asJson(old(allow("dynamodb:GetItem", '!Sub "arn:aws:dynamodb:*:*:table/${aws:userid}-${!aws:username}"'))),
    );
    json.Resources.AppPolicy.Metadata = { "aws:cdk:path": "App/AppPolicy/Resource" };
    expect(told(RULE, JSON.stringify(json))).toHaveLength(2);
    expect(offered(RULE, JSON.stringify(json))).toEqual([]);
  });
});
