import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lint } from "../harness.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures");
const IDENTITY = new Set([
  "full-dynamodb-access",
  "wildcard-grants-unexpected-actions",
  "wildcard-resource",
  "broad-managed-policy",
  "notaction-or-notresource-allow",
  "destructive-actions-for-workload",
  "can-rewrite-table-access",
  "bulk-copy-out-actions",
  "long-term-credentials",
  "public-resource-policy",
  "leadingkeys-with-uncovered-action",
]);

test("policies as AWS documents them are free of findings", () => {
  const { findings, unknown } = lint(readFileSync(join(FIXTURES, "policies/aws-documented.yaml"), "utf8"));
  expect(findings.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([]);
  expect(unknown.filter(({ rule }) => IDENTITY.has(rule))).toEqual([]);
});

test("of the CDK's grants only the one of everything is found, and the replica handler of old global tables", () => {
  const folder = join(FIXTURES, "cdk/cdk.out");
  const files = Object.fromEntries(
    readdirSync(folder)
      .filter((file) => file.endsWith(".template.json"))
      .map((file) => [file, readFileSync(join(folder, file), "utf8")]),
  );
  const found = lint(files).findings.filter(({ rule }) => IDENTITY.has(rule));
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
