import { pathToFileURL } from "node:url";
import type {
  ArtifactLocation,
  Fix,
  Location,
  Log,
  Notification,
  Region,
  ReportingDescriptor,
  Result,
  Suppression,
} from "sarif";
import { docsUrl, HOMEPAGE } from "../../core/lint/docs-url.ts";
import type { Finding, Suppressed, Unknown } from "../../core/lint/finding.ts";
import type { ProvenFix } from "../../core/lint/prove.ts";
import type { Rule } from "../../core/lint/rule.ts";
import type { Severity } from "../../core/lint/severity.ts";
import type { Span } from "../../core/syntax/node.ts";
import { rangeOf, type SourceText } from "../../core/syntax/source-text.ts";
import type { Resource, Template } from "../../core/template/template.ts";
import { VERSION } from "../version.ts";
import type { Report } from "./report.ts";

const LEVELS = { error: "error", warning: "warning", info: "note" } as const satisfies {
  [severity in Severity]: string;
};

/** GitHub sorts alerts by these: 7.0 and more is high, 4.0 and more medium, below low. */
const SECURITY_SEVERITY = { error: "8.0", warning: "5.5", info: "3.0" } as const satisfies {
  [severity in Severity]: string;
};

export interface SarifOptions {
  /** Results of kind `open` for what could not be told. */
  showUnknown: boolean;
  exitCode: number;
}

/** The report as SARIF 2.1.0. Paths are relative to `%SRCROOT%`, the folder in which the linter ran. */
export function sarifReport(report: Report, { showUnknown, exitCode }: SarifOptions): string {
  const indexes = new Map(report.rules.map((rule, index) => [rule.name, index]));
  const results = report.findings.map((finding) => describeFinding(finding, report.fixesOf(finding), indexes));
  const open = showUnknown ? report.unknown.map((unknown) => describeUnknown(unknown, indexes)) : [];
  const log: Log = {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "ddblint",
            fullName: "DynamoDB Security Lint",
            informationUri: HOMEPAGE,
            version: VERSION,
            semanticVersion: VERSION,
            rules: report.rules.map(describeRule),
          },
        },
        columnKind: "utf16CodeUnits",
        results: [...results, ...open],
        invocations: [
          {
            executionSuccessful: report.problems.length === 0,
            exitCode,
            toolExecutionNotifications: report.problems.map(
              ({ file, message }): Notification => ({
                level: "error",
                message: { text: `${file}: ${message}` },
                locations: [{ physicalLocation: { artifactLocation: artifact(file) } }],
              }),
            ),
          },
        ],
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function describeRule(rule: Rule): ReportingDescriptor {
  const { docs } = rule;
  return {
    id: rule.name,
    shortDescription: { text: docs.what },
    fullDescription: { text: docs.why },
    help: { text: `${docs.why}\n\n${docs.how}`, markdown: helpMarkdown(rule) },
    helpUri: docsUrl(rule.name),
    defaultConfiguration: { enabled: rule.recommended, level: LEVELS[rule.severity] },
    properties: {
      tags: ["security", rule.topic],
      precision: rule.confidence,
      "security-severity": SECURITY_SEVERITY[rule.severity],
    },
  };
}

function helpMarkdown({ name, docs }: Rule): string {
  const references = docs.references.map((url) => `- <${url}>`);
  return [
    docs.what,
    docs.why,
    `**What to do:** ${docs.how}`,
    ...(references.length > 0 ? [references.join("\n")] : []),
    `[More about ${name}](${docsUrl(name)})`,
  ].join("\n\n");
}

function describeFinding(finding: Finding, fixes: readonly ProvenFix[], indexes: ReadonlyMap<string, number>): Result {
  const { template, place, resource, suppressed } = finding;
  return {
    ...ruleReference(finding.rule, indexes),
    level: LEVELS[finding.severity],
    message: { text: finding.message },
    locations: [locationOf(template, place, resource)],
    ...(finding.related.length > 0 && {
      relatedLocations: finding.related.map((related, id) => ({
        id,
        ...locationOf(related.template, related.place),
        message: { text: related.message },
      })),
    }),
    ...(fixes.length > 0 && { fixes: fixes.map((fix) => describeFix(template, fix)) }),
    partialFingerprints: { "ddblint/v1": finding.fingerprint },
    suppressions: suppressed ? [describeSuppressed(template, suppressed)] : [],
    properties: {
      confidence: finding.confidence,
      topic: finding.topic,
      ...(finding.when !== undefined && { when: finding.when }),
    },
  };
}

function describeUnknown(
  { rule, template, place, resource, reason }: Unknown,
  indexes: ReadonlyMap<string, number>,
): Result {
  return {
    ...ruleReference(rule, indexes),
    kind: "open",
    level: "none",
    message: { text: `Cannot tell, because ${reason}.` },
    locations: [locationOf(template, place, resource)],
    suppressions: [],
  };
}

function ruleReference(rule: string, indexes: ReadonlyMap<string, number>): Pick<Result, "ruleId" | "ruleIndex"> {
  const ruleIndex = indexes.get(rule);
  return { ruleId: rule, ...(ruleIndex !== undefined && { ruleIndex }) };
}

function locationOf(template: Template, place: Span, resource?: Resource): Location {
  return {
    physicalLocation: { artifactLocation: artifact(template.file), region: regionOf(template.source, place) },
    ...(resource && {
      logicalLocations: [
        { name: resource.logicalId, fullyQualifiedName: `Resources.${resource.logicalId}`, kind: "resource" },
      ],
    }),
  };
}

/** SARIF counts lines and columns from one; the end column is the one behind the last character. */
function regionOf(source: SourceText, place: Span): Region {
  const { start, end } = rangeOf(source, place);
  return {
    startLine: start.line + 1,
    startColumn: start.character + 1,
    endLine: end.line + 1,
    endColumn: end.character + 1,
  };
}

function describeFix(template: Template, fix: ProvenFix): Fix {
  return {
    description: { text: fix.title },
    artifactChanges: [
      {
        artifactLocation: artifact(template.file),
        replacements: fix.edits.map((edit) => ({
          deletedRegion: regionOf(template.source, edit),
          insertedContent: { text: edit.newText },
        })),
      },
    ],
  };
}

function describeSuppressed(template: Template, { reason, place }: Suppressed): Suppression {
  return {
    kind: "inSource",
    status: "accepted",
    ...(reason !== "" && { justification: reason }),
    location: locationOf(template, place),
  };
}

/** A path as a URI: relative to the source's root, absolute outside it. */
function artifact(file: string): ArtifactLocation {
  if (/^(?:\/|[A-Za-z]:\/)/.test(file)) return { uri: pathToFileURL(file).href };
  return { uri: file.split("/").map(encodeURIComponent).join("/"), uriBaseId: "%SRCROOT%" };
}
