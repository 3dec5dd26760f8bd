import { describe, expect, test } from "vitest";
import { type Configuration, DEFAULT_CONFIGURATION } from "../../../core/lint/configuration.ts";
import { ruleNamed } from "../../../rules/registry.ts";
import { asJson } from "../as-json.ts";
import { marked, offered, repaired, shown } from "../harness.ts";
import { allow, deny, inline, LAMBDA, managedPolicy, roleOf } from "../identity/policies.ts";
import { relatedTo, told, toldInBoth, toldWith, untold } from "../told.ts";

const RULE = "leadingkeys-value-too-loose";

const ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/scores";
const keyed = (operator: string, values: string) => `{ "${operator}": { "dynamodb:LeadingKeys": ${values} } }`;
const condition = (text: string) => `            Sid: Own\n            Condition: ${text}\n`;
const allowing = (text: string, action = "dynamodb:GetItem") => managedPolicy(allow(action, ARN, condition(text)));
const denying = (text: string) => managedPolicy(deny("dynamodb:GetItem", ARN, condition(text)));
const like = (values: string) => allowing(keyed("ForAllValues:StringLike", values));

const everything = (value: string) =>
  `error "${value}" matches every dynamodb:LeadingKeys, so "Own" is not limited to any items.`;
const beginnings = (value: string) =>
  `warning "${value}" in "Own" also matches the keys of others that begin alike: who is "12" reaches what belongs to "123", as nothing stands between the variable and the wildcard.`;

describe("a value that matches everything", () => {
  test("stands at the value", () => {
    expect(shown(RULE, like('["*"]'))).toEqual([`11:79-11:82 ${everything("*")}`]);
  });

  test.each(["*", "?*", "**", "*?"])("%s", (value) => {
    expect(toldInBoth(RULE, like(`"${value}"`))).toEqual([everything(value)]);
    expect(toldInBoth(RULE, allowing(keyed("stringlikeifexists", `[a, "${value}"]`)))).toEqual([everything(value)]);
  });

  test.each(["?", "????", "a*", "*a", "USER#*", "${*}", "${aws:userid}"])("not %s", (value) => {
    expect(toldInBoth(RULE, like(`["${value}"]`))).toEqual([]);
  });

  test("not where it is no pattern", () => {
    expect(toldInBoth(RULE, allowing(keyed("ForAllValues:StringEquals", '"*"')))).toEqual([]);
  });

  test("not where another test is strict, but where all are loose", () => {
    const both = (other: string) =>
      allowing(
        `{ "ForAllValues:StringLike": { "dynamodb:LeadingKeys": "*" }, "${other}": { "dynamodb:LeadingKeys": "?*" } }`,
      );
    expect(toldInBoth(RULE, both("ForAllValues:StringEquals"))).toEqual([]);
    expect(toldInBoth(RULE, both("ForAnyValue:StringLike"))).toEqual([everything("*"), everything("?*")]);
  });

  test("in a Deny makes it spare everything", () => {
    const spares = 'error "*" matches every dynamodb:LeadingKeys, so "Own" denies nothing that carries it.';
    expect(toldInBoth(RULE, denying(keyed("ForAnyValue:StringNotLike", '["*"]')))).toEqual([spares]);
    expect(toldInBoth(RULE, denying(keyed("ForAnyValue:StringLike", '["*"]')))).toEqual([]);
  });

  test("may come from a parameter", () => {
    const template = `Parameters:\n  Keys: { Type: String }\n${like("[!Ref Keys]")}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["13:79 parameter Keys has no default"]);
    expect(toldWith(RULE, template, { parameters: new Map([["Keys", "*"]]) })).toEqual([everything("*")]);
    expect(toldInBoth(RULE, template.replace("{ Type: String }", '{ Type: String, AllowedValues: ["*", a] }'))).toEqual(
      [everything("*").replace("error ", 'error When Keys is "*": ')],
    );
    const equals = `Parameters:\n  Keys: { Type: String }\n${allowing(keyed("ForAllValues:StringEquals", "!Ref Keys"))}`;
    expect(untold(RULE, equals)).toEqual([]);
  });
});

describe("a variable with nothing behind it", () => {
  test.each(["${aws:userid}*", "${aws:PrincipalTag/tenant}*", "USER#${aws:username}?*", "${aws:PrincipalTag/t, 'x'}*"])(
    "%s",
    (value) => {
      expect(toldInBoth(RULE, like(`["${value}"]`))).toEqual([beginnings(value)]);
      expect(toldInBoth(RULE, denying(keyed("ForAnyValue:StringNotLike", `["${value}"]`)))).toEqual([
        beginnings(value),
      ]);
    },
  );

  test.each(["${aws:userid}#*", "${aws:userid}", "${aws:userid}-${aws:PrincipalTag/a}/*", "${*}*a", "#${aws:userid}"])(
    "not %s",
    (value) => {
      expect(toldInBoth(RULE, like(`["${value}"]`))).toEqual([]);
    },
  );

  test("ids of identity pools have one length", () => {
    expect(toldInBoth(RULE, like('["${cognito-identity.amazonaws.com:sub}*"]'))).toEqual([
      'info "${cognito-identity.amazonaws.com:sub}*" in "Own" has nothing between the variable and the wildcard; it holds only because the ids of identity pools all have one length.',
    ]);
  });

  test("in an Fn::Sub, with what only deployment knows", () => {
    const template = `Parameters:\n  Stage: { Type: String }\n${like('[!Sub "${Stage}#${!aws:userid}*"]')}`;
    expect(toldInBoth(RULE, template)).toEqual([beginnings("…#${aws:userid}*")]);
    // What begins with a name that the stack knows is the same for everybody.
    expect(toldInBoth(RULE, `Parameters:\n  Stage: { Type: String }\n${like('[!Sub "${Stage}*"]')}`)).toEqual([]);
  });

  test("each of several values", () => {
    expect(marked(RULE, like('["${aws:userid}*", a, "${aws:username}*"]'))).toEqual([
      '"${aws:userid}*"',
      '"${aws:username}*"',
    ]);
  });
});

describe("an Allow of everything but", () => {
  const rest = (operator: string) =>
    `warning "${operator}" in "Own" allows the items of every key but those that it names; name the keys that are allowed.`;

  test.each(["StringNotEquals", "ForAllValues:StringNotLike", "ForAnyValue:StringNotEqualsIgnoreCase"])(
    "%s",
    (operator) => {
      expect(toldInBoth(RULE, allowing(keyed(operator, "[admin]")))).toEqual([rest(operator)]);
      expect(marked(RULE, allowing(keyed(operator, "[admin]")))).toEqual(['"dynamodb:LeadingKeys"']);
    },
  );

  test("not where the allowed keys are named too", () => {
    const text =
      '{ "ForAllValues:StringLike": { "dynamodb:LeadingKeys": "USER#*" }, "ForAllValues:StringNotEquals": { "dynamodb:LeadingKeys": "USER#admin" } }';
    expect(toldInBoth(RULE, allowing(text))).toEqual([]);
  });

  test("not in a Deny, whose way to say it that is", () => {
    expect(toldInBoth(RULE, denying(keyed("ForAnyValue:StringNotEquals", '["${aws:userid}"]')))).toEqual([]);
  });
});

describe("one list for all end users", () => {
  /** Where it is on, the rule about end users says this too. */
  const ALONE: Configuration = {
    ...DEFAULT_CONFIGURATION,
    rules: new Map([["end-user-role-without-item-isolation", "off"]]),
  };
  const END_USERS = "{ Federated: cognito-identity.amazonaws.com }";
  const role = (values: string, action = "dynamodb:PutItem", who = END_USERS) =>
    `Resources:\n${roleOf(who, inline(allow(action, ARN, condition(keyed("ForAllValues:StringLike", values)))))}`;
  const same = (does: string) =>
    `dynamodb:LeadingKeys in "Own" names the same keys for every end user of role "AppRole": all of them ${does} the same items.`;

  test("is told where they may write, and mentioned where they may read", () => {
    expect(toldInBoth(RULE, role("[shared]"), ALONE)).toEqual([`warning ${same("may change")}`]);
    expect(toldInBoth(RULE, role("[shared, 'PUBLIC#*']", "[dynamodb:GetItem, dynamodb:Query]"), ALONE)).toEqual([
      `info ${same("read")}`,
    ]);
    expect(marked(RULE, role("[shared]"), ALONE)).toEqual(['"dynamodb:LeadingKeys"']);
  });

  test.each([
    ["the values depend on the user", role('["${cognito-identity.amazonaws.com:sub}"]')],
    ["one of them does", role('[shared, "${cognito-identity.amazonaws.com:sub}"]')],
    ["it is code that asks", role("[shared]", "dynamodb:PutItem", LAMBDA)],
    ["nothing carries the key", role("[shared]", "dynamodb:Scan")],
    ["nobody in view has the policy", like("[shared]")],
  ])("is not told where %s", (_, template) => {
    expect(toldInBoth(RULE, template, ALONE)).toEqual([]);
  });

  test("nor where a value is not known", () => {
    expect(toldInBoth(RULE, `Parameters:\n  Key: { Type: String }\n${role("[!Ref Key]")}`, ALONE)).toEqual([]);
  });

  test("in a policy apart, with the role", () => {
    const template = `Resources:\n${roleOf(END_USERS, "")}  Extra:
    Type: AWS::IAM::Policy
    Properties:
      Roles: [!Ref AppRole]
      PolicyDocument:
        Statement:
${allow("dynamodb:PutItem", ARN, condition(keyed("ForAllValues:StringEquals", "[shared]")))}`;
    expect(toldInBoth(RULE, template, ALONE)).toEqual([`warning ${same("may change")}`]);
    expect(relatedTo(RULE, template, ALONE)).toEqual(['1:2-1:9 Role "AppRole" has this policy']);
  });

  test.runIf(ruleNamed("end-user-role-without-item-isolation"))("is left to the rule about end users", () => {
    expect(toldInBoth(RULE, role("[shared]"))).toEqual([]);
  });
});

describe("wherever policies are", () => {
  test("a table's, a VPC endpoint's, a SAM function's", () => {
    const statement = `{ Sid: Own, Effect: Allow, Principal: "*", Action: "dynamodb:GetItem", Resource: "*", Condition: ${keyed("ForAllValues:StringLike", '"*"')} }`;
    const templates = [
      `  Scores: { Type: "AWS::DynamoDB::Table", Properties: { ResourcePolicy: { PolicyDocument: { Statement: [${statement}] } } } }`,
      `  Endpoint: { Type: "AWS::EC2::VPCEndpoint", Properties: { ServiceName: com.amazonaws.eu-west-1.dynamodb, PolicyDocument: { Statement: [${statement}] } } }`,
      `  Reader: { Type: "AWS::Serverless::Function", Properties: { Policies: [{ Statement: [${statement.replace(' Principal: "*",', "")}] }] } }`,
    ];
    for (const resource of templates)
      expect(toldInBoth(RULE, `Transform: AWS::Serverless-2016-10-31\nResources:\n${resource}\n`)).toEqual([
        everything("*"),
      ]);
  });

  test("a JSON text", () => {
    const template = `Resources:
  Staff:
    Type: AWS::SSO::PermissionSet
    Properties:
      InlinePolicy: '{"Statement":{"Sid":"Own","Effect":"Allow","Action":"dynamodb:GetItem","Resource":"*","Condition":{"StringLike":{"dynamodb:LeadingKeys":"\${aws:userid}*"}}}}'
`;
    expect(toldInBoth(RULE, template)).toEqual([beginnings("${aws:userid}*")]);
    expect(offered(RULE, template)).toEqual([]);
  });

  test("a branch", () => {
    const template = `Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
${like('!If [IsProd, [a], ["*"]]')}`;
    expect(toldInBoth(RULE, template)).toEqual([everything("*").replace("error ", "error When IsProd is false: ")]);
  });

  test("nothing is made of what is half typed", () => {
    for (const text of [
      "",
      "[]",
      '{ "StringLike": }',
      keyed("StringLike", ""),
      keyed("StringLike", "[]"),
      keyed("StringLike", "{ a: b }"),
    ])
      expect(told(RULE, allowing(text))).toEqual([]);
  });
});

describe("the fix", () => {
  const TITLE =
    'caution: Put "#" between the variable and the wildcard (stops access to keys that do not have it there)';
  const block = managedPolicy(
    allow(
      "dynamodb:GetItem",
      ARN,
      `            Condition:
              ForAllValues:StringLike:
                dynamodb:LeadingKeys:
                  - \${aws:userid}* # own
                  - shared
`,
    ),
  );

  test("puts a separator in, in any spelling", () => {
    expect(offered(RULE, block)).toEqual([TITLE]);
    expect(repaired(RULE, block)).toBe(block.replace("}*", "}#*"));
    const quoted = like("'USER#${aws:userid}*'");
    expect(repaired(RULE, quoted)).toBe(quoted.replace("}*", "}#*"));
    const json = asJson(block);
    expect(repaired(RULE, json)).toBe(json.replace("}*", "}#*"));
    const sub = like('[!Sub "${AWS::Region}*${!aws:userid}*"]');
    expect(repaired(RULE, sub)).toBe(sub.replace("userid}*", "userid}#*"));
  });

  test("is not offered for a star, in a value from elsewhere, nor in the CDK's output", () => {
    expect(offered(RULE, like('"*"'))).toEqual([]);
    const parameter = `Parameters:\n  Keys: { Type: String, Default: "\${aws:userid}*" }\n${like("[!Ref Keys]")}`;
    expect(told(RULE, parameter)).toHaveLength(1);
    expect(offered(RULE, parameter)).toEqual([]);
    const json = JSON.parse(asJson(block));
    json.Resources.AppPolicy.Metadata = { "aws:cdk:path": "App/AppPolicy/Resource" };
    expect(told(RULE, JSON.stringify(json))).toHaveLength(1);
    expect(offered(RULE, JSON.stringify(json))).toEqual([]);
  });
});
