import { PROFILES, type Profile } from "./configuration.ts";
import { SEVERITIES, type Severity } from "./severity.ts";
import { didYouMean } from "./suggest.ts";

/** A value that was understood, or one line that says why not. */
export type Read<T> = { value: T } | { problem: string };

const LEVELS: readonly (Severity | "off")[] = [...SEVERITIES, "off"];

export function readProfile(text: string): Read<Profile> {
  const value = PROFILES.find((profile) => profile === text);
  if (value) return { value };
  return { problem: `unknown profile "${text}" (${PROFILES.join(", ")})${didYouMean(text, PROFILES)}` };
}

/** A severity, or `off`. */
export function readLevel(text: string): Read<Severity | "off"> {
  const value = LEVELS.find((level) => level === text);
  if (value) return { value };
  return { problem: `"${text}" is no severity (${LEVELS.join(", ")})${didYouMean(text, LEVELS)}` };
}

export function readRuleName(text: string, ruleNames: readonly string[]): Read<string> {
  if (ruleNames.includes(text)) return { value: text };
  return { problem: `unknown rule "${text}"${didYouMean(text, ruleNames)}` };
}

/** An AWS region such as `eu-central-1` or `us-gov-west-1`. */
export function readRegion(text: string): Read<string> {
  if (/^[a-z]{2,}(?:-[a-z]+)+-\d{1,2}$/.test(text)) return { value: text };
  return { problem: `"${text}" is no AWS region (such as eu-central-1)` };
}

/** An AWS account id. */
export function readAccount(text: string): Read<string> {
  if (/^\d{12}$/.test(text)) return { value: text };
  return { problem: `"${text}" is no AWS account id (12 digits)` };
}

/** CloudFormation's parameter names are alphanumeric. */
export function readParameterName(text: string): Read<string> {
  if (/^[A-Za-z0-9]{1,255}$/.test(text)) return { value: text };
  return { problem: `"${text}" is no parameter name (letters and digits)` };
}
