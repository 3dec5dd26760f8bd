import { describe, expect, test } from "vitest";
import { type Configuration, DEFAULT_CONFIGURATION } from "../../../core/lint/configuration.ts";
import { marked, STRICT, shown } from "../harness.ts";
import { told, toldInBoth } from "../told.ts";

const RULE = "unused-suppression";

const unused = (rule: string) => `info Nothing here is found by "${rule}": this suppression is not needed.`;

const table = (comment: string, properties = "") => `Resources:
  ${comment}
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
${properties}`;

describe("comments", () => {
  test("one that matches nothing: at the rule's name", () => {
    const template = table(
      "# ddblint-disable-next-line deletion-protection-disabled -- test data",
      "      DeletionProtectionEnabled: true\n",
    );
    expect(shown(RULE, template)).toEqual([`1:30-1:58 ${unused("deletion-protection-disabled")}`]);
  });

  test("one that matches", () => {
    expect(told(RULE, table("# ddblint-disable-next-line deletion-protection-disabled -- test data"))).toEqual([]);
  });

  test("only the superfluous names of several", () => {
    const template = table(
      "# ddblint-disable-next-line sse-kms-disabled, deletion-protection-disabled",
      "      DeletionProtectionEnabled: true\n",
    );
    expect(marked(RULE, template)).toEqual(["deletion-protection-disabled"]);
  });

  test("one that stands on another line than its finding", () => {
    const template = table(
      "# ddblint-disable-next-line deletion-protection-disabled",
      "      DeletionProtectionEnabled: false\n",
    );
    expect(told(RULE, template)).toEqual([unused("deletion-protection-disabled")]);
    expect(told("deletion-protection-disabled", template)).toHaveLength(1);
  });

  test("two for the same finding are both used", () => {
    const template = `# ddblint-disable-file sse-kms-disabled
${table("# ddblint-disable-next-line sse-kms-disabled")}`;
    expect(told(RULE, template)).toEqual([]);
  });
});

describe("metadata", () => {
  const withMetadata = (rule: string) => `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Metadata: { ddblint: { suppress: [{ rule: ${rule}, reason: x }] } }
    Properties: { DeletionProtectionEnabled: true }
`;

  test("of a resource", () => {
    expect(toldInBoth(RULE, withMetadata("deletion-protection-disabled"))).toEqual([
      unused("deletion-protection-disabled"),
    ]);
    expect(toldInBoth(RULE, withMetadata("sse-kms-disabled"))).toEqual([]);
  });

  test("of the template, where no resource has the finding", () => {
    const template = (rule: string) => `Metadata: { ddblint: { suppress: [{ rule: ${rule}, reason: x }] } }
${table("# one table")}`;
    expect(toldInBoth(RULE, template("dax-endpoint-not-tls"))).toEqual([unused("dax-endpoint-not-tls")]);
    expect(toldInBoth(RULE, template("sse-kms-disabled"))).toEqual([]);
  });
});

describe("is silent where nothing could be found", () => {
  test("the rule does not run", () => {
    const template = table("# ddblint-disable-next-line table-not-customer-managed-key");
    expect(told(RULE, template)).toEqual([]);
    // In the strict profile it runs, and is used.
    expect(told(RULE, template, STRICT)).toEqual([]);
    const off: Configuration = { ...DEFAULT_CONFIGURATION, rules: new Map([["dax-endpoint-not-tls", "off"]]) };
    expect(told(RULE, table("# ddblint-disable-next-line dax-endpoint-not-tls"), off)).toEqual([]);
    expect(told(RULE, table("# ddblint-disable-next-line dax-endpoint-not-tls"))).toHaveLength(1);
  });

  test("the rule does not exist: unknown-rule speaks", () => {
    expect(told(RULE, table("# ddblint-disable-next-line no-such-rule"))).toEqual([]);
  });

  test("the suppression has ended: expired-suppression speaks", () => {
    const template = `Metadata: { ddblint: { suppress: [{ rule: dax-endpoint-not-tls, until: "2026-01-31" }] } }
${table("# one table")}`;
    expect(told(RULE, template, { ...DEFAULT_CONFIGURATION, today: "2026-02-01" })).toEqual([]);
    expect(told(RULE, template, { ...DEFAULT_CONFIGURATION, today: "2026-01-31" })).toHaveLength(1);
  });

  test("suppressions are ignored", () => {
    const ignored: Configuration = { ...DEFAULT_CONFIGURATION, inlineSuppressions: false };
    expect(told(RULE, table("# ddblint-disable-next-line dax-endpoint-not-tls"), ignored)).toEqual([]);
  });
});

test("can itself be suppressed, and such a suppression is never called superfluous", () => {
  const template = `# ddblint-disable-file unused-suppression -- shared header
# ddblint-disable-file dax-endpoint-not-tls -- shared header
${table("# one table")}`;
  expect(told(RULE, template)).toEqual([]);
  expect(told(RULE, `# ddblint-disable-file unused-suppression\n${table("# one table")}`)).toEqual([]);
});
