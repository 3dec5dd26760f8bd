import type { Finding, Unknown } from "../../core/lint/finding.ts";
import type { ProvenFix } from "../../core/lint/prove.ts";
import type { Rule } from "../../core/lint/rule.ts";
import type { Severity } from "../../core/lint/severity.ts";
import type { Problem } from "../files.ts";

/** What a run found, for every format alike. */
export interface Report {
  /** By file, then by place; suppressed ones included, marked. */
  findings: readonly Finding[];
  unknown: readonly Unknown[];
  /** Repairs that `--fix` removed findings by; their findings are no longer in `findings`. */
  fixed: readonly FixedFile[];
  /** Repairs of a finding that were tried and work. Computed on first use: it costs more than finding. */
  fixesOf(finding: Finding): readonly ProvenFix[];
  /** Repairs of a finding that `--fix` would try, for saying so: cheap, and nearly always they work. */
  offersOf(finding: Finding): readonly Pick<ProvenFix, "title" | "class">[];
  /** Every rule there is, for its documentation. */
  rules: readonly Rule[];
  /** What made the run incomplete. */
  problems: readonly Problem[];
  summary: Summary;
}

export interface FixedFile {
  file: string;
  findings: readonly Finding[];
}

export interface Summary {
  /** Files that were looked at. */
  files: number;
  templates: number;
  tables: number;
  /** Suppressed ones not counted. */
  findings: { [severity in Severity]: number };
  suppressed: number;
  unknown: number;
}

export function countFindings(findings: readonly Finding[]): Pick<Summary, "findings" | "suppressed"> {
  const counts = { error: 0, warning: 0, info: 0 };
  let suppressed = 0;
  for (const finding of findings) {
    if (finding.suppressed) suppressed++;
    else counts[finding.severity]++;
  }
  return { findings: counts, suppressed };
}

/** `2 findings`, `1 finding`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
