import { grantsOf } from "../../core/access/granted.ts";
import { isBare } from "../../core/access/grants.ts";
import { isLeftToIdentityPolicies, tableKeysOf } from "../../core/access/key-grants.ts";
import { mayDecrypt } from "../../core/access/key-use.ts";
import { tablesNamedBy } from "../../core/access/opened.ts";
import { listOf } from "../../core/access/words.ts";
import { both } from "../../core/evaluate/branches.ts";
import { compatible, get, isOn, type Setting } from "../../core/evaluate/setting.ts";
import { readItems, writeItems } from "../../core/iam/action-classes.ts";
import type { Statement } from "../../core/iam/statements.ts";
import { perObject } from "../../core/lazy.ts";
import type { Related } from "../../core/lint/finding.ts";
import { append, type Fix } from "../../core/lint/fix.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import { type Key, type KeyUse, usesOf } from "../../core/model/keys.ts";
import { holdersOf, type IamPrincipal, type IdentityPolicy, policiesOf } from "../../core/model/policies.ts";
import { fitsWith } from "../../core/model/policy-size.ts";
import type { Project } from "../../core/model/project.ts";
import { relatedHolders, useOf } from "../../core/model/roles.ts";

export default defineRule({
  name: "workload-lacks-table-key",
  topic: "keys",
  severity: "warning",
  confidence: "medium",
  recommended: true,
  docs: {
    what: "A workload may read or write the items of a table, but not decrypt with the customer managed key of the table.",
    why: "DynamoDB decrypts the table's key in the name of whoever calls it. Permission for the table alone is not enough: without kms:Decrypt on its KMS key the calls fail with AccessDeniedException, reads and writes alike. The key's policy may admit a caller itself; the default one leaves that to identity policies, and then one of those has to allow it. A grant made outside of the template would do as well; that cannot be seen here.",
    how: "Allow kms:Decrypt on the key, limited to requests through DynamoDB: `kms:ViaService: dynamodb.*.amazonaws.com`. A SAM function takes it by the policy template KMSDecryptPolicy; the CDK's grants of a table add it by themselves.",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html",
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html",
      "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html",
    ],
    examples: [
      {
        title: "A function with its table, without the table's key",
        bad: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      SSESpecification: { SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: !GetAtt OrdersKey.Arn }
  OrdersKey:
    Type: AWS::KMS::Key
    Properties:
      EnableKeyRotation: true
  WorkerRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - { Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: "sts:AssumeRole" }
      Policies:
        - PolicyName: orders
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - { Effect: Allow, Action: "dynamodb:GetItem", Resource: !GetAtt Orders.Arn }
`,
        good: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      SSESpecification: { SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: !GetAtt OrdersKey.Arn }
  OrdersKey:
    Type: AWS::KMS::Key
    Properties:
      EnableKeyRotation: true
  WorkerRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - { Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: "sts:AssumeRole" }
      Policies:
        - PolicyName: orders
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - { Effect: Allow, Action: "dynamodb:GetItem", Resource: !GetAtt Orders.Arn }
              - Effect: Allow
                Action: kms:Decrypt
                Resource: !GetAtt OrdersKey.Arn
                Condition:
                  StringLike: { kms:ViaService: dynamodb.*.amazonaws.com }
`,
      },
    ],
  },
  controls: {},
  construct: "table.grantReadWriteData(…), which grants the key as well",
  check({ project, identityPolicies }, report) {
    if (tableKeysOf(project).length === 0) return;
    for (const policy of identityPolicies) {
      const workloads = accessIn(project, policy).size > 0 ? holdersOf(project, policy).filter(isWorkload) : [];
      if (workloads.length > 0) for (const use of keyUses(project)) checkUse(project, policy, workloads, use, report);
    }
  },
});

function isWorkload(principal: IamPrincipal): boolean {
  return useOf(principal) === "workload";
}

/** An entry that gives reading or writing items of the tables that its statement names. */
interface Access {
  statement: Statement;
  at: Setting;
}

/** What opens a table. Not what `*` opens, which speaks of no table in particular, nor what replicas do with each other. */
function accessIn(project: Project, policy: IdentityPolicy): ReadonlyMap<KeyUse["table"], readonly Access[]> {
  return accessInMemory(project)(policy);
}

const accessInMemory = perObject((project: Project) =>
  perObject((policy: IdentityPolicy) => {
    const byTable = new Map<KeyUse["table"], Access[]>();
    for (const { statement, at, pattern, names } of grantsOf(project, policy)) {
      if (pattern === undefined || isBare(pattern) || !names.some(isCallersAction)) continue;
      for (const table of tablesNamedBy(project, statement)) {
        const known = byTable.get(table);
        if (known) known.push({ statement, at });
        else byTable.set(table, [{ statement, at }]);
      }
    }
    return byTable;
  }),
);

function isCallersAction(name: string): boolean {
  return (readItems.has(name) || writeItems.has(name)) && !name.endsWith("ForReplication");
}

/** The keys in view that tables in view are really encrypted with, each with one use of it. */
const keyUses = perObject((project: Project): readonly { key: Key; use: KeyUse }[] =>
  tableKeysOf(project).flatMap((key) =>
    usesOf(project, key)
      .filter((use) => isInForce(key, use))
      .map((use) => ({ key, use })),
  ),
);

/**
 * A key counts only where KMS encryption is on. Of a global table only the replica of the stack's own region has its key in the same template;
 * the other replicas' keys are needed in their regions.
 */
function isInForce(key: Key, { table, setting }: KeyUse): boolean {
  if (table.kind === "GlobalTable" && key.template !== table.template) return false;
  return table.encryption.some(({ enabled }) => isOn(enabled) && compatible(enabled, setting));
}

function checkUse(
  project: Project,
  policy: IdentityPolicy,
  workloads: readonly IamPrincipal[],
  { key, use }: { key: Key; use: KeyUse },
  report: Report,
): void {
  const { table, setting } = use;
  // A stack elsewhere may stand in the region of another replica.
  if (table.copies.length > 1 && policy.template !== table.template) return;
  const opened = accessIn(project, policy).get(table) ?? [];
  const [first] = opened;
  if (!first) return;
  // Several policies of one role may open the table; the first of them speaks.
  const speaking = workloads.filter((workload) => firstOpening(project, workload, table) === policy);
  if (speaking.length === 0) return;
  const isLeft = isLeftToIdentityPolicies(key, "kms:Decrypt");
  if (isLeft === false) return;
  const answers = speaking.map((workload) => ({ workload, may: mayDecrypt(project, workload, key) }));
  const lacking = answers.filter(({ may }) => may === "no").map(({ workload }) => workload);
  const isUnknown = isLeft === undefined || answers.some(({ may }) => may === "unknown");
  // One place for the statement, in each of its branches.
  const places = new Map(
    opened
      .filter(({ statement }) => statement.index === first.statement.index)
      .map((access) => [access.statement, access.at] as const)
      .reverse(),
  );
  for (const at of places.values()) {
    const when = at.template === setting.template ? both(at.template, at.when, setting.when) : at.when;
    if (!when) continue;
    const place = { ...at, when };
    if (isUnknown) report.cannotTell(place, `it is not known who may use "${key.id}", the key of "${table.id}"`);
    if (isLeft === undefined || lacking.length === 0) continue;
    report(place, {
      message: `${listOf(lacking.map(({ name }) => name))} may use table "${table.id}" but not its key "${key.id}": without kms:Decrypt the calls fail with AccessDeniedException.`,
      related: [...relatedHolders(holdersOf(project, policy), policy), relatedKey(key), relatedUse(use)],
      fixes: allowTheKey(policy, key),
    });
  }
}

function firstOpening(project: Project, workload: IamPrincipal, table: KeyUse["table"]): IdentityPolicy | undefined {
  return firstByTable(project)(workload).get(table);
}

const firstByTable = perObject((project: Project) =>
  perObject((workload: IamPrincipal) => {
    const first = new Map<KeyUse["table"], IdentityPolicy>();
    for (const policy of policiesOf(project, workload))
      for (const table of accessIn(project, policy).keys()) if (!first.has(table)) first.set(table, policy);
    return first;
  }),
);

function relatedKey({ id, template, resource }: Key): Related {
  return { message: `"${id}" leaves its use to identity policies`, template, place: resource.key };
}

function relatedUse({ table, setting }: KeyUse): Related {
  return { message: `"${table.id}" is encrypted with it`, template: setting.template, place: setting.place };
}

/** One more statement, where the policy has a list of them and stands beside the key. */
function allowTheKey(policy: IdentityPolicy, { id, template, resource }: Key): Fix[] {
  if (policy.template.resources.get(resource.id) !== resource || template !== policy.template) return [];
  if (resource.condition !== undefined) return [];
  const statement = {
    Effect: "Allow",
    Action: "kms:Decrypt",
    Resource: { "Fn::GetAtt": [id, "Arn"] },
    Condition: { StringLike: { "kms:ViaService": "dynamodb.*.amazonaws.com" } },
  };
  const [statements, ...others] = get(policy.document, "Statement");
  if (statements?.value.kind !== "list" || others.length > 0) return [];
  if (!fitsWith(policy, [JSON.stringify(statement)])) return [];
  return [
    {
      title: `Allow kms:Decrypt with "${id}" through DynamoDB (grants the use of the key)`,
      class: "caution",
      changes: [append(statements, statement)],
    },
  ];
}
