import type { ArnText } from "../../iam/arn.ts";
import data from "./policy-templates.generated.json" with { type: "json" };

/** What a SAM policy template expands to, as far as it concerns DynamoDB, DAX and KMS. */
export interface PolicyTemplate {
  /** Names of the parameters, all of them required: `["TableName"]`. */
  parameters: readonly string[];
  statements: readonly TemplateStatement[];
}

export interface TemplateStatement {
  effect: string;
  actions: readonly string[];
  /** `arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${TableName}`: pseudo parameters and the template's own parameters. */
  resources: readonly string[];
  condition?: unknown;
}

let templates: ReadonlyMap<string, PolicyTemplate | "other"> | undefined;

/**
 * The SAM policy template of that name (case counts). `"other"`: a template of another service, which reaches no table. Undefined: no template.
 */
export function policyTemplate(name: string): PolicyTemplate | "other" | undefined {
  templates ??= new Map<string, PolicyTemplate | "other">([
    ...data.others.map((other) => [other, "other"] as const),
    ...Object.entries(data.templates),
  ]);
  return templates.get(name);
}

/** The names of all SAM policy templates that speak of DynamoDB, DAX or KMS. */
export function policyTemplateNames(): readonly string[] {
  return Object.keys(data.templates);
}

/**
 * A resource of a template with the values of the parameters put in. Pseudo parameters become holes (`AWS::Region`), as does a parameter
 * without a value (its own name).
 */
export function fillResource(resource: string, values: ReadonlyMap<string, ArnText>): ArnText {
  const pieces: ArnText[number][] = [];
  resource.split(/\$\{([^}]*)\}/).forEach((piece, index) => {
    if (index % 2 === 1) pieces.push(...(values.get(piece) ?? [{ hole: piece }]));
    else if (piece !== "") pieces.push(piece);
  });
  return pieces;
}
