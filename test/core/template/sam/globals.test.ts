import { describe, expect, it } from "vitest";
import type { Slot } from "../../../../core/evaluate/setting.ts";
import { mapAt } from "../../../../core/syntax/node.ts";
import type { Template } from "../../../../core/template/template.ts";
import { at, only, property, sam, shown, texts } from "./support.ts";

const KMS = "Globals: { SimpleTable: { SSESpecification: { SSEEnabled: true, SSEType: KMS } } }\n";

function table(properties: string, globals = KMS, attributes = ""): Template {
  return sam(
    `  T:\n    Type: AWS::Serverless::SimpleTable\n${attributes}    Properties:\n      TableName: t\n${properties}`,
    globals,
  );
}

function refusal(slot: Slot): string | undefined {
  return "refusal" in slot ? slot.refusal : undefined;
}

describe("Globals.SimpleTable", () => {
  it("gives SSESpecification, and nothing else", () => {
    const template = table(
      "",
      `Globals:
  SimpleTable:
    SSESpecification: { SSEEnabled: true }
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }
`,
    );
    expect(shown(template, "T", "SSESpecification", "SSEEnabled")).toEqual(["true"]);
    expect(shown(template, "T", "PointInTimeRecoverySpecification")).toEqual(["absent"]);
  });

  it("reaches a table without Properties", () => {
    expect(
      shown(sam("  T:\n    Type: AWS::Serverless::SimpleTable\n", KMS), "T", "SSESpecification", "SSEType"),
    ).toEqual(["KMS"]);
  });

  it("is merged deeply: SSEEnabled from the table, SSEType from Globals", () => {
    const template = table("      SSESpecification: { SSEEnabled: false }\n");
    expect(shown(template, "T", "SSESpecification", "SSEEnabled")).toEqual(["false"]);
    expect(shown(template, "T", "SSESpecification", "SSEType")).toEqual(["KMS"]);
    const enabled = only(template, "T", "SSESpecification", "SSEEnabled");
    expect(at(template, enabled.place)).toBe("false");
    expect(enabled.slot).toHaveProperty("replace");
    expect(refusal(only(template, "T", "SSESpecification", "SSEType").slot)).toBe("the value comes from Globals");
  });

  it("loses against a call of a function, a value of another kind and null", () => {
    const conditions = `${KMS}Conditions: { C: !Equals [!Ref AWS::Region, a] }\n`;
    const called = table("      SSESpecification: !If [C, { SSEEnabled: false }, !Ref AWS::NoValue]\n", conditions);
    expect(shown(called, "T", "SSESpecification", "SSEType")).toEqual(["absent", "absent"]);
    expect(shown(called, "T", "SSESpecification", "SSEEnabled")).toEqual(["false", "absent"]);
    expect(shown(table("      SSESpecification: yes please\n"), "T", "SSESpecification")).toEqual(["yes please"]);
    expect(shown(table("      SSESpecification:\n"), "T", "SSESpecification")).toEqual(["absent"]);
  });

  it("counts a call of a function in Globals as one value", () => {
    const head = `Globals: { SimpleTable: { SSESpecification: !If [C, { SSEEnabled: true }, !Ref AWS::NoValue] } }
Conditions: { C: !Equals [!Ref AWS::Region, a] }
`;
    expect(shown(table("", head), "T", "SSESpecification", "SSEEnabled")).toEqual(["true", "absent"]);
    const [held] = property(table("", head), "T", "SSESpecification", "SSEEnabled");
    expect(held && refusal(held.slot)).toBe("the value comes from Globals");
    expect(
      shown(table("      SSESpecification: { SSEType: KMS }\n", head), "T", "SSESpecification", "SSEEnabled"),
    ).toEqual(["absent"]);
  });

  it("is ignored where IgnoreGlobals says so", () => {
    const type = (attributes: string) => shown(table("", KMS, attributes), "T", "SSESpecification", "SSEType");
    expect(type(`    IgnoreGlobals: "*"\n`)).toEqual(["absent"]);
    expect(type("    IgnoreGlobals: [SSESpecification]\n")).toEqual(["absent"]);
    expect(type("    IgnoreGlobals: [Tags]\n")).toEqual(["KMS"]);
  });
});

describe("what Globals gives stands in Globals and is not edited there", () => {
  it("has the place of the value in Globals, and a refusal", () => {
    const template = table("");
    const type = only(template, "T", "SSESpecification", "SSEType");
    expect(at(template, type.place)).toBe("KMS");
    expect(type.place.start).toBeLessThan(template.source.text.indexOf("Resources:"));
    expect(refusal(type.slot)).toBe("the value comes from Globals");
  });

  it("adds what is missing in a map of Globals to the table's own text, where SAM merges it", () => {
    const template = table("");
    const key = only(template, "T", "SSESpecification", "KMSMasterKeyId");
    expect("add" in key.slot && key.slot.add).toBe(mapAt(template.tree.root, "Resources", "T", "Properties"));
    expect(key.missing).toEqual(["SSESpecification", "KMSMasterKeyId"]);
    expect(key.path).toEqual(["Resources", "T", "Properties"]);
    // The whole specification can be overridden at the same place.
    const whole = only(template, "T", "SSESpecification");
    expect("add" in whole.slot && whole.slot.add).toBe(mapAt(template.tree.root, "Resources", "T", "Properties"));
    expect(whole.missing).toEqual(["SSESpecification"]);
  });

  it("adds what is missing in a merged map to the table's part of it", () => {
    const template = table("      SSESpecification: { SSEEnabled: true }\n");
    const key = only(template, "T", "SSESpecification", "KMSMasterKeyId");
    expect("add" in key.slot && key.slot.add).toBe(
      mapAt(template.tree.root, "Resources", "T", "Properties", "SSESpecification"),
    );
    expect(key.missing).toEqual(["KMSMasterKeyId"]);
  });
});

describe("Globals.Function", () => {
  const HEAD = `Globals:
  Function:
    Environment: { Variables: { A: global, B: global } }
    VpcConfig: { SubnetIds: [subnet-1] }
    Layers: [global-layer]
    Architectures: [x86_64]
    Role: arn:aws:iam::111122223333:role/refused
    Policies: AmazonDynamoDBFullAccess
    AssumeRolePolicyDocument: { Version: "2012-10-17", Statement: [] }
    PermissionsBoundary: arn:aws:iam::111122223333:policy/boundary
`;
  const template = sam(
    `  F:
    Type: AWS::Serverless::Function
    Properties:
      Environment: { Variables: { B: local } }
      Layers: [local-layer]
      Architectures: [arm64]
`,
    HEAD,
  );

  it("merges maps deeply and joins lists, Globals first, each item where it stands", () => {
    expect(shown(template, "F", "Environment", "Variables", "A")).toEqual(["global"]);
    expect(shown(template, "F", "Environment", "Variables", "B")).toEqual(["local"]);
    expect(texts(property(template, "F", "Layers"))).toEqual(["global-layer", "local-layer"]);
    expect(texts(property(template, "F", "VpcConfig", "SubnetIds"))).toEqual(["subnet-1"]);
    expect(refusal(only(template, "F", "Environment", "Variables", "A").slot)).toBe("the value comes from Globals");
    expect(refusal(only(template, "F", "Environment", "Variables", "B").slot)).toBeUndefined();
  });

  it("replaces Architectures, as SAM does", () => {
    expect(texts(property(template, "F", "Architectures"))).toEqual(["arm64"]);
  });

  it("knows no Role and no Policies there", () => {
    expect(shown(template, "F", "Role")).toEqual(["${FRole.Arn}"]);
    expect(texts(property(template, "FRole", "ManagedPolicyArns"))).not.toContain("AmazonDynamoDBFullAccess");
  });

  it("gives the generated role its trust policy and boundary", () => {
    expect(texts(property(template, "FRole", "AssumeRolePolicyDocument", "Statement"))).toEqual([]);
    expect(shown(template, "FRole", "PermissionsBoundary")).toEqual(["arn:aws:iam::111122223333:policy/boundary"]);
  });
});
