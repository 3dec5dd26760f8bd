import { defineRule } from "../../core/lint/rule.ts";
import { dayOf, isExpired } from "../../core/lint/suppression.ts";
import { placeInFile } from "../../core/model/view.ts";

export default defineRule({
  name: "expired-suppression",
  topic: "suppression",
  severity: "warning",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A suppression is past the date it was given, or its date cannot be read.",
    why: "`until` is a promise to come back. From the day after on the suppression no longer counts, and what it hid is reported again. A date that cannot be read ends a suppression at once, so that none lasts for ever by mistake.",
    how: "Mend the finding and remove the suppression, or decide anew and set a new date.",
    references: [],
    examples: [
      {
        title: "A date in the past",
        bad: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Metadata:
      ddblint:
        suppress:
          - rule: deletion-protection-disabled
            reason: load test
            until: "2001-01-31"
`,
        good: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Metadata:
      ddblint:
        suppress:
          - rule: deletion-protection-disabled
            reason: load test
            until: "2999-01-31"
`,
      },
    ],
  },
  controls: {},
  check({ template, suppressions, today }, report) {
    for (const suppression of suppressions) {
      const { rule, place, resource, until } = suppression;
      if (until === undefined || !isExpired(suppression, today)) continue;
      report(
        { ...placeInFile(template, place), ...(resource && { resource }) },
        {
          message:
            dayOf(until) === undefined
              ? `The suppression of "${rule}" does not count: "${until}" is no date such as 2026-12-31.`
              : `The suppression of "${rule}" ended on ${until}.`,
        },
      );
    }
  },
});
