import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { PROFILES } from "../../core/lint/configuration.ts";
import { CONFIGURATION_FILE } from "../../core/lint/configuration-file.ts";
import { HOMEPAGE } from "../../core/lint/docs-url.ts";
import { SEVERITIES } from "../../core/lint/severity.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const manifest = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
const sources = readdirSync(`${root}/client`).map((file) => readFileSync(`${root}/client/${file}`, "utf8"));
const properties: Record<string, { enum?: string[]; additionalProperties?: { enum: string[] } }> =
  manifest.contributes.configuration.properties;

describe("the manifest of the extension", () => {
  it("declares the commands that the client registers, and no other", () => {
    const declared = manifest.contributes.commands.map(({ command }: { command: string }) => command);
    const registered = sources.flatMap((text) =>
      [...text.matchAll(/registerCommand\(\s*"([^"]+)"/g)].map(([, command]) => command),
    );
    expect(registered.length).toBeGreaterThan(0);
    expect([...declared].sort()).toEqual([...registered].sort());
  });

  it("offers the profiles and severities that there are", () => {
    expect(properties["ddblint.profile"]?.enum).toEqual([...PROFILES]);
    const levels = properties["ddblint.rules"]?.additionalProperties?.enum ?? [];
    expect([...levels].sort()).toEqual([...SEVERITIES, "off"].sort());
  });

  it("wakes the extension for each language whose files the client sends to the server", () => {
    const languages = sources.join("\n").match(/const LANGUAGES = (\[.*?\]);/)?.[1] ?? "[]";
    const expected = JSON.parse(languages).map((language: string) => `onLanguage:${language}`);
    expect(expected.length).toBeGreaterThan(0);
    expect([...manifest.activationEvents].sort()).toEqual(expected.sort());
  });

  it("names the project as the links of the findings do", () => {
    expect(manifest.homepage).toBe(HOMEPAGE);
    expect(manifest.repository.url).toBe(`${HOMEPAGE}.git`);
  });

  it("gives the configuration file its schema", () => {
    const [{ fileMatch, url }] = manifest.contributes.yamlValidation;
    expect(fileMatch).toBe(CONFIGURATION_FILE);
    const schema = JSON.parse(readFileSync(`${root}/${url}`, "utf8"));
    expect(Object.keys(schema.properties)).toContain("profile");
  });

  it("ships everything in bundles: nothing is installed beside the extension", () => {
    expect(manifest.dependencies ?? {}).toEqual({});
  });
});
