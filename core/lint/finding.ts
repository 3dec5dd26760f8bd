import type { Span } from "../syntax/node.ts";
import type { Resource, Template } from "../template/template.ts";
import type { Fix } from "./fix.ts";
import type { Severity } from "./severity.ts";

export type Confidence = "high" | "medium" | "low";

/** Something a rule found in one template. Offsets are UTF-16 units in `template.source.text`. */
export interface Finding {
  rule: string;
  topic: string;
  severity: Severity;
  confidence: Confidence;
  /** One or two plain sentences; starts with the branch ("When IsProd is false: …") where there is one. */
  message: string;
  template: Template;
  place: Span;
  /** The resource in whose text the finding stands; none for findings about the file itself. */
  resource?: Resource;
  /** Path from the template's root to what exists of the property, e.g. `["Resources", "Orders", "Properties"]`. */
  path: readonly (string | number)[];
  /** The branch in words ("IsProd is false"). */
  when?: string;
  related: readonly Related[];
  /** Repairs as the rule proposes them; offer one only after `proveFix` has turned it into edits. */
  fixes: readonly Fix[];
  /** Stable over edits elsewhere in the file: made of file, rule, logical id, property path and branch, never of the line. */
  fingerprint: string;
  suppressed?: Suppressed;
}

/** Another place that belongs to a finding: the key, the role, the table, the condition. */
export interface Related {
  message: string;
  template: Template;
  place: Span;
}

/** Why a finding does not count. `place` is the comment or the metadata entry. */
export interface Suppressed {
  kind: "comment" | "metadata";
  reason: string;
  place: Span;
}

/** A question a rule could not answer: never a finding, counted and listed on request. */
export interface Unknown {
  rule: string;
  template: Template;
  resource?: Resource;
  place: Span;
  /** In words that fit behind "because". */
  reason: string;
}
