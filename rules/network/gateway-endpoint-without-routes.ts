import { dynamoDbUse } from "../../core/access/use.ts";
import { isAbsent, isUnknown, items } from "../../core/evaluate/setting.ts";
import { append } from "../../core/lint/fix.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import {
  computeUnitsOf,
  type DynamoDbEndpoint,
  isGateway,
  routeTableOfSubnet,
  routeTablesIn,
} from "../../core/model/network.ts";
import { follow, type Project } from "../../core/model/project.ts";

export default defineRule({
  name: "gateway-endpoint-without-routes",
  topic: "network",
  severity: "error",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A DynamoDB gateway endpoint has no route tables, or not those of the subnets that use DynamoDB.",
    why: "A gateway endpoint works by a route in each route table that it names. Without one nothing goes through it: the traffic still leaves over NAT or an internet gateway, or fails.",
    how: "List the route tables of the subnets in `RouteTableIds`.",
    references: ["https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html"],
    examples: [
      {
        title: "An endpoint without RouteTableIds",
        bad: `Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties: { CidrBlock: 10.0.0.0/16 }
  PrivateRoutes:
    Type: AWS::EC2::RouteTable
    Properties: { VpcId: !Ref Vpc }
  DynamoDbEndpoint:
    Type: AWS::EC2::VPCEndpoint
    Properties:
      ServiceName: !Sub com.amazonaws.\${AWS::Region}.dynamodb
      VpcId: !Ref Vpc
`,
        good: `Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties: { CidrBlock: 10.0.0.0/16 }
  PrivateRoutes:
    Type: AWS::EC2::RouteTable
    Properties: { VpcId: !Ref Vpc }
  DynamoDbEndpoint:
    Type: AWS::EC2::VPCEndpoint
    Properties:
      ServiceName: !Sub com.amazonaws.\${AWS::Region}.dynamodb
      VpcId: !Ref Vpc
      RouteTableIds: [!Ref PrivateRoutes]
`,
      },
    ],
  },
  controls: {},
  check({ endpoints, project }, report) {
    for (const endpoint of endpoints) {
      if (isGateway(endpoint) !== true) continue;
      for (const list of endpoint.routeTableIds) {
        if (isUnknown(list)) report.cannotTell(list);
        else if (isAbsent(list) || items(list).length === 0) reportNoRoutes(project, endpoint, list, report);
        else checkSubnets(project, endpoint, list, report);
      }
    }
  },
});

type RouteTableList = DynamoDbEndpoint["routeTableIds"][number];

function reportNoRoutes(project: Project, endpoint: DynamoDbEndpoint, list: RouteTableList, report: Report): void {
  const tables = endpoint.vpc ? routeTablesIn(project, endpoint.template, endpoint.vpc) : [];
  report(list, {
    message: `Gateway endpoint "${endpoint.id}" names no route table: no traffic goes through it.`,
    fixes:
      tables.length > 0 && isAbsent(list)
        ? [
            {
              title: `Route through the endpoint from ${tables.map(({ logicalId }) => logicalId).join(", ")} (open connections are reset)`,
              class: "caution",
              changes: [{ kind: "set", setting: list, value: tables.map(({ id }) => ({ Ref: id })) }],
            },
          ]
        : [],
  });
}

/** Subnets without an association in view use the main route table or one from elsewhere: nothing is said about them. */
function checkSubnets(project: Project, endpoint: DynamoDbEndpoint, list: RouteTableList, report: Report): void {
  const routed = items(list).map((item) => follow(project, item.template, item.value)?.resource);
  if (routed.includes(undefined)) return;
  const tableOf = routeTableOfSubnet(project);
  const reported = new Set<string>();
  for (const unit of computeUnitsOf(project)) {
    if (
      !endpoint.vpc ||
      !unit.vpcs.includes(endpoint.vpc) ||
      !["yes", "names a table"].includes(dynamoDbUse(project, unit))
    )
      continue;
    for (const subnet of unit.subnets) {
      const table = tableOf.get(subnet);
      if (!table || routed.includes(table) || reported.has(table.id)) continue;
      reported.add(table.id);
      const isHere = endpoint.template.resources.get(table.id) === table;
      report(
        { ...list, place: list.holder },
        {
          severity: "warning",
          message: `"${unit.id}" uses DynamoDB from subnet "${subnet.logicalId}", whose route table "${table.logicalId}" is not among those of endpoint "${endpoint.id}": its traffic does not go through it.`,
          related: [
            { message: `"${unit.id}" runs in that subnet`, template: unit.template, place: unit.located.place },
          ],
          fixes: isHere
            ? [
                {
                  title: `Add route table ${table.logicalId} (open connections are reset)`,
                  class: "caution",
                  changes: [append(list, { Ref: table.id })],
                },
              ]
            : [],
        },
      );
    }
  }
}
