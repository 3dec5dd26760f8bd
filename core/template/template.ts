import type { Entry, MapNode, Node, ScalarNode, Span } from "../syntax/node.ts";
import type { SyntaxTree } from "../syntax/parse.ts";
import type { SourceText } from "../syntax/source-text.ts";

export type TemplateKind = "cloudformation" | "sam" | "cdk";

/** What is known from outside a template about its parameters and pseudo parameters. */
export interface Inputs {
  /** Parameter name → value as text. */
  parameters: ReadonlyMap<string, string>;
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
  /** Why resources may exist that cannot be seen (an unknown transform, `AWS::Include`), or undefined. */
  incomplete?: string;
}

export interface Parameter {
  name: string;
  /** `String`, `Number`, `CommaDelimitedList`, `AWS::SSM::Parameter::Value<String>` … */
  type: string;
  default?: string;
  allowedValues?: readonly string[];
  key: ScalarNode;
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
