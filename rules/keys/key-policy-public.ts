import { labelOf } from "../../core/access/words.ts";
import { both, branchesUnder, isImplied } from "../../core/evaluate/branches.ts";
import type { Path } from "../../core/evaluate/path.ts";
import { getPath, type Setting, text } from "../../core/evaluate/setting.ts";
import { expandAction } from "../../core/iam/actions.ts";
import { deniesOthers, fixesCallers } from "../../core/iam/callers.ts";
import { isKey, isPositive } from "../../core/iam/conditions.ts";
import { inStatement, type Principal, type Statement } from "../../core/iam/statements.ts";
import { comparisonOf, isUntold, written } from "../../core/iam/via-service.ts";
import { type Fix, put } from "../../core/lint/fix.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import { concernsDynamoDb, linksOf, relatedLinks } from "../../core/model/key-links.ts";
import type { Key } from "../../core/model/keys.ts";
import type { Policy } from "../../core/model/policy.ts";
import { accountOf } from "../../core/model/principal-account.ts";
import type { Project } from "../../core/model/project.ts";

export default defineRule({
  name: "key-policy-public",
  topic: "keys",
  severity: "error",
  confidence: "high",
  recommended: true,
  docs: {
    what: "The key policy of a table's KMS key allows everybody.",
    why: '`Principal: "*"` in a key policy means every identity of every AWS account, unless a condition fixes the caller. `kms:ViaService` says through which service a request comes, not for whom: DynamoDB also asks for strangers. A condition on `kms:CallerAccount`, on an organisation, a principal, a source or a network fixes the caller.',
    how: "Add `kms:CallerAccount: !Ref AWS::AccountId` beside `kms:ViaService`, or name the principals.",
    references: [
      "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html",
      "https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html",
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html",
    ],
    examples: [
      {
        title: "Through DynamoDB, but for whom?",
        bad: `Resources:
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
              StringLike:
                kms:ViaService: dynamodb.*.amazonaws.com
`,
        good: `Resources:
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
  controls: {
    securityHub: ["KMS.5"],
    checkov: ["CKV_AWS_33"],
    cfnNag: ["F76"],
    guard: ["KMS_NO_WILDCARD_PRINCIPAL"],
    kics: ["f6049677-ec4a-43af-8779-5190b6d03cba"],
  },
  check({ keys, project }, report) {
    for (const key of keys) {
      if (key.policies.length > 0 && concernsDynamoDb(project, key))
        for (const policy of key.policies) checkPolicy(project, key, policy, report);
    }
  },
});

function checkPolicy(project: Project, key: Key, policy: Policy, report: Report): void {
  for (const setting of policy.unknown) report.cannotTell(setting);
  for (const statement of policy.statements) {
    if (statement.effect !== "Allow" || !isAboutKeys(statement)) continue;
    const branches = statement.conditions.some(fixesCallers) ? [] : openBranches(policy, statement);
    if (branches.length === 0) continue;
    const everybody = statement.principals.find((principal) => accountOf(principal).kind === "anyone");
    const principal = everybody?.setting ?? statement.notPrincipal;
    if (!principal) {
      for (const { setting } of statement.principals.filter(couldBeEverybody))
        report.cannotTell({ ...setting, when: inStatement(statement, setting) });
      continue;
    }
    for (const branch of branches) {
      const when = both(principal.template, branch, inStatement(statement, principal));
      if (!when) continue;
      const at = { ...principal, when, ...(!everybody && { place: principal.holder }) };
      if (statement.conditionUnknown) {
        report.cannotTell(at, "its condition is not known");
        continue;
      }
      report(at, {
        message: `Key policy of "${key.id}" is public (${labelOf(statement)}${everybody ? "" : ": NotPrincipal allows everybody else"}): ${whomItLetsIn(statement)}.`,
        related: relatedLinks(linksOf(project, key)),
        fixes: limitToAccount({ ...statement.located, when }),
      });
    }
  }
}

/** Does the statement give anything in KMS? An action that is not known may. */
function isAboutKeys({ actions, notActions }: Statement): boolean {
  return (
    notActions.length > 0 ||
    actions.some((action) => {
      const pattern = text(action);
      return pattern === undefined || namesOf(pattern).length > 0;
    })
  );
}

function namesOf(pattern: string): readonly string[] {
  const expansion = expandAction(pattern, ["kms"]);
  return expansion.kind === "judged" ? expansion.names : [];
}

/** The branches of an Allow in which no Deny for everybody leaves only fixed callers of it. */
function openBranches({ statements }: Policy, allow: Statement): Path[] {
  const { template, when } = allow.located;
  const closing = statements
    .filter((deny) => deny.effect === "Deny" && isForEverybody(deny) && deniesOthers(deny) && covers(deny, allow))
    .map((deny) => deny.located.when);
  const branches = branchesUnder(template, when, closing) ?? [when];
  return branches.filter((branch) => !closing.some((closed) => isImplied(template, closed, branch)));
}

function isForEverybody({ principals, notPrincipal }: Statement): boolean {
  return notPrincipal !== undefined || principals.some((principal) => accountOf(principal).kind === "anyone");
}

function covers(deny: Statement, allow: Statement): boolean {
  const denied = new Set(deny.actions.flatMap((action) => namesOf(text(action) ?? "")));
  const patterns = allow.notActions.length > 0 ? ["kms:*"] : allow.actions.map(text);
  return patterns.every((pattern) => pattern !== undefined && namesOf(pattern).every((name) => denied.has(name)));
}

/** A principal whose value only deployment knows; a resource's ARN is never a star. */
function couldBeEverybody(principal: Principal): boolean {
  return (
    accountOf(principal).kind === "unknown" && ["parameter", "import", "opaque"].includes(principal.setting.value.kind)
  );
}

/** A wildcard that is compared letter by letter: viaservice-pins-one-region speaks of it, and its fix opens the statement. */
function matchesNothing({ conditions }: Statement): boolean {
  return conditions.some((test) => {
    const comparison = isKey(test, "kms:ViaService") ? comparisonOf(test) : undefined;
    if (!comparison || comparison.expands || comparison.negated || !isPositive(test)) return false;
    return test.values.every((value) => /[*?]/.test(written(value)) && !isUntold(value));
  });
}

/** `kms:ViaService` is what such statements have in place of a caller. */
function whomItLetsIn(statement: Statement): string {
  if (matchesNothing(statement)) return "it would let in every AWS account, if its kms:ViaService matched any request";
  const isThroughService = statement.conditions.some((test) => isKey(test, "kms:ViaService"));
  const through = isThroughService ? "; kms:ViaService says through which service, not who" : "";
  return `it lets in every AWS account${through}`;
}

function limitToAccount(statement: Setting): Fix[] {
  return [
    {
      title: "Limit to callers of this account by kms:CallerAccount (stops everybody else)",
      class: "caution",
      changes: getPath(statement, "Condition", "StringEquals").flatMap((tests) =>
        put(tests, { "kms:CallerAccount": { Ref: "AWS::AccountId" } }),
      ),
    },
  ];
}
