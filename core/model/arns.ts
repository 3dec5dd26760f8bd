import { get, propertiesOf, text } from "../evaluate/setting.ts";
import { piecesOf, type SymbolValue, symbolKey, type TextPiece, type Value } from "../evaluate/value.ts";
import type { ArnText, Hole } from "../iam/arn.ts";
import { perObject } from "../lazy.ts";
import type { Resource, Template } from "../template/template.ts";
import { follow, type Project, type Target } from "./project.ts";

/**
 * A text-like value as an ARN's pieces: references to resources in view become the ARN they have; undefined for maps, lists and absence. Equal
 * texts of a project are one object, so that what is asked of them is found out once.
 */
export function arnOf(project: Project, template: Template, value: Value): ArnText | undefined {
  const pieces = piecesOf(value);
  if (!pieces) return undefined;
  return sameObject(arnsIn(project)(template), pieces, () => {
    const text = pieces.flatMap((piece) => arnPieces(project, template, piece));
    return sameObject(textsIn(project), text, () => text);
  });
}

const arnsIn = perObject((_project: Project) => perObject((_template: Template) => new Map<string, ArnText>()));
const textsIn = perObject((_project: Project) => new Map<string, ArnText>());

/** What is known by the text of a list, or made now. */
function sameObject<T>(known: Map<string, T>, list: readonly unknown[], make: () => T): T {
  const key = JSON.stringify(list);
  const found = known.get(key) ?? make();
  known.set(key, found);
  return found;
}

function arnPieces(project: Project, template: Template, piece: TextPiece): ArnText {
  if (typeof piece === "string") return [piece];
  const target = follow(project, template, piece);
  if (target && isTable(target) && target.attribute === undefined) return [nameOfTable(target)];
  return (target && knownArn(target)) ?? [{ hole: holeName(template, piece, target) }];
}

function isTable({ resource }: Target): boolean {
  return resource.type === "AWS::DynamoDB::Table" || resource.type === "AWS::DynamoDB::GlobalTable";
}

/** The table's name where it is literal, so that a policy which spells it out speaks of the same table; else a hole. */
export function nameOfTable({ template, resource }: Pick<Target, "template" | "resource">): string | Hole {
  return namesOfTables(template)(resource);
}

const namesOfTables = perObject((template: Template) =>
  perObject((resource: Resource): string | Hole => readName(template, resource)),
);

function readName(template: Template, resource: Resource): string | Hole {
  const [only, ...others] = propertiesOf(template, resource).flatMap((each) => get(each, "TableName"));
  const name = only && others.length === 0 && only.when.defaults.length === 0 ? text(only) : undefined;
  return name !== undefined && /^[\w.-]+$/.test(name) ? name : { hole: `${template.file}#${resource.id}` };
}

/** The same resource is the same hole, whichever way it is reached. */
function holeName(template: Template, piece: SymbolValue, target: Target | undefined): string {
  if (target) return `${target.template.file}#${target.resource.id}${target.attribute ? `.${target.attribute}` : ""}`;
  return piece.kind === "pseudo" ? piece.name : `${template.file}#${symbolKey(piece)}`;
}

const PARTITION = { hole: "AWS::Partition" };
const REGION = { hole: "AWS::Region" };
const ACCOUNT = { hole: "AWS::AccountId" };

/** ARN formats: service authorization reference of DynamoDB, DAX and KMS; of other services only the service is of interest. */
function knownArn(target: Target): ArnText | undefined {
  const { template, resource, attribute } = target;
  const name = { hole: `${template.file}#${resource.id}` };
  const [, service = "", kind] = resource.type.split("::");
  if (isTable(target)) {
    const table = ["arn:", PARTITION, ":dynamodb:", REGION, ":", ACCOUNT, ":table/", nameOfTable(target)];
    if (attribute === "Arn") return table;
    return attribute === "StreamArn" ? [...table, "/stream/", { hole: `${name.hole}.StreamLabel` }] : undefined;
  }
  if (service === "DAX" && kind === "Cluster")
    return attribute === "Arn" ? ["arn:", PARTITION, ":dax:", REGION, ":", ACCOUNT, ":cache/", name] : undefined;
  // `Ref` gives the key's id, so that a spelled-out `key/${Key}` is the same.
  if (service === "KMS" && attribute === "Arn")
    return ["arn:", PARTITION, ":kms:", REGION, ":", ACCOUNT, ":key/", name];
  if (attribute?.endsWith("Arn") && resource.type.startsWith("AWS::"))
    return ["arn:", PARTITION, `:${service.toLowerCase()}:`, REGION, ":", ACCOUNT, ":", name];
  return undefined;
}
