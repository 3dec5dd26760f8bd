import { describePath } from "../../../core/evaluate/path.ts";
import { get, items, propertiesOf, type Setting } from "../../../core/evaluate/setting.ts";
import { piecesKey, piecesOf, type Value } from "../../../core/evaluate/value.ts";
import { sourceText } from "../../../core/syntax/source-text.ts";
import { readTemplate } from "../../../core/template/read.ts";
import { type Inputs, NO_INPUTS, type Template } from "../../../core/template/template.ts";

export function read(text: string, inputs: Partial<Inputs> = {}): Template {
  return readTemplate("template.yaml", sourceText(text), { ...NO_INPUTS, ...inputs });
}

/** The settings of property `V` of a resource `R`; `head` is the rest of the template, `attributes` stand beside `Properties`. */
export function settings(
  value: string,
  head = "",
  { inputs = {}, attributes = "" }: { inputs?: Partial<Inputs>; attributes?: string } = {},
): Setting[] {
  const text = `${head}\nResources:\n  Other: { Type: AWS::DynamoDB::Table }\n  R:\n    Type: AWS::Test::Thing\n${attributes}    Properties:\n      V: ${value}\n`;
  const template = read(text, inputs);
  const resource = template.resources.get("R");
  if (!resource) throw new Error(`no resource R in\n${text}`);
  return propertiesOf(template, resource).flatMap((properties) => get(properties, "V"));
}

/** Each alternative as `value`, `value when branch`, and `(default of P)` where one was used. */
export function told(...question: Parameters<typeof settings>): string[] {
  return settings(...question).map(tell);
}

/** The same of the items of a list. */
export function toldItems(...question: Parameters<typeof settings>): string[] {
  return settings(...question)
    .flatMap(items)
    .map(tell);
}

export function tell({ value, when }: Setting): string {
  const branch = describePath(when);
  const defaults = when.defaults.length > 0 ? ` (default of ${when.defaults.join(", ")})` : "";
  return `${show(value)}${branch ? ` when ${branch}` : ""}${defaults}`;
}

export function show(value: Value): string {
  if (value.kind === "absent") return "absent";
  if (value.kind === "opaque") return `? ${value.reason}`;
  const pieces = piecesOf(value);
  return pieces ? piecesKey(pieces) : value.kind;
}
