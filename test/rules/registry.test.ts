import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Configuration } from "../../core/lint/configuration.ts";
import type { Rule } from "../../core/lint/rule.ts";
import { SEVERITIES } from "../../core/lint/severity.ts";
import { parse } from "../../core/syntax/parse.ts";
import { RULES, ruleNamed } from "../../rules/registry.ts";
import { findingsOf, STRICT } from "./harness.ts";

const FOLDER = fileURLToPath(new URL("../../rules/", import.meta.url));

/** Suppressions end against a fixed day. */
const EVERY: Configuration = { ...STRICT, today: "2026-11-24" };

/** The profile that turns a rule on: in the strict one a stronger rule may speak for it. */
function profileOf({ recommended }: Rule): Configuration {
  return { ...EVERY, profile: recommended ? "recommended" : "strict" };
}

/** `topic/name` of every file that holds a rule. */
const FILES = readdirSync(FOLDER)
  .filter((topic) => statSync(join(FOLDER, topic)).isDirectory())
  .flatMap((topic) => readdirSync(join(FOLDER, topic)).map((file) => `${topic}/${file}`));

describe("the registry", () => {
  test("holds every file under rules/, by topic and name", () => {
    expect(FILES.every((file) => file.endsWith(".ts"))).toBe(true);
    expect(RULES.map(({ topic, name }) => `${topic}/${name}.ts`)).toEqual([...FILES].sort());
  });

  test("names are unique and in kebab case", () => {
    const names = RULES.map((rule) => rule.name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)+$/);
  });

  test("finds a rule by its name, and none by another", () => {
    for (const rule of RULES) expect(ruleNamed(rule.name)).toBe(rule);
    expect(ruleNamed("no-such-rule")).toBeUndefined();
    expect(ruleNamed("constructor")).toBeUndefined();
  });
});

describe.each(FILES)("rules/%s", (file) => {
  const path = join(FOLDER, file);
  const load = async () => ((await import(path)) as { default: Rule }).default;

  test("has the rule's name, in the folder of its topic", async () => {
    const rule = await load();
    expect(basename(path, ".ts")).toBe(rule.name);
    expect(relative(FOLDER, dirname(path))).toBe(rule.topic);
    expect(RULES).toContain(rule);
  });
});

/** Sentences of plain text: a capital letter or code first, a full stop last, no leftovers. */
function expectSentences(text: string): void {
  expect(text).toMatch(/^(?:[A-Z]|`)/);
  expect(text).toMatch(/[.?)]$/);
  expect(text).not.toMatch(/\s{2}|\n|\bTODO\b|\bundefined\b|\bNaN\b|\[object|\.\.\.|!$/);
  expect(text.split("`").length % 2, "backticks come in pairs").toBe(1);
}

describe.each(RULES.map((rule) => [rule.name, rule] as const))("%s", (name, rule) => {
  const { docs } = rule;

  test("says what, why and how in plain sentences", () => {
    for (const text of [docs.what, docs.why, docs.how]) expectSentences(text);
    expect(new Set([docs.what, docs.why, docs.how]).size).toBe(3);
    expect(docs.what.match(/[.?](?:\s|$)/g)).toHaveLength(1);
  });

  test("names the pages of AWS that support it", () => {
    // What is said of suppressions rests on this project alone.
    if (rule.topic !== "suppression") expect(docs.references.length).toBeGreaterThan(0);
    for (const reference of docs.references) expect(reference).toMatch(/^https:\/\/docs\.aws\.amazon\.com\/\S+$/);
    expect(new Set(docs.references).size).toBe(docs.references.length);
  });

  test("has a known severity and confidence, and controls without doubles", () => {
    expect(SEVERITIES).toContain(rule.severity);
    expect(["high", "medium", "low"]).toContain(rule.confidence);
    for (const ids of Object.values(rule.controls) as (readonly string[])[]) {
      expect(ids.length).toBeGreaterThan(0);
      expect(new Set(ids).size).toBe(ids.length);
    }
    if (rule.construct !== undefined) expect(rule.construct).not.toBe("");
  });

  test("has a page", () => {
    const page = fileURLToPath(new URL(`../../docs/rules/${name}.md`, import.meta.url));
    expect(existsSync(page)).toBe(true);
    const text = readFileSync(page, "utf8");
    for (const part of [docs.what, docs.why, docs.how]) expect(text).toContain(part);
  });

  test("has examples of different titles", () => {
    expect(docs.examples.length).toBeGreaterThan(0);
    const titles = docs.examples.map((example) => example.title);
    expect(new Set(titles).size).toBe(titles.length);
    for (const title of titles) expect(title).toMatch(/^\S.*[^.\s]$/);
  });

  test.each(docs.examples.map((example) => [example.title, example] as const))("example: %s", (_, { bad, good }) => {
    const found = findingsOf(name, bad, profileOf(rule));
    expect(found.length).toBeGreaterThan(0);
    expect(findingsOf(name, good, profileOf(rule))).toEqual([]);
    expect(findingsOf(name, good, EVERY)).toEqual([]);
    expect(parse(good).problems).toEqual([]);
    for (const { message, place, template } of found) {
      expectSentences(message.replace(/^"/, "The ").replaceAll('"', ""));
      expect(place.end).toBeGreaterThan(place.start);
      expect(place.end).toBeLessThanOrEqual(template.source.text.length);
    }
    for (const { fixes } of found) {
      for (const fix of fixes) {
        expect(fix.title).toMatch(/^[A-Z].*[^.\s]$/);
        expect(fix.changes.length).toBeGreaterThan(0);
      }
    }
  });
});
