import { describe, expect, test } from "vitest";
import { twinsOf } from "../../../core/access/twins.ts";

const names = (short: string) => (short === "" ? [] : short.split(" ").map((name) => `dynamodb:${name}`));

describe("twinsOf", () => {
  test.each([
    ["Scan", "ExportTableToPointInTime GetRecords PartiQLSelect", true],
    ["PartiQLSelect", "ExportTableToPointInTime GetRecords Scan", true],
    ["GetItem", "BatchGetItem ConditionCheckItem PartiQLSelect Query Scan SearchVectors", false],
    // Who may not search may still look up what is known by its key.
    ["Scan Query", "ExportTableToPointInTime GetRecords PartiQLSelect SearchVectors", false],
    ["Query", "ExportTableToPointInTime GetRecords PartiQLSelect Scan SearchVectors", false],
    ["PutItem", "BatchWriteItem PartiQLInsert PartiQLUpdate UpdateItem", false],
    ["PutItem UpdateItem", "BatchWriteItem PartiQLInsert PartiQLUpdate", false],
    ["PutItem BatchWriteItem", "PartiQLInsert UpdateItem", false],
    ["UpdateItem", "PartiQLUpdate PutItem", false],
    ["DeleteItem", "BatchWriteItem PartiQLDelete", false],
    ["BatchWriteItem", "DeleteItem PartiQLDelete", false],
    // No family holds all: those of each.
    ["DeleteItem Scan", "BatchWriteItem ExportTableToPointInTime GetRecords PartiQLDelete PartiQLSelect", false],
    ["PutItem UpdateItem DeleteItem BatchWriteItem", "PartiQLDelete PartiQLInsert PartiQLUpdate", false],
    ["GetItem BatchGetItem Query Scan PartiQLSelect SearchVectors ConditionCheckItem", "", false],
    ["DeleteItem BatchWriteItem PartiQLDelete", "", false],
    ["DeleteTable", "", false],
    ["DeleteTable DeleteItem", "BatchWriteItem PartiQLDelete", false],
    ["", "", false],
  ])("of %s: %s", (denied, twins, isBulk) => {
    const answer = twinsOf(names(denied));
    expect([...answer.twins].sort()).toEqual(names(twins));
    expect(answer.isBulk).toBe(isBulk);
    expect(answer.listed).toEqual(names(denied).filter((name) => name !== "dynamodb:DeleteTable"));
  });
});
