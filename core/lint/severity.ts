/** `error`: data is open, lost or unprotected by mistake. `warning`: a protection is off. `info`: hardening. */
export type Severity = "error" | "warning" | "info";

export const SEVERITIES: readonly Severity[] = ["error", "warning", "info"];

/** Is `severity` as bad as `threshold`, or worse? */
export function atLeast(severity: Severity, threshold: Severity): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(threshold);
}
