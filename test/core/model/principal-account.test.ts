import { describe, expect, test } from "vitest";
import { accountOf, principalPath, writtenText } from "../../../core/model/principal-account.ts";
import { createProject } from "../../../core/model/project.ts";
import { resourcePoliciesOf } from "../../../core/model/resource-policies.ts";
import { template as read } from "./files.ts";
import { only } from "./support.ts";

const table = (principal: string) => `Parameters:
  P: { Type: String }
Resources:
  R: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: {} } }
  Child: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: child.yaml } }
  Made: { Type: "Custom::Role" }
  Stored: { Type: AWS::SSM::Parameter, Properties: { Type: String, Value: a } }
  T:
    Type: AWS::DynamoDB::Table
    Properties:
      ResourcePolicy:
        PolicyDocument:
          Statement: { Effect: Allow, Principal: ${principal}, Action: "dynamodb:GetItem", Resource: "*" }
`;

/** The principal of the only statement in the table's policy, among other templates by file name. */
function principal(text: string, account?: string, others: Record<string, [text: string, account?: string]> = {}) {
  const inputs = (id: string | undefined) => (id === undefined ? {} : { account: id });
  const project = createProject([
    read("template.yaml", table(text), inputs(account)),
    ...Object.entries(others).map(([file, [body, id]]) => read(file, body, inputs(id))),
  ]);
  const [template] = project.templates;
  if (!template) throw new Error("no template");
  const [statement] = only(resourcePoliciesOf(template)).statements;
  return { project, principal: only(statement?.principals ?? []) };
}

/** `own whole`, `444455556666?` where it may be the own one, and so on. */
function told(...given: Parameters<typeof principal>): string {
  const found = principal(...given);
  const account = accountOf(found.principal, found.project);
  const whole = "whole" in account && account.whole ? " whole" : "";
  if (account.kind !== "account") return `${account.kind}${whole}`;
  return `${account.account}${account.isForeign ? "" : "?"}${whole}`;
}

describe("without the stack's account", () => {
  test.each([
    ['"*"', "anyone"],
    ['{ AWS: "*" }', "anyone"],
    ["{ AWS: !Ref AWS::AccountId }", "own whole"],
    ["{ AWS: !Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root' }", "own whole"],
    ["{ AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root' }", "own whole"],
    ["{ AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:role/${P}' }", "own"],
    ['{ AWS: !Join [":", [arn, aws, iam, "", !Ref AWS::AccountId, role/app]] }', "own"],
    ["{ AWS: !GetAtt R.Arn }", "own"],
    ['{ AWS: "444455556666" }', "444455556666? whole"],
    ["{ AWS: 444455556666 }", "444455556666? whole"],
    ["{ AWS: 012345678901 }", "012345678901? whole"],
    ["{ AWS: arn:aws:iam::444455556666:root }", "444455556666? whole"],
    ["{ AWS: arn:aws-cn:iam::444455556666:user/team/ann }", "444455556666?"],
    ["{ AWS: !Sub 'arn:${AWS::Partition}:iam::444455556666:role/app' }", "444455556666?"],
    ["{ AWS: !Sub 'arn:${P}:iam::444455556666:role/app' }", "444455556666?"],
    ["{ AWS: arn:aws:sts::444455556666:assumed-role/app/session }", "444455556666?"],
    ["{ AWS: arn:aws:sts::444455556666:federated-user/ann }", "444455556666?"],
    [
      "{ AWS: arn:aws:iam::444455556666:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup }",
      "444455556666?",
    ],
    ["{ AWS: AIDACKCEVSQ6C2EXAMPLE }", "unknown"],
    ["{ AWS: AROADBQP57FF2AEXAMPLE }", "unknown"],
    ["{ AWS: !Sub 'arn:aws:iam::${P}:root' }", "unknown"],
    ["{ AWS: !Ref P }", "unknown"],
    ["{ AWS: !ImportValue role }", "unknown"],
    ["{ AWS: !GetAtt Child.Outputs.RoleArn }", "unknown"],
    ["{ AWS: !GetAtt Made.Arn }", "unknown"],
    ["{ AWS: !GetAtt Stored.Value }", "unknown"],
    ["{ AWS: !GetAtt Nobody.Arn }", "unknown"],
    ['{ AWS: "1234" }', "unknown"],
    ["{ AWS: arn:aws:s3:::bucket }", "unknown"],
    ["{ Service: s3.amazonaws.com }", "none"],
    ["{ Federated: arn:aws:iam::444455556666:saml-provider/x }", "none"],
    ["{ CanonicalUser: 79a59df900b949e5 }", "none"],
  ])("%s: %s", (text, expected) => {
    expect(told(text)).toBe(expected);
  });
});

describe("with it", () => {
  test.each([
    ['{ AWS: "111122223333" }', "own whole"],
    ["{ AWS: arn:aws:iam::111122223333:role/app }", "own"],
    ["{ AWS: !Ref AWS::AccountId }", "own whole"],
    ["{ AWS: arn:aws:iam::444455556666:role/app }", "444455556666"],
    ['{ AWS: "444455556666" }', "444455556666 whole"],
    ["{ AWS: !Ref P }", "unknown"],
  ])("%s: %s", (text, expected) => {
    expect(told(text, "111122223333")).toBe(expected);
  });
});

describe("over stacks", () => {
  const exporting =
    "Resources: { R: { Type: AWS::IAM::Role } }\nOutputs: { A: { Value: !GetAtt R.Arn, Export: { Name: role } } }\n";

  test("what another stack exports", () => {
    expect(told("{ AWS: !ImportValue role }", undefined, { "other.yaml": [exporting] })).toBe("own");
    expect(told("{ AWS: !ImportValue role }", "111122223333", { "other.yaml": [exporting] })).toBe("own");
    expect(told("{ AWS: !ImportValue role }", "111122223333", { "other.yaml": [exporting, "111122223333"] })).toBe(
      "own",
    );
    expect(told("{ AWS: !ImportValue role }", "111122223333", { "other.yaml": [exporting, "444455556666"] })).toBe(
      "444455556666",
    );
  });

  test("what a nested stack gives", () => {
    const child = "Resources: { R: { Type: AWS::IAM::Role } }\nOutputs: { RoleArn: { Value: !GetAtt R.Arn } }\n";
    expect(told("{ AWS: !GetAtt Child.Outputs.RoleArn }", undefined, { "child.yaml": [child] })).toBe("own");
    const odd = "Parameters: { P: { Type: String } }\nOutputs: { RoleArn: { Value: !Ref P } }\nResources: {}\n";
    expect(told("{ AWS: !GetAtt Child.Outputs.RoleArn }", undefined, { "child.yaml": [odd] })).toBe("unknown");
  });
});

test("without the project, references inside the template are still followed", () => {
  expect(accountOf(principal("{ AWS: !GetAtt R.Arn }").principal)).toEqual({ kind: "own", whole: false });
  expect(accountOf(principal("{ AWS: !ImportValue role }").principal)).toEqual({ kind: "unknown" });
});

test.each([
  ["{ AWS: arn:aws:iam::444455556666:role/team/app }", "role/team/app"],
  ["{ AWS: arn:aws:sts::444455556666:assumed-role/app/session }", "assumed-role/app/session"],
  ["{ AWS: arn:aws:iam::444455556666:root }", "root"],
  ["{ AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:role/${P}' }", "role/?"],
  ['{ AWS: "444455556666" }', undefined],
  ["{ AWS: !GetAtt R.Arn }", undefined],
])("behind the account of %s: %s", (text, expected) => {
  expect(principalPath(principal(text).principal.setting)).toBe(expected);
});

test("holes in a text", () => {
  const written = (text: string) => writtenText(principal(text).principal.setting);
  expect(written("{ AWS: !Sub 'a:${AWS::Region}:${P}' }")).toBe("a:${AWS::Region}:?");
  expect(written("{ AWS: !GetAtt R.Arn }")).toBe("?");
  expect(written("{ AWS: [[a]] }")).toBe("a");
});
