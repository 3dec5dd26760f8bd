import { describe, expect, test } from "vitest";
import { asJson } from "../as-json.ts";
import { fixedText, lint, marked, offered, repaired, shown } from "../harness.ts";
import { relatedTo, toldInBoth, untold } from "../told.ts";

const RULE = "replicas-protected-unevenly";

/** A global table in us-east-1 and eu-west-1, each with the lines that follow its Region. */
const global = (home: string, other: string, around = "") => `${around}Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      BillingMode: PAY_PER_REQUEST
      Replicas:
        - Region: us-east-1
${home}        - Region: eu-west-1
${other}`;

const PROTECTED = "          DeletionProtectionEnabled: true\n";
const RECOVERABLE = "          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }\n";

const CONDITIONS = `Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
`;

const LACKS_PROTECTION = `Replica eu-west-1 of "Orders" lacks the deletion protection that us-east-1 has.`;
const LACKS_RECOVERY = `Replica eu-west-1 of "Orders" lacks the point-in-time recovery that us-east-1 has: enough for restoring, but not if us-east-1 is lost.`;

test("A GlobalTable with PITR on one of two replicas under `!If [IsProd, …]` yields one finding, naming replica and branch, at the right line", () => {
  const template = `AWSTemplateFormatVersion: "2010-09-09"
Conditions:
  IsProd: !Equals [!Ref AWS::StackName, prod]
Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      SSESpecification: { SSEEnabled: true, SSEType: KMS }
      StreamSpecification: { StreamViewType: NEW_AND_OLD_IMAGES }
      Replicas:
        - Region: us-east-1
          DeletionProtectionEnabled: true
          PointInTimeRecoverySpecification:
            PointInTimeRecoveryEnabled: true
        - Region: eu-west-1
          DeletionProtectionEnabled: true
          PointInTimeRecoverySpecification:
            PointInTimeRecoveryEnabled: !If [IsProd, true, false]
`;
  const message = `When IsProd is false: ${LACKS_RECOVERY}`;
  expect(shown(RULE, template)).toEqual([`22:59-22:64 info ${message}`]);
  expect(marked(RULE, template)).toEqual(["false"]);
  // One finding in all, whatever the rule, and nothing that could not be told.
  for (const text of [template, asJson(template)]) {
    const { findings, unknown } = lint(text);
    expect(findings.map((finding) => `${finding.rule}: ${finding.message}`)).toEqual([`${RULE}: ${message}`]);
    expect(findings.map((finding) => finding.when)).toEqual(["IsProd is false"]);
    expect(findings.map((finding) => finding.resource?.logicalId)).toEqual(["Orders"]);
    expect(unknown).toEqual([]);
  }
});

test("the same where the whole setting stands under the condition", () => {
  const template = global(
    RECOVERABLE,
    "          PointInTimeRecoverySpecification: !If [IsProd, { PointInTimeRecoveryEnabled: true }, !Ref AWS::NoValue]\n",
    CONDITIONS,
  );
  expect(shown(RULE, template)).toEqual([`11:95-11:112 info When IsProd is false: ${LACKS_RECOVERY}`]);
});

test("one replica has it in one branch, the other never: uneven in that branch, nowhere in the other", () => {
  const template = global(
    "          PointInTimeRecoverySpecification: !If [IsProd, { PointInTimeRecoveryEnabled: true }, {}]\n",
    "",
    CONDITIONS,
  );
  expect(toldInBoth(RULE, template)).toEqual([`info When IsProd is true: ${LACKS_RECOVERY}`]);
  // In the other branch no replica has it, which is worse and said by another rule.
  expect(toldInBoth("point-in-time-recovery-disabled", template)).toEqual([
    `warning When IsProd is false: Replica us-east-1 of "Orders" has no point-in-time recovery: accidental or malicious writes cannot be undone.`,
    `warning When IsProd is false: Replica eu-west-1 of "Orders" has no point-in-time recovery: accidental or malicious writes cannot be undone.`,
  ]);
});

describe("deletion protection", () => {
  test("at the Region of the replica that lacks it", () => {
    const template = global(PROTECTED, "");
    expect(shown(RULE, template)).toEqual([`8:10-8:27 warning ${LACKS_PROTECTION}`]);
    expect(toldInBoth(RULE, template)).toEqual([`warning ${LACKS_PROTECTION}`]);
    expect(relatedTo(RULE, template)).toEqual([`7:37-7:41 Replica us-east-1 of "Orders" has deletion protection`]);
  });

  test("at the wrong value", () => {
    expect(marked(RULE, global(PROTECTED, "          DeletionProtectionEnabled: 'false'\n"))).toEqual(["'false'"]);
  });

  test.each([
    ["every replica", PROTECTED, PROTECTED],
    ["none", "", ""],
  ])("nothing is uneven where %s has it", (_, home, other) => {
    expect(toldInBoth(RULE, global(home, other))).toEqual([]);
  });

  test("several replicas that lack it and several that have it make one finding", () => {
    const template = `Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas:
        - { Region: eu-west-1 }
        - { Region: us-east-1, DeletionProtectionEnabled: true }
        - { Region: ap-south-1, DeletionProtectionEnabled: false }
        - { Region: sa-east-1, DeletionProtectionEnabled: true }
`;
    expect(shown(RULE, template)).toEqual([
      `5:12-5:29 warning Replicas eu-west-1 and ap-south-1 of "Orders" lack the deletion protection that us-east-1 and sa-east-1 have.`,
    ]);
    expect(offered(RULE, template)).toEqual([
      "safe: Turn on deletion protection on every replica (deleting them then fails until it is off)",
    ]);
    expect(repaired(RULE, template)).toBe(
      template
        .replace("{ Region: eu-west-1 }", "{ Region: eu-west-1, DeletionProtectionEnabled: true }")
        .replace("ap-south-1, DeletionProtectionEnabled: false", "ap-south-1, DeletionProtectionEnabled: true"),
    );
  });

  test("the stack's own region and regions by parameter are named as written", () => {
    const template = `Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas:
        - { Region: !Ref AWS::Region, DeletionProtectionEnabled: true }
        - { Region: eu-west-1 }
`;
    expect(toldInBoth(RULE, template)).toEqual([
      `warning Replica eu-west-1 of "Orders" lacks the deletion protection that \${AWS::Region} has.`,
    ]);
  });

  test("a replica under a condition lacks it where it exists", () => {
    const template = `${CONDITIONS}Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas:
        - { Region: us-east-1, DeletionProtectionEnabled: true }
        - !If [IsProd, { Region: eu-west-1 }, !Ref AWS::NoValue]
`;
    expect(toldInBoth(RULE, template)).toEqual([`warning When IsProd is true: ${LACKS_PROTECTION}`]);
  });

  test("replicas that never exist together are not compared", () => {
    const template = `${CONDITIONS}Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas:
        - !If
          - IsProd
          - { Region: us-east-1, DeletionProtectionEnabled: true }
          - { Region: eu-west-1 }
`;
    expect(toldInBoth(RULE, template)).toEqual([]);
  });

  test("settings under the same condition are even in both branches", () => {
    const same = "          DeletionProtectionEnabled: !If [IsProd, true, false]\n";
    expect(toldInBoth(RULE, global(same, same, CONDITIONS))).toEqual([]);
  });

  test("settings under two conditions are uneven in two branches, each told at its own place", () => {
    const template = global(
      "          DeletionProtectionEnabled: !If [IsProd, true, false]\n",
      "          DeletionProtectionEnabled: !If [IsEast, true, false]\n",
      `Conditions:
  IsProd: !Equals [!Ref AWS::AccountId, "111122223333"]
  IsEast: !Equals [!Ref AWS::Region, us-east-1]
`,
    );
    expect(toldInBoth(RULE, template)).toEqual([
      `warning When IsProd is false and IsEast is true: Replica us-east-1 of "Orders" lacks the deletion protection that eu-west-1 has.`,
      `warning When IsProd is true and IsEast is false: ${LACKS_PROTECTION}`,
    ]);
  });

  test("a replica of which it is not known is told apart", () => {
    const template = global(
      PROTECTED,
      "          DeletionProtectionEnabled: !Ref Protect\n",
      "Parameters:\n  Protect: { Type: String }\n",
    );
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["11:37 parameter Protect has no default"]);
  });

  test("the same unknown on every replica is even", () => {
    const same = "          DeletionProtectionEnabled: !Ref Protect\n";
    const template = global(same, same, "Parameters:\n  Protect: { Type: String }\n");
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual([]);
  });

  test("a parameter's allowed values are compared one by one", () => {
    const template = global(
      PROTECTED,
      "          DeletionProtectionEnabled: !Ref Protect\n",
      "Parameters:\n  Protect: { Type: String, AllowedValues: ['true', 'false'] }\n",
    );
    expect(toldInBoth(RULE, template)).toEqual([`warning When Protect is "false": ${LACKS_PROTECTION}`]);
    expect(offered(RULE, template)).toEqual([]);
  });
});

describe("point-in-time recovery", () => {
  test("a hint, as restoring is possible from the other replica", () => {
    const template = global(RECOVERABLE, "");
    expect(shown(RULE, template)).toEqual([`8:10-8:27 info ${LACKS_RECOVERY}`]);
    expect(toldInBoth(RULE, template)).toEqual([`info ${LACKS_RECOVERY}`]);
    expect(relatedTo(RULE, template)).toEqual([`7:74-7:78 Replica us-east-1 of "Orders" has point-in-time recovery`]);
  });

  test("is repaired inside the replica's item", () => {
    const template = global(RECOVERABLE, "          # the far copy\n          DeletionProtectionEnabled: false\n");
    expect(offered(RULE, template)).toEqual([
      "safe: Turn on point-in-time recovery on every replica (billed by table size)",
    ]);
    expect(repaired(RULE, template)).toBe(`${template}          PointInTimeRecoverySpecification:
            PointInTimeRecoveryEnabled: true
`);
  });

  test("a branch is repaired with caution and by name", () => {
    const template = global(
      RECOVERABLE,
      "          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: !If [IsProd, true, false] }\n",
      CONDITIONS,
    );
    expect(offered(RULE, template)).toEqual([
      "caution: Turn on point-in-time recovery on every replica (billed by table size) (where IsProd is false)",
    ]);
    expect(repaired(RULE, template)).toBe(template.replace("[IsProd, true, false]", "[IsProd, true, true]"));
    expect(fixedText(template)).toContain("[IsProd, true, false]");
  });

  test("with a table elsewhere as its source absence cannot be told, a written no can", () => {
    const withSource = (other: string) =>
      global(RECOVERABLE, other).replace(
        "      BillingMode: PAY_PER_REQUEST\n",
        "      GlobalTableSourceArn: arn:aws:dynamodb:us-east-1:111122223333:table/orders\n",
      );
    expect(toldInBoth(RULE, withSource(""))).toEqual([]);
    expect(
      toldInBoth(
        RULE,
        withSource("          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false }\n"),
      ),
    ).toEqual([`info ${LACKS_RECOVERY}`]);
  });
});

describe("resource policy", () => {
  const policy = (effect: string) => `          ResourcePolicy:
            PolicyDocument:
              Version: "2012-10-17"
              Statement:
                - Effect: ${effect}
                  Principal: "*"
                  Action: dynamodb:DeleteItem
                  Resource: "*"
                  Condition: { StringNotEquals: { aws:PrincipalOrgID: o-1234567890 } }
`;
  const LACKS_POLICY = `Replica eu-west-1 of "Orders" lacks the resource policy by which us-east-1 denies access.`;

  test("one that denies protects only its own replica", () => {
    const template = global(policy("Deny"), "");
    expect(shown(RULE, template)).toEqual([`16:10-16:27 warning ${LACKS_POLICY}`]);
    expect(toldInBoth(RULE, template)).toEqual([`warning ${LACKS_POLICY}`]);
    expect(offered(RULE, template)).toEqual([]);
  });

  test("one that only allows is a grant, which another replica may do without", () => {
    expect(toldInBoth(RULE, global(policy("Allow"), ""))).toEqual([]);
  });

  test("both have one", () => {
    expect(toldInBoth(RULE, global(policy("Deny"), policy("Deny")))).toEqual([]);
  });

  test("in one branch", () => {
    const template = global(
      policy("Deny"),
      "          ResourcePolicy: !If [IsProd, { PolicyDocument: { Statement: [] } }, !Ref AWS::NoValue]\n",
      CONDITIONS,
    );
    expect(toldInBoth(RULE, template)).toEqual([`warning When IsProd is false: ${LACKS_POLICY}`]);
  });
});

test("what may differ between replicas: Kinesis, Contributor Insights, tags, table class", () => {
  const template = global(
    `          KinesisStreamSpecification: { StreamArn: !ImportValue stream }
          ContributorInsightsSpecification: { Enabled: true }
          Tags: [{ Key: team, Value: orders }]
          TableClass: STANDARD
`,
    "",
  );
  expect(toldInBoth(RULE, template)).toEqual([]);
});

test("one replica is never uneven, and a Table has none", () => {
  expect(
    toldInBoth(
      RULE,
      `Resources:
  One:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas: [{ Region: us-east-1, DeletionProtectionEnabled: true }]
  Plain:
    Type: AWS::DynamoDB::Table
    Properties: { DeletionProtectionEnabled: true }
`,
    ),
  ).toEqual([]);
});

test("three settings are three findings, each repaired by itself", () => {
  const template = global(`${PROTECTED}${RECOVERABLE}`, "");
  expect(toldInBoth(RULE, template)).toEqual([`warning ${LACKS_PROTECTION}`, `info ${LACKS_RECOVERY}`]);
  expect(fixedText(template)).toContain(`        - Region: eu-west-1
          DeletionProtectionEnabled: true
          PointInTimeRecoverySpecification:
            PointInTimeRecoveryEnabled: true
`);
});

test.each([
  ["an alias", `Off: &off false\n${global(PROTECTED, "          DeletionProtectionEnabled: *off\n")}`],
  ["a merge key", `Off: &off { DeletionProtectionEnabled: false }\n${global(PROTECTED, "          <<: *off\n")}`],
  [
    "the CDK",
    global(PROTECTED, "").replace("    Properties:", "    Metadata: { aws:cdk:path: S/T/Resource }\n    Properties:"),
  ],
])("no repair for what comes from %s", (_, template) => {
  expect(toldInBoth(RULE, template)).toEqual([`warning ${LACKS_PROTECTION}`]);
  expect(offered(RULE, template)).toEqual([]);
});

test("more branches than can be looked at together cannot be told", () => {
  const names = Array.from({ length: 10 }, (_, index) => `C${index}`);
  const template = `Parameters:
${names.map((name) => `  P${name}: { Type: String }\n`).join("")}Conditions:
${names.map((name) => `  ${name}: !Equals [!Ref P${name}, "yes"]\n`).join("")}Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas:
${names.map((name) => `        - { Region: r-${name}, DeletionProtectionEnabled: !If [${name}, true, false] }\n`).join("")}`;
  expect(toldInBoth(RULE, template)).toEqual([]);
  expect(toldInBoth("deletion-protection-disabled", template)).toEqual([]);
  expect(new Set(untold("deletion-protection-disabled", template).map((line) => line.replace(/^\S+ /, "")))).toEqual(
    new Set(["the replicas have too many branches to look at together"]),
  );
});
