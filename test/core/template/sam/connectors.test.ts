import { describe, expect, it } from "vitest";
import { at, only, property, resourceOf, sam, statementsOf, texts } from "./support.ts";

const RESOURCES = `
  F: { Type: AWS::Serverless::Function, Properties: { Handler: a.b } }
  G: { Type: AWS::Lambda::Function, Properties: { Role: !GetAtt GRole.Arn } }
  GRole: { Type: AWS::IAM::Role }
  Flow: { Type: AWS::Serverless::StateMachine, Properties: { Role: !GetAtt GRole.Arn } }
  T: { Type: AWS::Serverless::SimpleTable }
  Bucket: { Type: AWS::S3::Bucket }
`;
const READ = [
  "dynamodb:GetItem",
  "dynamodb:Query",
  "dynamodb:Scan",
  "dynamodb:BatchGetItem",
  "dynamodb:ConditionCheckItem",
  "dynamodb:PartiQLSelect",
];
const WRITE = [
  "dynamodb:PutItem",
  "dynamodb:UpdateItem",
  "dynamodb:DeleteItem",
  "dynamodb:BatchWriteItem",
  "dynamodb:PartiQLDelete",
  "dynamodb:PartiQLInsert",
  "dynamodb:PartiQLUpdate",
];

function connector(properties: string, attributes = ""): ReturnType<typeof sam> {
  return sam(
    `${RESOURCES}  C:\n    Type: AWS::Serverless::Connector\n${attributes}    Properties: ${properties}\n`,
    "Conditions: { IsProd: !Equals [!Ref AWS::Region, a] }\n",
  );
}

/** [role, …[actions, resources]] of a generated managed policy. */
function policy(template: ReturnType<typeof sam>, id: string) {
  const statements = statementsOf(property(template, id, "PolicyDocument"));
  return [texts(property(template, id, "Roles")), ...statements.map(({ actions, resources }) => [actions, resources])];
}

describe("a connector to a table", () => {
  it("from a function: a managed policy on its role, Read and Write", () => {
    const template = connector("{ Source: { Id: F }, Destination: { Id: T }, Permissions: [Read, Write] }");
    const resources = ["${T.Arn}", "${T.Arn}/index/*"];
    expect(policy(template, "CPolicy")).toEqual([["${FRole}"], [READ, resources], [WRITE, resources]]);
    expect(resourceOf(template, "CPolicy")).toMatchObject({
      type: "AWS::IAM::ManagedPolicy",
      logicalId: "C",
      writtenType: "AWS::Serverless::Connector",
    });
    expect(template.resources.has("C")).toBe(false);
  });

  it("stands at the permission, its resources at the destination", () => {
    const template = connector("{ Source: { Id: F }, Destination: { Id: T }, Permissions: [Write] }");
    const [grant] = statementsOf(property(template, "CPolicy", "PolicyDocument"));
    expect(grant && at(template, grant.statement.place)).toBe("Write");
  });

  it("from a state machine, and by Type, Arn and RoleName", () => {
    const machine = connector("{ Source: { Id: Flow }, Destination: { Id: T }, Permissions: [Read] }");
    expect(policy(machine, "CPolicy")[0]).toEqual(["${GRole}"]);
    const explicit = connector(`{
      Source: { Type: AWS::Serverless::Function, RoleName: some-role },
      Destination: { Type: AWS::Serverless::SimpleTable, Arn: "arn:aws:dynamodb:eu-west-1:111122223333:table/x" },
      Permissions: [Read, Read] }`);
    const arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/x";
    expect(policy(explicit, "CPolicy")).toEqual([["some-role"], [READ, [arn, `${arn}/index/*`]]]);
  });

  it("has one policy for each of several destinations, and the connector's condition", () => {
    const template = connector(
      "{ Source: { Id: G }, Destination: [{ Id: T }, { Type: AWS::DynamoDB::Table, Arn: x }], Permissions: [Read] }",
      "    Condition: IsProd\n",
    );
    expect(resourceOf(template, "CPolicyDestination0").condition).toBe("IsProd");
    expect(policy(template, "CPolicyDestination1")[1]).toEqual([READ, ["x", "x/index/*"]]);
  });
});

describe("a connector from a table to a function", () => {
  it("lets the function's role read the stream", () => {
    const template = connector("{ Source: { Id: T }, Destination: { Id: F }, Permissions: [Read] }");
    expect(policy(template, "CPolicy")).toEqual([
      ["${FRole}"],
      [
        ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"],
        ["${T.Arn}/stream/*"],
      ],
    ]);
  });
});

describe("embedded Connectors", () => {
  it("of SAM and CloudFormation resources alike, under the connector's own condition", () => {
    const template = sam(
      `${RESOURCES}
  H:
    Type: AWS::Serverless::Function
    Condition: IsProd
    Properties: { Handler: a.b }
    Connectors:
      ToTable:
        Properties: { Destination: { Id: T }, Permissions: [Read] }
  J:
    Type: AWS::Lambda::Function
    Properties: { Role: !Ref GRole }
    Connectors:
      ToTable: { Condition: IsProd, Properties: { Destination: [{ Id: T }], Permissions: [Write] } }
`,
      "Conditions: { IsProd: !Equals [!Ref AWS::Region, a] }\n",
    );
    expect(policy(template, "HToTablePolicy").slice(0, 1)).toEqual([["${HRole}"]]);
    expect(resourceOf(template, "HToTablePolicy")).toMatchObject({ logicalId: "H", condition: undefined });
    expect(policy(template, "JToTablePolicyDestination0")[1]).toEqual([WRITE, ["${T.Arn}", "${T.Arn}/index/*"]]);
    expect(resourceOf(template, "JToTablePolicyDestination0").condition).toBe("IsProd");
    expect(only(template, "HToTablePolicy", "PolicyDocument", "Version").path.slice(0, 5)).toEqual([
      "Resources",
      "H",
      "Connectors",
      "ToTable",
      "Properties",
    ]);
  });
});

describe("a connector that SAM refuses or that reaches no table", () => {
  it("stays as it is written and grants nothing", () => {
    for (const properties of [
      "{ Source: { Id: F }, Destination: { Id: Bucket }, Permissions: [Read] }",
      "{ Source: { Id: F }, Destination: { Id: Nowhere }, Permissions: [Read] }",
      "{ Source: { Id: F }, Destination: { Id: T }, Permissions: [Delete] }",
      "{ Source: { Id: F }, Destination: { Id: T } }",
      "{ Source: { Id: F, Type: AWS::Lambda::Function }, Destination: { Id: T }, Permissions: [Read] }",
      "{ Source: { Type: AWS::Lambda::Function }, Destination: { Id: T }, Permissions: [Read] }",
      "{ Source: F, Destination: T, Permissions: Read }",
      "[]",
      "",
    ]) {
      const template = connector(properties);
      expect([properties, resourceOf(template, "C").type]).toEqual([properties, "AWS::Serverless::Connector"]);
      expect([...template.resources.values()].filter(({ type }) => type === "AWS::IAM::ManagedPolicy")).toEqual([]);
    }
  });
});
