import { describe, expect, test } from "vitest";
import { asJson } from "../as-json.ts";
import { offered, repaired, shown } from "../harness.ts";
import { told, toldInBoth, toldWith, untold } from "../told.ts";
import { globalWith, streamWith, tableWith, withParameters } from "./policies.ts";

const RULE = "resource-policy-has-no-effect";
const NAMED = "      TableName: orders\n";

const statement = (resource: string, effect = "Deny") =>
  `{ Sid: Read, Effect: ${effect}, Principal: "*", Action: "dynamodb:*", Resource: ${resource} }`;
const never = (named: string, what = '"Orders"') =>
  `error Statement "Read" names ${named}, which is not ${what}: it never applies, so it denies nothing.`;
const arn = (rest: string) => `arn:aws:dynamodb:eu-west-1:111122223333:${rest}`;
const ANY_OTHER = "  Invoices: { Type: AWS::DynamoDB::Table, Properties: { BillingMode: PAY_PER_REQUEST } }\n";

/** In a stack whose region and account are known. */
const inStack = (template: string) => toldWith(RULE, template, { region: "eu-west-1", account: "111122223333" });

test("a statement without a Sid is counted", () => {
  const nameless = statement(arn("table/invoices")).replace("Sid: Read, ", "");
  expect(inStack(tableWith([nameless], NAMED))).toEqual([
    never(arn("table/invoices")).replace('Statement "Read"', "Statement 1"),
  ]);
});

describe("in the policy of a table", () => {
  test.each([
    ['"*"'],
    [arn("table/orders")],
    [arn("table/orders/index/*")],
    [arn("table/orders/index/by-date")],
    [arn("table/*")],
    [`"arn:aws:dynamodb:*:*:table/ord*"`],
    ["!Sub 'arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/orders'"],
    ["!GetAtt Orders.Arn"],
    ["!Sub '${Orders.Arn}/index/*'"],
    [`[${arn("table/invoices")}, ${arn("table/orders")}]`],
    ["arn:aws-cn:dynamodb:eu-west-1:111122223333:table/orders"],
  ])("%s is the table", (resource) => {
    expect(inStack(tableWith([statement(resource)], NAMED))).toEqual([]);
  });

  test.each([
    [arn("table/invoices"), arn("table/invoices")],
    [arn("table/Orders"), arn("table/Orders")],
    [arn("table/invoices/index/*"), arn("table/invoices/index/*")],
    [arn("table/orders/stream/*"), arn("table/orders/stream/*")],
    [arn("table/orders/backup/*"), arn("table/orders/backup/*")],
    ["arn:aws:dynamodb:eu-west-1:444455556666:table/orders", "arn:aws:dynamodb:eu-west-1:444455556666:table/orders"],
    ["arn:aws:dynamodb:us-east-1:111122223333:table/orders", "arn:aws:dynamodb:us-east-1:111122223333:table/orders"],
    ["arn:aws:s3:::orders", "arn:aws:s3:::orders"],
    ["orders", "orders"],
    [
      "!Sub 'arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/invoices'",
      "arn:${AWS::Partition}:dynamodb:eu-west-1:111122223333:table/invoices",
    ],
    ["!GetAtt Invoices.Arn", "${Invoices.Arn}"],
    ["!Sub '${Invoices.Arn}/index/*'", "${Invoices.Arn}/index/*"],
  ])("%s is not", (resource, named) => {
    expect(inStack(tableWith([statement(resource)], NAMED, ANY_OTHER))).toEqual([never(named)]);
  });

  test("several that are not", () => {
    expect(inStack(tableWith([statement(`[${arn("table/a")}, ${arn("table/b")}]`)], NAMED))).toEqual([
      `error Statement "Read" names ${arn("table/a")} and 1 more, which are not "Orders": it never applies, so it denies nothing.`,
    ]);
  });

  test("an Allow is a warning", () => {
    const template = tableWith([statement(arn("table/invoices"), "Allow")], NAMED);
    expect(toldInBoth(RULE, template)).toEqual([
      `warning Statement "Read" names ${arn("table/invoices")}, which is not "Orders": it never applies, so it grants nothing.`,
    ]);
  });

  test("at the first resource", () => {
    const template = tableWith([statement(`[${arn("table/a")}]`)], NAMED);
    expect(shown(RULE, template)).toEqual([`10:90-10:137 ${never(arn("table/a"))}`]);
  });

  test("another table of the template, whatever the names are", () => {
    expect(told(RULE, tableWith([statement("!GetAtt Invoices.Arn")], "", ANY_OTHER))).toEqual([
      never("${Invoices.Arn}"),
    ]);
    const named = ANY_OTHER.replace("BillingMode", "TableName: invoices, BillingMode");
    expect(told(RULE, tableWith([statement("!GetAtt Invoices.Arn")], "", named))).toEqual([never("${Invoices.Arn}")]);
    expect(told(RULE, tableWith([statement(`"arn:aws:dynamodb:*:*:table/invoices"`)], "", named))).toEqual([
      never("arn:aws:dynamodb:*:*:table/invoices"),
    ]);
  });

  test("what deployment decides", () => {
    const reason = "whether it is this table is known only at deployment";
    const of = (resource: string, properties = "") => {
      const template = withParameters("P: { Type: String }", tableWith([statement(resource)], properties));
      expect(told(RULE, template)).toEqual([]);
      return untold(RULE, template).map((line) => line.replace(/^\S+ /, ""));
    };
    // The name is made up at deployment; the region and account are not known.
    expect(of(arn("table/orders"))).toEqual([reason]);
    expect(of(arn("table/orders"), NAMED)).toEqual([reason]);
    expect(of("!Ref P", NAMED)).toEqual([reason]);
    expect(of("!Sub 'arn:aws:dynamodb:*:*:table/${P}'", NAMED)).toEqual([reason]);
    expect(of('"arn:aws:dynamodb:*:*:table/orders"', "      TableName: !Ref P\n")).toEqual([reason]);
    expect(of('"*"')).toEqual([]);
    expect(of("!GetAtt Orders.Arn", NAMED)).toEqual([]);
    expect(of("!Sub '${Orders.Arn}/index/*'")).toEqual([]);
  });

  test("in one branch", () => {
    const template = `Conditions: { A: !Equals [!Ref AWS::Region, a] }\n${tableWith(
      [statement(`!If [A, "*", "arn:aws:dynamodb:*:*:table/invoices"]`)],
      NAMED,
    )}`;
    expect(toldInBoth(RULE, template)).toEqual([
      never("arn:aws:dynamodb:*:*:table/invoices").replace("error ", "error When A is false: "),
    ]);
  });

  test.each([
    [statement("[]")],
    ["{ Effect: Deny }"],
    ["{ Effect: Deny, Resource: { a: b } }"],
    [statement(arn("table/invoices")).replace("Resource", "NotResource")],
  ])("half typed, or an exception: %s", (text) => {
    expect(told(RULE, tableWith([text], NAMED))).toEqual([]);
  });
});

describe("in the policy of a stream", () => {
  test.each([
    ['"*"'],
    [arn("table/orders/stream/2026-01-01T00:00:00.000")],
    [arn("table/orders/stream/*")],
    [arn("table/*")],
  ])("%s is the stream", (resource) => {
    expect(inStack(streamWith([statement(resource)], NAMED))).toEqual([]);
  });

  test.each([
    [arn("table/orders"), arn("table/orders")],
    [arn("table/orders/index/*"), arn("table/orders/index/*")],
    [arn("table/invoices/stream/*"), arn("table/invoices/stream/*")],
    ["!GetAtt Orders.Arn", "${Orders.Arn}"],
  ])("%s is not", (resource, named) => {
    expect(inStack(streamWith([statement(resource)], NAMED))).toEqual([never(named, 'the stream of "Orders"')]);
  });

  test("and the stream in the policy of the table is not either", () => {
    expect(told(RULE, tableWith([statement("!GetAtt Orders.StreamArn")], NAMED))).toEqual([
      never("${Orders.StreamArn}"),
    ]);
    expect(told(RULE, streamWith([statement("!GetAtt Orders.StreamArn")], NAMED))).toEqual([]);
  });
});

describe("in the policy of a replica", () => {
  const of = (resource: string) => told(RULE, globalWith([statement(resource)], NAMED));

  test("its own region counts", () => {
    expect(of("arn:aws:dynamodb:eu-west-1:*:table/orders")).toEqual([]);
    expect(of("arn:aws:dynamodb:us-east-1:*:table/orders")).toEqual([
      never("arn:aws:dynamodb:us-east-1:*:table/orders", 'replica eu-west-1 of "Orders"'),
    ]);
    expect(told(RULE, globalWith([statement("arn:aws:dynamodb:us-east-1:*:table/*")], NAMED, "stream"))).toEqual([
      never("arn:aws:dynamodb:us-east-1:*:table/*", 'the stream of replica eu-west-1 of "Orders"'),
    ]);
  });

  test("of the stack's region", () => {
    const template = globalWith([statement("arn:aws:dynamodb:us-east-1:*:table/orders")], NAMED).replace(
      "eu-west-1",
      "!Ref AWS::Region",
    );
    expect(told(RULE, template)).toEqual([]);
    expect(inStack(template)).toEqual([
      never("arn:aws:dynamodb:us-east-1:*:table/orders", 'replica eu-west-1 of "Orders"'),
    ]);
  });
});

describe("the fix", () => {
  const tls = (resource: string, effect?: string) =>
    statement(resource, effect).replace(" }", ', Condition: { Bool: { aws:SecureTransport: "false" } } }');

  test("names everything the policy is attached to", () => {
    const template = tableWith([tls(`[${arn("table/a")}, ${arn("table/b")}]`)], NAMED);
    expect(offered(RULE, template)).toEqual([
      "caution: Let it apply to this table and its indexes (stops what the statement says)",
    ]);
    expect(repaired(RULE, template)).toBe(tableWith([tls('"*"')], NAMED));
    const stream = streamWith([statement(arn("table/a"), "Allow")], NAMED);
    const named = stream.replace('Principal: "*"', "Principal: { AWS: !Ref AWS::AccountId }");
    expect(offered(RULE, named)).toEqual(["caution: Let it apply to this stream (grants what the statement says)"]);
  });

  test("in JSON, and not in the CDK's output", () => {
    const json = asJson(tableWith([tls(arn("table/a"))], NAMED));
    expect(repaired(RULE, json)).toBe(json.replace(`"${arn("table/a")}"`, '"*"'));
    const cdk = json.replace(
      '"Type": "AWS::DynamoDB::Table",',
      '"Type": "AWS::DynamoDB::Table", "Metadata": { "aws:cdk:path": "Stack/Orders/Resource" },',
    );
    expect(told(RULE, cdk)).toHaveLength(1);
    expect(offered(RULE, cdk)).toEqual([]);
  });
});
