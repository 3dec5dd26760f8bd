import { describe, expect, test } from "vitest";
import { DEFAULT_CONFIGURATION } from "../../../core/lint/configuration.ts";
import { offered, repaired, shown } from "../harness.ts";
import { told, toldInBoth, untold } from "../told.ts";
import { endpoint, ROUTES, reader, role, SUBNET, TABLE, template, VPC } from "./networks.ts";

const RULE = "vpc-without-dynamodb-endpoint";

const none = (severity: string, reaches = '"Orders"', vpc = "Vpc") =>
  `${severity} VPC "${vpc}" has no DynamoDB endpoint in the files in view: what runs in it reaches ${reaches} over NAT or the internet.`;

describe("a VPC beside tables", () => {
  test("is mentioned at its logical id", () => {
    expect(shown(RULE, template(VPC, TABLE))).toEqual([`1:2-1:5 ${none("info")}`]);
    expect(toldInBoth(RULE, template(VPC, TABLE))).toEqual([none("info")]);
  });

  test("whose tables are in another file, or spoken of by a policy only", () => {
    expect(told(RULE, { "a.yaml": template(VPC), "b.yaml": template(TABLE) })).toEqual([none("info")]);
    expect(toldInBoth(RULE, template(VPC, role()))).toEqual([none("info", "DynamoDB")]);
  });

  test("counts many tables", () => {
    const tables = ["A", "B", "C", "D"].map((id) => TABLE.replace("Orders", id));
    expect(toldInBoth(RULE, template(VPC, ...tables.slice(1)))).toEqual([none("info", '"B", "C" and "D"')]);
    expect(toldInBoth(RULE, template(VPC, ...tables))).toEqual([none("info", "4 tables")]);
  });

  test("without any table or item action in view is not judged", () => {
    expect(toldInBoth(RULE, template(VPC))).toEqual([]);
    expect(toldInBoth(RULE, template(VPC, role("dynamodb:ListTables", '"*"')))).toEqual([]);
    expect(toldInBoth(RULE, template(VPC, role('"*"', '"*"')))).toEqual([]);
  });

  test("with an endpoint passes; each VPC is looked at by itself", () => {
    expect(toldInBoth(RULE, template(VPC, TABLE, ROUTES, endpoint()))).toEqual([]);
    const other = VPC.replace("Vpc:", "Other:");
    expect(toldInBoth(RULE, template(VPC, other, TABLE, ROUTES, endpoint()))).toEqual([
      none("info", '"Orders"', "Other"),
    ]);
  });

  test("no VPC, nothing to say: an imported one may have an endpoint", () => {
    expect(toldInBoth(RULE, template(TABLE, role("s3:*"), reader("[subnet-1]")))).toEqual([]);
  });
});

describe("what runs in it", () => {
  test.each([
    ["may use everything", role('"*"', '"*"')],
    ["has a role that is not in view", "  Role:\n    Type: Custom::Role\n"],
    ["has a policy that is not in view", role("s3:*", '"*"', "      ManagedPolicyArns: [!ImportValue policy]\n")],
    [
      "has a customer's policy by its ARN",
      role("s3:*", '"*"', "      ManagedPolicyArns: [arn:aws:iam::111122223333:policy/app]\n"),
    ],
    ["has a document that cannot be read", `${role("s3:*", '"*"')}        - PolicyDocument: !ImportValue document\n`],
    ["is allowed everything but something", role("s3:*", '"*"').replace("Action: s3", "NotAction: s3")],
  ])("a warning where it %s", (_, part) => {
    expect(toldInBoth(RULE, template(VPC, SUBNET, TABLE, part, reader()))).toEqual([none("warning")]);
  });

  test.each([
    ["has no DynamoDB permissions", role("s3:*", '"*"')],
    ["only describes tables", role("dynamodb:DescribeTable", '"*"')],
    [
      "has AWS's basic policies beside",
      role(
        "s3:*",
        '"*"',
        '      ManagedPolicyArns: [!Join ["", ["arn:", !Ref AWS::Partition, ":iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"]]]\n',
      ),
    ],
    [
      "has a policy in view",
      `${role("s3:*", '"*"', "      ManagedPolicyArns: [!Ref Own]\n")}  Own:\n    Type: AWS::IAM::ManagedPolicy\n    Properties: { PolicyDocument: { Statement: { Effect: Allow, Action: "sqs:*", Resource: "*" } } }\n`,
    ],
  ])("does not count where it %s", (_, part) => {
    expect(toldInBoth(RULE, template(VPC, SUBNET, TABLE, part, reader()))).toEqual([none("info")]);
  });

  test("an instance without a profile has no permissions", () => {
    const server = "  Server:\n    Type: AWS::EC2::Instance\n    Properties: { SubnetId: !Ref Subnet }\n";
    expect(toldInBoth(RULE, template(VPC, SUBNET, TABLE, server))).toEqual([none("info")]);
    const profiled = server.replace(" }\n", ", IamInstanceProfile: servers }\n");
    expect(toldInBoth(RULE, template(VPC, SUBNET, TABLE, profiled))).toEqual([none("warning")]);
  });

  test("vpc-compute-without-dynamodb-endpoint speaks where it is known to use DynamoDB, unless that rule is off", () => {
    const text = template(VPC, SUBNET, TABLE, role(), reader());
    expect(told("vpc-compute-without-dynamodb-endpoint", text)).toHaveLength(1);
    expect(toldInBoth(RULE, text)).toEqual([]);
    const without = {
      ...DEFAULT_CONFIGURATION,
      rules: new Map([["vpc-compute-without-dynamodb-endpoint", "off"]] as const),
    };
    expect(told(RULE, text, without)).toEqual([none("warning")]);
  });
});

describe("what cannot be told", () => {
  test("with an endpoint whose VPC or service is not in view", () => {
    const head = "Parameters:\n  VpcId: { Type: String }\n";
    const text = head + template(VPC, TABLE, ROUTES, endpoint("RouteTableIds: [!Ref Routes]", "!Ref VpcId"));
    expect(toldInBoth(RULE, text)).toEqual([]);
    expect(untold(RULE, text)).toEqual(["3:2 the VPC of an endpoint in view is not known"]);
  });

  test("an endpoint for one of two VPCs, under a condition, serves the one in view", () => {
    const head = "Parameters:\n  VpcId: { Type: String }\nConditions:\n  Own: !Equals [!Ref VpcId, '']\n";
    const text =
      head + template(VPC, TABLE, ROUTES, endpoint("RouteTableIds: [!Ref Routes]", "!If [Own, !Ref Vpc, !Ref VpcId]"));
    expect(toldInBoth(RULE, text)).toEqual([]);
    expect(untold(RULE, text)).toEqual([]);
  });

  test("under a macro", () => {
    const text = `Transform: Company::Network\n${template(VPC, TABLE)}`;
    expect(toldInBoth(RULE, text)).toEqual([]);
    expect(untold(RULE, text)).toHaveLength(1);
  });
});

test("the fix is a skeleton of an endpoint", () => {
  const text = template(VPC, ROUTES, TABLE);
  expect(offered(RULE, text)).toEqual([
    "snippet: Add a DynamoDB gateway endpoint (free; open connections are reset when the routes change)",
  ]);
  expect(repaired(RULE, text)).toContain("      RouteTableIds:\n        - !Ref Routes\n");
});
