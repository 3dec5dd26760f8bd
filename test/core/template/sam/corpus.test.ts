import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { allEntries, type Node, withoutAlias } from "../../../../core/syntax/node.ts";
import { sourceText } from "../../../../core/syntax/source-text.ts";
import { intrinsicOf } from "../../../../core/template/intrinsics.ts";
import { readTemplate } from "../../../../core/template/read.ts";
import type { Template } from "../../../../core/template/template.ts";

/** The translator's own test templates, with what it makes of them. They lie beside the project, where they lie at all. */
const FOLDER = fileURLToPath(
  new URL("../../../../../shared/corpus/aws+serverless-application-model/tests/translator/", import.meta.url),
);
const INPUTS = existsSync(FOLDER) ? readdirSync(`${FOLDER}input`) : [];

function read(input: string): Template {
  return readTemplate(input, sourceText(readFileSync(`${FOLDER}input/${input}`, "utf8")));
}

/** What SAM makes, for whichever partition it is there. */
function expected(input: string): { [id: string]: Expected } | undefined {
  const name = input.replace(/\.yaml$/, ".json");
  const file = ["output/", "output/aws-cn/", "output/aws-us-gov/"]
    .map((folder) => `${FOLDER}${folder}${name}`)
    .find(existsSync);
  return file === undefined ? undefined : JSON.parse(readFileSync(file, "utf8")).Resources;
}

interface Expected {
  Type: string;
  Properties?: { [key: string]: unknown };
}

/** The long form of a tree, as JSON. */
function json(node: Node | undefined): unknown {
  const plain = node && withoutAlias(node);
  if (!plain) return undefined;
  const call = plain.tag ? intrinsicOf(plain) : undefined;
  if (call) {
    const argument = json(call.argument);
    const isPath = call.name === "Fn::GetAtt" && typeof argument === "string";
    return { [call.name]: isPath ? argument.split(".") : argument };
  }
  if (plain.kind === "scalar") return plain.value;
  if (plain.kind === "sequence") return plain.items.map(json);
  return Object.fromEntries([...allEntries(plain)].map(({ key, value }) => [key.text, json(value)]));
}

function properties(template: Template, id: string): { [key: string]: unknown } {
  return (json(template.resources.get(id)?.properties?.value) ?? {}) as { [key: string]: unknown };
}

/** Every DynamoDB action named anywhere inside, sorted. */
function actionsIn(value: unknown): string[] {
  return [...JSON.stringify(value ?? null).matchAll(/"(dynamodb:[A-Za-z*]+)"/g)]
    .map(([, action]) => action ?? "")
    .sort();
}

/** The names of managed policies that concern DynamoDB, sorted. */
function managedIn(value: unknown): string[] {
  return [...JSON.stringify(value ?? null).matchAll(/(\w*DynamoDB\w*)"/g)].map(([, name]) => name ?? "").sort();
}

describe.skipIf(INPUTS.length === 0)(
  "the translator's own inputs (skipped where they do not lie beside the project)",
  () => {
    it.each(INPUTS)("%s is lowered", (input) => {
      const template = read(input);
      const made = expected(input);
      expect(template.resources.size).toBeGreaterThan(0);
      for (const [id, resource] of Object.entries(made ?? {})) {
        const ours = properties(template, id);
        const theirs = resource.Properties ?? {};
        if (resource.Type === "AWS::DynamoDB::Table") {
          expect([id, template.resources.get(id)?.type]).toEqual([id, "AWS::DynamoDB::Table"]);
          for (const key of [
            "SSESpecification",
            "PointInTimeRecoverySpecification",
            "BillingMode",
            "KeySchema",
            "Tags",
          ])
            expect([id, key, ours[key]]).toEqual([id, key, theirs[key]]);
        }
        if (resource.Type === "AWS::IAM::Role" || resource.Type === "AWS::IAM::ManagedPolicy") {
          expect([id, actionsIn(ours)]).toEqual([id, actionsIn(theirs)]);
          expect([id, managedIn(ours.ManagedPolicyArns)]).toEqual([id, managedIn(theirs.ManagedPolicyArns)]);
        }
      }
    });

    it("covers tables, roles and managed policies", () => {
      const types = INPUTS.flatMap((input) => Object.values(expected(input) ?? {}).map(({ Type }) => Type));
      expect(types).toEqual(
        expect.arrayContaining(["AWS::DynamoDB::Table", "AWS::IAM::Role", "AWS::IAM::ManagedPolicy"]),
      );
    });
  },
);
