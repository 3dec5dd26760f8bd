import { notDeniedWith, permits } from "../../core/access/attributes.ts";
import { type Grant, grantsOf, isWrittenOut, unspokenNames } from "../../core/access/granted.ts";
import { resourcesInWords } from "../../core/access/grants.ts";
import { relatedToStatement } from "../../core/access/opened.ts";
import { appliesTo } from "../../core/access/resource-types.ts";
import { listOf, shortName } from "../../core/access/words.ts";
import { findAction } from "../../core/iam/actions.ts";
import { isKey, isRefused } from "../../core/iam/conditions.ts";
import { type Fix, replaceItem } from "../../core/lint/fix.ts";
import { defineRule } from "../../core/lint/rule.ts";
import { holdersOf, subjectOf } from "../../core/model/policies.ts";
import { useOf } from "../../core/model/roles.ts";
import type { View } from "../../core/model/view.ts";

const SCAN = "dynamodb:Scan";
const PARTIQL = "dynamodb:PartiQLSelect";
const FULL_SCAN = "dynamodb:FullTableScan";

export default defineRule({
  name: "scan-granted",
  topic: "identity",
  severity: "info",
  confidence: "high",
  recommended: false,
  docs: {
    what: "A workload may read whole tables, by Scan or by a PartiQL SELECT without a key.",
    why: "Code that looks items up by their keys needs GetItem and Query. With Scan, whoever takes the workload over reads all items page by page, and a mistake in the code can use up the table's capacity. The CDK's `grantReadData` and SAM's read policies include Scan, so this rule is off unless it is asked for.",
    how: "Remove dynamodb:Scan where the code does not need it; deny PartiQLSelect where `dynamodb:FullTableScan` is true.",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-query-scan.html",
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html",
    ],
    examples: [
      {
        title: "A function that may Scan",
        bad: `Resources:
  ReaderRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Service: lambda.amazonaws.com }
            Action: sts:AssumeRole
      Policies:
        - PolicyName: read
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: [dynamodb:GetItem, dynamodb:Query, dynamodb:Scan]
                Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders
`,
        good: `Resources:
  ReaderRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Service: lambda.amazonaws.com }
            Action: sts:AssumeRole
      Policies:
        - PolicyName: read
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
      if (!holdersOf(project, policy).some((holder) => useOf(holder) === "workload")) continue;
      for (const grant of grantsOf(project, policy)) {
        const scans = unspokenNames(view, grant).filter((name) => readsWholeTables(view, grant, name));
        if (scans.length === 0) continue;
        report(grant.at, {
          message: `${subjectOf(project, policy)} may read all items of ${resourcesInWords(project, grant.statement)} with ${listOf(scans.map(shortName))}.`,
          related: relatedToStatement(project, policy, grant.statement),
          fixes: removal(grant),
        });
      }
    }
  },
});

function readsWholeTables(view: View, { policy, statement }: Grant, name: string): boolean {
  const action = findAction(name);
  if (!action || (name !== SCAN && name !== PARTIQL)) return false;
  if (isRefused(statement, action) || appliesTo(view.project, statement, name) === false) return false;
  // What gets past a limit to one's own items is an error, and told as such.
  const isLimited = statement.conditions.some((test) => isKey(test, "dynamodb:LeadingKeys"));
  if (name === SCAN) return !(isLimited && view.runs("leadingkeys-with-uncovered-action"));
  if (isLimited && view.runs("partiql-select-allows-full-scan")) return false;
  if (permits(statement, FULL_SCAN, "true") === false) return false;
  return notDeniedWith(view.project, policy, statement, FULL_SCAN, "true", [name]).surely.length > 0;
}

/** Not by wildcards, which grant more than this, nor the last action, which a statement needs. */
function removal(grant: Grant): Fix[] {
  if (!isWrittenOut(grant) || !grant.names.includes(SCAN) || grant.statement.actions.length < 2) return [];
  return [
    {
      title: "Remove dynamodb:Scan (stops reads of whole tables)",
      class: "caution",
      changes: [replaceItem(grant.at, [])],
    },
  ];
}
