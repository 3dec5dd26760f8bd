import { isAbsent } from "../../core/evaluate/setting.ts";
import { statementsOf } from "../../core/iam/statements.ts";
import type { Related } from "../../core/lint/finding.ts";
import { set } from "../../core/lint/fix.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import { type Across, acrossCopies, split, type Table } from "../../core/model/tables.ts";

export default defineRule({
  name: "replicas-protected-unevenly",
  topic: "recovery",
  severity: "warning",
  confidence: "high",
  recommended: true,
  docs: {
    what: "Some replicas of a global table have a protection that others lack.",
    why: "Deletion protection, point-in-time recovery and the resource policy belong to each replica, and new replicas start without them. Whoever looks at the protected replica believes the table to be protected; the other copy holds the same data.",
    how: "Give each replica the same `DeletionProtectionEnabled`, `PointInTimeRecoverySpecification` and `ResourcePolicy`. A replica outside the stack's region takes its policy only in an update after the one that creates it.",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/globaltables-security.html",
      "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-globaltable.html",
    ],
    examples: [
      {
        title: "Deletion protection on one of two replicas",
        bad: `Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      StreamSpecification: { StreamViewType: NEW_AND_OLD_IMAGES }
      Replicas:
        - Region: us-east-1
          DeletionProtectionEnabled: true
        - Region: eu-west-1
`,
        good: `Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      StreamSpecification: { StreamViewType: NEW_AND_OLD_IMAGES }
      Replicas:
        - Region: us-east-1
          DeletionProtectionEnabled: true
        - Region: eu-west-1
          DeletionProtectionEnabled: true
`,
      },
    ],
  },
  controls: {},
  construct: "replicas: [{ region, deletionProtection: true, … }]",
  check({ tables }, report) {
    for (const table of tables) {
      if (table.kind !== "GlobalTable" || table.copies.length < 2) continue;
      checkDeletionProtection(table, report);
      checkPointInTimeRecovery(table, report);
      checkResourcePolicy(table, report);
    }
  },
});

type Copies = Across["settings"];

function checkDeletionProtection(table: Table, report: Report): void {
  for (const branch of acrossCopies(table, (copy) => copy.deletionProtection)) {
    const { on, off, unknown } = split(branch);
    // Where nothing is known there is nothing to compare.
    if (on.length + off.length > 0) for (const { setting } of unknown) report.cannotTell(setting);
    const [first] = off;
    if (on.length === 0 || !first) continue;
    report(
      { ...first.setting, when: branch.when },
      {
        message: `${replicas(off)} of "${table.id}" ${verb(off)} the deletion protection that ${regions(on)} ${has(on)}.`,
        related: places(on, "has deletion protection"),
        fixes: [
          {
            title: "Turn on deletion protection on every replica (deleting them then fails until it is off)",
            class: "safe",
            changes: off.map(({ setting }) => set(setting, true)),
          },
        ],
      },
    );
  }
}

function checkPointInTimeRecovery(table: Table, report: Report): void {
  for (const branch of acrossCopies(table, (copy) => copy.pointInTimeRecovery)) {
    const { on, off, unknown } = split(branch);
    // Where nothing is known there is nothing to compare.
    if (on.length + off.length > 0) for (const { setting } of unknown) report.cannotTell(setting);
    const [first] = off;
    if (on.length === 0 || !first) continue;
    report(
      { ...first.setting, when: branch.when },
      {
        severity: "info",
        message: `${replicas(off)} of "${table.id}" ${verb(off)} the point-in-time recovery that ${regions(on)} ${has(on)}: enough for restoring, but not if ${regions(on)} ${on.length > 1 ? "are" : "is"} lost.`,
        related: places(on, "has point-in-time recovery"),
        fixes: [
          {
            title: "Turn on point-in-time recovery on every replica (billed by table size)",
            class: "safe",
            changes: off.map(({ setting }) => set(setting, true)),
          },
        ],
      },
    );
  }
}

/** Only a policy that denies something protects; one that allows is a grant that a replica may well do without. */
function checkResourcePolicy(table: Table, report: Report): void {
  for (const branch of acrossCopies(table, (copy) => copy.resourcePolicy)) {
    const restricted = branch.settings.filter(({ setting }) =>
      statementsOf(setting).some((statement) => statement.effect === "Deny"),
    );
    const lacking = branch.settings.filter(({ setting }) => isAbsent(setting));
    const [first] = lacking;
    if (restricted.length === 0 || !first) continue;
    report(
      { ...first.setting, when: branch.when },
      {
        message: `${replicas(lacking)} of "${table.id}" ${verb(lacking)} the resource policy by which ${regions(restricted)} ${restricted.length > 1 ? "deny" : "denies"} access.`,
        related: places(restricted, "has a resource policy that denies"),
      },
    );
  }
}

function places(copies: Copies, what: string): Related[] {
  return copies.map(({ copy, setting: { template, place } }) => ({ message: `${copy.name} ${what}`, template, place }));
}

function regions(copies: Copies): string {
  return copies.map(({ copy }) => copy.region ?? copy.name).join(" and ");
}

function replicas(copies: Copies): string {
  return `Replica${copies.length > 1 ? "s" : ""} ${regions(copies)}`;
}

function verb(copies: Copies): string {
  return copies.length > 1 ? "lack" : "lacks";
}

function has(copies: Copies): string {
  return copies.length > 1 ? "have" : "has";
}
