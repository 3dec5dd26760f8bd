import { describe, expect, test } from "vitest";
import { addGatewayEndpoint } from "../../../core/model/endpoint-fix.ts";
import {
  computeUnitsOf,
  endpointsOf,
  hasEndpoint,
  isGateway,
  routedTables,
  routeTablesIn,
  routingOf,
  usesMainRouteTable,
  vpcsOf,
} from "../../../core/model/network.ts";
import { only, projectOf, resourceOf, templateOf } from "./support.ts";

const HEAD = `Parameters:
  Any: { Type: String }
Conditions:
  A: !Equals [!Ref AWS::Region, eu-west-1]
Resources:
  Vpc: { Type: AWS::EC2::VPC }
  Subnet: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc } }
  Routes: { Type: AWS::EC2::RouteTable, Properties: { VpcId: !GetAtt Vpc.VpcId } }
`;
const resource = (id: string, type: string, properties: string) =>
  `  ${id}:\n    Type: ${type}\n    Properties: { ${properties} }\n`;
const endpoint = (properties: string, service = "com.amazonaws.eu-west-1.dynamodb", id = "Endpoint") =>
  resource(id, "AWS::EC2::VPCEndpoint", `ServiceName: ${service}, ${properties}`);

describe("endpoints", () => {
  const endpoints = (text: string) => {
    const project = projectOf(HEAD + text);
    return {
      project,
      found: endpointsOf(project),
      answer: hasEndpoint(project, resourceOf(templateOf(project), "Vpc")),
    };
  };

  test.each([
    ["com.amazonaws.eu-west-1.dynamodb", "yes"],
    ["com.amazonaws.eu-west-1.dynamodb-fips", "yes"],
    ["cn.com.amazonaws.cn-north-1.dynamodb", "yes"],
    ["!Sub 'com.amazonaws.${AWS::Region}.dynamodb'", "yes"],
    ["!If [A, com.amazonaws.eu-west-1.dynamodb, com.amazonaws.eu-west-1.s3]", "yes"],
    ["com.amazonaws.eu-west-1.dynamodb-streams", "no"],
    ["com.amazonaws.eu-west-1.s3", "no"],
    ["!Sub '${Any}.s3'", "no"],
    ["!Ref AWS::NoValue", "no"],
  ])("%s: %s", (service, answer) => {
    expect(endpoints(endpoint("VpcId: !Ref Vpc", service)).answer).toBe(answer);
  });

  test("in a VPC under any branch, by reference, attribute or a subnet's", () => {
    for (const vpc of ["!Ref Vpc", "!GetAtt Vpc.VpcId", "!GetAtt Subnet.VpcId", "!If [A, !Ref Vpc, !Ref Any]"])
      expect(endpoints(endpoint(`VpcId: ${vpc}`)).answer).toBe("yes");
  });

  test("that may serve the VPC make it unknown", () => {
    expect(endpoints(endpoint("VpcId: !Ref Any")).answer).toEqual({
      because: "the VPC of an endpoint in view is not known",
    });
    expect(endpoints(endpoint("VpcId: !Ref Vpc", "!Ref Any")).answer).toEqual({
      because: 'the service of endpoint "Endpoint" is not known',
    });
    expect(
      endpoints(`${resource("Other", "AWS::EC2::VPC", "")}${endpoint("VpcId: !Ref Other", "!Ref Any")}`).answer,
    ).toBe("no");
  });

  test("the kind: gateway unless said otherwise", () => {
    const kind = (properties: string) => isGateway(only(endpoints(endpoint(`VpcId: !Ref Vpc, ${properties}`)).found));
    expect(kind("RouteTableIds: []")).toBe(true);
    expect(kind("VpcEndpointType: Gateway")).toBe(true);
    expect(kind("VpcEndpointType: Interface")).toBe(false);
    expect(kind("VpcEndpointType: !Ref Any")).toBeUndefined();
  });
});

describe("compute", () => {
  const units = (text: string) =>
    computeUnitsOf(projectOf(HEAD + text)).map(
      ({ id, vpcs, subnets, roles, environment }) =>
        `${id}: ${vpcs.map((vpc) => vpc.id).join(",")} | ${subnets.map((subnet) => subnet.id).join(",")} | ${roles.length} roles, ${environment.length} variables`,
    );

  test("a function", () => {
    const lambda = (rest: string) => units(resource("F", "AWS::Lambda::Function", `Role: a, ${rest}`));
    expect(lambda("VpcConfig: { SubnetIds: [!Ref Subnet] }")).toEqual(["F: Vpc | Subnet | 1 roles, 0 variables"]);
    expect(
      lambda("VpcConfig: { SubnetIds: [!Ref Subnet, subnet-1] }, Environment: { Variables: { A: b, C: d } }"),
    ).toEqual(["F: Vpc | Subnet | 1 roles, 2 variables"]);
    expect(lambda("VpcConfig: { SubnetIds: [subnet-1] }")).toEqual(["F:  |  | 1 roles, 0 variables"]);
    expect(lambda("VpcConfig: { SubnetIds: !Ref Any }")).toEqual(["F:  |  | 1 roles, 0 variables"]);
    expect(lambda("Timeout: 3")).toEqual([]);
    expect(lambda("VpcConfig: !If [A, { SubnetIds: [!Ref Subnet] }, !Ref AWS::NoValue]")).toEqual([
      "F: Vpc | Subnet | 1 roles, 0 variables",
    ]);
  });

  test("a service, whose task is in view or not", () => {
    const service = (task: string) =>
      resource(
        "S",
        "AWS::ECS::Service",
        `TaskDefinition: ${task}, NetworkConfiguration: { AwsvpcConfiguration: { Subnets: [!Ref Subnet] } }`,
      );
    const task = resource(
      "T",
      "AWS::ECS::TaskDefinition",
      "TaskRoleArn: a, ContainerDefinitions: [{ Environment: [{ Name: a, Value: b }] }, {}]",
    );
    expect(units(service("!Ref T") + task)).toEqual(["S: Vpc | Subnet | 1 roles, 1 variables"]);
    expect(units(service("family:3"))).toEqual(["S: Vpc | Subnet | 1 roles, 0 variables"]);
    expect(units(resource("S", "AWS::ECS::Service", "TaskDefinition: a"))).toEqual([]);
  });

  test("an instance and a group: none without a profile", () => {
    const profile = resource("P", "AWS::IAM::InstanceProfile", "Roles: [a]");
    const instance = (rest: string) =>
      units(profile + resource("I", "AWS::EC2::Instance", `SubnetId: !Ref Subnet${rest}`));
    expect(instance("")).toEqual(["I: Vpc | Subnet | 0 roles, 0 variables"]);
    expect(instance(", IamInstanceProfile: !Ref P")).toEqual(["I: Vpc | Subnet | 1 roles, 0 variables"]);
    expect(instance(", IamInstanceProfile: web")).toEqual(["I: Vpc | Subnet | 1 roles, 0 variables"]);
    const group = (rest: string) =>
      units(profile + resource("G", "AWS::AutoScaling::AutoScalingGroup", `VPCZoneIdentifier: [!Ref Subnet]${rest}`));
    expect(
      group(
        ", LaunchConfigurationName: !Ref C\n  C: { Type: AWS::AutoScaling::LaunchConfiguration, Properties: { IamInstanceProfile: !Ref P }".replace(
          "\n",
          " }\n",
        ),
      ),
    ).toEqual(["G: Vpc | Subnet | 1 roles, 0 variables"]);
    expect(group(", LaunchTemplate: { LaunchTemplateName: web }")).toEqual(["G: Vpc | Subnet | 1 roles, 0 variables"]);
  });
});

describe("routes", () => {
  const association = (subnet: string, table: string, id = "Association") =>
    resource(id, "AWS::EC2::SubnetRouteTableAssociation", `SubnetId: ${subnet}, RouteTableId: ${table}`);
  const parts = (text: string) => {
    const project = projectOf(HEAD + text);
    const template = templateOf(project);
    return {
      project,
      template,
      vpc: resourceOf(template, "Vpc"),
      subnet: resourceOf(template, "Subnet"),
      routes: resourceOf(template, "Routes"),
    };
  };

  test("the route tables of a VPC", () => {
    const { project, template, vpc, routes } = parts(resource("Other", "AWS::EC2::RouteTable", "VpcId: !Ref Any"));
    expect(routeTablesIn(project, template, vpc)).toEqual([routes]);
    expect(vpcsOf(template).map(({ id }) => id)).toEqual(["Vpc"]);
  });

  test("a subnet's own, or the main one", () => {
    const own = parts(association("!Ref Subnet", "!Ref Routes"));
    expect(routingOf(own.project).tables.get(own.subnet)).toEqual([own.routes]);
    expect(usesMainRouteTable(own.project, own.vpc)).toBe(false);
    const main = parts("");
    expect(routingOf(main.project)).toEqual({ tables: new Map(), unknown: new Set(), isIncomplete: false });
    expect(usesMainRouteTable(main.project, main.vpc)).toBe(true);
  });

  test("out of view", () => {
    const table = parts(association("!Ref Subnet", "!Ref Any"));
    expect(routingOf(table.project).unknown).toEqual(new Set([table.subnet]));
    expect(usesMainRouteTable(table.project, table.vpc)).toBe(false);
    expect(routingOf(parts(association("!Ref Any", "!Ref Routes")).project).isIncomplete).toBe(true);
  });

  test("the tables of all endpoints of a VPC", () => {
    const routed = (text: string) => {
      const { project, routes } = parts(text);
      const [first] = endpointsOf(project);
      const answer = first && routedTables(project, first);
      return answer instanceof Set ? [...answer].map((each) => (each === routes ? "Routes" : each.id)) : answer;
    };
    const second =
      endpoint("VpcId: !Ref Vpc, RouteTableIds: [!Ref Other]", undefined, "Second") +
      resource("Other", "AWS::EC2::RouteTable", "VpcId: !Ref Vpc");
    expect(routed(endpoint("VpcId: !Ref Vpc, RouteTableIds: [!Ref Routes]"))).toEqual(["Routes"]);
    expect(routed(endpoint("VpcId: !Ref Vpc, RouteTableIds: [!Ref Routes]") + second)).toEqual(["Routes", "Other"]);
    expect(routed(endpoint("VpcId: !Ref Vpc, RouteTableIds: [!Ref Any]"))).toEqual({
      because: "a route table of its VPC's endpoints is not in view",
    });
    expect(
      routed(endpoint("VpcId: !Ref Vpc") + endpoint("VpcId: !Ref Vpc, VpcEndpointType: Interface", undefined, "I")),
    ).toEqual({
      because: "its VPC has an interface endpoint too",
    });
  });
});

test("a skeleton endpoint is for a VPC of the same template", () => {
  const project = projectOf({ "a.yaml": HEAD, "b.yaml": "Resources: {}\n" });
  const vpc = resourceOf(templateOf(project, "a.yaml"), "Vpc");
  expect(addGatewayEndpoint(project, templateOf(project, "b.yaml"), vpc)).toEqual([]);
  const [fix] = addGatewayEndpoint(project, templateOf(project, "a.yaml"), vpc);
  expect(fix?.class).toBe("snippet");
  expect(fix?.changes).toMatchObject([
    {
      kind: "resource",
      logicalId: "DynamoDbEndpoint",
      body: {
        Type: "AWS::EC2::VPCEndpoint",
        Properties: {
          VpcEndpointType: "Gateway",
          VpcId: { Ref: "Vpc" },
          RouteTableIds: [{ Ref: "Routes" }, "TODO-main-route-table-id"],
        },
      },
    },
  ]);
});
