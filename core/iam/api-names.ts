import { actionsOf } from "./actions.ts";
import { matchesWildcard } from "./wildcard.ts";

const ITEM_WRITES = ["PutItem", "UpdateItem", "DeleteItem"];
const PARTIQL = ["PartiQLSelect", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete"];

/**
 * Names that stand in policies and are no IAM actions: operations of the API that IAM authorises as others, and what people call reading and
 * writing. Source: DynamoDB Developer Guide, transaction-apis-iam and ql-iam; the last ones are guesses at what was meant.
 */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  TransactGetItems: ["GetItem"],
  TransactWriteItems: ["ConditionCheckItem", ...ITEM_WRITES],
  ConditionCheck: ["ConditionCheckItem"],
  ExecuteStatement: PARTIQL,
  BatchExecuteStatement: PARTIQL,
  ExecuteTransaction: PARTIQL,
  CreateItem: ["PutItem"],
  InsertItem: ["PutItem"],
  AddItem: ["PutItem"],
  ReadItem: ["GetItem"],
  RemoveItem: ["DeleteItem"],
  BatchPutItem: ["BatchWriteItem"],
  BatchDeleteItem: ["BatchWriteItem"],
};

/**
 * The actions, as qualified names, that IAM asks for where a policy names something of the API that is no action: `dynamodb:TransactGetItems`
 * → `dynamodb:GetItem`. Of a pattern (`dynamodb:Transact*`): those of every name it matches. Empty for names it does not know, and where the
 * service has none of the actions (DAX has no PartiQL). Case does not matter.
 */
export function authorisedAs(service: "dynamodb" | "dax", pattern: string): readonly string[] {
  const meant = Object.keys(NAMES)
    .filter((name) => matchesWildcard(pattern, name, { caseSensitive: false }))
    .flatMap((name) => NAMES[name] ?? []);
  const wanted = new Set(meant);
  const known = new Set(actionsOf(service).map(({ name }) => name));
  return [...wanted].filter((name) => known.has(name)).map((name) => `${service}:${name}`);
}
