import { dynamoDbUse } from "../../core/access/use.ts";
import { listOf } from "../../core/access/words.ts";
import { defineRule } from "../../core/lint/rule.ts";
import { addGatewayEndpoint } from "../../core/model/endpoint-fix.ts";
import { type ComputeUnit, hasEndpoint } from "../../core/model/network.ts";
import type { Resource } from "../../core/template/template.ts";

export default defineRule({
  name: "vpc-compute-without-dynamodb-endpoint",
  topic: "network",
  severity: "warning",
  confidence: "high",
  recommended: true,
  docs: {
    what: "Something that uses DynamoDB runs in a VPC that has no DynamoDB endpoint in view.",
    why: "From such a VPC the requests leave by a NAT or internet gateway, or fail. A gateway endpoint costs nothing, keeps the traffic on the AWS network and is what endpoint policies and `aws:SourceVpce` conditions build on. Stream event sources do not count: Lambda polls streams from outside the VPC.",
    how: "Add an `AWS::EC2::VPCEndpoint` of type Gateway for `com.amazonaws.REGION.dynamodb` with the route tables of the subnets.",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/vpc-endpoints-dynamodb.html",
      "https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html",
    ],
    examples: [
      {
        title: "A function in a VPC without endpoint",
        bad: `Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties: { CidrBlock: 10.0.0.0/16 }
  Subnet:
    Type: AWS::EC2::Subnet
    Properties: { VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24 }
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }]
      Policies:
        - PolicyName: items
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: dynamodb:GetItem
                Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders
  Reader:
    Type: AWS::Lambda::Function
    Properties:
      Role: !GetAtt Role.Arn
      VpcConfig:
        SubnetIds: [!Ref Subnet]
`,
        good: `Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties: { CidrBlock: 10.0.0.0/16 }
  Subnet:
    Type: AWS::EC2::Subnet
    Properties: { VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24 }
  Routes:
    Type: AWS::EC2::RouteTable
    Properties: { VpcId: !Ref Vpc }
  DynamoDbEndpoint:
    Type: AWS::EC2::VPCEndpoint
    Properties:
      ServiceName: !Sub com.amazonaws.\${AWS::Region}.dynamodb
      VpcId: !Ref Vpc
      RouteTableIds: [!Ref Routes]
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }]
      Policies:
        - PolicyName: items
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: dynamodb:GetItem
                Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders
  Reader:
    Type: AWS::Lambda::Function
    Properties:
      Role: !GetAtt Role.Arn
      VpcConfig:
        SubnetIds: [!Ref Subnet]
`,
      },
    ],
  },
  controls: {},
  construct: "vpc.addGatewayEndpoint('DynamoDb', { service: GatewayVpcEndpointAwsService.DYNAMODB })",
  check(view, report) {
    const { project } = view;
    const byVpc = new Map<Resource, ComputeUnit[]>();
    for (const unit of view.computeUnits) {
      const use = dynamoDbUse(project, unit);
      if (use !== "yes" && use !== "names a table") continue;
      if (unit.vpcs.length === 0) report.cannotTell(unit.located, "its VPC is not in view");
      for (const vpc of unit.vpcs) byVpc.set(vpc, [...(byVpc.get(vpc) ?? []), unit]);
    }
    for (const [vpc, units] of byVpc) {
      const [first, ...others] = units;
      const endpoint = hasEndpoint(project, vpc);
      if (!first || endpoint === "yes") continue;
      if (endpoint !== "no") {
        report.cannotTell(first.located, endpoint.because);
        continue;
      }
      const names =
        units.length <= 3 ? listOf(units.map(({ id }) => `"${id}"`)) : `"${first.id}" and ${others.length} others`;
      const [runs, uses] = others.length > 0 ? ["run", "use"] : ["runs", "uses"];
      report(first.located, {
        message: `${names} ${runs} in VPC "${vpc.logicalId}" and ${uses} DynamoDB, but these files define no DynamoDB endpoint: traffic leaves by NAT or the internet, or fails.`,
        related: others.map((unit) => ({
          message: `"${unit.id}" too`,
          template: unit.template,
          place: unit.located.place,
        })),
        fixes: addGatewayEndpoint(project, view.template, vpc),
      });
    }
  },
});
