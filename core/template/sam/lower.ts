import type { MapNode } from "../../syntax/node.ts";
import type { Resource } from "../template.ts";
import { lowerConnector, lowerEmbeddedConnectors } from "./connectors.ts";
import { lowerFunction } from "./function.ts";
import { type Globals, globalsOf } from "./globals.ts";
import { lowerGraphQlApi } from "./graphql-api.ts";
import { lowerSimpleTable } from "./simple-table.ts";
import { lowerStateMachine } from "./state-machine.ts";

const LOWERINGS: Readonly<Record<string, (resource: Resource, globals: Globals) => Resource[]>> = {
  "AWS::Serverless::Function": lowerFunction,
  "AWS::Serverless::GraphQLApi": lowerGraphQlApi,
  "AWS::Serverless::SimpleTable": lowerSimpleTable,
  "AWS::Serverless::StateMachine": lowerStateMachine,
};

/**
 * What the SAM transform makes of a template's resources, as far as tables and who reaches them go: CloudFormation resources out of the
 * nodes that were written, and made nodes (`generated`) where the transform adds something. `logicalId`, `key`, `node` and `writtenType`
 * stay those of the resource that was written; types that are not known stay as they are. Never throws, whatever the nodes are.
 *
 * Where SAM would give one id to two resources (and refuse the template), the one that was written stays.
 */
export function lowerSam(written: readonly Resource[], section: MapNode | undefined): Resource[] {
  const globals = globalsOf(section);
  const lowered = written.flatMap((resource) => LOWERINGS[resource.type]?.(resource, globals) ?? [resource]);
  const ids = new Set(written.map((resource) => resource.id));
  const isFree = ({ id, logicalId }: Resource): boolean => {
    if (id === logicalId) return true;
    if (ids.has(id)) return false;
    ids.add(id);
    return true;
  };
  const resources = lowered.filter(isFree);
  const byId = new Map(resources.map((resource) => [resource.id, resource]));
  // Connectors speak of what the other resources became; SAM does them last, too.
  const connected = resources.flatMap((resource) =>
    resource.type === "AWS::Serverless::Connector" ? lowerConnector(resource, byId) : [resource],
  );
  const embedded = written.flatMap((resource) => lowerEmbeddedConnectors(resource, byId));
  return [...connected, ...embedded].filter((resource) => byId.get(resource.id) === resource || isFree(resource));
}
