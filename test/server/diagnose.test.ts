import { describe, expect, it } from "vitest";
import { DiagnosticSeverity } from "vscode-languageserver";
import { diagnose, resultIdOf } from "../../server/diagnose.ts";
import { DEFAULT_SETTINGS } from "../../server/settings.ts";
import { ALL_FEATURES, open, RECOVERY, TABLE, testState } from "./state.ts";

const DUPLICATE = `${TABLE}      BillingMode: PROVISIONED\n`;

describe("diagnose", () => {
  it("says all that LSP has words for", () => {
    const state = testState();
    const found = diagnose(state, open(state, "file:///w/a.yaml", TABLE)).find(({ code }) => code === RECOVERY);
    expect(found).toEqual({
      range: { start: { line: 1, character: 2 }, end: { line: 1, character: 8 } },
      severity: DiagnosticSeverity.Warning,
      code: RECOVERY,
      codeDescription: { href: expect.stringMatching(/^https:.*point-in-time-recovery-disabled/) },
      source: "ddblint",
      message: expect.stringContaining("Orders"),
      data: { fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) },
    });
  });

  it("takes severities from the settings", () => {
    const state = testState();
    const uri = open(state, "file:///w/a.yaml", TABLE);
    const severityUnder = (level: "error" | "warning" | "info" | "off") => {
      state.settings.set("file:///w", { ...DEFAULT_SETTINGS, rules: new Map([[RECOVERY, level]]) });
      return diagnose(state, uri).find(({ code }) => code === RECOVERY)?.severity;
    };
    expect((["error", "warning", "info", "off"] as const).map(severityUnder)).toEqual([1, 2, 3, undefined]);
  });

  it("leaves out what is suppressed", () => {
    const state = testState();
    const text = TABLE.replace("  Orders:", `  # ddblint-disable-next-line ${RECOVERY} -- a cache\n  Orders:`);
    const codes = diagnose(state, open(state, "file:///w/a.yaml", text)).map(({ code }) => code);
    expect(codes).not.toContain(RECOVERY);
    expect(codes).not.toContain("unused-suppression");
  });

  it("gives related places, in the client's own spelling of the URI, to clients that show them", () => {
    const state = testState();
    const uri = open(state, "file:///w/%61%62.yaml", DUPLICATE);
    const [found] = diagnose(state, uri).filter(({ code }) => code === "template-unreadable");
    expect(found?.relatedInformation).toEqual([
      {
        message: expect.stringContaining("BillingMode"),
        location: {
          uri: "file:///w/%61%62.yaml",
          range: { start: { line: 7, character: 6 }, end: { line: 7, character: 17 } },
        },
      },
    ]);
    const plain = testState({ client: { ...ALL_FEATURES, relatedInformation: false } });
    open(plain, "file:///w/ab.yaml", DUPLICATE);
    for (const diagnostic of diagnose(plain, "file:///w/ab.yaml"))
      expect(diagnostic.relatedInformation).toBeUndefined();
  });

  it("shows mistakes in an open configuration", () => {
    const state = testState();
    const uri = open(state, "file:///w/.ddblint.yaml", "profile: strickt\nrules:\n  no-such-rule: error\n");
    expect(diagnose(state, uri).map(({ range, severity }) => [range.start, severity])).toEqual([
      [{ line: 0, character: 9 }, DiagnosticSeverity.Error],
      [{ line: 2, character: 2 }, DiagnosticSeverity.Error],
    ]);
    open(state, "file:///w/.ddblint.yaml", "profile: strict\n");
    expect(diagnose(state, uri)).toEqual([]);
  });

  it("has nothing for what is no template or not open", () => {
    const state = testState();
    expect(diagnose(state, open(state, "file:///w/a.yaml", "a: 1\n"))).toEqual([]);
    expect(diagnose(state, "file:///w/b.yaml")).toEqual([]);
  });

  it.each([
    ["half a key", TABLE.slice(0, 60)],
    ["an open bracket", `${TABLE}      Tags: [{ Key: a,\n`],
    ["aliases in a circle", `a: &a [*a, *a]\n${TABLE}`],
    ["aliases that multiply", `${aliases(30)}${TABLE}`],
    ["deep nesting", `${TABLE}      X: ${"[".repeat(5_000)}${"]".repeat(5_000)}\n`],
    ["a lone surrogate", `${TABLE}      X: "\uD83D"\n`],
    ["control characters", `${TABLE}      X: "\u0000\u0007"\n`],
  ])("bears %s", (_, text) => {
    const state = testState();
    const uri = open(state, "file:///w/a.yaml", text);
    expect(Array.isArray(diagnose(state, uri))).toBe(true);
    expect(state.lines).toEqual([]);
  });
});

/** Each level is ten times the one before. */
function aliases(levels: number): string {
  const level = (index: number) => `l${index}: &l${index} [${`*l${index - 1}, `.repeat(10)}]\n`;
  return `l0: &l0 x\n${Array.from({ length: levels }, (_, index) => level(index + 1)).join("")}`;
}

function manyTables(count: number): string {
  const body = TABLE.slice("Resources:\n  Orders:\n".length);
  return Array.from({ length: count }, (_, index) => `  Orders${index}:\n${body}`).join("");
}

it("finds what there is in a megabyte", () => {
  const state = testState();
  const uri = open(state, "file:///w/a.yaml", `Resources:\n${manyTables(3_500)}`);
  expect(diagnose(state, uri).filter(({ code }) => code === RECOVERY)).toHaveLength(3_500);
});

it("gives equal results equal ids", () => {
  const state = testState();
  const uri = open(state, "file:///w/a.yaml", TABLE);
  const before = resultIdOf(diagnose(state, uri));
  open(state, "file:///w/a.yaml", `${TABLE}\n# more\n`, 2);
  expect(resultIdOf(diagnose(state, uri))).toBe(before);
  open(state, "file:///w/a.yaml", `# less\n${TABLE}`, 3);
  expect(resultIdOf(diagnose(state, uri))).not.toBe(before);
});
