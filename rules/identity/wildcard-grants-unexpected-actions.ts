import {
  grantedActions,
  isBare,
  isEverything,
  reachesDynamoDb,
  resourcesInWords,
  unconditionalDenies,
} from "../../core/access/grants.ts";
import { relatedToStatement } from "../../core/access/opened.ts";
import { reportUnread } from "../../core/access/unread.ts";
import { listOf, lowerFirst, shortName } from "../../core/access/words.ts";
import { type Setting, text } from "../../core/evaluate/setting.ts";
import { accessRewriting, isSurprising } from "../../core/iam/action-classes.ts";
import { expandAction, findAction } from "../../core/iam/actions.ts";
import { inStatement, type Statement } from "../../core/iam/statements.ts";
import { type Fix, replaceItem } from "../../core/lint/fix.ts";
import { defineRule } from "../../core/lint/rule.ts";
import { type IdentityPolicy, subjectOf } from "../../core/model/policies.ts";
import { fitsWith } from "../../core/model/policy-size.ts";
import { isDeployment } from "../../core/model/roles.ts";

export default defineRule({
  name: "wildcard-grants-unexpected-actions",
  topic: "identity",
  severity: "warning",
  confidence: "high",
  recommended: true,
  docs: {
    what: "An action wildcard grants more than its author is likely to have meant.",
    why: "`dynamodb:Put*` looks like writing items, and also grants PutResourcePolicy, which decides who may use the table. `Update*` can turn off recovery, `Delete*` removes tables and backups. Wildcards grow, too: an action that AWS adds tomorrow is granted the same day.",
    how: "Write out the actions that are meant.",
    references: ["https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html"],
    examples: [
      {
        title: "Put*",
        bad: `Resources:
  AppPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: [dynamodb:Get*, dynamodb:Put*]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders
`,
        good: `Resources:
  AppPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: [dynamodb:Get*, dynamodb:PutItem]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders
`,
      },
    ],
  },
  controls: { cdkNag: ["AwsSolutions-IAM5"] },
  check(view, report) {
    const { project } = view;
    for (const policy of view.identityPolicies) {
      reportUnread(view, policy, report);
      const denies = unconditionalDenies(project, policy);
      for (const statement of policy.statements) {
        if (statement.effect !== "Allow" || reachesDynamoDb(project, statement) === false) continue;
        // full-dynamodb-access speaks of the whole statement.
        if (view.runs("full-dynamodb-access") && statement.actions.some((each) => isEverything(text(each) ?? "")))
          continue;
        const writtenOut = new Set(statement.actions.flatMap((each) => findAction(text(each) ?? "")?.qualified ?? []));
        for (const action of statement.actions) {
          const pattern = text(action);
          if (pattern === undefined || !/[*?]/.test(pattern) || (isBare(pattern) && !view.dynamoDbInView)) continue;
          const granted = grantedActions(project, statement, pattern, denies);
          const surprising = granted.filter((name) => isSurprising(name) && !writtenOut.has(name));
          if (granted.length < 2 || surprising.length === 0) continue;
          const rewritesAccess = surprising.some((name) => accessRewriting.has(name));
          report(
            { ...action, when: inStatement(statement, action) },
            {
              severity: isDeployment(project, policy) ? "info" : rewritesAccess ? "error" : "warning",
              message: `"${pattern}" also grants ${listOf(surprising.map(shortName))} to ${lowerFirst(subjectOf(project, policy))} on ${resourcesInWords(project, statement)}.`,
              related: relatedToStatement(project, policy, statement),
              fixes: expansions(policy, statement, action, pattern, surprising),
            },
          );
        }
      }
    }
  },
});

function expansions(
  policy: IdentityPolicy,
  statement: Statement,
  action: Setting,
  pattern: string,
  surprising: readonly string[],
): Fix[] {
  const expansion = expandAction(pattern);
  if (expansion.kind === "notJudged" || isBare(pattern)) return [];
  const others = new Set(statement.actions.filter((each) => each !== action).map(text));
  const all = expansion.names.filter((name) => !others.has(name));
  const expected = all.filter((name) => !surprising.includes(name));
  const fixes: Fix[] = [];
  if (expected.length > 0 && fitsWith(policy, expected)) {
    fixes.push({
      title: `Write out the actions without ${listOf(surprising.map(shortName))} (stops those)`,
      class: "caution",
      changes: [replaceItem(action, expected)],
    });
  }
  if (fitsWith(policy, all)) {
    fixes.push({
      // It changes no decision, but it ends the finding and keeps what was found: that must be somebody's choice.
      title: `Write out the ${all.length === 1 ? "action" : `${all.length} actions`} that "${pattern}" grants today (keeps granting ${listOf(surprising.map(shortName))})`,
      class: "caution",
      changes: [replaceItem(action, all)],
    });
  }
  return fixes;
}
