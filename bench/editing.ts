// What one keystroke costs: from the changed text to the findings, in process, without the transport.
import { DEFAULT_CONFIGURATION } from "../core/lint/configuration.ts";
import { lintTemplate } from "../core/lint/lint.ts";
import { createProject, withTemplate } from "../core/model/project.ts";
import { sourceText } from "../core/syntax/source-text.ts";
import { readTemplate } from "../core/template/read.ts";
import { RULES } from "../rules/registry.ts";
import { sampleTemplate } from "./sample.ts";

const bytes = Number(process.argv[2] ?? 50_000);
const runs = Number(process.argv[3] ?? 200);

const text = sampleTemplate(bytes);
let project = createProject([readTemplate("sample.yaml", sourceText(text))]);
const times: number[] = [];
let findings = 0;
for (let run = 0; run < runs; run++) {
  // A letter more in a comment in the middle, as typing does.
  const at = text.indexOf("# Service", Math.floor(text.length / 2)) + "# Service".length;
  const edited = `${text.slice(0, at)}${"x".repeat(run % 7)}${text.slice(at)}`;
  const start = performance.now();
  const template = readTemplate("sample.yaml", sourceText(edited));
  project = withTemplate(project, template);
  findings = lintTemplate(project, project.templates[0] ?? template, RULES, DEFAULT_CONFIGURATION).findings.length;
  times.push(performance.now() - start);
}
// The first runs are the just-in-time compiler's.
const warm = times.slice(Math.floor(runs / 5)).sort((a, b) => a - b);
const at = (share: number) => (warm[Math.floor(warm.length * share)] ?? 0).toFixed(1);
console.log(
  `${(text.length / 1000).toFixed(0)} kB, ${findings} findings: first ${times[0]?.toFixed(0)} ms; warm median ${at(0.5)} ms, p95 ${at(0.95)} ms, max ${at(0.999)} ms`,
);
