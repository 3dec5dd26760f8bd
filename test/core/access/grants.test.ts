import { describe, expect, test } from "vitest";
import {
  couldNameDynamoDb,
  everyTable,
  grantedActions,
  isBare,
  isEverything,
  reachesDynamoDb,
  resourcesInWords,
  unconditionalDenies,
} from "../../../core/access/grants.ts";
import { identityPoliciesOf } from "../../../core/model/policies.ts";
import { projectOf, templateOf } from "../model/support.ts";

const HEAD = `Parameters:
  P: { Type: String }
  Stage: { Type: String, AllowedValues: [dev, prod] }
Conditions:
  A: !Equals [!Ref AWS::Region, eu-west-1]
  B: !Equals [!Ref AWS::AccountId, "111122223333"]
Resources:
  Orders: { Type: AWS::DynamoDB::Table }
  Cache: { Type: AWS::DAX::Cluster }
  Bucket: { Type: AWS::S3::Bucket }
`;
const ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders";

/** The project of one policy whose statements are given in flow style; the first one is asked about. */
function policyOf(...statements: string[]) {
  const project = projectOf(`${HEAD}  Policy:
    Type: AWS::IAM::ManagedPolicy
    Properties: { PolicyDocument: { Statement: [${statements.join(", ")}] } }
`);
  const [policy] = identityPoliciesOf(templateOf(project));
  const [statement] = policy?.statements ?? [];
  if (!policy || !statement) throw new Error("no statement");
  return { project, policy, statement, statements: policy.statements };
}

const allow = (action: string, resource: string) => `{ Effect: Allow, Action: ${action}, Resource: ${resource} }`;
const deny = (action: string, resource: string, more = "") =>
  `{ Effect: Deny, Action: ${action}, Resource: ${resource}${more} }`;

describe("patterns", () => {
  test.each(["*", "**", "*:*", "dynamodb:*", "DynamoDB:*", "dynamodb:**"])("%s is everything", (pattern) => {
    expect(isEverything(pattern)).toBe(true);
  });
  test.each(["dynamodb:?*", "dynamodb:*Item", "dynamo*:*", "dax:*", "dynamodb", ""])("%s is not", (pattern) => {
    expect(isEverything(pattern)).toBe(false);
  });
  test("bare ones name no service", () => {
    expect(["*", "**", "*:*", "**:**"].map(isBare)).toEqual([true, true, true, true]);
    expect(["dynamodb:*", "*:PutItem", "?", ""].map(isBare)).toEqual([false, false, false, false]);
  });
});

describe("what a statement reaches", () => {
  test.each([
    ['"*"', true, 1],
    [ARN, true, 0],
    ["!GetAtt Orders.Arn", true, 0],
    ["!GetAtt Cache.Arn", true, 0],
    ['"arn:aws:dynamodb:*:*:table/*"', true, 1],
    [`[arn:aws:s3:::a, ${ARN}]`, true, 0],
    ["arn:aws:s3:::a", false, 0],
    ["!GetAtt Bucket.Arn", false, 0],
    ["[]", false, 0],
    ["!Ref P", undefined, 0],
    ["[!Ref P, arn:aws:s3:::a]", undefined, 0],
    ["[!Ref P, '*']", true, 1],
  ])("%s: %s", (resource, reaches, every) => {
    const { project, statement } = policyOf(allow("a:b", resource));
    expect(reachesDynamoDb(project, statement)).toBe(reaches);
    expect(everyTable(project, statement)).toHaveLength(every);
  });

  test("NotResource reaches", () => {
    const { project, statement } = policyOf(`{ Effect: Allow, Action: a:b, NotResource: ${ARN} }`);
    expect(reachesDynamoDb(project, statement)).toBe(true);
    expect(resourcesInWords(project, statement)).toBe("everything but a few resources");
  });

  test.each([
    ['"*"', "every table"],
    ["!GetAtt Orders.Arn", '"Orders"'],
    ["[!GetAtt Orders.Arn, !Sub '${Orders.Arn}/index/*']", '"Orders"'],
    ["[!GetAtt Orders.Arn, !GetAtt Cache.Arn]", '"Orders" and "Cache"'],
    ["[a, b, c]", "3 resources"],
    ["!Ref P", "${P}"],
    ["!Select [0, !Ref P]", "its resources"],
    ["[]", "its resources"],
  ])("in words: %s", (resource, words) => {
    const { project, statement } = policyOf(allow("a:b", resource));
    expect(resourcesInWords(project, statement)).toBe(words);
  });
});

describe("what is granted", () => {
  const granted = (...statements: string[]) => {
    const { project, policy, statement } = policyOf(...statements);
    return statement.actions.flatMap(({ value }) =>
      value.kind === "literal"
        ? grantedActions(project, statement, value.text, unconditionalDenies(project, policy))
        : [],
    );
  };
  const BATCH = ["dynamodb:BatchGetItem", "dynamodb:BatchWriteItem"];

  test("without a Deny", () => {
    expect(granted(allow('"dynamodb:Batch*"', ARN))).toEqual(BATCH);
    expect(granted(allow('"dynamo*:*"', ARN))).toEqual([]);
    expect(granted(allow("s3:GetObject", ARN))).toEqual([]);
  });

  test.each([
    ["everything", deny('"*"', '"*"')],
    ["the pattern", deny('"dynamodb:*"', '"*"')],
    ["on the same resource", deny('"dynamodb:*"', ARN)],
    ["on more", deny('"dynamodb:*"', '"arn:aws:dynamodb:*:*:table/*"')],
    ["all but others", `{ Effect: Deny, NotAction: [s3:*, "dynamodb:GetItem"], Resource: "*" }`],
    ["all but elsewhere", `{ Effect: Deny, Action: "*", NotResource: "arn:aws:s3:::*" }`],
  ])("less what is denied: %s", (_, denied) => {
    expect(granted(allow('"dynamodb:Batch*"', ARN), denied)).toEqual([]);
  });

  test.each([
    ["another action", deny("dynamodb:GetItem", '"*"')],
    ["another resource", deny('"dynamodb:*"', `${ARN}-archive`)],
    ["under a condition", deny('"*"', '"*"', ", Condition: { Bool: { aws:SecureTransport: false } }")],
    ["under an unknown condition", deny('"*"', '"*"', ", Condition: !Ref P")],
    ["an unknown action", deny("!Ref P", '"*"')],
    ["an unknown resource", deny('"*"', "!Ref P")],
    ["all but these", `{ Effect: Deny, NotAction: "dynamodb:*", Resource: "*" }`],
    ["all but an unknown one", `{ Effect: Deny, NotAction: [s3:*, !Ref P], Resource: "*" }`],
    ["elsewhere only", `{ Effect: Deny, Action: "*", NotResource: "${ARN}" }`],
    ["for one value of a parameter", deny('"*"', `!Sub "arn:aws:dynamodb:eu-west-1:111122223333:table/\${Stage}"`)],
    ["in one branch", `!If [A, ${deny('"*"', '"*"')}, !Ref AWS::NoValue]`],
  ])("not less by %s", (_, denied) => {
    expect(granted(allow('"dynamodb:Batch*"', ARN), denied)).toEqual(BATCH);
  });

  test("by part", () => {
    expect(granted(allow('"dynamodb:Batch*"', ARN), deny("DYNAMODB:batchgetitem", '"*"'))).toEqual([
      "dynamodb:BatchWriteItem",
    ]);
    expect(granted(allow('"dynamodb:Batch*"', `[${ARN}, ${ARN}-archive]`), deny('"*"', ARN))).toEqual(BATCH);
    expect(granted(allow('"dynamodb:Batch*"', '"*"'), deny('"*"', ARN))).toEqual(BATCH);
  });

  test("a Deny of the same branch counts there", () => {
    const { project, policy, statements } = policyOf(
      `{ Effect: Allow, Action: !If [A, "dynamodb:Batch*", "dynamodb:BatchGetItem"], Resource: "*" }`,
      `!If [A, ${deny('"*"', '"*"')}, !Ref AWS::NoValue]`,
    );
    const denies = unconditionalDenies(project, policy);
    const names = statements
      .filter(({ effect }) => effect === "Allow")
      .map((statement) => grantedActions(project, statement, "dynamodb:BatchGetItem", denies).length);
    expect(names).toEqual([0, 1]);
  });
});

test("entries that may name actions of DynamoDB", () => {
  const could = (action: string) => policyOf(allow(action, '"*"')).statement.actions.map(couldNameDynamoDb);
  expect(could('[!Ref P, !Sub "${P}:Get", !Sub "dynamodb:${P}", !Sub "DAX:${P}"]')).toEqual([true, true, true, true]);
  expect(could('[!Sub "s3:${P}", !Sub "dynamodb-x:${P}"]')).toEqual([false, false]);
});
