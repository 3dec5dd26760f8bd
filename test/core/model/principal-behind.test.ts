import { describe, expect, test } from "vitest";
import { principalsOf } from "../../../core/model/policies.ts";
import { meansPrincipal, principalBehind, principalName } from "../../../core/model/principal-behind.ts";
import { resourcePoliciesOf } from "../../../core/model/resource-policies.ts";
import { only, projectOf, templateOf } from "./support.ts";

/** One entry of `Principal`, and the roles of the template. */
function entryOf(principal: string) {
  const project = projectOf(`Parameters:
  P: { Type: String }
Resources:
  Named: { Type: AWS::IAM::Role, Properties: { RoleName: reader } }
  Generated: { Type: AWS::IAM::Role }
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      ResourcePolicy:
        PolicyDocument:
          Statement: { Effect: Allow, Principal: ${principal}, Action: dynamodb:GetItem, Resource: "*" }
`);
  const template = templateOf(project);
  const [statement] = only(resourcePoliciesOf(template)).statements;
  const entry = only(statement?.principals ?? []);
  const [named, generated] = principalsOf(template);
  if (!named || !generated) throw new Error("no roles");
  return { project, entry, named, generated };
}

describe("the principal behind an entry, and whether it means either role", () => {
  test.each([
    ["{ AWS: !GetAtt Named.Arn }", "Named", true, false],
    ["{ AWS: !GetAtt Generated.Arn }", "Generated", false, true],
    ["{ AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:role/reader' }", "Named", true, false],
    ["{ AWS: 'arn:aws:iam::111122223333:role/team/reader' }", "Named", true, false],
    ["{ AWS: 'arn:aws:iam::111122223333:user/reader' }", undefined, false, false],
    ["{ AWS: 'arn:aws:iam::111122223333:role/writer' }", undefined, false, false],
    ["{ AWS: 'arn:aws:iam::111122223333:role/stack-Generated-1ABC' }", undefined, false, undefined],
    ["{ AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:role/${P}' }", undefined, undefined, undefined],
    ["{ AWS: !Ref P }", undefined, undefined, undefined],
    ["{ AWS: !Ref AWS::AccountId }", undefined, false, false],
    ["{ AWS: 'arn:aws:iam::111122223333:root' }", undefined, false, false],
    ["{ Service: lambda.amazonaws.com }", undefined, false, false],
    ['"*"', undefined, true, true],
  ])("%s", (principal, behind, isNamed, isGenerated) => {
    const { project, entry, named, generated } = entryOf(principal);
    expect(principalBehind(project, entry)?.resource.logicalId).toBe(behind);
    expect(meansPrincipal(project, entry, named)).toBe(isNamed);
    expect(meansPrincipal(project, entry, generated)).toBe(isGenerated);
  });

  test.each([
    ["{ AWS: !GetAtt Named.Arn }", 'Role "Named"'],
    ["{ AWS: 'arn:aws:iam::111122223333:role/writer' }", "arn:aws:iam::111122223333:role/writer"],
    ["{ AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:role/writer' }", "arn:aws:iam::${AWS::AccountId}:role/writer"],
  ])("%s is called %s", (principal, name) => {
    const { project, entry } = entryOf(principal);
    expect(principalName(project, entry)).toBe(name);
  });
});
