import {
  type AttributesStatement,
  attributesStatements,
  byParameters,
  permittedWith,
  reportUnreadActions,
} from "../../core/access/attributes.ts";
import { limitParameter } from "../../core/access/limit-parameter.ts";
import { relatedToStatement } from "../../core/access/opened.ts";
import { labelOf, listOf, shortName } from "../../core/access/words.ts";
import { returnValuesSupported, writeItems } from "../../core/iam/action-classes.ts";
import { isKey } from "../../core/iam/conditions.ts";
import { atKey } from "../../core/iam/test-place.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import type { Project } from "../../core/model/project.ts";

const RETURN_VALUES = "dynamodb:ReturnValues";
const WRITES: ReadonlySet<string> = new Set([...writeItems].filter((name) => returnValuesSupported.has(name)));
/** The values of the parameter that return whole items, and the writes that take them. */
const OPEN: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["ALL_OLD", WRITES],
  // Of a put there is nothing new to return, of a delete nothing at all.
  ["ALL_NEW", new Set(["dynamodb:UpdateItem", "dynamodb:PartiQLUpdate"])],
]);

export default defineRule({
  name: "attributes-without-returnvalues",
  topic: "fine-grained",
  severity: "warning",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A statement limits attributes by dynamodb:Attributes and allows writes, but not only those that return what they changed.",
    why: "A write can return the item: with `ReturnValues` set to `ALL_OLD` or `ALL_NEW`, UpdateItem returns every attribute, although the request names only the allowed ones. PutItem and DeleteItem return the whole old item.",
    how: "Allow only `NONE`, `UPDATED_OLD` and `UPDATED_NEW` for `dynamodb:ReturnValues`, with StringEqualsIfExists where the statement also allows reads.",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html",
      "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html",
    ],
    examples: [
      {
        title: "UpdateItem of some attributes",
        bad: `Resources:
  ProfilePolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: ChangeProfile
            Effect: Allow
            Action: dynamodb:UpdateItem
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/players
            Condition:
              ForAllValues:StringEquals:
                dynamodb:Attributes: [playerId, displayName]
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
            Action: dynamodb:UpdateItem
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
      for (const each of byParameters(limited, RETURN_VALUES)) checkStatement(view.project, each, report);
    }
  },
});

function checkStatement(project: Project, limited: AttributesStatement, report: Report): void {
  const { statement, tests } = limited;
  const loose = statement.conditions.find((test) => isKey(test, RETURN_VALUES));
  const at = atKey(statement, loose ?? tests[0]);
  const { byValue, undecided } = permittedWith(project, limited, RETURN_VALUES, OPEN);
  if (byValue.size === 0) {
    if (undecided) report.cannotTell(at, "it is not known which values of dynamodb:ReturnValues its condition allows");
    return;
  }
  const writes = [...new Set([...byValue.values()].flat())].map(shortName);
  const reason = loose ? `may be ${[...byValue.keys()].join(" or ")}` : "is not limited";
  report(at, {
    message: `${listOf(writes)} in ${labelOf(statement)} can return attributes that dynamodb:Attributes keeps hidden, because dynamodb:ReturnValues ${reason}.`,
    related: relatedToStatement(project, limited.policy, limited.statement),
    fixes: [
      {
        title:
          "Allow only NONE, UPDATED_OLD and UPDATED_NEW for dynamodb:ReturnValues (stops calls that ask for whole items)",
        class: "caution",
        changes: limitParameter(statement, RETURN_VALUES, ["NONE", "UPDATED_OLD", "UPDATED_NEW"]),
      },
    ],
  });
}
