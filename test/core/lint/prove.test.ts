import { describe, expect, it } from "vitest";
import { get, isAbsent, isOff, items, text, wholeResource } from "../../../core/evaluate/setting.ts";
import { DEFAULT_CONFIGURATION } from "../../../core/lint/configuration.ts";
import {
  addResource,
  append,
  type Change,
  merge,
  renameKey,
  replaceItem,
  replaceWords,
  set,
} from "../../../core/lint/fix.ts";
import { lintTemplate } from "../../../core/lint/lint.ts";
import { drawFix, proveFix, proveTogether } from "../../../core/lint/prove.ts";
import type { Rule } from "../../../core/lint/rule.ts";
import { createProject, withTemplate } from "../../../core/model/project.ts";
import { applyEdits } from "../../../core/syntax/edit.ts";
import { sourceText } from "../../../core/syntax/source-text.ts";
import { readTemplate } from "../../../core/template/read.ts";
import { one, rule, things, wants } from "./support.ts";

const thing = (properties: string) => `Resources:\n  T:\n    Type: AWS::Test::Thing\n    Properties: ${properties}\n`;

/** Every fix of the first finding that is proven, as `class: title` and the text that it gives. */
function proven(template: string, rules: readonly Rule[]): { title: string; text: string }[] {
  const { project, template: read } = one(template);
  const [finding] = lintTemplate(project, read, rules, DEFAULT_CONFIGURATION).findings;
  return (finding?.fixes ?? []).flatMap((fix) => {
    const result = finding && proveFix(project, finding, fix, rules, DEFAULT_CONFIGURATION);
    return result ? [{ title: `${result.class}: ${result.title}`, text: applyEdits(template, result.edits) }] : [];
  });
}

const titles = (template: string, rules: readonly Rule[]) => proven(template, rules).map(({ title }) => title);
const texts = (template: string, rules: readonly Rule[]) => proven(template, rules).map(({ text }) => text);

describe("a fix that works", () => {
  it.each([
    ["a value", thing("{ A: false }"), thing("{ A: true }")],
    ["a missing property", thing("{ B: 1 }"), thing("{ B: 1, A: true }")],
    [
      "missing properties",
      "Resources:\n  T:\n    Type: AWS::Test::Thing\n",
      "Resources:\n  T:\n    Type: AWS::Test::Thing\n    Properties:\n      A: true\n",
    ],
    [
      "JSON",
      '{ "Resources": { "T": { "Type": "AWS::Test::Thing", "Properties": { "A": false } } } }',
      '{ "Resources": { "T": { "Type": "AWS::Test::Thing", "Properties": { "A": true } } } }',
    ],
    [
      "comments and odd spelling",
      thing("\n      # why\n      'A'  :   False   # really\n      B: \"x\""),
      thing("\n      # why\n      'A'  :   true   # really\n      B: \"x\""),
    ],
  ])("is offered: %s", (_what, before, after) => {
    expect(proven(before, [wants("A")])).toEqual([{ title: "safe: Set A", text: after }]);
  });

  it("replaces the branch that is wrong, with caution, and says which", () => {
    const head = "Conditions: { C: !Equals [!Ref AWS::Region, x] }\n";
    expect(proven(`${head}${thing("{ A: !If [C, false, true] }")}`, [wants("A")])).toEqual([
      { title: "caution: Set A (where C is true)", text: `${head}${thing("{ A: !If [C, true, true] }")}` },
    ]);
  });

  it("mends all branches of the finding at once", () => {
    const head = "Conditions: { C: !Equals [!Ref AWS::Region, x] }\n";
    expect(texts(`${head}${thing("!If [C, { B: 1 }, { B: 2 }]")}`, [wants("A")])).toEqual([
      `${head}${thing("!If [C, { B: 1, A: true }, { B: 2, A: true }]")}`,
    ]);
  });

  it("may leave findings that were there", () => {
    expect(titles(thing("{ A: false, B: false }"), [wants("A"), wants("B")])).toEqual(["safe: Set A"]);
    expect(
      titles(thing("{ A: false, B: false }").replace("\n  T:", "\n  # ddblint-disable-next-line wants-b -- so\n  T:"), [
        wants("A"),
        wants("B"),
      ]),
    ).toEqual(["safe: Set A"]);
  });

  it("may add to lists, take from them, and add resources", () => {
    const lists = (changes: (setting: Parameters<typeof append>[0]) => Change[]) =>
      rule("lists", (view, report) => {
        for (const setting of things(view, "L"))
          if (!items(setting).some((item) => text(item) === "good"))
            report(setting, { message: "x", fixes: [{ title: "F", class: "safe", changes: changes(setting) }] });
      });
    expect(texts(thing("{ L: [a, b] }"), [lists((setting) => [append(setting, "good")])])).toEqual([
      thing("{ L: [a, b, good] }"),
    ]);
    expect(
      texts(thing("{ L: [a, b] }"), [
        lists((setting) =>
          items(setting)
            .slice(0, 1)
            .map((item) => replaceItem(item, ["good", "c"])),
        ),
      ]),
    ).toEqual([thing("{ L: [good, c, b] }")]);
    expect(texts(thing("{ B: 1 }"), [lists((setting) => [append(setting, "good")])])).toEqual(
      [thing("{ B: 1, L: [ good ] }")].map((each) => each.replace("[ good ]", "[good]")),
    );
    const needsKey = rule("needs-key", ({ template }, report) => {
      for (const resource of template.resources.values())
        if (!template.resources.has("Key"))
          report(wholeResource(template, resource), {
            message: "x",
            fixes: [{ title: "F", class: "safe", changes: [addResource(template, "Key", { Type: "AWS::KMS::Key" })] }],
          });
    });
    expect(texts(thing("{ B: 1 }"), [needsKey])).toEqual([`${thing("{ B: 1 }")}  Key:\n    Type: AWS::KMS::Key\n`]);
  });

  it("may rename a key, wherever its map comes from", () => {
    const misspelt = rule("misspelt", (view, report) => {
      for (const map of things(view, "Map"))
        for (const setting of get(map, "Old").filter((each) => !isAbsent(each)))
          report(setting, {
            message: "x",
            fixes: [{ title: "Rename Old to New", class: "safe", changes: [renameKey(map, "Old", "New")] }],
          });
    });
    expect(proven(thing("\n      Map: # m\n        'Old': 1 # o\n        B: 2"), [misspelt])).toEqual([
      { title: "safe: Rename Old to New", text: thing("\n      Map: # m\n        'New': 1 # o\n        B: 2") },
    ]);
    expect(proven(thing("{ Map: { New: 1, Old: 2 } }"), [misspelt])).toEqual([]);
    expect(proven(`X: &x { Old: 1 }\n${thing("{ Map: *x }")}`, [misspelt])).toEqual([]);
    const head = "Conditions: { C: !Equals [!Ref AWS::Region, x] }\n";
    expect(proven(`${head}${thing("{ Map: !If [C, { Old: 1 }, { New: 1 }] }")}`, [misspelt])).toEqual([
      {
        title: "caution: Rename Old to New (where C is true)",
        text: `${head}${thing("{ Map: !If [C, { New: 1 }, { New: 1 }] }")}`,
      },
    ]);
  });

  it("may replace words of a text, also where a function computes it", () => {
    const literal = rule("literal", (view, report) => {
      for (const setting of things(view, "Text"))
        if (!isAbsent(setting) && text(setting) !== "good")
          report(setting, {
            message: "x",
            fixes: [{ title: "F", class: "safe", changes: [replaceWords(setting, "${bad}", "good")] }],
          });
    });
    expect(texts(thing("{ Text: '${bad}' } # t"), [literal])).toEqual([thing("{ Text: 'good' } # t")]);
    expect(texts(thing('{ Text: !Sub "${bad}" }'), [literal])).toEqual([thing('{ Text: !Sub "good" }')]);
    expect(texts(thing("{ Text: { 'Fn::Sub': ['${bad}', { a: b }] } }"), [literal])).toEqual([
      thing("{ Text: { 'Fn::Sub': ['good', { a: b }] } }"),
    ]);
    expect(texts(`X: &x '\${bad}'\n${thing("{ Text: *x }")}`, [literal])).toEqual([]);
  });

  it("may uncover what its rule spoke for", () => {
    const stronger = wants("A", (setting) => [set(setting, true)], "safe", { silences: ["weaker"] });
    const weaker = rule("weaker", (view, report) => {
      if (things(view, "A").some(isOff)) return;
      for (const setting of things(view, "B")) report(setting, { message: "x" });
    });
    expect(titles(thing("{ A: false, B: 1 }"), [stronger, weaker])).toEqual(["safe: Set A"]);
    expect(titles(thing("{ A: false, B: 1 }"), [wants("A"), weaker])).toEqual([]);
  });
});

describe("a fix is not offered", () => {
  it("that does not remove its finding", () => {
    expect(titles(thing("{ A: false }"), [wants("A", (setting) => [set(setting, "no")])])).toEqual([]);
  });

  it("that leaves its finding in another branch", () => {
    const head = "Conditions: { C: !Equals [!Ref AWS::Region, x] }\n";
    const half = rule("half", (view, report) => {
      const off = things(view, "A").filter(isOff);
      for (const setting of off)
        report(setting, {
          message: "x",
          fixes: [{ title: "F", class: "safe", changes: off.slice(0, 1).map((first) => set(first, true)) }],
        });
    });
    expect(titles(`${head}${thing("!If [C, { B: 1 }, { B: 2 }]")}`, [half])).toEqual([]);
  });

  it("that adds another finding", () => {
    const noX = rule("no-x", (view, report) => {
      for (const setting of things(view, "X")) if (!isAbsent(setting)) report(setting, { message: "x" });
    });
    const adding = wants("A", (setting) => {
      const properties = setting.template.resources.get("T");
      const [holder] = properties ? get(wholeResource(setting.template, properties), "Properties") : [];
      return [set(setting, true), ...(holder ? [merge(holder, { X: 1 })] : [])];
    });
    expect(titles(thing("{ A: false }"), [adding])).toEqual(["safe: Set A"]);
    expect(titles(thing("{ A: false }"), [adding, noX])).toEqual([]);
  });

  it("that makes another finding worse", () => {
    const graded = rule("graded", (view, report) => {
      const isOn = !things(view, "A").some(isOff);
      for (const setting of things(view, "B")) report(setting, { message: "x", severity: isOn ? "error" : "info" });
    });
    expect(titles(thing("{ A: false, B: 1 }"), [wants("A")])).toEqual(["safe: Set A"]);
    const before = titles(thing("{ A: false, B: 1 }"), [wants("A"), graded]);
    expect(before).toEqual([]);
  });

  it("that changes what it does not speak of", () => {
    // The anchor's value is used elsewhere too.
    const shared =
      "Resources:\n  T: { Type: AWS::Test::Thing, Properties: { A: &off false } }\n  U: { Type: AWS::Other::Thing, Properties: { A: *off } }\n";
    for (const after of texts(shared, [wants("A")]))
      expect(after).toContain("U: { Type: AWS::Other::Thing, Properties: { A: *off } }");
    expect(titles(shared, [wants("A")])).toEqual([]);
  });

  it.each([
    ["an alias", "Metadata: { a: &a false }\nResources: { T: { Type: AWS::Test::Thing, Properties: { A: *a } } }\n"],
    [
      "an alias for all of it",
      "Metadata: { a: &a { A: false } }\nResources: { T: { Type: AWS::Test::Thing, Properties: *a } }\n",
    ],
    [
      "an alias for the resource",
      "Metadata: { a: &a { Type: AWS::Test::Thing, Properties: { A: true } }, b: &b { Type: AWS::Test::Thing } }\nResources: { T: *b }\n",
    ],
    [
      "a merge key",
      "Metadata: { a: &a { A: false } }\nResources: { T: { Type: AWS::Test::Thing, Properties: { <<: *a } } }\n",
    ],
    [
      "a parameter",
      'Parameters: { P: { Type: String, Default: "false" } }\nResources: { T: { Type: AWS::Test::Thing, Properties: { A: !Ref P } } }\n',
    ],
    [
      "a mapping",
      "Mappings: { M: { a: { b: false } } }\nResources: { T: { Type: AWS::Test::Thing, Properties: { A: !FindInMap [M, a, b] } } }\n",
    ],
    [
      "a loop",
      "Transform: AWS::LanguageExtensions\nResources: { Fn::ForEach::X: [N, [a], { 'T${N}': { Type: AWS::Test::Thing, Properties: { A: false } } }] }\n",
    ],
    [
      "the CDK",
      "Resources: { T: { Type: AWS::Test::Thing, Metadata: { aws:cdk:path: S/T }, Properties: { A: false } } }\n",
    ],
  ])("for what comes from %s", (_what, template) => {
    const { project, template: read } = one(template);
    expect(lintTemplate(project, read, [wants("A")], DEFAULT_CONFIGURATION).findings).toHaveLength(1);
    expect(titles(template, [wants("A")])).toEqual([]);
  });

  it("whose edits overlap", () => {
    expect(
      titles(thing("{ A: false }"), [wants("A", (setting) => [set(setting, true), set(setting, "true")])]),
    ).toEqual([]);
  });
});

describe("proveTogether", () => {
  const many = (broken: number[]) =>
    `Resources:\n${Array.from({ length: 12 }, (_, index) => `  T${index}: { Type: AWS::Test::Thing, Properties: { A: false, N: ${broken.includes(index) ? "bad" : "good"} } }\n`).join("")}`;
  const picky = wants("A", (setting) => {
    const resource = setting.resource;
    const isBad = setting.template.source.text.slice(resource.node.start, resource.node.end).includes("bad");
    return [set(setting, isBad ? "no" : true)];
  });
  function worked(broken: number[]): string[] {
    const { project, template } = one(many(broken));
    const rules = [picky];
    const drawn = lintTemplate(project, template, rules, DEFAULT_CONFIGURATION).findings.flatMap((finding) =>
      finding.fixes.flatMap((fix) => drawFix(finding, fix) ?? []),
    );
    expect(drawn).toHaveLength(12);
    return proveTogether({ project, template, rules, configuration: DEFAULT_CONFIGURATION }, drawn).map(
      ({ finding }) => finding.resource?.id ?? "",
    );
  }
  const all = Array.from({ length: 12 }, (_, index) => index);

  it.each([[[]], [[0]], [[11]], [[3, 4, 9]], [all]])("leaves out those that do not work: %j", (broken) => {
    expect(worked(broken)).toEqual(all.filter((index) => !broken.includes(index)).map((index) => `T${index}`));
  });

  it("stops where the budget ends: what was found to work counts, the rest is left out", () => {
    const { project, template } = one(many([3]));
    const drawn = lintTemplate(project, template, [picky], DEFAULT_CONFIGURATION).findings.flatMap((finding) =>
      finding.fixes.flatMap((fix) => drawFix(finding, fix) ?? []),
    );
    const within = (trials: number) =>
      proveTogether(
        {
          project,
          template,
          rules: [picky],
          configuration: DEFAULT_CONFIGURATION,
          // Twelve findings count as some text, too.
          budget: { remaining: trials * (template.source.text.length + 12 * 300) },
        },
        drawn,
      ).length;
    // All at once, the first six, the first three, which work …
    expect([0, 1, 2, 3, 100].map(within)).toEqual([0, 0, 0, 3, 11]);
  });

  it("leaves out one of two that only work apart", () => {
    const exclusive = rule("exclusive", (view, report) => {
      const on = things(view, "A").filter((setting) => text(setting) === "true");
      if (on.length > 1) for (const setting of on) report(setting, { message: "only one" });
    });
    const { project, template } = one(many([]));
    const rules = [wants("A"), exclusive];
    const drawn = lintTemplate(project, template, rules, DEFAULT_CONFIGURATION).findings.flatMap((finding) =>
      finding.fixes.flatMap((fix) => drawFix(finding, fix) ?? []),
    );
    expect(proveTogether({ project, template, rules, configuration: DEFAULT_CONFIGURATION }, drawn)).toHaveLength(1);
  });
});

it("is proven in the project: another template's finding does not matter, a passed parameter does", () => {
  const child = readTemplate(
    "child.yaml",
    sourceText(
      "Parameters: { P: { Type: String } }\nConditions: { C: !Equals [!Ref P, on] }\nResources: { T: { Type: AWS::Test::Thing, Properties: { A: !If [C, true, false], B: false } } }\n",
    ),
  );
  const parent = (value: string) =>
    readTemplate(
      "app.yaml",
      sourceText(
        `Resources: { S: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: child.yaml, Parameters: { P: ${value} } } } }\n`,
      ),
    );
  let project = createProject([parent("on"), child]);
  const findings = () => {
    const template = project.byFile.get("child.yaml") ?? child;
    return lintTemplate(project, template, [wants("A"), wants("B")], DEFAULT_CONFIGURATION).findings;
  };
  expect(findings().map((finding) => finding.rule)).toEqual(["wants-b"]);
  const [finding] = findings();
  const [fix] = finding?.fixes ?? [];
  expect(
    finding && fix && proveFix(project, finding, fix, [wants("A"), wants("B")], DEFAULT_CONFIGURATION)?.title,
  ).toBe("Set B");
  project = withTemplate(project, parent("off"));
  expect(findings().map((each) => each.rule)).toEqual(["wants-a", "wants-b"]);
});
