import { describe, expect, it } from "vitest";
import { getPath, items } from "../../../../core/evaluate/setting.ts";
import { mapAt } from "../../../../core/syntax/node.ts";
import { at, grantsOf, managedOf, only, property, resourceOf, sam, shown, texts } from "./support.ts";

const MACHINE = `  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition: { StartAt: A }
      Name: flow
      Tracing: { Enabled: true }
      PermissionsBoundary: arn:aws:iam::111122223333:policy/boundary
      Policies:
        - DynamoDBReconfigurePolicy: { TableName: orders }
        - AmazonDynamoDBReadOnlyAccess
        - Statement: [{ Effect: Allow, Action: dynamodb:Scan, Resource: "*" }]
`;

describe("a state machine", () => {
  const template = sam(MACHINE);

  it("becomes CloudFormation's, its values where they stand", () => {
    expect(resourceOf(template, "Flow")).toMatchObject({
      type: "AWS::StepFunctions::StateMachine",
      writtenType: "AWS::Serverless::StateMachine",
    });
    const name = only(template, "Flow", "StateMachineName");
    expect(at(template, name.place)).toBe("flow");
    expect(name.path).toEqual(["Resources", "Flow", "Properties", "Name"]);
    expect(shown(template, "Flow", "RoleArn")).toEqual(["${FlowRole.Arn}"]);
    expect(shown(template, "Flow", "Definition", "StartAt")).toEqual(["A"]);
  });

  it("takes what is missing under SAM's name for it", () => {
    const level = only(template, "Flow", "LoggingConfiguration", "Level");
    expect(level.missing).toEqual(["Logging", "Level"]);
    expect("add" in level.slot && level.slot.add).toBe(mapAt(template.tree.root, "Resources", "Flow", "Properties"));
  });

  it("gets a role with the same forms of policies as a function's", () => {
    const statements = property(template, "FlowRole", "AssumeRolePolicyDocument", "Statement").flatMap(items);
    expect(texts(statements.flatMap((each) => getPath(each, "Principal", "Service")))).toEqual([
      "states.amazonaws.com",
    ]);
    expect(grantsOf(template, "FlowRole").map(({ actions }) => actions)).toEqual([
      ["dynamodb:UpdateTable"],
      ["dynamodb:Scan"],
    ]);
    expect(managedOf(template, "FlowRole")).toEqual(["AmazonDynamoDBReadOnlyAccess", "AWSXrayWriteOnlyAccess"]);
    expect(shown(template, "FlowRole", "PermissionsBoundary")).toEqual(["arn:aws:iam::111122223333:policy/boundary"]);
  });

  it("gets none where Role is set", () => {
    const own = sam(`${MACHINE}      Role: arn:aws:iam::111122223333:role/own\n`);
    expect([...own.resources.keys()]).toEqual(["Flow"]);
    expect(shown(own, "Flow", "RoleArn")).toEqual(["arn:aws:iam::111122223333:role/own"]);
  });
});
