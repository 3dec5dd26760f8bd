import { dynamoDbUse } from "../../core/access/use.ts";
import { listOf } from "../../core/access/words.ts";
import { both } from "../../core/evaluate/branches.ts";
import type { Path } from "../../core/evaluate/path.ts";
import { isAbsent, isUnknown, items, type Setting } from "../../core/evaluate/setting.ts";
import { append, set } from "../../core/lint/fix.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import {
  computeUnitsOf,
  type DynamoDbEndpoint,
  routedTables,
  routeTablesIn,
  routingOf,
  saysGateway,
} from "../../core/model/network.ts";
import type { Project } from "../../core/model/project.ts";
import type { Resource } from "../../core/template/template.ts";

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
      for (const list of endpoint.routeTableIds) {
        const isEmpty = isAbsent(list) || items(list).length === 0;
        for (const type of endpoint.type) {
          const when = both(endpoint.template, list.when, type.when);
          if (!when) continue;
          if (isUnknown(type) && isEmpty) report.cannotTell(type);
          if (!saysGateway(type)) continue;
          if (isEmpty) reportNoRoutes(project, endpoint, list, when, report);
          else checkSubnets(project, endpoint, list, report);
        }
      }
    }
  },
});

function reportNoRoutes(project: Project, endpoint: DynamoDbEndpoint, list: Setting, when: Path, report: Report): void {
  const tables = endpoint.vpcs.flatMap((vpc) => routeTablesIn(project, endpoint.template, vpc));
  report(
    { ...list, when },
    {
      message: `Gateway endpoint "${endpoint.id}" names no route table: no traffic goes through it.`,
      fixes:
        tables.length > 0
          ? [
              {
                title: `Route through the endpoint from ${listOf(tables.map(({ logicalId }) => logicalId))} (open connections are reset)`,
                class: "caution",
                changes: [
                  set(
                    list,
                    tables.map(({ id }) => ({ Ref: id })),
                  ),
                ],
              },
            ]
          : [],
    },
  );
}

/** The route tables of the subnets from which DynamoDB is used have to be among those of the VPC's endpoints. */
function checkSubnets(project: Project, endpoint: DynamoDbEndpoint, list: Setting, report: Report): void {
  const routed = routedTables(project, endpoint);
  if ("because" in routed && isUnknown(list)) report.cannotTell(list);
  const { tables, unknown, isIncomplete } = routingOf(project);
  const reported = new Set<Resource | undefined>();
  for (const unit of computeUnitsOf(project)) {
    if (!unit.vpcs.some((vpc) => endpoint.vpcs.includes(vpc))) continue;
    if (!["yes", "names a table"].includes(dynamoDbUse(project, unit))) continue;
    if ("because" in routed) {
      if (!isUnknown(list)) report.cannotTell(list, routed.because);
      return;
    }
    for (const subnet of unit.subnets) {
      const known = tables.get(subnet);
      if (unknown.has(subnet) || (!known && isIncomplete)) continue;
      // Without an association a subnet uses the main route table of its VPC, which no template can name.
      const table = known?.find((each) => !routed.has(each));
      if ((known && !table) || reported.has(table)) continue;
      reported.add(table);
      const isHere = table && endpoint.template.resources.get(table.id) === table;
      const uses = table
        ? `whose route table "${table.logicalId}"`
        : "which has no route table in view: the main one of the VPC";
      report(
        { ...list, place: list.holder },
        {
          severity: "warning",
          message: `"${unit.id}" uses DynamoDB from subnet "${subnet.logicalId}", ${uses} is not among those of endpoint "${endpoint.id}": its traffic does not go through it.`,
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
