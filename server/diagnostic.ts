import { type Diagnostic, type DiagnosticRelatedInformation, DiagnosticSeverity } from "vscode-languageserver";
import { docsUrl } from "../core/lint/docs-url.ts";
import type { Finding } from "../core/lint/finding.ts";
import type { Severity } from "../core/lint/severity.ts";
import type { Template } from "../core/template/template.ts";
import { rangeIn } from "./places.ts";

export const SOURCE = "ddblint";

/** What a diagnostic carries for a client that sends it back. */
export interface DiagnosticData {
  fingerprint: string;
}

const SEVERITY: Record<Severity, DiagnosticSeverity> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
};

/**
 * A finding as LSP says it.
 * @param uriOf where a template of the project is found; undefined leaves related places out, for clients that do not show them
 */
export function diagnosticOf(
  finding: Finding,
  uriOf: ((template: Template) => string | undefined) | undefined,
): Diagnostic {
  const related = uriOf ? finding.related.flatMap((each) => relatedInformation(each, uriOf)) : [];
  const data: DiagnosticData = { fingerprint: finding.fingerprint };
  return {
    range: rangeIn(finding.template.source, finding.place),
    severity: SEVERITY[finding.severity],
    code: finding.rule,
    codeDescription: { href: docsUrl(finding.rule) },
    source: SOURCE,
    message: finding.message,
    ...(related.length > 0 && { relatedInformation: related }),
    data,
  };
}

function relatedInformation(
  { message, template, place }: Finding["related"][number],
  uriOf: (template: Template) => string | undefined,
): DiagnosticRelatedInformation[] {
  const uri = uriOf(template);
  return uri === undefined ? [] : [{ message, location: { uri, range: rangeIn(template.source, place) } }];
}
