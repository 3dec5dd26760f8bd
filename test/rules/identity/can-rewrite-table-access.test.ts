import { describe, expect, test } from "vitest";
import { DEFAULT_CONFIGURATION } from "../../../core/lint/configuration.ts";
import { fixedText, offered, repaired, shown } from "../harness.ts";
import { relatedTo, told, toldInBoth, untold } from "../told.ts";
import { allow, deny, inline, LAMBDA, managedPolicy, roleOf, TABLE } from "./policies.ts";

const RULE = "can-rewrite-table-access";

const ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders";
const ABAC = "may switch tag-based access on or off for the whole account (UpdateAbacStatus)";
const may = (actions: string, where = ARN) => `may change who has access to ${where} (${actions})`;
const policy = (what: string) => `error Policy "AppPolicy" ${what}.`;

describe("which actions", () => {
  test("stand at the first of them", () => {
    const template = managedPolicy(
      allow("[dynamodb:GetItem, dynamodb:PutResourcePolicy, dynamodb:DeleteResourcePolicy]", ARN),
    );
    expect(shown(RULE, template)).toEqual([`8:39-8:65 ${policy(may("PutResourcePolicy and DeleteResourcePolicy"))}`]);
  });

  test.each([
    ["dynamodb:PutResourcePolicy", may("PutResourcePolicy")],
    ["dynamodb:deleteresourcepolicy", may("DeleteResourcePolicy")],
  ])("%s", (action, what) => {
    expect(toldInBoth(RULE, managedPolicy(allow(action, ARN)))).toEqual([policy(what)]);
  });

  test("of a stream, too", () => {
    const stream = `${ARN}/stream/*`;
    expect(toldInBoth(RULE, managedPolicy(allow("dynamodb:PutResourcePolicy", stream)))).toEqual([
      policy(may("PutResourcePolicy", stream)),
    ]);
  });

  test("UpdateAbacStatus takes no resource: only * grants it", () => {
    expect(toldInBoth(RULE, managedPolicy(allow("dynamodb:UpdateAbacStatus", '"*"')))).toEqual([policy(ABAC)]);
    expect(toldInBoth(RULE, managedPolicy(allow("dynamodb:UpdateAbacStatus", ARN)))).toEqual([]);
    expect(
      toldInBoth(RULE, managedPolicy(allow("[dynamodb:UpdateAbacStatus, dynamodb:PutResourcePolicy]", '"*"'))),
    ).toEqual([policy(`${may("PutResourcePolicy", "every table")} and ${ABAC}`)]);
  });

  test.each(["dynamodb:GetResourcePolicy", "dynamodb:TagResource", "kms:PutKeyPolicy", "s3:PutBucketPolicy"])(
    "%s passes",
    (action) => {
      expect(toldInBoth(RULE, managedPolicy(allow(action, '"*"'), TABLE))).toEqual([]);
    },
  );

  test("on an index or another service's resource they grant nothing", () => {
    for (const resource of [`${ARN}/index/*`, "arn:aws:s3:::a", `${ARN}/backup/*`])
      expect(toldInBoth(RULE, managedPolicy(allow("dynamodb:PutResourcePolicy", resource)))).toEqual([]);
  });
});

describe("stronger rules speak first", () => {
  test.each(["dynamodb:Put*", "[dynamodb:PutResourcePolicy, dynamodb:*]", '"*"'])("of %s", (action) => {
    expect(toldInBoth(RULE, managedPolicy(allow(action, '"*"'), TABLE))).toEqual([]);
  });

  test("of what NotAction leaves, while they are on", () => {
    const template = managedPolicy(allow("dynamodb:DeleteTable", ARN).replace("Action", "NotAction"));
    expect(toldInBoth(RULE, template)).toEqual([]);
    const without = { ...DEFAULT_CONFIGURATION, rules: new Map([["notaction-or-notresource-allow", "off"]] as const) };
    expect(told(RULE, template, without)).toEqual([policy(may("DeleteResourcePolicy and PutResourcePolicy"))]);
  });

  test("NotResource is another matter", () => {
    const template = managedPolicy(allow("dynamodb:PutResourcePolicy", ARN).replace("Resource:", "NotResource:"));
    expect(toldInBoth(RULE, template)).toEqual([policy(may("PutResourcePolicy", "everything but a few resources"))]);
  });
});

describe("who has it", () => {
  const role = (principal: string, statements = allow("dynamodb:PutResourcePolicy", ARN)) =>
    `Resources:\n${roleOf(principal, inline(statements))}`;

  test.each([
    ["error", LAMBDA],
    ["error", '{ AWS: !Sub "arn:aws:iam::${AWS::AccountId}:root" }'],
    ["error", "{ Service: backup.amazonaws.com }"],
    ["info", "{ Service: cloudformation.amazonaws.com }"],
    ["info", "{ Federated: arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com }"],
  ])("%s: %s", (severity, principal) => {
    expect(toldInBoth(RULE, role(principal))).toEqual([`${severity} Role "AppRole" ${may("PutResourcePolicy")}.`]);
  });

  test.each([
    ["AWS::IAM::User", 'User "It"'],
    ["AWS::IAM::Group", 'Group "It"'],
  ])("%s", (type, who) => {
    const template = `Resources:\n  It:\n    Type: ${type}\n    Properties:\n${inline(allow("dynamodb:PutResourcePolicy", ARN))}`;
    expect(toldInBoth(RULE, template)).toEqual([`error ${who} ${may("PutResourcePolicy")}.`]);
  });

  test("a permission set with a JSON text, in which nothing is edited", () => {
    const template = `Resources:
  It:
    Type: AWS::SSO::PermissionSet
    Properties:
      InlinePolicy: '{"Statement":{"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:PutResourcePolicy"],"Resource":"*"}}'
`;
    expect(told(RULE, template)).toEqual([`error Permission set "It" ${may("PutResourcePolicy", "every table")}.`]);
    expect(offered(RULE, template)).toEqual([]);
  });

  test("a SAM function", () => {
    const template = `Transform: AWS::Serverless-2016-10-31
Resources:
  Writer:
    Type: AWS::Serverless::Function
    Properties:
      Policies: [{ Statement: { Effect: Allow, Action: "dynamodb:PutResourcePolicy", Resource: !GetAtt Orders.Arn } }]
${TABLE}`;
    expect(toldInBoth(RULE, template)).toEqual([`error Function "Writer" ${may("PutResourcePolicy", '"Orders"')}.`]);
    expect(relatedTo(RULE, template)).toEqual(['6:2-6:8 it opens table "Orders"']);
  });
});

describe("what takes it away, and what is not known", () => {
  test("an unconditional Deny", () => {
    const denied = (more = "") =>
      managedPolicy(allow("dynamodb:PutResourcePolicy", ARN) + deny('"dynamodb:*ResourcePolicy"', `"${ARN}"`, more));
    expect(toldInBoth(RULE, denied())).toEqual([]);
    expect(
      toldInBoth(RULE, denied("            Condition: { StringEquals: { aws:RequestedRegion: eu-west-1 } }\n")),
    ).toHaveLength(1);
  });

  test("a branch is named", () => {
    const template = `Conditions:\n  IsDev: !Equals [!Ref AWS::Region, eu-west-1]\n${managedPolicy(allow("dynamodb:PutResourcePolicy", ARN).replace("Allow", "!If [IsDev, Allow, Deny]"))}`;
    expect(toldInBoth(RULE, template)).toEqual([
      `error When IsDev is true: Policy "AppPolicy" ${may("PutResourcePolicy")}.`,
    ]);
  });

  test("documents and actions of deployment", () => {
    const template = `Parameters:\n  What: { Type: String }\n${managedPolicy(allow("!Ref What", ARN), TABLE)}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["10:20 parameter What has no default"]);
  });
});

describe("the fix", () => {
  test("takes the actions out, and only where that is asked for", () => {
    const template = managedPolicy(`          - Effect: Allow
            Action:
              - dynamodb:GetItem
              - dynamodb:PutResourcePolicy # who may
              - dynamodb:DeleteResourcePolicy
            Resource: ${ARN}
`);
    expect(offered(RULE, template)).toEqual([
      "caution: Remove PutResourcePolicy and DeleteResourcePolicy (stops those)",
    ]);
    expect(repaired(RULE, template)).toBe(
      template.replace(
        "- dynamodb:PutResourcePolicy # who may\n              - dynamodb:DeleteResourcePolicy\n",
        "# who may\n",
      ),
    );
    expect(fixedText(template)).toBe(template);
    expect(offered(RULE, managedPolicy(allow("dynamodb:PutResourcePolicy", ARN)))).toEqual([]);
  });
});

test("a fix of an action that both branches share does not speak of one of them", () => {
  const template = `Conditions:
  IsDev: !Equals [!Ref AWS::Region, eu-west-1]
${managedPolicy(allow("[dynamodb:GetItem, dynamodb:PutResourcePolicy]", `!If [IsDev, "*", ${ARN}]`))}`;
  expect(toldInBoth(RULE, template)).toHaveLength(2);
  expect(new Set(offered(RULE, template))).toEqual(new Set(["caution: Remove PutResourcePolicy (stops it)"]));
});
