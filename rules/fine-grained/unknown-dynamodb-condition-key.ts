import { renameTestKey } from "../../core/access/rename-test.ts";
import { labelOf } from "../../core/access/words.ts";
import { conditionKeysOf } from "../../core/iam/actions.ts";
import { withoutItsKey } from "../../core/iam/conditions.ts";
import type { ConditionTest, Statement } from "../../core/iam/statements.ts";
import { atKey } from "../../core/iam/test-place.ts";
import type { Fix } from "../../core/lint/fix.ts";
import { defineRule, type Message } from "../../core/lint/rule.ts";
import { onlyClosest } from "../../core/lint/suggest.ts";

export default defineRule({
  name: "unknown-dynamodb-condition-key",
  topic: "fine-grained",
  severity: "error",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A condition tests a key with the prefix dynamodb: or dax: that does not exist.",
    why: "IAM does not reject such a key: it is a key that no request carries. A positive operator is then never true, so a Deny denies nothing and an Allow allows nothing. A negated operator, `…IfExists`, `ForAllValues:` and `Null: true` are always true, so an Allow is not limited at all. A missing letter is enough, as in `dynamodb:Attribute`.",
    how: "Write the key as AWS calls it, e.g. `dynamodb:Attributes` or `dynamodb:LeadingKeys`. Tags of tables are tested with `aws:ResourceTag/…`.",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html",
      "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html",
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html",
    ],
    examples: [
      {
        title: "A key without its last letter",
        bad: `Resources:
  SupportPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: PublicAttributes
            Effect: Allow
            Action: dynamodb:GetItem
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/players
            Condition:
              ForAllValues:StringEquals:
                dynamodb:Attribute: [playerId, displayName]
              StringEqualsIfExists:
                dynamodb:Select: SPECIFIC_ATTRIBUTES
`,
        good: `Resources:
  SupportPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: PublicAttributes
            Effect: Allow
            Action: dynamodb:GetItem
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/players
            Condition:
              ForAllValues:StringEquals:
                dynamodb:Attributes: [playerId, displayName]
              StringEqualsIfExists:
                dynamodb:Select: SPECIFIC_ATTRIBUTES
`,
      },
    ],
  },
  controls: {},
  // The tests that get their right name are looked at by these from then on.
  silences: [
    "leadingkeys-with-uncovered-action",
    "leadingkeys-operator-not-forallvalues",
    "leadingkeys-value-too-loose",
    "partiql-select-allows-full-scan",
    "attributes-without-select",
    "attributes-without-returnvalues",
    "attributes-with-whole-item-write",
    "attributes-deny-list",
    "attributes-misses-key-attributes",
  ],
  check({ policies }, report) {
    for (const { statements } of policies) {
      for (const statement of statements) {
        for (const test of statement.conditions) {
          if (!isUnknownKey(test.key)) continue;
          const at = atKey(statement, test);
          const outcome = withoutItsKey(test);
          if (outcome === undefined) report.cannotTell(at, "what its Null test asks for is not known");
          else report(at, toldOf(statement, test, outcome));
        }
      }
    }
  },
});

const KNOWN = {
  dynamodb: { service: "DynamoDB", keys: [...conditionKeysOf("dynamodb").keys()] },
  dax: { service: "DAX", keys: [...conditionKeysOf("dax").keys()] },
};

/** `dynamodb:ResourceTag/…` is none either, but what is meant by it is another key: abac-condition-does-not-work speaks of that. */
function isUnknownKey(key: string): boolean {
  const known = knownFor(key);
  if (!known || /^dynamodb:resourcetag(?:\/|$)/i.test(key)) return false;
  return !known.keys.some((each) => each.toLowerCase() === key.toLowerCase());
}

function knownFor(key: string): (typeof KNOWN)["dynamodb" | "dax"] | undefined {
  const [, prefix] = /^(dynamodb|dax):/.exec(key.toLowerCase()) ?? [];
  return prefix === "dynamodb" || prefix === "dax" ? KNOWN[prefix] : undefined;
}

function toldOf(statement: Statement, test: ConditionTest, isTrue: boolean): Message {
  const meant = meantBy(test.key);
  const service = knownFor(test.key)?.service ?? "DynamoDB";
  const isHole = (statement.effect === "Allow") === isTrue;
  return {
    severity: isHole ? "error" : "warning",
    message: `"${test.key}" is no condition key of ${service}${meant ? ` (did you mean "${meant}"?)` : ""}, so the test is always ${isTrue}: ${consequence(statement, isTrue)}.`,
    fixes: meant ? renaming(statement, test, meant, isTrue) : [],
  };
}

function consequence(statement: Statement, isTrue: boolean): string {
  const label = labelOf(statement);
  if (statement.effect === "Allow")
    return isTrue ? `it does not limit what ${label} allows` : `${label} allows nothing`;
  return isTrue ? `it exempts nothing from what ${label} denies` : `${label} denies nothing`;
}

function renaming(statement: Statement, test: ConditionTest, meant: string, isTrue: boolean): Fix[] {
  const changes = renameTestKey(statement, test, meant);
  if (changes.length === 0) return [];
  const grants = (statement.effect === "Allow") !== isTrue;
  return [
    {
      title: `Rename ${test.key} to ${meant} (${grants ? "grants" : "stops"} what the test then ${grants ? "lets through" : "keeps out"})`,
      class: "caution",
      changes,
    },
  ];
}

/** The key that was probably meant: names are compared without their prefix, which all share. */
function meantBy(key: string): string | undefined {
  const [prefix = "", name = ""] = splitAtColon(key);
  const known = knownFor(`${prefix}:`)?.keys ?? [];
  const meant = onlyClosest(
    name.trim(),
    known.map((each) => splitAtColon(each)[1] ?? ""),
  );
  return known.find((each) => splitAtColon(each)[1] === meant);
}

function splitAtColon(key: string): string[] {
  const colon = key.indexOf(":");
  return [key.slice(0, colon), key.slice(colon + 1)];
}
