import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "../../core/syntax/parse.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes("node_modules"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

const read = (file: string) => readFileSync(join(root, file), "utf8");

interface Assembly {
  artifacts: Record<string, { type: string; properties?: { directoryName?: string; templateFile?: string } }>;
}
interface SynthesisedTemplate {
  Resources: Record<string, { Type: string; Metadata?: Record<string, unknown> }>;
}

/** Every template of an assembly, as a reader has to find them: by stack, by stage, by nested stack. */
function templatesOf(folder: string): string[] {
  const manifest: Assembly = JSON.parse(read(join(folder, "manifest.json")));
  return Object.values(manifest.artifacts).flatMap(({ type, properties }) => {
    if (type === "cdk:cloud-assembly") return templatesOf(join(folder, properties?.directoryName ?? ""));
    return type === "aws:cloudformation:stack" ? withNested(join(folder, properties?.templateFile ?? "")) : [];
  });
}

function withNested(file: string): string[] {
  const template: SynthesisedTemplate = JSON.parse(read(file));
  const nested = Object.values(template.Resources)
    .filter((resource) => resource.Type === "AWS::CloudFormation::Stack")
    .map((resource) => join(dirname(file), String(resource.Metadata?.["aws:asset:path"])));
  return [file, ...nested.flatMap(withNested)];
}

describe.each(["examples/cdk/cdk.out", "test/fixtures/cdk/cdk.out"])("the assembly %s", (folder) => {
  test("is whole: each of its templates is reached from the manifest, and none is missing", () => {
    const there = filesIn(folder).filter((file) => file.endsWith(".template.json"));
    expect(templatesOf(folder).sort()).toEqual(there.sort());
    expect(existsSync(join(root, folder, "tree.json"))).toBe(true);
  });

  test("says of each resource which construct made it", () => {
    const without = templatesOf(folder).flatMap((file) => {
      const template: SynthesisedTemplate = JSON.parse(read(file));
      return Object.entries(template.Resources).flatMap(([id, { Metadata }]) => (Metadata?.["aws:cdk:path"] ? [] : id));
    });
    expect(without).toEqual([]);
  });
});

test("no example names a folder of the machine it was made on", () => {
  // Construct paths begin with a slash too, so: a home or temporary folder, a drive, or a script with a line number.
  const absolute = /\/(?:home|Users|tmp|var)\/|\b[A-Z]:\\\w|\/\S+\.[cm]?[jt]s:\d/;
  const files = [...filesIn("examples"), ...filesIn("test/fixtures/cdk")];
  expect(files.filter((file) => absolute.test(read(file)))).toEqual([]);
});

test.each([
  "examples/cloudformation/orders.yaml",
  "examples/sam/template.yaml",
  "test/fixtures/policies/aws-documented.yaml",
])("%s reads without a complaint", (file) => {
  expect(parse(read(file)).problems).toEqual([]);
});
