import { labelOf, listOf } from "../../core/access/words.ts";
import { both, isImplied } from "../../core/evaluate/branches.ts";
import { get, isAbsent, type Setting } from "../../core/evaluate/setting.ts";
import { isKey } from "../../core/iam/conditions.ts";
import { takesInKeyAction } from "../../core/iam/key-actions.ts";
import { type ConditionTest, inStatement, type Statement } from "../../core/iam/statements.ts";
import { comparisonOf, isUntold, lacks, type Pin, pinsOf, written } from "../../core/iam/via-service.ts";
import { type Change, type Fix, renameKey, replaceItem } from "../../core/lint/fix.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import { isDynamoDbService, relatedLinks, tableLinksOf, usedIn } from "../../core/model/key-links.ts";
import type { Key } from "../../core/model/keys.ts";
import type { Policy } from "../../core/model/policy.ts";
import type { Project } from "../../core/model/project.ts";
import { acrossCopies, type Table } from "../../core/model/tables.ts";

export default defineRule({
  name: "viaservice-pins-one-region",
  topic: "keys",
  severity: "error",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A key policy's `kms:ViaService` names DynamoDB in fewer regions than the global table has replicas in, or writes `*` for the region where it is not expanded.",
    why: "For a global table DynamoDB calls KMS across regions, so a permission to use the key through `dynamodb.us-east-1.amazonaws.com` alone is too narrow: AWS asks for an asterisk in the region's place. A statement that only allows to decrypt is left alone: DynamoDB decrypts for its callers in the region that they call. `StringEquals` compares letter by letter: there `dynamodb.*.amazonaws.com` matches no request, and the statement does nothing for DynamoDB.",
    how: "Write `StringLike` with `kms:ViaService: dynamodb.*.amazonaws.com`, beside `kms:CallerAccount`.",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html",
      "https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html",
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html",
    ],
    examples: [
      {
        title: "Two regions, one of them allowed",
        bad: `Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    DeletionPolicy: Retain
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      SSESpecification: { SSEEnabled: true, SSEType: KMS }
      Replicas:
        - Region: us-east-1
          SSESpecification: { KMSMasterKeyId: !GetAtt OrdersKey.Arn }
        - Region: eu-west-1
          SSESpecification: { KMSMasterKeyId: !ImportValue orders-key-eu }
  OrdersKey:
    Type: AWS::KMS::Key
    DeletionPolicy: Retain
    Properties:
      EnableKeyRotation: true
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - Sid: Administration
            Effect: Allow
            Principal: { AWS: !Sub "arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root" }
            Action: kms:*
            Resource: "*"
          - Sid: UseThroughDynamoDB
            Effect: Allow
            Principal: { AWS: "*" }
            Action: [kms:Encrypt, kms:Decrypt, "kms:ReEncrypt*", "kms:GenerateDataKey*", kms:CreateGrant, kms:DescribeKey]
            Resource: "*"
            Condition:
              StringEquals:
                kms:CallerAccount: !Ref AWS::AccountId
                kms:ViaService: dynamodb.us-east-1.amazonaws.com
`,
        good: `Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    DeletionPolicy: Retain
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      SSESpecification: { SSEEnabled: true, SSEType: KMS }
      Replicas:
        - Region: us-east-1
          SSESpecification: { KMSMasterKeyId: !GetAtt OrdersKey.Arn }
        - Region: eu-west-1
          SSESpecification: { KMSMasterKeyId: !ImportValue orders-key-eu }
  OrdersKey:
    Type: AWS::KMS::Key
    DeletionPolicy: Retain
    Properties:
      EnableKeyRotation: true
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - Sid: Administration
            Effect: Allow
            Principal: { AWS: !Sub "arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root" }
            Action: kms:*
            Resource: "*"
          - Sid: UseThroughDynamoDB
            Effect: Allow
            Principal: { AWS: "*" }
            Action: [kms:Encrypt, kms:Decrypt, "kms:ReEncrypt*", "kms:GenerateDataKey*", kms:CreateGrant, kms:DescribeKey]
            Resource: "*"
            Condition:
              StringEquals:
                kms:CallerAccount: !Ref AWS::AccountId
              StringLike:
                kms:ViaService: dynamodb.*.amazonaws.com
`,
      },
    ],
  },
  controls: {},
  check({ keys, project }, report) {
    for (const key of keys) {
      for (const policy of key.policies) {
        for (const statement of policy.statements) {
          for (const test of statement.conditions) {
            if (!isKey(test, "kms:ViaService") || checkWildcard(key, statement, test, report)) continue;
            checkRegions(project, key, policy, statement, test, report);
          }
        }
      }
    }
  },
});

/** A wildcard that is compared as a letter. True where there is one. */
function checkWildcard(key: Key, statement: Statement, test: ConditionTest, report: Report): boolean {
  const comparison = comparisonOf(test);
  if (!comparison || comparison.expands) return false;
  const dead = test.values.filter((value) => isDynamoDbService(value) && /[*?]/.test(written(value)));
  for (const value of dead) {
    const so = comparison.negated
      ? `no request equals "${written(value)}", so that DynamoDB is not excepted`
      : `"${written(value)}" matches no request`;
    report(atKey(statement, test, value), {
      message: `${test.operator} in the policy of key "${key.id}" (${labelOf(statement)}) does not expand wildcards: ${so}.`,
      fixes: withWildcards(statement, test, comparison.negated),
    });
  }
  return dead.length > 0;
}

function withWildcards(statement: Statement, test: ConditionTest, negated: boolean): Fix[] {
  const rename = likeInstead(statement, test);
  if (!rename) return [];
  const grants = (statement.effect === "Allow") !== negated;
  return [
    {
      title: `Compare by ${likeOperator(test)}, which expands wildcards (${grants ? "grants" : "stops"} use through DynamoDB)`,
      class: "caution",
      changes: rename,
    },
  ];
}

/** Regions of replicas that an Allow leaves out, or that a Deny does not except. */
function checkRegions(
  project: Project,
  key: Key,
  policy: Policy,
  statement: Statement,
  test: ConditionTest,
  report: Report,
): void {
  const comparison = comparisonOf(test);
  if (!comparison || (statement.effect === "Allow") === comparison.negated || isForReaders(statement)) return;
  const links = tableLinksOf(project, key);
  const tables = new Set(links.flatMap(({ table }) => (table && table.copies.length > 1 ? [table] : [])));
  if (tables.size === 0) return;
  const pins = pinsOf(test, comparison.expands);
  if (!pins) {
    for (const value of test.values.filter(isUntold))
      report.cannotTell(atKey(statement, test, value), "the service that it names is not known");
    return;
  }
  const [first] = pins;
  if (!first) return;
  const allowed = statement.effect === "Allow" ? [...pins, ...pinsOfOthers(policy, statement)] : pins;
  for (const table of tables) {
    for (const branch of replicaRegions(table)) {
      const lacking = branch.regions && branch.regions.length > 1 && lacks(branch.regions, allowed);
      if (lacking === false) continue;
      const at = atKey(statement, test, first.value);
      const own = links.filter((link) => link.table === table);
      for (const used of usedIn(at, own).branches) {
        const when = table.template === at.template ? both(at.template, used, branch.when) : used;
        if (!when) continue;
        if (!branch.regions) {
          report.cannotTell({ ...at, when }, `the regions of "${table.id}" are not known`);
          continue;
        }
        report(
          { ...at, when },
          {
            message: `${pinned(key, statement, pins)}, but "${table.id}" has replicas in ${listOf(branch.regions)}: DynamoDB calls KMS across regions for a global table.`,
            related: relatedLinks(own),
            fixes: everyRegion(statement, test, comparison.expands, pins),
          },
        );
      }
    }
  }
}

/**
 * Does an Allow give no more than callers of DynamoDB need? It decrypts for them in the region that they call, with the key of that region's
 * replica: `key.grantDecrypt(new ViaServicePrincipal(…))` of the CDK is enough.
 */
function isForReaders(statement: Statement): boolean {
  return statement.effect === "Allow" && TABLE_USE.every((name) => takesInKeyAction(statement, name) === false);
}

/** Of what DynamoDB needs to encrypt a table with a key, the part that no caller needs. Source: DynamoDB Developer Guide, encryption usage notes. */
const TABLE_USE = ["kms:Encrypt", "kms:ReEncryptTo", "kms:GenerateDataKey", "kms:CreateGrant"];

/** Statements for one region each allow together what they name, where they hold together. */
function pinsOfOthers({ statements }: Policy, statement: Statement): Pin[] {
  const { template, when } = statement.located;
  const others = statements.filter(
    (other) => other.effect === "Allow" && other !== statement && isImplied(template, other.located.when, when),
  );
  return others
    .flatMap(({ conditions }) => conditions)
    .flatMap((test) => {
      const comparison = isKey(test, "kms:ViaService") ? comparisonOf(test) : undefined;
      return (comparison && !comparison.negated && pinsOf(test, comparison.expands)) || [];
    });
}

function pinned(key: Key, statement: Statement, pins: readonly Pin[]): string {
  const regions = listOf([...new Set(pins.map(({ region }) => region))]);
  return statement.effect === "Allow"
    ? `Key policy of "${key.id}" (${labelOf(statement)}) allows use through DynamoDB only in ${regions}`
    : `Key policy of "${key.id}" (${labelOf(statement)}) denies use through DynamoDB outside ${regions}`;
}

/** The regions of a table's replicas, branch by branch; undefined where one cannot be told from the others. */
function replicaRegions(table: Table) {
  return acrossCopies(table, (copy) => get(copy.located, "Region")).map(({ when, settings }) => {
    const isKnown = settings.every(({ setting }) => !isAbsent(setting) && setting.value.kind !== "opaque");
    return { when, regions: isKnown ? [...new Set(settings.map(({ setting }) => written(setting)))] : undefined };
  });
}

function everyRegion(statement: Statement, test: ConditionTest, expands: boolean, pins: readonly Pin[]): Fix[] {
  const rename = expands ? [] : likeInstead(statement, test);
  const [first, ...others] = pins;
  if (!rename || !first) return [];
  return [
    {
      title: `Name DynamoDB in every region by ${expands ? test.operator : likeOperator(test)} (grants use of the key through DynamoDB in other regions)`,
      class: "caution",
      changes: [
        ...rename,
        replaceItem(first.value, [`dynamodb.*.${first.suffix}`]),
        ...others.map((pin) => replaceItem(pin.value, [])),
      ],
    },
  ];
}

/** `StringEqualsIfExists` → `StringLikeIfExists`. */
function likeOperator({ operator }: ConditionTest): string {
  return operator.replace(/Equals/i, "Like");
}

/** Renames the operator; undefined where it has no like, or compares something else with a wildcard as a letter. */
function likeInstead(statement: Statement, test: ConditionTest): Change[] | undefined {
  if (/ignorecase/i.test(test.operator)) return undefined;
  const others = statement.conditions.filter((other) => other.operator === test.operator && other !== test);
  if (others.some(({ values }) => values.some((value) => /[*?]/.test(written(value))))) return undefined;
  return get(statement.located, "Condition").map((condition) =>
    renameKey({ ...condition, when: inStatement(statement, condition) }, test.operator, likeOperator(test)),
  );
}

function atKey(statement: Statement, test: ConditionTest, value: Setting): Setting {
  return { ...value, place: test.keyPlace, when: inStatement(statement, value) };
}
