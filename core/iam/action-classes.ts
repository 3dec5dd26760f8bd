import { type Action, actionsOf, findAction } from "./actions.ts";

/**
 * Our grouping of the DynamoDB (and DAX) actions, as qualified canonical names (`dynamodb:GetItem`). Where the generated table says it, the
 * group follows the table and so grows with it; the others are judgements, with their reason.
 */
type ActionSet = ReadonlySet<string>;

const dynamodb = (...names: string[]): ActionSet => new Set(names.map((name) => `dynamodb:${name}`));
const kms = (...names: string[]): ActionSet => new Set(names.map((name) => `kms:${name}`));
const dax = (...names: string[]): ActionSet => new Set(names.map((name) => `dax:${name}`));

function derived(condition: (action: Action) => boolean): ActionSet {
  const names = [...actionsOf("dynamodb"), ...actionsOf("dax")].filter(condition).map((action) => action.qualified);
  return new Set(names);
}

const withKey = (key: string): ActionSet => derived((action) => action.conditionKeys.includes(key));
const withLevel = (...levels: string[]): ActionSet =>
  derived((action) => action.service === "dynamodb" && action.accessLevels.some((level) => levels.includes(level)));

// ---- From the table ------------------------------------------------------------------------------------------------------------------

/** Take no resource in a policy, so `Resource: "*"` is the only right one and no finding. */
export const noResourceLevel: ActionSet = derived((action) => action.resourceTypes.length === 0);

/** A request for these carries the condition key; for every other action a condition on the key sees no value. */
export const leadingKeysSupported: ActionSet = withKey("dynamodb:LeadingKeys");
export const attributesSupported: ActionSet = withKey("dynamodb:Attributes");
export const selectSupported: ActionSet = withKey("dynamodb:Select");
export const returnValuesSupported: ActionSet = withKey("dynamodb:ReturnValues");
export const fullTableScanSupported: ActionSet = withKey("dynamodb:FullTableScan");
/** `dynamodb:EnclosingOperation` and, for the actions of DAX, `dax:EnclosingOperation`. */
export const enclosingOperationSupported: ActionSet = derived((action) =>
  action.conditionKeys.includes(`${action.service}:EnclosingOperation`),
);

/** Change who may use a table: resource policies, and whether tags count at all. IAM's own access level. */
export const accessRewriting: ActionSet = withLevel("Permissions management");
/** `accessRewriting`, and the tags that tag-based conditions look at. */
export const permissionsManagement: ActionSet = withLevel("Permissions management", "Tagging");

// ---- Judgements ----------------------------------------------------------------------------------------------------------------------

/**
 * Show items of a table or index. ConditionCheckItem only tells whether a condition holds, which is enough to find values out;
 * ReadDataForReplication is what a replica in another account reads with.
 */
export const readItems: ActionSet = dynamodb(
  "GetItem",
  "BatchGetItem",
  "Query",
  "Scan",
  "PartiQLSelect",
  "ConditionCheckItem",
  "SearchVectors",
  "ReadDataForReplication",
);

/** Create, change or remove items. BatchWriteItem also deletes. */
export const writeItems: ActionSet = dynamodb(
  "PutItem",
  "UpdateItem",
  "DeleteItem",
  "BatchWriteItem",
  "PartiQLInsert",
  "PartiQLUpdate",
  "PartiQLDelete",
  "WriteDataForReplication",
);

/** Replace or remove whole items, whatever attributes a policy allows. Not PartiQLInsert, which fails where there is an item with the key. */
export const wholeItemWrites: ActionSet = dynamodb("PutItem", "DeleteItem", "BatchWriteItem", "PartiQLDelete");

/** The same items through a DAX cluster, which asks for no permission on the table. */
export const daxReadItems: ActionSet = dax("GetItem", "BatchGetItem", "Query", "Scan", "ConditionCheckItem");
export const daxWriteItems: ActionSet = dax("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem");

/** Read the change records of a stream. ListStreams only names streams. */
export const streamRead: ActionSet = dynamodb("GetRecords", "GetShardIterator", "DescribeStream");

/**
 * Put a whole table somewhere else in one step: a bucket, a data stream, a replica, a restored copy without the original's resource policy.
 * CreateBackup and StartAwsBackupJob copy nothing out by themselves: see `backupStarting`.
 */
export const copyOut: ActionSet = dynamodb(
  "ExportTableToPointInTime",
  "EnableKinesisStreamingDestination",
  "UpdateKinesisStreamingDestination",
  "CreateTableReplica",
  "AssociateTableReplica",
  "CreateGlobalTable",
  "UpdateGlobalTable",
  "RestoreTableFromBackup",
  "RestoreTableToPointInTime",
  "RestoreTableFromAwsBackup",
  "ReadDataForReplication",
);

/** Copy a table out only together with one of `restoring`. */
export const backupStarting: ActionSet = dynamodb("CreateBackup", "StartAwsBackupJob");
/** Turn a backup into a new table. */
export const restoring: ActionSet = dynamodb(
  "RestoreTableFromBackup",
  "RestoreTableToPointInTime",
  "RestoreTableFromAwsBackup",
);

/** Every way to get at much of a table's content, page by page or at once. UpdateTable can add a replica or a stream. */
export const bulkExfiltration: ActionSet = new Set([
  ...copyOut,
  ...backupStarting,
  ...dynamodb("Scan", "PartiQLSelect", "BatchGetItem", "Query", "SearchVectors", "GetRecords", "UpdateTable"),
]);

/**
 * Lose data, the way back to it, or a guard of it. UpdateTable switches deletion protection and encryption settings off and drops indexes and
 * replicas, UpdateTimeToLive makes items expire, UpdateContinuousBackups ends the recovery window, ImportTable creates tables,
 * DeleteResourcePolicy lifts Deny statements.
 */
export const destructive: ActionSet = dynamodb(
  "DeleteTable",
  "DeleteTableReplica",
  "DeleteBackup",
  "UpdateContinuousBackups",
  "UpdateTimeToLive",
  "DeleteResourcePolicy",
  "DisableKinesisStreamingDestination",
  "UpdateTable",
  "DeleteGlobalTableWitness",
  "UpdateGlobalTable",
  "ImportTable",
);

/** What a running workload has no reason to do: of `destructive` what loses data or the way back, without what other rules speak of. */
export const workloadDestructive: ActionSet = dynamodb(
  "DeleteTable",
  "DeleteTableReplica",
  "DeleteBackup",
  "UpdateContinuousBackups",
  "UpdateTimeToLive",
  "DeleteGlobalTableWitness",
  "ImportTable",
  "UpdateTable",
);

/** Run up cost or take capacity away. */
export const costOrAvailability: ActionSet = dynamodb(
  "PurchaseReservedCapacityOfferings",
  "UpdateTable",
  "UpdateTableReplicaAutoScaling",
  "UpdateGlobalTableSettings",
  "InjectError",
);

/**
 * Families of actions that reach the same items: a Deny on one member leaves the others open. UpdateItem creates the item where there is none,
 * PutItem replaces it where there is one. PartiQLSelect is a bulk read unless `dynamodb:FullTableScan` is denied.
 */
export const equivalentActions: Readonly<Record<"read" | "insert" | "update" | "delete" | "bulkRead", ActionSet>> = {
  read: dynamodb("GetItem", "BatchGetItem", "Query", "Scan", "PartiQLSelect", "SearchVectors", "ConditionCheckItem"),
  insert: dynamodb("PutItem", "BatchWriteItem", "PartiQLInsert", "UpdateItem"),
  update: dynamodb("UpdateItem", "PutItem", "PartiQLUpdate"),
  delete: dynamodb("DeleteItem", "BatchWriteItem", "PartiQLDelete"),
  bulkRead: dynamodb("Scan", "PartiQLSelect", "ExportTableToPointInTime", "GetRecords"),
};

/**
 * Make a key unusable for everybody, and with it what is encrypted under it. Grants are what DynamoDB itself uses the key by: without them the
 * table becomes inaccessible. Source: DynamoDB Developer Guide, encryption at rest usage notes, use of grants.
 */
export const keyDestroying: ActionSet = kms(
  "ScheduleKeyDeletion",
  "DisableKey",
  "DeleteImportedKeyMaterial",
  "RevokeGrant",
  "RetireGrant",
);

/** Decide about a key's life and policy: whoever may is its administrator. */
export const keyAdministration: ActionSet = kms("PutKeyPolicy", "ScheduleKeyDeletion");

/** Give a key to anybody: by its policy, or by a grant, which needs no policy. */
export const keyGivingAway: ActionSet = kms("PutKeyPolicy", "CreateGrant");

/**
 * Would the author of `dynamodb:Put*` be surprised to have granted this? Everything destructive, everything that copies tables out, everything
 * that rewrites access; not reads and writes of items, and not tags. Takes a qualified name in any case; false for names that do not exist.
 */
export function isSurprising(action: string): boolean {
  const name = findAction(action)?.qualified ?? "";
  return destructive.has(name) || copyOut.has(name) || accessRewriting.has(name);
}
