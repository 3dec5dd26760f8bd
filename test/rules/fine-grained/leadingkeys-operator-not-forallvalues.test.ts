import { describe, expect, test } from "vitest";
import { asJson } from "../as-json.ts";
import { marked, offered, repaired, shown } from "../harness.ts";
import { allow, deny, inline, LAMBDA, managedPolicy, roleOf } from "../identity/policies.ts";
import { relatedTo, told, toldInBoth } from "../told.ts";

const RULE = "leadingkeys-operator-not-forallvalues";

const ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/scores";
const keyed = (operator: string, value = '["${cognito-identity.amazonaws.com:sub}"]') =>
  `{ "${operator}": { "dynamodb:LeadingKeys": ${value} } }`;
const condition = (text: string) => `            Sid: Own\n            Condition: ${text}\n`;
const allowing = (action: string, text: string) => managedPolicy(allow(action, ARN, condition(text)));
const denying = (action: string, text: string) => managedPolicy(deny(action, ARN, condition(text)));

const anyOf = (operator: string, actions: string) =>
  `error "${operator}" in "Own" needs only one of the request's keys to match: ${actions} with one allowed key reach${actions.includes(" and ") ? "" : "es"} everybody's items; use ForAllValues.`;
const bare = (operator: string) =>
  `warning "${operator}" in "Own" compares dynamodb:LeadingKeys, which may hold several keys, as if it held one; AWS asks for ForAllValues here.`;
const allOf = (operator: string, actions: string) =>
  `error "${operator}" in "Own" denies only where all keys of the request match: ${actions} with one other key among them escape${actions.includes(" and ") ? "" : "s"} it; use ForAnyValue.`;

describe("an Allow", () => {
  test("with ForAnyValue lets batches with one own key through", () => {
    expect(shown(RULE, allowing("dynamodb:BatchGetItem", keyed("ForAnyValue:StringEquals")))).toEqual([
      `11:55-11:77 ${anyOf("ForAnyValue:StringEquals", "BatchGetItem")}`,
    ]);
    expect(toldInBoth(RULE, allowing('"dynamodb:*"', keyed("foranyvalue:StringLike")))).toEqual([
      anyOf("foranyvalue:StringLike", "BatchGetItem, BatchWriteItem and PartiQLSelect"),
    ]);
    expect(
      toldInBoth(RULE, allowing("[dynamodb:Query, dynamodb:PartiQLSelect]", keyed("ForAnyValue:StringEquals"))),
    ).toEqual([anyOf("ForAnyValue:StringEquals", "PartiQLSelect")]);
    expect(
      toldInBoth(
        RULE,
        managedPolicy(`          - Effect: Allow
            NotAction: [dynamodb:BatchGetItem, dynamodb:PartiQLSelect]
            Resource: "*"
${condition(keyed("ForAnyValue:StringEquals"))}`),
      ),
    ).toEqual([anyOf("ForAnyValue:StringEquals", "BatchWriteItem")]);
  });

  test("with ForAnyValue and without batches will, as soon as one is added", () => {
    expect(toldInBoth(RULE, allowing("[dynamodb:GetItem, dynamodb:Query]", keyed("ForAnyValue:StringEquals")))).toEqual(
      [
        'warning "ForAnyValue:StringEquals" in "Own" needs only one of the request\'s keys to match; with the first action that takes several, such as BatchGetItem, everybody\'s items are open; use ForAllValues.',
      ],
    );
  });

  test.each(["StringEquals", "StringLike", "StringEqualsIfExists", "StringEqualsIgnoreCase"])(
    "with %s compares several keys as one",
    (operator) => {
      expect(toldInBoth(RULE, allowing("dynamodb:GetItem", keyed(operator)))).toEqual([bare(operator)]);
      expect(toldInBoth(RULE, allowing("dynamodb:BatchGetItem", keyed(operator)))).toEqual([bare(operator)]);
    },
  );

  test.each([
    ["ForAllValues:StringEquals"],
    ["forallvalues:stringlike"],
    ["ForAllValues:StringEqualsIfExists"],
    ["Null"],
    // leadingkeys-value-too-loose speaks of these.
    ["StringNotEquals"],
    ["ForAnyValue:StringNotLike"],
  ])("with %s is no matter of this rule", (operator) => {
    expect(toldInBoth(RULE, allowing("dynamodb:BatchGetItem", keyed(operator)))).toEqual([]);
  });

  test("of actions that carry no key is none either", () => {
    expect(toldInBoth(RULE, allowing("[dynamodb:Scan, s3:GetObject]", keyed("ForAnyValue:StringEquals")))).toEqual([]);
  });

  test("does not count what a Deny takes away", () => {
    const template = managedPolicy(
      allow("[dynamodb:GetItem, dynamodb:BatchGetItem]", ARN, condition(keyed("ForAnyValue:StringEquals"))) +
        deny("dynamodb:Batch*", '"*"'),
    );
    expect(told(RULE, template)).toEqual([
      expect.stringMatching(/^warning .* with the first action that takes several/),
    ]);
  });

  test("is told apart from the operators of other keys", () => {
    const enclosing = '{ "ForAnyValue:StringEquals": { "dynamodb:EnclosingOperation": [TransactWriteItems] } }';
    expect(toldInBoth(RULE, allowing("dynamodb:PutItem", enclosing))).toEqual([]);
  });
});

describe("a Deny", () => {
  test("with ForAllValues lets batches with one other key through", () => {
    expect(toldInBoth(RULE, denying("dynamodb:BatchGetItem", keyed("ForAllValues:StringNotEquals")))).toEqual([
      allOf("ForAllValues:StringNotEquals", "BatchGetItem"),
    ]);
    expect(toldInBoth(RULE, denying('"dynamodb:Batch*"', keyed("ForAllValues:StringEquals", "[admin]")))).toEqual([
      allOf("ForAllValues:StringEquals", "BatchGetItem and BatchWriteItem"),
    ]);
  });

  test("with a plain operator compares several keys as one", () => {
    expect(toldInBoth(RULE, denying('"dynamodb:*"', keyed("StringNotEquals")))).toEqual([
      'warning "StringNotEquals" in "Own" compares dynamodb:LeadingKeys, which may hold several keys, as if it held one; in a Deny use ForAnyValue, so that one of them is enough.',
    ]);
  });

  test.each([
    ["dynamodb:BatchGetItem", "ForAnyValue:StringNotEquals"],
    ["dynamodb:BatchGetItem", "ForAnyValue:StringEquals"],
    ["dynamodb:BatchGetItem", "Null"],
    // One key is all of them.
    ["dynamodb:GetItem", "ForAllValues:StringNotEquals"],
    ["dynamodb:GetItem", "StringNotEquals"],
  ])("of %s with %s works", (action, operator) => {
    expect(toldInBoth(RULE, denying(action, keyed(operator)))).toEqual([]);
  });
});

describe("wherever policies are", () => {
  const TEXT = keyed("ForAnyValue:StringEquals");
  const statement = `{ Sid: Own, Effect: Allow, Principal: "*", Action: "dynamodb:BatchGetItem", Resource: "*", Condition: ${TEXT} }`;

  test.each([
    [
      "a table",
      `Resources:
  Scores:
    Type: AWS::DynamoDB::Table
    Properties:
      ResourcePolicy: { PolicyDocument: { Statement: [${statement}] } }
`,
    ],
    [
      "a replica",
      `Resources:
  Scores:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas:
        - { Region: eu-west-1, ResourcePolicy: { PolicyDocument: { Statement: [${statement}] } } }
`,
    ],
    [
      "a VPC endpoint",
      `Resources:
  Endpoint:
    Type: AWS::EC2::VPCEndpoint
    Properties:
      ServiceName: com.amazonaws.eu-west-1.dynamodb
      PolicyDocument: { Statement: [${statement}] }
`,
    ],
    [
      "a SAM function",
      `Transform: AWS::Serverless-2016-10-31
Resources:
  Reader:
    Type: AWS::Serverless::Function
    Properties:
      Policies: [{ Statement: [${statement.replace(' Principal: "*",', "")}] }]
`,
    ],
    [
      "a permission set, as a text",
      `Resources:
  Staff:
    Type: AWS::SSO::PermissionSet
    Properties:
      InlinePolicy: '{"Statement":{"Sid":"Own","Effect":"Allow","Action":"dynamodb:BatchGetItem","Resource":"*","Condition":{"ForAnyValue:StringEquals":{"dynamodb:LeadingKeys":"a"}}}}'
`,
    ],
  ])("in the policy of %s", (_, template) => {
    expect(toldInBoth(RULE, template)).toEqual([anyOf("ForAnyValue:StringEquals", "BatchGetItem")]);
  });

  test("in a role, with the role", () => {
    const statements = allow("dynamodb:BatchGetItem", ARN, condition(TEXT));
    expect(toldInBoth(RULE, `Resources:\n${roleOf(LAMBDA, inline(statements))}`)).toHaveLength(1);
    const apart = `Resources:\n${roleOf(LAMBDA, "")}  Extra:
    Type: AWS::IAM::Policy
    Properties:
      Roles: [!Ref AppRole]
      PolicyDocument:
        Statement:
${statements}`;
    expect(relatedTo(RULE, apart)).toEqual(['1:2-1:9 Role "AppRole" has this policy']);
  });

  test("in a branch", () => {
    const template = `Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
${allowing("dynamodb:BatchGetItem", `!If [IsProd, ${keyed("ForAllValues:StringEquals")}, ${TEXT}]`)}`;
    expect(toldInBoth(RULE, template)).toEqual([
      anyOf("ForAnyValue:StringEquals", "BatchGetItem").replace("error ", "error When IsProd is false: "),
    ]);
  });

  test("nothing is made of what is half typed", () => {
    for (const text of [
      "",
      "[]",
      "{ dynamodb:LeadingKeys: a }",
      '{ "ForAnyValue:": }',
      '{ "": { "dynamodb:LeadingKeys": } }',
    ])
      expect(told(RULE, allowing("dynamodb:BatchGetItem", text))).toEqual([]);
  });
});

describe("the fix of an Allow", () => {
  const USE = "caution: Use ForAllValues:StringEquals (stops requests that name other keys too)";
  const ASK = "caution: Use ForAllValues:StringEquals and ask for the key (stops requests that name other keys too)";
  const block = (actions: string) =>
    managedPolicy(`          - Effect: Allow
            Action: ${actions}
            Resource: ${ARN}
            Condition:
              ForAnyValue:StringEquals: # own
                dynamodb:LeadingKeys: # the user
                  - \${aws:userid}
`);

  test("renames the operator where all actions carry the key", () => {
    const template = block("[dynamodb:GetItem, dynamodb:BatchGetItem]");
    expect(offered(RULE, template)).toEqual([USE]);
    expect(repaired(RULE, template)).toBe(template.replace("ForAnyValue:", "ForAllValues:"));
    const json = asJson(template);
    expect(repaired(RULE, json)).toBe(json.replace("ForAnyValue:", "ForAllValues:"));
    const plain = allowing("dynamodb:GetItem", keyed("StringEquals"));
    expect(repaired(RULE, plain)).toBe(plain.replace('"StringEquals"', '"ForAllValues:StringEquals"'));
  });

  test.each([
    "[dynamodb:BatchGetItem, dynamodb:Scan]",
    "[dynamodb:PartiQLSelect]",
    '"dynamodb:*"',
    "[dynamodb:BatchGetItem, s3:GetObject]",
  ])("asks for the key too where %s may come without it", (actions) => {
    const template = block(actions);
    expect(offered(RULE, template)).toEqual([ASK]);
    expect(repaired(RULE, template)).toBe(
      `${template.replace("ForAnyValue:", "ForAllValues:")}              "Null":\n                dynamodb:LeadingKeys: "false"\n`,
    );
  });

  test("does not ask again", () => {
    const template = `${block("[dynamodb:BatchGetItem, dynamodb:Scan]")}              "Null": { dynamodb:LeadingKeys: "false" }\n`;
    expect(repaired(RULE, template)).toBe(template.replace("ForAnyValue:", "ForAllValues:"));
  });

  test.each([
    [
      "other keys stand under the operator",
      '{ "ForAnyValue:StringEquals": { "dynamodb:LeadingKeys": a, "aws:CalledVia": b } }',
    ],
    [
      "the right operator is there",
      '{ "ForAnyValue:StringEquals": { "dynamodb:LeadingKeys": a }, "forallvalues:stringequals": { "dynamodb:Attributes": b } }',
    ],
    [
      "the condition wants requests without the key",
      '{ "ForAnyValue:StringEquals": { "dynamodb:LeadingKeys": a }, "Null": { "dynamodb:LeadingKeys": "true" } }',
    ],
  ])("is not offered where %s", (_, text) => {
    expect(marked(RULE, allowing('"dynamodb:*"', text))).toEqual(['"dynamodb:LeadingKeys"']);
    expect(offered(RULE, allowing('"dynamodb:*"', text))).toEqual([]);
  });

  test("is not offered in the CDK's output", () => {
    const json = JSON.parse(asJson(block("dynamodb:BatchGetItem")));
    json.Resources.AppPolicy.Metadata = { "aws:cdk:path": "App/AppPolicy/Resource" };
    expect(told(RULE, JSON.stringify(json))).toHaveLength(1);
    expect(offered(RULE, JSON.stringify(json))).toEqual([]);
  });
});

describe("the fix of a Deny", () => {
  test("renames the operator where all actions carry the key", () => {
    const template = denying("[dynamodb:GetItem, dynamodb:BatchGetItem]", keyed("ForAllValues:StringNotEquals"));
    expect(offered(RULE, template)).toEqual([
      "caution: Use ForAnyValue:StringNotEquals (stops requests with one such key among others)",
    ]);
    expect(repaired(RULE, template)).toBe(template.replace("ForAllValues:", "ForAnyValue:"));
  });

  test("keeps denying what comes without the key", () => {
    const template = managedPolicy(
      `          - Sid: Own
            Effect: Deny
            Action: [dynamodb:BatchGetItem, dynamodb:Scan]
            Resource: !GetAtt Scores.Arn
            Condition:
              ForAllValues:StringNotEquals:
                dynamodb:LeadingKeys: ["\${aws:userid}"] # own
              Bool: { aws:SecureTransport: "true" }
`,
      "  Scores:\n    Type: AWS::DynamoDB::Table\n",
    );
    expect(offered(RULE, template)).toEqual([
      "caution: Use ForAnyValue:StringNotEquals, and deny requests without the key by a statement of their own (stops requests with one such key among others)",
    ]);
    expect(repaired(RULE, template)).toBe(
      template.replace("ForAllValues:", "ForAnyValue:").replace(
        "  Scores:\n",
        `          - Sid: OwnWithoutKey
            Effect: Deny
            Action:
              - dynamodb:BatchGetItem
              - dynamodb:Scan
            Resource: !GetAtt Scores.Arn
            Condition:
              Bool:
                aws:SecureTransport: "true"
              "Null":
                dynamodb:LeadingKeys: "true"
  Scores:
`,
      ),
    );
  });

  test("needs no other statement where nothing without the key was denied", () => {
    const template = denying('"dynamodb:*"', keyed("StringEquals", "[admin]"));
    expect(repaired(RULE, template)).toBe(template.replace('"StringEquals"', '"ForAnyValue:StringEquals"'));
  });

  test.each([
    [
      "is the only one, and no list",
      `Resources:
  Guard:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Statement: { Effect: Deny, Action: "dynamodb:*", Resource: "*", Condition: ${keyed("ForAllValues:StringNotEquals")} }
`,
    ],
    [
      "asks for the key already",
      denying(
        '"dynamodb:*"',
        '{ "ForAllValues:StringNotEquals": { "dynamodb:LeadingKeys": a }, "Null": { "dynamodb:LeadingKeys": "true" } }',
      ),
    ],
    [
      "holds a number that would lose its zero",
      managedPolicy(deny('"dynamodb:*"', "012345678901", condition(keyed("ForAllValues:StringNotEquals")))),
    ],
  ])("is not offered where the statement %s", (_, template) => {
    expect(told(RULE, template)).toHaveLength(1);
    expect(offered(RULE, template)).toEqual([]);
  });
});
