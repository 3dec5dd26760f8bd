import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { get, getPath, items, propertiesOf } from "../../../../core/evaluate/setting.ts";
import { sourceText } from "../../../../core/syntax/source-text.ts";
import { readTemplate } from "../../../../core/template/read.ts";
import type { Template } from "../../../../core/template/template.ts";
import { grantsOf, resourceOf, sam, shown } from "./support.ts";

/** Looks at whatever lowering made, as rules would. */
function lookAt(template: Template): number {
  let settings = 0;
  for (const resource of template.resources.values()) {
    for (const properties of propertiesOf(template, resource)) {
      for (const key of ["SSESpecification", "Tags", "Role", "Environment", "EventSourceArn", "Statement"])
        settings += get(properties, key).flatMap(items).length;
      settings += getPath(properties, "Policies")
        .flatMap(items)
        .flatMap((each) => getPath(each, "PolicyDocument")).length;
      settings += getPath(properties, "PolicyDocument", "Statement").flatMap(items).length;
    }
  }
  return settings;
}

const WORDS = [
  ...["Type", "Properties", "Policies", "Role", "Globals", "SimpleTable", "Function", "SSESpecification", "Statement"],
  ...[
    "Fn::If",
    "Ref",
    "Fn::GetAtt",
    "DynamoDBCrudPolicy",
    "TableName",
    "Events",
    "Connectors",
    "Destination",
    "Source",
  ],
  ...[
    "Permissions",
    "Id",
    "DataSources",
    "DynamoDb",
    "PrimaryKey",
    "IgnoreGlobals",
    "Tags",
    "Auth",
    "Additional",
    "<<",
  ],
];
const TYPES = ["SimpleTable", "Function", "StateMachine", "Connector", "GraphQLApi", "Api"].map(
  (name) => `AWS::Serverless::${name}`,
);

const anything = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "medium", withCrossShrink: true },
    fc.constantFrom(null, true, 0, "", "DynamoDB", "AWS::NoValue", "Read", "*", ...WORDS),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...WORDS), tie("value"), { maxKeys: 4 }),
  ),
})).value;

describe("whatever stands in a SAM template", () => {
  it("is lowered without an exception, for any tree", () => {
    const resource = fc.record(
      { Type: fc.constantFrom(...TYPES), Properties: anything, Connectors: anything, IgnoreGlobals: anything },
      { requiredKeys: ["Type"] },
    );
    const template = fc.record({
      Globals: anything,
      Resources: fc.dictionary(fc.constantFrom("A", "B", "ARole", "BRole"), fc.oneof(resource, anything)),
    });
    fc.assert(
      fc.property(template, (value) => {
        const read = readTemplate("template.json", sourceText(JSON.stringify(value)));
        expect(lookAt(read)).toBeGreaterThanOrEqual(0);
        for (const resource of read.resources.values()) expect(read.resources.get(resource.id)).toBe(resource);
      }),
      { numRuns: 500, seed: 20261124 },
    );
  });

  it("may refer to itself", () => {
    const template = sam(
      `  F: &f
    Type: AWS::Serverless::Function
    Properties: &p
      Environment: &e { Variables: *e, More: *e }
      Policies: &l [*l, &i !If [C, *i, *i], { Statement: *l }, { DynamoDBCrudPolicy: *p }]
      Events: &v { E: *v, S: { Type: DynamoDB, Properties: *p } }
    Connectors: *f
  T: { Type: AWS::Serverless::SimpleTable, Properties: &t { Tags: *t, SSESpecification: *t, <<: *t } }
`,
      "Globals: { Function: &g { Environment: &ge { Variables: *ge, More: *ge } }, SimpleTable: &gs { SSESpecification: *gs } }\n",
    );
    expect(lookAt(template)).toBe(0);
    expect(template.tree.problems.map(({ message }) => message)).toEqual(['the alias "ge" stands for what holds it']);
  });

  it("may list more than can be looked at", () => {
    const list = (content: string) =>
      sam(`  T:\n    Type: AWS::Serverless::SimpleTable\n    Properties:\n      Foo: ${content}\n`);
    const reasons = (content: string) =>
      propertiesOf(list(content), resourceOf(list(content), "T"))
        .flatMap((each) => get(each, "Foo"))
        .flatMap(items)
        .map(({ value }) => (value.kind === "opaque" ? value.reason : value.kind));
    expect(reasons("[a, [[[[[b]]]]]]").at(-1)).toBe("its lists nest too deeply");
    const many = ["a", "b", "c", "d"].reduce((list, name) => `[&${name} ${list}${`, *${name}`.repeat(9)}]`, "x");
    expect(reasons(many)).toContain("the list is too long");
    expect(reasons("[[a, b], c]")).toEqual(["literal", "literal", "literal"]);
  });

  it("keeps a written resource where a generated one would have its id", () => {
    const template = sam(`
  F: { Type: AWS::Serverless::Function, Properties: { Policies: AmazonDynamoDBFullAccess } }
  FRole: { Type: AWS::IAM::Role, Properties: { RoleName: mine } }
`);
    expect(resourceOf(template, "FRole").logicalId).toBe("FRole");
    expect(shown(template, "FRole", "RoleName")).toEqual(["mine"]);
  });

  it("leaves types that are not lowered as they are", () => {
    const template = sam(`
  App: { Type: AWS::Serverless::Application, Properties: { Location: ./app.yaml } }
  Api: { Type: AWS::Serverless::Api, Properties: { StageName: prod } }
  New: { Type: AWS::Serverless::SomethingNew, Properties: { A: b } }
`);
    expect([...template.resources.values()].map(({ type }) => type)).toEqual([
      "AWS::Serverless::Application",
      "AWS::Serverless::Api",
      "AWS::Serverless::SomethingNew",
    ]);
    expect(shown(template, "App", "Location")).toEqual(["./app.yaml"]);
  });

  it("says that it cannot tell where Globals are too much to merge", () => {
    const variables = Array.from({ length: 1000 }, (_, index) => `V${index}: x`).join(", ");
    const functions = Array.from(
      { length: 400 },
      (_, index) =>
        `  F${index}: { Type: AWS::Serverless::Function, Properties: { Environment: { Variables: { OWN: y } } } }\n`,
    ).join("");
    const template = sam(functions, `Globals: { Function: { Environment: { Variables: { ${variables} } } } }\n`);
    expect(shown(template, "F0", "Environment", "Variables", "V999")).toEqual(["x"]);
    const [last] = propertiesOf(template, resourceOf(template, "F399")).flatMap((each) =>
      getPath(each, "Environment", "Variables", "V999"),
    );
    expect(last?.value).toMatchObject({ kind: "opaque", reason: expect.stringContaining("Globals") });
    expect(shown(template, "F1", "Environment", "Variables", "OWN")).toEqual(["y"]);
  });

  it("cannot tell what a transform inside the properties adds", () => {
    const template = sam(
      `  T: { Type: AWS::Serverless::SimpleTable, Properties: { Fn::Transform: { Name: AWS::Include }, TableName: t } }
  F:
    Type: AWS::Serverless::Function
    Properties:
      Fn::Transform: { Name: AWS::Include }
      Policies: { DynamoDBReconfigurePolicy: { TableName: t } }
`,
    );
    expect(
      propertiesOf(template, resourceOf(template, "T")).flatMap((each) => get(each, "SSESpecification"))[0]?.value.kind,
    ).toBe("opaque");
    expect(
      propertiesOf(template, resourceOf(template, "FRole")).flatMap((each) => get(each, "PermissionsBoundary"))[0]
        ?.value.kind,
    ).toBe("opaque");
    expect(grantsOf(template, "FRole")).toHaveLength(1);
  });
});
