import { surelyDeniedBeside } from "../../core/access/denies-beside.ts";
import {
  actionsIn,
  askForLeadingKeys,
  keysAreCertain,
  leadingKeysTests,
  severalKeys,
} from "../../core/access/leading-keys.ts";
import { relatedToStatement } from "../../core/access/opened.ts";
import { renameOperator } from "../../core/access/rename-test.ts";
import { withoutKeys } from "../../core/access/twin-deny.ts";
import { firstOf, labelOf, shortName } from "../../core/access/words.ts";
import { leadingKeysSupported } from "../../core/iam/action-classes.ts";
import { operatorOf, withoutItsKey } from "../../core/iam/conditions.ts";
import type { ConditionTest, Statement } from "../../core/iam/statements.ts";
import { atKey } from "../../core/iam/test-place.ts";
import type { Fix } from "../../core/lint/fix.ts";
import { defineRule, type Message } from "../../core/lint/rule.ts";
import type { Policy } from "../../core/model/policy.ts";

export default defineRule({
  name: "leadingkeys-operator-not-forallvalues",
  topic: "fine-grained",
  severity: "error",
  confidence: "high",
  recommended: true,
  docs: {
    what: "An Allow compares dynamodb:LeadingKeys without ForAllValues, or a Deny without ForAnyValue.",
    why: "A batch names many items, so the key holds many values. `ForAnyValue` in an Allow is true as soon as one of them matches: a BatchGetItem that names one own item may name the items of everybody else too. In a Deny it is the other way round: `ForAllValues` denies only where every single key is foreign. AWS asks for `ForAllValues` with this key even where a policy has one value only.",
    how: 'Use `ForAllValues:` in an Allow, with `"Null": {"dynamodb:LeadingKeys": "false"}` where an action may come without the key; use `ForAnyValue:` in a Deny.',
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html",
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html",
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition_examples-multi-valued-context-keys.html",
    ],
    examples: [
      {
        title: "ForAnyValue and batches",
        bad: `Resources:
  PlayerPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: OwnItems
            Effect: Allow
            Action: [dynamodb:GetItem, dynamodb:BatchGetItem, dynamodb:Query]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/scores
            Condition:
              ForAnyValue:StringEquals:
                dynamodb:LeadingKeys: ["\${cognito-identity.amazonaws.com:sub}"]
`,
        good: `Resources:
  PlayerPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: OwnItems
            Effect: Allow
            Action: [dynamodb:GetItem, dynamodb:BatchGetItem, dynamodb:Query]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/scores
            Condition:
              ForAllValues:StringEquals:
                dynamodb:LeadingKeys: ["\${cognito-identity.amazonaws.com:sub}"]
`,
      },
      {
        title: "A Deny that batches slip through",
        bad: `Resources:
  Guard:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: NotTheItemsOfOthers
            Effect: Deny
            Action: [dynamodb:GetItem, dynamodb:BatchGetItem, dynamodb:Query]
            Resource: "*"
            Condition:
              ForAllValues:StringNotEquals:
                dynamodb:LeadingKeys: ["\${aws:PrincipalTag/tenant}"]
`,
        good: `Resources:
  Guard:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: NotTheItemsOfOthers
            Effect: Deny
            Action: [dynamodb:GetItem, dynamodb:BatchGetItem, dynamodb:Query]
            Resource: "*"
            Condition:
              ForAnyValue:StringNotEquals:
                dynamodb:LeadingKeys: ["\${aws:PrincipalTag/tenant}"]
`,
      },
    ],
  },
  controls: {},
  check({ policies, project }, report) {
    for (const policy of policies) {
      for (const statement of policy.statements) {
        const tests = leadingKeysTests(statement);
        if (tests.length === 0) continue;
        const denies = statement.effect === "Allow" ? surelyDeniedBeside(project, policy, statement) : [];
        const carrying = actionsIn(project, statement, denies).filter((name) => leadingKeysSupported.has(name));
        for (const test of tests) {
          const told =
            statement.effect === "Allow"
              ? inAllow(statement, test, carrying)
              : inDeny(policy, statement, test, carrying);
          if (told)
            report(atKey(statement, test), { ...told, related: relatedToStatement(project, policy, statement) });
        }
      }
    }
  },
});

/** A negated operator allows the items of all others, whatever the quantifier: leadingkeys-value-too-loose speaks of that. */
function inAllow(statement: Statement, test: ConditionTest, carrying: readonly string[]): Message | undefined {
  const { quantifier, negated } = operatorOf(test);
  if (quantifier === "forallvalues" || negated || carrying.length === 0) return undefined;
  const fixes = repairOfAllow(statement, test);
  if (quantifier === undefined) {
    return {
      severity: "warning",
      message: `"${test.operator}" in ${labelOf(statement)} compares dynamodb:LeadingKeys, which may hold several keys, as if it held one; AWS asks for ForAllValues here.`,
      fixes,
    };
  }
  const several = severalIn(carrying);
  if (several.length > 0) {
    return {
      message: `"${test.operator}" in ${labelOf(statement)} needs only one of the request's keys to match: ${firstOf(several)} with one allowed key reach${several.length > 1 ? "" : "es"} everybody's items; use ForAllValues.`,
      fixes,
    };
  }
  return {
    severity: "warning",
    message: `"${test.operator}" in ${labelOf(statement)} needs only one of the request's keys to match; with the first action that takes several, such as BatchGetItem, everybody's items are open; use ForAllValues.`,
    fixes,
  };
}

function inDeny(
  policy: Policy,
  statement: Statement,
  test: ConditionTest,
  carrying: readonly string[],
): Message | undefined {
  const { quantifier } = operatorOf(test);
  const several = severalIn(carrying);
  if (quantifier === "foranyvalue" || several.length === 0) return undefined;
  const fixes = repairOfDeny(policy, statement, test);
  if (quantifier === undefined) {
    return {
      severity: "warning",
      message: `"${test.operator}" in ${labelOf(statement)} compares dynamodb:LeadingKeys, which may hold several keys, as if it held one; in a Deny use ForAnyValue, so that one of them is enough.`,
      fixes,
    };
  }
  return {
    message: `"${test.operator}" in ${labelOf(statement)} denies only where all keys of the request match: ${firstOf(several)} with one other key among them escape${several.length > 1 ? "" : "s"} it; use ForAnyValue.`,
    fixes,
  };
}

function severalIn(names: readonly string[]): string[] {
  return names.filter((name) => severalKeys.has(name)).map(shortName);
}

/** `ForAllValues` is true where there is no key, so what may come without one has to be kept out. */
function repairOfAllow(statement: Statement, test: ConditionTest): Fix[] {
  const operator = withQuantifier("ForAllValues", test);
  const renamed = renameOperator(statement, test, operator);
  const isCertain = keysAreCertain(statement);
  const asked = isCertain ? [] : askForLeadingKeys(statement);
  if (renamed.length === 0 || (!isCertain && asked.length === 0)) return [];
  return [
    {
      title: `Use ${operator}${isCertain ? "" : " and ask for the key"} (stops requests that name other keys too)`,
      class: "caution",
      changes: [...renamed, ...asked],
    },
  ];
}

/** `ForAnyValue` is false where there is no key, so what was denied without one needs a Deny of its own. */
function repairOfDeny(policy: Policy, statement: Statement, test: ConditionTest): Fix[] {
  const operator = withQuantifier("ForAnyValue", test);
  const renamed = renameOperator(statement, test, operator);
  const isLifted = withoutItsKey(test) === true && !keysAreCertain(statement);
  const kept = isLifted ? withoutKeys(policy, statement, test) : [];
  if (renamed.length === 0 || (isLifted && kept.length === 0)) return [];
  return [
    {
      title: `Use ${operator}${isLifted ? ", and deny requests without the key by a statement of their own" : ""} (stops requests with one such key among others)`,
      class: "caution",
      changes: [...renamed, ...kept],
    },
  ];
}

function withQuantifier(quantifier: string, { operator }: ConditionTest): string {
  return `${quantifier}:${operator.replace(/^.*:/, "")}`;
}
