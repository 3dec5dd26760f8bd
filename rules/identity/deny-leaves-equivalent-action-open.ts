import {
  type DenyGaps,
  type Gap,
  gapsBeside,
  indexReaches,
  namesOfStatement,
  type Reach,
  type ReachIndex,
  reachesOf,
} from "../../core/access/deny-gaps.ts";
import { accessOf, type Grant, grantsOf } from "../../core/access/granted.ts";
import { everyTable, resourcesInWords } from "../../core/access/grants.ts";
import { tablesOpenedBy } from "../../core/access/opened.ts";
import { unlikeHolders } from "../../core/access/unlike-holders.ts";
import { firstOf, labelOf, listOf, lowerFirst, shortName } from "../../core/access/words.ts";
import { both } from "../../core/evaluate/branches.ts";
import type { Path } from "../../core/evaluate/path.ts";
import { get, getPath, isAbsent, isUnknown, propertiesOf, type Setting, text } from "../../core/evaluate/setting.ts";
import { piecesOf } from "../../core/evaluate/value.ts";
import { expandAction } from "../../core/iam/actions.ts";
import { inStatement, type Principal, type Statement } from "../../core/iam/statements.ts";
import type { Below } from "../../core/iam/table-arn.ts";
import { perObject } from "../../core/lazy.ts";
import type { Related } from "../../core/lint/finding.ts";
import { append, type Change, type Fix, type Json, replaceItem } from "../../core/lint/fix.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import {
  holdersOf,
  type IamPrincipal,
  type IdentityPolicy,
  isIdentityPolicy,
  surePoliciesOf,
} from "../../core/model/policies.ts";
import type { Policy } from "../../core/model/policy.ts";
import { fitsWith } from "../../core/model/policy-size.ts";
import { accountOf, writtenText } from "../../core/model/principal-account.ts";
import type { Project } from "../../core/model/project.ts";
import { relatedHolders } from "../../core/model/roles.ts";
import type { Table } from "../../core/model/tables.ts";

export default defineRule({
  name: "deny-leaves-equivalent-action-open",
  topic: "identity",
  severity: "error",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A Deny names an action, and another one that reaches the same items stays allowed.",
    why: "DynamoDB has several ways to one item, each with its own action: what PutItem writes BatchWriteItem writes too, what Scan reads PartiQLSelect and an export read. A Deny stops only what it names, so whoever is allowed one of the others is not stopped. The same holds for resources: a Deny on a table's ARN says nothing about its indexes and its stream, which have ARNs of their own. Compared are the policies of one principal, or the statements of one resource policy.",
    how: "Deny all actions that reach the same items, on the table, `/index/*` and `/stream/*`.",
    references: [
      "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html",
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html",
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html",
    ],
    examples: [
      {
        title: "Deletes in batches",
        bad: `Resources:
  Writers:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: [dynamodb:PutItem, dynamodb:BatchWriteItem]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders
          - Effect: Deny
            Action: dynamodb:DeleteItem
            Resource: "*"
`,
        good: `Resources:
  Writers:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: [dynamodb:PutItem, dynamodb:BatchWriteItem]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders
          - Effect: Deny
            Action: [dynamodb:DeleteItem, dynamodb:BatchWriteItem, dynamodb:PartiQLDelete]
            Resource: "*"
`,
      },
      {
        title: "Scans of an index",
        bad: `Resources:
  Readers:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: [dynamodb:Query, dynamodb:Scan]
            Resource:
              - arn:aws:dynamodb:eu-west-1:111122223333:table/orders
              - arn:aws:dynamodb:eu-west-1:111122223333:table/orders/index/*
          - Effect: Deny
            Action: dynamodb:Scan
            Resource: arn:aws:dynamodb:eu-west-1:111122223333:table/orders
`,
        good: `Resources:
  Readers:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: [dynamodb:Query, dynamodb:Scan]
            Resource:
              - arn:aws:dynamodb:eu-west-1:111122223333:table/orders
              - arn:aws:dynamodb:eu-west-1:111122223333:table/orders/index/*
          - Effect: Deny
            Action: dynamodb:Scan
            Resource:
              - arn:aws:dynamodb:eu-west-1:111122223333:table/orders
              - arn:aws:dynamodb:eu-west-1:111122223333:table/orders/index/*
`,
      },
    ],
  },
  controls: {},
  check(view, report) {
    const { project } = view;
    for (const policy of [...view.identityPolicies, ...view.resourcePolicies]) {
      for (const deny of policy.statements) {
        if (!isJudged(deny)) continue;
        const gaps = isIdentityPolicy(policy)
          ? contextsOf(project, policy).map(({ allows, denies }) => gapsBeside(project, deny, allows, denies))
          : [gapsInResourcePolicy(project, policy, deny)];
        reportGaps(project, policy, deny, joined(gaps), report);
      }
    }
  },
});

/** Denies under conditions that know the action (such as `dynamodb:LeadingKeys`) are about something else. */
function isJudged(statement: Statement): boolean {
  if (statement.effect !== "Deny" || statement.notPrincipal || statement.conditionUnknown) return false;
  if (!statement.conditions.every(({ key }) => /^aws:/i.test(key))) return false;
  return statement.actions.some((action) => /^dynamodb:/i.test(text(action) ?? ""));
}

/** What is allowed and denied to one principal. */
interface Context {
  allows: ReachIndex;
  denies: ReachIndex;
}

const holderContext = perObject((project: Project) =>
  perObject((holder: IamPrincipal): Context => {
    const { grants, managed } = accessOf(project, holder);
    const byAws = managed.flatMap(({ policy }): Reach[] => [{ names: namesOfPatterns(policy.actions), arn: ["*"] }]);
    return contextOf(project, grants, byAws, surePoliciesOf(project, holder));
  }),
);

const policyContext = perObject((project: Project) =>
  perObject((policy: IdentityPolicy): Context => contextOf(project, grantsOf(project, policy), [], [policy])),
);

function contextsOf(project: Project, policy: IdentityPolicy): Context[] {
  const holders = unlikeHolders(project, policy);
  if (holders.length === 0) return [policyContext(project)(policy)];
  return holders.map((holder) => {
    const context = holderContext(project)(holder);
    const sure = surePoliciesOf(project, holder);
    // Where it counts at all, its own denies do.
    return sure.includes(policy) ? context : { ...context, denies: denialsOf(project, [...sure, policy]) };
  });
}

function contextOf(
  project: Project,
  grants: readonly Grant[],
  byAws: readonly Reach[],
  policies: readonly Policy[],
): Context {
  const byStatement = new Map<Statement, Set<string>>();
  for (const { statement, names } of grants)
    byStatement.set(statement, new Set([...(byStatement.get(statement) ?? []), ...names]));
  const allows = [...byStatement].flatMap(([statement, names]) => reachesOf(project, statement, names));
  return { allows: indexReaches([...byAws, ...allows]), denies: denialsOf(project, policies) };
}

function denialsOf(project: Project, policies: readonly Policy[]): ReachIndex {
  const denies = policies.flatMap(({ statements }) => statements).filter(({ effect }) => effect === "Deny");
  return indexReaches(denies.flatMap((deny) => reachesOf(project, deny, namesOfStatement(deny))));
}

function namesOfPatterns(patterns: readonly string[]): ReadonlySet<string> {
  const expansions = patterns.map((pattern) => expandAction(pattern));
  return new Set(expansions.flatMap((each) => (each.kind === "judged" ? each.names : [])));
}

/** The Allows of the same policy for principals that the Deny concerns too. */
function gapsInResourcePolicy(project: Project, policy: Policy, deny: Statement): DenyGaps {
  const allows = policy.statements.filter(
    ({ effect, principals }) =>
      effect === "Allow" && principals.some((each) => isGranted(each) && concerns(deny, each)),
  );
  const reaches = allows.flatMap((allow) => reachesOf(project, allow, namesOfStatement(allow)));
  const denies = policy.statements.filter(
    (each) => each.effect === "Deny" && !each.notPrincipal && deny.principals.every((own) => concerns(each, own)),
  );
  const denied = denies.flatMap((each) => reachesOf(project, each, namesOfStatement(each)));
  return gapsBeside(project, deny, indexReaches(reaches), indexReaches(denied));
}

/** An Allow for the whole own account only lets identity policies decide. */
function isGranted(principal: Principal): boolean {
  const account = accountOf(principal);
  return !(account.kind === "own" && account.whole);
}

function concerns({ principals }: Statement, allowed: Principal): boolean {
  const account = accountOf(allowed);
  return principals.some((denied) => {
    const own = accountOf(denied);
    if (own.kind === "anyone" || account.kind === "anyone") return true;
    if (own.kind === "own" && own.whole) return account.kind === "own";
    if (own.kind === "account" && own.whole) return account.kind === "account" && account.account === own.account;
    const { setting } = denied;
    if (setting.value.kind === "reference" || allowed.setting.value.kind === "reference")
      return JSON.stringify(setting.value) === JSON.stringify(allowed.setting.value);
    const written = writtenText(setting);
    return written !== "" && !written.includes("?") && written === writtenText(allowed.setting);
  });
}

/** The gaps of every principal that has the policy. */
function joined(all: readonly DenyGaps[]): DenyGaps {
  const [first, ...others] = all;
  if (first && others.length === 0) return first;
  const twins = new Map<string, Gap>();
  for (const gap of all.flatMap((each) => each.twins)) {
    const known = twins.get(gap.name);
    const allowedBy = [...new Set([...(known?.allowedBy ?? []), ...gap.allowedBy])];
    twins.set(gap.name, { name: gap.name, allowedBy, isSure: gap.isSure || known?.isSure === true });
  }
  return { listed: first?.listed ?? [], twins: [...twins.values()], below: all.flatMap((each) => each.below) };
}

function reportGaps(project: Project, policy: Policy, deny: Statement, gaps: DenyGaps, report: Report): void {
  const { twins } = gaps;
  const entry = deny.actions.find((action) => namesIn(action).some((name) => gaps.listed.includes(name)));
  if (twins.length > 0 && entry) {
    const names = twins.map(({ name }) => name);
    const listed = gaps.listed.map(shortName);
    report(
      { ...entry, when: whenOf(deny, entry, twins) },
      {
        // It shows no item, it only tells whether a condition holds.
        severity: names.every((name) => name === "dynamodb:ConditionCheckItem") ? "warning" : "error",
        message: `Deny on ${firstOf(listed)} does not cover ${listOf(names.map(shortName))}, which reach${names.length > 1 ? "" : "es"} the same items: ${subjectOf(project, policy)} may still use ${names.length > 1 ? "them" : "it"}${whereIn(project, deny, twins)}.`,
        related: relatedOf(project, policy, twins),
        fixes: twinFixes(policy, deny, entry, names),
      },
    );
  }
  for (const each of gaps.below) reportBelow(project, policy, deny, each, report);
}

/** On what: of a Deny for every table, the part that is allowed. */
function whereIn(project: Project, deny: Statement, gaps: readonly Gap[]): string {
  const allowing = new Set(gaps.flatMap(({ allowedBy }) => allowedBy));
  const [only = deny, ...others] = everyTable(project, deny).length > 0 ? allowing : [];
  return others.length === 0 ? ` on ${resourcesInWords(project, only)}` : "";
}

function reportBelow(
  project: Project,
  policy: Policy,
  deny: Statement,
  { below, entry, gaps, isWrittenOut }: DenyGaps["below"][number],
  report: Report,
): void {
  const at = { ...entry, when: whenOf(deny, entry, gaps) };
  const what = below === "index" ? "indexes" : "stream";
  if (!isWrittenOut) {
    const tables = tablesOpenedBy(project, deny);
    const answers = tables.map((table) => has(table, below));
    if (tables.length > 0 && answers.every((answer) => answer === false)) return;
    if (!answers.includes(true)) {
      report.cannotTell(at, `it is not known whether the table has ${below === "index" ? "indexes" : "a stream"}`);
      return;
    }
  }
  const names = gaps.map(({ name }) => shortName(name));
  report(at, {
    message: `Deny on ${listOf(names)} covers the table but not its ${what}, where the same items are: ${subjectOf(project, policy)} may still use ${names.length > 1 ? "them" : "it"} there.`,
    related: relatedOf(project, policy, gaps),
    fixes: belowFixes(policy, deny, entry, below, names),
  });
}

function namesIn(action: Setting): readonly string[] {
  const expansion = expandAction(text(action) ?? "");
  return expansion.kind === "judged" ? expansion.names : [];
}

/** The branch of the Deny's entry, with that of the Allow where it is not there anyway. */
function whenOf(deny: Statement, entry: Setting, gaps: readonly Gap[]): Path {
  const when = inStatement(deny, entry);
  const { template } = deny.located;
  const [first] = gaps.flatMap(({ allowedBy }) => allowedBy);
  if (gaps.some(({ isSure }) => isSure) || first?.located.template !== template) return when;
  return both(template, when, first.located.when) ?? when;
}

/** Does the table have indexes, or a stream? Undefined where that is not known. */
function has({ template, resource }: Table, below: Below): boolean | undefined {
  const properties = propertiesOf(template, resource);
  const found =
    below === "index"
      ? properties.flatMap((each) => [...get(each, "GlobalSecondaryIndexes"), ...get(each, "LocalSecondaryIndexes")])
      : properties.flatMap((each) => getPath(each, "StreamSpecification", "StreamViewType"));
  if (found.some((each) => !isAbsent(each) && !isUnknown(each))) return true;
  return found.every(isAbsent) ? false : undefined;
}

function subjectOf(project: Project, policy: Policy): string {
  if (!isIdentityPolicy(policy)) return "whom the policy lets in";
  const [only, ...others] = holdersOf(project, policy);
  return only && others.length === 0 ? lowerFirst(only.name) : "whoever has the policy";
}

const MOST_ALLOWS = 3;

function relatedOf(project: Project, policy: Policy, gaps: readonly Gap[]): Related[] {
  const allowed = new Map<Statement, string[]>();
  for (const { name, allowedBy } of gaps)
    for (const statement of allowedBy) allowed.set(statement, [...(allowed.get(statement) ?? []), shortName(name)]);
  const statements = [...allowed].slice(0, MOST_ALLOWS).map(([statement, names]) => ({
    message: `${labelOf(statement)} allows ${listOf(names)}`,
    template: statement.located.template,
    place: statement.located.place,
  }));
  return isIdentityPolicy(policy) ? [...relatedHolders(holdersOf(project, policy), policy), ...statements] : statements;
}

function twinFixes(policy: Policy, deny: Statement, entry: Setting, names: readonly string[]): Fix[] {
  const pattern = text(entry);
  if (pattern === undefined || !fits(policy, names)) return [];
  const reads = names.includes("dynamodb:GetRecords") ? belowChanges(deny, "stream") : [];
  const searches = names.includes("dynamodb:SearchVectors") ? belowChanges(deny, "index") : [];
  return [
    {
      title: `Deny ${listOf(names.map(shortName))} too (stops ${names.length > 1 ? "them" : "it"})`,
      class: "caution",
      changes: [replaceItem(entry, [pattern, ...names]), ...reads, ...searches],
    },
  ];
}

function belowFixes(policy: Policy, deny: Statement, entry: Setting, below: Below, names: readonly string[]): Fix[] {
  const changes = addBelow(deny, entry, below);
  if (changes.length === 0 || !fits(policy, [text(entry) ?? "", below])) return [];
  return [
    {
      title: `Deny on the table's ${below === "index" ? "indexes" : "streams"} too (stops ${listOf(names)} there)`,
      class: "caution",
      changes,
    },
  ];
}

function fits(policy: Policy, texts: readonly string[]): boolean {
  return !isIdentityPolicy(policy) || fitsWith(policy, texts);
}

/** For every table that the Deny names, what lies below it. */
function belowChanges(deny: Statement, below: Below): Change[] {
  return deny.resources.flatMap((entry) => addBelow(deny, entry, below));
}

/** Adds `…/index/*` beside a table's ARN; nothing where the ARN cannot be written again. */
function addBelow(deny: Statement, entry: Setting, below: Below): Change[] {
  const [resources] = get(deny.located, "Resource");
  const added = extended(entry, `/${below}/*`);
  if (!resources || added === undefined) return [];
  if (resources.value.kind === "list") return [append(resources, added)];
  const own = text(entry);
  return own === undefined ? [] : [replaceItem(entry, [own, added])];
}

/** A text with something behind it, as text or as `Fn::Sub`; undefined for stars and for what cannot be written again. */
function extended({ value }: Setting, suffix: string): Json | undefined {
  const pieces = piecesOf(value) ?? [];
  if (pieces.length === 0 || pieces[0] === "*") return undefined;
  const parts = pieces.map((piece) => {
    if (typeof piece === "string") return piece.includes("${") ? undefined : piece;
    if (piece.kind === "reference") return `\${${piece.id}${piece.attribute ? `.${piece.attribute}` : ""}}`;
    return piece.kind === "pseudo" || piece.kind === "parameter" ? `\${${piece.name}}` : undefined;
  });
  if (parts.includes(undefined)) return undefined;
  const written = `${parts.join("")}${suffix}`;
  return pieces.some((piece) => typeof piece !== "string") ? { "Fn::Sub": written } : written;
}
