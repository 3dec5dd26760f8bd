import { describe, expect, test } from "vitest";
import { asJson } from "../as-json.ts";
import { fixedText, offered, repaired, shown } from "../harness.ts";
import { relatedTo, told, toldInBoth, toldWith, untold } from "../told.ts";
import { allow, deny, inline, LAMBDA, managedPolicy, roleOf, TABLE } from "./policies.ts";

const RULE = "bulk-copy-out-actions";

const ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders";
const BARE = " A restored table has none of the original's resource policy.";
const can = (actions: string, who = 'Role "AppRole"', where = ARN) =>
  `${who} can copy ${where} out as a whole (${actions}).`;
const role = (statements: string, principal = LAMBDA) => `Resources:\n${roleOf(principal, inline(statements))}`;
/** Reading items and one more action: a role that only exports is a pipeline. */
const and = (action: string, resource = `"${ARN}*"`) => allow(`[dynamodb:GetItem, dynamodb:${action}]`, resource);

describe("which actions", () => {
  test("stand at the first of them", () => {
    expect(shown(RULE, role(and("ExportTableToPointInTime", ARN)))).toEqual([
      `14:43-14:76 warning ${can("ExportTableToPointInTime")}`,
    ]);
  });

  test.each([
    ["ExportTableToPointInTime", ""],
    ["EnableKinesisStreamingDestination", ""],
    ["UpdateKinesisStreamingDestination", ""],
    ["CreateTableReplica", ""],
    ["AssociateTableReplica", " AssociateTableReplica adds a replica in another account."],
    ["ReadDataForReplication", ""],
    ["RestoreTableToPointInTime", BARE],
    ["RestoreTableFromBackup", BARE],
    ["RestoreTableFromAwsBackup", BARE],
  ])("%s", (action, note) => {
    expect(toldInBoth(RULE, role(and(action)))).toEqual([`warning ${can(action, 'Role "AppRole"', `${ARN}*`)}${note}`]);
  });

  test.each(["Scan", "Query", "GetRecords", "UpdateTable", "DisableKinesisStreamingDestination", "ExportTable"])(
    "%s passes",
    (action) => {
      expect(toldInBoth(RULE, role(and(action)))).toEqual([]);
    },
  );

  test("a backup copies nothing out without a restore", () => {
    const backups = (more: string) => role(and(`CreateBackup, dynamodb:StartAwsBackupJob${more}`, ARN));
    expect(toldInBoth(RULE, backups(""))).toEqual([]);
    expect(toldInBoth(RULE, backups(", dynamodb:RestoreTableFromBackup"))).toEqual([
      `warning ${can("CreateBackup, StartAwsBackupJob and RestoreTableFromBackup")}${BARE}`,
    ]);
    expect(toldInBoth(RULE, backups(", dynamodb:CreateTableReplica"))).toEqual([
      `warning ${can("CreateTableReplica")}`,
    ]);
  });

  test("with the restore in a statement of its own that one is found", () => {
    const template = role(and("CreateBackup", ARN) + allow("dynamodb:RestoreTableFromBackup", `${ARN}/backup/*`));
    expect(toldInBoth(RULE, template)).toEqual([
      `warning ${can("RestoreTableFromBackup", 'Role "AppRole"', `${ARN}/backup/*`)}${BARE}`,
    ]);
  });

  test("where the resource cannot take the action nothing is granted", () => {
    expect(toldInBoth(RULE, role(and("ExportTableToPointInTime", `${ARN}/index/*`)))).toEqual([]);
    expect(toldInBoth(RULE, role(and("ExportTableToPointInTime", "arn:aws:s3:::a")))).toEqual([]);
  });

  test("stronger rules speak of wildcards and of everything", () => {
    for (const action of ["dynamodb:Restore*", "dynamodb:*", '"*"'])
      expect(toldInBoth(RULE, role(allow(action, '"*"')) + TABLE)).toEqual([]);
    expect(toldInBoth(RULE, role(allow("iam:*", '"*"').replace("Action", "NotAction")) + TABLE)).toEqual([]);
  });
});

describe("who has it", () => {
  test.each([
    ["warning", LAMBDA],
    ["warning", "{ Federated: cognito-identity.amazonaws.com }"],
    ["info", "{ Service: codebuild.amazonaws.com }"],
    ["info", "{ Federated: arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com }"],
  ])("%s: %s", (severity, principal) => {
    expect(toldInBoth(RULE, role(and("ExportTableToPointInTime", ARN), principal))).toEqual([
      `${severity} ${can("ExportTableToPointInTime")}`,
    ]);
  });

  test.each([
    "{ Service: backup.amazonaws.com }",
    '{ AWS: !Sub "arn:aws:iam::${AWS::AccountId}:role/admin" }',
    "{ Federated: arn:aws:iam::111122223333:saml-provider/idp }",
  ])("%s passes", (principal) => {
    const template = role(and("ExportTableToPointInTime", ARN), principal);
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual([]);
  });

  test("another account, where it is known to be another", () => {
    const template = role(and("ExportTableToPointInTime", ARN), '{ AWS: "444455556666" }');
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["14:43 it is not known who takes the role that has the policy"]);
    expect(toldWith(RULE, template, { account: "111122223333" })).toEqual([
      `warning ${can("ExportTableToPointInTime")}`,
    ]);
    expect(toldWith(RULE, template, { account: "444455556666" })).toEqual([]);
  });

  test("users and groups, not permission sets", () => {
    const of = (type: string) =>
      `Resources:\n  It:\n    Type: ${type}\n    Properties:\n${inline(and("ExportTableToPointInTime", ARN))}`;
    expect(toldInBoth(RULE, of("AWS::IAM::User"))).toEqual([`warning ${can("ExportTableToPointInTime", 'User "It"')}`]);
    expect(toldInBoth(RULE, of("AWS::IAM::Group"))).toEqual([
      `warning ${can("ExportTableToPointInTime", 'Group "It"')}`,
    ]);
    const set = `Resources:\n  It:\n    Type: AWS::SSO::PermissionSet\n    Properties:\n      InlinePolicy: { Statement: { Effect: Allow, Action: "dynamodb:ExportTableToPointInTime", Resource: "*" } }\n`;
    expect(toldInBoth(RULE, set)).toEqual([]);
  });

  test("a policy that nobody in view has cannot be told", () => {
    const template = managedPolicy(and("ExportTableToPointInTime", ARN));
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["8:39 nobody in view has the policy"]);
  });

  test("a role that only exports is a pipeline; one that reads items is none", () => {
    expect(toldInBoth(RULE, role(allow("dynamodb:ExportTableToPointInTime", ARN)))).toEqual([
      `info ${can("ExportTableToPointInTime")}`,
    ]);
    expect(toldInBoth(RULE, role(allow("[dynamodb:DescribeExport, dynamodb:ExportTableToPointInTime]", ARN)))).toEqual([
      `info ${can("ExportTableToPointInTime")}`,
    ]);
    const elsewhere = role(allow("dynamodb:ExportTableToPointInTime", ARN) + allow("dynamodb:Query", `${ARN}-2`));
    expect(toldInBoth(RULE, elsewhere)).toEqual([`warning ${can("ExportTableToPointInTime")}`]);
    expect(
      toldInBoth(RULE, role(allow("[dynamodb:ExportTableToPointInTime, dynamodb:CreateTableReplica]", ARN))),
    ).toEqual([`warning ${can("ExportTableToPointInTime and CreateTableReplica")}`]);
  });
});

describe("SAM", () => {
  const fn = (policies: string) => `Transform: AWS::Serverless-2016-10-31
Resources:
  Writer:
    Type: AWS::Serverless::Function
    Properties:
      Policies: ${policies}
${TABLE}`;

  test("a restore by policy template is only mentioned", () => {
    expect(toldInBoth(RULE, fn("[{ DynamoDBRestoreFromBackupPolicy: { TableName: !Ref Orders } }]"))).toEqual([
      `info ${can("RestoreTableFromBackup", 'Function "Writer"', '"Orders"')}${BARE}`,
    ]);
    expect(toldInBoth(RULE, fn("[{ DynamoDBBackupFullAccessPolicy: { TableName: !Ref Orders } }]"))).toEqual([]);
  });

  test("a statement names the function, and the table is related", () => {
    const template = fn(
      '[{ Statement: { Effect: Allow, Action: ["dynamodb:GetItem", "dynamodb:CreateTableReplica"], Resource: !GetAtt Orders.Arn } }]',
    );
    expect(toldInBoth(RULE, template)).toEqual([
      `warning ${can("CreateTableReplica", 'Function "Writer"', '"Orders"')}`,
    ]);
    expect(relatedTo(RULE, template)).toEqual(['6:2-6:8 it opens table "Orders"']);
  });
});

describe("what takes it away", () => {
  test("an unconditional Deny of the same role", () => {
    const template = role(and("ExportTableToPointInTime", ARN) + deny("dynamodb:Export*", '"*"'));
    expect(toldInBoth(RULE, template)).toEqual([]);
  });

  test("a branch is named", () => {
    const template = `Conditions:\n  IsDev: !Equals [!Ref AWS::Region, eu-west-1]\n${role(allow("[dynamodb:GetItem, !If [IsDev, dynamodb:CreateTableReplica, !Ref AWS::NoValue]]", ARN))}`;
    expect(toldInBoth(RULE, template)).toEqual([`warning When IsDev is true: ${can("CreateTableReplica")}`]);
  });
});

describe("the fix", () => {
  test("takes the actions out", () => {
    const template = role(allow("[dynamodb:GetItem, dynamodb:CreateBackup, dynamodb:RestoreTableFromBackup]", ARN));
    expect(offered(RULE, template)).toEqual(["caution: Remove CreateBackup and RestoreTableFromBackup (stops those)"]);
    expect(repaired(RULE, template)).toBe(
      template.replace(", dynamodb:CreateBackup, dynamodb:RestoreTableFromBackup", ""),
    );
    expect(fixedText(template)).toBe(template);
    const json = asJson(role(and("CreateTableReplica", ARN)));
    expect(repaired(RULE, json)).toBe(json.replace(/,\s*"dynamodb:CreateTableReplica"/, ""));
  });

  test("is not offered where nothing would be left", () => {
    expect(told(RULE, role(allow("dynamodb:CreateTableReplica", ARN)))).toHaveLength(1);
    expect(offered(RULE, role(allow("dynamodb:CreateTableReplica", ARN)))).toEqual([]);
  });
});
