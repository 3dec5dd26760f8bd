import { dangerousIn, removal } from "../../core/access/dangerous.ts";
import { resourcesInWords } from "../../core/access/grants.ts";
import { relatedToStatement } from "../../core/access/opened.ts";
import { reportUnread } from "../../core/access/unread.ts";
import { verdictOnDestruction } from "../../core/access/verdicts.ts";
import { listOf, shortName } from "../../core/access/words.ts";
import { workloadDestructive } from "../../core/iam/action-classes.ts";
import { defineRule } from "../../core/lint/rule.ts";

export default defineRule({
  name: "destructive-actions-for-workload",
  topic: "identity",
  severity: "warning",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A role that code runs with may delete tables or backups, or turn recovery off.",
    why: "Reading and writing items is a running application's work; deleting its table is not, nor is deleting backups, ending point-in-time recovery or letting items expire. Where the role has such actions, one flaw in the code is enough to lose the data together with the way back to it. UpdateTable alone is only mentioned: it changes capacity, and it also drops indexes and switches deletion protection off. Roles that deploy are not meant.",
    how: "Remove the actions; leave them to the role that deploys the table.",
    references: [
      "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html",
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/best-practices-security-preventative.html",
    ],
    examples: [
      {
        title: "A function that may delete its table",
        bad: `Resources:
  AppRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Service: lambda.amazonaws.com }
            Action: sts:AssumeRole
      Policies:
        - PolicyName: orders
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: [dynamodb:GetItem, dynamodb:PutItem, dynamodb:DeleteTable]
                Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders
`,
        good: `Resources:
  AppRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Service: lambda.amazonaws.com }
            Action: sts:AssumeRole
      Policies:
        - PolicyName: orders
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: [dynamodb:GetItem, dynamodb:PutItem]
                Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders
`,
      },
    ],
  },
  controls: {},
  check(view, report) {
    const { project } = view;
    for (const policy of view.identityPolicies) {
      reportUnread(view, policy, report);
      for (const found of dangerousIn(view, policy, workloadDestructive)) {
        const { statement, at, names } = found;
        const verdict = verdictOnDestruction(project, policy, names);
        if (verdict === "fine") continue;
        if ("unknown" in verdict) {
          report.cannotTell(at, verdict.unknown);
          continue;
        }
        report(at, {
          severity: verdict.severity,
          message: `${verdict.subject} may call ${listOf(names.map(shortName))} on ${resourcesInWords(project, statement)} at runtime: whoever misuses the application can ${consequences(names)}.`,
          related: relatedToStatement(project, policy, statement),
          fixes: removal(found),
        });
      }
    }
  },
});

/** What each action does to a table, its data or the way back to them. Source: DynamoDB API reference. */
const CONSEQUENCES: readonly (readonly [actions: readonly string[], consequence: string])[] = [
  [["DeleteTable"], "delete tables"],
  [["DeleteTableReplica", "DeleteGlobalTableWitness"], "take replicas away"],
  [["DeleteBackup"], "delete backups"],
  [["UpdateContinuousBackups"], "end point-in-time recovery"],
  [["UpdateTimeToLive"], "let items expire"],
  [["ImportTable"], "bring tables into being from foreign data"],
  [["UpdateTable"], "drop indexes and switch deletion protection off"],
];

function consequences(names: readonly string[]): string {
  const all = CONSEQUENCES.flatMap(([actions, consequence]) =>
    names.some((name) => actions.includes(shortName(name))) ? [consequence] : [],
  );
  return all.length < 2 ? all.join("") : `${all.slice(0, -1).join(", ")} or ${all.at(-1)}`;
}
