import { describe, expect, it } from "vitest";
import { entrySettings, get, getPath, items, propertiesOf, together } from "../../../core/evaluate/setting.ts";
import { read, settings, tell, told, toldItems } from "./support.ts";

const HEAD = `Parameters:
  Env: { Type: String, AllowedValues: [dev, test, prod] }
  Flag: { Type: String, Default: "true" }
  Any: { Type: String }
  Stored: { Type: AWS::SSM::Parameter::Value<String>, Default: prod, AllowedValues: [prod] }
  List: { Type: CommaDelimitedList, Default: "" }
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  IsDev: !Equals [dev, !Ref Env]
  IsTest: { Fn::Equals: [{ Ref: Env }, test] }
  NotProd: !Not [!Condition IsProd]
  Either: !Or [{ Condition: IsProd }, !Condition IsDev]
  Both: !And [!Condition IsProd, !Condition IsDev]
  IsOff: !Equals [!Ref Flag, "false"]
  IsAny: !Equals [!Ref Any, x]
  IsOtherAny: !Equals [!Ref Any, y]
  IsStored: !Equals [!Ref Stored, prod]
  IsStoredToo: !Equals [!Ref Stored, test]
  HasList: !Not [!Equals [!Join ["", !Ref List], ""]]
  HasNoList: !Equals [!Join ["", !Ref List], ""]
  IsEurope: !Equals [!Ref AWS::Region, eu-west-1]
  IsAmerica: !Equals [!Ref AWS::Region, us-east-1]
  Always: !Equals [a, a]
  Never: !Equals [a, b]
  Me: !Not [!Condition Me]
  Here: !Condition There
  There: !Condition Here
  Broken: { Fn::Equals: [1] }
  Transformed: { Fn::Transform: { Name: AWS::Include } }`;

describe("Fn::If", () => {
  it.each([
    ["comes to both branches", "!If [IsProd, a, b]", ["a when IsProd is true", "b when IsProd is false"]],
    ["in its long form too", "{ Fn::If: [IsProd, a, b] }", ["a when IsProd is true", "b when IsProd is false"]],
    ["names no branch that is the only one", "!If [Always, a, b]", ["a"]],
    ["", "!If [Never, a, b]", ["b"]],
    ["may be nothing", "!If [IsProd, a, !Ref AWS::NoValue]", ["a when IsProd is true", "absent when IsProd is false"]],
    [
      "nests",
      "!If [IsProd, a, !If [IsDev, b, c]]",
      [
        "a when IsProd is true",
        "b when IsProd is false and IsDev is true",
        "c when IsProd is false and IsDev is false",
      ],
    ],
    [
      "passes over the impossible",
      "!If [IsProd, !If [IsDev, never, a], b]",
      ["a when IsProd is true", "b when IsProd is false"],
    ],
    [
      "",
      "!If [IsProd, !If [IsProd, a, never], !If [NotProd, b, never]]",
      ["a when IsProd is true", "b when IsProd is false"],
    ],
    ["", "!If [Both, never, a]", ["a"]],
    [
      "",
      "!If [IsDev, a, !If [IsTest, b, !If [IsProd, c, never]]]",
      ["a when IsDev is true", "b when IsDev is false and IsTest is true", "c when IsDev is false and IsTest is false"],
    ],
    [
      "",
      "!If [Either, !If [IsTest, never, a], !If [IsTest, b, never]]",
      ["a when Either is true", "b when Either is false"],
    ],
    [
      "knows that a parameter has one value",
      "!If [IsAny, !If [IsOtherAny, never, a], b]",
      ["a when IsAny is true", "b when IsAny is false"],
    ],
    [
      "even if that is only known at deployment",
      "!If [IsStored, !If [IsStoredToo, never, a], b]",
      ["a when IsStored is true", "b when IsStored is false"],
    ],
    ["", "!If [IsEurope, !If [IsAmerica, never, a], b]", ["a when IsEurope is true", "b when IsEurope is false"]],
    [
      "compares what it cannot compute with itself",
      "!If [HasList, !If [HasNoList, never, a], b]",
      ["a when HasList is true", "b when HasList is false"],
    ],
    [
      "takes a condition that is not there for what may be",
      "!If [Nowhere, a, b]",
      ["a when Nowhere is true", "b when Nowhere is false"],
    ],
    ["", "!If [Nowhere, !If [Nowhere, a, never], b]", ["a when Nowhere is true", "b when Nowhere is false"]],
    ["and one that refers to itself", "!If [Me, a, b]", ["a when Me is true", "b when Me is false"]],
    ["", "!If [Here, a, b]", ["a when Here is true", "b when Here is false"]],
    ["and one that is broken", "!If [Broken, a, b]", ["a when Broken is true", "b when Broken is false"]],
    [
      "and one that a transform makes",
      "!If [Transformed, a, b]",
      ["a when Transformed is true", "b when Transformed is false"],
    ],
    ["is not known with too few parts", "!If [IsProd, a]", ["? its Fn::If is incomplete"]],
    ["or too many", "!If [IsProd, a, b, c]", ["? its Fn::If is incomplete"]],
    ["or without a name", "!If [[IsProd], a, b]", ["? its Fn::If is incomplete"]],
    ["", "!If IsProd", ["? its Fn::If is incomplete"]],
    [
      "stands in a text",
      "!Sub ['${A}!', { A: !If [IsProd, a, b] }]",
      ["a! when IsProd is true", "b! when IsProd is false"],
    ],
    ["", "!Join ['-', [!If [IsProd, a, !Ref AWS::NoValue], z]]", ["a-z when IsProd is true", "z when IsProd is false"]],
    ["", "!Join ['-', !If [IsProd, [a, b], [c]]]", ["a-b when IsProd is true", "c when IsProd is false"]],
    [
      "twice in a text, once a branch",
      "!Join ['', [!If [IsProd, a, b], !If [IsProd, c, d]]]",
      ["ac when IsProd is true", "bd when IsProd is false"],
    ],
    [
      "",
      "!Sub ['${A}${B}', { A: !If [IsProd, a, b], B: !If [NotProd, c, d] }]",
      ["ad when IsProd is true", "bc when IsProd is false"],
    ],
    ["in a Select", "!Select [!If [IsProd, 0, 1], [a, b]]", ["a when IsProd is true", "b when IsProd is false"]],
    [
      "agrees with the values of the parameter",
      "!If [IsProd, !Ref Env, x]",
      ["prod when IsProd is true", "x when IsProd is false"],
    ],
    [
      "",
      "!If [IsProd, x, !Ref Env]",
      [
        "x when IsProd is true",
        'dev when IsProd is false and Env is "dev"',
        'test when IsProd is false and Env is "test"',
      ],
    ],
    [
      "does not use a default that the branch excludes",
      "!If [IsOff, !Ref Flag, x]",
      ["${Flag} when IsOff is true", "x when IsOff is false"],
    ],
    ["", "!If [IsOff, x, !Ref Flag]", ["x when IsOff is true", "true when IsOff is false (default of Flag)"]],
  ])("%s: %s", (_what, written, expected) => {
    expect(told(written, HEAD)).toEqual(expected);
  });

  it("stands in a list: an item of its own in each branch", () => {
    expect(toldItems("[a, !If [IsProd, b, !Ref AWS::NoValue], !If [IsProd, c, d]]", HEAD)).toEqual([
      "a",
      "b when IsProd is true",
      "c when IsProd is true",
      "d when IsProd is false",
    ]);
    expect(toldItems("!If [IsProd, [a, !If [IsDev, never, b]], c]", HEAD)).toEqual([
      "a when IsProd is true",
      "b when IsProd is true",
      "c when IsProd is false",
    ]);
    expect(told("{ Fn::Length: [a, !If [IsProd, b, !Ref AWS::NoValue]] }", HEAD)).toEqual([
      "? items of its list depend on conditions",
    ]);
    expect(told("{ Fn::Length: [a, !If [IsProd, b, c]] }", HEAD)).toEqual(["2"]);
    expect(told("{ Fn::Length: !If [IsProd, [a], [b, c]] }", HEAD)).toEqual([
      "1 when IsProd is true",
      "2 when IsProd is false",
    ]);
  });

  it("may be the whole Properties, a part of them, and a value in it", () => {
    const template = read(`${HEAD}
Resources:
  R:
    Type: AWS::Test::Thing
    Properties: !If
      - IsProd
      - { A: !If [IsDev, { B: never }, { B: !If [IsEurope, 1, 2] }] }
      - !If [IsDev, { A: { B: 3 } }, !Ref AWS::NoValue]
`);
    const resource = template.resources.get("R");
    expect(
      resource &&
        propertiesOf(template, resource)
          .flatMap((each) => getPath(each, "A", "B"))
          .map(tell),
    ).toEqual([
      "1 when IsProd is true and IsEurope is true",
      "2 when IsProd is true and IsEurope is false",
      "3 when IsProd is false and IsDev is true",
      "absent when IsProd is false and IsDev is false",
    ]);
  });
});

describe("a resource's own condition", () => {
  it("is implied, and excludes branches", () => {
    const attributes = "    Condition: IsProd\n";
    expect(told("!If [IsProd, a, never]", HEAD, { attributes })).toEqual(["a"]);
    expect(told("!If [IsDev, never, !Ref Env]", HEAD, { attributes })).toEqual(["prod"]);
    expect(told("!If [IsEurope, a, b]", HEAD, { attributes })).toEqual([
      "a when IsEurope is true",
      "b when IsEurope is false",
    ]);
  });

  it("that never holds leaves no branch", () => {
    expect(told("!If [IsProd, a, b]", HEAD, { attributes: "    Condition: Both\n" })).toEqual([]);
    expect(told("!Ref Env", HEAD, { attributes: "    Condition: Never\n" })).toEqual([]);
  });

  it("that is not there may hold", () => {
    expect(told("!If [Nowhere, a, never]", HEAD, { attributes: "    Condition: Nowhere\n" })).toEqual(["a"]);
  });
});

describe("Rules", () => {
  const rules = (body: string) => `${HEAD}\nRules:\n  R: ${body}`;
  it.each([
    ["an assertion", "{ Assertions: [{ Assert: !Not [!Equals [!Ref Env, prod]] }] }", "!If [IsProd, never, a]", ["a"]],
    [
      "Fn::Contains",
      "{ Assertions: [{ Assert: !Contains [[prod, test], !Ref Env] }] }",
      "!Ref Env",
      ['test when Env is "test"', 'prod when Env is "prod"'],
    ],
    [
      "Fn::EachMemberIn",
      "{ Assertions: [{ Assert: { Fn::EachMemberIn: [[!Ref Env], [prod]] } }] }",
      "!Ref Env",
      ["prod"],
    ],
    ["Fn::EachMemberEquals", "{ Assertions: [{ Assert: !EachMemberEquals [[!Ref Env], dev] }] }", "!Ref Env", ["dev"]],
    [
      "a rule's condition",
      "{ RuleCondition: !Equals [!Ref Env, prod], Assertions: [{ Assert: !Equals [!Ref Flag, 'true'] }] }",
      "!If [IsProd, !If [IsOff, never, a], !If [IsOff, b, c]]",
      [
        "a when IsProd is true",
        "b when IsProd is false and IsOff is true",
        "c when IsProd is false and IsOff is false",
      ],
    ],
    [
      "what is not understood",
      "{ Assertions: [{ Assert: !EachMemberIn [!ValueOfAll [AWS::EC2::VPC::Id, Tags.X], !RefAll 'AWS::EC2::VPC::Id'] }] }",
      "!If [IsProd, a, b]",
      ["a when IsProd is true", "b when IsProd is false"],
    ],
    ["what is no rule", "[1]", "!If [IsProd, a, b]", ["a when IsProd is true", "b when IsProd is false"]],
    [
      "no assertions",
      "{ Assertions: [null, 1, {}] }",
      "!If [IsProd, a, b]",
      ["a when IsProd is true", "b when IsProd is false"],
    ],
  ])("%s", (_what, rule, written, expected) => {
    expect(told(written, rules(rule))).toEqual(expected);
  });
});

describe("inputs", () => {
  it("decide conditions", () => {
    const prod = { inputs: { parameters: new Map([["Env", "prod"]]) } };
    expect(told("!If [IsProd, a, never]", HEAD, prod)).toEqual(["a"]);
    expect(told("!If [IsEurope, never, a]", HEAD, { inputs: { region: "us-east-1" } })).toEqual(["a"]);
    expect(told("!If [HasList, a, b]", HEAD, { inputs: { parameters: new Map([["List", "x,y"]]) } })).toEqual(["a"]);
    expect(told("!If [HasList, a, b]", HEAD, { inputs: { parameters: new Map([["List", ""]]) } })).toEqual(["b"]);
  });

  it("for a stored parameter are a name, and decide nothing", () => {
    const inputs = { parameters: new Map([["Stored", "/name"]]) };
    expect(told("!If [IsStored, a, b]", HEAD, { inputs })).toEqual([
      "a when IsStored is true",
      "b when IsStored is false",
    ]);
  });
});

describe("conditions over texts that are put together", () => {
  const head = `Parameters:
  A: { Type: String, AllowedValues: [x, y] }
  B: { Type: String, AllowedValues: [x, y] }
  Free: { Type: String }
Mappings:
  M: { x: { on: "yes" }, y: { on: "no" } }
  R: { eu-west-1: { on: "yes" }, us-east-1: { on: "yes" } }
Conditions:
  XY: !Equals [!Sub "\${A}-\${B}", x-y]
  XX: !Equals [!Join ["-", [!Ref A, !Ref B]], x-x]
  Same: !Equals [!Ref A, !Ref B]
  On: !Equals [!FindInMap [M, !Ref A, on], "yes"]
  Second: !Equals [!Select [1, [p, !Ref A]], y]
  Everywhere: !Equals [!FindInMap [R, !Ref AWS::Region, on], "yes"]
  FreeIs: !Equals [!Sub "\${Free}-1", a-1]
  FreeIsNot: !Not [!Condition FreeIs]
  FreeIsA: !Equals [!Ref Free, !Ref A]
  FreeIsY: !Equals [!Ref Free, y]`;
  it.each([
    ["!If [XY, !If [Same, never, a], b]", ["a when XY is true", "b when XY is false"]],
    ["!If [XX, !If [XY, never, !If [Same, a, never]], b]", ["a when XX is true", "b when XX is false"]],
    ["!If [On, !Ref A, !Ref A]", ["x when On is true", "y when On is false"]],
    ["!If [Second, !Ref A, !Ref A]", ["y when Second is true", "x when Second is false"]],
    ["!If [Everywhere, a, never]", ["a"]],
    ["!If [FreeIs, !If [FreeIsNot, never, a], b]", ["a when FreeIs is true", "b when FreeIs is false"]],
    [
      "!If [FreeIsA, !If [FreeIsY, !Ref A, !Ref A], b]",
      [
        "y when FreeIsA is true and FreeIsY is true",
        "x when FreeIsA is true and FreeIsY is false",
        "b when FreeIsA is false",
      ],
    ],
  ])("%s", (written, expected) => {
    expect(told(written, head)).toEqual(expected);
  });

  it("know that equality carries over", () => {
    const chained = `Parameters: { A: { Type: String }, B: { Type: String }, C: { Type: String } }
Conditions:
  AB: !Equals [!Ref A, !Ref B]
  BC: !Equals [!Ref B, !Ref C]
  AC: !Equals [!Ref C, !Ref A]`;
    expect(
      told(
        "!If [AB, !If [BC, !If [AC, a, never], !If [AC, never, b]], !If [BC, !If [AC, never, c], !If [AC, d, e]]]",
        chained,
      ),
    ).toEqual([
      "a when AB is true and BC is true",
      "b when AB is true and BC is false",
      "c when AB is false and BC is true",
      "d when AB is false and BC is false and AC is true",
      "e when AB is false and BC is false and AC is false",
    ]);
  });
});

describe("settings of several properties", () => {
  it("are joined where they can hold together", () => {
    const template = read(`${HEAD}
Resources:
  R:
    Type: AWS::Test::Thing
    Properties: { A: !If [IsProd, 1, 2], B: !If [NotProd, 3, 4], C: !If [IsEurope, 5, 6] }
`);
    const resource = template.resources.get("R");
    if (!resource) throw new Error("no R");
    const [properties] = propertiesOf(template, resource);
    if (!properties) throw new Error("no properties");
    const joined = together([get(properties, "A"), get(properties, "B"), get(properties, "C")]);
    expect(
      joined?.map(({ chosen }) =>
        chosen
          .map(tell)
          .map((text) => text.slice(0, 1))
          .join(""),
      ),
    ).toEqual(["145", "146", "235", "236"]);
  });
});

describe("any value anywhere", () => {
  it.each([
    "",
    "null",
    "x",
    "12",
    "[]",
    "[null]",
    "{}",
    "{ a: null }",
    "!Ref Env",
    "!If [IsProd, [], {}]",
    "!Transform { Name: X }",
  ])("is looked into without harm: %s", (written) => {
    for (const setting of settings(written, HEAD)) {
      expect(getPath(setting, "a", "b").length).toBeGreaterThan(0);
      expect(items(setting).length + entrySettings(setting).length).toBeGreaterThanOrEqual(0);
    }
  });

  it("says that a half-typed value is not what is expected", () => {
    const [setting] = settings("SSESpec", HEAD);
    expect(setting && getPath(setting, "SSEEnabled").map(tell)).toEqual(["? its value is no map"]);
  });
});

describe("aliases and merge keys", () => {
  const head = `X: &v { a: 1, b: !If [IsProd, 2, 3] }\nW: &w [p, q]\nT: &t '\${AWS::Region}-x'\n${HEAD}`;
  it("are looked through", () => {
    expect(told("*v", head)).toEqual(["map"]);
    expect(
      settings("*v", head)
        .flatMap((each) => get(each, "b"))
        .map(tell),
    ).toEqual(["2 when IsProd is true", "3 when IsProd is false"]);
    expect(
      settings("{ <<: *v, a: 4 }", head)
        .flatMap((each) => [...get(each, "a"), ...get(each, "b")])
        .map(tell),
    ).toEqual(["4", "2 when IsProd is true", "3 when IsProd is false"]);
    expect(toldItems("*w", head)).toEqual(["p", "q"]);
    expect(told("{ Fn::Sub: *t }", head)).toEqual(["${AWS::Region}-x"]);
    expect(told("!Select [0, *w]", head)).toEqual(["p"]);
  });

  it("are never edited", () => {
    for (const written of ["*v", "{ <<: *v }"]) {
      for (const setting of settings(written, head).flatMap((each) => get(each, "a")))
        expect(setting.slot).toHaveProperty("refusal");
    }
  });

  it("may lead nowhere", () => {
    expect(told("*nowhere", HEAD)).toEqual(["? the alias has no anchor"]);
  });
});

it("keys of JavaScript's objects are keys like others", () => {
  const [setting] = settings("{ __proto__: { polluted: 1 }, constructor: 2, toString: 3, hasOwnProperty: 4 }");
  if (!setting) throw new Error("nothing");
  expect(getPath(setting, "__proto__", "polluted").map(tell)).toEqual(["1"]);
  expect(get(setting, "constructor").map(tell)).toEqual(["2"]);
  expect(get(setting, "valueOf").map(tell)).toEqual(["absent"]);
  expect(entrySettings(setting).map(tell)).toEqual(["map", "2", "3", "4"]);
  expect(Object.prototype).not.toHaveProperty("polluted");
  const odd =
    "Parameters: { __proto__: { Type: String, Default: a }, constructor: { Type: String, Default: b } }\nConditions: { toString: !Equals [!Ref constructor, b] }";
  expect(told("!Sub '${__proto__}${constructor}'", odd)).toEqual(["ab (default of __proto__, constructor)"]);
  expect(told("!If [toString, !Ref constructor, 1]", odd)).toEqual([
    "b when toString is true (default of constructor)",
    "1 when toString is false",
  ]);
  expect(told("!If [valueOf, 1, 2]", odd)).toEqual(["1 when valueOf is true", "2 when valueOf is false"]);
});
