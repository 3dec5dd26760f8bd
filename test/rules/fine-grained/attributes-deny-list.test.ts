import { describe, expect, test } from "vitest";
import { offered, shown } from "../harness.ts";
import { allow, deny, inline, LAMBDA, managedPolicy, roleOf, TABLE } from "../identity/policies.ts";
import { relatedTo, toldInBoth, untold } from "../told.ts";
import { ARN, INDEX, inFunction, inReplica, inTable, policy } from "./attributes.ts";

const RULE = "attributes-deny-list";

const SECRETS = '"ForAllValues:StringNotEquals": { "dynamodb:Attributes": [ssn, card] }';
const listed = (actions: string) =>
  `warning The list of dynamodb:Attributes in "Own" says what ${actions} may not name: every other attribute is open, also one that is added later.`;

describe("an Allow of whatever is not on the list", () => {
  test("stands at the key of the condition", () => {
    expect(shown(RULE, policy("dynamodb:GetItem", SECRETS))).toEqual([`10:59-10:80 ${listed("GetItem")}`]);
    expect(offered(RULE, policy("dynamodb:GetItem", SECRETS))).toEqual([]);
  });

  test.each([
    ['"ForAllValues:StringNotLike": { "dynamodb:Attributes": "secret_*" }'],
    ['"ForAllValues:StringNotEqualsIgnoreCase": { "dynamodb:Attributes": ssn }'],
    ['StringNotEquals: { "DYNAMODB:attributes": ssn }'],
    ['"ForAnyValue:StringNotEquals": { "dynamodb:Attributes": ssn }'],
    [`"ForAllValues:StringLike": { "dynamodb:Attributes": "*" }, ${SECRETS}`],
    [`${SECRETS}, StringEqualsIfExists: { "dynamodb:Select": SPECIFIC_ATTRIBUTES }`],
  ])("%s", (condition) => {
    expect(toldInBoth(RULE, policy("dynamodb:Query", condition))).toEqual([listed("Query")]);
  });

  test.each([
    ['"ForAllValues:StringEquals": { "dynamodb:Attributes": [id] }'],
    ['"ForAllValues:StringNotEquals": { "dynamodb:LeadingKeys": [a] }'],
    ['"Null": { "dynamodb:Attributes": "false" }'],
  ])("not %s", (condition) => {
    expect(toldInBoth(RULE, policy("dynamodb:Query", condition))).toEqual([]);
  });

  test.each([
    ["dynamodb:UpdateItem", []],
    ["[dynamodb:UpdateItem, dynamodb:PartiQLUpdate]", []],
    ["dynamodb:DescribeTable", []],
    ["[dynamodb:UpdateItem, dynamodb:GetItem]", [listed("GetItem")]],
    ["dynamodb:PutItem", [listed("PutItem")]],
    ['"dynamodb:*Item"', [listed("BatchGetItem, BatchWriteItem, ConditionCheckItem, DeleteItem and 2 more")]],
  ])("of updates alone it holds: %s", (action, expected) => {
    expect(toldInBoth(RULE, policy(action, SECRETS))).toEqual(expected);
  });

  test("in tables, replicas and SAM functions", () => {
    expect(toldInBoth(RULE, inTable("dynamodb:Query", SECRETS))).toEqual([listed("Query")]);
    expect(toldInBoth(RULE, inReplica("dynamodb:Query", SECRETS))).toEqual([listed("Query")]);
    expect(toldInBoth(RULE, inFunction("dynamodb:Query", SECRETS))).toEqual([listed("Query")]);
  });

  test("in a branch", () => {
    const template = `Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
${policy("dynamodb:Query", `!If [IsProd, { ${SECRETS} }, { Bool: { aws:SecureTransport: true } }]`).replace(/Condition: \{ (.*) \}/, "Condition: $1")}`;
    expect(toldInBoth(RULE, template)).toEqual([listed("Query").replace("warning ", "warning When IsProd is true: ")]);
  });
});

describe("a Deny of attributes", () => {
  const when = (condition: string) => `            Condition: { ${condition} }\n`;
  const NAMED = '"ForAnyValue:StringEquals": { "dynamodb:Attributes": [ssn, card] }';
  const NOT_SPECIFIC = 'StringNotEqualsIfExists: { "dynamodb:Select": SPECIFIC_ATTRIBUTES }';
  const denied = (action: string, condition = NAMED, resource = ARN) =>
    deny(action, resource, `${when(condition)}            Sid: Own\n`);
  const escaped = (actions: string) =>
    `warning The Deny in "Own" stops ${actions} only where a request names the attributes: a read without a projection names none, and returns them. Deny reads whose dynamodb:Select is not SPECIFIC_ATTRIBUTES, too.`;
  const READS = "[dynamodb:GetItem, dynamodb:Query]";

  test("stands at the key of the condition", () => {
    expect(shown(RULE, managedPolicy(denied("dynamodb:GetItem")))).toEqual([`10:55-10:76 ${escaped("GetItem")}`]);
  });

  test.each([
    ['"ForAnyValue:StringLike": { "dynamodb:Attributes": "secret_*" }'],
    ['StringEquals: { "dynamodb:Attributes": ssn }'],
    ['"ForAnyValue:StringNotEquals": { "dynamodb:Attributes": [id, name] }'],
  ])("%s", (condition) => {
    expect(toldInBoth(RULE, managedPolicy(denied(READS, condition)))).toEqual([escaped("GetItem and Query")]);
  });

  test.each([
    ['StringEqualsIfExists: { "dynamodb:Attributes": ssn }'],
    ['StringNotEquals: { "dynamodb:Attributes": id }'],
    ['"ForAllValues:StringEquals": { "dynamodb:Attributes": ssn }'],
  ])("not %s, which is true where nothing is named", (condition) => {
    expect(toldInBoth(RULE, managedPolicy(denied(READS, condition)))).toEqual([]);
  });

  test("of writes it holds: they name what they change", () => {
    expect(toldInBoth(RULE, managedPolicy(denied("[dynamodb:PutItem, dynamodb:UpdateItem]")))).toEqual([]);
    expect(toldInBoth(RULE, managedPolicy(denied('"dynamodb:*"', NAMED, INDEX)))).toEqual([
      escaped("PartiQLSelect, Query and Scan"),
    ]);
  });

  describe("with a Deny of other values of dynamodb:Select", () => {
    const both = (second: string) => managedPolicy(denied(READS) + second);

    test.each([
      ["of the same", deny(READS, ARN, when(NOT_SPECIFIC))],
      ["of more", deny('"dynamodb:*"', '"*"', when(NOT_SPECIFIC))],
      ["without IfExists", deny(READS, ARN, when('StringNotEquals: { "dynamodb:Select": SPECIFIC_ATTRIBUTES }'))],
      ["by its value", deny(READS, ARN, when('StringEquals: { "dynamodb:Select": ALL_ATTRIBUTES }'))],
    ])("%s", (_, second) => {
      expect(toldInBoth(RULE, both(second))).toEqual([]);
    });

    test.each([
      ["of one of them", deny("dynamodb:Query", ARN, when(NOT_SPECIFIC)), "GetItem"],
      ["on another table", deny(READS, `${ARN}-2`, when(NOT_SPECIFIC)), "GetItem and Query"],
      ["of another value", deny(READS, ARN, when('StringEquals: { "dynamodb:Select": COUNT }')), "GetItem and Query"],
    ])("not %s", (_, second, actions) => {
      expect(toldInBoth(RULE, both(second))).toEqual([escaped(actions)]);
    });

    test("whose value is not known cannot be told", () => {
      const unknown = deny(READS, ARN, when('StringNotEquals: { "dynamodb:Select": !Ref P }'));
      const template = `Parameters:\n  P: { Type: String }\n${both(unknown)}`;
      expect(toldInBoth(RULE, template)).toEqual([]);
      expect(untold(RULE, template)).toEqual(["12:55 it is not known which values of dynamodb:Select are denied"]);
    });
  });

  describe("with an Allow that requires dynamodb:Select", () => {
    const ONLY_NAMED = 'StringEquals: { "dynamodb:Select": SPECIFIC_ATTRIBUTES }';

    test("of all that is allowed", () => {
      expect(toldInBoth(RULE, managedPolicy(denied(READS) + allow(READS, ARN, when(ONLY_NAMED))))).toEqual([]);
      expect(toldInBoth(RULE, managedPolicy(denied(READS) + allow("dynamodb:GetItem", ARN, when(ONLY_NAMED))))).toEqual(
        [escaped("Query")],
      );
      expect(
        toldInBoth(RULE, managedPolicy(denied(READS) + allow(READS, ARN, when(ONLY_NAMED)) + allow(READS, '"*"'))),
      ).toEqual([escaped("GetItem and Query")]);
    });

    test("another table's Allow says nothing of this one", () => {
      const other = allow(READS, `${ARN}-2`);
      expect(toldInBoth(RULE, managedPolicy(denied(READS) + allow(READS, ARN, when(ONLY_NAMED)) + other))).toEqual([]);
    });

    test("in another policy of the same role", () => {
      const guard = `  Guard:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      Roles: [!Ref AppRole]
      PolicyDocument:
        Statement:
${denied(READS)}`;
      const role = (condition: string) => `Resources:\n${roleOf(LAMBDA, inline(allow(READS, ARN, condition)))}${guard}`;
      expect(toldInBoth(RULE, role(when(ONLY_NAMED)))).toEqual([]);
      expect(toldInBoth(RULE, role(""))).toEqual([escaped("GetItem and Query")]);
      expect(relatedTo(RULE, role(""))).toEqual(['1:2-1:9 Role "AppRole" has this policy']);
    });
  });

  test("in a table's policy", () => {
    const statement = (more: string) =>
      inTable("dynamodb:GetItem", NAMED, '"*"', more).replace("Effect: Allow", "Effect: Deny");
    const select = `            - { Effect: Deny, Principal: "*", Action: "dynamodb:*", Resource: "*", Condition: { ${NOT_SPECIFIC} } }\n`;
    expect(toldInBoth(RULE, statement(""))).toEqual([escaped("GetItem")]);
    expect(toldInBoth(RULE, statement(select))).toEqual([]);
  });

  test("the table is pointed at", () => {
    expect(relatedTo(RULE, managedPolicy(denied(READS, NAMED, "!GetAtt Orders.Arn"), TABLE))).toEqual([
      '12:2-12:8 it opens table "Orders"',
    ]);
  });
});
