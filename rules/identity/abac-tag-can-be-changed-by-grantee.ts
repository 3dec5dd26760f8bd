import { namesOfStatement } from "../../core/access/deny-gaps.ts";
import { type Grant, grantsOf } from "../../core/access/granted.ts";
import { reachesDynamoDb, shareResource } from "../../core/access/grants.ts";
import { labelOf, listOf, shortName } from "../../core/access/words.ts";
import { compatible, get } from "../../core/evaluate/setting.ts";
import { piecesKey, piecesOf } from "../../core/evaluate/value.ts";
import { isKey, isPositive, operatorOf, refuses, withoutItsKey } from "../../core/iam/conditions.ts";
import { resourceTagOf } from "../../core/iam/resource-tags.ts";
import type { ConditionTest, Statement } from "../../core/iam/statements.ts";
import { matchesWildcard } from "../../core/iam/wildcard.ts";
import { lazy } from "../../core/lazy.ts";
import { append, type Fix } from "../../core/lint/fix.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import { holdersOf, type IdentityPolicy, policiesOf, subjectOf } from "../../core/model/policies.ts";
import type { Project } from "../../core/model/project.ts";
import { relatedHolders } from "../../core/model/roles.ts";

const TAG = "dynamodb:TagResource";
const UNTAG = "dynamodb:UntagResource";

export default defineRule({
  name: "abac-tag-can-be-changed-by-grantee",
  topic: "identity",
  severity: "error",
  confidence: "high",
  recommended: true,
  docs: {
    what: "Whoever is limited by a tag may change that tag.",
    why: "A condition on `aws:ResourceTag/…` is as strong as the tag. With dynamodb:TagResource the same principal puts the tag that its Allow asks for on any table it may tag, and with dynamodb:UntagResource it removes the one that a Deny is about. A statement that allows tagging under the very condition it would change is no way around it, nor is one whose `aws:TagKeys` leave the tag out, or a Deny of them.",
    how: "Deny tagging with that key, or limit `aws:TagKeys` to other keys.",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/attribute-based-access-control.html",
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html",
    ],
    examples: [
      {
        title: "Tags on any table",
        bad: `Resources:
  Team:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: [dynamodb:GetItem, dynamodb:Query]
            Resource: "*"
            Condition:
              StringEquals:
                aws:ResourceTag/team: orders
          - Effect: Allow
            Action: dynamodb:TagResource
            Resource: "*"
`,
        good: `Resources:
  Team:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: [dynamodb:GetItem, dynamodb:Query]
            Resource: "*"
            Condition:
              StringEquals:
                aws:ResourceTag/team: orders
          - Effect: Allow
            Action: dynamodb:TagResource
            Resource: "*"
            Condition:
              ForAllValues:StringEquals:
                aws:TagKeys: [cost-center]
`,
      },
    ],
  },
  controls: {},
  check({ project, identityPolicies }, report) {
    for (const policy of identityPolicies) {
      const taggings = grantsOf(project, policy).filter(({ names }) => names.includes(TAG) || names.includes(UNTAG));
      if (taggings.length === 0) continue;
      const statements = statementsBeside(project, policy);
      const denies = statements.filter(({ effect }) => effect === "Deny");
      const gates = statements.flatMap((statement) => gatesOf(project, statement, denies));
      if (gates.length === 0) continue;
      for (const tagging of taggings) checkTagging(project, policy, tagging, gates, report);
    }
  },
});

/** The statements of every policy that somebody has together with this one. */
function statementsBeside(project: Project, policy: IdentityPolicy): readonly Statement[] {
  const held = holdersOf(project, policy).flatMap((holder) => policiesOf(project, holder));
  return [...new Set([policy, ...held])].flatMap(({ statements }) => statements);
}

/** A test of a tag that decides what may be done, and the tagging that changes its answer. */
interface Gate {
  statement: Statement;
  test: ConditionTest;
  tag: string;
  by: readonly string[];
  /** Those of them that no Deny forbids. */
  open: () => readonly string[];
}

function gatesOf(project: Project, statement: Statement, denies: readonly Statement[]): Gate[] {
  return statement.conditions.flatMap((test): Gate[] => {
    const tag = resourceTagOf(test);
    const isTrueWithout = tag === undefined ? undefined : withoutItsKey(test);
    if (tag === undefined || isTrueWithout === undefined || reachesDynamoDb(project, statement) === false) return [];
    if (namesOfStatement(statement).size === 0) return [];
    // To give a tag is enough for an Allow that asks for one, and to get out of a Deny of everything else.
    const byGiving = isTrueWithout === (statement.effect === "Deny");
    const by = byGiving ? [TAG] : [TAG, UNTAG];
    const isOpen = (action: string) => !denies.some((deny) => forbids(project, deny, statement, tag, action));
    return [{ statement, test, tag, by, open: lazy(() => by.filter(isOpen)) }];
  });
}

function checkTagging(
  project: Project,
  policy: IdentityPolicy,
  tagging: Grant,
  gates: readonly Gate[],
  report: Report,
): void {
  const { statement, names, at } = tagging;
  const known = new Set<string>();
  const found = gates.flatMap((gate) => {
    const actions = gate.by.filter(
      (action) =>
        names.includes(action) &&
        // Large policies limit many statements by the same tag: one of them is enough.
        !known.has(`${action} ${gate.tag}`) &&
        mayChange(statement, gate, action) &&
        !isMoot(gate, statement) &&
        compatible(gate.statement.located, statement.located) &&
        gate.open().includes(action) &&
        shareResource(project, gate.statement, statement),
    );
    for (const action of actions) known.add(`${action} ${gate.tag}`);
    return actions.length > 0 ? [{ gate, actions }] : [];
  });
  if (found.length === 0) return;
  const tags = [...new Set(found.map(({ gate }) => gate.tag))];
  const actions = [TAG, UNTAG].filter((action) => found.some((each) => each.actions.includes(action)));
  report(at, {
    message: `${subjectOf(project, policy)} is limited by tag${tags.length > 1 ? "s" : ""} ${listOf(tags.map((tag) => `"${tag}"`))} but may itself change ${tags.length > 1 ? "those tags" : "that tag"} (${listOf(actions.map(shortName))}).`,
    related: [
      ...relatedHolders(holdersOf(project, policy), policy),
      ...found.slice(0, 3).map(({ gate }) => ({
        message: `${labelOf(gate.statement)} asks for tag "${gate.tag}"`,
        template: gate.statement.located.template,
        place: gate.test.keyPlace,
      })),
    ],
    fixes: guard(policy, tags, actions),
  });
}

/** Does the statement that allows tagging allow all of what the tag limits anyway? Then the tag limits nothing, and others speak of that. */
function isMoot({ statement: gated }: Gate, tagging: Statement): boolean {
  if (gated.effect === "Deny" || tagging.conditions.length > 0) return false;
  const names = namesOfStatement(tagging);
  return [...namesOfStatement(gated)].every((name) => names.has(name));
}

/** Do the conditions of a statement let a request through that changes the tag? */
function mayChange(tagging: Statement, gate: Gate, action: string): boolean {
  if (tagging.conditionUnknown) return false;
  return tagging.conditions.every((test) => {
    if (isKey(test, "aws:TagKeys")) return letsKeyThrough(test, gate.tag);
    if (isKey(test, `aws:RequestTag/${gate.tag}`)) {
      if (action === UNTAG) return withoutItsKey(test) !== false;
      return isPositive(test) && textsOf(test).some((value) => textsOf(gate.test).includes(value));
    }
    if (!isKey(test, gate.test.key)) return true;
    // Only tables on which the tag takes nothing away can be tagged.
    return gate.statement.effect === "Deny"
      ? !refuses(test, gate.test) && !refuses(gate.test, test)
      : !isSameTest(test, gate.test);
  });
}

/** Is a request whose only tag key is `tag` let through by a test of `aws:TagKeys`? */
function letsKeyThrough(test: ConditionTest, tag: string): boolean {
  const { name, negated } = operatorOf(test);
  if (name === "null") return withoutItsKey(test) !== true;
  const isNamed = textsOf(test).some((value) => matchesWildcard(value, tag, { caseSensitive: false }));
  return isNamed !== negated;
}

function textsOf({ values }: ConditionTest): string[] {
  return values.map(({ value }) => piecesKey(piecesOf(value) ?? []));
}

function isSameTest(a: ConditionTest, b: ConditionTest): boolean {
  const words = (test: ConditionTest) => [test.operator.toLowerCase(), test.key.toLowerCase(), ...textsOf(test).sort()];
  return words(a).join("\n") === words(b).join("\n");
}

/**
 * Does a Deny keep the tag from being changed? One that names tagging for this tag (as the resource's, the request's or one of its keys) or for
 * some principals only; unconditional ones count in what is granted already.
 */
function forbids(project: Project, deny: Statement, gated: Statement, tag: string, action: string): boolean {
  if (!compatible(deny.located, gated.located) || !namesOfStatement(deny).has(action)) return false;
  const speaksOfTag = deny.conditions.some((test) => {
    if (/^aws:Principal/i.test(test.key)) return true;
    if (resourceTagOf(test)?.toLowerCase() === tag.toLowerCase()) return true;
    if (isKey(test, `aws:RequestTag/${tag}`)) return action === TAG;
    return isKey(test, "aws:TagKeys") && letsKeyThrough(test, tag);
  });
  return speaksOfTag && shareResource(project, deny, gated);
}

function guard(policy: IdentityPolicy, tags: readonly string[], actions: readonly string[]): Fix[] {
  return get(policy.document, "Statement")
    .slice(0, 1)
    .map((statements) => ({
      title: `Deny changing ${listOf(tags.map((tag) => `"${tag}"`))} (stops ${listOf(actions.map(shortName))} of ${tags.length > 1 ? "them" : "it"})`,
      class: "snippet",
      changes: [
        append(statements, {
          Effect: "Deny",
          Action: [TAG, UNTAG],
          Resource: "*",
          Condition: { "ForAnyValue:StringEquals": { "aws:TagKeys": [...tags] } },
        }),
      ],
    }));
}
