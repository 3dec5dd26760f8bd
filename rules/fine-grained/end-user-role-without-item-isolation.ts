import { notLimitedByDeny, type Separation, separationBy } from "../../core/access/callers.ts";
import { accessOf, type Grant, grantsOf } from "../../core/access/granted.ts";
import { resourcesInWords } from "../../core/access/grants.ts";
import { LEADING_KEYS, takesStrangersKeys } from "../../core/access/leading-keys.ts";
import { relatedToStatement } from "../../core/access/opened.ts";
import { reportUnread } from "../../core/access/unread.ts";
import { firstOf, listOf, lowerFirst, shortName } from "../../core/access/words.ts";
import { text } from "../../core/evaluate/setting.ts";
import {
  daxReadItems,
  daxWriteItems,
  leadingKeysSupported,
  readItems,
  writeItems,
} from "../../core/iam/action-classes.ts";
import { expandAction, findAction } from "../../core/iam/actions.ts";
import { isKey, isRefused } from "../../core/iam/conditions.ts";
import type { Statement } from "../../core/iam/statements.ts";
import { perObject } from "../../core/lazy.ts";
import { addTests } from "../../core/lint/condition-fix.ts";
import type { Related } from "../../core/lint/finding.ts";
import type { Fix } from "../../core/lint/fix.ts";
import { defineRule, type Message, type Report } from "../../core/lint/rule.ts";
import { type EndUsers, endUserRolesOf, unknownEndUserRoles } from "../../core/model/end-users.ts";
import { issuersOf } from "../../core/model/issuers.ts";
import {
  holdersOf,
  type IamPrincipal,
  type IdentityPolicy,
  unknownManagedPolicies,
} from "../../core/model/policies.ts";
import type { View } from "../../core/model/view.ts";

export default defineRule({
  name: "end-user-role-without-item-isolation",
  topic: "fine-grained",
  severity: "error",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A role that an application's end users take reaches items without being limited to their own, or guests reach DynamoDB at all.",
    why: "Credentials that an identity pool hands to a browser or a phone are in the user's hands: whatever the role allows, every user can do with any DynamoDB client, past the application's own screens. Without `dynamodb:LeadingKeys` bound to a variable of the caller, each reads or changes everybody's items. Guests are anybody on the internet. The session policy that Amazon Cognito adds in the enhanced flow does not help: it allows all of DynamoDB. A table that is meant to be the same for everybody, read-only, is a reason to suppress this finding.",
    how: "Bind `dynamodb:LeadingKeys` to `${cognito-identity.amazonaws.com:sub}` or a tag of the principal with `ForAllValues:StringEquals`, give guests nothing, or let a backend of your own stand between the users and the table.",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html",
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_dynamodb_rows.html",
      "https://docs.aws.amazon.com/cognito/latest/developerguide/iam-roles.html",
      "https://docs.aws.amazon.com/cognito/latest/developerguide/identity-pools-security-best-practices.html",
    ],
    examples: [
      {
        title: "Signed-in users and everybody's scores",
        bad: exampleOf(""),
        good: exampleOf(`
                Condition:
                  ForAllValues:StringEquals:
                    dynamodb:LeadingKeys: ["\${cognito-identity.amazonaws.com:sub}"]`),
      },
    ],
  },
  controls: {},
  check(view, report) {
    const { project, template } = view;
    if (view.dynamoDbInView)
      for (const role of unknownEndUserRoles(project, template)) report.cannotTell(role, "the role is not in view");
    const roles = endUserRolesOf(project);
    if (roles.size === 0) return;
    for (const policy of view.identityPolicies) {
      const holders = holdersOf(project, policy).filter((holder) => roles.has(holder));
      if (holders.length > 0) checkPolicy(view, policy, holders, report);
    }
    for (const principal of view.principals) {
      const endUsers = roles.get(principal);
      if (endUsers) checkManaged(view, principal, endUsers, report);
    }
  },
});

function exampleOf(condition: string): string {
  return `Resources:
  Pool:
    Type: AWS::Cognito::IdentityPool
    Properties:
      AllowUnauthenticatedIdentities: false
  PoolRoles:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties:
      IdentityPoolId: !Ref Pool
      Roles:
        authenticated: !GetAtt PlayerRole.Arn
  PlayerRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Federated: cognito-identity.amazonaws.com }
            Action: sts:AssumeRoleWithWebIdentity
            Condition:
              StringEquals:
                cognito-identity.amazonaws.com:aud: !Ref Pool
              ForAnyValue:StringLike:
                cognito-identity.amazonaws.com:amr: authenticated
      Policies:
        - PolicyName: scores
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: [dynamodb:GetItem, dynamodb:PutItem]
                Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/scores${condition}
`;
}

/** A role with the strongest of what makes it one of end users. */
interface Taker {
  principal: IamPrincipal;
  endUsers: EndUsers;
}

function takerOf(principal: IamPrincipal, all: readonly EndUsers[]): Taker | undefined {
  const order = [
    all.find(({ kind, guestsAreOff }) => kind === "guest" && !guestsAreOff),
    all.find(({ kind }) => kind === "user"),
    all.find(({ kind }) => kind === "guest"),
    all[0],
  ];
  const endUsers = order.find((each) => each !== undefined);
  return endUsers && { principal, endUsers };
}

function checkPolicy(view: View, policy: IdentityPolicy, holders: readonly IamPrincipal[], report: Report): void {
  const { project } = view;
  reportUnread(view, policy, report);
  const roles = endUserRolesOf(project);
  const takers = holders.flatMap((holder) => takerOf(holder, roles.get(holder) ?? []) ?? []);
  for (const grants of byStatement(grantsOf(project, policy))) {
    const opened = takers.flatMap((taker) => openedTo(view, taker, grants) ?? []);
    // Several roles may have the policy: the statement is one cause, which the worst of them tells.
    const found =
      opened.find(({ taker }) => taker.endUsers.kind === "guest" && !taker.endUsers.guestsAreOff) ??
      opened.find(({ separation }) => separation !== "unknown") ??
      opened[0];
    if (!found) continue;
    const { taker, statement, at, reason } = found;
    if (reason !== undefined) {
      report.cannotTell(at, reason);
      continue;
    }
    report(at, {
      ...inWords(found, resourcesInWords(project, statement)),
      related: [handedOut(taker), ...relatedToStatement(project, policy, statement)],
      fixes: found.separation === "open" ? limitTo(found) : [],
    });
  }
}

function byStatement(grants: readonly Grant[]): readonly (readonly Grant[])[] {
  const statements = new Map<Statement, Grant[]>();
  for (const grant of grants) {
    const known = statements.get(grant.statement);
    if (known) known.push(grant);
    else statements.set(grant.statement, [grant]);
  }
  return [...statements.values()];
}

/** What of a statement is open to all who take a role. */
interface Opened {
  taker: Taker;
  statement: Statement;
  at: Grant["at"];
  names: readonly string[];
  separation: Separation;
  /** Why it cannot be told. */
  reason?: string;
}

function openedTo(view: View, taker: Taker, grants: readonly Grant[]): Opened | undefined {
  const [first] = grants;
  if (!first) return undefined;
  const { project } = view;
  const { statement } = first;
  const { kind } = taker.endUsers;
  const isGuest = kind === "guest";
  const wanted = (names: readonly string[]) =>
    names.filter((name) => (isGuest || isItemAction(name)) && !isAlwaysRefused(statement, name));
  const all = [...new Set(grants.flatMap(({ names }) => wanted(names)))];
  const names = isGuest ? all : notLimitedByDeny(project, taker.principal, statement, all, deniedNames);
  const at = grants.find((grant) => grant.names.some((name) => names.includes(name)))?.at;
  const separation = isGuest ? "open" : separationBy(statement);
  if (!at || separation === "apart") return undefined;
  // That rule speaks of the keys that are listed.
  if (!isGuest && takesStrangersKeys(statement) && view.runs("leadingkeys-value-too-loose")) return undefined;
  const opened = { taker, statement, at, names, separation };
  if (kind === "unknown") {
    const [issuer] = taker.principal.trust.flatMap(issuersOf);
    return { ...opened, separation: "unknown", reason: `who signs in with ${issuer ?? "its issuer"} is not known` };
  }
  return separation === "unknown" ? { ...opened, reason: "the condition of its statement is not known" } : opened;
}

const deniedNames = perObject(
  (deny: Statement): ReadonlySet<string> =>
    new Set(
      deny.actions.flatMap((action) => {
        const expansion = expandAction(text(action) ?? "");
        return expansion.kind === "judged" ? expansion.names : [];
      }),
    ),
);

/** A condition on a key that is none, say, lets nothing through. */
function isAlwaysRefused(statement: Statement, name: string): boolean {
  const action = findAction(name);
  return action !== undefined && isRefused(statement, action);
}

function isItemAction(name: string): boolean {
  return readItems.has(name) || writeItems.has(name) || isDaxItemAction(name);
}

function isDaxItemAction(name: string): boolean {
  return daxReadItems.has(name) || daxWriteItems.has(name);
}

/** AWS managed policies have no condition, and speak of everything. */
function checkManaged(view: View, principal: IamPrincipal, all: readonly EndUsers[], report: Report): void {
  const taker = takerOf(principal, all);
  if (!taker) return;
  if (view.dynamoDbInView)
    for (const setting of unknownManagedPolicies(view.project, principal))
      report.cannotTell(setting, text(setting) === undefined ? undefined : "the policy is not in view");
  for (const { policy, setting } of accessOf(view.project, principal).managed) {
    const given = policy.actions.flatMap((pattern) => {
      const expansion = expandAction(pattern);
      return expansion.kind === "judged" ? expansion.names : [];
    });
    const names = taker.endUsers.kind === "guest" ? given : given.filter(isItemAction);
    if (names.length === 0) continue;
    if (taker.endUsers.kind === "unknown") {
      const [issuer] = principal.trust.flatMap(issuersOf);
      report.cannotTell(setting, `who signs in with ${issuer ?? "its issuer"} is not known`);
      continue;
    }
    const { severity, message } = inWords({ taker, names, separation: "open" }, "every table", policy.name);
    report(setting, { ...(severity && { severity }), message, related: [handedOut(taker)] });
  }
}

function inWords(
  { taker, names, separation }: Pick<Opened, "taker" | "names" | "separation">,
  resources: string,
  managed?: string,
): Pick<Message, "message" | "severity"> {
  const { principal, endUsers } = taker;
  const role = lowerFirst(principal.name);
  const by = managed === undefined ? "" : ` through ${managed}`;
  if (endUsers.kind === "guest") {
    const pool = endUsers.pool ? ` of pool "${endUsers.pool.resource.logicalId}"` : "";
    const what = `${role} allows ${firstOf(names.map(shortName))} on ${resources}${by}`;
    return endUsers.guestsAreOff
      ? {
          severity: "warning",
          message: `Guests${pool} could use DynamoDB as soon as the pool lets any in (AllowUnauthenticatedIdentities): ${what}.`,
        }
      : { message: `Guests (unauthenticated)${pool} can use DynamoDB: ${what}.` };
  }
  const subject = `End-user ${role}`;
  if (separation === "shared")
    return {
      message: `${subject} gives all its users the same items of ${resources}: dynamodb:LeadingKeys lists fixed keys and no variable of the caller.`,
    };
  const reads = names.some((name) => readItems.has(name) || daxReadItems.has(name));
  const writes = names.some((name) => writeItems.has(name) || daxWriteItems.has(name));
  const verb = reads && writes ? "read and write" : reads ? "read" : "write";
  return { message: `${subject} can ${verb} any item of ${resources}${by}; ${advice(names, managed)}.` };
}

function advice(names: readonly string[], managed: string | undefined): string {
  if (managed !== undefined)
    return "replace the policy by one that restricts dynamodb:LeadingKeys to the caller's identity";
  if (names.every(isDaxItemAction))
    return "DAX knows no dynamodb:LeadingKeys, so only the table itself can keep users apart";
  const others = names.filter((name) => !leadingKeysSupported.has(name)).map(shortName);
  const limit = "restrict dynamodb:LeadingKeys to the caller's identity";
  if (others.length === 0) return limit;
  const removal = `remove ${firstOf(others)}, which dynamodb:LeadingKeys cannot restrict`;
  return others.length === names.length ? removal : `${limit} and ${removal}`;
}

function handedOut({ endUsers }: Taker): Related {
  const { template, place } = endUsers.at;
  return { message: "what gives the role to end users", template, place };
}

/** The variable that tells the callers apart, by who signs them in. */
const VARIABLES: Readonly<Record<string, string>> = {
  "cognito-identity.amazonaws.com": "${cognito-identity.amazonaws.com:sub}",
  "accounts.google.com": "${accounts.google.com:sub}",
  "graph.facebook.com": "${graph.facebook.com:id}",
  "www.amazon.com": "${www.amazon.com:user_id}",
};

/** Only where every action knows the key, and the document takes variables for such. */
function limitTo({ taker, statement, names }: Opened): Fix[] {
  const isTold = statement.conditions.some((test) => isKey(test, LEADING_KEYS));
  if (taker.endUsers.kind !== "user" || isTold || statement.version !== "2012-10-17") return [];
  if (!names.every((name) => leadingKeysSupported.has(name)) || !statement.actions.every(isCovered)) return [];
  const [variable, ...others] = new Set(taker.principal.trust.flatMap(issuersOf).map((url) => VARIABLES[url]));
  if (variable === undefined || others.length > 0) return [];
  return [
    {
      title: `Limit to items whose partition key is ${listOf([variable])} (stops all others)`,
      class: "snippet",
      changes: addTests(statement, [{ operator: "ForAllValues:StringEquals", key: LEADING_KEYS, value: [variable] }]),
    },
  ];
}

function isCovered(action: Statement["actions"][number]): boolean {
  const expansion = expandAction(text(action) ?? "*");
  return expansion.kind === "judged" && expansion.names.every((name) => leadingKeysSupported.has(name));
}
