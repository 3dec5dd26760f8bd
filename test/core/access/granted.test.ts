import { describe, expect, test } from "vitest";
import { accessOf, grantsOf, isWrittenOut, unspokenNames } from "../../../core/access/granted.ts";
import { identityPoliciesOf, principalsOf } from "../../../core/model/policies.ts";
import type { View } from "../../../core/model/view.ts";
import { only, projectOf, templateOf } from "../model/support.ts";

const ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders";
const TABLE = "  Orders: { Type: AWS::DynamoDB::Table }\n";

const statement = (effect: string, action: string, resource: string, key = "Action", where = "Resource") =>
  `{ Effect: ${effect}, ${key}: ${action}, ${where}: ${resource} }`;
const allow = (action: string, resource = `"${ARN}"`) => statement("Allow", action, resource);
const deny = (action: string, resource = '"*"') => statement("Deny", action, resource);

function policyWith(statements: readonly string[], more = "") {
  const project = projectOf(`Parameters:
  P: { Type: String }
Resources:
  Policy:
    Type: AWS::IAM::ManagedPolicy
    Properties: { PolicyDocument: { Statement: [${statements.join(", ")}] } }
${more}`);
  return { project, policy: only(identityPoliciesOf(templateOf(project))) };
}

/** `pattern → names` per grant; `NotAction` for what it leaves. Many names are counted. */
function grants(statements: readonly string[], more = ""): string[] {
  const { project, policy } = policyWith(statements, more);
  return grantsOf(project, policy).map(
    ({ pattern, names }) => `${pattern ?? "NotAction"} → ${names.length > 5 ? "many" : names.join(" ")}`,
  );
}

describe("what entries give", () => {
  test("each entry by itself, in canonical spelling", () => {
    expect(grants([allow('["dynamodb:getitem", "dynamodb:Put*", "s3:GetObject", "dax:GetItem"]', '"*"')])).toEqual([
      "dynamodb:getitem → dynamodb:GetItem",
      "dynamodb:Put* → dynamodb:PutItem dynamodb:PutResourcePolicy",
      "dax:GetItem → dax:GetItem",
    ]);
  });

  test("nothing where the names are not known, of other services, or denied", () => {
    expect(grants([allow('["!Ref P", "dynamodb:Nothing", "s3:*"]')])).toEqual([]);
    expect(grants([allow("!Ref P")])).toEqual([]);
    expect(grants([allow("[dynamodb:GetItem, dynamodb:PutItem]"), deny("dynamodb:Put*")])).toEqual([
      "dynamodb:GetItem → dynamodb:GetItem",
    ]);
    expect(grants([deny("dynamodb:GetItem")])).toEqual([]);
  });

  test.each([
    ["dynamodb:DeleteBackup", `"${ARN}"`, false],
    ["dynamodb:DeleteBackup", `"${ARN}/backup/*"`, true],
    ["dynamodb:DeleteBackup", `"${ARN}*"`, true],
    ["dynamodb:DeleteTable", `"${ARN}/index/*"`, false],
    ["dynamodb:Query", `"${ARN}/index/*"`, true],
    ["dynamodb:GetRecords", `"${ARN}"`, false],
    ["dynamodb:GetRecords", `"${ARN}/stream/*"`, true],
    ["dynamodb:ListTables", `"${ARN}"`, false],
    ["dynamodb:ListTables", '"*"', true],
    ["dynamodb:ListTables", "!Ref P", false],
    ["dynamodb:DeleteTable", "!Ref P", true],
    ["dynamodb:DeleteTable", '"arn:aws:dax:*:*:cache/c"', false],
    ["dax:GetItem", `"${ARN}"`, false],
    ["dax:GetItem", '"arn:aws:dax:*:*:cache/c"', true],
    ["dynamodb:UpdateGlobalTable", '"arn:aws:dynamodb::111122223333:global-table/orders"', true],
    ["dynamodb:GetItem", "arn:aws:s3:::a", false],
    ["dynamodb:GetItem", "[]", false],
  ])("%s on %s: %s", (action, resource, isGranted) => {
    expect(grants([allow(action, resource)])).toHaveLength(isGranted ? 1 : 0);
  });
});

describe("what reaches DynamoDB as it reaches everything", () => {
  test("counts only where DynamoDB is in view, and where the resources are known", () => {
    expect(grants([allow('"*"', '"*"')])).toEqual([]);
    expect(grants([allow('"*"', '"*"')], TABLE)).toEqual(["* → many"]);
    expect(grants([allow('"*"', "!Ref P")], TABLE)).toEqual([]);
    expect(grants([allow('"*"', "arn:aws:s3:::a")], TABLE)).toEqual([]);
  });

  test("NotAction gives the rest; naming DynamoDB it counts anywhere", () => {
    const notAction = (action: string, resource = '"*"') => statement("Allow", action, resource, "NotAction");
    expect(grants([notAction("iam:*")])).toEqual([]);
    expect(grants([notAction("iam:*")], TABLE)).toEqual(["NotAction → many"]);
    expect(grants([notAction("dynamodb:GetItem")])).toEqual(["NotAction → many"]);
    expect(grants([notAction("[dynamodb:*, dax:*]")], TABLE)).toEqual([]);
    expect(grants([notAction('"*"')], TABLE)).toEqual([]);
    expect(grants([notAction("[iam:*, !Ref P]")], TABLE)).toEqual([]);
    expect(grants([notAction("dynamodb:GetItem", "arn:aws:s3:::a")])).toEqual([]);
    expect(grants([notAction("iam:*"), deny('"*"')], TABLE)).toEqual([]);
  });

  test("NotResource leaves what it does not cover", () => {
    const notResource = (resource: string) => [
      statement("Allow", "dynamodb:GetItem", resource, "Action", "NotResource"),
    ];
    expect(grants(notResource("arn:aws:s3:::a"))).toEqual(["dynamodb:GetItem → dynamodb:GetItem"]);
    expect(grants(notResource(`"${ARN}"`))).toEqual(["dynamodb:GetItem → dynamodb:GetItem"]);
    expect(grants(notResource('"arn:aws:dynamodb:*:*:table/*"'))).toEqual([]);
    expect(grants(notResource('"*"'))).toEqual([]);
  });
});

describe("what stronger rules leave to say", () => {
  const unspoken = (statements: readonly string[], off: readonly string[] = []) => {
    const { project, policy } = policyWith(statements, TABLE);
    const view = { project, dynamoDbInView: true, runs: (rule: string) => !off.includes(rule) } as unknown as View;
    return grantsOf(project, policy).map((grant) => `${grant.pattern}: ${unspokenNames(view, grant).join(" ")}`);
  };

  test("of single actions all, of a wildcard what is no surprise", () => {
    expect(unspoken([allow('["dynamodb:DeleteTable", "dynamodb:Put*"]')])).toEqual([
      "dynamodb:DeleteTable: dynamodb:DeleteTable",
      "dynamodb:Put*: dynamodb:PutItem",
    ]);
    expect(unspoken([allow('"dynamodb:Put*"')], ["wildcard-grants-unexpected-actions"])).toEqual([
      "dynamodb:Put*: dynamodb:PutItem dynamodb:PutResourcePolicy",
    ]);
  });

  test("nothing beside everything, nor of NotAction", () => {
    expect(unspoken([allow("[dynamodb:DeleteTable, dynamodb:*]")])).toEqual(["dynamodb:DeleteTable: ", "dynamodb:*: "]);
    expect(unspoken([allow("[dynamodb:DeleteTable]")], ["full-dynamodb-access"])).toEqual([
      "dynamodb:DeleteTable: dynamodb:DeleteTable",
    ]);
    expect(unspoken([statement("Allow", '"dynamodb:[a-z]*"', '"*"', "NotAction")])).toEqual(["undefined: "]);
  });

  test("a bare star on resources that are not known is nobody's finding, so the action beside it is", () => {
    expect(unspoken([allow('["*", "dynamodb:DeleteTable"]', "!Ref P")])).toEqual([
      "dynamodb:DeleteTable: dynamodb:DeleteTable",
    ]);
  });

  test("an entry with a wildcard is not written out", () => {
    const { project, policy } = policyWith([allow('["dynamodb:GetItem", "dynamodb:?etItem"]')]);
    expect(grantsOf(project, policy).map(isWrittenOut)).toEqual([true, false]);
  });
});

describe("what a principal has", () => {
  /** Names, those of AWS's policies behind their name. */
  const access = (resources: string) => {
    const project = projectOf(`Conditions:\n  A: !Equals [!Ref AWS::Region, eu-west-1]\nResources:\n${resources}`);
    const { grants, managed } = accessOf(
      project,
      only(principalsOf(templateOf(project)).filter(({ kind }) => kind === "user")),
    );
    return [
      ...grants.flatMap(({ names }) => names),
      ...managed.map(({ policy, names }) => `${policy.name}: ${names.length > 5 ? "many" : names.join(" ")}`),
    ];
  };
  const user = (properties: string) => `  Staff: { Type: AWS::IAM::User, Properties: { ${properties} } }\n`;
  const group = (properties: string) => `  Team: { Type: AWS::IAM::Group, Properties: { ${properties} } }\n`;
  const inline = (...statements: string[]) =>
    `Policies: [{ PolicyName: p, PolicyDocument: { Statement: [${statements.join(", ")}] } }]`;

  test("its own policies and those of its groups", () => {
    expect(access(user(inline(allow("dynamodb:GetItem"))))).toEqual(["dynamodb:GetItem"]);
    expect(access(user("Groups: [!Ref Team]") + group(inline(allow("dynamodb:GetItem"))))).toEqual([
      "dynamodb:GetItem",
    ]);
    expect(access(user("") + group(inline(allow("dynamodb:GetItem"))))).toEqual([]);
  });

  test("less what any of them denies, here or in a group", () => {
    const team = group(inline(allow("[dynamodb:GetItem, dynamodb:Query]")));
    expect(access(user(`Groups: [!Ref Team], ${inline(deny("dynamodb:Query"))}`) + team)).toEqual(["dynamodb:GetItem"]);
    expect(
      access(user(`Groups: [!Ref Team], ${inline(allow("dynamodb:PutItem"))}`) + group(inline(deny("dynamodb:*")))),
    ).toEqual([]);
  });

  test("a group that the user is in only under a condition takes nothing away", () => {
    const perhaps = "Groups: [!If [A, !Ref Team, !Ref AWS::NoValue]]";
    expect(
      access(user(`${perhaps}, ${inline(allow("dynamodb:PutItem"))}`) + group(inline(deny("dynamodb:*")))),
    ).toEqual(["dynamodb:PutItem"]);
  });

  test("AWS's policies, less what is denied on every resource", () => {
    const policies = "ManagedPolicyArns: [arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess]";
    expect(access(user(policies))).toEqual(["AmazonDynamoDBFullAccess: many"]);
    expect(access(user("Groups: [!Ref Team]") + group(policies))).toEqual(["AmazonDynamoDBFullAccess: many"]);
    expect(access(user(`${policies}, ${inline(deny('["dynamodb:*", "dax:*"]'))}`))).toEqual([]);
    expect(access(user(`${policies}, ${inline(deny('["dynamodb:*", "dax:*"]', `"${ARN}"`))}`))).toEqual([
      "AmazonDynamoDBFullAccess: many",
    ]);
    expect(access(user("ManagedPolicyArns: [arn:aws:iam::aws:policy/AdministratorAccess]"))).toEqual([]);
    expect(access(user("ManagedPolicyArns: [arn:aws:iam::aws:policy/AdministratorAccess]") + TABLE)).toEqual([
      "AdministratorAccess: many",
    ]);
    expect(access(user("ManagedPolicyArns: [arn:aws:iam::aws:policy/AWSLambda_FullAccess]") + TABLE)).toEqual([]);
  });
});
