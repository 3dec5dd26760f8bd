import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RULES } from "../../rules/registry.ts";
import { lint } from "./harness.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures");
const TOPICS = new Set(["identity", "fine-grained", "resource-policy", "keys"]);
const POLICIES = new Set(RULES.filter(({ topic }) => TOPICS.has(topic)).map(({ name }) => name));

test("policies as AWS documents them are free of findings", () => {
  const { findings, unknown } = lint(readFileSync(join(FIXTURES, "policies/aws-documented.yaml"), "utf8"));
  expect(findings.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([]);
  expect(unknown.filter(({ rule }) => POLICIES.has(rule))).toEqual([]);
});

test("of the CDK's grants only the one of everything is found, and the replica handler of old global tables", () => {
  const folder = join(FIXTURES, "cdk/cdk.out");
  const files = Object.fromEntries(
    readdirSync(folder)
      .filter((file) => file.endsWith(".template.json"))
      .map((file) => [file, readFileSync(join(folder, file), "utf8")]),
  );
  // Keys are judged in assemblies.test.ts.
  const found = lint(files).findings.filter(({ rule, topic }) => POLICIES.has(rule) && topic !== "keys");
  expect(
    found.map(
      ({ template, rule, severity, resource }) =>
        `${template.file} ${severity} ${rule} ${resource?.constructPath?.split("/")[2]?.split("-")[0]}`,
    ),
  ).toEqual([
    "Grants.template.json warning full-dynamodb-access ServiceRole",
    "LegacyReplicas.template.json info full-dynamodb-access SourceTableAttachedManagedPolicy",
    "LegacyReplicas.template.json info full-dynamodb-access SourceTableAttachedManagedPolicy",
  ]);
});
