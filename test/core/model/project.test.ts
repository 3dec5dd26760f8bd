import { describe, expect, it } from "vitest";
import { keysOf, usesOf } from "../../../core/model/keys.ts";
import { createProject, follow, type Project, withTemplate } from "../../../core/model/project.ts";
import { tablesOf } from "../../../core/model/tables.ts";
import { tell } from "../evaluate/support.ts";
import { at, project, property, template } from "./files.ts";

/** Where the value of a property leads: `file#id.attribute`. */
function leads(inProject: Project, file: string, id: string, ...keys: string[]): string[] {
  const from = at(inProject, file);
  return property(from, id, ...keys).map(({ value }) => {
    const target = follow(inProject, from, value);
    return target
      ? `${target.template.file}#${target.resource.id}${target.attribute ? `.${target.attribute}` : ""}`
      : "nowhere";
  });
}

const KEY = "Resources: { Key: { Type: AWS::KMS::Key } }\n";
const TABLE = (key: string) =>
  `Resources: { T: { Type: AWS::DynamoDB::Table, Properties: { SSESpecification: { SSEEnabled: true, KMSMasterKeyId: ${key} } } } }\n`;
const USE = ["T", "SSESpecification", "KMSMasterKeyId"] as const;

describe("references in one template", () => {
  it("lead to the resource", () => {
    const one = project({
      "a.yaml":
        "Resources: { Key: { Type: AWS::KMS::Key }, R: { Type: A::B::C, Properties: { A: !Ref Key, B: !GetAtt Key.Arn, C: !Ref Nothing, D: text, E: !Sub '${Key.Arn}', F: !Sub 'x${Key}' } } }",
    });
    expect(["A", "B", "C", "D", "E", "F"].flatMap((key) => leads(one, "a.yaml", "R", key))).toEqual([
      "a.yaml#Key",
      "a.yaml#Key.Arn",
      "nowhere",
      "nowhere",
      "a.yaml#Key.Arn",
      "nowhere",
    ]);
  });
});

describe("exports and imports", () => {
  const exporting = (name: string) => `${KEY}Outputs: { K: { Value: !GetAtt Key.Arn, Export: { Name: ${name} } } }\n`;
  it.each([
    ["a literal name", "shared-key", "!ImportValue shared-key"],
    ["CDK's names", '"Data:ExportsOutputFnGetAttKeyArn"', '!ImportValue "Data:ExportsOutputFnGetAttKeyArn"'],
    ["names with the region in them", "!Sub '${AWS::Region}-key'", "!ImportValue { Fn::Sub: '${AWS::Region}-key' }"],
    [
      "names that are put together differently",
      "!Join ['-', [shared, key]]",
      "!ImportValue { Fn::Sub: 'shared-${P}' }",
    ],
  ])("%s", (_what, name, value) => {
    const both = project({
      "key.yaml": exporting(name),
      "table.yaml": `Parameters: { P: { Type: String, Default: key } }\n${TABLE(value)}`,
    });
    expect(leads(both, "table.yaml", ...USE)).toEqual(["key.yaml#Key.Arn"]);
    const [key] = keysOf(at(both, "key.yaml"));
    expect(key && usesOf(both, key).map(({ table }) => table.template.file)).toEqual(["table.yaml"]);
  });

  it("lead nowhere where nobody exports, or the name is not known on either side", () => {
    expect(leads(project({ "a.yaml": TABLE("!ImportValue x") }), "a.yaml", ...USE)).toEqual(["nowhere"]);
    const unknown = project({
      "key.yaml": exporting("!Base64 x"),
      "table.yaml": TABLE("!ImportValue { Fn::Base64: x }"),
    });
    expect(unknown.exports.size).toBe(0);
    expect(leads(unknown, "table.yaml", ...USE)).toEqual(["nowhere"]);
  });

  it("of stages with equal names lead to the one in the same folder", () => {
    const stages = project({
      "cdk.out/assembly-Dev/key.yaml": exporting("k"),
      "cdk.out/assembly-Prod/key.yaml": exporting("k"),
      "cdk.out/assembly-Prod/table.yaml": TABLE("!ImportValue k"),
      "cdk.out/table.yaml": TABLE("!ImportValue k"),
    });
    expect(leads(stages, "cdk.out/assembly-Prod/table.yaml", ...USE)).toEqual([
      "cdk.out/assembly-Prod/key.yaml#Key.Arn",
    ]);
    expect(leads(stages, "cdk.out/table.yaml", ...USE)).toEqual(["nowhere"]);
  });

  it("of one output in several branches are one", () => {
    const both = project({
      "key.yaml": `Conditions: { C: !Equals [!Ref AWS::Region, x] }\n${exporting("!If [C, k, k]")}`,
      "table.yaml": TABLE("!ImportValue k"),
    });
    expect(leads(both, "table.yaml", ...USE)).toEqual(["key.yaml#Key.Arn"]);
  });

  it("lead on, over other imports, and in a circle to nowhere", () => {
    const chain = project({
      "a.yaml": exporting("a"),
      "b.yaml": "Outputs: { B: { Value: !ImportValue a, Export: { Name: b } } }",
      "c.yaml": TABLE("!ImportValue b"),
      "d.yaml":
        "Outputs: { D: { Value: !ImportValue e, Export: { Name: d } }, E: { Value: !ImportValue d, Export: { Name: e } } }",
      "f.yaml": TABLE("!ImportValue d"),
    });
    expect(leads(chain, "c.yaml", ...USE)).toEqual(["a.yaml#Key.Arn"]);
    expect(leads(chain, "f.yaml", ...USE)).toEqual(["nowhere"]);
  });
});

describe("nested stacks", () => {
  const child = `Parameters: { KeyArn: { Type: String, Default: alias/aws/dynamodb }, Pitr: { Type: String, Default: "true" } }\n${TABLE("!Ref KeyArn")}  \nOutputs: { Name: { Value: !Ref T } }\n`;
  const parent = (stack: string, more = "") =>
    `Parameters: { Mode: { Type: String, Default: "false" } }\nResources:\n  Key: { Type: AWS::KMS::Key }\n  Inner: ${stack}\n  R: { Type: A::B::C, Properties: { A: !GetAtt Inner.Outputs.Name, B: !GetAtt Inner.Outputs.Nothing } }\n${more}`;

  it.each([
    [
      "a local TemplateURL",
      "stacks/app.yaml",
      "{ Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: ./inner/child.yaml, Parameters: { KeyArn: !GetAtt Key.Arn } } }",
    ],
    [
      "with backslashes",
      "stacks/app.yaml",
      "{ Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: 'inner\\child.yaml', Parameters: { KeyArn: !GetAtt Key.Arn } } }",
    ],
    [
      "upwards",
      "stacks/other/app.yaml",
      "{ Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: ../inner/child.yaml, Parameters: { KeyArn: !GetAtt Key.Arn } } }",
    ],
    [
      "a SAM application",
      "stacks/app.yaml",
      "{ Type: AWS::Serverless::Application, Properties: { Location: inner/child.yaml, Parameters: { KeyArn: !GetAtt Key.Arn } } }",
    ],
    [
      "CDK's asset path",
      "stacks/app.yaml",
      "{ Type: AWS::CloudFormation::Stack, Metadata: { aws:asset:path: inner/child.yaml, aws:asset:property: TemplateURL }, Properties: { TemplateURL: !Sub 'https://x', Parameters: { KeyArn: !GetAtt Key.Arn } } }",
    ],
  ])("found by %s are linked both ways", (_what, file, stack) => {
    const both = project({ [file]: parent(stack), "stacks/inner/child.yaml": child });
    expect(leads(both, "stacks/inner/child.yaml", ...USE)).toEqual([`${file}#Key.Arn`]);
    expect(leads(both, file, "R", "A")).toEqual(["stacks/inner/child.yaml#T"]);
    expect(leads(both, file, "R", "B")).toEqual(["nowhere"]);
  });

  it("are found by URIs too", () => {
    const both = project({
      "file:///c%3A/my%20app/app.yaml": parent(
        "{ Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: 'the child.yaml', Parameters: { KeyArn: !GetAtt Key.Arn } } }",
      ),
      "file:///c%3A/my%20app/the%20child.yaml": child,
    });
    expect(leads(both, "file:///c%3A/my%20app/the%20child.yaml", ...USE)).toEqual([
      "file:///c%3A/my%20app/app.yaml#Key.Arn",
    ]);
  });

  it("may lie above the folder that paths start from", () => {
    const both = project({
      "app.yaml": parent("{ Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: ../../x/child.yaml } }"),
      "../../x/child.yaml": child,
      "x/child.yaml": child,
    });
    expect(leads(both, "app.yaml", "R", "A")).toEqual(["../../x/child.yaml#T"]);
  });

  it.each([
    "https://bucket.s3.amazonaws.com/child.yaml",
    "s3://bucket/child.yaml",
    "/child.yaml",
    "!Ref Url",
    "!Sub child.yaml",
    "''",
    "[child.yaml]",
  ])("elsewhere are not: %s", (url) => {
    const both = project({
      "app.yaml": parent(`{ Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: ${url} } }`),
      "child.yaml": child,
    });
    expect(leads(both, "app.yaml", "R", "A")).toEqual(["nowhere"]);
    expect(property(at(both, "child.yaml"), ...USE).map(tell)).toEqual(["alias/aws/dynamodb (default of KeyArn)"]);
  });

  const passing = (parameters: string, more = "") =>
    project({
      "app.yaml": parent(
        `{ Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: child.yaml, ${parameters} } }`,
        more,
      ),
      "child.yaml": child,
    });
  it.each([
    ["a literal", "Parameters: { KeyArn: alias/mine }", ["alias/mine"]],
    ["a number", "Parameters: { KeyArn: 012 }", ["012"]],
    ["a list", "Parameters: { KeyArn: [a, b] }", ["a,b"]],
    ["a list with something computed", "Parameters: { KeyArn: [a, !Ref Mode] }", ["${KeyArn}"]],
    ["nothing", "Parameters: { Pitr: x }", ["alias/aws/dynamodb (default of KeyArn)"]],
    ["nothing at all", "NotificationARNs: []", ["alias/aws/dynamodb (default of KeyArn)"]],
    ["AWS::NoValue", "Parameters: { KeyArn: !Ref AWS::NoValue }", ["alias/aws/dynamodb (default of KeyArn)"]],
    ["a reference: not the default", "Parameters: { KeyArn: !GetAtt Key.Arn }", ["${KeyArn}"]],
    ["a default of its own: not ours", "Parameters: { KeyArn: !Ref Mode }", ["${KeyArn}"]],
    ["branches: not the default", "Parameters: { KeyArn: !If [C, a, b] }", ["${KeyArn}"]],
    ["parameters that are computed", "Parameters: !If [C, {}, {}]", ["${KeyArn}"]],
    [
      "parameters with a transform in them",
      "Parameters: { Pitr: x, Fn::Transform: { Name: AWS::Include } }",
      ["${KeyArn}"],
    ],
    ["a name that the child does not have", "Parameters: { Other: x }", ["alias/aws/dynamodb (default of KeyArn)"]],
    ["what is no map", "Parameters: [KeyArn]", ["alias/aws/dynamodb (default of KeyArn)"]],
  ])("get what their parent passes: %s", (_what, parameters, expected) => {
    expect(
      property(at(passing(parameters, "Conditions: { C: !Equals [!Ref Mode, x] }\n"), "child.yaml"), ...USE).map(tell),
    ).toEqual(expected);
  });

  it("know the condition of their stack", () => {
    const conditional = passing(
      "Parameters: { KeyArn: !If [C, a, never] } }, Condition: C, Metadata: { x: y",
      "Conditions: { C: !Equals [!Ref Mode, x] }\n",
    );
    expect(property(at(conditional, "child.yaml"), ...USE).map(tell)).toEqual(["a"]);
  });

  it("keep what is given from outside", () => {
    const given = createProject([
      template(
        "app.yaml",
        parent(
          "{ Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: child.yaml, Parameters: { KeyArn: theirs } } }",
        ),
      ),
      template("child.yaml", child, { parameters: new Map([["KeyArn", "ours"]]) }),
    ]);
    expect(property(at(given, "child.yaml"), ...USE).map(tell)).toEqual(["ours"]);
  });

  it("pass on, over any number of stacks, in any order of files", () => {
    const files = {
      "c.yaml": child,
      "b.yaml":
        "Parameters: { K: { Type: String }, P: { Type: String } }\nResources: { C: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: c.yaml, Parameters: { KeyArn: !Ref K, Pitr: !Ref P } } } }\nOutputs: { N: { Value: !GetAtt C.Outputs.Name } }",
      "a.yaml":
        "Resources: { Key: { Type: AWS::KMS::Key }, B: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: b.yaml, Parameters: { K: !GetAtt Key.Arn, P: 'no' } } }, R: { Type: A::B::C, Properties: { A: !GetAtt B.Outputs.N } } }",
    };
    for (const order of [Object.entries(files), Object.entries(files).reverse()]) {
      const chain = project(Object.fromEntries(order));
      expect(leads(chain, "c.yaml", ...USE)).toEqual(["a.yaml#Key.Arn"]);
      expect(leads(chain, "a.yaml", "R", "A")).toEqual(["c.yaml#T"]);
      expect(at(chain, "c.yaml").inputs.parameters.get("Pitr")).toBe("no");
      const [key] = keysOf(at(chain, "a.yaml"));
      expect(key && usesOf(chain, key).map(({ table }) => table.id)).toEqual(["T"]);
      expect(chain.templates.map(({ file }) => file)).toEqual(order.map(([file]) => file));
    }
  });

  it("of several parents have no value, and not the default either", () => {
    const stack = (value: string) =>
      `Resources: { S: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: child.yaml, Parameters: { KeyArn: ${value} } } } }`;
    const several = project({ "a.yaml": stack("a"), "b.yaml": stack("b"), "child.yaml": child });
    expect(property(at(several, "child.yaml"), ...USE).map(tell)).toEqual(["${KeyArn}"]);
    expect(leads(several, "child.yaml", ...USE)).toEqual(["nowhere"]);
    const twice = project({
      "a.yaml":
        "Resources: { S: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: child.yaml, Parameters: { KeyArn: a } } }, U: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: child.yaml } } }",
      "child.yaml": child,
    });
    expect(property(at(twice, "child.yaml"), ...USE).map(tell)).toEqual(["${KeyArn}"]);
  });

  it("that contain each other, or themselves, are read all the same", () => {
    const stack = (file: string) =>
      `Parameters: { P: { Type: String } }\nResources: { S: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: ${file}, Parameters: { P: !Ref P } } }, R: { Type: A::B::C, Properties: { A: !Ref P, B: !GetAtt S.Outputs.O } } }\nOutputs: { O: { Value: !GetAtt S.Outputs.O } }`;
    const circle = project({
      "a.yaml": stack("b.yaml"),
      "b.yaml": stack("c.yaml"),
      "c.yaml": stack("a.yaml"),
      "d.yaml": stack("d.yaml"),
      "e.yaml": stack("a.yaml"),
    });
    for (const file of circle.byFile.keys()) {
      expect(leads(circle, file, "R", "A")).toEqual(["nowhere"]);
      expect(leads(circle, file, "R", "B")).toEqual(["nowhere"]);
    }
  });

  it("may be very many, one in the other", () => {
    const files = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [
        `s${index}.yaml`,
        `Parameters: { P: { Type: String } }\nResources: { S: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: s${index + 1}.yaml, Parameters: { P: ${index === 0 ? "x" : "!Ref P"} } } } }`,
      ]),
    );
    expect(at(project(files), "s299.yaml").inputs.parameters.get("P")).toBe("x");
  });
});

describe("withTemplate", () => {
  const parent = (value: string) =>
    template(
      "app.yaml",
      `Resources: { S: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: child.yaml, Parameters: { K: ${value} } } } }`,
    );
  const child = template("child.yaml", `Parameters: { K: { Type: String, Default: d } }\n${TABLE("!Ref K")}`);
  const told = (inProject: Project) => property(at(inProject, "child.yaml"), ...USE).map(tell);

  it("replaces a template in its place, or adds it", () => {
    const before = createProject([parent("a"), child]);
    const after = withTemplate(before, template("other.yaml", KEY));
    expect(after.templates.map(({ file }) => file)).toEqual(["app.yaml", "child.yaml", "other.yaml"]);
    expect(before.templates).toHaveLength(2);
    const replaced = withTemplate(after, template("app.yaml", KEY));
    expect(replaced.templates.map(({ file }) => file)).toEqual(["app.yaml", "child.yaml", "other.yaml"]);
    expect(at(replaced, "app.yaml").resources.has("Key")).toBe(true);
  });

  it("binds again what a parent passes now", () => {
    let now = createProject([parent("a"), child]);
    expect(told(now)).toEqual(["a"]);
    now = withTemplate(now, parent("b"));
    expect(told(now)).toEqual(["b"]);
    now = withTemplate(now, parent("!Ref AWS::Region"));
    expect(told(now)).toEqual(["${K}"]);
    now = withTemplate(now, template("app.yaml", KEY));
    expect(told(now)).toEqual(["d (default of K)"]);
    expect(at(now, "child.yaml")).toBe(child);
    now = withTemplate(now, parent("c"));
    expect(told(now)).toEqual(["c"]);
  });

  it("keeps what is known about the templates that did not change", () => {
    const before = createProject([parent("a"), child, template("key.yaml", KEY)]);
    const tables = tablesOf(at(before, "child.yaml"));
    const after = withTemplate(before, template("key.yaml", `${KEY}# more\n`));
    expect(tablesOf(at(after, "child.yaml"))).toBe(tables);
    expect(tablesOf(at(withTemplate(after, parent("a")), "child.yaml"))).toBe(tables);
  });
});
