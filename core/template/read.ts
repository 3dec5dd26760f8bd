import {
  allEntries,
  findEntry,
  type MapNode,
  mapAt,
  type Node,
  type SequenceNode,
  textAt,
  withoutAlias,
} from "../syntax/node.ts";
import { parse, type SyntaxTree } from "../syntax/parse.ts";
import type { SourceText } from "../syntax/source-text.ts";
import { withinBounds } from "./aliases.ts";
import { expandLoops, hasLoop, valueAt } from "./for-each.ts";
import { intrinsicOf, plainScalar } from "./intrinsics.ts";
import { lowerSam } from "./sam/lower.ts";
import {
  type Inputs,
  NO_INPUTS,
  type Output,
  type Parameter,
  type Resource,
  type Template,
  type TemplateKind,
} from "./template.ts";

/** Transforms whose effect is known: SAM is lowered, the language extensions are expanded. */
const KNOWN_TRANSFORMS =
  /^AWS::(?:Serverless-2016-10-31|LanguageExtensions|SecretsManager-[\d-]+|CodeDeployBlueGreen)$/;

/** Trees are never deeper, but for loops that make deeper ones. */
const MAX_DEPTH = 200;

/** Reads one file as a template. Never throws: what is broken is in `tree.problems`, what is missing is simply not there. */
export function readTemplate(file: string, source: SourceText, inputs: Inputs = NO_INPUTS): Template {
  const tree = withinBounds(parse(source.text, { comments: file.endsWith(".jsonc") }), source.text);
  return templateFrom(file, source, tree, inputs);
}

/** The same template under other inputs, e.g. when a parent stack turns out to pass parameters. */
export function withInputs(template: Template, inputs: Inputs): Template {
  return templateFrom(template.file, template.source, template.tree, inputs);
}

function templateFrom(file: string, source: SourceText, tree: SyntaxTree, inputs: Inputs): Template {
  const parameters = readParameters(mapAt(tree.root, "Parameters"));
  const root = hasLoop(source.text) ? expandLoops(tree.root, parameters, inputs.parameters) : tree.root;
  if (root && source.text.includes("Fn::Transform")) markTransforms(root);
  const sections = mapAt(root);
  const transforms = readTransforms(valueAt(sections, "Transform"));
  const resourceMap = mapAt(root, "Resources");
  const written = readResources(resourceMap);
  const isSam =
    transforms.some((name) => name.startsWith("AWS::Serverless")) ||
    written.some((resource) => resource.type.startsWith("AWS::Serverless::"));
  const resources = isSam ? lowerSam(written, mapAt(root, "Globals")) : written;
  const transformed = unknownTransform(transforms, sections);
  const incomplete = transformed ?? incompleteness(sections, written);
  return {
    file,
    source,
    tree,
    kind: kindOf(isSam, written, parameters),
    parameters,
    mappings: mapAt(root, "Mappings"),
    conditions: new Map(entriesOf(mapAt(root, "Conditions")).map((entry) => [entry.key.text, entry.value])),
    rules: entriesOf(mapAt(root, "Rules")).flatMap((entry) => mapAt(entry.value) ?? []),
    resources: new Map(resources.map((resource) => [resource.id, resource])),
    outputs: readOutputs(mapAt(root, "Outputs")),
    inputs,
    ...(incomplete !== undefined && { incomplete }),
    ...(transformed !== undefined && { transformed }),
  };
}

function kindOf(
  isSam: boolean,
  resources: readonly Resource[],
  parameters: ReadonlyMap<string, Parameter>,
): TemplateKind {
  if (
    parameters.has("BootstrapVersion") ||
    resources.some((resource) => resource.constructPath || resource.type === "AWS::CDK::Metadata")
  )
    return "cdk";
  return isSam ? "sam" : "cloudformation";
}

function entriesOf(map: MapNode | undefined) {
  return map ? [...allEntries(map)] : [];
}

function readParameters(section: MapNode | undefined): Map<string, Parameter> {
  const parameters = new Map<string, Parameter>();
  for (const { key, value } of entriesOf(section)) {
    const body = mapAt(value);
    if (!body) continue;
    const fallback = valueAt(body, "Default");
    const allowed = valueAt(body, "AllowedValues");
    const allowedValues = allowed?.kind === "sequence" ? scalarTexts(allowed) : undefined;
    const defaultText =
      fallback?.kind === "sequence" ? scalarTexts(fallback)?.join(",") : fallback && scalarText(fallback);
    parameters.set(key.text, {
      name: key.text,
      type: textAt(body, "Type") ?? "String",
      ...(defaultText !== undefined && { default: defaultText }),
      ...(allowedValues && allowedValues.length > 0 && { allowedValues }),
      ...(/^true$/i.test(textAt(body, "NoEcho") ?? "") && { noEcho: true as const }),
      key,
    });
  }
  return parameters;
}

/** What a template's reader makes a text of; undefined for null and for what is computed. */
function scalarText(node: Node): string | undefined {
  const plain = plainScalar(node);
  if (!plain || plain.value === null) return undefined;
  return typeof plain.value === "boolean" ? String(plain.value) : plain.text;
}

/** Undefined where one of the items cannot be understood: the others are not all there are. */
function scalarTexts({ items }: SequenceNode): string[] | undefined {
  const texts = items.map(scalarText);
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

function readTransforms(node: Node | undefined): string[] {
  if (!node) return [];
  // A list in the list means nothing.
  if (node.kind === "sequence")
    return node.items.map(withoutAlias).flatMap((item) => (item?.kind === "sequence" ? [] : readTransforms(item)));
  if (node.kind === "scalar") return node.text ? [node.text] : [];
  return node.kind === "map" ? [textAt(node, "Name") ?? "a transform"] : [];
}

function unknownTransform(transforms: readonly string[], root: MapNode | undefined): string | undefined {
  const unknown = transforms.find((name) => !KNOWN_TRANSFORMS.test(name));
  if (unknown) return `the transform ${unknown} may change anything`;
  return root && findEntry(root, "Fn::Transform") ? "a transform may change anything" : undefined;
}

function incompleteness(root: MapNode | undefined, resources: readonly Resource[]): string | undefined {
  const section = valueAt(root, "Resources");
  const made = section && intrinsicOf(section);
  if (made) return `${made.name} makes its resources`;
  const hidden = root?.incomplete ?? (section?.kind === "map" ? section.incomplete : undefined);
  if (hidden !== undefined) return hidden;
  const module = resources.find(({ type }) => type.endsWith("::MODULE"));
  return module && `"${module.id}" is a module with resources of its own`;
}

function readResources(section: MapNode | undefined): Resource[] {
  return entriesOf(section).flatMap(({ key, value }): Resource[] => {
    const node = mapAt(value);
    const type = textAt(node, "Type");
    if (!node || type === undefined || key.text.startsWith("Fn::")) return [];
    const properties = findEntry(node, "Properties")?.entry;
    const condition = textAt(node, "Condition");
    const constructPath = textAt(mapAt(node, "Metadata"), "aws:cdk:path");
    return [
      {
        id: key.text,
        logicalId: key.text,
        type,
        writtenType: type,
        key,
        node,
        ...(properties && { properties }),
        ...(condition !== undefined && { condition }),
        ...(constructPath !== undefined && { constructPath }),
      },
    ];
  });
}

/** A `Fn::Transform` beside other keys may add any key to its map: absence in it cannot be told. */
function markTransforms(node: Node, depth = 0): void {
  if (depth > MAX_DEPTH) return;
  if (node.kind === "sequence") for (const item of node.items) markTransforms(item, depth + 1);
  if (node.kind !== "map") return;
  if (node.entries.some((entry) => entry.key.text === "Fn::Transform")) node.incomplete = "a transform may add to it";
  for (const entry of node.entries) if (entry.value.kind !== "scalar") markTransforms(entry.value, depth + 1);
}

function readOutputs(section: MapNode | undefined): Map<string, Output> {
  const outputs = new Map<string, Output>();
  for (const { key, value } of entriesOf(section)) {
    const body = mapAt(value);
    const content = body && findEntry(body, "Value")?.entry.value;
    if (!body || !content) continue;
    const exported = mapAt(body, "Export");
    const exportName = exported && findEntry(exported, "Name")?.entry.value;
    const condition = textAt(body, "Condition");
    outputs.set(key.text, {
      name: key.text,
      value: content,
      ...(exportName && { exportName }),
      ...(condition !== undefined && { condition }),
    });
  }
  return outputs;
}
