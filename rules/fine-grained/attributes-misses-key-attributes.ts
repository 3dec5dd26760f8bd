import {
  ATTRIBUTES,
  type AttributesStatement,
  attributesStatements,
  byParameters,
} from "../../core/access/attributes.ts";
import { resourceArns } from "../../core/access/grants.ts";
import { relatedToStatement, tablesNamed } from "../../core/access/opened.ts";
import { firstOf, labelOf, listOf } from "../../core/access/words.ts";
import { both } from "../../core/evaluate/branches.ts";
import { factsOf, type Path } from "../../core/evaluate/path.ts";
import { text } from "../../core/evaluate/setting.ts";
import { attributesSupported } from "../../core/iam/action-classes.ts";
import { findAction } from "../../core/iam/actions.ts";
import { type ArnText, indexNameOf, isBareStar, resourceShape } from "../../core/iam/arn.ts";
import { operatorOf, withValue } from "../../core/iam/conditions.ts";
import type { ConditionTest } from "../../core/iam/statements.ts";
import { atKey } from "../../core/iam/test-place.ts";
import { matchesWildcard } from "../../core/iam/wildcard.ts";
import { type Fix, replaceItem } from "../../core/lint/fix.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import { type KeyAttribute, keysOfTable, type TableIndex } from "../../core/model/key-schema.ts";
import type { Policy } from "../../core/model/policy.ts";
import type { Project } from "../../core/model/project.ts";
import type { ResourcePolicy } from "../../core/model/resource-policies.ts";
import type { Table } from "../../core/model/tables.ts";

export default defineRule({
  name: "attributes-misses-key-attributes",
  topic: "fine-grained",
  severity: "info",
  confidence: "high",
  recommended: true,
  docs: {
    what: "The list of dynamodb:Attributes leaves out key attributes of a table or index that the statement speaks of.",
    why: "Requests name the key attributes of the item or query that they are about. Where the list lacks them, DynamoDB refuses the calls, and a list that does not work tends to be widened or dropped.",
    how: "List all key attributes of the table, and of the indexes that the statement names.",
    references: ["https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html"],
    examples: [
      {
        title: "A sort key that is not listed",
        bad: `Resources:
  Scores:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: userId, AttributeType: S }, { AttributeName: game, AttributeType: S }]
      KeySchema: [{ AttributeName: userId, KeyType: HASH }, { AttributeName: game, KeyType: RANGE }]
  ReadPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: TopScores
            Effect: Allow
            Action: [dynamodb:GetItem, dynamodb:Query]
            Resource: !GetAtt Scores.Arn
            Condition:
              ForAllValues:StringEquals:
                dynamodb:Attributes: [userId, topScore]
              StringEqualsIfExists:
                dynamodb:Select: SPECIFIC_ATTRIBUTES
`,
        good: `Resources:
  Scores:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: userId, AttributeType: S }, { AttributeName: game, AttributeType: S }]
      KeySchema: [{ AttributeName: userId, KeyType: HASH }, { AttributeName: game, KeyType: RANGE }]
  ReadPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: TopScores
            Effect: Allow
            Action: [dynamodb:GetItem, dynamodb:Query]
            Resource: !GetAtt Scores.Arn
            Condition:
              ForAllValues:StringEquals:
                dynamodb:Attributes: [userId, game, topScore]
              StringEqualsIfExists:
                dynamodb:Select: SPECIFIC_ATTRIBUTES
`,
      },
    ],
  },
  controls: {},
  check(view, report) {
    for (const limited of attributesStatements(view, "Allow").flatMap((each) => byParameters(each, ATTRIBUTES))) {
      const lists = limited.tests.filter(isAllowList);
      if (lists.length === 0) continue;
      const keys = keysNeeded(view.project, limited);
      for (const list of lists) checkList(view.project, limited, list, keys, report);
    }
  },
});

/** A list that every named attribute must be on. */
function isAllowList(test: ConditionTest): boolean {
  const { quantifier, negated } = operatorOf(test);
  return quantifier === "forallvalues" && !negated;
}

/** A table's or index's key that requests under a statement name. */
interface NeededKey {
  /** `table "Scores"`, `index "ByDate" of "Scores"`. */
  of: string;
  table: Table;
  attributes: readonly KeyAttribute[];
}

/** Of what the resources name, not of what patterns take in. A Scan names no key; of the others only reads work on indexes. */
function keysNeeded(project: Project, { policy, statement, entries }: AttributesStatement): NeededKey[] {
  const actions = new Set(
    entries.flatMap(({ names }) => names).filter((name) => attributesSupported.has(name) && name !== "dynamodb:Scan"),
  );
  if (actions.size === 0) return [];
  const worksOn = (type: string) =>
    [...actions].some((name) => findAction(name)?.resourceTypes.some((each) => each.name === type));
  const needed = new Map<readonly KeyAttribute[], NeededKey>();
  const add = (of: string, table: Table, attributes: readonly KeyAttribute[]) =>
    needed.set(attributes, { of, table, attributes });
  for (const { arn } of resourceArns(project, statement)) {
    for (const table of arn ? tablesOf(project, policy, arn) : []) {
      const { key, indexes } = keysOfTable(table);
      const shape = arn && resourceShape(arn);
      if (shape !== "index") {
        if (worksOn("table")) add(`table "${table.id}"`, table, key);
        continue;
      }
      const pattern = indexNameOf(arn ?? []);
      if (pattern === undefined || !worksOn("index")) continue;
      for (const index of indexes) {
        const name = nameMatching(index, pattern);
        if (name !== undefined) add(`index "${name}" of "${table.id}"`, table, index.key);
      }
    }
  }
  return [...needed.values()];
}

/** In a table's own policy, `*` is the table. */
function tablesOf(project: Project, policy: Policy, arn: ArnText): readonly Table[] {
  if (isBareStar(arn)) return isTablePolicy(policy) ? [policy.table] : [];
  const shape = resourceShape(arn);
  return shape === "table" || shape === "index" ? tablesNamed(project, arn) : [];
}

function isTablePolicy(policy: Policy): policy is ResourcePolicy {
  return policy.kind === "table";
}

function nameMatching({ names }: TableIndex, pattern: string): string | undefined {
  return names.map(text).find((name) => name !== undefined && matchesWildcard(pattern, name, { caseSensitive: true }));
}

function checkList(
  project: Project,
  limited: AttributesStatement,
  list: ConditionTest,
  keys: readonly NeededKey[],
  report: Report,
): void {
  const { statement } = limited;
  const at = atKey(statement, list);
  /** What is missing, by the branch in which it is. */
  const missing = new Map<string, { when: Path; byKey: Map<string, string[]> }>();
  for (const { of, table, attributes } of keys) {
    if (attributes.length === 0) report.cannotTell(at, `the key of ${of} is not written here`);
    for (const { name } of attributes) {
      const when = branchOf(statement.located, table, name);
      const attribute = text(name);
      const isListed = attribute === undefined ? undefined : withValue(list, attribute);
      if (!when || isListed === true) continue;
      if (attribute === undefined || isListed === undefined) {
        report.cannotTell({ ...at, when }, `it is not known whether ${ATTRIBUTES} lists the key of ${of}`);
        continue;
      }
      const id = JSON.stringify(factsOf(when));
      const group = missing.get(id) ?? { when, byKey: new Map<string, string[]>() };
      const known = group.byKey.get(of) ?? [];
      if (!known.includes(attribute)) group.byKey.set(of, [...known, attribute]);
      missing.set(id, group);
    }
  }
  for (const { when, byKey } of missing.values()) {
    const names = [...new Set([...byKey.values()].flat())];
    const parts = [...byKey].map(([of, attributes]) => `${listOf(attributes.map(quoted))} of the key of ${of}`);
    report(
      { ...at, when },
      {
        message: `The list of dynamodb:Attributes in ${labelOf(statement)} leaves out ${firstOf(parts)}: calls that name ${names.length > 1 ? "them" : "it"} are refused.`,
        related: relatedToStatement(project, limited.policy, limited.statement),
        fixes: addition(list, names),
      },
    );
  }
}

const quoted = (name: string) => `"${name}"`;

/** The branch in which a statement's table has a key attribute; undefined for one that cannot hold, or a condition of another template. */
function branchOf(
  located: AttributesStatement["statement"]["located"],
  table: Table,
  name: KeyAttribute["name"],
): Path | undefined {
  if (table.template === located.template) return both(located.template, located.when, name.when);
  return factsOf(name.when).length === 0 ? located.when : undefined;
}

function addition(list: ConditionTest, names: readonly string[]): Fix[] {
  const last = list.values.at(-1);
  const written = last && text(last);
  if (!last || written === undefined) return [];
  return [
    {
      title: `Add ${listOf(names.map(quoted))} to the list (grants reading and writing ${names.length > 1 ? "them" : "it"})`,
      class: "caution",
      changes: [replaceItem(last, [written, ...names])],
    },
  ];
}
