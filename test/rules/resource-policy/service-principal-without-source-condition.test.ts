import { describe, expect, test } from "vitest";
import { asJson } from "../as-json.ts";
import { lint, offered, repaired, shown } from "../harness.ts";
import { told, toldInBoth, untold } from "../told.ts";
import { globalWith, streamWith, tableWith, withParameters } from "./policies.ts";

const RULE = "service-principal-without-source-condition";

const allow = (principal: string, condition = "", action = "dynamodb:ExportTableToPointInTime") =>
  `{ Sid: Etl, Effect: Allow, Principal: ${principal}, Action: ${action}, Resource: "*"${condition && `, Condition: ${condition}`} }`;
const REDSHIFT = "{ Service: redshift.amazonaws.com }";

const may = (service = "redshift.amazonaws.com", whose = '"Orders"') =>
  `error Service ${service} may use ${whose} on behalf of any customer ("Etl"); add aws:SourceArn or aws:SourceAccount.`;

describe("services", () => {
  test.each([
    ["redshift.amazonaws.com", "redshift.amazonaws.com"],
    ["glue.amazonaws.com", "glue.amazonaws.com"],
    ["replication.dynamodb.amazonaws.com", "replication.dynamodb.amazonaws.com"],
    ["!Sub 'redshift.${AWS::URLSuffix}'", "redshift.amazonaws.com"],
  ])("%s", (service, named) => {
    expect(toldInBoth(RULE, tableWith([allow(`{ Service: ${service} }`)]))).toEqual([may(named)]);
  });

  test("at its exact place, each by itself", () => {
    expect(shown(RULE, tableWith([allow("{ Service: [glue.amazonaws.com, redshift.amazonaws.com] }")]))).toEqual([
      `9:64-9:82 ${may("glue.amazonaws.com")}`,
      `9:84-9:106 ${may()}`,
    ]);
  });

  test("one that DynamoDB does not accept is another rule's", () => {
    const template = tableWith([allow("{ Service: lambda.amazonaws.com }")]);
    expect(told(RULE, template)).toEqual([]);
    expect(lint(template).findings.map(({ rule }) => rule)).toContain("resource-policy-rejected");
  });

  test("roles, a Deny, and actions that do not exist on a table", () => {
    expect(told(RULE, tableWith([allow("{ AWS: arn:aws:iam::111122223333:role/etl }")]))).toEqual([]);
    expect(told(RULE, tableWith([allow(REDSHIFT).replace("Allow", "Deny")]))).toEqual([]);
    expect(told(RULE, tableWith([allow(REDSHIFT, "", "s3:GetObject")]))).toEqual([]);
  });

  test("in the policy of a stream and of a replica", () => {
    expect(told(RULE, streamWith([allow(REDSHIFT, "", "dynamodb:DescribeStream")]))).toEqual([
      may("redshift.amazonaws.com", 'the stream of "Orders"'),
    ]);
    expect(told(RULE, globalWith([allow(REDSHIFT)]))).toEqual([
      may("redshift.amazonaws.com", 'replica eu-west-1 of "Orders"'),
    ]);
  });

  test("a statement about another table", () => {
    const other = allow(REDSHIFT).replace('Resource: "*"', "Resource: arn:aws:dynamodb:eu-west-1:1:table/other");
    expect(told(RULE, tableWith([other], "      TableName: orders\n"))).toEqual([]);
  });
});

describe("conditions", () => {
  test.each([
    ["{ StringEquals: { aws:SourceAccount: '111122223333' } }"],
    ["{ StringEquals: { AWS:sourceaccount: !Ref AWS::AccountId } }"],
    ["{ StringEquals: { aws:SourceAccount: ['111122223333', '444455556666'] } }"],
    ["{ StringEquals: { aws:SourceOrgID: o-a1b2c3d4e5 } }"],
    ["{ StringEquals: { aws:SourceOrgID: !Ref Org } }"],
    ['{ "ForAnyValue:StringLike": { aws:SourceOrgPaths: "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*" } }'],
    ["{ ArnEquals: { aws:SourceArn: 'arn:aws:redshift:eu-west-1:111122223333:integration:*' } }"],
    ["{ ArnLike: { aws:SourceArn: !Sub 'arn:${AWS::Partition}:redshift:*:${AWS::AccountId}:integration:*' } }"],
    ["{ ArnEquals: { aws:SourceArn: !GetAtt Warehouse.Arn } }"],
    ["{ StringLike: { aws:SourceArn: ['arn:aws:dynamodb:*:111122223333:table/orders'] } }"],
  ])("%s says for whom", (condition) => {
    const template = withParameters(
      "Org: { Type: String }",
      tableWith([allow(REDSHIFT, condition)], "", "  Warehouse: { Type: AWS::Redshift::Cluster }\n"),
    );
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual([]);
  });

  test.each([
    ["{ StringLike: { aws:SourceAccount: '*' } }"],
    ["{ StringEquals: { aws:SourceAccount: ['111122223333', '*'] } }"],
    ["{ StringEqualsIfExists: { aws:SourceAccount: '111122223333' } }"],
    ["{ StringNotEquals: { aws:SourceAccount: '111122223333' } }"],
    ["{ 'Null': { aws:SourceAccount: 'false' } }"],
    ['{ "ForAllValues:StringEquals": { aws:SourceOrgPaths: o-a1b2c3d4e5/r-ab12/ } }'],
    ['{ "ForAnyValue:StringLike": { aws:SourceOrgPaths: "o-*/r-ab12/" } }'],
    ["{ ArnLike: { aws:SourceArn: 'arn:aws:redshift:*:*:integration:*' } }"],
    ["{ ArnLike: { aws:SourceArn: 'arn:aws:redshift:*' } }"],
    ["{ ArnLike: { aws:SourceArn: 'arn:aws:s3:::bucket' } }"],
    ["{ ArnLike: { aws:SourceArn: '*' } }"],
    ["{ Bool: { aws:PrincipalIsAWSService: true } }"],
    ["{ Bool: { aws:SecureTransport: true } }"],
    ["{ StringEquals: { aws:PrincipalAccount: '111122223333' } }"],
    ["{ StringEquals: { aws:SourceAccount: '${aws:PrincipalAccount}' } }"],
  ])("%s does not", (condition) => {
    expect(toldInBoth(RULE, tableWith([allow(REDSHIFT, condition)]))).toEqual([may()]);
  });

  test("one that is not known, and one that is there in one branch", () => {
    const unknown = withParameters("C: { Type: String }", tableWith([allow(REDSHIFT, "!Ref C")]));
    expect(told(RULE, unknown)).toEqual([]);
    expect(untold(RULE, unknown)).toEqual(["10:63 its condition is not known"]);
    const branch = `Conditions: { A: !Equals [!Ref AWS::Region, a] }\n${tableWith([
      allow(REDSHIFT, "!If [A, { StringEquals: { aws:SourceAccount: !Ref AWS::AccountId } }, !Ref AWS::NoValue]"),
    ])}`;
    expect(toldInBoth(RULE, branch)).toEqual([may().replace("error ", "error When A is false: ")]);
  });
});

test("what the tutorial for global tables over several accounts writes", () => {
  const template = tableWith(
    [
      `{ Sid: DynamoDBActionsNeededForSteadyStateReplication, Effect: Allow, Principal: { Service: [replication.dynamodb.amazonaws.com] },
              Action: [dynamodb:ReadDataForReplication, dynamodb:WriteDataForReplication, dynamodb:ReplicateSettings],
              Resource: "arn:aws:dynamodb:us-east-2:111122223333:table/MusicTable",
              Condition: { StringEquals: { aws:SourceAccount: ["444455556666", "111122223333"],
                aws:SourceArn: ["arn:aws:dynamodb:us-east-1:444455556666:table/MusicTable", "arn:aws:dynamodb:us-east-2:111122223333:table/MusicTable"] } } }`,
    ],
    "      TableName: MusicTable\n",
  );
  const topics = lint(template).findings.filter(({ topic }) => topic === "resource-policy");
  expect(topics.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([]);
});

describe("the fix", () => {
  const block = (condition: string, service = "redshift") => `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      ResourcePolicy:
        PolicyDocument:
          Statement:
            - Sid: Etl # nightly
              Effect: Allow
              Principal: { Service: ${service}.amazonaws.com }
              Action: dynamodb:ExportTableToPointInTime
              Resource: "*"
${condition}`;

  test("adds a condition", () => {
    const template = block("");
    expect(offered(RULE, template)).toEqual([
      "snippet: Limit it to requests for this account (stops those for others)",
    ]);
    expect(repaired(RULE, template)).toBe(
      block(`              Condition:
                StringEquals:
                  aws:SourceAccount: !Ref AWS::AccountId
`),
    );
  });

  test("adds to what stands there", () => {
    const arn = "aws:SourceArn: arn:aws:redshift:*:*:integration:*";
    expect(
      repaired(RULE, block(`              Condition:\n                StringEquals:\n                  ${arn}\n`)),
    ).toBe(
      block(
        `              Condition:\n                StringEquals:\n                  ${arn}\n                  aws:SourceAccount: !Ref AWS::AccountId\n`,
      ),
    );
    expect(repaired(RULE, block(`              Condition: { ArnLike: { "aws:SourceArn": "*" } }\n`))).toBe(
      block(
        `              Condition: { ArnLike: { "aws:SourceArn": "*" }, StringEquals: { aws:SourceAccount: !Ref AWS::AccountId } }\n`,
      ),
    );
  });

  test("says that replication needs every account", () => {
    expect(offered(RULE, block("", "replication.dynamodb"))).toEqual([
      "snippet: Limit it to requests for this account (stops those for others; list the accounts of all other replicas too)",
    ]);
  });

  test("in JSON, and not in the CDK's output", () => {
    const json = asJson(block(""));
    expect(repaired(RULE, json)).toContain('"aws:SourceAccount": {');
    const cdk = json.replace(
      '"Type": "AWS::DynamoDB::Table",',
      '"Type": "AWS::DynamoDB::Table", "Metadata": { "aws:cdk:path": "Stack/Orders/Resource" },',
    );
    expect(told(RULE, cdk)).toEqual([may()]);
    expect(offered(RULE, cdk)).toEqual([]);
  });
});
