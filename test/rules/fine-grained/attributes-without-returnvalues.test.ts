import { describe, expect, test } from "vitest";
import { marked, offered, repaired, shown } from "../harness.ts";
import { allow, deny, inline, LAMBDA, managedPolicy, roleOf, TABLE } from "../identity/policies.ts";
import { relatedTo, toldInBoth, untold } from "../told.ts";
import { ARN, and, INDEX, inFunction, inReplica, inTable, LIST, policy, statement } from "./attributes.ts";

const RULE = "attributes-without-returnvalues";

const open = (actions: string) =>
  `warning ${actions} in "Own" can return attributes that dynamodb:Attributes keeps hidden, because dynamodb:ReturnValues is not limited.`;
const loose = (actions: string, values: string) =>
  `warning ${actions} in "Own" can return attributes that dynamodb:Attributes keeps hidden, because dynamodb:ReturnValues may be ${values}.`;
const returns = (operator: string, values: string) => and(`"${operator}": { "dynamodb:ReturnValues": ${values} }`);

describe("writes under dynamodb:Attributes", () => {
  test("stand at the key of the condition", () => {
    expect(shown(RULE, policy("dynamodb:UpdateItem"))).toEqual([`10:56-10:77 ${open("UpdateItem")}`]);
  });

  test.each(["UpdateItem", "PutItem", "DeleteItem", "PartiQLUpdate", "PartiQLDelete"])("%s", (action) => {
    expect(toldInBoth(RULE, policy(`dynamodb:${action}`))).toEqual([open(action)]);
  });

  test("together, once", () => {
    expect(toldInBoth(RULE, policy("[dynamodb:GetItem, dynamodb:UpdateItem, dynamodb:PutItem]"))).toEqual([
      open("UpdateItem and PutItem"),
    ]);
    expect(toldInBoth(RULE, policy('"dynamodb:Update*"'))).toEqual([open("UpdateItem")]);
    expect(toldInBoth(RULE, policy('"dynamodb:*"'))).toEqual([
      open("DeleteItem, PartiQLDelete, PartiQLUpdate, PutItem and UpdateItem"),
    ]);
  });

  test.each(["GetItem", "Query", "Scan", "ConditionCheckItem", "BatchWriteItem", "PartiQLInsert", "UpdateTable"])(
    "not %s, which returns no changed item",
    (action) => {
      expect(toldInBoth(RULE, policy(`dynamodb:${action}`))).toEqual([]);
    },
  );

  test("not where the condition does not look at the names, nor in a Deny, nor on what is not written to", () => {
    expect(toldInBoth(RULE, policy("dynamodb:UpdateItem", '"Null": { "dynamodb:Attributes": "false" }'))).toEqual([]);
    expect(toldInBoth(RULE, managedPolicy(allow("dynamodb:UpdateItem", ARN)))).toEqual([]);
    expect(toldInBoth(RULE, policy("dynamodb:UpdateItem").replace("Allow", "Deny"))).toEqual([]);
    expect(toldInBoth(RULE, policy('"dynamodb:*"', LIST, INDEX))).toEqual([]);
  });
});

describe("dynamodb:ReturnValues", () => {
  test.each([
    ["StringEquals", "[NONE, UPDATED_OLD, UPDATED_NEW]"],
    ["StringEqualsIfExists", "[NONE, UPDATED_OLD, UPDATED_NEW]"],
    ["StringEquals", "NONE"],
    ["stringequals", "[UPDATED_NEW]"],
    ["StringLike", '["NONE", "UPDATED_*"]'],
    ["StringNotEquals", "[ALL_OLD, ALL_NEW]"],
    ["StringNotLikeIfExists", '"ALL_*"'],
  ])("%s %s limits it", (operator, values) => {
    expect(toldInBoth(RULE, policy("dynamodb:UpdateItem", returns(operator, values)))).toEqual([]);
  });

  test.each([
    ["StringEquals", "[NONE, ALL_OLD]", "ALL_OLD"],
    ["StringEqualsIfExists", "[ALL_NEW]", "ALL_NEW"],
    ["StringEquals", "[UPDATED_NEW, ALL_OLD, ALL_NEW]", "ALL_OLD or ALL_NEW"],
    ["StringNotEquals", "ALL_NEW", "ALL_OLD"],
    ["StringLike", '"*"', "ALL_OLD or ALL_NEW"],
  ])("%s %s does not", (operator, values, named) => {
    const template = policy("dynamodb:UpdateItem", returns(operator, values));
    expect(toldInBoth(RULE, template)).toEqual([loose("UpdateItem", named)]);
    expect(marked(RULE, template)).toEqual(['"dynamodb:ReturnValues"']);
  });

  test("ALL_NEW says nothing of puts and deletes", () => {
    const template = policy("[dynamodb:PutItem, dynamodb:DeleteItem]", returns("StringEquals", "[NONE, ALL_NEW]"));
    expect(toldInBoth(RULE, template)).toEqual([]);
  });

  test("a Select that writes do not carry refuses them", () => {
    const select = (operator: string) => and(`${operator}: { "dynamodb:Select": SPECIFIC_ATTRIBUTES }`);
    const actions = "[dynamodb:GetItem, dynamodb:UpdateItem]";
    expect(toldInBoth(RULE, policy(actions, select("StringEquals")))).toEqual([]);
    expect(toldInBoth(RULE, policy(actions, select("StringEqualsIfExists")))).toEqual([open("UpdateItem")]);
  });

  test("a Deny of the two limits it too", () => {
    const guard = (values: string) =>
      deny(
        "dynamodb:UpdateItem",
        ARN,
        `            Condition: { StringEquals: { dynamodb:ReturnValues: ${values} } }\n`,
      );
    const both = (values: string) => managedPolicy(statement("dynamodb:UpdateItem") + guard(values));
    expect(toldInBoth(RULE, both("[ALL_OLD, ALL_NEW]"))).toEqual([]);
    expect(toldInBoth(RULE, both("ALL_OLD"))).toEqual([open("UpdateItem")]);
    expect(
      toldInBoth(RULE, managedPolicy(statement("dynamodb:UpdateItem") + deny('"dynamodb:Update*"', '"*"'))),
    ).toEqual([]);
  });
});

describe("wherever policies are", () => {
  test("tables, replicas, SAM functions", () => {
    expect(toldInBoth(RULE, inTable("dynamodb:UpdateItem"))).toEqual([open("UpdateItem")]);
    expect(toldInBoth(RULE, inReplica("dynamodb:UpdateItem"))).toEqual([open("UpdateItem")]);
    expect(toldInBoth(RULE, inFunction("dynamodb:UpdateItem"))).toEqual([open("UpdateItem")]);
  });

  test("the table that it opens is pointed at", () => {
    const template = `Resources:\n${roleOf(LAMBDA, inline(statement("dynamodb:UpdateItem", LIST, "!GetAtt Orders.Arn")))}${TABLE}`;
    expect(relatedTo(RULE, template)).toEqual(['18:2-18:8 it opens table "Orders"']);
  });
});

describe("branches and what is not known", () => {
  const HEAD = `Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
Parameters:
  P: { Type: String }
  Mode: { Type: String, AllowedValues: [NONE, ALL_OLD] }
`;

  test("a branch and a parameter's value are named", () => {
    const branch = HEAD + policy("[!If [IsProd, dynamodb:GetItem, dynamodb:UpdateItem]]");
    expect(toldInBoth(RULE, branch)).toEqual([
      open("UpdateItem").replace("warning ", "warning When IsProd is false: "),
    ]);
    expect(toldInBoth(RULE, HEAD + policy("dynamodb:UpdateItem", returns("StringEquals", "!Ref Mode")))).toEqual([
      loose("UpdateItem", "ALL_OLD").replace("warning ", 'warning When Mode is "ALL_OLD": '),
    ]);
  });

  test("what cannot be read cannot be told", () => {
    const unknown = "it is not known which values of dynamodb:ReturnValues its condition allows";
    const value = HEAD + policy("dynamodb:UpdateItem", returns("StringEquals", "!Ref P"));
    expect(toldInBoth(RULE, value)).toEqual([]);
    expect(untold(RULE, value)).toEqual([`15:111 ${unknown}`]);
    expect(untold(RULE, HEAD + policy("dynamodb:UpdateItem", and("Bool: !Ref P")))).toEqual([`15:56 ${unknown}`]);
    expect(untold(RULE, HEAD + policy("!Ref P"))).toEqual(["13:20 parameter P has no default"]);
    expect(untold(RULE, HEAD + policy("dynamodb:GetItem", and("Bool: !Ref P")))).toEqual([]);
  });
});

describe("the fix", () => {
  const FIX =
    "caution: Allow only NONE, UPDATED_OLD and UPDATED_NEW for dynamodb:ReturnValues (stops calls that ask for whole items)";
  const block = (operators: string) =>
    managedPolicy(`          - Sid: Own
            Effect: Allow
            Action: dynamodb:UpdateItem
            Resource: ${ARN}
            Condition:
              ForAllValues:StringEquals:
                dynamodb:Attributes: [id, name] # not the balance
${operators}`);

  test("adds the operator, or joins the one that is there", () => {
    const values = `                dynamodb:ReturnValues:
                  - NONE
                  - UPDATED_OLD
                  - UPDATED_NEW
`;
    expect(offered(RULE, block(""))).toEqual([FIX]);
    expect(repaired(RULE, block(""))).toBe(`${block("")}              StringEqualsIfExists:\n${values}`);
    const there = "              StringEqualsIfExists:\n                dynamodb:Select: SPECIFIC_ATTRIBUTES\n";
    expect(repaired(RULE, block(there))).toBe(block(there) + values);
  });

  test("replaces values that are too many", () => {
    const template = block("              StringEqualsIfExists: { dynamodb:ReturnValues: ALL_OLD }\n");
    expect(repaired(RULE, template)).toBe(template.replace("ALL_OLD", "[NONE, UPDATED_OLD, UPDATED_NEW]"));
  });
});
