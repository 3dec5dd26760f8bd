import { allEntries, type Node, withoutAlias } from "../../core/syntax/node.ts";
import { parse } from "../../core/syntax/parse.ts";
import { getAttTarget, intrinsicOf } from "../../core/template/intrinsics.ts";

/** A YAML template as JSON text, short forms in their long form, indented by two. Ranges differ, findings must not. */
export function asJson(yaml: string): string {
  return `${JSON.stringify(plain(parse(yaml).root), null, 2)}\n`;
}

function plain(node: Node | undefined): unknown {
  const value = withoutAlias(node);
  if (!value) return null;
  const call = value.tag ? intrinsicOf(value) : undefined;
  if (call?.name === "Fn::GetAtt") {
    const target = getAttTarget(call.argument);
    return { "Fn::GetAtt": target ? [target.logicalId, target.attribute] : plain(call.argument) };
  }
  if (call) return { [call.name]: plain(call.argument) };
  if (value.kind === "sequence") return value.items.map(plain);
  if (value.kind === "map")
    return Object.fromEntries([...allEntries(value)].map((entry) => [entry.key.text, plain(entry.value)]));
  return value.value;
}
