import { describe, expect, test } from "vitest";
import { mayShareTable } from "../../../core/access/shared-tables.ts";
import { identityPoliciesOf } from "../../../core/model/policies.ts";
import { projectOf, templateOf } from "../model/support.ts";

function share(a: string, b: string): boolean {
  const project = projectOf(`Resources:
  Orders: { Type: AWS::DynamoDB::Table, Properties: { TableName: orders } }
  Items: { Type: AWS::DynamoDB::Table }
  Users: { Type: AWS::DynamoDB::Table }
  P:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Statement:
          - { Effect: Allow, Action: "dynamodb:Scan", ${a} }
          - { Effect: Deny, Action: "dynamodb:Scan", ${b} }
`);
  const [one, other] = identityPoliciesOf(templateOf(project)).flatMap(({ statements }) => statements);
  if (!one || !other) throw new Error("two statements expected");
  return mayShareTable(project, one, other);
}

const ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table";

describe("statements that may speak of one table", () => {
  test.each([
    ["Resource: !GetAtt Items.Arn", "Resource: !GetAtt Items.Arn"],
    ["Resource: !GetAtt Items.Arn", "Resource: !Sub '${Items.Arn}/index/*'"],
    ["Resource: !GetAtt Orders.Arn", `Resource: "${ARN}/orders"`],
    ["Resource: [!GetAtt Items.Arn, !GetAtt Users.Arn]", "Resource: !GetAtt Users.Arn"],
    ["Resource: !GetAtt Items.Arn", `Resource: "${ARN}/ord*"`],
    ["Resource: !GetAtt Items.Arn", 'Resource: "*"'],
    ["Resource: !GetAtt Items.Arn", "NotResource: !GetAtt Items.Arn"],
    ["Resource: !GetAtt Items.Arn", "Resource: !ImportValue Other"],
    ["Resource: !GetAtt Items.Arn", `Resource: "arn:aws:s3:::bucket"`],
  ])("%s and %s", (a, b) => {
    expect(share(a, b)).toBe(true);
    expect(share(b, a)).toBe(true);
  });

  test.each([
    ["Resource: !GetAtt Items.Arn", "Resource: !GetAtt Users.Arn"],
    ["Resource: !GetAtt Orders.Arn", `Resource: "${ARN}/orders2/index/*"`],
    ["Resource: !GetAtt Items.Arn", "Resource: [!GetAtt Users.Arn, !GetAtt Orders.Arn]"],
  ])("not %s and %s", (a, b) => {
    expect(share(a, b)).toBe(false);
    expect(share(b, a)).toBe(false);
  });
});
