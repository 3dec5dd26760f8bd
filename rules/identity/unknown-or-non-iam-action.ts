import { reportUnread } from "../../core/access/unread.ts";
import { listOf, shortName } from "../../core/access/words.ts";
import { type Setting, text } from "../../core/evaluate/setting.ts";
import { actionsOf, expandAction, splitActionPattern } from "../../core/iam/actions.ts";
import { authorisedAs } from "../../core/iam/api-names.ts";
import { inStatement, type Statement } from "../../core/iam/statements.ts";
import { type Fix, replaceItem } from "../../core/lint/fix.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import type { Severity } from "../../core/lint/severity.ts";
import { nearest } from "../../core/lint/suggest.ts";
import type { Policy } from "../../core/model/policy.ts";
import { fitsWith } from "../../core/model/policy-size.ts";
import type { View } from "../../core/model/view.ts";

export default defineRule({
  name: "unknown-or-non-iam-action",
  topic: "identity",
  severity: "warning",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A policy names a DynamoDB or DAX action that IAM does not have.",
    why: "IAM accepts any name and no request ever matches it. `dynamodb:TransactWriteItems` is an operation of the API, not an action: a transaction is authorised as the PutItem, UpdateItem, DeleteItem and ConditionCheckItem inside it, and PartiQL statements as PartiQLSelect, PartiQLInsert, PartiQLUpdate and PartiQLDelete. In an Allow such an entry grants nothing, which is how policies come to be widened to `*`; in a Deny it protects nothing, and that is an error. A name that resembles no known one may be newer than the list of actions that this tool carries, and is only mentioned.",
    how: "Name the actions that IAM checks.",
    references: [
      "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html",
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html",
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html",
    ],
    examples: [
      {
        title: "Transactions are authorised as what is in them",
        bad: `Resources:
  AppPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: [dynamodb:GetItem, dynamodb:TransactWriteItems]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders
`,
        good: `Resources:
  AppPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: [dynamodb:GetItem, dynamodb:PutItem, dynamodb:ConditionCheckItem]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders
`,
      },
      {
        title: "A Deny that protects nothing",
        bad: `Resources:
  Guard:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Deny
            Action: dynamodb:ExecuteStatement
            Resource: "*"
`,
        good: `Resources:
  Guard:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Deny
            Action: dynamodb:PartiQL*
            Resource: "*"
`,
      },
    ],
  },
  controls: {},
  check(view, report) {
    for (const policy of view.policies) {
      // Trust, key and vault policies have no business with DynamoDB's actions, so nothing is missed where they cannot be read.
      if (!["trust", "key", "vault"].includes(policy.kind)) reportUnread(view, policy, report, ["Allow", "Deny"]);
      for (const statement of policy.statements) checkStatement(view, policy, statement, report);
    }
  },
});

function checkStatement(view: View, policy: Policy, statement: Statement, report: Report): void {
  const isExcluding = statement.notActions.length > 0;
  for (const action of isExcluding ? statement.notActions : statement.actions) {
    const unknown = unknownAction(text(action));
    if (!unknown || isRejected(view, policy, unknown)) continue;
    report(
      { ...action, when: inStatement(statement, action) },
      {
        severity: severityOf(statement, unknown),
        message: messageOf(statement, unknown),
        fixes: fixesFor(policy, statement, action, unknown),
      },
    );
  }
}

/** An entry of `Action` that matches no action of IAM. */
interface UnknownAction {
  /** As written. */
  pattern: string;
  /** Qualified names of what was meant: exactly one where the name resembles one, and all that an operation is authorised as. */
  meant: readonly string[];
  /** `meant` is what IAM asks for instead; else the name is a mistyped or a new one. */
  isKnown: boolean;
  service: "dynamodb" | "dax";
}

function unknownAction(pattern: string | undefined): UnknownAction | undefined {
  const { service, action = "" } = splitActionPattern(pattern ?? "") ?? {};
  if (pattern === undefined || action === "" || (service !== "dynamodb" && service !== "dax")) return undefined;
  const expansion = expandAction(pattern);
  if (expansion.kind === "notJudged" || expansion.names.length > 0) return undefined;
  const authorised = authorisedAs(service, action);
  if (authorised.length > 0) return { pattern, meant: authorised, isKnown: true, service };
  const names = actionsOf(service).map(({ name }) => name);
  const similar = /[*?]/.test(action) ? [] : nearest(action, names, 2);
  return { pattern, meant: similar.map((name) => `${service}:${name}`), isKnown: false, service };
}

/** Of tables and streams: resource-policy-rejected says that DynamoDB refuses the policy. It does not speak of patterns. */
function isRejected(view: View, { kind }: Policy, { pattern }: UnknownAction): boolean {
  return (kind === "table" || kind === "stream") && !/[*?]/.test(pattern) && view.runs("resource-policy-rejected");
}

/** What was meant and is not said beside it. */
function lacking(statement: Statement, { meant }: UnknownAction): readonly string[] {
  const entries = statement.notActions.length > 0 ? statement.notActions : statement.actions;
  const said = new Set(
    entries.flatMap((each) => {
      const expansion = expandAction(text(each) ?? "");
      return expansion.kind === "judged" ? expansion.names : [];
    }),
  );
  return meant.filter((name) => !said.has(name));
}

/** An entry that takes nothing away: of a Deny, or of an Allow for everything but the entry. */
function isProtecting({ effect, notActions }: Statement): boolean {
  return (effect === "Deny") !== notActions.length > 0;
}

function severityOf(statement: Statement, unknown: UnknownAction): Severity {
  if (unknown.meant.length === 0) return "info";
  if (!isProtecting(statement)) return "warning";
  // Whoever denies the right actions beside it is protected.
  return lacking(statement, unknown).length > 0 ? "error" : "info";
}

function messageOf(statement: Statement, { pattern, meant, isKnown, service }: UnknownAction): string {
  const isExcluding = statement.notActions.length > 0;
  const verb = statement.effect === "Deny" ? "denies" : "grants";
  const consequence = isExcluding ? "NotAction leaves nothing out by it" : `here it ${verb} nothing`;
  const names = listOf(meant.map(shortName));
  if (meant.length === 0)
    return `"${pattern}" matches no ${service === "dax" ? "DAX" : "DynamoDB"} action that is known: if it is not new, ${isExcluding ? consequence : `it ${verb} nothing`}.`;
  if (!isKnown) {
    const [only, ...others] = meant;
    const question = others.length === 0 ? shortName(only ?? "") : meant.map(shortName).join(" or ");
    return `"${pattern}" is not an IAM action, did you mean ${question}? As it stands, ${consequence}.`;
  }
  return `"${pattern}" is not an IAM action; ${subjectOf(pattern)} ${names}: ${consequence}.`;
}

function subjectOf(pattern: string): string {
  if (/execute/i.test(pattern)) return "PartiQL is authorised as";
  if (/transact/i.test(pattern)) return "transactions are authorised as";
  return "IAM asks for";
}

function fixesFor(policy: Policy, statement: Statement, action: Setting, unknown: UnknownAction): Fix[] {
  const { pattern, meant, isKnown } = unknown;
  const missing = lacking(statement, unknown);
  const isUnique = isKnown || meant.length === 1;
  const fits = policy.kind !== "identity" || fitsWith(policy, missing);
  const fixes: Fix[] = [];
  if (missing.length > 0 && isUnique && fits) {
    const names = listOf(missing.map(shortName));
    fixes.push({
      title: `Replace ${pattern} by ${names} (${effectOf(statement)} ${missing.length > 1 ? "those" : "it"})`,
      class: "caution",
      changes: [replaceItem(action, missing)],
    });
  }
  if (isKnown && isRemovable(statement, action) && (!isProtecting(statement) || missing.length === 0)) {
    fixes.push({
      title: `Remove ${pattern} (changes nothing)`,
      // DynamoDB refuses the policy of a table as a whole for such a name: without it, the rest begins to count.
      class: policy.kind === "table" || policy.kind === "stream" ? "caution" : "safe",
      changes: [replaceItem(action, [])],
    });
  }
  return fixes;
}

/** What an entry that matches does to the actions it names. */
function effectOf({ effect, notActions }: Statement): string {
  if (notActions.length > 0) return effect === "Deny" ? "no longer denies" : "stops";
  return effect === "Deny" ? "stops" : "grants";
}

/** Does the statement keep an action that exists? All that name none may be removed at once. */
function isRemovable(statement: Statement, action: Setting): boolean {
  const entries = statement.notActions.length > 0 ? statement.notActions : statement.actions;
  return entries.some((each) => each !== action && !unknownAction(text(each)));
}
