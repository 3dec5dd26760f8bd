import { describe, expect, test } from "vitest";
import { DEFAULT_CONFIGURATION } from "../../../core/lint/configuration.ts";
import { marked, shown } from "../harness.ts";
import { told, toldInBoth } from "../told.ts";

const RULE = "expired-suppression";
const on = (today: string) => ({ ...DEFAULT_CONFIGURATION, today });

const table = (until: string) => `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Metadata:
      ddblint:
        suppress:
          - rule: deletion-protection-disabled
            reason: load test
            until: ${until}
`;

const ENDED = `warning The suppression of "deletion-protection-disabled" ended on 2026-03-31.`;

describe("the date", () => {
  test("counts to its end, and what was hidden comes back", () => {
    expect(toldInBoth(RULE, table("2026-03-31"), on("2026-03-31"))).toEqual([]);
    expect(told("deletion-protection-disabled", table("2026-03-31"), on("2026-03-31"))).toEqual([]);
    expect(shown(RULE, table("2026-03-31"), on("2026-04-01"))).toEqual([`6:18-6:46 ${ENDED}`]);
    expect(toldInBoth(RULE, table('"2026-03-31"'), on("2026-04-01"))).toEqual([ENDED]);
    expect(told("deletion-protection-disabled", table("2026-03-31"), on("2026-04-01"))).toHaveLength(1);
  });

  test("with a time counts as its day", () => {
    expect(toldInBoth(RULE, table("2026-03-31T08:00:00Z"), on("2026-03-31"))).toEqual([]);
    expect(toldInBoth(RULE, table("2026-03-31T08:00:00Z"), on("2026-04-01"))).toEqual([
      `warning The suppression of "deletion-protection-disabled" ended on 2026-03-31T08:00:00Z.`,
    ]);
  });

  test("is nothing to compare where no day is known", () => {
    expect(toldInBoth(RULE, table("2026-03-31"))).toEqual([]);
    expect(told("deletion-protection-disabled", table("2026-03-31"))).toEqual([]);
  });

  test.each(["31.03.2026", "2026-13-01", "2026-02-30", "next spring", "20260331", "2026-3-1"])(
    "%s is none: the suppression does not count, so that it does not last for ever",
    (until) => {
      const message = `warning The suppression of "deletion-protection-disabled" does not count: "${until}" is no date such as 2026-12-31.`;
      expect(toldInBoth(RULE, table(until), on("2026-01-01"))).toEqual([message]);
      expect(toldInBoth(RULE, table(until))).toEqual([message]);
      expect(told("deletion-protection-disabled", table(until))).toHaveLength(1);
    },
  );

  test.each(["", "null"])("%j is not written yet", (until) => {
    expect(toldInBoth(RULE, table(until), on("2026-01-01"))).toEqual([]);
    expect(told("deletion-protection-disabled", table(until), on("2026-01-01"))).toEqual([]);
  });
});

test("of the template's own metadata", () => {
  const template = `Metadata:
  ddblint:
    suppress: [{ rule: sse-kms-disabled, reason: x, until: 2026-03-31 }]
Resources: {}
`;
  expect(marked(RULE, template, on("2026-06-01"))).toEqual(["sse-kms-disabled"]);
});

test("of a suppression that no longer hides anything", () => {
  const template = table("2026-03-31").replace(
    "    Metadata",
    "    Properties: { DeletionProtectionEnabled: true }\n    Metadata",
  );
  expect(toldInBoth(RULE, template, on("2026-06-01"))).toEqual([ENDED]);
});
