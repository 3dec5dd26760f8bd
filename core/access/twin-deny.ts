import { get, type Setting } from "../evaluate/setting.ts";
import type { ConditionTest, Statement } from "../iam/statements.ts";
import { append, type Change, type Json } from "../lint/fix.ts";
import type { Policy } from "../model/policy.ts";
import { isObject, jsonOf } from "../syntax/json-value.ts";
import type { Node } from "../syntax/node.ts";
import { nodesIn } from "../syntax/place.ts";

/**
 * Adds a statement to the document that says the same as another one, but of the requests that do not carry the key of one of its tests.
 * None where the statement is no item of a list, or cannot be written again as it is.
 */
export function withoutKeys(policy: Policy, statement: Statement, test: ConditionTest): Change[] {
  const { value } = statement.located;
  const copy = value.kind === "map" && isWrittenPlainly(value.node) ? jsonOf(value.node) : undefined;
  const condition = isObject(copy) ? copy.Condition : undefined;
  if (!isObject(copy) || !isObject(condition)) return [];
  const isAsked = statement.conditions.some(
    (other) => other !== test && other.key.toLowerCase() === test.key.toLowerCase(),
  );
  const { [test.operator]: tests, Null: nulls = {}, ...others } = condition;
  // What else stands under the operator, or in another spelling of `Null`, would have to be kept.
  if (isAsked || !isObject(tests) || Object.keys(tests).length !== 1 || !isObject(nulls)) return [];
  const twin: Json = {
    ...copy,
    ...(statement.sid !== undefined && { Sid: `${statement.sid}WithoutKey` }),
    Condition: { ...others, Null: { ...nulls, [test.key]: "true" } },
  };
  return statementLists(policy).map((list) => append(list, twin));
}

/** An account id such as `012345678901` without quotes is a number to a reader, and would lose its zero. */
function isWrittenPlainly(node: Node): boolean {
  for (const each of nodesIn(node))
    if (each.kind === "scalar" && typeof each.value === "number" && String(each.value) !== each.text) return false;
  return true;
}

/**
 * Adds a Deny for the resources (and principals) of a statement to its document. None where the statement is no item of a list, or its
 * resources cannot be written again as they are.
 */
export function denyBeside(
  policy: Policy,
  statement: Statement,
  deny: { Sid: string; Action: Json; Condition: Json },
): Change[] {
  const { value } = statement.located;
  const copy = value.kind === "map" && isWrittenPlainly(value.node) ? jsonOf(value.node) : undefined;
  if (!isObject(copy) || copy.Resource === undefined) return [];
  const { Sid, ...rest } = deny;
  const isFree = policy.statements.every(({ sid }) => sid !== Sid);
  const body: Json = {
    ...(isFree && { Sid }),
    Effect: "Deny",
    ...(copy.Principal !== undefined && { Principal: copy.Principal }),
    Action: rest.Action,
    Resource: copy.Resource,
    Condition: rest.Condition,
  };
  return statementLists(policy).map((list) => append(list, body));
}

function statementLists({ document }: Policy): Setting[] {
  if (document.value.kind !== "map") return [];
  const lists = get(document, "Statement").filter(({ value }) => value.kind === "list");
  return lists.length === 1 ? lists : [];
}
