import { describe, expect, test } from "vitest";
import { describePath } from "../../../core/evaluate/path.ts";
import { readPolicy } from "../../../core/iam/statements.ts";
import { withheldActions } from "../../../core/iam/withheld.ts";
import { only, projectOf, propertyOf, templateOf } from "../model/support.ts";

/** `branch: actions` for the statements of a key policy. */
function withheld(statements: string, names: string[], counts = () => true): string[] {
  const template = templateOf(
    projectOf(`Conditions:
  P: !Equals [!Ref AWS::Region, a]
Resources:
  K:
    Type: AWS::KMS::Key
    Properties: { KeyPolicy: { Statement: ${statements} } }
`),
  );
  const document = only(propertyOf(template, "K", "KeyPolicy"));
  return withheldActions(template, document.when, readPolicy(document).statements, names, counts).map(
    (each) => `${describePath(each.when) ?? "always"}: ${each.names.join(" ")}`,
  );
}

const allow = (action: string) => `{ Effect: Allow, Principal: "*", Action: ${action} }`;
const deny = (action: string, more = 'Principal: "*"') => `{ Effect: Deny, Action: ${action}, ${more} }`;
const NAMES = ["kms:Decrypt", "kms:PutKeyPolicy"];

describe("actions that nobody is allowed", () => {
  test.each([
    [`[${allow("kms:Decrypt")}]`, ["always: kms:PutKeyPolicy"]],
    [`[${allow("kms:Decrypt")}, ${allow('"KMS:put*"')}]`, []],
    [`[${allow('"*"')}]`, []],
    [`[${allow('"dynamodb:*"')}]`, ["always: kms:Decrypt kms:PutKeyPolicy"]],
    ["[{ Effect: Allow, NotAction: kms:Put* }]", ["always: kms:PutKeyPolicy"]],
    ["[{ Effect: Allow, NotAction: !ImportValue x }]", []],
    [`[${allow("!ImportValue x")}]`, []],
    [`[!If [P, ${allow('"kms:*"')}, !Ref AWS::NoValue]]`, ["P is false: kms:Decrypt kms:PutKeyPolicy"]],
    [`[!If [P, ${allow('"kms:*"')}, ${allow("kms:Decrypt")}]]`, ["P is false: kms:PutKeyPolicy"]],
  ])("%s", (statements, expected) => {
    expect(withheld(statements, NAMES)).toEqual(expected);
  });

  test.each([
    [deny("kms:Decrypt"), ["always: kms:Decrypt"]],
    [deny("kms:Decrypt", 'Principal: { AWS: "*" }'), ["always: kms:Decrypt"]],
    [deny("kms:Decrypt", "Principal: { AWS: '111122223333' }"), []],
    [deny("kms:Decrypt", 'Principal: { Service: "*" }'), []],
    [deny("kms:Decrypt", 'Principal: "*", Condition: { Bool: { a: b } }'), []],
    [deny("kms:Decrypt", 'Principal: "*", Condition: !ImportValue c'), []],
    [deny("!ImportValue x"), []],
    [`!If [P, ${deny("kms:Decrypt")}, !Ref AWS::NoValue]`, ["P is true: kms:Decrypt"]],
  ])("or that are denied: %s", (statement, expected) => {
    expect(withheld(`[${allow('"kms:*"')}, ${statement}]`, NAMES)).toEqual(expected);
  });

  test("statements that do not count", () => {
    expect(withheld(`[${allow('"kms:*"')}]`, ["kms:Decrypt"], () => false)).toEqual(["always: kms:Decrypt"]);
  });
});
