import { policyTemplate } from "../template/sam/policy-templates.ts";
import { MADE_BY_SAM } from "../template/sam/synthetic.ts";
import type { Policy } from "./policy.ts";

/** The SAM policy template that a policy is made of (`DynamoDBCrudPolicy`); undefined for a policy that is written out. Its document stands at the template's name. */
export function policyTemplateOf({ document, template }: Pick<Policy, "document" | "template">): string | undefined {
  const { value, place } = document;
  if (value.kind !== "map" || value.node.generated !== MADE_BY_SAM) return undefined;
  const name = template.source.text.slice(place.start, place.end).replace(/^(["'])(.*)\1$/, "$2");
  return policyTemplate(name) === undefined ? undefined : name;
}
