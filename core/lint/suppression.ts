import { type MapNode, mapAt, type Node, type Span, textAt, withoutAlias } from "../syntax/node.ts";
import { lineStarts, positionAt, type SourceText } from "../syntax/source-text.ts";
import type { Resource, Template } from "../template/template.ts";

/** A suppression as it is written. `used` is set while findings are matched against it. */
export interface Suppression {
  kind: "comment" | "metadata";
  /** One rule; a comment that names several makes one suppression each. Empty where a comment names none. */
  rule: string;
  reason: string;
  /** The rule's name where it stands, or the whole comment. */
  place: Span;
  /** ISO date after which it no longer counts. */
  until?: string;
  /** Metadata of a resource speaks of that resource only. */
  resource?: Resource;
  /** Zero-based lines a comment speaks of, both inclusive; none for metadata. */
  lines?: { first: number; last: number };
  used: boolean;
}

const DIRECTIVE = /(^|\s)#\s*ddblint-(disable-next-line|disable-line|disable-file|disable|enable)\b([^\n\r]*)/g;

/** Every suppression written in a template, comments and metadata. */
export function suppressionsOf(template: Template): Suppression[] {
  const comments =
    template.tree.language === "yaml" && template.source.text.includes("ddblint-") ? fromComments(template) : [];
  return [...comments, ...fromMetadata(template)];
}

function fromComments(template: Template): Suppression[] {
  const { text } = template.source;
  const scalars = blockScalars(template.tree.root);
  const lastLine = lineStarts(template.source).length;
  const suppressions: Suppression[] = [];
  const open = new Map<string, Suppression>();
  for (const match of text.matchAll(DIRECTIVE)) {
    const start = match.index + (match[1]?.length ?? 0);
    if (scalars.some((scalar) => scalar.start <= start && start < scalar.end)) continue;
    const [, , directive = "", rest = ""] = match;
    const [names = "", ...reasons] = rest.split(/\s--\s/);
    const reason = reasons.join(" -- ").trim();
    const { line } = positionAt(template.source, start);
    for (const { rule, place } of namedRules(names, start, match[0].trimStart().length - rest.length)) {
      if (directive === "enable") {
        const opened = open.get(rule);
        if (opened?.lines) opened.lines.last = line;
        open.delete(rule);
        continue;
      }
      const suppression: Suppression = {
        kind: "comment",
        rule,
        reason,
        place,
        used: false,
        lines: linesOf(template.source, directive, line, lastLine),
      };
      if (directive === "disable") open.set(rule, suppression);
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

/** Scalars of several lines: a `#` in them is no comment. */
function blockScalars(root: Node | undefined): Span[] {
  const spans: Span[] = [];
  const walk = (node: Node): void => {
    if (node.kind === "scalar" && node.style !== "plain") spans.push(node);
    else if (node.kind === "sequence") node.items.forEach(walk);
    else if (node.kind === "map") for (const entry of node.entries) walk(entry.value);
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
  const list = map && withoutAlias(map.entries.find((entry) => entry.key.text === "suppress")?.value);
  if (list?.kind !== "sequence") return [];
  return list.items.flatMap((item): Suppression[] => {
    const body = mapAt(item);
    const rule = textAt(body, "rule");
    if (!body || rule === undefined) return [];
    const until = textAt(body, "until");
    const place = body.entries.find((entry) => entry.key.text === "rule")?.value ?? body;
    return [
      {
        kind: "metadata",
        rule,
        reason: textAt(body, "reason") ?? "",
        place,
        used: false,
        ...(until && { until }),
        ...(resource && { resource }),
      },
    ];
  });
}

/** Does the suppression speak of a finding of `rule` in `resource` that starts on `line`? */
export function covers(suppression: Suppression, rule: string, resource: Resource | undefined, line: number): boolean {
  if (suppression.rule !== rule) return false;
  if (suppression.lines) return suppression.lines.first <= line && line <= suppression.lines.last;
  return !suppression.resource || suppression.resource.logicalId === resource?.logicalId;
}

/** Is the suppression past its date? `today` is an ISO date; without one nothing expires. */
export function isExpired(suppression: Suppression, today: string | undefined): boolean {
  return suppression.until !== undefined && today !== undefined && suppression.until < today;
}
