import { describe, expect, it } from "vitest";
import { get, isAbsent, wholeResource } from "../../../core/evaluate/setting.ts";
import { placeInFile } from "../../../core/model/view.ts";
import { lint, marked, rule, shown, things, wants } from "./support.ts";

const HEAD = `Parameters:
  Env: { Type: String, AllowedValues: [dev, test, prod] }
  Flag: { Type: String, Default: "false" }
Mappings: { M: { eu-west-1: { on: false }, us-east-1: { on: false } } }
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  IsDev: !Equals [!Ref Env, dev]
  Never: !Equals [a, b]
`;
const thing = (properties: string, id = "T", attributes = "") =>
  `  ${id}: { Type: AWS::Test::Thing, ${attributes}Properties: ${properties} }\n`;
const template = (...resources: string[]) => `${HEAD}Resources:\n${resources.join("")}`;

describe("lintTemplate", () => {
  it("gives findings in the order of their places, then of rules and messages", () => {
    const several = rule("b", (view, report) => {
      for (const setting of things(view, "A")) for (const message of ["z", "y"]) report(setting, { message });
    });
    const first = rule("a", (view, report) => {
      for (const setting of things(view, "A")) report(setting, { message: "x" });
    });
    const whole = rule("c", (view, report) => {
      for (const resource of view.template.resources.values())
        report(wholeResource(view.template, resource), { message: "w" });
    });
    const text = template(thing("{ A: 1 }", "Z"), thing("{ A: 2 }", "B"));
    const expected = ["Z: c w", "1: a x", "1: b y", "1: b z", "B: c w", "2: a x", "2: b y", "2: b z"];
    for (const rules of [
      [several, first, whole],
      [whole, first, several],
    ])
      expect(
        lint(text, rules).findings.map((finding) => `${marked(finding)}: ${finding.rule} ${finding.message}`),
      ).toEqual(expected);
  });

  it("says where, in which resource, and under which path", () => {
    const [missing, wrong] = lint(template(thing("{ B: 1 }"), thing("{ A: false }", "U")), [wants("A")]).findings;
    expect(missing).toMatchObject({
      path: ["Resources", "T", "Properties"],
      resource: { logicalId: "T" },
      rule: "wants-a",
      topic: "recovery",
    });
    expect(missing && marked(missing)).toBe("T");
    expect(wrong).toMatchObject({ path: ["Resources", "U", "Properties", "A"] });
    expect(wrong && marked(wrong)).toBe("false");
  });
});

describe("branches", () => {
  const found = (value: string, attributes = "") =>
    shown(lint(template(thing(`{ A: ${value} }`, "T", attributes)), [wants("A")]));
  it.each([
    ["one is named", "!If [IsProd, true, false]", ["false: warning When IsProd is false: T lacks A."]],
    [
      "two are two findings, each at its place",
      "!If [IsProd, off, !If [IsDev, no, true]]",
      [
        "off: warning When IsProd is true: T lacks A.",
        "no: warning When IsProd is false and IsDev is true: T lacks A.",
      ],
    ],
    [
      "values of a parameter are one",
      "!Ref Flag",
      ["!Ref Flag: warning T lacks A. (with the default of parameter Flag)"],
    ],
    [
      "a place in several branches is one finding",
      "!FindInMap [M, !Ref AWS::Region, on]",
      ["!FindInMap [M, !Ref AWS::Region, on]: warning T lacks A."],
    ],
    ["impossible ones are not told", "!If [IsProd, !If [IsDev, false, true], true]", []],
  ])("%s", (_what, value, expected) => {
    expect(found(value)).toEqual(expected);
  });

  it("of which some fail are joined by or, and of which all do need no name", () => {
    const values = (allowed: string) =>
      shown(
        lint(
          `Parameters:\n  P: { Type: String, AllowedValues: [${allowed}] }\nConditions: { C: !Equals [!Ref AWS::Region, x] }\nResources:\n${thing("{ A: !Ref P, B: !If [C, !Ref P, true] }")}`,
          [wants("A"), wants("B")],
        ),
      );
    expect(values("true, false, off")).toEqual([
      '!Ref P: warning When P is "false", or P is "off": T lacks A.',
      '!Ref P: warning When C is true and P is "false", or C is true and P is "off": T lacks B.',
    ]);
    expect(values("no, false, off")).toEqual([
      "!Ref P: warning T lacks A.",
      "!Ref P: warning When C is true: T lacks B.",
    ]);
  });

  it("of a missing property stand at the same place, and are one finding", () => {
    const text = `${HEAD}Resources:\n  T:\n    Type: AWS::Test::Thing\n    Properties: !If [IsProd, { B: 1 }, !If [IsDev, { A: true }, { B: 2 }]]\n`;
    expect(shown(lint(text, [wants("A")]))).toEqual([
      "T: warning When IsProd is true, or IsProd is false and IsDev is false: T lacks A.",
    ]);
    const all = text.replace("A: true", "B: 3");
    expect(shown(lint(all, [wants("A")]))).toEqual(["T: warning T lacks A."]);
  });

  it("that cannot hold are not told, whatever a rule reports", () => {
    expect(found("false", "Condition: Never, ")).toEqual([]);
    const careless = rule("careless", (view, report) => {
      for (const setting of things(view, "A")) {
        const when = {
          ...setting.when,
          chosen: [
            { condition: "IsProd", holds: true },
            { condition: "IsDev", holds: true },
          ],
        };
        report({ ...setting, when }, { message: "both" });
        report.cannotTell({ ...setting, when }, "both");
      }
    });
    expect(lint(template(thing("{ A: 1 }")), [careless])).toMatchObject({ findings: [], unknown: [] });
  });

  it("have fixes that mend all of them, or none", () => {
    const text = `${HEAD}Resources:\n  T:\n    Type: AWS::Test::Thing\n    Properties: !If [IsProd, { B: 1 }, { B: 2 }]\n`;
    const [finding] = lint(text, [wants("A")]).findings;
    expect(finding?.fixes).toHaveLength(1);
    expect(finding?.fixes[0]?.changes).toHaveLength(2);
    const onlyProd = rule("only-prod", (view, report) => {
      for (const setting of things(view, "A").filter(isAbsent)) {
        const isProd = setting.when.chosen.some((fact) => "holds" in fact && fact.holds);
        report(setting, { message: "x", fixes: isProd ? [{ title: "Fix", class: "safe", changes: [] }] : [] });
      }
    });
    expect(lint(text, [onlyProd]).findings.map(({ fixes }) => fixes)).toEqual([[]]);
  });

  it("that one place has for several values have one change", () => {
    const text = `Parameters: { P: { Type: String, AllowedValues: [a, b] } }\nConditions: { C: !Equals [!Ref P, a] }\nResources:\n${thing("{ A: false }")}`;
    const twice = rule("twice", (view, report) => {
      for (const setting of things(view, "A"))
        for (const holds of [true, false])
          report(
            { ...setting, when: { ...setting.when, chosen: [{ condition: "C", holds }] } },
            {
              message: "x",
              fixes: [{ title: "Fix", class: "safe", changes: [{ kind: "set", setting, value: true }] }],
            },
          );
    });
    const [finding] = lint(text, [twice]).findings;
    expect(finding?.when).toBeUndefined();
    expect(finding?.fixes[0]?.changes).toHaveLength(1);
  });
});

describe("what cannot be told", () => {
  it("is listed once, with the reason", () => {
    const both = rule("both", (view, report) => {
      for (const setting of things(view, "A")) {
        report.cannotTell(setting);
        report.cannotTell(setting);
        report.cannotTell(setting, "of something else");
      }
    });
    const { findings, unknown } = lint(template(thing("{ A: !ImportValue x }")), [both]);
    expect(findings).toEqual([]);
    expect(unknown.map(({ rule, reason, resource }) => `${rule} ${resource?.id}: ${reason}`)).toEqual([
      "both T: it is imported (x)",
      "both T: of something else",
    ]);
  });
});

describe("a rule that throws", () => {
  it("costs its own findings and one notice, no other rule's", () => {
    const error = new Error("a bug");
    const broken = rule("broken", (view, report) => {
      for (const setting of things(view, "A")) report(setting, { message: "half" });
      throw error;
    });
    const result = lint(template(thing("{ A: false }")), [broken, wants("A")]);
    expect(result.failures).toEqual([{ rule: "broken", error }]);
    expect(result.findings.map((finding) => finding.rule)).toEqual(["wants-a"]);
  });
});

describe("a broken template", () => {
  const unreadable = rule(
    "unreadable",
    ({ template }, report) => {
      for (const problem of template.tree.problems)
        report(placeInFile(template, problem), { message: problem.message });
    },
    { topic: "file", severity: "error" },
  );
  it("gets the findings about that and no others", () => {
    for (const text of [
      `${template(thing("{ A: false }"))}\tx: [`,
      '{ "Resources": { "T": { "Type": "AWS::Test::Thing" } }, ',
      "Resources: &r { T: { Type: AWS::Test::Thing, Properties: *r } }",
    ]) {
      const rules = lint(text, [wants("A"), unreadable]).findings.map((finding) => finding.rule);
      expect(new Set(rules)).toEqual(new Set(["unreadable"]));
    }
  });

  it("but one with mere warnings gets all", () => {
    const rules = lint("Resources: { T: { Type: AWS::Test::Thing, Type: AWS::Test::Thing } }", [
      wants("A"),
      unreadable,
    ]).findings.map((finding) => finding.rule);
    expect(rules).toContain("wants-a");
    expect(rules).toContain("unreadable");
  });
});

describe("configuration", () => {
  const text = template(thing("{ A: false, B: false }"));
  const quiet = wants("B", undefined, "safe", { recommended: false });
  it("switches rules off and on, and makes them as severe as it says", () => {
    const severities = (configuration: Parameters<typeof lint>[2]) =>
      lint(text, [wants("A"), quiet], configuration).findings.map((finding) => `${finding.rule} ${finding.severity}`);
    expect(severities({})).toEqual(["wants-a warning"]);
    expect(severities({ profile: "strict" })).toEqual(["wants-a warning", "wants-b warning"]);
    expect(severities({ rules: new Map([["wants-b", "info"]]) })).toEqual(["wants-a warning", "wants-b info"]);
    expect(severities({ rules: new Map([["wants-a", "off"]]) })).toEqual([]);
    expect(
      severities({
        profile: "strict",
        rules: new Map([
          ["wants-b", "off"],
          ["wants-a", "error"],
        ]),
      }),
    ).toEqual(["wants-a error"]);
  });

  it("wins over the severity that a finding has of its own", () => {
    const graded = rule("graded", (view, report) => {
      for (const setting of things(view, "A")) report(setting, { message: "x", severity: "info" });
    });
    expect(lint(text, [graded]).findings[0]?.severity).toBe("info");
    expect(lint(text, [graded], { rules: new Map([["graded", "error"]]) }).findings[0]?.severity).toBe("error");
  });

  it("is what a rule is told when it asks for another", () => {
    const asks = rule("asks", (view, report) => {
      for (const setting of things(view, "A")) if (!view.runs("wants-a")) report(setting, { message: "alone" });
    });
    expect(lint(text, [asks, wants("A")]).findings.map((finding) => finding.rule)).toEqual(["wants-a"]);
    expect(
      lint(text, [asks, wants("A")], { rules: new Map([["wants-a", "off"]]) }).findings.map((finding) => finding.rule),
    ).toEqual(["asks"]);
  });
});

describe("suppressed findings", () => {
  const text = `${HEAD}Resources:\n  # ddblint-disable-next-line wants-a -- on purpose\n${thing("{ B: 1 }")}${thing("{ B: 1 }", "U")}`;
  it("stay, marked with the reason", () => {
    expect(lint(text, [wants("A")]).findings.map(({ suppressed }) => suppressed?.reason)).toEqual([
      "on purpose",
      undefined,
    ]);
    expect(
      lint(text, [wants("A")], { inlineSuppressions: false }).findings.map(({ suppressed }) => suppressed),
    ).toEqual([undefined, undefined]);
  });

  it("are known to the rules about suppressions, which run last", () => {
    const unused = rule(
      "unused",
      ({ suppressions, template }, report) => {
        for (const { used, place } of suppressions)
          report(placeInFile(template, place), { message: used ? "used" : "unused" });
      },
      { topic: "suppression" },
    );
    expect(
      lint(text, [unused, wants("A")])
        .findings.filter((finding) => finding.rule === "unused")
        .map(({ message }) => message),
    ).toEqual(["used"]);
    expect(
      lint(text, [unused, wants("B")])
        .findings.filter((finding) => finding.rule === "unused")
        .map(({ message }) => message),
    ).toEqual(["unused"]);
    expect(lint(text, [unused], { inlineSuppressions: false }).findings).toEqual([]);
  });
});

it("findings about what several resources lack stand at each", () => {
  const protectedRule = rule("retained", (view, report) => {
    for (const resource of view.template.resources.values())
      for (const setting of get(wholeResource(view.template, resource), "DeletionPolicy"))
        if (isAbsent(setting)) report(setting, { message: `${resource.id} is not retained.` });
  });
  expect(
    shown(lint(template(thing("{}"), thing("{}", "U", "DeletionPolicy: Retain, "), thing("{}", "V")), [protectedRule])),
  ).toEqual(["T: warning T is not retained.", "V: warning V is not retained."]);
});
