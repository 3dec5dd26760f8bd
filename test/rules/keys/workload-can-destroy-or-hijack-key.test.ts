import { describe, expect, test } from "vitest";
import { DEFAULT_CONFIGURATION } from "../../../core/lint/configuration.ts";
import { marked, offered, repaired, shown } from "../harness.ts";
import { allow, deny, inline, LAMBDA, managedPolicy, roleOf } from "../identity/policies.ts";
import { relatedTo, told, toldInBoth, toldWith, untold } from "../told.ts";
import { DATA, keyPolicy, ROOT, tableWithKey, withRole } from "./key-templates.ts";

const RULE = "workload-can-destroy-or-hijack-key";

const LOST = "without its key a table cannot be read by anybody.";
const GIVEN = "whoever gets the use of a key can read what is encrypted under it.";
const OWN = `"OrdersKey", the key of "Orders"`;
const EVERY = "every KMS key whose policy leaves it to identity policies";
const KEY = "!GetAtt OrdersKey.Arn";

const onKey = (action: string, more = "", key = "") => withRole(LAMBDA, allow(action, KEY, more), tableWithKey(key));

describe("an identity policy about a table's key", () => {
  test("stands at the action, with the key beside it", () => {
    const template = onKey("kms:ScheduleKeyDeletion");
    expect(shown(RULE, template)).toEqual([
      `14:24-14:47 error Role "AppRole" may destroy ${OWN} (ScheduleKeyDeletion): ${LOST}`,
    ]);
    expect(relatedTo(RULE, template)).toEqual([`20:2-20:11 "OrdersKey" is the key of a table`]);
    expect(toldInBoth(RULE, template)).toHaveLength(1);
  });

  test.each([
    ["kms:DisableKey", "destroy", "DisableKey", LOST],
    ["KMS:deleteimportedkeymaterial", "destroy", "DeleteImportedKeyMaterial", LOST],
    ["kms:RevokeGrant", "destroy", "RevokeGrant", LOST],
    ["kms:RetireGrant", "destroy", "RetireGrant", LOST],
    ["kms:PutKeyPolicy", "give away", "PutKeyPolicy", GIVEN],
    ["kms:CreateGrant", "give away", "CreateGrant", GIVEN],
    ["kms:Create*", "give away", "CreateGrant", GIVEN],
    ["kms:*Grant", "destroy or give away", "CreateGrant, RetireGrant and RevokeGrant", LOST],
    [
      "kms:*",
      "destroy or give away",
      "CreateGrant, DeleteImportedKeyMaterial, DisableKey, PutKeyPolicy, RetireGrant, RevokeGrant and ScheduleKeyDeletion",
      LOST,
    ],
  ])("%s", (action, deed, names, consequence) => {
    expect(toldInBoth(RULE, onKey(action))).toEqual([
      `error Role "AppRole" may ${deed} ${OWN} (${names}): ${consequence}`,
    ]);
  });

  test.each([
    ["[kms:Encrypt, kms:Decrypt, kms:ReEncrypt*, kms:GenerateDataKey*, kms:DescribeKey]"],
    ["[kms:TagResource, kms:UpdateKeyDescription, kms:CancelKeyDeletion, kms:EnableKey]"],
    ["kms:ScheduleKeyDeletions"],
    ["k*:*"],
    ["s3:*"],
  ])("%s passes", (action) => {
    expect(toldInBoth(RULE, onKey(action))).toEqual([]);
    expect(untold(RULE, onKey(action))).toEqual([]);
  });

  test("several actions of one statement are one finding, at the first of them", () => {
    const template = onKey("[kms:Decrypt, kms:PutKeyPolicy, kms:DisableKey]");
    expect(shown(RULE, template)).toEqual([
      `14:38-14:54 error Role "AppRole" may destroy or give away ${OWN} (PutKeyPolicy and DisableKey): ${LOST}`,
    ]);
  });

  test.each([
    "!Sub '${OrdersKey.Arn}'",
    "!Sub arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/${OrdersKey}",
    "!Sub arn:aws:kms:eu-west-1:111122223333:key/${OrdersKey}",
    "[!GetAtt OtherKey.Arn, !GetAtt OrdersKey.Arn]",
  ])("%s is the key", (resource) => {
    const other = "  OtherKey:\n    Type: AWS::KMS::Key\n";
    const template = withRole(LAMBDA, allow("kms:DisableKey", resource), tableWithKey() + other);
    expect(toldInBoth(RULE, template)).toEqual([`error Role "AppRole" may destroy ${OWN} (DisableKey): ${LOST}`]);
  });

  test.each([
    "!GetAtt OtherKey.Arn",
    "!Sub arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/${OtherKey}",
    "arn:aws:kms:eu-west-1:111122223333:alias/orders",
    "arn:aws:s3:::bucket/*",
  ])("%s is not", (resource) => {
    const other = "  OtherKey:\n    Type: AWS::KMS::Key\n";
    const template = withRole(LAMBDA, allow("kms:DisableKey", resource), tableWithKey() + other);
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual([]);
  });

  test.each(["!ImportValue key", "!Ref KeyArn", "arn:aws:kms:eu-west-1:111122223333:key/1"])(
    "%s may be: cannot tell",
    (resource) => {
      const template = `Parameters:\n  KeyArn: { Type: String }\n${withRole(LAMBDA, allow("kms:DisableKey", resource), tableWithKey())}`;
      expect(toldInBoth(RULE, template)).toEqual([]);
      expect(untold(RULE, template)).toEqual([
        "16:24 it is not known which keys its statement is about, or whether their policies count it",
      ]);
    },
  );

  test("a key that no table uses is none of its business", () => {
    const template = withRole(LAMBDA, allow("kms:*", "!GetAtt OtherKey.Arn"), "  OtherKey: { Type: AWS::KMS::Key }\n");
    expect(toldInBoth(RULE, template)).toEqual([]);
  });

  test("the keys of replicas count", () => {
    const table = `  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      SSESpecification: { SSEEnabled: true, SSEType: KMS }
      Replicas:
        - Region: !Ref AWS::Region
          SSESpecification: { KMSMasterKeyId: !GetAtt OrdersKey.Arn }
  OrdersKey:
    Type: AWS::KMS::ReplicaKey
    Properties: { PrimaryKeyArn: "arn:aws:kms:us-east-1:111122223333:key/mrk-1" }
`;
    expect(toldInBoth(RULE, withRole(LAMBDA, allow("kms:DisableKey", KEY), table))).toEqual([
      `error Role "AppRole" may destroy ${OWN} (DisableKey): ${LOST}`,
    ]);
  });

  test("over an export of another stack", () => {
    const key = `Resources:\n${tableWithKey()}Outputs:\n  Key: { Value: !GetAtt OrdersKey.Arn, Export: { Name: key } }\n`;
    const role = withRole(LAMBDA, allow("kms:DisableKey", "!ImportValue key"), "");
    expect(told(RULE, { "key.yaml": key, "role.yaml": role })).toEqual([
      `error Role "AppRole" may destroy ${OWN} (DisableKey): ${LOST}`,
    ]);
  });

  test("a SAM function's statement", () => {
    const template = `Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
        - Statement:
            - { Effect: Allow, Action: "kms:PutKeyPolicy", Resource: !GetAtt OrdersKey.Arn }
${tableWithKey()}`;
    expect(toldInBoth(RULE, template)).toEqual([
      `error Function "Worker" may give away ${OWN} (PutKeyPolicy): ${GIVEN}`,
    ]);
  });

  test("a document as JSON text", () => {
    const text = `'{"Statement": {"Effect": "Allow", "Action": "kms:DisableKey", "Resource": "\${OrdersKey.Arn}"}}'`;
    const role = roleOf(LAMBDA, `      Policies:\n        - { PolicyName: a, PolicyDocument: !Sub ${text} }\n`);
    expect(toldInBoth(RULE, `Resources:\n${role}${tableWithKey()}`)).toEqual([
      `error Role "AppRole" may destroy ${OWN} (DisableKey): ${LOST}`,
    ]);
  });

  test("under a condition", () => {
    const template = `Conditions:\n  IsDev: !Equals [!Ref AWS::Region, eu-west-1]\n${onKey(
      '!If [IsDev, "kms:*", kms:Decrypt]',
    )}`;
    expect(marked(RULE, template)).toEqual(['"kms:*"']);
    expect(toldInBoth(RULE, template)).toHaveLength(1);
  });
});

describe("what counts as unlimited", () => {
  const when = (condition: string) => `            Condition: ${condition}\n`;

  test.each([
    ["kms:CreateGrant", "{ Bool: { kms:GrantIsForAWSResource: true } }"],
    ["[kms:CreateGrant, kms:RevokeGrant]", '{ Bool: { "kms:GrantIsForAWSResource": "true" } }'],
    ["kms:CreateGrant", "{ StringLike: { kms:ViaService: dynamodb.*.amazonaws.com } }"],
    ["kms:*", "{ StringEquals: { kms:ViaService: !Sub 'dynamodb.${AWS::Region}.amazonaws.com' } }"],
    ["kms:CreateGrant", "{ StringEquals: { kms:GranteePrincipal: 'arn:aws:iam::111122223333:role/r' } }"],
    ["kms:CreateGrant", '{ "ForAllValues:StringEquals": { kms:GrantOperations: [Decrypt, Encrypt] } }'],
    ["kms:CreateGrant", '{ "ForAnyValue:StringEquals": { kms:GrantOperations: [Decrypt] } }'],
    // No request to delete a key carries it.
    ["kms:ScheduleKeyDeletion", "{ Bool: { kms:GrantIsForAWSResource: true } }"],
  ])("%s with %s passes", (action, condition) => {
    expect(toldInBoth(RULE, onKey(action, when(condition)))).toEqual([]);
    expect(untold(RULE, onKey(action, when(condition)))).toEqual([]);
  });

  test.each([
    ["{ Bool: { kms:GrantIsForAWSResource: false } }"],
    ["{ BoolIfExists: { kms:GrantIsForAWSResource: true } }"],
    ["{ StringLike: { kms:ViaService: '*' } }"],
    ["{ StringNotEquals: { kms:GranteePrincipal: 'arn:aws:iam::111122223333:role/r' } }"],
    ["{ StringLike: { kms:GranteePrincipal: '*' } }"],
    ["{ StringEquals: { kms:CallerAccount: !Ref AWS::AccountId } }"],
  ])("CreateGrant with %s does not", (condition) => {
    expect(toldInBoth(RULE, onKey("kms:CreateGrant", when(condition)))).toEqual([
      `error Role "AppRole" may give away ${OWN} (CreateGrant): ${GIVEN}`,
    ]);
  });

  test("a limit for grants does not limit the rest of the statement", () => {
    const condition = when('{ "ForAllValues:StringEquals": { kms:GrantOperations: [Decrypt] } }');
    expect(toldInBoth(RULE, onKey("[kms:CreateGrant, kms:DisableKey]", condition))).toEqual([
      `error Role "AppRole" may destroy ${OWN} (DisableKey): ${LOST}`,
    ]);
  });

  test("a condition that narrows who or from where lowers it", () => {
    expect(toldInBoth(RULE, onKey("kms:DisableKey", when("{ StringEquals: { aws:SourceVpce: vpce-1 } }")))).toEqual([
      `warning Role "AppRole" may destroy ${OWN} (DisableKey): ${LOST}`,
    ]);
  });

  test.each(["!Ref C", "{ StringEquals: { aws:ResourceTag/team: a } }"])("%s leaves it open", (condition) => {
    const template = `Parameters:\n  C: { Type: String }\n${onKey("kms:DisableKey", when(condition))}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toHaveLength(1);
  });

  test("a Deny takes it away", () => {
    const denied = (action: string, resource: string) =>
      withRole(LAMBDA, allow("kms:DisableKey", KEY) + deny(action, resource), tableWithKey());
    expect(toldInBoth(RULE, denied("kms:Disable*", '"*"'))).toEqual([]);
    expect(toldInBoth(RULE, denied("kms:*", KEY))).toEqual([]);
    expect(toldInBoth(RULE, denied("kms:Put*", '"*"'))).toHaveLength(1);
    expect(toldInBoth(RULE, denied("kms:*", '"arn:aws:s3:::a"'))).toHaveLength(1);
  });
});

describe("the key's own policy has a say", () => {
  const rootWhen = (condition: string) => ROOT.replace('Resource: "*"', `Resource: "*", Condition: ${condition}`);

  test.each([
    ["the default one", ""],
    ["the root of the account", keyPolicy(ROOT)],
    ["the root by its id", keyPolicy(ROOT.replace(/!Sub "[^"]*"/, "!Ref AWS::AccountId"))],
    ["a written account", keyPolicy(ROOT.replace(/!Sub "[^"]*"/, "arn:aws:iam::111122223333:root"))],
    [
      "the root, bound to its own account",
      keyPolicy(rootWhen("{ StringEquals: { kms:CallerAccount: !Ref AWS::AccountId } }")),
    ],
  ])("%s leaves it to identity policies", (_, policy) => {
    expect(toldInBoth(RULE, onKey("kms:DisableKey", "", policy))).toHaveLength(1);
  });

  const admin = ROOT.replace(':root"', ':role/KeyAdmin"');

  test.each([
    ["names an administrator instead", keyPolicy(admin)],
    ["leaves only the use to them", keyPolicy(admin, ROOT.replace('"kms:*"', "[kms:Decrypt, kms:DescribeKey]"))],
    [
      "denies it to everybody",
      keyPolicy(ROOT, '{ Effect: Deny, Principal: "*", Action: kms:Disable*, Resource: "*" }'),
    ],
  ])("silent where it %s", (_, policy) => {
    expect(toldInBoth(RULE, onKey("kms:DisableKey", "", policy))).toEqual([]);
    expect(untold(RULE, onKey("kms:DisableKey", "", policy))).toEqual([]);
  });

  test.each([
    [
      "a Deny with an exception",
      keyPolicy(
        ROOT,
        '{ Effect: Deny, Principal: "*", Action: "kms:DisableKey", Resource: "*", Condition: { ArnNotLike: { aws:PrincipalArn: "arn:aws:iam::*:role/KeyAdmin" } } }',
      ),
    ],
    ["a condition on the root", keyPolicy(rootWhen("{ StringEquals: { aws:PrincipalType: Account } }"))],
    ["a policy that is a parameter", "      KeyPolicy: !Ref P\n"],
  ])("cannot tell with %s", (_, policy) => {
    const template = `Parameters:\n  P: { Type: String }\n${onKey("kms:DisableKey", "", policy)}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toHaveLength(1);
  });

  test("another account's root is not the key's own", () => {
    const policy = keyPolicy(admin, ROOT.replace(/!Sub "[^"]*"/, "arn:aws:iam::444455556666:root"));
    expect(toldWith(RULE, onKey("kms:DisableKey", "", policy), { account: "111122223333" })).toEqual([]);
    expect(toldWith(RULE, onKey("kms:DisableKey", "", policy), { account: "444455556666" })).toHaveLength(1);
  });
});

describe("every key", () => {
  const onEvery = (statements: string, around: string, principal = LAMBDA) => withRole(principal, statements, around);

  test.each(['"*"', '"arn:aws:kms:*:111122223333:key/*"', "!Sub arn:aws:kms:${AWS::Region}:${AWS::AccountId}:key/*"])(
    "%s: the table's key is among them",
    (resource) => {
      expect(toldInBoth(RULE, onEvery(allow("kms:DisableKey", resource), tableWithKey()))).toEqual([
        `error Role "AppRole" may destroy ${EVERY}, among them ${OWN} (DisableKey): ${LOST}`,
      ]);
    },
  );

  test("without a table's key in view it matters for those who work with data", () => {
    const data = allow("dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:111122223333:table/orders");
    expect(toldInBoth(RULE, onEvery(allow("kms:PutKeyPolicy", '"*"') + data, ""))).toEqual([
      `error Role "AppRole" may give away ${EVERY} (PutKeyPolicy): ${GIVEN}`,
    ]);
    const elsewhere = roleOf(LAMBDA, inline(data), "DataRole");
    expect(toldInBoth(RULE, onEvery(allow("kms:PutKeyPolicy", '"*"'), elsewhere))).toEqual([]);
    expect(toldInBoth(RULE, onEvery(allow("kms:PutKeyPolicy", '"*"'), ""))).toEqual([]);
    const nobody = managedPolicy(allow("kms:*", '"*"'), "  Orders: { Type: AWS::DynamoDB::Table }\n");
    expect(toldInBoth(RULE, nobody)).toEqual([]);
    expect(untold(RULE, nobody)).toEqual([]);
  });

  test("limited by aliases or tags it is not every key: cannot tell", () => {
    const condition = '            Condition: { "ForAnyValue:StringEquals": { kms:ResourceAliases: alias/mine } }\n';
    const template = onEvery(allow("kms:DisableKey", '"*"', condition), tableWithKey());
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toHaveLength(1);
  });

  test("a bare star is full-dynamodb-access's, unless that is off or the statement is about the key only", () => {
    const template = onEvery(allow('"*"', '"*"'), tableWithKey());
    expect(told(RULE, template)).toEqual([]);
    const without = { ...DEFAULT_CONFIGURATION, rules: new Map([["full-dynamodb-access", "off"]] as const) };
    expect(told(RULE, template, without)).toHaveLength(1);
    expect(toldInBoth(RULE, onKey('"*"'))).toHaveLength(1);
  });
});

describe("who", () => {
  const WEB = "{ Federated: cognito-identity.amazonaws.com }";

  test.each([
    ["an end user", WEB],
    ["a container", "{ Service: ecs-tasks.amazonaws.com }"],
    [
      "a Kubernetes service account",
      "{ Federated: 'arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/A' }",
    ],
  ])("%s", (_, principal) => {
    expect(toldInBoth(RULE, withRole(principal, allow("kms:DisableKey", KEY), tableWithKey()))).toHaveLength(1);
  });

  test.each([
    ["a deployment role", "{ Service: cloudformation.amazonaws.com }"],
    ["a CI system", "{ Federated: token.actions.githubusercontent.com }"],
    ["staff, who administer keys", "{ AWS: !Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root' }"],
    ["AWS Backup", "{ Service: backup.amazonaws.com }"],
  ])("silent for %s", (_, principal) => {
    const template = withRole(principal, allow("kms:*", '"*"') + DATA, tableWithKey());
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual([]);
  });

  test("an IAM user who works with the data, not one who administers keys", () => {
    const user = (statements: string) =>
      `Resources:\n  Ann:\n    Type: AWS::IAM::User\n    Properties:\n${inline(statements)}${tableWithKey()}`;
    expect(toldInBoth(RULE, user(allow("kms:DisableKey", KEY) + DATA))).toEqual([
      `error User "Ann" may destroy ${OWN} (DisableKey): ${LOST}`,
    ]);
    expect(toldInBoth(RULE, user(allow("kms:DisableKey", KEY)))).toEqual([]);
  });

  test.each([
    ["a policy that nobody in view has", managedPolicy(allow("kms:DisableKey", KEY), tableWithKey())],
    ["a role whose trust is not known", withRole("!Ref P", allow("kms:DisableKey", KEY), tableWithKey())],
  ])("cannot tell for %s", (_, resources) => {
    const template = `Parameters:\n  P: { Type: String }\n${resources}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template).map((line) => line.replace(/^\S+ /, ""))).toEqual([
      "it is not known who has the policy",
    ]);
  });

  test("a policy of its own names its only holder, who is pointed at", () => {
    const policy = managedPolicy(
      allow("kms:DisableKey", KEY),
      `      Roles: [!Ref AppRole]\n${roleOf(LAMBDA, "")}${tableWithKey()}`,
    );
    expect(toldInBoth(RULE, policy)).toEqual([`error Role "AppRole" may destroy ${OWN} (DisableKey): ${LOST}`]);
    expect(relatedTo(RULE, policy)).toEqual([
      '11:2-11:9 Role "AppRole" has this policy',
      '22:2-22:11 "OrdersKey" is the key of a table',
    ]);
  });
});

describe("a key policy", () => {
  const grants = (action: string, principal = "!GetAtt AppRole.Arn", more = "") =>
    keyPolicy(ROOT, `{ Effect: Allow, Principal: { AWS: ${principal} }, Action: ${action}, Resource: "*"${more} }`);
  const withKey = (policy: string, trust = LAMBDA, properties = "") =>
    `Resources:\n${tableWithKey(policy)}${roleOf(trust, properties)}`;

  test("that names a workload, at the action, with the role beside it", () => {
    const template = withKey(grants('"kms:*"'));
    expect(marked(RULE, template)).toEqual(['"kms:*"']);
    expect(toldInBoth(RULE, template)).toEqual([
      `error Role "AppRole" may destroy or give away ${OWN} (CreateGrant, DeleteImportedKeyMaterial, DisableKey, PutKeyPolicy, RevokeGrant and ScheduleKeyDeletion): ${LOST}`,
    ]);
    expect(relatedTo(RULE, template)).toEqual(['14:2-14:9 the key policy names role "AppRole"']);
  });

  test("RetireGrant, which only identity policies can allow", () => {
    expect(toldInBoth(RULE, withKey(grants("[kms:Decrypt, kms:RetireGrant]")))).toEqual([]);
    expect(toldInBoth(RULE, withKey(grants("[kms:DisableKey, kms:RetireGrant]")))).toEqual([
      `error Role "AppRole" may destroy ${OWN} (DisableKey): ${LOST}`,
    ]);
  });

  test("by the role's literal name", () => {
    const named = "      RoleName: app\n";
    const principal = "!Sub 'arn:aws:iam::${AWS::AccountId}:role/service/app'";
    expect(toldInBoth(RULE, withKey(grants("kms:DisableKey", principal), LAMBDA, named))).toEqual([
      `error Role "AppRole" may destroy ${OWN} (DisableKey): ${LOST}`,
    ]);
  });

  test.each([
    ["uses the key", grants("[kms:Decrypt, kms:GenerateDataKey*]"), LAMBDA],
    [
      "lets services make grants for it",
      grants(
        "[kms:CreateGrant, kms:ListGrants, kms:RevokeGrant]",
        undefined,
        ", Condition: { Bool: { kms:GrantIsForAWSResource: true } }",
      ),
      LAMBDA,
    ],
    ["is staff", grants('"kms:*"'), "{ AWS: !Ref AWS::AccountId }"],
    ["deploys", grants('"kms:*"'), "{ Service: cloudformation.amazonaws.com }"],
    ["is not in view", grants('"kms:*"', "'arn:aws:iam::111122223333:role/KeyAdmin'"), LAMBDA],
    ["is another account's", grants('"kms:*"', "'arn:aws:iam::111122223333:root'"), LAMBDA],
  ])("silent where the principal %s", (_, policy, trust) => {
    expect(toldInBoth(RULE, withKey(policy, trust))).toEqual([]);
    expect(untold(RULE, withKey(policy, trust))).toEqual([]);
  });

  test("silent where it denies it to everybody, unknown where a condition decides", () => {
    const also = (more: string) =>
      withKey(
        `${grants("kms:DisableKey")}          - { Effect: Deny, Principal: "*", Action: "kms:D*", Resource: "*"${more} }\n`,
      );
    expect(toldInBoth(RULE, also(""))).toEqual([]);
    const unless = also(", Condition: { Bool: { aws:MultiFactorAuthPresent: false } }");
    expect(toldInBoth(RULE, unless)).toEqual([]);
    expect(untold(RULE, unless).map((line) => line.replace(/^\S+ /, ""))).toEqual([
      "a condition decides whether it is allowed",
    ]);
  });

  test("of a key that no table uses is not judged", () => {
    const template = `Resources:\n  Lone:\n    Type: AWS::KMS::Key\n    Properties:\n${grants('"kms:*"')}${roleOf(LAMBDA, "")}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
  });
});

describe("fixes", () => {
  test("takes the actions out and keeps comments", () => {
    const template = onKey(
      "\n              - kms:Decrypt # reads\n              - kms:PutKeyPolicy\n              - kms:DisableKey",
    );
    expect(offered(RULE, template)).toEqual(["caution: Take out PutKeyPolicy and DisableKey (stops them)"]);
    expect(repaired(RULE, template)).toBe(onKey("\n              - kms:Decrypt # reads"));
  });

  test("in flow style and in JSON", () => {
    expect(repaired(RULE, onKey("[kms:Decrypt, kms:PutKeyPolicy]"))).toBe(onKey("[kms:Decrypt]"));
    const json = JSON.stringify(
      {
        Resources: {
          Orders: {
            Type: "AWS::DynamoDB::Table",
            Properties: { SSESpecification: { SSEEnabled: true, KMSMasterKeyId: { Ref: "K" } } },
          },
          K: { Type: "AWS::KMS::Key" },
          Worker: {
            Type: "AWS::IAM::Role",
            Properties: {
              AssumeRolePolicyDocument: {
                Statement: [
                  { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
                ],
              },
              Policies: [
                {
                  PolicyName: "a",
                  PolicyDocument: {
                    Statement: [
                      {
                        Effect: "Allow",
                        Action: ["kms:Decrypt", "kms:CreateGrant"],
                        Resource: { "Fn::GetAtt": ["K", "Arn"] },
                      },
                    ],
                  },
                },
              ],
            },
          },
        },
      },
      null,
      2,
    );
    expect(repaired(RULE, json)).toBe(json.replace(/,\s*"kms:CreateGrant"/, ""));
  });

  test("kms:* becomes the use of the key", () => {
    expect(offered(RULE, onKey('"kms:*"'))).toEqual([
      "caution: Allow the use of the key only (stops its administration)",
    ]);
    expect(repaired(RULE, onKey("kms:*"))).toBe(
      onKey("kms:*").replace(
        "Action: kms:*",
        `Action:
                  - kms:Encrypt
                  - kms:Decrypt
                  - kms:ReEncrypt*
                  - kms:GenerateDataKey*
                  - kms:DescribeKey`,
      ),
    );
  });

  test("on every key, where decrypt-on-all-keys still speaks of the resource", () => {
    const template = withRole(LAMBDA, allow("kms:*", '"*"') + DATA, tableWithKey());
    expect(offered(RULE, template)).toEqual(["caution: Allow the use of the key only (stops its administration)"]);
    expect(told("decrypt-on-all-keys", repaired(RULE, template) ?? "")).toHaveLength(1);
  });

  test("another wildcard is written out without them", () => {
    expect(offered(RULE, onKey("[kms:Decrypt, kms:Create*]"))).toEqual(["caution: Take out CreateGrant (stops it)"]);
    expect(repaired(RULE, onKey("[kms:Decrypt, kms:Create*]"))).toBe(
      onKey("[kms:Decrypt, kms:CreateAlias, kms:CreateCustomKeyStore, kms:CreateKey]"),
    );
  });

  test.each([
    ["nothing would be left", "[kms:PutKeyPolicy, kms:CreateGrant]"],
    ["it is one action", "kms:PutKeyPolicy"],
    ["the wildcard is too wide", '"kms:?*"'],
    ["it is a bare star", '"*"'],
  ])("none where %s", (_, action) => {
    expect(told(RULE, onKey(action))).toHaveLength(1);
    expect(offered(RULE, onKey(action))).toEqual([]);
  });
});
