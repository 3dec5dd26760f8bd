import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fingerprint } from "../../../core/lint/fingerprint.ts";
import { lint, wants } from "./support.ts";

describe("fingerprint", () => {
  it("is 16 hexadecimal digits, the same for the same parts", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (parts) => {
        expect(fingerprint(...parts)).toMatch(/^[0-9a-f]{16}$/);
        expect(fingerprint(...parts)).toBe(fingerprint(...parts));
      }),
    );
    // Baselines are kept for years: this value must never change.
    expect(
      fingerprint("infra/orders.yaml", "point-in-time-recovery-disabled", "Orders", "Resources/Orders/Properties", ""),
    ).toBe("b1b0190e52ae118d");
  });

  it("tells parts apart that run into each other", () => {
    expect(fingerprint("ab", "c")).not.toBe(fingerprint("a", "bc"));
    expect(fingerprint("a", "")).not.toBe(fingerprint("a"));
  });

  it("does not collide among very many", () => {
    const seen = new Set<string>();
    for (let index = 0; index < 100_000; index++)
      seen.add(fingerprint("file.yaml", `rule-${index % 100}`, `Table${index}`, "path"));
    expect(seen.size).toBe(100_000);
  });
});

describe("the fingerprint of a finding", () => {
  const text = `Conditions: { C: !Equals [!Ref AWS::Region, x], D: !Equals [!Ref AWS::AccountId, y] }
Resources:
  T: { Type: AWS::Test::Thing, Properties: { A: !If [C, false, true], B: !If [C, true, false] } }
  U: { Type: AWS::Test::Thing, Properties: { A: false, B: true } }
`;
  const of = (template: string) =>
    lint(template, [wants("A"), wants("B")]).findings.map((finding) => finding.fingerprint);

  it("survives edits elsewhere", () => {
    const before = of(text);
    expect(new Set(before).size).toBe(3);
    const edits = [
      `# a comment\n\n${text}`,
      text.replaceAll("\n", "\r\n"),
      text.replace("  U:", "  New: { Type: AWS::S3::Bucket }\n  U:"),
      text.replace("{ A: !If", "{ Z: 1, A: !If"),
      text.replace("A: false,", "'A': no,"),
    ];
    for (const edited of edits) expect(of(edited)).toEqual(before);
  });

  it("is another one for another file, rule, resource, property or branch", () => {
    const [first] = of(text);
    for (const other of [
      text.replace("[C, false, true]", "[D, false, true]"),
      text.replace("[C, false, true]", "[C, true, false]"),
      text.replace("  T:", "  V:"),
    ])
      expect(of(other)).not.toContain(first);
  });
});
