import { grantsOf } from "../../core/access/granted.ts";
import { isBare, reachesDynamoDb, resourcesInWords } from "../../core/access/grants.ts";
import { relatedToStatement } from "../../core/access/opened.ts";
import { reportUnread } from "../../core/access/unread.ts";
import { listOf, shortName } from "../../core/access/words.ts";
import { type Setting, text } from "../../core/evaluate/setting.ts";
import { noResourceLevel } from "../../core/iam/action-classes.ts";
import { complementOf } from "../../core/iam/actions.ts";
import { couldBeService } from "../../core/iam/arn.ts";
import { isConstrained } from "../../core/iam/conditions.ts";
import { inStatement, type Statement } from "../../core/iam/statements.ts";
import { defineRule } from "../../core/lint/rule.ts";
import { arnOf } from "../../core/model/arns.ts";
import { type IdentityPolicy, subjectOf } from "../../core/model/policies.ts";
import type { Project } from "../../core/model/project.ts";
import { isDeployment } from "../../core/model/roles.ts";
import type { View } from "../../core/model/view.ts";

export default defineRule({
  name: "notaction-or-notresource-allow",
  topic: "identity",
  severity: "error",
  confidence: "high",
  recommended: true,
  docs: {
    what: "An Allow says by NotAction or NotResource what it does not allow, and so allows everything else in DynamoDB.",
    why: "`NotAction: iam:*` in an Allow grants every DynamoDB action: reading all data, deleting tables and backups, rewriting access policies. With `NotResource`, every table is open that is not named, those of tomorrow included. Both grow by themselves. In a Deny they are right and pass. A condition that narrows the statement lowers the finding to a warning; a deployment role is only mentioned.",
    how: "Write `Action` and `Resource`, and list what is needed.",
    references: [
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html",
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notresource.html",
    ],
    examples: [
      {
        title: "Everything but deleting",
        bad: `Resources:
  AppPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            NotAction: [dynamodb:DeleteTable, dynamodb:DeleteBackup]
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
            Action: [dynamodb:GetItem, dynamodb:Query, dynamodb:PutItem]
            Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders
`,
      },
    ],
  },
  controls: {
    cfnNag: ["W15", "W16", "W17", "W21"],
    guard: ["IAM_ROLE_OR_POLICY_NO_ALLOW_PLUS_NOT_ACTION", "IAM_ROLE_OR_POLICY_NO_ALLOW_PLUS_NOT_RESOURCE"],
  },
  check(view, report) {
    const { project } = view;
    for (const policy of view.identityPolicies) {
      reportUnread(view, policy, report);
      for (const statement of policy.statements) {
        const [first] = [...statement.notActions, ...statement.notResources];
        if (!first || statement.effect !== "Allow") continue;
        const unread = unreadEntry(view, statement);
        if (unread) {
          report.cannotTell({ ...unread, when: inStatement(statement, unread) }, "what it leaves out is not known");
          continue;
        }
        const names = namesGiven(project, policy, statement);
        if (names.length === 0) continue;
        const isNarrowed = isConstrained(statement) || statement.conditionUnknown;
        report(
          { ...first, when: inStatement(statement, first) },
          {
            severity: isDeployment(project, policy) ? "info" : isNarrowed ? "warning" : "error",
            message: `${subjectOf(project, policy)} ${inWords(project, statement, names)}`,
            related: relatedToStatement(project, policy, statement),
          },
        );
      }
    }
  },
});

/** The DynamoDB actions that the statement gives in this open way. Those that take no resource are as open under `Resource`. */
function namesGiven(project: Project, policy: IdentityPolicy, statement: Statement): string[] {
  const isOpen = (name: string) => statement.notActions.length > 0 || !noResourceLevel.has(name);
  const names = grantsOf(project, policy)
    .filter((grant) => grant.statement === statement)
    .flatMap((grant) => grant.names)
    .filter((name) => name.startsWith("dynamodb:") && isOpen(name));
  return [...new Set(names)];
}

/** An entry of which only deployment knows what it leaves out, where that decides whether DynamoDB is concerned. */
function unreadEntry({ project, dynamoDbInView }: View, statement: Statement): Setting | undefined {
  const { actions, notActions, notResources } = statement;
  const isOfDynamoDb = [...actions, ...notActions].some((each) => /^(?:dynamodb|dax):/i.test(text(each) ?? ""));
  const mayBeBare = notActions.length > 0 || actions.some((action) => isBare(text(action) ?? ""));
  if (!isOfDynamoDb && !(mayBeBare && dynamoDbInView)) return undefined;
  if (reachesDynamoDb(project, statement) === false) return undefined;
  const action = notActions.find((each) => {
    const pattern = text(each);
    return pattern === undefined || complementOf([pattern]).kind === "notJudged";
  });
  return action ?? notResources.find((each) => !isReadable(project, each));
}

/** A hole in a table's name leaves the other tables; one in the place of the service may leave nothing. */
function isReadable(project: Project, { template, value }: Setting): boolean {
  const arn = arnOf(project, template, value);
  return arn !== undefined && couldBeService(arn, "dynamodb") !== undefined;
}

function inWords(project: Project, statement: Statement, names: readonly string[]): string {
  const what = names.length <= 3 ? listOf(names.map(shortName)) : `${names.length} DynamoDB actions`;
  const where =
    statement.notResources.length > 0
      ? "everything that NotResource does not name, tables to come included"
      : resourcesInWords(project, statement);
  const why =
    statement.notActions.length > 0 ? ": NotAction allows whatever it does not name, and whatever AWS adds" : "";
  return `is allowed ${what} on ${where}${why}.`;
}
