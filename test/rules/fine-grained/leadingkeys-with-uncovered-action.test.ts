import { describe, expect, test } from "vitest";
import { type Configuration, DEFAULT_CONFIGURATION } from "../../../core/lint/configuration.ts";
import { asJson } from "../as-json.ts";
import { offered, repaired, shown } from "../harness.ts";
import { allow, deny, inline, LAMBDA, managedPolicy, roleOf, TABLE } from "../identity/policies.ts";
import { relatedTo, told, toldInBoth, untold } from "../told.ts";

const RULE = "leadingkeys-with-uncovered-action";

const ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/scores";
const OWN = '{ "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["${cognito-identity.amazonaws.com:sub}"] } }';
const condition = (text: string) => `            Condition: ${text}\n            Sid: Own\n`;
const limited = (action: string, resource = ARN, test = OWN) => allow(action, resource, condition(test));
const policy = (action: string, resource = ARN, test = OWN) => managedPolicy(limited(action, resource, test));

const ignores = (action: string) => `error ${action} in "Own" ignores dynamodb:LeadingKeys: all items are returned.`;

describe("actions that hand out items and carry no key", () => {
  test("stand at the action", () => {
    expect(shown(RULE, policy("[dynamodb:GetItem, dynamodb:Scan]"))).toEqual([`8:39-8:52 ${ignores("Scan")}`]);
  });

  test.each(["Scan", "ExportTableToPointInTime"])("%s", (action) => {
    expect(toldInBoth(RULE, policy(`dynamodb:${action}`))).toEqual([ignores(action)]);
    expect(toldInBoth(RULE, policy(`[DynamoDB:${action.toLowerCase()}]`))).toEqual([ignores(action)]);
  });

  test("by a wildcard", () => {
    expect(toldInBoth(RULE, policy('["dynamodb:Batch*", "dynamodb:S*n"]'))).toEqual([ignores("Scan")]);
    expect(toldInBoth(RULE, policy('"dynamodb:*"'))).toEqual([
      'error ExportTableToPointInTime and Scan in "Own" ignore dynamodb:LeadingKeys: all items are returned.',
      'warning SearchVectors in "Own" is always refused here; grant it in its own statement on the index ARN.',
    ]);
  });

  test("reading a stream, only where the resource can be one", () => {
    const records = "[dynamodb:GetRecords, dynamodb:GetShardIterator]";
    expect(toldInBoth(RULE, policy(records))).toEqual([]);
    expect(toldInBoth(RULE, policy(records, `${ARN}/stream/*`))).toEqual([
      ignores("GetRecords"),
      ignores("GetShardIterator"),
    ]);
    expect(toldInBoth(RULE, policy("dynamodb:GetRecords", '"*"'))).toEqual([ignores("GetRecords")]);
    expect(toldInBoth(RULE, policy("dynamodb:GetRecords", `${ARN}*`))).toEqual([ignores("GetRecords")]);
    const own = managedPolicy(limited("dynamodb:GetRecords", "!GetAtt Orders.StreamArn"), TABLE);
    expect(toldInBoth(RULE, own)).toEqual([ignores("GetRecords")]);
  });

  test.each([
    "GetItem",
    "BatchGetItem",
    "Query",
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "BatchWriteItem",
    "ConditionCheckItem",
    "PartiQLSelect",
    "PartiQLInsert",
    "PartiQLUpdate",
    "PartiQLDelete",
  ])("%s knows the key", (action) => {
    expect(toldInBoth(RULE, policy(`dynamodb:${action}`))).toEqual([]);
  });
});

describe("operators", () => {
  test.each([
    ['{ "ForAllValues:StringLike": { "dynamodb:LeadingKeys": "a*" } }'],
    ['{ "forallvalues:stringequals": { "DynamoDB:leadingkeys": a } }'],
    ['{ StringEqualsIfExists: { "dynamodb:LeadingKeys": a } }'],
    ['{ StringNotEquals: { "dynamodb:LeadingKeys": a } }'],
    ['{ "ForAllValues:StringNotEquals": { "dynamodb:LeadingKeys": a } }'],
    ['{ "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": a }, "Null": { "dynamodb:LeadingKeys": "true" } }'],
    ['{ "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": a }, "Null": { "dynamodb:Attributes": "false" } }'],
  ])("%s is true without the key", (test) => {
    expect(toldInBoth(RULE, policy("dynamodb:Scan", ARN, test))).toEqual([ignores("Scan")]);
  });

  const refused = 'info Scan in "Own" is never allowed here: requests for it carry no dynamodb:LeadingKeys.';

  test.each([
    ['{ StringEquals: { "dynamodb:LeadingKeys": a } }'],
    ['{ "ForAnyValue:StringEquals": { "dynamodb:LeadingKeys": a } }'],
    ['{ "ForAnyValue:StringNotEquals": { "dynamodb:LeadingKeys": a } }'],
  ])("%s refuses what lacks the key", (test) => {
    expect(toldInBoth(RULE, policy("dynamodb:Scan", ARN, test))).toEqual([refused]);
  });

  test.each([
    ['{ "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": a }, "Null": { "dynamodb:LeadingKeys": "false" } }'],
    ['{ "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": a }, "null": { "dynamodb:leadingkeys": false } }'],
    ['{ StringEqualsIfExists: { "dynamodb:LeadingKeys": a }, "Null": { "dynamodb:LeadingKeys": "false" } }'],
  ])("%s refuses it on purpose", (test) => {
    expect(toldInBoth(RULE, policy("[dynamodb:Scan, dynamodb:DescribeTable]", ARN, test))).toEqual([]);
  });

  test.each([
    ['{ StringEquals: { "dynamodb:Select": SPECIFIC_ATTRIBUTES } }'],
    ['{ "Null": { "dynamodb:LeadingKeys": "false" } }'],
    ["{}"],
  ])("%s does not limit by the key", (test) => {
    expect(toldInBoth(RULE, policy("dynamodb:Scan", ARN, test))).toEqual([]);
  });

  test("a Deny is another matter", () => {
    expect(toldInBoth(RULE, managedPolicy(deny("dynamodb:Scan", ARN, condition(OWN))))).toEqual([]);
  });
});

describe("other actions", () => {
  test("are mentioned together, once", () => {
    expect(toldInBoth(RULE, policy("[dynamodb:GetItem, dynamodb:DescribeTable]"))).toEqual([
      'info DescribeTable in "Own" carries no dynamodb:LeadingKeys, so the condition does not limit it; a statement of its own says so openly.',
    ]);
    expect(toldInBoth(RULE, policy("[dynamodb:DescribeTable, dynamodb:UpdateTable]"))).toEqual([
      'info DescribeTable and UpdateTable in "Own" carry no dynamodb:LeadingKeys, so the condition does not limit them; a statement of their own says so openly.',
    ]);
  });

  test("SearchVectors is refused by any operator", () => {
    const warning =
      'warning SearchVectors in "Own" is always refused here; grant it in its own statement on the index ARN.';
    expect(toldInBoth(RULE, policy("dynamodb:SearchVectors", `${ARN}/index/*`))).toEqual([warning]);
    const any = '{ "ForAnyValue:StringEquals": { "dynamodb:LeadingKeys": a } }';
    expect(toldInBoth(RULE, policy("dynamodb:SearchVectors", `${ARN}/index/*`, any))).toEqual([warning]);
  });

  test("what a Deny takes away does not count", () => {
    expect(toldInBoth(RULE, managedPolicy(limited("dynamodb:Scan") + deny("dynamodb:Scan", '"*"')))).toEqual([]);
    expect(toldInBoth(RULE, managedPolicy(limited("dynamodb:Scan") + deny("dynamodb:Scan", `${ARN}-other`)))).toEqual([
      ignores("Scan"),
    ]);
  });
});

describe("another statement of the same principal", () => {
  const neighbour = (action: string) =>
    `error ${action} here reaches all items, although "Own" limits the same principal to its own by dynamodb:LeadingKeys.`;

  test("in the same document", () => {
    const template = managedPolicy(limited("dynamodb:Query") + allow("dynamodb:Scan", ARN));
    expect(toldInBoth(RULE, template)).toEqual([neighbour("Scan")]);
    expect(relatedTo(RULE, template)).toEqual(["7:12-7:18 the statement with dynamodb:LeadingKeys"]);
  });

  test.each([
    ["its index", `${ARN}/index/*`],
    ["every table", '"*"'],
    ["every table by its ARN", '"arn:aws:dynamodb:*:*:table/*"'],
    [
      "the same table in another spelling",
      "!Sub arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/scores",
    ],
  ])("on %s", (_, resource) => {
    expect(toldInBoth(RULE, managedPolicy(limited("dynamodb:Query") + allow("dynamodb:Scan", resource)))).toEqual([
      neighbour("Scan"),
    ]);
  });

  test("on the table where the limited one speaks of the index only", () => {
    const template = managedPolicy(limited("dynamodb:Query", `${ARN}/index/*`) + allow("dynamodb:Scan", ARN));
    expect(toldInBoth(RULE, template)).toEqual([neighbour("Scan")]);
  });

  test("of a table by reference and by its literal name", () => {
    const table = "  Scores:\n    Type: AWS::DynamoDB::Table\n    Properties: { TableName: scores }\n";
    const template = managedPolicy(
      limited("dynamodb:Query", "!GetAtt Scores.Arn") + allow("dynamodb:Scan", ARN),
      table,
    );
    expect(toldInBoth(RULE, template)).toEqual([neighbour("Scan")]);
  });

  test.each([
    ["another table", allow("dynamodb:Scan", `${ARN}-public`)],
    ["no data", allow("dynamodb:DescribeTable", ARN)],
    ["an action with the key", allow("dynamodb:GetItem", ARN)],
    ["streams by a table's ARN", allow("dynamodb:GetRecords", ARN)],
    ["a Deny", deny("dynamodb:Scan", ARN)],
  ])("not on %s", (_, other) => {
    expect(toldInBoth(RULE, managedPolicy(limited("dynamodb:Query") + other))).toEqual([]);
  });

  test("not for those with a certain tag only, nor by a condition that is not known", () => {
    const other = (condition: string) =>
      managedPolicy(limited("dynamodb:Query") + allow("dynamodb:Scan", ARN, `            Condition: ${condition}\n`));
    expect(toldInBoth(RULE, other("{ StringEquals: { aws:PrincipalTag/role: admin } }"))).toEqual([]);
    expect(toldInBoth(RULE, other("{ StringEquals: { aws:SourceVpce: vpce-1 } }"))).toEqual([neighbour("Scan")]);
    const imported = other("!ImportValue Limits");
    expect(toldInBoth(RULE, imported)).toEqual([]);
    expect(untold(RULE, imported)).toEqual([expect.stringMatching(/ the condition of its statement is not known$/)]);
  });

  test("not on roles of end users, where another rule speaks of what is open to them", () => {
    const template = `Resources:
${roleOf("{ Federated: cognito-identity.amazonaws.com }", inline(limited("dynamodb:Query") + allow("[dynamodb:Scan, dynamodb:ExportTableToPointInTime]", ARN)), "Player")}`;
    expect(toldInBoth(RULE, template)).toEqual([neighbour("ExportTableToPointInTime")]);
    expect(told("end-user-role-without-item-isolation", template)).toEqual([expect.stringContaining("remove Scan")]);
    const alone: Configuration = {
      ...DEFAULT_CONFIGURATION,
      rules: new Map([["end-user-role-without-item-isolation", "off"]]),
    };
    expect(toldInBoth(RULE, template, alone)).toEqual([neighbour("Scan"), neighbour("ExportTableToPointInTime")]);
  });

  test("in another policy of the same role, and not of another", () => {
    const two = (second: string) => `Resources:
${roleOf(LAMBDA, inline(limited("dynamodb:Query")), "First")}${second}`;
    const attached = (role: string) => `  Extra:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      Roles: [!Ref ${role}]
      PolicyDocument:
        Statement:
${allow("dynamodb:Scan", ARN)}`;
    expect(toldInBoth(RULE, two(attached("First")))).toEqual([neighbour("Scan")]);
    expect(toldInBoth(RULE, two(roleOf(LAMBDA, "", "Second") + attached("Second")))).toEqual([]);
  });

  test("not where the two exclude each other", () => {
    const flow = (action: string, rest: string) => `{ Effect: Allow, Action: "${action}", Resource: "${ARN}"${rest} }`;
    const template = `Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
${managedPolicy(`          - !If [IsProd, ${flow("dynamodb:Query", `, Condition: ${OWN}`)}, ${flow("dynamodb:Scan", "")}]\n`)}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
  });
});

describe("wherever policies are", () => {
  test("a table's resource policy", () => {
    const template = `Resources:
  Scores:
    Type: AWS::DynamoDB::Table
    Properties:
      ResourcePolicy:
        PolicyDocument:
          Statement:
            - { Sid: Own, Effect: Allow, Principal: { AWS: "111122223333" }, Action: "dynamodb:Scan", Resource: "*", Condition: ${OWN} }
`;
    expect(toldInBoth(RULE, template)).toEqual([ignores("Scan")]);
  });

  test("JSON texts, with the user's variable kept", () => {
    const template = `Resources:
  It:
    Type: AWS::SSO::PermissionSet
    Properties:
      InlinePolicy: '{"Statement":[{"Sid":"Own","Effect":"Allow","Action":"dynamodb:Scan","Resource":"${ARN}","Condition":${OWN.replaceAll(/([{,] ?)("?[\w:-]+"?): /g, "$1$2:")}}]}'
`;
    expect(toldInBoth(RULE, template)).toEqual([ignores("Scan")]);
    expect(offered(RULE, template)).toEqual([]);
  });

  test("the policies of VPC endpoints and organisations", () => {
    const statement = `{ Sid: Own, Effect: Allow, Principal: "*", Action: "dynamodb:Scan", Resource: "*", Condition: ${OWN} }`;
    const endpoint = `Resources:
  Endpoint:
    Type: AWS::EC2::VPCEndpoint
    Properties:
      ServiceName: com.amazonaws.eu-west-1.dynamodb
      PolicyDocument: { Version: "2012-10-17", Statement: [${statement}] }
`;
    expect(toldInBoth(RULE, endpoint)).toEqual([ignores("Scan")]);
    const organisation = `Resources:
  Limits:
    Type: AWS::Organizations::Policy
    Properties:
      Content: { Version: "2012-10-17", Statement: [${statement.replace(' Principal: "*",', "")}] }
`;
    expect(toldInBoth(RULE, organisation)).toEqual([ignores("Scan")]);
  });

  test("with the role and the table that it is about", () => {
    const table = TABLE.replace("Orders:", "Scores:");
    const template = `Resources:\n${table}${roleOf(LAMBDA, "")}  Extra:
    Type: AWS::IAM::Policy
    Properties:
      Roles: [!Ref AppRole]
      PolicyDocument:
        Statement:
${limited("dynamodb:Scan", "!GetAtt Scores.Arn")}`;
    expect(relatedTo(RULE, template)).toEqual([
      '5:2-5:9 Role "AppRole" has this policy',
      '1:2-1:8 it opens table "Scores"',
    ]);
  });

  test("SAM policies", () => {
    const template = `Transform: AWS::Serverless-2016-10-31
Resources:
  Reader:
    Type: AWS::Serverless::Function
    Properties:
      Policies: { Statement: { Sid: Own, Effect: Allow, Action: "dynamodb:Scan", Resource: "*", Condition: ${OWN} } }
`;
    expect(toldInBoth(RULE, template)).toEqual([ignores("Scan")]);
  });

  test("without a Sid the statement is counted", () => {
    const template = managedPolicy(
      allow("dynamodb:GetItem", `${ARN}-x`) + allow("dynamodb:Scan", ARN, `            Condition: ${OWN}\n`),
    );
    expect(toldInBoth(RULE, template)).toEqual([
      "error Scan in statement 2 ignores dynamodb:LeadingKeys: all items are returned.",
    ]);
  });

  test("a condition that cannot be read cannot be told", () => {
    const template = `Parameters:\n  More: { Type: String }\n${policy("dynamodb:Scan", ARN, OWN.replace(/ }$/, ", Null: !Ref More }"))}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["9:12 its condition is not known"]);
  });

  test("a branch is named", () => {
    const template = `Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
${policy("[dynamodb:Query, !If [IsProd, !Ref AWS::NoValue, dynamodb:Scan]]")}`;
    expect(toldInBoth(RULE, template)).toEqual([ignores("Scan").replace("error ", "error When IsProd is false: ")]);
  });
});

describe("the fixes", () => {
  const REMOVE = "caution: Remove dynamodb:Scan (stops Scan)";
  const GUARD = "caution: Refuse requests without dynamodb:LeadingKeys (stops Scan and whatever else lacks the key)";
  const block = (operators: string) => `          - Sid: Own
            Effect: Allow
            Action:
              - dynamodb:Query
              - dynamodb:Scan # for reports
            Resource: ${ARN}
            Condition:
${operators}`;
  const OPERATOR = `              ForAllValues:StringEquals:
                dynamodb:LeadingKeys: ["\${cognito-identity.amazonaws.com:sub}"]
`;

  test("remove the action, or refuse what lacks the key", () => {
    const template = managedPolicy(block(OPERATOR));
    expect(offered(RULE, template)).toEqual([REMOVE, GUARD]);
    expect(repaired(RULE, template)).toBe(
      template.replace("              - dynamodb:Scan # for reports", "              # for reports"),
    );
    expect(repaired(RULE, template, 1)).toBe(
      template.replace(OPERATOR, `${OPERATOR}              "Null":\n                dynamodb:LeadingKeys: "false"\n`),
    );
  });

  test("the guard joins the Null tests that are there", () => {
    const nulls = '              "Null":\n                aws:TokenIssueTime: "false" # sessions only\n';
    const template = managedPolicy(block(OPERATOR + nulls));
    expect(repaired(RULE, template, 1)).toBe(
      template.replace(nulls, `${nulls}                dynamodb:LeadingKeys: "false"\n`),
    );
  });

  test("the guard alone where a statement would be left without actions, or a wildcard grants more", () => {
    expect(offered(RULE, policy("[dynamodb:Scan]"))).toEqual([GUARD]);
    expect(offered(RULE, policy('[dynamodb:Query, "dynamodb:Sca*"]'))).toEqual([GUARD]);
    const flow = policy("[dynamodb:Scan]");
    expect(repaired(RULE, flow)).toBe(
      flow.replace(OWN, OWN.replace(/ }$/, ', "Null": { "dynamodb:LeadingKeys": "false" } }')),
    );
    expect(offered(RULE, managedPolicy(limited("dynamodb:Query") + allow("dynamodb:Scan", ARN)))).toEqual([]);
  });

  test("of a neighbour, and in JSON", () => {
    const template = managedPolicy(limited("dynamodb:Query") + allow("[dynamodb:GetItem, dynamodb:Scan]", ARN));
    expect(offered(RULE, template)).toEqual([REMOVE]);
    expect(repaired(RULE, template)).toBe(template.replace(", dynamodb:Scan]", "]"));
    const json = asJson(template);
    expect(repaired(RULE, json)).toBe(json.replace(',\n                "dynamodb:Scan"', ""));
  });
});
