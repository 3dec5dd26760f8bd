import type { MapNode, Node, Span } from "../../syntax/node.ts";
import type { Resource } from "../template.ts";
import { graphQlApiDefaultPermissions } from "./connector-profiles.ts";
import { connectorPolicy } from "./connectors.ts";
import { type Globals, propertiesWithGlobals } from "./globals.ts";
import { arnOf, generated, keys, lowered, role, tagList, withProperties } from "./resource.ts";
import { getAtt, list, map, ref, scalar, sub } from "./synthetic.ts";
import { asMap, entriesOf, entryUnder, isEmpty, mapUnder, plain, textOf, valueUnder } from "./written.ts";

const API = "AWS::AppSync::GraphQLApi";
const SERVICE = "appsync.amazonaws.com";

/** Source: the translator's SamGraphQLApi. */
const WRITABLE = keys([
  "IntrospectionConfig",
  "Name",
  "OwnerContact",
  "QueryDepthLimit",
  "ResolverCountLimit",
  "Visibility",
  "XrayEnabled",
]);

const AUTHORIZERS: Readonly<Record<string, string>> = {
  LambdaAuthorizerConfig: "LambdaAuthorizer",
  OpenIDConnectConfig: "OpenIDConnect",
  UserPoolConfig: "UserPool",
};

/** `AWS::Serverless::GraphQLApi` → the API, and for each DynamoDB data source the data source, its role and its policy. */
export function lowerGraphQlApi(resource: Resource, globals: Globals): Resource[] {
  const source = propertiesWithGlobals(resource, "GraphQLApi", globals);
  if (!source) return [{ ...resource, type: API }];
  const auth = mapUnder(source, "Auth");
  const additional = auth && valueUnder(auth, "Additional");
  const others = additional?.node.kind === "sequence" && !additional.node.tag ? additional.node.items : [];
  const providers = others.flatMap((item) => {
    const provider = asMap(item);
    return provider ? map(authentication(provider), provider) : [];
  });
  const tags = mapUnder(source, "Tags");
  const logs = logConfig(resource, source);
  const made = {
    ...(auth && authentication(auth)),
    AdditionalAuthenticationProviders: additional && list(providers, additional.node),
    Tags: tags && tagList(tags),
    LogConfig: logs?.config,
  };
  const api = lowered(resource, API, withProperties(source, ["Logging"], made, WRITABLE));
  const dataSources = mapUnder(source, "DataSources");
  const tables = dataSources && mapUnder(dataSources, "DynamoDb");
  return [
    api,
    ...(logs?.roles ?? []),
    ...(tables ? entriesOf(tables) : []).flatMap(({ key, value }) => {
      const dataSource = asMap(value);
      return dataSource ? lowerDataSource(resource, key.text, key, dataSource) : [];
    }),
  ];
}

function authentication(auth: MapNode): Record<string, Node | undefined> {
  const made: Record<string, Node | undefined> = { AuthenticationType: entryUnder(auth, "Type")?.value };
  for (const [name, written] of Object.entries(AUTHORIZERS)) made[name] = entryUnder(auth, written)?.value;
  return made;
}

/** `Logging: false` logs nothing; everything else logs at level ALL unless it says otherwise. */
function logConfig(resource: Resource, source: MapNode): { config: Node; roles: Resource[] } | undefined {
  const written = valueUnder(source, "Logging");
  if (written && textOf(written.node) === "false") return undefined;
  const origin: Span = written?.key ?? resource.key;
  const logging = written && asMap(written.node);
  const own = (key: string) => {
    const value = logging && entryUnder(logging, key)?.value;
    return isEmpty(value) ? undefined : value;
  };
  const roleId = `${resource.id}CloudWatchRole`;
  const roleArn = own("CloudWatchLogsRoleArn");
  const config = map(
    {
      FieldLogLevel: own("FieldLogLevel") ?? scalar("ALL", origin),
      ExcludeVerboseContent: own("ExcludeVerboseContent"),
      CloudWatchLogsRoleArn: roleArn ?? arnOf(roleId, origin),
    },
    origin,
  );
  const standard = ["service-role/AWSAppSyncPushToCloudWatchLogs"];
  const roles = roleArn ? [] : [role(resource, roleId, { managed: [], inline: [], service: SERVICE, standard })];
  return { config, roles };
}

function lowerDataSource(resource: Resource, name: string, origin: Span, dataSource: MapNode): Resource[] {
  const id = `${resource.id}${name}DynamoDBDataSource`;
  const value = (key: string) => {
    const written = entryUnder(dataSource, key)?.value;
    return isEmpty(written) ? undefined : written;
  };
  const ownRole = value("ServiceRoleArn");
  const region = value("Region") ?? ref("AWS::Region", origin);
  const tableName = value("TableName");
  const properties = map(
    {
      ApiId: getAtt(resource.id, "ApiId", origin),
      Name: value("Name") ?? scalar(name, origin),
      Type: scalar("AMAZON_DYNAMODB", origin),
      Description: value("Description"),
      DynamoDBConfig: map(
        {
          AwsRegion: region,
          TableName: tableName,
          UseCallerCredentials: value("UseCallerCredentials"),
          Versioned: value("Versioned"),
          DeltaSyncConfig: value("DeltaSync"),
        },
        origin,
      ),
      ServiceRoleArn: ownRole ?? arnOf(`${id}Role`, origin),
    },
    origin,
  );
  const path = ["Resources", resource.logicalId, "Properties", "DataSources", "DynamoDb", name];
  const made = [generated(resource, id, "AWS::AppSync::DataSource", properties)];
  if (!ownRole) {
    made.push(role(resource, `${id}Role`, { managed: [], inline: [], service: SERVICE, standard: [] }));
    const policy = dataSourcePolicy(resource, id, dataSource, { region, tableName, arn: value("TableArn") }, origin);
    if (policy) made.push(policy);
  }
  return made.map((each) => ({ ...each, part: { path, key: origin } }));
}

function dataSourcePolicy(
  resource: Resource,
  id: string,
  dataSource: MapNode,
  table: { region: Node; tableName: Node | undefined; arn: Node | undefined },
  origin: Span,
): Resource | undefined {
  const text = `arn:\${AWS::Partition}:dynamodb:\${__Region__}:\${AWS::AccountId}:table/\${__TableName__}`;
  const { tableName, region } = table;
  const arn = table.arn ?? (tableName && sub(text, { __Region__: region, __TableName__: tableName }, tableName));
  const written = entryUnder(dataSource, "Permissions")?.value;
  const listed = written && plain(written);
  const permissions = new Map<string, Span>();
  if (listed?.kind === "sequence" && !isEmpty(listed)) {
    for (const item of listed.items) permissions.set(textOf(item) ?? "", item);
  } else if (isEmpty(listed)) {
    for (const name of graphQlApiDefaultPermissions) permissions.set(name, origin);
  }
  const source = { type: "AWS::AppSync::DataSource", role: ref(`${id}Role`, origin) };
  const destination = { type: "AWS::DynamoDB::Table", arn };
  return connectorPolicy(
    resource,
    `${id}ToTableConnectorPolicy`,
    source,
    destination,
    permissions,
    tableName ?? origin,
  );
}
