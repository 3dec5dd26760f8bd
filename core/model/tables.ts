import { ALWAYS, otherwise, type Path } from "../evaluate/path.ts";
import {
  get,
  getPath,
  isAbsent,
  isOff,
  isOn,
  items,
  propertiesOf,
  type Setting,
  together,
  wholeResource,
} from "../evaluate/setting.ts";
import { piecesOf, textOf } from "../evaluate/value.ts";
import { perObject } from "../lazy.ts";
import { findEntry, type Span } from "../syntax/node.ts";
import type { Resource, Template } from "../template/template.ts";
import { type Encryption, encryptionOf } from "./encryption.ts";

/**
 * A DynamoDB table, however it is written: `AWS::DynamoDB::Table`, `AWS::DynamoDB::GlobalTable` (what CDK's TableV2 emits) or
 * `AWS::Serverless::SimpleTable`. Each property is a list of settings, one per branch that can hold.
 */
export interface Table {
  kind: "Table" | "GlobalTable" | "SimpleTable";
  template: Template;
  resource: Resource;
  /** The logical id. */
  id: string;
  /** One per replica of a GlobalTable; a Table is its own only copy. */
  copies: readonly TableCopy[];
  /** Server-side encryption with KMS, of all copies. */
  encryption: readonly Encryption[];
  /** Attributes beside `Properties`, SAM's and CloudFormation's alike. */
  deletionPolicy: readonly Setting[];
  updateReplacePolicy: readonly Setting[];
  tableName: readonly Setting[];
  /** `GlobalTableSourceArn`: the table is a replica of one elsewhere, and some settings come from there. */
  globalTableSource: readonly Setting[];
}

/** What can differ between the replicas of a table. */
export interface TableCopy {
  /** How messages call it: `"Orders"`, or `replica eu-west-1 of "Orders"`. */
  name: string;
  /** The replica's region in words; undefined for a Table. */
  region?: string;
  /** Where it stands: the logical id, or the replica's `Region` entry. */
  located: Setting;
  /** What its properties are read from, one per branch: the table's `Properties`, or the replica's entry. */
  holders: readonly Setting[];
  pointInTimeRecovery: readonly Setting[];
  deletionProtection: readonly Setting[];
  /** The `PolicyDocument` of the copy, and of its stream. */
  resourcePolicy: readonly Setting[];
  streamPolicy: readonly Setting[];
  /** `KMSMasterKeyId`: the table's for a Table, the replica's own for a GlobalTable. */
  key: readonly Setting[];
}

export const tablesOf = perObject((template: Template): readonly Table[] => {
  const tables: Table[] = [];
  for (const resource of template.resources.values()) {
    if (resource.type === "AWS::DynamoDB::Table") tables.push(plainTable(template, resource));
    else if (resource.type === "AWS::DynamoDB::GlobalTable") tables.push(globalTable(template, resource));
  }
  return tables;
});

function plainTable(template: Template, resource: Resource): Table {
  const properties = propertiesOf(template, resource);
  const [located] = properties;
  const copy = copyOf(
    `"${resource.logicalId}"`,
    located ?? wholeResource(template, resource),
    properties,
    "StreamSpecification",
  );
  return {
    ...common(template, resource, properties),
    kind: resource.writtenType === "AWS::Serverless::SimpleTable" ? "SimpleTable" : "Table",
    copies: [{ ...copy, key: properties.flatMap((each) => getPath(each, "SSESpecification", "KMSMasterKeyId")) }],
  };
}

function globalTable(template: Template, resource: Resource): Table {
  const properties = propertiesOf(template, resource);
  const replicas = properties.flatMap((each) => get(each, "Replicas")).flatMap(items);
  const shared = common(template, resource, properties);
  return {
    ...shared,
    kind: "GlobalTable",
    copies: replicas.map((replica, index) => {
      const region = regionName(replica) ?? `${index + 1}`;
      const place = regionEntry(replica) ?? replica.place;
      const located = { ...replica, place, holder: place };
      const copy = copyOf(
        `Replica ${region} of "${resource.logicalId}"`,
        located,
        [located],
        "ReplicaStreamSpecification",
      );
      return {
        ...copy,
        region,
        pointInTimeRecovery: copy.pointInTimeRecovery.flatMap((each) =>
          unlessInherited(each, shared.globalTableSource),
        ),
        key: getPath(located, "SSESpecification", "KMSMasterKeyId"),
      };
    }),
  };
}

/**
 * A replica of a table elsewhere may take a setting from there: then its absence says nothing. Source: the DynamoDB pages about global tables
 * in several accounts, which disagree for point-in-time recovery.
 */
function unlessInherited(setting: Setting, sources: readonly Setting[]): Setting[] {
  if (!isAbsent(setting)) return [setting];
  const reason = "the table is a replica of one elsewhere, whose settings may count";
  const hidden: Setting = { ...setting, value: { kind: "opaque", reason } };
  const branches = together([[setting], sources]);
  return branches
    ? branches.map(({ when, chosen }) => (chosen.every(isAbsent) ? { ...setting, when } : { ...hidden, when }))
    : [hidden];
}

function common(template: Template, resource: Resource, properties: readonly Setting[]) {
  const whole = wholeResource(template, resource);
  const property = (...keys: string[]) => properties.flatMap((each) => getPath(each, ...keys));
  return {
    template,
    resource,
    id: resource.logicalId,
    encryption: encryptionOf(properties),
    deletionPolicy: get(whole, "DeletionPolicy"),
    updateReplacePolicy: get(whole, "UpdateReplacePolicy"),
    tableName: property("TableName"),
    globalTableSource: property("GlobalTableSourceArn"),
  };
}

function copyOf(name: string, located: Setting, holders: readonly Setting[], streamProperty: string): TableCopy {
  const property = (...keys: string[]) => holders.flatMap((holder) => getPath(holder, ...keys));
  return {
    name,
    located,
    holders,
    pointInTimeRecovery: property("PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled"),
    deletionProtection: property("DeletionProtectionEnabled"),
    resourcePolicy: property("ResourcePolicy", "PolicyDocument"),
    streamPolicy: property(streamProperty, "ResourcePolicy", "PolicyDocument"),
    key: [],
  };
}

function regionName(replica: Setting): string | undefined {
  const regions = get(replica, "Region").map(
    ({ value }) => textOf(value) ?? (value.kind === "pseudo" ? `\${${value.name}}` : undefined),
  );
  return regions.every((region) => region !== undefined) ? regions.join(" or ") : undefined;
}

function regionEntry(replica: Setting): Span | undefined {
  const entry = replica.value.kind === "map" ? findEntry(replica.value.node, "Region")?.entry : undefined;
  return entry && { start: entry.key.start, end: entry.value.end };
}

/** One setting of all copies in a branch that can hold. */
export interface Across {
  when: Path;
  /** One per copy that exists in the branch, in the order of `table.copies`. */
  settings: readonly { copy: TableCopy; setting: Setting }[];
}

/**
 * A setting of every copy, joined over the branches that can hold together. With too many branches to look at there is one branch in which
 * every setting is unknown.
 */
export function acrossCopies(table: Table, pick: (copy: TableCopy) => readonly Setting[]): Across[] {
  const lists = table.copies.map((copy): Choice[] => {
    const settings = pick(copy).map((setting) => ({ template: table.template, when: setting.when, copy, setting }));
    // A replica under a condition is not there in the other branches.
    const elsewhere = otherwise(copy.located.when).map((when) => ({ template: table.template, when }));
    return [...settings, ...elsewhere];
  });
  const joined = together(lists) ?? [tooMany(lists)];
  return joined.map(({ when, chosen }) => ({
    when,
    settings: chosen.flatMap(({ copy, setting }) => (copy && setting ? [{ copy, setting }] : [])),
  }));
}

interface Choice {
  template: Template;
  when: Path;
  copy?: TableCopy;
  setting?: Setting;
}

function tooMany(lists: readonly (readonly Choice[])[]): { when: Path; chosen: Choice[] } {
  const value = { kind: "opaque" as const, reason: "the replicas have too many branches to look at together" };
  const chosen = lists.flatMap(([first]) =>
    first?.setting ? [{ ...first, setting: { ...first.setting, value } }] : [],
  );
  return { when: ALWAYS, chosen };
}

/** Copies of one branch by what a boolean setting of theirs says. */
export function split(across: Across) {
  return {
    on: across.settings.filter(({ setting }) => isOn(setting)),
    off: across.settings.filter(({ setting }) => isOff(setting)),
    unknown: across.settings.filter(({ setting }) => !isOn(setting) && !isOff(setting)),
  };
}

/** The branches in which a copy may lack deletion protection: none where it is on for every copy in every branch. */
export function deletableIn(table: Table): Path[] {
  return acrossCopies(table, (copy) => copy.deletionProtection)
    .filter((branch) => branch.settings.length === 0 || split(branch).on.length < branch.settings.length)
    .map((branch) => branch.when);
}

/** Does the key setting name a key of the customer's own? Source: KMSMasterKeyId, DynamoDB CloudFormation reference. */
export function isCustomerKey(key: Setting): boolean {
  if (isAbsent(key)) return false;
  // `!Sub arn:${AWS::Partition}:kms:…:alias/aws/dynamodb` is known at its end.
  const last = piecesOf(key.value)?.at(-1);
  return typeof last !== "string" || !/(?:^|:)alias\/aws\/dynamodb$/.test(last);
}
