import { describe, expect, test } from "vitest";
import { DEFAULT_CONFIGURATION } from "../../../core/lint/configuration.ts";
import { peerSuppressionsOf } from "../../../core/lint/peer-suppressions.ts";
import { sourceText } from "../../../core/syntax/source-text.ts";
import { readTemplate } from "../../../core/template/read.ts";
import { asJson } from "../../rules/as-json.ts";
import { lint } from "../../rules/harness.ts";
import { rule } from "./support.ts";

const RECOVERY = rule("recovery", () => {}, {
  controls: { checkov: ["CKV_1"], cfnNag: ["W1"], cdkNag: ["Solutions-1"], guard: ["RULE_1"], kics: ["a-b-c"] },
});
const KEY = rule("key", () => {}, { controls: { cfnNag: ["W1", "W2"] } });

const found = (text: string) =>
  peerSuppressionsOf(readTemplate("template.yaml", sourceText(text)), [RECOVERY, KEY]).map(
    ({ kind, rule: name, reason, resource, place }) =>
      `${kind} ${name} ${resource?.logicalId ?? "file"} "${text.slice(place.start, place.end)}": ${reason}`,
  );

const thing = (metadata: string) => `Resources:
  A:
    Type: AWS::Test::Thing
    Metadata: ${metadata}
  B: { Type: AWS::Test::Thing }
`;

describe("metadata of a resource", () => {
  test.each([
    [
      "cfn_nag, for each of our rules that names it",
      "{ cfn_nag: { rules_to_suppress: [{ id: W1, reason: rebuilt nightly }] } }",
      [
        'metadata recovery A "W1": suppressed as W1 of cfn_nag: rebuilt nightly',
        'metadata key A "W1": suppressed as W1 of cfn_nag: rebuilt nightly',
      ],
    ],
    ["a rule that nothing of ours answers", "{ cfn_nag: { rules_to_suppress: [{ id: W9, reason: x }] } }", []],
    [
      "checkov",
      "{ checkov: { skip: [{ id: CKV_1, comment: none needed }] } }",
      ['metadata recovery A "CKV_1": suppressed as CKV_1 of checkov: none needed'],
    ],
    [
      "cdk-nag, without a reason",
      "{ cdk_nag: { rules_to_suppress: [{ id: Solutions-1 }] } }",
      ['metadata recovery A "Solutions-1": suppressed as Solutions-1 of cdk-nag'],
    ],
    [
      "Guard: names, and names with reasons",
      "{ guard: { SuppressedRules: [RULE_1, RULE_2, { RULE_1: accepted }] } }",
      [
        'metadata recovery A "RULE_1": suppressed as RULE_1 of CloudFormation Guard',
        'metadata recovery A "RULE_1": suppressed as RULE_1 of CloudFormation Guard: accepted',
      ],
    ],
    ["half typed", "{ cfn_nag: { rules_to_suppress: } }", []],
    ["of a wrong kind", "{ cfn_nag: [W1], checkov: { skip: CKV_1 }, guard: { SuppressedRules: { RULE_1: x } } }", []],
  ])("%s", (_, metadata, expected) => {
    expect(found(thing(metadata))).toEqual(expected);
  });
});

describe("comments", () => {
  test("checkov's, inside the resource", () => {
    const text = `# checkov:skip=CKV_1:outside
Resources:
  A:
    # checkov:skip=CKV_1: rebuilt nightly
    Type: AWS::Test::Thing
    #checkov:skip=CKV_9:other
    Properties: {}
`;
    expect(found(text)).toEqual([
      'comment recovery A "# checkov:skip=CKV_1: rebuilt nightly": suppressed as CKV_1 of checkov: rebuilt nightly',
    ]);
  });

  test("of KICS, for the file", () => {
    expect(found("# kics-scan disable=x,a-b-c\nResources:\n  A: { Type: AWS::Test::Thing }\n")).toEqual([
      'comment recovery file "# kics-scan disable=x,a-b-c": suppressed as a-b-c of KICS',
    ]);
  });
});

describe("findings", () => {
  const table = `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Metadata:
      cfn_nag: { rules_to_suppress: [{ id: W78, reason: rebuilt nightly }, { id: F99, reason: none }] }
    Properties: { BillingMode: PAY_PER_REQUEST }
  Customers:
    Type: AWS::DynamoDB::Table
    Properties: { BillingMode: PAY_PER_REQUEST }
`;
  const recovery = (text: string, inlineSuppressions = true) =>
    lint(text, { ...DEFAULT_CONFIGURATION, inlineSuppressions })
      .findings.filter(({ rule: name }) => name === "point-in-time-recovery-disabled")
      .map(({ resource, suppressed }) => `${resource?.logicalId} ${suppressed?.reason ?? "counts"}`);

  test("are marked, in YAML and JSON, and those of other resources count", () => {
    const expected = ["Orders suppressed as W78 of cfn_nag: rebuilt nightly", "Customers counts"];
    expect(recovery(table)).toEqual(expected);
    expect(recovery(asJson(table))).toEqual(expected);
  });

  test("count where suppressions are switched off", () => {
    expect(recovery(table, false)).toEqual(["Orders counts", "Customers counts"]);
  });

  test("the other tool's suppressions are no business of ours otherwise: unused and unknown ones are not reported", () => {
    expect(lint(table).findings.filter(({ topic }) => topic === "suppression")).toEqual([]);
  });
});
