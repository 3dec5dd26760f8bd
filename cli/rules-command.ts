import { docsUrl } from "../core/lint/docs-url.ts";
import type { Controls, Rule } from "../core/lint/rule.ts";
import { didYouMean } from "../core/lint/suggest.ts";
import { Failure } from "./failure.ts";
import type { Style } from "./terminal.ts";

const COLOURS = { error: "red", warning: "yellow", info: "cyan" } as const;

/** Whose names `Rule.controls` holds. */
const CONTROL_SETS: { readonly [set in keyof Required<Controls>]: string } = {
  securityHub: "AWS Security Hub",
  config: "AWS Config",
  controlTower: "AWS Control Tower",
  checkov: "checkov",
  cfnNag: "cfn_nag",
  cdkNag: "cdk-nag",
  guard: "CloudFormation Guard",
  kics: "KICS",
  trivy: "Trivy",
};

/** What `ddblint rules [NAME]` prints. Throws a `Failure` for a rule that does not exist. */
export function rulesText(names: readonly string[], rules: readonly Rule[], style: Style): string {
  const [name, ...others] = names;
  if (others.length > 0) throw new Failure("ddblint rules explains one rule at a time");
  if (name === undefined) return listText(rules, style);
  const rule = rules.find((each) => each.name === name);
  if (!rule) {
    const all = rules.map((each) => each.name);
    throw new Failure(`unknown rule "${name}"${didYouMean(name, all)}`);
  }
  return explanation(rule, style);
}

function listText(rules: readonly Rule[], style: Style): string {
  const width = Math.max(0, ...rules.map((rule) => rule.name.length));
  const topics = [...new Set(rules.map((rule) => rule.topic))].sort();
  const blocks = topics.map((topic) => {
    const inTopic = rules.filter((rule) => rule.topic === topic).sort((a, b) => (a.name < b.name ? -1 : 1));
    const lines = inTopic.map((rule) => {
      const severity = style(COLOURS[rule.severity], rule.severity.padEnd(7));
      const profile = rule.recommended ? "" : " (strict)";
      return `  ${rule.name.padEnd(width)}  ${severity}  ${rule.docs.what}${profile}`;
    });
    return [style("bold", topic), ...lines].join("\n");
  });
  return `${[...blocks, "ddblint rules NAME explains a rule."].join("\n\n")}\n`;
}

function explanation(rule: Rule, style: Style): string {
  const { docs, controls } = rule;
  const heading = (text: string) => style("bold", text);
  const profile = rule.recommended ? "recommended and strict" : "strict only";
  const sections = [
    [
      style([COLOURS[rule.severity], "bold"], rule.name),
      `${rule.severity}, confidence ${rule.confidence}, topic ${rule.topic}, profile ${profile}`,
    ],
    [docs.what],
    [heading("Why"), docs.why],
    [heading("What to do"), docs.how, ...(rule.construct ? [`In the CDK: ${rule.construct}`] : [])],
    ...docs.examples.map(({ title, bad, good }) => [
      heading(`Example: ${title}`),
      style("red", "Reported:"),
      indent(bad),
      style("green", "Not reported:"),
      indent(good),
    ]),
  ];
  const known = Object.entries(CONTROL_SETS).flatMap(([set, label]) => {
    const ids = controls[set as keyof Controls];
    return ids && ids.length > 0 ? [`  ${label}: ${ids.join(", ")}`] : [];
  });
  if (known.length > 0) sections.push([heading("The same check elsewhere"), ...known]);
  if (docs.references.length > 0) {
    sections.push([heading("References"), ...docs.references.map((reference) => `  ${reference}`)]);
  }
  sections.push([`${heading("Documentation")}  ${docsUrl(rule.name)}`]);
  return `${sections.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function indent(text: string): string {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `    ${line}`.trimEnd())
    .join("\n");
}
