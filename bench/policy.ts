// What the rules cost on a large policy, from the read template to the findings: 200 statements about 50 tables that each name one of them, and
// 200 that each name all of them.
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

for (const named of [1, TABLES]) measure(named);

function measure(named: number): void {
  const source = sourceText(policyTemplate(STATEMENTS, TABLES, named));
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
  console.log(
    `${STATEMENTS} statements × ${named} of ${TABLES} tables (${(source.text.length / 1000).toFixed(0)} kB, all rules, ${findings} findings): parsing median ${at(reads, 0.5)} ms; rules first ${lints[0]?.toFixed(0)} ms, warm median ${at(lints, 0.5)} ms, p95 ${at(lints, 0.95)} ms`,
  );
}

/** The time that a share of the runs stays below. The first runs are the just-in-time compiler's. */
function at(times: readonly number[], share: number): string {
  const warm = times.slice(RUNS / 3).sort((a, b) => a - b);
  return (warm[Math.floor(warm.length * share)] ?? 0).toFixed(1);
}
