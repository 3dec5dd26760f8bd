import { deniesBeside } from "../../core/access/denies-beside.ts";
import { grantedActions, isBare, isUnconditionalDeny } from "../../core/access/grants.ts";
import { actionsIn, isLimitedToItems, isTrueWithoutLeadingKeys } from "../../core/access/leading-keys.ts";
import { relatedToStatement } from "../../core/access/opened.ts";
import { denyBeside } from "../../core/access/twin-deny.ts";
import { labelOf } from "../../core/access/words.ts";
import { type Setting, text } from "../../core/evaluate/setting.ts";
import { expandAction } from "../../core/iam/actions.ts";
import { isKey, operatorOf } from "../../core/iam/conditions.ts";
import { type ConditionTest, inStatement, type Statement } from "../../core/iam/statements.ts";
import type { Fix } from "../../core/lint/fix.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import type { Policy } from "../../core/model/policy.ts";
import type { View } from "../../core/model/view.ts";

const SELECT = "dynamodb:PartiQLSelect";
const SCAN = "dynamodb:Scan";
const FULL_SCAN = "dynamodb:FullTableScan";
const ATTRIBUTES = "dynamodb:Attributes";

export default defineRule({
  name: "partiql-select-allows-full-scan",
  topic: "fine-grained",
  severity: "warning",
  confidence: "medium",
  recommended: true,
  docs: {
    what: "A restricted principal may run PartiQL SELECT statements that read a whole table.",
    why: "A SELECT that does not name the partition key scans the table, and needs PartiQLSelect only: not Scan. AWS does not say which `dynamodb:LeadingKeys` such a request carries, and `ForAllValues` is true where it carries none. For this there is a key of its own, `dynamodb:FullTableScan`.",
    how: "Deny dynamodb:PartiQLSelect where `dynamodb:FullTableScan` is `true`, or leave PartiQLSelect out.",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html",
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.select.html",
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html",
    ],
    examples: [
      {
        title: "PartiQL under LeadingKeys",
        bad: `Resources:
  PlayerPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: OwnItems
            Effect: Allow
            Action: [dynamodb:GetItem, dynamodb:PartiQLSelect]
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
            Action: [dynamodb:GetItem, dynamodb:PartiQLSelect]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/scores
            Condition:
              ForAllValues:StringEquals:
                dynamodb:LeadingKeys: ["\${cognito-identity.amazonaws.com:sub}"]
          - Sid: NoFullTableScans
            Effect: Deny
            Action: dynamodb:PartiQLSelect
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/scores
            Condition:
              Bool:
                dynamodb:FullTableScan: "true"
`,
      },
    ],
  },
  controls: {},
  check(view, report) {
    for (const policy of view.policies) {
      if (policy.kind !== "identity" && policy.kind !== "table") continue;
      for (const statement of policy.statements) {
        const select = statement.effect === "Allow" ? selectIn(statement) : undefined;
        if (select) checkSelect(view, policy, statement, select, report);
      }
    }
  },
});

/** The entry that allows PartiQL SELECT statements; a bare `*` allows everything, which other rules speak of. */
function selectIn(statement: Statement): Setting | undefined {
  return statement.actions.find((action) => {
    const pattern = text(action) ?? "";
    const expansion = isBare(pattern) ? undefined : expandAction(pattern);
    return expansion?.kind === "judged" && expansion.names.includes(SELECT);
  });
}

function checkSelect(view: View, policy: Policy, statement: Statement, select: Setting, report: Report): void {
  const { project } = view;
  const denies = deniesBeside(project, policy, statement);
  const isDenied = (action: string, by: (deny: Statement) => boolean) =>
    denies.some((deny) => by(deny) && grantedActions(project, statement, action, [deny]).length === 0);
  const isScanDenied = isDenied(SCAN, isUnconditionalDeny);
  const isScanAllowed = !isScanDenied && actionsIn(project, statement).includes(SCAN);
  const limit = isScanAllowed ? undefined : limitOf(view, statement, isScanDenied);
  if (limit === undefined || isDenied(SELECT, isUnconditionalDeny) || isDenied(SELECT, isAboutFullScans)) return;
  const at = { ...select, when: inStatement(statement, select) };
  if (statement.conditionUnknown) {
    report.cannotTell(at, "its condition is not known");
    return;
  }
  report(at, {
    message: `PartiQLSelect in ${labelOf(statement)} allows SELECT statements that read whole tables, ${limit}; deny it where dynamodb:FullTableScan is true.`,
    related: relatedToStatement(project, policy, statement),
    fixes: denial(policy, statement),
  });
}

/** What a full scan gets around; undefined where that is nothing, or where it is refused anyway. */
function limitOf(view: View, statement: Statement, isScanDenied: boolean): string | undefined {
  if (statement.conditions.some(isOnlyForOthers)) return undefined;
  if (isLimitedToItems(statement))
    return isTrueWithoutLeadingKeys(statement) ? "whatever items dynamodb:LeadingKeys names" : undefined;
  if (statement.conditions.some((test) => isKey(test, ATTRIBUTES) && operatorOf(test).name !== "null"))
    return "although it is limited to some attributes and Scan is not allowed";
  // Otherwise that rule says it of the Deny.
  if (isScanDenied && !view.runs("deny-leaves-equivalent-action-open")) return "although Scan is denied";
  return undefined;
}

/** The example of AWS: a Deny of full scans and of nothing else. */
function isAboutFullScans({ conditions, conditionUnknown }: Statement): boolean {
  return conditions.length > 0 && !conditionUnknown && conditions.every((test) => asksForFullScan(test, "true"));
}

/** The Allow itself leaves full scans out. */
function isOnlyForOthers(test: ConditionTest): boolean {
  return asksForFullScan(test, "false");
}

function asksForFullScan(test: ConditionTest, answer: "true" | "false"): boolean {
  const isBool = /^(?:bool|stringequals(?:ignorecase)?)$/.test(operatorOf(test).name);
  return (
    isBool &&
    isKey(test, FULL_SCAN) &&
    test.values.length > 0 &&
    test.values.every((value) => text(value)?.toLowerCase() === answer)
  );
}

function denial(policy: Policy, statement: Statement): Fix[] {
  const changes = denyBeside(policy, statement, {
    Sid: "NoFullTableScans",
    Action: SELECT,
    Condition: { Bool: { [FULL_SCAN]: "true" } },
  });
  if (changes.length === 0) return [];
  return [
    {
      title: "Deny PartiQL SELECT statements that read a whole table (stops those without the partition key)",
      class: "caution",
      changes,
    },
  ];
}
