import { describe, expect, test } from "vitest";
import { fixedText, offered, repaired, shown } from "../harness.ts";
import { toldInBoth, untold } from "../told.ts";

const RULE = "table-lost-on-replacement";

const LOST = `An update that replaces "Orders" (a changed KeySchema, TableName or ImportSourceSpecification) deletes the old table and its data.`;
const FIX = "Keep the old table when an update replaces it (UpdateReplacePolicy: Retain)";

const table = (attributes: string, properties = "      BillingMode: PAY_PER_REQUEST\n") => `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
${attributes}    Properties:
${properties}`;

const RETAIN = "    DeletionPolicy: Retain\n";

const CONDITIONS = `Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
`;

describe("what is found", () => {
  test.each(["Retain", "RetainExceptOnCreate"])("DeletionPolicy %s without UpdateReplacePolicy", (policy) => {
    const template = table(`    DeletionPolicy: ${policy}\n`);
    expect(shown(RULE, template)).toEqual([`1:2-1:8 warning ${LOST}`]);
    expect(toldInBoth(RULE, template)).toEqual([`warning ${LOST}`]);
  });

  test("a written Delete", () => {
    const template = table(`${RETAIN}    UpdateReplacePolicy: Delete\n`);
    expect(shown(RULE, template)).toEqual([`4:25-4:31 warning ${LOST}`]);
    expect(toldInBoth(RULE, template)).toEqual([`warning ${LOST}`]);
  });

  test("passes with Retain", () => {
    expect(toldInBoth(RULE, table(`${RETAIN}    UpdateReplacePolicy: Retain\n`))).toEqual([]);
  });

  test.each(["", "    DeletionPolicy: Delete\n", "    DeletionPolicy: Snapshot\n"])(
    "where DeletionPolicy fails too, table-deleted-with-stack speaks of both: %j",
    (attributes) => {
      expect(toldInBoth(RULE, table(attributes))).toEqual([]);
    },
  );

  test("what replaces a table depends on its type", () => {
    expect(
      toldInBoth(RULE, "Resources:\n  Orders:\n    Type: AWS::DynamoDB::GlobalTable\n    DeletionPolicy: Retain\n"),
    ).toEqual([
      `warning An update that replaces "Orders" (a changed KeySchema, TableName or LocalSecondaryIndexes) deletes the old table and its data.`,
    ]);
    expect(
      toldInBoth(RULE, "Resources:\n  Orders:\n    Type: AWS::Serverless::SimpleTable\n    DeletionPolicy: Retain\n"),
    ).toEqual([
      `warning An update that replaces "Orders" (a changed PrimaryKey or TableName) deletes the old table and its data.`,
    ]);
  });
});

describe("where a replacement is unlikely or fails: a hint", () => {
  test("a literal name: only a renamed table is replaced", () => {
    expect(toldInBoth(RULE, table(RETAIN, "      TableName: orders\n"))).toEqual([`info ${LOST}`]);
  });

  test("a name that changes without the template is none", () => {
    const template = `Parameters:
  Name: { Type: String, Default: orders }
${table(RETAIN, "      TableName: !Ref Name\n")}`;
    expect(toldInBoth(RULE, template)).toEqual([`warning ${LOST}`]);
  });

  test("a name in one branch only is none either", () => {
    const template = `${CONDITIONS}${table(RETAIN, "      TableName: !If [IsProd, orders, !Ref AWS::NoValue]\n")}`;
    expect(toldInBoth(RULE, template)).toEqual([`warning ${LOST}`]);
  });

  test("deletion protection", () => {
    expect(toldInBoth(RULE, table(RETAIN, "      DeletionProtectionEnabled: true\n"))).toEqual([`info ${LOST}`]);
  });

  test("deletion protection in one branch: the warning speaks of the other", () => {
    const template = `${CONDITIONS}${table(RETAIN, "      DeletionProtectionEnabled: !If [IsProd, true, false]\n")}`;
    expect(toldInBoth(RULE, template)).toEqual([`warning When IsProd is false: ${LOST}`]);
  });
});

test("a computed policy: its branch is named, an unknown one cannot be told", () => {
  const template = `Transform: AWS::LanguageExtensions
${CONDITIONS}${table(`${RETAIN}    UpdateReplacePolicy: !If [IsProd, Retain, Delete]\n`)}`;
  expect(toldInBoth(RULE, template)).toEqual([`warning When IsProd is false: ${LOST}`]);
  const unknown = `Transform: AWS::LanguageExtensions
Parameters:
  Policy: { Type: String }
${table(`${RETAIN}    UpdateReplacePolicy: !Ref Policy\n`)}`;
  expect(toldInBoth(RULE, unknown)).toEqual([]);
  expect(untold(RULE, unknown)).toEqual(["7:25 parameter Policy has no default"]);
});

describe("repairs", () => {
  test("block YAML, flow YAML and JSON", () => {
    expect(offered(RULE, table(RETAIN))).toEqual([`safe: ${FIX}`]);
    expect(repaired(RULE, table("    DeletionPolicy: Retain # the law says so\n"))).toBe(
      `${table("    DeletionPolicy: Retain # the law says so\n")}    UpdateReplacePolicy: Retain\n`,
    );
    expect(repaired(RULE, "Resources: { Orders: { Type: AWS::DynamoDB::Table, DeletionPolicy: Retain } }\n")).toBe(
      "Resources: { Orders: { Type: AWS::DynamoDB::Table, DeletionPolicy: Retain, UpdateReplacePolicy: Retain } }\n",
    );
    expect(
      repaired(RULE, '{"Resources": {"Orders": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain"}}}'),
    ).toBe(
      '{"Resources": {"Orders": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}}}',
    );
  });

  test("a written Delete is overruled only by hand", () => {
    const template = table(`${RETAIN}    UpdateReplacePolicy: Delete\n`);
    expect(offered(RULE, template)).toEqual([
      "caution: Keep the old table when an update replaces it (UpdateReplacePolicy: Retain instead of Delete)",
    ]);
    expect(repaired(RULE, template)).toBe(table(`${RETAIN}    UpdateReplacePolicy: Retain\n`));
    expect(fixedText(template)).toContain("UpdateReplacePolicy: Delete");
  });

  test("never RetainExceptOnCreate, which UpdateReplacePolicy does not know", () => {
    expect(repaired(RULE, table("    DeletionPolicy: RetainExceptOnCreate\n", "      TableName: orders\n"))).toContain(
      "    UpdateReplacePolicy: Retain\n",
    );
  });

  test.each([
    ["an alias", `Policy: &policy Delete\n${table(`${RETAIN}    UpdateReplacePolicy: *policy\n`)}`],
    ["a merge key", `Policy: &policy { UpdateReplacePolicy: Delete }\n${table(`${RETAIN}    <<: *policy\n`)}`],
    ["the CDK", table(`${RETAIN}    Metadata: { aws:cdk:path: Stack/Orders/Resource }\n`)],
  ])("none for what comes from %s", (_, template) => {
    expect(toldInBoth(RULE, template)).toEqual([`warning ${LOST}`]);
    expect(offered(RULE, template)).toEqual([]);
  });
});
