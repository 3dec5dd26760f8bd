import { describe, expect, it } from "vitest";
import { getPath, items } from "../../../../core/evaluate/setting.ts";
import { mapAt } from "../../../../core/syntax/node.ts";
import { at, grantsOf, managedOf, only, property, resourceOf, sam, shown, texts } from "./support.ts";

const CONDITIONS = "Conditions: { Own: !Equals [!Ref AWS::Region, a], IsProd: !Equals [!Ref AWS::Region, b] }\n";

function fn(properties: string, attributes = ""): ReturnType<typeof sam> {
  return sam(
    `  F:\n    Type: AWS::Serverless::Function\n${attributes}    Properties:\n      Handler: a.b\n${properties}`,
    CONDITIONS,
  );
}

describe("a function without Role gets one", () => {
  const template = fn(`      VpcConfig: { SubnetIds: [s] }\n      Tracing: Active\n`, "    Condition: IsProd\n");

  it("named after it, under its condition, carrying its logical id and node", () => {
    const role = resourceOf(template, "FRole");
    expect(role).toMatchObject({ type: "AWS::IAM::Role", logicalId: "F", condition: "IsProd" });
    expect(role.writtenType).toBe("AWS::Serverless::Function");
    expect(role.node).toBe(resourceOf(template, "F").node);
    expect(shown(template, "F", "Role")).toEqual(["${FRole.Arn}"]);
  });

  it("that trusts Lambda", () => {
    const statements = property(template, "FRole", "AssumeRolePolicyDocument", "Statement").flatMap(items);
    expect(texts(statements.flatMap((each) => getPath(each, "Principal", "Service")))).toEqual([
      "lambda.amazonaws.com",
    ]);
    expect(statements.map(({ place }) => at(template, place))).toEqual(["F"]);
    expect(shown(template, "FRole", "AssumeRolePolicyDocument", "Version")).toEqual(["2012-10-17"]);
  });

  it("with the managed policies that SAM attaches by itself", () => {
    expect(managedOf(template, "FRole")).toEqual([
      "AWSLambdaBasicExecutionRole",
      "AWSXrayWriteOnlyAccess",
      "AWSLambdaVPCAccessExecutionRole",
    ]);
    expect(texts(property(template, "FRole", "ManagedPolicyArns"))[0]).toBe(
      "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    );
  });

  it("or with the trust policy and boundary of its own", () => {
    const own = fn(`      AssumeRolePolicyDocument: { Statement: [{ Effect: Allow }] }
      PermissionsBoundary: !Ref AWS::StackName
`);
    expect(at(own, only(own, "FRole", "AssumeRolePolicyDocument").place)).toBe("{ Statement: [{ Effect: Allow }] }");
    expect(shown(own, "FRole", "PermissionsBoundary")).toEqual(["${AWS::StackName}"]);
    expect(shown(own, "F", "PermissionsBoundary")).toEqual(["absent"]);
  });
});

describe("no role is generated where Role is set", () => {
  it("nor anything granted by Policies", () => {
    const template = fn(`      Role: arn:aws:iam::111122223333:role/r\n      Policies: AmazonDynamoDBFullAccess\n`);
    expect([...template.resources.keys()]).toEqual(["F"]);
    expect(at(template, only(template, "F", "Role").place)).toBe("arn:aws:iam::111122223333:role/r");
  });

  it("but for Role: !If with NoValue on one side: then under that condition", () => {
    const whenFalse = fn(`      Role: !If [Own, arn:aws:iam::111122223333:role/r, !Ref AWS::NoValue]
      Policies: { DynamoDBReadPolicy: { TableName: t } }
`);
    expect(resourceOf(whenFalse, "FRole")).toMatchObject({ unless: "Own", condition: undefined });
    expect(shown(whenFalse, "F", "Role")).toEqual(["arn:aws:iam::111122223333:role/r", "${FRole.Arn}"]);
    expect(only(whenFalse, "FRole", "PermissionsBoundary").when.assumed).toEqual([{ condition: "Own", holds: false }]);
    expect(grantsOf(whenFalse, "FRole")).toHaveLength(1);

    const whenTrue = fn(
      `      Role: !If [Own, !Ref AWS::NoValue, arn:aws:iam::111122223333:role/r]\n`,
      "    Condition: IsProd\n",
    );
    expect(resourceOf(whenTrue, "FRole")).toMatchObject({ condition: "Own" });
    expect(shown(whenTrue, "F", "Role")).toEqual(["arn:aws:iam::111122223333:role/r"]);
  });

  it("not for an Fn::If of two roles", () => {
    const template = fn("      Role: !If [Own, arn:aws:iam::1:role/a, arn:aws:iam::1:role/b]\n");
    expect([...template.resources.keys()]).toEqual(["F"]);
  });
});

describe("events of Type: DynamoDB", () => {
  const template = fn(`      Events:
        Changes:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt T.StreamArn
            StartingPosition: LATEST
            BatchSize: 10
        Web:
          Type: Api
          Properties: { Path: /, Method: get }
`);

  it("become event source mappings at the text of the event", () => {
    expect(resourceOf(template, "FChanges")).toMatchObject({
      type: "AWS::Lambda::EventSourceMapping",
      logicalId: "F",
    });
    expect(template.resources.has("FWeb")).toBe(false);
    expect(at(template, only(template, "FChanges", "EventSourceArn").place)).toBe("!GetAtt T.StreamArn");
    expect(shown(template, "FChanges", "FunctionName")).toEqual(["${F}"]);
    expect(only(template, "FChanges", "BatchSize").path).toEqual([
      "Resources",
      "F",
      "Properties",
      "Events",
      "Changes",
      "Properties",
      "BatchSize",
    ]);
    expect(only(template, "FChanges", "EventSourceArn").path.at(-1)).toBe("Stream");
  });

  it("take what is missing in their own properties", () => {
    const missing = only(template, "FChanges", "DestinationConfig", "OnFailure");
    const own = mapAt(template.tree.root, "Resources", "F", "Properties", "Events", "Changes", "Properties");
    expect("add" in missing.slot && missing.slot.add).toBe(own);
    expect(missing.missing).toEqual(["DestinationConfig", "OnFailure"]);
    expect(at(template, missing.place)).toBe("Properties");
    expect(missing.place.start).toBeGreaterThan(template.source.text.indexOf("Changes:"));
  });

  it("attach AWSLambdaDynamoDBExecutionRole to the generated role", () => {
    expect(managedOf(template, "FRole")).toContain("AWSLambdaDynamoDBExecutionRole");
    expect(managedOf(fn(""), "FRole")).not.toContain("AWSLambdaDynamoDBExecutionRole");
  });
});

describe("the function's own properties", () => {
  const template = fn(`      Environment: { Variables: { TABLE: t } }
      InlineCode: exports.handler = () => {}
      DeadLetterQueue: { Type: SQS, TargetArn: arn:aws:sqs:us-east-1:111122223333:q }
      Tags: { team: data }
      FunctionUrlConfig: { AuthType: NONE }
`);

  it("stay where they are", () => {
    const variable = only(template, "F", "Environment", "Variables", "TABLE");
    expect(at(template, variable.place)).toBe("t");
    expect(variable.slot).toHaveProperty("replace");
    expect(shown(template, "F", "Code", "ZipFile")).toEqual(["exports.handler = () => {}"]);
    expect(shown(template, "F", "DeadLetterConfig", "TargetArn")).toEqual(["arn:aws:sqs:us-east-1:111122223333:q"]);
    expect(shown(template, "F", "FunctionUrlConfig", "AuthType")).toEqual(["NONE"]);
  });

  it("that Lambda has under another form cannot be added as Lambda writes them", () => {
    expect(only(template, "F", "TracingConfig").slot).toHaveProperty("refusal");
    expect(only(template, "F", "VpcConfig").slot).toHaveProperty("add");
  });
});
