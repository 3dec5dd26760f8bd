import { describe, expect, it } from "vitest";
import { describePath } from "../../../core/evaluate/path.ts";
import type { Setting } from "../../../core/evaluate/setting.ts";
import { acrossCopies, deletableIn, isCustomerKey, split, type Table, tablesOf } from "../../../core/model/tables.ts";
import { tell } from "../evaluate/support.ts";
import { template } from "./files.ts";

const HEAD = `Parameters: { Env: { Type: String, AllowedValues: [dev, prod] }, Free: { Type: String } }
Conditions: { IsProd: !Equals [!Ref Env, prod], IsDev: !Equals [!Ref Env, dev], HasUs: !Equals [!Ref Free, us] }
`;

function table(resource: string, head = HEAD): Table {
  const [only, ...others] = tablesOf(template("t.yaml", `${head}Resources:\n  Orders: ${resource}\n`));
  if (!only || others.length > 0) throw new Error(`${others.length + 1} tables`);
  return only;
}

const plain = (properties: string, attributes = "") =>
  table(`{ Type: AWS::DynamoDB::Table, ${attributes}Properties: ${properties} }`);
const global = (replicas: string, more = "") =>
  table(`{ Type: AWS::DynamoDB::GlobalTable, Properties: { Replicas: ${replicas}${more} } }`);
const told = (settings: readonly Setting[]) => settings.map(tell);
const at = ({ template, place }: Setting) => template.source.text.slice(place.start, place.end);

describe("AWS::DynamoDB::Table", () => {
  it("is its own only copy", () => {
    const one = plain(
      "{ TableName: orders, PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }, DeletionProtectionEnabled: no, SSESpecification: { SSEEnabled: true, KMSMasterKeyId: k }, ResourcePolicy: { PolicyDocument: { a: 1 } }, StreamSpecification: { ResourcePolicy: { PolicyDocument: { b: 2 } } } }",
      "DeletionPolicy: Retain, ",
    );
    expect(one).toMatchObject({ kind: "Table", id: "Orders" });
    expect(one.copies).toHaveLength(1);
    const [copy] = one.copies;
    expect(copy?.name).toBe('"Orders"');
    expect(copy?.region).toBeUndefined();
    expect(told(copy?.pointInTimeRecovery ?? [])).toEqual(["true"]);
    expect(told(copy?.deletionProtection ?? [])).toEqual(["no"]);
    expect(told(copy?.key ?? [])).toEqual(["k"]);
    expect(told(copy?.resourcePolicy ?? [])).toEqual(["map"]);
    expect(told(copy?.streamPolicy ?? [])).toEqual(["map"]);
    expect(told(one.tableName)).toEqual(["orders"]);
    expect(told(one.deletionPolicy)).toEqual(["Retain"]);
    expect(told(one.updateReplacePolicy)).toEqual(["absent"]);
    expect(one.encryption.map(({ specification, enabled }) => `${tell(specification)} ${tell(enabled)}`)).toEqual([
      "map true",
    ]);
  });

  it("without properties stands at its logical id", () => {
    for (const text of [
      "{ Type: AWS::DynamoDB::Table }",
      "\n    Type: AWS::DynamoDB::Table\n    Properties:\n",
      "{ Type: AWS::DynamoDB::Table, Properties: !Ref AWS::NoValue }",
    ]) {
      const [copy] = table(text).copies;
      expect(told(copy?.pointInTimeRecovery ?? [])).toEqual(["absent"]);
      expect(copy?.pointInTimeRecovery.map(at)).toEqual([text.includes("NoValue") ? "!Ref AWS::NoValue" : "Orders"]);
    }
  });

  it("has its settings per branch, wherever that begins", () => {
    expect(
      told(
        plain("{ DeletionProtectionEnabled: !If [IsProd, true, !If [IsDev, false, never]] }").copies[0]
          ?.deletionProtection ?? [],
      ),
    ).toEqual(["true when IsProd is true", "false when IsProd is false"]);
    const whole = plain(
      "!If [IsProd, { SSESpecification: { SSEEnabled: true } }, { SSESpecification: !If [HasUs, { SSEEnabled: false }, !Ref AWS::NoValue] }]",
    );
    expect(
      whole.encryption.map(({ specification, enabled }) => `${specification.value.kind} / ${tell(enabled)}`),
    ).toEqual([
      "map / true when IsProd is true",
      "map / false when IsProd is false and HasUs is true",
      "absent / absent when IsProd is false and HasUs is false",
    ]);
  });

  it.each([
    "null",
    "[]",
    "x",
    "{ SSESpecification: [], TableName: {}, PointInTimeRecoverySpecification: true, ResourcePolicy: 1 }",
    "!Transform { Name: x }",
  ])("may be anything: %s", (properties) => {
    const one = plain(properties);
    expect(one.copies).toHaveLength(1);
    expect(one.encryption.length).toBeGreaterThan(0);
    expect(one.copies[0]?.key).toHaveLength(1);
  });
});

describe("AWS::Serverless::SimpleTable", () => {
  it("is a table with what SAM's Globals give it", () => {
    const simple = table(
      "{ Type: AWS::Serverless::SimpleTable, Properties: { TableName: t } }",
      "Transform: AWS::Serverless-2016-10-31\nGlobals: { SimpleTable: { SSESpecification: { SSEEnabled: true } } }\n",
    );
    expect(simple).toMatchObject({ kind: "SimpleTable", id: "Orders", resource: { type: "AWS::DynamoDB::Table" } });
    expect(simple.encryption.map(({ enabled }) => tell(enabled))).toEqual(["true"]);
    expect(told(simple.tableName)).toEqual(["t"]);
  });
});

describe("AWS::DynamoDB::GlobalTable", () => {
  it("has a copy per replica, which stands at its region", () => {
    const { copies, kind } = global(
      "[{ Region: eu-west-1, PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } }, { Region: !Ref AWS::Region, SSESpecification: { KMSMasterKeyId: k } }, { DeletionProtectionEnabled: true }]",
    );
    expect(kind).toBe("GlobalTable");
    expect(copies.map(({ name, region }) => [name, region])).toEqual([
      ['Replica eu-west-1 of "Orders"', "eu-west-1"],
      ['Replica ${AWS::Region} of "Orders"', "${AWS::Region}"],
      ['Replica 3 of "Orders"', "3"],
    ]);
    expect(copies.flatMap(({ pointInTimeRecovery }) => told(pointInTimeRecovery))).toEqual([
      "true",
      "absent",
      "absent",
    ]);
    expect(copies.flatMap(({ key }) => told(key))).toEqual(["absent", "k", "absent"]);
    expect(copies.map(({ located }) => at(located))).toEqual([
      "Region: eu-west-1",
      "Region: !Ref AWS::Region",
      "{ DeletionProtectionEnabled: true }",
    ]);
    expect(copies[1]?.pointInTimeRecovery.map(at)).toEqual(["Region: !Ref AWS::Region"]);
  });

  it("has replicas of branches in these branches only", () => {
    const { copies } = global(
      "[{ Region: eu-west-1 }, !If [IsProd, { Region: us-east-1 }, !Ref AWS::NoValue], !If [HasUs, { Region: us-west-2 }, { Region: us-east-2 }]]",
    );
    expect(copies.map(({ region, located }) => `${region} ${describePath(located.when) ?? "always"}`)).toEqual([
      "eu-west-1 always",
      "us-east-1 IsProd is true",
      "us-west-2 HasUs is true",
      "us-east-2 HasUs is false",
    ]);
  });

  it("may have replicas that are not known, or none", () => {
    expect(global("!Ref Free").copies.map(({ located }) => tell(located))).toEqual(["${Free}"]);
    expect(global("[]").copies).toEqual([]);
    expect(global("null").copies).toEqual([]);
    expect(global("[null, x]").copies).toHaveLength(1);
    expect(told(global("!Ref Free").copies[0]?.pointInTimeRecovery ?? [])).toEqual(["? parameter Free has no default"]);
  });
});

describe("acrossCopies", () => {
  const across = (one: Table) =>
    acrossCopies(one, (copy) => copy.deletionProtection).map(({ when, settings }) => {
      const { on, off, unknown } = split({ when, settings });
      return `${describePath(when) ?? "always"}: ${on.length} on, ${off.length} off, ${unknown.length} unknown`;
    });

  it("joins the branches that can hold together", () => {
    expect(
      across(
        global(
          "[{ Region: a, DeletionProtectionEnabled: !If [IsProd, true, false] }, { Region: b, DeletionProtectionEnabled: !If [IsDev, false, true] }, { Region: c, DeletionProtectionEnabled: !Ref Free }]",
        ),
      ),
    ).toEqual(["IsProd is true: 2 on, 0 off, 1 unknown", "IsProd is false: 0 on, 2 off, 1 unknown"]);
  });

  it("leaves replicas out where they are not there", () => {
    expect(
      across(
        global("[{ Region: a, DeletionProtectionEnabled: true }, !If [IsProd, { Region: b }, !Ref AWS::NoValue]]"),
      ),
    ).toEqual(["IsProd is true: 1 on, 1 off, 0 unknown", "IsProd is false: 1 on, 0 off, 0 unknown"]);
  });

  it("cannot tell where there are too many branches", () => {
    const names = Array.from({ length: 12 }, (_, index) => index);
    const head = `Parameters: { ${names.map((index) => `P${index}: { Type: String }`).join(", ")} }\nConditions: { ${names.map((index) => `C${index}: !Equals [!Ref P${index}, x]`).join(", ")} }\n`;
    const many = table(
      `{ Type: AWS::DynamoDB::GlobalTable, Properties: { Replicas: [${names.map((index) => `{ Region: r${index}, DeletionProtectionEnabled: !If [C${index}, true, false] }`).join(", ")}] } }`,
      head,
    );
    expect(across(many)).toEqual(["always: 0 on, 0 off, 12 unknown"]);
  });

  it("says where a table can be deleted", () => {
    const deletable = (one: Table) => deletableIn(one).map((when) => describePath(when) ?? "always");
    expect(deletable(plain("{ DeletionProtectionEnabled: true }"))).toEqual([]);
    expect(deletable(plain("{}"))).toEqual(["always"]);
    expect(deletable(plain("{ DeletionProtectionEnabled: !If [IsProd, true, false] }"))).toEqual(["IsProd is false"]);
    expect(deletable(global("[{ Region: a, DeletionProtectionEnabled: true }, { Region: b }]"))).toEqual(["always"]);
  });
});

it("isCustomerKey: any key but AWS's own", () => {
  const keys = [
    "!Ref AWS::NoValue",
    "alias/aws/dynamodb",
    "arn:aws:kms:eu-west-1:1:alias/aws/dynamodb",
    "!Sub 'arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:alias/aws/dynamodb'",
    "alias/mine",
    "!Ref Free",
    "!ImportValue k",
    "xalias/aws/dynamodb",
  ];
  expect(
    keys.map((key) => plain(`{ SSESpecification: { KMSMasterKeyId: ${key} } }`).copies[0]?.key.map(isCustomerKey)[0]),
  ).toEqual([false, false, false, false, true, true, true, true]);
});

it("is made once per template", () => {
  const one = template("t.yaml", "Resources: { T: { Type: AWS::DynamoDB::Table } }");
  expect(tablesOf(one)).toBe(tablesOf(one));
});
