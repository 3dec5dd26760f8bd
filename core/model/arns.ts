import { piecesOf, type SymbolValue, symbolKey, type TextPiece, type Value } from "../evaluate/value.ts";
import type { ArnText } from "../iam/arn.ts";
import type { Template } from "../template/template.ts";
import { follow, type Project, type Target } from "./project.ts";

/** A text-like value as an ARN's pieces: references to resources in view become the ARN they have; undefined for maps, lists and absence. */
export function arnOf(project: Project, template: Template, value: Value): ArnText | undefined {
  return piecesOf(value)?.flatMap((piece) => arnPieces(project, template, piece));
}

function arnPieces(project: Project, template: Template, piece: TextPiece): ArnText {
  if (typeof piece === "string") return [piece];
  const target = follow(project, template, piece);
  return (target && knownArn(target)) ?? [{ hole: holeName(template, piece, target) }];
}

/** The same resource is the same hole, whichever way it is reached. */
function holeName(template: Template, piece: SymbolValue, target: Target | undefined): string {
  if (target) return `${target.template.file}#${target.resource.id}${target.attribute ? `.${target.attribute}` : ""}`;
  return piece.kind === "pseudo" ? piece.name : `${template.file}#${symbolKey(piece)}`;
}

const PARTITION = { hole: "AWS::Partition" };
const REGION = { hole: "AWS::Region" };
const ACCOUNT = { hole: "AWS::AccountId" };

/** ARN formats: service authorization reference of DynamoDB and DAX; of other services only the service is of interest. */
function knownArn({ template, resource, attribute }: Target): ArnText | undefined {
  const name = { hole: `${template.file}#${resource.id}` };
  const table = ["arn:", PARTITION, ":dynamodb:", REGION, ":", ACCOUNT, ":table/", name];
  const [, service = "", kind] = resource.type.split("::");
  const isTable = service === "DynamoDB" && (kind === "Table" || kind === "GlobalTable");
  if (isTable)
    return attribute === "Arn"
      ? table
      : attribute === "StreamArn"
        ? [...table, "/stream/", { hole: `${name.hole}.StreamLabel` }]
        : undefined;
  if (service === "DAX" && kind === "Cluster")
    return attribute === "Arn" ? ["arn:", PARTITION, ":dax:", REGION, ":", ACCOUNT, ":cache/", name] : undefined;
  if (attribute?.endsWith("Arn") && resource.type.startsWith("AWS::"))
    return ["arn:", PARTITION, `:${service.toLowerCase()}:`, REGION, ":", ACCOUNT, ":", name];
  return undefined;
}
