import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { asJson } from "../as-json.ts";
import { lint, offered, repaired, shown } from "../harness.ts";
import { told, toldInBoth, toldWith, untold } from "../told.ts";
import { globalWith, streamWith, tableWith, withParameters } from "./policies.ts";

const RULE = "deny-breaks-replication-or-autoscaling";
const FIXTURES = join(import.meta.dirname, "../../fixtures");

const deny = (condition = "", action = "dynamodb:*", principal = '"*"') =>
  `{ Sid: Only, Effect: Deny, Principal: ${principal}, Action: ${action}, Resource: "*"${condition && `, Condition: ${condition}`} }`;
const allow = (principal: string, action: string) =>
  `{ Effect: Allow, Principal: ${principal}, Action: ${action}, Resource: "*", Condition: { StringEquals: { aws:SourceAccount: "111122223333" } } }`;

const REPLICA = 'replica eu-west-1 of "Orders"';
const ROLE = "AWSServiceRoleForDynamoDBReplication";
const SPLIT = "replication stops, and after 20 hours the replica is split off for good";
const stops = (severity: string, whom: string, what: string, whose = REPLICA) =>
  `${severity} Deny "Only" on ${whose} also stops ${whom}: ${what}.`;
const REPLICATION = stops("error", ROLE, SPLIT);
const PASSED_ON = (whose = REPLICA) =>
  `info Deny "Only" on ${whose} also stops calls that AWS services, such as CloudFormation, make with the permissions of whoever asked them: these never come from your network.`;

/** Without the notes on calls that services pass on. */
const serious = (template: string) =>
  told(RULE, template).filter((line) => !line.startsWith("info Deny") || !line.includes("whoever asked"));

const EXEMPT = 'ArnNotLikeIfExists: { aws:PrincipalArn: "arn:*:iam::*:role/aws-service-role/*" }';

describe("conditions that DynamoDB's replication role meets", () => {
  test.each([
    [""],
    ["{}"],
    ["{ StringNotEquals: { aws:SourceVpce: vpce-1 } }"],
    ["{ StringNotEqualsIfExists: { aws:SourceVpce: vpce-1 } }"],
    ["{ StringNotLike: { AWS:sourcevpce: 'vpce-*' } }"],
    ["{ StringNotEquals: { aws:SourceVpc: !Ref Vpc } }"],
    ["{ StringNotEquals: { aws:SourceVpce: !Ref Unknown } }"],
    ["{ NotIpAddress: { aws:SourceIp: 203.0.113.0/24 } }"],
    ["{ NotIpAddressIfExists: { aws:VpcSourceIp: 10.0.0.0/8 } }"],
    ["{ 'Null': { aws:SourceVpce: 'true' } }"],
    ["{ 'Null': { aws:SourceVpce: true } }"],
    ["{ StringEqualsIfExists: { aws:SourceVpc: vpc-1 } }"],
    ["{ Bool: { aws:MultiFactorAuthPresent: 'false' } }"],
    ["{ BoolIfExists: { aws:MultiFactorAuthPresent: false } }"],
    ["{ 'Null': { aws:MultiFactorAuthAge: 'true' } }"],
    ["{ NumericGreaterThanIfExists: { aws:MultiFactorAuthAge: 3600 } }"],
    // Neither is a service-linked role a service, nor does anybody call through it.
    ["{ StringNotEquals: { aws:SourceVpce: vpce-1 }, BoolIfExists: { aws:PrincipalIsAWSService: 'false' } }"],
    ["{ StringNotEquals: { aws:SourceVpce: vpce-1 }, Bool: { aws:ViaAWSService: 'false' } }"],
    ["{ StringNotEquals: { aws:SourceVpce: vpce-1 }, 'Null': { aws:CalledVia: 'true' } }"],
    // Exemptions of somebody else.
    ["{ StringNotEquals: { aws:SourceVpce: vpce-1 }, ArnNotLike: { aws:PrincipalArn: 'arn:aws:iam::*:role/admin' } }"],
    ["{ StringNotEquals: { aws:SourceVpce: vpce-1 }, ArnNotLike: { aws:PrincipalArn: !GetAtt Admin.Arn } }"],
    ["{ ArnNotLike: { aws:PrincipalArn: 'arn:*:iam::*:role/service-role/*' } }"],
    ["{ ArnNotLike: { aws:PrincipalArn: 'arn:*:iam::*:role/aws-service-role/backup.amazonaws.com/*' } }"],
    // A wildcard is none to StringNotEquals.
    ["{ StringNotEquals: { aws:PrincipalArn: 'arn:*:iam::*:role/aws-service-role/*' } }"],
    ["{ ArnLike: { aws:PrincipalArn: 'arn:aws:iam::*:role/*' } }"],
    ["{ 'Null': { aws:PrincipalArn: 'false' } }"],
  ])("%s", (condition) => {
    const template = withParameters(
      "Unknown: { Type: String }",
      `${globalWith([deny(condition)])}  Vpc: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }\n  Admin: { Type: AWS::IAM::Role }\n`,
    );
    expect(serious(template)).toEqual([REPLICATION]);
    expect(serious(asJson(template))).toEqual([REPLICATION]);
  });

  test.each([
    ['{ Bool: { aws:SecureTransport: "false" } }'],
    ["{ BoolIfExists: { aws:SecureTransport: false } }"],
    // Wrong, but the other way round: another rule's.
    ["{ Bool: { aws:SecureTransport: true } }"],
    [`{ StringNotEquals: { aws:SourceVpce: vpce-1 }, ${EXEMPT}, Bool: { aws:ViaAWSService: "false" } }`],
    [
      "{ ArnNotLike: { aws:PrincipalArn: ['arn:aws:iam::111122223333:role/admin', 'arn:aws:iam::*:role/aws-service-role/*'] } }",
    ],
    ["{ ArnNotEquals: { aws:PrincipalArn: 'arn:aws:iam::*:role/aws-service-role/*' } }"],
    ["{ StringNotLike: { aws:PrincipalArn: '*:role/aws-service-role/*' } }"],
    ["{ StringNotLikeIfExists: { aws:PrincipalArn: '*' } }"],
    ["{ ArnNotLike: { aws:PrincipalArn: 'arn:aws:iam::111122223333:role/*' } }"],
    [
      "{ ArnNotLike: { aws:PrincipalArn: !Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/*' } }",
    ],
    [
      "{ StringNotEquals: { aws:PrincipalArn: 'arn:aws:iam::111122223333:role/aws-service-role/replication.dynamodb.amazonaws.com/AWSServiceRoleForDynamoDBReplication' } }",
    ],
    ["{ StringNotEquals: { aws:PrincipalOrgID: o-a1b2c3d4e5 } }"],
    ['{ "ForAnyValue:StringNotLike": { aws:PrincipalOrgPaths: "o-a1/*" } }'],
    ["{ StringNotEquals: { aws:PrincipalAccount: !Ref AWS::AccountId } }"],
    ["{ StringEquals: { aws:SourceVpce: vpce-1 } }"],
    ["{ IpAddress: { aws:SourceIp: 203.0.113.0/24 } }"],
    ["{ 'Null': { aws:SourceVpce: 'false' } }"],
    ["{ Bool: { aws:MultiFactorAuthPresent: 'true' } }"],
    ["{ Bool: { aws:PrincipalIsAWSService: 'true' } }"],
    ["{ Bool: { aws:ViaAWSService: 'true' } }"],
    ["{ ArnLike: { aws:PrincipalArn: 'arn:aws:iam::*:role/intern' } }"],
    ["{ 'Null': { aws:PrincipalArn: 'true' } }"],
    ["{ NumericGreaterThan: { aws:MultiFactorAuthAge: 3600 } }"],
  ])("%s spares it", (condition) => {
    expect(toldInBoth(RULE, globalWith([deny(condition)]))).toEqual([]);
    expect(untold(RULE, globalWith([deny(condition)]))).toEqual([]);
  });

  test.each([
    ["{ StringNotEquals: { aws:PrincipalTag/team: data } }"],
    ["{ StringNotEquals: { aws:RequestedRegion: eu-west-1 } }"],
    ["{ ArnNotLike: { aws:PrincipalArn: !Ref Unknown } }"],
    ["{ ArnNotLike: { aws:PrincipalArn: [!GetAtt Admin.Arn, !ImportValue exempted] } }"],
    ["{ StringEquals: { aws:PrincipalOrgID: o-a1b2c3d4e5 } }"],
    ["{ 'Null': { aws:MultiFactorAuthPresent: 'true' } }"],
    ['{ "ForAnyValue:StringEquals": { dynamodb:LeadingKeys: secret } }'],
    ["!Ref Unknown"],
  ])("%s cannot be told", (condition) => {
    const template = withParameters(
      "Unknown: { Type: String }",
      `${globalWith([deny(condition)])}  Admin: { Type: AWS::IAM::Role }\n`,
    );
    expect(told(RULE, template)).toEqual([]);
    expect(untold(RULE, template).map((line) => line.replace(/^\S+ /, ""))).toEqual([
      `whether it stops ${ROLE} depends on what is not known here`,
    ]);
  });

  test("what is not met decides, whatever else is not known", () => {
    const template = withParameters(
      "Unknown: { Type: String }",
      globalWith([deny(`{ ${EXEMPT}, StringNotEquals: { aws:PrincipalTag/team: !Ref Unknown } }`)]),
    );
    expect(told(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual([]);
  });

  test("a written account exempts the role of that account only", () => {
    const condition = "{ ArnNotLike: { aws:PrincipalArn: 'arn:aws:iam::444455556666:role/aws-service-role/*' } }";
    const template = globalWith([deny(condition)]);
    expect(toldWith(RULE, template, { account: "111122223333" })).toEqual([REPLICATION]);
    expect(toldWith(RULE, template, { account: "444455556666" })).toEqual([]);
    // Nobody writes another account there.
    expect(told(RULE, template)).toEqual([]);
  });
});

describe("actions", () => {
  test.each([
    "dynamodb:*",
    "[dynamodb:GetItem]",
    "[dynamodb:PutItem, dynamodb:UpdateItem]",
    "[dynamodb:DeleteItem]",
    "[dynamodb:Scan]",
    "[dynamodb:DescribeTable]",
    "[dynamodb:UpdateTable]",
    "[dynamodb:DescribeTimeToLive]",
    "[dynamodb:UpdateTimeToLive]",
    "[dynamodb:GetResourcePolicy]",
    "'dynamodb:*Item'",
    '"*"',
  ])("%s are the replication role's", (action) => {
    expect(serious(globalWith([deny("", action)]))).toEqual([REPLICATION]);
  });

  test.each([
    "[dynamodb:Query, dynamodb:BatchGetItem, dynamodb:BatchWriteItem]",
    "[dynamodb:PartiQLSelect]",
    "[dynamodb:DeleteTable, dynamodb:DeleteBackup, dynamodb:ExportTableToPointInTime]",
    "[dynamodb:PutResourcePolicy, dynamodb:DeleteResourcePolicy]",
    "[dynamodb:GetRecords]",
    "[s3:GetObject]",
  ])("%s are not", (action) => {
    expect(told(RULE, globalWith([deny("", action)]))).toEqual([]);
  });

  test("NotAction leaves them", () => {
    const statement = deny().replace("Action: dynamodb:*", "NotAction: [dynamodb:Query]");
    expect(serious(globalWith([statement]))).toEqual([REPLICATION]);
    const all = deny().replace("Action: dynamodb:*", "NotAction: dynamodb:*");
    expect(serious(globalWith([all]))).toEqual([]);
  });

  test("of a stream", () => {
    const whose = `the stream of ${REPLICA}`;
    for (const action of [
      "dynamodb:*",
      "[dynamodb:GetRecords]",
      "[dynamodb:GetShardIterator]",
      "[dynamodb:DescribeStream]",
    ])
      expect(serious(globalWith([deny("", action)], "", "stream"))).toEqual([stops("error", ROLE, SPLIT, whose)]);
    expect(serious(globalWith([deny("", "[dynamodb:GetItem]")], "", "stream"))).toEqual([]);
  });
});

describe("for whom", () => {
  test.each(['"*"', '{ AWS: "*" }', '{ AWS: ["*"] }'])("%s is everybody", (principal) => {
    expect(serious(globalWith([deny("", "dynamodb:*", principal)]))).toEqual([REPLICATION]);
  });

  test("a Deny for somebody else, and an Allow", () => {
    expect(told(RULE, globalWith([deny("", "dynamodb:*", "{ AWS: arn:aws:iam::111122223333:role/intern }")]))).toEqual(
      [],
    );
    expect(told(RULE, globalWith([deny("", "dynamodb:*", "{ Service: redshift.amazonaws.com }")]))).toEqual([]);
    expect(told(RULE, globalWith([deny().replace("Deny", "Allow")]))).toEqual([]);
  });

  test("everybody but some", () => {
    const but = (some: string) => globalWith([deny("", "dynamodb:*", some).replace("Principal", "NotPrincipal")]);
    expect(serious(but("{ AWS: arn:aws:iam::111122223333:role/admin }"))).toEqual([REPLICATION]);
    expect(offered(RULE, but("{ AWS: arn:aws:iam::111122223333:role/admin }"))).toEqual([]);
    const role =
      "arn:aws:iam::111122223333:role/aws-service-role/replication.dynamodb.amazonaws.com/AWSServiceRoleForDynamoDBReplication";
    expect(serious(but(`{ AWS: ["111122223333", "${role}"] }`))).toEqual([]);
    expect(serious(withParameters("P: { Type: String }", but("{ AWS: !Ref P }")))).toEqual([]);
  });

  test("a statement about another table", () => {
    const other = deny().replace('Resource: "*"', "Resource: arn:aws:dynamodb:eu-west-1:1:table/other");
    expect(told(RULE, globalWith([other], "      TableName: orders\n"))).toEqual([]);
  });
});

describe("services that the policy lets in", () => {
  const SERVICE = "{ Service: replication.dynamodb.amazonaws.com }";
  const READ = "[dynamodb:ReadDataForReplication, dynamodb:WriteDataForReplication, dynamodb:ReplicateSettings]";
  const both = (condition: string) => globalWith([deny(condition), allow(SERVICE, READ)]);
  test("of a table without replicas in view, which may be the source of one in another account", () => {
    const template = tableWith([
      deny(),
      allow("{ Service: replication.dynamodb.amazonaws.com }", "dynamodb:ReadDataForReplication"),
    ]);
    expect(serious(template)).toEqual([
      stops(
        "warning",
        `${ROLE} and replication.dynamodb.amazonaws.com`,
        "no replica can be added and replication with other accounts stops",
        '"Orders"',
      ),
    ]);
  });

  const SERVICE_STOPPED = stops("error", "replication.dynamodb.amazonaws.com", SPLIT);

  test.each([
    [`{ StringNotEquals: { aws:SourceVpce: vpce-1 }, ${EXEMPT} }`],
    ["{ StringNotEquals: { aws:PrincipalOrgID: o-a1b2c3d4e5 } }"],
    ["{ StringNotEqualsIfExists: { aws:PrincipalAccount: !Ref AWS::AccountId } }"],
    ['{ StringNotLike: { aws:PrincipalOrgPaths: "o-a1/*" } }'],
    // A service has no ARN, which a negated operator takes for another one.
    ["{ ArnNotLike: { aws:PrincipalArn: 'arn:aws:iam::*:role/aws-service-role/*' } }"],
    ["{ StringNotEquals: { aws:PrincipalOrgID: o-a1b2c3d4e5, aws:PrincipalServiceName: redshift.amazonaws.com } }"],
  ])("%s stops the service, not the role", (condition) => {
    expect(serious(both(condition))).toEqual([SERVICE_STOPPED]);
  });

  test("both, in one finding", () => {
    expect(serious(both(""))).toEqual([stops("error", `${ROLE} and replication.dynamodb.amazonaws.com`, SPLIT)]);
  });

  test.each([
    [
      `{ StringNotEquals: { aws:SourceVpce: vpce-1 }, ${EXEMPT}, BoolIfExists: { aws:PrincipalIsAWSService: "false" } }`,
    ],
    ["{ StringNotEquals: { aws:PrincipalOrgID: o-a1b2c3d4e5 }, Bool: { aws:PrincipalIsAWSService: 'false' } }"],
    [
      "{ StringNotEquals: { aws:PrincipalOrgID: o-a1b2c3d4e5, aws:PrincipalServiceName: replication.dynamodb.amazonaws.com } }",
    ],
    ["{ Bool: { aws:SecureTransport: 'false' } }"],
    // ForAnyValue is false where the key is missing.
    ['{ "ForAnyValue:StringNotLike": { aws:PrincipalOrgPaths: "o-a1/*" } }'],
    [
      "{ StringNotEqualsIfExists: { aws:PrincipalOrgID: o-a1b2c3d4e5 }, BoolIfExists: { aws:PrincipalIsAWSService: false } }",
    ],
  ])("%s spares both", (condition) => {
    expect(serious(both(condition))).toEqual([]);
  });

  test("only those that an Allow names, and only for what it names", () => {
    const condition = "{ StringNotEquals: { aws:PrincipalOrgID: o-a1b2c3d4e5 } }";
    expect(told(RULE, globalWith([deny(condition)]))).toEqual([]);
    expect(told(RULE, globalWith([deny(condition, "[dynamodb:GetItem]"), allow(SERVICE, READ)]))).toEqual([]);
    const redshift = allow(
      "{ Service: redshift.amazonaws.com }",
      "[dynamodb:ExportTableToPointInTime, dynamodb:DescribeTable]",
    );
    expect(told(RULE, tableWith([deny(condition), redshift]))).toEqual([
      stops("warning", "redshift.amazonaws.com", "what redshift does for this account stops", '"Orders"'),
    ]);
  });

  test("everybody but the service", () => {
    const but = deny("", "dynamodb:*", `{ AWS: "111122223333", Service: replication.dynamodb.amazonaws.com }`).replace(
      "Principal",
      "NotPrincipal",
    );
    expect(serious(globalWith([but, allow(SERVICE, READ)]))).toEqual([REPLICATION]);
  });
});

describe("how bad it is", () => {
  const VPCE = "{ StringNotEquals: { aws:SourceVpce: vpce-1 }, Bool: { aws:ViaAWSService: 'false' } }";
  const NONE = "no replica can be added";
  const TABLE = '"Orders"';

  test("with multi-Region strong consistency", () => {
    expect(told(RULE, globalWith([deny(VPCE)], "      MultiRegionConsistency: STRONG\n"))).toEqual([
      stops("error", ROLE, "replication stops, and after 7 days the replica is unusable"),
    ]);
  });

  test("a table with capacity on demand and without replicas", () => {
    expect(toldInBoth(RULE, tableWith([deny(VPCE)]))).toEqual([stops("warning", ROLE, NONE, TABLE)]);
    // A table that only grows is meant so.
    expect(toldInBoth(RULE, tableWith([deny("", "[dynamodb:DeleteItem, dynamodb:UpdateItem]")]))).toEqual([
      stops("info", ROLE, NONE, TABLE),
    ]);
    expect(told(RULE, streamWith([deny(VPCE)]))).toEqual([stops("warning", ROLE, NONE, 'the stream of "Orders"')]);
  });

  test("with provisioned capacity", () => {
    const scaling = stops(
      "warning",
      `${ROLE} and Application Auto Scaling`,
      `${NONE} and the capacity no longer follows the load`,
      TABLE,
    );
    const provisioned = tableWith([deny(VPCE)]).replace("PAY_PER_REQUEST", "PROVISIONED");
    expect(toldInBoth(RULE, provisioned)).toEqual([scaling]);
    expect(toldInBoth(RULE, provisioned.replace(/^ +BillingMode.*\n/m, ""))).toEqual([scaling]);
    expect(told(RULE, globalWith([deny(VPCE)]).replace("PAY_PER_REQUEST", "PROVISIONED"))).toEqual([
      stops("error", `${ROLE} and Application Auto Scaling`, `${SPLIT} and the capacity no longer follows the load`),
    ]);
  });

  test("a global table of one replica is a table", () => {
    const one = globalWith([deny(VPCE)]).replace("        - { Region: us-east-1 }\n", "");
    expect(told(RULE, one)).toEqual([stops("warning", ROLE, NONE)]);
    expect(
      told(
        RULE,
        one.replace(
          "      Replicas:",
          "      GlobalTableSourceArn: arn:aws:dynamodb:eu-west-1:444455556666:table/t\n      Replicas:",
        ),
      ),
    ).toEqual([REPLICATION]);
  });

  test("a second replica that is there in one branch", () => {
    const template = `Conditions: { Two: !Equals [!Ref AWS::Region, eu-west-1] }\n${globalWith([deny(VPCE)]).replace(
      "- { Region: us-east-1 }",
      "- !If [Two, { Region: us-east-1 }, !Ref AWS::NoValue]",
    )}`;
    expect(told(RULE, template)).toEqual([REPLICATION]);
  });

  test("replicas that only deployment knows", () => {
    const template = withParameters(
      "Others: { Type: String }",
      globalWith([deny(VPCE)]).replace("- { Region: us-east-1 }", "- !Ref Others"),
    );
    expect(told(RULE, template)).toEqual([REPLICATION]);
  });

  test("replicas that the CDK's older Table makes", () => {
    const template = tableWith(
      [deny(VPCE)],
      "",
      "  Replica: { Type: Custom::DynamoDBReplica, Properties: { TableName: !Ref Orders, Region: us-east-1 } }\n",
    );
    expect(toldInBoth(RULE, template)).toEqual([stops("error", ROLE, SPLIT, TABLE)]);
    const other = template.replace("!Ref Orders", "!Ref Invoices");
    expect(toldInBoth(RULE, `${other}  Invoices: { Type: AWS::DynamoDB::Table }\n`)).toEqual([
      stops("warning", ROLE, NONE, TABLE),
    ]);
  });
});

describe("backups", () => {
  const selection = (role: string, resources: string) => `  Selection:
    Type: AWS::Backup::BackupSelection
    Properties:
      BackupPlanId: !Ref Plan
      BackupSelection: { SelectionName: all, IamRoleArn: ${role}, Resources: [${resources}] }
  BackupRole: { Type: AWS::IAM::Role, Properties: { Path: /service-role/ } }
`;
  const LITERAL = "arn:aws:iam::111122223333:role/service-role/AWSBackupDefaultServiceRole";
  const only = `{ StringNotEquals: { aws:SourceVpce: vpce-1 }, ${EXEMPT}, BoolIfExists: { aws:ViaAWSService: "false" } }`;
  const fails = (role: string) => [stops("warning", `AWS Backup's role "${role}"`, "backups fail", '"Orders"')];
  const of = (role: string, resources: string, condition = only, action?: string) =>
    told(RULE, tableWith([deny(condition, action)], "", selection(role, resources)));

  test("its role is no service-linked one", () => {
    expect(of(LITERAL, "!GetAtt Orders.Arn")).toEqual(fails("AWSBackupDefaultServiceRole"));
    expect(of("!GetAtt BackupRole.Arn", "!GetAtt Orders.Arn")).toEqual(fails("BackupRole"));
    expect(of(LITERAL, '"*"')).toEqual(fails("AWSBackupDefaultServiceRole"));
    expect(of(LITERAL, '"arn:aws:dynamodb:*:*:table/*"')).toEqual(fails("AWSBackupDefaultServiceRole"));
    expect(of(LITERAL, '"arn:*:dynamodb:*:*:table/*"')).toEqual(fails("AWSBackupDefaultServiceRole"));
  });

  test("where it is spared, or does not back this table up", () => {
    const spared = (arn: string) =>
      of(
        LITERAL,
        "!GetAtt Orders.Arn",
        only.replace('"arn:*:iam::*:role/aws-service-role/*"', `["arn:*:iam::*:role/aws-service-role/*", ${arn}]`),
      );
    expect(spared(LITERAL)).toEqual([]);
    expect(spared('"arn:*:iam::*:role/service-role/*"')).toEqual([]);
    expect(
      of(
        "!GetAtt BackupRole.Arn",
        "!GetAtt Orders.Arn",
        only.replace(
          '"arn:*:iam::*:role/aws-service-role/*"',
          '["arn:*:iam::*:role/aws-service-role/*", !GetAtt BackupRole.Arn]',
        ),
      ),
    ).toEqual([]);
    expect(of(LITERAL, '"arn:aws:s3:::bucket"')).toEqual([]);
    expect(of(LITERAL, "!GetAtt Orders.Arn", only, "[dynamodb:PutItem]")).toEqual([]);
  });

  test("the fix spares it too", () => {
    const template = tableWith(
      [deny("{ StringNotEquals: { aws:SourceVpce: vpce-1 }, Bool: { aws:ViaAWSService: 'false' } }")],
      "",
      selection(LITERAL, "!GetAtt Orders.Arn"),
    );
    expect(offered(RULE, template)).toEqual([
      "caution: Exempt service-linked roles and the role of AWS Backup (no longer denies them)",
    ]);
    expect(repaired(RULE, template)).toContain(
      `ArnNotLikeIfExists: { aws:PrincipalArn: [arn:*:iam::*:role/aws-service-role/*, ${LITERAL}] }`,
    );
  });
});

describe("calls that services pass on", () => {
  test("are stopped by a network, and only mentioned, at its key", () => {
    const condition = `{ StringNotEquals: { aws:SourceVpce: vpce-1 }, ${EXEMPT} }`;
    expect(toldInBoth(RULE, globalWith([deny(condition)]))).toEqual([PASSED_ON()]);
    expect(shown(RULE, tableWith([deny(condition)]))).toEqual([`9:124-9:138 ${PASSED_ON('"Orders"')}`]);
  });

  test.each([
    [`{ StringNotEquals: { aws:SourceVpce: vpce-1 }, ${EXEMPT}, Bool: { aws:ViaAWSService: "false" } }`],
    [`{ StringNotEquals: { aws:SourceVpce: vpce-1 }, ${EXEMPT}, 'Null': { aws:CalledVia: "true" } }`],
    [`{ StringNotEquals: { aws:PrincipalOrgID: o-1 } }`],
    [`{ StringEquals: { aws:SourceVpce: vpce-1 } }`],
  ])("%s", (condition) => {
    expect(told(RULE, tableWith([deny(condition)]))).toEqual([]);
  });

  test("the fix", () => {
    const template = tableWith([deny(`{ StringNotEquals: { aws:SourceVpce: vpce-1 }, ${EXEMPT} }`)]);
    expect(offered(RULE, template)).toEqual([
      "caution: Exempt calls that AWS services make for their callers (no longer denies them)",
    ]);
    expect(repaired(RULE, template)).toBe(
      template.replace(`${EXEMPT} }`, `${EXEMPT}, BoolIfExists: { aws:ViaAWSService: "false" } }`),
    );
  });
});

describe("the fix", () => {
  const block = (condition: string) => `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      ResourcePolicy:
        PolicyDocument:
          Statement:
            - Sid: Only
              Effect: Deny # our network
              Principal: "*"
              Action: dynamodb:*
              Resource: "*"
              Condition:
${condition}`;
  const NETWORK = "                StringNotEquals:\n                  aws:SourceVpce: vpce-1\n";
  const TITLE = "caution: Exempt service-linked roles (no longer denies them)";

  test("adds the exemption beside what stands there", () => {
    expect(offered(RULE, block(NETWORK))).toEqual([TITLE]);
    expect(repaired(RULE, block(NETWORK))).toBe(
      block(
        `${NETWORK}                ArnNotLikeIfExists:\n                  aws:PrincipalArn:\n                    - arn:*:iam::*:role/aws-service-role/*\n`,
      ),
    );
  });

  test("adds to a list of exempted principals", () => {
    const list = `${NETWORK}                ArnNotLikeIfExists:\n                  aws:PrincipalArn:\n                    - arn:aws:iam::111122223333:role/admin\n`;
    expect(repaired(RULE, block(list))).toBe(
      block(`${list}                    - arn:*:iam::*:role/aws-service-role/*\n`),
    );
  });

  test.each([
    [
      "{ ArnNotLikeIfExists: { aws:PrincipalArn: arn:aws:iam::111122223333:role/admin } }",
      "{ ArnNotLikeIfExists: { aws:PrincipalArn: [arn:aws:iam::111122223333:role/admin, arn:*:iam::*:role/aws-service-role/*] } }",
    ],
    [
      "{ ArnNotLikeIfExists: { aws:PrincipalArn: !GetAtt Admin.Arn } }",
      "{ ArnNotLikeIfExists: { aws:PrincipalArn: !GetAtt Admin.Arn }, ArnNotLike: { aws:PrincipalArn: [arn:*:iam::*:role/aws-service-role/*] } }",
    ],
  ])("beside a single exempted principal: %s", (before, after) => {
    const of = (condition: string) => tableWith([deny(condition)], "", "  Admin: { Type: AWS::IAM::Role }\n");
    expect(offered(RULE, of(before))).toEqual([TITLE]);
    expect(repaired(RULE, of(before))).toBe(of(after));
  });

  test("exempts services too where they are let in", () => {
    const template = globalWith([
      deny("{ StringNotEquals: { aws:SourceVpce: vpce-1 }, Bool: { aws:ViaAWSService: 'false' } }"),
      allow("{ Service: replication.dynamodb.amazonaws.com }", "dynamodb:ReadDataForReplication"),
    ]);
    expect(offered(RULE, template)).toEqual([
      "caution: Exempt service-linked roles and AWS services (no longer denies them)",
    ]);
    expect(repaired(RULE, template)).toContain(
      'ArnNotLikeIfExists: { aws:PrincipalArn: [arn:*:iam::*:role/aws-service-role/*] }, BoolIfExists: { aws:PrincipalIsAWSService: "false" }',
    );
  });

  test("to a Deny without a condition", () => {
    const template = globalWith([deny()]);
    expect(repaired(RULE, template)).toContain(
      'Resource: "*", Condition: { ArnNotLikeIfExists: { aws:PrincipalArn: [arn:*:iam::*:role/aws-service-role/*] } } }',
    );
  });

  test("in JSON, and not in JSON text or the CDK's output", () => {
    const json = asJson(block(NETWORK));
    expect(offered(RULE, json)).toEqual([TITLE]);
    expect(
      JSON.parse(repaired(RULE, json) ?? "").Resources.Orders.Properties.ResourcePolicy.PolicyDocument.Statement[0]
        .Condition,
    ).toEqual({
      StringNotEquals: { "aws:SourceVpce": "vpce-1" },
      ArnNotLikeIfExists: { "aws:PrincipalArn": ["arn:*:iam::*:role/aws-service-role/*"] },
    });
    const text = JSON.stringify({
      Statement: [{ Sid: "Only", Effect: "Deny", Principal: "*", Action: "dynamodb:*", Resource: "*" }],
    });
    const asText = `Resources:\n  Orders:\n    Type: AWS::DynamoDB::Table\n    Properties: { ResourcePolicy: { PolicyDocument: '${text}' } }\n`;
    expect(told(RULE, asText)).toHaveLength(1);
    expect(offered(RULE, asText)).toEqual([]);
    const cdk = json.replace(
      '"Type": "AWS::DynamoDB::Table",',
      '"Type": "AWS::DynamoDB::Table", "Metadata": { "aws:cdk:path": "Stack/Orders/Resource" },',
    );
    expect(told(RULE, cdk)).toHaveLength(2);
    expect(offered(RULE, cdk)).toEqual([]);
  });
});

describe("what AWS documents", () => {
  test("the Deny outside the network with its exemptions", () => {
    const text = readFileSync(join(FIXTURES, "policies/aws-documented.yaml"), "utf8");
    expect(text).toContain("Sid: DenyOutsideTheNetwork");
    expect(told(RULE, text)).toEqual([]);
  });

  test("Allows by address, by organisation and by endpoint are no Denies", () => {
    const statements = [
      '{ Sid: AllowIPmix, Effect: Allow, Principal: { AWS: arn:aws:iam::111122223333:user/John }, Action: "dynamodb:*", Resource: "*", Condition: { IpAddress: { aws:SourceIp: [54.240.143.0/24, "2001:DB8:1234:5678::/64"] }, NotIpAddress: { aws:SourceIp: [54.240.143.128/30] } } }',
      '{ Sid: "1111", Effect: Allow, Principal: { AWS: "arn:aws:iam::111122223333:role/John" }, Action: [dynamodb:GetItem], Resource: "*", Condition: { StringEquals: { aws:SourceVpce: vpce-1a2b3c4d } } }',
    ];
    expect(told(RULE, globalWith(statements))).toEqual([]);
  });

  test("the statement that denies plain HTTP", () => {
    const template = globalWith([
      '{ Sid: DenyInsecureTransport, Effect: Deny, Principal: "*", Action: "dynamodb:*", Resource: "*", Condition: { Bool: { aws:SecureTransport: "false" } } }',
    ]);
    expect(told(RULE, template)).toEqual([]);
    expect(lint(template).unknown.filter(({ rule }) => rule === RULE)).toEqual([]);
  });
});

test.each([
  ["{ Effect: Deny }"],
  ['{ Effect: Deny, Principal: "*" }'],
  ['{ Effect: Deny, Principal: "*", Action: [] }'],
  ['{ Effect: Deny, NotPrincipal: a, Action: "dynamodb:*", Resource: "*" }'],
  ["{ Effect: Deny, NotPrincipal: , Action: dynamodb:*, Resource: '*' }"],
])("half typed: %s", (statement) => {
  expect(told(RULE, globalWith([statement]))).toEqual([]);
});
