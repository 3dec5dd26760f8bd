import { defineRule } from "../../core/lint/rule.ts";
import { placeInFile } from "../../core/model/view.ts";

export default defineRule({
  name: "template-unreadable",
  topic: "file",
  severity: "error",
  confidence: "high",
  recommended: true,
  docs: {
    what: "The file looks like a template, but its YAML or JSON is broken.",
    why: "A broken text has no certain meaning, so nothing else is said about the file: what protects its tables cannot be told. A key that stands twice is only warned about; the last one counts.",
    how: "Mend the syntax at the place shown; the first error often causes the others.",
    references: ["https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html"],
    examples: [
      {
        title: "A key that stands twice",
        bad: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Type: AWS::DynamoDB::GlobalTable
`,
        good: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
`,
      },
      {
        title: "A tab as indentation",
        bad: "Resources:\n\tOrders:\n\t\tType: AWS::DynamoDB::Table\n",
        good: "Resources:\n  Orders:\n    Type: AWS::DynamoDB::Table\n",
      },
    ],
  },
  controls: {},
  check({ template }, report) {
    const { problems, root } = template.tree;
    const errors = problems.filter((problem) => problem.severity === "error");
    const [first] = errors;
    if (first) {
      // A reader may stumble twice over one place.
      const others = new Set(errors.map((error) => error.start)).size - 1;
      report(placeInFile(template, first), {
        message: `The file cannot be read: ${first.message}${others > 0 ? ` (and ${others} more)` : ""}.`,
      });
      return;
    }
    for (const problem of problems) {
      const { related } = problem;
      report(placeInFile(template, problem), {
        severity: "warning",
        message: `${problem.message.charAt(0).toUpperCase()}${problem.message.slice(1)}.`,
        related: related ? [{ message: related.message, template, place: related }] : [],
      });
    }
    const isEmpty = root?.kind === "scalar" && root.value === null;
    if (root && root.kind !== "map" && !isEmpty) {
      report(placeInFile(template, root), {
        message: "The file cannot be read as a template: at its top level a map of sections is expected.",
      });
    }
  },
});
