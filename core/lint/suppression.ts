import { findEntry, type MapNode, mapAt, type Node, type Span, textAt, withoutAlias } from "../syntax/node.ts";
import { lineStarts, positionAt, type SourceText } from "../syntax/source-text.ts";
import type { Resource, Template } from "../template/template.ts";

/** A suppression as it is written. `used` is set while findings are matched against it. */
export interface Suppression {
  kind: "comment" | "metadata";
  /** One rule; a comment that names several makes one suppression each. Empty where none is named. */
  rule: string;
  reason: string;
  /** The rule's name where it stands, or the whole comment. */
  place: Span;
  /** The date as written (`2026-11-24`) after which it no longer counts. */
  until?: string;
  /** Metadata of a resource speaks of that resource only. */
  resource?: Resource;
  /** Zero-based lines a comment speaks of, both inclusive; none for metadata. */
  lines?: { first: number; last: number };
  used: boolean;
}

/** The name must end where it ends: `ddblint-disable-nextline` is no `ddblint-disable`. */
const DIRECTIVE = /(^|\s)#\s*ddblint-(disable-next-line|disable-line|disable-file|disable|enable)(?![\w-])([^\n\r]*)/g;

/** Every suppression written in a template, comments and metadata. */
export function suppressionsOf(template: Template): Suppression[] {
  const comments =
    template.tree.language === "yaml" && template.source.text.includes("ddblint-") ? fromComments(template) : [];
  return [...comments, ...fromMetadata(template)];
}

function fromComments(template: Template): Suppression[] {
  const { source, tree } = template;
  const texts = textSpans(tree.root, source.text);
  const lastLine = lineStarts(source).length;
  const suppressions: Suppression[] = [];
  const open = new Map<string, Suppression[]>();
  let passed = 0;
  for (const match of source.text.matchAll(DIRECTIVE)) {
    const start = match.index + (match[1]?.length ?? 0);
    while ((texts[passed]?.end ?? start + 1) <= start) passed++;
    if ((texts[passed]?.start ?? start + 1) <= start) continue;
    const [, , directive = "", rest = ""] = match;
    const [names = "", ...reasons] = rest.split(/\s--(?:\s|$)/);
    const reason = reasons.join(" -- ").trim();
    const { line } = positionAt(source, start);
    const rules = namedRules(names, start, match[0].trimStart().length - rest.length);
    if (directive === "enable") {
      // Without a name it ends them all.
      const ended = rules.some(({ rule }) => rule === "") ? [...open.keys()] : rules.map(({ rule }) => rule);
      for (const rule of ended) {
        for (const { lines } of open.get(rule) ?? []) if (lines) lines.last = line;
        open.delete(rule);
      }
      continue;
    }
    const lines = linesOf(source, directive, line, lastLine);
    for (const { rule, place } of rules) {
      const suppression: Suppression = { kind: "comment", rule, reason, place, used: false, lines: { ...lines } };
      if (directive === "disable") open.set(rule, [...(open.get(rule) ?? []), suppression]);
      suppressions.push(suppression);
    }
  }
  return suppressions;
}

function namedRules(names: string, start: number, offset: number): { rule: string; place: Span }[] {
  const found = [...names.matchAll(/[^\s,]+/g)].map((match) => {
    const at = start + offset + match.index;
    return { rule: match[0], place: { start: at, end: at + match[0].length } };
  });
  return found.length > 0 ? found : [{ rule: "", place: { start, end: start + offset } }];
}

function linesOf(
  source: SourceText,
  directive: string,
  line: number,
  lastLine: number,
): { first: number; last: number } {
  if (directive === "disable-file") return { first: 0, last: lastLine };
  if (directive === "disable-line") return { first: line, last: line };
  if (directive === "disable") return { first: line, last: lastLine };
  // The next line that says something: comments and blank lines in between do not count.
  const starts = lineStarts(source);
  let next = line + 1;
  while (
    next < starts.length &&
    /^\s*(?:#[^\n\r]*)?[\n\r]/.test(source.text.slice(starts[next], (starts[next + 1] ?? source.text.length) + 1))
  )
    next++;
  return { first: next, last: next };
}

/** Texts in the order of the file in which a `#` is no comment: quoted ones, and block scalars from the line after their `|` or `>`. */
function textSpans(root: Node | undefined, source: string): Span[] {
  const spans: Span[] = [];
  const add = (node: Node): void => {
    if (node.kind !== "scalar" || node.style === "plain") return;
    const isBlock = node.style === "literal" || node.style === "folded";
    const firstLine = isBlock ? source.indexOf("\n", node.start) : node.start;
    if (firstLine >= 0) spans.push({ start: firstLine, end: node.end });
  };
  const walk = (node: Node): void => {
    add(node);
    if (node.kind === "sequence") node.items.forEach(walk);
    else if (node.kind === "map") {
      for (const { key, value } of node.entries) {
        add(key);
        walk(value);
      }
    }
  };
  if (root) walk(root);
  return spans;
}

/** `Metadata.ddblint.suppress: [{ rule, reason, until? }]` of the template and of its resources. */
function fromMetadata(template: Template): Suppression[] {
  const suppressions = readList(mapAt(template.tree.root, "Metadata", "ddblint"));
  const seen = new Set<MapNode>();
  for (const resource of template.resources.values()) {
    if (seen.has(resource.node)) continue;
    seen.add(resource.node);
    suppressions.push(...readList(mapAt(resource.node, "Metadata", "ddblint"), resource));
  }
  return suppressions;
}

function readList(map: MapNode | undefined, resource?: Resource): Suppression[] {
  const list = map && withoutAlias(findEntry(map, "suppress")?.entry.value);
  if (list?.kind !== "sequence") return [];
  return list.items.flatMap((item): Suppression[] => {
    const body = mapAt(item);
    if (!body) return [];
    const until = textAt(body, "until");
    const place = findEntry(body, "rule")?.entry.value ?? body;
    return [
      {
        kind: "metadata",
        rule: textAt(body, "rule") ?? "",
        reason: textAt(body, "reason") ?? "",
        place,
        used: false,
        ...(until && { until }),
        ...(resource && { resource }),
      },
    ];
  });
}

/** Does the suppression speak of a finding of its rule in `resource` that starts on `line`? */
export function covers(suppression: Suppression, resource: Resource | undefined, line: number): boolean {
  if (suppression.lines) return suppression.lines.first <= line && line <= suppression.lines.last;
  return !suppression.resource || suppression.resource.logicalId === resource?.logicalId;
}

/**
 * Does the suppression no longer count? It is past its date (`today` is an ISO date; without one nothing is), or its date is none: what
 * cannot be read must not hide findings for ever.
 */
export function isExpired(suppression: Suppression, today: string | undefined): boolean {
  if (suppression.until === undefined) return false;
  const day = dayOf(suppression.until);
  return day === undefined || (today !== undefined && day < today);
}

/** The day of an ISO date or date and time, or undefined where the text is no date of the calendar. */
export function dayOf(text: string): string | undefined {
  const [, day] = /^(\d{4}-\d{2}-\d{2})(?:[T ].*)?$/.exec(text.trim()) ?? [];
  if (day === undefined) return undefined;
  const time = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day) ? day : undefined;
}
