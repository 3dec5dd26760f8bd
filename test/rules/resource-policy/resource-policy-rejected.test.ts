import { describe, expect, test } from "vitest";
import { actionTableVersion } from "../../../core/iam/actions.ts";
import { asJson } from "../as-json.ts";
import { offered, repaired, shown } from "../harness.ts";
import { told, toldInBoth, untold } from "../told.ts";
import { globalWith, streamWith, tableWith, withParameters } from "./policies.ts";

const RULE = "resource-policy-rejected";
const ROLE = "{ AWS: arn:aws:iam::111122223333:role/app }";

const allow = (action: string, principal = ROLE) =>
  `{ Sid: Read, Effect: Allow, Principal: ${principal}, Action: ${action}, Resource: "*" }`;
const rejects = (reason: string, advice = "", whose = '"Orders"', severity = "error") =>
  `${severity} DynamoDB will reject the resource policy of ${whose}: ${reason} ("Read").${advice}`;

describe("services", () => {
  const refused = (service: string, whose?: string) =>
    rejects(
      `service principal ${service} is not accepted`,
      " A service gets at the table by the policy of the role it uses.",
      whose,
    );

  test.each([
    "lambda.amazonaws.com",
    "dynamodb.amazonaws.com",
    "s3.amazonaws.com",
    "events.eu-west-1.amazonaws.com",
    "lambda",
    '"*"',
  ])("%s is not accepted", (service) => {
    expect(toldInBoth(RULE, tableWith([allow("dynamodb:GetItem", `{ Service: ${service} }`)]))).toEqual([
      refused(service.replaceAll('"', "")),
    ]);
  });

  test.each([
    "redshift.amazonaws.com",
    "glue.amazonaws.com",
    "replication.dynamodb.amazonaws.com",
    "!Sub 'glue.${AWS::URLSuffix}'",
  ])("%s is", (service) => {
    expect(toldInBoth(RULE, tableWith([allow("dynamodb:GetItem", `{ Service: ${service} }`)]))).toEqual([]);
  });

  test("each at its place, in a Deny too, and with a suffix of the partition", () => {
    expect(
      shown(RULE, tableWith([allow("dynamodb:GetItem", "{ Service: [glue.amazonaws.com, sqs.amazonaws.com] }")])),
    ).toEqual([`9:85-9:102 ${refused("sqs.amazonaws.com")}`]);
    expect(
      told(RULE, tableWith([allow("dynamodb:GetItem", "{ Service: sqs.amazonaws.com }").replace("Allow", "Deny")])),
    ).toEqual([refused("sqs.amazonaws.com")]);
    expect(told(RULE, tableWith([allow("dynamodb:GetItem", "{ Service: !Sub 'sqs.${AWS::URLSuffix}' }")]))).toEqual([
      refused("sqs.amazonaws.com"),
    ]);
  });

  test("one that only deployment knows", () => {
    const template = withParameters(
      "P: { Type: String }",
      tableWith([allow("dynamodb:GetItem", "{ Service: !Ref P }")]),
    );
    expect(told(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["10:64 parameter P has no default"]);
  });

  test("in every place", () => {
    const statement = allow("dynamodb:*", "{ Service: sqs.amazonaws.com }");
    expect(told(RULE, streamWith([statement]))).toEqual([refused("sqs.amazonaws.com", 'the stream of "Orders"')]);
    expect(told(RULE, globalWith([statement]))).toEqual([
      refused("sqs.amazonaws.com", 'replica eu-west-1 of "Orders"'),
    ]);
    expect(told(RULE, globalWith([statement], "", "stream"))).toEqual([
      refused("sqs.amazonaws.com", 'the stream of replica eu-west-1 of "Orders"'),
    ]);
  });
});

describe("actions", () => {
  const IN_STREAM = " It belongs into the policy of the stream.";
  const BY_IDENTITY = " Only identity policies can allow it.";

  test.each(["GetRecords", "GetShardIterator", "DescribeStream"])("%s in the policy of a table", (name) => {
    expect(toldInBoth(RULE, tableWith([allow(`dynamodb:${name}`)]))).toEqual([
      rejects(`dynamodb:${name} is not allowed in a table policy`, IN_STREAM),
    ]);
    expect(told(RULE, streamWith([allow(`dynamodb:${name}`)]))).toEqual([]);
  });

  test("ListStreams in both", () => {
    expect(told(RULE, tableWith([allow("dynamodb:ListStreams")]))).toEqual([
      rejects("dynamodb:ListStreams is not allowed in a table policy", BY_IDENTITY),
    ]);
    expect(told(RULE, streamWith([allow("dynamodb:ListStreams")]))).toEqual([
      rejects("dynamodb:ListStreams is not allowed in a stream policy", BY_IDENTITY, 'the stream of "Orders"'),
    ]);
  });

  test.each([
    ["dynamodb:TransactGetItems", " Such calls are authorised as GetItem."],
    [
      "dynamodb:transactwriteitems",
      " Such calls are authorised as ConditionCheckItem, PutItem, UpdateItem and DeleteItem.",
    ],
    [
      "dynamodb:ExecuteStatement",
      " Such calls are authorised as PartiQLSelect, PartiQLInsert, PartiQLUpdate and PartiQLDelete.",
    ],
    ["dynamodb:ConditionCheck", " Such calls are authorised as ConditionCheckItem."],
    ["dynamodb:GetItems", " Probably dynamodb:GetItem is meant."],
    ["dynamodb:Querry", " Probably dynamodb:Query is meant."],
  ])("%s does not exist", (name, advice) => {
    expect(toldInBoth(RULE, tableWith([allow(name)]))).toEqual([rejects(`${name} is no action of DynamoDB`, advice)]);
  });

  test("a name that is like no other may be a young one", () => {
    expect(told(RULE, tableWith([allow("dynamodb:TeleportEverythingElsewhere")]))).toEqual([
      rejects(
        "dynamodb:TeleportEverythingElsewhere is no action of DynamoDB",
        ` If it is younger than the list used here (${actionTableVersion}), ignore this.`,
        '"Orders"',
        "warning",
      ),
    ]);
  });

  test.each([
    "dynamodb:*",
    '"*"',
    "'dynamodb:Get*'",
    "dynamodb:GetRecord?",
    "[DYNAMODB:getitem, dynamodb:Query, dynamodb:DescribeTable, dynamodb:CreateBackup]",
    "dynamodb:ListTables",
    "s3:GetObject",
    "dax:GetItem",
    "GetItem",
    "[]",
    "{ a: b }",
  ])("%s is not judged", (action) => {
    expect(toldInBoth(RULE, tableWith([allow(action)]))).toEqual([]);
  });

  test("at its place, in a Deny, and under NotAction", () => {
    expect(shown(RULE, tableWith([allow("[dynamodb:GetItem, dynamodb:GetRecords]")]))).toEqual([
      `9:125-9:144 ${rejects("dynamodb:GetRecords is not allowed in a table policy", IN_STREAM)}`,
    ]);
    expect(told(RULE, tableWith([allow("dynamodb:GetRecords").replace("Allow", "Deny")]))).toHaveLength(1);
    const except = tableWith([allow("[dynamodb:GetItem, dynamodb:GetRecords]").replace("Action", "NotAction")]);
    expect(told(RULE, except)).toEqual([rejects("dynamodb:GetRecords is not allowed in a table policy", IN_STREAM)]);
    expect(offered(RULE, except)).toEqual([]);
  });

  test("a parameter, and a branch", () => {
    const known = withParameters("A: { Type: String, Default: dynamodb:GetRecords }", tableWith([allow("!Ref A")]));
    expect(told(RULE, known)).toEqual([
      `${rejects("dynamodb:GetRecords is not allowed in a table policy", IN_STREAM)} (with the default of parameter A)`,
    ]);
    const branch = `Conditions: { A: !Equals [!Ref AWS::Region, a] }\n${tableWith([
      allow("!If [A, dynamodb:GetRecords, dynamodb:GetItem]"),
    ])}`;
    expect(toldInBoth(RULE, branch)).toEqual([
      rejects("dynamodb:GetRecords is not allowed in a table policy", IN_STREAM).replace(
        "error ",
        "error When A is true: ",
      ),
    ]);
  });

  test("the fix removes one of several", () => {
    const block = (actions: string) => `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      ResourcePolicy:
        PolicyDocument:
          Statement:
            - Effect: Allow
              Principal: { AWS: !Ref AWS::AccountId }
              Action:
${actions}              Resource: "*"
`;
    const item = "                - dynamodb:GetItem # one item\n";
    const template = block(`${item}                - dynamodb:GetRecords\n`);
    expect(offered(RULE, template)).toEqual([
      "caution: Remove dynamodb:GetRecords (it grants nothing here; the rest of the policy can then be deployed, and takes effect)",
    ]);
    expect(repaired(RULE, template)).toBe(block(item));
    expect(offered(RULE, tableWith([allow("[dynamodb:GetRecords]")]))).toEqual([]);
    const json = asJson(tableWith([allow("[dynamodb:GetItem, dynamodb:GetRecords]")]));
    expect(repaired(RULE, json)).toBe(json.replace(/,\s+"dynamodb:GetRecords"/, ""));
  });

  test("the CDK wrote it", () => {
    const cdk = (text: string) =>
      asJson(text).replace(
        '"Type": "AWS::DynamoDB::Table",',
        '"Type": "AWS::DynamoDB::Table", "Metadata": { "aws:cdk:path": "Stack/Orders/Resource" },',
      );
    expect(told(RULE, cdk(tableWith([allow("dynamodb:GetRecords")])))).toEqual([
      rejects(
        "dynamodb:GetRecords is not allowed in a table policy",
        `${IN_STREAM} The CDK's cross-account grantReadData() and its like of late 2025 and early 2026 wrote this: update aws-cdk-lib.`,
      ),
    ]);
    expect(told(RULE, cdk(tableWith([allow("dynamodb:GetItem", "{ Service: sqs.amazonaws.com }")])))).toEqual([
      rejects(
        "service principal sqs.amazonaws.com is not accepted",
        " A service gets at the table by the policy of the role it uses. The CDK's grant…(new ServicePrincipal(…)) of late 2025 and early 2026 wrote this: update aws-cdk-lib.",
      ),
    ]);
  });
});

describe("size", () => {
  const TOO_LARGE = 'error DynamoDB will reject the resource policy of "Orders": it is larger than 20 KB.';
  /** Statements of 112 bytes each as JSON, with the comma behind it. */
  const statements = (count: number) =>
    Array.from(
      { length: count },
      (_, index) =>
        `{ "Sid": "S${String(index).padStart(4, "0")}", "Effect": "Allow", "Principal": ${ROLE.replace("{ AWS: ", "").replace(" }", "")}, "Action": "a:b", "Resource": "*" }`,
    );

  test("as JSON without white space, whatever the layout", () => {
    // {"Sid":"S0000","Effect":"Allow","Principal":"arn:aws:iam::111122223333:role/app","Action":"a:b","Resource":"*"} is 111, and a comma.
    // {"Version":"2012-10-17","Statement":[…]} adds 39. 20 KB are 20480.
    expect(told(RULE, tableWith(statements(182)))).toEqual([]);
    expect(told(RULE, tableWith(statements(183)))).toEqual([TOO_LARGE]);
  });

  test("at the key", () => {
    expect(shown(RULE, tableWith(statements(300)))).toEqual([`6:8-6:22 ${TOO_LARGE}`]);
  });

  test("a JSON text with its white space", () => {
    const text = (space: number) =>
      `Resources:\n  Orders:\n    Type: AWS::DynamoDB::Table\n    Properties: { ResourcePolicy: { PolicyDocument: '{"Statement":[{"Effect":"Allow"}]${" ".repeat(space)}}' } }\n`;
    expect(told(RULE, text(20_000))).toEqual([]);
    expect(told(RULE, text(20_500))).toEqual([TOO_LARGE]);
  });

  test("what only deployment knows", () => {
    const holes = tableWith([
      ...statements(170),
      `{ Effect: Allow, Principal: ${ROLE}, Action: [${Array.from({ length: 10 }, (_, index) => `!Ref P${index}`).join(", ")}], Resource: "*" }`,
    ]);
    const parameters = Array.from({ length: 10 }, (_, index) => `P${index}: { Type: String }`).join(", ");
    expect(told(RULE, withParameters(parameters, holes))).toEqual([]);
    expect(untold(RULE, withParameters(parameters, holes))).toEqual([
      "7:8 whether it is larger than 20 KB depends on values of deployment",
    ]);
  });

  test("the larger branch", () => {
    const branch = `Conditions: { A: !Equals [!Ref AWS::Region, a] }
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      ResourcePolicy:
        PolicyDocument: !If
          - A
          - { Statement: [${statements(1).join(", ")}] }
          - { Statement: [${statements(200).join(", ")}] }
`;
    expect(told(RULE, branch)).toEqual([TOO_LARGE.replace("error ", "error When A is false: ")]);
  });
});
