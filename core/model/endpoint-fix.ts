import { addResource, type Fix, freeLogicalId } from "../lint/fix.ts";
import type { Json } from "../syntax/edit.ts";
import type { Resource, Template } from "../template/template.ts";
import { routeTablesIn, usesMainRouteTable } from "./network.ts";
import type { Project } from "./project.ts";

/** A skeleton of a DynamoDB gateway endpoint for a VPC of the same template; none for a VPC elsewhere. */
export function addGatewayEndpoint(project: Project, template: Template, vpc: Resource): Fix[] {
  if (template.resources.get(vpc.id) !== vpc) return [];
  const routeTables: Json[] = routeTablesIn(project, template, vpc).map(({ id }) => ({ Ref: id }));
  if (routeTables.length === 0) routeTables.push("TODO-route-table-id");
  else if (usesMainRouteTable(project, vpc)) routeTables.push("TODO-main-route-table-id");
  const body = {
    Type: "AWS::EC2::VPCEndpoint",
    Properties: {
      VpcEndpointType: "Gateway",
      ServiceName: { "Fn::Sub": "com.amazonaws.${AWS::Region}.dynamodb" },
      VpcId: { Ref: vpc.id },
      RouteTableIds: routeTables,
    },
  };
  return [
    {
      title: "Add a DynamoDB gateway endpoint (free; open connections are reset when the routes change)",
      class: "snippet",
      changes: [addResource(template, freeLogicalId(template, "DynamoDbEndpoint"), body)],
    },
  ];
}
