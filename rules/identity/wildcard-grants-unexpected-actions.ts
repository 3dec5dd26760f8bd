import { type Grant, grantsOf, isWrittenOut } from "../../core/access/granted.ts";
import { isBare, isEverything, resourcesInWords } from "../../core/access/grants.ts";
import { relatedToStatement } from "../../core/access/opened.ts";
import { reportUnread } from "../../core/access/unread.ts";
import { areToldByName } from "../../core/access/verdicts.ts";
import { listOf, lowerFirst, shortName } from "../../core/access/words.ts";
import { text } from "../../core/evaluate/setting.ts";
import { accessRewriting, isSurprising } from "../../core/iam/action-classes.ts";
import { expandAction, findAction } from "../../core/iam/actions.ts";
import { type Fix, replaceItem } from "../../core/lint/fix.ts";
import { defineRule } from "../../core/lint/rule.ts";
import { subjectOf } from "../../core/model/policies.ts";
import { fitsWith } from "../../core/model/policy-size.ts";
import { isDeployment } from "../../core/model/roles.ts";
import type { View } from "../../core/model/view.ts";

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
  silences: ["destructive-actions-for-workload", "can-rewrite-table-access", "bulk-copy-out-actions"],
  check(view, report) {
    const { project } = view;
    for (const policy of view.identityPolicies) {
      reportUnread(view, policy, report);
      for (const grant of grantsOf(project, policy)) {
        const { statement, at, pattern, names } = grant;
        if (pattern === undefined || isWrittenOut(grant) || names.length < 2) continue;
        // full-dynamodb-access speaks of the whole statement.
        if (view.runs("full-dynamodb-access") && statement.actions.some((each) => isEverything(text(each) ?? "")))
          continue;
        const writtenOut = new Set(statement.actions.flatMap((each) => findAction(text(each) ?? "")?.qualified ?? []));
        const surprising = names.filter((name) => isSurprising(name) && !writtenOut.has(name));
        if (surprising.length === 0) continue;
        const rewritesAccess = surprising.some((name) => accessRewriting.has(name));
        report(at, {
          severity: isDeployment(project, policy) ? "info" : rewritesAccess ? "error" : "warning",
          message: `"${pattern}" also grants ${listOf(surprising.map(shortName))} to ${lowerFirst(subjectOf(project, policy))} on ${resourcesInWords(project, statement)}.`,
          related: relatedToStatement(project, policy, statement),
          fixes: expansions(view, grant, pattern, surprising),
        });
      }
    }
  },
});

/**
 * Writing out all that the pattern stands for changes no decision. It is safe where what was found is told afterwards of the single actions;
 * where nobody would speak of one of them any more, it must be somebody's choice.
 */
function expansions(view: View, grant: Grant, pattern: string, surprising: readonly string[]): Fix[] {
  const { policy, statement, entry, names } = grant;
  const expansion = expandAction(pattern);
  if (expansion.kind === "notJudged" || isBare(pattern)) return [];
  const others = new Set(statement.actions.map(text).filter((each) => each !== pattern));
  const isNew = (name: string) => !others.has(name);
  const all = expansion.names.filter(isNew);
  const expected = names.filter((name) => isNew(name) && !surprising.includes(name));
  const without: Fix = {
    title: `Write out the actions without ${listOf(surprising.map(shortName))} (stops those)`,
    class: "caution",
    changes: [replaceItem(entry, expected)],
  };
  const isTold = areToldByName(view, policy, surprising, isDeployment(view.project, policy) ? "info" : "warning");
  const whole: Fix = {
    title: `Write out the ${all.length === 1 ? "action" : `${all.length} actions`} that "${pattern}" stands for today (keeps granting ${listOf(surprising.map(shortName))})`,
    class: isTold ? "safe" : "caution",
    changes: [replaceItem(entry, all)],
  };
  const wholeIfItFits = fitsWith(policy, all) ? [whole] : [];
  const withoutIfAny = expected.length > 0 && fitsWith(policy, expected) ? [without] : [];
  return isTold ? [...wholeIfItFits, ...withoutIfAny] : [...withoutIfAny, ...wholeIfItFits];
}
