import { describe, expect, test } from "vitest";
import { DEFAULT_CONFIGURATION } from "../../../core/lint/configuration.ts";
import { asJson } from "../as-json.ts";
import { fixedText, offered, repaired, shown } from "../harness.ts";
import { relatedTo, told, toldInBoth, untold } from "../told.ts";
import { allow, deny, inline, LAMBDA, managedPolicy, roleOf, TABLE } from "./policies.ts";

const RULE = "wildcard-grants-unexpected-actions";

const ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders";
const also = (pattern: string, actions: string) =>
  `"${pattern}" also grants ${actions} to policy "AppPolicy" on ${ARN}.`;

/** On a table's ARN; UpdateAbacStatus takes no resource, so only `*` grants it. */
const UPDATE =
  "UpdateContinuousBackups, UpdateGlobalTable, UpdateKinesisStreamingDestination, UpdateTable and UpdateTimeToLive";

describe("patterns", () => {
  test("stand at the pattern", () => {
    const template = managedPolicy(allow("[dynamodb:GetItem, dynamodb:Put*]", ARN));
    expect(shown(RULE, template)).toEqual([`8:39-8:52 error ${also("dynamodb:Put*", "PutResourcePolicy")}`]);
  });

  test.each([
    ["error", "dynamodb:Put*", "PutResourcePolicy"],
    ["error", "DynamoDB:PUT*", "PutResourcePolicy"],
    ["warning", "dynamodb:Update*", UPDATE],
    ["error", "dynamodb:Delete*", "DeleteGlobalTableWitness, DeleteResourcePolicy, DeleteTable and DeleteTableReplica"],
    ["warning", "dynamodb:DeleteTable*", "DeleteTable and DeleteTableReplica"],
    ["warning", "dynamodb:Import*", ""],
    ["warning", "dynamodb:Restore*", "RestoreTableFromAwsBackup, RestoreTableFromBackup and RestoreTableToPointInTime"],
    ["error", "dynamodb:*ResourcePolicy", "DeleteResourcePolicy and PutResourcePolicy"],
    ["warning", "dynamodb:?eleteBackup", ""],
  ])("%s: %s", (severity, pattern, actions) => {
    const template = managedPolicy(allow(`"${pattern}"`, ARN));
    // A pattern that stands for one action only grants what it says.
    expect(toldInBoth(RULE, template)).toEqual(actions ? [`${severity} ${also(pattern, actions)}`] : []);
  });

  test.each([
    [
      "error",
      "dynamodb:Update*",
      '"*"',
      "UpdateAbacStatus, UpdateContinuousBackups, UpdateGlobalTable, UpdateKinesisStreamingDestination, UpdateTable and UpdateTimeToLive",
      "every table",
    ],
    // One action is left: the pattern grants what it says.
    ["warning", "dynamodb:Delete*", `${ARN}/backup/*`, "", ""],
    [
      "warning",
      "dynamodb:*Backup",
      `"${ARN}*"`,
      "DeleteBackup, RestoreTableFromAwsBackup and RestoreTableFromBackup",
      `${ARN}*`,
    ],
    ["warning", "dynamodb:*Backup", ARN, "RestoreTableFromAwsBackup and RestoreTableFromBackup", ARN],
    ["warning", "dynamodb:Delete*", `${ARN}/index/*`, "", ""],
  ])("%s: %s on %s grants what the resource can take", (severity, pattern, resource, actions, where) => {
    const message = `"${pattern}" also grants ${actions} to policy "AppPolicy" on ${where}.`;
    expect(toldInBoth(RULE, managedPolicy(allow(`"${pattern}"`, resource)))).toEqual(
      actions ? [`${severity} ${message}`] : [],
    );
  });

  test("*Table* takes in exports, replicas and restores", () => {
    const [finding, ...others] = toldInBoth(RULE, managedPolicy(allow('"dynamodb:*Table*"', ARN)));
    expect(others).toEqual([]);
    for (const action of [
      "ExportTableToPointInTime",
      "CreateTableReplica",
      "DeleteTable",
      "ImportTable",
      "RestoreTableToPointInTime",
      "UpdateTable",
    ])
      expect(finding).toContain(action);
    expect(finding).not.toContain("DescribeTable");
  });

  test.each(["Get*", "BatchGet*", "Describe*", "List*", "Query*", "?etItem", "*Item", "BatchWrite*", "Tag*", "Scan"])(
    "dynamodb:%s passes",
    (pattern) => {
      expect(toldInBoth(RULE, managedPolicy(allow(`"dynamodb:${pattern}"`, ARN)))).toEqual([]);
    },
  );

  test("several patterns are several findings, and actions written out are meant", () => {
    const template = managedPolicy(allow("[dynamodb:Put*, dynamodb:DeleteT*, dynamodb:DeleteTable]", ARN));
    expect(toldInBoth(RULE, template)).toEqual([
      `error ${also("dynamodb:Put*", "PutResourcePolicy")}`,
      `warning ${also("dynamodb:DeleteT*", "DeleteTableReplica")}`,
    ]);
    expect(toldInBoth(RULE, managedPolicy(allow("[dynamodb:Put*, DYNAMODB:putresourcepolicy]", ARN)))).toEqual([]);
  });

  test.each(["dynamodb:*", '"*"', "dynamo*:Put*", "s3:Put*"])("%s is not this rule's", (action) => {
    expect(toldInBoth(RULE, managedPolicy(allow(action, ARN), TABLE))).toEqual([]);
  });

  test("full-dynamodb-access speaks for the whole statement, unless it is off", () => {
    const template = managedPolicy(allow("[dynamodb:*, dynamodb:Put*]", ARN));
    expect(told(RULE, template)).toEqual([]);
    const without = { ...DEFAULT_CONFIGURATION, rules: new Map([["full-dynamodb-access", "off"]] as const) };
    expect(told(RULE, template, without)).toHaveLength(2);
    expect(told(RULE, managedPolicy(allow("[dynamodb:*]", ARN) + allow("dynamodb:Put*", ARN)))).toEqual([
      `error ${also("dynamodb:Put*", "PutResourcePolicy")}`,
    ]);
  });
});

describe("statements", () => {
  test("Deny and NotAction are not judged", () => {
    expect(toldInBoth(RULE, managedPolicy(deny("dynamodb:Put*", ARN)))).toEqual([]);
    expect(toldInBoth(RULE, managedPolicy(allow("dynamodb:Put*", ARN).replace("Action", "NotAction")))).toEqual([]);
  });

  test("on other services' resources it is no access to DynamoDB", () => {
    expect(toldInBoth(RULE, managedPolicy(allow("[dynamodb:Put*, s3:Put*]", "arn:aws:s3:::bucket/*")))).toEqual([]);
  });

  test("what an unconditional Deny takes away is not granted", () => {
    const denied = (action: string, more = "") =>
      managedPolicy(allow("dynamodb:Put*", ARN) + deny(action, '"*"', more));
    expect(toldInBoth(RULE, denied("dynamodb:PutResourcePolicy"))).toEqual([]);
    expect(toldInBoth(RULE, denied("dynamodb:*ResourcePolicy"))).toEqual([]);
    const condition = "            Condition: { Bool: { aws:SecureTransport: false } }\n";
    expect(toldInBoth(RULE, denied("dynamodb:PutResourcePolicy", condition))).toHaveLength(1);
    const rest = managedPolicy(allow("dynamodb:Update*", ARN) + deny("dynamodb:UpdateTable", '"*"'));
    expect(toldInBoth(RULE, rest)).toEqual([
      `warning ${also("dynamodb:Update*", UPDATE.replace("UpdateTable and", "and").replace(", and", " and"))}`,
    ]);
  });

  test("a branch is named", () => {
    const template = `Conditions:
  IsDev: !Equals [!Ref AWS::Region, eu-west-1]
${managedPolicy(allow("[dynamodb:GetItem, !If [IsDev, dynamodb:Put*, dynamodb:PutItem]]", ARN))}`;
    expect(toldInBoth(RULE, template)).toEqual([
      `error When IsDev is true: ${also("dynamodb:Put*", "PutResourcePolicy")}`,
    ]);
  });

  test("an action that only deployment knows cannot be told", () => {
    const template = `Parameters:\n  What: { Type: CommaDelimitedList }\n${managedPolicy(allow("!Ref What", ARN), TABLE)}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["10:20 parameter What has no default"]);
  });

  test("a list in a parameter's default is read", () => {
    const template = `Parameters:\n  What: { Type: CommaDelimitedList, Default: "dynamodb:GetItem,dynamodb:Put*" }\n${managedPolicy(allow("!Ref What", ARN))}`;
    expect(toldInBoth(RULE, template)).toEqual([
      `error ${also("dynamodb:Put*", "PutResourcePolicy")} (with the default of parameter What)`,
    ]);
  });
});

describe("who has it", () => {
  test("a deployment role is only mentioned; a function is named", () => {
    const role = (principal: string) => `Resources:\n${roleOf(principal, inline(allow("dynamodb:Put*", ARN)))}`;
    expect(toldInBoth(RULE, role(LAMBDA))).toEqual([
      `error "dynamodb:Put*" also grants PutResourcePolicy to role "AppRole" on ${ARN}.`,
    ]);
    expect(toldInBoth(RULE, role("{ Service: codebuild.amazonaws.com }"))).toEqual([
      `info "dynamodb:Put*" also grants PutResourcePolicy to role "AppRole" on ${ARN}.`,
    ]);
    const sam = `Transform: AWS::Serverless-2016-10-31
Resources:
  Writer:
    Type: AWS::Serverless::Function
    Properties:
      Policies: [{ Statement: [{ Effect: Allow, Action: "dynamodb:Put*", Resource: !GetAtt Orders.Arn }] }]
${TABLE}`;
    expect(toldInBoth(RULE, sam)).toEqual([
      'error "dynamodb:Put*" also grants PutResourcePolicy to function "Writer" on "Orders".',
    ]);
  });

  test("two holders are told", () => {
    const template = managedPolicy(
      allow("dynamodb:Put*", ARN),
      `${roleOf(LAMBDA, "", "First")}${roleOf(LAMBDA, "", "Second")}`,
    ).replace("Properties:", "Properties:\n      Roles: [!Ref First, !Ref Second]");
    expect(toldInBoth(RULE, template)).toEqual([`error ${also("dynamodb:Put*", "PutResourcePolicy")}`]);
    expect(relatedTo(RULE, template)).toEqual([
      '11:2-11:7 Role "First" has this policy',
      '18:2-18:8 Role "Second" has this policy',
    ]);
  });
});

/** Who has the policy decides which rules speak of the single actions: a function's role. */
const functionRole = (statements: string) => `Resources:\n${roleOf(LAMBDA, inline(statements))}`;

describe("the fixes", () => {
  const STOP = "caution: Write out the actions without PutResourcePolicy (stops those)";
  const KEEP = 'safe: Write out the 2 actions that "dynamodb:Put*" stands for today (keeps granting PutResourcePolicy)';
  const keepDelete = (fixClass: string) =>
    `${fixClass}: Write out the 2 actions that "dynamodb:DeleteTable*" stands for today (keeps granting DeleteTable and DeleteTableReplica)`;

  test("write out what is granted today, which changes no decision, or what is expected", () => {
    const template = managedPolicy(`          - Effect: Allow
            Action:
              - dynamodb:GetItem
              - dynamodb:Put* # writing
            Resource: ${ARN}
`);
    expect(offered(RULE, template)).toEqual([KEEP, STOP]);
    expect(repaired(RULE, template)).toBe(
      template.replace(
        "- dynamodb:Put* # writing",
        "- dynamodb:PutItem # writing\n              - dynamodb:PutResourcePolicy",
      ),
    );
    expect(repaired(RULE, template, 1)).toBe(template.replace("dynamodb:Put*", "dynamodb:PutItem"));
  });

  test("in flow style, as a lone action and in JSON", () => {
    const flow = managedPolicy(`          - { Effect: Allow, Action: ["dynamodb:Put*"], Resource: "${ARN}" }\n`);
    expect(repaired(RULE, flow)).toBe(
      flow.replace('"dynamodb:Put*"', '"dynamodb:PutItem", "dynamodb:PutResourcePolicy"'),
    );
    const lone = managedPolicy(allow("dynamodb:Put*", ARN));
    expect(repaired(RULE, lone)).toBe(
      lone.replace(" dynamodb:Put*", "\n              - dynamodb:PutItem\n              - dynamodb:PutResourcePolicy"),
    );
    expect(repaired(RULE, lone, 1)).toBe(lone.replace("dynamodb:Put*", "dynamodb:PutItem"));
    const json = asJson(managedPolicy(allow("[dynamodb:Put*]", ARN)));
    expect(repaired(RULE, json)).toBe(
      json.replace('"dynamodb:Put*"', '"dynamodb:PutItem",\n                "dynamodb:PutResourcePolicy"'),
    );
  });

  test("what was found is told of the single action afterwards", () => {
    const template = managedPolicy(allow("[dynamodb:Put*]", ARN));
    const after = fixedText(template);
    expect(after).toBe(template.replace("dynamodb:Put*", "dynamodb:PutItem, dynamodb:PutResourcePolicy"));
    expect(told(RULE, after)).toEqual([]);
    expect(told("can-rewrite-table-access", template)).toEqual([]);
    expect(told("can-rewrite-table-access", after)).toHaveLength(1);
    const role = functionRole(allow('["dynamodb:DeleteTable*", "dynamodb:Restore*"]', ARN));
    const written = fixedText(role);
    expect(written).toBe(
      role.replace(
        '["dynamodb:DeleteTable*", "dynamodb:Restore*"]',
        '["dynamodb:DeleteTable", "dynamodb:DeleteTableReplica", "dynamodb:RestoreTableFromAwsBackup", "dynamodb:RestoreTableFromBackup", "dynamodb:RestoreTableToPointInTime"]',
      ),
    );
    expect(told("destructive-actions-for-workload", written)).toHaveLength(1);
    expect(told("bulk-copy-out-actions", written)).toHaveLength(1);
  });

  test("where nobody would speak of an action any more, writing out asks and comes second", () => {
    const only = (pattern: string) => allow(`["dynamodb:GetItem", "dynamodb:${pattern}"]`, ARN);
    // Nobody in view has the policy, or a role that deploys.
    const unattached = managedPolicy(only("DeleteTable*"));
    expect(offered(RULE, unattached)).toEqual([keepDelete("caution")]);
    expect(fixedText(unattached)).toBe(unattached);
    const deployment = `Resources:\n${roleOf("{ Service: cloudformation.amazonaws.com }", inline(only("DeleteTable*")))}`;
    expect(offered(RULE, deployment)).toEqual([keepDelete("caution")]);
    expect(offered(RULE, functionRole(only("DeleteTable*")))).toEqual([keepDelete("safe")]);
    // Nobody speaks of DisableKinesisStreamingDestination, and UpdateTable alone is only mentioned.
    expect(offered(RULE, functionRole(only("*KinesisStreamingDestination")))).toEqual([
      "caution: Write out the actions without DisableKinesisStreamingDestination, EnableKinesisStreamingDestination and UpdateKinesisStreamingDestination (stops those)",
      'caution: Write out the 4 actions that "dynamodb:*KinesisStreamingDestination" stands for today (keeps granting DisableKinesisStreamingDestination, EnableKinesisStreamingDestination and UpdateKinesisStreamingDestination)',
    ]);
    expect(offered(RULE, functionRole(only("UpdateTable*")))).toEqual([
      "caution: Write out the actions without UpdateTable (stops those)",
      'caution: Write out the 2 actions that "dynamodb:UpdateTable*" stands for today (keeps granting UpdateTable)',
    ]);
  });

  test("ask where the rule that would speak is off", () => {
    const off = { ...DEFAULT_CONFIGURATION, rules: new Map([["can-rewrite-table-access", "off"]] as const) };
    expect(offered(RULE, managedPolicy(allow("dynamodb:Put*", ARN)), off)).toEqual([
      STOP,
      KEEP.replace("safe", "caution"),
    ]);
  });

  test("several patterns of one list are all written out", () => {
    const template = managedPolicy(allow("[dynamodb:Put*, dynamodb:DeleteTable*]", ARN));
    expect(offered(RULE, template)).toEqual([KEEP, STOP]);
    expect(fixedText(template)).toBe(template.replace("dynamodb:Put*", "dynamodb:PutItem, dynamodb:PutResourcePolicy"));
    expect(fixedText(template, ["safe", "caution"])).toBe(
      template.replace(
        "[dynamodb:Put*, dynamodb:DeleteTable*]",
        "[dynamodb:PutItem, dynamodb:DeleteTable, dynamodb:DeleteTableReplica]",
      ),
    );
  });

  test("do not repeat what is written out already", () => {
    const template = managedPolicy(allow("[dynamodb:PutItem, dynamodb:Put*]", ARN));
    expect(repaired(RULE, template)).toBe(template.replace("dynamodb:Put*", "dynamodb:PutResourcePolicy"));
    expect(offered(RULE, template)).toEqual([
      'safe: Write out the action that "dynamodb:Put*" stands for today (keeps granting PutResourcePolicy)',
    ]);
  });

  test("without the surprising ones keep only what the resource can take", () => {
    const template = managedPolicy(allow('["dynamodb:Delete*"]', ARN));
    expect(repaired(RULE, template)).toBe(template.replace("dynamodb:Delete*", "dynamodb:DeleteItem"));
  });

  test("work on every table, too: that is another finding", () => {
    expect(offered(RULE, managedPolicy(allow("dynamodb:Put*", '"*"')))).toEqual([KEEP, STOP]);
  });

  test("in a branch ask, and say which; not where the branch can hold one action only", () => {
    const conditions = "Conditions:\n  IsDev: !Equals [!Ref AWS::Region, eu-west-1]\n";
    const whole = conditions + managedPolicy(allow("!If [IsDev, dynamodb:Put*, dynamodb:PutItem]", ARN));
    expect(offered(RULE, whole)).toEqual([
      `${KEEP.replace("safe", "caution")} (where IsDev is true)`,
      `${STOP} (where IsDev is true)`,
    ]);
    expect(repaired(RULE, whole)).toBe(
      whole.replace("dynamodb:Put*", "[dynamodb:PutItem, dynamodb:PutResourcePolicy]"),
    );
    const item =
      conditions + managedPolicy(allow("[dynamodb:GetItem, !If [IsDev, dynamodb:Put*, dynamodb:PutItem]]", ARN));
    expect(offered(RULE, item)).toEqual([`${STOP} (where IsDev is true)`]);
    expect(repaired(RULE, item)).toBe(item.replace("dynamodb:Put*", "dynamodb:PutItem"));
    expect(fixedText(item)).toBe(item);
  });

  test("are not offered where the policy would grow beyond what IAM takes", () => {
    const long = Array.from(
      { length: 60 },
      (_, index) => `arn:aws:dynamodb:eu-west-1:111122223333:table/orders-${index}`,
    );
    const resources = (count: number) => `[${long.slice(0, count).join(", ")}]`;
    const user = (count: number) => `Resources:
  Staff:
    Type: AWS::IAM::User
    Properties:
      Policies: [{ PolicyName: a, PolicyDocument: { Statement: { Effect: Allow, Action: "dynamodb:Put*", Resource: ${resources(count)} } } }]
`;
    const titles = (template: string) => offered(RULE, template).length;
    expect(titles(user(20))).toBe(2);
    expect(titles(user(36))).toBe(0);
    expect(titles(managedPolicy(allow("dynamodb:Put*", resources(60))))).toBe(2);
    // Two policies of one role count together.
    const role = (count: number) =>
      `Resources:\n${roleOf(LAMBDA, inline(allow("dynamodb:Put*", resources(count)) + allow("dynamodb:GetItem", resources(count)) + allow("dynamodb:Query", resources(count))))}`;
    expect(titles(role(40))).toBe(2);
    expect(titles(role(60))).toBe(0);
  });

  test("are refused for JSON texts, aliases, parameters and the CDK's output", () => {
    const text = `Resources:\n  It:\n    Type: AWS::SSO::PermissionSet\n    Properties:\n      InlinePolicy: '{"Statement":{"Effect":"Allow","Action":"dynamodb:Put*","Resource":"*"}}'\n`;
    expect(told(RULE, text)).toHaveLength(1);
    expect(offered(RULE, text)).toEqual([]);
    const alias = managedPolicy(`          - { Effect: Allow, Action: &write "dynamodb:Put*", Resource: "${ARN}" }
          - { Effect: Allow, Action: *write, Resource: "${ARN}-archive" }
`);
    expect(told(RULE, alias)).toHaveLength(2);
    expect(fixedText(alias, ["safe", "caution"])).toBe(alias);
    const parameter = `Parameters:\n  What: { Type: String, Default: "dynamodb:Put*" }\n${managedPolicy(allow("!Ref What", ARN))}`;
    expect(offered(RULE, parameter)).toEqual([]);
    const cdk = asJson(managedPolicy(allow("dynamodb:Put*", ARN))).replace(
      '"Type": "AWS::IAM::ManagedPolicy",',
      '"Type": "AWS::IAM::ManagedPolicy", "Metadata": { "aws:cdk:path": "Stack/AppPolicy/Resource" },',
    );
    expect(told(RULE, cdk)).toHaveLength(1);
    expect(offered(RULE, cdk)).toEqual([]);
  });
});
