import { describe, expect, test } from "vitest";
import { offered, shown } from "../harness.ts";
import { relatedTo, told, toldInBoth, untold } from "../told.ts";
import { allow, deny, inline, LAMBDA, managedPolicy, roleOf, TABLE } from "./policies.ts";

const RULE = "notaction-or-notresource-allow";

const ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders";
const notAction = (action: string, resource: string, more = "") =>
  allow(action, resource, more).replace("Action:", "NotAction:");
const notResource = (action: string, resource: string, more = "") =>
  allow(action, resource, more).replace("Resource:", "NotResource:");
const left = (what: string, where: string, who = 'Policy "AppPolicy"') =>
  `${who} is allowed ${what} on ${where}: NotAction allows whatever it does not name, and whatever AWS adds.`;
const open = (what: string, who = 'Policy "AppPolicy"') =>
  `${who} is allowed ${what} on everything that NotResource does not name, tables to come included.`;

/** How many actions there are changes with AWS's data. */
const uncounted = (lines: readonly string[]) => lines.map((line) => line.replace(/\d\d DynamoDB/, "nn DynamoDB"));

describe("NotAction", () => {
  test("stands at its first entry", () => {
    const template = managedPolicy(notAction("[dynamodb:Delete*, dynamodb:Update*]", ARN));
    expect(uncounted(shown(RULE, template))).toEqual([`8:24-8:40 error ${left("nn DynamoDB actions", ARN)}`]);
    expect(offered(RULE, template)).toEqual([]);
  });

  test("few actions are named", () => {
    const most =
      '["dynamodb:A*", "dynamodb:B*", "dynamodb:C*", "dynamodb:D*", "dynamodb:E*", "dynamodb:G*", "dynamodb:I*", "dynamodb:L*", "dynamodb:P*", "dynamodb:Q*", "dynamodb:R*", "dynamodb:S*", "dynamodb:T*", "dynamodb:U*"]';
    expect(toldInBoth(RULE, managedPolicy(notAction(most, ARN)))).toEqual([
      `error ${left("WriteDataForReplication", ARN)}`,
    ]);
  });

  test("that leaves nothing of DynamoDB passes", () => {
    for (const action of ["dynamodb:*", '["*"]', "[dynamodb:*, dax:*]", "[iam:*, dynamodb:*]"])
      expect(toldInBoth(RULE, managedPolicy(notAction(action, '"*"'), TABLE))).toEqual([]);
  });

  test("without a DynamoDB action in it counts only where DynamoDB is in view", () => {
    const template = managedPolicy(notAction("[iam:*, organizations:*]", '"*"'));
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual([]);
    expect(uncounted(toldInBoth(RULE, template + TABLE))).toEqual([
      `error ${left("nn DynamoDB actions", "every table")}`,
    ]);
    expect(told(RULE, { "a.yaml": template, "b.yaml": `Resources:\n${TABLE}` })).toHaveLength(1);
  });

  test("on other services' resources it gives nothing of DynamoDB", () => {
    expect(toldInBoth(RULE, managedPolicy(notAction("dynamodb:DeleteTable", "arn:aws:s3:::a"), TABLE))).toEqual([]);
    expect(toldInBoth(RULE, managedPolicy(notAction("s3:DeleteBucket", "arn:aws:s3:::*"), TABLE))).toEqual([]);
  });

  test("in a Deny is right", () => {
    const template = managedPolicy(notAction("dynamodb:GetItem", '"*"').replace("Allow", "Deny"));
    expect(toldInBoth(RULE, template)).toEqual([]);
  });

  test("an entry that is known only at deployment cannot be told", () => {
    const template = `Parameters:\n  What: { Type: String }\n${managedPolicy(notAction("[iam:*, !Ref What]", '"*"'), TABLE)}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["10:31 what it leaves out is not known"]);
    const odd = managedPolicy(notAction('"dynamo*:*"', '"*"'), TABLE);
    expect(toldInBoth(RULE, odd)).toEqual([]);
    expect(untold(RULE, odd)).toEqual(["8:23 what it leaves out is not known"]);
  });
});

describe("NotResource", () => {
  test("stands at its first entry", () => {
    const template = managedPolicy(notResource("dynamodb:GetItem", `[${ARN}, ${ARN}-2]`));
    expect(shown(RULE, template)).toEqual([`9:26-9:78 error ${open("GetItem")}`]);
  });

  test.each([
    ["[dynamodb:GetItem, dynamodb:Query, s3:GetObject]", "GetItem and Query"],
    ['"dynamodb:*Item"', "7 DynamoDB actions"],
    ["dynamodb:*", "nn DynamoDB actions"],
  ])("%s", (action, what) => {
    expect(uncounted(toldInBoth(RULE, managedPolicy(notResource(action, ARN))))).toEqual([`error ${open(what)}`]);
  });

  test("with a bare star counts only where DynamoDB is in view", () => {
    const template = managedPolicy(notResource('"*"', "arn:aws:s3:::a"));
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(toldInBoth(RULE, template + TABLE)).toHaveLength(1);
  });

  test("that leaves no table passes", () => {
    for (const resource of ['"*"', '"arn:aws:dynamodb:*:*:*"', '["arn:aws:s3:::a", "arn:aws:dynamodb:*:*:table/*"]'])
      expect(
        toldInBoth(RULE, managedPolicy(notResource("[dynamodb:GetItem, dynamodb:DeleteTable]", resource))),
      ).toEqual([]);
  });

  test("actions that take no resource, and those of other services, are no more open than with Resource", () => {
    expect(toldInBoth(RULE, managedPolicy(notResource("[dynamodb:ListTables, dynamodb:DescribeLimits]", ARN)))).toEqual(
      [],
    );
    expect(toldInBoth(RULE, managedPolicy(notResource("s3:GetObject", "arn:aws:s3:::a"), TABLE))).toEqual([]);
  });

  test("in a Deny is right", () => {
    expect(toldInBoth(RULE, managedPolicy(notResource("dynamodb:*", ARN).replace("Allow", "Deny")))).toEqual([]);
  });

  test("a resource that is known only at deployment cannot be told; a table's name can", () => {
    const head = "Parameters:\n  What: { Type: String }\n";
    const unknown = head + managedPolicy(notResource("dynamodb:GetItem", "!Ref What"));
    expect(toldInBoth(RULE, unknown)).toEqual([]);
    expect(untold(RULE, unknown)).toEqual(["11:25 what it leaves out is not known"]);
    const name = head + managedPolicy(notResource("dynamodb:GetItem", '!Sub "arn:aws:dynamodb:*:*:table/${What}"'));
    expect(toldInBoth(RULE, name)).toEqual([`error ${open("GetItem")}`]);
  });
});

describe("how bad it is", () => {
  test("a condition that narrows the statement makes it a warning", () => {
    const narrowed = (condition: string) => `            Condition: ${condition}\n`;
    expect(
      told(
        RULE,
        managedPolicy(
          notAction("dynamodb:DeleteTable", ARN, narrowed('{ StringEquals: { "aws:SourceVpce": vpce-1 } }')),
        ),
      )[0],
    ).toMatch(/^warning /);
    expect(
      told(
        RULE,
        managedPolicy(notAction("dynamodb:DeleteTable", ARN, narrowed('{ StringLike: { "aws:SourceVpce": "*" } }'))),
      )[0],
    ).toMatch(/^error /);
    const unknown = `Parameters:\n  P: { Type: String }\n${managedPolicy(notResource("dynamodb:GetItem", ARN, narrowed("!Ref P")))}`;
    expect(told(RULE, unknown)[0]).toMatch(/^warning /);
  });

  test("a role is named, a deployment role is only mentioned", () => {
    const role = (principal: string) =>
      `Resources:\n${roleOf(principal, inline(notResource("dynamodb:GetItem", ARN)))}`;
    expect(toldInBoth(RULE, role(LAMBDA))).toEqual([`error ${open("GetItem", 'Role "AppRole"')}`]);
    expect(toldInBoth(RULE, role("{ Service: codebuild.amazonaws.com }"))).toEqual([
      `info ${open("GetItem", 'Role "AppRole"')}`,
    ]);
  });

  test("holders are related", () => {
    const template = managedPolicy(notResource("dynamodb:GetItem", ARN), roleOf(LAMBDA, "")).replace(
      "Properties:",
      "Properties:\n      Roles: [!Ref AppRole]",
    );
    expect(relatedTo(RULE, template)).toEqual(['11:2-11:9 Role "AppRole" has this policy']);
  });
});

describe("what takes it away", () => {
  test("an unconditional Deny", () => {
    expect(
      toldInBoth(RULE, managedPolicy(notResource("dynamodb:GetItem", ARN) + deny("dynamodb:GetItem", '"*"'))),
    ).toEqual([]);
    expect(toldInBoth(RULE, managedPolicy(notAction("iam:*", '"*"') + deny("dynamodb:*", '"*"'), TABLE))).toEqual([]);
    expect(
      toldInBoth(
        RULE,
        managedPolicy(notAction("iam:*", '"*"') + notAction("dynamodb:GetItem", '"*"').replace("Allow", "Deny"), TABLE),
      ),
    ).toEqual([`error ${left("GetItem", "every table")}`]);
  });

  test("branches are named", () => {
    const template = `Conditions:\n  IsDev: !Equals [!Ref AWS::Region, eu-west-1]\n${managedPolicy(`          - Effect: Allow
            Action: !If [IsDev, !Ref AWS::NoValue, dynamodb:GetItem]
            NotAction: !If [IsDev, dynamodb:DeleteTable, !Ref AWS::NoValue]
            Resource: ${ARN}
`)}`;
    expect(uncounted(toldInBoth(RULE, template))).toEqual([
      `error When IsDev is true: ${left("nn DynamoDB actions", ARN)}`,
    ]);
  });
});
