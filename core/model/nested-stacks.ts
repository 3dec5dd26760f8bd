import { evaluate } from "../evaluate/evaluate.ts";
import { wholeResource } from "../evaluate/setting.ts";
import { textOf, type Value } from "../evaluate/value.ts";
import { perObject } from "../lazy.ts";
import { allEntries, findEntry, mapAt, type Node, textAt, withoutAlias } from "../syntax/node.ts";
import { intrinsicOf, plainScalar } from "../template/intrinsics.ts";
import { withInputs } from "../template/read.ts";
import type { Inputs, Resource, Template } from "../template/template.ts";

/** A node, in the template whose names it uses. */
export interface Expression {
  template: Template;
  node: Node;
}

/** Templates in the order given, those of nested stacks read again with what their parent passes. */
export interface Linked {
  templates: readonly Template[];
  /** For the template of a nested stack: parameter → the expression its only parent passes. */
  passed: ReadonlyMap<Template, ReadonlyMap<string, Expression>>;
}

/** A resource that is a stack, and the file of its template. */
interface NestedStack {
  id: string;
  file: string;
}

const nestedStacksOf = perObject((template: Template): readonly NestedStack[] =>
  [...template.resources.values()].flatMap((resource) => {
    const file = childFile(template, resource);
    return file === undefined || file === template.file ? [] : [{ id: resource.id, file }];
  }),
);

/** The file of a nested stack's template: CDK's asset path, or a local `TemplateURL`/SAM `Location`; relative to the parent. */
export function childFile(template: Template, resource: Resource): string | undefined {
  const properties = mapAt(resource.node, "Properties");
  if (resource.type === "AWS::CloudFormation::Stack") {
    const asset = textAt(mapAt(resource.node, "Metadata"), "aws:asset:path");
    return resolvePath(template.file, asset ?? literalAt(properties, "TemplateURL"));
  }
  if (resource.type === "AWS::Serverless::Application")
    return resolvePath(template.file, literalAt(properties, "Location"));
  return undefined;
}

function literalAt(map: ReturnType<typeof mapAt>, key: string): string | undefined {
  return map && plainScalar(findEntry(map, key)?.entry.value)?.text;
}

/** Relative to the file `from`, a path with forward slashes or a URI. Undefined for what is no relative path. */
function resolvePath(from: string, path: string | undefined): string | undefined {
  if (!path || /^(?:[/\\]|[a-z][a-z0-9+.-]*:)/i.test(path)) return undefined;
  const isUri = /^[a-z][a-z0-9+.-]*:\/\//i.test(from);
  const parts = from.split("/").slice(0, -1);
  for (const part of path.split(/[\\/]/)) {
    if (part === "." || part === "") continue;
    if (part !== "..") parts.push(isUri ? encodeURIComponent(part) : part);
    else if (parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else parts.push("..");
  }
  return parts.join("/");
}

interface Parent {
  template: Template;
  stack: NestedStack;
}

/** The template as it was before a parent's parameters were put in, and what putting them in came to. */
const asGiven = new WeakMap<Template, Template>();
const lastLinked = new WeakMap<Template, { key: string; template: Template }>();

/**
 * Gives the templates of nested stacks what their parents pass. A literal becomes the parameter's value; anything else only takes the
 * default's place. What several parents pass is not known. Stacks that contain each other are left alone.
 */
export function linkNestedStacks(templates: readonly Template[]): Linked {
  const given = new Map<string, Template>();
  for (const template of templates) given.set(template.file, asGiven.get(template) ?? template);
  const parents = new Map<string, Parent[]>();
  for (const template of given.values()) {
    for (const stack of nestedStacksOf(template)) {
      if (given.has(stack.file)) parents.set(stack.file, [...(parents.get(stack.file) ?? []), { template, stack }]);
    }
  }
  if (parents.size === 0) return { templates: [...given.values()], passed: new Map() };

  const passed = new Map<Template, ReadonlyMap<string, Expression>>();
  const linked = new Map<string, Template>();
  const link = (template: Template, children: readonly string[]): Template => {
    const known = linked.get(template.file);
    if (known) return known;
    const above = parents.get(template.file) ?? [];
    if (children.includes(template.file)) return template;
    const calls = above.map(({ template: parent, stack }) =>
      passedBy(link(parent, [...children, template.file]), stack),
    );
    const [only, ...others] = calls;
    const bound = bind(template, calls);
    if (only && others.length === 0) passed.set(bound, only.expressions);
    linked.set(template.file, bound);
    return bound;
  };
  return { templates: [...given.values()].map((template) => link(template, [])), passed };
}

interface Passed {
  expressions: Map<string, Expression>;
  /** Parameter → its value; undefined where that is not known. */
  values: Map<string, string | undefined>;
  /** The parameters are computed: any may be among them. */
  isUnknown: boolean;
}

function passedBy(parent: Template, stack: NestedStack): Passed {
  const passed: Passed = { expressions: new Map(), values: new Map(), isUnknown: false };
  const resource = parent.resources.get(stack.id);
  const properties = resource && withoutAlias(findEntry(resource.node, "Properties")?.entry.value);
  const map = properties?.kind === "map" ? properties : undefined;
  const parameters = map && withoutAlias(findEntry(map, "Parameters")?.entry.value);
  const isPlain = !properties || (map !== undefined && !intrinsicOf(map));
  passed.isUnknown = !isPlain || (parameters !== undefined && intrinsicOf(parameters) !== undefined);
  if (!resource || passed.isUnknown || parameters?.kind !== "map") return passed;
  if (parameters.incomplete !== undefined) passed.isUnknown = true;
  for (const { key, value } of allEntries(parameters)) {
    const alternatives = evaluate(parent, value, wholeResource(parent, resource).when);
    // Nothing is passed: the default counts.
    if (alternatives.length > 0 && alternatives.every((each) => each.value.kind === "absent")) continue;
    const [only, ...others] = alternatives;
    const isSure = only !== undefined && others.length === 0 && only.when.defaults.length === 0;
    passed.values.set(key.text, isSure ? parameterText(only.value) : undefined);
    passed.expressions.set(key.text, { template: parent, node: value });
  }
  return passed;
}

/** A list is passed as one text. */
function parameterText(value: Value): string | undefined {
  if (value.kind !== "list") return textOf(value);
  const texts = value.node.items.map((item) => plainScalar(item)?.text);
  return texts.every((text) => text !== undefined) ? texts.join(",") : undefined;
}

/** The template with what its parents pass as inputs; itself where that changes nothing. */
function bind(template: Template, calls: readonly Passed[]): Template {
  const parameters = new Map(template.inputs.parameters);
  const unknown = new Set(template.inputs.passed);
  const [only, ...others] = calls;
  for (const call of calls) {
    for (const [name, text] of call.values) {
      if (!template.parameters.has(name) || template.inputs.parameters.has(name)) continue;
      if (text !== undefined && others.length === 0 && call === only) parameters.set(name, text);
      else unknown.add(name);
    }
    if (call.isUnknown)
      for (const name of template.parameters.keys()) if (!template.inputs.parameters.has(name)) unknown.add(name);
  }
  if (parameters.size === template.inputs.parameters.size && unknown.size === (template.inputs.passed?.size ?? 0))
    return template;
  const inputs: Inputs = { ...template.inputs, parameters, ...(unknown.size > 0 && { passed: unknown }) };
  const key = JSON.stringify([[...parameters], [...unknown]]);
  const last = lastLinked.get(template);
  if (last?.key === key) return last.template;
  const bound = withInputs(template, inputs);
  asGiven.set(bound, template);
  lastLinked.set(template, { key, template: bound });
  return bound;
}
