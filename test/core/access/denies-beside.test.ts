import { describe, expect, test } from "vitest";
import { deniesBeside } from "../../../core/access/denies-beside.ts";
import { allPoliciesOf } from "../../../core/model/all-policies.ts";
import { projectOf, templateOf } from "../model/support.ts";

describe("denies beside a statement", () => {
  test("of a table's policy, where they speak of the same principals", () => {
    const table = (principal: string, denied: string) => `Resources:
  T:
    Type: AWS::DynamoDB::Table
    Properties:
      ResourcePolicy:
        PolicyDocument:
          Statement:
            - { Effect: Allow, ${principal}, Action: "dynamodb:GetItem", Resource: "*" }
            - { Sid: No, Effect: Deny, ${denied}, Action: "dynamodb:GetItem", Resource: "*" }
`;
    const beside = (principal: string, denied: string) => {
      const project = projectOf(table(principal, denied));
      const [policy] = allPoliciesOf(templateOf(project));
      const [statement] = policy?.statements ?? [];
      return policy && statement ? deniesBeside(project, policy, statement).length : undefined;
    };
    const a = 'Principal: { AWS: "111122223333" }';
    const both = 'Principal: { AWS: ["111122223333", "444455556666"] }';
    expect(beside(a, 'Principal: "*"')).toBe(1);
    expect(beside(a, 'Principal: { AWS: "*" }')).toBe(1);
    expect(beside(a, both)).toBe(1);
    expect(beside(both, a)).toBe(0);
    expect(beside(a, a.replace("Principal", "NotPrincipal"))).toBe(0);
    expect(beside(a.replace("Principal", "NotPrincipal"), 'Principal: "*"')).toBe(0);
  });
});
