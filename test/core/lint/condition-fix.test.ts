import { expect, test } from "vitest";
import { applyChange } from "../../../core/lint/apply.ts";
import { addTests, type NewTest } from "../../../core/lint/condition-fix.ts";
import { resourcePoliciesOf } from "../../../core/model/resource-policies.ts";
import { applyEdits } from "../../../core/syntax/edit.ts";
import { only, projectOf, templateOf } from "../model/support.ts";

const text = (condition: string) =>
  `Resources:\n  T: { Type: AWS::DynamoDB::Table, Properties: { ResourcePolicy: { PolicyDocument: { Statement: { Effect: Deny${condition} } } } } }\n`;

/** The statement after the tests are added. */
function added(condition: string, ...tests: NewTest[]): string {
  const template = templateOf(projectOf(text(condition)));
  const statement = only(only(resourcePoliciesOf(template)).statements);
  const edits = addTests(statement, tests).flatMap((change) => applyChange(template, change)?.edits ?? []);
  return applyEdits(template.source.text, edits)
    .replace(/^.*Effect: Deny/s, "")
    .replace(/ \} \} \} \} \}\n$/, "");
}

const ORG: NewTest = { operator: "StringEquals", key: "aws:PrincipalOrgID", value: "o-1" };
const ARNS: NewTest = { operator: "ArnNotLike", key: "aws:PrincipalArn", value: ["arn:b"] };

test.each([
  ["", ", Condition: { StringEquals: { aws:PrincipalOrgID: o-1 }, ArnNotLike: { aws:PrincipalArn: [arn:b] } }"],
  [
    ", Condition: { Bool: { a: true } }",
    ", Condition: { Bool: { a: true }, StringEquals: { aws:PrincipalOrgID: o-1 }, ArnNotLike: { aws:PrincipalArn: [arn:b] } }",
  ],
  [
    ", Condition: { stringequals: { a: b } }",
    ", Condition: { stringequals: { a: b, aws:PrincipalOrgID: o-1 }, ArnNotLike: { aws:PrincipalArn: [arn:b] } }",
  ],
  [
    ", Condition: { ArnNotLike: { AWS:principalarn: [arn:a] } }",
    ", Condition: { ArnNotLike: { AWS:principalarn: [arn:a, arn:b] }, StringEquals: { aws:PrincipalOrgID: o-1 } }",
  ],
  [
    ", Condition: { ArnNotLike: { aws:PrincipalArn: arn:a } }",
    ", Condition: { ArnNotLike: { aws:PrincipalArn: [arn:a, arn:b] }, StringEquals: { aws:PrincipalOrgID: o-1 } }",
  ],
  [
    ", Condition: { ArnNotLike: { aws:PrincipalArn: !Sub 'arn:${A}' } }",
    ", Condition: { ArnNotLike: { aws:PrincipalArn: !Sub 'arn:${A}' }, StringEquals: { aws:PrincipalOrgID: o-1 }, ArnNotLikeIfExists: { aws:PrincipalArn: [arn:b] } }",
  ],
])("beside what stands there:%s", (before, after) => {
  expect(added(before, ORG, ARNS)).toBe(after);
});
