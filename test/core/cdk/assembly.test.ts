import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { isAssemblyManifest, readAssembly } from "../../../core/cdk/assembly.ts";
import { createProject, follow } from "../../../core/model/project.ts";
import { tablesOf } from "../../../core/model/tables.ts";
import { sourceText } from "../../../core/syntax/source-text.ts";
import { readTemplate } from "../../../core/template/read.ts";

const stack = (templateFile: unknown, environment?: unknown) => ({
  type: "aws:cloudformation:stack",
  ...(environment !== undefined && { environment }),
  properties: { templateFile },
});
const stage = (directoryName: unknown) => ({ type: "cdk:cloud-assembly", properties: { directoryName } });
const manifest = (artifacts: Record<string, unknown>) => ({ version: "48.0.0", artifacts });
const nested = (path: unknown, property = "TemplateURL") => ({
  Type: "AWS::CloudFormation::Stack",
  Metadata: { "aws:asset:path": path, "aws:asset:property": property },
});
const template = (resources: Record<string, unknown> = {}) => ({ Resources: resources });

/** Reads an assembly of these files; what is a text is there as it is, all else as JSON. */
function read(files: Record<string, unknown>, folder = "out") {
  const asked: string[] = [];
  const assembly = readAssembly(folder, (path) => {
    asked.push(path);
    const content = files[path];
    return content === undefined || typeof content === "string" ? content : JSON.stringify(content);
  });
  return { ...assembly, asked };
}

describe("a cloud assembly", () => {
  it("has the stacks of its manifest, of its stages, and nested ones", () => {
    const { templates, problems } = read({
      "out/manifest.json": manifest({
        Tree: { type: "cdk:tree", properties: { file: "tree.json" } },
        "App.assets": { type: "cdk:asset-manifest", properties: { file: "App.assets.json" } },
        App: stack("App.template.json"),
        "assembly-Prod": stage("assembly-Prod"),
      }),
      "out/App.template.json": template({
        Inner: nested("AppInner.nested.template.json"),
        Code: {
          Type: "AWS::Lambda::Function",
          Metadata: { "aws:asset:path": "asset.abc", "aws:asset:property": "Code" },
        },
      }),
      "out/AppInner.nested.template.json": template({ Deep: nested("AppInnerDeep.nested.template.json") }),
      "out/AppInnerDeep.nested.template.json": template(),
      "out/assembly-Prod/manifest.json": manifest({
        "Prod-App": stack("ProdApp.template.json"),
        "assembly-Prod-In": stage("assembly-Prod-In"),
      }),
      "out/assembly-Prod/ProdApp.template.json": template({ Inner: nested("ProdInner.nested.template.json") }),
      "out/assembly-Prod/ProdInner.nested.template.json": template(),
      "out/assembly-Prod/assembly-Prod-In/manifest.json": manifest({ X: stack("X.template.json") }),
      "out/assembly-Prod/assembly-Prod-In/X.template.json": template(),
    });
    expect(templates).toEqual([
      "out/App.template.json",
      "out/AppInner.nested.template.json",
      "out/AppInnerDeep.nested.template.json",
      "out/assembly-Prod/ProdApp.template.json",
      "out/assembly-Prod/ProdInner.nested.template.json",
      "out/assembly-Prod/assembly-Prod-In/X.template.json",
    ]);
    expect(problems).toEqual([]);
  });

  it("may have byte order marks, backslashes and dots in its paths", () => {
    const { templates } = read({
      "out/manifest.json": `\uFEFF${JSON.stringify(manifest({ A: stack("./a\\b.json"), S: stage("stage\\") }))}`,
      "out/a/b.json": `\uFEFF${JSON.stringify(template({ N: nested("n.json") }))}`,
      "out/n.json": template(),
      "out/stage/manifest.json": manifest({ A: stack("c.json") }),
      "out/stage/c.json": template(),
    });
    expect(templates).toEqual(["out/a/b.json", "out/n.json", "out/stage/c.json"]);
  });

  it("says what cannot be read, and reads the rest", () => {
    const { templates, problems } = read({
      "out/manifest.json": manifest({
        A: stack("gone.json"),
        B: stack("b.json"),
        S: stage("nowhere"),
        T: stage("odd"),
      }),
      "out/b.json": template({ N: nested("gone.nested.json") }),
      "out/odd/manifest.json": [1],
    });
    expect(templates).toEqual(["out/b.json"]);
    expect(problems).toEqual([
      { file: "out/gone.json", message: "cannot be read" },
      { file: "out/gone.nested.json", message: "cannot be read" },
      { file: "out/nowhere/manifest.json", message: "cannot be read" },
      { file: "out/odd/manifest.json", message: "is no CDK manifest" },
    ]);
    expect(read({}).problems).toEqual([{ file: "out/manifest.json", message: "cannot be read" }]);
  });

  it.each(["../secret.json", "/etc/passwd", "C:\\x.json", "\\\\host\\x", "a/../../x.json", "", "."])(
    "is not left: %j",
    (path) => {
      const { templates, problems, asked } = read({
        "out/manifest.json": manifest({ A: stack(path), S: stage(path), B: stack("b.json") }),
        "out/b.json": template({ N: nested(path) }),
      });
      expect(templates).toEqual(["out/b.json"]);
      expect(asked).toEqual(["out/manifest.json", "out/b.json"]);
      expect(problems.map(({ message }) => message)).toEqual(
        Array(3).fill(`names ${JSON.stringify(path)}, which is not in the assembly`),
      );
    },
  );

  it("may be odd in any way", () => {
    for (const artifacts of [
      { A: null, B: [], C: "x", D: { type: 1 } },
      { A: stack(undefined), B: stack([1]), C: { type: "cdk:cloud-assembly" } },
    ]) {
      const { templates, problems } = read({ "out/manifest.json": manifest(artifacts) });
      expect(templates).toEqual([]);
      for (const { message } of problems) expect(message).toBe("names no file for one of its artifacts");
    }
    for (const text of ["", "{", "[]", "null", "Resources:", '{"artifacts":[]}'])
      expect(read({ "out/manifest.json": text }).problems).toEqual([
        { file: "out/manifest.json", message: "is no CDK manifest" },
      ]);
    expect(
      read({
        "out/manifest.json": manifest({ A: stack("a") }),
        "out/a": 'aws:asset:path AWS::CloudFormation::Stack {"',
      }).templates,
    ).toEqual(["out/a"]);
  });

  it("may hold itself", () => {
    const { templates, problems, asked } = read({
      "out/manifest.json": manifest({ A: stack("a.json"), S: stage("s"), T: stage("s/."), U: stage("./s") }),
      "out/s/manifest.json": manifest({ A: stack("a.json") }),
      "out/s/a.json": template(),
      "out/a.json": template({ N: nested("b.json"), O: nested("./a.json") }),
      "out/b.json": template({ N: nested("a.json") }),
    });
    expect(templates).toEqual(["out/a.json", "out/b.json", "out/s/a.json"]);
    expect(problems).toEqual([]);
    expect(new Set(asked).size).toBe(asked.length);
  });

  it("may nest for ever", () => {
    const endless = readAssembly("out", () =>
      JSON.stringify(manifest({ S: stage("s"), T: stage("t") })).replace('"t"', '"s"'),
    );
    expect(endless.templates).toEqual([]);
    expect(endless.problems).toEqual([{ file: expect.stringContaining("/s/s/s/"), message: "is nested too deeply" }]);
    const files: Record<string, unknown> = { "out/manifest.json": manifest({ A: stack("0.json") }) };
    for (let index = 0; index < 5000; index++)
      files[`out/${index}.json`] = template({ N: nested(`${index + 1}.json`) });
    expect(read(files).templates).toHaveLength(5000);
  });
});

describe("where templates are deployed", () => {
  const IRELAND = { account: "111122223333", region: "eu-west-1" };

  it("is the environment of their stack, also for nested stacks and stages", () => {
    const { environments } = read({
      "out/manifest.json": manifest({
        App: stack("App.json", "aws://111122223333/eu-west-1"),
        Open: stack("Open.json", "aws://unknown-account/unknown-region"),
        Account: stack("Account.json", "aws://111122223333/unknown-region"),
        Region: stack("Region.json", "aws://unknown-account/us-gov-west-1"),
        Stage: stage("stage"),
      }),
      "out/App.json": template({ Inner: nested("Inner.json") }),
      "out/Inner.json": template({ Deep: nested("Deep.json") }),
      "out/Deep.json": template(),
      "out/Open.json": template(),
      "out/Account.json": template(),
      "out/Region.json": template(),
      "out/stage/manifest.json": manifest({ App: stack("App.json", "aws://444455556666/us-east-1") }),
      "out/stage/App.json": template(),
    });
    expect([...environments]).toEqual([
      ["out/App.json", IRELAND],
      ["out/Inner.json", IRELAND],
      ["out/Deep.json", IRELAND],
      ["out/Open.json", {}],
      ["out/Account.json", { account: "111122223333" }],
      ["out/Region.json", { region: "us-gov-west-1" }],
      ["out/stage/App.json", { account: "444455556666", region: "us-east-1" }],
    ]);
  });

  it("is what the stacks that hold a template agree on", () => {
    const { environments, asked } = read({
      "out/manifest.json": manifest({
        A: stack("A.json", "aws://111122223333/eu-west-1"),
        B: stack("B.json", "aws://111122223333/us-east-1"),
      }),
      "out/A.json": template({ Shared: nested("Shared.json") }),
      "out/B.json": template({ Shared: nested("Shared.json") }),
      "out/Shared.json": template({ Deep: nested("Deep.json") }),
      "out/Deep.json": template({ Back: nested("Shared.json") }),
    });
    expect(environments.get("out/A.json")).toEqual(IRELAND);
    expect(environments.get("out/Shared.json")).toEqual({ account: "111122223333" });
    expect(environments.get("out/Deep.json")).toEqual({ account: "111122223333" });
    expect(new Set(asked).size).toBe(asked.length);
  });

  it.each([
    [undefined],
    [null],
    [1],
    [["aws://111122223333/eu-west-1"]],
    ["aws://"],
    ["aws://1234/nowhere"],
    ["aws://111122223333/eu-west-1/x"],
    ["111122223333/eu-west-1"],
    ["aws://111122223333x/$" + "{AWS::Region}"],
  ])("is not known from %j", (environment) => {
    const { environments } = read({
      "out/manifest.json": manifest({ A: stack("A.json", environment) }),
      "out/A.json": template(),
    });
    expect([...environments]).toEqual([["out/A.json", {}]]);
  });
});

describe("isAssemblyManifest", () => {
  it("tells CDK's manifests from others", () => {
    expect(isAssemblyManifest(JSON.stringify(manifest({})))).toBe(true);
    expect(isAssemblyManifest(`\uFEFF${JSON.stringify(manifest({}))}`)).toBe(true);
    for (const text of [
      "",
      "{}",
      "[]",
      "x",
      '{"version":3,"name":"web app"}',
      '{"artifacts":{}}',
      '{"version":"1","artifacts":[]}',
      '{"version":',
    ])
      expect(isAssemblyManifest(text)).toBe(false);
  });
});

it("reads what the CDK writes", () => {
  const folder = fileURLToPath(new URL("../../fixtures/cdk/cdk.out", import.meta.url));
  const file = (path: string) => (existsSync(path) ? readFileSync(path, "utf8") : undefined);
  expect(isAssemblyManifest(file(`${folder}/manifest.json`) ?? "")).toBe(true);
  const { templates, problems } = readAssembly(folder, file);
  expect(problems).toEqual([]);
  expect(templates.length).toBeGreaterThan(1);
  const project = createProject(templates.map((path) => readTemplate(path, sourceText(file(path) ?? ""))));
  expect(project.templates.every(({ kind }) => kind === "cdk")).toBe(true);
  expect(project.templates.flatMap(tablesOf).length).toBeGreaterThan(0);
  // Whatever is imported is exported by a stack of the same assembly.
  const imports = project.templates.flatMap((each) =>
    [...each.source.text.matchAll(/"Fn::ImportValue":\s*"([^"]+)"/g)].map(([, name = ""]) =>
      follow(project, each, { kind: "import", name: [name] }),
    ),
  );
  expect(imports.filter((target) => target === undefined)).toEqual([]);
});
