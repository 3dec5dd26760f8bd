import {
  type AttributesStatement,
  attributesStatements,
  type Entry,
  reportUnreadActions,
} from "../../core/access/attributes.ts";
import { relatedToStatement } from "../../core/access/opened.ts";
import { labelOf, listOf, shortName } from "../../core/access/words.ts";
import { wholeItemWrites } from "../../core/iam/action-classes.ts";
import { type Fix, replaceItem } from "../../core/lint/fix.ts";
import { defineRule } from "../../core/lint/rule.ts";

export default defineRule({
  name: "attributes-with-whole-item-write",
  topic: "fine-grained",
  severity: "warning",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A statement limits attributes by dynamodb:Attributes and allows actions that replace or remove whole items.",
    why: "`dynamodb:Attributes` sees only the attributes that a request names. PutItem, DeleteItem and BatchWriteItem replace or remove the entire previous item, with the attributes that the caller may not touch.",
    how: "Allow UpdateItem instead, which changes only the attributes that it names.",
    references: ["https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html"],
    examples: [
      {
        title: "PutItem of some attributes",
        bad: `Resources:
  ProfilePolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: ChangeProfile
            Effect: Allow
            Action: [dynamodb:PutItem, dynamodb:UpdateItem]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/players
            Condition:
              ForAllValues:StringEquals:
                dynamodb:Attributes: [playerId, displayName]
              StringEqualsIfExists:
                dynamodb:ReturnValues: [NONE, UPDATED_OLD, UPDATED_NEW]
`,
        good: `Resources:
  ProfilePolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: ChangeProfile
            Effect: Allow
            Action: [dynamodb:UpdateItem]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/players
            Condition:
              ForAllValues:StringEquals:
                dynamodb:Attributes: [playerId, displayName]
              StringEqualsIfExists:
                dynamodb:ReturnValues: [NONE, UPDATED_OLD, UPDATED_NEW]
`,
      },
    ],
  },
  controls: {},
  check(view, report) {
    for (const limited of attributesStatements(view, "Allow")) {
      reportUnreadActions(limited, report);
      for (const entry of limited.entries) {
        const writes = entry.names.filter((name) => wholeItemWrites.has(name));
        if (writes.length === 0) continue;
        report(entry.at, {
          message: `${listOf(writes.map(shortName))} in ${labelOf(limited.statement)} ${effectOf(writes)} whole items, so attributes that dynamodb:Attributes keeps out of reach can be destroyed.`,
          related: relatedToStatement(view.project, limited.policy, limited.statement),
          fixes: removal(limited, entry),
        });
      }
    }
  },
});

function effectOf(writes: readonly string[]): string {
  const replaces = writes.some((name) => name === "dynamodb:PutItem" || name === "dynamodb:BatchWriteItem");
  const removes = writes.some((name) => name !== "dynamodb:PutItem");
  const ending = writes.length === 1 ? "s" : "";
  if (!removes) return `replace${ending}`;
  return replaces ? `replace${ending} or remove${ending}` : `remove${ending}`;
}

/** Not by wildcards, which grant more than this; nor the last action, which a statement needs. */
function removal({ statement }: AttributesStatement, { at, pattern, names }: Entry): Fix[] {
  if (pattern === undefined || /[*?]/.test(pattern) || statement.actions.length < 2) return [];
  return [
    {
      title: `Remove ${pattern} (stops ${listOf(names.map(shortName))})`,
      class: "caution",
      changes: [replaceItem(at, [])],
    },
  ];
}
