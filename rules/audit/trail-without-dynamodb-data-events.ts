import { listOf } from "../../core/access/grants.ts";
import { isAbsent, type Setting } from "../../core/evaluate/setting.ts";
import { append, type Fix, type Json } from "../../core/lint/fix.ts";
import { defineRule } from "../../core/lint/rule.ts";
import type { Project } from "../../core/model/project.ts";
import { tablesOf } from "../../core/model/tables.ts";
import { type Trail, trailsOf } from "../../core/model/trails.ts";

export default defineRule({
  name: "trail-without-dynamodb-data-events",
  topic: "audit",
  severity: "warning",
  confidence: "high",
  recommended: true,
  docs: {
    what: "CloudTrail is set up, but no trail or event data store in view records DynamoDB data events.",
    why: "By default a trail records management events only: who created or deleted a table. Reading and writing items (GetItem, Query, Scan, PutItem …) are data events, recorded only on request. Without them a stolen table leaves no trace.",
    how: "Add a selector for `AWS::DynamoDB::Table` data events. They are billed per event; name the tables that matter if all are too many.",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/logging-using-cloudtrail.html",
      "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html",
    ],
    examples: [
      {
        title: "A trail with management events only",
        bad: `Resources:
  Trail:
    Type: AWS::CloudTrail::Trail
    Properties:
      IsLogging: true
      S3BucketName: audit-logs
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
`,
        good: `Resources:
  Trail:
    Type: AWS::CloudTrail::Trail
    Properties:
      IsLogging: true
      S3BucketName: audit-logs
      EventSelectors:
        - ReadWriteType: All
          IncludeManagementEvents: true
          DataResources:
            - Type: AWS::DynamoDB::Table
              Values: [!Sub "arn:\${AWS::Partition}:dynamodb"]
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
`,
      },
    ],
  },
  controls: {},
  check({ project, trails, tableInView }, report) {
    if (!tableInView || trails.length === 0) return;
    const all = project.templates.flatMap(trailsOf);
    if (all.some((trail) => trail.recordsTableData === "yes")) return;
    const undecided = all.find((trail) => trail.recordsTableData === "unknown");
    // One cause, one finding: it stands at the first trail of the project.
    const [first] = all;
    const trail = trails.find((each) => each === first);
    if (!trail) return;
    if (undecided) {
      report.cannotTell(trail.located, `the selectors of "${undecided.id}" are not known`);
      return;
    }
    report(
      { ...trail.located, place: trail.resource.key },
      {
        message: `${trail.kind} "${trail.id}" does not record DynamoDB data events (GetItem, Query, Scan, PutItem…): reads of ${tableNames(project)} leave no trace.`,
        related: all.slice(1).map((other) => ({
          message: `"${other.id}" does not record them either`,
          template: other.template,
          place: other.resource.key,
        })),
        fixes: recordThem(trail),
      },
    );
  },
});

function tableNames(project: Project): string {
  const names = project.templates.flatMap(tablesOf).map(({ id }) => `"${id}"`);
  if (names.length === 0) return "the tables behind DAX";
  return names.length <= 3 ? listOf(names) : `${names.length} tables`;
}

const TITLE = "Record the data events of all tables (billed per event)";

/** A trail takes basic or advanced selectors, never both; an event data store takes advanced ones only. */
function recordThem(trail: Trail): Fix[] {
  const [basic] = trail.eventSelectors;
  const [advanced] = trail.advancedEventSelectors;
  const useAdvanced = trail.kind !== "Trail" || (advanced !== undefined && !isAbsent(advanced));
  const list: Setting | undefined = useAdvanced ? advanced : basic;
  if (!list) return [];
  const selector: Json = useAdvanced
    ? {
        Name: "DynamoDB data events",
        FieldSelectors: [
          { Field: "eventCategory", Equals: ["Data"] },
          { Field: "resources.type", Equals: ["AWS::DynamoDB::Table"] },
        ],
      }
    : {
        ReadWriteType: "All",
        // A second selector with management events would record those twice.
        IncludeManagementEvents: isAbsent(list),
        DataResources: [{ Type: "AWS::DynamoDB::Table", Values: [{ "Fn::Sub": "arn:${AWS::Partition}:dynamodb" }] }],
      };
  return [{ title: TITLE, class: "caution", changes: [append(list, selector)] }];
}
