import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wholeResource } from "../../../core/evaluate/setting.ts";
import { DEFAULT_CONFIGURATION } from "../../../core/lint/configuration.ts";
import { type FixClass, put, set } from "../../../core/lint/fix.ts";
import { fixAll } from "../../../core/lint/fix-all.ts";
import { lintTemplate } from "../../../core/lint/lint.ts";
import type { Rule } from "../../../core/lint/rule.ts";
import { applyEdits } from "../../../core/syntax/edit.ts";
import { RULES } from "../../../rules/registry.ts";
import { lint, one, rule, wants } from "./support.ts";

function fixed(text: string, rules: readonly Rule[], classes: readonly FixClass[] = ["safe"]) {
  const { project, template } = one(text);
  const result = fixAll(project, template, rules, DEFAULT_CONFIGURATION, classes);
  // The edits are those of the text.
  expect(applyEdits(text, result.edits)).toBe(result.text);
  return result;
}

const HEAD = "Conditions: { C: !Equals [!Ref AWS::Region, x] }\n";
const thing = (id: string, properties: string) => `  ${id}: { Type: AWS::Test::Thing, Properties: ${properties} }\n`;

describe("fixAll", () => {
  it("applies every fix of the classes asked for", () => {
    const rules = [wants("A"), wants("B", undefined, "caution")];
    const text = `Resources:\n${thing("T", "{ A: false, B: false }")}${thing("U", "{}")}`;
    expect(fixed(text, rules).text).toBe(
      `Resources:\n${thing("T", "{ A: true, B: false }")}${thing("U", "{ A: true }")}`,
    );
    expect(fixed(text, rules, ["caution"]).text).toContain("{ A: false, B: true }");
    const both = fixed(text, rules, ["safe", "caution"]);
    expect(both.fixed.map((finding) => `${finding.rule} ${finding.resource?.id}`).sort()).toEqual([
      "wants-a T",
      "wants-a U",
      "wants-b T",
      "wants-b U",
    ]);
    expect(lint(both.text, rules).findings).toEqual([]);
    expect(fixed(text, rules, ["snippet"])).toEqual({ text, edits: [], fixed: [] });
  });

  it("leaves a branch alone that somebody chose, unless that is asked for", () => {
    const text = `${HEAD}Resources:\n${thing("T", "{ A: !If [C, true, false] }")}`;
    expect(fixed(text, [wants("A")]).text).toBe(text);
    expect(fixed(text, [wants("A")], ["safe", "caution"]).text).toContain("!If [C, true, true]");
  });

  it("leaves suppressed findings alone", () => {
    const text = `Resources:\n  # ddblint-disable-next-line wants-a -- so\n${thing("T", "{ A: false }")}${thing("U", "{ A: false }")}`;
    expect(fixed(text, [wants("A")]).text).toBe(
      text.replace(
        "U: { Type: AWS::Test::Thing, Properties: { A: false }",
        "U: { Type: AWS::Test::Thing, Properties: { A: true }",
      ),
    );
  });

  it("tries a finding's other fixes where the first does not work, however many there are", () => {
    const second = rule("second", (view, report) => {
      for (const resource of view.template.resources.values()) {
        const whole = wholeResource(view.template, resource);
        if (view.template.source.text.slice(resource.node.start, resource.node.end).includes("Keep: true")) continue;
        report(whole, {
          message: "x",
          fixes: [
            { title: "useless", class: "safe", changes: put(whole, { Other: true }) },
            { title: "works", class: "safe", changes: put(whole, { Keep: true }) },
          ],
        });
      }
    });
    const text = `Resources:\n${Array.from({ length: 150 }, (_, index) => thing(`T${index}`, "{}")).join("")}`;
    const { text: after } = fixed(text, [second]);
    expect(after.match(/Keep: true/g)).toHaveLength(150);
    expect(after).not.toContain("Other");
  });

  it("applies what two findings ask for once", () => {
    const twins = ["one", "two"].map((name) =>
      rule(name, (view, report) => {
        for (const resource of view.template.resources.values()) {
          const whole = wholeResource(view.template, resource);
          const changes = put(whole, { Keep: true });
          if (changes.length > 0) report(whole, { message: name, fixes: [{ title: "F", class: "safe", changes }] });
        }
      }),
    );
    expect(fixed(`Resources:\n${thing("T", "{}")}`, twins).text).toBe(
      "Resources:\n  T: { Type: AWS::Test::Thing, Properties: {}, Keep: true }\n",
    );
  });

  it("does not run for ever where rules undo each other's fixes", () => {
    const flips = (from: string, to: string) =>
      rule(`not-${from}`, (view, report) => {
        for (const resource of view.template.resources.values()) {
          const whole = wholeResource(view.template, resource);
          if (view.template.source.text.includes(`Mode: ${from}`))
            report(whole, { message: from, fixes: [{ title: "F", class: "safe", changes: put(whole, { Mode: to }) }] });
        }
      });
    const text = "Resources:\n  T: { Type: AWS::Test::Thing, Mode: a }\n";
    expect(fixed(text, [flips("a", "b"), flips("b", "a")]).text).toBe(text);
  });

  it("changes nothing in what the CDK wrote", () => {
    const text = `Resources:\n  T: { Type: AWS::Test::Thing, Metadata: { aws:cdk:path: S/T }, Properties: { A: false } }\n`;
    expect(fixed(text, [wants("A")])).toEqual({ text, edits: [], fixed: [] });
  });

  it("keeps a byte order mark out of the text, and line ends as they are", () => {
    const { project, template } = one(
      "\uFEFFResources:\r\n  T:\r\n    Type: AWS::Test::Thing\r\n    Properties:\r\n      B: 1\r\n",
    );
    const { text } = fixAll(project, template, [wants("A")], DEFAULT_CONFIGURATION, ["safe"]);
    expect(text).toBe(
      "Resources:\r\n  T:\r\n    Type: AWS::Test::Thing\r\n    Properties:\r\n      B: 1\r\n      A: true\r\n",
    );
  });
});

/** Templates as people write them, good and bad, in several styles. */
const table = fc.record({
  kind: fc.constantFrom("AWS::DynamoDB::Table", "AWS::Serverless::SimpleTable", "AWS::DynamoDB::GlobalTable"),
  pitr: fc.constantFrom("true", "false", "!If [IsProd, true, false]", "!Ref Flag", "!Ref AWS::NoValue", undefined),
  sse: fc.constantFrom(
    "{ SSEEnabled: true, SSEType: KMS }",
    "{ SSEEnabled: false }",
    "!Ref AWS::NoValue",
    "*sse",
    undefined,
  ),
  protection: fc.constantFrom("true", "'false'", "false # for now", undefined),
  attributes: fc.constantFrom(
    "",
    "    DeletionPolicy: Retain\n",
    "    DeletionPolicy: Delete # why\n    UpdateReplacePolicy: Retain\n",
    "    Condition: IsProd\n",
  ),
  comment: fc.constantFrom("", "    # about this table\n"),
});

function tableText(
  { kind, pitr, sse, protection, attributes, comment }: typeof table extends fc.Arbitrary<infer T> ? T : never,
  index: number,
): string {
  const isGlobal = kind === "AWS::DynamoDB::GlobalTable";
  const own = [
    ...(pitr === undefined ? [] : [`PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: ${pitr} }`]),
    ...(protection === undefined ? [] : [`DeletionProtectionEnabled: ${protection}`]),
  ];
  const lines = isGlobal
    ? ["Replicas:", `  - Region: eu-west-1`, ...own.map((line) => `    ${line}`), "  - Region: us-east-1"]
    : own;
  const all = [...lines, ...(sse === undefined ? [] : [`SSESpecification: ${sse}`]), `TableName: "t-${index}"`];
  return `  Table${index}:\n${comment}    Type: ${kind}\n${attributes}    Properties:\n${all.map((line) => `      ${line}\n`).join("")}`;
}

const template = fc.array(table, { minLength: 1, maxLength: 4 }).map(
  (tables) => `Transform: AWS::Serverless-2016-10-31
Metadata: { sse: &sse { SSEEnabled: false } }
Parameters: { Flag: { Type: String, Default: "false" }, Env: { Type: String } }
Conditions: { IsProd: !Equals [!Ref Env, prod] }
Resources:
${tables.map(tableText).join("")}  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
      Policies: [{ PolicyName: p, PolicyDocument: { Statement: [{ Effect: Allow, Action: ["dynamodb:*"], Resource: "*" }] } }]
`,
);

describe("fixAll with all rules, for any template", () => {
  it("fixes what it says, adds nothing, and has nothing left to do", () => {
    let changed = 0;
    fc.assert(
      fc.property(template, fc.constantFrom<FixClass[]>(["safe"], ["safe", "caution"]), (text, classes) => {
        const { project, template: read } = one(text);
        const before = lintTemplate(project, read, RULES, DEFAULT_CONFIGURATION);
        const result = fixed(text, RULES, classes);
        if (result.text !== text) changed++;
        const { project: projectAfter, template: readAfter } = one(result.text);
        expect(readAfter.tree.problems).toEqual([]);
        const after = lintTemplate(projectAfter, readAfter, RULES, DEFAULT_CONFIGURATION);
        expect([...before.failures, ...after.failures]).toEqual([]);
        const left = after.findings.map((finding) => finding.fingerprint);
        for (const finding of result.fixed) expect(left).not.toContain(finding.fingerprint);
        expect(result.fixed.length > 0).toBe(result.text !== text);
        expect(fixed(result.text, RULES, classes)).toEqual({ text: result.text, edits: [], fixed: [] });
        // Comments and what is none of its business stay: only lines that are changed or added differ.
        const lines = new Set(result.text.split("\n"));
        for (const line of text.split("\n")) {
          if (
            /#|Type:|TableName|Region:|Metadata|Parameters|Conditions|PolicyName: q/.test(line) &&
            !/false|Delete/.test(line)
          )
            expect(lines).toContain(line);
        }
      }),
      { numRuns: 60, seed: 20261124 },
    );
    expect(changed).toBeGreaterThan(30);
  });
});

it("gives the value that a fix speaks of, whatever stands there", () => {
  for (const value of ["false", "'false'", "no", "!Ref AWS::NoValue", "", "null", "!!bool false"]) {
    const { text } = fixed(
      `Resources:\n  T:\n    Type: AWS::Test::Thing\n    Properties:\n      A: ${value}\n      B: 2\n`,
      [wants("A", (setting) => [set(setting, true)])],
    );
    expect(lint(text, [wants("A")]).findings).toEqual([]);
    expect(text).toContain("\n      B: 2\n");
  }
});
