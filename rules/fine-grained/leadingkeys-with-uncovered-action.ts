import { grantedActions, resourceArns, unconditionalDenies } from "../../core/access/grants.ts";
import { shareTable } from "../../core/access/shared-table.ts";
import { labelOf, listOf, shortName } from "../../core/access/words.ts";
import { compatible, get, type Setting, text } from "../../core/evaluate/setting.ts";
import { leadingKeysSupported } from "../../core/iam/action-classes.ts";
import { resourceShape } from "../../core/iam/arn.ts";
import { isKey, operatorOf, requiresKey, withoutItsKey } from "../../core/iam/conditions.ts";
import { inStatement, type Statement } from "../../core/iam/statements.ts";
import { type Fix, merge, replaceItem } from "../../core/lint/fix.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import { holdersOf, type IdentityPolicy, policiesOf } from "../../core/model/policies.ts";
import type { Project } from "../../core/model/project.ts";

const KEY = "dynamodb:LeadingKeys";
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
  check({ identityPolicies, resourcePolicies, project }, report) {
    for (const policy of identityPolicies) {
      const denies = unconditionalDenies(project, policy);
      for (const statement of policy.statements) {
        checkStatement(project, statement, denies, report);
        checkNeighbour(project, policy, statement, denies, report);
      }
    }
    for (const { statements } of resourcePolicies) {
      for (const statement of statements) checkStatement(project, statement, [], report);
    }
  },
});

function isLimited(statement: Statement): boolean {
  return (
    statement.effect === "Allow" &&
    statement.conditions.some((test) => isKey(test, KEY) && operatorOf(test).name !== "null")
  );
}

/** Is the condition still true for a request that carries no LeadingKeys? */
function isTrueWithoutKey(statement: Statement): boolean {
  return statement.conditions.every((test) => !isKey(test, KEY) || withoutItsKey(test) === true);
}

function checkStatement(project: Project, statement: Statement, denies: readonly Statement[], report: Report): void {
  if (!isLimited(statement)) return;
  if (statement.conditionUnknown) {
    report.cannotTell(statement.located, "its condition is not known");
    return;
  }
  const open = isTrueWithoutKey(statement);
  const others: { action: Setting; names: string[] }[] = [];
  for (const action of statement.actions) {
    const uncovered = uncoveredActions(project, statement, action, denies);
    const at = { ...action, when: inStatement(statement, action) };
    if (uncovered.includes(SEARCH)) {
      report(at, {
        severity: "warning",
        message: `SearchVectors in ${labelOf(statement)} is always refused here; grant it in its own statement on the index ARN.`,
      });
    }
    const data = uncovered.filter((name) => DATA_ACTIONS.has(name));
    if (open && data.length > 0) {
      report(at, {
        message: `${listOf(data.map(shortName))} in ${labelOf(statement)} ignore${data.length > 1 ? "" : "s"} dynamodb:LeadingKeys: all items are returned.`,
        fixes: repairs(statement, action, data),
      });
      continue;
    }
    const rest = uncovered.filter((name) => name !== SEARCH);
    // Who asks for the key with `Null` knows that other requests are refused.
    if (rest.length > 0 && !requiresKey(statement, KEY)) others.push({ action, names: rest });
  }
  const [first] = others;
  if (!first) return;
  const names = [...new Set(others.flatMap((other) => other.names.map(shortName)))];
  const shown = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names;
  report(
    { ...first.action, when: inStatement(statement, first.action) },
    {
      severity: "info",
      message: open
        ? `${listOf(shown)} in ${labelOf(statement)} carr${names.length > 1 ? "y" : "ies"} no dynamodb:LeadingKeys, so the condition does not limit ${names.length > 1 ? "them" : "it"}; a statement of their own says so openly.`
        : `${listOf(shown)} in ${labelOf(statement)} ${names.length > 1 ? "are" : "is"} never allowed here: requests for ${names.length > 1 ? "them" : "it"} carry no dynamodb:LeadingKeys.`,
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
  const shapes = resourceArns(project, statement).map(({ arn }) => (arn ? resourceShape(arn) : "unknown"));
  // `table/*` covers what lies below the tables too.
  const reachesStreams =
    shapes.some((shape) => shape === "stream" || shape === "any") ||
    resourceArns(project, statement).some(({ arn }) => endsInStar(arn?.at(-1)));
  return grantedActions(project, statement, pattern, denies).filter(
    (name) =>
      name.startsWith("dynamodb:") && !leadingKeysSupported.has(name) && (reachesStreams || !isStreamAction(name)),
  );
}

function endsInStar(piece: unknown): boolean {
  return typeof piece === "string" && piece.endsWith("*");
}

function isStreamAction(name: string): boolean {
  return STREAM_READS.includes(name) || name === "dynamodb:DescribeStream" || name === "dynamodb:ListStreams";
}

/** The same principal may read all items through another statement. */
function checkNeighbour(
  project: Project,
  policy: IdentityPolicy,
  statement: Statement,
  denies: readonly Statement[],
  report: Report,
): void {
  if (statement.effect !== "Allow" || isLimited(statement)) return;
  const all = new Set([policy, ...holdersOf(project, policy).flatMap((holder) => policiesOf(project, holder))]);
  const limited = [...all]
    .flatMap(({ statements }) => statements)
    .find(
      (other) =>
        isLimited(other) && compatible(other.located, statement.located) && shareTable(project, other, statement),
    );
  if (!limited) return;
  for (const action of statement.actions) {
    const open = uncoveredActions(project, statement, action, denies).filter(
      (name) => DATA_ACTIONS.has(name) || name === SEARCH,
    );
    if (open.length === 0) continue;
    report(
      { ...action, when: inStatement(statement, action) },
      {
        message: `${listOf(open.map(shortName))} here reach${open.length > 1 ? "" : "es"} all items, although ${labelOf(limited)} limits the same principal to its own by dynamodb:LeadingKeys.`,
        related: [
          {
            message: "the statement with dynamodb:LeadingKeys",
            template: limited.located.template,
            place: limited.located.place,
          },
        ],
        fixes: removal(statement, action, open),
      },
    );
  }
}

function repairs(statement: Statement, action: Setting, data: readonly string[]): Fix[] {
  const [condition] = get(statement.located, "Condition");
  if (!condition) return removal(statement, action, data);
  // Into the `Null` tests that are there: their other keys stay.
  const operator = statement.conditions.find((test) => test.operator.toLowerCase() === "null")?.operator;
  const change = operator
    ? get(condition, operator).map((tests) => merge(tests, { [KEY]: "false" }))
    : [merge(condition, { Null: { [KEY]: "false" } })];
  return [
    ...removal(statement, action, data),
    {
      title: "Refuse requests without dynamodb:LeadingKeys (stops Scan and whatever else lacks the key)",
      class: "caution",
      changes: change,
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
