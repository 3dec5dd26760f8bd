import { describe, expect, test } from "vitest";
import { getPath, propertiesOf, text } from "../../../core/evaluate/setting.ts";
import { goesWithStack, type Key, keysNamedBy, keysOf, usesOf } from "../../../core/model/keys.ts";
import { only, projectOf, propertyOf, resourceOf, templateOf } from "./support.ts";

const ALIASED = `  TableKey:
    Type: AWS::KMS::Key
  TableAlias:
    Type: AWS::KMS::Alias
    Properties: { AliasName: alias/orders, TargetKeyId: !Ref TableKey }
`;

function tableWith(named: string, more = ALIASED) {
  return `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties: { SSESpecification: { KMSMasterKeyId: ${named} } }
${more}`;
}

/** The ids of the alias and the keys that the table names. */
function named(text: string): string {
  const project = projectOf(text);
  const template = templateOf(project);
  const properties = only(propertiesOf(template, resourceOf(template, "Orders")));
  const { alias, keys } = keysNamedBy(project, only(getPath(properties, "SSESpecification", "KMSMasterKeyId")));
  return [...(alias ? [alias.id] : []), ...keys.map(({ id }) => id)].join(" → ");
}

describe("keys that a setting names", () => {
  test.each([
    ["!Ref TableKey", "TableKey"],
    ["!GetAtt TableKey.Arn", "TableKey"],
    ["!Sub 'arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/${TableKey}'", "TableKey"],
    ["!Ref TableAlias", "TableAlias → TableKey"],
    ["!Sub 'arn:aws:kms:${AWS::Region}:${AWS::AccountId}:${TableAlias}'", "TableAlias → TableKey"],
    ["alias/orders", "TableAlias → TableKey"],
    ["!Sub 'arn:aws:kms:${AWS::Region}:${AWS::AccountId}:alias/orders'", "TableAlias → TableKey"],
    ["arn:aws:kms:eu-west-1:111122223333:alias/orders", ""],
    ["!Sub 'arn:aws:kms:${AWS::Region}:${Elsewhere}:alias/orders'", ""],
    ["alias/aws/dynamodb", ""],
    ["!ImportValue key", ""],
    ["!Sub '${TableKey}/x'", ""],
    ["!Sub 'x${TableKey}'", ""],
    ["{}", ""],
  ])("%s", (setting, expected) => {
    expect(named(`Parameters: { Elsewhere: { Type: String } }\n${tableWith(setting)}`)).toBe(expected);
  });

  test("an alias name that two aliases may have, or that is not known, names none", () => {
    const twice = `${ALIASED}  Second:
    Type: AWS::KMS::Alias
    Properties: { AliasName: alias/orders, TargetKeyId: !Ref TableKey }
`;
    expect(named(tableWith("alias/orders", twice))).toBe("");
    const either = ALIASED.replace("alias/orders", "!If [C, alias/orders, alias/items]");
    expect(named(`Conditions: { C: !Equals [!Ref AWS::Region, x] }\n${tableWith("alias/orders", either)}`)).toBe("");
  });

  test("an alias of either of two keys", () => {
    const either = `${ALIASED.replace("!Ref TableKey", "!If [C, !Ref TableKey, !Ref Other]")}  Other:
    Type: AWS::KMS::ReplicaKey
`;
    const template = `Conditions: { C: !Equals [!Ref AWS::Region, x] }\n${tableWith("!Ref TableAlias", either)}`;
    expect(named(template)).toBe("TableAlias → TableKey → Other");
  });

  test("uses are known of the key and of its alias", () => {
    const project = projectOf(tableWith("alias/orders"));
    const key = only(keysOf(templateOf(project)));
    expect(usesOf(project, key).map(({ table }) => table.id)).toEqual(["Orders"]);
  });
});

describe("what a key says of itself", () => {
  const KEY = `Resources:
  K:
    Type: AWS::KMS::Key
    Properties:
      Enabled: a
      PendingWindowInDays: b
      EnableKeyRotation: c
      KeySpec: d
      KeyUsage: e
      Origin: f
      BypassPolicyLockoutSafetyCheck: g
      KeyPolicy: { Statement: { Effect: Allow, Action: "kms:*" } }
`;
  const said = ({ enabled, pendingWindow, rotation, spec, usage, origin, lockoutCheckBypassed }: Key) =>
    [enabled, pendingWindow, rotation, spec, usage, origin, lockoutCheckBypassed].map((each) => each.map(text));

  test("a key", () => {
    const key = only(keysOf(templateOf(projectOf(KEY))));
    expect(said(key)).toEqual([["a"], ["b"], ["c"], ["d"], ["e"], ["f"], ["g"]]);
    expect(key.policies.map(({ kind, statements }) => [kind, statements.length])).toEqual([["key", 1]]);
  });

  test("a replica has the rest from its primary", () => {
    const key = only(keysOf(templateOf(projectOf(KEY.replace("KMS::Key", "KMS::ReplicaKey")))));
    expect(said(key)).toEqual([["a"], ["b"], [], [], [], [], []]);
    expect(key.policies).toHaveLength(1);
  });
});

test("what goes with its stack", () => {
  const template = templateOf(
    projectOf(
      "Resources: { K: { Type: AWS::KMS::Key, Properties: { A: Delete, B: Retain, C: RetainExceptOnCreate } } }",
    ),
  );
  const goes = (key: string) => goesWithStack(only(propertyOf(template, "K", key)));
  expect([goes("A"), goes("B"), goes("C"), goes("Absent")]).toEqual([true, false, false, true]);
});
