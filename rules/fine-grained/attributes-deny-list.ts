import {
  type AttributesStatement,
  attributesStatements,
  entriesOf,
  notDeniedWith,
  permits,
} from "../../core/access/attributes.ts";
import { resourceIndex } from "../../core/access/grants.ts";
import { relatedToStatement } from "../../core/access/opened.ts";
import { firstOf, labelOf, listOf, shortName } from "../../core/access/words.ts";
import { attributesSupported, selectSupported } from "../../core/iam/action-classes.ts";
import { perhapsNear } from "../../core/iam/arn-index.ts";
import { arnsOverlap } from "../../core/iam/arn-match.ts";
import { operatorOf } from "../../core/iam/conditions.ts";
import type { ConditionTest, Statement } from "../../core/iam/statements.ts";
import { atKey } from "../../core/iam/test-place.ts";
import { defineRule } from "../../core/lint/rule.ts";
import { holdersOf, isIdentityPolicy, policiesOf } from "../../core/model/policies.ts";
import type { Policy } from "../../core/model/policy.ts";
import type { Project } from "../../core/model/project.ts";

const SELECT = "dynamodb:Select";
/** They change only the attributes that they name, so a list of those they may not name holds. */
const GRANULAR = new Set(["dynamodb:UpdateItem", "dynamodb:PartiQLUpdate"]);
const READS = [...selectSupported].filter((name) => attributesSupported.has(name));

export default defineRule({
  name: "attributes-deny-list",
  topic: "fine-grained",
  severity: "warning",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A statement lists the attributes that may not be used, in place of those that may.",
    why: "Every attribute that is not on the list is open, also one that is added tomorrow, and trying names out tells which are hidden. A Deny by `dynamodb:Attributes` alone stops no read at all that names no attribute: without a projection a read returns the whole item. AWS advises against such lists, but for one: an Allow of UpdateItem only, which changes nothing but the attributes that it names.",
    how: "List the attributes that may be used, with `ForAllValues:StringEquals`; beside a Deny, also deny reads whose `dynamodb:Select` is not `SPECIFIC_ATTRIBUTES`.",
    references: ["https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html"],
    examples: [
      {
        title: "Reads of everything but two attributes",
        bad: `Resources:
  SupportPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: NotTheSecrets
            Effect: Allow
            Action: [dynamodb:GetItem, dynamodb:Query]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/customers
            Condition:
              ForAllValues:StringNotEquals:
                dynamodb:Attributes: [ssn, cardNumber]
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
          - Sid: WhatSupportNeeds
            Effect: Allow
            Action: [dynamodb:GetItem, dynamodb:Query]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/customers
            Condition:
              ForAllValues:StringEquals:
                dynamodb:Attributes: [customerId, name, plan]
              StringEqualsIfExists:
                dynamodb:Select: SPECIFIC_ATTRIBUTES
`,
      },
      {
        title: "A Deny that a read without a projection passes",
        bad: `Resources:
  SupportPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: [dynamodb:GetItem, dynamodb:Query]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/customers
          - Sid: NotTheSecrets
            Effect: Deny
            Action: [dynamodb:GetItem, dynamodb:Query]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/customers
            Condition:
              ForAnyValue:StringEquals:
                dynamodb:Attributes: [ssn, cardNumber]
`,
        good: `Resources:
  SupportPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: [dynamodb:GetItem, dynamodb:Query]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/customers
          - Sid: NotTheSecrets
            Effect: Deny
            Action: [dynamodb:GetItem, dynamodb:Query]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/customers
            Condition:
              ForAnyValue:StringEquals:
                dynamodb:Attributes: [ssn, cardNumber]
          - Sid: NameTheAttributes
            Effect: Deny
            Action: [dynamodb:GetItem, dynamodb:Query]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/customers
            Condition:
              StringNotEqualsIfExists:
                dynamodb:Select: SPECIFIC_ATTRIBUTES
`,
      },
    ],
  },
  controls: {},
  check(view, report) {
    const { project } = view;
    for (const limited of attributesStatements(view, "Allow")) {
      const test = limited.tests.find((each) => operatorOf(each).negated);
      const listed = namesOf(limited, (name) => attributesSupported.has(name) && !GRANULAR.has(name));
      if (!test || listed.length === 0) continue;
      report(atKey(limited.statement, test), {
        message: `The list of dynamodb:Attributes in ${labelOf(limited.statement)} says what ${firstOf(listed.map(shortName))} may not name: every other attribute is open, also one that is added later.`,
        related: relatedToStatement(project, limited.policy, limited.statement),
      });
    }
    for (const denied of attributesStatements(view, "Deny")) {
      const { policy, statement } = denied;
      const test = denied.tests.find(isEscapedByNamingNothing);
      const reads = namesOf(denied, (name) => READS.includes(name));
      if (!test || reads.length === 0) continue;
      const { surely, perhaps } = notDeniedWith(project, policy, statement, SELECT, "ALL_ATTRIBUTES", reads);
      const allowing = surely.length + perhaps.length > 0 ? allowingBeside(project, denied) : [];
      const open = (names: readonly string[]) => names.filter((name) => !isSelectRequired(allowing, name));
      const escaping = open(surely);
      if (escaping.length === 0) {
        if (open(perhaps).length > 0)
          report.cannotTell(atKey(statement, test), "it is not known which values of dynamodb:Select are denied");
        continue;
      }
      report(atKey(statement, test), {
        message: `The Deny in ${labelOf(statement)} stops ${listOf(escaping.map(shortName))} only where a request names the attributes: a read without a projection names none, and returns them. Deny reads whose dynamodb:Select is not SPECIFIC_ATTRIBUTES, too.`,
        related: relatedToStatement(project, denied.policy, denied.statement),
      });
    }
  },
});

function namesOf({ entries }: AttributesStatement, isMeant: (name: string) => boolean): string[] {
  return [...new Set(entries.flatMap(({ names }) => names.filter(isMeant)))];
}

/** Tests that ask for an attribute which is named, so that they are false where none is. */
function isEscapedByNamingNothing(test: ConditionTest): boolean {
  const { quantifier, negated, ifExists } = operatorOf(test);
  if (ifExists) return false;
  return quantifier === "foranyvalue" || (quantifier === undefined && !negated);
}

/** Do all statements in view that allow the action on a denied resource let it through only with a list of attributes? */
function isSelectRequired(allowing: readonly Allowing[], name: string): boolean {
  const relevant = allowing.filter(({ names }) => names.has(name));
  return (
    relevant.length > 0 && relevant.every(({ statement }) => permits(statement, SELECT, "ALL_ATTRIBUTES") === false)
  );
}

interface Allowing {
  statement: Statement;
  names: ReadonlySet<string>;
}

/** The statements in view of whoever has the policy that allow something on a denied resource. */
function allowingBeside(project: Project, { policy, statement }: AttributesStatement): Allowing[] {
  return policiesBeside(project, policy).flatMap((each) =>
    each.statements
      .filter((other) => other.effect === "Allow" && overlaps(project, other, statement))
      .map((other) => ({
        statement: other,
        names: new Set(entriesOf(project, each, other).flatMap(({ names }) => names)),
      })),
  );
}

function policiesBeside(project: Project, policy: Policy): readonly Policy[] {
  if (!isIdentityPolicy(policy)) return [policy];
  return [...new Set([policy, ...holdersOf(project, policy).flatMap((holder) => policiesOf(project, holder))])];
}

function overlaps(project: Project, a: Statement, b: Statement): boolean {
  if (a.notResources.length > 0 || b.notResources.length > 0) return true;
  const others = resourceIndex(project, b);
  return resourceIndex(project, a).all.some(({ arn }) =>
    perhapsNear(others, arn).some((other) => arnsOverlap(arn, other.arn) !== false),
  );
}
