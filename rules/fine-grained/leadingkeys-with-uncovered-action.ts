import { surelyDeniedBeside } from "../../core/access/denies-beside.ts";
import { grantedActions, resourceArns, unconditionalDenies } from "../../core/access/grants.ts";
import {
  askForLeadingKeys,
  isLimitedToItems,
  isTrueWithoutLeadingKeys,
  LEADING_KEYS,
} from "../../core/access/leading-keys.ts";
import { relatedToStatement } from "../../core/access/opened.ts";
import { shareTable } from "../../core/access/shared-table.ts";
import { firstOf, labelOf, listOf, shortName } from "../../core/access/words.ts";
import { compatible, type Setting, text } from "../../core/evaluate/setting.ts";
import { leadingKeysSupported, readItems } from "../../core/iam/action-classes.ts";
import { resourceShape } from "../../core/iam/arn.ts";
import { isPositive, requiresKey } from "../../core/iam/conditions.ts";
import { inStatement, type Statement } from "../../core/iam/statements.ts";
import { lazy } from "../../core/lazy.ts";
import { type Fix, replaceItem } from "../../core/lint/fix.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import { isForEndUsers } from "../../core/model/end-users.ts";
import { holdersOf, type IdentityPolicy, isIdentityPolicy, policiesOf } from "../../core/model/policies.ts";
import type { Policy } from "../../core/model/policy.ts";
import type { Project } from "../../core/model/project.ts";
import type { View } from "../../core/model/view.ts";

const SEARCH = "dynamodb:SearchVectors";
const STREAM_READS = ["dynamodb:GetRecords", "dynamodb:GetShardIterator"];
/** Actions that hand out items and carry no LeadingKeys. */
const DATA_ACTIONS = new Set(["dynamodb:Scan", "dynamodb:ExportTableToPointInTime", ...STREAM_READS]);

export default defineRule({
  name: "leadingkeys-with-uncovered-action",
  topic: "fine-grained",
  severity: "error",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A statement limited by dynamodb:LeadingKeys, or another one of the same principal, allows an action that does not know that key.",
    why: "`ForAllValues` is true where the key is missing, and requests for Scan, exports and streams carry no LeadingKeys: they return the items of everybody. The same holds for `…IfExists` and negated operators.",
    how: 'Remove the action, or add `"Null": {"dynamodb:LeadingKeys": "false"}` to the condition, so that a request without the key is refused.',
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html",
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html",
    ],
    examples: [
      {
        title: "Scan under LeadingKeys",
        bad: `Resources:
  PlayerPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: OwnItems
            Effect: Allow
            Action: [dynamodb:GetItem, dynamodb:Query, dynamodb:Scan]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/scores
            Condition:
              ForAllValues:StringEquals:
                dynamodb:LeadingKeys: ["\${cognito-identity.amazonaws.com:sub}"]
`,
        good: `Resources:
  PlayerPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: OwnItems
            Effect: Allow
            Action: [dynamodb:GetItem, dynamodb:Query]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/scores
            Condition:
              ForAllValues:StringEquals:
                dynamodb:LeadingKeys: ["\${cognito-identity.amazonaws.com:sub}"]
`,
      },
    ],
  },
  controls: {},
  check(view, report) {
    for (const policy of view.policies) {
      for (const statement of policy.statements)
        if (isLimitedToItems(statement)) checkStatement(view.project, policy, statement, report);
      if (isIdentityPolicy(policy)) checkNeighbours(view, policy, report);
    }
  },
});

function checkStatement(project: Project, policy: Policy, statement: Statement, report: Report): void {
  const denies = surelyDeniedBeside(project, policy, statement);
  if (statement.conditionUnknown) {
    report.cannotTell(statement.located, "its condition is not known");
    return;
  }
  const open = isTrueWithoutLeadingKeys(statement);
  const related = relatedToStatement(project, policy, statement);
  const others: { action: Setting; names: string[] }[] = [];
  for (const action of statement.actions) {
    const uncovered = uncoveredActions(project, statement, action, denies);
    const at = { ...action, when: inStatement(statement, action) };
    if (uncovered.includes(SEARCH)) {
      report(at, {
        severity: "warning",
        message: `SearchVectors in ${labelOf(statement)} is always refused here; grant it in its own statement on the index ARN.`,
        related,
      });
    }
    const data = uncovered.filter((name) => DATA_ACTIONS.has(name));
    if (open && data.length > 0) {
      report(at, {
        message: `${listOf(data.map(shortName))} in ${labelOf(statement)} ignore${data.length > 1 ? "" : "s"} dynamodb:LeadingKeys: all items are returned.`,
        related,
        fixes: repairs(statement, action, data),
      });
      continue;
    }
    const rest = uncovered.filter((name) => name !== SEARCH);
    // Who asks for the key with `Null` knows that other requests are refused.
    if (rest.length > 0 && !requiresKey(statement, LEADING_KEYS)) others.push({ action, names: rest });
  }
  const [first] = others;
  if (!first) return;
  const names = [...new Set(others.flatMap((other) => other.names.map(shortName)))];
  const several = names.length > 1;
  report(
    { ...first.action, when: inStatement(statement, first.action) },
    {
      severity: "info",
      message: open
        ? `${firstOf(names)} in ${labelOf(statement)} carr${several ? "y" : "ies"} no dynamodb:LeadingKeys, so the condition does not limit ${several ? "them" : "it"}; a statement of ${several ? "their" : "its"} own says so openly.`
        : `${firstOf(names)} in ${labelOf(statement)} ${several ? "are" : "is"} never allowed here: requests for ${several ? "them" : "it"} carry no dynamodb:LeadingKeys.`,
      related,
    },
  );
}

/** What an entry grants beyond the actions that know the key; stream reads only where a stream ARN can match. */
function uncoveredActions(
  project: Project,
  statement: Statement,
  action: Setting,
  denies: readonly Statement[],
): string[] {
  const pattern = text(action);
  if (pattern === undefined) return [];
  const uncovered = grantedActions(project, statement, pattern, denies).filter(
    (name) => name.startsWith("dynamodb:") && !leadingKeysSupported.has(name),
  );
  return uncovered.some(isStreamAction) && !reachesStreams(project, statement)
    ? uncovered.filter((name) => !isStreamAction(name))
    : uncovered;
}

/** `table/*` covers what lies below the tables too. */
function reachesStreams(project: Project, statement: Statement): boolean {
  return resourceArns(project, statement).some(({ arn }) => {
    const shape = arn ? resourceShape(arn) : "unknown";
    return shape === "stream" || shape === "any" || endsInStar(arn?.at(-1));
  });
}

function endsInStar(piece: unknown): boolean {
  return typeof piece === "string" && piece.endsWith("*");
}

function isStreamAction(name: string): boolean {
  return STREAM_READS.includes(name) || name === "dynamodb:DescribeStream" || name === "dynamodb:ListStreams";
}

/** The same principal may read all items through another statement. */
function checkNeighbours(view: View, policy: IdentityPolicy, report: Report): void {
  const { project } = view;
  const limited = limitedStatementsBeside(project, policy);
  if (limited.length === 0) return;
  const denies = unconditionalDenies(project, policy);
  const isToldOfEndUsers = view.runs("end-user-role-without-item-isolation") && isForEndUsers(project, policy);
  const isMeant = (name: string) => {
    if (isToldOfEndUsers && readItems.has(name)) return false;
    return DATA_ACTIONS.has(name) || name === SEARCH;
  };
  for (const statement of policy.statements) {
    if (statement.effect !== "Allow" || isLimitedToItems(statement) || isForOthers(statement)) continue;
    const findOther = lazy(() =>
      limited.find((each) => compatible(each.located, statement.located) && shareTable(project, each, statement)),
    );
    for (const action of statement.actions) {
      const open = uncoveredActions(project, statement, action, denies).filter(isMeant);
      if (open.length === 0) continue;
      const other = findOther();
      if (!other) break;
      const at = { ...action, when: inStatement(statement, action) };
      if (statement.conditionUnknown) {
        report.cannotTell(at, "the condition of its statement is not known");
        continue;
      }
      report(at, {
        message: `${listOf(open.map(shortName))} here reach${open.length > 1 ? "" : "es"} all items, although ${labelOf(other)} limits the same principal to its own by dynamodb:LeadingKeys.`,
        related: [
          {
            message: "the statement with dynamodb:LeadingKeys",
            template: other.located.template,
            place: other.located.place,
          },
        ],
        fixes: removal(statement, action, open),
      });
    }
  }
}

/** Is it for those with a certain tag? They need not be those whom another statement limits. */
function isForOthers({ conditions }: Statement): boolean {
  return conditions.some((test) => /^aws:principaltag\//i.test(test.key) && isPositive(test));
}

/** Those of everybody who has the policy. */
function limitedStatementsBeside(project: Project, policy: IdentityPolicy): Statement[] {
  const all = new Set([policy, ...holdersOf(project, policy).flatMap((holder) => policiesOf(project, holder))]);
  return [...all].flatMap(({ statements }) => statements).filter(isLimitedToItems);
}

function repairs(statement: Statement, action: Setting, data: readonly string[]): Fix[] {
  const removed = removal(statement, action, data);
  const changes = askForLeadingKeys(statement);
  if (changes.length === 0) return removed;
  return [
    ...removed,
    {
      title: "Refuse requests without dynamodb:LeadingKeys (stops Scan and whatever else lacks the key)",
      class: "caution",
      changes,
    },
  ];
}

/** Not by wildcards, which grant more than this; nor the last action, which a statement needs. */
function removal(statement: Statement, action: Setting, names: readonly string[]): Fix[] {
  const pattern = text(action);
  if (pattern === undefined || /[*?]/.test(pattern) || statement.actions.length < 2) return [];
  return [
    {
      title: `Remove ${pattern} (stops ${listOf(names.map(shortName))})`,
      class: "caution",
      changes: [replaceItem(action, [])],
    },
  ];
}
