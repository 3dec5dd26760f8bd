import { describe, expect, it } from "vitest";
import { DEFAULT_CONFIGURATION } from "../../../core/lint/configuration.ts";
import { lintTemplate } from "../../../core/lint/lint.ts";
import { suppressEdits, suppressFileEdits } from "../../../core/lint/suppress.ts";
import { placeInFile } from "../../../core/model/view.ts";
import { applyEdits } from "../../../core/syntax/edit.ts";
import { lint, one, rule, things, wants } from "./support.ts";

const RULES = [wants("A"), wants("B")];

/** The text with the first finding of `wants-a` suppressed; undefined where that cannot be done. */
function suppressed(text: string, reason = "on purpose", rules = RULES): string | undefined {
  const { project, template } = one(text);
  const finding = lintTemplate(project, template, rules, DEFAULT_CONFIGURATION).findings.find(
    (each) => each.rule === rules[0]?.name,
  );
  if (!finding) throw new Error("nothing to suppress");
  const edits = suppressEdits(template, finding, reason);
  return edits.length > 0 ? applyEdits(text, edits) : undefined;
}

const open = (text: string, rules = RULES) =>
  lint(text, rules)
    .findings.filter((finding) => !finding.suppressed)
    .map((finding) => `${finding.rule} ${finding.resource?.logicalId}`);

const YAML = `Resources:
  T:
    Type: AWS::Test::Thing
    Properties:
      A: false # here
      B: false
  U: { Type: AWS::Test::Thing, Properties: { A: false, B: true } }
`;
const JSON_TEXT = JSON.stringify(
  {
    Resources: {
      T: { Type: "AWS::Test::Thing", Properties: { A: false, B: false } },
      U: { Type: "AWS::Test::Thing", Properties: { A: false, B: true } },
    },
  },
  null,
  2,
);

describe("one finding", () => {
  it("in YAML by a comment above its line, indented like it", () => {
    const after = suppressed(YAML);
    expect(after).toBe(
      YAML.replace(
        "      A: false # here",
        "      # ddblint-disable-next-line wants-a -- on purpose\n      A: false # here",
      ),
    );
    expect(open(after ?? "")).toEqual(["wants-b T", "wants-a U"]);
  });

  it("in JSON by an entry in the resource's Metadata", () => {
    const after = suppressed(JSON_TEXT) ?? "";
    expect(JSON.parse(after).Resources.T.Metadata).toEqual({
      ddblint: { suppress: [{ rule: "wants-a", reason: "on purpose" }] },
    });
    expect(JSON.parse(after).Resources.T.Properties).toEqual({ A: false, B: false });
    expect(open(after)).toEqual(["wants-b T", "wants-a U"]);
  });

  it("in JSON beside what is there", () => {
    const having = (metadata: unknown) =>
      JSON.stringify({ Resources: { T: { Type: "AWS::Test::Thing", Metadata: metadata, Properties: { A: false } } } });
    const first = { rule: "other", reason: "x" };
    const ours = { rule: "wants-a", reason: "on purpose" };
    for (const [before, expected] of [
      [{ ddblint: { suppress: [first] } }, { ddblint: { suppress: [first, ours] } }],
      [{ mine: 1 }, { mine: 1, ddblint: { suppress: [ours] } }],
      [{ ddblint: {} }, { ddblint: { suppress: [ours] } }],
    ]) {
      const after = suppressed(having(before), "on purpose", [wants("A")]) ?? "";
      expect(JSON.parse(after).Resources.T.Metadata).toEqual(expected);
      expect(open(after, [wants("A")])).toEqual([]);
    }
  });

  it("in flow style, in its first line too", () => {
    const flow = "Resources: { T: { Type: AWS::Test::Thing, Properties: { A: false } } }\n";
    expect(suppressed(flow, "x", [wants("A")])).toBe(`# ddblint-disable-next-line wants-a -- x\n${flow}`);
    expect(open(suppressed(flow, "x", [wants("A")]) ?? "", [wants("A")])).toEqual([]);
  });

  it("with a reason of one line, or none", () => {
    expect(suppressed(YAML, "one\n two\r\n# three ")).toContain(
      "# ddblint-disable-next-line wants-a -- one two # three\n",
    );
    expect(suppressed(YAML, " ")).toContain("# ddblint-disable-next-line wants-a\n");
    expect(open(suppressed(YAML, "a\nResources: {}") ?? "")).toEqual(["wants-b T", "wants-a U"]);
  });

  it("keeps line ends", () => {
    expect(suppressed(YAML.replaceAll("\n", "\r\n"))).toContain(
      "\r\n      # ddblint-disable-next-line wants-a -- on purpose\r\n      A: false",
    );
  });

  it("not inside a text of several lines, where a comment would be text", () => {
    const inText = rule("wants-a", ({ template }, report) => {
      for (const setting of things({ template } as Parameters<typeof things>[0], "A"))
        report({ ...setting, place: { start: setting.place.start + 12, end: setting.place.end } }, { message: "x" });
    });
    for (const text of ["A: |\n        one\n        two\n        three\n", 'A: "one\n        two\n        three"\n'])
      expect(
        suppressed(`Resources:\n  T:\n    Type: AWS::Test::Thing\n    Properties:\n      ${text}`, "x", [inText]),
      ).toBeUndefined();
  });

  it("not in what the CDK wrote", () => {
    expect(
      suppressed(YAML.replace("    Properties:", "    Metadata: { aws:cdk:path: S/T }\n    Properties:")),
    ).toBeUndefined();
  });

  it("not in JSON where it is in no resource", () => {
    const about = rule("wants-a", ({ template }, report) => {
      if (template.tree.root) report(placeInFile(template, template.tree.root), { message: "x" });
    });
    expect(suppressed(JSON_TEXT, "x", [about])).toBeUndefined();
  });

  it("of what SAM makes, in JSON, where the resource is written", () => {
    const sam = JSON.stringify({
      Transform: "AWS::Serverless-2016-10-31",
      Resources: { F: { Type: "AWS::Serverless::Function", Properties: { Policies: ["AmazonDynamoDBFullAccess"] } } },
    });
    const roles = rule("wants-a", ({ template }, report) => {
      for (const resource of template.resources.values())
        if (resource.type === "AWS::IAM::Role")
          report(
            {
              template,
              resource,
              when: { assumed: [], chosen: [], defaults: [] },
              place: resource.key,
              path: [],
              missing: [],
            },
            { message: "x" },
          );
    });
    const after = suppressed(sam, "x", [roles]) ?? "";
    expect(JSON.parse(after).Resources.F.Metadata.ddblint.suppress).toEqual([{ rule: "wants-a", reason: "x" }]);
    expect(open(after, [roles])).toEqual([]);
  });
});

describe("a rule in the whole file", () => {
  function file(text: string): string {
    return applyEdits(text, suppressFileEdits(one(text).template, "wants-a", "everywhere"));
  }
  it("in YAML by a comment at its head", () => {
    expect(file(YAML)).toBe(`# ddblint-disable-file wants-a -- everywhere\n${YAML}`);
    expect(file(`# mine\n---\n${YAML}`)).toBe(`# mine\n---\n# ddblint-disable-file wants-a -- everywhere\n${YAML}`);
    expect(open(file(YAML))).toEqual(["wants-b T"]);
  });

  it("in JSON by an entry in the template's Metadata", () => {
    expect(JSON.parse(file(JSON_TEXT)).Metadata).toEqual({
      ddblint: { suppress: [{ rule: "wants-a", reason: "everywhere" }] },
    });
    expect(open(file(JSON_TEXT))).toEqual(["wants-b T"]);
  });

  it("not in what the CDK wrote", () => {
    expect(file(YAML.replace("    Properties:", "    Metadata: { aws:cdk:path: S/T }\n    Properties:"))).not.toContain(
      "ddblint",
    );
  });
});
