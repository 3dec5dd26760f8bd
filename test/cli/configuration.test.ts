import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { settingsFinder } from "../../cli/configuration.ts";
import { Failure } from "../../cli/failure.ts";
import { NO_RULE_VALUES } from "../../core/lint/configuration.ts";
import { folderWith } from "./program.ts";

const RULES = ["sse-kms-disabled", "point-in-time-recovery-disabled"];
const NOTHING = { rules: new Map(), parameters: new Map(), inlineSuppressions: true };

describe("settingsFinder", () => {
  test("the command line goes before the configuration, rule by rule and parameter by parameter", () => {
    const folder = folderWith({
      ".ddblint.yaml":
        "profile: strict\nrules: { sse-kms-disabled: off, point-in-time-recovery-disabled: info }\nparameters: { A: a, B: b }\nregion: eu-west-1\naccount: 111111111111\n",
    });
    const find = settingsFinder(
      {
        profile: "recommended",
        rules: new Map([["sse-kms-disabled", "error"]]),
        parameters: new Map([["B", "x"]]),
        region: "eu-central-1",
        inlineSuppressions: false,
      },
      folder,
      RULES,
      "2026-01-01",
    );
    const { configuration, inputs } = find(join(folder, "deep", "er"));
    expect(configuration).toEqual({
      profile: "recommended",
      rules: new Map([
        ["sse-kms-disabled", "error"],
        ["point-in-time-recovery-disabled", "info"],
      ]),
      inlineSuppressions: false,
      values: NO_RULE_VALUES,
      today: "2026-01-01",
    });
    expect([...inputs.parameters]).toEqual([
      ["A", "a"],
      ["B", "x"],
    ]);
    expect(inputs.region).toBe("eu-central-1");
    expect(inputs.account).toBe("111111111111");
  });

  test("--config counts everywhere, its patterns from the working folder", () => {
    const folder = folderWith({
      "ci/ddblint.yaml": "profile: strict\nfiles: { exclude: [/legacy/] }\n",
      "a/.ddblint.yaml": "profile: recommended\n",
    });
    const settings = settingsFinder({ ...NOTHING, config: "ci/ddblint.yaml" }, folder, RULES, "")(join(folder, "a"));
    expect(settings.configuration.profile).toBe("strict");
    expect(settings.excludes(join(folder, "legacy"), true)).toBe(true);
    expect(settings.excludes(join(folder, "ci", "legacy"), true)).toBe(false);
    expect(settings.excludes(join(folder, ".."), true)).toBe(false);
  });

  test("a configuration with mistakes stops the run, each with its place", () => {
    const folder = folderWith({ "infra/.ddblint.yaml": "profil: strict\nrules:\n  sse-kms-disable: off\n" });
    const find = settingsFinder(NOTHING, folder, RULES, "");
    let lines: readonly string[] = [];
    try {
      find(join(folder, "infra", "x"));
    } catch (error) {
      lines = error instanceof Failure ? error.lines : [];
    }
    expect(lines).toEqual([
      'infra/.ddblint.yaml:1:1: unknown key "profil"; did you mean "profile"?',
      'infra/.ddblint.yaml:3:3: unknown rule "sse-kms-disable"; did you mean "sse-kms-disabled"?',
    ]);
    expect(find(folder).configuration.profile).toBe("recommended");
  });

  test("a configuration that is not there stops the run where it was named", () => {
    expect(() => settingsFinder({ ...NOTHING, config: "x.yaml" }, folderWith({}), RULES, "")).toThrow(
      "--config x.yaml: no such file",
    );
  });
});
