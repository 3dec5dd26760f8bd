import { grantsOf } from "../../core/access/granted.ts";
import {
  everyTable,
  grantedActions,
  isBare,
  isEverything,
  reachesDynamoDb,
  resourcesInWords,
  unconditionalDenies,
} from "../../core/access/grants.ts";
import { relatedToStatement } from "../../core/access/opened.ts";
import { reportUnread } from "../../core/access/unread.ts";
import { listOf } from "../../core/access/words.ts";
import { text } from "../../core/evaluate/setting.ts";
import { readItems } from "../../core/iam/action-classes.ts";
import { findAction } from "../../core/iam/actions.ts";
import { isConstrained } from "../../core/iam/conditions.ts";
import { inStatement, type Statement } from "../../core/iam/statements.ts";
import { replaceItem } from "../../core/lint/fix.ts";
import { defineRule } from "../../core/lint/rule.ts";
import type { Severity } from "../../core/lint/severity.ts";
import { type IdentityPolicy, subjectOf } from "../../core/model/policies.ts";
import type { Project } from "../../core/model/project.ts";
import { isDeployment } from "../../core/model/roles.ts";

/** What an application that reads and writes items needs. */
const ITEM_ACTIONS = [
  "GetItem",
  "BatchGetItem",
  "Query",
  "ConditionCheckItem",
  "PutItem",
  "UpdateItem",
  "DeleteItem",
  "BatchWriteItem",
  "DescribeTable",
];

export default defineRule({
  name: "full-dynamodb-access",
  topic: "identity",
  severity: "error",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A policy allows every DynamoDB action.",
    why: "`dynamodb:*` is far more than reading and writing items: it deletes tables and backups, exports whole tables, turns off recovery and rewrites the table's own access policy. On every table it is an error, on named tables a warning. A condition that narrows the statement lowers it by one level, and a deployment role is only mentioned. A permissions boundary or an organisation policy elsewhere may contain it; that cannot be seen here.",
    how: "List the actions that are needed, on the tables that are needed.",
    references: [
      "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html",
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
    ],
    examples: [
      {
        title: "dynamodb:* on every table",
        bad: `Resources:
  AppPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: dynamodb:*
            Resource: "*"
`,
        good: `Resources:
  AppPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: [dynamodb:GetItem, dynamodb:Query, dynamodb:PutItem]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders
`,
      },
    ],
  },
  controls: {
    securityHub: ["IAM.1", "IAM.21"],
    checkov: ["CKV_AWS_62", "CKV_AWS_63"],
    cfnNag: ["F3", "F4", "F5"],
    cdkNag: ["AwsSolutions-IAM5"],
    guard: [
      "IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS",
      "IAM_POLICY_NO_STATEMENTS_WITH_FULL_ACCESS",
      "IAM_MANAGEDPOLICY_NO_STATEMENTS_WITH_FULL_ACCESS",
      "IAM_ROLE_NO_WILDCARD_ACTIONS_ON_PERMISSIONS",
    ],
    kics: ["f62aa827-4ade-4dc4-89e4-1433d384a368"],
  },
  silences: [
    "wildcard-grants-unexpected-actions",
    "wildcard-resource",
    "destructive-actions-for-workload",
    "can-rewrite-table-access",
    "bulk-copy-out-actions",
    "dax-access-too-broad",
  ],
  construct: "grantReadWriteData(…) instead of grantFullAccess(…)",
  check(view, report) {
    const { project } = view;
    for (const policy of view.identityPolicies) {
      reportUnread(view, policy, report);
      for (const statement of policy.statements) {
        if (statement.effect !== "Allow") continue;
        const action = statement.actions.find((each) => isEverything(text(each) ?? ""));
        const pattern = action && text(action);
        if (!action || pattern === undefined || (isBare(pattern) && !view.dynamoDbInView)) continue;
        const at = { ...action, when: inStatement(statement, action) };
        const reaches = reachesDynamoDb(project, statement);
        if (reaches === undefined && isBare(pattern))
          report.cannotTell(at, "the resources of its statement are not known");
        if (reaches === false || (reaches === undefined && isBare(pattern))) continue;
        const given = grantsOf(project, policy).find(
          (grant) => grant.statement === statement && grant.entry === action,
        );
        const names = (given?.names ?? []).filter((name) => name.startsWith("dynamodb:"));
        if (!names.some(matters)) continue;
        const onEveryTable = everyTable(project, statement).length > 0 || statement.notResources.length > 0;
        const isNarrowed = isConstrained(statement) || statement.conditionUnknown;
        const andDax =
          !isBare(pattern) && statement.actions.some((each) => /^dax:\*+$/i.test(text(each) ?? "")) ? " and dax:*" : "";
        report(at, {
          severity: isDeployment(project, policy) ? "info" : severityOf(onEveryTable, isNarrowed),
          message: `${subjectOf(project, policy)} may do everything in DynamoDB${exceptDenied(project, policy, statement, pattern)} (${pattern}${andDax}) on ${resourcesInWords(project, statement)}${consequences(names)}.${replicaAdvice(policy)}`,
          related: relatedToStatement(project, policy, statement),
          fixes: isBare(pattern)
            ? []
            : [
                {
                  title: `Replace ${pattern} by reading and writing items (stops every other DynamoDB action)`,
                  class: "caution",
                  changes: [
                    replaceItem(
                      action,
                      ITEM_ACTIONS.map((name) => `dynamodb:${name}`),
                    ),
                  ],
                },
              ],
        });
      }
    }
  },
});

function severityOf(onEveryTable: boolean, isNarrowed: boolean): Severity {
  if (onEveryTable) return isNarrowed ? "warning" : "error";
  return isNarrowed ? "info" : "warning";
}

/** Does it do more than describe and list? */
function matters(name: string): boolean {
  if (readItems.has(name) || name === "dynamodb:GetRecords") return true;
  return findAction(name)?.accessLevels.some((level) => level !== "Read" && level !== "List") === true;
}

/** How many of the actions other statements deny in any case, on all of the resources. */
function exceptDenied(project: Project, policy: IdentityPolicy, statement: Statement, pattern: string): string {
  const denies = unconditionalDenies(project, policy);
  const named = grantedActions(project, statement, pattern, [], ["dynamodb"]).length;
  const denied = named - grantedActions(project, statement, pattern, denies, ["dynamodb"]).length;
  return denied === 0 ? "" : ` but for ${denied} denied action${denied > 1 ? "s" : ""}`;
}

function consequences(names: readonly string[]): string {
  const has = (name: string) => names.includes(`dynamodb:${name}`);
  const deletes = [...(has("DeleteTable") ? ["tables"] : []), ...(has("DeleteBackup") ? ["backups"] : [])];
  const all = [
    ...(has("Scan") || has("PartiQLSelect") ? ["read all data"] : []),
    ...(deletes.length > 0 ? [`delete ${listOf(deletes)}`] : []),
    ...(has("PutResourcePolicy") ? ["rewrite access policies"] : []),
  ];
  return all.length > 0 ? `: ${all.join(", ")}` : "";
}

/** CDK's `Table.replicationRegions` writes this grant itself. */
function replicaAdvice(policy: IdentityPolicy): string {
  return /SourceTableAttachedManagedPolicy/.test(policy.resource.id)
    ? " The CDK writes this for Table.replicationRegions; TableV2 does not need it."
    : "";
}
