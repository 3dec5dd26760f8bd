import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readItems, streamRead, writeItems } from "../../../../core/iam/action-classes.ts";
import { findAction } from "../../../../core/iam/actions.ts";
import { resourceShape, tableNameOf } from "../../../../core/iam/arn.ts";
import { managedPolicyNamed } from "../../../../core/iam/managed-policies.ts";
import {
  connectorProfile,
  connectorResource,
  dynamoDbEventManagedPolicy,
} from "../../../../core/template/sam/connector-profiles.ts";
import { fillResource, policyTemplate, policyTemplateNames } from "../../../../core/template/sam/policy-templates.ts";

const template = (name: string) => {
  const found = policyTemplate(name);
  if (found === undefined || found === "other") throw new Error(`no DynamoDB template ${name}`);
  return found;
};

const tableArn = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${TableName}";

describe("policyTemplate", () => {
  it("knows the DynamoDB templates", () => {
    expect(template("DynamoDBCrudPolicy")).toEqual({
      parameters: ["TableName"],
      statements: [
        {
          effect: "Allow",
          actions: [
            "dynamodb:GetItem",
            "dynamodb:DeleteItem",
            "dynamodb:PutItem",
            "dynamodb:Scan",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
            "dynamodb:BatchWriteItem",
            "dynamodb:BatchGetItem",
            "dynamodb:DescribeTable",
            "dynamodb:ConditionCheckItem",
          ],
          resources: [tableArn, `${tableArn}/index/*`],
        },
      ],
    });
    expect(template("DynamoDBStreamReadPolicy").parameters).toEqual(["StreamName", "TableName"]);
    expect(policyTemplateNames().filter((name) => name.startsWith("DynamoDB"))).toHaveLength(7);
    expect(template("KMSDecryptPolicy").statements[0]?.actions).toEqual(["kms:Decrypt"]);
  });

  it("recognises the others, and nothing else", () => {
    expect(policyTemplate("SQSSendMessagePolicy")).toBe("other");
    for (const name of ["dynamodbcrudpolicy", "NoSuchPolicy", "constructor", "__proto__", ""])
      expect(policyTemplate(name)).toBeUndefined();
  });

  it.each(policyTemplateNames())("%s speaks of actions that exist and of parameters it has", (name) => {
    for (const statement of template(name).statements) {
      for (const action of statement.actions) expect(findAction(action)?.qualified).toBe(action);
      for (const resource of statement.resources) {
        const holes = fillResource(resource, new Map()).flatMap((piece) =>
          typeof piece === "string" ? [] : [piece.hole],
        );
        for (const hole of holes)
          expect(["AWS::Partition", "AWS::Region", "AWS::AccountId", ...template(name).parameters]).toContain(hole);
      }
    }
  });
});

describe("fillResource", () => {
  const [table = "", index = ""] = template("DynamoDBReadPolicy").statements[0]?.resources ?? [];

  it("puts the parameters in and leaves the rest open", () => {
    const filled = fillResource(index, new Map([["TableName", [{ hole: "Ref Orders" }]]]));
    expect(tableNameOf(filled)).toEqual([{ hole: "Ref Orders" }]);
    expect(resourceShape(filled)).toBe("index");
    expect(tableNameOf(fillResource(table, new Map([["TableName", ["*"]]])))).toEqual(["*"]);
    expect(tableNameOf(fillResource(table, new Map()))).toEqual([{ hole: "TableName" }]);
  });
});

describe("connectorProfile", () => {
  it("lets functions, state machines and data sources read and write a table and its indexes", () => {
    for (const source of [
      "AWS::Serverless::Function",
      "AWS::StepFunctions::StateMachine",
      "AWS::AppSync::DataSource",
    ]) {
      const profile = connectorProfile(source, "AWS::Serverless::SimpleTable");
      expect(profile?.granted).toBe("Source");
      expect(profile?.permissions.Read?.actions.every((action) => readItems.has(action))).toBe(true);
      expect(profile?.permissions.Write?.actions.every((action) => writeItems.has(action))).toBe(true);
      const ends = { Source: [], Destination: [{ hole: "Orders.Arn" }] };
      expect(profile?.permissions.Read?.resources.map((resource) => connectorResource(resource, ends))).toEqual([
        [{ hole: "Orders.Arn" }],
        [{ hole: "Orders.Arn" }, "/index/*"],
      ]);
    }
  });

  it("lets a function read the stream of a table", () => {
    const profile = connectorProfile("AWS::DynamoDB::Table", "AWS::Lambda::Function");
    expect(profile?.granted).toBe("Destination");
    expect(profile?.permissions.Write).toBeUndefined();
    for (const action of streamRead) expect(profile?.permissions.Read?.actions).toContain(action);
  });

  it("knows no other way", () => {
    expect(connectorProfile("AWS::Lambda::Function", "AWS::SQS::Queue")).toBeUndefined();
    expect(connectorProfile("AWS::DynamoDB::Table", "AWS::StepFunctions::StateMachine")).toBeUndefined();
  });

  it("knows what the event source attaches", () => {
    expect(managedPolicyNamed(dynamoDbEventManagedPolicy)?.access).toBe("stream-only");
  });
});

const facts = "../shared/facts/sam-policy-templates.json";
const outputs = "../shared/corpus/aws+serverless-application-model/tests/translator/output";

describe("scripts/generate-sam-policy-templates.mjs", () => {
  const run = (...args: string[]) =>
    execFileSync(process.execPath, ["scripts/generate-sam-policy-templates.mjs", ...args], { stdio: "pipe" });

  it.skipIf(!existsSync(facts))("finds the committed file up to date (shared facts, where present)", () => {
    run(facts, "--check");
  });

  it("reads the translator's own form, and says so when the committed file differs", () => {
    const folder = mkdtempSync(join(tmpdir(), "ddblint-sam-"));
    try {
      const input = join(folder, "policy_templates.json");
      writeFileSync(input, JSON.stringify({ Version: "0", Templates: {} }));
      expect(() => run(input, "--check")).toThrow(/out of date/);
      expect(() => run("--check")).toThrow(/usage/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** The statements of the managed policies in an expected output. */
function policyStatements(file: string): { actions: string[]; resources: unknown[] }[] {
  const { Resources } = JSON.parse(readFileSync(join(outputs, file), "utf8"));
  return Object.values(Resources as Record<string, { Type: string; Properties: { PolicyDocument?: unknown } }>)
    .filter((resource) => resource.Type === "AWS::IAM::ManagedPolicy")
    .flatMap(
      (resource) =>
        (resource.Properties.PolicyDocument as { Statement: { Action: string[]; Resource: unknown[] }[] }).Statement,
    )
    .map(({ Action, Resource }) => ({ actions: Action, resources: Resource }));
}

describe.skipIf(!existsSync(outputs))("SAM's own output for connectors (shared corpus, where present)", () => {
  it.each([
    ["connector_samfunction_to_table.json", "AWS::Serverless::Function", "AWS::DynamoDB::Table", "Read"],
    ["connector_function_to_table.json", "AWS::Lambda::Function", "AWS::DynamoDB::Table", "Write"],
    ["connector_table_to_function_read.json", "AWS::DynamoDB::Table", "AWS::Serverless::Function", "Read"],
  ] as const)("%s", (file, source, destination, permission) => {
    const ours = connectorProfile(source, destination)?.permissions[permission];
    const theirs = policyStatements(file);
    const same = theirs.find(({ actions }) => actions.join() === ours?.actions.join());
    expect(same, `among ${JSON.stringify(theirs)}`).toBeDefined();
    expect(same?.resources).toHaveLength(ours?.resources.length ?? -1);
    for (const { suffix } of ours?.resources ?? [])
      if (suffix !== "") expect(JSON.stringify(same?.resources)).toContain(suffix);
  });
});
