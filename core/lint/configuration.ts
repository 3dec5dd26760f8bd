import type { Rule } from "./rule.ts";
import type { Severity } from "./severity.ts";

export const PROFILES = ["recommended", "strict"] as const;
export type Profile = (typeof PROFILES)[number];

/** What decides which rules run and how loud they are. */
export interface Configuration {
  profile: Profile;
  /** Rule name → severity, or `off`; wins over the profile. Names are checked by whoever reads the configuration. */
  rules: ReadonlyMap<string, Severity | "off">;
  /** False ignores every suppression written in templates. */
  inlineSuppressions: boolean;
  /** ISO date (`2026-11-24`) against which suppressions expire; without one none does. */
  today?: string;
}

export const DEFAULT_CONFIGURATION: Configuration = {
  profile: "recommended",
  rules: new Map(),
  inlineSuppressions: true,
};

/** A rule's configured severity, `off` where it does not run, or undefined where it runs with the severities it reports. */
export function levelOf(rule: Rule, configuration: Configuration): Severity | "off" | undefined {
  const configured = configuration.rules.get(rule.name);
  if (configured) return configured;
  return rule.recommended || configuration.profile === "strict" ? undefined : "off";
}
