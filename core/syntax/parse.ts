import { parseJson } from "./json.ts";
import type { Node } from "./node.ts";
import type { SyntaxProblem } from "./problem.ts";
import { parseYaml } from "./yaml.ts";

export interface SyntaxTree {
  language: "yaml" | "json";
  root: Node | undefined;
  problems: SyntaxProblem[];
}

/**
 * Reads a text without a byte order mark. Never throws. A text whose first significant character is `{` or `[` is read as JSON,
 * everything else as YAML; `comments` says whether JSON may carry comments (`.jsonc`).
 */
export function parse(text: string, options: { comments?: boolean } = {}): SyntaxTree {
  try {
    return looksLikeJson(text) ? parseJson(text, options.comments ?? false) : parseYaml(text);
  } catch (error) {
    // The parsers recurse: nesting too deep for the stack is the one thing that reaches this line.
    if (!(error instanceof RangeError)) throw error;
    const problem: SyntaxProblem = { message: "the text is nested too deeply", severity: "error", start: 0, end: 0 };
    return { language: looksLikeJson(text) ? "json" : "yaml", root: undefined, problems: [problem] };
  }
}

/** YAML flow style may start with a brace too; JSON and it differ in the first key: JSON quotes it with double quotes. */
function looksLikeJson(text: string): boolean {
  const start = skipTrivia(text, 0);
  if (text[start] === "[") return true;
  if (text[start] !== "{") return false;
  const next = text[skipTrivia(text, start + 1)];
  return next === undefined || next === '"' || next === "}";
}

const TRIVIA = /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\//y;

/** Passes over white space and JSON's comments. */
function skipTrivia(text: string, from: number): number {
  let offset = from;
  for (;;) {
    TRIVIA.lastIndex = offset;
    if (!TRIVIA.test(text)) return offset;
    offset = TRIVIA.lastIndex;
  }
}
