import { type Dangerous, dangerousIn, removal } from "../../core/access/dangerous.ts";
import { resourcesInWords } from "../../core/access/grants.ts";
import { relatedToStatement } from "../../core/access/opened.ts";
import { reportUnread } from "../../core/access/unread.ts";
import { verdictOnCopying } from "../../core/access/verdicts.ts";
import { listOf, shortName } from "../../core/access/words.ts";
import { backupStarting, copyOut, restoring } from "../../core/iam/action-classes.ts";
import { defineRule } from "../../core/lint/rule.ts";
import type { IdentityPolicy } from "../../core/model/policies.ts";
import type { View } from "../../core/model/view.ts";

export default defineRule({
  name: "bulk-copy-out-actions",
  topic: "identity",
  severity: "warning",
  confidence: "high",
  recommended: true,
  docs: {
    what: "Code, a user or another account may copy whole tables somewhere else.",
    why: "An export, a Kinesis stream, a replica or a restored backup puts all items of a table in a place with its own access rules, without a single read of an item. A restored table starts without the resource policy of the original; AssociateTableReplica adds a replica in another account. Creating a backup counts only together with a restore. A deployment role, and a role that only exports and reads no items, are only mentioned.",
    how: "Remove the actions; give exports and restores a role of their own.",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport_Requesting.html",
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/globaltables_MA_security.html",
      "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html",
    ],
    examples: [
      {
        title: "A function that reads items and may export the table",
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
                Action: [dynamodb:GetItem, dynamodb:Query, dynamodb:ExportTableToPointInTime]
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
                Action: [dynamodb:GetItem, dynamodb:Query]
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
      for (const found of copyingIn(view, policy)) {
        const { statement, at, names } = found;
        const verdict = verdictOnCopying(project, policy, names);
        if (verdict === "fine") continue;
        if ("unknown" in verdict) {
          report.cannotTell(at, verdict.unknown);
          continue;
        }
        report(at, {
          severity: verdict.severity,
          message: `${verdict.subject} can copy ${resourcesInWords(project, statement)} out as a whole (${listOf(names.map(shortName))}).${notes(names)}`,
          related: relatedToStatement(project, policy, statement),
          fixes: removal(found),
        });
      }
    }
  },
});

const WITH_BACKUPS = new Set([...copyOut, ...backupStarting]);

/** A backup copies something out only together with the restore. */
function copyingIn(view: View, policy: IdentityPolicy): Dangerous[] {
  const restores = ({ names }: Dangerous) => names.some((name) => restoring.has(name));
  return [
    ...dangerousIn(view, policy, WITH_BACKUPS).filter(restores),
    ...dangerousIn(view, policy, copyOut).filter((found) => !restores(found)),
  ];
}

function notes(names: readonly string[]): string {
  const foreign = names.includes("dynamodb:AssociateTableReplica")
    ? " AssociateTableReplica adds a replica in another account."
    : "";
  const bare = names.some((name) => restoring.has(name))
    ? " A restored table has none of the original's resource policy."
    : "";
  return foreign + bare;
}
