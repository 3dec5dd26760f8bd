import { findEntry, type MapNode, type Node, type Span, textAt } from "../../syntax/node.ts";
import { getAttTarget, intrinsicOf } from "../intrinsics.ts";
import type { Resource } from "../template.ts";
import { type ConnectorProfile, type ConnectorResource, connectorProfile } from "./connector-profiles.ts";
import { arnOf, generated } from "./resource.ts";
import { list, map, ref, scalar, sub } from "./synthetic.ts";
import { asMap, entriesOf, entryUnder, isEmpty, mapUnder, type Plain, plain, textOf, valueUnder } from "./written.ts";

/** One end of a connector. */
interface End {
  type: string;
  arn?: Node;
  /** The name of its role. */
  role?: Node;
}

/** Which property of a resource names its role. Source: the translator's CfnResourceProperties. */
const ROLE_PROPERTIES: Readonly<Record<string, string>> = {
  "AWS::Lambda::Function": "Role",
  "AWS::StepFunctions::StateMachine": "RoleArn",
  "AWS::AppSync::DataSource": "ServiceRoleArn",
};

/** `AWS::Serverless::Connector` → managed policies. The connector stays where it leads to something else than a table, too. */
export function lowerConnector(resource: Resource, resources: ReadonlyMap<string, Resource>): Resource[] {
  const properties = mapUnder(resource.node, "Properties");
  const source = properties && mapUnder(properties, "Source");
  if (!properties || !source) return [resource];
  const { policies, complete } = connect(resource, resource.id, properties, source, resources);
  return complete ? policies : [resource, ...policies];
}

/** The `Connectors` attribute of any resource → managed policies. */
export function lowerEmbeddedConnectors(resource: Resource, resources: ReadonlyMap<string, Resource>): Resource[] {
  const connectors = mapUnder(resource.node, "Connectors");
  return (connectors ? entriesOf(connectors) : []).flatMap(({ key, value }) => {
    const connector = asMap(value);
    const found = connector && valueUnder(connector, "Properties");
    const properties = found && asMap(found.node);
    if (!connector || !found || !properties) return [];
    const source = map({ Id: scalar(resource.logicalId, key) }, key);
    const { policies } = connect(resource, resource.id + key.text, properties, source, resources);
    const path = ["Resources", resource.logicalId, "Connectors", key.text, "Properties"];
    // The policy has the connector's own condition, not the resource's.
    const condition = textAt(connector, "Condition");
    return policies.map((policy) => ({ ...policy, condition, part: { path, key: found.key } }));
  });
}

interface Connection {
  policies: Resource[];
  /** Whether every destination was understood. */
  complete: boolean;
}

function connect(
  owner: Resource,
  id: string,
  properties: MapNode,
  sourceReference: MapNode,
  resources: ReadonlyMap<string, Resource>,
): Connection {
  const written = valueUnder(properties, "Destination")?.node;
  const several = written?.kind === "sequence" && !written.tag;
  const destinations: readonly (Node | undefined)[] = several ? written.items : [written];
  const permissions = permissionsOf(entryUnder(properties, "Permissions")?.value);
  const source = endOf(sourceReference, resources);
  const connected = destinations.map((each, index) => {
    const reference = each && asMap(each);
    const destination = reference && endOf(reference, resources);
    if (!source || !destination) return undefined;
    const policyId = several ? `${id}PolicyDestination${index}` : `${id}Policy`;
    return connectorPolicy(owner, policyId, source, destination, permissions, reference);
  });
  const policies = connected.filter((policy) => policy !== undefined);
  return { policies, complete: policies.length === connected.length };
}

/** Permission → where it stands. */
type Permissions = ReadonlyMap<string, Span>;

function permissionsOf(node: Node | undefined): Permissions {
  const written = node && plain(node);
  if (written?.kind !== "sequence") return new Map();
  return new Map(
    written.items.flatMap((item) => {
      const name = textOf(item);
      return name === undefined ? [] : [[name, item] as const];
    }),
  );
}

/** The managed policy of a connector between a table and something else; undefined for every other connector. */
export function connectorPolicy(
  owner: Resource,
  id: string,
  source: End,
  destination: End,
  permissions: Permissions,
  origin: Span,
): Resource | undefined {
  const profile = connectorProfile(source.type, destination.type);
  const ends = { Source: source, Destination: destination };
  const role = profile && ends[profile.granted].role;
  const statements = profile ? statementsOf(profile, ends, permissions, origin) : [];
  if (!role || statements.length === 0) return undefined;
  const document = map({ Version: scalar("2012-10-17", origin), Statement: list(statements, origin) }, origin);
  const properties = map({ PolicyDocument: document, Roles: list([role], origin) }, origin);
  return generated(owner, id, "AWS::IAM::ManagedPolicy", properties);
}

function statementsOf(
  profile: ConnectorProfile,
  ends: { Source: End; Destination: End },
  permissions: Permissions,
  origin: Span,
): MapNode[] {
  return [...permissions].flatMap(([name, place]) => {
    const granted = name === "Read" || name === "Write" ? profile.permissions[name] : undefined;
    if (!granted) return [];
    const resources = granted.resources.flatMap((resource) => connectedResource(resource, ends, origin) ?? []);
    if (resources.length < granted.resources.length) return [];
    const actions = granted.actions.map((action) => scalar(action, place));
    return map(
      { Effect: scalar("Allow", place), Action: list(actions, place), Resource: list(resources, origin) },
      place,
    );
  });
}

function connectedResource(
  { end, suffix }: ConnectorResource,
  ends: { Source: End; Destination: End },
  origin: Span,
): Node | undefined {
  const { arn } = ends[end];
  if (!arn || suffix === "") return arn;
  return sub(`\${${end}Arn}${suffix}`, { [`${end}Arn`]: arn }, origin);
}

/** An end by `Id`, or by `Type` with `Arn` and `RoleName`. */
function endOf(reference: MapNode, resources: ReadonlyMap<string, Resource>): End | undefined {
  const written = entriesOf(reference);
  const id = entryUnder(reference, "Id")?.value;
  if (!id) {
    const type = textAt(reference, "Type");
    const arn = entryUnder(reference, "Arn")?.value;
    const role = entryUnder(reference, "RoleName")?.value;
    return type === undefined ? undefined : { type, arn, role };
  }
  // With `Id`, only a Qualifier may be said too.
  const resource = resources.get(textOf(id) ?? "");
  if (!resource || written.some(({ key }) => key.text !== "Id" && key.text !== "Qualifier")) return undefined;
  return { type: resource.type, arn: arnOf(resource.id, id), role: roleName(resource, id) };
}

/** `Ref` to the role that the resource's role property names by `Ref` or `Fn::GetAtt`. */
function roleName(resource: Resource, origin: Span): Node | undefined {
  const property = ROLE_PROPERTIES[resource.type];
  const properties = resource.properties && asMap(resource.properties.value);
  const role = property === undefined || !properties ? undefined : findEntry(properties, property)?.entry.value;
  const id = role && !isEmpty(role) ? referencedId(plain(role)) : undefined;
  return id === undefined ? undefined : ref(id, origin);
}

function referencedId(node: Plain | undefined): string | undefined {
  const called = node && intrinsicOf(node);
  if (called?.name === "Ref" && called.argument.kind === "scalar") return called.argument.text;
  return called?.name === "Fn::GetAtt" ? getAttTarget(called.argument)?.logicalId : undefined;
}
