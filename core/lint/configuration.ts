import type { Rule } from "./rule.ts";
import type { Severity } from "./severity.ts";

export const PROFILES = ["recommended", "strict"] as const;
export type Profile = (typeof PROFILES)[number];

/** What a project may say it expects to see; `true` turns its absence into a finding. */
export const EXPECTATIONS = ["trail", "alarms", "config", "backup", "endpoint"] as const;
export type Expectation = (typeof EXPECTATIONS)[number];

/** What the rules cannot know of an organisation unless it says so. A key that is not written is undefined, or empty. */
export interface RuleValues {
  /** Account ids of 12 digits that may be let in. */
  trustedAccounts: readonly string[];
  allowedRegions: readonly string[];
  requiredTags: readonly string[];
  classificationTag?: string;
  sensitiveValues: readonly string[];
  /** 1 to 35, what DynamoDB takes. */
  minRecoveryDays?: number;
  requireVpce: boolean;
  requireFips: boolean;
  expects: readonly Expectation[];
}

export const NO_RULE_VALUES: RuleValues = {
  trustedAccounts: [],
  allowedRegions: [],
  requiredTags: [],
  sensitiveValues: [],
  requireVpce: false,
  requireFips: false,
  expects: [],
};

/** The values alone, out of all that a configuration says. */
export function ruleValuesOf(configured: RuleValues): RuleValues {
  const { trustedAccounts, allowedRegions, requiredTags, classificationTag, sensitiveValues } = configured;
  const { minRecoveryDays, requireVpce, requireFips, expects } = configured;
  return {
    trustedAccounts,
    allowedRegions,
    requiredTags,
    sensitiveValues,
    requireVpce,
    requireFips,
    expects,
    ...(classificationTag !== undefined && { classificationTag }),
    ...(minRecoveryDays !== undefined && { minRecoveryDays }),
  };
}

/** What decides which rules run, how loud they are, and what they know of the organisation. */
export interface Configuration {
  profile: Profile;
  /** Rule name → severity, or `off`; wins over the profile. Names are checked by whoever reads the configuration. */
  rules: ReadonlyMap<string, Severity | "off">;
  /** False ignores every suppression written in templates. */
  inlineSuppressions: boolean;
  values: RuleValues;
  /** ISO date (`2026-11-24`) against which suppressions expire; without one none does. */
  today?: string;
}

export const DEFAULT_CONFIGURATION: Configuration = {
  profile: "recommended",
  rules: new Map(),
  inlineSuppressions: true,
  values: NO_RULE_VALUES,
};

/** A rule's configured severity, `off` where it does not run, or undefined where it runs with the severities it reports. */
export function levelOf(rule: Rule, configuration: Configuration): Severity | "off" | undefined {
  const configured = configuration.rules.get(rule.name);
  if (configured) return configured;
  return rule.recommended || configuration.profile === "strict" ? undefined : "off";
}
