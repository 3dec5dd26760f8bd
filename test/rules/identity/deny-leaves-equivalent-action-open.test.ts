import { describe, expect, test } from "vitest";
import { asJson } from "../as-json.ts";
import { fixedText, marked, offered, repaired, shown } from "../harness.ts";
import { relatedTo, told, toldInBoth, untold } from "../told.ts";
import { allow, deny, inline, LAMBDA, managedPolicy, roleOf, TABLE } from "./policies.ts";

const RULE = "deny-leaves-equivalent-action-open";

const ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders";
const OTHER = "arn:aws:dynamodb:eu-west-1:111122223333:table/others";
const policy = (allowed: string, denied: string, allowedOn = `"*"`, deniedOn = `"*"`) =>
  managedPolicy(allow(allowed, allowedOn) + deny(denied, deniedOn));
const open = (denied: string, left: string, one = !left.includes(" "), on = "every table") =>
  `error Deny on ${denied} does not cover ${left}, which reach${one ? "es" : ""} the same items: whoever has the policy may still use ${one ? "it" : "them"} on ${on}.`;

describe("twins", () => {
  test("stands at the denied action", () => {
    const template = policy(
      "[dynamodb:PutItem, dynamodb:BatchWriteItem]",
      "[dynamodb:DeleteTable, dynamodb:DeleteItem]",
      ARN,
    );
    // The Deny is for every table, what is left open is what the Allow names.
    expect(shown(RULE, template)).toEqual([`11:43-11:62 ${open("DeleteItem", "BatchWriteItem", true, ARN)}`]);
    expect(relatedTo(RULE, template)).toEqual(["7:12-7:18 statement 1 allows BatchWriteItem"]);
  });

  test.each([
    ["dynamodb:Scan", "PartiQLSelect, ExportTableToPointInTime and GetRecords"],
    ["dynamodb:DeleteItem", "BatchWriteItem and PartiQLDelete"],
    ["dynamodb:UpdateItem", "PutItem and PartiQLUpdate"],
    ["dynamodb:PutItem", "BatchWriteItem, PartiQLInsert, UpdateItem and PartiQLUpdate"],
  ])("of %s where everything is allowed", (denied, left) => {
    expect(toldInBoth(RULE, policy("dynamodb:*", denied))).toEqual([open(denied.replace("dynamodb:", ""), left)]);
  });

  test("only those that are allowed", () => {
    expect(toldInBoth(RULE, policy("[dynamodb:GetItem, dynamodb:Query]", "dynamodb:Scan"))).toEqual([]);
    expect(toldInBoth(RULE, policy("dynamodb:PartiQL*", "dynamodb:Scan"))).toEqual([open("Scan", "PartiQLSelect")]);
    expect(toldInBoth(RULE, policy("dynamodb:PartiQL*", "dynamodb:GetItem"))).toEqual([
      open("GetItem", "PartiQLSelect"),
    ]);
  });

  test("whoever may not search may look things up", () => {
    const allowed = "[dynamodb:GetItem, dynamodb:BatchGetItem]";
    expect(toldInBoth(RULE, policy(allowed, "[dynamodb:Scan, dynamodb:Query]"))).toEqual([]);
    expect(toldInBoth(RULE, policy(allowed, "[dynamodb:Scan, dynamodb:GetItem]"))).toEqual([
      open("Scan and GetItem", "BatchGetItem"),
    ]);
  });

  test("ConditionCheckItem alone shows no item", () => {
    const denied = "[dynamodb:GetItem, dynamodb:BatchGetItem, dynamodb:Query, dynamodb:Scan, dynamodb:PartiQLSelect]";
    expect(toldInBoth(RULE, policy("[dynamodb:ConditionCheckItem]", denied))).toEqual([
      `warning Deny on GetItem, BatchGetItem, Query, Scan and PartiQLSelect does not cover ConditionCheckItem, which reaches the same items: whoever has the policy may still use it on every table.`,
    ]);
  });

  test.each([
    // A whole family, by names or by a wildcard.
    "[dynamodb:DeleteItem, dynamodb:BatchWriteItem, dynamodb:PartiQLDelete]",
    "dynamodb:*",
    '["dynamodb:*Item", "dynamodb:PartiQL*", dynamodb:Query, dynamodb:Scan, dynamodb:SearchVectors, "dynamodb:Export*", dynamodb:GetRecords]',
    // Nothing that reaches items.
    "[dynamodb:DeleteTable, dynamodb:DeleteBackup]",
    "dynamodb:PutResourcePolicy",
    '"*"',
    "s3:GetObject",
  ])("a Deny of %s has none", (denied) => {
    expect(toldInBoth(RULE, policy('"*"', denied))).toEqual([]);
  });

  test("another Deny may cover them", () => {
    const both = (other: string) =>
      managedPolicy(allow("[dynamodb:BatchWriteItem]", ARN) + deny("dynamodb:DeleteItem", ARN) + other);
    expect(toldInBoth(RULE, both(deny("dynamodb:Batch*", '"*"')))).toEqual([]);
    expect(toldInBoth(RULE, both(deny("dynamodb:Batch*", OTHER)))).toHaveLength(1);
    const condition = "            Condition: { Bool: { aws:SecureTransport: false } }\n";
    expect(toldInBoth(RULE, both(deny("dynamodb:BatchWriteItem", '"*"', condition)))).toHaveLength(1);
    expect(toldInBoth(RULE, both(deny("dynamodb:GetItem", ARN).replace("Action", "NotAction")))).toEqual([]);
  });

  test("only on the same items", () => {
    expect(toldInBoth(RULE, policy("dynamodb:BatchWriteItem", "dynamodb:DeleteItem", OTHER, ARN))).toEqual([]);
    expect(toldInBoth(RULE, policy("dynamodb:BatchWriteItem", "dynamodb:DeleteItem", ARN, ARN))).toEqual([
      open("DeleteItem", "BatchWriteItem", true, ARN),
    ]);
    expect(
      toldInBoth(RULE, policy("dynamodb:BatchWriteItem", "dynamodb:DeleteItem", `${ARN.slice(0, -3)}*`, ARN)),
    ).toHaveLength(1);
    // Not an ARN that the action can be allowed on.
    expect(toldInBoth(RULE, policy("dynamodb:BatchWriteItem", "dynamodb:DeleteItem", `${ARN}/index/*`, '"*"'))).toEqual(
      [],
    );
  });

  test("streams are read on streams: what the CDK grants on a table opens none", () => {
    expect(
      toldInBoth(RULE, policy("[dynamodb:GetRecords, dynamodb:GetShardIterator]", "dynamodb:Scan", ARN, ARN)),
    ).toEqual([]);
    expect(toldInBoth(RULE, policy("dynamodb:GetRecords", "dynamodb:Scan", `${ARN}/stream/*`, ARN))).toEqual([
      open("Scan", "GetRecords", true, ARN),
    ]);
    const covered = managedPolicy(
      allow("dynamodb:GetRecords", `${ARN}/stream/*`) +
        deny("dynamodb:Scan", ARN) +
        deny("dynamodb:GetRecords", `${ARN}/stream/*`),
    );
    expect(toldInBoth(RULE, covered)).toEqual([]);
  });

  test("PartiQL without full scans is no bulk read", () => {
    const scans = "            Condition: { Bool: { dynamodb:FullTableScan: true } }\n";
    const both = (denied: string) =>
      managedPolicy(
        allow("[dynamodb:PartiQLSelect]", '"*"') + deny(denied, '"*"') + deny("dynamodb:PartiQLSelect", '"*"', scans),
      );
    expect(toldInBoth(RULE, both("dynamodb:Scan"))).toEqual([]);
    // By a key it still reads what GetItem and Query read.
    expect(toldInBoth(RULE, both("dynamodb:GetItem"))).toEqual([open("GetItem", "PartiQLSelect")]);
  });

  test.each([
    ["StringEquals: { aws:ResourceTag/team: a }", "StringNotEquals: { aws:ResourceTag/team: a }"],
    [
      'StringEquals: { aws:ResourceTag/team: "${aws:PrincipalTag/team}" }',
      'StringNotEquals: { aws:ResourceTag/team: "${aws:PrincipalTag/team}" }',
    ],
    ["StringEquals: { aws:SourceVpce: vpce-1 }", "StringNotEquals: { aws:SourceVpce: [vpce-1, vpce-2] }"],
    ['Bool: { aws:SecureTransport: "true" }', 'Bool: { aws:SecureTransport: "false" }'],
  ])("what is allowed only where the Deny does not apply is no gap: %s", (allowed, denied) => {
    const on = (condition: string) => `            Condition: { ${condition} }\n`;
    const template = managedPolicy(
      allow("dynamodb:BatchWriteItem", '"*"', on(allowed)) + deny("dynamodb:DeleteItem", '"*"', on(denied)),
    );
    expect(toldInBoth(RULE, template)).toEqual([]);
    const open = managedPolicy(
      allow("dynamodb:BatchWriteItem", '"*"') + deny("dynamodb:DeleteItem", '"*"', on(denied)),
    );
    expect(toldInBoth(RULE, open)).toHaveLength(1);
  });

  test("under a condition that does not know the action the same holds; the twin needs the same one", () => {
    const mfa = "            Condition: { BoolIfExists: { aws:MultiFactorAuthPresent: false } }\n";
    const template = (other: string) =>
      managedPolicy(
        allow("[dynamodb:DeleteItem, dynamodb:BatchWriteItem]", '"*"') +
          deny("dynamodb:DeleteItem", '"*"', mfa) +
          other,
      );
    expect(toldInBoth(RULE, template(""))).toEqual([open("DeleteItem", "BatchWriteItem")]);
    expect(toldInBoth(RULE, template(deny("dynamodb:BatchWriteItem", '"*"', mfa)))).toEqual([]);
    const keys = '            Condition: { "ForAnyValue:StringEquals": { dynamodb:LeadingKeys: [x] } }\n';
    expect(toldInBoth(RULE, managedPolicy(allow("dynamodb:*", '"*"') + deny("dynamodb:GetItem", '"*"', keys)))).toEqual(
      [],
    );
  });
});

describe("indexes and streams", () => {
  const INDEX = `[${ARN}, ${ARN}/index/*]`;
  const indexes = (actions: string, one = true) =>
    `error Deny on ${actions} covers the table but not its indexes, where the same items are: whoever has the policy may still use ${one ? "it" : "them"} there.`;

  test("stands at the resource", () => {
    const template = policy("[dynamodb:Query, dynamodb:Scan]", "dynamodb:Scan", INDEX, ARN);
    expect(told(RULE, template)).toEqual([indexes("Scan")]);
    expect(marked(RULE, template)).toEqual([ARN]);
  });

  test("which actions, and on what", () => {
    const told = (allowed: string, denied: string, allowedOn: string, deniedOn: string) =>
      toldInBoth(RULE, policy(allowed, denied, allowedOn, deniedOn));
    expect(
      told("[dynamodb:Query, dynamodb:Scan]", "[dynamodb:Query, dynamodb:Scan]", `${ARN}/index/by-date`, ARN),
    ).toEqual([indexes("Query and Scan", false)]);
    expect(told("dynamodb:Scan", "dynamodb:Scan", INDEX, INDEX)).toEqual([]);
    expect(told("dynamodb:Scan", "dynamodb:Scan", INDEX, `${ARN}*`)).toEqual([]);
    expect(told("dynamodb:Scan", "dynamodb:Scan", INDEX, '"*"')).toEqual([]);
    expect(told("dynamodb:Scan", "dynamodb:Scan", `${OTHER}/index/*`, ARN)).toEqual([]);
    expect(told("dynamodb:GetItem", "dynamodb:GetItem", INDEX, ARN)).toEqual([]);
    expect(told("dynamodb:Scan", "dynamodb:Scan", ARN, ARN)).toEqual([]);
  });

  test("a stream", () => {
    expect(
      toldInBoth(
        RULE,
        policy(
          "dynamodb:GetRecords",
          "[dynamodb:GetRecords, dynamodb:Scan, dynamodb:PartiQLSelect, dynamodb:Export*]",
          `${ARN}/stream/*`,
          ARN,
        ),
      ),
    ).toEqual([
      "error Deny on GetRecords covers the table but not its stream, where the same items are: whoever has the policy may still use it there.",
    ]);
  });

  const table = (properties: string) => `${TABLE}      TableName: orders\n${properties}`;
  const everything = (around: string) =>
    managedPolicy(
      allow("[dynamodb:Query, dynamodb:Scan]", '"*"') + deny("[dynamodb:Query, dynamodb:Scan]", ARN),
      around,
    );

  test("where everything is allowed the table must have some", () => {
    expect(toldInBoth(RULE, everything(table("      GlobalSecondaryIndexes: [{ IndexName: a }]\n")))).toEqual([
      indexes("Query and Scan", false),
    ]);
    expect(toldInBoth(RULE, everything(table("      LocalSecondaryIndexes: [{ IndexName: a }]\n")))).toHaveLength(1);
    expect(toldInBoth(RULE, everything(table("")))).toEqual([]);
    expect(untold(RULE, everything(table("")))).toEqual([]);
    expect(toldInBoth(RULE, everything(""))).toEqual([]);
    expect(untold(RULE, everything(""))).toEqual(["12:22 it is not known whether the table has indexes"]);
  });
});

describe("who is allowed", () => {
  const denied = (on = '"*"') => deny("dynamodb:DeleteItem", on);

  test("the other policies of a role, its AWS managed ones too", () => {
    const line =
      'error Deny on DeleteItem does not cover BatchWriteItem, which reaches the same items: role "AppRole" may still use it on every table.';
    const separate = `Resources:
${roleOf(LAMBDA, inline(allow("dynamodb:BatchWriteItem", ARN)))}  Guard:
    Type: AWS::IAM::Policy
    Properties:
      Roles: [!Ref AppRole]
      PolicyDocument:
        Statement:
${denied()}`;
    expect(toldInBoth(RULE, separate)).toEqual([line.replace("every table", ARN)]);
    expect(relatedTo(RULE, separate)).toEqual([
      '1:2-1:9 Role "AppRole" has this policy',
      "13:16-13:22 statement 1 allows BatchWriteItem",
    ]);
    const byAws = `Resources:
${roleOf(LAMBDA, `${inline(denied())}      ManagedPolicyArns: [arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess]\n`)}`;
    expect(toldInBoth(RULE, byAws)).toEqual([
      line
        .replace("BatchWriteItem, which reaches", "BatchWriteItem and PartiQLDelete, which reach")
        .replace("use it", "use them"),
    ]);
    const others = `Resources:
${roleOf(LAMBDA, inline(allow("dynamodb:BatchWriteItem", ARN)), "Other")}${roleOf(LAMBDA, inline(denied()))}`;
    expect(toldInBoth(RULE, others)).toEqual([]);
  });

  test("a Deny of another policy of the role counts", () => {
    const template = `Resources:
${roleOf(LAMBDA, inline(allow("dynamodb:BatchWriteItem", ARN) + denied()))}  Guard:
    Type: AWS::IAM::Policy
    Properties:
      Roles: [!Ref AppRole]
      PolicyDocument:
        Statement:
${deny("dynamodb:BatchWriteItem", '"*"')}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
  });

  test("a SAM function with a policy template", () => {
    const template = `Transform: AWS::Serverless-2016-10-31
Resources:
  Writer:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
        - DynamoDBCrudPolicy: { TableName: !Ref Orders }
        - Statement: [{ Effect: Deny, Action: "dynamodb:DeleteItem", Resource: !GetAtt Orders.Arn }]
  Orders:
    Type: AWS::Serverless::SimpleTable
`;
    expect(toldInBoth(RULE, template)).toEqual([
      'error Deny on DeleteItem does not cover BatchWriteItem, which reaches the same items: function "Writer" may still use it on "Orders".',
    ]);
  });
});

describe("a table's own policy", () => {
  const table = (...statements: string[]) => `Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas:
        - Region: eu-west-1
          ResourcePolicy:
            PolicyDocument:
              Statement:
${statements.map((each) => `                - { ${each} }\n`).join("")}`;
  const ROLE = '{ AWS: "arn:aws:iam::444455556666:role/app" }';
  const DENY = (principal: string) =>
    `Effect: Deny, Principal: ${principal}, Action: "dynamodb:DeleteItem", Resource: "*"`;
  const ALLOW = (principal: string) =>
    `Effect: Allow, Principal: ${principal}, Action: "dynamodb:BatchWriteItem", Resource: "*"`;
  const LINE =
    "error Deny on DeleteItem does not cover BatchWriteItem, which reaches the same items: whom the policy lets in may still use it on every table.";

  test.each([
    [ROLE, ROLE, 1],
    ['"*"', ROLE, 1],
    ['{ AWS: "*" }', ROLE, 1],
    ['{ AWS: "arn:aws:iam::444455556666:root" }', ROLE, 1],
    ['{ AWS: "444455556666" }', ROLE, 1],
    ['{ AWS: "arn:aws:iam::777788889999:root" }', ROLE, 0],
    ['{ AWS: "arn:aws:iam::444455556666:role/other" }', ROLE, 0],
    // An Allow for the own account leaves it to identity policies.
    ['"*"', '{ AWS: !Sub "arn:aws:iam::${AWS::AccountId}:root" }', 0],
    ['"*"', '{ AWS: !Ref "AWS::AccountId" }', 0],
  ])("Deny for %s, Allow for %s: %i", (denied, allowed, count) => {
    expect(toldInBoth(RULE, table(DENY(denied), ALLOW(allowed)))).toEqual(count ? [LINE] : []);
  });

  test("covered by another Deny, for the same principals", () => {
    const other = (principal: string) => ALLOW(principal).replace("Allow", "Deny");
    expect(toldInBoth(RULE, table(DENY('"*"'), ALLOW(ROLE), other('"*"')))).toEqual([]);
    expect(
      toldInBoth(RULE, table(DENY(ROLE), ALLOW(ROLE), other('{ AWS: "arn:aws:iam::444455556666:root" }'))),
    ).toEqual([]);
    expect(toldInBoth(RULE, table(DENY(ROLE), ALLOW(ROLE), other('{ AWS: "777788889999" }')))).toEqual([LINE]);
  });

  test("NotPrincipal is left alone", () => {
    expect(toldInBoth(RULE, table(DENY('"*"').replace("Principal", "NotPrincipal"), ALLOW(ROLE)))).toEqual([]);
  });
});

describe("branches and what is not known", () => {
  test("the branch of the Allow is named", () => {
    const template = `Conditions:
  IsDev: !Equals [!Ref AWS::Region, eu-west-1]
${policy("[dynamodb:PutItem, !If [IsDev, dynamodb:BatchWriteItem, dynamodb:GetItem]]", "dynamodb:DeleteItem")}`;
    expect(toldInBoth(RULE, template)).toEqual([
      `error When IsDev is true: ${open("DeleteItem", "BatchWriteItem").replace("error ", "")}`,
    ]);
  });

  test("a Deny that is only there where the Allow is not", () => {
    const template = `Conditions:
  IsDev: !Equals [!Ref AWS::Region, eu-west-1]
${policy("[dynamodb:PutItem, !If [IsDev, dynamodb:BatchWriteItem, dynamodb:GetItem]]", "!If [IsDev, dynamodb:GetRecords, dynamodb:DeleteItem]")}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
  });

  test("wrong types and half-typed statements", () => {
    for (const denied of ["", "[]", "{ a: b }", "dynamodb:", "7"])
      expect(toldInBoth(RULE, policy("dynamodb:*", denied))).toEqual([]);
    for (const on of ["", "[]", "{ a: b }", "7"])
      expect(toldInBoth(RULE, policy("dynamodb:*", "dynamodb:DeleteItem", '"*"', on))).toEqual([]);
  });
});

describe("the fixes", () => {
  test("name the twins beside the action", () => {
    const template = managedPolicy(`${allow("dynamodb:*", '"*"')}          - Effect: Deny
            Action:
              - dynamodb:DeleteItem # never
            Resource: "*"
`);
    expect(offered(RULE, template)).toEqual(["caution: Deny BatchWriteItem and PartiQLDelete too (stops them)"]);
    expect(repaired(RULE, template)).toBe(
      template.replace(
        "# never\n",
        "# never\n              - dynamodb:BatchWriteItem\n              - dynamodb:PartiQLDelete\n",
      ),
    );
    expect(fixedText(template)).toBe(template);
  });

  test("a lone action, flow style and JSON", () => {
    const lone = policy("[dynamodb:BatchWriteItem]", "dynamodb:DeleteItem");
    expect(repaired(RULE, lone)).toBe(
      lone.replace(
        "Action: dynamodb:DeleteItem",
        "Action:\n              - dynamodb:DeleteItem\n              - dynamodb:BatchWriteItem",
      ),
    );
    const flow = policy("[dynamodb:BatchWriteItem]", "[dynamodb:DeleteItem, dynamodb:DeleteTable]");
    expect(repaired(RULE, flow)).toBe(
      flow.replace("[dynamodb:DeleteItem", "[dynamodb:DeleteItem, dynamodb:BatchWriteItem"),
    );
    const json = asJson(flow);
    expect(JSON.parse(repaired(RULE, json) ?? "")).toEqual(
      JSON.parse(json.replace('"dynamodb:DeleteItem",', '"dynamodb:DeleteItem", "dynamodb:BatchWriteItem",')),
    );
  });

  test("the resources that a stream read needs", () => {
    const template = policy("[dynamodb:GetRecords]", "[dynamodb:Scan]", `${ARN}/stream/*`, `[${ARN}]`);
    expect(repaired(RULE, template)).toBe(
      template
        .replace("[dynamodb:Scan]", "[dynamodb:Scan, dynamodb:GetRecords]")
        .replace(`[${ARN}]`, `[${ARN}, ${ARN}/stream/*]`),
    );
  });

  test("the indexes of a table", () => {
    const text = policy("[dynamodb:Scan]", "[dynamodb:Scan]", `[${ARN}, ${ARN}/index/*]`, ARN);
    expect(offered(RULE, text)).toEqual(["caution: Deny on the table's indexes too (stops Scan there)"]);
    expect(repaired(RULE, text)).toBe(
      text.replace(`Resource: ${ARN}\n`, `Resource:\n              - ${ARN}\n              - ${ARN}/index/*\n`),
    );
    const reference = managedPolicy(
      allow("[dynamodb:Scan]", '[!GetAtt Orders.Arn, !Sub "${Orders.Arn}/index/*"]') +
        deny("[dynamodb:Scan]", "[!GetAtt Orders.Arn]"),
      `${TABLE}      GlobalSecondaryIndexes: [{ IndexName: a }]\n`,
    );
    expect(repaired(RULE, reference)).toBe(
      reference.replace("[!GetAtt Orders.Arn]", '[!GetAtt Orders.Arn, !Sub "${Orders.Arn}/index/*"]'),
    );
    const lone = managedPolicy(
      allow("[dynamodb:Scan]", '[!GetAtt Orders.Arn, !Sub "${Orders.Arn}/index/*"]') +
        deny("[dynamodb:Scan]", "!GetAtt Orders.Arn"),
      `${TABLE}      GlobalSecondaryIndexes: [{ IndexName: a }]\n`,
    );
    // A lone function is not edited.
    expect(told(RULE, lone)).toHaveLength(1);
    expect(offered(RULE, lone)).toEqual([]);
  });
});
