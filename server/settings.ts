import { PROFILES, type Profile } from "../core/lint/configuration.ts";
import { SEVERITIES, type Severity } from "../core/lint/severity.ts";

/** The section `ddblint` of the editor's settings, as it counts for one workspace folder. */
export interface Settings {
  enable: boolean;
  /** What is linted together: the templates of a workspace folder, or each file by itself. */
  project: "folder" | "file";
  profile: Profile;
  rules: ReadonlyMap<string, Severity | "off">;
}

export const DEFAULT_SETTINGS: Settings = {
  enable: true,
  project: "folder",
  profile: "recommended",
  rules: new Map(),
};

/**
 * Reads what a client sent. What is unknown or of the wrong type counts as not set and is named in `problems`, one sentence each.
 * @param raw the value of the section `ddblint`; null and undefined are an empty section
 */
export function readSettings(
  raw: unknown,
  isRule: (name: string) => boolean,
): { settings: Settings; problems: string[] } {
  const problems: string[] = [];
  const given = raw === null || raw === undefined ? {} : record(raw);
  if (!given) return { settings: DEFAULT_SETTINGS, problems: ["The settings ddblint are no object: ignored."] };
  const one = <T>(name: string, allowed: readonly T[], fallback: T): T => {
    const value = given[name];
    if (value === undefined || value === null) return fallback;
    const found = allowed.find((each) => each === value);
    if (found === undefined)
      problems.push(`The setting ddblint.${name} is ${say(value)}, not one of ${allowed.join(", ")}: ignored.`);
    return found ?? fallback;
  };
  const settings: Settings = {
    enable: one("enable", [true, false], DEFAULT_SETTINGS.enable),
    project: one("project", ["folder", "file"], DEFAULT_SETTINGS.project),
    profile: one("profile", PROFILES, DEFAULT_SETTINGS.profile),
    rules: readRules(given.rules, isRule, problems),
  };
  return { settings, problems };
}

function readRules(
  raw: unknown,
  isRule: (name: string) => boolean,
  problems: string[],
): ReadonlyMap<string, Severity | "off"> {
  const levels = [...SEVERITIES, "off"] as const;
  const rules = new Map<string, Severity | "off">();
  if (raw === undefined || raw === null) return rules;
  const given = record(raw);
  if (!given) problems.push("The setting ddblint.rules is no object: ignored.");
  for (const [name, value] of Object.entries(given ?? {})) {
    const level = levels.find((each) => each === value);
    if (!isRule(name)) problems.push(`The setting ddblint.rules names ${say(name)}, which is no rule: ignored.`);
    else if (level === undefined)
      problems.push(`The setting ddblint.rules gives ${name} ${say(value)}, not one of ${levels.join(", ")}: ignored.`);
    else rules.set(name, level);
  }
  return rules;
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function say(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
