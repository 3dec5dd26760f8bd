import { describe, expect, it } from "vitest";
import { getPath, items } from "../../../../core/evaluate/setting.ts";
import { policyTemplate, policyTemplateNames } from "../../../../core/template/sam/policy-templates.ts";
import { at, grantsOf, managedOf, property, sam, texts } from "./support.ts";

const CONDITIONS = "Conditions: { C: !Equals [!Ref AWS::Region, a] }\n";
const TABLES = `  T:
    Type: AWS::Serverless::SimpleTable
`;

function fn(policies: string): ReturnType<typeof sam> {
  return sam(
    `${TABLES}  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      Policies: ${policies}\n`,
    CONDITIONS,
  );
}

/** Managed policies besides the one every function gets. */
function managed(template: ReturnType<typeof sam>): string[] {
  return managedOf(template, "FRole").filter((name) => name !== "AWSLambdaBasicExecutionRole");
}

const TABLE = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/";

describe("a text is a managed policy's name or ARN", () => {
  it("alone and in a list, at its place and replaceable", () => {
    expect(managed(fn("AmazonDynamoDBFullAccess"))).toEqual(["AmazonDynamoDBFullAccess"]);
    const template = fn("[AmazonDynamoDBReadOnlyAccess, arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess]");
    expect(managed(template)).toEqual(["AmazonDynamoDBReadOnlyAccess", "AmazonDynamoDBFullAccess"]);
    const [first] = property(template, "FRole", "ManagedPolicyArns").flatMap(items);
    expect(first && at(template, first.place)).toBe("AmazonDynamoDBReadOnlyAccess");
    expect(first?.slot).toHaveProperty("replace");
  });
});

describe("a map with Statement is an inline policy", () => {
  it("alone and in a list, its statements at their places and editable", () => {
    for (const policies of [
      `{ Statement: { Effect: Allow, Action: "dynamodb:*", Resource: "*" } }`,
      `[{ Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "dynamodb:*", Resource: "*" }] }]`,
    ]) {
      const template = fn(policies);
      const [grant, ...others] = grantsOf(template, "FRole");
      expect(others).toEqual([]);
      expect(grant).toMatchObject({ actions: ["dynamodb:*"], resources: ["*"] });
      expect(grant && at(template, grant.statement.place)).toBe(
        `{ Effect: Allow, Action: "dynamodb:*", Resource: "*" }`,
      );
      expect(grant?.statement.slot).toHaveProperty("add");
    }
  });
});

describe("a map with one key that names a policy template", () => {
  it("grants the template's actions on the named table, for the whole map and in a list", () => {
    for (const policies of [
      `{ DynamoDBReadPolicy: { TableName: !Ref T } }`,
      `[DynamoDBReadPolicy: { TableName: !Ref T }]`,
    ]) {
      const [grant] = grantsOf(fn(policies), "FRole");
      expect(grant?.actions).toEqual([
        "dynamodb:GetItem",
        "dynamodb:Scan",
        "dynamodb:Query",
        "dynamodb:BatchGetItem",
        "dynamodb:DescribeTable",
      ]);
      expect(grant?.resources).toEqual([`${TABLE}\${T}`, `${TABLE}\${T}/index/*`]);
    }
  });

  it("stands at the template's name, its resources at the parameter", () => {
    const template = fn("[DynamoDBCrudPolicy: { TableName: '*' }]");
    const [grant] = grantsOf(template, "FRole");
    expect(grant?.resources).toEqual([`${TABLE}*`, `${TABLE}*/index/*`]);
    expect(grant && at(template, grant.statement.place)).toBe("DynamoDBCrudPolicy");
    expect(grant?.statement.slot).toHaveProperty("refusal");
    const [resource] = grant ? getPath(grant.statement, "Resource").flatMap(items) : [];
    expect(resource && at(template, resource.place)).toBe("'*'");
  });

  it("may be one of several", () => {
    const grants = grantsOf(
      fn(`
        - DynamoDBWritePolicy: { TableName: a }
        - DynamoDBReconfigurePolicy: { TableName: b }
        - S3ReadPolicy: { BucketName: c }
        - DynamoDBStreamReadPolicy: { TableName: d, StreamName: e }`),
      "FRole",
    );
    expect(grants.map(({ actions }) => actions)).toEqual([
      ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem"],
      ["dynamodb:UpdateTable"],
      ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
      ["dynamodb:ListStreams"],
    ]);
    expect(grants[2]?.resources).toEqual([`${TABLE}d/stream/e`]);
  });

  it("grants nothing without its parameters, as SAM refuses it", () => {
    for (const parameters of ["{}", "", "TableName", "{ TableName: }", "{ tableName: t }", "!Ref T"])
      expect(grantsOf(fn(`{ DynamoDBCrudPolicy: ${parameters} }`), "FRole")).toEqual([]);
  });

  it("has no conditions that would be lost", () => {
    const conditions = policyTemplateNames().flatMap((name) => {
      const template = policyTemplate(name);
      return typeof template === "object" ? template.statements.map((statement) => statement.condition) : [];
    });
    expect(conditions.length).toBeGreaterThan(10);
    expect(conditions.every((condition) => condition === undefined)).toBe(true);
  });
});

describe("an Fn::If", () => {
  const branches = (template: ReturnType<typeof sam>) =>
    grantsOf(template, "FRole").map(({ actions, statement }) => [
      ...actions,
      ...statement.when.chosen.map((fact) => ("holds" in fact ? `${fact.condition} ${fact.holds}` : "")),
    ]);

  it("between two templates gives each under its branch", () => {
    const template = fn(
      "[!If [C, { DynamoDBReconfigurePolicy: { TableName: a } }, { DynamoDBWritePolicy: { TableName: b } }]]",
    );
    expect(branches(template)).toEqual([
      ["dynamodb:UpdateTable", "C true"],
      ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem", "C false"],
    ]);
  });

  it("between a kind and NoValue gives the one", () => {
    expect(branches(fn("[!If [C, { DynamoDBReconfigurePolicy: { TableName: a } }, !Ref AWS::NoValue]]"))).toEqual([
      ["dynamodb:UpdateTable", "C true"],
    ]);
    expect(
      branches(
        fn("!If [C, !Ref AWS::NoValue, { Statement: [{ Effect: Allow, Action: dynamodb:Scan, Resource: x }] }]"),
      ),
    ).toEqual([["dynamodb:Scan", "C false"]]);
    const template = fn("[!If [C, AmazonDynamoDBFullAccess, !Ref AWS::NoValue]]");
    expect(managed(template)).toEqual(["AmazonDynamoDBFullAccess"]);
  });

  it("between statements keeps them editable", () => {
    const statement = (action: string) => `{ Statement: [{ Effect: Allow, Action: "${action}", Resource: "*" }] }`;
    const template = fn(`[!If [C, ${statement("dynamodb:*")}, ${statement("dynamodb:Scan")}]]`);
    const grants = grantsOf(template, "FRole");
    expect(grants.map(({ actions }) => actions)).toEqual([["dynamodb:*"], ["dynamodb:Scan"]]);
    for (const grant of grants) expect(grant.statement.slot).toHaveProperty("add");
  });

  it("of different kinds grants nothing, as SAM refuses it", () => {
    const template = fn("[!If [C, AmazonDynamoDBFullAccess, { DynamoDBCrudPolicy: { TableName: a } }]]");
    expect(managed(template)).toEqual([]);
    expect(grantsOf(template, "FRole")).toEqual([]);
  });
});

describe("any other function call is a managed policy", () => {
  it("known as far as its text is", () => {
    const template = fn("[!Sub 'arn:${AWS::Partition}:iam::aws:policy/AmazonDynamoDBFullAccess', !Ref T]");
    expect(texts(property(template, "FRole", "ManagedPolicyArns")).slice(0, 2)).toEqual([
      "arn:${AWS::Partition}:iam::aws:policy/AmazonDynamoDBFullAccess",
      "${T}",
    ]);
  });
});

describe("what is none of these", () => {
  it("grants nothing and breaks nothing", () => {
    for (const policies of [
      "",
      "[]",
      "{}",
      "12",
      "true",
      "[[AmazonDynamoDBFullAccess]]",
      "{ NoSuchPolicy: { TableName: t } }",
      "{ DynamoDBCrudPolicy: { TableName: t }, DynamoDBReadPolicy: { TableName: t } }",
      "[{ PolicyName: x, PolicyDocument: { Statement: [{ Effect: Allow, Action: '*', Resource: '*' }] } }]",
      "!If [C, [AmazonDynamoDBFullAccess], []]",
      "!If [C]",
      "*nowhere",
    ]) {
      const template = fn(policies);
      expect([policies, managed(template)]).toEqual([policies, []]);
      expect([policies, grantsOf(template, "FRole")]).toEqual([policies, []]);
    }
  });
});

describe("policies behind aliases and merge keys", () => {
  const template = sam(`
  A:
    Type: AWS::Serverless::Function
    Properties:
      Policies: &all
        - &crud { DynamoDBReconfigurePolicy: &name { TableName: t } }
        - &own { Statement: [{ Effect: Allow, Action: dynamodb:Scan, Resource: "*" }] }
  B: { Type: AWS::Serverless::Function, Properties: { Policies: *all } }
  C: { Type: AWS::Serverless::Function, Properties: { Policies: [*crud, *own, DynamoDBReconfigurePolicy: { <<: *name }] } }
`);
  const actions = (id: string) => grantsOf(template, id).map((grant) => grant.actions);

  it("count", () => {
    expect(actions("ARole")).toEqual([["dynamodb:UpdateTable"], ["dynamodb:Scan"]]);
    expect(actions("BRole")).toEqual([["dynamodb:UpdateTable"], ["dynamodb:Scan"]]);
    expect(actions("CRole")).toEqual([["dynamodb:UpdateTable"], ["dynamodb:Scan"], ["dynamodb:UpdateTable"]]);
  });

  it("are edited only where they stand", () => {
    const slot = (id: string) => grantsOf(template, id)[1]?.statement.slot;
    expect(slot("ARole")).toHaveProperty("add");
    expect(slot("BRole")).toMatchObject({ refusal: "the value comes from an alias" });
    expect(slot("CRole")).toMatchObject({ refusal: "the value comes from an alias" });
  });
});
