import { evaluate } from "../evaluate/evaluate.ts";
import { ALWAYS } from "../evaluate/path.ts";
import { piecesKey, piecesOf, type Value } from "../evaluate/value.ts";
import { perObject } from "../lazy.ts";
import { type Node, withoutAlias } from "../syntax/node.ts";
import { argumentsOf, intrinsicOf } from "../template/intrinsics.ts";
import type { Output, Resource, Template } from "../template/template.ts";
import { childFile, type Expression, linkNestedStacks } from "./nested-stacks.ts";

/** Templates that are looked at together, and the links between them. Never changed; `withTemplate` makes a new one. */
export interface Project {
  /** In the order given; templates of nested stacks may have been read again with what their parent passes. */
  templates: readonly Template[];
  /** For the template of a nested stack: parameter → the expression its only parent passes. */
  passed: ReadonlyMap<Template, ReadonlyMap<string, Expression>>;
  /** Export name → who exports it. Several may: stages of one app export the same names. */
  exports: ReadonlyMap<string, readonly (Expression & { output: Output })[]>;
  /** File → template. */
  byFile: ReadonlyMap<string, Template>;
}

/** A resource somewhere in the project, and which of its attributes is meant (none: what `Ref` gives). */
export interface Target {
  template: Template;
  resource: Resource;
  attribute?: string;
}

/** Cheap where templates are known from another project: what is found out about one is kept with it. */
export function createProject(templates: readonly Template[]): Project {
  const linked = linkNestedStacks(templates);
  return {
    ...linked,
    exports: exportsOf(linked.templates),
    byFile: new Map(linked.templates.map((template) => [template.file, template])),
  };
}

/** The project with one template replaced (the one of the same file) or added. */
export function withTemplate(project: Project, template: Template): Project {
  const known = project.templates.some((other) => other.file === template.file);
  const templates = known
    ? project.templates.map((other) => (other.file === template.file ? template : other))
    : [...project.templates, template];
  return createProject(templates);
}

interface Export {
  name: string;
  output: Output;
}

/** What a template exports. A name that depends on what is not known names nothing. */
const exportsIn = perObject((template: Template): readonly Export[] =>
  [...template.outputs.values()].flatMap((output) => {
    const alternatives = output.exportName ? evaluate(template, output.exportName, ALWAYS) : [];
    const names = alternatives.flatMap(({ value }) => {
      const pieces = piecesOf(value) ?? [];
      return pieces.some((piece) => typeof piece !== "string" && piece.kind === "opaque") ? [] : [piecesKey(pieces)];
    });
    return [...new Set(names)].filter((name) => name !== "").map((name) => ({ name, output }));
  }),
);

function exportsOf(templates: readonly Template[]): Map<string, (Expression & { output: Output })[]> {
  const exports = new Map<string, (Expression & { output: Output })[]>();
  for (const template of templates) {
    for (const { name, output } of exportsIn(template)) {
      const known = exports.get(name);
      const exported = { template, node: output.value, output };
      if (known) known.push(exported);
      else exports.set(name, [exported]);
    }
  }
  return exports;
}

/**
 * The resource that a reference, import or passed parameter leads to, over nested stacks and exports. Undefined where it leads out of the
 * files in view, is no reference, or could be several resources.
 */
export function follow(project: Project, template: Template, value: Value, depth = 0): Target | undefined {
  if (depth > MAX_STEPS) return undefined;
  if (value.kind === "reference" && !outputOf(value)) {
    const resource = template.resources.get(value.id);
    return resource && { template, resource, ...(value.attribute !== undefined && { attribute: value.attribute }) };
  }
  const behind = expressionBehind(project, template, value);
  const only = behind && onlyValue(behind);
  return only && follow(project, behind.template, only, depth + 1);
}

/**
 * The resources of a list: the items, an `Fn::Split` of an import, or a text with commas as a parent stack passes it. Undefined entries lead
 * out of the files in view.
 */
export function followList(project: Project, template: Template, node: Node): (Target | undefined)[] {
  return listTargets({ project, remaining: MAX_TARGETS }, template, node, 0);
}

/** Lists that hold themselves, or each other many times, come to an end. */
const MAX_TARGETS = 1000;

interface Search {
  project: Project;
  remaining: number;
}

function listTargets(search: Search, template: Template, node: Node, depth: number): (Target | undefined)[] {
  if (depth > MAX_STEPS || --search.remaining < 0) return [undefined];
  const plain = withoutAlias(node);
  const call = plain && intrinsicOf(plain);
  const [first, second] = call ? argumentsOf(call.argument) : [];
  if (call?.name === "Fn::Split" && second) return listTargets(search, template, second, depth + 1);
  if (call?.name === "Fn::Select" && first && second) {
    const index = withoutAlias(first);
    return [listTargets(search, template, second, depth + 1)[index?.kind === "scalar" ? Number(index.text) : -1]];
  }
  return evaluate(template, node, ALWAYS).flatMap(({ value }) => targetsOf(search, template, value, depth));
}

function targetsOf(search: Search, template: Template, value: Value, depth: number): (Target | undefined)[] {
  const { project } = search;
  if (value.kind === "absent") return [];
  if (value.kind === "list") return value.node.items.flatMap((item) => listTargets(search, template, item, depth + 1));
  if (value.kind === "text") {
    const names = value.pieces.filter((piece) => typeof piece !== "string" || !/^[\s,]*$/.test(piece));
    return names.flatMap((piece) =>
      typeof piece === "string" ? [undefined] : targetsOf(search, template, piece, depth),
    );
  }
  const target = follow(project, template, value);
  if (target) return [target];
  const behind = expressionBehind(project, template, value);
  return behind ? listTargets(search, behind.template, behind.node, depth + 1) : [undefined];
}

/** How many stacks a reference may lead through. */
const MAX_STEPS = 10;

function outputOf(value: Value): string | undefined {
  const attribute = value.kind === "reference" ? value.attribute : undefined;
  return attribute?.startsWith("Outputs.") ? attribute.slice("Outputs.".length) : undefined;
}

/** What stands behind an output of a nested stack, a passed parameter or an import. */
function expressionBehind(project: Project, template: Template, value: Value): Expression | undefined {
  switch (value.kind) {
    case "reference": {
      const output = outputOf(value);
      const resource = output === undefined ? undefined : template.resources.get(value.id);
      const child = resource && project.byFile.get(childFile(template, resource) ?? "");
      const node = child?.outputs.get(output ?? "")?.value;
      return child && node && { template: child, node };
    }
    case "parameter":
      return project.passed.get(template)?.get(value.name);
    case "import":
      return exporter(project, template, piecesKey(value.name));
    default:
      return undefined;
  }
}

function onlyValue({ template, node }: Expression): Value | undefined {
  const [only, ...others] = evaluate(template, node, ALWAYS).filter((each) => each.value.kind !== "absent");
  return others.length === 0 ? only?.value : undefined;
}

/** Several exporters of one name: the one in the same folder counts, as stages of one CDK app lie in folders of their own. */
function exporter(project: Project, importer: Template, name: string): Expression | undefined {
  const candidates = project.exports.get(name) ?? [];
  if (candidates.length === 1) return candidates[0];
  const nearby = candidates.filter((candidate) => folderOf(candidate.template) === folderOf(importer));
  return nearby.length === 1 ? nearby[0] : undefined;
}

function folderOf(template: Template): string {
  return template.file.slice(0, template.file.lastIndexOf("/") + 1);
}
