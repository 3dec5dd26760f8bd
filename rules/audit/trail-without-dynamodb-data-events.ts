import { listOf } from "../../core/access/words.ts";
import { both } from "../../core/evaluate/branches.ts";
import { isAbsent, items, type Setting } from "../../core/evaluate/setting.ts";
import { append, type Change, type Fix, set } from "../../core/lint/fix.ts";
import { defineRule } from "../../core/lint/rule.ts";
import type { Project } from "../../core/model/project.ts";
import { tablesOf } from "../../core/model/tables.ts";
import { type Recording, type Trail, trailsOf } from "../../core/model/trails.ts";

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
    if (!tableInView) return;
    const all = project.templates.flatMap(trailsOf);
    const everywhere = all.flatMap(({ recordings }) => recordings);
    const togetherWith = (recording: Recording) => everywhere.filter((each) => isTogether(each, recording));
    const isOpen = (recording: Recording) => togetherWith(recording).every((each) => each.recordsTableData !== "yes");
    for (const [index, trail] of all.entries()) {
      if (!trails.includes(trail)) continue;
      for (const recording of trail.recordings.filter(isOpen)) {
        const together = togetherWith(recording);
        const others = all.filter(
          (other) => other !== trail && other.recordings.some((each) => together.includes(each)),
        );
        // One cause, one finding: it stands at the first trail of the project.
        const first = all.findIndex((other) =>
          other.recordings.some((each) => together.includes(each) && isOpen(each)),
        );
        if (first < index) continue;
        const undecided = [trail, ...others].find(({ recordings }) =>
          recordings.some((each) => together.includes(each) && each.recordsTableData === "unknown"),
        );
        const at = { ...trail.located, ...placeOf(trail, recording), when: recording.when };
        if (undecided) {
          report.cannotTell(at, `the selectors of "${undecided.id}" are not known`);
          continue;
        }
        report(at, {
          message: `${trail.kind} "${trail.id}" does not record DynamoDB data events (GetItem, Query, Scan, PutItem…): reads of ${tableNames(project)} leave no trace.`,
          related: others.map((other) => ({
            message: `"${other.id}" does not record them either`,
            template: other.template,
            place: other.resource.key,
          })),
          fixes: recordThem(trail, recording),
        });
      }
    }
  },
});

/** Branches of different templates always can hold together. */
function isTogether(a: Recording, b: Recording): boolean {
  return a.template !== b.template || both(a.template, a.when, b.when) !== undefined;
}

/** At the selectors that lack one, or where they would be. */
function placeOf(trail: Trail, { eventSelectors, advancedEventSelectors }: Recording) {
  const written = [eventSelectors, advancedEventSelectors].find((list) => list && !isAbsent(list));
  return written
    ? { place: written.holder, path: written.path, missing: written.missing }
    : { place: trail.resource.key };
}

function tableNames(project: Project): string {
  const names = project.templates.flatMap(tablesOf).map(({ id }) => `"${id}"`);
  if (names.length === 0) return "the tables behind DAX";
  return names.length <= 3 ? listOf(names) : `${names.length} tables`;
}

const TITLE = "Record the data events of all tables (billed per event)";

const DATA_EVENTS = {
  Name: "DynamoDB data events",
  FieldSelectors: [
    { Field: "eventCategory", Equals: ["Data"] },
    { Field: "resources.type", Equals: ["AWS::DynamoDB::Table"] },
  ],
};

/** A store without selectors records management events, which the first selector would end. */
const MANAGEMENT_EVENTS = {
  Name: "Management events",
  FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"] }],
};

/** A trail takes basic or advanced selectors, never both; an event data store takes advanced ones only. */
function recordThem(trail: Trail, { eventSelectors, advancedEventSelectors: advanced }: Recording): Fix[] {
  const fix = (...changes: Change[]): Fix[] => [{ title: TITLE, class: "caution", changes }];
  if (advanced && (trail.kind !== "Trail" || isWritten(advanced)))
    return isWritten(advanced)
      ? fix(append(advanced, DATA_EVENTS))
      : fix(set(advanced, [MANAGEMENT_EVENTS, DATA_EVENTS]));
  if (!eventSelectors || trail.kind !== "Trail") return [];
  const selector = {
    ReadWriteType: "All",
    // A second selector with management events would record those twice.
    IncludeManagementEvents: !isWritten(eventSelectors),
    DataResources: [{ Type: "AWS::DynamoDB::Table", Values: [{ "Fn::Sub": "arn:${AWS::Partition}:dynamodb" }] }],
  };
  return isWritten(eventSelectors) ? fix(append(eventSelectors, selector)) : fix(set(eventSelectors, [selector]));
}

function isWritten(list: Setting): boolean {
  return !isAbsent(list) && items(list).length > 0;
}
