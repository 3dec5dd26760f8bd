import { both } from "../evaluate/branches.ts";
import type { Path } from "../evaluate/path.ts";
import { getPath, type Located, propertiesOf, type Setting, text } from "../evaluate/setting.ts";
import { piecesOf } from "../evaluate/value.ts";
import { perObject } from "../lazy.ts";
import type { Related } from "../lint/finding.ts";
import type { Resource, Template } from "../template/template.ts";
import { isTableInView } from "./in-view.ts";
import { type Key, keysNamedBy, usesOf } from "./keys.ts";
import type { Policy } from "./policy.ts";
import { follow, type Project } from "./project.ts";
import { type Table, tablesOf } from "./tables.ts";
import { trailsOf } from "./trails.ts";

/** What is encrypted with a key in view and is DynamoDB's, or holds what comes out of it. */
export interface KeyLink {
  /** How messages call it: `"Orders"`, `backup vault "Daily"`, `stream "Changes"`, `trail "Audit"`. */
  name: string;
  table?: Table;
  /** The setting that names the key, or an alias of it. */
  setting: Setting;
}

/** A table's key, or that of its Kinesis stream; where a table is in view also the keys of backup vaults and trails. */
export function linksOf(project: Project, key: Key): readonly KeyLink[] {
  const tables = usesOf(project, key).map(({ table, setting }) => ({ name: `"${table.id}"`, table, setting }));
  return [...tables, ...(neighbourLinks(project).get(key.resource) ?? [])];
}

/** The links to tables alone. */
export function tableLinksOf(project: Project, key: Key): readonly KeyLink[] {
  return linksOf(project, key).filter(({ table }) => table !== undefined);
}

/** Types that hold what comes out of tables, how messages call them, and the property that names their key. Source: CloudFormation resource reference. */
const NEIGHBOURS: Record<string, { name: string; key: readonly string[] }> = {
  "AWS::Backup::BackupVault": { name: "backup vault", key: ["EncryptionKeyArn"] },
  "AWS::Backup::LogicallyAirGappedBackupVault": { name: "backup vault", key: ["EncryptionKeyArn"] },
  "AWS::CloudTrail::Trail": { name: "trail", key: ["KMSKeyId"] },
  "AWS::CloudTrail::EventDataStore": { name: "event data store", key: ["KmsKeyId"] },
  "AWS::Kinesis::Stream": { name: "stream", key: ["StreamEncryption", "KeyId"] },
};

const neighbourLinks = perObject((project: Project): ReadonlyMap<Resource, readonly KeyLink[]> => {
  const links = new Map<Resource, KeyLink[]>();
  for (const { template, resource } of neighboursIn(project)) {
    const type = NEIGHBOURS[resource.type];
    if (!type) continue;
    const name = `${type.name} "${resource.logicalId}"`;
    for (const setting of propertiesOf(template, resource).flatMap((each) => getPath(each, ...type.key))) {
      for (const key of keysNamedBy(project, setting).keys)
        links.set(key.resource, [...(links.get(key.resource) ?? []), { name, setting }]);
    }
  }
  return links;
});

interface Neighbour {
  template: Template;
  resource: Resource;
}

/** Streams count where a table writes to them; vaults and trails are the account's, and count where a table or DAX cluster is in view. */
function neighboursIn(project: Project): Neighbour[] {
  const found = new Map<Resource, Neighbour>();
  for (const template of project.templates) {
    const audited = new Set(
      trailsOf(template)
        .filter(recordsTables)
        .map(({ resource }) => resource),
    );
    for (const resource of template.resources.values()) {
      if (!NEIGHBOURS[resource.type] || resource.type === "AWS::Kinesis::Stream") continue;
      if (isTableInView(project) || audited.has(resource)) found.set(resource, { template, resource });
    }
  }
  for (const { copies, template } of project.templates.flatMap(tablesOf)) {
    for (const arn of copies.flatMap(({ located }) => getPath(located, "KinesisStreamSpecification", "StreamArn"))) {
      const target = follow(project, template, arn.value);
      if (target) found.set(target.resource, target);
    }
  }
  return [...found.values()];
}

function recordsTables({ recordings }: ReturnType<typeof trailsOf>[number]): boolean {
  return recordings.some(({ recordsTableData }) => recordsTableData === "yes");
}

/**
 * Is a key DynamoDB's business: linked, or with a policy that speaks of DynamoDB by `kms:ViaService`, by its service principal or by the
 * encryption context of tables?
 */
export function concernsDynamoDb(project: Project, key: Key): boolean {
  return linksOf(project, key).length > 0 || key.policies.some(namesDynamoDb);
}

function namesDynamoDb({ statements }: Policy): boolean {
  return statements.some(
    ({ conditions, principals }) =>
      conditions.some(
        (test) =>
          /^kms:EncryptionContext:aws:dynamodb:/i.test(test.key) ||
          (test.key.toLowerCase() === "kms:viaservice" && test.values.some(isDynamoDbService)),
      ) || principals.some(({ setting }) => text(setting) === "dynamodb.amazonaws.com"),
  );
}

/** `dynamodb.eu-west-1.amazonaws.com` and its like, whatever the region. */
export function isDynamoDbService({ value }: Setting): boolean {
  const [start] = piecesOf(value) ?? [];
  return typeof start === "string" && /^dynamodb\./i.test(start);
}

/** The links that can hold together with a branch of the key, and the branches of both as far as they lie in its template. */
export function usedIn(branch: Pick<Located, "template" | "when">, links: readonly KeyLink[]) {
  const { template, when } = branch;
  const met = links.filter(({ setting }) => setting.template !== template || both(template, when, setting.when));
  const branches = met.flatMap(({ setting }): Path[] => {
    const joined = setting.template === template ? both(template, when, setting.when) : when;
    return joined ? [joined] : [];
  });
  return { links: met, branches };
}

/** What they are called, each once. */
export function namesOf(links: readonly KeyLink[]): string[] {
  return [...new Set(links.map(({ name }) => name))];
}

/** Where the links name the key. */
export function relatedLinks(links: readonly KeyLink[]): Related[] {
  return links.map(({ name, setting }) => ({
    message: `${name} is encrypted with it`,
    template: setting.template,
    place: setting.place,
  }));
}
