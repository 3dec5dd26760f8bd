import {
  type AttributesStatement,
  attributesStatements,
  byParameters,
  permittedWith,
  reportUnreadActions,
} from "../../core/access/attributes.ts";
import { resourceArns } from "../../core/access/grants.ts";
import { limitParameter } from "../../core/access/limit-parameter.ts";
import { relatedToStatement } from "../../core/access/opened.ts";
import { firstOf, labelOf, listOf, shortName } from "../../core/access/words.ts";
import { attributesSupported, selectSupported } from "../../core/iam/action-classes.ts";
import { type ArnText, isBareStar, resourceShape } from "../../core/iam/arn.ts";
import { isKey } from "../../core/iam/conditions.ts";
import { atKey } from "../../core/iam/test-place.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import type { Project } from "../../core/model/project.ts";

const SELECT = "dynamodb:Select";
const READS: ReadonlySet<string> = new Set([...selectSupported].filter((name) => attributesSupported.has(name)));
/** Of them, the two that can ask for what an index holds. */
const INDEX_READS: ReadonlySet<string> = new Set(["dynamodb:Query", "dynamodb:Scan"]);

export default defineRule({
  name: "attributes-without-select",
  topic: "fine-grained",
  severity: "error",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A statement limits which attributes may be read by dynamodb:Attributes, but not dynamodb:Select, and allows reads.",
    why: "`dynamodb:Attributes` sees the attributes that a request names. A read without a projection names none beyond its keys and filters, passes the test, and returns whole items. Only `dynamodb:Select`, which is then `ALL_ATTRIBUTES`, tells such a read from one that asks for what it may see.",
    how: 'Add `"StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}` to the condition, so that a read has to name its attributes.',
    references: [
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_dynamodb_attributes.html",
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html",
    ],
    examples: [
      {
        title: "Query of some attributes",
        bad: `Resources:
  SupportPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: PublicAttributes
            Effect: Allow
            Action: [dynamodb:GetItem, dynamodb:Query]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/players
            Condition:
              ForAllValues:StringEquals:
                dynamodb:Attributes: [playerId, displayName, level]
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
            Action: [dynamodb:GetItem, dynamodb:Query]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/players
            Condition:
              ForAllValues:StringEquals:
                dynamodb:Attributes: [playerId, displayName, level]
              StringEqualsIfExists:
                dynamodb:Select: SPECIFIC_ATTRIBUTES
`,
      },
    ],
  },
  controls: {},
  check(view, report) {
    for (const limited of attributesStatements(view, "Allow")) {
      reportUnreadActions(limited, report);
      for (const each of byParameters(limited, SELECT)) checkStatement(view.project, each, report);
    }
  },
});

function checkStatement(project: Project, limited: AttributesStatement, report: Report): void {
  const { statement, tests } = limited;
  const loose = statement.conditions.find((test) => isKey(test, SELECT));
  const at = atKey(statement, loose ?? tests[0]);
  const { byValue, undecided } = permittedWith(project, limited, SELECT, openValues(project, limited));
  if (byValue.size === 0) {
    if (undecided) report.cannotTell(at, "it is not known which values of dynamodb:Select its condition allows");
    return;
  }
  const reads = [...new Set([...byValue.values()].flat())].map(shortName);
  report(at, {
    message: `The limit by dynamodb:Attributes in ${labelOf(statement)} can be bypassed by ${firstOf(reads)}: ${reasonOf(loose !== undefined, [...byValue.keys()])}.`,
    related: relatedToStatement(project, limited.policy, limited.statement),
    fixes: [
      {
        title: "Require dynamodb:Select to be SPECIFIC_ATTRIBUTES (stops reads that do not name their attributes)",
        class: "caution",
        changes: limitParameter(statement, SELECT, "SPECIFIC_ATTRIBUTES"),
      },
    ],
  });
}

/**
 * The values of Select with which a read returns more than it names. COUNT returns no attributes. ALL_PROJECTED_ATTRIBUTES returns what an
 * index holds: meant where the statement names the index, but not where a pattern takes indexes in along with the table.
 */
function openValues(project: Project, { statement }: AttributesStatement): Map<string, ReadonlySet<string>> {
  const takesIndexesIn = resourceArns(project, statement).some(({ arn }) => arn && isMoreThanATable(arn));
  return new Map([
    ["ALL_ATTRIBUTES", READS],
    ...(takesIndexesIn ? [["ALL_PROJECTED_ATTRIBUTES", INDEX_READS] as const] : []),
  ]);
}

function isMoreThanATable(arn: ArnText): boolean {
  const shape = resourceShape(arn);
  const last = arn.at(-1);
  return isBareStar(arn) || shape === "any" || (shape === "table" && typeof last === "string" && last.includes("*"));
}

function reasonOf(isTested: boolean, values: readonly string[]): string {
  if (isTested)
    return `dynamodb:Select may be ${listOf(values)}, which returns attributes that the request does not name`;
  return "a read that names no attributes returns whole items, because dynamodb:Select is not limited to SPECIFIC_ATTRIBUTES";
}
