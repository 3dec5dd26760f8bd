import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { detectTemplate } from "../../../core/template/detect.ts";

const isTemplate = (text: string) => detectTemplate(text).template;

describe("what is a template", () => {
  it.each([
    ["a format version", "AWSTemplateFormatVersion: '2010-09-09'\n"],
    ["a quoted key", '"AWSTemplateFormatVersion": "2010-09-09"\n'],
    ["a byte order mark's worth of comments", "# one\n\n%YAML 1.1\n---\n# two\nAWSTemplateFormatVersion: 2010-09-09\n"],
    ["Windows line ends", "Description: x\r\nResources:\r\n  T:\r\n    Type: AWS::DynamoDB::Table\r\n"],
    ["SAM without a version", "Transform: AWS::Serverless-2016-10-31\nResources: {}\n"],
    ["a list of transforms", "Transform:\n  - Mine\n  - AWS::LanguageExtensions\n"],
    ["resources of AWS types", "Resources:\n  T:\n    Type: AWS::DynamoDB::Table\n"],
    ["resources of custom types only", "Resources:\n  T:\n    Type: Custom::Thing\n"],
    ["JSON", '{ "Resources": { "T": { "Type": "AWS::DynamoDB::Table" } } }'],
    ["minified JSON", '{"Parameters":{"P":{"Type":"String"}},"Resources":{"T":{"Type":"AWS::S3::Bucket"}}}'],
    ["JSON with comments", '// mine\n{ /* {"no": 1} */\n "AWSTemplateFormatVersion": "2010-09-09" }'],
    ["YAML in flow style", "{Resources: {T: {Type: AWS::DynamoDB::Table}}}"],
    ["an indented document", "  Resources:\n    T:\n      Type: AWS::DynamoDB::Table\n"],
    ["a half-typed one", 'AWSTemplateFormatVersion: "2010\nResources:\n  T:\n    Ty'],
    ["half-typed JSON", '{ "AWSTemplateFormatVersion": "2010-09-09", "Res'],
    ["the pragma", "# ddblint: template\nanything: at all\n"],
  ])("%s", (_name, text) => {
    expect(isTemplate(text)).toBe(true);
  });

  it.each([
    ["nothing", ""],
    ["Docker compose", "services:\n  db:\n    image: amazon/dynamodb-local\nvolumes: {}\n"],
    [
      "a GitHub workflow that writes a template",
      "on: push\njobs:\n  deploy:\n    steps:\n      - run: |\n          cat > t.yaml <<EOF\n          AWSTemplateFormatVersion: '2010-09-09'\n          Resources:\n            T: { Type: AWS::DynamoDB::Table }\n          EOF\n",
    ],
    [
      "a Kubernetes config map that holds one",
      "apiVersion: v1\nkind: ConfigMap\ndata:\n  t.yaml: |\n    AWSTemplateFormatVersion: '2010-09-09'\n    Resources:\n      T: { Type: AWS::DynamoDB::Table }\n",
    ],
    ["package.json", '{ "name": "x", "scripts": { "build": "tsc" }, "Resources": [] }'],
    [
      "OpenAPI",
      "openapi: 3.0.0\npaths:\n  /x:\n    get:\n      x-amazon-apigateway-integration:\n        type: aws_proxy\ncomponents:\n  schemas:\n    Resources:\n      Type: AWS::DynamoDB::Table\n",
    ],
    [
      "an Ansible play",
      "- hosts: all\n  tasks:\n    - cloudformation:\n        template_body: |\n          Resources:\n            T:\n              Type: AWS::DynamoDB::Table\n",
    ],
    [
      "serverless.yml",
      "service: x\nprovider:\n  name: aws\nresources:\n  Resources:\n    T:\n      Type: AWS::DynamoDB::Table\n",
    ],
    ["JSON that holds one", '{ "template": { "AWSTemplateFormatVersion": "2010-09-09", "Resources": {} } }'],
    ["a list of JSON", '[{ "AWSTemplateFormatVersion": "2010-09-09" }]'],
    [
      "JSON that quotes one",
      '{ "a": "\\"AWSTemplateFormatVersion\\": 1, {\\"Resources\\": 2", "b": "Type: AWS::S3::Bucket" }',
    ],
    ["resources of another kind", "Resources:\n  - Type: book\n    Name: AWS::Explained\n"],
    ["the pragma", "# ddblint: not-a-template\nAWSTemplateFormatVersion: '2010-09-09'\n"],
    ["prose", "This file has Resources: none.\nAWSTemplateFormatVersion is a key.\n"],
  ])("but not %s", (_name, text) => {
    expect(isTemplate(text)).toBe(false);
  });

  it("says why", () => {
    expect(detectTemplate("Transform: AWS::Serverless-2016-10-31\n").reason).toBe("it has an AWS Transform");
    expect(detectTemplate("a: 1\n").reason).toBe("it has no Resources section");
    expect(detectTemplate("Resources: 1\n").reason).toBe("its Resources have no AWS types");
    expect(detectTemplate("# ddblint: template\n").reason).toContain("ddblint: template");
  });

  it("answers for any text, however long and odd", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.constantFrom("Resources:", "{", "}", '"', "'", "/*", "//", "\n", "---", "#", "Type: AWS::A::B", " "),
            fc.string(),
          ),
        ),
        (parts) => {
          expect(typeof detectTemplate(parts.join("")).template).toBe("boolean");
        },
      ),
    );
    for (const unit of [
      "/* ",
      "// ",
      '" ',
      "' ",
      "\n",
      " ",
      "{",
      "Resources: ",
      "Resources:\n",
      "---\n",
      "Transform: ",
    ])
      expect(detectTemplate(`Resources${unit.repeat(1_000_000 / unit.length)}`).template).toBe(false);
  });

  it("holds for every template of the corpus", (context) => {
    const corpus = new URL("../../../../shared/corpus/", import.meta.url).pathname;
    if (!existsSync(corpus)) context.skip("there is no corpus beside the project");
    const files = readdirSync(corpus, { recursive: true, encoding: "utf8" }).filter((file) =>
      /\.(?:ya?ml|json|template)$/.test(file),
    );
    expect(files.length).toBeGreaterThan(300);
    const missed = files.filter((file) => !isTemplate(readFileSync(join(corpus, file), "utf8")));
    expect(missed).toEqual([]);
  });
});
