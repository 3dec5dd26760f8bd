import { describe, expect, test } from "vitest";
import { type Configuration, DEFAULT_CONFIGURATION } from "../../../core/lint/configuration.ts";
import { marked, offered, repaired, shown } from "../harness.ts";
import { relatedTo, told, toldInBoth, untold } from "../told.ts";

const RULE = "end-user-role-without-item-isolation";
const COGNITO = "cognito-identity.amazonaws.com";
const SUB = `\${${COGNITO}:sub}`;
const TABLE = "!GetAtt Scores.Arn";

/** The statement's Action is on line 12 (zero-based), its Resource on line 13, more lines of it at 16 spaces from line 14. */
const role = (
  action: string,
  resource = TABLE,
  more = "",
  trust = `{ Federated: ${COGNITO} }`,
  properties = "",
) => `Resources:
  Player:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: { Effect: Allow, Principal: ${trust}, Action: "*" }
      Policies:
        - PolicyName: p
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: ${action}
                Resource: ${resource}
${more}${properties}  Scores: { Type: AWS::DynamoDB::Table }
`;
const when = (condition: string) => `                Condition: ${condition}\n`;
const keys = (values: string, operator = "ForAllValues:StringEquals") =>
  when(`{ "${operator}": { dynamodb:LeadingKeys: ${values} } }`);
const open = (
  verb: string,
  resources = '"Scores"',
  advice = "restrict dynamodb:LeadingKeys to the caller's identity",
) => `error End-user role "Player" can ${verb} any item of ${resources}; ${advice}.`;
const READS = open("read");

const PLAIN = "{ Service: lambda.amazonaws.com }";
const attachment = (
  roles: string,
  open = "true",
) => `  Pool: { Type: AWS::Cognito::IdentityPool, Properties: { AllowUnauthenticatedIdentities: ${open} } }
  Attachment: { Type: AWS::Cognito::IdentityPoolRoleAttachment, Properties: { IdentityPoolId: !Ref Pool, ${roles} } }
`;

describe("which roles are end users'", () => {
  const handedOut = (around: string) => role("dynamodb:GetItem", TABLE, "", PLAIN) + around;

  test.each([
    ["the pool's role", attachment("Roles: { authenticated: !GetAtt Player.Arn }")],
    [
      "a rule's role",
      attachment(
        "RoleMappings: { userpool: { Type: Rules, RulesConfiguration: { Rules: [{ Claim: a, MatchType: Equals, Value: b, RoleARN: !GetAtt Player.Arn }] } } }",
      ),
    ],
    ["a group's role", "  Group: { Type: AWS::Cognito::UserPoolGroup, Properties: { RoleArn: !GetAtt Player.Arn } }\n"],
  ])("%s", (_, around) => {
    expect(toldInBoth(RULE, handedOut(around))).toEqual([READS]);
  });

  test("nobody's without that", () => {
    expect(toldInBoth(RULE, handedOut(""))).toEqual([]);
  });

  test.each([COGNITO, "accounts.google.com", "graph.facebook.com", "www.amazon.com"])(
    "by the trust in %s",
    (issuer) => {
      expect(toldInBoth(RULE, role("dynamodb:GetItem", TABLE, "", `{ Federated: ${issuer} }`))).toEqual([READS]);
    },
  );

  test("by the trust in a user pool's own provider", () => {
    const provider =
      "{ Federated: arn:aws:iam::111122223333:oidc-provider/cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a }";
    expect(toldInBoth(RULE, role("dynamodb:GetItem", TABLE, "", provider))).toEqual([READS]);
  });

  test.each([
    "oidc-provider/token.actions.githubusercontent.com",
    "oidc-provider/gitlab.com",
    "oidc-provider/agent.buildkite.com",
    "oidc-provider/oidc.vercel.com",
    "oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/0A1B",
    "saml-provider/staff",
  ])("not by that in %s", (provider) => {
    const template = role("dynamodb:GetItem", TABLE, "", `{ Federated: "arn:aws:iam::111122223333:${provider}" }`);
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual([]);
  });

  test("one identity is not everybody", () => {
    const template = role("dynamodb:GetItem", TABLE, "", "{ Federated: accounts.google.com }").replace(
      'Action: "*" }',
      'Action: "*", Condition: { StringEquals: { accounts.google.com:sub: "1234" } } }',
    );
    expect(toldInBoth(RULE, template)).toEqual([]);
  });

  test("a company's own sign-in cannot be told", () => {
    const trust = "{ Federated: arn:aws:iam::111122223333:oidc-provider/login.example.com }";
    const template = role("dynamodb:GetItem", TABLE, "", trust);
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["12:24 who signs in with login.example.com is not known"]);
    expect(untold(RULE, role("dynamodb:GetItem", TABLE, keys(`["${SUB}"]`), trust))).toEqual([]);
  });

  test("a role in another stack, by its export", () => {
    const files = {
      "pool.yaml": `Resources:\n${attachment("Roles: { authenticated: !ImportValue player }")}`,
      "roles.yaml": `${role("dynamodb:GetItem", TABLE, "", PLAIN)}Outputs:\n  Role: { Value: !GetAtt Player.Arn, Export: { Name: player } }\n`,
    };
    expect(told(RULE, files)).toEqual([READS]);
    const alone = `${files["pool.yaml"]}  Scores: { Type: AWS::DynamoDB::Table }\n`;
    expect(told(RULE, alone)).toEqual([]);
    expect(untold(RULE, alone)).toEqual(["2:129 the role is not in view"]);
  });
});

describe("what keeps users apart", () => {
  test.each([
    `["${SUB}"]`,
    `"${SUB}"`,
    `["USER#${SUB}"]`,
    `["\${aws:PrincipalTag/tenant}"]`,
    `["\${aws:userid}"]`,
    `["\${accounts.google.com:sub}"]`,
    `["${SUB}", "PUBLIC"]`,
    `[!Sub "\${!${COGNITO}:sub}"]`,
  ])("LeadingKeys %s", (values) => {
    const template = role("dynamodb:GetItem", TABLE, keys(values));
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual([]);
  });

  test.each([
    ["StringLike", `["${SUB}#*"]`],
    ["ForAllValues:StringLike", `["${SUB}*"]`],
    ["ForAnyValue:StringEquals", `["${SUB}"]`],
    ["StringEqualsIgnoreCase", `["${SUB}"]`],
  ])("by %s %s, whose operator other rules judge", (operator, values) => {
    expect(toldInBoth(RULE, role("dynamodb:GetItem", TABLE, keys(values, operator)))).toEqual([]);
  });

  test("a table of their own", () => {
    const own = `"arn:aws:dynamodb:eu-west-1:111122223333:table/scores-\${aws:PrincipalTag/tenant}"`;
    expect(toldInBoth(RULE, role("dynamodb:GetItem", own))).toEqual([]);
    expect(toldInBoth(RULE, role("dynamodb:GetItem", `[${own}, ${TABLE}]`))).toHaveLength(1);
  });

  test.each([
    ["StringNotEquals", `["${SUB}"]`],
    ["ForAllValues:StringLike", '["*"]'],
    ["ForAllValues:StringLike", `["${SUB}", "*"]`],
  ])("not %s %s, of which leadingkeys-value-too-loose speaks where it is on", (operator, values) => {
    const template = role("dynamodb:GetItem", TABLE, keys(values, operator));
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(told("leadingkeys-value-too-loose", template)).toEqual([expect.stringMatching(/^error /)]);
    const alone: Configuration = {
      ...DEFAULT_CONFIGURATION,
      rules: new Map([["leadingkeys-value-too-loose", "off"]]),
    };
    expect(toldInBoth(RULE, template, alone)).toEqual([READS]);
  });

  test.each([
    ["a key that is none", `{ "ForAnyValue:StringEquals": { dynamodb:LeadingKey: "${SUB}" } }`, 0],
    [
      "a key that is none, without which the test is true",
      `{ "ForAllValues:StringEquals": { dynamodb:LeadingKey: "${SUB}" } }`,
      1,
    ],
  ])("what is never allowed, by %s", (_, condition, count) => {
    expect(toldInBoth(RULE, role("dynamodb:GetItem", TABLE, when(condition)))).toHaveLength(count);
  });

  test("a Scan that the operator never allows", () => {
    expect(
      toldInBoth(RULE, role("[dynamodb:GetItem, dynamodb:Scan]", TABLE, keys('["lobby"]', "StringEquals"))),
    ).toEqual([
      'error End-user role "Player" gives all its users the same items of "Scores": dynamodb:LeadingKeys lists fixed keys and no variable of the caller.',
    ]);
    expect(toldInBoth(RULE, role("dynamodb:Scan", TABLE, keys('["lobby"]', "StringEquals")))).toEqual([]);
  });

  test("not a question whether there is a key", () => {
    expect(toldInBoth(RULE, role("dynamodb:GetItem", TABLE, keys('"false"', "Null")))).toEqual([READS]);
  });

  test.each([
    ["the tag of the table", `{ StringEquals: { aws:ResourceTag/owner: "${SUB}" } }`],
    ["the tenant of the table", '{ StringEquals: { aws:ResourceTag/tenant: "${aws:PrincipalTag/tenant}" } }'],
    ["one identity", `{ StringEquals: { "${COGNITO}:sub": "x" } }`],
  ])("%s", (_, condition) => {
    expect(toldInBoth(RULE, role("dynamodb:GetItem", TABLE, when(condition)))).toEqual([]);
  });

  test.each([
    "{ Bool: { aws:SecureTransport: true } }",
    "{ StringEquals: { aws:PrincipalTag/group: players } }",
    `{ StringLike: { "${COGNITO}:sub": "*" } }`,
    '{ "ForAllValues:StringEquals": { dynamodb:Attributes: [name] } }',
    "{ StringEquals: { aws:ResourceTag/owner: players } }",
    `{ StringEqualsIfExists: { aws:ResourceTag/owner: "${SUB}" } }`,
  ])("nor another condition, %s", (condition) => {
    expect(toldInBoth(RULE, role("dynamodb:GetItem", TABLE, when(condition)))).toEqual([READS]);
  });

  test.each(['["lobby"]', '["lobby", "news"]', `["\${${COGNITO}:aud}"]`])("nor the same keys for all, %s", (values) => {
    expect(toldInBoth(RULE, role("dynamodb:GetItem", TABLE, keys(values)))).toEqual([
      'error End-user role "Player" gives all its users the same items of "Scores": dynamodb:LeadingKeys lists fixed keys and no variable of the caller.',
    ]);
  });

  test("what only deployment knows cannot be told", () => {
    const template = `Parameters:\n  Key: { Type: String }\n${role("dynamodb:GetItem", TABLE, keys("[!Ref Key]"))}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["14:24 the condition of its statement is not known"]);
    const condition = role("dynamodb:GetItem", TABLE, when("!ImportValue condition"));
    expect(untold(RULE, condition)).toEqual(["12:24 the condition of its statement is not known"]);
  });

  test("a Deny of all other items", () => {
    const denied = (condition: string, actions = "dynamodb:*") =>
      role(
        "[dynamodb:GetItem, dynamodb:Scan]",
        TABLE,
        `              - { Effect: Deny, Action: "${actions}", Resource: "*", Condition: ${condition} }\n`,
      );
    const scan = open("read", '"Scores"', "remove Scan, which dynamodb:LeadingKeys cannot restrict");
    // Without a quantifier the Deny also meets requests that carry no key.
    expect(toldInBoth(RULE, denied(`{ StringNotEquals: { dynamodb:LeadingKeys: "${SUB}" } }`))).toEqual([]);
    const anyValue = denied(`{ "ForAnyValue:StringNotEquals": { dynamodb:LeadingKeys: "${SUB}" } }`);
    expect(toldInBoth(RULE, anyValue)).toEqual([scan]);
    expect(marked(RULE, anyValue)).toEqual(["dynamodb:Scan"]);
    expect(
      toldInBoth(
        RULE,
        denied(`{ "ForAnyValue:StringNotEquals": { dynamodb:LeadingKeys: "${SUB}" } }`, "dynamodb:Query"),
      ),
    ).toHaveLength(1);
    expect(toldInBoth(RULE, denied('{ StringNotEquals: { dynamodb:LeadingKeys: "lobby" } }'))).toHaveLength(1);
  });

  test("a branch without the condition is named", () => {
    const template = `Parameters:\n  Stage: { Type: String, AllowedValues: [dev, prod] }\nConditions:\n  IsDev: !Equals [!Ref Stage, dev]\n${role(
      "dynamodb:GetItem",
      TABLE,
      when(`!If [IsDev, !Ref AWS::NoValue, { "ForAllValues:StringEquals": { dynamodb:LeadingKeys: ["${SUB}"] } }]`),
    )}`;
    expect(toldInBoth(RULE, template)).toEqual([READS.replace("error ", "error When IsDev is true: ")]);
  });
});

describe("what is open", () => {
  const both =
    "restrict dynamodb:LeadingKeys to the caller's identity and remove Scan, which dynamodb:LeadingKeys cannot restrict";

  test.each([
    ["dynamodb:GetItem", READS],
    ["[dynamodb:Query, dynamodb:PutItem]", open("read and write")],
    ["dynamodb:UpdateItem", open("write")],
    ["[dynamodb:GetItem, dynamodb:Scan]", open("read", '"Scores"', both)],
    ["dynamodb:Scan", open("read", '"Scores"', "remove Scan, which dynamodb:LeadingKeys cannot restrict")],
  ])("%s", (action, expected) => {
    expect(toldInBoth(RULE, role(action))).toEqual([expected]);
  });

  test.each(["dynamodb:ListTables", "dynamodb:DescribeTable", "s3:GetObject", "[]"])("not %s", (action) => {
    expect(toldInBoth(RULE, role(action))).toEqual([]);
  });

  test("everything, beside what full-dynamodb-access says", () => {
    const template = role("dynamodb:*", '"*"');
    expect(toldInBoth(RULE, template)[0]).toMatch(
      /^error End-user role "Player" can read and write any item of every table; /,
    );
    expect(told("full-dynamodb-access", template)).toHaveLength(1);
  });

  test("through DAX", () => {
    expect(toldInBoth(RULE, role("dax:GetItem", '"*"'))).toEqual([
      open("read", "every table", "DAX knows no dynamodb:LeadingKeys, so only the table itself can keep users apart"),
    ]);
  });

  test("through an AWS managed policy, at its entry", () => {
    const template = role(
      "s3:GetObject",
      '"*"',
      "",
      `{ Federated: ${COGNITO} }`,
      "      ManagedPolicyArns: [arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess]\n",
    );
    expect(toldInBoth(RULE, template)).toEqual([
      open(
        "read",
        "every table through AmazonDynamoDBReadOnlyAccess",
        "replace the policy by one that restricts dynamodb:LeadingKeys to the caller's identity",
      ),
    ]);
    expect(marked(RULE, template)).toEqual(["arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess"]);
  });

  test("through a policy of its own, which has to change", () => {
    const policy = `  Access: { Type: AWS::IAM::ManagedPolicy, Properties: { Roles: [!Ref Player], PolicyDocument: { Statement: { Effect: Allow, Action: "dynamodb:GetItem", Resource: ${TABLE} } } } }\n`;
    expect(toldInBoth(RULE, role("s3:GetObject", '"*"') + policy)).toEqual([READS]);
  });

  test("what a Deny takes away is not open", () => {
    const deny = '              - { Effect: Deny, Action: "dynamodb:GetItem", Resource: "*" }\n';
    expect(toldInBoth(RULE, role("dynamodb:GetItem", TABLE, deny))).toEqual([]);
  });

  test("a policy that is not in view cannot be told", () => {
    const template = role(
      "s3:GetObject",
      '"*"',
      "",
      `{ Federated: ${COGNITO} }`,
      "      ManagedPolicyArns: [!ImportValue policy]\n",
    );
    expect(untold(RULE, template)).toEqual(["14:26 it is imported (policy)"]);
  });

  test("each statement once, at its first action that is open", () => {
    const template = role(
      "[dynamodb:ListTables, dynamodb:GetItem, dynamodb:Query]",
      TABLE,
      `              - { Effect: Allow, Action: "dynamodb:PutItem", Resource: ${TABLE} }\n`,
    );
    expect(shown(RULE, template)).toEqual([`12:46-12:62 ${READS}`, `14:41-14:59 ${open("write")}`]);
    expect(relatedTo(RULE, template)).toEqual([
      "5:21-5:27 what gives the role to end users",
      '15:2-15:8 it opens table "Scores"',
    ]);
  });
});

describe("guests", () => {
  const guests = (action: string, open = "true", more = "") =>
    role(action, TABLE, more, PLAIN) + attachment("Roles: { unauthenticated: !GetAtt Player.Arn }", open);
  const allows = (actions: string) =>
    `error Guests (unauthenticated) of pool "Pool" can use DynamoDB: role "Player" allows ${actions} on "Scores".`;

  test.each([
    ["dynamodb:GetItem", "GetItem"],
    ["dynamodb:DescribeTable", "DescribeTable"],
    ["[dynamodb:GetItem, dynamodb:PutItem]", "GetItem and PutItem"],
  ])("%s", (action, actions) => {
    expect(toldInBoth(RULE, guests(action))).toEqual([allows(actions)]);
  });

  test("have no identity to be limited to", () => {
    expect(toldInBoth(RULE, guests("dynamodb:GetItem", "true", keys(`["${SUB}"]`)))).toEqual([allows("GetItem")]);
  });

  test("who share a policy with those who signed in are told of first", () => {
    const template = `${role("dynamodb:GetItem", TABLE, "", PLAIN)
      .replace(
        "      Policies:\n        - PolicyName: p\n",
        "  Shared:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      Roles: [!Ref Player, !Ref Guest]\n",
      )
      .replace(
        "          PolicyDocument:",
        "      PolicyDocument:",
      )}  Guest: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: {} } }
${attachment("Roles: { authenticated: !GetAtt Player.Arn, unauthenticated: !GetAtt Guest.Arn }")}`;
    expect(toldInBoth(RULE, template)).toEqual([
      'error Guests (unauthenticated) of pool "Pool" can use DynamoDB: role "Guest" allows GetItem on "Scores".',
    ]);
    expect(
      toldInBoth(
        RULE,
        template.replace(
          "IdentityPool, Properties: { AllowUnauthenticatedIdentities: true",
          "IdentityPool, Properties: { AllowUnauthenticatedIdentities: false",
        ),
      ),
    ).toEqual([READS]);
  });

  test("by the trust's amr", () => {
    const trust = `{ Federated: ${COGNITO} }`;
    const template = role("dynamodb:DescribeTable", TABLE, "", trust).replace(
      'Action: "*" }',
      `Action: "*", Condition: { "ForAnyValue:StringLike": { "${COGNITO}:amr": unauthenticated } } }`,
    );
    expect(toldInBoth(RULE, template)).toEqual([
      'error Guests (unauthenticated) can use DynamoDB: role "Player" allows DescribeTable on "Scores".',
    ]);
  });

  test("that the pool does not let in yet", () => {
    expect(toldInBoth(RULE, guests("dynamodb:GetItem", "false"))).toEqual([
      'warning Guests of pool "Pool" could use DynamoDB as soon as the pool lets any in (AllowUnauthenticatedIdentities): role "Player" allows GetItem on "Scores".',
    ]);
  });

  test("of a pool that a parameter opens", () => {
    const template = `Parameters:\n  Guests: { Type: String, Default: "false" }\n${guests("dynamodb:GetItem", "!Ref Guests")}`;
    expect(toldInBoth(RULE, template)).toEqual([allows("GetItem")]);
  });

  test("with a managed policy, as an old guide of AWS had it", () => {
    const template =
      role(
        "s3:GetObject",
        '"*"',
        "",
        PLAIN,
        "      ManagedPolicyArns: [arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess]\n",
      ) + attachment("Roles: { unauthenticated: !GetAtt Player.Arn }");
    expect(toldInBoth(RULE, template)[0]).toMatch(
      /^error Guests \(unauthenticated\) of pool "Pool" can use DynamoDB: role "Player" allows .* on every table through AmazonDynamoDBFullAccess\.$/,
    );
  });

  test("with nothing of DynamoDB pass", () => {
    expect(toldInBoth(RULE, guests("mobileanalytics:PutEvents"))).toEqual([]);
  });
});

describe("the condition that is proposed", () => {
  test("is bound to who signs in", () => {
    expect(offered(RULE, role("[dynamodb:GetItem, dynamodb:Query] # own"))).toEqual([
      `snippet: Limit to items whose partition key is ${SUB} (stops all others)`,
    ]);
    expect(repaired(RULE, role("[dynamodb:GetItem, dynamodb:Query] # own"))).toBe(
      role(
        "[dynamodb:GetItem, dynamodb:Query] # own",
        TABLE,
        `                Condition:\n                  ForAllValues:StringEquals:\n                    dynamodb:LeadingKeys:\n                      - ${SUB}\n`,
      ),
    );
    expect(offered(RULE, role("dynamodb:GetItem", TABLE, "", "{ Federated: www.amazon.com }"))).toEqual([
      "snippet: Limit to items whose partition key is ${www.amazon.com:user_id} (stops all others)",
    ]);
  });

  test.each([
    ["Scan", role("[dynamodb:GetItem, dynamodb:Scan]")],
    ["a list of fixed keys", role("dynamodb:GetItem", TABLE, keys('["lobby"]'))],
    ["a document of 2008", role("dynamodb:GetItem").replace('            Version: "2012-10-17"\n', "")],
    [
      "an unknown sign-in",
      role("dynamodb:GetItem", TABLE, "", PLAIN) + attachment("Roles: { authenticated: !GetAtt Player.Arn }"),
    ],
  ])("not for %s", (_, template) => {
    expect(told(RULE, template)).toHaveLength(1);
    expect(offered(RULE, template)).toEqual([]);
  });
});
