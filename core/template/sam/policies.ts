import { type Entry, type MapNode, type Node, type Span, withoutAlias } from "../../syntax/node.ts";
import { argumentsOf, intrinsicOf, isNoValue } from "../intrinsics.ts";
import { type PolicyTemplate, policyTemplate, type TemplateStatement } from "./policy-templates.ts";
import { call, list, map, ref, scalar, sub } from "./synthetic.ts";
import { asMap, entriesOf, entryUnder, isNull, type Plain, plain } from "./written.ts";

/** What the `Policies` of a SAM resource become in the role that SAM generates. */
export interface Attached {
  /** Items of the role's `ManagedPolicyArns`. */
  managed: Node[];
  /** Items of the role's `Policies`. */
  inline: Node[];
}

/** How deep `Fn::If` may nest in an item. */
const MAX_NESTING = 4;

/**
 * Reads `Policies` in all its forms: a managed policy's name or ARN, a document with `Statement`, a policy template, an `Fn::If` between
 * two of a kind, or a list of those. What SAM refuses (so that nothing is deployed) grants nothing.
 */
export function policiesOf(policies: Plain | undefined, roleId: string): Attached {
  const attached: Attached = { managed: [], inline: [] };
  if (!policies || isNull(policies)) return attached;
  const items = policies.kind === "sequence" && !policies.tag ? policies.items : [policies];
  for (const [index, item] of items.entries()) {
    const kind = kindOf(item);
    if (kind === "managed") attached.managed.push(item);
    if (kind !== "statement" && kind !== "template") continue;
    const inline = inlinePolicy(item, `${roleId}Policy${index}`);
    if (inline) attached.inline.push(inline);
  }
  return attached;
}

type Kind = "managed" | "statement" | "template" | "nothing" | "unknown";

function kindOf(item: Node, depth = 0): Kind {
  const node = withoutAlias(item);
  if (!node) return "unknown";
  const called = intrinsicOf(node);
  if (called?.name === "Fn::If") return kindOfIf(called.argument, depth);
  if (called) return isNoValue(node) ? "nothing" : "managed";
  if (node.kind === "scalar") return typeof node.value === "string" && node.text !== "" ? "managed" : "unknown";
  if (node.kind !== "map") return "unknown";
  if (entryUnder(node, "Statement")) return "statement";
  return templateOf(node) ? "template" : "unknown";
}

function kindOfIf(argument: Node, depth: number): Kind {
  const [, whenTrue, whenFalse, more] = argumentsOf(argument);
  if (!whenTrue || !whenFalse || more || depth >= MAX_NESTING) return "unknown";
  const [first, second] = [kindOf(whenTrue, depth + 1), kindOf(whenFalse, depth + 1)];
  if (first === "nothing") return second;
  return second === "nothing" || second === first ? first : "unknown";
}

/** An item of the role's `Policies`; an `Fn::If` of them where the item is one. */
function inlinePolicy(item: Node, name: string, depth = 0): Node | undefined {
  const node = plain(item);
  if (!node || depth > MAX_NESTING) return undefined;
  const called = intrinsicOf(node);
  if (called?.name === "Fn::If") {
    const [condition, whenTrue, whenFalse] = argumentsOf(called.argument);
    if (!condition || !whenTrue || !whenFalse) return undefined;
    const branch = (each: Node) => inlinePolicy(each, name, depth + 1) ?? ref("AWS::NoValue", each);
    return call("Fn::If", list([condition, branch(whenTrue), branch(whenFalse)], node), node);
  }
  if (called || node.kind !== "map") return undefined;
  const origin: Span = node.entries[0]?.key ?? node;
  // The alias itself, where the item is one: what stands behind it is not to be edited here.
  const document = entryUnder(node, "Statement") ? (item.kind === "alias" ? item : node) : templateDocument(node);
  return document && map({ PolicyName: scalar(name, origin), PolicyDocument: document }, origin);
}

function templateOf(node: MapNode): { entry: Entry; template: PolicyTemplate | "other" } | undefined {
  // More than one key is no template; entries behind merge keys count, so the node's own are not enough to go by.
  if (node.entries.length > 2) return undefined;
  const [entry, ...others] = entriesOf(node);
  const template = entry && others.length === 0 ? policyTemplate(entry.key.text) : undefined;
  return entry && template && { entry, template };
}

/** The document of a policy template, standing at its name; a resource stands at the parameter it is made of. */
function templateDocument(node: MapNode): MapNode | undefined {
  const used = templateOf(node);
  if (!used || used.template === "other") return undefined;
  const { entry, template } = used;
  const given = asMap(entry.value);
  const parameters = new Map<string, Node>();
  for (const name of template.parameters) {
    const value = given && entryUnder(given, name)?.value;
    if (!value || isNull(value)) return undefined;
    parameters.set(name, value);
  }
  const statements = template.statements.map((statement) => templateStatement(statement, parameters, entry.key));
  return map({ Statement: list(statements, entry.key) }, entry.key);
}

function templateStatement(statement: TemplateStatement, parameters: ReadonlyMap<string, Node>, origin: Span): MapNode {
  const { effect, actions, resources } = statement;
  return map(
    {
      Effect: scalar(effect, origin),
      Action: list(
        actions.map((action) => scalar(action, origin)),
        origin,
      ),
      Resource: list(
        resources.map((resource) => filled(resource, parameters, origin)),
        origin,
      ),
    },
    origin,
  );
}

/** A text with `${Parameter}` in it: an `Fn::Sub` that binds each parameter to what was written for it. */
function filled(text: string, parameters: ReadonlyMap<string, Node>, origin: Span): Node {
  const used = [...parameters].filter(([name]) => text.includes(`\${${name}}`));
  const [first] = used;
  if (!text.includes("${")) return scalar(text, origin);
  return sub(text, Object.fromEntries(used), first ? first[1] : origin);
}
