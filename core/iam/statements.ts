import { both, branchesUnder } from "../evaluate/branches.ts";
import type { Path } from "../evaluate/path.ts";
import { get, isUnknown, items, type Setting, text } from "../evaluate/setting.ts";
import { textOf } from "../evaluate/value.ts";
import { allEntries, findEntry, type Node, type ScalarNode, type Span, withoutAlias } from "../syntax/node.ts";
import { parse } from "../syntax/parse.ts";
import { argumentsOf, intrinsicOf } from "../template/intrinsics.ts";

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

/** What a policy document says, and which parts of it cannot be read. */
export interface PolicyDocument {
  statements: readonly Statement[];
  /** The document, a statement or an effect that is known only at deployment, each at its place. */
  unknown: readonly Setting[];
  /** `Version` in every branch, there or not; none where nothing is known of the document. */
  versions: readonly Setting[];
}

/** The statements of a policy document: a map, or JSON text. Empty where nothing is known of it. */
export function statementsOf(document: Setting): readonly Statement[] {
  return readPolicy(document).statements;
}

/** Reads a policy document. One that is not there says nothing and leaves nothing unknown. */
export function readPolicy(document: Setting): PolicyDocument {
  if (document.value.kind === "absent") return { statements: [], unknown: [], versions: [] };
  const body = document.value.kind === "map" ? document : fromJsonText(document);
  if (!body) return { statements: [], unknown: [document], versions: [] };
  const version = member(body, "Version").map(text)[0];
  const statements: Statement[] = [];
  const unknown: Setting[] = [];
  for (const [index, statement] of get(body, "Statement").flatMap(statementList).entries()) {
    if (statement.value.kind === "map" && readStatement(statement, index, version, statements)) continue;
    unknown.push(statement);
  }
  return { statements, unknown, versions: get(body, "Version") };
}

/** A lone statement counts as a list of one. */
function statementList(list: Setting): Setting[] {
  if (list.value.kind !== "map") return items(list);
  return [{ ...list, holder: list.value.node.entries[0]?.key ?? list.holder }];
}

/** Everything a statement says, with the branch of each part. */
interface Parts {
  effects: readonly Setting[];
  actions: readonly Setting[];
  notActions: readonly Setting[];
  resources: readonly Setting[];
  notResources: readonly Setting[];
  principals: readonly Principal[];
  notPrincipals: readonly Setting[];
  tests: readonly ConditionTest[];
  unknownConditions: readonly Path[];
}

/**
 * A statement is one per branch of its parts that can hold, so that an action and a resource of one statement always belong together.
 * False where something decisive cannot be told.
 */
function readStatement(
  statement: Setting,
  index: number,
  version: string | undefined,
  statements: Statement[],
): boolean {
  const { template } = statement;
  const parts = partsOf(statement);
  const branches = branchesUnder(template, statement.when, pathsOf(parts));
  if (!branches) return false;
  const [sid] = member(statement, "Sid").map(text);
  let isKnown = true;
  for (const branch of branches) {
    for (const effect of parts.effects) {
      const when = both(template, branch, effect.when);
      const name = text(effect);
      if (!when) continue;
      if (name !== "Allow" && name !== "Deny") {
        isKnown &&= !isUnknown(effect);
        continue;
      }
      const here = <T extends { when: Path }>(each: readonly T[]) =>
        each.filter((part) => both(template, when, part.when) !== undefined);
      const [notPrincipal] = here(parts.notPrincipals);
      const principals = parts.principals.filter(({ setting }) => both(template, when, setting.when) !== undefined);
      const [actions, notActions] = [here(parts.actions), here(parts.notActions)];
      const [resources, notResources] = [here(parts.resources), here(parts.notResources)];
      // IAM takes no statement that says both of a pair: nobody is allowed anything by it.
      const isRefused =
        isBoth(actions, notActions) || isBoth(resources, notResources) || (notPrincipal && principals.length > 0);
      if (isRefused) {
        isKnown = false;
        continue;
      }
      statements.push({
        located: { ...statement, when, place: statement.holder },
        index,
        ...(sid !== undefined && { sid }),
        effect: name,
        ...(version !== undefined && { version }),
        actions,
        notActions,
        resources,
        notResources,
        principals,
        ...(notPrincipal && { notPrincipal }),
        conditions: parts.tests.flatMap((test) => {
          const values = here(test.values);
          return values.length > 0 || test.values.length === 0 ? [{ ...test, values }] : [];
        }),
        conditionUnknown: parts.unknownConditions.some((path) => both(template, when, path) !== undefined),
      });
    }
  }
  return isKnown;
}

function isBoth(said: readonly Setting[], excepted: readonly Setting[]): boolean {
  return said.length > 0 && excepted.length > 0;
}

/** The branch of a part of a statement together with the statement's own: where a finding about the part holds. */
export function inStatement(statement: Statement, ...parts: readonly Setting[]): Path {
  return parts.reduce(
    (when, part) => both(statement.located.template, when, part.when) ?? when,
    statement.located.when,
  );
}

/** The value of a key that is written. A macro may change a template in any way, but what a statement says is taken for all it says. */
function member(map: Setting, key: string): Setting[] {
  const { value } = map;
  const isHidden = value.kind !== "map" || value.node.incomplete !== undefined;
  return isHidden || findEntry(value.node, key) ? get(map, key) : [];
}

function partsOf(statement: Setting): Parts {
  const list = (key: string) => member(statement, key).flatMap(items);
  return {
    effects: member(statement, "Effect"),
    actions: list("Action"),
    notActions: list("NotAction"),
    resources: list("Resource"),
    notResources: list("NotResource"),
    principals: principalsOf(statement),
    notPrincipals: member(statement, "NotPrincipal").filter((setting) => setting.value.kind !== "absent"),
    ...conditionsOf(statement),
  };
}

function pathsOf(parts: Parts): Path[] {
  const settings = [
    ...parts.effects,
    ...parts.actions,
    ...parts.notActions,
    ...parts.resources,
    ...parts.notResources,
    ...parts.principals.map(({ setting }) => setting),
    ...parts.notPrincipals,
    ...parts.tests.flatMap(({ values }) => values),
  ];
  return [...settings.map(({ when }) => when), ...parts.unknownConditions];
}

function principalsOf(statement: Setting): Principal[] {
  return member(statement, "Principal").flatMap((principal): Principal[] => {
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

/** The tests of all branches; a test belongs to the branches of its values. */
function conditionsOf(statement: Setting): { tests: ConditionTest[]; unknownConditions: Path[] } {
  const tests: ConditionTest[] = [];
  const unknownConditions: Path[] = [];
  const isMap = (setting: Setting) => {
    if (setting.value.kind === "map" && setting.value.node.incomplete === undefined) return true;
    if (setting.value.kind !== "absent") unknownConditions.push(setting.when);
    return setting.value.kind === "map";
  };
  for (const condition of member(statement, "Condition").filter(isMap)) {
    for (const operator of keysOf(condition)) {
      for (const keys of get(condition, operator.text).filter(isMap)) {
        for (const key of keysOf(keys)) {
          const alternatives = get(keys, key.text).filter(({ value }) => value.kind !== "absent");
          if (alternatives.length === 0) continue;
          const values = alternatives.flatMap(items);
          tests.push({ operator: operator.text, key: key.text, keyPlace: key, values });
        }
      }
    }
  }
  return { tests, unknownConditions };
}

function keysOf({ value }: Setting): ScalarNode[] {
  return value.kind === "map" ? [...allEntries(value.node)].map(({ key }) => key) : [];
}

/**
 * A document given as JSON text: plain, inside `Fn::Sub`, or as a parameter's value. Its nodes carry the range of the whole text and cannot
 * be edited; inside `Fn::Sub`, strings with `${…}` stay substitutions.
 */
function fromJsonText(document: Setting): Setting | undefined {
  const source = jsonTextOf(document);
  if (!source || !/^\s*\{/.test(source.text)) return undefined;
  const { root, problems } = parse(source.text);
  if (root?.kind !== "map" || problems.some((problem) => problem.severity === "error")) return undefined;
  const node = relocate(root, source, document.place);
  if (node.kind !== "map") return undefined;
  return {
    ...document,
    value: { kind: "map", node },
    slot: { refusal: JSON_TEXT },
    holder: document.place,
  };
}

const JSON_TEXT = "the policy is a JSON text";

interface JsonText {
  text: string;
  /** It is the text of an `Fn::Sub`. */
  isSub: boolean;
  /** The map of variables of its own that the `Fn::Sub` has. */
  variables?: Node;
}

function jsonTextOf(document: Setting): JsonText | undefined {
  // The place of a value that is there is the node that says it.
  const node = withoutAlias("replace" in document.slot ? document.slot.replace : (document.place as Node));
  const call = node && intrinsicOf(node);
  if (call?.name !== "Fn::Sub") {
    const literal = text(document);
    return literal === undefined ? undefined : { text: literal, isSub: false };
  }
  const [body, variables] =
    call.argument.kind === "scalar" ? [call.argument] : argumentsOf(call.argument).map(withoutAlias);
  if (body?.kind !== "scalar") return undefined;
  return { text: body.text, isSub: true, ...(variables && { variables }) };
}

function relocate(node: Node, source: JsonText, place: Span): Node {
  const where = { start: place.start, end: place.end, generated: JSON_TEXT };
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
    case "scalar": {
      if (!source.isSub || !node.text.includes("${")) return { ...node, ...where };
      if (!source.variables) return { ...node, ...where, tag: "!Sub" };
      return { kind: "sequence", ...where, flow: true, tag: "!Sub", items: [{ ...node, ...where }, source.variables] };
    }
    case "alias":
      return node;
  }
}
