import { findAction } from "./actions.ts";

/**
 * What DynamoDB refuses in resource policies. Sources: DynamoDB Developer Guide, rbac-considerations (size); the service's own answers "Policy
 * contains invalid service principal" and "The following action names are invalid", as reported for the CDK in its issues 37273 and 32230.
 */

/** Zero-ETL integrations with Redshift and Glue, and global tables over several accounts; without `.amazonaws.com`. */
const ACCEPTED_SERVICES = new Set(["redshift", "glue", "replication.dynamodb"]);

export function isAcceptedService(service: string): boolean {
  return ACCEPTED_SERVICES.has(service);
}

/** Bytes of a policy's text, white space included: the documentation says 20 KB. */
export const LARGEST_RESOURCE_POLICY = 20 * 1024;

const STREAM_ACTIONS = new Set([
  "dynamodb:DescribeStream",
  "dynamodb:GetRecords",
  "dynamodb:GetShardIterator",
  "dynamodb:ListStreams",
]);

/**
 * Why DynamoDB refuses an action that is written out. `elsewhere`: it exists, but not in a policy of that kind; `unknown`: no such action is
 * known. Undefined for patterns, for actions of other services and for everything else, which is not judged.
 */
export function refusalOf(kind: "table" | "stream", action: string): "elsewhere" | "unknown" | undefined {
  if (!/^dynamodb:[^*?$]+$/i.test(action)) return undefined;
  const known = findAction(action);
  if (!known) return "unknown";
  const isRefused = kind === "table" ? STREAM_ACTIONS.has(known.qualified) : known.name === "ListStreams";
  return isRefused ? "elsewhere" : undefined;
}
