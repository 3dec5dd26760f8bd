import {
  entrySettings,
  get,
  getPath,
  isUnknown,
  items,
  propertiesOf,
  type Setting,
  text,
  wholeResource,
} from "../evaluate/setting.ts";
import { piecesOf } from "../evaluate/value.ts";
import type { Resource, Template } from "../template/template.ts";
import { perObject } from "./lazy.ts";
import { follow, type Project } from "./project.ts";

/** A VPC endpoint for DynamoDB. */
export interface DynamoDbEndpoint {
  template: Template;
  resource: Resource;
  id: string;
  type: readonly Setting[];
  routeTableIds: readonly Setting[];
  /** The VPC, where it is in view. */
  vpc: Resource | undefined;
}

export interface Vpc {
  template: Template;
  resource: Resource;
  id: string;
}

/** Something that runs code in subnets: a Lambda function, an ECS service, an EC2 instance. */
export interface ComputeUnit {
  template: Template;
  resource: Resource;
  id: string;
  /** Where the network is configured. */
  located: Setting;
  /** The VPCs of its subnets that are in view. */
  vpcs: readonly Resource[];
  subnets: readonly Resource[];
  /** What names its role; several under conditions, none where nothing does. */
  roles: readonly Setting[];
  /** Values of environment variables. */
  environment: readonly Setting[];
}

export const vpcsOf = perObject((template: Template): readonly Vpc[] =>
  [...template.resources.values()]
    .filter(({ type }) => type === "AWS::EC2::VPC")
    .map((resource) => ({ template, resource, id: resource.logicalId })),
);

/** Every DynamoDB endpoint of a project (`com.amazonaws.REGION.dynamodb`, in China `cn.com.amazonaws…`), not those for streams. */
export const endpointsOf = perObject((project: Project): readonly DynamoDbEndpoint[] =>
  project.templates.flatMap((template) =>
    [...template.resources.values()].flatMap((resource): DynamoDbEndpoint[] => {
      if (resource.type !== "AWS::EC2::VPCEndpoint") return [];
      const properties = propertiesOf(template, resource);
      const property = (key: string) => properties.flatMap((each) => get(each, key));
      if (!property("ServiceName").some(endsInDynamoDb)) return [];
      const [vpcId] = property("VpcId");
      return [
        {
          template,
          resource,
          id: resource.logicalId,
          type: property("VpcEndpointType"),
          routeTableIds: property("RouteTableIds"),
          vpc: vpcId && follow(project, template, vpcId.value)?.resource,
        },
      ];
    }),
  ),
);

function endsInDynamoDb(service: Setting): boolean {
  const last = piecesOf(service.value)?.at(-1);
  return typeof last === "string" && /(?:^|\.)dynamodb$/.test(last);
}

/** Every unit of a project that is placed in subnets. */
export const computeUnitsOf = perObject((project: Project): readonly ComputeUnit[] =>
  project.templates.flatMap((template) =>
    [...template.resources.values()].flatMap((resource): ComputeUnit[] => {
      const parts = partsOf(project, template, resource);
      if (!parts || parts.subnets.length === 0) return [];
      const subnets = parts.subnets.flatMap((setting) => follow(project, template, setting.value)?.resource ?? []);
      const vpcs = new Set(subnets.flatMap((subnet) => vpcOfSubnet(project, subnet) ?? []));
      return [
        {
          template,
          resource,
          id: resource.logicalId,
          located: parts.located,
          vpcs: [...vpcs],
          subnets,
          roles: parts.roles,
          environment: parts.environment,
        },
      ];
    }),
  ),
);

interface Parts {
  located: Setting;
  subnets: Setting[];
  roles: Setting[];
  environment: Setting[];
}

function partsOf(project: Project, template: Template, resource: Resource): Parts | undefined {
  const property = (...keys: string[]) => propertiesOf(template, resource).flatMap((each) => getPath(each, ...keys));
  const located = (settings: readonly Setting[]) => {
    const [first] = settings;
    return first ? { ...first, place: first.holder } : wholeResource(template, resource);
  };
  switch (resource.type) {
    case "AWS::Lambda::Function":
      return {
        located: located(property("VpcConfig")),
        subnets: property("VpcConfig", "SubnetIds").flatMap(items),
        roles: property("Role"),
        environment: property("Environment", "Variables").flatMap(entrySettings),
      };
    case "AWS::ECS::Service": {
      const [definition] = property("TaskDefinition");
      const task = definition && follow(project, template, definition.value);
      const ofTask = (...keys: string[]) =>
        task ? propertiesOf(task.template, task.resource).flatMap((each) => getPath(each, ...keys)) : [];
      return {
        located: located(property("NetworkConfiguration")),
        subnets: property("NetworkConfiguration", "AwsvpcConfiguration", "Subnets").flatMap(items),
        roles: ofTask("TaskRoleArn"),
        environment: ofTask("ContainerDefinitions")
          .flatMap(items)
          .flatMap((container) => get(container, "Environment"))
          .flatMap(items)
          .flatMap((variable) => get(variable, "Value")),
      };
    }
    case "AWS::EC2::Instance": {
      const [profile] = property("IamInstanceProfile");
      const target = profile && follow(project, template, profile.value);
      const roles = target
        ? propertiesOf(target.template, target.resource)
            .flatMap((each) => get(each, "Roles"))
            .flatMap(items)
        : [];
      return {
        located: wholeResource(template, resource),
        subnets: property("SubnetId").filter((setting) => setting.value.kind !== "absent"),
        roles,
        environment: [],
      };
    }
    default:
      return undefined;
  }
}

function vpcOfSubnet(project: Project, subnet: Resource): Resource | undefined {
  const owner = project.templates.find((template) => template.resources.get(subnet.id) === subnet);
  const [vpcId] = owner ? propertiesOf(owner, subnet).flatMap((each) => get(each, "VpcId")) : [];
  return owner && vpcId && follow(project, owner, vpcId.value)?.resource;
}

/** Whether a VPC has a DynamoDB endpoint in view: "unknown" where an endpoint's VPC is not known. */
export function hasEndpoint(project: Project, vpc: Resource): "yes" | "no" | "unknown" {
  const endpoints = endpointsOf(project);
  if (endpoints.some((endpoint) => endpoint.vpc === vpc)) return "yes";
  return endpoints.some((endpoint) => endpoint.vpc === undefined) ? "unknown" : "no";
}

/** The route tables of a VPC that are in the given template. */
export function routeTablesIn(project: Project, template: Template, vpc: Resource): Resource[] {
  return [...template.resources.values()].filter((resource) => {
    if (resource.type !== "AWS::EC2::RouteTable") return false;
    const [vpcId] = propertiesOf(template, resource).flatMap((each) => get(each, "VpcId"));
    return vpcId !== undefined && follow(project, template, vpcId.value)?.resource === vpc;
  });
}

/** Subnet → the route table it is associated with, as far as associations are in view. */
export const routeTableOfSubnet = perObject((project: Project): ReadonlyMap<Resource, Resource> => {
  const tables = new Map<Resource, Resource>();
  for (const template of project.templates) {
    for (const resource of template.resources.values()) {
      if (resource.type !== "AWS::EC2::SubnetRouteTableAssociation") continue;
      const [properties] = propertiesOf(template, resource);
      const at = (key: string) => properties && get(properties, key)[0];
      const [subnet, table] = [at("SubnetId"), at("RouteTableId")].map(
        (setting) => setting && follow(project, template, setting.value)?.resource,
      );
      if (subnet && table) tables.set(subnet, table);
    }
  }
  return tables;
});

/** Is the endpoint of the gateway kind? Gateway is the default. Undefined where it cannot be told. */
export function isGateway(endpoint: DynamoDbEndpoint): boolean | undefined {
  if (endpoint.type.some(isUnknown)) return undefined;
  return endpoint.type.every((setting) => setting.value.kind === "absent" || text(setting) === "Gateway");
}
