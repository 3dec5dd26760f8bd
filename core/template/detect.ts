/** Why a text is taken for a template, or not: shown by the command that explains it. */
export type Detection = { template: true; reason: string } | { template: false; reason: string };

/** Texts beyond this many UTF-16 units are not read: CloudFormation takes 1 MB at most. */
export const MAX_TEMPLATE_LENGTH = 5_000_000;

const SECTIONS = ["AWSTemplateFormatVersion", "Transform", "Resources"] as const;
type Section = (typeof SECTIONS)[number];

const TYPE = /(?:^|[\s,{])["']?Type["']?\s*:\s*["']?(?:AWS::[A-Za-z0-9]+::|Custom::|Alexa::ASK::)/m;

/**
 * Tells by content, without parsing, whether a text is a CloudFormation or SAM template. Only top-level sections count: other files hold
 * templates or parts of them. The first line may say it outright: `# ddblint: template` or `# ddblint: not-a-template`.
 */
export function detectTemplate(text: string): Detection {
  const pragma = /^#\s*ddblint:\s*(template|not-a-template)\s*$/m.exec(text.slice(0, 200));
  if (pragma) return { template: pragma[1] === "template", reason: `its first lines say "ddblint: ${pragma[1]}"` };
  const sections = topLevelSections(text);
  if (sections.has("AWSTemplateFormatVersion")) return { template: true, reason: "it has AWSTemplateFormatVersion" };
  const transform = sections.get("Transform");
  if (transform !== undefined && /AWS::(?:Serverless-|LanguageExtensions)/.test(text.slice(transform, transform + 200)))
    return { template: true, reason: "it has an AWS Transform" };
  const resources = sections.get("Resources");
  if (resources === undefined) return { template: false, reason: "it has no Resources section" };
  if (TYPE.test(text.slice(resources))) return { template: true, reason: "it has Resources of AWS types" };
  return { template: false, reason: "its Resources have no AWS types" };
}

/** Section → offset behind its colon. */
function topLevelSections(text: string): Map<Section, number> {
  if (!SECTIONS.some((name) => text.includes(name))) return new Map();
  const first = firstLine(text);
  const indent = /^[^\S\n\r]*/.exec(text.slice(first, first + 200))?.[0] ?? "";
  const start = text[first + indent.length];
  return start === "{" || start === "/" ? flowSections(text, first) : blockSections(text, indent);
}

/** Blank lines, comments, directives and the start of the document stand before the first key. */
function firstLine(text: string): number {
  const passed = /[^\S\n\r]*(?:(?:#|%|---).*)?[\n\r]+/y;
  let offset = 0;
  while (passed.test(text)) offset = passed.lastIndex;
  return offset;
}

/** Keys that stand as far left as the first one. */
function blockSections(text: string, indent: string): Map<Section, number> {
  const found = new Map<Section, number>();
  const key = new RegExp(`^${indent}(["']?)(${SECTIONS.join("|")})\\1[^\\S\\n\\r]*:(?=\\s|$)`, "gm");
  for (const match of text.matchAll(key)) found.set(match[2] as Section, match.index + match[0].length);
  return found;
}

// What is not closed reaches to the end.
const TOKEN =
  /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"([^"\\]*(?:\\[\s\S][^"\\]*)*)(?:"|$)|'([^']*)(?:'|$)|[{}[\]:,]|[^\s{}[\]:,"'][^\s{}[\]:,]*/g;

/** Keys of the outermost braces, in JSON or YAML flow style. */
function flowSections(text: string, from: number): Map<Section, number> {
  const found = new Map<Section, number>();
  let depth = 0;
  let before = "";
  TOKEN.lastIndex = from;
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    const token = match[1] ?? match[2] ?? match[0];
    if (match[0] === "{" || match[0] === "[") depth++;
    else if (match[0] === "}" || match[0] === "]") depth--;
    else if (match[0] === ":" && depth === 1 && (SECTIONS as readonly string[]).includes(before))
      found.set(before as Section, TOKEN.lastIndex);
    before = token;
  }
  return found;
}
