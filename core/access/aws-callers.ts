import { get, items, propertiesOf, type Setting, text } from "../evaluate/setting.ts";
import { piecesOf, textOf, type Value } from "../evaluate/value.ts";
import { operatorOf, withoutItsKey } from "../iam/conditions.ts";
import { isEverybody } from "../iam/public-access.ts";
import type { ConditionTest, Statement } from "../iam/statements.ts";
import { matchesWildcard } from "../iam/wildcard.ts";
import { principalPath } from "../model/principal-account.ts";
import { follow, type Project, type Target } from "../model/project.ts";
import { serviceOf } from "../model/roles.ts";

/**
 * Who calls DynamoDB when AWS works for its customers, and what their requests carry. They never come from a customer's network, so keys such as
 * `aws:SourceVpce` are missing from all of them. Sources: IAM User Guide, global condition keys (availability of each); DynamoDB Developer
 * Guide, globaltables-security.
 */
export type AwsCaller =
  /** A service-linked role or a role that a service uses: a principal of this account like any other, with an ARN and without MFA. */
  | { kind: "role"; arn: RoleArn }
  /** A service itself, e.g. `replication.dynamodb`: it is no principal of any account. */
  | { kind: "service"; service: string }
  /** A service that passes on what somebody may do (`aws:ViaAWSService`), whoever that is. */
  | { kind: "via service" };

/** `path`: what follows the account, e.g. `role/aws-service-role/…`; for a role in view with the resource that makes it. */
export interface RoleArn {
  path: string;
  target?: Target;
}

export const REPLICATION_ROLE: AwsCaller = {
  kind: "role",
  arn: { path: "role/aws-service-role/replication.dynamodb.amazonaws.com/AWSServiceRoleForDynamoDBReplication" },
};

export const AUTO_SCALING_ROLE: AwsCaller = {
  kind: "role",
  arn: {
    path: "role/aws-service-role/dynamodb.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_DynamoDBTable",
  },
};

/** Stands for a name that only deployment knows. */
const UNKNOWN_NAME = "\u0001";

/** A role by the setting that names it: a reference, or a literal ARN. Undefined where it leads out of view. */
export function roleNamed(project: Project, setting: Setting): AwsCaller | undefined {
  const target = follow(project, setting.template, setting.value);
  if (target) {
    const [path] = propertiesOf(target.template, target.resource).flatMap((each) => get(each, "Path"));
    const [name] = propertiesOf(target.template, target.resource).flatMap((each) => get(each, "RoleName"));
    const arn = `role${(path && text(path)) ?? "/"}${(name && text(name)) ?? UNKNOWN_NAME}`;
    return { kind: "role", arn: { path: arn, target } };
  }
  const path = principalPath(setting);
  return path === undefined || !/^role\/[^?$]+$/.test(path) ? undefined : { kind: "role", arn: { path } };
}

/** Does a Deny for everybody (or for everybody but some) stop the caller? Undefined where its condition decides in a way that cannot be told. */
export function stops(project: Project, deny: Statement, caller: AwsCaller): boolean | undefined {
  const answers = [
    isMeant(project, deny, caller),
    ...deny.conditions.map((test) => isTrueFor(project, test, caller)),
    ...(deny.conditionUnknown ? [undefined] : []),
  ];
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

function isMeant(project: Project, deny: Statement, caller: AwsCaller): boolean | undefined {
  const { notPrincipal } = deny;
  if (!notPrincipal) return deny.principals.some(isEverybody);
  if (notPrincipal.value.kind !== "map") return textOf(notPrincipal.value) === "*" ? false : undefined;
  const excepted =
    caller.kind === "service"
      ? get(notPrincipal, "Service")
          .flatMap(items)
          .map((setting) => text(setting) !== undefined && serviceOf(setting) === caller.service)
      : get(notPrincipal, "AWS")
          .flatMap(items)
          .map((setting) => (caller.kind === "role" ? isRole(project, setting, caller.arn, false) : false));
  return not(anyOf(excepted));
}

function anyOf(answers: readonly (boolean | undefined)[]): boolean | undefined {
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}

function not(answer: boolean | undefined): boolean | undefined {
  return answer === undefined ? undefined : !answer;
}

/** What a request of the caller says under a key. `own`: this account's, or its organisation's. */
type Fact = "missing" | "own" | "unknown" | "whoever" | { is: string } | { role: RoleArn };

/** Is the test true for requests of the caller? */
function isTrueFor(project: Project, test: ConditionTest, caller: AwsCaller): boolean | undefined {
  const key = test.key.toLowerCase();
  // Everything that AWS does comes by TLS: whether such a condition is the right way round has a rule of its own.
  if (key === "aws:securetransport") return false;
  const fact = factOf(key, caller);
  const { name, negated } = operatorOf(test);
  if (fact === "unknown") return undefined;
  if (fact === "missing") return withoutItsKey(test);
  if (name === "null") return key === "aws:multifactorauthpresent" ? undefined : not(withoutItsKey(test));
  if (fact === "whoever") return true;
  // Who writes the organisation or account down writes the own one among them.
  if (fact === "own") return negated ? false : undefined;
  const matches = anyOf(
    test.values.map((value) =>
      "is" in fact ? isText(value, fact.is) : isRole(project, value, fact.role, hasWildcards(name)),
    ),
  );
  return negated ? not(matches) : matches;
}

function hasWildcards(operator: string): boolean {
  return operator.includes("like") || operator.startsWith("arn");
}

function isText({ value }: { value: Value }, wanted: string): boolean | undefined {
  const literal = textOf(value)?.toLowerCase();
  return literal === undefined ? undefined : matchesWildcard(literal, wanted.toLowerCase(), { caseSensitive: true });
}

/** Keys of networks, and others that only requests of people and workloads carry. */
const NEVER_THERE = new Set([
  "aws:sourcevpc",
  "aws:sourcevpce",
  "aws:vpcsourceip",
  "aws:sourceip",
  "aws:multifactorauthage",
]);

const OF_THE_ACCOUNT = new Set(["aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount"]);

function factOf(key: string, caller: AwsCaller): Fact {
  if (NEVER_THERE.has(key)) return "missing";
  if (key === "aws:principalisawsservice") return { is: String(caller.kind === "service") };
  if (key === "aws:viaawsservice") return { is: String(caller.kind === "via service") };
  if (caller.kind === "service") return factOfService(key, caller.service);
  if (OF_THE_ACCOUNT.has(key)) return "own";
  if (caller.kind === "via service")
    return key === "aws:principalarn" || key === "aws:multifactorauthpresent" ? "whoever" : "unknown";
  if (key === "aws:principalarn") return { role: caller.arn };
  if (key === "aws:multifactorauthpresent") return { is: "false" };
  return key.startsWith("aws:calledvia") ? "missing" : "unknown";
}

/** A service has no account, no organisation, no ARN and no tags. */
function factOfService(key: string, service: string): Fact {
  if (key === "aws:principalservicename") return { is: `${service}.amazonaws.com` };
  const isOfPrincipals = OF_THE_ACCOUNT.has(key) || key === "aws:principalarn" || key.startsWith("aws:principaltag/");
  return isOfPrincipals || key === "aws:multifactorauthpresent" || key.startsWith("aws:calledvia")
    ? "missing"
    : "unknown";
}

/**
 * Does a value for `aws:PrincipalArn` (or an entry of `NotPrincipal`) mean the role? A written account is taken for the own one where that is
 * not known, and a partition for the one it is deployed in.
 */
function isRole(project: Project, setting: Setting, role: RoleArn, wildcards: boolean): boolean | undefined {
  const { template, value } = setting;
  const target = follow(project, template, value);
  if (target?.resource.type.startsWith("AWS::IAM::") && target.resource.type !== "AWS::IAM::ServiceLinkedRole")
    return target.resource === role.target?.resource;
  const pieces = piecesOf(value);
  if (!pieces) return undefined;
  let isPartial = false;
  const pattern = pieces
    .map((piece) => {
      if (typeof piece === "string") return piece;
      if (piece.kind === "pseudo")
        return piece.name === "AWS::Partition" ? PARTITION : (template.inputs.account ?? ACCOUNT);
      isPartial = true;
      return "*";
    })
    .join("");
  const [, partition = "", account = ""] = /^arn:([^:]*):iam::([^:]*):/.exec(pattern) ?? [];
  const ownPartition = /^[a-z-]+$/.test(partition) ? partition : PARTITION;
  const ownAccount = template.inputs.account ?? (/^\d+$/.test(account) ? account : ACCOUNT);
  const arn = `arn:${ownPartition}:iam::${ownAccount}:${role.path}`;
  const matches = isPartial || wildcards ? matchesWildcard(pattern, arn, { caseSensitive: true }) : pattern === arn;
  return matches && isPartial ? undefined : matches;
}

const PARTITION = "\u0002";
const ACCOUNT = "\u0003";
