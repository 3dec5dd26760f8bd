import { describe, expect, test } from "vitest";
import { DEFAULT_CONFIGURATION } from "../../../core/lint/configuration.ts";
import { marked, offered, repaired, shown } from "../harness.ts";
import { relatedTo, told, toldInBoth, untold } from "../told.ts";
import { allow, deny, inline, LAMBDA, managedPolicy, roleOf, TABLE } from "./policies.ts";

const RULE = "wildcard-resource";

const POLICY = 'Policy "AppPolicy"';
const ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders";

describe("item actions", () => {
  test("on every table stand at the resource", () => {
    const template = managedPolicy(allow("[dynamodb:GetItem, dynamodb:PutItem]", '"*"'));
    expect(shown(RULE, template)).toEqual([`9:22-9:25 warning ${POLICY} has 2 item-level actions on every table (*).`]);
  });

  test.each([
    ["dynamodb:GetItem", 1],
    ["[dynamodb:GetItem, dynamodb:getitem]", 1],
    ["dynamodb:GetRecords", 1],
    ["dynamodb:BatchWriteItem", 1],
    ["[dynamodb:Get*, dynamodb:ListTables]", 3],
    ["[dynamodb:Query, dynamodb:UpdateTable]", 1],
  ])("%s", (action, count) => {
    expect(toldInBoth(RULE, managedPolicy(allow(action, '"*"')))).toEqual([
      `warning ${POLICY} has ${count} item-level action${count > 1 ? "s" : ""} on every table (*).`,
    ]);
  });

  test.each([
    ['"arn:aws:dynamodb:*:*:*"', "arn:aws:dynamodb:*:*:*"],
    ['"arn:aws:dynamodb:eu-west-1:111122223333:table/*"', "arn:aws:dynamodb:eu-west-1:111122223333:table/*"],
    ["!Sub arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/*", "table/*"],
    ['!Join ["", ["arn:", !Ref AWS::Partition, ":dynamodb:*:", !Ref AWS::AccountId, ":table/*"]]', "table/*"],
    [`["${ARN}", "*"]`, "*"],
  ])("%s is every table", (resource, shownAs) => {
    expect(toldInBoth(RULE, managedPolicy(allow("dynamodb:GetItem", resource)))).toEqual([
      `warning ${POLICY} has 1 item-level action on every table (${shownAs}).`,
    ]);
  });

  test.each([
    ["[dynamodb:Query, dynamodb:PutItem]", "table/*/index/*", "1 item-level action", "indexes"],
    ["[dynamodb:Query, dynamodb:Scan]", "table/*/index/ByDate", "2 item-level actions", "indexes"],
    ["dynamodb:Get*", "table/*/stream/*", "2 item-level actions", "streams"],
  ])("%s on %s: below every table", (action, resource, what, kind) => {
    const template = managedPolicy(allow(action, `["${ARN}", "arn:aws:dynamodb:*:*:${resource}"]`));
    expect(toldInBoth(RULE, template)).toEqual([`warning ${POLICY} has ${what} on the ${kind} of every table.`]);
    expect(marked(RULE, template)).toEqual([`"arn:aws:dynamodb:*:*:${resource}"`]);
    // Said once where every table is named beside it.
    const both = managedPolicy(allow(action, `["arn:aws:dynamodb:*:*:${resource}", "arn:aws:dynamodb:*:*:table/*"]`));
    expect(toldInBoth(RULE, both)).toHaveLength(1);
  });

  test.each([
    ["dynamodb:PutItem", "table/*/index/*"],
    ["dynamodb:DescribeStream", "table/*/stream/*"],
    ["dynamodb:Query", "table/orders/index/*"],
  ])("%s on %s passes", (action, resource) => {
    expect(toldInBoth(RULE, managedPolicy(allow(action, `"arn:aws:dynamodb:*:*:${resource}"`)))).toEqual([]);
  });

  test("a SAM stream template for every table", () => {
    const sam = `Transform: AWS::Serverless-2016-10-31
Resources:
  Reader:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
        - DynamoDBStreamReadPolicy: { TableName: "*", StreamName: "*" }
`;
    expect(toldInBoth(RULE, sam)).toEqual([
      'warning Function "Reader" has 2 item-level actions on the streams of every table.',
    ]);
  });

  test.each([
    [ARN],
    [`${ARN}/index/*`],
    ["!GetAtt Orders.Arn"],
    ["!Sub ${Orders.Arn}/*"],
    ["arn:aws:s3:::bucket/*"],
    ["!Sub arn:aws:dynamodb:*:*:table/${AWS::StackName}-*"],
    ["!ImportValue orders-arn"],
  ])("%s passes", (resource) => {
    expect(toldInBoth(RULE, managedPolicy(allow("dynamodb:GetItem", resource), TABLE))).toEqual([]);
  });
});

describe("other actions", () => {
  test.each([
    ["dynamodb:UpdateTable", "may UpdateTable"],
    ["[dynamodb:DeleteTable, dynamodb:UpdateTable]", "may DeleteTable and UpdateTable"],
    ["dynamodb:PutResourcePolicy", "may PutResourcePolicy"],
    [
      "[dynamodb:CreateBackup, dynamodb:DeleteBackup, dynamodb:DeleteTable, dynamodb:UpdateTable, dynamodb:UpdateTimeToLive]",
      "may CreateBackup, DeleteBackup, DeleteTable, UpdateTable and 1 more",
    ],
  ])("that write are named: %s", (action, what) => {
    expect(toldInBoth(RULE, managedPolicy(allow(action, '"*"')))).toEqual([
      `warning ${POLICY} ${what} on every table (*).`,
    ]);
  });

  test.each([
    ["[dynamodb:Describe*, dynamodb:ListTagsOfResource]"],
    ["dynamodb:GetResourcePolicy"],
    ["[dynamodb:ListTables, dynamodb:ListStreams, dynamodb:DescribeLimits, dynamodb:DescribeEndpoints]"],
    ["dynamodb:PurchaseReservedCapacityOfferings"],
    ["dax:GetItem"],
    ["s3:*"],
  ])("that only describe, take no resource or are another service's pass: %s", (action) => {
    expect(toldInBoth(RULE, managedPolicy(allow(action, '"*"'), TABLE))).toEqual([]);
  });

  test("full-dynamodb-access speaks for the whole statement, unless it is off", () => {
    const template = managedPolicy(allow("dynamodb:*", '"*"'));
    expect(told(RULE, template)).toEqual([]);
    const without = { ...DEFAULT_CONFIGURATION, rules: new Map([["full-dynamodb-access", "off"]] as const) };
    expect(told(RULE, template, without)).toEqual([`warning ${POLICY} has 18 item-level actions on every table (*).`]);
    expect(told(RULE, managedPolicy(allow('"*"', '"*"')), without)).toEqual([]);
  });
});

describe("conditions and Deny", () => {
  const when = (condition: string) =>
    managedPolicy(allow("dynamodb:GetItem", '"*"', `            Condition: ${condition}\n`));

  test.each([
    ["{ StringEquals: { aws:ResourceTag/team: a } }"],
    ["{ StringLike: { AWS:ResourceTag/Team: a-* } }"],
    ['{ "ForAnyValue:StringEquals": { "aws:ResourceTag/team": [a, b] } }'],
    ["{ StringEquals: { aws:ResourceTag/team: '${aws:PrincipalTag/team}' } }"],
  ])("a tag condition that works passes: %s", (condition) => {
    expect(toldInBoth(RULE, when(condition))).toEqual([]);
  });

  test.each([
    ["{ StringEqualsIfExists: { aws:ResourceTag/team: a } }"],
    ["{ StringNotEquals: { aws:ResourceTag/team: a } }"],
    ["{ StringLike: { aws:ResourceTag/team: '*' } }"],
    ["{ 'Null': { aws:ResourceTag/team: false } }"],
    ['{ "ForAllValues:StringEquals": { "aws:ResourceTag/team": a } }'],
    ["{ StringEquals: { aws:RequestTag/team: a } }"],
    ["{ StringEquals: { aws:SourceVpce: vpce-1 } }"],
  ])("others do not narrow the tables: %s", (condition) => {
    expect(toldInBoth(RULE, when(condition))).toEqual([
      `warning ${POLICY} has 1 item-level action on every table (*).`,
    ]);
  });

  test("a condition that cannot be read may be one: cannot tell", () => {
    const template = `Parameters:\n  C: { Type: String }\n${when("!Ref C")}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["11:22 the condition of its statement is not known"]);
  });

  test("what is denied everywhere does not count", () => {
    expect(toldInBoth(RULE, managedPolicy(allow("dynamodb:GetItem", '"*"') + deny("dynamodb:Get*", '"*"')))).toEqual(
      [],
    );
    expect(toldInBoth(RULE, managedPolicy(allow("dynamodb:GetItem", '"*"') + deny("dynamodb:Get*", ARN)))).toHaveLength(
      1,
    );
  });
});

describe("who has it", () => {
  const role = (principal: string) => `Resources:\n${roleOf(principal, inline(allow("dynamodb:UpdateTable", '"*"')))}`;

  test.each([
    ["{ Service: application-autoscaling.amazonaws.com }"],
    ["{ Service: dynamodb.application-autoscaling.amazonaws.com }"],
    ["{ Service: backup.amazonaws.com }"],
    ["{ Service: cloudformation.amazonaws.com }"],
  ])("%s is only mentioned", (principal) => {
    expect(toldInBoth(RULE, role(principal))).toEqual(['info Role "AppRole" may UpdateTable on every table (*).']);
  });

  test("a workload is not", () => {
    expect(toldInBoth(RULE, role(LAMBDA))).toEqual(['warning Role "AppRole" may UpdateTable on every table (*).']);
  });

  test("a SAM policy template for every table stands at its TableName", () => {
    const sam = (name: string) => `Transform: AWS::Serverless-2016-10-31
Resources:
  Reader:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
        - DynamoDBReadPolicy: { TableName: ${name} }
${TABLE}`;
    expect(toldInBoth(RULE, sam("'*'"))).toEqual([
      'warning Function "Reader" has 4 item-level actions on every table (table/*).',
    ]);
    expect(marked(RULE, sam("'*'"))).toEqual(["'*'"]);
    expect(offered(RULE, sam("'*'"))).toEqual([]);
    expect(toldInBoth(RULE, sam("!Ref Orders"))).toEqual([]);
  });
});

describe("a prefix", () => {
  test("is mentioned, with the tables in view that it takes in", () => {
    const tables = `  Orders:
    Type: AWS::DynamoDB::Table
    Properties: { TableName: prod-orders }
  Other:
    Type: AWS::DynamoDB::Table
    Properties: { TableName: dev-orders }
`;
    const template = managedPolicy(allow("dynamodb:GetItem", '"arn:aws:dynamodb:*:*:table/prod-*"'), tables);
    expect(toldInBoth(RULE, template)).toEqual([
      `info ${POLICY} has 1 item-level action on every table whose name starts with "prod-", and on what belongs to those tables: indexes, streams, backups.`,
    ]);
    expect(relatedTo(RULE, template)).toEqual(['10:2-10:8 it opens table "Orders"']);
  });

  test("with a placeholder is not", () => {
    expect(
      toldInBoth(RULE, managedPolicy(allow("dynamodb:GetItem", "!Sub arn:aws:dynamodb:*:*:table/${AWS::StackName}-*"))),
    ).toEqual([]);
  });
});

describe("branches", () => {
  test("of the resource, and only those that can meet the action's", () => {
    const conditions = "Conditions:\n  IsDev: !Equals [!Ref AWS::Region, eu-west-1]\n";
    const one = conditions + managedPolicy(allow("dynamodb:GetItem", `!If [IsDev, "*", "${ARN}"]`));
    expect(shown(RULE, one)).toEqual([
      `11:34-11:37 warning When IsDev is true: ${POLICY} has 1 item-level action on every table (*).`,
    ]);
    const apart = managedPolicy(
      allow("!If [IsDev, dynamodb:GetItem, dynamodb:ListTables]", `!If [IsDev, "${ARN}", "*"]`),
    );
    expect(toldInBoth(RULE, conditions + apart)).toEqual([]);
  });

  test("of a parameter's values", () => {
    const template = `Parameters:\n  Where: { Type: String, AllowedValues: ["*", "${ARN}"] }\n${managedPolicy(allow("dynamodb:GetItem", "!Ref Where"))}`;
    expect(toldInBoth(RULE, template)).toEqual([
      `warning When Where is "*": ${POLICY} has 1 item-level action on every table (*).`,
    ]);
  });
});

describe("the fix", () => {
  const TITLE = 'caution: Limit to "Orders" and its indexes (stops access to other tables)';
  const app = (action: string, resource = '"*"', variables = "TABLE: !Ref Orders") => `Resources:
${roleOf(LAMBDA, inline(allow(action, resource)))}  App:
    Type: AWS::Lambda::Function
    Properties:
      Role: !GetAtt AppRole.Arn
      Environment: { Variables: { ${variables} } }
${TABLE}  Other:
    Type: AWS::DynamoDB::Table
`;

  test("names the only table that the function's environment names", () => {
    const template = app("dynamodb:GetItem");
    expect(offered(RULE, template)).toEqual([TITLE]);
    expect(repaired(RULE, template)).toBe(
      template.replace(
        'Resource: "*"',
        "Resource:\n                  - !GetAtt Orders.Arn\n                  - !Sub ${Orders.Arn}/index/*",
      ),
    );
    const list = app("dynamodb:GetItem", '["*"]');
    expect(repaired(RULE, list)).toBe(list.replace('["*"]', '[!GetAtt Orders.Arn, !Sub "${Orders.Arn}/index/*"]'));
  });

  test.each([
    ["another table", app("dynamodb:GetItem", '"*"', "A: !Ref Orders, B: !GetAtt Other.Arn")],
    ["no table", app("dynamodb:GetItem", '"*"', "A: b")],
    ["an action of another service", app("[dynamodb:GetItem, s3:GetObject]")],
    ["an action on keys", app("[dynamodb:GetItem, kms:Decrypt]")],
    ["an action without resources", app("[dynamodb:GetItem, dynamodb:ListTables]")],
    ["an action on streams", app("[dynamodb:GetItem, dynamodb:GetRecords]")],
    ["a wildcard", app("dynamodb:*Item")],
  ])("is not offered with %s", (_, template) => {
    expect(told(RULE, template)).toHaveLength(1);
    expect(offered(RULE, template)).toEqual([]);
  });
});
