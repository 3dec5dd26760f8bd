import { describe, expect, it } from "vitest";
import { readItems, streamRead, writeItems } from "../../../core/iam/action-classes.ts";
import { expandAction } from "../../../core/iam/actions.ts";
import { managedPolicyNamed } from "../../../core/iam/managed-policies.ts";

const bare = [
  "AdministratorAccess",
  "PowerUserAccess",
  "ReadOnlyAccess",
  "DatabaseAdministrator",
  "DataScientist",
  "AmazonElasticMapReduceforEC2Role",
  "AmazonEC2RoleforDataPipelineRole",
];
const naming = [
  "AmazonDynamoDBFullAccess",
  "AmazonDynamoDBFullAccess_v2",
  "AmazonDynamoDBFullAccesswithDataPipeline",
  "AmazonDynamoDBReadOnlyAccess",
  "AWSLambdaDynamoDBExecutionRole",
  "AWSLambdaInvocation-DynamoDB",
  "AWSLambda_FullAccess",
];

describe("managedPolicyNamed", () => {
  it("takes an ARN of any partition, known or not", () => {
    for (const arn of [
      "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess",
      "arn:aws-cn:iam::aws:policy/AmazonDynamoDBFullAccess",
      "arn:${AWS::Partition}:iam::aws:policy/AmazonDynamoDBFullAccess",
      "arn::iam::aws:policy/AmazonDynamoDBFullAccess",
    ])
      expect(managedPolicyNamed(arn)?.name).toBe("AmazonDynamoDBFullAccess");
  });

  it("takes a path in the ARN, in its tail and left out of a bare name", () => {
    for (const text of [
      "arn:aws-cn:iam::aws:policy/job-function/DataScientist",
      "job-function/DataScientist",
      "DataScientist",
    ])
      expect(managedPolicyNamed(text)?.name).toBe("DataScientist");
  });

  it("does not take what is another policy, or none", () => {
    for (const text of [
      "arn:aws:iam::111122223333:policy/AmazonDynamoDBFullAccess",
      "arn:aws:iam::aws:policy/DataScientist",
      "arn:aws:iam::aws:policy/job-function/AdministratorAccess",
      "arn:aws:iam::aws:role/AdministratorAccess",
      "arn:aws:iam::aws:policy/amazondynamodbfullaccess",
      "amazonDynamoDBFullAccess",
      "policy/AdministratorAccess",
      "AWSLambdaBasicExecutionRole",
      "constructor",
      "__proto__",
      "",
      `arn:${"a:".repeat(50_000)}`,
    ])
      expect(managedPolicyNamed(text)).toBeUndefined();
  });

  it("says which count as a bare *", () => {
    for (const name of bare) expect(managedPolicyNamed(name)).toMatchObject({ name, bare: true });
    for (const name of naming) expect(managedPolicyNamed(name)).toMatchObject({ name, bare: false });
  });

  it.each([...bare, ...naming])("%s: its access is what its actions are", (name) => {
    const policy = managedPolicyNamed(name);
    const actions = new Set(
      policy?.actions.flatMap((pattern) => {
        const expansion = expandAction(pattern);
        if (expansion.kind === "notJudged" || expansion.names.length === 0)
          throw new Error(`${pattern} matches nothing`);
        return expansion.names;
      }),
    );
    const dynamodb = expandAction("dynamodb:*");
    const all = dynamodb.kind === "judged" && dynamodb.names.every((action) => actions.has(action));
    const reads = ["dynamodb:GetItem", "dynamodb:Scan"].every((action) => actions.has(action));
    const writes = [...writeItems].some((action) => actions.has(action));
    const streams = [...streamRead].every((action) => actions.has(action));
    const items = [...readItems].some((action) => actions.has(action));
    expect(policy?.access.endsWith("everything")).toBe(all);
    expect(policy?.access === "reads").toBe(reads && !writes);
    expect(policy?.access === "stream-only").toBe(streams && !items);
    expect(policy?.access === "none").toBe(actions.size === 0);
    expect(policy?.allows).toMatch(/^It allows .+\.$/);
  });
});
