import { docsUrl } from "../../core/lint/docs-url.ts";
import type { Finding, Suppressed, Unknown } from "../../core/lint/finding.ts";
import type { ProvenFix } from "../../core/lint/prove.ts";
import { rangeOf } from "../../core/syntax/source-text.ts";
import type { Resource } from "../../core/template/template.ts";
import { VERSION } from "../version.ts";
import type { Report } from "./report.ts";

/** The version of the report's shape; `schemas/report.schema.json` describes it. */
const REPORT_VERSION = 1;

/** The report for programs. Lines and characters are zero-based and count UTF-16 units; a byte order mark is not counted. */
export function jsonReport(report: Report): string {
  const { findings, unknown, summary } = report;
  const value = {
    version: REPORT_VERSION,
    tool: { name: "ddblint", version: VERSION },
    findings: findings.map((finding) => describeFinding(finding, report.fixesOf(finding))),
    unknown: unknown.map(describeUnknown),
    summary,
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function describeFinding(finding: Finding, fixes: readonly ProvenFix[]) {
  const { template, place, resource, path, suppressed } = finding;
  return {
    rule: finding.rule,
    severity: finding.severity,
    confidence: finding.confidence,
    topic: finding.topic,
    message: finding.message,
    file: template.file,
    range: rangeOf(template.source, place),
    resource: resource ? describeResource(resource, path) : null,
    when: finding.when ?? null,
    source: null,
    fixes: fixes.map((fix) => describeFix(finding, fix)),
    suppressed: suppressed ? describeSuppressed(finding, suppressed) : null,
    docs: docsUrl(finding.rule),
    fingerprint: finding.fingerprint,
  };
}

function describeResource({ logicalId, writtenType }: Resource, path: readonly (string | number)[]) {
  return { logicalId, type: writtenType, path };
}

function describeFix({ template }: Finding, fix: ProvenFix) {
  const edits = fix.edits.map((edit) => ({
    file: template.file,
    range: rangeOf(template.source, edit),
    newText: edit.newText,
  }));
  return { title: fix.title, class: fix.class, edits };
}

function describeSuppressed({ rule, template }: Finding, { kind, reason, place }: Suppressed) {
  return { kind, rule, reason, place: { file: template.file, range: rangeOf(template.source, place) } };
}

function describeUnknown({ rule, template, resource, reason }: Unknown) {
  return {
    rule,
    file: template.file,
    resource: resource ? describeResource(resource, ["Resources", resource.logicalId]) : null,
    reason,
  };
}
