import { describe, expect, test } from "vitest";
import { shown } from "../harness.ts";
import { relatedTo, told, toldInBoth, untold } from "../told.ts";

const RULE = "dax-bypasses-item-restrictions";
const ORDERS = "!GetAtt Orders.Arn";
const CACHE = "!GetAtt Cache.Arn";
const OWN = '{ "ForAllValues:StringEquals": { dynamodb:LeadingKeys: ["${aws:PrincipalTag/t}"] } }';

const statement = (action: string, resource: string, condition?: string, effect = "Allow") =>
  `{ Effect: ${effect}, Action: ${action}, Resource: ${resource}${condition ? `, Condition: ${condition}` : ""} }`;
const LIMITED = statement('"dynamodb:GetItem"', ORDERS, OWN);
const role = (id: string, service: string, statements: readonly string[], more = "") => `  ${id}:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Statement: { Effect: Allow, Principal: { Service: ${service}.amazonaws.com }, Action: "sts:AssumeRole" } }
${more}      Policies:
        - PolicyDocument:
            Statement:
${statements.map((each) => `              - ${each}\n`).join("")}`;

interface Parts {
  app?: readonly string[];
  cache?: readonly string[];
  cacheMore?: string;
  cluster?: string;
  table?: string;
}
const READS = statement("[dynamodb:GetItem, dynamodb:Query]", ORDERS);

/** The application's first statement is on line 8 (zero-based). */
const template = ({ app = [], cache = [READS], cacheMore = "", cluster = "", table = "" }: Parts) =>
  `Resources:\n${role("App", "lambda", app)}${role("CacheRole", "dax", cache, cacheMore)}  Cache: { Type: AWS::DAX::Cluster, Properties: { IAMRoleARN: !GetAtt CacheRole.Arn${cluster} } }
  Orders: { Type: AWS::DynamoDB::Table, Properties: { BillingMode: PAY_PER_REQUEST${table} } }
`;
const dax = (action = '"dax:GetItem"', resource = CACHE, condition?: string) => statement(action, resource, condition);
const FOUND = [
  'error Role "App" is restricted by dynamodb:LeadingKeys on "Orders", but DAX cluster "Cache" serves that table without it.',
];

test("stands on the DAX action, with the restriction and the cluster", () => {
  const text = template({ app: [LIMITED, dax()] });
  expect(shown(RULE, text)).toEqual([`9:41-9:54 ${FOUND}`]);
  expect(relatedTo(RULE, text)).toEqual([
    "8:18-8:24 the restriction",
    "18:2-18:7 the cluster, which asks DynamoDB with its own role",
  ]);
});

describe("found", () => {
  test.each([
    ["dax:GetItem on the cluster", { app: [LIMITED, dax()] }],
    ["dax:* on everything", { app: [LIMITED, dax('"dax:*"', '"*"')] }],
    ["any cluster", { app: [LIMITED, dax('"dax:Query"', "arn:aws:dax:eu-west-1:111122223333:cache/*")] }],
    [
      "the cluster by name",
      {
        app: [LIMITED, dax('"dax:Query"', "arn:aws:dax:eu-west-1:111122223333:cache/orders")],
        cluster: ", ClusterName: orders",
      },
    ],
    ["the cluster that has a name by reference", { app: [LIMITED, dax()], cluster: ", ClusterName: orders" }],
    ["both in one statement", { app: [statement("[dynamodb:GetItem, dax:GetItem]", '"*"', OWN)] }],
    ["a service role on every table", { app: [LIMITED, dax()], cache: [statement('"dynamodb:*"', '"*"')] }],
    [
      "a service role on an index",
      { app: [LIMITED, dax()], cache: [statement('"dynamodb:Query"', '!Sub "${Orders.Arn}/index/*"')] },
    ],
    [
      "a managed policy",
      {
        app: [LIMITED, dax()],
        cache: [],
        cacheMore: "      ManagedPolicyArns: [arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess]\n",
      },
    ],
    [
      "a restriction by Deny",
      {
        app: [
          statement('"dynamodb:GetItem"', ORDERS, '{ StringNotEquals: { dynamodb:LeadingKeys: "a" } }', "Deny"),
          dax(),
        ],
      },
    ],
    [
      "writes",
      {
        app: [statement('"dynamodb:PutItem"', ORDERS, OWN), dax('"dax:PutItem"')],
        cache: [statement('"dynamodb:PutItem"', ORDERS)],
      },
    ],
    ["the second action of a statement", { app: [LIMITED, dax("[dax:PutItem, dax:GetItem]")] }],
  ])("%s", (_, parts) => {
    expect(toldInBoth(RULE, template(parts))).toEqual(FOUND);
  });

  test("attributes are a restriction too", () => {
    const attributes = statement(
      '"dynamodb:GetItem"',
      ORDERS,
      '{ "ForAllValues:StringEquals": { dynamodb:Attributes: [id] }, StringEquals: { dynamodb:Select: SPECIFIC_ATTRIBUTES } }',
    );
    expect(toldInBoth(RULE, template({ app: [attributes, dax()] }))).toEqual([
      FOUND[0]?.replace("LeadingKeys", "Attributes"),
    ]);
  });

  test("a restriction in the table's own policy", () => {
    const table = `, ResourcePolicy: { PolicyDocument: { Statement: { Effect: Allow, Principal: { AWS: !GetAtt App.Arn }, Action: "dynamodb:GetItem", Resource: "*", Condition: ${OWN} } } }`;
    expect(toldInBoth(RULE, template({ app: [dax()], table }))).toEqual(FOUND);
  });

  test("a table that is not in view, by its name", () => {
    const elsewhere = "arn:aws:dynamodb:eu-west-1:111122223333:table/other";
    expect(
      toldInBoth(
        RULE,
        template({
          app: [statement('"dynamodb:GetItem"', elsewhere, OWN), dax()],
          cache: [statement('"dynamodb:GetItem"', elsewhere)],
        }),
      ),
    ).toEqual([FOUND[0]?.replace('"Orders"', "a table")]);
  });

  test("over stacks", () => {
    const [head = "", ...rest] = template({ app: [LIMITED, dax('"dax:GetItem"', '"*"')] }).split(/(?= {2}CacheRole:)/);
    const files = {
      "app.yaml": head.replaceAll(ORDERS, "!ImportValue orders"),
      "cache.yaml": `Resources:\n${rest.join("")}Outputs:\n  Orders: { Value: !GetAtt Orders.Arn, Export: { Name: orders } }\n`,
    };
    expect(told(RULE, files)).toEqual(FOUND);
  });
});

describe("not found", () => {
  test.each([
    ["no access to the cluster", { app: [LIMITED] }],
    ["no restriction", { app: [READS, dax()] }],
    [
      "another cluster",
      {
        app: [LIMITED, dax('"dax:GetItem"', "arn:aws:dax:eu-west-1:111122223333:cache/other")],
        cluster: ", ClusterName: orders",
      },
    ],
    ["managing the cluster only", { app: [LIMITED, dax('"dax:DescribeClusters"', '"*"')] }],
    [
      "a condition that no request to DAX meets",
      { app: [LIMITED, dax('"dax:GetItem"', CACHE, '{ StringEquals: { dynamodb:LeadingKeys: "a" } }')] },
    ],
    [
      "a service role on another table",
      {
        app: [LIMITED, dax()],
        cache: [statement('"dynamodb:GetItem"', "arn:aws:dynamodb:eu-west-1:111122223333:table/other")],
      },
    ],
    [
      "a service role that only describes",
      { app: [LIMITED, dax()], cache: [statement('"dynamodb:DescribeTable"', ORDERS)] },
    ],
    [
      "a service role that is limited itself",
      { app: [LIMITED, dax()], cache: [statement('"dynamodb:GetItem"', ORDERS, OWN)] },
    ],
    ["writes to what the cluster only reads", { app: [LIMITED, dax('"dax:PutItem"')] }],
    ["a Deny of DAX", { app: [LIMITED, dax(), statement('"dax:*"', '"*"', undefined, "Deny")] }],
    [
      "a Null test alone",
      { app: [statement('"dynamodb:GetItem"', ORDERS, '{ "Null": { dynamodb:LeadingKeys: "false" } }'), dax()] },
    ],
  ])("%s", (_, parts) => {
    expect(toldInBoth(RULE, template(parts))).toEqual([]);
    expect(untold(RULE, template(parts))).toEqual([]);
  });

  test("branches that exclude each other", () => {
    const text = `Parameters:\n  Mode: { Type: String, AllowedValues: [dax, own] }\nConditions:\n  UsesDax: !Equals [!Ref Mode, dax]\n${template(
      {
        app: [`!If [UsesDax, ${dax()}, ${LIMITED}]`],
      },
    )}`;
    expect(toldInBoth(RULE, text)).toEqual([]);
  });
});

describe("cannot be told", () => {
  test("a service role that is not in view", () => {
    const text = template({ app: [LIMITED, dax()] }).replace(
      "IAMRoleARN: !GetAtt CacheRole.Arn",
      "IAMRoleARN: !ImportValue role",
    );
    expect(toldInBoth(RULE, text)).toEqual([]);
    expect(untold(RULE, text)).toEqual(['9:41 what the service role of DAX cluster "Cache" opens is not all in view']);
  });

  test("a service role with a policy that is not in view", () => {
    const text = template({
      app: [LIMITED, dax()],
      cache: [],
      cacheMore: "      ManagedPolicyArns: [!ImportValue policy]\n",
    });
    expect(untold(RULE, text)).toEqual(['9:41 what the service role of DAX cluster "Cache" opens is not all in view']);
  });

  test("a condition that is not known", () => {
    const text = template({ app: [LIMITED, dax('"dax:GetItem"', CACHE, "!ImportValue condition")] });
    expect(toldInBoth(RULE, text)).toEqual([]);
    expect(untold(RULE, text)).toEqual(["9:41 the condition of its statement is not known"]);
  });
});

test("of end users' roles the rule about them says that DAX keeps nobody apart", () => {
  const users = (app: readonly string[]) =>
    template({ app }).replace(
      'Principal: { Service: lambda.amazonaws.com }, Action: "sts:AssumeRole"',
      'Principal: { Federated: cognito-identity.amazonaws.com }, Action: "sts:AssumeRoleWithWebIdentity"',
    );
  const found = [expect.stringContaining("DAX knows no dynamodb:LeadingKeys")];
  expect(toldInBoth(RULE, users([LIMITED, dax()]))).toEqual([]);
  expect(told("end-user-role-without-item-isolation", users([LIMITED, dax()]))).toEqual(found);
  // A condition that DAX does not know looks like a limit to that rule.
  expect(toldInBoth(RULE, users([LIMITED, dax('"dax:GetItem"', CACHE, OWN)]))).toEqual(FOUND);
});
