import { separationBy } from "../../core/access/callers.ts";
import { accessOf, type Grant, grantsOf } from "../../core/access/granted.ts";
import { resourceArns } from "../../core/access/grants.ts";
import { tablesOpenedBy } from "../../core/access/opened.ts";
import { shareTable } from "../../core/access/shared-table.ts";
import { listOf } from "../../core/access/words.ts";
import { compatible } from "../../core/evaluate/setting.ts";
import { daxReadItems, daxWriteItems, readItems, writeItems } from "../../core/iam/action-classes.ts";
import { expandAction } from "../../core/iam/actions.ts";
import { arnsOverlap } from "../../core/iam/arn-match.ts";
import { operatorOf, withoutItsKey } from "../../core/iam/conditions.ts";
import type { ConditionTest, Statement } from "../../core/iam/statements.ts";
import { perObject } from "../../core/lazy.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import { clusterArns, type DaxCluster, daxClustersOf, daxRolesOf, unknownDaxRoles } from "../../core/model/dax.ts";
import { isForEndUsers } from "../../core/model/end-users.ts";
import { holdersOf, type IamPrincipal, policiesOf, unknownManagedPolicies } from "../../core/model/policies.ts";
import { follow, type Project } from "../../core/model/project.ts";
import { resourcePoliciesOf } from "../../core/model/resource-policies.ts";
import type { Table } from "../../core/model/tables.ts";

export default defineRule({
  name: "dax-bypasses-item-restrictions",
  topic: "fine-grained",
  severity: "error",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A principal that is limited to some items or attributes of a table may also use a DAX cluster that serves the same table without that limit.",
    why: "A DAX cluster asks DynamoDB with its own service role. Of the caller it only asks whether it may use the cluster: `dynamodb:LeadingKeys` and `dynamodb:Attributes` are not known there, so every item that the service role may read can be read through the cluster.",
    how: "Give principals that need such limits no access to the cluster, or a cluster whose service role cannot reach that table.",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.access-control.html",
      "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodbacceleratordax.html",
    ],
    examples: [
      {
        title: "Own items directly, all of them through DAX",
        bad: exampleOf(`
              - Effect: Allow
                Action: dax:GetItem
                Resource: !GetAtt ScoresCache.Arn`),
        good: exampleOf(""),
      },
    ],
  },
  controls: {},
  check(view, report) {
    const { identityPolicies, project } = view;
    if (clustersOf(project).length === 0) return;
    const isTold = view.runs("end-user-role-without-item-isolation");
    for (const policy of identityPolicies) {
      const holders = holdersOf(project, policy);
      const isForUsers = isTold && isForEndUsers(project, policy);
      const judged = new Set<Statement>();
      for (const grant of holders.length === 0 ? [] : grantsOf(project, policy)) {
        if (judged.has(grant.statement) || !usesClusters(grant)) continue;
        // That rule says of the statement that DAX keeps nobody apart.
        if (isForUsers && separationBy(grant.statement) === "open") continue;
        if (checkGrant(project, grant, holders, report)) judged.add(grant.statement);
      }
    }
  },
});

function exampleOf(more: string): string {
  const table = "!Sub arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/scores";
  return `Resources:
  ScoresCache:
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
        - PolicyName: scores
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: [dynamodb:DescribeTable, dynamodb:GetItem, dynamodb:Query]
                Resource: ${table}
  PlayerRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Service: lambda.amazonaws.com }
            Action: [sts:AssumeRole, sts:TagSession]
      Policies:
        - PolicyName: own-scores
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: [dynamodb:GetItem, dynamodb:Query]
                Resource: ${table}
                Condition:
                  ForAllValues:StringEquals:
                    dynamodb:LeadingKeys: ["\${aws:PrincipalTag/player}"]${more}
`;
}

const clustersOf = perObject((project: Project): readonly DaxCluster[] => project.templates.flatMap(daxClustersOf));

/** The keys that limit items and attributes; no request to a cluster carries them. */
const LIMITS = ["dynamodb:leadingkeys", "dynamodb:attributes"];

function isLimit(test: ConditionTest): boolean {
  return LIMITS.includes(test.key.toLowerCase()) && operatorOf(test).name !== "null";
}

/** Does the entry let its principal read or write items through clusters? Not where its condition asks for a key that they do not know. */
function usesClusters({ statement, names }: Grant): boolean {
  return (
    names.some((name) => daxReadItems.has(name) || daxWriteItems.has(name)) &&
    !statement.conditions.some((test) => /^dynamodb:/i.test(test.key) && withoutItsKey(test) === false)
  );
}

/** True where there was something to say. */
function checkGrant(project: Project, grant: Grant, holders: readonly IamPrincipal[], report: Report): boolean {
  let isSaid = false;
  const { at, statement } = grant;
  const limited = holders.flatMap((holder) => limitsOf(project, holder).map((limit) => ({ holder, limit })));
  for (const cluster of limited.length === 0 ? [] : clustersOf(project)) {
    if (!reaches(project, statement, cluster)) continue;
    const service = serviceOf(project)(cluster);
    const found = limited.find(
      ({ limit }) =>
        isAskedFor(service.bypassed(limit), grant) && compatible(limit.statement.located, statement.located),
    );
    if (!found && !service.isUnknown) continue;
    isSaid = true;
    if (!found) {
      report.cannotTell(at, `what the service role of DAX cluster "${cluster.id}" opens is not all in view`);
      continue;
    }
    if (statement.conditionUnknown) {
      report.cannotTell(at, "the condition of its statement is not known");
      continue;
    }
    const { holder, limit } = found;
    report(at, {
      message: `${holder.name} is restricted by ${limit.keys} on ${tableInWords(project, limit)}, but DAX cluster "${cluster.id}" serves that table without it.`,
      related: [
        {
          message: "the restriction",
          template: limit.statement.located.template,
          place: limit.statement.located.place,
        },
        {
          message: "the cluster, which asks DynamoDB with its own role",
          template: cluster.template,
          place: cluster.resource.key,
        },
      ],
    });
  }
  return isSaid;
}

/** A statement that limits a principal's items or attributes. */
interface Limit {
  statement: Statement;
  /** The keys that do, for messages. */
  keys: string;
  /** For a table's own policy: the table. */
  table?: Table;
}

const limitsInMemory = perObject((project: Project) =>
  perObject((principal: IamPrincipal): readonly Limit[] => [
    ...policiesOf(project, principal).flatMap(({ statements }) =>
      statements.flatMap((statement) => limitIn(statement)),
    ),
    ...project.templates
      .flatMap(resourcePoliciesOf)
      .flatMap(({ statements, table }) =>
        statements
          .filter((statement) => names(project, statement, principal))
          .flatMap((statement) => limitIn(statement, table)),
      ),
  ]),
);

function limitsOf(project: Project, principal: IamPrincipal): readonly Limit[] {
  return limitsInMemory(project)(principal);
}

function limitIn(statement: Statement, table?: Table): Limit[] {
  const keys = new Set(statement.conditions.filter(isLimit).map(({ key }) => key));
  return keys.size > 0 ? [{ statement, keys: listOf([...keys]), ...(table && { table }) }] : [];
}

function names(project: Project, { principals }: Statement, { resource }: IamPrincipal): boolean {
  return principals.some(
    ({ type, setting }) => type === "AWS" && follow(project, setting.template, setting.value)?.resource === resource,
  );
}

function reaches(project: Project, statement: Statement, cluster: DaxCluster): boolean {
  const spellings = clusterArns(cluster);
  return resourceArns(project, statement).some(
    ({ arn }) => arn && spellings.some((spelling) => arnsOverlap(arn, spelling) === true),
  );
}

/** What a cluster's service role gives it. */
interface Service {
  /** What the role may do on the table of a limit: whoever asks the cluster does it without the limit. */
  bypassed: (limit: Limit) => Bypass;
  isUnknown: boolean;
}

interface Bypass {
  reads: boolean;
  writes: boolean;
}

const serviceOf = perObject((project: Project) =>
  perObject((cluster: DaxCluster): Service => {
    const roles = [...daxRolesOf(project)].flatMap(([role, clusters]) => (clusters.includes(cluster) ? [role] : []));
    const access = roles.map((role) => accessOf(project, role));
    // A role that is limited itself is no way around the limit.
    const grants = access.flatMap((each) => each.grants).filter(({ statement }) => !statement.conditions.some(isLimit));
    const managed = access.flatMap((each) => each.managed).flatMap(({ policy }) => policy.actions.flatMap(namesOf));
    return {
      bypassed: perObject((limit) => {
        const able = grants.filter(({ statement }) => isOnTable(project, statement, limit));
        const given = [...managed, ...able.flatMap((grant) => grant.names)];
        return {
          reads: given.some((name) => readItems.has(name)),
          writes: given.some((name) => writeItems.has(name)),
        };
      }),
      isUnknown:
        unknownDaxRoles(project, cluster).length > 0 ||
        roles.some(
          (role) =>
            unknownManagedPolicies(project, role).length > 0 ||
            policiesOf(project, role).some(({ unknown }) => unknown.length > 0),
        ),
    };
  }),
);

function namesOf(pattern: string): readonly string[] {
  const expansion = expandAction(pattern);
  return expansion.kind === "judged" ? expansion.names : [];
}

function isAskedFor({ reads, writes }: Bypass, { names: asked }: Grant): boolean {
  return (
    (reads && asked.some((name) => daxReadItems.has(name))) || (writes && asked.some((name) => daxWriteItems.has(name)))
  );
}

function isOnTable(project: Project, statement: Statement, { table, statement: limited }: Limit): boolean {
  return table ? tablesOpenedBy(project, statement).includes(table) : shareTable(project, statement, limited);
}

function tableInWords(project: Project, { table, statement }: Limit): string {
  const ids = (table ? [table] : tablesOpenedBy(project, statement)).map(({ id }) => `"${id}"`);
  return ids.length === 0 || ids.length > 3 ? "a table" : listOf(ids);
}
