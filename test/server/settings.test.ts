import { describe, expect, it } from "vitest";
import { DEFAULT_SETTINGS, readSettings } from "../../server/settings.ts";

const isRule = (name: string): boolean => name === "some-rule";

describe("readSettings", () => {
  it.each([undefined, null, {}])("takes the defaults for %j", (raw) => {
    expect(readSettings(raw, isRule)).toEqual({ settings: DEFAULT_SETTINGS, problems: [] });
  });

  it("reads what is known", () => {
    const raw = { enable: false, project: "file", profile: "strict", rules: { "some-rule": "off" }, trace: {} };
    expect(readSettings(raw, isRule)).toEqual({
      settings: { enable: false, project: "file", profile: "strict", rules: new Map([["some-rule", "off"]]) },
      problems: [],
    });
  });

  it("ignores each thing that is unknown and says so in one line", () => {
    const raw = { enable: "yes", project: 1, profile: "x", rules: { "some-rule": "loud", other: "off" } };
    const { settings, problems } = readSettings(raw, isRule);
    expect(settings).toEqual(DEFAULT_SETTINGS);
    expect(problems).toHaveLength(5);
    for (const problem of problems) expect(problem).toMatch(/^The setting ddblint\.\w+ [^\n]+: ignored\.$/);
  });

  it.each([["a text"], [42], [[1, 2]]])("ignores a section that is %j", (raw) => {
    const { settings, problems } = readSettings(raw, isRule);
    expect(settings).toEqual(DEFAULT_SETTINGS);
    expect(problems).toHaveLength(1);
  });

  it("keeps lines short", () => {
    const { problems } = readSettings({ profile: "x".repeat(10_000), rules: { ["y".repeat(10_000)]: 1 } }, isRule);
    for (const problem of problems) expect(problem.length).toBeLessThan(200);
  });
});
