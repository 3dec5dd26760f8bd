import { describe, expect, test } from "vitest";
import { DEFAULT_CONFIGURATION } from "../../../core/lint/configuration.ts";
import { marked, offered, repaired, shown } from "../harness.ts";
import { relatedTo, told, toldInBoth, untold } from "../told.ts";
import { allow, deny, inline, LAMBDA, managedPolicy, roleOf, TABLE } from "./policies.ts";

const RULE = "dax-access-too-broad";
const ORDERS = "!GetAtt Orders.Arn";
const cluster = (role = "!GetAtt AppRole.Arn", id = "Cache") =>
  `  ${id}: { Type: AWS::DAX::Cluster, Properties: { IAMRoleARN: ${role} } }\n`;
const DAX = "{ Service: dax.amazonaws.com }";
/** The action is on line 14 (zero-based), the resource on line 15. */
const service = (action: string, resource = ORDERS, more = "") =>
  `Resources:\n${roleOf(DAX, inline(allow(action, resource, more)))}${TABLE}${cluster()}`;

const every = (by = "") =>
  `warning DAX service role "AppRole" opens every table${by}; everyone who may use cluster "Cache" reaches them all through it, whatever their own policies say of those tables.`;
const surplus = (pattern: string, resources: string, names: string) =>
  `warning DAX service role "AppRole" allows ${pattern} on ${resources}, more than DAX needs (${names}); everyone who may use cluster "Cache" works through it.`;

describe("the service role", () => {
  test.each([
    '"*"',
    '"arn:aws:dynamodb:eu-west-1:111122223333:*"',
    '!Sub "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/*"',
  ])("on every table: %s", (resource) => {
    expect(toldInBoth(RULE, service("[dynamodb:GetItem, dynamodb:PutItem]", resource))).toEqual([every()]);
  });

  test("stands on the resource, with the cluster beside it", () => {
    const template = service("dynamodb:Query", '"*"');
    expect(shown(RULE, template)).toEqual([`15:26-15:29 ${every()}`]);
    expect(relatedTo(RULE, template)).toEqual([
      '20:2-20:7 cluster "Cache" works with this role',
      '16:2-16:8 it opens table "Orders"',
    ]);
  });

  test.each([
    ["[dynamodb:GetItem, dynamodb:Query, dynamodb:DescribeTable]", ORDERS],
    ["[dynamodb:GetItem, dynamodb:Query]", `[${ORDERS}, !Sub "\${Orders.Arn}/index/*"]`],
    ["dynamodb:GetItem", '"arn:aws:dynamodb:eu-west-1:111122223333:table/prod-*"'],
    ["[dynamodb:Batch*, dynamodb:Get*, dynamodb:*Item, dynamodb:Describe*]", ORDERS],
    ["dynamodb:ListTables", '"*"'],
    ["dynamodb:DescribeTable", '"*"'],
  ])("%s on %s passes", (action, resource) => {
    expect(toldInBoth(RULE, service(action, resource))).toEqual([]);
    expect(untold(RULE, service(action, resource))).toEqual([]);
  });

  test.each(["dynamodb:*", "dynamodb:*ResourcePolicy", "dynamodb:Put*", "dynamodb:Delete*"])(
    "%s brings along what DAX needs not",
    (action) => {
      const [line, ...others] = toldInBoth(RULE, service(action));
      expect(others).toEqual([]);
      expect(line).toMatch(
        /^warning DAX service role "AppRole" allows dynamodb:\S+ on "Orders", more than DAX needs \(\w+.*\); everyone who may use cluster "Cache" works through it\.$/,
      );
      expect(marked(RULE, service(action))).toEqual([action]);
    },
  );

  test("says what it brings along", () => {
    expect(toldInBoth(RULE, service("dynamodb:Put*"))).toEqual([
      surplus("dynamodb:Put*", '"Orders"', "PutResourcePolicy"),
    ]);
  });

  test("everything on every table is told once, beside full-dynamodb-access", () => {
    const lines = toldInBoth(RULE, service("dynamodb:*", '"*"'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /^warning DAX service role "AppRole" allows dynamodb:\* on every table, more than DAX needs/,
    );
    expect(toldInBoth(RULE, service("[dynamodb:GetItem, dynamodb:Put*]", '"*"'))).toEqual([
      surplus("dynamodb:Put*", "every table", "PutResourcePolicy"),
    ]);
    expect(told("full-dynamodb-access", service("dynamodb:*", '"*"'))).toHaveLength(1);
  });

  test("a Deny takes it away", () => {
    const template = `Resources:\n${roleOf(DAX, inline(allow("dynamodb:GetItem", '"*"') + deny("dynamodb:GetItem", '"*"')))}${TABLE}${cluster()}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
  });

  test("a tag condition narrows it, one that is not known cannot be told", () => {
    const condition = (text: string) => service("dynamodb:GetItem", '"*"', `            Condition: ${text}\n`);
    expect(toldInBoth(RULE, condition("{ StringEquals: { aws:ResourceTag/dax: orders } }"))).toEqual([]);
    expect(toldInBoth(RULE, condition("!ImportValue condition"))).toEqual([]);
    expect(untold(RULE, condition("!ImportValue condition"))).toEqual([
      "15:26 the condition of its statement is not known",
    ]);
  });

  test.each(["AmazonDynamoDBFullAccess", "AmazonDynamoDBReadOnlyAccess", "AdministratorAccess"])(
    "through %s, at its entry",
    (name) => {
      const template = `Resources:\n${roleOf(DAX, `      ManagedPolicyArns: ["arn:aws:iam::aws:policy/${name}"]\n`)}${cluster()}`;
      expect(toldInBoth(RULE, template)).toEqual([every(` through ${name}`)]);
      expect(marked(RULE, template)).toEqual([`"arn:aws:iam::aws:policy/${name}"`]);
    },
  );

  test("by a policy of its own", () => {
    const policy = managedPolicy(allow("dynamodb:GetItem", '"*"'), "      Roles: [!Ref AppRole]\n");
    expect(toldInBoth(RULE, policy + roleOf(DAX, "") + cluster())).toEqual([every()]);
  });

  test("of two clusters", () => {
    const [line] = toldInBoth(RULE, service("dynamodb:GetItem", '"*"') + cluster(undefined, "Second"));
    expect(line).toContain('everyone who may use clusters "Cache" and "Second" reaches them all');
  });

  test("of a cluster in another stack", () => {
    const files = {
      "cache.yaml": `Resources:\n${cluster("!ImportValue cache-role")}`,
      "role.yaml": `Resources:\n${roleOf(DAX, inline(allow("dynamodb:GetItem", '"*"')))}Outputs:\n  Role: { Value: !GetAtt AppRole.Arn, Export: { Name: cache-role } }\n`,
    };
    expect(told(RULE, files)).toEqual([every()]);
    expect(told(RULE, files["cache.yaml"])).toEqual([]);
    expect(untold(RULE, files["cache.yaml"])).toEqual(["1:62 the service role is not in view"]);
  });

  test("another role is not judged as one", () => {
    const template = `Resources:\n${roleOf(LAMBDA, inline(allow("dynamodb:GetItem", '"*"')))}${TABLE}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(told(RULE, `Resources:\n${cluster("")}`)).toEqual([]);
  });
});

describe("dax:* on every cluster", () => {
  const ALL = [
    'warning Policy "AppPolicy" has dax:* on every cluster: it may change and delete all of them, and read and write every table that one of their service roles opens.',
  ];

  test.each([
    '"*"',
    "arn:aws:dax:eu-west-1:111122223333:cache/*",
    '"arn:aws:dax:*:*:*"',
    '"arn:aws:dax:*"',
    "!Sub arn:${AWS::Partition}:dax:${AWS::Region}:${AWS::AccountId}:cache/*",
  ])("%s", (resource) => {
    expect(toldInBoth(RULE, managedPolicy(allow("dax:*", resource)))).toEqual(ALL);
  });

  test("stands on the action", () => {
    expect(shown(RULE, managedPolicy(allow("[dynamodb:GetItem, dax:*]", '"*"')))).toEqual([`8:39-8:44 ${ALL}`]);
  });

  test.each([
    ["dax:*", "arn:aws:dax:eu-west-1:111122223333:cache/orders"],
    ["dax:*", "arn:aws:dax:eu-west-1:111122223333:cache/orders-*"],
    ["[dax:GetItem, dax:Query]", '"*"'],
    ["dax:Get*", '"*"'],
    ["dax:*", "arn:aws:s3:::bucket/*"],
    ['"*"', '"*"'],
  ])("%s on %s passes", (action, resource) => {
    expect(toldInBoth(RULE, managedPolicy(allow(action, resource)))).toEqual([]);
  });

  test("full-dynamodb-access speaks of the same statement, where it is on", () => {
    const template = managedPolicy(allow('["dynamodb:*", "dax:*"]', '"*"'));
    expect(toldInBoth(RULE, template)).toEqual([]);
    const without = { ...DEFAULT_CONFIGURATION, rules: new Map([["full-dynamodb-access", "off" as const]]) };
    expect(told(RULE, template, without)).toEqual(ALL);
    expect(toldInBoth(RULE, managedPolicy(allow("dynamodb:*", '"*"') + allow("dax:*", '"*"')))).toEqual(ALL);
  });

  test("a working condition narrows it, one that is not known cannot be told", () => {
    const condition = (text: string) => managedPolicy(allow("dax:*", '"*"', `            Condition: ${text}\n`));
    expect(toldInBoth(RULE, condition("{ StringEquals: { aws:SourceVpce: vpce-1 } }"))).toEqual([]);
    expect(toldInBoth(RULE, condition("{ Bool: { aws:SecureTransport: true } }"))).toEqual(ALL);
    expect(untold(RULE, condition("!ImportValue condition"))).toEqual([
      "8:20 the condition of its statement is not known",
    ]);
  });

  test("a Deny of it all", () => {
    expect(toldInBoth(RULE, managedPolicy(allow("dax:*", '"*"') + deny("dax:*", '"*"')))).toEqual([]);
  });

  test("items only, proposed", () => {
    const template = managedPolicy(allow("dax:* # cache", '"*"'));
    expect(offered(RULE, template)).toEqual([
      "caution: Replace dax:* by reading and writing items (stops Scan and the management of clusters)",
    ]);
    expect(repaired(RULE, template)).toBe(
      managedPolicy(
        allow(
          "# cache\n              - dax:GetItem\n              - dax:BatchGetItem\n              - dax:Query\n              - dax:ConditionCheckItem\n              - dax:PutItem\n              - dax:UpdateItem\n              - dax:DeleteItem\n              - dax:BatchWriteItem",
          '"*"',
        ),
      ),
    );
    expect(repaired(RULE, managedPolicy(allow("[dynamodb:GetItem, dax:*]", '"*"')))).toContain(
      "Action: [dynamodb:GetItem, dax:GetItem, dax:BatchGetItem, dax:Query, dax:ConditionCheckItem, dax:PutItem, dax:UpdateItem, dax:DeleteItem, dax:BatchWriteItem]",
    );
  });
});
