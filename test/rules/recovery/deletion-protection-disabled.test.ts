import { describe, expect, test } from "vitest";
import { fixedText, marked, offered, repaired, shown } from "../harness.ts";
import { toldInBoth, untold } from "../told.ts";

const RULE = "deletion-protection-disabled";

const OPEN = `"Orders" can be deleted by anyone with DeleteTable.`;
const OPEN_RETAINED = `"Orders" can be deleted by anyone with DeleteTable (DeletionPolicy protects only against CloudFormation).`;
const FIX = "Turn on deletion protection (deleting the table or its stack then fails until it is off)";

const table = (properties: string, attributes = "") => `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
${attributes}    Properties:
      BillingMode: PAY_PER_REQUEST
${properties}`;

const CONDITIONS = `Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
`;

describe("AWS::DynamoDB::Table", () => {
  test("nothing is written: at the logical id", () => {
    expect(shown(RULE, table(""))).toEqual([`1:2-1:8 warning ${OPEN}`]);
    expect(toldInBoth(RULE, table(""))).toEqual([`warning ${OPEN}`]);
  });

  test.each([
    ["false", "false"],
    ['"false"', '"false"'],
    ["!Ref AWS::NoValue", "!Ref AWS::NoValue"],
    ["", "DeletionProtectionEnabled"],
    ["null", "null"],
  ])("DeletionProtectionEnabled: %s", (value, place) => {
    const template = table(`      DeletionProtectionEnabled: ${value}\n`);
    expect(marked(RULE, template)).toEqual([place]);
    expect(toldInBoth(RULE, template)).toEqual([`warning ${OPEN}`]);
  });

  test.each(["true", '"true"', "'True'"])("passes with %s", (value) => {
    const template = table(`      DeletionProtectionEnabled: ${value}\n`);
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual([]);
  });

  test("a value of a wrong kind is nothing to judge", () => {
    for (const value of ["{ Enabled: true }", "[true]", "always"]) {
      const template = table(`      DeletionProtectionEnabled: ${value}\n`);
      expect(toldInBoth(RULE, template)).toEqual([]);
      expect(untold(RULE, template)).toEqual(["5:33 its value has an unexpected form"]);
    }
  });

  test.each(["Retain", "RetainExceptOnCreate"])(
    "DeletionPolicy %s does not stop DeleteTable, and the message says so",
    (policy) => {
      expect(toldInBoth(RULE, table("", `    DeletionPolicy: ${policy}\n`))).toEqual([`warning ${OPEN_RETAINED}`]);
    },
  );

  test("DeletionPolicy Delete is nothing to remark on", () => {
    expect(toldInBoth(RULE, table("", "    DeletionPolicy: Delete\n"))).toEqual([`warning ${OPEN}`]);
  });

  test("a policy of another branch is not remarked on", () => {
    const template = `Transform: AWS::LanguageExtensions
${CONDITIONS}${table("      DeletionProtectionEnabled: !If [IsProd, true, false]\n", "    DeletionPolicy: !If [IsProd, Retain, Delete]\n")}`;
    expect(toldInBoth(RULE, template)).toEqual([`warning When IsProd is false: ${OPEN}`]);
  });

  test("test tables go unprotected on purpose: only the failing branch is told", () => {
    const template = `${CONDITIONS}${table("      DeletionProtectionEnabled: !If [IsProd, true, false]\n")}`;
    expect(shown(RULE, template)).toEqual([`7:52-7:57 warning When IsProd is false: ${OPEN}`]);
    expect(toldInBoth(RULE, template)).toEqual([`warning When IsProd is false: ${OPEN}`]);
  });

  test("two conditions on the way are both named", () => {
    const template = `Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
  IsBilling: !Equals [!Ref AWS::AccountId, "111122223333"]
${table("      DeletionProtectionEnabled: !If [IsProd, !If [IsBilling, true, false], true]\n")}`;
    expect(toldInBoth(RULE, template)).toEqual([`warning When IsProd is true and IsBilling is false: ${OPEN}`]);
  });

  test("a parameter without default cannot be told", () => {
    const template = `Parameters:
  Protect: { Type: String }
${table("      DeletionProtectionEnabled: !Ref Protect\n")}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["7:33 parameter Protect has no default"]);
  });
});

describe("AWS::DynamoDB::GlobalTable", () => {
  const global = (second: string, around = "") => `${around}Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas:
        - Region: us-east-1
        - Region: eu-west-1
${second}`;

  test("no replica is protected: one finding per replica", () => {
    expect(shown(RULE, global(""))).toEqual([
      `5:10-5:27 warning Replica us-east-1 of ${OPEN}`,
      `6:10-6:27 warning Replica eu-west-1 of ${OPEN}`,
    ]);
    expect(toldInBoth(RULE, global("          DeletionProtectionEnabled: false\n"))).toEqual([
      `warning Replica us-east-1 of ${OPEN}`,
      `warning Replica eu-west-1 of ${OPEN}`,
    ]);
  });

  test("one replica is protected: replicas-protected-unevenly speaks", () => {
    expect(toldInBoth(RULE, global("          DeletionProtectionEnabled: true\n"))).toEqual([]);
  });

  test("one replica may be protected: the other surely is not", () => {
    const template = global(
      "          DeletionProtectionEnabled: !Ref Protect\n",
      "Parameters:\n  Protect: { Type: String }\n",
    );
    expect(toldInBoth(RULE, template)).toEqual([`warning Replica us-east-1 of ${OPEN}`]);
    expect(untold(RULE, template)).toEqual(["9:37 parameter Protect has no default"]);
  });

  test("what stands at the top of a global table protects no replica", () => {
    expect(toldInBoth(RULE, global("      DeletionProtectionEnabled: true\n"))).toEqual([
      `warning Replica us-east-1 of ${OPEN}`,
      `warning Replica eu-west-1 of ${OPEN}`,
    ]);
  });

  test("a replica under a condition is named with it", () => {
    const template = `${CONDITIONS}Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas:
        - !If [IsProd, { Region: eu-west-1 }, !Ref AWS::NoValue]
        - { Region: us-east-1 }
`;
    expect(toldInBoth(RULE, template)).toEqual([
      `warning When IsProd is true: Replica eu-west-1 of ${OPEN}`,
      `warning Replica us-east-1 of ${OPEN}`,
    ]);
  });
});

describe("AWS::Serverless::SimpleTable", () => {
  const SAM = `Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::SimpleTable
`;

  test("cannot have it: a hint to another type, and no repair", () => {
    expect(shown(RULE, SAM)).toEqual([
      `2:2-2:8 info "Orders" can be deleted by anyone with DeleteTable; a SimpleTable cannot have deletion protection, an AWS::DynamoDB::Table can.`,
    ]);
    expect(toldInBoth(RULE, SAM)).toHaveLength(1);
    expect(offered(RULE, SAM)).toEqual([]);
  });

  test("with DeletionPolicy", () => {
    expect(toldInBoth(RULE, `${SAM}    DeletionPolicy: Retain\n`)).toEqual([
      `info "Orders" can be deleted by anyone with DeleteTable (DeletionPolicy protects only against CloudFormation); a SimpleTable cannot have deletion protection, an AWS::DynamoDB::Table can.`,
    ]);
  });
});

describe("repairs", () => {
  test("block YAML", () => {
    expect(offered(RULE, table(""))).toEqual([`safe: ${FIX}`]);
    expect(repaired(RULE, table("      # named by hand\n      TableName: orders # never change\n"))).toBe(
      table("      # named by hand\n      TableName: orders # never change\n      DeletionProtectionEnabled: true\n"),
    );
    expect(repaired(RULE, table("      DeletionProtectionEnabled: false # for now\n"))).toBe(
      table("      DeletionProtectionEnabled: true # for now\n"),
    );
  });

  test("flow YAML and JSON", () => {
    expect(repaired(RULE, "Resources: { Orders: { Type: AWS::DynamoDB::Table, Properties: {} } }\n")).toBe(
      "Resources: { Orders: { Type: AWS::DynamoDB::Table, Properties: { DeletionProtectionEnabled: true } } }\n",
    );
    expect(
      repaired(RULE, '{"Resources":{"Orders":{"Type":"AWS::DynamoDB::Table","Properties":{"TableName":"orders"}}}}'),
    ).toBe(
      '{"Resources":{"Orders":{"Type":"AWS::DynamoDB::Table","Properties":{"TableName":"orders","DeletionProtectionEnabled":true}}}}',
    );
  });

  test("a replica", () => {
    const template = `Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas:
        - Region: eu-west-1
          DeletionProtectionEnabled: false
`;
    expect(repaired(RULE, template)).toBe(template.replace("false", "true"));
  });

  test("all replicas at once: one alone would leave them uneven", () => {
    const template = `Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas:
        - Region: eu-west-1
        - Region: us-east-1
`;
    expect(offered(RULE, template)).toEqual([
      "safe: Turn on deletion protection on every replica (deleting them or their stack then fails until it is off)",
    ]);
    expect(repaired(RULE, template)).toBe(`Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas:
        - Region: eu-west-1
          DeletionProtectionEnabled: true
        - Region: us-east-1
          DeletionProtectionEnabled: true
`);
  });

  test("a branch: with caution, by name, and never by itself", () => {
    const template = `${CONDITIONS}${table("      DeletionProtectionEnabled: !If [IsProd, true, false]\n")}`;
    expect(offered(RULE, template)).toEqual([`caution: ${FIX} (where IsProd is false)`]);
    expect(repaired(RULE, template)).toBe(template.replace("true, false]", "true, true]"));
    expect(fixedText(template)).toContain("!If [IsProd, true, false]");
  });

  test.each([
    ["an alias", `Off: &off false\n${table("      DeletionProtectionEnabled: *off\n")}`],
    ["a merge key", `Off: &off { DeletionProtectionEnabled: false }\n${table("      <<: *off\n")}`],
    [
      "a parameter",
      `Parameters:\n  Protect: { Type: String, Default: "false" }\n${table("      DeletionProtectionEnabled: !Ref Protect\n")}`,
    ],
    ["the CDK", table("", "    Metadata: { aws:cdk:path: Stack/Orders/Resource }\n")],
  ])("none for what comes from %s", (_, template) => {
    expect(marked(RULE, template)).toHaveLength(1);
    expect(offered(RULE, template)).toEqual([]);
  });
});
