import { surelyDeniedBeside } from "../../core/access/denies-beside.ts";
import { actionsIn, leadingKeysTests, matchesEveryKey } from "../../core/access/leading-keys.ts";
import { relatedToStatement } from "../../core/access/opened.ts";
import { labelOf, lowerFirst } from "../../core/access/words.ts";
import type { Setting } from "../../core/evaluate/setting.ts";
import { piecesOf } from "../../core/evaluate/value.ts";
import { leadingKeysSupported, writeItems } from "../../core/iam/action-classes.ts";
import { operatorOf } from "../../core/iam/conditions.ts";
import { variablesIn } from "../../core/iam/policy-variables.ts";
import { type ConditionTest, inStatement, type Statement } from "../../core/iam/statements.ts";
import { atKey } from "../../core/iam/test-place.ts";
import { type Fix, replaceWords } from "../../core/lint/fix.ts";
import { defineRule, type Message, type Report } from "../../core/lint/rule.ts";
import { isForEndUsers } from "../../core/model/end-users.ts";
import { holdersOf, isIdentityPolicy } from "../../core/model/policies.ts";
import type { Policy } from "../../core/model/policy.ts";
import type { Project } from "../../core/model/project.ts";
import { useOf } from "../../core/model/roles.ts";
import type { View } from "../../core/model/view.ts";

export default defineRule({
  name: "leadingkeys-value-too-loose",
  topic: "fine-grained",
  severity: "warning",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A condition on dynamodb:LeadingKeys matches the keys of others too.",
    why: "`StringLike` with `*` matches every key, so nothing is limited. `${aws:userid}*` without anything between the variable and the star matches whatever begins like the own id: the user `12` reaches what belongs to `123`. A negated operator allows every key but a few, and a fixed list on a role of end users is the same for all of them.",
    how: "Compare with the caller's own identity, e.g. `${cognito-identity.amazonaws.com:sub}` or `${aws:PrincipalTag/tenant}`, and put a separator before a star: `${aws:userid}#*`.",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html",
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html",
    ],
    examples: [
      {
        title: "No separator behind the variable",
        bad: `Resources:
  TenantPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: OwnTenant
            Effect: Allow
            Action: [dynamodb:GetItem, dynamodb:Query]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders
            Condition:
              ForAllValues:StringLike:
                dynamodb:LeadingKeys: ["\${aws:PrincipalTag/tenant}*"]
`,
        good: `Resources:
  TenantPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: OwnTenant
            Effect: Allow
            Action: [dynamodb:GetItem, dynamodb:Query]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders
            Condition:
              ForAllValues:StringLike:
                dynamodb:LeadingKeys: ["\${aws:PrincipalTag/tenant}#*"]
`,
      },
    ],
  },
  controls: {},
  check(view, report) {
    for (const policy of view.policies) {
      for (const statement of policy.statements) {
        const tests = leadingKeysTests(statement);
        if (tests.length > 0) checkTests(view, policy, statement, tests, report);
      }
    }
  },
});

/** In an Allow the values say which keys are open; in a Deny with a negated operator, which keys it spares. */
function checkTests(
  view: View,
  policy: Policy,
  statement: Statement,
  tests: readonly ConditionTest[],
  report: Report,
): void {
  const { project } = view;
  const related = () => relatedToStatement(project, policy, statement);
  const isAllow = statement.effect === "Allow";
  const opening = tests.filter((test) => operatorOf(test).negated !== isAllow);
  const loose = opening.map((test) => ({ test, found: looseValues(statement, test) }));
  // All tests of an Allow must hold, so a strict one is enough; each test of a Deny must hold too, so a loose one spares all.
  const told = isAllow && loose.some(({ found }) => found.length === 0) ? [] : loose.flatMap(({ found }) => found);
  for (const { value, message } of told)
    report({ ...value, when: inStatement(statement, value) }, { ...message, related: related() });
  for (const test of opening.filter(isPattern))
    for (const value of test.values)
      if (isOpaque(value)) report.cannotTell({ ...value, when: inStatement(statement, value) });
  if (!isAllow || told.length > 0) return;
  const [first] = tests;
  if (first && opening.length === 0) {
    report(atKey(statement, first), {
      ...(isIdentityPolicy(policy) && isForEndUsers(project, policy) && { severity: "error" }),
      message: `"${first.operator}" in ${labelOf(statement)} allows the items of every key but those that it names; name the keys that are allowed.`,
      related: related(),
    });
  }
  // That rule speaks of all that end users are given.
  if (view.runs("end-user-role-without-item-isolation")) return;
  const [shared] = opening;
  const message = shared && sharedByAll(project, policy, statement, opening);
  if (message) report(atKey(statement, shared), { ...message, related: related() });
}

/** Nothing is known of it, so it may be a star. */
function isOpaque({ value }: Setting): boolean {
  return value.kind === "parameter" || value.kind === "import" || value.kind === "opaque";
}

function isPattern(test: ConditionTest): boolean {
  return operatorOf(test).name === (operatorOf(test).negated ? "stringnotlike" : "stringlike");
}

function looseValues(statement: Statement, test: ConditionTest): { value: Setting; message: Message }[] {
  if (!isPattern(test)) return [];
  return test.values.flatMap((value) => {
    const pattern = (piecesOf(value.value) ?? []).map((piece) => (typeof piece === "string" ? piece : "\0")).join("");
    const message = ofEverything(statement, value, pattern) ?? ofBeginnings(statement, value, pattern);
    return message ? [{ value, message }] : [];
  });
}

function ofEverything(statement: Statement, value: Setting, pattern: string): Message | undefined {
  if (!matchesEveryKey(value)) return undefined;
  const outcome = statement.effect === "Allow" ? "is not limited to any items" : "denies nothing that carries it";
  return {
    severity: "error",
    message: `"${pattern}" matches every dynamodb:LeadingKeys, so ${labelOf(statement)} ${outcome}.`,
  };
}

/** `region:` and a UUID: all have one length, so none begins another. */
const EQUALLY_LONG = "cognito-identity.amazonaws.com:sub";

function ofBeginnings(statement: Statement, value: Setting, pattern: string): Message | undefined {
  const loose = variablesIn(pattern).find(({ end }) => /[*?]/.test(pattern.charAt(end)));
  if (!loose) return undefined;
  const shown = pattern.replaceAll("\0", "…");
  const isEquallyLong = loose.name.toLowerCase() === EQUALLY_LONG;
  return {
    severity: isEquallyLong ? "info" : "warning",
    message: isEquallyLong
      ? `"${shown}" in ${labelOf(statement)} has nothing between the variable and the wildcard; it holds only because the ids of identity pools all have one length.`
      : `"${shown}" in ${labelOf(statement)} also matches the keys of others that begin alike: who is "12" reaches what belongs to "123", as nothing stands between the variable and the wildcard.`,
    fixes: [separator(value, loose.written, pattern.charAt(loose.end))],
  };
}

/** In an `Fn::Sub` the variable is written `${!aws:userid}`: what is behind the brace is the same. */
function separator(value: Setting, variable: string, wildcard: string): Fix {
  const inside = variable.slice("${".length);
  return {
    title: 'Put "#" between the variable and the wildcard (stops access to keys that do not have it there)',
    class: "caution",
    changes: [replaceWords(value, `${inside}${wildcard}`, `${inside}#${wildcard}`)],
  };
}

function isSameForAll(setting: Setting): boolean {
  const pieces = piecesOf(setting.value);
  return (
    !isOpaque(setting) &&
    pieces !== undefined &&
    !pieces.some((piece) => typeof piece === "string" && piece.includes("${"))
  );
}

/** Nothing in the values depends on who asks, and many people ask. */
function sharedByAll(
  project: Project,
  policy: Policy,
  statement: Statement,
  opening: readonly ConditionTest[],
): Message | undefined {
  if (!isIdentityPolicy(policy)) return undefined;
  const areFixed = opening.every(({ values }) => values.length > 0 && values.every(isSameForAll));
  if (!areFixed) return undefined;
  const role = holdersOf(project, policy).find((holder) => useOf(holder) === "end user");
  const names = actionsIn(project, statement, surelyDeniedBeside(project, policy, statement)).filter((name) =>
    leadingKeysSupported.has(name),
  );
  if (!role || names.length === 0) return undefined;
  const writes = names.some((name) => writeItems.has(name));
  return {
    severity: writes ? "warning" : "info",
    message: `dynamodb:LeadingKeys in ${labelOf(statement)} names the same keys for every end user of ${lowerFirst(role.name)}: all of them ${writes ? "may change" : "read"} the same items.`,
  };
}
