import { isBare } from "../../core/access/grants.ts";
import { everyKey, keyGrantsOf, limitsKeys, tableKeysOf } from "../../core/access/key-grants.ts";
import { tablesNamedBy } from "../../core/access/opened.ts";
import { mayUseItems } from "../../core/access/use.ts";
import type { Setting } from "../../core/evaluate/setting.ts";
import { text } from "../../core/evaluate/setting.ts";
import { findAction } from "../../core/iam/actions.ts";
import { inStatement, type Statement } from "../../core/iam/statements.ts";
import { type Fix, replaceItem } from "../../core/lint/fix.ts";
import { defineRule } from "../../core/lint/rule.ts";
import { type Key, usesOf } from "../../core/model/keys.ts";
import { holdersOf, type IdentityPolicy, policiesOf, subjectOf } from "../../core/model/policies.ts";
import type { Project } from "../../core/model/project.ts";
import { relatedHolders, useOf } from "../../core/model/roles.ts";

export default defineRule({
  name: "decrypt-on-all-keys",
  topic: "keys",
  severity: "warning",
  confidence: "high",
  recommended: true,
  docs: {
    what: "Whoever reads or writes items of a table may decrypt with every KMS key of the account.",
    why: "The action kms:Decrypt on `*` reaches every key whose policy leaves access to identity policies, as the default one does. A customer managed key is there to say who may read a table's data; a role that may decrypt with all of them passes that by for every table, bucket and secret that it can reach some other way.",
    how: "Name the keys of the tables, or let the permission count through DynamoDB only (`kms:ViaService`) or for named aliases (`kms:ResourceAliases`).",
    references: [
      "https://docs.aws.amazon.com/kms/latest/developerguide/iam-policies-best-practices.html",
      "https://docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html",
    ],
    examples: [
      {
        title: "kms:Decrypt on *",
        bad: `Resources:
  OrdersKey:
    Type: AWS::KMS::Key
    Properties:
      EnableKeyRotation: true
  WorkerRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - { Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: "sts:AssumeRole" }
      Policies:
        - PolicyName: orders
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: [dynamodb:GetItem, dynamodb:Query]
                Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders
              - Effect: Allow
                Action: kms:Decrypt
                Resource: "*"
`,
        good: `Resources:
  OrdersKey:
    Type: AWS::KMS::Key
    Properties:
      EnableKeyRotation: true
  WorkerRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - { Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: "sts:AssumeRole" }
      Policies:
        - PolicyName: orders
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: [dynamodb:GetItem, dynamodb:Query]
                Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders
              - Effect: Allow
                Action: kms:Decrypt
                Resource: !GetAtt OrdersKey.Arn
`,
      },
    ],
  },
  controls: {
    securityHub: ["KMS.1", "KMS.2"],
    config: ["iam-customer-policy-blocked-kms-actions", "iam-inline-policy-blocked-kms-actions"],
    cdkNag: ["AwsSolutions-IAM5"],
  },
  construct: "key.grantDecrypt(…) or table.grantReadData(…), which name the key",
  check(view, report) {
    if (!view.dynamoDbInView) return;
    const { project } = view;
    for (const policy of view.identityPolicies) {
      const seen = new Set<Statement>();
      for (const { statement, pattern, names } of keyGrantsOf(project, policy)) {
        // What a bare star or NotAction brings along is said of the statement as a whole.
        if (pattern === undefined || isBare(pattern) || !names.includes("kms:Decrypt") || seen.has(statement)) continue;
        const [every] = everyKey(project, statement);
        if (!every || limitsKeys(statement) || !isOfDataRole(project, policy)) continue;
        seen.add(statement);
        const at = { ...every, when: inStatement(statement, every) };
        if (statement.conditionUnknown) {
          report.cannotTell(at, "the condition of its statement is not known");
          continue;
        }
        report(at, {
          message: `${subjectOf(project, policy)} may decrypt with every KMS key whose policy leaves that to identity policies (${pattern} on ${text(every) ?? "key/*"}), not only with the keys of its tables.`,
          related: relatedHolders(holdersOf(project, policy), policy),
          fixes: nameTheKey(project, policy, statement, every),
        });
      }
    }
  },
});

/** Does somebody have the policy who works with items, and is neither a pipeline nor an AWS service? */
function isOfDataRole(project: Project, policy: IdentityPolicy): boolean {
  return holdersOf(project, policy).some((holder) => {
    const use = useOf(holder);
    return use !== "deployment" && use !== "service" && mayUseItems(project, holder) === "yes";
  });
}

/** Where the tables that the holders' policies name have one key between them, and every action of the statement can be limited to it. */
function nameTheKey(project: Project, policy: IdentityPolicy, statement: Statement, every: Setting): Fix[] {
  const isLimitable = statement.actions.every((action) => {
    const pattern = text(action);
    const known = findAction(pattern ?? "");
    return known ? takesKey(known.qualified) : /^kms:(?:ReEncrypt|GenerateDataKey)\*$/i.test(pattern ?? "");
  });
  if (!isLimitable || statement.resources.length > 1) return [];
  const tables = new Set(
    holdersOf(project, policy)
      .flatMap((holder) => policiesOf(project, holder))
      .flatMap(({ statements }) => statements.filter(({ effect }) => effect === "Allow"))
      .flatMap((each) => tablesNamedBy(project, each)),
  );
  const keys = tableKeysOf(project).filter((key) => usesOf(project, key).some(({ table }) => tables.has(table)));
  const [key, ...others] = keys;
  if (!key || others.length > 0 || !isReferable(policy, key)) return [];
  return [
    {
      title: `Limit to the key "${key.id}" (stops the use of every other key)`,
      class: "caution",
      changes: [replaceItem(every, [{ "Fn::GetAtt": [key.id, "Arn"] }])],
    },
  ];
}

function takesKey(name: string): boolean {
  return (
    findAction(name)?.service === "kms" && findAction(name)?.resourceTypes.some((type) => type.name === "key") === true
  );
}

/** It stands in the policy's own template, in every branch. */
function isReferable({ template }: IdentityPolicy, { resource }: Key): boolean {
  return template.resources.get(resource.id) === resource && resource.condition === undefined;
}
