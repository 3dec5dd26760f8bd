import { type Hover, MarkupKind, type Position } from "vscode-languageserver";
import { docsUrl } from "../core/lint/docs-url.ts";
import type { Rule } from "../core/lint/rule.ts";
import { type Suppression, suppressionsOf } from "../core/lint/suppression.ts";
import type { Span } from "../core/syntax/node.ts";
import type { Template } from "../core/template/template.ts";
import { lookAt } from "./look.ts";
import { meet, rangeIn, spanIn } from "./places.ts";
import type { State } from "./state.ts";

/** More rules than this at one place are no help to read. */
const MAX_RULES = 3;

/** What the rule behind a finding is about, or what a rule's name in a suppression means. */
export function hover(state: State, uri: string, position: Position): Hover | null {
  const look = lookAt(state, uri);
  if (!look.linted) return null;
  const { template, findings } = look;
  const at = spanIn(template.source, { start: position, end: position });
  const here = findings.filter((finding) => meet(finding.place, at));
  const [first] = here;
  const named = ruleNamedAt(template, at);
  const rules = new Set(named ? [named.rule] : here.map((finding) => finding.rule));
  const place = named?.place ?? first?.place;
  const known = [...rules].flatMap((name) => state.rules.find((rule) => rule.name === name) ?? []).slice(0, MAX_RULES);
  if (!place || known.length === 0) return null;
  const { markdownHover } = state.client;
  return {
    contents: {
      kind: markdownHover ? MarkupKind.Markdown : MarkupKind.PlainText,
      value: known.map((rule) => explain(rule, markdownHover)).join(markdownHover ? "\n\n---\n\n" : "\n\n"),
    },
    range: rangeIn(template.source, place),
  };
}

function explain({ name, docs }: Rule, markdown: boolean): string {
  const [title, more] = markdown ? [`**${name}**`, `[More about ${name}](${docsUrl(name)})`] : [name, docsUrl(name)];
  return [title, docs.what, docs.why, docs.how, more].join("\n\n");
}

/** The name of a rule in a suppression that stands at a place. */
function ruleNamedAt(template: Template, at: Span): Pick<Suppression, "rule" | "place"> | undefined {
  const written = suppressionsOf(template).find(({ rule, place }) => rule !== "" && meet(place, at));
  return written ?? enabledRuleAt(template, at);
}

/** `ddblint-enable` ends a suppression and is none, but names rules all the same. */
function enabledRuleAt({ source, tree }: Template, at: Span): Pick<Suppression, "rule" | "place"> | undefined {
  if (tree.language !== "yaml") return undefined;
  const { text } = source;
  const lineStart = text.lastIndexOf("\n", at.start - 1) + 1;
  const [line = ""] = /^[^\r\n]*/.exec(text.slice(lineStart, lineStart + 2000)) ?? [];
  const names = /(?:^|\s)#\s*ddblint-enable\b(?<names>.*)/d.exec(line)?.indices?.groups?.names;
  for (const match of names ? line.slice(...names).matchAll(/[^\s,]+/g) : []) {
    const start = lineStart + (names?.[0] ?? 0) + match.index;
    const place = { start, end: start + match[0].length };
    if (meet(place, at)) return { rule: match[0], place };
  }
  return undefined;
}
