import type { Located } from "../evaluate/setting.ts";
import type { View } from "../model/view.ts";
import type { Confidence, Related } from "./finding.ts";
import type { Fix } from "./fix.ts";
import type { Severity } from "./severity.ts";

/** The folders under `rules/`. */
export type Topic =
  | "encryption"
  | "transit"
  | "identity"
  | "fine-grained"
  | "resource-policy"
  | "audit"
  | "recovery"
  | "keys"
  | "network"
  | "availability"
  | "data-flow"
  | "credentials"
  | "governance"
  | "file"
  /** Run last, when it is known which suppressions were used. */
  | "suppression";

/** What other tools call the same check; names as those tools write them. */
export interface Controls {
  securityHub?: readonly string[];
  config?: readonly string[];
  controlTower?: readonly string[];
  checkov?: readonly string[];
  cfnNag?: readonly string[];
  cdkNag?: readonly string[];
  guard?: readonly string[];
  kics?: readonly string[];
  trivy?: readonly string[];
}

export interface RuleDocs {
  /** What is looked for, in one sentence. */
  what: string;
  /** Why it matters, in a few sentences that AWS's behaviour supports. */
  why: string;
  /** What to do about it, in one or two sentences; shown under every finding. */
  how: string;
  /** AWS pages. */
  references: readonly string[];
  /** Executed by the tests: `bad` yields this rule's finding, `good` does not. YAML templates, or JSON where a title says so. */
  examples: readonly { title: string; bad: string; good: string }[];
}

/** A check: data and one function. The file's name is the rule's name, its folder the topic. */
export interface Rule {
  /** Kebab case; the id in every output, suppression and URL. */
  name: string;
  topic: Topic;
  severity: Severity;
  confidence: Confidence;
  /** False: only in the profile `strict`, or when configured. */
  recommended: boolean;
  docs: RuleDocs;
  controls: Controls;
  /** Rules it speaks for on the same statement or property: what they find once it is repaired was there before. */
  silences?: readonly string[];
  /** The CDK property that repairs it, for templates that the CDK wrote, e.g. `deletionProtection: true`. */
  construct?: string;
  /** Looks at one template (with its project around it) and reports. Pure; called once per template. */
  check(view: View, report: Report): void;
}

export interface Message {
  message: string;
  /** Where it differs from the rule's own. */
  severity?: Severity;
  related?: readonly Related[];
  fixes?: readonly Fix[];
}

export interface Report {
  /** A violation, standing at `at.place`, under the branch `at.when`. */
  (at: Located, message: Message): void;
  /** The rule looked and cannot tell; without a reason it is taken from the setting's value. */
  cannotTell(at: Located, reason?: string): void;
}

/** Checks the shape at compile time; returns the rule as it is. */
export function defineRule(rule: Rule): Rule {
  return rule;
}
