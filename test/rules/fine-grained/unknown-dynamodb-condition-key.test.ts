import { describe, expect, test } from "vitest";
import { asJson } from "../as-json.ts";
import { marked, offered, repaired, shown } from "../harness.ts";
import { allow, deny, inline, LAMBDA, managedPolicy, roleOf } from "../identity/policies.ts";
import { told, toldInBoth, untold } from "../told.ts";

const RULE = "unknown-dynamodb-condition-key";

const ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/players";
const condition = (text: string) => `            Sid: Own\n            Condition: ${text}\n`;
const allowing = (text: string) => managedPolicy(allow("dynamodb:GetItem", ARN, condition(text)));
const denying = (text: string) => managedPolicy(deny("dynamodb:GetItem", ARN, condition(text)));

const head = (key: string, meant?: string, service = "DynamoDB") =>
  `"${key}" is no condition key of ${service}${meant ? ` (did you mean "${meant}"?)` : ""}, so the test is always`;

describe("what an operator comes to without its key", () => {
  test.each([
    ["StringEquals", false],
    ["StringLike", false],
    ["ForAnyValue:StringEquals", false],
    ["ForAnyValue:StringNotEquals", false],
    ["Bool", false],
    ["StringNotEquals", true],
    ["StringNotLike", true],
    ["StringEqualsIfExists", true],
    ["ForAllValues:StringEquals", true],
    ["forallvalues:stringlike", true],
  ])("%s is always %s", (operator, isTrue) => {
    const text = `{ "${operator}": { "dynamodb:Attribute": [a] } }`;
    const start = head("dynamodb:Attribute", "dynamodb:Attributes");
    expect(toldInBoth(RULE, allowing(text))).toEqual([
      isTrue
        ? `error ${start} true: it does not limit what "Own" allows.`
        : `warning ${start} false: "Own" allows nothing.`,
    ]);
    expect(toldInBoth(RULE, denying(text))).toEqual([
      isTrue
        ? `warning ${start} true: it exempts nothing from what "Own" denies.`
        : `error ${start} false: "Own" denies nothing.`,
    ]);
  });

  test.each([
    ['"true"', 'error $ true: it does not limit what "Own" allows.'],
    ["true", 'error $ true: it does not limit what "Own" allows.'],
    ['"false"', 'warning $ false: "Own" allows nothing.'],
  ])("Null: %s", (value, message) => {
    const start = head("dynamodb:Attribute", "dynamodb:Attributes");
    expect(toldInBoth(RULE, allowing(`{ "Null": { "dynamodb:Attribute": ${value} } }`))).toEqual([
      message.replace("$", start),
    ]);
  });

  test("a Null test that is known only at deployment cannot be told", () => {
    const template = `Parameters:\n  P: { Type: String }\n${allowing('{ "Null": { "dynamodb:Attribute": !Ref P } }')}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["13:35 what its Null test asks for is not known"]);
  });

  test("the values do not matter", () => {
    const template = `Parameters:\n  P: { Type: String }\n${allowing('{ StringEquals: { "dynamodb:Attribute": !Ref P } }')}`;
    expect(toldInBoth(RULE, template)).toEqual([
      `warning ${head("dynamodb:Attribute", "dynamodb:Attributes")} false: "Own" allows nothing.`,
    ]);
  });
});

describe("keys", () => {
  const keyed = (key: string) => told(RULE, allowing(`{ StringEquals: { "${key}": a } }`));

  test.each([
    "dynamodb:LeadingKeys",
    "dynamodb:Attributes",
    "dynamodb:Select",
    "dynamodb:ReturnValues",
    "dynamodb:ReturnConsumedCapacity",
    "dynamodb:EnclosingOperation",
    "dynamodb:FullTableScan",
    "dynamodb:FirstPartitionKeyValues",
    "dynamodb:SecondPartitionKeyValues",
    "dynamodb:ThirdPartitionKeyValues",
    "dynamodb:FourthPartitionKeyValues",
    "dynamodb:FisActionId",
    "dynamodb:FisTargetArns",
    "dax:EnclosingOperation",
    "DynamoDB:leadingkeys",
    "DYNAMODB:ATTRIBUTES",
  ])("%s is one", (key) => {
    expect(keyed(key)).toEqual([]);
  });

  test.each([
    ["aws:ResourceTag/team", "of all services"],
    ["s3:prefix", "of another"],
    ["dynamodb:ResourceTag/team", "which abac-condition-does-not-work speaks of"],
    ["dynamodb:resourcetag", "likewise"],
    ["LeadingKeys", "without a prefix"],
    ["dynamodbstreams:LeadingKeys", "of no service"],
  ])("%s is not looked at: a key %s", (key) => {
    expect(keyed(key)).toEqual([]);
  });

  test.each([
    ["dynamodb:Attribute", "dynamodb:Attributes"],
    ["dynamodb:LeadingKey", "dynamodb:LeadingKeys"],
    ["Dynamodb: LeadingKeys", "dynamodb:LeadingKeys"],
    ["dynamodb:Leading_Keys", "dynamodb:LeadingKeys"],
    ["dynamodb:Selects", "dynamodb:Select"],
    ["dynamodb:FullTableScans", "dynamodb:FullTableScan"],
    ["dynamodb:ReturnValue", "dynamodb:ReturnValues"],
    ["dynamodb:FirstPartitionKeyValue", "dynamodb:FirstPartitionKeyValues"],
  ])("%s is meant as %s", (key, meant) => {
    expect(keyed(key)).toEqual([`warning ${head(key, meant)} false: "Own" allows nothing.`]);
  });

  test.each(["dynamodb:TableName", "dynamodb:PartitionKeyValues", "dynamodb:", "dynamodb:PrincipalTag/team"])(
    "%s is meant as nothing that can be told",
    (key) => {
      expect(keyed(key)).toEqual([`warning ${head(key)} false: "Own" allows nothing.`]);
      expect(offered(RULE, allowing(`{ StringEquals: { "${key}": a } }`))).toEqual([]);
    },
  );

  test("DAX has one key of its own, and none of DynamoDB's", () => {
    expect(keyed("dax:EnclosingOperations")).toEqual([
      `warning ${head("dax:EnclosingOperations", "dax:EnclosingOperation", "DAX")} false: "Own" allows nothing.`,
    ]);
    expect(keyed("dax:LeadingKeys")).toEqual([
      `warning ${head("dax:LeadingKeys", undefined, "DAX")} false: "Own" allows nothing.`,
    ]);
  });
});

describe("where it stands", () => {
  const TEXT = '{ "ForAllValues:StringEquals": { "dynamodb:Attribute": [a] } }';
  const limitless = `${head("dynamodb:Attribute", "dynamodb:Attributes")} true: it does not limit what "Own" allows.`;

  test("at the key, once for each", () => {
    expect(shown(RULE, allowing(TEXT))).toEqual([`11:56-11:76 error ${limitless}`]);
    const two = allowing('{ StringEquals: { "dynamodb:Attribute": a, "dynamodb:Select": b, "dax:Operation": c } }');
    expect(marked(RULE, two)).toEqual(['"dynamodb:Attribute"', '"dax:Operation"']);
  });

  test("without a Sid the statement is counted", () => {
    expect(
      toldInBoth(RULE, managedPolicy(allow("dynamodb:GetItem", ARN, condition(TEXT).replace(/^.*Sid.*\n/, "")))),
    ).toEqual([`error ${limitless.replace('"Own"', "statement 1")}`]);
  });

  test.each([
    ["a role", `Resources:\n${roleOf(LAMBDA, inline(allow("dynamodb:GetItem", ARN, condition(TEXT))))}`],
    [
      "a SAM function",
      `Transform: AWS::Serverless-2016-10-31
Resources:
  Reader:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
        - Statement: { Sid: Own, Effect: Allow, Action: "dynamodb:GetItem", Resource: "${ARN}", Condition: ${TEXT} }
`,
    ],
    [
      "a table",
      `Resources:
  Players:
    Type: AWS::DynamoDB::Table
    Properties:
      ResourcePolicy:
        PolicyDocument:
          Statement: [{ Sid: Own, Effect: Allow, Principal: "*", Action: "dynamodb:GetItem", Resource: "*", Condition: ${TEXT} }]
`,
    ],
    [
      "a replica's stream",
      `Resources:
  Players:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas:
        - Region: eu-west-1
          ReplicaStreamSpecification:
            ResourcePolicy:
              PolicyDocument:
                Statement: { Sid: Own, Effect: Allow, Principal: "*", Action: "dynamodb:GetRecords", Resource: "*", Condition: ${TEXT} }
`,
    ],
    [
      "a VPC endpoint",
      `Resources:
  Endpoint:
    Type: AWS::EC2::VPCEndpoint
    Properties:
      ServiceName: com.amazonaws.eu-west-1.dynamodb
      VpcId: vpc-1
      PolicyDocument:
        Statement: { Sid: Own, Effect: Allow, Principal: "*", Action: "dynamodb:GetItem", Resource: "*", Condition: ${TEXT} }
`,
    ],
    [
      "an organisation",
      `Resources:
  Guard:
    Type: AWS::Organizations::Policy
    Properties:
      Name: guard
      Type: SERVICE_CONTROL_POLICY
      Content:
        Statement: { Sid: Own, Effect: Allow, Action: "dynamodb:GetItem", Resource: "*", Condition: ${TEXT} }
`,
    ],
    [
      "a JSON text",
      `Resources:
  Staff:
    Type: AWS::SSO::PermissionSet
    Properties:
      InlinePolicy: '{"Statement":{"Sid":"Own","Effect":"Allow","Action":"dynamodb:GetItem","Resource":"*","Condition":{"ForAllValues:StringEquals":{"dynamodb:Attribute":["a"]}}}}'
`,
    ],
  ])("in the policy of %s", (_, template) => {
    expect(toldInBoth(RULE, template)).toEqual([`error ${limitless}`]);
  });

  test("in a branch", () => {
    const template = `Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
${allowing(`!If [IsProd, ${TEXT}, !Ref AWS::NoValue]`)}`;
    expect(toldInBoth(RULE, template)).toEqual([`error When IsProd is true: ${limitless}`]);
  });

  test("once where the branches of other parts do not matter", () => {
    const template = `Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
${managedPolicy(allow("[dynamodb:GetItem, !If [IsProd, dynamodb:Query, !Ref AWS::NoValue]]", ARN, condition(TEXT)))}`;
    expect(toldInBoth(RULE, template)).toEqual([`error ${limitless}`]);
  });

  test("nothing is made of what is half typed", () => {
    for (const text of [
      "",
      "[]",
      "x",
      "{ StringEquals: }",
      "{ StringEquals: [dynamodb:Attribute] }",
      "{ StringEquals: { dynamodb:Attribute: } }",
    ])
      expect(told(RULE, allowing(text))).toEqual([]);
  });
});

describe("the fix", () => {
  test("renames the key, and says which way that goes", () => {
    const limits = "caution: Rename dynamodb:Attribute to dynamodb:Attributes (stops what the test then keeps out)";
    const opens = "caution: Rename dynamodb:Attribute to dynamodb:Attributes (grants what the test then lets through)";
    const all = '{ "ForAllValues:StringEquals": { "dynamodb:Attribute": [a] } }';
    const any = '{ "ForAnyValue:StringEquals": { "dynamodb:Attribute": [a] } }';
    expect(offered(RULE, allowing(all))).toEqual([limits]);
    expect(offered(RULE, allowing(any))).toEqual([opens]);
    expect(offered(RULE, denying(any))).toEqual([limits]);
    expect(offered(RULE, denying(all))).toEqual([opens]);
  });

  const block = managedPolicy(
    allow(
      "dynamodb:GetItem",
      ARN,
      `            Condition:
              ForAllValues:StringEquals: # all of them
                dynamodb:Attribute: # what may be seen
                  - playerId # the key
                  - level
`,
    ),
  );

  test("keeps everything else", () => {
    expect(repaired(RULE, block)).toBe(block.replace("dynamodb:Attribute:", "dynamodb:Attributes:"));
    const flow = allowing("{ 'ForAllValues:StringEquals': { 'dynamodb:LeadingKey': [a] } }");
    expect(repaired(RULE, flow)).toBe(flow.replace("'dynamodb:LeadingKey'", "'dynamodb:LeadingKeys'"));
    const json = asJson(block);
    expect(repaired(RULE, json)).toBe(json.replace('"dynamodb:Attribute"', '"dynamodb:Attributes"'));
  });

  test("may show what other rules find of the right key", () => {
    const template = managedPolicy(
      allow("dynamodb:Scan", ARN, condition('{ "ForAllValues:StringLike": { "dynamodb:LeadingKey": "*" } }')),
    );
    expect(repaired(RULE, template)).toBe(template.replace("dynamodb:LeadingKey", "dynamodb:LeadingKeys"));
  });

  test("renames in both branches", () => {
    const template = `Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
${allowing('{ StringEquals: { "dynamodb:Attribute": !If [IsProd, a, b] } }')}`;
    expect(repaired(RULE, template)).toBe(template.replace("dynamodb:Attribute", "dynamodb:Attributes"));
  });

  test.each([
    ["where the right key is there too", '{ StringEquals: { "dynamodb:Attribute": a, "dynamodb:Attributes": b } }'],
    ["likewise in another case", '{ StringEquals: { "dynamodb:Attribute": a, "dynamodb:attributes": b } }'],
    [
      "likewise under another spelling of the operator",
      '{ StringEquals: { "dynamodb:Attribute": a }, stringequals: { "dynamodb:Attributes": b } }',
    ],
  ])("is not offered %s", (_, text) => {
    expect(told(RULE, allowing(text))).toHaveLength(1);
    expect(offered(RULE, allowing(text))).toEqual([]);
  });

  test("is not offered in what an alias or a text holds, nor in the CDK's output", () => {
    const alias = managedPolicy(
      allow("dynamodb:GetItem", ARN, condition('&limit { StringEquals: { "dynamodb:Attribute": a } }')) +
        allow("dynamodb:Query", ARN, "            Condition: *limit\n"),
    );
    expect(told(RULE, alias)).toHaveLength(2);
    expect(offered(RULE, alias)).toEqual([]);
    const json = JSON.parse(asJson(block));
    json.Resources.AppPolicy.Metadata = { "aws:cdk:path": "App/AppPolicy/Resource" };
    expect(told(RULE, JSON.stringify(json))).toHaveLength(1);
    expect(offered(RULE, JSON.stringify(json))).toEqual([]);
  });
});
