import { expect, test } from "vitest";
import { identityPoliciesOf } from "../../../core/model/policies.ts";
import { policyTemplateOf } from "../../../core/model/policy-template.ts";
import { projectOf } from "./support.ts";

/** Of each policy of a function: the template it is made of. */
function templates(policies: string): (string | undefined)[] {
  const project = projectOf(`Transform: AWS::Serverless-2016-10-31
Resources:
  Orders: { Type: AWS::DynamoDB::Table }
  Writer:
    Type: AWS::Serverless::Function
    Properties: { Policies: ${policies} }
`);
  return project.templates.flatMap(identityPoliciesOf).map(policyTemplateOf);
}

const CRUD = "DynamoDBCrudPolicy: { TableName: !Ref Orders }";

test("a SAM policy template is told from a document", () => {
  expect(templates(`[{ ${CRUD} }]`)).toEqual(["DynamoDBCrudPolicy"]);
  expect(templates(`[{ "DynamoDBReconfigurePolicy": { TableName: !Ref Orders } }]`)).toEqual([
    "DynamoDBReconfigurePolicy",
  ]);
  expect(templates(`[!If [A, { ${CRUD} }, { DynamoDBReadPolicy: { TableName: !Ref Orders } }]]`)).toEqual([
    "DynamoDBCrudPolicy",
    "DynamoDBReadPolicy",
  ]);
  expect(templates('[{ Statement: [{ Effect: Allow, Action: "dynamodb:GetItem", Resource: "*" }] }]')).toEqual([
    undefined,
  ]);
});

test("nothing outside of SAM is made of one", () => {
  const project = projectOf(`Resources:
  Policy:
    Type: AWS::IAM::ManagedPolicy
    Properties: { PolicyDocument: { Statement: { Effect: Allow, Action: "dynamodb:GetItem", Resource: "*" } } }
`);
  expect(project.templates.flatMap(identityPoliciesOf).map(policyTemplateOf)).toEqual([undefined]);
});
