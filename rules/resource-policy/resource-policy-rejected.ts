import { ownerName } from "../../core/access/resource-grants.ts";
import { labelOf, shortName } from "../../core/access/words.ts";
import { type Located, type Setting, text } from "../../core/evaluate/setting.ts";
import { actionsOf, actionTableVersion } from "../../core/iam/actions.ts";
import { isAcceptedService, LARGEST_RESOURCE_POLICY, refusalOf } from "../../core/iam/resource-policy-limits.ts";
import { inStatement, type Statement } from "../../core/iam/statements.ts";
import { type Fix, replaceItem } from "../../core/lint/fix.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import { closest } from "../../core/lint/suggest.ts";
import { sizeOfDocument } from "../../core/model/document-size.ts";
import type { ResourcePolicy } from "../../core/model/resource-policies.ts";
import { serviceOf } from "../../core/model/roles.ts";

export default defineRule({
  name: "resource-policy-rejected",
  topic: "resource-policy",
  severity: "error",
  confidence: "high",
  recommended: true,
  docs: {
    what: "DynamoDB does not accept the resource policy as it is written.",
    why: "DynamoDB checks a resource policy when it is attached, and one mistake refuses all of it, so the deployment fails: a service principal other than those of Redshift, Glue and DynamoDB's own replication; an action that no table or stream policy can hold, such as `dynamodb:GetRecords` in a table's policy; an action that does not exist; more than 20 KB of text. The CDK's grant methods of late 2025 and early 2026 wrote some of these by themselves.",
    how: "Give services access by the policy of their role, put stream actions into the stream's policy, and correct or remove the others.",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-considerations.html",
      "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html",
    ],
    examples: [
      {
        title: "Stream actions in a table's policy",
        bad: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      ResourcePolicy:
        PolicyDocument:
          Version: "2012-10-17"
          Statement:
            - Sid: Reader
              Effect: Allow
              Principal: { AWS: !Sub "arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/reader" }
              Action: [dynamodb:GetItem, dynamodb:GetRecords]
              Resource: "*"
`,
        good: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      StreamSpecification:
        StreamViewType: NEW_IMAGE
        ResourcePolicy:
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Sid: Reader
                Effect: Allow
                Principal: { AWS: !Sub "arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/reader" }
                Action: dynamodb:GetRecords
                Resource: "*"
              - Sid: DenyInsecureTransport
                Effect: Deny
                Principal: "*"
                Action: dynamodb:*
                Resource: "*"
                Condition: { Bool: { aws:SecureTransport: "false" } }
`,
      },
    ],
  },
  controls: {},
  silences: ["unknown-or-non-iam-action"],
  check({ resourcePolicies }, report) {
    for (const policy of resourcePolicies) {
      for (const setting of policy.unknown) report.cannotTell(setting);
      checkSize(policy, report);
      for (const statement of policy.statements) {
        checkServices(policy, statement, report);
        for (const action of [...statement.actions, ...statement.notActions])
          checkAction(policy, statement, action, report);
      }
    }
  },
});

function rejects(policy: ResourcePolicy, reason: string): string {
  return `DynamoDB will reject the resource policy of ${ownerName(policy)}: ${reason}.`;
}

/** The CDK's own grants are not what its users wrote. */
function adviceFor({ template }: ResourcePolicy, what: string): string {
  return template.kind === "cdk"
    ? ` The CDK's ${what} of late 2025 and early 2026 wrote this: update aws-cdk-lib.`
    : "";
}

function checkSize(policy: ResourcePolicy, report: Report): void {
  const { document, statements } = policy;
  // Where nothing could be read, that is told already.
  if (statements.length === 0) return;
  const { least, most } = sizeOfDocument(document);
  const at: Located = { ...document, place: document.holder };
  if (least > LARGEST_RESOURCE_POLICY) report(at, { message: rejects(policy, "it is larger than 20 KB") });
  else if (most > LARGEST_RESOURCE_POLICY)
    report.cannotTell(at, "whether it is larger than 20 KB depends on values of deployment");
}

function checkServices(policy: ResourcePolicy, statement: Statement, report: Report): void {
  const services = statement.principals.filter(({ type }) => type === "Service");
  for (const { setting } of services) {
    const at = { ...setting, when: inStatement(statement, setting) };
    const service = serviceOf(setting);
    if (isAcceptedService(service)) continue;
    if (service === "" && text(setting) === undefined) {
      report.cannotTell(at);
      continue;
    }
    const shown = text(setting) ?? `${service}.amazonaws.com`;
    report(at, {
      message: `${rejects(policy, `service principal ${shown} is not accepted (${labelOf(statement)})`)} A service gets at the table by the policy of the role it uses.${adviceFor(policy, "grant…(new ServicePrincipal(…))")}`,
    });
  }
}

function checkAction(policy: ResourcePolicy, statement: Statement, action: Setting, report: Report): void {
  const name = text(action);
  const refusal = name === undefined ? undefined : refusalOf(policy.kind, name);
  if (name === undefined || !refusal) return;
  const at = { ...action, when: inStatement(statement, action) };
  const fixes = removal(statement, action, name);
  if (refusal === "elsewhere") {
    const kind = policy.kind === "table" ? "a table" : "a stream";
    const cure =
      shortName(name) === "ListStreams"
        ? " Only identity policies can allow it."
        : " It belongs into the policy of the stream.";
    report(at, {
      message: `${rejects(policy, `${name} is not allowed in ${kind} policy (${labelOf(statement)})`)}${cure}${adviceFor(policy, "cross-account grantReadData() and its like")}`,
      fixes,
    });
    return;
  }
  const advice = adviceOn(name.slice("dynamodb:".length));
  report(at, {
    // A name that is like no other may be a young action.
    ...(!advice && { severity: "warning" }),
    message: `${rejects(policy, `${name} is no action of DynamoDB (${labelOf(statement)})`)}${advice ?? ` If it is younger than the list used here (${actionTableVersion}), ignore this.`}`,
    fixes,
  });
}

/** What the API calls so is authorised by other names. Source: DynamoDB Developer Guide, transactions and PartiQL with IAM. */
const AUTHORISED_AS: Record<string, string> = {
  transactgetitems: "GetItem",
  transactwriteitems: "ConditionCheckItem, PutItem, UpdateItem and DeleteItem",
  executestatement: "PartiQLSelect, PartiQLInsert, PartiQLUpdate and PartiQLDelete",
  batchexecutestatement: "PartiQLSelect, PartiQLInsert, PartiQLUpdate and PartiQLDelete",
  executetransaction: "PartiQLSelect, PartiQLInsert, PartiQLUpdate and PartiQLDelete",
  conditioncheck: "ConditionCheckItem",
};

function adviceOn(name: string): string | undefined {
  const others = AUTHORISED_AS[name.toLowerCase()];
  if (others) return ` Such calls are authorised as ${others}.`;
  const meant = closest(
    name,
    actionsOf("dynamodb").map((action) => action.name),
  );
  return meant && ` Probably dynamodb:${meant} is meant.`;
}

/** Not the last one, which a statement needs; and without an exception a `NotAction` says more than before. */
function removal(statement: Statement, action: Setting, name: string): Fix[] {
  if (statement.actions.length < 2 || !statement.actions.includes(action)) return [];
  const effect = statement.effect === "Allow" ? "grants" : "denies";
  return [
    {
      title: `Remove ${name} (it ${effect} nothing here; the rest of the policy can then be deployed, and takes effect)`,
      class: "caution",
      changes: [replaceItem(action, [])],
    },
  ];
}
