import { describe, expect, test } from "vitest";
import { DEFAULT_CONFIGURATION } from "../../../core/lint/configuration.ts";
import { asJson } from "../as-json.ts";
import { fixedText, marked, offered, repaired, shown } from "../harness.ts";
import { told, toldInBoth, toldWith, untold } from "../told.ts";
import { allow, deny, inline, LAMBDA, managedPolicy, roleOf, TABLE } from "./policies.ts";

const RULE = "unknown-or-non-iam-action";

const ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders";
const WRITES = "ConditionCheckItem, PutItem, UpdateItem and DeleteItem";
const PARTIQL = "PartiQLSelect, PartiQLInsert, PartiQLUpdate and PartiQLDelete";

describe("in an Allow", () => {
  test("stands at the entry", () => {
    const template = managedPolicy(allow("[dynamodb:GetItem, dynamodb:TransactGetItems]", ARN));
    expect(shown(RULE, template)).toEqual([
      '8:39-8:64 warning "dynamodb:TransactGetItems" is not an IAM action; transactions are authorised as GetItem: here it grants nothing.',
    ]);
  });

  test.each([
    ["TransactWriteItems", `transactions are authorised as ${WRITES}`],
    ["transactwriteitems", `transactions are authorised as ${WRITES}`],
    ["Transact*", `transactions are authorised as GetItem, ${WRITES}`],
    ["ExecuteStatement", `PartiQL is authorised as ${PARTIQL}`],
    ["BatchExecuteStatement", `PartiQL is authorised as ${PARTIQL}`],
    ["ExecuteTransaction", `PartiQL is authorised as ${PARTIQL}`],
    ["ConditionCheck", "IAM asks for ConditionCheckItem"],
    ["CreateItem", "IAM asks for PutItem"],
    ["InsertItem", "IAM asks for PutItem"],
    ["AddItem", "IAM asks for PutItem"],
    ["ReadItem", "IAM asks for GetItem"],
    ["RemoveItem", "IAM asks for DeleteItem"],
    ["BatchPutItem", "IAM asks for BatchWriteItem"],
    ["BatchDeleteItem", "IAM asks for BatchWriteItem"],
  ])("dynamodb:%s: %s", (name, meaning) => {
    expect(toldInBoth(RULE, managedPolicy(allow(`"dynamodb:${name}"`, ARN)))).toEqual([
      `warning "dynamodb:${name}" is not an IAM action; ${meaning}: here it grants nothing.`,
    ]);
  });

  test.each([
    ["GetItems", "GetItem"],
    ["BatchGetItems", "BatchGetItem"],
    ["DescribeTables", "DescribeTable"],
    ["Scna", "Scan"],
    ["PetItem", "GetItem or PutItem"],
  ])("dynamodb:%s is probably %s", (name, meant) => {
    expect(toldInBoth(RULE, managedPolicy(allow(`dynamodb:${name}`, ARN)))).toEqual([
      `warning "dynamodb:${name}" is not an IAM action, did you mean ${meant}? As it stands, here it grants nothing.`,
    ]);
  });

  test.each(["dynamodb:RewindTable", "DynamoDB:RewindTable", '"dynamodb:Rewind*"'])(
    "%s may be newer than what is known",
    (action) => {
      expect(toldInBoth(RULE, managedPolicy(allow(action, ARN)))).toEqual([
        `info "${action.replaceAll('"', "")}" matches no DynamoDB action that is known: if it is not new, it grants nothing.`,
      ]);
    },
  );

  test("DAX has operations of its own", () => {
    const told = (action: string) => toldInBoth(RULE, managedPolicy(allow(action, '"*"')));
    expect(told("dax:TransactGetItems")).toEqual([
      'warning "dax:TransactGetItems" is not an IAM action; transactions are authorised as dax:GetItem: here it grants nothing.',
    ]);
    expect(told("dax:PartiQLSelect")).toEqual([
      'info "dax:PartiQLSelect" matches no DAX action that is known: if it is not new, it grants nothing.',
    ]);
    expect(told("dax:CreateClusters")).toEqual([
      'warning "dax:CreateClusters" is not an IAM action, did you mean dax:CreateCluster? As it stands, here it grants nothing.',
    ]);
  });

  test.each([
    "dynamodb:GetItem",
    "DynamoDB:getitem",
    '"dynamodb:Get*"',
    '"dynamodb:?etItem"',
    '"dynamodb:*"',
    '"*"',
    "dynamodb:PartiQLSelect",
    "dax:ConditionCheckItem",
    "s3:TransactGetItems",
    '"dynamo*:Transact*"',
    // Half typed, or no action at all.
    '"dynamodb:"',
    "dynamodb",
    "7",
    "{ a: b }",
  ])("%s passes", (action) => {
    expect(toldInBoth(RULE, managedPolicy(allow(action, ARN), TABLE))).toEqual([]);
  });
});

describe("in a Deny", () => {
  test("it protects nothing", () => {
    expect(toldInBoth(RULE, managedPolicy(deny("[dynamodb:TransactWriteItems, dynamodb:PutItem]", '"*"')))).toEqual([
      `error "dynamodb:TransactWriteItems" is not an IAM action; transactions are authorised as ${WRITES}: here it denies nothing.`,
    ]);
    expect(toldInBoth(RULE, managedPolicy(deny("dynamodb:DeleteTables", '"*"')))).toEqual([
      'error "dynamodb:DeleteTables" is not an IAM action, did you mean DeleteTable? As it stands, here it denies nothing.',
    ]);
    expect(toldInBoth(RULE, managedPolicy(deny("dynamodb:RewindTable", '"*"')))).toEqual([
      'info "dynamodb:RewindTable" matches no DynamoDB action that is known: if it is not new, it denies nothing.',
    ]);
  });

  test("unless the actions that count are denied beside it", () => {
    const told = (actions: string) => toldInBoth(RULE, managedPolicy(deny(actions, '"*"')));
    const line =
      'info "dynamodb:TransactGetItems" is not an IAM action; transactions are authorised as GetItem: here it denies nothing.';
    expect(told("[dynamodb:TransactGetItems, dynamodb:GetItem]")).toEqual([line]);
    expect(told('[dynamodb:TransactGetItems, "dynamodb:*"]')).toEqual([line]);
    expect(told("[dynamodb:TransactGetItems, dynamodb:Query]")).toEqual([line.replace("info", "error")]);
  });
});

test("NotAction leaves nothing out by it, which opens an Allow and closes a Deny", () => {
  const turned = (statement: string) => managedPolicy(statement.replace("Action", "NotAction"));
  expect(toldInBoth(RULE, turned(allow("[dynamodb:DeleteTables]", '"*"')))).toEqual([
    'error "dynamodb:DeleteTables" is not an IAM action, did you mean DeleteTable? As it stands, NotAction leaves nothing out by it.',
  ]);
  expect(toldInBoth(RULE, turned(deny("[dynamodb:TransactGetItems, iam:*]", '"*"')))).toEqual([
    'warning "dynamodb:TransactGetItems" is not an IAM action; transactions are authorised as GetItem: NotAction leaves nothing out by it.',
  ]);
  expect(toldInBoth(RULE, turned(allow("[dynamodb:DeleteTable]", '"*"')))).toEqual([]);
  expect(offered(RULE, turned(allow("[dynamodb:DeleteTables, iam:*]", '"*"')))).toEqual([
    "caution: Replace dynamodb:DeleteTables by DeleteTable (stops it)",
  ]);
  expect(offered(RULE, turned(deny("[dynamodb:TransactGetItems, iam:*]", '"*"')))).toEqual([
    "caution: Replace dynamodb:TransactGetItems by GetItem (no longer denies it)",
    "safe: Remove dynamodb:TransactGetItems (changes nothing)",
  ]);
});

describe("every kind of policy", () => {
  const statement = (effect: string, principal = "") =>
    `{ Effect: ${effect}, ${principal}Action: [dynamodb:GetItem, dynamodb:TransactGetItems], Resource: "*" }`;
  const ANY = 'Principal: { AWS: "arn:aws:iam::111122223333:role/app" }, ';

  test.each([
    ["a SAM function", "AWS::Serverless::Function", `Policies: [{ Statement: [${statement("Allow")}] }]`],
    ["a permission set", "AWS::SSO::PermissionSet", `InlinePolicy: { Statement: [${statement("Allow")}] }`],
    [
      "a VPC endpoint",
      "AWS::EC2::VPCEndpoint",
      `PolicyDocument: { Statement: [${statement("Allow", 'Principal: "*", ')}] }`,
    ],
    ["an organisation", "AWS::Organizations::Policy", `Content: { Statement: ${statement("Allow")} }`],
    ["a key", "AWS::KMS::Key", `KeyPolicy: { Statement: [${statement("Allow", ANY)}] }`],
  ])("%s", (_name, type, properties) => {
    const template = `Transform: AWS::Serverless-2016-10-31\nResources:\n  Holder:\n    Type: ${type}\n    Properties:\n      ${properties}\n`;
    expect(toldInBoth(RULE, template)).toEqual([
      'warning "dynamodb:TransactGetItems" is not an IAM action; transactions are authorised as GetItem: here it grants nothing.',
    ]);
    expect(marked(RULE, template)).toEqual(["dynamodb:TransactGetItems"]);
  });

  const table = (action: string) => `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      ResourcePolicy:
        PolicyDocument:
          Statement:
            - { Effect: Allow, ${ANY}Action: [dynamodb:GetItem, ${action}], Resource: "*" }
`;

  test("a table's policy: the rule that knows what DynamoDB refuses speaks of names, this one of patterns", () => {
    const on = { ...DEFAULT_CONFIGURATION, rules: new Map([["resource-policy-rejected", "warning"]] as const) };
    const off = { ...DEFAULT_CONFIGURATION, rules: new Map([["resource-policy-rejected", "off"]] as const) };
    expect(told(RULE, table('"dynamodb:Transact*"'), on)).toHaveLength(1);
    expect(told(RULE, table("dynamodb:TransactGetItems"), off)).toHaveLength(1);
    // Without the name DynamoDB would take the policy, and the rest of it would begin to count.
    expect(offered(RULE, table("dynamodb:TransactGetItems"), off)).toEqual([
      "caution: Remove dynamodb:TransactGetItems (changes nothing)",
    ]);
  });
});

describe("what is not written plainly", () => {
  test("a branch is named, and only the branch that can be", () => {
    const template = `Conditions:
  IsDev: !Equals [!Ref AWS::Region, eu-west-1]
${managedPolicy(allow("[dynamodb:Query, !If [IsDev, dynamodb:TransactGetItems, dynamodb:GetItem]]", ARN))}`;
    expect(toldInBoth(RULE, template)).toEqual([
      'warning When IsDev is true: "dynamodb:TransactGetItems" is not an IAM action; transactions are authorised as GetItem: here it grants nothing.',
    ]);
    const impossible = template
      .replace("AWS::IAM::ManagedPolicy", "AWS::IAM::ManagedPolicy\n    Condition: IsProd")
      .replace("Resources:", "  IsProd: !Not [!Condition IsDev]\nResources:");
    expect(toldInBoth(RULE, impossible)).toEqual([]);
  });

  test("parameters", () => {
    const template = `Parameters:\n  What: { Type: String, Default: "TransactGetItems" }\n${managedPolicy(allow("!Sub dynamodb:${What}", ARN))}`;
    expect(toldInBoth(RULE, template)).toEqual([
      'warning "dynamodb:TransactGetItems" is not an IAM action; transactions are authorised as GetItem: here it grants nothing. (with the default of parameter What)',
    ]);
    expect(toldWith(RULE, template, { parameters: new Map([["What", "GetItem"]]) })).toEqual([]);
  });

  test("what only deployment knows", () => {
    const unknown = (action: string, rest = "") =>
      `Parameters:\n  What: { Type: String }\n${managedPolicy(deny(action, '"*"'), rest)}`;
    expect(told(RULE, unknown('[!Sub "dynamodb:${What}", dynamodb:GetItem]'))).toEqual([]);
    expect(untold(RULE, unknown('[!Sub "dynamodb:${What}", dynamodb:GetItem]'))).toEqual([
      "10:21 its text is known only in part",
    ]);
    expect(untold(RULE, unknown("!Ref What", TABLE))).toEqual(["10:20 parameter What has no default"]);
    expect(untold(RULE, unknown("!Ref What"))).toEqual([]);
    expect(untold(RULE, unknown('!Sub "s3:${What}"', TABLE))).toEqual([]);
  });

  test("a single statement, and JSON in a text, which is not edited", () => {
    const template = `Resources:
  Set:
    Type: AWS::SSO::PermissionSet
    Properties:
      InlinePolicy: '{ "Statement": { "Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:TransactGetItems"], "Resource": "*" } }'
`;
    expect(toldInBoth(RULE, template)).toHaveLength(1);
    expect(offered(RULE, template)).toEqual([]);
  });
});

describe("the fixes", () => {
  const REPLACE = "caution: Replace dynamodb:TransactGetItems by GetItem (grants it)";
  const REMOVE = "safe: Remove dynamodb:TransactGetItems (changes nothing)";

  test("in YAML with comments", () => {
    const template = managedPolicy(`          - Effect: Allow
            Action:
              - dynamodb:Query # reading
              - dynamodb:TransactGetItems # all at once
            Resource: ${ARN}
`);
    expect(offered(RULE, template)).toEqual([REPLACE, REMOVE]);
    expect(repaired(RULE, template)).toBe(template.replace("dynamodb:TransactGetItems", "dynamodb:GetItem"));
    // What somebody wrote about it is not thrown away.
    expect(fixedText(template)).toBe(template.replace("- dynamodb:TransactGetItems # all", "# all"));
  });

  test("in flow style and in JSON", () => {
    const flow = managedPolicy(allow("[dynamodb:TransactWriteItems, dynamodb:PutItem]", ARN));
    expect(offered(RULE, flow)).toEqual([
      "caution: Replace dynamodb:TransactWriteItems by ConditionCheckItem, UpdateItem and DeleteItem (grants those)",
      "safe: Remove dynamodb:TransactWriteItems (changes nothing)",
    ]);
    expect(repaired(RULE, flow)).toBe(
      flow.replace(
        "dynamodb:TransactWriteItems, ",
        "dynamodb:ConditionCheckItem, dynamodb:UpdateItem, dynamodb:DeleteItem, ",
      ),
    );
    expect(fixedText(flow)).toBe(flow.replace("dynamodb:TransactWriteItems, ", ""));
    const json = asJson(flow);
    expect(fixedText(json)).toBe(json.replace(/"dynamodb:TransactWriteItems",\s*/, ""));
  });

  test("an action that is granted beside it is not added again", () => {
    const template = managedPolicy(allow('["dynamodb:Get*", dynamodb:TransactGetItems]', ARN));
    expect(offered(RULE, template)).toEqual([REMOVE]);
  });

  test("the last action that exists is kept, and no list is emptied", () => {
    expect(offered(RULE, managedPolicy(allow("dynamodb:TransactGetItems", ARN)))).toEqual([REPLACE]);
    const two = managedPolicy(allow("[dynamodb:TransactGetItems, dynamodb:TransactWriteItems]", ARN));
    expect(offered(RULE, two)).toEqual([REPLACE]);
    expect(fixedText(two)).toBe(two);
  });

  test("removing is nobody's choice where one branch would be left without an action", () => {
    const template = `Conditions:
  IsDev: !Equals [!Ref AWS::Region, eu-west-1]
${managedPolicy(allow("[dynamodb:TransactGetItems, !If [IsDev, dynamodb:Query, !Ref AWS::NoValue]]", ARN))}`;
    expect(offered(RULE, template)).toEqual([REPLACE]);
    expect(fixedText(template)).toBe(template);
  });

  test("in a Deny", () => {
    const template = managedPolicy(deny("[dynamodb:TransactGetItems, dynamodb:Query]", ARN));
    expect(offered(RULE, template)).toEqual(["caution: Replace dynamodb:TransactGetItems by GetItem (stops it)"]);
    expect(fixedText(template)).toBe(template);
    const protectedBeside = managedPolicy(deny("[dynamodb:TransactGetItems, dynamodb:GetItem]", ARN));
    expect(offered(RULE, protectedBeside)).toEqual([REMOVE]);
  });

  test("a mistyped name is replaced where only one can be meant, and a strange one stays", () => {
    const action = (name: string) => managedPolicy(allow(`[dynamodb:Query, dynamodb:${name}]`, ARN));
    expect(offered(RULE, action("GetItems"))).toEqual(["caution: Replace dynamodb:GetItems by GetItem (grants it)"]);
    expect(offered(RULE, action("PetItem"))).toEqual([]);
    expect(offered(RULE, action("RewindTable"))).toEqual([]);
  });

  test("not beyond what IAM accepts", () => {
    const many = Array.from({ length: 45 }, (_, index) => `arn:aws:s3:::${"bucket".repeat(7)}${index}`).join(", ");
    const template = `Resources:
  Person:
    Type: AWS::IAM::User
    Properties:
      Policies:
        - PolicyName: app
          PolicyDocument:
            Statement:
              - { Effect: Allow, Action: [dynamodb:Query, dynamodb:TransactGetItems], Resource: [${many}] }
`;
    expect(offered(RULE, template)).toEqual([REMOVE]);
  });

  test("for a role as for a policy of its own", () => {
    const template = `Resources:\n${roleOf(LAMBDA, inline(allow("[dynamodb:Query, dynamodb:TransactGetItems]", ARN)))}`;
    expect(fixedText(template)).toBe(template.replace(", dynamodb:TransactGetItems", ""));
  });
});
