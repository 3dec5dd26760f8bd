import { describe, expect, test } from "vitest";
import {
  deniedBy,
  everyKey,
  grantsOfKeyPolicy,
  isForServices,
  isLeftToIdentityPolicies,
  keyGrantsOf,
  limitsGrants,
  limitsKeys,
  reachesKey,
  tableKeysOf,
  tablesOfKey,
  viaServices,
} from "../../../core/access/key-grants.ts";
import { text } from "../../../core/evaluate/setting.ts";
import { takesInKeyAction } from "../../../core/iam/key-actions.ts";
import { keysOf } from "../../../core/model/keys.ts";
import { identityPoliciesOf } from "../../../core/model/policies.ts";
import { only, projectOf, templateOf } from "../model/support.ts";

const HEAD = `Parameters:
  P: { Type: String }
Conditions:
  A: !Equals [!Ref AWS::Region, eu-west-1]
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties: { SSESpecification: { SSEEnabled: true, KMSMasterKeyId: !GetAtt Own.Arn } }
`;

const allow = (action: string, resource = '"*"', more = "") =>
  `{ Effect: Allow, Action: ${action}, Resource: ${resource}${more} }`;
const ROOT = `{ Effect: Allow, Principal: { AWS: !Sub "arn:aws:iam::\${AWS::AccountId}:root" }, Action: "kms:*", Resource: "*" }`;

/** A policy of the given statements, and the key of a table whose own policy is given as a line. */
function setUp(statements: string, keyPolicy = "") {
  const project = projectOf(`${HEAD}  Other: { Type: AWS::KMS::Key }
  Policy:
    Type: AWS::IAM::ManagedPolicy
    Properties: { PolicyDocument: { Statement: [${statements}] } }
  Own:
    Type: AWS::KMS::Key
    Properties:
      Enabled: true
${keyPolicy}`);
  const policy = only(identityPoliciesOf(templateOf(project)));
  const key = only(keysOf(templateOf(project)).filter(({ id }) => id === "Own"));
  const [statement] = policy.statements;
  if (!statement) throw new Error("no statement");
  return { project, policy, key, statement };
}

describe("what an identity policy gives in KMS", () => {
  test("entry by entry, less what is denied", () => {
    const { project, policy } = setUp(
      `${allow("[kms:Enable*, s3:*, kms:Decrypt]")}, { Effect: Deny, Action: kms:EnableKey, Resource: "*" }`,
    );
    expect(keyGrantsOf(project, policy).map(({ pattern, names }) => [pattern, names])).toEqual([
      ["kms:Enable*", ["kms:EnableKeyRotation"]],
      ["kms:Decrypt", ["kms:Decrypt"]],
    ]);
  });

  test("what NotAction leaves stands at its first entry", () => {
    const { project, policy } = setUp(`{ Effect: Allow, NotAction: ["kms:?*ey*", "kms:*e*"], Resource: "*" }`);
    const grant = only(keyGrantsOf(project, policy));
    expect(grant.pattern).toBeUndefined();
    expect(text(grant.at)).toBe("kms:?*ey*");
    expect(grant.names).toEqual(["kms:ListGrants", "kms:Sign"]);
  });

  test("what no request can meet is not given", () => {
    const { project, policy } = setUp(
      allow("[kms:Decrypt, kms:CreateGrant]", '"*"', ", Condition: { Bool: { kms:GrantIsForAWSResource: true } }"),
    );
    expect(keyGrantsOf(project, policy).map(({ names }) => names)).toEqual([["kms:CreateGrant"]]);
  });

  test("nothing for a NotAction that is not known", () => {
    const { project, policy } = setUp(`{ Effect: Allow, NotAction: !Ref P, Resource: "*" }`);
    expect(keyGrantsOf(project, policy)).toEqual([]);
  });
});

describe("which keys", () => {
  test.each([
    ['"*"', true, 1],
    ["arn:aws:kms:*:111122223333:key/*", true, 1],
    ["!Sub 'arn:aws:kms:${AWS::Region}:${AWS::AccountId}:*'", true, 1],
    ['"arn:aws:kms:*"', true, 1],
    ["!GetAtt Own.Arn", true, 0],
    ["!Sub 'arn:aws:kms:*:*:key/${Own}'", true, 0],
    ["!GetAtt Other.Arn", false, 0],
    ["arn:aws:kms:*:*:alias/*", false, 0],
    ["arn:aws:dynamodb:*:*:table/*", false, 0],
    ["arn:aws:kms:*:*:key/1234", undefined, 0],
    ["!Ref P", undefined, 0],
    ["[]", false, 0],
  ])("%s", (resource, reaches, every) => {
    const { project, key, statement } = setUp(allow("kms:Decrypt", resource));
    expect(reachesKey(project, statement, key)).toBe(reaches);
    expect(everyKey(project, statement)).toHaveLength(every);
  });

  test("NotResource is undecided", () => {
    const { project, key, statement } = setUp('{ Effect: Allow, Action: "kms:*", NotResource: "arn:aws:s3:::a" }');
    expect(reachesKey(project, statement, key)).toBeUndefined();
  });

  test("those of tables", () => {
    const { project, key } = setUp(allow("kms:Decrypt"));
    expect(tableKeysOf(project)).toEqual([key]);
    expect(tablesOfKey(project, key)).toEqual(['"Orders"']);
  });
});

describe("whether a key policy leaves it to identity policies", () => {
  const policy = (...statements: string[]) => `      KeyPolicy: { Statement: [${statements.join(", ")}] }\n`;

  test.each([
    ["no policy", "", true],
    ["the root", policy(ROOT), true],
    ["the root for some actions", policy(ROOT.replace('"kms:*"', "[kms:Get*]")), false],
    ["somebody else", policy(ROOT.replace(":root", ":role/r")), false],
    ["a denial", policy(ROOT, '{ Effect: Deny, Principal: "*", Action: kms:Decrypt, Resource: "*" }'), false],
    [
      "a denial of something else",
      policy(ROOT, '{ Effect: Deny, Principal: "*", Action: kms:Get*, Resource: "*" }'),
      true,
    ],
    [
      "a denial to some",
      policy(
        ROOT,
        '{ Effect: Deny, Principal: { AWS: "arn:aws:iam::111122223333:role/r" }, Action: "kms:*", Resource: "*" }',
      ),
      undefined,
    ],
    ["no document that can be read", "      KeyPolicy: !Ref P\n", undefined],
    ["only in a branch", `      KeyPolicy: !If [A, !Ref P, !Ref AWS::NoValue]\n`, true],
  ])("%s", (_, keyPolicy, expected) => {
    const { key } = setUp(allow("kms:Decrypt"), keyPolicy);
    expect(isLeftToIdentityPolicies(key, "kms:Decrypt")).toBe(expected);
  });

  test("what it denies to everybody it gives to nobody", () => {
    const { key } = setUp(
      allow("kms:Decrypt"),
      policy(ROOT, '{ Effect: Deny, Principal: "*", NotAction: [kms:Decrypt, kms:Encrypt], Resource: "*" }'),
    );
    const own = only(key.policies);
    expect(deniedBy(own, "kms:Decrypt")).toBe(false);
    expect(deniedBy(own, "kms:PutKeyPolicy")).toBe(true);
    expect(only(grantsOfKeyPolicy(own)).names).toEqual(["kms:Decrypt", "kms:Encrypt"]);
  });
});

describe("a statement", () => {
  test.each([
    ["Action: kms:Dec*", true],
    ["Action: kms:Encrypt", false],
    ["Action: [kms:Encrypt, !Ref P]", undefined],
    ["Action: [!Sub 's3:${P}']", false],
    ["Action: [!Sub 'kms:${P}']", undefined],
    ["NotAction: kms:Encrypt", true],
    ["NotAction: kms:De*", false],
    ["NotAction: !Ref P", undefined],
  ])("%s", (actions, expected) => {
    const { statement } = setUp(`{ Effect: Allow, ${actions}, Resource: "*" }`);
    expect(takesInKeyAction(statement, "kms:Decrypt")).toBe(expected);
  });

  test.each([
    ["{ StringLike: { kms:ViaService: DynamoDB.*.amazonaws.com } }", ["dynamodb.*.amazonaws.com"], true, true, true],
    ["{ StringLike: { kms:ViaService: '*' } }", undefined, false, false, false],
    ["{ StringNotLike: { kms:ViaService: s3.*.amazonaws.com } }", undefined, false, false, false],
    ["{ Bool: { kms:GrantIsForAWSResource: true } }", undefined, true, true, false],
    ["{ Bool: { kms:GrantIsForAWSResource: false } }", undefined, false, false, false],
    ['{ "ForAllValues:StringEquals": { kms:GrantOperations: Decrypt } }', undefined, false, true, false],
    ['{ "ForAnyValue:StringLike": { kms:ResourceAliases: alias/orders-* } }', undefined, false, false, true],
    ['{ "ForAnyValue:StringLike": { kms:ResourceAliases: alias/* } }', undefined, false, false, false],
    ["{ StringEquals: { kms:EncryptionContext:aws:dynamodb:tableName: Orders } }", undefined, false, false, true],
    ["{ StringEquals: { kms:CallerAccount: '111122223333' } }", undefined, false, false, false],
  ])("%s", (condition, services, forServices, grants, keys) => {
    const { statement } = setUp(allow("kms:CreateGrant", '"*"', `, Condition: ${condition}`));
    expect(viaServices(statement)).toEqual(services);
    expect(isForServices(statement)).toBe(forServices);
    expect(limitsGrants(statement)).toBe(grants);
    expect(limitsKeys(statement)).toBe(keys);
  });
});
