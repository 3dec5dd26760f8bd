import { notDeniedWith, permits } from "../../core/access/attributes.ts";
import { type Grant, grantsOf, isWrittenOut, unspokenNames } from "../../core/access/granted.ts";
import { resourcesInWords } from "../../core/access/grants.ts";
import { relatedToStatement } from "../../core/access/opened.ts";
import { appliesTo } from "../../core/access/resource-types.ts";
import { listOf, shortName } from "../../core/access/words.ts";
import { findAction } from "../../core/iam/actions.ts";
import { isKey, isRefused } from "../../core/iam/conditions.ts";
import type { Statement } from "../../core/iam/statements.ts";
import { type Fix, replaceItem } from "../../core/lint/fix.ts";
import { defineRule } from "../../core/lint/rule.ts";
import { holdersOf, type IdentityPolicy, subjectOf } from "../../core/model/policies.ts";
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
      for (const [statement, scans] of scansByStatement(view, policy)) {
        const names = [...new Set(scans.flatMap((scan) => scan.names))];
        const [first] = scans;
        if (!first) continue;
        report(first.grant.at, {
          message: `${subjectOf(project, policy)} may read all items of ${resourcesInWords(project, statement)} with ${listOf(names.map(shortName))}.`,
          related: relatedToStatement(project, policy, statement),
          fixes: removal(statement, scans),
        });
      }
    }
  },
});

/** An entry of `Action`, and what it brings along that reads whole tables. */
interface ScanGrant {
  grant: Grant;
  names: readonly string[];
}

function scansByStatement(view: View, policy: IdentityPolicy): Map<Statement, ScanGrant[]> {
  const found = new Map<Statement, ScanGrant[]>();
  for (const grant of grantsOf(view.project, policy)) {
    const names = unspokenNames(view, grant).filter((name) => readsWholeTables(view, grant, name));
    if (names.length > 0) found.set(grant.statement, [...(found.get(grant.statement) ?? []), { grant, names }]);
  }
  return found;
}

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

/**
 * Only where the statement names nothing but Scan: wildcards and PartiQLSelect grant more than whole reads. Not the last action, which a
 * statement needs.
 */
function removal(statement: Statement, scans: readonly ScanGrant[]): Fix[] {
  const isScan = ({ grant, names }: ScanGrant) => isWrittenOut(grant) && names.every((name) => name === SCAN);
  if (!scans.every(isScan) || statement.actions.length <= scans.length) return [];
  return [
    {
      title: "Remove dynamodb:Scan (stops reads of whole tables)",
      class: "caution",
      changes: scans.map(({ grant }) => replaceItem(grant.entry, [])),
    },
  ];
}
