import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { get, propertiesOf, wholeResource } from "../../../core/evaluate/setting.ts";
import { sourceText } from "../../../core/syntax/source-text.ts";
import { readTemplate, withInputs } from "../../../core/template/read.ts";
import { read, tell } from "../evaluate/support.ts";

describe("sections", () => {
  it("are read by name", () => {
    const template = read(`Parameters:
  P: { Type: String, Default: a, AllowedValues: [a, b], NoEcho: true }
  L: { Type: CommaDelimitedList, Default: [a, b] }
Mappings: { M: { a: { b: c } } }
Conditions: { C: !Equals [1, 1] }
Rules: { R: { Assertions: [] } }
Resources:
  T: { Type: AWS::DynamoDB::Table, Condition: C, Properties: { A: 1 }, Metadata: { aws:cdk:path: S/T/Resource } }
Outputs:
  O: { Value: !Ref T, Condition: C, Export: { Name: x } }
  Useless: { Description: x }
`);
    expect(template.parameters.get("P")).toMatchObject({
      type: "String",
      default: "a",
      allowedValues: ["a", "b"],
      noEcho: true,
    });
    expect(template.parameters.get("L")).toMatchObject({ default: "a,b" });
    expect([...template.conditions.keys()]).toEqual(["C"]);
    expect(template.rules).toHaveLength(1);
    expect(template.resources.get("T")).toMatchObject({
      id: "T",
      logicalId: "T",
      type: "AWS::DynamoDB::Table",
      condition: "C",
      constructPath: "S/T/Resource",
    });
    expect([...template.outputs.keys()]).toEqual(["O"]);
    expect(template.outputs.get("O")).toMatchObject({ condition: "C" });
    expect(template.kind).toBe("cdk");
  });

  it.each([
    "",
    "null",
    "1",
    "[]",
    "Resources",
    "Resources:",
    "Resources: []",
    "Resources: { T: }",
    "Resources: { T: [] }",
    "Resources: { T: { Type: } }",
    "Resources: { T: { Type: [x] } }",
    "{",
    "a: b: c",
    "\t- x",
  ])("may be anything: %j", (text) => {
    const template = read(text);
    expect(template.resources.size).toBe(0);
    expect(template.parameters.size).toBe(0);
  });

  it("tell the kind", () => {
    expect(read("Resources: { T: { Type: AWS::S3::Bucket } }").kind).toBe("cloudformation");
    expect(read("Transform: AWS::Serverless-2016-10-31\nResources: {}").kind).toBe("sam");
    expect(read("Resources: { T: { Type: AWS::Serverless::SimpleTable } }").kind).toBe("sam");
    expect(read("Parameters: { BootstrapVersion: { Type: String } }\nResources: {}").kind).toBe("cdk");
    expect(read("Resources: { M: { Type: AWS::CDK::Metadata } }").kind).toBe("cdk");
  });

  it("are those of the first document, with a warning", () => {
    const template = read("Resources: { T: { Type: A::B::C } }\n---\nResources: { U: { Type: A::B::C } }\n");
    expect([...template.resources.keys()]).toEqual(["T"]);
    expect(template.tree.problems.map(({ severity }) => severity)).toEqual(["warning"]);
  });

  it("may have attributes of resources in branches", () => {
    const template = read(
      "Transform: AWS::LanguageExtensions\nParameters: { P: { Type: String, Default: Retain } }\nConditions: { C: !Equals [!Ref AWS::Region, x] }\nResources: { T: { Type: A::B::C, DeletionPolicy: !If [C, Retain, Delete], UpdateReplacePolicy: !Ref P } }",
    );
    const resource = template.resources.get("T");
    if (!resource) throw new Error("no T");
    const whole = wholeResource(template, resource);
    expect([...get(whole, "DeletionPolicy"), ...get(whole, "UpdateReplacePolicy")].map(tell)).toEqual([
      "Retain when C is true",
      "Delete when C is false",
      "Retain (default of P)",
    ]);
  });

  it("keep the last of equal keys", () => {
    const template = read("Resources: { T: { Type: A::B::C }, T: { Type: D::E::F } }");
    expect([...template.resources.values()].map(({ type }) => type)).toEqual(["D::E::F"]);
    expect(template.tree.problems).toHaveLength(1);
  });

  it("have names like any others", () => {
    const template = read(
      "Resources: { __proto__: { Type: A::B::C }, constructor: { Type: A::B::C }, <<: { toString: { Type: A::B::C } } }",
    );
    expect([...template.resources.keys()]).toEqual(["__proto__", "constructor", "toString"]);
  });
});

describe("what cannot be seen", () => {
  it.each([
    ["Transform: Mine\nResources: {}", "the transform Mine may change anything"],
    ["Transform: [AWS::Serverless-2016-10-31, Mine]\nResources: {}", "the transform Mine may change anything"],
    [
      "Transform: { Name: AWS::Include, Parameters: { Location: s3://x } }\nResources: {}",
      "the transform AWS::Include may change anything",
    ],
    ["Transform: [{ Name: AWS::Include }]\nResources: {}", "the transform AWS::Include may change anything"],
    ["Transform: [{ a: b }]\nResources: {}", "the transform a transform may change anything"],
    ["Fn::Transform: { Name: AWS::Include }\nResources: {}", "a transform may change anything"],
    ["Resources: { Fn::Transform: { Name: AWS::Include }, T: { Type: A::B::C } }", "a transform may add to it"],
    ["Resources: { Fn::Transform: { Name: AWS::Include } }", "Fn::Transform makes its resources"],
    ["Resources: !Transform { Name: Mine }", "Fn::Transform makes its resources"],
    ["Resources: { M: { Type: My::Own::Thing::MODULE } }", '"M" is a module with resources of its own'],
    ["Transform: [[x]]\nResources: {}", undefined],
    ["Transform: AWS::LanguageExtensions\nResources: {}", undefined],
    ["Transform: AWS::SecretsManager-2024-09-16\nResources: {}", undefined],
    ["Resources: { T: { Type: A::B::C, Properties: { Fn::Transform: { Name: X } } } }", undefined],
  ])("%s", (text, reason) => {
    expect(read(text).incomplete).toBe(reason);
  });

  it("is not said to be absent", () => {
    const absent = (text: string) => {
      const template = read(text);
      const resource = template.resources.get("T");
      if (!resource) throw new Error("no T");
      return [
        ...propertiesOf(template, resource).flatMap((each) => get(each, "A")),
        ...get(wholeResource(template, resource), "DeletionPolicy"),
      ].map(tell);
    };
    const anything = "? the transform Mine may change anything";
    expect(absent("Transform: Mine\nResources: { T: { Type: A::B::C } }")).toEqual([anything, anything]);
    expect(absent("Transform: Mine\nResources: { T: { Type: A::B::C, Properties: { B: 1 } } }")).toEqual([
      anything,
      anything,
    ]);
    expect(absent("Resources: { Fn::Transform: { Name: X }, T: { Type: A::B::C } }")).toEqual(["absent", "absent"]);
    expect(absent("Resources: { T: { Type: A::B::C, Properties: { B: 1, Fn::Transform: { Name: X } } } }")).toEqual([
      "? a transform may add to it",
      "absent",
    ]);
    expect(absent("Resources: { T: { Type: A::B::C, Properties: !Transform { Name: X } } }")).toEqual([
      "? Fn::Transform is evaluated at deployment",
      "absent",
    ]);
    expect(absent("Resources: { T: { Type: A::B::C, Fn::Transform: { Name: X } } }")).toEqual([
      "? a transform may add to it",
      "? a transform may add to it",
    ]);
  });
});

describe("aliases", () => {
  it.each([
    [
      "that hold themselves",
      "Resources: &r { T: { Type: A::B::C, Properties: *r } }",
      'the alias "r" stands for what holds it',
    ],
    [
      "that hold each other",
      "A: &a { b: &b { a: *a } }\nResources: { T: { Type: A::B::C, Properties: *b } }",
      'the alias "a" stands for what holds it',
    ],
    [
      "that are a billion laughs",
      `a0: &a0 [x]\n${Array.from({ length: 30 }, (_, index) => `a${index + 1}: &a${index + 1} [*a${index}, *a${index}]\n`).join("")}Resources: {}`,
      "stands for too much to look at",
    ],
    [
      "that are many",
      `a: &a [${"x, ".repeat(2000)}]\nb: [${"*a, ".repeat(2000)}]\nResources: {}`,
      "its aliases stand for too much to look at",
    ],
  ])("%s make a template unreadable", (_what, text, message) => {
    const template = read(text);
    expect(template.tree.root).toBeUndefined();
    expect(template.resources.size).toBe(0);
    expect(template.tree.problems).toEqual([
      {
        message: expect.stringContaining(message),
        severity: "error",
        start: expect.any(Number),
        end: expect.any(Number),
      },
    ]);
    const [problem] = template.tree.problems;
    expect(template.source.text.slice(problem?.start, problem?.end)).toMatch(/^\*[ab\dr]+$/);
  });

  it("otherwise do no harm", () => {
    const template = read(
      "a: &a { Type: A::B::C, Properties: &p { X: 1 } }\nResources: { T: *a, U: { Type: A::B::C, Properties: *p }, V: { <<: *a } }",
    );
    expect([...template.resources.keys()]).toEqual(["T", "U", "V"]);
    expect(template.tree.problems).toEqual([]);
    const [t, u] = [template.resources.get("T"), template.resources.get("U")];
    if (!t || !u) throw new Error("missing");
    expect(wholeResource(template, t).slot).toEqual({ refusal: "the resource comes from an alias" });
    expect(wholeResource(template, u).slot).toEqual({ add: u.node });
  });
});

it("reads any text without throwing, and the same under other inputs", () => {
  const word = fc.constantFrom(
    "Resources",
    "Type",
    "Properties",
    "AWS::DynamoDB::Table",
    "Fn::If",
    "Fn::ForEach::X",
    "Fn::Transform",
    "Ref",
    "!Ref",
    "!If",
    "!Sub",
    ":",
    "-",
    "&a",
    "*a",
    "<<",
    "{",
    "}",
    "[",
    "]",
    ",",
    "\n",
    "\n  ",
    "\n    ",
    "'",
    '"',
    "|",
    "#",
    "null",
    "AWS::NoValue",
    "Transform",
    "AWS::Serverless-2016-10-31",
    "AWS::Serverless::Function",
    "Conditions",
    "Parameters",
    "Outputs",
    "Globals",
    "__proto__",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(word, word, fc.string({ maxLength: 3 })), { maxLength: 60 }), (words) => {
      const template = readTemplate("t.yaml", sourceText(words.join(" ")));
      const again = withInputs(template, { parameters: new Map([["P", "x"]]) });
      expect([...again.resources.keys()]).toEqual([...template.resources.keys()]);
      for (const resource of template.resources.values())
        for (const setting of propertiesOf(template, resource))
          expect(get(setting, "A").length).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 1500, seed: 20261124 },
  );
});
