// What the rules cost on a large policy: 200 statements about 50 tables in one template, from the read template to the findings.
import { DEFAULT_CONFIGURATION } from "../core/lint/configuration.ts";
import { lintTemplate } from "../core/lint/lint.ts";
import { createProject, withTemplate } from "../core/model/project.ts";
import { sourceText } from "../core/syntax/source-text.ts";
import { readTemplate } from "../core/template/read.ts";
import { RULES } from "../rules/registry.ts";
import { policyTemplate } from "./sample.ts";

const RUNS = 60;
const STATEMENTS = 200;
const TABLES = 50;

const source = sourceText(policyTemplate(STATEMENTS, TABLES));
let project = createProject([readTemplate("policy.yaml", source)]);
const reads: number[] = [];
const lints: number[] = [];
let findings = 0;
for (let run = 0; run < RUNS; run++) {
  const start = performance.now();
  const template = readTemplate("policy.yaml", source);
  // A new template is a new project: nothing that was known of the old one is used.
  project = withTemplate(project, template);
  const read = performance.now();
  findings = lintTemplate(project, project.templates[0] ?? template, RULES, {
    ...DEFAULT_CONFIGURATION,
    profile: "strict",
  }).findings.length;
  const end = performance.now();
  reads.push(read - start);
  lints.push(end - read);
}

/** The first runs are the just-in-time compiler's. */
const warm = (times: readonly number[]) => times.slice(RUNS / 3).sort((a, b) => a - b);
const at = (times: readonly number[], share: number) =>
  (warm(times)[Math.floor(warm(times).length * share)] ?? 0).toFixed(1);
console.log(
  `${STATEMENTS} statements on ${TABLES} tables (${(source.text.length / 1000).toFixed(0)} kB, all rules, ${findings} findings): parsing median ${at(reads, 0.5)} ms; rules first ${lints[0]?.toFixed(0)} ms, warm median ${at(lints, 0.5)} ms, p95 ${at(lints, 0.95)} ms`,
);
