import type { ArnText, Hole } from "../iam/arn.ts";
import { isBareStar, splitArn, tableNameOf } from "../iam/arn.ts";
import { arnsOverlap } from "../iam/arn-match.ts";
import type { Statement } from "../iam/statements.ts";
import { perObject } from "../lazy.ts";
import { nameOfTable } from "../model/arns.ts";
import type { Project } from "../model/project.ts";
import type { ResourcePolicy } from "../model/resource-policies.ts";
import { tablesOf } from "../model/tables.ts";
import type { Template } from "../template/template.ts";
import { resourceArns } from "./grants.ts";

/**
 * Can a statement of a resource policy ever speak of what the policy is attached to? A policy "takes effect only if the specified ARN matches the
 * ARN of the DynamoDB resource to which it is attached" (Developer Guide, rbac-examples). False only where surely no resource of it matches;
 * undefined where deployment decides.
 */
export function speaksOfOwnResource(
  project: Project,
  policy: ResourcePolicy,
  statement: Statement,
): boolean | undefined {
  const known = answersOf(project)(policy);
  if (!known.has(statement)) known.set(statement, speaks(project, policy, statement));
  return known.get(statement);
}

/** Every rule about resource policies asks the same of every statement. */
const answersOf = perObject((_project: Project) =>
  perObject((_policy: ResourcePolicy) => new Map<Statement, boolean | undefined>()),
);

function speaks(project: Project, policy: ResourcePolicy, statement: Statement): boolean | undefined {
  if (statement.notResources.length > 0 || statement.resources.length === 0) return undefined;
  const own = ownArns(policy);
  const answers = resourceArns(project, statement).map(({ arn }) => arn && matchesOwn(policy, own, arn));
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}

function matchesOwn(policy: ResourcePolicy, own: readonly ArnText[], arn: ArnText): boolean | undefined {
  if (isBareStar(arn)) return true;
  const name = tableNameOf(arn);
  if (name && isAnotherTable(policy, name)) return false;
  const bound = arn.map((piece) => (typeof piece === "string" ? piece : boundHole(policy.template, piece)));
  const answers = own.map((each) => arnsOverlap(inOwnPartition(bound), each));
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}

/** The ARN in the partition that the stack is deployed in, as whoever writes `arn:aws:` deploys there. */
export function inOwnPartition(arn: ArnText): ArnText {
  const parts = splitArn(arn);
  if (!parts) return arn;
  const { service, region, account, resource } = parts;
  return ["arn:", PARTITION, ":", ...service, ":", ...region, ":", ...account, ":", ...resource];
}

const PARTITION: Hole = { hole: "AWS::Partition" };

/** The stack's region and account where they are known. */
function boundHole({ inputs }: Template, piece: Hole): string | Hole {
  if (piece.hole === "AWS::Region") return inputs.region ?? piece;
  return piece.hole === "AWS::AccountId" ? (inputs.account ?? piece) : piece;
}

/** Two tables of a template never have the same name, whatever the names are. */
function isAnotherTable({ template, table }: ResourcePolicy, [name, ...others]: ArnText): boolean {
  if (name === undefined || others.length > 0) return false;
  const key = keyOf(name);
  return key !== keyOf(nameOfTable(table)) && tableNames(template).has(key);
}

const tableNames = perObject(
  (template: Template): ReadonlySet<string> => new Set(tablesOf(template).map((table) => keyOf(nameOfTable(table)))),
);

function keyOf(name: string | Hole): string {
  return typeof name === "string" ? name : `\0${name.hole}`;
}

/** The ARNs that a policy can speak of: of a table and its indexes, or of a stream. A replica's has its own region. */
function ownArns({ kind, table, copy, template }: ResourcePolicy): ArnText[] {
  const { region, account } = template.inputs;
  const own = [
    "arn:",
    PARTITION,
    ":dynamodb:",
    regionOf(copy.region, region),
    ":",
    account ?? { hole: "AWS::AccountId" },
    ":table/",
    nameOfTable(table),
  ];
  if (kind === "stream") return [[...own, "/stream/", { hole: `${template.file}#${table.resource.id}.StreamLabel` }]];
  return [own, [...own, "/index/*"]];
}

function regionOf(replica: string | undefined, stack: string | undefined): string | Hole {
  if (replica === undefined || replica === "${AWS::Region}") return stack ?? { hole: "AWS::Region" };
  return /^[a-z]{2}(?:-[a-z]+)+-\d+$/.test(replica) ? replica : { hole: `region ${replica}` };
}
