import { accessOf } from "../../core/access/granted.ts";
import { appliesWith, isBare, reachesDynamoDb } from "../../core/access/grants.ts";
import { labelOf, listOf, lowerFirst } from "../../core/access/words.ts";
import { get, text } from "../../core/evaluate/setting.ts";
import { complementOf } from "../../core/iam/actions.ts";
import { isKey, operatorOf } from "../../core/iam/conditions.ts";
import { isMfaTrueFor, isTrueFor, MFA_PRESENT, mfaTests, type Signing } from "../../core/iam/mfa.ts";
import type { ConditionTest, Principal, Statement } from "../../core/iam/statements.ts";
import { atKey } from "../../core/iam/test-place.ts";
import { coversInWords } from "../../core/iam/words.ts";
import { type Fix, merge, renameKey } from "../../core/lint/fix.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import { holdersOf, type IamPrincipal, isIdentityPolicy, surePoliciesOf } from "../../core/model/policies.ts";
import type { Policy } from "../../core/model/policy.ts";
import { writtenText } from "../../core/model/principal-account.ts";
import { follow, type Project } from "../../core/model/project.ts";
import { relatedHolders } from "../../core/model/roles.ts";
import type { View } from "../../core/model/view.ts";

export default defineRule({
  name: "mfa-condition-ineffective",
  topic: "identity",
  severity: "error",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A condition on multi-factor authentication does not stop requests without it.",
    why: 'Requests with long-term access keys carry no `aws:MultiFactorAuthPresent` at all, and temporary credentials carry it whether MFA was used or not. So a Deny with `Bool: {aws:MultiFactorAuthPresent: "false"}` does not apply to access keys, an Allow with `BoolIfExists … "true"` lets them in, and `Null … "false"` in an Allow is true for every temporary credential. A role that only AWS services take never has MFA: an Allow that asks for it grants nothing there, a Deny without it stops everything.',
    how: 'Deny with `BoolIfExists: {aws:MultiFactorAuthPresent: "false"}`, allow with `Bool: {aws:MultiFactorAuthPresent: "true"}`, and use neither for roles of services.',
    references: [
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-multifactorauthpresent",
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html",
    ],
    examples: [
      {
        title: "A Deny that access keys pass by",
        bad: `Resources:
  Guard:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: DeleteOnlyWithMfa
            Effect: Deny
            Action: dynamodb:DeleteTable
            Resource: "*"
            Condition:
              Bool:
                aws:MultiFactorAuthPresent: "false"
`,
        good: `Resources:
  Guard:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: DeleteOnlyWithMfa
            Effect: Deny
            Action: dynamodb:DeleteTable
            Resource: "*"
            Condition:
              BoolIfExists:
                aws:MultiFactorAuthPresent: "false"
`,
      },
      {
        title: "An Allow that access keys satisfy",
        bad: `Resources:
  Operators:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: dynamodb:UpdateItem
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders
            Condition:
              BoolIfExists:
                aws:MultiFactorAuthPresent: "true"
`,
        good: `Resources:
  Operators:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: dynamodb:UpdateItem
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders
            Condition:
              Bool:
                aws:MultiFactorAuthPresent: "true"
`,
      },
    ],
  },
  controls: {},
  check(view, report) {
    for (const policy of view.policies) {
      if (!policy.statements.some((statement) => mfaTests(statement).length > 0)) continue;
      for (const statement of policy.statements) {
        if (mfaTests(statement).length === 0 || !concernsDynamoDb(view, policy, statement)) continue;
        checkStatement(view.project, policy, statement, report);
      }
    }
  },
});

function checkStatement(project: Project, policy: Policy, statement: Statement, report: Report): void {
  const tests = mfaTests(statement);
  const [first] = tests;
  if (!first) return;
  const signed = (signing: Signing) => isMfaTrueFor(statement, signing);
  const [keys, session, mfa] = [signed("long-term keys"), signed("without MFA"), signed("with MFA")];
  if (statement.conditionUnknown || keys === undefined || session === undefined) {
    report.cannotTell(atKey(statement, first), "its condition is not known");
    return;
  }
  const related = relatedOf(project, policy);
  // A Deny that also stops MFA, or an Allow that does not want it, is about something else.
  if (statement.effect === "Deny" ? mfa === true || !(keys || session) : mfa === false) return;
  const lets = statement.effect === "Allow";
  const open: Signing[] = [];
  if (keys === lets && mayUseKeys(project, policy, statement)) open.push("long-term keys");
  if (session === lets) open.push("without MFA");
  const reached = open.filter((signing) => lets || !isDeniedBeside(project, policy, statement, signing));
  if (reached.length > 0) {
    const blamed = tests.find((test) => reached.some((signing) => isTrueFor(test, signing) === lets)) ?? first;
    report(atKey(statement, blamed), {
      severity: lets ? "warning" : "error",
      message: messageOf(statement, blamed, reached),
      related,
      fixes: fixesFor(policy, statement, blamed, reached),
    });
    return;
  }
  // Neither kind of request without MFA passes: a role that never has it cannot do anything.
  if (keys !== lets && session !== lets) checkService(project, policy, statement, first, report);
  const compared = tests.find((test) => isKey(test, MFA_PRESENT) && operatorOf(test).name.startsWith("string"));
  if (compared) {
    report(atKey(statement, compared), {
      severity: "info",
      message: `${MFA_PRESENT} in ${labelOf(statement)} is compared by ${compared.operator}; AWS documents Bool for it.`,
      related,
    });
  }
}

/** Trust policies count where the role has access to DynamoDB; whatever speaks of all services, where DynamoDB is in view. */
function concernsDynamoDb(view: View, policy: Policy, statement: Statement): boolean {
  switch (policy.kind) {
    case "table":
    case "stream":
      return true;
    case "trust": {
      const role = view.principals.find(({ trustPolicies }) => trustPolicies.includes(policy));
      const access = role && accessOf(view.project, role);
      return access !== undefined && access.grants.length + access.managed.length > 0;
    }
    case "identity":
    case "organization":
      return namesDynamoDb(statement) || (view.dynamoDbInView && isAboutEverything(view.project, statement));
    case "endpoint":
      return namesDynamoDb(statement);
    default:
      return false;
  }
}

function namesDynamoDb(statement: Statement): boolean {
  return [...statement.actions, ...statement.notActions].some((action) =>
    /^(?:dynamodb|dax):/i.test(text(action) ?? ""),
  );
}

function isAboutEverything(project: Project, statement: Statement): boolean {
  if (reachesDynamoDb(project, statement) !== true) return false;
  if (statement.actions.some((action) => isBare(text(action) ?? ""))) return true;
  const excepted = statement.notActions.flatMap((action) => text(action) ?? []);
  if (excepted.length === 0) return false;
  const rest = complementOf(excepted);
  return rest.kind === "judged" && rest.names.length > 0;
}

/** May whoever the statement is about sign with long-term access keys? Sessions of roles and services do not. */
function mayUseKeys(project: Project, policy: Policy, { principals }: Statement): boolean {
  if (isIdentityPolicy(policy)) {
    const holders = holdersOf(project, policy);
    return holders.length === 0 || holders.some(({ kind }) => kind === "user" || kind === "group");
  }
  return principals.length === 0 || principals.some((principal) => !isRoleOrService(project, principal));
}

function isRoleOrService(project: Project, { type, setting }: Principal): boolean {
  if (type !== "AWS") return type === "Service" || type === "Federated";
  if (follow(project, setting.template, setting.value)?.resource.type === "AWS::IAM::Role") return true;
  return /:(?:role|assumed-role)\//.test(writtenText(setting));
}

/** Does another Deny stop the requests that pass this one? */
function isDeniedBeside(project: Project, policy: Policy, statement: Statement, signing: Signing): boolean {
  return neighbours(project, policy).some(
    (other) =>
      other !== statement &&
      other.effect === "Deny" &&
      !other.conditionUnknown &&
      other.conditions.length === mfaTests(other).length &&
      isMfaTrueFor(other, signing) === true &&
      appliesWith(other, statement) &&
      coversInWords(other, statement),
  );
}

/** The policy's own statements, and those that its only holder has beside it. */
function neighbours(project: Project, policy: Policy): readonly Statement[] {
  const [holder, ...others] = isIdentityPolicy(policy) ? holdersOf(project, policy) : [];
  if (!holder || others.length > 0) return policy.statements;
  return surePoliciesOf(project, holder)
    .filter((each) => each !== policy)
    .concat(isIdentityPolicy(policy) ? policy : [])
    .flatMap(({ statements }) => statements);
}

function messageOf(statement: Statement, test: ConditionTest, reached: readonly Signing[]): string {
  const label = labelOf(statement);
  const [only, ...others] = reached;
  if (statement.effect === "Allow") {
    if (only === "without MFA" && others.length === 0)
      return `MFA condition in ${label} does not ask for MFA: ${test.operator} on ${test.key} is true for every temporary credential, with MFA or without.`;
    const who = others.length > 0 ? "every request without MFA" : "long-term access keys without MFA";
    return `MFA condition in ${label} lets in ${who}: ${test.operator} is true where ${test.key} is missing.`;
  }
  if (only === "without MFA")
    return `MFA condition in ${label} does not stop temporary credentials without MFA: they carry ${test.key}, so this Deny does not apply to them.`;
  return `MFA condition in ${label} does not stop long-term access keys: their requests carry no ${test.key}, so this Deny does not apply to them.`;
}

/** Roles that AWS services take, and nobody else. */
function checkService(
  project: Project,
  policy: Policy,
  statement: Statement,
  test: ConditionTest,
  report: Report,
): void {
  const isAllow = statement.effect === "Allow";
  if (policy.kind === "trust") {
    if (!isAllow || !isServicesOnly(statement)) return;
    report(atKey(statement, test), {
      severity: "warning",
      message: `MFA condition in ${labelOf(statement)} is never true: a service takes the role without MFA, so nobody can take it.`,
    });
    return;
  }
  const holders = isIdentityPolicy(policy) ? holdersOf(project, policy) : [];
  if (holders.length === 0 || !holders.every(isTakenByServices)) return;
  const names = listOf(holders.slice(0, 3).map(({ name }) => lowerFirst(name)));
  report(atKey(statement, test), {
    severity: "warning",
    message: isAllow
      ? `MFA condition in ${labelOf(statement)} is never true: only services take ${names}, without MFA, so the statement grants nothing.`
      : `MFA condition in ${labelOf(statement)} is always true: only services take ${names}, without MFA, so the statement denies everything it names.`,
    related: relatedOf(project, policy),
  });
}

function isTakenByServices({ kind, trust, trustPolicies }: IamPrincipal): boolean {
  const allowed = trust.filter(({ effect }) => effect === "Allow");
  return (
    kind === "role" &&
    allowed.length > 0 &&
    allowed.every(isServicesOnly) &&
    trustPolicies.every(({ unknown }) => unknown.length === 0)
  );
}

function isServicesOnly({ principals, notPrincipal }: Statement): boolean {
  return !notPrincipal && principals.length > 0 && principals.every(({ type }) => type === "Service");
}

function relatedOf(project: Project, policy: Policy) {
  return isIdentityPolicy(policy) ? relatedHolders(holdersOf(project, policy), policy) : [];
}

function fixesFor(policy: Policy, statement: Statement, test: ConditionTest, reached: readonly Signing[]): Fix[] {
  const [condition] = get(statement.located, "Condition");
  const { name, ifExists } = operatorOf(test);
  if (!condition) return [];
  const isAlone = statement.conditions.filter(({ operator }) => operator === test.operator).length === 1;
  if (statement.effect === "Deny") {
    // In policies of resources, organisations and endpoints the repaired Deny would stop every workload.
    const isForPeople = policy.kind === "identity" || (policy.kind === "trust" && isForAccounts(statement));
    if (!isForPeople || !isAlone || name !== "bool" || reached.includes("without MFA")) return [];
    const wanted = `${test.operator}IfExists`;
    return [
      {
        title: `Use ${wanted} (stops long-term access keys)`,
        class: "caution",
        changes: [renameKey(condition, test.operator, wanted)],
      },
    ];
  }
  if (ifExists && isAlone) {
    const wanted = test.operator.slice(0, -"IfExists".length);
    return [
      {
        title: `Use ${wanted} (stops requests without MFA)`,
        class: "caution",
        changes: [renameKey(condition, test.operator, wanted)],
      },
    ];
  }
  if (name !== "null") return [];
  const operator = statement.conditions.find((each) => each.operator.toLowerCase() === "bool")?.operator;
  return [
    {
      title: `Ask for ${MFA_PRESENT} "true" (stops requests without MFA)`,
      class: "caution",
      changes: operator
        ? get(condition, operator).map((tests) => merge(tests, { [MFA_PRESENT]: "true" }))
        : [merge(condition, { Bool: { [MFA_PRESENT]: "true" } })],
    },
  ];
}

function isForAccounts({ principals }: Statement): boolean {
  return (
    principals.length > 0 && principals.every(({ type, setting }) => type === "AWS" && writtenText(setting) !== "*")
  );
}
