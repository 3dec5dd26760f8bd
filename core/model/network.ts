import {
  entrySettings,
  get,
  getPath,
  isAbsent,
  isUnknown,
  items,
  propertiesOf,
  type Setting,
  text,
  wholeResource,
} from "../evaluate/setting.ts";
import { piecesOf, type Value } from "../evaluate/value.ts";
import { perObject } from "../lazy.ts";
import type { Node } from "../syntax/node.ts";
import type { Resource, Template } from "../template/template.ts";
import { follow, followList, type Project, type Target } from "./project.ts";

/** A VPC endpoint for DynamoDB. */
export interface DynamoDbEndpoint {
  template: Template;
  resource: Resource;
  id: string;
  type: readonly Setting[];
  routeTableIds: readonly Setting[];
  /** The VPC, where it is in view: several under conditions. */
  vpcs: readonly Resource[];
  /** It may (also) be in a VPC that is not in view. */
  isElsewhere: boolean;
  /** Its service is known to be DynamoDB; an endpoint whose service is not known may be one. */
  isKnown: boolean;
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
  /** What names its role: several under conditions, none for what has no role at all. */
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
  allEndpointsOf(project).filter(({ isKnown }) => isKnown),
);

/** Those, and the endpoints that may be one. */
const allEndpointsOf = perObject((project: Project): readonly DynamoDbEndpoint[] =>
  project.templates.flatMap((template) =>
    [...template.resources.values()].flatMap((resource): DynamoDbEndpoint[] => {
      if (resource.type !== "AWS::EC2::VPCEndpoint") return [];
      const properties = propertiesOf(template, resource);
      const property = (key: string) => properties.flatMap((each) => get(each, key));
      const services = property("ServiceName");
      if (!services.some((service) => isDynamoDb(service) !== false)) return [];
      const vpcs = property("VpcId").map(({ value }) => vpcOf(project, template, value));
      return [
        {
          template,
          resource,
          id: resource.logicalId,
          type: property("VpcEndpointType"),
          routeTableIds: property("RouteTableIds"),
          vpcs: vpcs.filter((vpc) => vpc !== undefined),
          isElsewhere: vpcs.includes(undefined),
          isKnown: services.some((service) => isDynamoDb(service) === true),
        },
      ];
    }),
  ),
);

/** Undefined where the end of the name is not known. Endpoints of service networks and resources have no service name. */
function isDynamoDb(service: Setting): boolean | undefined {
  if (isAbsent(service)) return false;
  const last = piecesOf(service.value)?.at(-1);
  return typeof last === "string" ? /(?:^|\.)dynamodb(?:-fips)?$/.test(last) : undefined;
}

/** Every unit of a project that is placed in subnets. */
export const computeUnitsOf = perObject((project: Project): readonly ComputeUnit[] =>
  project.templates.flatMap((template) =>
    placedResourcesOf(template).flatMap((resource): ComputeUnit[] => {
      const parts = partsOf(project, template, resource);
      if (!parts || parts.subnets.every(isAbsent)) return [];
      const targets = parts.subnets.flatMap((setting) => subnetsOf(project, setting));
      const subnets = [...new Set(targets.map((target) => target.resource))];
      const vpcs = new Set(targets.flatMap((target) => vpcsOfSubnet(project, target)));
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

/** Where each type of unit names its subnets. */
const SUBNET_PROPERTIES: Record<string, readonly string[]> = {
  "AWS::Lambda::Function": ["VpcConfig", "SubnetIds"],
  "AWS::ECS::Service": ["NetworkConfiguration", "AwsvpcConfiguration", "Subnets"],
  "AWS::EC2::Instance": ["SubnetId"],
  "AWS::AutoScaling::AutoScalingGroup": ["VPCZoneIdentifier"],
};

/** Resources that name subnets. Kept per template: most functions name none, and every edit asks for the whole project's units. */
const placedResourcesOf = perObject((template: Template): readonly Resource[] =>
  [...template.resources.values()].filter((resource) => {
    const path = SUBNET_PROPERTIES[resource.type];
    return path && propertiesOf(template, resource).some((each) => !getPath(each, ...path).every(isAbsent));
  }),
);

interface Parts {
  located: Setting;
  /** `SubnetIds` and its like: lists, or single subnets. */
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
  const subnets = property(...(SUBNET_PROPERTIES[resource.type] ?? []));
  switch (resource.type) {
    case "AWS::Lambda::Function":
      return {
        located: located(property("VpcConfig")),
        subnets,
        roles: property("Role"),
        environment: property("Environment", "Variables").flatMap(entrySettings),
      };
    case "AWS::ECS::Service": {
      const definitions = property("TaskDefinition");
      return {
        located: located(property("NetworkConfiguration")),
        subnets,
        roles: definitions.flatMap((definition) => behind(project, definition, "TaskRoleArn")),
        environment: definitions
          .flatMap((definition) => behind(project, definition, "ContainerDefinitions"))
          .flatMap(items)
          .flatMap((container) => (container.value.kind === "map" ? get(container, "Environment") : []))
          .flatMap(items)
          .flatMap((variable) => get(variable, "Value")),
      };
    }
    case "AWS::EC2::Instance":
      return {
        located: wholeResource(template, resource),
        subnets,
        roles: rolesOfProfiles(project, property("IamInstanceProfile")),
        environment: [],
      };
    case "AWS::AutoScaling::AutoScalingGroup":
      return {
        located: located(property("VPCZoneIdentifier")),
        subnets,
        roles: rolesOfProfiles(project, [
          ...written(property("LaunchConfigurationName")).flatMap((each) =>
            behind(project, each, "IamInstanceProfile"),
          ),
          ...written(property("LaunchTemplate", "LaunchTemplateId")).flatMap((each) =>
            behind(project, each, "LaunchTemplateData", "IamInstanceProfile", "Arn"),
          ),
          ...written(property("LaunchTemplate", "LaunchTemplateId")).flatMap((each) =>
            behind(project, each, "LaunchTemplateData", "IamInstanceProfile", "Name"),
          ),
          // A template by name, or a choice of several: not known.
          ...written(property("LaunchTemplate", "LaunchTemplateName")),
          ...written(property("MixedInstancesPolicy")),
        ]),
        environment: [],
      };
    default:
      return undefined;
  }
}

function written(settings: readonly Setting[]): Setting[] {
  return settings.filter((setting) => !isAbsent(setting));
}

/** The properties of the resource that a setting refers to; the setting itself, which says nothing of them, where that is not in view. */
function behind(project: Project, setting: Setting, ...keys: string[]): Setting[] {
  const target = follow(project, setting.template, setting.value);
  if (!target) return [setting];
  return propertiesOf(target.template, target.resource).flatMap((each) => getPath(each, ...keys));
}

/** Without a profile an instance has no role. */
function rolesOfProfiles(project: Project, profiles: readonly Setting[]): Setting[] {
  return written(profiles).flatMap((profile) => behind(project, profile, "Roles").flatMap(items));
}

function subnetsOf(project: Project, list: Setting): Target[] {
  if (isAbsent(list)) return [];
  // The place of a value that is there is the node that says it.
  const targets = followList(project, list.template, list.place as Node);
  return targets.flatMap((target) => (target?.resource.type === "AWS::EC2::Subnet" ? [target] : []));
}

function vpcsOfSubnet(project: Project, { template, resource }: Target): Resource[] {
  return propertiesOf(template, resource)
    .flatMap((each) => get(each, "VpcId"))
    .flatMap(({ value }) => vpcOf(project, template, value) ?? []);
}

/** The VPC that a `VpcId` names; undefined where it is not in view. */
function vpcOf(project: Project, template: Template, value: Value): Resource | undefined {
  const target = follow(project, template, value);
  if (target?.resource.type === "AWS::EC2::VPC") return target.resource;
  const isOfSubnet = target?.resource.type === "AWS::EC2::Subnet" && target.attribute === "VpcId";
  return isOfSubnet ? vpcsOfSubnet(project, target)[0] : undefined;
}

/** Whether a VPC has a DynamoDB endpoint in view, or why that is not known, in words that fit behind "because". */
export function hasEndpoint(project: Project, vpc: Resource): "yes" | "no" | { because: string } {
  const endpoints = allEndpointsOf(project);
  const here = endpoints.filter((endpoint) => endpoint.vpcs.includes(vpc));
  if (here.some(({ isKnown }) => isKnown)) return "yes";
  if (here.length > 0) return { because: `the service of endpoint "${here[0]?.id}" is not known` };
  if (endpoints.some(({ isElsewhere }) => isElsewhere))
    return { because: "the VPC of an endpoint in view is not known" };
  const owner = project.templates.find((template) => template.resources.get(vpc.id) === vpc);
  return owner?.incomplete === undefined ? "no" : { because: owner.incomplete };
}

/** The route tables of a VPC that are in the given template. */
export function routeTablesIn(project: Project, template: Template, vpc: Resource): Resource[] {
  return [...template.resources.values()].filter((resource) => {
    if (resource.type !== "AWS::EC2::RouteTable") return false;
    const ids = propertiesOf(template, resource).flatMap((each) => get(each, "VpcId"));
    return ids.some(({ value }) => vpcOf(project, template, value) === vpc);
  });
}

/** The associations of subnets with route tables in a project. */
export interface Routing {
  /** Subnet → its route tables: several under conditions. */
  tables: ReadonlyMap<Resource, readonly Resource[]>;
  /** Subnets with an association to something that is not in view. */
  unknown: ReadonlySet<Resource>;
  /** An association's subnet is not in view: it may be any. */
  isIncomplete: boolean;
}

export const routingOf = perObject((project: Project): Routing => {
  const tables = new Map<Resource, Resource[]>();
  const unknown = new Set<Resource>();
  let isIncomplete = false;
  for (const template of project.templates) {
    for (const resource of template.resources.values()) {
      if (resource.type !== "AWS::EC2::SubnetRouteTableAssociation") continue;
      const at = (key: string) =>
        propertiesOf(template, resource)
          .flatMap((each) => get(each, key))
          .map(({ value }) => follow(project, template, value)?.resource);
      for (const subnet of at("SubnetId")) {
        if (!subnet) isIncomplete = true;
        for (const table of subnet ? at("RouteTableId") : []) {
          if (subnet && table) tables.set(subnet, [...(tables.get(subnet) ?? []), table]);
          else if (subnet) unknown.add(subnet);
        }
      }
    }
  }
  return { tables, unknown, isIncomplete };
});

/** Is a subnet of the VPC in view that has no route table of its own? It uses the main one, which no template can name. */
export function usesMainRouteTable(project: Project, vpc: Resource): boolean {
  const { tables, unknown } = routingOf(project);
  return project.templates.some((template) =>
    [...template.resources.values()].some(
      (resource) =>
        resource.type === "AWS::EC2::Subnet" &&
        !tables.has(resource) &&
        !unknown.has(resource) &&
        vpcsOfSubnet(project, { template, resource }).includes(vpc),
    ),
  );
}

/** The route tables of all endpoints of the endpoint's VPCs, or why they are not all known, in words that fit behind "because". */
export function routedTables(
  project: Project,
  endpoint: DynamoDbEndpoint,
): ReadonlySet<Resource> | { because: string } {
  const beside = endpointsOf(project).filter(({ vpcs }) => vpcs.some((vpc) => endpoint.vpcs.includes(vpc)));
  if (beside.some((each) => isGateway(each) !== true)) return { because: "its VPC has an interface endpoint too" };
  const lists = written([endpoint, ...beside].flatMap(({ routeTableIds }) => routeTableIds));
  // The place of a value that is there is the node that says it.
  const targets = lists.flatMap((list) => followList(project, list.template, list.place as Node));
  if (targets.includes(undefined)) return { because: "a route table of its VPC's endpoints is not in view" };
  return new Set(targets.flatMap((target) => target?.resource ?? []));
}

/** Is the endpoint of the gateway kind? Gateway is the default. Undefined where it cannot be told. */
export function isGateway(endpoint: DynamoDbEndpoint): boolean | undefined {
  if (endpoint.type.some(isUnknown)) return undefined;
  return endpoint.type.every(saysGateway);
}

export function saysGateway(type: Setting): boolean {
  return isAbsent(type) || text(type) === "Gateway";
}
