import { defineRule } from "../../core/lint/rule.ts";
import { closest } from "../../core/lint/suggest.ts";
import { placeInFile } from "../../core/model/view.ts";

export default defineRule({
  name: "unknown-rule",
  topic: "suppression",
  severity: "warning",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A suppression names a rule that does not exist, or none.",
    why: "Such a suppression does nothing: the finding it was meant for is still there, or the rule was renamed and nobody noticed.",
    how: "Correct the name; `ddblint rules` lists them all.",
    references: [],
    examples: [
      {
        title: "A misspelt rule",
        bad: `Resources:
  # ddblint-disable-next-line point-in-time-recovery-disable -- rebuilt nightly
  Orders:
    Type: AWS::DynamoDB::Table
`,
        good: `Resources:
  # ddblint-disable-next-line point-in-time-recovery-disabled -- rebuilt nightly
  Orders:
    Type: AWS::DynamoDB::Table
`,
      },
    ],
  },
  controls: {},
  check({ template, suppressions, ruleNames }, report) {
    for (const { rule, place, resource } of suppressions) {
      if (ruleNames.has(rule)) continue;
      const suggestion = closest(rule, [...ruleNames]);
      report(
        { ...placeInFile(template, place), ...(resource && { resource }) },
        {
          message:
            rule === ""
              ? "This suppression names no rule, so it does nothing."
              : `There is no rule "${rule}"${suggestion ? `; did you mean "${suggestion}"?` : "."}`,
        },
      );
    }
  },
});
