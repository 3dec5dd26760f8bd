import { describe, expect, test } from "vitest";
import { findAction } from "../../../core/iam/actions.ts";
import { authorisedAs } from "../../../core/iam/api-names.ts";

describe("authorisedAs", () => {
  test.each([
    ["TransactGetItems", ["GetItem"]],
    ["transactgetitems", ["GetItem"]],
    ["TransactWriteItems", ["ConditionCheckItem", "PutItem", "UpdateItem", "DeleteItem"]],
    ["ConditionCheck", ["ConditionCheckItem"]],
    ["ExecuteStatement", ["PartiQLSelect", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete"]],
    ["BatchExecuteStatement", ["PartiQLSelect", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete"]],
    ["ExecuteTransaction", ["PartiQLSelect", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete"]],
    ["CreateItem", ["PutItem"]],
    ["ReadItem", ["GetItem"]],
    ["RemoveItem", ["DeleteItem"]],
    ["BatchDeleteItem", ["BatchWriteItem"]],
    ["Transact*", ["GetItem", "ConditionCheckItem", "PutItem", "UpdateItem", "DeleteItem"]],
    ["GetItem", []],
    ["GetItms", []],
    ["constructor", []],
    ["", []],
  ])("%s → %j", (name, actions) => {
    expect(authorisedAs("dynamodb", name)).toEqual(actions.map((action) => `dynamodb:${action}`));
    for (const action of authorisedAs("dynamodb", name)) expect(findAction(action)?.qualified).toBe(action);
  });

  test("DAX has transactions and no PartiQL", () => {
    expect(authorisedAs("dax", "TransactGetItems")).toEqual(["dax:GetItem"]);
    expect(authorisedAs("dax", "ExecuteStatement")).toEqual([]);
  });
});
