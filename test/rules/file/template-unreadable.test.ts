import { describe, expect, test } from "vitest";
import { lint, offered, STRICT, shown } from "../harness.ts";
import { relatedTo, told } from "../told.ts";

const RULE = "template-unreadable";

describe("broken YAML", () => {
  test.each([
    [
      "a tab as indentation",
      "Resources:\n\tOrders:\n    Type: AWS::DynamoDB::Table\n",
      /^error The file cannot be read: YAML does not allow tabs as indentation( \(and \d+ more\))?\.$/,
    ],
    [
      "a colon too many",
      "Resources:\n  Orders:\n    Type: AWS::DynamoDB::Table: x\n",
      /^error The file cannot be read: .+\.$/,
    ],
    [
      "an alias without anchor",
      "Resources:\n  Orders: *table\n",
      /^error The file cannot be read: there is no anchor "table" before this alias\.$/,
    ],
    [
      "a bracket that is not closed",
      "Resources:\n  Orders: { Type: AWS::DynamoDB::Table\n",
      /^error The file cannot be read: .+\.$/,
    ],
  ])("%s: one finding, and no other rule speaks", (_, template, message) => {
    const { findings, unknown } = lint(template, STRICT);
    expect(findings.map((finding) => `${finding.severity} ${finding.message}`)).toEqual([
      expect.stringMatching(message),
    ]);
    expect(findings.map((finding) => finding.rule)).toEqual([RULE]);
    expect(unknown).toEqual([]);
  });

  test("stands where the text breaks", () => {
    expect(shown(RULE, "Resources:\n  Orders: *table\n")).toEqual([
      `1:10-1:16 error The file cannot be read: there is no anchor "table" before this alias.`,
    ]);
  });

  test("several errors are counted, the first is told", () => {
    expect(shown(RULE, "Resources:\n  Orders: *a\n  Invoices: *b\n  Notes: *c\n")).toEqual([
      `1:10-1:12 error The file cannot be read: there is no anchor "a" before this alias (and 2 more).`,
    ]);
  });

  test("cannot be suppressed: what a broken text says of suppressions is not certain either", () => {
    const template = "# ddblint-disable-file template-unreadable\nResources:\n  Orders: *table\n";
    expect(told(RULE, template)).toHaveLength(1);
  });
});

describe("broken JSON", () => {
  test.each([
    [
      "a comma behind the last entry",
      '{\n  "Resources": {\n    "Orders": { "Type": "AWS::DynamoDB::Table", }\n  }\n}\n',
      "2:48-2:49 error The file cannot be read: a quoted property name is expected here (JSON allows no trailing comma).",
    ],
    [
      "a missing colon",
      '{\n  "Resources" {}\n}\n',
      "1:14-1:15 error The file cannot be read: a colon is expected here (and 1 more).",
    ],
    [
      "a comment",
      '{\n  // tables\n  "Resources": {}\n}\n',
      "1:2-1:11 error The file cannot be read: JSON allows no comments.",
    ],
    [
      "two documents",
      '{ "Resources": {} }\n{ "Resources": {} }\n',
      "1:0-1:1 error The file cannot be read: nothing more is expected after the end of the document.",
    ],
  ])("%s", (_, template, line) => {
    expect(shown(RULE, template)).toEqual([line]);
  });

  test("an end that is missing", () => {
    expect(told(RULE, '{ "Resources": { "Orders": { "Type": "AWS::DynamoDB::Table" }')).toEqual([
      "error The file cannot be read: a closing brace is expected here.",
    ]);
  });

  test("comments are allowed in .jsonc", () => {
    expect(told(RULE, { "template.jsonc": '{\n  // tables\n  "Resources": {}\n}\n' })).toEqual([]);
  });
});

describe("what can be read but is doubtful", () => {
  test("a key that stands twice: warned of, and the rest is linted by the last one", () => {
    const template = `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Delete
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
`;
    expect(shown(RULE, template)).toEqual([
      `4:4-4:18 warning "DeletionPolicy" stands twice in the same map; only the last one counts.`,
    ]);
    expect(relatedTo(RULE, template)).toEqual([`3:4-3:18 the first "DeletionPolicy"`]);
    expect(offered(RULE, template)).toEqual([]);
    expect(told("table-deleted-with-stack", template)).toEqual([]);
    expect(told("sse-kms-disabled", template)).toHaveLength(1);
  });

  test("in JSON as well", () => {
    expect(shown(RULE, '{ "Resources": { "A": { "Type": "X", "Type": "AWS::DynamoDB::Table" } } }')).toEqual([
      `0:37-0:43 warning "Type" stands twice in the same map; only the last one counts.`,
    ]);
  });

  test("the warning can be suppressed", () => {
    const template = `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Type: AWS::DynamoDB::Table # ddblint-disable-line template-unreadable -- generated
`;
    expect(told(RULE, template)).toEqual([]);
  });

  test("a second document", () => {
    expect(told(RULE, "Resources: {}\n---\nResources: {}\n")).toEqual([
      "warning Only the first document of this file is read.",
    ]);
  });

  test("several merge keys are no doubles", () => {
    const template = `A: &a { Type: AWS::DynamoDB::Table }
B: &b { DeletionPolicy: Retain }
Resources:
  Orders:
    <<: *a
    <<: *b
`;
    expect(told(RULE, template)).toEqual([]);
  });
});

describe("texts that are no map of sections", () => {
  test.each(["- Resources\n- Outputs\n", "Resources\n", '["Resources"]\n', "!Ref Resources\n"])("%j", (text) => {
    expect(told(RULE, { "template.yaml": text })).toEqual([
      "error The file cannot be read as a template: at its top level a map of sections is expected.",
    ]);
  });

  test.each(["", "# nothing yet\n", "---\n", "Resources: {}\n", "{}\n", "Resources:\n"])(
    "but %j is only empty",
    (text) => {
      expect(told(RULE, { "template.yaml": text })).toEqual([]);
    },
  );
});

test("nesting too deep for any reader", () => {
  const deep = `${"[".repeat(5000)}${"]".repeat(5000)}`;
  expect(told(RULE, { "template.json": deep })).toEqual([
    "error The file cannot be read: the text is nested too deeply.",
  ]);
  expect(told(RULE, { "template.yaml": `A: ${deep}` })).toEqual([
    "error The file cannot be read: the text is nested too deeply.",
  ]);
});

test("a byte order mark and Windows line ends shift nothing", () => {
  expect(shown(RULE, "\ufeffResources:\r\n  Orders: *table\r\n")).toEqual([
    `1:10-1:16 error The file cannot be read: there is no anchor "table" before this alias.`,
  ]);
});
