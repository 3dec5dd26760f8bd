import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readConfiguration } from "../../core/lint/configuration-file.ts";
import { RULES } from "../../rules/registry.ts";

const path = new URL("../../schemas/configuration.schema.json", import.meta.url);
const schema = JSON.parse(readFileSync(path, "utf8"));
const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);

describe("schemas/configuration.schema.json", () => {
  test("knows the rules there are", () => {
    expect(Object.keys(schema.properties.rules.properties).toSorted()).toEqual(
      RULES.map((rule) => rule.name).toSorted(),
    );
  });

  test("is what its generator writes", () => {
    const script = fileURLToPath(new URL("../../scripts/generate-configuration-schema.mjs", import.meta.url));
    expect(() => execFileSync(process.execPath, [script, "--check"], { stdio: "pipe" })).not.toThrow();
  });

  test.each([
    "",
    "rules:\n",
    "profile: strict\nroot: true\n",
    "rules: { sse-kms-disabled: off, point-in-time-recovery-disabled: error }",
    "files: { include: ['*.tpl'], exclude: legacy/ }",
    "parameters: { Stage: prod, Count: 3, Live: true, Names: [a, b] }",
    "region: us-gov-west-1\naccount: '012345678901'\n",
    "trustedAccounts: ['123456789012']\nallowedRegions: [eu-central-1]\nrequiredTags: [owner]\nclassificationTag: class\nsensitiveValues: [secret]\n",
    "minRecoveryDays: 35\nrequireVpce: true\nrequireFips: false\nexpects: { trail: true, backup: false }\n",
  ])("takes what is read without a problem: %j", (text) => {
    expect(
      readConfiguration(
        text,
        RULES.map((rule) => rule.name),
      ).problems,
    ).toEqual([]);
    expect(validate(parse(text))).toBe(true);
  });

  test.each([
    "profil: strict",
    "profile: hard",
    "rules: { no-such-rule: off }",
    "rules: { sse-kms-disabled: loud }",
    "files: { exlude: [] }",
    "parameters: { a-b: 1 }",
    "region: mars",
    "account: '12'",
    "minRecoveryDays: 0",
    "expects: { trial: true }",
    "root: maybe",
    "[]",
  ])("refuses what is read with a problem: %j", (text) => {
    expect(
      readConfiguration(
        text,
        RULES.map((rule) => rule.name),
      ).problems,
    ).not.toEqual([]);
    expect(validate(parse(text))).toBe(false);
  });
});
