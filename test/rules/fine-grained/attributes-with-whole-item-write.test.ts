import { describe, expect, test } from "vitest";
import { asJson } from "../as-json.ts";
import { offered, repaired, shown } from "../harness.ts";
import { allow, deny, managedPolicy } from "../identity/policies.ts";
import { toldInBoth, untold } from "../told.ts";
import { ARN, and, INDEX, inFunction, inReplica, inTable, LIST, policy, statement } from "./attributes.ts";

const RULE = "attributes-with-whole-item-write";

const destroys = (actions: string, does: string) =>
  `warning ${actions} in "Own" ${does} whole items, so attributes that dynamodb:Attributes keeps out of reach can be destroyed.`;

describe("writes of whole items under dynamodb:Attributes", () => {
  test("stand at the action", () => {
    expect(shown(RULE, policy("[dynamodb:UpdateItem, dynamodb:PutItem]"))).toEqual([
      `8:42-8:58 ${destroys("PutItem", "replaces")}`,
    ]);
  });

  test.each([
    ["PutItem", "replaces"],
    ["DeleteItem", "removes"],
    ["BatchWriteItem", "replaces or removes"],
    ["PartiQLDelete", "removes"],
  ])("%s %s them", (action, does) => {
    expect(toldInBoth(RULE, policy(`dynamodb:${action}`))).toEqual([destroys(action, does)]);
  });

  test("by a wildcard, and one by one", () => {
    expect(toldInBoth(RULE, policy('"dynamodb:P*"'))).toEqual([
      destroys("PartiQLDelete and PutItem", "replace or remove"),
    ]);
    expect(toldInBoth(RULE, policy('"dynamodb:*Delete*"'))).toEqual([
      destroys("DeleteItem and PartiQLDelete", "remove"),
    ]);
    expect(toldInBoth(RULE, policy("[dynamodb:PutItem, dynamodb:DeleteItem]"))).toEqual([
      destroys("PutItem", "replaces"),
      destroys("DeleteItem", "removes"),
    ]);
  });

  test.each(["UpdateItem", "PartiQLUpdate", "GetItem", "DeleteTable"])("not %s", (action) => {
    expect(toldInBoth(RULE, policy(`dynamodb:${action}`))).toEqual([]);
  });

  test("not PartiQLInsert, which fails where there is an item", () => {
    expect(toldInBoth(RULE, policy("dynamodb:PartiQLInsert"))).toEqual([]);
  });

  test("by a list of what may not be named, too", () => {
    const negated = '"ForAllValues:StringNotEquals": { "dynamodb:Attributes": [secret] }';
    expect(toldInBoth(RULE, policy("dynamodb:PutItem", negated))).toEqual([destroys("PutItem", "replaces")]);
  });

  test("not without the key, nor in a Deny, nor on an index, nor where it is refused", () => {
    expect(toldInBoth(RULE, managedPolicy(allow("dynamodb:PutItem", ARN)))).toEqual([]);
    expect(toldInBoth(RULE, policy("dynamodb:PutItem").replace("Allow", "Deny"))).toEqual([]);
    expect(toldInBoth(RULE, policy('"dynamodb:*"', LIST, INDEX))).toEqual([]);
    expect(toldInBoth(RULE, policy("dynamodb:PutItem", and("StringEquals: { dynamodb:Select: COUNT }")))).toEqual([]);
    expect(toldInBoth(RULE, managedPolicy(statement("dynamodb:PutItem") + deny("dynamodb:PutItem", '"*"')))).toEqual(
      [],
    );
    expect(
      toldInBoth(RULE, managedPolicy(statement("dynamodb:PutItem") + deny("dynamodb:PutItem", `${ARN}-2`))),
    ).toEqual([destroys("PutItem", "replaces")]);
  });

  test("in tables, replicas and SAM functions", () => {
    expect(toldInBoth(RULE, inTable("dynamodb:PutItem"))).toEqual([destroys("PutItem", "replaces")]);
    expect(toldInBoth(RULE, inReplica("dynamodb:PutItem"))).toEqual([destroys("PutItem", "replaces")]);
    expect(toldInBoth(RULE, inFunction("dynamodb:PutItem"))).toEqual([destroys("PutItem", "replaces")]);
  });

  test("in a branch", () => {
    const template = `Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
${policy("[dynamodb:UpdateItem, !If [IsProd, !Ref AWS::NoValue, dynamodb:PutItem]]")}`;
    expect(toldInBoth(RULE, template)).toEqual([
      destroys("PutItem", "replaces").replace("warning ", "warning When IsProd is false: "),
    ]);
  });

  test("an action that is not known cannot be told", () => {
    const template = `Parameters:\n  P: { Type: String }\n${policy("!Ref P")}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["10:20 parameter P has no default"]);
  });
});

describe("the fix", () => {
  const block = managedPolicy(`          - Sid: Own
            Effect: Allow
            Action:
              - dynamodb:UpdateItem
              - dynamodb:PutItem # new players
            Resource: ${ARN}
            Condition:
              ForAllValues:StringEquals:
                dynamodb:Attributes: [id, name]
`);

  test("removes the action", () => {
    expect(offered(RULE, block)).toEqual(["caution: Remove dynamodb:PutItem (stops PutItem)"]);
    expect(repaired(RULE, block)).toBe(
      block.replace("              - dynamodb:PutItem # new players", "              # new players"),
    );
    const json = asJson(block);
    expect(repaired(RULE, json)).toBe(json.replace(',\n                "dynamodb:PutItem"', ""));
    const flow = policy("[dynamodb:PutItem, dynamodb:UpdateItem]");
    expect(repaired(RULE, flow)).toBe(flow.replace("[dynamodb:PutItem, ", "["));
  });

  test("is not offered for wildcards, nor for the last action", () => {
    expect(offered(RULE, policy("dynamodb:PutItem"))).toEqual([]);
    expect(offered(RULE, policy('[dynamodb:UpdateItem, "dynamodb:PutIt*"]'))).toEqual([]);
  });
});
