import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readConfiguration } from "../../../core/lint/configuration-file.ts";

const RULES = ["sse-kms-disabled", "point-in-time-recovery-disabled"];

function read(text: string) {
  return readConfiguration(text, RULES);
}

/** The problems as `text it stands on: message`. */
function problems(text: string): string[] {
  return read(text).problems.map(({ start, end, message }) => `${text.slice(start, end)}: ${message}`);
}

describe("readConfiguration", () => {
  test("every key is read", () => {
    const { configuration, problems } = read(`
root: true
profile: strict
rules:
  sse-kms-disabled: error
  point-in-time-recovery-disabled: off
files:
  include: ["*.tpl"]
  exclude: [legacy/, "**/test/*.yaml"]
parameters: { Stage: prod, Days: 7, Zone: 012345678901, Names: [a, b], Live: true }
region: eu-central-1
account: 012345678901
trustedAccounts: [123456789012, "000000000001"]
allowedRegions: [eu-central-1, us-gov-west-1]
requiredTags: [owner]
classificationTag: data-class
sensitiveValues: [secret, internal]
minRecoveryDays: 14
requireVpce: true
requireFips: false
expects: { trail: true, backup: false, endpoint: true }
`);
    expect(problems).toEqual([]);
    expect(configuration).toEqual({
      root: true,
      profile: "strict",
      rules: new Map([
        ["sse-kms-disabled", "error"],
        ["point-in-time-recovery-disabled", "off"],
      ]),
      files: { include: ["*.tpl"], exclude: ["legacy/", "**/test/*.yaml"] },
      parameters: new Map([
        ["Stage", "prod"],
        ["Days", "7"],
        ["Zone", "012345678901"],
        ["Names", "a,b"],
        ["Live", "true"],
      ]),
      region: "eu-central-1",
      account: "012345678901",
      trustedAccounts: ["123456789012", "000000000001"],
      allowedRegions: ["eu-central-1", "us-gov-west-1"],
      requiredTags: ["owner"],
      classificationTag: "data-class",
      sensitiveValues: ["secret", "internal"],
      minRecoveryDays: 14,
      requireVpce: true,
      requireFips: false,
      expects: ["trail", "endpoint"],
    });
  });

  test.each(["", "\n", "# nothing yet\n", "rules:\nfiles:\nexpects:\n", "{}"])("%j configures nothing", (text) => {
    const { configuration, problems } = read(text);
    expect(problems).toEqual([]);
    expect(configuration.rules.size).toBe(0);
    expect(configuration.profile).toBeUndefined();
  });

  test("JSON, aliases and merge keys are read too", () => {
    expect(read('{ "profile": "strict" }').configuration.profile).toBe("strict");
    const { configuration, problems } = read("rules: &r { sse-kms-disabled: &e error }\nparameters: { A: *e }\n");
    expect(problems).toEqual([]);
    expect(configuration.parameters.get("A")).toBe("error");
  });

  test.each([
    ["profil: strict", 'profil: unknown key "profil"; did you mean "profile"?'],
    ["profile: stric", 'stric: unknown profile "stric" (recommended, strict); did you mean "strict"?'],
    [
      "rules: { sse-kms-disable: off }",
      'sse-kms-disable: unknown rule "sse-kms-disable"; did you mean "sse-kms-disabled"?',
    ],
    [
      "rules: { sse-kms-disabled: warn }",
      'warn: "warn" is no severity (error, warning, info, off); did you mean "warning"?',
    ],
    ["rules: [sse-kms-disabled]", "[sse-kms-disabled]: expected a map"],
    ["files: { exlude: [] }", 'exlude: unknown key "exlude"; did you mean "exclude"?'],
    ["files: { include: [[a]] }", "[a]: expected a text"],
    ["parameters: { a-b: 1 }", 'a-b: "a-b" is no parameter name (letters and digits)'],
    ["parameters: { A: { b: 1 } }", "{ b: 1 }: expected a text"],
    ["region: europe", 'europe: "europe" is no AWS region (such as eu-central-1)'],
    ["account: 1234", '1234: "1234" is no AWS account id (12 digits)'],
    ["trustedAccounts: [12]", '12: "12" is no AWS account id (12 digits)'],
    ["allowedRegions: [Frankfurt]", 'Frankfurt: "Frankfurt" is no AWS region (such as eu-central-1)'],
    ["minRecoveryDays: 36", "36: expected a whole number of days from 1 to 35"],
    ["minRecoveryDays: 1.5", "1.5: expected a whole number of days from 1 to 35"],
    ["root: yes", "yes: expected true or false"],
    ["requireVpce: 1", "1: expected true or false"],
    ["expects: { trial: true }", 'trial: unknown key "trial"; did you mean "trail"?'],
    ["- profile", "- profile: a configuration is a map of keys such as `profile` and `rules`"],
    ["profile: *p", "*p: the alias leads nowhere"],
  ])("%s", (text, expected) => {
    expect(problems(text)).toContain(expected);
  });

  test("a key that stands twice, and a text that is no YAML, are problems", () => {
    expect(problems("region: eu-west-1\nregion: eu-west-2\n")).toHaveLength(1);
    expect(problems("rules: [").length).toBeGreaterThan(0);
  });

  test("problems come in the order of the text", () => {
    const starts = read("b: 1\nregion: x\na: 2\n").problems.map((problem) => problem.start);
    expect(starts).toHaveLength(3);
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
  });

  test("no text makes it throw", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(read(text).configuration).toBeDefined();
      }),
    );
    const key = fc.constantFrom("profile", "rules", "files", "parameters", "expects", "minRecoveryDays", "root", "x");
    fc.assert(
      fc.property(fc.dictionary(key, fc.jsonValue()), (value) => {
        expect(read(JSON.stringify(value)).configuration).toBeDefined();
      }),
    );
  });
});
