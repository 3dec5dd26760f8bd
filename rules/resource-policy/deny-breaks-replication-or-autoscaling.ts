import {
  AUTO_SCALING_ROLE,
  type AwsCaller,
  REPLICATION_ROLE,
  roleNamed,
  stops,
} from "../../core/access/aws-callers.ts";
import { backupRolesOf, roleInWords } from "../../core/access/backups.ts";
import { speaksOfOwnResource } from "../../core/access/own-resource.ts";
import { isProvisioned, replicationOf } from "../../core/access/replication.ts";
import { actionsIn, ownerName } from "../../core/access/resource-grants.ts";
import { labelOf, listOf } from "../../core/access/words.ts";
import { getPath, type Located, type Setting, text } from "../../core/evaluate/setting.ts";
import { readItems, writeItems } from "../../core/iam/action-classes.ts";
import { isKey, withoutItsKey } from "../../core/iam/conditions.ts";
import { isEverybody } from "../../core/iam/public-access.ts";
import { isAcceptedService } from "../../core/iam/resource-policy-limits.ts";
import type { Statement } from "../../core/iam/statements.ts";
import { addTests, type NewTest } from "../../core/lint/condition-fix.ts";
import type { Fix, Json } from "../../core/lint/fix.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import type { Severity } from "../../core/lint/severity.ts";
import type { Project } from "../../core/model/project.ts";
import type { ResourcePolicy } from "../../core/model/resource-policies.ts";
import { serviceOf } from "../../core/model/roles.ts";

export default defineRule({
  name: "deny-breaks-replication-or-autoscaling",
  topic: "resource-policy",
  severity: "error",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A Deny for everybody in a resource policy also stops what AWS itself does with the table.",
    why: "Replication, auto scaling, integrations and backups never come from your network and have no MFA, so a Deny that asks for `aws:SourceVpce`, `aws:SourceVpc`, an address or MFA hits them. Where DynamoDB's replication role is denied, replication stops; after 20 hours the replica becomes a table of its own for good, and with multi-Region strong consistency it is unusable after 7 days. A condition on `aws:PrincipalOrgID` spares roles of the account but not services, which belong to no organisation. A table without replicas and with capacity on demand loses nothing today; it cannot be given a replica.",
    how: "Exempt service-linked roles by `aws:PrincipalArn` (`role/aws-service-role/*`), services by `aws:PrincipalIsAWSService`, and the role of your backups by its ARN.",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/globaltables-security.html",
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-considerations.html",
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html",
    ],
    examples: [
      {
        title: "Only from the network",
        bad: `Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      StreamSpecification: { StreamViewType: NEW_AND_OLD_IMAGES }
      Replicas:
        - Region: eu-west-1
          ResourcePolicy:
            PolicyDocument:
              Version: "2012-10-17"
              Statement:
                - Sid: OnlyFromOurNetwork
                  Effect: Deny
                  Principal: "*"
                  Action: dynamodb:*
                  Resource: "*"
                  Condition:
                    StringNotEquals: { aws:SourceVpce: vpce-0a1b2c3d4e5f60718 }
        - Region: eu-central-1
`,
        good: `Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      StreamSpecification: { StreamViewType: NEW_AND_OLD_IMAGES }
      Replicas:
        - Region: eu-west-1
          ResourcePolicy:
            PolicyDocument:
              Version: "2012-10-17"
              Statement:
                - Sid: OnlyFromOurNetwork
                  Effect: Deny
                  Principal: "*"
                  Action: dynamodb:*
                  Resource: "*"
                  Condition:
                    StringNotEquals: { aws:SourceVpce: vpce-0a1b2c3d4e5f60718 }
                    ArnNotLikeIfExists: { aws:PrincipalArn: "arn:*:iam::*:role/aws-service-role/*" }
                    BoolIfExists: { aws:PrincipalIsAWSService: "false", aws:ViaAWSService: "false" }
        - Region: eu-central-1
`,
      },
    ],
  },
  controls: {},
  check({ project, resourcePolicies }, report) {
    for (const policy of resourcePolicies) {
      for (const setting of policy.unknown) report.cannotTell(setting);
      for (const statement of policy.statements) {
        if (!isForEverybody(statement) || speaksOfOwnResource(project, policy, statement) === false) continue;
        checkCallers(project, policy, statement, report);
        checkPassedOn(project, policy, statement, report);
      }
    }
  },
});

function isForEverybody({ effect, principals, notPrincipal }: Statement): boolean {
  return effect === "Deny" && (notPrincipal !== undefined || principals.some(isEverybody));
}

const dynamodb = (...names: string[]): readonly string[] => names.map((name) => `dynamodb:${name}`);

/** What the replication role may do: the managed policy DynamoDBReplicationServiceRolePolicy. */
const REPLICATION_ACTIONS = dynamodb(
  "GetItem",
  "PutItem",
  "UpdateItem",
  "DeleteItem",
  "Scan",
  "DescribeTable",
  "UpdateTable",
  "DescribeStream",
  "GetRecords",
  "GetShardIterator",
  "DescribeTimeToLive",
  "UpdateTimeToLive",
  "GetResourcePolicy",
);
const AUTO_SCALING_ACTIONS = dynamodb("DescribeTable", "UpdateTable");
const BACKUP_ACTIONS = dynamodb("DescribeTable", "CreateBackup", "StartAwsBackupJob");

/** Something that AWS does with the table, and what it means where that is stopped. */
interface Victim {
  name: string;
  caller: AwsCaller;
  /** Those of them that the Deny names. */
  actions: readonly string[];
  consequence: string;
  severity: Severity;
  /** What has to stand in the condition for it to be spared. */
  exemption: NewTest;
}

const SERVICE_LINKED: NewTest = {
  operator: "ArnNotLikeIfExists",
  key: "aws:PrincipalArn",
  value: ["arn:*:iam::*:role/aws-service-role/*"],
};
const SERVICES: NewTest = { operator: "BoolIfExists", key: "aws:PrincipalIsAWSService", value: "false" };

function checkCallers(project: Project, policy: ResourcePolicy, statement: Statement, report: Report): void {
  const denied = actionsIn(policy.kind, statement);
  const victims = victimsOf(project, policy, statement).flatMap((victim): Victim[] => {
    const actions = victim.actions.filter((name) => denied.has(name));
    return actions.length > 0 ? [{ ...victim, actions }] : [];
  });
  const stopped = victims.filter(({ caller }) => stops(project, statement, caller) === true);
  const [first] = stopped;
  if (!first) {
    const open = victims.find(
      ({ caller, severity }) => severity !== "info" && stops(project, statement, caller) === undefined,
    );
    if (open) report.cannotTell(statement.located, `whether it stops ${open.name} depends on what is not known here`);
    return;
  }
  report(statement.located, {
    severity: worst(stopped.map(({ severity }) => severity)),
    message: `Deny ${labelOf(statement)} on ${ownerName(policy)} also stops ${listOf(stopped.map(({ name }) => name))}: ${listOf([...new Set(stopped.map(({ consequence }) => consequence))])}.`,
    fixes: statement.notPrincipal ? [] : [spare(statement, stopped)],
  });
}

function worst(severities: readonly Severity[]): Severity {
  if (severities.includes("error")) return "error";
  return severities.includes("warning") ? "warning" : "info";
}

function victimsOf(project: Project, policy: ResourcePolicy, statement: Statement): Victim[] {
  const replication = replicationOf(project, policy, statement);
  const isReplicated = replication !== "none";
  const lost =
    replication === "strong"
      ? "replication stops, and after 7 days the replica is unusable"
      : "replication stops, and after 20 hours the replica is split off for good";
  const victims: Victim[] = [
    {
      name: "AWSServiceRoleForDynamoDBReplication",
      caller: REPLICATION_ROLE,
      actions: REPLICATION_ACTIONS,
      consequence: isReplicated ? lost : "no replica can be added",
      severity: isReplicated ? "error" : managesTable(policy, statement) ? "warning" : "info",
      exemption: SERVICE_LINKED,
    },
  ];
  if (policy.kind === "table" && isProvisioned(policy.table))
    victims.push({
      name: "Application Auto Scaling",
      caller: AUTO_SCALING_ROLE,
      actions: AUTO_SCALING_ACTIONS,
      consequence: "the capacity no longer follows the load",
      severity: isReplicated ? "error" : "warning",
      exemption: SERVICE_LINKED,
    });
  const lostElsewhere = isReplicated ? lost : "replication with other accounts stops";
  for (const [service, actions] of servicesLetIn(policy))
    victims.push({
      name: `${service}.amazonaws.com`,
      caller: { kind: "service", service },
      actions: [...actions],
      consequence: service === "replication.dynamodb" ? lostElsewhere : `what ${service} does for this account stops`,
      severity: isReplicated ? "error" : "warning",
      exemption: SERVICES,
    });
  for (const role of policy.kind === "table" ? backupRolesOf(project, policy.table) : []) {
    const caller = roleNamed(project, role);
    if (!caller) continue;
    victims.push({
      name: `AWS Backup's role ${roleInWords(role)}`,
      caller,
      actions: BACKUP_ACTIONS,
      consequence: "backups fail",
      severity: "warning",
      exemption: { ...SERVICE_LINKED, value: [arnOfRole(role)] },
    });
  }
  return victims;
}

/** A Deny of item actions alone, as for a table that only grows, is meant so. */
function managesTable(policy: ResourcePolicy, statement: Statement): boolean {
  const denied = actionsIn(policy.kind, statement);
  return policy.kind === "stream" || AUTO_SCALING_ACTIONS.some((name) => denied.has(name));
}

/** The services that an Allow of the same policy names, and what for. */
function servicesLetIn(policy: ResourcePolicy): Map<string, ReadonlySet<string>> {
  const services = new Map<string, ReadonlySet<string>>();
  for (const statement of policy.statements) {
    if (statement.effect !== "Allow") continue;
    for (const { type, setting } of statement.principals) {
      const service = type === "Service" ? serviceOf(setting) : "";
      if (!isAcceptedService(service)) continue;
      services.set(service, new Set([...(services.get(service) ?? []), ...actionsIn(policy.kind, statement)]));
    }
  }
  return services;
}

function arnOfRole(role: Setting): Json {
  const { value } = role;
  return value.kind === "reference" ? { "Fn::GetAtt": [value.id, "Arn"] } : (text(role) ?? "");
}

/** One operator with all the ARNs, since each of several negated tests has to be true. */
function spare(statement: Statement, stopped: readonly Victim[]): Fix {
  const tests = new Map<string, NewTest>();
  for (const { exemption } of stopped) {
    const known = tests.get(exemption.key)?.value;
    const value =
      Array.isArray(known) && Array.isArray(exemption.value) && known[0] !== exemption.value[0]
        ? [...known, ...exemption.value]
        : (known ?? exemption.value);
    tests.set(exemption.key, { ...exemption, value });
  }
  const spared = [...new Set(stopped.map(({ exemption }) => NAMES[exemption.key] ?? exemption.key))];
  const backups = stopped.some(({ name }) => name.startsWith("AWS Backup"));
  const roles = stopped.some(({ exemption }) => exemption === SERVICE_LINKED);
  const words = spared.flatMap((each) =>
    each === ROLES ? [...(roles ? [ROLES] : []), ...(backups ? ["the role of AWS Backup"] : [])] : [each],
  );
  return {
    title: `Exempt ${listOf(words)} (no longer denies them)`,
    class: "caution",
    changes: addTests(statement, [...tests.values()]),
  };
}

const ROLES = "service-linked roles";
const NAMES: Record<string, string> = { "aws:PrincipalArn": ROLES, "aws:PrincipalIsAWSService": "AWS services" };

const NETWORK_KEYS = ["aws:SourceVpce", "aws:SourceVpc", "aws:VpcSourceIp", "aws:SourceIp"];

/** Services manage tables for their callers; items they read and write with roles of their own. */
function managesSomething(policy: ResourcePolicy, statement: Statement): boolean {
  return [...actionsIn(policy.kind, statement)].some((name) => !readItems.has(name) && !writeItems.has(name));
}

/** A Deny by network also stops what services do with the permissions of whoever asked them; at the key that asks for the network. */
function checkPassedOn(project: Project, policy: ResourcePolicy, statement: Statement, report: Report): void {
  const test = statement.conditions.find(
    (each) => NETWORK_KEYS.some((key) => isKey(each, key)) && withoutItsKey(each) === true,
  );
  if (!test || !managesSomething(policy, statement)) return;
  if (stops(project, statement, { kind: "via service" }) !== true) return;
  const [operand] = getPath(statement.located, "Condition", test.operator, test.key);
  const at: Located = { ...(operand ?? statement.located), when: statement.located.when, place: test.keyPlace };
  report(at, {
    severity: "info",
    message: `Deny ${labelOf(statement)} on ${ownerName(policy)} also stops calls that AWS services, such as CloudFormation, make with the permissions of whoever asked them: these never come from your network.`,
    fixes: statement.notPrincipal
      ? []
      : [
          {
            title: "Exempt calls that AWS services make for their callers (no longer denies them)",
            class: "caution",
            changes: addTests(statement, [{ operator: "BoolIfExists", key: "aws:ViaAWSService", value: "false" }]),
          },
        ],
  });
}
