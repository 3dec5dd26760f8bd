import { expect, test } from "vitest";
import { unlikeHolders } from "../../../core/access/unlike-holders.ts";
import { identityPoliciesOf } from "../../../core/model/policies.ts";
import { projectOf, templateOf } from "../model/support.ts";

const role = (id: string, more = "") => `  ${id}: { Type: AWS::IAM::Role, Properties: {${more} Path: / } }\n`;
const policy = (id: string, roles: string) =>
  `  ${id}: { Type: AWS::IAM::Policy, Properties: { Roles: ${roles}, PolicyDocument: { Statement: { Effect: Allow, Action: "dynamodb:GetItem", Resource: "*" } } } }\n`;

function unlike(resources: string): string[] {
  const project = projectOf(`Conditions:\n  C: !Equals [!Ref AWS::Region, a]\nResources:\n${resources}`);
  const [first] = identityPoliciesOf(templateOf(project));
  return first ? unlikeHolders(project, first).map(({ resource }) => resource.logicalId) : [];
}

test("roles with the same policies count once", () => {
  expect(unlike(policy("P", "[!Ref A, !Ref B]") + role("A") + role("B"))).toEqual(["A"]);
});

test.each([
  ["another policy", policy("Q", "[!Ref B]"), ""],
  ["one that it has under a condition", policy("Q", "[!Ref A, !If [C, !Ref B, !Ref AWS::NoValue]]"), ""],
  ["a managed policy of AWS", "", " ManagedPolicyArns: [arn:aws:iam::aws:policy/ReadOnlyAccess],"],
])("a role that has %s is unlike", (_, more, ofB) => {
  expect(unlike(policy("P", "[!Ref A, !Ref B]") + role("A") + role("B", ofB) + more)).toEqual(["A", "B"]);
});
