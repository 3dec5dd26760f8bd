import { findEntry, type MapNode, type Node, withoutAlias } from "../../syntax/node.ts";
import type { Resource } from "../template.ts";
import { type Globals, propertiesWithGlobals } from "./globals.ts";
import { keys, lowered, tagList, withProperties } from "./resource.ts";
import { list, map, scalar } from "./synthetic.ts";
import { isEmpty, mapUnder, textOf, valueUnder } from "./written.ts";

const TABLE = "AWS::DynamoDB::Table";

/** The properties of a table that a SimpleTable passes on as they are. Source: the translator's SamSimpleTable. */
const PASSED_ON = keys(["PointInTimeRecoverySpecification", "ProvisionedThroughput", "SSESpecification", "TableName"]);

const ATTRIBUTE_TYPES: Readonly<Record<string, string>> = { String: "S", Number: "N", Binary: "B" };

/** `AWS::Serverless::SimpleTable` → `AWS::DynamoDB::Table` under the same logical id. */
export function lowerSimpleTable(resource: Resource, globals: Globals): Resource[] {
  const source = propertiesWithGlobals(resource, "SimpleTable", globals);
  if (!source) return [{ ...resource, type: TABLE }];
  const throughput = findEntry(source, "ProvisionedThroughput")?.entry.value;
  const onDemand = isEmpty(throughput) && !findEntry(source, "BillingMode");
  const tags = mapUnder(source, "Tags");
  const made = {
    ...primaryKey(source, resource),
    BillingMode: onDemand ? scalar("PAY_PER_REQUEST", resource.key) : undefined,
    Tags: tags && tagList(tags),
  };
  return [lowered(resource, TABLE, withProperties(source, ["PrimaryKey"], made, PASSED_ON))];
}

/** Without a PrimaryKey: `id`, a string. */
function primaryKey(source: MapNode, resource: Resource): { KeySchema?: Node; AttributeDefinitions?: Node } {
  const written = valueUnder(source, "PrimaryKey");
  const key = mapUnder(source, "PrimaryKey");
  const origin = written?.key ?? resource.key;
  const isWritten = written && !isEmpty(written.node);
  const name = isWritten ? key && findEntry(key, "Name")?.entry.value : scalar("id", origin);
  const type = isWritten ? key && findEntry(key, "Type")?.entry.value : scalar("String", origin);
  if (!name || !type) return {};
  const letter = ATTRIBUTE_TYPES[textOf(type) ?? ""];
  const attributeType = letter === undefined ? type : scalar(letter, withoutAlias(type) ?? type);
  return {
    KeySchema: list([map({ AttributeName: name, KeyType: scalar("HASH", origin) }, origin)], origin),
    AttributeDefinitions: list([map({ AttributeName: name, AttributeType: attributeType }, origin)], origin),
  };
}
