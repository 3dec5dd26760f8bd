import { describe, expect, it } from "vitest";
import { items, type Slot } from "../../../../core/evaluate/setting.ts";
import { mapAt } from "../../../../core/syntax/node.ts";
import { at, only, property, resourceOf, sam, shown } from "./support.ts";

const PLAIN = `
  Orders:
    Type: AWS::Serverless::SimpleTable
    Properties:
      TableName: orders
      PointInTimeRecoverySpecification:
        PointInTimeRecoveryEnabled: true
`;

function refusal(slot: Slot): string | undefined {
  return "refusal" in slot ? slot.refusal : undefined;
}

describe("SimpleTable becomes AWS::DynamoDB::Table", () => {
  it("keeps the logical id and what was written, and says what it was", () => {
    const resource = resourceOf(sam(PLAIN), "Orders");
    expect(resource).toMatchObject({ type: "AWS::DynamoDB::Table", writtenType: "AWS::Serverless::SimpleTable" });
    expect(resource.logicalId).toBe("Orders");
  });

  it("passes TableName and PointInTimeRecoverySpecification on, at their places", () => {
    const template = sam(PLAIN);
    const enabled = only(template, "Orders", "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled");
    expect(enabled.value).toMatchObject({ kind: "literal", value: true });
    expect(at(template, enabled.place)).toBe("true");
    expect(enabled.slot).toHaveProperty("replace");
    expect(shown(template, "Orders", "TableName")).toEqual(["orders"]);
    expect(enabled.path).toEqual([
      "Resources",
      "Orders",
      "Properties",
      "PointInTimeRecoverySpecification",
      "PointInTimeRecoveryEnabled",
    ]);
  });

  it("has the key id, a string, unless PrimaryKey says otherwise", () => {
    const template = sam(`${PLAIN}
  Counters:
    Type: AWS::Serverless::SimpleTable
    Properties:
      PrimaryKey: { Name: counter, Type: Number }
`);
    const keyOf = (id: string) => [
      ...property(template, id, "KeySchema")
        .flatMap(items)
        .flatMap(({ value }) => (value.kind === "map" ? value.node.entries : []))
        .map(({ value }) => (value.kind === "scalar" ? value.text : "")),
      ...property(template, id, "AttributeDefinitions")
        .flatMap(items)
        .flatMap(({ value }) => (value.kind === "map" ? value.node.entries : []))
        .map(({ value }) => (value.kind === "scalar" ? value.text : "")),
    ];
    expect(keyOf("Orders")).toEqual(["id", "HASH", "id", "S"]);
    expect(keyOf("Counters")).toEqual(["counter", "HASH", "counter", "N"]);
  });

  it("is billed per request unless ProvisionedThroughput says something", () => {
    const table = (throughput: string) =>
      shown(
        sam(
          `  T:\n    Type: AWS::Serverless::SimpleTable\n    Properties:\n      ProvisionedThroughput: ${throughput}\n`,
        ),
        "T",
        "BillingMode",
      );
    expect(table("{}")).toEqual(["PAY_PER_REQUEST"]);
    expect(table("")).toEqual(["PAY_PER_REQUEST"]);
    expect(table("{ ReadCapacityUnits: 1, WriteCapacityUnits: 1 }")).toEqual(["absent"]);
    expect(shown(sam(PLAIN), "Orders", "BillingMode")).toEqual(["PAY_PER_REQUEST"]);
  });

  it("turns the map of tags into a list whose values stand where they were", () => {
    const template = sam(
      `  T:\n    Type: AWS::Serverless::SimpleTable\n    Properties:\n      Tags: { team: data, tier: !Ref AWS::StackName }\n`,
    );
    const tags = property(template, "T", "Tags").flatMap(items);
    expect(
      tags.map(({ value }) => (value.kind === "map" ? value.node.entries.map((e) => at(template, e.value)) : [])),
    ).toEqual([
      ["team", "data"],
      ["tier", "!Ref AWS::StackName"],
    ]);
  });

  it("leaves resource attributes on the node and the condition on the resource", () => {
    const template = sam(
      `  T:\n    Type: AWS::Serverless::SimpleTable\n    Condition: IsProd\n    DeletionPolicy: Retain\n`,
      "Conditions: { IsProd: !Equals [a, !Ref AWS::Region] }\n",
    );
    const table = resourceOf(template, "T");
    expect(table.condition).toBe("IsProd");
    expect(table.node.entries.map((entry) => entry.key.text)).toContain("DeletionPolicy");
    expect(only(template, "T", "BillingMode").when.assumed).toEqual([{ condition: "IsProd", holds: true }]);
  });

  it("says of a property that SAM cannot pass on that it cannot be written", () => {
    const setting = only(sam(PLAIN), "Orders", "DeletionProtectionEnabled");
    expect(setting.value.kind).toBe("absent");
    expect(refusal(setting.slot)).toMatch(/DeletionProtectionEnabled/);
  });
});

describe("an edit of a SimpleTable goes into its own text", () => {
  it("adds to the very map that was written", () => {
    const template = sam(PLAIN);
    const setting = only(template, "Orders", "SSESpecification", "SSEEnabled");
    expect(setting.slot).toEqual({ add: mapAt(template.tree.root, "Resources", "Orders", "Properties") });
    expect("add" in setting.slot && setting.slot.add).toBe(
      mapAt(template.tree.root, "Resources", "Orders", "Properties"),
    );
    expect(setting.missing).toEqual(["SSESpecification", "SSEEnabled"]);
    expect(setting.path).toEqual(["Resources", "Orders", "Properties"]);
    expect(at(template, setting.place)).toBe("Orders");
  });

  it("adds Properties too where there are none", () => {
    const template = sam("  T:\n    Type: AWS::Serverless::SimpleTable\n");
    const setting = only(template, "T", "SSESpecification", "SSEEnabled");
    expect("add" in setting.slot && setting.slot.add).toBe(mapAt(template.tree.root, "Resources", "T"));
    expect(setting.missing).toEqual(["Properties", "SSESpecification", "SSEEnabled"]);
    expect(setting.path).toEqual(["Resources", "T"]);
    expect(at(template, setting.place)).toBe("T");
  });

  it("fills a Properties key that has no value yet", () => {
    const template = sam("  T:\n    Type: AWS::Serverless::SimpleTable\n    Properties:\n");
    const setting = only(template, "T", "SSESpecification");
    expect(setting.slot).toMatchObject({ replace: { kind: "scalar", value: null } });
    expect(setting.missing).toEqual(["SSESpecification"]);
    expect(setting.path).toEqual(["Resources", "T", "Properties"]);
  });

  it("is refused where the properties come from a merge key or an alias", () => {
    const template = sam(`
  A:
    Type: AWS::Serverless::SimpleTable
    Properties: &shared
      SSESpecification: { SSEEnabled: false }
  B:
    Type: AWS::Serverless::SimpleTable
    Properties: *shared
  C:
    Type: AWS::Serverless::SimpleTable
    Properties:
      <<: *shared
      TableName: c
  D: &whole
    Type: AWS::Serverless::SimpleTable
    Properties: { TableName: d }
  E:
    <<: *whole
    DeletionPolicy: Retain
`);
    const slotOf = (id: string, ...keys: string[]) => refusal(only(template, id, ...keys).slot);
    expect(slotOf("A", "SSESpecification", "SSEEnabled")).toBeUndefined();
    expect(slotOf("B", "SSESpecification", "SSEEnabled")).toMatch(/alias/);
    expect(slotOf("B", "SSESpecification", "SSEType")).toMatch(/alias/);
    expect(slotOf("B", "PointInTimeRecoverySpecification")).toMatch(/alias/);
    expect(slotOf("C", "SSESpecification", "SSEEnabled")).toMatch(/merge key/);
    expect(slotOf("C", "TableName")).toBeUndefined();
    expect(slotOf("E", "TableName")).toMatch(/merge key/);
    expect(slotOf("E", "SSESpecification")).toMatch(/merge key/);
  });
});
