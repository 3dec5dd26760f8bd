import { grantsOf } from "../../core/access/granted.ts";
import { isBare } from "../../core/access/grants.ts";
import {
  deniedBy,
  everyKey,
  grantsOfKeyPolicy,
  isForServices,
  isLeftToIdentityPolicies,
  type KeyGrant,
  keyGrantsOf,
  limitsGrants,
  limitsKeys,
  reachesKey,
  tableKeysOf,
  tablesOfKey,
} from "../../core/access/key-grants.ts";
import { mayUseItems } from "../../core/access/use.ts";
import { listOf } from "../../core/access/words.ts";
import { describePath } from "../../core/evaluate/path.ts";
import { text } from "../../core/evaluate/setting.ts";
import { keyDestroying, keyGivingAway } from "../../core/iam/action-classes.ts";
import { expandAction } from "../../core/iam/actions.ts";
import { isConstrained } from "../../core/iam/conditions.ts";
import type { Statement } from "../../core/iam/statements.ts";
import type { Related } from "../../core/lint/finding.ts";
import { type Fix, replaceItem } from "../../core/lint/fix.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import type { Severity } from "../../core/lint/severity.ts";
import type { Key } from "../../core/model/keys.ts";
import { holdersOf, type IamPrincipal, type IdentityPolicy, subjectOf } from "../../core/model/policies.ts";
import { principalBehind } from "../../core/model/principal-behind.ts";
import type { Project } from "../../core/model/project.ts";
import { relatedHolders, useOf } from "../../core/model/roles.ts";
import type { View } from "../../core/model/view.ts";

/** What reading and writing an encrypted table takes. Source: DynamoDB Developer Guide, encryption at rest usage notes. */
const KEY_USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"];

export default defineRule({
  name: "workload-can-destroy-or-hijack-key",
  topic: "keys",
  severity: "error",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A workload, an end user's role or an IAM user that works with the data may destroy the KMS key of a table, or give it to anybody.",
    why: "Whoever may schedule a key's deletion, disable it, delete its imported material or revoke the grants that DynamoDB uses it by makes every table under it unreadable, without a single DynamoDB permission. PutKeyPolicy rewrites who may use the key, and an unlimited CreateGrant passes its use on to anybody, past every policy. An application needs none of that to read and write an encrypted table. Identity policies count only where the key's policy leaves the decision to them, as the default one does.",
    how: "Leave these actions to the people and pipelines that administer keys. Where DynamoDB has to make a grant (creating or restoring a table), allow kms:CreateGrant with `kms:GrantIsForAWSResource: true` or `kms:ViaService`.",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html",
      "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html",
      "https://docs.aws.amazon.com/kms/latest/developerguide/grant-authorization.html",
    ],
    examples: [
      {
        title: "A function with kms:* on the key of its table",
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
        - PolicyName: key
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - { Effect: Allow, Action: "kms:*", Resource: !GetAtt OrdersKey.Arn }
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
        - PolicyName: key
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - { Effect: Allow, Action: "kms:Decrypt", Resource: !GetAtt OrdersKey.Arn }
`,
      },
    ],
  },
  controls: { checkov: ["CKV_AWS_109"] },
  construct: "key.grantEncryptDecrypt(…) instead of key.grantAdmin(…) or key.grant(…, 'kms:*')",
  check(view, report) {
    const { project } = view;
    if (view.dynamoDbInView) for (const policy of view.identityPolicies) checkIdentityPolicy(view, policy, report);
    for (const key of view.keys) if (tableKeysOf(project).includes(key)) checkKeyPolicies(project, key, report);
  },
});

/** The entries of one statement in one branch that give a dangerous action, and all of those actions. */
interface Danger {
  statement: Statement;
  /** At least one. */
  entries: readonly [KeyGrant, ...KeyGrant[]];
  names: readonly string[];
}

function checkIdentityPolicy(view: View, policy: IdentityPolicy, report: Report): void {
  const { project } = view;
  const dangers = dangersIn(keyGrantsOf(project, policy)).filter(
    ({ statement }) => !isSpokenFor(view, policy, statement),
  );
  if (dangers.length === 0) return;
  const holders = holdersOf(project, policy);
  const mayBeSuspect = holders.length === 0 || holders.some((holder) => useOf(holder) === "other");
  const suspects = holders.filter((holder) => isSuspect(project, holder));
  if (suspects.length === 0 && !mayBeSuspect) return;
  const hasData = suspects.some((holder) => mayUseItems(project, holder) === "yes");
  if (tableKeysOf(project).length === 0 && !hasData) return;
  for (const danger of dangers) {
    const { statement, entries } = danger;
    const [{ at }] = entries;
    const aim = aimOf(project, danger);
    if (aim === "nothing") continue;
    if (aim === "unknown") {
      report.cannotTell(at, "it is not known which keys its statement is about, or whether their policies count it");
      continue;
    }
    if (suspects.length === 0) {
      report.cannotTell(at, "it is not known who has the policy");
      continue;
    }
    report(at, {
      severity: severityOf(statement),
      message: `${subjectOf(project, policy)} may ${deeds(aim.names)} ${objectOf(project, aim)} (${listOf(aim.names.map(kmsName))}): ${consequences(aim.names)}`,
      related: [...relatedHolders(holders, policy), ...aim.keys.map(relatedKey)],
      fixes: repairs(danger),
    });
  }
}

/** full-dynamodb-access speaks of a statement with a bare `*`, notaction-or-notresource-allow of one with `NotAction`. */
function isSpokenFor(view: View, policy: IdentityPolicy, statement: Statement): boolean {
  const isAll = statement.actions.some((action) => isBare(text(action) ?? ""));
  const isRest = statement.notActions.length > 0 || statement.notResources.length > 0;
  const speaker = isAll ? "full-dynamodb-access" : isRest ? "notaction-or-notresource-allow" : undefined;
  return (
    speaker !== undefined &&
    view.runs(speaker) &&
    grantsOf(view.project, policy).some((grant) => grant.statement === statement)
  );
}

/** Code and end users have no business with a key's life; of people, those who work with the data: somebody has to administer keys. */
function isSuspect(project: Project, principal: IamPrincipal): boolean {
  const use = useOf(principal);
  if (use === "workload" || use === "end user") return true;
  return (principal.kind === "user" || principal.kind === "group") && mayUseItems(project, principal) === "yes";
}

function dangersIn(grants: readonly KeyGrant[]): Danger[] {
  const byBranch = new Map<Statement, Map<string, [KeyGrant, ...KeyGrant[]]>>();
  for (const grant of grants) {
    if (dangerousNames(grant).length === 0) continue;
    const branches = byBranch.get(grant.statement) ?? new Map<string, [KeyGrant, ...KeyGrant[]]>();
    byBranch.set(grant.statement, branches);
    const branch = describePath(grant.at.when) ?? "";
    const known = branches.get(branch);
    if (known) known.push(grant);
    else branches.set(branch, [grant]);
  }
  return [...byBranch].flatMap(([statement, branches]) =>
    [...branches.values()].map((entries) => ({
      statement,
      entries,
      names: [...new Set(entries.flatMap(dangerousNames))],
    })),
  );
}

/** Services ask for nothing but grants on somebody's behalf, and those are limited by the service. */
function dangerousNames({ statement, names }: KeyGrant): string[] {
  if (isForServices(statement)) return [];
  return names.filter((name) =>
    name === "kms:CreateGrant" ? !limitsGrants(statement) : keyDestroying.has(name) || keyGivingAway.has(name),
  );
}

interface Aim {
  /** The tables' keys that are hit; none: no such key is in view, and the statement is about every key. */
  keys: readonly Key[];
  isEvery: boolean;
  names: readonly string[];
}

/** What an identity policy's statement can really do, and to which keys: their policies have a say. */
function aimOf(project: Project, { statement, names }: Danger): Aim | "nothing" | "unknown" {
  const isEvery = everyKey(project, statement).length > 0 || statement.notResources.length > 0;
  const candidates = tableKeysOf(project);
  if (candidates.length === 0 && !isEvery) return "nothing";
  const isUnclear = statement.conditionUnknown || limitsKeys(statement) || statement.notResources.length > 0;
  if (candidates.length === 0) return isUnclear ? "unknown" : { keys: [], isEvery, names };
  let undecided = false;
  const keys: Key[] = [];
  const effective = new Set<string>();
  for (const key of candidates) {
    const reaches = reachesKey(project, statement, key);
    if (reaches === false) continue;
    const answers = names.map((name) => ({ name, left: isLeftToIdentityPolicies(key, name) }));
    if (answers.every(({ left }) => left === false)) continue;
    const left = answers.filter((each) => each.left === true);
    if (reaches === true && left.length > 0) {
      keys.push(key);
      for (const { name } of left) effective.add(name);
    } else undecided = true;
  }
  if (keys.length > 0)
    return isUnclear ? "unknown" : { keys, isEvery, names: names.filter((name) => effective.has(name)) };
  return undecided ? "unknown" : "nothing";
}

/** A key policy cannot allow it, only identity policies of the account can. Source: KMS Developer Guide, retiring and revoking grants. */
const NOT_BY_KEY_POLICY = "kms:RetireGrant";

function checkKeyPolicies(project: Project, key: Key, report: Report): void {
  for (const policy of key.policies) {
    for (const danger of dangersIn(grantsOfKeyPolicy(policy))) {
      const { statement, entries } = danger;
      const [{ at }] = entries;
      const suspects = statement.principals.flatMap((entry) => {
        const principal = principalBehind(project, entry);
        return principal && isSuspect(project, principal) ? [principal] : [];
      });
      if (suspects.length === 0) continue;
      const effective = danger.names.filter((name) => name !== NOT_BY_KEY_POLICY);
      if (effective.length === 0) continue;
      const names = effective.filter((name) => deniedBy(policy, name) === false);
      if (statement.conditionUnknown || names.length === 0) {
        report.cannotTell(at, "a condition decides whether it is allowed");
        continue;
      }
      const subjects = [...new Set(suspects.map(({ name }) => name))];
      report(at, {
        severity: severityOf(statement),
        message: `${listOf(subjects)} may ${deeds(names)} ${objectOf(project, { keys: [key], isEvery: false, names })} (${listOf(names.map(kmsName))}): ${consequences(names)}`,
        related: suspects.map(({ template, resource, name }) => ({
          message: `the key policy names ${name.charAt(0).toLowerCase()}${name.slice(1)}`,
          template,
          place: resource.key,
        })),
        fixes: statement.principals.length === suspects.length ? repairs(danger) : [],
      });
    }
  }
}

/** A condition that works narrows it by one level, as for access to tables. */
function severityOf(statement: Statement): Severity {
  return isConstrained(statement) ? "warning" : "error";
}

function deeds(names: readonly string[]): string {
  const destroys = names.some((name) => keyDestroying.has(name));
  const givesAway = names.some((name) => keyGivingAway.has(name));
  return destroys && givesAway ? "destroy or give away" : destroys ? "destroy" : "give away";
}

function objectOf(project: Project, { keys, isEvery }: Aim): string {
  const named = keys.map((key) => {
    const tables = tablesOfKey(project, key);
    return `"${key.id}", the key of ${listOf(tables)}`;
  });
  if (!isEvery) return named.join(" and ");
  const every = "every KMS key whose policy leaves it to identity policies";
  return named.length === 0 ? every : `${every}, among them ${named.join(" and ")}`;
}

function consequences(names: readonly string[]): string {
  if (names.some((name) => keyDestroying.has(name))) return "without its key a table cannot be read by anybody.";
  return "whoever gets the use of a key can read what is encrypted under it.";
}

function kmsName(qualified: string): string {
  return qualified.slice("kms:".length);
}

function relatedKey(key: Key): Related {
  return { message: `"${key.id}" is the key of a table`, template: key.template, place: key.resource.key };
}

/** Written-out actions go; a wildcard becomes what it gives besides, and `kms:*` what the use of a key takes. */
function repairs({ statement, entries, names }: Danger): Fix[] {
  const isOnlyThat = statement.actions.every((action) =>
    entries.some(({ entry, pattern }) => entry === action && !/[*?]/.test(pattern ?? "*")),
  );
  if (isOnlyThat || statement.notActions.length > 0) return [];
  const changes = entries.flatMap(({ entry, pattern = "*" }) => {
    if (isBare(pattern)) return [];
    if (/^kms:\*+$/i.test(pattern)) return [replaceItem(entry, KEY_USE)];
    const expansion = expandAction(pattern, ["kms"]);
    const others = expansion.kind === "judged" ? expansion.names.filter((name) => !names.includes(name)) : [];
    return others.length <= MOST_ACTIONS ? [replaceItem(entry, others)] : [];
  });
  if (changes.length < entries.length) return [];
  const isAll = entries.some(({ pattern }) => /^kms:\*+$/i.test(pattern ?? ""));
  return [
    {
      title: isAll
        ? "Allow the use of the key only (stops its administration)"
        : `Take out ${listOf(names.map(kmsName))} (stops ${names.length === 1 ? "it" : "them"})`,
      class: "caution",
      changes,
    },
  ];
}

/** A wildcard is written out as this many actions at most. */
const MOST_ACTIONS = 12;
