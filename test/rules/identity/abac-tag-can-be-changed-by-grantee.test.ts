import { describe, expect, test } from "vitest";
import { asJson } from "../as-json.ts";
import { fixedText, offered, repaired, shown } from "../harness.ts";
import { relatedTo, told, toldInBoth } from "../told.ts";
import { allow, deny, inline, LAMBDA, managedPolicy, roleOf, TABLE } from "./policies.ts";

const RULE = "abac-tag-can-be-changed-by-grantee";

const when = (operator: string, key: string, value: string) =>
  `            Condition: { "${operator}": { ${key}: ${value} } }\n`;
const TEAM = when("StringEquals", "aws:ResourceTag/team", "orders");
const MINE = when("StringEquals", "aws:ResourceTag/team", '"${aws:PrincipalTag/team}"');
const READS = allow("[dynamodb:GetItem, dynamodb:Query]", '"*"', TEAM);
const PROTECTED = deny("dynamodb:DeleteTable", '"*"', when("StringEquals", "aws:ResourceTag/protected", "yes"));
const LINE = (actions: string, tag = "team") =>
  `error Policy "AppPolicy" is limited by tag "${tag}" but may itself change that tag (${actions}).`;

describe("an Allow that asks for a tag", () => {
  test("stands at the tagging action", () => {
    const template = managedPolicy(READS + allow("[dynamodb:ListTables, dynamodb:TagResource]", '"*"'));
    expect(shown(RULE, template)).toEqual([`12:42-12:62 ${LINE("TagResource")}`]);
    expect(relatedTo(RULE, template)).toEqual(['10:43-10:63 statement 1 asks for tag "team"']);
  });

  test.each([
    ["dynamodb:TagResource", 1],
    ['"dynamodb:Tag*"', 1],
    ['"dynamodb:*Resource"', 1],
    // Takes away what the Allow asks for.
    ["dynamodb:UntagResource", 0],
    ["dynamodb:ListTagsOfResource", 0],
    ["s3:PutObjectTagging", 0],
    // Allows everything that the tag limits, too: others speak of that.
    ['"dynamodb:*"', 0],
  ])("%s: %i", (action, count) => {
    expect(toldInBoth(RULE, managedPolicy(READS + allow(action, '"*"')))).toHaveLength(count);
  });

  test("that the tag be another one, or none, is undone by both", () => {
    for (const operator of ["StringNotEquals", "StringEqualsIfExists"]) {
      const reads = allow("dynamodb:GetItem", '"*"', when(operator, "aws:ResourceTag/secret", "yes"));
      expect(toldInBoth(RULE, managedPolicy(reads + allow("[dynamodb:UntagResource]", '"*"')))).toEqual([
        LINE("UntagResource", "secret"),
      ]);
    }
  });

  test("only on the same tables", () => {
    const on = (reads: string, tags: string) =>
      told(RULE, managedPolicy(allow("dynamodb:GetItem", reads, TEAM) + allow("dynamodb:TagResource", tags)));
    const table = (name: string) => `arn:aws:dynamodb:eu-west-1:111122223333:table/${name}`;
    expect(on(table("orders"), table("others"))).toEqual([]);
    expect(on(table("orders"), table("ord*"))).toHaveLength(1);
    expect(on('"*"', table("others"))).toHaveLength(1);
    expect(on('"*"', "arn:aws:s3:::bucket")).toEqual([]);
  });

  test.each([
    // The tag is left out.
    [when("ForAllValues:StringEquals", "aws:TagKeys", "[cost]"), 0],
    [when("ForAllValues:StringEquals", "aws:TagKeys", "[cost, team]"), 1],
    [when("ForAllValues:StringLike", "aws:TagKeys", '["te*"]'), 1],
    [when("ForAllValues:StringNotEquals", "aws:TagKeys", "[team]"), 0],
    [when("ForAllValues:StringNotEquals", "aws:TagKeys", "[cost]"), 1],
    [when("StringEquals", "aws:RequestTag/team", "guests"), 0],
    [when("StringEquals", "aws:RequestTag/team", "orders"), 1],
    [when("Null", "aws:RequestTag/team", "true"), 0],
    [when("StringEquals", "aws:RequestTag/cost", "x"), 1],
    [when("StringEquals", "aws:RequestedRegion", "eu-west-1"), 1],
    // Only what is one's own already.
    [TEAM, 0],
    [when("StringEquals", "aws:ResourceTag/team", "others"), 1],
  ])("tagging under%s: %i", (condition, count) => {
    expect(toldInBoth(RULE, managedPolicy(READS + allow("dynamodb:TagResource", '"*"', condition)))).toHaveLength(
      count,
    );
  });

  test("everything on one's own tables is no way to others'", () => {
    expect(toldInBoth(RULE, managedPolicy(allow("dynamodb:*", '"*"', MINE)))).toEqual([]);
    expect(
      toldInBoth(RULE, managedPolicy(allow("dynamodb:*", '"*"', MINE) + allow("dynamodb:TagResource", '"*"'))),
    ).toEqual([LINE("TagResource")]);
  });
});

describe("a Deny for a tag", () => {
  test("is lifted by removing or overwriting it", () => {
    expect(toldInBoth(RULE, managedPolicy(PROTECTED + allow("[dynamodb:UntagResource]", '"*"')))).toEqual([
      LINE("UntagResource", "protected"),
    ]);
    expect(toldInBoth(RULE, managedPolicy(PROTECTED + allow('"dynamodb:*"', '"*"')))).toEqual([
      LINE("TagResource and UntagResource", "protected"),
    ]);
  });

  test("a Deny of everything else by giving it", () => {
    const others = deny("dynamodb:GetItem", '"*"', when("StringNotEquals", "aws:ResourceTag/team", "orders"));
    expect(toldInBoth(RULE, managedPolicy(others + allow("dynamodb:*", '"*"')))).toEqual([LINE("TagResource")]);
  });

  test("is not lifted by tagging only where it does not apply", () => {
    const others = deny("dynamodb:GetItem", '"*"', when("StringNotEquals", "aws:ResourceTag/team", "orders"));
    const own = when("StringEquals", "aws:ResourceTag/team", "orders");
    expect(toldInBoth(RULE, managedPolicy(others + allow("dynamodb:TagResource", '"*"', own)))).toEqual([]);
    const unprotected = when("StringNotEquals", "aws:ResourceTag/protected", "yes");
    expect(toldInBoth(RULE, managedPolicy(PROTECTED + allow("dynamodb:UntagResource", '"*"', unprotected)))).toEqual(
      [],
    );
    const only = when("StringEquals", "aws:ResourceTag/protected", "yes");
    expect(toldInBoth(RULE, managedPolicy(PROTECTED + allow("dynamodb:UntagResource", '"*"', only)))).toEqual([
      LINE("UntagResource", "protected"),
    ]);
  });

  test("that includes tagging cannot be lifted", () => {
    const all = (actions: string) => deny(actions, '"*"', when("StringEquals", "aws:ResourceTag/protected", "yes"));
    expect(toldInBoth(RULE, managedPolicy(all("dynamodb:*") + allow("dynamodb:*", '"*"')))).toEqual([]);
    expect(
      toldInBoth(
        RULE,
        managedPolicy(all("[dynamodb:DeleteTable, dynamodb:UntagResource]") + allow("dynamodb:*", '"*"')),
      ),
    ).toEqual([LINE("TagResource", "protected")]);
  });
});

describe("another Deny covers it", () => {
  const TAGGING = "[dynamodb:TagResource, dynamodb:UntagResource]";
  test.each([
    ["", 0],
    [when("ForAnyValue:StringEquals", "aws:TagKeys", "[team]"), 0],
    [when("ForAnyValue:StringEquals", "aws:TagKeys", "[cost]"), 1],
    [when("StringNotEquals", "aws:ResourceTag/team", "orders"), 0],
    [when("Null", "aws:RequestTag/team", '"false"'), 0],
    [when("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::111122223333:role/tagger"), 0],
    [when("Bool", "aws:SecureTransport", '"false"'), 1],
  ])("of tagging%s: %i left", (condition, count) => {
    const template = managedPolicy(READS + allow("dynamodb:TagResource", '"*"') + deny(TAGGING, '"*"', condition));
    expect(toldInBoth(RULE, template)).toHaveLength(count);
  });
});

describe("one principal's policies count together", () => {
  test("a role's inline and managed ones", () => {
    const template = `Resources:
${roleOf(LAMBDA, inline(READS))}  Tagging:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      Roles: [!Ref AppRole]
      PolicyDocument:
        Statement:
${allow("dynamodb:TagResource", '"*"')}`;
    expect(toldInBoth(RULE, template)).toEqual([
      'error Role "AppRole" is limited by tag "team" but may itself change that tag (TagResource).',
    ]);
    const others = template.replace("Roles: [!Ref AppRole]", "Roles: [somebody]");
    expect(toldInBoth(RULE, others)).toEqual([]);
  });

  test("several tags are one finding", () => {
    const template = managedPolicy(READS + PROTECTED + allow("[dynamodb:TagResource, dynamodb:ListTables]", '"*"'));
    expect(toldInBoth(RULE, template)).toEqual([
      'error Policy "AppPolicy" is limited by tags "team" and "protected" but may itself change those tags (TagResource).',
    ]);
  });

  test("a SAM function", () => {
    const template = `Transform: AWS::Serverless-2016-10-31
Resources:
  Reader:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
        - Statement:
            - { Effect: Allow, Action: "dynamodb:GetItem", Resource: "*", Condition: { StringEquals: { aws:ResourceTag/team: a } } }
            - { Effect: Allow, Action: "dynamodb:TagResource", Resource: "*" }
`;
    expect(toldInBoth(RULE, template)).toEqual([
      'error Function "Reader" is limited by tag "team" but may itself change that tag (TagResource).',
    ]);
  });

  test("a star counts where DynamoDB is in view", () => {
    const template = (around: string) =>
      managedPolicy(allow('"*"', '"*"', MINE) + allow('"tag:*"', '"*"') + deny('"rds:*"', '"*"', TEAM), around);
    expect(toldInBoth(RULE, template(TABLE))).toEqual([]);
    const star = managedPolicy(
      PROTECTED.replace("DeleteTable", "*").replace("dynamodb:*", "dynamodb:Delete*") + allow('"*"', '"*"'),
    );
    expect(toldInBoth(RULE, star)).toEqual([LINE("TagResource and UntagResource", "protected")]);
  });
});

test("branches that cannot be together", () => {
  const template = `Conditions:
  IsDev: !Equals [!Ref AWS::Region, eu-west-1]
${managedPolicy(
  allow("[dynamodb:ListTables, !If [IsDev, dynamodb:TagResource, dynamodb:ListBackups]]", '"*"') +
    allow(
      "dynamodb:GetItem",
      '"*"',
      `            Condition: !If [IsDev, !Ref AWS::NoValue, { StringEquals: { aws:ResourceTag/team: a } }]\n`,
    ),
)}`;
  expect(toldInBoth(RULE, template)).toEqual([]);
});

describe("the fix", () => {
  test("denies changing the tag", () => {
    const template = managedPolicy(READS + allow("[dynamodb:TagResource]", '"*"'));
    expect(offered(RULE, template)).toEqual(['snippet: Deny changing "team" (stops TagResource of it)']);
    expect(repaired(RULE, template)).toBe(`${template}          - Effect: Deny
            Action:
              - dynamodb:TagResource
              - dynamodb:UntagResource
            Resource: "*"
            Condition:
              ForAnyValue:StringEquals:
                aws:TagKeys:
                  - team
`);
    expect(fixedText(template)).toBe(template);
    expect(
      JSON.parse(repaired(RULE, asJson(template)) ?? "{}").Resources.AppPolicy.Properties.PolicyDocument.Statement[2],
    ).toEqual({
      Effect: "Deny",
      Action: ["dynamodb:TagResource", "dynamodb:UntagResource"],
      Resource: "*",
      Condition: { "ForAnyValue:StringEquals": { "aws:TagKeys": ["team"] } },
    });
  });
});
