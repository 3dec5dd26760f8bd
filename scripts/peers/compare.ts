import { applyChange } from "../../core/lint/apply.ts";
import { DEFAULT_CONFIGURATION } from "../../core/lint/configuration.ts";
import { addResource, freeLogicalId } from "../../core/lint/fix.ts";
import { lintTemplate } from "../../core/lint/lint.ts";
import { createProject } from "../../core/model/project.ts";
import { applyEdits, type Json } from "../../core/syntax/edit.ts";
import { sourceText } from "../../core/syntax/source-text.ts";
import { readTemplate } from "../../core/template/read.ts";
import type { Template } from "../../core/template/template.ts";
import { RULES } from "../../rules/registry.ts";

export const RULE_NAMES = RULES.map(({ name }) => name);

export interface Found {
  rule: string;
  /** The logical id of the resource in whose text the finding stands. */
  resource: string | undefined;
}

/** What the named rules find in a peer's template, with what it lacks to concern DynamoDB added to it. Others run as they do by default. */
export function findingsIn(file: string, text: string, names: readonly string[], beside: string | undefined): Found[] {
  const rules = new Map(names.map((name) => [name, "warning"] as const));
  let template = readTemplate(file, sourceText(text));
  for (const [wanted, body] of additions(template, beside)) {
    const change = addResource(template, freeLogicalId(template, wanted), body);
    const applied = applyChange(template, change);
    if (applied) template = readTemplate(file, sourceText(applyEdits(template.source.text, applied.edits)));
  }
  const project = createProject([template]);
  return project.templates.flatMap((each) =>
    lintTemplate(project, each, RULES, { ...DEFAULT_CONFIGURATION, rules })
      .findings.filter(({ rule, suppressed }) => rules.has(rule) && !suppressed)
      .map(({ rule, resource }) => ({
        rule,
        resource: resource?.logicalId,
      })),
  );
}

const table = (more: { [key: string]: Json }) => ({
  Type: "AWS::DynamoDB::Table",
  Properties: {
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    ...more,
  },
});

function additions(template: Template, beside: string | undefined): [string, { [key: string]: Json }][] {
  const ofType = (type: RegExp) => [...template.resources.values()].filter((resource) => type.test(resource.type));
  if (beside === "table") return [["ComparedTable", table({})]];
  if (beside === "keys used by a table")
    return ofType(/^AWS::KMS::(?:Replica)?Key$/).map(({ logicalId }) => [
      "ComparedTable",
      table({
        SSESpecification: { SSEEnabled: true, SSEType: "KMS", KMSMasterKeyId: { "Fn::GetAtt": [logicalId, "Arn"] } },
      }),
    ]);
  if (beside === "roles that read a table")
    return ofType(/^AWS::IAM::Role$/).map(({ logicalId }) => [
      "ComparedPolicy",
      {
        Type: "AWS::IAM::RolePolicy",
        Properties: {
          RoleName: { Ref: logicalId },
          PolicyName: "read",
          PolicyDocument: {
            Version: "2012-10-17",
            Statement: {
              Effect: "Allow",
              Action: "dynamodb:GetItem",
              Resource: "arn:aws:dynamodb:eu-west-1:111122223333:table/orders",
            },
          },
        },
      },
    ]);
  return [];
}
