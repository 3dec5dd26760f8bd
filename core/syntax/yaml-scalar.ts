import { stringify } from "yaml";

export type Quote = "single" | "double";

/**
 * One string as YAML: plain where every reader (1.1 and 1.2) takes it for a string, unless `quoted` asks for quotes; never on several
 * lines. `flow` says whether it stands inside brackets.
 */
export function yamlString(value: string, flow: boolean, quote: Quote, quoted = false): string {
  if (!quoted && canBePlain(value, flow)) return value;
  if (quote === "single" && !UNPRINTABLE.test(value)) return `'${value.replaceAll("'", "''")}'`;
  // JSON's escapes are YAML's too.
  return JSON.stringify(value).replace(UNPRINTABLE_ALL, (unit) => `\\u${hex(unit)}`);
}

/** What readers reject, take for a line break or take for white space. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029\ufeff\ufffe\uffff]/u;
const UNPRINTABLE_ALL = new RegExp(UNPRINTABLE, "gu");

function hex(unit: string): string {
  return unit.charCodeAt(0).toString(16).padStart(4, "0");
}

function canBePlain(value: string, flow: boolean): boolean {
  if (value === "" || value === "=" || UNPRINTABLE.test(value)) return false;
  if (flow && (/[[\]{},]/.test(value) || /^[-?:]/.test(value))) return false;
  return stringify(value, { lineWidth: 0, compat: "yaml-1.1" }) === `${value}\n`;
}
