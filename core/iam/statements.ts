import { join, type Path } from "../evaluate/path.ts";
import { get, items, type Setting, text } from "../evaluate/setting.ts";
import { textOf } from "../evaluate/value.ts";
import { allEntries, type Node, type ScalarNode, type Span, withoutAlias } from "../syntax/node.ts";
import { parse } from "../syntax/parse.ts";

/** One statement of a policy document, under one branch. Elements that may be single or lists are always lists here. */
export interface Statement {
  /** Where findings about the whole statement stand: its first key. */
  located: Setting;
  /** Position in the document, from 0. */
  index: number;
  sid?: string;
  effect: "Allow" | "Deny";
  /** `Version` as written, or undefined where it is absent (IAM then takes 2008-10-17). */
  version?: string;
  actions: readonly Setting[];
  notActions: readonly Setting[];
  resources: readonly Setting[];
  notResources: readonly Setting[];
  principals: readonly Principal[];
  /** The statement says `NotPrincipal`. */
  notPrincipal?: Setting;
  conditions: readonly ConditionTest[];
  /** A part of the condition cannot be told: the statement may be narrower than it looks. */
  conditionUnknown: boolean;
}

/** `type` is `AWS`, `Service`, `Federated`, `CanonicalUser`, or `*` where the principal is the bare star. */
export interface Principal {
  type: string;
  setting: Setting;
}

/** One key of one condition operator with its values. */
export interface ConditionTest {
  /** As written: `ForAllValues:StringLike`. */
  operator: string;
  /** As written: `dynamodb:LeadingKeys`. */
  key: string;
  keyPlace: Span;
  values: readonly Setting[];
}

/** The statements of a policy document: a map, or JSON text. Empty where nothing is known of it. */
export function statementsOf(document: Setting): Statement[] {
  const body = document.value.kind === "map" ? document : fromJsonText(document);
  if (!body) return [];
  const version = get(body, "Version").map(text)[0];
  return get(body, "Statement")
    .flatMap((list) => (list.value.kind === "map" ? [list] : items(list)))
    .flatMap((statement, index) => branchesOf(statement, index, version));
}

/** A statement is one per branch of its effect and its condition. */
function branchesOf(statement: Setting, index: number, version: string | undefined): Statement[] {
  if (statement.value.kind !== "map") return [];
  const list = (key: string) => get(statement, key).flatMap(items);
  const [notPrincipal] = get(statement, "NotPrincipal").filter((setting) => setting.value.kind !== "absent");
  const [sid] = get(statement, "Sid").map(text);
  return get(statement, "Effect").flatMap((effect) => {
    const name = text(effect);
    if (name !== "Allow" && name !== "Deny") return [];
    return conditionsOf(statement).flatMap((condition): Statement[] => {
      const when = join(effect.when, condition.when);
      if (!when) return [];
      return [
        {
          located: { ...statement, when, place: statement.holder },
          index,
          ...(sid !== undefined && { sid }),
          effect: name,
          ...(version !== undefined && { version }),
          actions: list("Action"),
          notActions: list("NotAction"),
          resources: list("Resource"),
          notResources: list("NotResource"),
          principals: principalsOf(statement),
          ...(notPrincipal && { notPrincipal }),
          conditions: condition.tests,
          conditionUnknown: condition.unknown,
        },
      ];
    });
  });
}

function principalsOf(statement: Setting): Principal[] {
  return get(statement, "Principal").flatMap((principal): Principal[] => {
    if (principal.value.kind === "absent") return [];
    if (principal.value.kind !== "map")
      return [{ type: textOf(principal.value) === "*" ? "*" : "AWS", setting: principal }];
    return [...allEntries(principal.value.node)].flatMap(({ key }) =>
      get(principal, key.text)
        .flatMap(items)
        .map((setting) => ({ type: key.text, setting })),
    );
  });
}

function conditionsOf(statement: Setting): { when: Path; tests: ConditionTest[]; unknown: boolean }[] {
  return get(statement, "Condition").map((condition) => {
    const { when, value } = condition;
    if (value.kind === "absent") return { when, tests: [], unknown: false };
    if (value.kind !== "map") return { when, tests: [], unknown: true };
    let unknown = value.node.incomplete !== undefined;
    const tests: ConditionTest[] = [];
    for (const operator of allEntries(value.node)) {
      for (const keys of get(condition, operator.key.text)) {
        if (keys.value.kind === "absent") continue;
        if (keys.value.kind !== "map") {
          unknown = true;
          continue;
        }
        for (const { key } of allEntries(keys.value.node)) {
          const values = get(keys, key.text).flatMap(items);
          tests.push({ operator: operator.key.text, key: key.text, keyPlace: key, values });
        }
      }
    }
    return { when, tests, unknown };
  });
}

/**
 * A document given as JSON text, plain or inside `Fn::Sub`. Its nodes carry the range of the whole text and cannot be edited; inside
 * `Fn::Sub`, strings with `${…}` stay substitutions.
 */
function fromJsonText(document: Setting): Setting | undefined {
  const source = "replace" in document.slot ? withoutAlias(document.slot.replace) : sourceNode(document);
  if (source?.kind !== "scalar" || !/^\s*\{/.test(source.text)) return undefined;
  const { root, problems } = parse(source.text);
  if (root?.kind !== "map" || problems.some((problem) => problem.severity === "error")) return undefined;
  const node = relocate(root, source, document.place);
  if (node.kind !== "map") return undefined;
  return {
    ...document,
    value: { kind: "map", node },
    slot: { refusal: "the policy is a JSON text" },
    holder: document.place,
  };
}

/** The scalar of `!Sub "{…}"`, whose setting cannot be edited and so has no node to replace. */
function sourceNode(document: Setting): ScalarNode | undefined {
  const { place } = document;
  const node = withoutAlias(place as Node);
  if (node?.kind === "scalar") return node;
  if (node?.kind !== "map") return undefined;
  const [entry] = node.entries;
  const value = entry?.key.text === "Fn::Sub" ? withoutAlias(entry.value) : undefined;
  return value?.kind === "scalar" ? { ...value, tag: "!Sub" } : undefined;
}

function relocate(node: Node, source: ScalarNode, place: Span): Node {
  const where = { start: place.start, end: place.end, generated: "the policy is a JSON text" };
  switch (node.kind) {
    case "map":
      return {
        ...node,
        ...where,
        index: undefined,
        entries: node.entries.map(({ key, value }) => ({
          key: { ...key, ...where },
          value: relocate(value, source, place),
        })),
      };
    case "sequence":
      return { ...node, ...where, items: node.items.map((item) => relocate(item, source, place)) };
    case "scalar":
      return { ...node, ...where, ...(source.tag === "!Sub" && node.text.includes("${") && { tag: "!Sub" }) };
    case "alias":
      return node;
  }
}
