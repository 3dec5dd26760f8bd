import { isAdministrator } from "../../core/access/administrators.ts";
import { speaksOfOwnResource } from "../../core/access/own-resource.ts";
import { allowedTo, ownerName } from "../../core/access/resource-grants.ts";
import { firstOf, labelOf, shortName } from "../../core/access/words.ts";
import { type Setting, text } from "../../core/evaluate/setting.ts";
import { accessRewriting, copyOut, destructive } from "../../core/iam/action-classes.ts";
import { expandAction } from "../../core/iam/actions.ts";
import { isEverybody, isMadeNonPublic } from "../../core/iam/public-access.ts";
import { isAcceptedService } from "../../core/iam/resource-policy-limits.ts";
import { inStatement, type Principal, type Statement } from "../../core/iam/statements.ts";
import { type Fix, replaceItem } from "../../core/lint/fix.ts";
import { defineRule } from "../../core/lint/rule.ts";
import { accountOf, principalPath } from "../../core/model/principal-account.ts";
import type { Project } from "../../core/model/project.ts";
import type { ResourcePolicy } from "../../core/model/resource-policies.ts";
import { serviceOf } from "../../core/model/roles.ts";
import type { View } from "../../core/model/view.ts";

export default defineRule({
  name: "broad-resource-policy-grant",
  topic: "resource-policy",
  severity: "warning",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A resource policy lets somebody delete the table, copy it out as a whole or rewrite the policy.",
    why: "A resource policy grants by itself within the account. `dynamodb:*` and patterns such as `dynamodb:*Table*` bring along deleting the table, exporting it, turning off recovery and replacing the very policy that grants them. Roles whose name or trust says that they administer or deploy are left out, and so is the account as a whole, whose identity policies decide; and the actions that AWS documents for zero-ETL integrations and replication.",
    how: "List the actions that are needed, and leave management to a role that does only that.",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-examples.html",
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
    ],
    examples: [
      {
        title: "dynamodb:* for a reader",
        bad: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      ResourcePolicy:
        PolicyDocument:
          Version: "2012-10-17"
          Statement:
            - Sid: Reader
              Effect: Allow
              Principal: { AWS: !Sub "arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/reader" }
              Action: dynamodb:*
              Resource: "*"
`,
        good: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      ResourcePolicy:
        PolicyDocument:
          Version: "2012-10-17"
          Statement:
            - Sid: Reader
              Effect: Allow
              Principal: { AWS: !Sub "arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/reader" }
              Action: [dynamodb:GetItem, dynamodb:Query]
              Resource: "*"
`,
      },
    ],
  },
  controls: {},
  check(view, report) {
    const { project } = view;
    for (const policy of view.resourcePolicies) {
      for (const setting of policy.unknown) report.cannotTell(setting);
      for (const statement of policy.statements) {
        if (statement.effect !== "Allow" || !mayBeBroad(statement)) continue;
        if (speaksOfOwnResource(project, policy, statement) === false) continue;
        const grants = statement.principals
          .filter((principal) => isJudged(view, statement, principal))
          .map((principal) => ({ principal, names: worstOf(project, policy, statement, principal) }))
          .filter(({ names }) => names.length > 0);
        const [first] = grants;
        if (!first) continue;
        const names = [...new Set(grants.flatMap((grant) => grant.names))];
        const action = statement.actions.find((each) => brings(each, names)) ?? statement.notActions[0];
        if (!action) continue;
        const at = { ...action, when: inStatement(statement, action) };
        const known = grants.filter(({ principal }) => isSurelyLetIn(project, principal));
        if (!known[0]) {
          report.cannotTell(at, whyUnknown(project, first.principal));
          continue;
        }
        report(at, {
          message: `Resource policy of ${ownerName(policy)} lets ${whoOf(known[0].principal)}${grants.length > 1 ? ` and ${grants.length - 1} more` : ""} do ${firstOf(bySeriousness(names).map(shortName))} (${labelOf(statement)}).`,
          fixes: narrower(policy.kind, action, names),
        });
      }
    }
  },
});

/** Most policies list harmless actions: they are done with here. */
function mayBeBroad({ actions, notActions }: Statement): boolean {
  return notActions.length > 0 || actions.some((action) => namesOf(action).some(isBroad));
}

function namesOf(action: Setting): readonly string[] {
  const pattern = text(action);
  const expansion = pattern === undefined ? undefined : expandAction(pattern);
  return expansion?.kind === "judged" ? expansion.names : [];
}

function isBroad(name: string): boolean {
  return destructive.has(name) || accessRewriting.has(name) || copyOut.has(name);
}

/** The account as a whole only gets what its identity policies grant; what is public or refused has its own finding. */
function isJudged(view: View, statement: Statement, principal: Principal): boolean {
  if (isEverybody(principal)) return isMadeNonPublic(statement) || !view.runs("public-resource-policy");
  if (principal.type === "Service" && !isAcceptedService(serviceOf(principal.setting)))
    return !view.runs("resource-policy-rejected");
  const account = accountOf(principal, view.project);
  return !(account.kind === "own" && account.whole) && !isAdministrator(view.project, principal);
}

/** A written account that may be the stack's own would only get what its identity policies grant. */
function isSurelyLetIn(project: Project, principal: Principal): boolean {
  const account = accountOf(principal, project);
  return account.kind !== "unknown" && !(account.kind === "account" && account.whole && !account.isForeign);
}

function whyUnknown(project: Project, principal: Principal): string {
  const account = accountOf(principal, project);
  return account.kind === "account"
    ? `account ${account.account} may be the stack's own, which is not known here`
    : "whom it is granted to is known only at deployment";
}

function worstOf(project: Project, policy: ResourcePolicy, statement: Statement, principal: Principal): string[] {
  const expected =
    principal.type === "Service" ? (DOCUMENTED[serviceOf(principal.setting)] ?? []) : writtenOut(statement, REPLICA);
  return allowedTo(project, policy, statement, principal).filter((name) => isBroad(name) && !expected.includes(name));
}

/** What AWS's guides let services do. Sources: zero-ETL integrations, and global tables over several accounts. */
const DOCUMENTED: Record<string, readonly string[]> = {
  redshift: ["dynamodb:ExportTableToPointInTime"],
  glue: ["dynamodb:ExportTableToPointInTime"],
  "replication.dynamodb": ["dynamodb:ReadDataForReplication"],
};

/** The owner of a replica in another account needs it, which cross-account-grant speaks of. */
const REPLICA = "dynamodb:AssociateTableReplica";

function writtenOut({ actions }: Statement, name: string): readonly string[] {
  return actions.some((action) => text(action)?.toLowerCase() === name.toLowerCase()) ? [name] : [];
}

function brings(action: Setting, names: readonly string[]): boolean {
  return namesOf(action).some((name) => names.includes(name));
}

function whoOf(principal: Principal): string {
  if (isEverybody(principal)) return "everybody whom its condition lets in";
  if (principal.type === "Service") return `service ${serviceOf(principal.setting)}.amazonaws.com`;
  const account = accountOf(principal);
  const { value } = principal.setting;
  const path = principalPath(principal.setting);
  if (value.kind === "reference") return value.id;
  if (account.kind !== "account") return path ?? text(principal.setting) ?? "a principal";
  return path === undefined || path === "root" ? `account ${account.account}` : `${path} of account ${account.account}`;
}

/** The worst first: losing the table, giving it away, changing who may do so. */
function bySeriousness(names: readonly string[]): string[] {
  const rank = (name: string) => {
    const place = WORST.indexOf(name);
    return place < 0 ? WORST.length : place;
  };
  return [...names].sort((a, b) => rank(a) - rank(b));
}

const WORST = [
  "dynamodb:DeleteTable",
  "dynamodb:PutResourcePolicy",
  "dynamodb:ExportTableToPointInTime",
  "dynamodb:UpdateContinuousBackups",
];

/** Written out, a pattern loses what is too much; a list of names is for its author to shorten. */
function narrower(kind: ResourcePolicy["kind"], action: Setting, names: readonly string[]): Fix[] {
  const pattern = text(action);
  if (pattern === undefined || !/[*?]/.test(pattern)) return [];
  const kept = namesOf(action).filter((name) => USE[kind].has(name));
  if (kept.length === 0) return [];
  const whole = kind === "table" ? "reading and writing items" : "reading the stream";
  return [
    {
      title: `Replace ${pattern} by ${kept.length === USE[kind].size ? whole : firstOf(kept.map(shortName))} (stops ${firstOf(bySeriousness(names).map(shortName), 3)} and whatever else it allows)`,
      class: "caution",
      changes: [replaceItem(action, kept)],
    },
  ];
}

/** What an application that reads and writes items, or reads a stream, needs. */
const USE = {
  table: new Set(
    [
      "GetItem",
      "BatchGetItem",
      "Query",
      "ConditionCheckItem",
      "PutItem",
      "UpdateItem",
      "DeleteItem",
      "BatchWriteItem",
      "DescribeTable",
    ].map((name) => `dynamodb:${name}`),
  ),
  stream: new Set(["DescribeStream", "GetRecords", "GetShardIterator"].map((name) => `dynamodb:${name}`)),
};
