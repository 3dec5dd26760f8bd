import { defineRule } from "../../core/lint/rule.ts";
import { isExpired } from "../../core/lint/suppression.ts";
import { placeInFile } from "../../core/model/view.ts";

export default defineRule({
  name: "unused-suppression",
  topic: "suppression",
  severity: "info",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A suppression matches no finding.",
    why: "The finding was mended or moved. Left behind, the suppression would silently hide the next one.",
    how: "Remove it.",
    references: [],
    examples: [
      {
        title: "A suppression that outlived its finding",
        bad: `Resources:
  # ddblint-disable-next-line deletion-protection-disabled -- test data
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      DeletionProtectionEnabled: true
`,
        good: `Resources:
  # ddblint-disable-next-line deletion-protection-disabled -- test data
  Orders:
    Type: AWS::DynamoDB::Table
`,
      },
    ],
  },
  controls: {},
  check({ template, suppressions, runs, today }, report) {
    for (const suppression of suppressions) {
      const { rule, place, resource } = suppression;
      // A rule that did not run had no chance to be suppressed.
      if (suppression.used || !runs(rule) || isExpired(suppression, today)) continue;
      // It would have to be used by its own finding.
      if (rule === "unused-suppression") continue;
      report(
        { ...placeInFile(template, place), ...(resource && { resource }) },
        { message: `Nothing here is found by "${rule}": this suppression is not needed.` },
      );
    }
  },
});
