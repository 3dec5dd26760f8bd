import { resourceArns } from "../../core/access/grants.ts";
import { tablesOpenedBy } from "../../core/access/opened.ts";
import { firstOf, labelOf, lowerFirst } from "../../core/access/words.ts";
import { both } from "../../core/evaluate/branches.ts";
import { describePath } from "../../core/evaluate/path.ts";
import { compatible, get, type Located, text } from "../../core/evaluate/setting.ts";
import { resourceShape, splitArn } from "../../core/iam/arn.ts";
import { withoutItsKey } from "../../core/iam/conditions.ts";
import { asksForText, matchesText, resourceTagOf } from "../../core/iam/resource-tags.ts";
import type { ConditionTest, Statement } from "../../core/iam/statements.ts";
import { tableKeyOf } from "../../core/iam/table-arn.ts";
import { atKey } from "../../core/iam/test-place.ts";
import { type Fix, renameKey } from "../../core/lint/fix.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import type { Severity } from "../../core/lint/severity.ts";
import { nameOfTable } from "../../core/model/arns.ts";
import type { Policy } from "../../core/model/policy.ts";
import type { Project } from "../../core/model/project.ts";
import { isResourcePolicy } from "../../core/model/resource-policies.ts";
import type { Table, TableCopy } from "../../core/model/tables.ts";
import { type TagList, tagsNamed, tagsOfCopy, tagsOfStream } from "../../core/model/tags.ts";

export default defineRule({
  name: "abac-condition-does-not-work",
  topic: "identity",
  severity: "error",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A condition on a tag does not do what it says: its key does not exist, or what it speaks of does not have the tag.",
    why: "DynamoDB compares tags through `aws:ResourceTag/…`; `dynamodb:ResourceTag/…` is not a key, so a condition on it is always true or always false. A Deny for a tag does not cover a table without it, and an Allow does not reach one. Streams do not inherit the tags of their table, and every replica of a global table has tags of its own. Tags that the stack itself carries reach its resources at deployment and cannot be seen in a template; nor can it be seen whether the account has attribute-based access control for DynamoDB enabled.",
    how: "Compare `aws:ResourceTag/…`, and give the tag to the table, its stream and every replica that the policy is about.",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/attribute-based-access-control.html",
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/abac-troubleshooting.html",
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-resourcetag",
    ],
    examples: [
      {
        title: "A key that does not exist",
        bad: `Resources:
  Guard:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Deny
            Action: dynamodb:DeleteTable
            Resource: "*"
            Condition:
              StringEquals:
                dynamodb:ResourceTag/env: prod
`,
        good: `Resources:
  Guard:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Deny
            Action: dynamodb:DeleteTable
            Resource: "*"
            Condition:
              StringEquals:
                aws:ResourceTag/env: prod
`,
      },
      {
        title: "A table without the tag",
        bad: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      BillingMode: PAY_PER_REQUEST
      DeletionProtectionEnabled: true
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
  Guard:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Deny
            Action: dynamodb:DeleteTable
            Resource: !GetAtt Orders.Arn
            Condition:
              StringEquals:
                aws:ResourceTag/env: prod
`,
        good: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      BillingMode: PAY_PER_REQUEST
      DeletionProtectionEnabled: true
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      Tags: [{ Key: env, Value: prod }]
  Guard:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Deny
            Action: dynamodb:DeleteTable
            Resource: !GetAtt Orders.Arn
            Condition:
              StringEquals:
                aws:ResourceTag/env: prod
`,
      },
    ],
  },
  controls: {},
  check(view, report) {
    const { project } = view;
    for (const policy of view.policies) {
      for (const statement of policy.statements) {
        for (const test of statement.conditions) {
          checkKey(statement, test, report);
          const tag = resourceTagOf(test);
          if (tag !== undefined && asksForText(test) && namesDynamoDb(statement))
            checkTag(project, policy, statement, test, tag, report);
        }
      }
    }
  },
});

function namesDynamoDb({ actions }: Statement): boolean {
  return actions.some((action) => /^dynamodb:/i.test(text(action) ?? ""));
}

/** `dynamodb:ResourceTag/…`, which no request carries. */
function checkKey(statement: Statement, test: ConditionTest, report: Report): void {
  if (!/^(?:dynamodb|dax):ResourceTag\//i.test(test.key)) return;
  const isTrue = withoutItsKey(test);
  const at = atKey(statement, test);
  if (isTrue === undefined) {
    report.cannotTell(at);
    return;
  }
  const isAllow = statement.effect === "Allow";
  const consequence = isTrue
    ? `always matches, so ${labelOf(statement)} ${isAllow ? "grants" : "denies"} whatever the tags are`
    : `never matches, so ${labelOf(statement)} ${isAllow ? "grants" : "denies"} nothing`;
  report(at, {
    // What only takes access away is found out; what gives it, or fails to take it, is not.
    severity: isAllow === isTrue ? "error" : "warning",
    message: `Tag condition ${test.key} ${consequence}: there is no such key, tags are compared by aws:ResourceTag/….`,
    fixes: renaming(statement, test, isTrue),
  });
}

function renaming(statement: Statement, test: ConditionTest, isTrue: boolean): Fix[] {
  const wanted = test.key.replace(/^[^:]*/, "aws");
  const isAllow = statement.effect === "Allow";
  const effect = isTrue
    ? `${isAllow ? "stops" : "no longer denies"} what does not match`
    : `${isAllow ? "grants" : "stops"} what matches`;
  const [condition] = get(statement.located, "Condition");
  return (condition ? get(condition, test.operator) : []).slice(0, 1).map((keys) => ({
    title: `Compare ${wanted} (${effect})`,
    class: "caution",
    changes: [renameKey(keys, test.key, wanted)],
  }));
}

/** A table, or its stream, that a statement is about. */
interface Subject {
  table: Table;
  copies: readonly TableCopy[];
  what: "table" | "stream";
  /** It is named, not only matched by a wildcard: then the tag was meant for it. */
  isNamed: boolean;
  /** Only one of the copies is meant, and it is not known which. */
  isOneOf: boolean;
}

/** A copy whose tag is not what the condition asks for, in one branch. */
interface Lack {
  copy: TableCopy;
  list: TagList;
}

function checkTag(
  project: Project,
  policy: Policy,
  statement: Statement,
  test: ConditionTest,
  tag: string,
  report: Report,
): void {
  const at = atKey(statement, test);
  const findings: { subject: Subject; lacks: Lack[] }[] = [];
  const unmatched: { subject: Subject; lacks: Lack[] }[] = [];
  let isMatched = false;
  for (const subject of subjectsOf(project, policy, statement)) {
    const { lacks, matches, unknown } = compare(subject, statement, test, tag);
    isMatched ||= matches > 0 || unknown !== undefined;
    if (unknown && (subject.isNamed || lacks.length > 0))
      report.cannotTell(at, `the tags of ${lowerFirst(unknown.name)} are not known`);
    if (lacks.length === 0 || (subject.isOneOf && (matches > 0 || unknown))) continue;
    const isUneven = matches > 0 && subject.copies.length > 1;
    if (subject.isNamed || isUneven) findings.push({ subject, lacks });
    else unmatched.push({ subject, lacks });
  }
  const isAllow = statement.effect === "Allow";
  for (const group of groupsOf(at, tag, findings)) {
    const names = group.map(({ subject, lack }) => nameOf(subject, lack));
    const [{ subject, lack, where }] = group;
    report(where, {
      severity: isAllow ? "warning" : "error",
      message: `Tag condition ${test.key} never matches ${firstOf(names)} (${reasonOf(lack, tag, subject.what)}): ${isAllow ? "access is refused there" : `this Deny does not cover ${names.length > 1 ? "them" : "it"}`}.`,
      related: group.slice(0, MOST_RELATED).flatMap((each) => relatedOf(each.subject, each.lack)),
    });
  }
  const [first] = unmatched;
  const [lack] = first?.lacks ?? [];
  if (!first || !lack || isMatched || findings.length > 0) return;
  // Tables elsewhere may be meant.
  const severity: Severity = isAllow ? "info" : "warning";
  report(located(at, lack), {
    severity,
    message: `Tag condition ${test.key} matches no table in these files: ${nameOf(first.subject, lack)}, for one, has ${reasonOf(lack, tag, first.subject.what)}, so the statement ${isAllow ? "grants" : "denies"} nothing there.`,
    related: unmatched
      .slice(0, MOST_RELATED)
      .flatMap(({ subject, lacks: [each] }) => (each ? relatedOf(subject, each) : [])),
  });
}

/** A resource policy is about the copy it stands at; others about the tables in view that their resources match. */
function subjectsOf(project: Project, policy: Policy, statement: Statement): Subject[] {
  if (isResourcePolicy(policy)) {
    const { table, copy, kind } = policy;
    return [{ table, copies: [copy], what: kind, isNamed: true, isOneOf: false }];
  }
  const tables = new Map(tablesOpenedBy(project, statement).map((table) => [keyOf(table), table] as const));
  const subjects: Subject[] = [];
  const named = new Set<Table>();
  let hasWildcard = false;
  for (const { arn } of tables.size > 0 ? resourceArns(project, statement) : []) {
    if (!arn) continue;
    const key = tableKeyOf(arn);
    const table = key === undefined ? undefined : tables.get(key);
    const isStream = resourceShape(arn) === "stream";
    hasWildcard ||= key === undefined && !isStream;
    if (!table) continue;
    if (!isStream) named.add(table);
    const region = splitArn(arn)?.region;
    const [only] = region?.length === 1 ? region : [];
    const chosen = copiesIn(table, typeof only === "string" ? only : undefined);
    // The stack's own region is not known, and only the replica there is meant.
    const isOneOf = typeof only !== "string" && chosen.length > 1;
    subjects.push({ table, copies: chosen, what: isStream ? "stream" : "table", isNamed: true, isOneOf });
  }
  const others = hasWildcard ? [...tables.values()].filter((table) => !named.has(table)) : [];
  const matched = others.map((table) => ({
    table,
    copies: table.copies,
    what: "table" as const,
    isNamed: false,
    isOneOf: false,
  }));
  return [...subjects.filter(isFirstOfKind), ...matched];
}

/** A table and its indexes are one subject. */
function isFirstOfKind(subject: Subject, index: number, all: readonly Subject[]): boolean {
  return all.findIndex(({ table, what }) => table === subject.table && what === subject.what) === index;
}

function keyOf({ template, resource }: Table): string {
  const name = nameOfTable({ template, resource });
  return typeof name === "string" ? name : `\0${name.hole}\0`;
}

/** The copies that an ARN with that region is about; `undefined` stands for the stack's own. */
function copiesIn(table: Table, region: string | undefined): readonly TableCopy[] {
  const own = table.template.inputs.region;
  const wanted = region ?? own;
  const fits = table.copies.filter(
    (copy) =>
      copy.region === undefined ||
      (region === undefined && copy.region === "${AWS::Region}") ||
      copy.region === wanted ||
      /[*?]/.test(wanted ?? ""),
  );
  return fits.length > 0 || wanted !== undefined ? fits : table.copies;
}

function compare({ table, copies, what }: Subject, statement: Statement, test: ConditionTest, tag: string) {
  const lacks: Lack[] = [];
  let matches = 0;
  let unknown: TableCopy | undefined;
  for (const copy of copies) {
    for (const list of what === "table" ? tagsOfCopy(copy) : tagsOfStream(table, copy)) {
      if (!compatible(list.setting, statement.located)) continue;
      const values = tagsNamed(list, tag).map(({ value }) => text(value));
      if (values.some((value) => value !== undefined && matchesText(test, value))) matches += 1;
      else if (values.includes(undefined) || (values.length === 0 && list.isPartlyUnknown)) unknown = copy;
      else lacks.push({ copy, list });
    }
  }
  return { lacks, matches, unknown };
}

/** How many tables are pointed at: more are no help. */
const MOST_RELATED = 3;

interface Placed {
  subject: Subject;
  lack: Lack;
  where: Located;
}

/** What lacks the tag for the same reason in the same branch is one finding. */
function groupsOf(
  at: Located,
  tag: string,
  findings: readonly { subject: Subject; lacks: readonly Lack[] }[],
): [Placed, ...Placed[]][] {
  const groups = new Map<string, [Placed, ...Placed[]]>();
  for (const { subject, lacks } of findings) {
    for (const lack of lacks) {
      const placed = { subject, lack, where: located(at, lack) };
      const key = `${describePath(placed.where.when) ?? ""}\n${reasonOf(lack, tag, subject.what)}`;
      const known = groups.get(key);
      if (known) known.push(placed);
      else groups.set(key, [placed]);
    }
  }
  return [...groups.values()];
}

function located(at: Located, { list }: Lack): Located {
  if (list.setting.template !== at.template) return at;
  return { ...at, when: both(at.template, at.when, list.setting.when) ?? at.when };
}

function nameOf({ what }: Subject, { copy }: Lack): string {
  return what === "stream" ? `the stream of ${lowerFirst(copy.name)}` : lowerFirst(copy.name);
}

function reasonOf({ list }: Lack, tag: string, what: Subject["what"]): string {
  const [found] = tagsNamed(list, tag);
  if (found) return `tag ${found.key} "${text(found.value) ?? ""}"`;
  return what === "stream"
    ? `no tag "${tag}" of its own, and a stream does not inherit its table's`
    : `no tag "${tag}" in its template`;
}

function relatedOf({ table }: Subject, { copy, list }: Lack) {
  const untagged = copy.region === undefined ? table.resource.key : copy.located.place;
  const place = list.tags.length > 0 ? list.setting.place : untagged;
  return [{ message: `${copy.name} and its tags`, template: table.template, place }];
}
