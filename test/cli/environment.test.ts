import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { builtProgram, ddblint, folderWith } from "./program.ts";

beforeAll(() => builtProgram());

/** A nested stack whose table lets an account in. */
const NESTED = JSON.stringify({
  Resources: {
    Orders: {
      Type: "AWS::DynamoDB::Table",
      Properties: {
        ResourcePolicy: {
          PolicyDocument: {
            Statement: {
              Effect: "Allow",
              Principal: { AWS: "arn:aws:iam::111122223333:role/reader" },
              Action: "dynamodb:GetItem",
              Resource: "*",
            },
          },
        },
      },
    },
  },
});

const APP = JSON.stringify({
  Resources: {
    Inner: {
      Type: "AWS::CloudFormation::Stack",
      Metadata: { "aws:asset:path": "Inner.nested.template.json", "aws:asset:property": "TemplateURL" },
    },
  },
});

const assembly = (environment: string, more: Record<string, string> = {}) =>
  folderWith({
    "cdk.out/manifest.json": JSON.stringify({
      version: "48.0.0",
      artifacts: {
        App: { type: "aws:cloudformation:stack", environment, properties: { templateFile: "App.template.json" } },
      },
    }),
    "cdk.out/App.template.json": APP,
    "cdk.out/Inner.nested.template.json": NESTED,
    ...more,
  });

/** The severities of what is said of the account, which is another one than the stack's, may be, or is the same. */
async function said(folder: string, ...args: string[]): Promise<string[]> {
  const { stdout } = await ddblint(["--format", "json", "--fail-on", "never", ...args], { cwd: folder });
  const { findings } = JSON.parse(stdout) as { findings: { rule: string; severity: string }[] };
  return findings.filter(({ rule }) => rule === "cross-account-grant").map(({ severity }) => severity);
}

const OWN = "aws://111122223333/eu-west-1";
const OTHER = "aws://444455556666/eu-west-1";
const OPEN = "aws://unknown-account/unknown-region";

test.each([
  [OWN, []],
  [OTHER, ["warning"]],
  [OPEN, ["info"]],
])("a cloud assembly for %s binds the account of its stacks and of nested ones", async (environment, severities) => {
  const folder = assembly(environment);
  expect(await said(folder)).toEqual(severities);
  expect(await said(folder, "cdk.out/Inner.nested.template.json")).toEqual(severities);
});

test("the command line and the configuration go before the assembly", async () => {
  expect(await said(assembly(OTHER), "--account", "111122223333")).toEqual([]);
  expect(await said(assembly(OWN), "--account", "444455556666")).toEqual(["warning"]);
  expect(await said(assembly(OTHER, { ".ddblint.yaml": 'account: "111122223333"\n' }))).toEqual([]);
});

test("standard input is deployed where the file is whose name it has", async () => {
  const folder = assembly(OTHER);
  const name = join("cdk.out", "Inner.nested.template.json");
  const { stdout } = await ddblint(["-", "--stdin-filename", name, "--format", "json", "--fail-on", "never"], {
    cwd: folder,
    input: NESTED,
  });
  const { findings } = JSON.parse(stdout) as { findings: { rule: string; severity: string }[] };
  expect(findings.filter(({ rule }) => rule === "cross-account-grant").map(({ severity }) => severity)).toEqual([
    "warning",
  ]);
});
