import { describe, expect, it } from "vitest";
import { booleanOf, literal, reasonOf } from "../../../core/evaluate/value.ts";
import { settings, told, toldItems } from "./support.ts";

const parameter = (body: string) => `Parameters:\n  P: { ${body} }`;

describe("literals", () => {
  it.each([
    ["text", "text"],
    ["true", "true"],
    ["012345678901", "012345678901"],
    ["2012-10-17", "2012-10-17"],
    ["1.10", "1.10"],
    ['""', ""],
    ["null", "absent"],
    ["~", "absent"],
    ["", "absent"],
    ["{ a: 1 }", "map"],
    ["[1]", "list"],
  ])("%s", (written, expected) => {
    expect(told(written)).toEqual([expected]);
  });

  it("are booleans in every spelling that CloudFormation's readers take", () => {
    const spellings = [
      "true",
      "True",
      "TRUE",
      '"true"',
      '"True"',
      "yes",
      "on",
      "false",
      '"false"',
      "no",
      "Off",
      "1",
      "0",
      "x",
    ];
    expect(spellings.map((text) => settings(text).map(({ value }) => booleanOf(value))[0])).toEqual([
      ...Array(7).fill(true),
      ...Array(4).fill(false),
      undefined,
      undefined,
      undefined,
    ]);
    expect(booleanOf(literal("tRuE"))).toBe(true);
  });

  it("with dynamic references are known but for these", () => {
    expect(told("a-{{resolve:ssm:/name:1}}-b")).toEqual([
      "a-${?it is the dynamic reference {{resolve:ssm:/name:1}}}-b",
    ]);
    expect(told("'{{resolve:secretsmanager:s:SecretString:p}}'")).toEqual([
      "? it is the dynamic reference {{resolve:secretsmanager:s:SecretString:p}}",
    ]);
    expect(told("'{{resolve:ssm-secure:x}}{{resolve:ssm:y}}'")).toEqual([
      "${?it is the dynamic reference {{resolve:ssm-secure:x}}}${?it is the dynamic reference {{resolve:ssm:y}}}",
    ]);
  });
});

describe("Ref to a parameter", () => {
  it("with a default comes to it, and says so", () => {
    expect(told("!Ref P", parameter("Type: String, Default: dev"))).toEqual(["dev (default of P)"]);
    expect(told("!Ref P", parameter("Type: String, Default: true"))).toEqual(["true (default of P)"]);
    expect(told("!Ref P", parameter("Type: Number, Default: 012"))).toEqual(["012 (default of P)"]);
    expect(told("!Ref P", parameter('Type: String, Default: ""'))).toEqual([" (default of P)"]);
  });

  it("without one, or with what is none, is not known", () => {
    for (const body of [
      "Type: String",
      "Type: String, Default: null",
      "Type: String, Default: {a: 1}",
      "Type: String, Default: !Ref Q",
    ])
      expect(told("!Ref P", parameter(body))).toEqual(["${P}"]);
  });

  it("with allowed values comes to each of them", () => {
    expect(told("!Ref P", parameter("Type: String, Default: a, AllowedValues: [a, true, 3]"))).toEqual([
      'a when P is "a"',
      'true when P is "true"',
      '3 when P is "3"',
    ]);
    expect(told("!Ref P", parameter("AllowedValues: [only]"))).toEqual(["only"]);
    expect(told("!Ref P", parameter("AllowedValues: []"))).toEqual(["${P}"]);
    // What is not understood may allow more.
    expect(told("!Ref P", parameter("AllowedValues: [a, {b: c}]"))).toEqual(["${P}"]);
  });

  it("that is a secret is not known: its default is a placeholder", () => {
    for (const secret of ["true", '"true"', '"True"'])
      expect(told("!Ref P", parameter(`Type: String, Default: changeme, NoEcho: ${secret}`))).toEqual(["${P}"]);
    expect(told("!Ref P", parameter("Type: String, Default: changeme, NoEcho: false"))).toEqual([
      "changeme (default of P)",
    ]);
  });

  it("from the Parameter Store is not known, whatever is given: that is a name", () => {
    const stored = parameter("Type: AWS::SSM::Parameter::Value<String>, Default: /name, AllowedValues: [/name]");
    const expected = ["? parameter P is read from the Parameter Store at deployment"];
    expect(told("!Ref P", stored)).toEqual(expected);
    expect(told("!Ref P", stored, { inputs: { parameters: new Map([["P", "/other"]]) } })).toEqual(expected);
    expect(told("!Ref P", parameter("Type: AWS::SSM::Parameter::Name, Default: /name"))).toEqual([
      "/name (default of P)",
    ]);
  });

  it("that is a list is one", () => {
    expect(toldItems("!Ref P", parameter("Type: CommaDelimitedList, Default: 'a, b,c'"))).toEqual([
      "a (default of P)",
      "b (default of P)",
      "c (default of P)",
    ]);
    expect(toldItems("!Ref P", parameter("Type: List<AWS::EC2::Subnet::Id>, Default: subnet-1"))).toEqual([
      "subnet-1 (default of P)",
    ]);
    // Each item must be among the allowed values: the list is not one of them.
    expect(told("!Ref P", parameter("Type: CommaDelimitedList, AllowedValues: [a, b]"))).toEqual(["${P}"]);
  });

  it("that is given has what is given, and no default", () => {
    const inputs = { parameters: new Map([["P", "prod"]]) };
    expect(told("!Ref P", parameter("Type: String, Default: dev, AllowedValues: [dev, prod]"), { inputs })).toEqual([
      "prod",
    ]);
    expect(told("!Ref P", parameter("Type: String, Default: x, NoEcho: true"), { inputs })).toEqual(["prod"]);
    expect(toldItems("!Ref P", parameter("Type: CommaDelimitedList"), { inputs })).toEqual(["prod"]);
  });

  it("that another stack passes does not have its default", () => {
    const inputs = { passed: new Set(["P"]) };
    expect(told("!Ref P", parameter("Type: String, Default: dev"), { inputs })).toEqual(["${P}"]);
    expect(told("!Ref P", parameter("Type: String, Default: a, AllowedValues: [a, b]"), { inputs })).toEqual([
      'a when P is "a"',
      'b when P is "b"',
    ]);
  });
});

it("why a parameter is not known", () => {
  const why = (...question: Parameters<typeof settings>) => settings(...question).map(({ value }) => reasonOf(value));
  expect(why("!Ref P", parameter("Type: String"))).toEqual(["parameter P has no default"]);
  expect(why("!Ref P", parameter("Type: String, Default: x, NoEcho: true"))).toEqual(["parameter P is a secret"]);
  const inputs = { passed: new Set(["P"]) };
  expect(why("!Ref P", parameter("Type: String, Default: x"), { inputs })).toEqual([
    "another stack gives parameter P its value",
  ]);
  const head = `${parameter("Type: String, Default: x")}\nConditions: { C: !Equals [!Ref P, y] }`;
  expect(why("!If [C, !Ref P, a]", head)[0]).toBe("parameter P does not have its default in this branch");
});

describe("Ref to a pseudo parameter", () => {
  it("stays a symbol, equal to itself", () => {
    for (const name of ["AWS::Region", "AWS::AccountId", "AWS::Partition", "AWS::StackName", "AWS::URLSuffix"])
      expect(settings(`!Ref ${name}`).map(({ value }) => value)).toEqual([{ kind: "pseudo", name }]);
  });

  it("has the region and the account that are given", () => {
    const inputs = { region: "eu-west-1", account: "012345678901" };
    expect(told("!Sub '${AWS::Region}/${AWS::AccountId}/${AWS::Partition}'", "", { inputs })).toEqual([
      "eu-west-1/012345678901/${AWS::Partition}",
    ]);
  });

  it("AWS::NoValue is nothing: no property, no item", () => {
    for (const written of ["!Ref AWS::NoValue", "{ Ref: AWS::NoValue }", "{ Ref: !!str AWS::NoValue }"])
      expect(told(written)).toEqual(["absent"]);
    expect(toldItems("[a, !Ref AWS::NoValue, b]")).toEqual(["a", "b"]);
  });
});

describe("Ref and Fn::GetAtt of resources", () => {
  it.each([
    ["!Ref Other", "${Other}"],
    ["{ Ref: Other }", "${Other}"],
    ["!GetAtt Other.Arn", "${Other.Arn}"],
    ["!GetAtt Other.Outputs.X.Y", "${Other.Outputs.X.Y}"],
    ["!GetAtt [Other, Arn]", "${Other.Arn}"],
    ["!GetAtt [Other, Outputs.X]", "${Other.Outputs.X}"],
    ["{ Fn::GetAtt: [Other, Arn] }", "${Other.Arn}"],
    ["{ Fn::GetAtt: Other.StreamArn }", "${Other.StreamArn}"],
    ["!GetAtt [Other, !Ref P]", "? its attribute is computed"],
    ["!GetAtt [!Ref P, Arn]", "? its attribute is computed"],
    ["!GetAtt Other", "? its attribute is computed"],
    ["!GetAtt [Other]", "? its attribute is computed"],
    ["!GetAtt { a: b }", "? its attribute is computed"],
    ["!Ref Missing", '? "Missing" is not in this template'],
    ["!GetAtt Missing.Arn", '? "Missing" is not in this template'],
    ["{ Ref: !Sub Other }", "? the name its Ref gives is computed"],
    ["!Ref [Other]", "? the name its Ref gives is computed"],
  ])("%s", (written, expected) => {
    expect(told(written)).toEqual([expected]);
  });
});

describe("Fn::Sub", () => {
  const head = parameter("Type: String, Default: dev");
  it.each([
    ["!Sub plain", "plain"],
    ["!Sub 'arn:${AWS::Partition}:x:${Other}/${Other.Arn}'", "arn:${AWS::Partition}:x:${Other}/${Other.Arn}"],
    ["!Sub '${!Literal}-${!P}'", "${Literal}-${P}"],
    ["!Sub ['${A}-${B}', { A: !GetAtt Other.Arn, B: c }]", "${Other.Arn}-c"],
    ["{ Fn::Sub: ['${A}', { A: !Sub 'x-${AWS::Region}' }] }", "x-${AWS::Region}"],
    ["!Sub '${A}'", '? "A" is not in this template'],
    ["!Sub 'x-${'", "x-${"],
    ["!Sub ''", ""],
    ["!Sub ['${A}', { A: [1, 2] }]", "? part of its text is no text"],
    ["!Sub ['${A}', { A: !Ref AWS::NoValue }]", "? part of its text is no text"],
    ["!Sub [!Ref P, {}]", "? the text of its Fn::Sub is computed"],
    ["{ Fn::Sub: !Ref P }", "? the text of its Fn::Sub is computed"],
    ["!Sub ['${A}', [A]]", "? the text of its Fn::Sub is computed"],
    ["!Sub []", "? the text of its Fn::Sub is computed"],
    ["!Sub ['${__proto__}${constructor}', { __proto__: a, constructor: b }]", "ab"],
  ])("%s", (written, expected) => {
    expect(told(written, head)).toEqual([expected]);
  });

  it("names the default in it", () => {
    expect(told("!Sub '${P}-orders'", head)).toEqual(["dev-orders (default of P)"]);
    expect(told("!Sub '${P}-${P}'", parameter("AllowedValues: [a, b]"))).toEqual([
      'a-a when P is "a"',
      'b-b when P is "b"',
    ]);
  });
});

describe("Fn::Join, Fn::Select, Fn::Split, Fn::Length, Fn::ToJsonString, Fn::ImportValue", () => {
  const list = parameter("Type: CommaDelimitedList, Default: 'a,b'");
  it.each([
    ["!Join ['-', [a, b, c]]", "a-b-c"],
    ["!Join ['', ['arn:', !Ref AWS::Partition, ':dynamodb']]", "arn:${AWS::Partition}:dynamodb"],
    ["!Join ['-', [a, !Ref AWS::NoValue, b]]", "a-b"],
    ["!Join ['-', []]", ""],
    ["!Join ['-', [a, [b]]]", "a-${?part of its text is no text}"],
    ["!Join [!Ref P, [a, b]]", "? its Fn::Join is incomplete"],
    ["!Join ['-', !Ref Other]", "? the list it joins is not known"],
    ["!Join ['-']", "? its Fn::Join is incomplete"],
    ["!Join x", "? its Fn::Join is incomplete"],
    ["!Select [1, [a, b]]", "b"],
    ["!Select ['0', [a, b]]", "a"],
    ["!Select [2, [a, b]]", "? the list it selects from is not known"],
    ["!Select [-1, [a, b]]", "? the list it selects from is not known"],
    ["!Select ['', [a, b]]", "? the list it selects from is not known"],
    ["!Select [0x1, [a, b]]", "? the list it selects from is not known"],
    ["!Select [0, !GetAZs '']", "? the list it selects from is not known"],
    ["!Select [1, !Split ['/', 'a/b/c']]", "b"],
    ["!Select [0]", "? its Fn::Select is incomplete"],
    ["!Join ['+', !Split ['/', 'a/b']]", "a+b"],
    ["!Select [0, !Split [!Ref P, 'a/b']]", "? the list it selects from is not known"],
    ["!Split ['/', !GetAtt Other.Arn]", "? the text it splits is not known"],
    ["!Length [a, b]", "2"],
    ["!Length []", "0"],
    ["!Length [a, !Ref AWS::NoValue]", "? items of its list depend on conditions"],
    ["{ Fn::Length: !Ref Other }", "? the length of its list is not known"],
    ["{ Fn::Length: !Split [',', 'a,b,c'] }", "3"],
    ["{ Fn::ToJsonString: { a: 1 } }", "map"],
    ["!ImportValue network-key", "${import:network-key}"],
    ["!ImportValue { Fn::Sub: '${AWS::Region}-key' }", "${import:${AWS::Region}-key}"],
    ["!ImportValue [a]", "? its import has no name"],
    ["!Base64 x", "? Fn::Base64 is evaluated at deployment"],
    ["!Cidr [a, 1, 2]", "? Fn::Cidr is evaluated at deployment"],
    ["{ Fn::GetStackOutput: { StackName: s, OutputName: o } }", "? Fn::GetStackOutput is evaluated at deployment"],
    ["{ Fn::Transform: { Name: AWS::Include } }", "? Fn::Transform is evaluated at deployment"],
    ["!Transform { Name: Mine }", "? Fn::Transform is evaluated at deployment"],
    ["{ Fn::Mine: x }", "? Fn::Mine is evaluated at deployment"],
    ["{ Ref: Other, More: 1 }", "map"],
  ])("%s", (written, expected) => {
    expect(told(written)).toEqual([expected]);
  });

  it("take list parameters", () => {
    expect(told("!Join ['-', !Ref P]", list)).toEqual(["a-b (default of P)"]);
    expect(told("!Select [1, !Ref P]", list)).toEqual(["b (default of P)"]);
    expect(told("{ Fn::Length: !Ref P }", list)).toEqual(["2 (default of P)"]);
  });
});

describe("Fn::FindInMap", () => {
  const head = `Mappings:
  M:
    eu-west-1: { on: true, list: [a, b] }
    us-east-1: { on: false }
  One: { all: { on: true } }
Parameters:
  Region: { Type: String, AllowedValues: [eu-west-1, us-east-1] }
  Fixed: { Type: String, Default: us-east-1 }
  Free: { Type: String }
  Odd: { Type: String, AllowedValues: [eu-west-1, mars] }`;
  it.each([
    ["!FindInMap [M, eu-west-1, on]", ["true"]],
    ["{ Fn::FindInMap: [M, eu-west-1, list] }", ["list"]],
    [
      "!FindInMap [M, !Ref AWS::Region, on]",
      ['true when AWS::Region is "eu-west-1"', 'false when AWS::Region is "us-east-1"'],
    ],
    ["!FindInMap [M, !Ref Free, on]", ['true when Free is "eu-west-1"', 'false when Free is "us-east-1"']],
    ["!FindInMap [M, !Ref Region, on]", ['true when Region is "eu-west-1"', 'false when Region is "us-east-1"']],
    ["!FindInMap [M, !Ref Fixed, on]", ["false (default of Fixed)"]],
    ["!FindInMap [One, !Ref AWS::Region, on]", ["true"]],
    ["!FindInMap [One, all, !Ref Free]", ["true"]],
    ["!FindInMap [M, mars, on]", ["? the mapping has no such key"]],
    ["!FindInMap [Missing, a, b]", ["? the mapping has no such key"]],
    ["!FindInMap [Missing, !Ref AWS::Region, b]", ["? a key of its mapping is not known"]],
    ["!FindInMap [M, mars, on, { DefaultValue: none }]", ["none"]],
    [
      "!FindInMap [M, !Ref Odd, on, { DefaultValue: none }]",
      ['true when Odd is "eu-west-1"', 'none when Odd is "mars"'],
    ],
    [
      "!FindInMap [M, !Ref Odd, on]",
      ['true when Odd is "eu-west-1"', '? the mapping has no such key when Odd is "mars"'],
    ],
    [
      "!FindInMap [M, !Ref Free, on, { DefaultValue: none }]",
      [
        'true when Free is "eu-west-1"',
        'false when Free is "us-east-1"',
        "? its mapping has a DefaultValue for other keys",
      ],
    ],
    ["!FindInMap [!Ref Free, a, b]", ["? the mapping's name is not known"]],
    ["!FindInMap [M, !GetAtt Other.Arn, on]", ["? a key of its mapping is not known"]],
    ["!FindInMap [M, eu-west-1]", ["? its Fn::FindInMap is incomplete"]],
    ["!FindInMap [M, eu-west-1, !Sub 'o${N}', { DefaultValue: x }]", ["? a key of its mapping is not known"]],
  ])("%s", (written, expected) => {
    expect(told(written, head)).toEqual(expected);
  });

  it("gives lists to functions of lists", () => {
    expect(told("!Join ['-', !FindInMap [M, eu-west-1, list]]", head)).toEqual(["a-b"]);
    expect(toldItems("!FindInMap [M, eu-west-1, list]", head)).toEqual(["a", "b"]);
  });

  it("cannot tell where a transform or a loop adds keys", () => {
    const included = "Mappings: { M: { a: { b: c }, Fn::Transform: { Name: AWS::Include } } }";
    expect(told("!FindInMap [M, a, b]", included)).toEqual(["? a transform may add to it"]);
    const looped =
      "Transform: AWS::LanguageExtensions\nParameters: { L: { Type: CommaDelimitedList } }\nMappings: { M: { Fn::ForEach::X: [X, !Ref L, { '${X}': { on: 1 } }] } }";
    expect(told("!FindInMap [M, a, b, { DefaultValue: d }]", looped)).toEqual([
      "? Fn::ForEach::X loops over values that are not known",
    ]);
  });

  it("has the region that is given", () => {
    expect(told("!FindInMap [M, !Ref AWS::Region, on]", head, { inputs: { region: "us-east-1" } })).toEqual(["false"]);
  });
});
