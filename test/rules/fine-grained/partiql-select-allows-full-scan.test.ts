import { describe, expect, test } from "vitest";
import { type Configuration, DEFAULT_CONFIGURATION } from "../../../core/lint/configuration.ts";
import { ruleNamed } from "../../../rules/registry.ts";
import { asJson } from "../as-json.ts";
import { marked, offered, repaired, shown } from "../harness.ts";
import { allow, deny, inline, LAMBDA, managedPolicy, roleOf } from "../identity/policies.ts";
import { relatedTo, told, toldInBoth, untold } from "../told.ts";

const RULE = "partiql-select-allows-full-scan";

const ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/scores";
const OWN = '{ "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["${aws:userid}"] } }';
const NAMES =
  '{ "ForAllValues:StringEquals": { "dynamodb:Attributes": [id, level] }, StringEqualsIfExists: { "dynamodb:Select": SPECIFIC_ATTRIBUTES } }';
const condition = (text: string) => `            Sid: Own\n            Condition: ${text}\n`;
const limited = (action = "dynamodb:PartiQLSelect", test = OWN, resource = ARN) =>
  allow(action, resource, condition(test));
const noScans = (value = '"true"', resource = ARN, action = "dynamodb:PartiQLSelect") =>
  deny(action, resource, `            Condition: { Bool: { "dynamodb:FullTableScan": ${value} } }\n`);

const finding = (limit = "whatever items dynamodb:LeadingKeys names", label = '"Own"') =>
  `warning PartiQLSelect in ${label} allows SELECT statements that read whole tables, ${limit}; deny it where dynamodb:FullTableScan is true.`;
const OF_ATTRIBUTES = finding("although it is limited to some attributes and Scan is not allowed");

describe("under a limit to items", () => {
  test("stands at the action", () => {
    expect(shown(RULE, managedPolicy(limited("[dynamodb:GetItem, dynamodb:PartiQLSelect]")))).toEqual([
      `8:39-8:61 ${finding()}`,
    ]);
  });

  test.each(["dynamodb:PartiQLSelect", "DynamoDB:partiqlselect", '"dynamodb:PartiQL*"'])("%s", (action) => {
    expect(toldInBoth(RULE, managedPolicy(limited(action)))).toEqual([finding()]);
  });

  test.each([
    ["without PartiQL", limited("[dynamodb:GetItem, dynamodb:PartiQLInsert]")],
    ["where Scan is allowed too, which is found by itself", limited("[dynamodb:PartiQLSelect, dynamodb:Scan]")],
    ["where everything is", limited('"dynamodb:*"')],
    ["without a limit", allow("dynamodb:PartiQLSelect", ARN)],
    ["with another limit", limited("dynamodb:PartiQLSelect", "{ StringEquals: { aws:SourceVpce: vpce-1 } }")],
    [
      "where requests without the key are refused",
      limited("dynamodb:PartiQLSelect", OWN.replace(/ }$/, ', "Null": { "dynamodb:LeadingKeys": "false" } }')),
    ],
    [
      "where the operator refuses them",
      limited("dynamodb:PartiQLSelect", '{ "ForAnyValue:StringEquals": { "dynamodb:LeadingKeys": a } }'),
    ],
    [
      "where the Allow leaves full scans out",
      limited("dynamodb:PartiQLSelect", OWN.replace(/ }$/, ', Bool: { "dynamodb:FullTableScan": "false" } }')),
    ],
    ["where it is a Deny", deny("dynamodb:PartiQLSelect", ARN, condition(OWN))],
  ])("nothing %s", (_, statements) => {
    expect(toldInBoth(RULE, managedPolicy(statements))).toEqual([]);
  });

  test("a condition that is not known cannot be told", () => {
    const template = `Parameters:\n  More: { Type: String }\n${managedPolicy(limited("dynamodb:PartiQLSelect", OWN.replace(/ }$/, ", Bool: !Ref More }")))}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["10:20 its condition is not known"]);
  });
});

describe("under a limit to attributes", () => {
  test("where Scan is not allowed", () => {
    expect(toldInBoth(RULE, managedPolicy(limited("dynamodb:PartiQLSelect", NAMES)))).toEqual([OF_ATTRIBUTES]);
    expect(toldInBoth(RULE, managedPolicy(limited("[dynamodb:PartiQLSelect, dynamodb:Scan]", NAMES)))).toEqual([]);
  });
});

describe("beside a Deny of Scan", () => {
  /** Where it is on, the rule about denies says this too. */
  const ALONE: Configuration = {
    ...DEFAULT_CONFIGURATION,
    rules: new Map([["deny-leaves-equivalent-action-open", "off"]]),
  };
  const beside = (denied: string, allowed = "dynamodb:PartiQLSelect") => managedPolicy(allow(allowed, ARN) + denied);
  const although = finding("although Scan is denied", "statement 1");

  test("full scans are open", () => {
    expect(toldInBoth(RULE, beside(deny("dynamodb:Scan", '"*"')), ALONE)).toEqual([although]);
    expect(toldInBoth(RULE, beside(deny("dynamodb:Scan", '"*"'), '"dynamodb:*"'), ALONE)).toEqual([although]);
  });

  test.each([
    ["not of another table", deny("dynamodb:Scan", `${ARN}-other`)],
    ["not under a condition", deny("dynamodb:Scan", '"*"', condition("{ Bool: { aws:SecureTransport: false } }"))],
    ["not where PartiQL is denied too", deny("[dynamodb:Scan, dynamodb:PartiQLSelect]", '"*"')],
    ["not where its full scans are", deny("dynamodb:Scan", '"*"') + noScans()],
  ])("%s", (_, denied) => {
    expect(toldInBoth(RULE, beside(denied), ALONE)).toEqual([]);
  });

  test.runIf(ruleNamed("deny-leaves-equivalent-action-open"))("is left to the rule about denies", () => {
    expect(toldInBoth(RULE, beside(deny("dynamodb:Scan", '"*"')))).toEqual([]);
  });
});

describe("a Deny of full scans", () => {
  test.each([
    ["of the table", noScans()],
    ["without quotes", noScans("true")],
    ["of every table", noScans('"true"', '"*"')],
    ["of all of PartiQL", noScans('"true"', ARN, '"dynamodb:*"')],
    ["IfExists", noScans().replace("Bool:", "BoolIfExists:")],
    ["of all SELECT statements", deny("dynamodb:PartiQLSelect", ARN)],
  ])("%s is enough", (_, denied) => {
    expect(toldInBoth(RULE, managedPolicy(limited() + denied))).toEqual([]);
  });

  test.each([
    ["of another table", noScans('"true"', `${ARN}-other`)],
    ["of another action", noScans('"true"', ARN, "dynamodb:Scan")],
    ["the wrong way round", noScans('"false"')],
    ["with another condition beside it", noScans().replace("{ Bool:", "{ StringEquals: { aws:SourceVpc: v }, Bool:")],
  ])("%s is not", (_, denied) => {
    expect(toldInBoth(RULE, managedPolicy(limited() + denied))).toEqual([finding()]);
  });

  test("may stand in another policy of the same role, for every holder", () => {
    const policy = (roles: string) => `  Guard:
    Type: AWS::IAM::Policy
    Properties:
      Roles: [${roles}]
      PolicyDocument:
        Statement:
${noScans()}`;
    const roles = `Resources:\n${roleOf(LAMBDA, inline(limited()), "First")}${roleOf(LAMBDA, "", "Second")}`;
    expect(toldInBoth(RULE, roles + policy("!Ref First"))).toEqual([]);
    expect(toldInBoth(RULE, roles + policy("!Ref Second"))).toEqual([finding()]);
  });

  test("that holds in one branch only leaves the other open", () => {
    const template = (condition: string) => `Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
${managedPolicy(`${limited()}          - !If [${condition}, { Effect: Deny, Action: "dynamodb:PartiQLSelect", Resource: "*", Condition: { Bool: { "dynamodb:FullTableScan": "true" } } }, !Ref AWS::NoValue]\n`)}`;
    expect(toldInBoth(RULE, template("IsProd"))).toEqual([finding()]);
  });
});

describe("wherever policies are", () => {
  const table = (more = "") => `Resources:
  Scores:
    Type: AWS::DynamoDB::Table
    Properties:
      ResourcePolicy:
        PolicyDocument:
          Statement:
            - { Sid: Own, Effect: Allow, Principal: { AWS: "111122223333" }, Action: "dynamodb:PartiQLSelect", Resource: "*", Condition: ${OWN} }
${more}`;

  test("a table's", () => {
    const denied =
      '            - { Effect: Deny, Principal: "*", Action: "dynamodb:PartiQLSelect", Resource: "*", Condition: { Bool: { "dynamodb:FullTableScan": "true" } } }\n';
    expect(toldInBoth(RULE, table())).toEqual([finding()]);
    expect(toldInBoth(RULE, table(denied))).toEqual([]);
    expect(toldInBoth(RULE, table(denied.replace('"*"', '{ AWS: "444455556666" }')))).toEqual([finding()]);
  });

  test("a SAM function's", () => {
    const template = `Transform: AWS::Serverless-2016-10-31
Resources:
  Reader:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
        - Statement: [{ Sid: Own, Effect: Allow, Action: "dynamodb:PartiQLSelect", Resource: "*", Condition: ${OWN} }]
`;
    expect(toldInBoth(RULE, template)).toEqual([finding()]);
  });

  test("a JSON text", () => {
    const template = `Resources:
  Staff:
    Type: AWS::SSO::PermissionSet
    Properties:
      InlinePolicy: '{"Statement":[{"Sid":"Own","Effect":"Allow","Action":"dynamodb:PartiQLSelect","Resource":"*","Condition":{"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":"a"}}}]}'
`;
    expect(toldInBoth(RULE, template)).toEqual([finding()]);
    expect(offered(RULE, template)).toEqual([]);
  });

  test("with the role and the table", () => {
    const template = `Resources:\n${roleOf(LAMBDA, "")}  Extra:
    Type: AWS::IAM::Policy
    Properties:
      Roles: [!Ref AppRole]
      PolicyDocument:
        Statement:
${limited("dynamodb:PartiQLSelect", OWN, "!GetAtt Scores.Arn")}  Scores:
    Type: AWS::DynamoDB::Table
`;
    expect(relatedTo(RULE, template)).toEqual([
      '1:2-1:9 Role "AppRole" has this policy',
      '19:2-19:8 it opens table "Scores"',
    ]);
  });

  test("nothing is made of what is half typed", () => {
    for (const action of ["", "[]", "dynamodb:", "{ a: b }", "[dynamodb:PartiQLSelec]"])
      expect(told(RULE, managedPolicy(limited(action)))).toEqual([]);
  });
});

describe("the fix", () => {
  const TITLE =
    "caution: Deny PartiQL SELECT statements that read a whole table (stops those without the partition key)";

  test("adds the Deny for the same resources", () => {
    const template = managedPolicy(
      limited("dynamodb:PartiQLSelect", OWN, "[!GetAtt Scores.Arn, !Sub '${Scores.Arn}/index/*']"),
      "  Scores:\n    Type: AWS::DynamoDB::Table\n",
    );
    expect(offered(RULE, template)).toEqual([TITLE]);
    expect(repaired(RULE, template)).toBe(
      template.replace(
        "  Scores:\n",
        `          - Sid: NoFullTableScans
            Effect: Deny
            Action: dynamodb:PartiQLSelect
            Resource:
              - !GetAtt Scores.Arn
              - !Sub \${Scores.Arn}/index/*
            Condition:
              Bool:
                dynamodb:FullTableScan: "true"
  Scores:
`,
      ),
    );
  });

  test("in JSON, and with another name where that one is taken", () => {
    const template = managedPolicy(limited() + allow("dynamodb:GetItem", ARN, "            Sid: NoFullTableScans\n"));
    const json = JSON.parse(repaired(RULE, asJson(template)) ?? "{}");
    expect(json.Resources.AppPolicy.Properties.PolicyDocument.Statement[2]).toEqual({
      Effect: "Deny",
      Action: "dynamodb:PartiQLSelect",
      Resource: ARN,
      Condition: { Bool: { "dynamodb:FullTableScan": "true" } },
    });
  });

  test("in a resource policy for the same principals", () => {
    const template = `Resources:
  Scores:
    Type: AWS::DynamoDB::Table
    Properties:
      ResourcePolicy:
        PolicyDocument:
          Statement:
            - { Sid: Own, Effect: Allow, Principal: { AWS: "111122223333" }, Action: "dynamodb:PartiQLSelect", Resource: "*", Condition: ${OWN} }
`;
    expect(repaired(RULE, template)).toBe(`${template}            - Sid: NoFullTableScans
              Effect: Deny
              Principal:
                AWS: "111122223333"
              Action: dynamodb:PartiQLSelect
              Resource: "*"
              Condition:
                Bool:
                  dynamodb:FullTableScan: "true"
`);
  });

  test("is not offered where the statement is no item of a list", () => {
    const template = `Resources:
  AppPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Statement: { Sid: Own, Effect: Allow, Action: "dynamodb:PartiQLSelect", Resource: "*", Condition: ${OWN} }
`;
    expect(marked(RULE, template)).toEqual(['"dynamodb:PartiQLSelect"']);
    expect(offered(RULE, template)).toEqual([]);
  });
});
