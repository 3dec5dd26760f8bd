import { expect, test } from "vitest";
import { lint } from "../harness.ts";
import { tableWith } from "./policies.ts";

/** The rules of this topic that speak of a table with one statement in its policy. */
const speak = (statement: string) =>
  lint(tableWith([statement], "      TableName: orders\n"))
    .findings.filter(({ topic }) => topic === "resource-policy")
    .map(({ rule }) => rule);

const allow = (principal: string, action = "dynamodb:GetItem", more = "", resource = '"*"') =>
  `{ Effect: Allow, Principal: ${principal}, Action: ${action}, Resource: ${resource}${more} }`;
const OTHER = "'arn:aws:dynamodb:*:*:table/other'";
const ROLE = "{ AWS: arn:aws:iam::444455556666:role/app }";

test.each([
  ["everybody", allow('"*"', "dynamodb:*"), ["public-resource-policy"]],
  ["everybody but one", allow(ROLE, "dynamodb:*").replace("Principal", "NotPrincipal"), ["public-resource-policy"]],
  [
    "everybody of an organisation",
    allow('"*"', "dynamodb:*", ", Condition: { StringEquals: { aws:PrincipalOrgID: o-a1b2c3d4e5 } }"),
    ["broad-resource-policy-grant"],
  ],
  ["a role of another account", allow(ROLE), ["cross-account-grant"]],
  [
    "a role of another account that may too much",
    allow(ROLE, "dynamodb:DeleteTable"),
    ["cross-account-grant", "broad-resource-policy-grant"],
  ],
  ["another table", allow(ROLE, "dynamodb:*", "", OTHER), ["resource-policy-has-no-effect"]],
  [
    "a Deny about another table",
    allow('"*"', "dynamodb:*", "", OTHER).replace("Allow", "Deny"),
    ["resource-policy-has-no-effect"],
  ],
  ["a service that is not accepted", allow("{ Service: lambda.amazonaws.com }"), ["resource-policy-rejected"]],
  [
    "a service that is not accepted, of which too much is granted",
    allow("{ Service: lambda.amazonaws.com }", "dynamodb:*"),
    ["resource-policy-rejected"],
  ],
  ["a service that is", allow("{ Service: glue.amazonaws.com }"), ["service-principal-without-source-condition"]],
  [
    "an action that is refused",
    allow("{ AWS: !Ref AWS::AccountId }", "dynamodb:GetRecords"),
    ["resource-policy-rejected"],
  ],
  ["the own account", allow("{ AWS: !Ref AWS::AccountId }", "dynamodb:*"), []],
])("%s", (_, statement, rules) => {
  expect(speak(statement)).toEqual(rules);
});
