import { accessOf, type Grant, grantsOf } from "../../core/access/granted.ts";
import { everyTable, isEverything, resourceArns, resourcesInWords } from "../../core/access/grants.ts";
import { relatedToStatement } from "../../core/access/opened.ts";
import { reportUnread } from "../../core/access/unread.ts";
import { firstOf, listOf, lowerFirst, shortName } from "../../core/access/words.ts";
import { type Setting, text } from "../../core/evaluate/setting.ts";
import { isSurprising, readItems, writeItems } from "../../core/iam/action-classes.ts";
import { isConstrained } from "../../core/iam/conditions.ts";
import { inStatement, type Statement } from "../../core/iam/statements.ts";
import type { Related } from "../../core/lint/finding.ts";
import { type Fix, replaceItem } from "../../core/lint/fix.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import { type DaxCluster, daxRolesOf, unknownDaxRoles } from "../../core/model/dax.ts";
import { holdersOf, type IamPrincipal, type IdentityPolicy, subjectOf } from "../../core/model/policies.ts";
import type { Project } from "../../core/model/project.ts";
import type { View } from "../../core/model/view.ts";

/** What an application sends to a cluster. */
const ITEM_ACTIONS = [
  "GetItem",
  "BatchGetItem",
  "Query",
  "ConditionCheckItem",
  "PutItem",
  "UpdateItem",
  "DeleteItem",
  "BatchWriteItem",
];

export default defineRule({
  name: "dax-access-too-broad",
  topic: "identity",
  severity: "warning",
  confidence: "high",
  recommended: true,
  docs: {
    what: "The service role of a DAX cluster opens more than the tables it serves need, or a principal may do everything with every cluster.",
    why: "A DAX cluster reads and writes tables with its own service role, whoever asks it to: the policies of the caller are asked about the cluster only, not about the table. So every table that the service role opens is open to everybody who may use the cluster. `dax:*` on every cluster also deletes clusters and reads and writes through each of them.",
    how: "Name the tables and the item actions in the service role, and the cluster and the item actions in the policies of those who use it.",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.access-control.html",
      "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodbacceleratordax.html",
    ],
    examples: [
      {
        title: "A service role on every table",
        bad: serviceRole("table/*"),
        good: serviceRole("table/orders"),
      },
      {
        title: "dax:* on every cluster",
        bad: daxUser("dax:*", '"*"'),
        good: daxUser(
          "[dax:GetItem, dax:Query]",
          "!Sub arn:${AWS::Partition}:dax:${AWS::Region}:${AWS::AccountId}:cache/orders",
        ),
      },
    ],
  },
  controls: {},
  check(view, report) {
    const { project } = view;
    for (const cluster of view.daxClusters)
      for (const role of unknownDaxRoles(project, cluster)) report.cannotTell(role, "the service role is not in view");
    const roles = daxRolesOf(project);
    for (const policy of view.identityPolicies) {
      checkUser(view, policy, report);
      const [role] = roles.size === 0 ? [] : holdersOf(project, policy).filter((holder) => roles.has(holder));
      if (role) checkServiceRole(view, policy, role, roles.get(role) ?? [], report);
    }
    for (const principal of roles.size === 0 ? [] : view.principals)
      checkManaged(project, principal, roles.get(principal) ?? [], report);
  },
});

function serviceRole(resource: string): string {
  return `Resources:
  OrdersCache:
    Type: AWS::DAX::Cluster
    Properties:
      ClusterEndpointEncryptionType: TLS
      SSESpecification: { SSEEnabled: true }
      IAMRoleARN: !GetAtt CacheRole.Arn
      NodeType: dax.r5.large
      ReplicationFactor: 3
  CacheRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Service: dax.amazonaws.com }
            Action: sts:AssumeRole
      Policies:
        - PolicyName: tables
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: [dynamodb:DescribeTable, dynamodb:GetItem, dynamodb:BatchGetItem, dynamodb:Query]
                Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:${resource}
`;
}

function daxUser(action: string, resource: string): string {
  return `Resources:
  AppPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: ${action}
            Resource: ${resource}
`;
}

// ---- Who uses clusters ---------------------------------------------------------------------------------------------------------------

function checkUser(view: View, policy: IdentityPolicy, report: Report): void {
  const { project } = view;
  for (const { statement, entry, at, pattern } of grantsOf(project, policy)) {
    if (pattern === undefined || !/^dax:\*+$/i.test(pattern) || !isOnEveryCluster(project, statement)) continue;
    // full-dynamodb-access speaks of both.
    if (view.runs("full-dynamodb-access") && statement.actions.some((each) => isEverything(text(each) ?? ""))) continue;
    if (isConstrained(statement)) continue;
    if (statement.conditionUnknown) {
      report.cannotTell(at, "the condition of its statement is not known");
      continue;
    }
    report(at, {
      message: `${subjectOf(project, policy)} has ${pattern} on every cluster: it may change and delete all of them, and read and write every table that one of their service roles opens.`,
      related: relatedToStatement(project, policy, statement),
      fixes: itemsOnly(entry, pattern),
    });
  }
}

function itemsOnly(entry: Setting, pattern: string): Fix[] {
  return [
    {
      title: `Replace ${pattern} by reading and writing items (stops Scan and the management of clusters)`,
      class: "caution",
      changes: [
        replaceItem(
          entry,
          ITEM_ACTIONS.map((name) => `dax:${name}`),
        ),
      ],
    },
  ];
}

function isOnEveryCluster(project: Project, statement: Statement): boolean {
  return resourceArns(project, statement).some(({ arn }) => {
    const written = arn?.map((piece) => (typeof piece === "string" ? piece : "hole")).join("") ?? "";
    return /^(?:\*+|arn:[^:]*:dax:(?:\*+|[^:]*:(?:\*+|[^:]*:(?:cache\/)?\*+)))$/.test(written);
  });
}

// ---- What clusters work with ---------------------------------------------------------------------------------------------------------

function checkServiceRole(
  view: View,
  policy: IdentityPolicy,
  role: IamPrincipal,
  clusters: readonly DaxCluster[],
  report: Report,
): void {
  const { project } = view;
  reportUnread(view, policy, report);
  const grants = grantsOf(project, policy);
  // What a wildcard of actions is told of says on which tables.
  const judged = new Set(grants.filter((grant) => surplusOf(grant).length > 0).map(({ statement }) => statement));
  for (const grant of grants) {
    const { statement, at } = grant;
    const related = [...whoUses(clusters), ...relatedToStatement(project, policy, statement)];
    const surplus = surplusOf(grant);
    if (surplus.length > 0) {
      const pattern = grant.pattern ?? "NotAction";
      report(at, {
        message: `DAX service ${lowerFirst(role.name)} allows ${pattern} on ${resourcesInWords(project, statement)}, more than DAX needs (${firstOf(surplus.map(shortName), 3)}); everyone who may use ${inWords(clusters)} works through it.`,
        related,
        fixes: [],
      });
    }
    const [every] = everyTable(project, statement);
    if (!every || judged.has(statement) || !grant.names.some(isItemAction) || isConstrained(statement)) continue;
    judged.add(statement);
    const there = { ...every, when: inStatement(statement, every) };
    if (statement.conditionUnknown) report.cannotTell(there, "the condition of its statement is not known");
    else report(there, { message: opensEverything(role, clusters), related });
  }
}

/** What a wildcard brings along that would matter, and that no cluster asks for. */
function surplusOf({ pattern, names }: Grant): readonly string[] {
  return pattern === undefined || /[*?]/.test(pattern) ? names.filter(isSurprising) : [];
}

function isItemAction(name: string): boolean {
  return readItems.has(name) || writeItems.has(name);
}

function opensEverything(role: IamPrincipal, clusters: readonly DaxCluster[], by = ""): string {
  return `DAX service ${lowerFirst(role.name)} opens every table${by}; everyone who may use ${inWords(clusters)} reaches them all through it, whatever their own policies say of those tables.`;
}

function checkManaged(
  project: Project,
  principal: IamPrincipal,
  clusters: readonly DaxCluster[],
  report: Report,
): void {
  if (clusters.length === 0) return;
  for (const { policy, setting } of accessOf(project, principal).managed) {
    if (policy.access === "stream-only") continue;
    report(setting, {
      message: opensEverything(principal, clusters, ` through ${policy.name}`),
      related: whoUses(clusters),
    });
  }
}

function inWords(clusters: readonly DaxCluster[]): string {
  const names = clusters.map(({ id }) => `"${id}"`);
  return `cluster${names.length > 1 ? "s" : ""} ${listOf(names)}`;
}

function whoUses(clusters: readonly DaxCluster[]): Related[] {
  return clusters.map(({ id, template, resource }) => ({
    message: `cluster "${id}" works with this role`,
    template,
    place: resource.key,
  }));
}
