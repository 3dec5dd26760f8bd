import { describe, expect, test } from "vitest";
import { asJson } from "../as-json.ts";
import { marked, offered, repaired, shown } from "../harness.ts";
import { relatedTo, told, toldInBoth, untold } from "../told.ts";
import { ASSOCIATION, endpoint, ROUTES, reader, role, SUBNET, TABLE, template, VPC } from "./networks.ts";

const RULE = "vpc-compute-without-dynamodb-endpoint";

const noEndpoint = (who = '"Reader" runs', uses = "uses") =>
  `warning ${who} in VPC "Vpc" and ${uses} DynamoDB, but these files define no DynamoDB endpoint: traffic leaves by NAT or the internet, or fails.`;

describe("a function in a VPC", () => {
  test("stands at its network", () => {
    const text = template(reader(), VPC, SUBNET, role());
    expect(shown(RULE, text)).toEqual([`5:6-5:15 ${noEndpoint()}`]);
    expect(toldInBoth(RULE, text)).toEqual([noEndpoint()]);
  });

  test.each([
    ["an endpoint", endpoint()],
    [
      "one in another region's spelling",
      endpoint().replace('!Sub "com.amazonaws.${AWS::Region}.dynamodb"', "com.amazonaws.eu-west-1.dynamodb"),
    ],
    [
      "one in China",
      endpoint().replace('!Sub "com.amazonaws.${AWS::Region}.dynamodb"', "cn.com.amazonaws.cn-north-1.dynamodb"),
    ],
    [
      "one put together",
      endpoint().replace(
        '!Sub "com.amazonaws.${AWS::Region}.dynamodb"',
        '!Join [".", [com.amazonaws, !Ref AWS::Region, dynamodb]]',
      ),
    ],
    ["an interface endpoint", endpoint("VpcEndpointType: Interface, SubnetIds: [!Ref Subnet]")],
  ])("passes with %s", (_, part) => {
    const text = template(VPC, SUBNET, ROUTES, part, role(), reader());
    expect(toldInBoth(RULE, text)).toEqual([]);
    expect(untold(RULE, text)).toEqual([]);
  });

  test.each([
    ["for streams", endpoint().replace(".dynamodb", ".dynamodb-streams")],
    ["for S3", endpoint().replace(".dynamodb", ".s3")],
    [
      "of a service network",
      "  Endpoint:\n    Type: AWS::EC2::VPCEndpoint\n    Properties: { VpcId: !Ref Vpc, VpcEndpointType: ServiceNetwork, ServiceNetworkArn: a }\n",
    ],
    ["of another VPC", `${VPC.replace("Vpc:", "Other:")}${endpoint("RouteTableIds: []", "!Ref Other")}`],
  ])("an endpoint %s does not serve", (_, part) => {
    expect(toldInBoth(RULE, template(VPC, SUBNET, ROUTES, part, role(), reader()))).toEqual([noEndpoint()]);
  });

  test("several are one finding per VPC and file", () => {
    const text = template(VPC, SUBNET, role(), reader(), reader("[!Ref Subnet]", "", "Writer"));
    expect(toldInBoth(RULE, text)).toEqual([noEndpoint('"Reader" and "Writer" run', "use")]);
    expect(relatedTo(RULE, text)).toEqual(['22:6-22:15 "Writer" too']);
    const four = template(VPC, SUBNET, role(), ...["A", "B", "C", "D"].map((id) => reader("[!Ref Subnet]", "", id)));
    expect(toldInBoth(RULE, four)).toEqual([noEndpoint('"A" and 3 others run', "use")]);
  });
});

describe("what uses DynamoDB", () => {
  test.each([
    ["dynamodb:PutItem", "!GetAtt Orders.Arn"],
    ["[s3:GetObject, dynamodb:Query]", '"*"'],
    ["dynamodb:*", '"*"'],
    ['"dynamodb:*Item"', '"*"'],
  ])("%s on %s does", (action, resource) => {
    expect(toldInBoth(RULE, template(VPC, SUBNET, TABLE, role(action, resource), reader()))).toEqual([noEndpoint()]);
  });

  test.each([
    ["dynamodb:DescribeTable", '"*"'],
    ["[dynamodb:GetRecords, dynamodb:GetShardIterator, dynamodb:DescribeStream]", '"*"'],
    ["s3:GetObject", '"*"'],
    ["dynamodb:GetItem", '"arn:aws:s3:::bucket/*"'],
    ["dax:GetItem", '"*"'],
    ['"*"', '"*"'],
  ])("%s on %s does not, as far as is known", (action, resource) => {
    expect(toldInBoth(RULE, template(VPC, SUBNET, role(action, resource), reader()))).toEqual([]);
  });

  test("not what is denied", () => {
    const text = template(VPC, SUBNET, role(), reader()).replace(
      /Statement: (\{ Effect: Allow, Action: dynamodb.*\}) \}\n/,
      'Statement: [$1, { Effect: Deny, Action: "dynamodb:*", Resource: "*" }] }\n',
    );
    expect(text).toContain("Deny");
    expect(toldInBoth(RULE, text)).toEqual([]);
  });

  test("AWS managed policies", () => {
    const managed = (name: string) =>
      template(
        VPC,
        SUBNET,
        role("s3:*", '"*"', `      ManagedPolicyArns: [arn:aws:iam::aws:policy/${name}]\n`),
        reader(),
      );
    expect(toldInBoth(RULE, managed("AmazonDynamoDBReadOnlyAccess"))).toEqual([noEndpoint()]);
    expect(toldInBoth(RULE, managed("service-role/AWSLambdaDynamoDBExecutionRole"))).toEqual([]);
    expect(toldInBoth(RULE, managed("AdministratorAccess"))).toEqual([]);
  });

  test("a table in the environment, whatever the role may", () => {
    const text = template(VPC, SUBNET, TABLE, role("s3:*"), reader()).replace(
      "      VpcConfig",
      "      Environment: { Variables: { TABLE: !Ref Orders } }\n      VpcConfig",
    );
    expect(toldInBoth(RULE, text)).toEqual([noEndpoint()]);
  });

  test("a stream event does not: Lambda polls from outside the VPC", () => {
    const mapping =
      "  Mapping:\n    Type: AWS::Lambda::EventSourceMapping\n    Properties: { FunctionName: !Ref Reader, EventSourceArn: !GetAtt Orders.StreamArn }\n";
    expect(
      toldInBoth(RULE, template(VPC, SUBNET, TABLE, role("dynamodb:GetRecords", '"*"'), reader(), mapping)),
    ).toEqual([]);
  });
});

describe("other kinds of compute", () => {
  test("a SAM function, its network from Globals", () => {
    const text = `Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    VpcConfig: { SubnetIds: [!Ref Subnet] }
Resources:
  Reader:
    Type: AWS::Serverless::Function
    Properties:
      Policies: [{ DynamoDBReadPolicy: { TableName: !Ref Orders } }]
${VPC}${SUBNET}${TABLE}`;
    expect(toldInBoth(RULE, text)).toEqual([noEndpoint()]);
    expect(marked(RULE, text)).toEqual(["VpcConfig"]);
  });

  const service = (definition: string) => `  Service:
    Type: AWS::ECS::Service
    Properties:
      TaskDefinition: !Ref Task
      NetworkConfiguration: { AwsvpcConfiguration: { Subnets: [!Ref Subnet] } }
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties: { ${definition} }
`;

  test("an ECS service by its task's role or environment", () => {
    expect(toldInBoth(RULE, template(VPC, SUBNET, role(), service("TaskRoleArn: !GetAtt Role.Arn")))).toEqual([
      noEndpoint('"Service" runs'),
    ]);
    const environment = "ContainerDefinitions: [{ Environment: [{ Name: TABLE, Value: !Ref Orders }] }]";
    expect(toldInBoth(RULE, template(VPC, SUBNET, TABLE, service(environment)))).toEqual([
      noEndpoint('"Service" runs'),
    ]);
    expect(toldInBoth(RULE, template(VPC, SUBNET, role(), service("ExecutionRoleArn: !GetAtt Role.Arn")))).toEqual([]);
  });

  const PROFILE = "  Profile:\n    Type: AWS::IAM::InstanceProfile\n    Properties: { Roles: [!Ref Role] }\n";

  test("an instance and an Auto Scaling group by their profile", () => {
    const instance =
      "  Server:\n    Type: AWS::EC2::Instance\n    Properties: { SubnetId: !Ref Subnet, IamInstanceProfile: !Ref Profile }\n";
    expect(toldInBoth(RULE, template(VPC, SUBNET, role(), PROFILE, instance))).toEqual([noEndpoint('"Server" runs')]);
    const group = `  Servers:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties: { VPCZoneIdentifier: [!Ref Subnet], LaunchTemplate: { LaunchTemplateId: !Ref Launch } }
  Launch:
    Type: AWS::EC2::LaunchTemplate
    Properties: { LaunchTemplateData: { IamInstanceProfile: { Arn: !GetAtt Profile.Arn } } }
`;
    expect(toldInBoth(RULE, template(VPC, SUBNET, role(), PROFILE, group))).toEqual([noEndpoint('"Servers" runs')]);
    expect(marked(RULE, template(VPC, SUBNET, role(), PROFILE, group))).toEqual(["VPCZoneIdentifier"]);
  });

  test("a function outside a VPC has nothing to do with it", () => {
    expect(toldInBoth(RULE, template(VPC, SUBNET, role(), reader().replace(/ {6}VpcConfig.*\n/, "")))).toEqual([]);
  });
});

describe("networks in several files", () => {
  const app = (subnets: string) => template(role(), reader(subnets));

  test("over exports, singly, joined and split", () => {
    const network = (value: string) =>
      `${template(VPC, SUBNET)}Outputs:\n  Subnets: { Value: ${value}, Export: { Name: subnets } }\n`;
    for (const [value, subnets] of [
      ["!Ref Subnet", "[!ImportValue subnets]"],
      ['!Join [",", [!Ref Subnet]]', '!Split [",", !ImportValue subnets]'],
      ['!Join [",", [!Ref Subnet, !Ref Subnet]]', '[!Select [1, !Split [",", !ImportValue subnets]]]'],
      ["!Sub '${Subnet},${Subnet}'", '!Split [",", !ImportValue subnets]'],
    ] as const) {
      expect(told(RULE, { "a.yaml": network(value), "b.yaml": app(subnets) })).toEqual([noEndpoint()]);
      const served = network(value).replace("Outputs:", `${ROUTES}${endpoint()}Outputs:`);
      expect(told(RULE, { "a.yaml": served, "b.yaml": app(subnets) })).toEqual([]);
    }
  });

  test("over a nested stack and what it is passed", () => {
    const parent = (value: string) =>
      `${template(VPC, SUBNET)}  App:\n    Type: AWS::CloudFormation::Stack\n    Properties: { TemplateURL: ./app.yaml, Parameters: { Subnets: ${value} } }\n`;
    const child = `Parameters:\n  Subnets: { Type: "List<AWS::EC2::Subnet::Id>" }\n${app("!Ref Subnets")}`;
    for (const value of ["!Ref Subnet", '!Join [",", [!Ref Subnet, !Ref Subnet]]'])
      expect(told(RULE, { "main.yaml": parent(value), "app.yaml": child })).toEqual([noEndpoint()]);
  });

  test("over the outputs of a nested stack", () => {
    const network = `${template(VPC, SUBNET)}Outputs:\n  Subnet: { Value: !Ref Subnet }\n`;
    const parent = `${app("[!GetAtt Network.Outputs.Subnet]")}  Network:\n    Type: AWS::CloudFormation::Stack\n    Properties: { TemplateURL: ./network.yaml }\n`;
    expect(told(RULE, { "main.yaml": parent, "network.yaml": network })).toEqual([noEndpoint()]);
    const elsewhere = `Parameters:\n  VpcId: { Type: String }\n${template("  Routes:\n    Type: AWS::EC2::RouteTable\n    Properties: { VpcId: !Ref VpcId }\n", endpoint("RouteTableIds: [!Ref Routes]", "!Ref VpcId"))}`;
    const withEndpoint = `${parent}  Endpoints:\n    Type: AWS::CloudFormation::Stack\n    Properties: { TemplateURL: ./endpoints.yaml, Parameters: { VpcId: !GetAtt Network.Outputs.Vpc } }\n`;
    const files = {
      "main.yaml": withEndpoint,
      "network.yaml": `${network}  Vpc: { Value: !Ref Vpc }\n`,
      "endpoints.yaml": elsewhere,
    };
    expect(told(RULE, files)).toEqual([]);
  });
});

describe("what cannot be told", () => {
  test.each([
    ["a parameter", "Parameters:\n  Subnets: { Type: CommaDelimitedList }\n", "!Ref Subnets"],
    ["ids as they are", "", "[subnet-1, subnet-2]"],
    ["an import of what is not in view", "", "[!ImportValue subnet]"],
    ["a custom resource's answer", "", "[!GetAtt Custom.Subnet]"],
  ])("an imported VPC: %s", (_, head, subnets) => {
    const text = head + template(VPC, TABLE, role(), reader(subnets), "  Custom:\n    Type: Custom::Network\n");
    expect(toldInBoth(RULE, text)).toEqual([]);
    expect(untold(RULE, text).map((line) => line.replace(/^\S+ /, ""))).toEqual(["its VPC is not in view"]);
  });

  test("a function that is not known to use DynamoDB is not asked about", () => {
    expect(untold(RULE, template(VPC, role("s3:*"), reader("[subnet-1]")))).toEqual([]);
  });

  test("an endpoint in a VPC that is not in view, or of a service that is not known", () => {
    const parameters = "Parameters:\n  VpcId: { Type: String }\n  Service: { Type: String }\n";
    const elsewhere =
      parameters +
      template(VPC, SUBNET, ROUTES, endpoint("RouteTableIds: [!Ref Routes]", "!Ref VpcId"), role(), reader());
    expect(toldInBoth(RULE, elsewhere)).toEqual([]);
    expect(untold(RULE, elsewhere)).toEqual(["26:6 the VPC of an endpoint in view is not known"]);
    const some =
      parameters + template(VPC, SUBNET, ROUTES, endpoint().replace(".dynamodb", ".${Service}"), role(), reader());
    expect(toldInBoth(RULE, some)).toEqual([]);
    expect(untold(RULE, some)).toEqual(['26:6 the service of endpoint "Endpoint" is not known']);
  });

  test("an unknown transform may add an endpoint", () => {
    const text = `Transform: Company::Network\n${template(VPC, SUBNET, role(), reader())}`;
    expect(toldInBoth(RULE, text)).toEqual([]);
    expect(untold(RULE, text)).toHaveLength(1);
  });
});

describe("the fix", () => {
  const TITLE = "snippet: Add a DynamoDB gateway endpoint (free; open connections are reset when the routes change)";

  test("adds an endpoint with the route tables of the VPC", () => {
    const text = template(VPC, SUBNET, ROUTES, ASSOCIATION, role(), reader());
    expect(offered(RULE, text)).toEqual([TITLE]);
    expect(repaired(RULE, text)).toBe(`${text}  DynamoDbEndpoint:
    Type: AWS::EC2::VPCEndpoint
    Properties:
      VpcEndpointType: Gateway
      ServiceName: !Sub com.amazonaws.\${AWS::Region}.dynamodb
      VpcId: !Ref Vpc
      RouteTableIds:
        - !Ref Routes
`);
  });

  test("leaves a placeholder for the main route table, which a subnet without one of its own uses", () => {
    const text = template(VPC, SUBNET, ROUTES, role(), reader());
    expect(repaired(RULE, text)).toContain("- !Ref Routes\n        - TODO-main-route-table-id\n");
  });

  test("leaves a placeholder where there are none, and finds a free name", () => {
    const text = template(VPC, SUBNET, role(), reader(), "  DynamoDbEndpoint:\n    Type: AWS::SNS::Topic\n");
    const fixed = repaired(RULE, text);
    expect(fixed).toContain("  DynamoDbEndpoint2:\n    Type: AWS::EC2::VPCEndpoint\n");
    expect(fixed).toContain("- TODO-route-table-id\n");
  });

  test("not for a VPC of another file, nor in the CDK's output", () => {
    const network = `${template(VPC, SUBNET)}Outputs:\n  Subnet: { Value: !Ref Subnet, Export: { Name: subnet } }\n`;
    const files = { "a.yaml": template(role(), reader("[!ImportValue subnet]")), "b.yaml": network };
    expect(told(RULE, files)).toEqual([noEndpoint()]);
    expect(offered(RULE, files)).toEqual([]);
    const cdk = asJson(template(VPC, SUBNET, role(), reader())).replace(
      '"Type": "AWS::EC2::VPC",',
      '"Type": "AWS::EC2::VPC", "Metadata": { "aws:cdk:path": "Stack/Vpc/Resource" },',
    );
    expect(told(RULE, cdk)).toEqual([noEndpoint()]);
    expect(offered(RULE, cdk)).toEqual([]);
  });
});
