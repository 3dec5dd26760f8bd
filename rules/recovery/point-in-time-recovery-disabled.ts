import type { Path } from "../../core/evaluate/path.ts";
import { isAbsent, together } from "../../core/evaluate/setting.ts";
import { set } from "../../core/lint/fix.ts";
import { defineRule } from "../../core/lint/rule.ts";
import { acrossCopies, split, type Table } from "../../core/model/tables.ts";
import type { Template } from "../../core/template/template.ts";

export default defineRule({
  name: "point-in-time-recovery-disabled",
  topic: "recovery",
  severity: "warning",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A table, or every replica of a global table, has no point-in-time recovery.",
    why: "Point-in-time recovery restores a table to any second of up to the last 35 days. Without it, items that are overwritten or deleted by mistake or on purpose are gone, unless a backup happens to hold them.",
    how: "Set `PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled: true`; in a global table, on each replica.",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html",
    ],
    examples: [
      {
        title: "A table without PointInTimeRecoverySpecification",
        bad: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
`,
        good: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      PointInTimeRecoverySpecification:
        PointInTimeRecoveryEnabled: true
`,
      },
    ],
  },
  controls: {
    securityHub: ["DynamoDB.2"],
    config: ["DYNAMODB_PITR_ENABLED"],
    controlTower: ["CT.DYNAMODB.PR.1"],
    checkov: ["CKV_AWS_28", "CKV_AWS_165"],
    cfnNag: ["W78"],
    cdkNag: ["AwsSolutions-DDB3"],
    guard: ["DYNAMODB_PITR_ENABLED"],
    kics: ["0f04217d-488f-4e7a-bec8-f16159686cd6"],
    trivy: ["AVD-AWS-0024"],
  },
  construct: "pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true }",
  check({ tables }, report) {
    for (const table of tables) {
      for (const branch of acrossCopies(table, (copy) => copy.pointInTimeRecovery)) {
        const { on, off, unknown } = split(branch);
        for (const { setting } of unknown) report.cannotTell(setting);
        // Where some replicas have it, replicas-protected-unevenly speaks; where some may have it, their data may be restored from there.
        if (on.length > 0 || (table.kind === "GlobalTable" && unknown.length > 0)) continue;
        for (const { copy, setting } of off) {
          for (const { when, inherits } of withSource(table, branch.when)) {
            const at = { ...setting, when };
            if (inherits && isAbsent(setting)) {
              report.cannotTell(at, "the table is a replica of one elsewhere, whose settings may count");
              continue;
            }
            report(at, {
              message: `${copy.name} has no point-in-time recovery: accidental or malicious writes cannot be undone.`,
              fixes: [
                {
                  title: "Turn on point-in-time recovery (billed by table size)",
                  class: "safe",
                  changes: [set(setting, true)],
                },
              ],
            });
          }
        }
      }
    }
  },
});

/** A branch, parted by whether `GlobalTableSourceArn` makes the table a replica of one elsewhere. */
function withSource(table: Table, when: Path): { when: Path; inherits: boolean }[] {
  const sources = table.globalTableSource.map((source) => ({ ...source, inherits: !isAbsent(source) }));
  const branches = together<{ template: Template; when: Path; inherits?: boolean }>([
    [{ template: table.template, when }],
    sources,
  ]);
  return (branches ?? []).map((branch) => ({
    when: branch.when,
    inherits: branch.chosen.some((each) => each.inherits === true),
  }));
}
