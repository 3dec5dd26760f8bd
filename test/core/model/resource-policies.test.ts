import { expect, test } from "vitest";
import { resourcePoliciesOf } from "../../../core/model/resource-policies.ts";
import { projectOf, templateOf } from "./support.ts";

const POLICY = (sid: string) => `{ PolicyDocument: { Statement: { Sid: ${sid}, Effect: Allow } } }`;

const told = (resources: string) =>
  resourcePoliciesOf(
    templateOf(
      projectOf(
        `Parameters:\n  P: { Type: String }\nConditions:\n  A: !Equals [!Ref AWS::Region, a]\nResources:\n${resources}`,
      ),
    ),
  ).map(
    ({ copy, kind, statements, unknown }) =>
      `${copy.name} ${kind}: ${statements.map(({ sid }) => sid).join(",")}${"?".repeat(unknown.length)}`,
  );

test("a table's and its stream's", () => {
  expect(
    told(`  T:
    Type: AWS::DynamoDB::Table
    Properties:
      ResourcePolicy: ${POLICY("one")}
      StreamSpecification: { ResourcePolicy: ${POLICY("two")} }
`),
  ).toEqual(['"T" table: one', '"T" stream: two']);
});

test("each replica's and its stream's", () => {
  expect(
    told(`  G:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas:
        - { Region: eu-west-1, ResourcePolicy: ${POLICY("one")}, ReplicaStreamSpecification: { ResourcePolicy: ${POLICY("two")} } }
        - { Region: us-east-1 }
        - !If [A, { Region: us-west-2, ResourcePolicy: ${POLICY("three")} }, !Ref AWS::NoValue]
`),
  ).toEqual([
    'Replica eu-west-1 of "G" table: one',
    'Replica eu-west-1 of "G" stream: two',
    'Replica us-west-2 of "G" table: three',
  ]);
});

test("what only deployment knows, and branches", () => {
  expect(
    told("  T:\n    Type: AWS::DynamoDB::Table\n    Properties: { ResourcePolicy: { PolicyDocument: !Ref P } }\n"),
  ).toEqual(['"T" table: ?']);
  expect(
    told(
      `  T:\n    Type: AWS::DynamoDB::Table\n    Properties: { ResourcePolicy: !If [A, ${POLICY("one")}, ${POLICY("two")}] }\n`,
    ),
  ).toEqual(['"T" table: one', '"T" table: two']);
  expect(told("  T: { Type: AWS::DynamoDB::Table }\n")).toEqual([]);
});
