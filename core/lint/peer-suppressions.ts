import { allEntries, findEntry, mapAt, type Node, type Span, textAt, withoutAlias } from "../syntax/node.ts";
import type { Resource, Template } from "../template/template.ts";
import type { Controls, Rule } from "./rule.ts";
import type { Suppression } from "./suppression.ts";

/** Where other tools look for suppressions in a resource's `Metadata`: the path to a list of entries with an id each. */
const METADATA: readonly { peer: keyof Controls; path: readonly string[]; list: string }[] = [
  { peer: "checkov", path: ["checkov"], list: "skip" },
  { peer: "cfnNag", path: ["cfn_nag"], list: "rules_to_suppress" },
  { peer: "cdkNag", path: ["cdk_nag"], list: "rules_to_suppress" },
  { peer: "guard", path: ["guard"], list: "SuppressedRules" },
];

/** What other tools call the tool, in reasons. */
const NAMES: Partial<Record<keyof Controls, string>> = {
  checkov: "checkov",
  cfnNag: "cfn_nag",
  cdkNag: "cdk-nag",
  guard: "CloudFormation Guard",
  kics: "KICS",
};

/** `# checkov:skip=CKV_AWS_28:reason`, inside the resource. */
const CHECKOV = /#\s*checkov:skip=(?<id>[\w-]+)(?::(?<reason>[^\r\n]*))?/g;
/** `# kics-scan disable=id,id`, for the whole file. */
const KICS = /^\s*#\s*kics-scan disable=(?<ids>[\w,-]+)/gm;

/**
 * The suppressions that are written for other tools, as suppressions of the rules that name the other tool's rule among their `controls`:
 * what somebody has looked at and accepted need not be accepted twice. They are never "unused".
 */
export function peerSuppressionsOf(template: Template, rules: readonly Rule[]): Suppression[] {
  const { source, tree } = template;
  if (!/checkov|cfn_nag|cdk_nag|SuppressedRules|kics-scan/.test(source.text)) return [];
  const metadata = [...template.resources.values()].flatMap((resource) => fromMetadata(resource, rules));
  return tree.language === "yaml" ? [...metadata, ...fromComments(template, rules)] : metadata;
}

function fromMetadata(resource: Resource, rules: readonly Rule[]): Suppression[] {
  return METADATA.flatMap(({ peer, path, list }) => {
    const map = mapAt(resource.node, "Metadata", ...path);
    const entries = map && withoutAlias(findEntry(map, list)?.entry.value);
    if (entries?.kind !== "sequence") return [];
    return entries.items
      .flatMap(idsIn)
      .flatMap(({ id, reason, place }) =>
        suppressionsFor(rules, peer, id, { kind: "metadata", reason, place, resource }),
      );
  });
}

/** An entry is an id, a map with an `id` and a reason, or (of Guard) a map from the id to the reason. */
function idsIn(item: Node): { id: string; reason: string; place: Span }[] {
  const node = withoutAlias(item);
  if (node?.kind === "scalar") return [{ id: node.text, reason: "", place: node }];
  if (node?.kind !== "map") return [];
  const place = findEntry(node, "id")?.entry.value;
  if (place)
    return [{ id: textAt(node, "id") ?? "", reason: textAt(node, "reason") ?? textAt(node, "comment") ?? "", place }];
  return [...allEntries(node)].map(({ key }) => ({ id: key.text, reason: textAt(node, key.text) ?? "", place: key }));
}

function fromComments(template: Template, rules: readonly Rule[]): Suppression[] {
  const { text } = template.source;
  const skipped = [...text.matchAll(CHECKOV)].flatMap((match) => {
    const place = { start: match.index, end: match.index + match[0].length };
    const resource = [...template.resources.values()].find((each) => holds(each, place));
    const { id = "", reason = "" } = match.groups ?? {};
    return resource
      ? suppressionsFor(rules, "checkov", id, { kind: "comment", reason: reason.trim(), place, resource })
      : [];
  });
  const disabled = [...text.matchAll(KICS)].flatMap((match) => {
    const place = { start: match.index, end: match.index + match[0].length };
    const ids = (match.groups?.ids ?? "").split(",");
    return ids.flatMap((id) => suppressionsFor(rules, "kics", id, { kind: "comment", reason: "", place }));
  });
  return [...skipped, ...disabled];
}

function holds({ key, node }: Resource, place: Span): boolean {
  return key.start <= place.start && place.end <= node.end;
}

function suppressionsFor(
  rules: readonly Rule[],
  peer: keyof Controls,
  id: string,
  written: Pick<Suppression, "kind" | "reason" | "place" | "resource">,
): Suppression[] {
  const said = written.reason === "" ? "" : `: ${written.reason}`;
  return rules
    .filter(({ controls }) => controls[peer]?.includes(id))
    .map(({ name }) => ({
      ...written,
      rule: name,
      reason: `suppressed as ${id} of ${NAMES[peer]}${said}`,
      used: false,
    }));
}
