import type { Entry, MapNode, Node, ScalarNode, Span } from "../syntax/node.ts";
import type { SyntaxTree } from "../syntax/parse.ts";
import type { SourceText } from "../syntax/source-text.ts";

export type TemplateKind = "cloudformation" | "sam" | "cdk";

/** What is known from outside a template about its parameters and pseudo parameters. */
export interface Inputs {
  /** Parameter name → value as text. For a parameter of the Parameter Store it is a name there, and its value stays unknown. */
  parameters: ReadonlyMap<string, string>;
  /** Parameters that another stack gives a value which is not known: their default does not count. */
  passed?: ReadonlySet<string>;
  region?: string;
  account?: string;
}

export const NO_INPUTS: Inputs = { parameters: new Map() };

/** A template as it is read: sections by name, loops expanded, SAM resources accompanied by what SAM makes of them. Never changed after reading. */
export interface Template {
  /** The key of the file in its project: a path with forward slashes, or a URI. */
  file: string;
  source: SourceText;
  tree: SyntaxTree;
  kind: TemplateKind;
  parameters: ReadonlyMap<string, Parameter>;
  /** The `Mappings` section. */
  mappings: MapNode | undefined;
  /** Condition name → its expression. */
  conditions: ReadonlyMap<string, Node>;
  /** The values of the `Rules` section. */
  rules: readonly MapNode[];
  resources: ReadonlyMap<string, Resource>;
  outputs: ReadonlyMap<string, Output>;
  inputs: Inputs;
  /** Why resources may exist that cannot be seen (an unknown transform, `AWS::Include`, a module), or undefined. */
  incomplete?: string;
  /** Why anything may be added anywhere (an unknown transform of the whole template), or undefined. */
  transformed?: string;
}

export interface Parameter {
  name: string;
  /** `String`, `Number`, `CommaDelimitedList`, `AWS::SSM::Parameter::Value<String>` … */
  type: string;
  default?: string;
  /** For a list: of its items. */
  allowedValues?: readonly string[];
  /** The value is a secret: a default is a mere placeholder. */
  noEcho?: true;
  key: ScalarNode;
}

/** Is the parameter's value a name in the Parameter Store, and what a `Ref` gives only known at deployment? */
export function isStored(type: string): boolean {
  return type.startsWith("AWS::SSM::Parameter::Value<");
}

/** Does a `Ref` to a parameter of this type give a list? */
export function isListType(type: string): boolean {
  return type === "CommaDelimitedList" || type.startsWith("List<");
}

/** The items of a list parameter's value; CloudFormation drops the space around them. */
export function listItems(text: string): string[];
export function listItems(text: string | undefined): string[] | undefined;
export function listItems(text: string | undefined): string[] | undefined {
  return text?.split(",").map((item) => item.trim());
}

export interface Output {
  name: string;
  value: Node;
  /** The `Export.Name` expression. */
  exportName?: Node;
  condition?: string;
}

export interface Resource {
  /** What `Ref` and `Fn::GetAtt` call it: the logical id, for what SAM generates the generated one. */
  id: string;
  /** The logical id that stands in the text: differs from `id` for what SAM generates. */
  logicalId: string;
  type: string;
  /** The logical id's token. */
  key: ScalarNode;
  /** The whole value behind the logical id. */
  node: MapNode;
  /** The `Properties` entry, if there is one; for what SAM generates: what the transform makes of it. */
  properties?: Entry;
  /** The resource's own `Condition`. */
  condition?: string;
  /** A condition under which SAM does not generate the resource. */
  unless?: string;
  /** Where the properties of what SAM generates stand in the text, if not under the `Properties` of the logical id: an event, a connector. */
  part?: { path: readonly (string | number)[]; key: Span };
  /** The type as written, where SAM lowering made another of it (`AWS::Serverless::SimpleTable` → `AWS::DynamoDB::Table`). */
  writtenType: string;
  /** The construct path (`aws:cdk:path`) where the CDK says it. */
  constructPath?: string;
}
