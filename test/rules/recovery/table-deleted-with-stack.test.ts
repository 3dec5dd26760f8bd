import { describe, expect, test } from "vitest";
import { fixedText, marked, offered, repaired, shown } from "../harness.ts";
import { toldInBoth, toldWith, untold } from "../told.ts";

const RULE = "table-deleted-with-stack";

const LOST = `Removing "Orders" from the template or deleting the stack deletes the table; replacing it deletes the old one too.`;
const LOST_ONLY = `Removing "Orders" from the template or deleting the stack deletes the table.`;
const KEPT = `"Orders" is only kept by deletion protection: deleting the stack fails instead of keeping the table; add DeletionPolicy: Retain.`;
const FIX = "Keep the table when it leaves the stack (DeletionPolicy: Retain)";

const table = (attributes: string, properties = "") => `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
${attributes}    Properties:
      BillingMode: PAY_PER_REQUEST
${properties}`;

const CONDITIONS = `Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
`;

describe("what is found", () => {
  test("no DeletionPolicy: at the logical id", () => {
    expect(shown(RULE, table(""))).toEqual([`1:2-1:8 warning ${LOST}`]);
    expect(toldInBoth(RULE, table(""))).toEqual([`warning ${LOST}`]);
  });

  test("a written Delete is a decision, and only worth a hint", () => {
    const template = table("    DeletionPolicy: Delete\n    UpdateReplacePolicy: Delete\n");
    expect(shown(RULE, template)).toEqual([`3:20-3:26 info ${LOST}`]);
    expect(toldInBoth(RULE, template)).toEqual([`info ${LOST}`]);
  });

  test("replacing is spoken of only where it loses the old table", () => {
    expect(toldInBoth(RULE, table("    UpdateReplacePolicy: Retain\n"))).toEqual([`warning ${LOST_ONLY}`]);
  });

  test("Snapshot is not supported", () => {
    const template = table("    DeletionPolicy: Snapshot\n");
    expect(shown(RULE, template)).toEqual([
      `3:20-3:28 error "Orders" has DeletionPolicy Snapshot, which DynamoDB tables do not support.`,
    ]);
    expect(toldInBoth(RULE, template)).toHaveLength(1);
  });

  test.each(["Retain", "RetainExceptOnCreate"])("passes with %s", (policy) => {
    expect(toldInBoth(RULE, table(`    DeletionPolicy: ${policy}\n`))).toEqual([]);
  });

  test("half typed", () => {
    expect(marked(RULE, table("    DeletionPolicy:\n"))).toEqual(["DeletionPolicy"]);
    expect(toldInBoth(RULE, table("    DeletionPolicy:\n"))).toEqual([`warning ${LOST}`]);
  });

  test("a value of a wrong kind is nothing to judge", () => {
    const template = table("    DeletionPolicy: [Retain]\n");
    expect(toldInBoth(RULE, template)).toEqual([]);
  });
});

describe("deletion protection", () => {
  test("keeps the table by making the deletion fail: a hint", () => {
    expect(toldInBoth(RULE, table("", "      DeletionProtectionEnabled: true\n"))).toEqual([`info ${KEPT}`]);
  });

  test("of one branch: the warning speaks of the other", () => {
    const template = `${CONDITIONS}${table("", "      DeletionProtectionEnabled: !If [IsProd, true, false]\n")}`;
    expect(toldInBoth(RULE, template)).toEqual([`warning When IsProd is false: ${LOST}`]);
  });

  test("that may be off does not count", () => {
    const parameter = (rest: string) => `Parameters:\n  Protect: ${rest}\n`;
    const byParameter = table("", "      DeletionProtectionEnabled: !Ref Protect\n");
    expect(toldInBoth(RULE, parameter("{ Type: String }") + byParameter)).toEqual([`warning ${LOST}`]);
    expect(toldInBoth(RULE, parameter("{ Type: String, AllowedValues: ['true', 'false'] }") + byParameter)).toEqual([
      `warning When Protect is "false": ${LOST}`,
    ]);
    expect(
      toldWith(RULE, parameter("{ Type: String }") + byParameter, { parameters: new Map([["Protect", "true"]]) }),
    ).toEqual([`info ${KEPT}`]);
  });

  test("of a global table counts where every replica has it", () => {
    const global = (second: string) => `Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas:
        - { Region: us-east-1, DeletionProtectionEnabled: true }
        - { Region: eu-west-1, DeletionProtectionEnabled: ${second} }
`;
    expect(toldInBoth(RULE, global("true"))).toEqual([`info ${KEPT}`]);
    expect(toldInBoth(RULE, global("false"))).toEqual([`warning ${LOST}`]);
  });

  test("a global table without replicas in view", () => {
    expect(toldInBoth(RULE, "Resources:\n  Orders:\n    Type: AWS::DynamoDB::GlobalTable\n")).toEqual([
      `warning ${LOST}`,
    ]);
  });
});

describe("conditions and computed policies", () => {
  test("the branch of a policy is named", () => {
    const template = `Transform: AWS::LanguageExtensions
${CONDITIONS}${table("    DeletionPolicy: !If [IsProd, Retain, Delete]\n")}`;
    expect(shown(RULE, template)).toEqual([`6:41-6:47 info When IsProd is false: ${LOST}`]);
    expect(toldInBoth(RULE, template)).toEqual([`info When IsProd is false: ${LOST}`]);
  });

  test("a branch of the policy and a branch of the protection that exclude each other", () => {
    const template = `Transform: AWS::LanguageExtensions
${CONDITIONS}${table(
  "    DeletionPolicy: !If [IsProd, !Ref AWS::NoValue, Retain]\n",
  "      DeletionProtectionEnabled: !If [IsProd, true, false]\n",
)}`;
    expect(toldInBoth(RULE, template)).toEqual([`info When IsProd is true: ${KEPT}`]);
  });

  test("a policy that is a parameter without default cannot be told", () => {
    const template = `Transform: AWS::LanguageExtensions
Parameters:
  Policy: { Type: String }
${table("    DeletionPolicy: !Ref Policy\n")}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["6:20 parameter Policy has no default"]);
  });

  test("the table's own condition is not named", () => {
    expect(toldInBoth(RULE, `${CONDITIONS}${table("    Condition: IsProd\n")}`)).toEqual([`warning ${LOST}`]);
  });
});

describe("AWS::Serverless::SimpleTable", () => {
  test("is judged like a table, Globals or not", () => {
    const template = `Transform: AWS::Serverless-2016-10-31
Globals:
  SimpleTable: { SSESpecification: { SSEEnabled: true } }
Resources:
  Orders:
    Type: AWS::Serverless::SimpleTable
`;
    expect(shown(RULE, template)).toEqual([`4:2-4:8 warning ${LOST}`]);
    expect(toldInBoth(RULE, template)).toEqual([`warning ${LOST}`]);
    expect(repaired(RULE, template)).toBe(`${template}    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n`);
  });
});

describe("repairs", () => {
  test("both policies in one edit, beside Properties", () => {
    expect(offered(RULE, table(""))).toEqual([`safe: ${FIX}`]);
    expect(repaired(RULE, table("", "      # keyed by id\n      TableClass: STANDARD # usual\n"))).toBe(
      `${table("", "      # keyed by id\n      TableClass: STANDARD # usual\n")}    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
`,
    );
  });

  test("what is there already stays", () => {
    expect(repaired(RULE, table("    UpdateReplacePolicy: Retain\n"))).toBe(
      `${table("    UpdateReplacePolicy: Retain\n")}    DeletionPolicy: Retain\n`,
    );
  });

  test.each(["orders", "!Sub '${AWS::StackName}-orders'"])(
    "a table named %s would be in the way of a second first deployment",
    (name) => {
      const template = table("", `      TableName: ${name}\n`);
      expect(offered(RULE, template)).toEqual([
        "safe: Keep the table when it leaves the stack (DeletionPolicy: RetainExceptOnCreate)",
      ]);
      expect(repaired(RULE, template)).toBe(
        `${template}    DeletionPolicy: RetainExceptOnCreate\n    UpdateReplacePolicy: Retain\n`,
      );
    },
  );

  test("flow YAML and JSON", () => {
    expect(repaired(RULE, "Resources: { Orders: { Type: AWS::DynamoDB::Table } }\n")).toBe(
      "Resources: { Orders: { Type: AWS::DynamoDB::Table, DeletionPolicy: Retain, UpdateReplacePolicy: Retain } }\n",
    );
    expect(
      repaired(RULE, '{\n  "Resources": {\n    "Orders": {\n      "Type": "AWS::DynamoDB::Table"\n    }\n  }\n}\n'),
    ).toBe(
      '{\n  "Resources": {\n    "Orders": {\n      "Type": "AWS::DynamoDB::Table",\n      "DeletionPolicy": "Retain",\n      "UpdateReplacePolicy": "Retain"\n    }\n  }\n}\n',
    );
  });

  test("a written Delete is overruled only by hand", () => {
    const template = table("    DeletionPolicy: Delete # test data\n    UpdateReplacePolicy: Delete\n");
    expect(offered(RULE, template)).toEqual([
      "caution: Keep the table when it leaves the stack (DeletionPolicy: Retain instead of Delete)",
    ]);
    expect(repaired(RULE, template)).toBe(
      table("    DeletionPolicy: Retain # test data\n    UpdateReplacePolicy: Retain\n"),
    );
    expect(fixedText(template)).toContain("DeletionPolicy: Delete # test data");
  });

  test("Snapshot could not be deployed, so replacing it breaks nothing", () => {
    expect(offered(RULE, table("    DeletionPolicy: Snapshot\n"))).toEqual([`safe: ${FIX}`]);
    expect(repaired(RULE, table("    DeletionPolicy: Snapshot\n    UpdateReplacePolicy: Retain\n"))).toBe(
      table("    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n"),
    );
  });

  test("a branch alone is changed, and named", () => {
    const template = `Transform: AWS::LanguageExtensions
${CONDITIONS}${table("    DeletionPolicy: !If [IsProd, RetainExceptOnCreate, Delete]\n    UpdateReplacePolicy: Retain\n")}`;
    expect(offered(RULE, template)).toEqual([
      "caution: Keep the table when it leaves the stack (DeletionPolicy: Retain instead of Delete) (where IsProd is false)",
    ]);
    expect(repaired(RULE, template)).toBe(template.replace(", Delete]", ", Retain]"));
  });

  test("the key is kept with its table, and the alias that names it", () => {
    const encrypted = (key: string) =>
      table(
        "    UpdateReplacePolicy: Retain\n",
        `      SSESpecification: { SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: ${key} }\n`,
      );
    const direct = `${encrypted("!GetAtt TableKey.Arn")}  TableKey:
    Type: AWS::KMS::Key
`;
    expect(offered(RULE, direct)).toEqual([
      "safe: Keep the table and its key when they leave the stack (DeletionPolicy: Retain)",
    ]);
    expect(repaired(RULE, direct)).toBe(`${encrypted("!GetAtt TableKey.Arn")}    DeletionPolicy: Retain
  TableKey:
    Type: AWS::KMS::Key
    DeletionPolicy: Retain
`);
    const named = `${encrypted("!Ref TableAlias")}  TableAlias:
    Type: AWS::KMS::Alias
    Properties: { AliasName: alias/orders, TargetKeyId: !Ref TableKey }
  TableKey:
    Type: AWS::KMS::Key
`;
    expect(repaired(RULE, named)).toBe(`${encrypted("!Ref TableAlias")}    DeletionPolicy: Retain
  TableAlias:
    Type: AWS::KMS::Alias
    Properties: { AliasName: alias/orders, TargetKeyId: !Ref TableKey }
    DeletionPolicy: RetainExceptOnCreate
  TableKey:
    Type: AWS::KMS::Key
    DeletionPolicy: Retain
`);
  });

  test("an UpdateReplacePolicy that is not known is left alone", () => {
    const template = `Transform: AWS::LanguageExtensions
Parameters:
  Policy: { Type: String }
${table("    UpdateReplacePolicy: !Ref Policy\n")}`;
    expect(repaired(RULE, template)).toBe(`${template}    DeletionPolicy: Retain\n`);
  });

  test.each([
    ["an alias", `Policy: &policy Delete\n${table("    DeletionPolicy: *policy\n")}`],
    ["a merge key", `Policy: &policy { DeletionPolicy: Delete }\n${table("    <<: *policy\n")}`],
    [
      "a resource that another one repeats",
      "Resources:\n  Invoices: &table\n    Type: AWS::DynamoDB::Table\n  Orders: *table\n",
    ],
    [
      "a loop",
      `Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::Tables:
    - Name
    - [Orders]
    - \${Name}: { Type: AWS::DynamoDB::Table }
`,
    ],
    ["the CDK", table("    Metadata: { aws:cdk:path: Stack/Orders/Resource }\n")],
  ])("none for what comes from %s", (_, template) => {
    expect(marked(RULE, template).length).toBeGreaterThan(0);
    expect(offered(RULE, template)).toEqual([]);
  });
});
