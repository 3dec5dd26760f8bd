import { concernsDynamoDb } from "../../core/access/concerns.ts";
import { policySubTexts } from "../../core/access/policy-sub-texts.ts";
import { labelOf, listOf } from "../../core/access/words.ts";
import { compatible, isAbsent, isUnknown, type Setting, text } from "../../core/evaluate/setting.ts";
import { piecesOf } from "../../core/evaluate/value.ts";
import { variablesIn } from "../../core/iam/policy-variables.ts";
import { inStatement, type Statement } from "../../core/iam/statements.ts";
import { type Change, type Fix, replaceWords, set } from "../../core/lint/fix.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import type { Policy } from "../../core/model/policy.ts";

export default defineRule({
  name: "policy-variable-not-substituted",
  topic: "fine-grained",
  severity: "error",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A policy variable is never replaced by the caller's value.",
    why: 'IAM replaces variables such as `${aws:userid}` only in policies of the version "2012-10-17". Without a `Version` a policy is of 2008-10-17, and the variable is a text like any other: an Allow for the own items allows nobody anything, a Deny for the items of others denies everybody everything. Inside `Fn::Sub` CloudFormation reads the variable first, looks for a resource of that name and refuses the template.',
    how: 'Begin the policy with `Version: "2012-10-17"`. Inside `Fn::Sub` write `${!aws:userid}`, which becomes `${aws:userid}` in the policy.',
    references: [
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html",
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html",
      "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-sub.html",
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html",
    ],
    examples: [
      {
        title: "No Version",
        bad: `Resources:
  PlayerPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Statement:
          - Sid: OwnItems
            Effect: Allow
            Action: [dynamodb:GetItem, dynamodb:Query]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/scores
            Condition:
              ForAllValues:StringEquals:
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
            Action: [dynamodb:GetItem, dynamodb:Query]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/scores
            Condition:
              ForAllValues:StringEquals:
                dynamodb:LeadingKeys: ["\${cognito-identity.amazonaws.com:sub}"]
`,
      },
      {
        title: "A variable inside Fn::Sub",
        bad: `Resources:
  PlayerPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: OwnTable
            Effect: Allow
            Action: [dynamodb:GetItem, dynamodb:Query]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/\${aws:PrincipalTag/team}-scores
`,
        good: `Resources:
  PlayerPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: OwnTable
            Effect: Allow
            Action: [dynamodb:GetItem, dynamodb:Query]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/\${!aws:PrincipalTag/team}-scores
`,
      },
    ],
  },
  controls: {},
  // What the values match is looked at once the variables stand for something.
  silences: ["leadingkeys-value-too-loose", "variable-never-present-for-principal"],
  check({ policies, project }, report) {
    for (const policy of policies) {
      const ours = policy.statements.filter((statement) => concernsDynamoDb(project, statement));
      for (const statement of ours) checkVersion(policy, statement, report);
      checkSubTexts(policy, ours, report);
    }
  },
});

const CURRENT = "2012-10-17";
const BEFORE_VARIABLES = "2008-10-17";

function isOld(version: Setting): boolean {
  return isAbsent(version) || text(version) === BEFORE_VARIABLES;
}

/** Variables in resources and condition values, in a document of a version that has none. */
function checkVersion(policy: Policy, statement: Statement, report: Report): void {
  for (const version of policy.versions) {
    if (!isOld(version) && !isUnknown(version)) continue;
    for (const { value, variables } of usesIn(statement)) {
      if (!compatible(value, version)) continue;
      const at = { ...value, when: inStatement(statement, value, version) };
      if (!isOld(version)) {
        report.cannotTell(at, "the version of its policy is not known");
        continue;
      }
      const several = variables.length > 1;
      report(at, {
        message: `Policy variable${several ? "s" : ""} ${listOf(variables)} in ${labelOf(statement)} ${several ? "are" : "is"} taken literally, because ${isAbsent(version) ? "the policy has no Version, which means 2008-10-17" : "the policy's Version is 2008-10-17"}; only "${CURRENT}" has variables.`,
        fixes: [newVersion(policy, version)],
      });
    }
  }
}

function usesIn(statement: Statement): { value: Setting; variables: string[] }[] {
  const values = [
    ...statement.resources,
    ...statement.notResources,
    ...statement.conditions.flatMap((test) => test.values),
  ];
  return values.flatMap((value) => {
    const pieces = piecesOf(value.value) ?? [];
    const found = pieces.flatMap((piece) => (typeof piece === "string" ? variablesIn(piece) : []));
    const variables = [...new Set(found.map(({ written }) => written))];
    return variables.length > 0 ? [{ value, variables }] : [];
  });
}

function newVersion(policy: Policy, version: Setting): Fix {
  const isUsedBy = (effect: Statement["effect"]) =>
    policy.statements.some((each) => each.effect === effect && usesIn(each).length > 0);
  const does = [...(isUsedBy("Allow") ? ["grants"] : []), ...(isUsedBy("Deny") ? ["stops"] : [])];
  return {
    title: `Set Version to "${CURRENT}" (${listOf(does)} what the variables stand for, which differs by caller)`,
    class: "caution",
    changes: [set(version, CURRENT)],
  };
}

/** Variables that CloudFormation takes for names of the template. */
function checkSubTexts(policy: Policy, statements: readonly Statement[], report: Report): void {
  for (const { at, names } of policySubTexts(policy, statements)) {
    const variables = names.filter((name) => name.includes(":") && variablesIn(`\${${name}}`).length === 1);
    if (variables.length === 0) continue;
    const written = (mark: string) => listOf(variables.map((name) => `\${${mark}${name}}`));
    report(at, {
      message: `CloudFormation looks for ${written("")} among the names of this template and refuses the template; write ${written("!")}, which it leaves to IAM.`,
      fixes: [escaping(policy, at, variables)],
    });
  }
}

function escaping(policy: Policy, text: Setting, names: readonly string[]): Fix {
  const written = listOf(names.map((name) => `\${!${name}}`));
  const old = policy.versions.filter(isOld);
  return {
    title: `Write the variable${names.length > 1 ? "s" : ""} as ${written}${old.length > 0 ? ` and set Version to "${CURRENT}"` : ""}`,
    class: old.length > 0 ? "caution" : "safe",
    changes: [...names.map((name) => escapedIn(text, name)), ...old.map((version) => set(version, CURRENT))],
  };
}

/** Up to the default value of a variable, which may hold quotes. */
function escapedIn(text: Setting, name: string): Change {
  const start = /^[^\s,]+/.exec(name)?.[0] ?? name;
  const end = start === name ? "}" : "";
  return replaceWords(text, `\${${start}${end}`, `\${!${start}${end}`);
}
