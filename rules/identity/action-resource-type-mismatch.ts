import { grantedActions, isBare, resourceArns, unconditionalDenies } from "../../core/access/grants.ts";
import { relatedToStatement } from "../../core/access/opened.ts";
import { appliesTo } from "../../core/access/resource-types.ts";
import { firstOf, labelOf, listOf, shortName } from "../../core/access/words.ts";
import { type Setting, text } from "../../core/evaluate/setting.ts";
import { findAction } from "../../core/iam/actions.ts";
import { type ResourceShape, resourceShape } from "../../core/iam/arn.ts";
import { inStatement, type Statement } from "../../core/iam/statements.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import type { IdentityPolicy } from "../../core/model/policies.ts";
import type { Project } from "../../core/model/project.ts";

/** The CDK's `grantReadData` and `grantReadWriteData` write these on the table, in every application; only streams have them. */
const WRITTEN_BY_CDK = new Set(["dynamodb:GetRecords", "dynamodb:GetShardIterator"]);

export default defineRule({
  name: "action-resource-type-mismatch",
  topic: "identity",
  severity: "info",
  confidence: "high",
  recommended: false,
  docs: {
    what: "A statement allows an action on resources of a kind that the action does not work on.",
    why: 'Such a grant never matches a request: PutItem works on tables and not on their indexes, DescribeStream on streams and not on their tables, and ListTables cannot be limited to one table. The call is refused, and the usual cure, `Resource: "*"`, opens far more than was meant.',
    how: 'Name the resource that the action works on: the table, `table/NAME/index/*`, `table/NAME/stream/*` or `table/NAME/backup/*`; give actions that take no resource a statement of their own with `Resource: "*"`.',
    references: ["https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html"],
    examples: [
      {
        title: "Writing to an index",
        bad: `Resources:
  WriterPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: Write
            Effect: Allow
            Action: [dynamodb:PutItem]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders/index/*
`,
        good: `Resources:
  WriterPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: Write
            Effect: Allow
            Action: [dynamodb:PutItem]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders
`,
      },
    ],
  },
  controls: {},
  check({ identityPolicies, project }, report) {
    for (const policy of identityPolicies) {
      const denies = unconditionalDenies(project, policy);
      for (const statement of policy.statements) {
        if (statement.effect !== "Allow" || statement.notResources.length > 0) continue;
        for (const action of statement.actions) {
          const pattern = text(action) ?? "";
          const names = isBare(pattern) ? [] : grantedActions(project, statement, pattern, denies);
          if (names.length > 0) checkAction(project, policy, statement, action, names, report);
        }
      }
    }
  },
});

function checkAction(
  project: Project,
  policy: IdentityPolicy,
  statement: Statement,
  action: Setting,
  names: readonly string[],
  report: Report,
): void {
  const applying = names.map((name) => appliesTo(project, statement, name));
  if (applying.includes(true)) return;
  if (applying.includes(undefined)) {
    reportUnknownShapes(project, statement, report);
    return;
  }
  const shapes = shapesOf(project, statement);
  // A statement about other services' resources has nothing to do with DynamoDB.
  if (shapes.size === 0) return;
  if (shapes.has("table") && names.every((name) => WRITTEN_BY_CDK.has(name))) return;
  report(
    { ...action, when: inStatement(statement, action) },
    {
      message: `${firstOf(names.map(shortName))} in ${labelOf(statement)} grant${names.length > 1 ? "" : "s"} nothing: ${needOf(names)}, and the statement names only ${listOf([...shapes].map(inWords))}.`,
      related: relatedToStatement(project, policy, statement),
    },
  );
}

function shapesOf(project: Project, statement: Statement): Set<ResourceShape> {
  const shapes = resourceArns(project, statement).map(({ arn }) => (arn ? resourceShape(arn) : "unknown"));
  // What is left are ARNs of other services.
  return new Set(shapes.filter((shape) => shape !== "unknown"));
}

const WORDS: Partial<Record<ResourceShape, string>> = {
  "global-table": "global tables",
  cache: "DAX clusters",
  any: "other resources",
  index: "indexes",
};

function inWords(shape: ResourceShape): string {
  return WORDS[shape] ?? `${shape}s`;
}

/** `it needs the ARN of a stream or table`. */
function needOf(names: readonly string[]): string {
  const types = new Set(names.flatMap((name) => findAction(name)?.resourceTypes.map((type) => type.name) ?? []));
  const [it, need] = names.length > 1 ? ["they", "need"] : ["it", "needs"];
  if (types.size === 0) return `${it} ${need} "*", for want of a resource that ${it} could be limited to`;
  const kinds = [...types].map((type) => TYPES[type] ?? `a ${type}`);
  return `${it} ${need} the ARN of ${kinds.length > 1 ? `${kinds.slice(0, -1).join(", ")} or ${kinds.at(-1)}` : kinds.join("")}`;
}

const TYPES: Readonly<Record<string, string>> = {
  application: "a DAX cluster",
  export: "an export",
  "global-table": "a global table",
  import: "an import",
  index: "an index",
};

/** Resources of which it is not known what they are; what AWS does not say is no fault of the template. */
function reportUnknownShapes(project: Project, statement: Statement, report: Report): void {
  for (const { arn, setting } of resourceArns(project, statement)) {
    if (arn && resourceShape(arn) !== "unknown") continue;
    report.cannotTell(
      { ...setting, when: inStatement(statement, setting) },
      "it is not known what kind of resource it is",
    );
  }
}
