import {
  everyTable,
  grantedActions,
  isBare,
  isEverything,
  resourceArns,
  unconditionalDenies,
} from "../../core/access/grants.ts";
import { relatedToStatement } from "../../core/access/opened.ts";
import { canApply } from "../../core/access/resource-types.ts";
import { reportUnread } from "../../core/access/unread.ts";
import { tablesInEnvironment } from "../../core/access/use.ts";
import { listOf, shortName } from "../../core/access/words.ts";
import { type Setting, text } from "../../core/evaluate/setting.ts";
import { noResourceLevel, readItems, streamRead, writeItems } from "../../core/iam/action-classes.ts";
import { findAction } from "../../core/iam/actions.ts";
import { resourceShape, tableNameOf } from "../../core/iam/arn.ts";
import { operatorOf } from "../../core/iam/conditions.ts";
import { inStatement, type Statement } from "../../core/iam/statements.ts";
import { type Fix, replaceItem } from "../../core/lint/fix.ts";
import { defineRule } from "../../core/lint/rule.ts";
import { holdersOf, type IdentityPolicy, subjectOf } from "../../core/model/policies.ts";
import type { Project } from "../../core/model/project.ts";
import { isDeployment, isService } from "../../core/model/roles.ts";

export default defineRule({
  name: "wildcard-resource",
  topic: "identity",
  severity: "warning",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A policy grants item actions, or changes to tables, on every table of the account.",
    why: 'Each table that exists or will exist is covered, those of other teams and of backups restored tomorrow included. `table/*` at the end of an ARN also covers indexes, streams and backups. Actions without resource types, such as ListTables, must have `Resource: "*"` and are not meant; a working condition on `aws:ResourceTag` narrows the statement and passes.',
    how: 'Name the tables, and their indexes where they are queried: `!GetAtt Orders.Arn` and `!Sub "${Orders.Arn}/index/*"`.',
    references: [
      "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html",
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/using-identity-based-policies.html",
    ],
    examples: [
      {
        title: "Item actions on *",
        bad: `Resources:
  AppPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: [dynamodb:GetItem, dynamodb:PutItem]
            Resource: "*"
`,
        good: `Resources:
  AppPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: [dynamodb:GetItem, dynamodb:PutItem]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders
          - Effect: Allow
            Action: dynamodb:ListTables
            Resource: "*"
`,
      },
    ],
  },
  controls: {
    checkov: ["CKV_AWS_108", "CKV_AWS_111"],
    cfnNag: ["W11", "W12", "W13"],
    cdkNag: ["AwsSolutions-IAM5"],
    guard: ["IAM_POLICYDOCUMENT_NO_WILDCARD_RESOURCE"],
  },
  check(view, report) {
    const { project } = view;
    for (const policy of view.identityPolicies) {
      reportUnread(view, policy, report);
      const denies = unconditionalDenies(project, policy);
      for (const statement of policy.statements) {
        if (statement.effect !== "Allow") continue;
        // full-dynamodb-access speaks of the whole statement.
        if (view.runs("full-dynamodb-access") && statement.actions.some((each) => isEverything(text(each) ?? "")))
          continue;
        const granted = statement.actions
          .filter((action) => view.dynamoDbInView || !isBare(text(action) ?? ""))
          .flatMap((action) => grantedActions(project, statement, text(action) ?? "", denies));
        const what = whatMatters(granted);
        if (!what || hasWorkingTagCondition(statement)) continue;
        const related = relatedToStatement(project, policy, statement);
        const subject = subjectOf(project, policy);
        const quiet = isDeployment(project, policy) || isService(project, policy);
        const [every] = everyTable(project, statement);
        if (every) {
          const at = { ...every, when: inStatement(statement, every) };
          if (statement.conditionUnknown) report.cannotTell(at, "the condition of its statement is not known");
          else
            report(at, {
              severity: quiet ? "info" : "warning",
              message: `${subject} ${what} on every table (${text(every) ?? "table/*"}).`,
              related,
              fixes: nameTheTable(project, policy, statement, every),
            });
          continue;
        }
        const [below] = belowEveryTable(project, statement);
        const whatBelow = below && whatMatters(granted.filter((name) => below.takes(name)));
        if (below && whatBelow) {
          const at = { ...below.setting, when: inStatement(statement, below.setting) };
          if (statement.conditionUnknown) report.cannotTell(at, "the condition of its statement is not known");
          else
            report(at, {
              severity: quiet ? "info" : "warning",
              message: `${subject} ${whatBelow} on the ${below.kind} of every table.`,
              related,
            });
        }
        for (const { setting, prefix } of prefixes(project, statement)) {
          report(
            { ...setting, when: inStatement(statement, setting) },
            {
              severity: "info",
              message: `${subject} ${what} on every table whose name starts with "${prefix}", and on what belongs to those tables: indexes, streams, backups.`,
              related,
            },
          );
        }
      }
    }
  },
});

/** In words behind the subject, or undefined for actions that only describe or that take no resource. */
function whatMatters(granted: readonly string[]): string | undefined {
  const names = [...new Set(granted)].filter((name) => name.startsWith("dynamodb:") && !noResourceLevel.has(name));
  const items = names.filter(readsOrWritesItems);
  if (items.length > 0) return `has ${items.length} item-level action${items.length > 1 ? "s" : ""}`;
  const writes = names.filter((name) =>
    findAction(name)?.accessLevels.some((level) => level === "Write" || level === "Permissions management"),
  );
  if (writes.length === 0) return undefined;
  const shown = writes.slice(0, 4).map(shortName);
  return `may ${writes.length > shown.length ? `${shown.join(", ")} and ${writes.length - shown.length} more` : listOf(shown)}`;
}

/** DescribeStream, which `Describe*` takes in, shows no records. */
function readsOrWritesItems(name: string): boolean {
  return readItems.has(name) || writeItems.has(name) || (streamRead.has(name) && name !== "dynamodb:DescribeStream");
}

function hasWorkingTagCondition(statement: Statement): boolean {
  return statement.conditions.some((test) => {
    const operator = operatorOf(test);
    if (!/^aws:resourcetag\/./i.test(test.key)) return false;
    return (
      !operator.negated &&
      !operator.ifExists &&
      operator.quantifier !== "forallvalues" &&
      operator.name !== "null" &&
      test.values.length > 0 &&
      !test.values.some((value) => /^[*?]*\*[*?]*$/.test(text(value) ?? ""))
    );
  });
}

interface BelowEveryTable {
  setting: Setting;
  kind: "indexes" | "streams";
  takes: (name: string) => boolean;
}

/** Resources like `table/NAME/stream/*` with a star for the name, where the same items are. */
function belowEveryTable(project: Project, statement: Statement): BelowEveryTable[] {
  return resourceArns(project, statement).flatMap(({ setting, arn }): BelowEveryTable[] => {
    const shape = arn && resourceShape(arn);
    if (!arn || (shape !== "index" && shape !== "stream")) return [];
    const [name, ...others] = tableNameOf(arn) ?? [];
    if (typeof name !== "string" || others.length > 0 || !/^\*+$/.test(name)) return [];
    const takes = (each: string) => {
      const action = findAction(each);
      return action !== undefined && canApply(action, arn) === true;
    };
    return [{ setting, kind: shape === "index" ? "indexes" : "streams", takes }];
  });
}

/** Resources like `table/prod-*`: a literal beginning and a star. */
function prefixes(project: Project, statement: Statement): { setting: Setting; prefix: string }[] {
  return resourceArns(project, statement).flatMap(({ setting, arn }) => {
    const name = arn && tableNameOf(arn);
    const [only, ...others] = name ?? [];
    const match = typeof only === "string" && others.length === 0 ? /^([^*?]+)\*+$/.exec(only) : null;
    return match?.[1] ? [{ setting, prefix: match[1] }] : [];
  });
}

/** Only where the holder's code names exactly one table, and every action can be limited to a table. */
function nameTheTable(project: Project, policy: IdentityPolicy, statement: Statement, every: Setting): Fix[] {
  const limitable = statement.actions.every((action) => {
    const known = findAction(text(action) ?? "");
    return (
      known?.service === "dynamodb" && known.resourceTypes.some(({ name }) => name === "table" || name === "index")
    );
  });
  const tables = holdersOf(project, policy).flatMap((holder) => tablesInEnvironment(project, holder));
  const [table, ...others] = new Set(tables);
  if (!limitable || !table || others.length > 0 || policy.template.resources.get(table.id) !== table) return [];
  return [
    {
      title: `Limit to "${table.logicalId}" and its indexes (stops access to other tables)`,
      class: "caution",
      changes: [
        replaceItem(every, [{ "Fn::GetAtt": [table.id, "Arn"] }, { "Fn::Sub": `\${${table.id}.Arn}/index/*` }]),
      ],
    },
  ];
}
