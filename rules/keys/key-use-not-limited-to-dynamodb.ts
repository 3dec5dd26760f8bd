import {
  grantsOfKeyPolicy,
  isForServices,
  isOwnAccount,
  type KeyGrant,
  limitsGrants,
  limitsKeys,
  tableKeysOf,
  viaServices,
} from "../../core/access/key-grants.ts";
import { firstOf, lowerFirst } from "../../core/access/words.ts";
import { get, type Setting } from "../../core/evaluate/setting.ts";
import { keyAdministration } from "../../core/iam/action-classes.ts";
import type { Principal, Statement } from "../../core/iam/statements.ts";
import { type Fix, merge } from "../../core/lint/fix.ts";
import { defineRule } from "../../core/lint/rule.ts";
import type { Policy } from "../../core/model/policy.ts";
import { accountOf, writtenText } from "../../core/model/principal-account.ts";
import { principalBehind, principalName } from "../../core/model/principal-behind.ts";
import type { Project } from "../../core/model/project.ts";
import { useOf } from "../../core/model/roles.ts";

export default defineRule({
  name: "key-use-not-limited-to-dynamodb",
  topic: "keys",
  severity: "info",
  confidence: "medium",
  recommended: false,
  docs: {
    what: "The policy of a table's key lets an application use the key directly, not only through DynamoDB.",
    why: "To read and write an encrypted table a role needs its key only for the requests that DynamoDB makes in its name. Without `kms:ViaService` the role may also call KMS itself, and use the key through every other service: whatever else is encrypted under it is open to the role as well.",
    how: "Add the condition `StringLike: { kms:ViaService: dynamodb.*.amazonaws.com }` to the statement. Leave it where the application encrypts with this key on its own account.",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html",
      "https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service",
    ],
    examples: [
      {
        title: "A role in the key policy",
        bad: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      SSESpecification: { SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: !GetAtt OrdersKey.Arn }
  OrdersKey:
    Type: AWS::KMS::Key
    Properties:
      EnableKeyRotation: true
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { AWS: !Sub "arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root" }
            Action: kms:*
            Resource: "*"
          - Effect: Allow
            Principal: { AWS: !Sub "arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/orders-service" }
            Action: [kms:Decrypt, kms:DescribeKey]
            Resource: "*"
`,
        good: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      SSESpecification: { SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: !GetAtt OrdersKey.Arn }
  OrdersKey:
    Type: AWS::KMS::Key
    Properties:
      EnableKeyRotation: true
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { AWS: !Sub "arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root" }
            Action: kms:*
            Resource: "*"
          - Effect: Allow
            Principal: { AWS: !Sub "arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/orders-service" }
            Action: [kms:Decrypt, kms:DescribeKey]
            Resource: "*"
            Condition:
              StringLike: { kms:ViaService: dynamodb.*.amazonaws.com }
`,
      },
    ],
  },
  controls: {},
  construct: "key.grantDecrypt(new kms.ViaServicePrincipal(`dynamodb.${this.region}.amazonaws.com`, role))",
  check({ project, keys }, report) {
    for (const key of keys) {
      if (!tableKeysOf(project).includes(key)) continue;
      for (const policy of key.policies) {
        const administrators = administratorsIn(policy);
        const seen = new Set<Statement>();
        const grants = grantsOfKeyPolicy(policy).filter((grant) => directUse(grant).length > 0);
        for (const { statement, at } of grants) {
          if (seen.has(statement)) continue;
          seen.add(statement);
          const users = statement.principals.filter((entry) => isApplication(project, entry, administrators));
          if (users.length === 0) continue;
          if (statement.conditionUnknown) {
            report.cannotTell(at, "the condition of its statement is not known");
            continue;
          }
          const names = grants.filter((grant) => grant.statement === statement).flatMap(directUse);
          const used = new Set(names.map((name) => name.slice("kms:".length)));
          report(at, {
            message: `The policy of "${key.id}" lets ${firstOf(users.map((entry) => lowerFirst(principalName(project, entry))))} use the key directly and through every service, not only through DynamoDB (${firstOf([...used])}).`,
            fixes: onlyThroughDynamoDb(statement, users),
          });
        }
      }
    }
  },
});

/** The use of a key for reading, writing or passing on; to describe a key or encrypt with it gives nothing away. */
function isUse(name: string): boolean {
  return /^kms:(?:Decrypt|GenerateDataKey.*|ReEncrypt.*|CreateGrant)$/.test(name);
}

/** What an entry gives of that without a limit. */
function directUse({ statement, names }: KeyGrant): string[] {
  if (isLimited(statement)) return [];
  return names.filter((name) => isUse(name) && !(name === "kms:CreateGrant" && limitsGrants(statement)));
}

/** Through DynamoDB only, for grants that services use, or for one encryption context. */
function isLimited(statement: Statement): boolean {
  const services = viaServices(statement);
  if (services) return services.every((service) => service.startsWith("dynamodb."));
  return isForServices(statement) || limitsKeys(statement);
}

/** Texts of the principals that the policy gives a key's administration: their use of the key is no application's. */
function administratorsIn(policy: Policy): ReadonlySet<string> {
  const entries = grantsOfKeyPolicy(policy)
    .filter(({ names }) => names.some((name) => keyAdministration.has(name)))
    .flatMap(({ statement }) => statement.principals);
  return new Set(entries.map(identityOf));
}

function identityOf({ setting }: Principal): string {
  const { value } = setting;
  return value.kind === "reference" ? `${value.id}.${value.attribute ?? ""}` : writtenText(setting);
}

/** A single role, in view or not, unless it deploys, serves AWS or is staff's. */
function isApplication(project: Project, entry: Principal, administrators: ReadonlySet<string>): boolean {
  const account = accountOf(entry);
  if (account.kind === "none" || account.kind === "anyone" || isOwnAccount(entry)) return false;
  if (account.kind === "account" && account.whole) return false;
  if (administrators.has(identityOf(entry))) return false;
  const principal = principalBehind(project, entry);
  if (principal) return ["workload", "end user", "foreign account", "other"].includes(useOf(principal));
  return /:role\/(?!aws-service-role\/|aws-reserved\/)/.test(writtenText(entry.setting));
}

/** Only where nobody else is in the statement, who may need the key for something else. */
function onlyThroughDynamoDb(statement: Statement, users: readonly Principal[]): Fix[] {
  const [condition, ...others] = get(statement.located, "Condition");
  if (!condition || others.length > 0 || users.length < statement.principals.length || viaServices(statement))
    return [];
  return [
    {
      title: "Allow it through DynamoDB only (stops direct calls to KMS and use through other services)",
      class: "caution",
      changes: get(condition, "StringLike").map((setting: Setting) =>
        merge(setting, { "kms:ViaService": "dynamodb.*.amazonaws.com" }),
      ),
    },
  ];
}
