import { describe, expect, it } from "vitest";
import { get, getPath, propertiesOf } from "../../../core/evaluate/setting.ts";
import type { Template } from "../../../core/template/template.ts";
import { read, tell } from "../evaluate/support.ts";

const HEAD = "Transform: AWS::LanguageExtensions\n";

function property(template: Template, id: string, ...keys: string[]): string[] {
  const resource = template.resources.get(id);
  if (!resource) throw new Error(`no ${id} among ${[...template.resources.keys()]}`);
  return propertiesOf(template, resource)
    .flatMap((properties) => getPath(properties, ...keys))
    .map(tell);
}

const loop = (collection: string, more = "") => `${HEAD}${more}Resources:
  Fn::ForEach::Tables:
    - Name
    - ${collection}
    - "\${Name}Table":
        Type: AWS::DynamoDB::Table
        Properties:
          TableName: !Sub "app-\${Name}"
          Plain: "\${Name}"
          Ref: !Ref Name
          Long: { Ref: Name }
          Kept: "\${!Name}"
          Stream: !GetAtt ["\${Name}Table", StreamArn]
  Fixed: { Type: AWS::DynamoDB::Table }
`;

describe("Fn::ForEach", () => {
  it("over a literal list makes one resource per item", () => {
    const template = read(loop("[Orders, Parts]"));
    expect([...template.resources.keys()]).toEqual(["OrdersTable", "PartsTable", "Fixed"]);
    expect(template.incomplete).toBeUndefined();
    for (const [key, value] of [
      ["TableName", "app-Parts"],
      ["Plain", "Parts"],
      ["Ref", "Parts"],
      ["Long", "Parts"],
      ["Kept", "${!Name}"],
      ["Stream", "${PartsTable.StreamArn}"],
    ] as const)
      expect(property(template, "PartsTable", key)).toEqual([value]);
  });

  it("over a list parameter takes its default, or what is given", () => {
    const parameters = "Parameters: { Names: { Type: CommaDelimitedList, Default: 'A, B' } }\n";
    const text = loop("!Ref Names", parameters);
    expect([...read(text).resources.keys()]).toEqual(["ATable", "BTable", "Fixed"]);
    const given = read(text, { parameters: new Map([["Names", "C"]]) });
    expect([...given.resources.keys()]).toEqual(["CTable", "Fixed"]);
  });

  it.each([
    ["a parameter without a value", "!Ref Names", "Parameters: { Names: { Type: CommaDelimitedList } }\n"],
    [
      "a parameter of the Parameter Store",
      "!Ref Names",
      "Parameters: { Names: { Type: AWS::SSM::Parameter::Value<List<String>>, Default: /names } }\n",
    ],
    ["what is not there", "!Ref Nothing", ""],
    ["what is computed", "!Split [',', 'A,B']", ""],
    ["a list with something computed", "[A, !Ref B]", ""],
    ["no list", "A", ""],
  ])("over %s: resources may be there that cannot be seen", (_what, collection, parameters) => {
    const template = read(loop(collection, parameters));
    expect([...template.resources.keys()]).toEqual(["Fixed"]);
    expect(template.incomplete).toBe("Fn::ForEach::Tables loops over values that are not known");
    expect(property(template, "Fixed", "TableName")).toEqual(["absent"]);
  });

  it.each(["null", "[]", "[Name]", "[Name, [A]]", "[Name, [A], x]", "[[Name], [A], {}]", "{}"])(
    "that is broken makes nothing: %s",
    (body) => {
      const template = read(`${HEAD}Resources: { Fn::ForEach::X: ${body}, Fixed: { Type: AWS::DynamoDB::Table } }`);
      expect([...template.resources.keys()]).toEqual(["Fixed"]);
      expect(template.incomplete).toBeDefined();
    },
  );

  it("leaves out of names what a logical id cannot have, where &{} asks for it", () => {
    const template = read(
      `${HEAD}Resources: { Fn::ForEach::X: [Ip, ['10.0.0.1', '10.0.0.2'], { 'Table&{Ip}': { Type: AWS::DynamoDB::Table, Properties: { TableName: '\${Ip}', Id: '&{Ip}' } } }] }`,
    );
    expect([...template.resources.keys()]).toEqual(["Table10001", "Table10002"]);
    expect(property(template, "Table10002", "TableName")).toEqual(["10.0.0.2"]);
    expect(property(template, "Table10002", "Id")).toEqual(["10002"]);
  });

  it("takes items as they are, whatever they mean to a regular expression", () => {
    const template = read(
      `${HEAD}Resources: { Fn::ForEach::X: [N, ["$&", "$'", "$$"], { 'T&{N}\${N}': { Type: A::B::C, Properties: { N: 'x\${N}y' } } }] }`,
    );
    expect([...template.resources.keys()]).toEqual(["T$&", "T$'", "T$$"]);
    expect(property(template, "T$&", "N")).toEqual(["x$&y"]);
    expect(property(template, "T$$", "N")).toEqual(["x$$y"]);
  });

  it("nests, in keys and in properties", () => {
    const template = read(`${HEAD}Resources:
  Fn::ForEach::Outer:
    - A
    - [X, Y]
    - Fn::ForEach::Inner:
        - B
        - ["\${A}1", two]
        - "T\${A}\${B}":
            Type: AWS::Test::Thing
            Properties:
              Name: !Sub "\${A}-\${B}"
              Fn::ForEach::Deep:
                - C
                - [p, q]
                - "Key\${C}": "\${A}\${B}\${C}"
`);
    expect([...template.resources.keys()]).toEqual(["TXX1", "TXtwo", "TYY1", "TYtwo"]);
    expect(property(template, "TYtwo", "Name")).toEqual(["Y-two"]);
    expect(property(template, "TYY1", "Keyq")).toEqual(["YY1q"]);
    expect(property(template, "TYY1", "Keyz")).toEqual(["absent"]);
  });

  it("inside another that is not known leaves the rest known", () => {
    const template = read(`${HEAD}Parameters: { L: { Type: CommaDelimitedList } }
Resources:
  Fn::ForEach::Outer:
    - A
    - [X, Y]
    - "T\${A}": { Type: AWS::Test::Thing }
      Fn::ForEach::Inner: [B, !Ref L, { "T\${A}\${B}": { Type: AWS::Test::Thing } }]
`);
    expect([...template.resources.keys()]).toEqual(["TX", "TY"]);
    expect(template.incomplete).toBe("Fn::ForEach::Inner loops over values that are not known");
  });

  it("in properties that is not known leaves what it may add untold", () => {
    const template = read(`${HEAD}Parameters: { L: { Type: CommaDelimitedList } }
Resources:
  T:
    Type: AWS::Test::Thing
    Properties:
      Known: 1
      Fn::ForEach::P: [K, !Ref L, { "\${K}": x }]
`);
    expect(template.incomplete).toBeUndefined();
    expect(property(template, "T", "Known")).toEqual(["1"]);
    expect(property(template, "T", "Other")).toEqual(["? Fn::ForEach::P loops over values that are not known"]);
  });

  it("works in outputs, conditions and mappings", () => {
    const template = read(`${HEAD}Conditions:
  Fn::ForEach::C: [E, [dev, prod], { "Is\${E}": !Equals [!Ref AWS::StackName, !Ref E] }]
Mappings:
  Fn::ForEach::M: [E, [dev, prod], { "\${E}": { a: { b: !Ref E } } }]
Resources: { T: { Type: A::B::C, Properties: { V: !If [Isdev, !If [Isprod, never, 1], 2], M: !FindInMap [prod, a, b] } } }
Outputs:
  Fn::ForEach::O: [E, [dev, prod], { "Out\${E}": { Value: !Ref E, Export: { Name: !Sub "x-\${E}" } } }]
`);
    expect(property(template, "T", "V")).toEqual(["1 when Isdev is true", "2 when Isdev is false"]);
    expect(property(template, "T", "M")).toEqual(["prod"]);
    expect([...template.outputs.keys()]).toEqual(["Outdev", "Outprod"]);
  });

  it("is followed through aliases", () => {
    const template =
      read(`${HEAD}Metadata: { body: &body { "T\${N}": { Type: A::B::C } }, names: &names [X, Y], loops: &loops { Fn::ForEach::L: [K, [a, b], { "\${K}": 1 }] } }
Resources:
  Fn::ForEach::Ts: [N, *names, *body]
  P: { Type: A::B::C, Properties: *loops }
`);
    expect([...template.resources.keys()]).toEqual(["TX", "TY", "P"]);
    expect(property(template, "P", "b")).toEqual(["1"]);
  });

  it("makes what cannot be edited", () => {
    const template = read(loop("[Orders]"));
    const resource = template.resources.get("OrdersTable");
    const found = resource ? propertiesOf(template, resource) : [];
    for (const setting of [...found, ...found.flatMap((each) => [...get(each, "TableName"), ...get(each, "Missing")])])
      expect(setting.slot).toHaveProperty("refusal", "it is made by Fn::ForEach");
  });

  it("that makes too much, or itself, comes to an end", () => {
    const nested = Array.from({ length: 8 }, (_, index) => index).reduceRight(
      (inner, index) => `{ Fn::ForEach::L${index}: [I${index}, [a, b, c, d, e, f, g, h, i, j], ${inner}] }`,
      "{ 'T${I0}${I1}${I2}${I3}${I4}${I5}${I6}${I7}': { Type: A::B::C } }",
    );
    expect(read(`${HEAD}Resources: ${nested}`).incomplete).toContain("makes too much to look at");
    const long = Array.from({ length: 150_000 }, (_, index) => `a${index}`).join(",");
    expect(read(loop(`[${long}]`)).resources.size).toBeGreaterThan(0);
    const deep = `${"{ a: ".repeat(150)}1${" }".repeat(150)}`;
    expect(
      read(`${HEAD}Resources: { Fn::ForEach::X: [N, [A], { 'T\${N}': { Type: A::B::C, Properties: ${deep} } }] }`)
        .incomplete,
    ).toBeDefined();
  });
});
