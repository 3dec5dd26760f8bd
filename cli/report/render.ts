import type { Format } from "../lint-options.ts";
import type { Style } from "../terminal.ts";
import type { Report } from "./report.ts";
import { prepareWidths } from "./width.ts";

export interface RenderOptions {
  style: Style;
  showUnknown: boolean;
  quiet: boolean;
  /** What the run will end with. */
  exitCode: number;
}

/** A report in one of the formats, ending in a line break. What a format needs is loaded when it is asked for. */
export async function renderReport(report: Report, format: Format, options: RenderOptions): Promise<string> {
  switch (format) {
    case "text":
      await prepareWidths(report.findings.map((finding) => finding.template.source.text));
      return (await import("./text.ts")).textReport(report, options);
    case "json":
      return (await import("./json.ts")).jsonReport(report);
    case "sarif":
      return (await import("./sarif.ts")).sarifReport(report, options);
  }
}
