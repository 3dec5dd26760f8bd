import { describe, expect, test } from "vitest";
import { marked, shown } from "../harness.ts";
import { told, toldInBoth } from "../told.ts";

const RULE = "unknown-rule";

describe("comments", () => {
  const commented = (comment: string) => `Resources:
  ${comment}
  Orders:
    Type: AWS::DynamoDB::Table
`;

  test("a misspelt name: at the name, with what was meant", () => {
    const template = commented("# ddblint-disable-next-line point-in-time-recovery-disable -- rebuilt nightly");
    expect(shown(RULE, template)).toEqual([
      `1:30-1:60 warning There is no rule "point-in-time-recovery-disable"; did you mean "point-in-time-recovery-disabled"?`,
    ]);
    expect(marked(RULE, template)).toEqual(["point-in-time-recovery-disable"]);
  });

  test("a name like no other gets no suggestion", () => {
    expect(told(RULE, commented("# ddblint-disable-next-line CKV_AWS_28"))).toEqual([
      `warning There is no rule "CKV_AWS_28".`,
    ]);
  });

  test("no name: at the comment", () => {
    for (const comment of ["# ddblint-disable-next-line", "# ddblint-disable-next-line -- later"]) {
      expect(told(RULE, commented(comment))).toEqual(["warning This suppression names no rule, so it does nothing."]);
    }
    expect(marked(RULE, commented("# ddblint-disable-file -- all"))).toEqual(["# ddblint-disable-file"]);
  });

  test("only the wrong names of several", () => {
    const template = commented(
      "# ddblint-disable-next-line sse-kms-disabled, sse-kms-enabled, deletion-protection -- x",
    );
    expect(marked(RULE, template)).toEqual(["sse-kms-enabled", "deletion-protection"]);
  });

  test("all kinds of comments are looked at, once per name", () => {
    const template = `# ddblint-disable-file one
# ddblint-disable two
Resources: {} # ddblint-disable-line three
# ddblint-enable two
`;
    expect(marked(RULE, template)).toEqual(["one", "two", "three"]);
  });

  test("right names, of rules that are off as well", () => {
    expect(
      told(RULE, commented("# ddblint-disable-next-line sse-kms-disabled, table-not-customer-managed-key")),
    ).toEqual([]);
  });
});

describe("metadata", () => {
  const withMetadata = (entries: string) => `Metadata:
  ddblint: { suppress: ${entries} }
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Metadata:
      ddblint: { suppress: ${entries} }
`;

  test("of the template and of a resource", () => {
    const template = withMetadata("[{ rule: sse-kms-disable, reason: x }]");
    const message = `warning There is no rule "sse-kms-disable"; did you mean "sse-kms-disabled"?`;
    expect(shown(RULE, template)).toEqual([`1:32-1:47 ${message}`, `6:36-6:51 ${message}`]);
    expect(toldInBoth(RULE, template)).toEqual([message, message]);
  });

  test("an entry without a rule", () => {
    const template = withMetadata("[{ reason: because }]");
    expect(marked(RULE, template)).toEqual(["{ reason: because }", "{ reason: because }"]);
    expect(toldInBoth(RULE, template)).toEqual([
      "warning This suppression names no rule, so it does nothing.",
      "warning This suppression names no rule, so it does nothing.",
    ]);
  });
});

test("can itself be suppressed, for the names of rules that are yet to come", () => {
  const template = `# ddblint-disable-file unknown-rule -- a newer version knows it
# ddblint-disable-file rule-of-tomorrow
Resources: {}
`;
  expect(told(RULE, template)).toEqual([]);
  expect(told("unused-suppression", template)).toEqual([]);
});
