import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as classes from "../../../core/iam/action-classes.ts";
import { expandAction, findAction } from "../../../core/iam/actions.ts";

const { equivalentActions, isSurprising, ...named } = classes;
const sets: [string, ReadonlySet<string>][] = [...Object.entries(named), ...Object.entries(equivalentActions)];

const surprisingIn = (pattern: string) => {
  const expansion = expandAction(pattern);
  return expansion.kind === "judged" ? expansion.names.filter(isSurprising) : undefined;
};
const dynamodb = (...names: string[]) => names.map((name) => `dynamodb:${name}`);

describe("every class", () => {
  it.each(sets)("%s holds canonical names of actions that exist", (_name, set) => {
    expect(set.size).toBeGreaterThan(0);
    for (const action of set) expect(findAction(action)?.qualified).toBe(action);
  });
});

const facts = "../shared/facts/iam-dynamodb.json";
describe.skipIf(!existsSync(facts))("the classes of the research (shared facts, where present)", () => {
  const known: Record<string, string[]> = existsSync(facts) ? JSON.parse(readFileSync(facts, "utf8")).classes : {};
  it.each(Object.keys(known))("%s holds the same DynamoDB actions", (name) => {
    const ours = sets.find(([own]) => own === name)?.[1] ?? new Set();
    expect([...ours].filter((action) => action.startsWith("dynamodb:")).sort()).toEqual(
      dynamodb(...(known[name] ?? [])).sort(),
    );
  });
});

describe("classes that follow the table", () => {
  it("know which actions carry which condition key", () => {
    expect(classes.leadingKeysSupported.has("dynamodb:Query")).toBe(true);
    expect(classes.leadingKeysSupported.has("dynamodb:Scan")).toBe(false);
    expect(classes.leadingKeysSupported.has("dynamodb:SearchVectors")).toBe(false);
    expect(classes.attributesSupported.has("dynamodb:Scan")).toBe(true);
    expect([...classes.fullTableScanSupported]).toEqual(["dynamodb:PartiQLSelect"]);
    expect(classes.enclosingOperationSupported.has("dax:GetItem")).toBe(true);
  });

  it("know which actions take no resource", () => {
    expect(classes.noResourceLevel.has("dynamodb:ListTables")).toBe(true);
    expect(classes.noResourceLevel.has("dynamodb:UpdateAbacStatus")).toBe(true);
    expect(classes.noResourceLevel.has("dynamodb:GetItem")).toBe(false);
  });

  it("know who rewrites access", () => {
    expect([...classes.accessRewriting]).toEqual(
      dynamodb("DeleteResourcePolicy", "PutResourcePolicy", "UpdateAbacStatus"),
    );
  });
});

describe("isSurprising", () => {
  it.each<[string, string[]]>([
    ["dynamodb:Put*", ["PutResourcePolicy"]],
    [
      "dynamodb:Update*",
      [
        "UpdateAbacStatus",
        "UpdateContinuousBackups",
        "UpdateGlobalTable",
        "UpdateKinesisStreamingDestination",
        "UpdateTable",
        "UpdateTimeToLive",
      ],
    ],
    [
      "dynamodb:Delete*",
      ["DeleteBackup", "DeleteGlobalTableWitness", "DeleteResourcePolicy", "DeleteTable", "DeleteTableReplica"],
    ],
    ["dynamodb:Get*", []],
    ["dynamodb:BatchGet*", []],
    ["dynamodb:Describe*", []],
    ["dynamodb:List*", []],
    ["dynamodb:Query*", []],
    ["dynamodb:?etItem", []],
  ])("%s", (pattern, expected) => {
    expect(surprisingIn(pattern)).toEqual(dynamodb(...expected));
  });

  it("names the export among the actions of *Table*", () => {
    expect(surprisingIn("dynamodb:*Table*")).toContain("dynamodb:ExportTableToPointInTime");
  });

  it("does not depend on case, and is false for tags, items and names that do not exist", () => {
    expect(isSurprising("DYNAMODB:deletetable")).toBe(true);
    for (const name of ["dynamodb:TagResource", "dynamodb:Scan", "dynamodb:DropTable", "s3:DeleteBucket", ""])
      expect(isSurprising(name)).toBe(false);
  });
});
