import { describe, expect, test } from "vitest";
import { DEFAULT_CONFIGURATION } from "../../../core/lint/configuration.ts";
import { asJson } from "../as-json.ts";
import { fixedText, offered, repaired, shown } from "../harness.ts";
import { relatedTo, told, toldInBoth, untold } from "../told.ts";
import { allow, deny, inline, LAMBDA, managedPolicy, roleOf, TABLE } from "./policies.ts";

const RULE = "destructive-actions-for-workload";

const ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders";
const may = (actions: string, consequences: string, who = 'Role "AppRole"', where = ARN) =>
  `${who} may call ${actions} on ${where} at runtime: whoever misuses the application can ${consequences}.`;

const role = (statements: string, principal = LAMBDA) => `Resources:\n${roleOf(principal, inline(statements))}`;

describe("which actions", () => {
  test("stand at the first of them", () => {
    expect(
      shown(RULE, role(allow("[dynamodb:GetItem, dynamodb:DeleteTable, dynamodb:DeleteBackup]", `"${ARN}*"`))),
    ).toEqual([
      `14:43-14:63 warning ${may("DeleteTable and DeleteBackup", "delete tables or delete backups", 'Role "AppRole"', `${ARN}*`)}`,
    ]);
  });

  test.each([
    ["warning", "DeleteTable", "delete tables"],
    ["warning", "DeleteTableReplica", "take replicas away"],
    ["warning", "DeleteGlobalTableWitness", "take replicas away"],
    ["warning", "UpdateContinuousBackups", "end point-in-time recovery"],
    ["warning", "UpdateTimeToLive", "let items expire"],
    ["warning", "ImportTable", "bring tables into being from foreign data"],
    ["info", "UpdateTable", "drop indexes and switch deletion protection off"],
  ])("%s: %s", (severity, action, consequences) => {
    expect(toldInBoth(RULE, role(allow(`dynamodb:${action}`, ARN)))).toEqual([
      `${severity} ${may(action, consequences)}`,
    ]);
  });

  test("UpdateTable with another one is no less", () => {
    expect(toldInBoth(RULE, role(allow("[dynamodb:UpdateTable, DYNAMODB:updatetimetolive]", ARN)))).toEqual([
      `warning ${may("UpdateTable and UpdateTimeToLive", "let items expire or drop indexes and switch deletion protection off")}`,
    ]);
  });

  test.each(["GetItem", "DeleteItem", "CreateTable", "DescribeTable", "TagResource", "Delet"])(
    "%s passes",
    (action) => {
      expect(toldInBoth(RULE, role(allow(`dynamodb:${action}`, ARN)))).toEqual([]);
    },
  );

  test("a backup is deleted by its own ARN only", () => {
    expect(toldInBoth(RULE, role(allow("dynamodb:DeleteBackup", ARN)))).toEqual([]);
    expect(toldInBoth(RULE, role(allow("dynamodb:DeleteBackup", `${ARN}/backup/*`)))).toEqual([
      `warning ${may("DeleteBackup", "delete backups", 'Role "AppRole"', `${ARN}/backup/*`)}`,
    ]);
  });

  test("on other services' resources and on indexes they grant nothing", () => {
    expect(toldInBoth(RULE, role(allow("dynamodb:DeleteTable", "arn:aws:s3:::bucket")))).toEqual([]);
    expect(toldInBoth(RULE, role(allow("dynamodb:DeleteTable", `${ARN}/index/*`)))).toEqual([]);
  });
});

describe("stronger rules speak first", () => {
  test("of wildcards and of everything", () => {
    for (const action of ["dynamodb:Delete*", "[dynamodb:DeleteTable, dynamodb:*]", '["*", dynamodb:DeleteTable]'])
      expect(toldInBoth(RULE, role(allow(action, '"*"')) + TABLE)).toEqual([]);
    expect(toldInBoth(RULE, role(allow("iam:*", '"*"').replace("Action", "NotAction")) + TABLE)).toEqual([]);
  });

  test("but not of an action written out beside a wildcard", () => {
    expect(toldInBoth(RULE, role(allow("[dynamodb:DeleteT*, dynamodb:DeleteTable]", ARN)))).toEqual([
      `warning ${may("DeleteTable", "delete tables")}`,
    ]);
    // One action is all that this pattern stands for.
    expect(toldInBoth(RULE, role(allow('"dynamodb:DeleteTabl?"', ARN)))).toHaveLength(1);
  });

  test("and only while they are on", () => {
    const without = {
      ...DEFAULT_CONFIGURATION,
      rules: new Map([
        ["wildcard-grants-unexpected-actions", "off"],
        ["notaction-or-notresource-allow", "off"],
      ] as const),
    };
    expect(told(RULE, role(allow("dynamodb:DeleteT*", ARN)), without)).toEqual([
      `warning ${may("DeleteTable and DeleteTableReplica", "delete tables or take replicas away")}`,
    ]);
    expect(told(RULE, role(allow("dynamodb:Update*", ARN).replace("Action", "NotAction")), without)).toHaveLength(1);
  });
});

describe("who has it", () => {
  test.each([
    "{ Service: ecs-tasks.amazonaws.com }",
    "{ Service: [ec2.amazonaws.com, cloudformation.amazonaws.com] }",
    "{ Federated: cognito-identity.amazonaws.com }",
    "{ Federated: arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/A1 }",
  ])("%s is a runtime role", (principal) => {
    expect(toldInBoth(RULE, role(allow("dynamodb:DeleteTable", ARN), principal))).toHaveLength(1);
  });

  test.each([
    "{ Service: cloudformation.amazonaws.com }",
    "{ Service: codebuild.amazonaws.com }",
    "{ Service: backup.amazonaws.com }",
    "{ Federated: arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com }",
    '{ AWS: !Sub "arn:aws:iam::${AWS::AccountId}:root" }',
  ])("%s is none", (principal) => {
    const template = role(allow("dynamodb:DeleteTable", ARN), principal);
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual([]);
  });

  test("users and permission sets are people", () => {
    for (const type of ["AWS::IAM::User", "AWS::IAM::Group"])
      expect(
        toldInBoth(
          RULE,
          `Resources:\n  It:\n    Type: ${type}\n    Properties:\n${inline(allow("dynamodb:DeleteTable", ARN))}`,
        ),
      ).toEqual([]);
  });

  test("the CDK's replica provider is no workload", () => {
    const template = role(allow("dynamodb:DeleteTable", ARN)).replaceAll("AppRole", "ReplicaProviderRole");
    expect(toldInBoth(RULE, template)).toEqual([]);
  });

  test("whoever has a policy that nobody in view has cannot be told", () => {
    const template = managedPolicy(allow("dynamodb:DeleteTable", ARN));
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["8:20 nobody in view has the policy"]);
    const unclear = `Parameters:\n  Who: { Type: String }\n${role(allow("dynamodb:DeleteTable", ARN), "{ AWS: !Ref Who }")}`;
    expect(toldInBoth(RULE, unclear)).toEqual([]);
    expect(untold(RULE, unclear)).toEqual(["16:24 it is not known who takes the role that has the policy"]);
  });

  test("one runtime role among others is named, and all are related", () => {
    const template = managedPolicy(
      allow("dynamodb:DeleteTable", "!GetAtt Orders.Arn"),
      `${roleOf(LAMBDA, "", "Reader")}${roleOf("{ Service: codebuild.amazonaws.com }", "", "Builder")}${TABLE}`,
    ).replace("Properties:", "Properties:\n      Roles: [!Ref Reader, !Ref Builder]");
    expect(toldInBoth(RULE, template)).toEqual([
      `warning ${may("DeleteTable", "delete tables", 'Role "Reader"', '"Orders"')}`,
    ]);
    expect(relatedTo(RULE, template)).toEqual([
      '11:2-11:8 Role "Reader" has this policy',
      '18:2-18:9 Role "Builder" has this policy',
      '25:2-25:8 it opens table "Orders"',
    ]);
  });

  test("an attachment in another template counts", () => {
    const policy = managedPolicy(allow("dynamodb:DeleteTable", ARN)).replace(
      "Properties:",
      "Properties:\n      Roles: [app-role]",
    );
    const other = `Resources:\n${roleOf(LAMBDA, "      RoleName: app-role\n")}`;
    expect(told(RULE, { "a.yaml": policy, "b.yaml": other })).toEqual([
      `warning ${may("DeleteTable", "delete tables")}`,
    ]);
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

  test("statements of a function", () => {
    const statement =
      '[{ Statement: [{ Effect: Allow, Action: "dynamodb:DeleteTable", Resource: !GetAtt Orders.Arn }] }]';
    expect(toldInBoth(RULE, fn(statement))).toEqual([
      `warning ${may("DeleteTable", "delete tables", 'Function "Writer"', '"Orders"')}`,
    ]);
  });

  test("policy templates are only mentioned", () => {
    const reconfigure = fn("[{ DynamoDBReconfigurePolicy: { TableName: !Ref Orders } }]");
    const told = `info ${may("UpdateTable", "drop indexes and switch deletion protection off", 'Function "Writer"', '"Orders"')}`;
    expect(toldInBoth(RULE, reconfigure)).toEqual([told]);
    expect(shown(RULE, reconfigure)).toEqual([`5:19-5:44 ${told}`]);
    expect(offered(RULE, reconfigure)).toEqual([]);
    expect(toldInBoth(RULE, fn("[{ DynamoDBBackupFullAccessPolicy: { TableName: !Ref Orders } }]"))).toEqual([
      `info ${may("DeleteBackup", "delete backups", 'Function "Writer"', '"Orders"')}`,
    ]);
    for (const name of ["DynamoDBCrudPolicy", "DynamoDBReadPolicy", "DynamoDBWritePolicy"])
      expect(toldInBoth(RULE, fn(`[{ ${name}: { TableName: !Ref Orders } }]`))).toEqual([]);
  });

  test("a statement that repeats a template's is written out", () => {
    const statement = `[{ Statement: [{ Effect: Allow, Action: "dynamodb:DeleteBackup", Resource: "${ARN}/backup/*" }] }]`;
    expect(toldInBoth(RULE, fn(statement))[0]).toMatch(/^warning /);
  });
});

describe("what takes it away, and what is not known", () => {
  test("an unconditional Deny, here or in another policy of the role", () => {
    const own = (more = "") => role(allow("dynamodb:DeleteTable", ARN) + deny('"dynamodb:Delete*"', '"*"', more));
    expect(toldInBoth(RULE, own())).toEqual([]);
    expect(toldInBoth(RULE, own('            Condition: { Bool: { "aws:SecureTransport": "false" } }\n'))).toHaveLength(
      1,
    );
    const elsewhere = `${role(allow("dynamodb:DeleteTable", ARN))}  Guard:
    Type: AWS::IAM::Policy
    Properties:
      Roles: [!Ref AppRole]
      PolicyDocument: { Statement: { Effect: Deny, Action: "dynamodb:DeleteTable", Resource: "*" } }
`;
    expect(toldInBoth(RULE, elsewhere)).toEqual([]);
  });

  test("branches are named, impossible ones are not", () => {
    const head = "Conditions:\n  IsDev: !Equals [!Ref AWS::Region, eu-west-1]\n";
    expect(
      toldInBoth(
        RULE,
        head + role(allow("[dynamodb:GetItem, !If [IsDev, dynamodb:DeleteTable, dynamodb:PutItem]]", ARN)),
      ),
    ).toEqual([`warning When IsDev is true: ${may("DeleteTable", "delete tables")}`]);
    expect(
      toldInBoth(
        RULE,
        head +
          role(allow("!If [IsDev, dynamodb:DeleteTable, dynamodb:PutItem]", `!If [IsDev, "arn:aws:s3:::a", "${ARN}"]`)),
      ),
    ).toEqual([]);
  });

  test("a parameter's default is read, one without is not known", () => {
    const head = (more: string) => `Parameters:\n  What: { Type: String${more} }\n`;
    expect(toldInBoth(RULE, head(', Default: "dynamodb:DeleteTable"') + role(allow("!Ref What", ARN)))).toEqual([
      `warning ${may("DeleteTable", "delete tables")} (with the default of parameter What)`,
    ]);
    const unknown = head("") + role(allow("[dynamodb:GetItem, !Ref What]", ARN));
    expect(toldInBoth(RULE, unknown)).toEqual([]);
    expect(untold(RULE, unknown)).toEqual(["16:43 parameter What has no default"]);
  });

  test("half-typed policies say nothing", () => {
    for (const statement of [
      allow("", ARN),
      allow("[]", ARN),
      allow("dynamodb:", ARN),
      allow("dynamodb:DeleteTable", ""),
      "          - Effect: Allow\n            Action: dynamodb:DeleteTable\n",
      "          -\n",
    ])
      expect(told(RULE, role(statement))).toEqual([]);
  });
});

describe("the fix", () => {
  const FIX = "caution: Remove DeleteTable (stops it)";

  test("takes the action out", () => {
    const template = role(`          - Effect: Allow
            Action:
              - dynamodb:GetItem # reading
              - dynamodb:DeleteTable
              # writing
              - dynamodb:PutItem
            Resource: ${ARN}
`);
    expect(offered(RULE, template)).toEqual([FIX]);
    expect(repaired(RULE, template)).toBe(template.replace("                  - dynamodb:DeleteTable\n", ""));
    expect(fixedText(template)).toBe(template);
  });

  test("several at once, in flow style and in JSON", () => {
    const template = role(
      allow("[dynamodb:DeleteTable, dynamodb:GetItem, dynamodb:UpdateTable, dynamodb:DeleteTableReplica]", ARN),
    );
    expect(offered(RULE, template)).toEqual([
      "caution: Remove DeleteTable, UpdateTable and DeleteTableReplica (stops those)",
    ]);
    expect(repaired(RULE, template)).toBe(template.replace(/\[dynamodb:DeleteTable.*\]/, "[dynamodb:GetItem]"));
    const json = asJson(role(allow("[dynamodb:GetItem, dynamodb:DeleteTable]", ARN)));
    expect(repaired(RULE, json)).toBe(json.replace(/,\s*"dynamodb:DeleteTable"/, ""));
  });

  test("is not offered where nothing would be left, for wildcards, nor in the CDK's output", () => {
    expect(offered(RULE, role(allow("dynamodb:DeleteTable", ARN)))).toEqual([]);
    expect(offered(RULE, role(allow("[dynamodb:DeleteTable, dynamodb:UpdateTable]", ARN)))).toEqual([]);
    expect(offered(RULE, role(allow('[dynamodb:GetItem, "dynamodb:DeleteTabl?"]', ARN)))).toEqual([]);
    const cdk = asJson(role(allow("[dynamodb:GetItem, dynamodb:DeleteTable]", ARN))).replace(
      '"Type": "AWS::IAM::Role",',
      '"Type": "AWS::IAM::Role", "Metadata": { "aws:cdk:path": "Stack/AppRole/Resource" },',
    );
    expect(told(RULE, cdk)).toHaveLength(1);
    expect(offered(RULE, cdk)).toEqual([]);
  });
});
