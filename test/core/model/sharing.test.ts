import { expect, test } from "vitest";
import { sharesAcrossAccounts } from "../../../core/model/sharing.ts";
import { tablesOf } from "../../../core/model/tables.ts";
import { only, projectOf, templateOf } from "./support.ts";

const shares = (properties: string) =>
  sharesAcrossAccounts(
    only(
      tablesOf(
        templateOf(
          projectOf(
            `Parameters:\n  P: { Type: String }\nResources:\n  T:\n    Type: AWS::DynamoDB::Table\n    Properties: { ${properties} }\n  R: { Type: AWS::IAM::Role }\n`,
          ),
        ),
      ),
    ),
  );
const policy = (principal: string, effect = "Allow") =>
  shares(
    `ResourcePolicy: { PolicyDocument: { Statement: { Effect: ${effect}, Principal: ${principal}, Action: "dynamodb:GetItem", Resource: "*" } } }`,
  );

test.each([
  ['"*"', true],
  ['{ AWS: "111122223333" }', true],
  ["{ AWS: arn:aws:iam::111122223333:role/app }", true],
  ["{ AWS: !Ref P }", true],
  ["{ AWS: !GetAtt R.Arn }", false],
  ["{ AWS: !Ref AWS::AccountId }", false],
  ['{ AWS: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:root" }', false],
  ["{ Service: s3.amazonaws.com }", false],
])("%s: %s", (principal, expected) => {
  expect(policy(principal)).toBe(expected);
});

test("a Deny, no policy, and a replica of a table elsewhere", () => {
  expect(policy('"*"', "Deny")).toBe(false);
  expect(shares("BillingMode: PAY_PER_REQUEST")).toBe(false);
  expect(shares("GlobalTableSourceArn: arn:aws:dynamodb:eu-west-1:111122223333:table/t")).toBe(true);
});
