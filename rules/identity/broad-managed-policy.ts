import { tablesInEnvironment } from "../../core/access/use.ts";
import { type Setting, text } from "../../core/evaluate/setting.ts";
import type { ManagedPolicy } from "../../core/iam/managed-policies.ts";
import { append, type Fix, type Json, replaceItem } from "../../core/lint/fix.ts";
import { defineRule } from "../../core/lint/rule.ts";
import { isEndUserRole } from "../../core/model/end-users.ts";
import { awsManagedPolicies, type IamPrincipal, unknownManagedPolicies } from "../../core/model/policies.ts";
import type { Project } from "../../core/model/project.ts";
import { inlinePolicies, useOf } from "../../core/model/roles.ts";

export default defineRule({
  name: "broad-managed-policy",
  topic: "identity",
  severity: "warning",
  confidence: "high",
  recommended: true,
  docs: {
    what: "A principal has an AWS managed policy that opens every table.",
    why: 'AWS managed policies speak of `Resource: "*"`: AmazonDynamoDBFullAccess allows everything on every table of the account, the read-only ones read all of them, and AWS may add actions at any time. For roles that end users take it is an error, which end-user-role-without-item-isolation tells where it is on. Policies for stream triggers (AWSLambdaDynamoDBExecutionRole) pass.',
    how: "Replace it by a policy that names the actions and the tables.",
    references: [
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ddb-security-iam.awsmanpol.html",
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html",
    ],
    examples: [
      {
        title: "AmazonDynamoDBFullAccess on a function's role",
        bad: `Resources:
  AppRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Service: lambda.amazonaws.com }
            Action: sts:AssumeRole
      ManagedPolicyArns:
        - arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess
`,
        good: `Resources:
  AppRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Service: lambda.amazonaws.com }
            Action: sts:AssumeRole
      ManagedPolicyArns:
        - arn:aws:iam::aws:policy/service-role/AWSLambdaDynamoDBExecutionRole
`,
      },
    ],
  },
  controls: {
    cfnNag: ["W43", "W44"],
    cdkNag: ["AwsSolutions-IAM4"],
    guard: ["IAM_ROLE_ADMINISTRATOR_ACCESS_POLICY_RULE", "IAM_ROLE_ELEVATED_MANAGED_POLICY_RULE"],
  },
  check(view, report) {
    for (const principal of view.principals) {
      if (view.dynamoDbInView)
        for (const setting of unknownManagedPolicies(view.project, principal))
          report.cannotTell(setting, text(setting) === undefined ? undefined : "the policy is not in view");
      // That rule says of the same entries what they open to whoever signs in, or does not.
      if (view.runs("end-user-role-without-item-isolation") && isEndUserRole(view.project, principal)) continue;
      for (const { policy, setting } of awsManagedPolicies(principal)) {
        if (policy.access === "none" || policy.access === "stream-only") continue;
        if (policy.bare && !view.dynamoDbInView) continue;
        const use = useOf(principal);
        report(setting, {
          severity: use === "end user" ? "error" : use === "deployment" ? "info" : "warning",
          message: `${principal.name} uses AWS managed policy ${policy.name}. ${policy.allows}`,
          fixes: policy.bare ? [] : inlineInstead(view.project, principal, policy, setting),
        });
      }
    }
  },
});

const READ = ["GetItem", "BatchGetItem", "Query", "ConditionCheckItem", "DescribeTable"];
const WRITE = ["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"];

/** Only where the principal's code names exactly one table, in the same template: which tables it needs cannot be guessed. */
function inlineInstead(project: Project, principal: IamPrincipal, policy: ManagedPolicy, setting: Setting): Fix[] {
  const [table, ...others] = tablesInEnvironment(project, principal);
  if (!table || others.length > 0 || principal.template.resources.get(table.id) !== table) return [];
  const statement: Json = {
    Effect: "Allow",
    Action: (policy.access === "reads" ? READ : [...READ, ...WRITE]).map((name) => `dynamodb:${name}`),
    Resource: [{ "Fn::GetAtt": [table.id, "Arn"] }, { "Fn::Sub": `\${${table.id}.Arn}/index/*` }],
  };
  const what = policy.access === "reads" ? "reading" : "reading and writing";
  const title = `Replace ${policy.name} by ${what} items of "${table.logicalId}" (stops everything else it allows, Scan included)`;
  if (principal.resource.writtenType.startsWith("AWS::Serverless::")) {
    return [
      { title, class: "caution", changes: [replaceItem(setting, [{ Version: "2012-10-17", Statement: [statement] }])] },
    ];
  }
  const [policies] = inlinePolicies(principal);
  if (principal.kind !== "role" || !policies) return [];
  const inline = {
    PolicyName: `${table.logicalId}Access`,
    PolicyDocument: { Version: "2012-10-17", Statement: [statement] },
  };
  return [{ title, class: "caution", changes: [replaceItem(setting, []), append(policies, inline)] }];
}
