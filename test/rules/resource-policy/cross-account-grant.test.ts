import { describe, expect, test } from "vitest";
import { type Configuration, DEFAULT_CONFIGURATION } from "../../../core/lint/configuration.ts";
import { marked, offered, shown } from "../harness.ts";
import { told, toldInBoth, toldWith, untold } from "../told.ts";
import { globalWith, streamWith, tableWith, withParameters } from "./policies.ts";

const RULE = "cross-account-grant";
const MAYBE = " (unless that is the stack's own account, which is not known here)";
const ROLE = "arn:aws:iam::444455556666:role/app";

const allow = (principal: string, action = "dynamodb:GetItem", more = "") =>
  `{ Sid: Read, Effect: Allow, Principal: ${principal}, Action: ${action}, Resource: "*"${more} }`;
const deny = (principal: string, action: string, more = "") =>
  `{ Effect: Deny, Principal: ${principal}, Action: ${action}, Resource: "*"${more} }`;

const lets = (whom: string, what = "GetItem", organisation = " without aws:PrincipalOrgID", whose = '"Orders"') =>
  `Resource policy of ${whose} lets ${whom} do ${what}${organisation} ("Read")`;

/** In a stack whose account is 111122223333. */
const inAccount = (template: string) => toldWith(RULE, template, { account: "111122223333" });

describe("accounts", () => {
  test.each([
    [`{ AWS: ${ROLE} }`, "role/app of account 444455556666"],
    ["{ AWS: arn:aws:sts::444455556666:assumed-role/app/x }", "assumed-role/app/x of account 444455556666"],
    ["{ AWS: arn:aws:iam::444455556666:root }", "account 444455556666 (whomever that account allows it)"],
    ['{ AWS: "444455556666" }', "account 444455556666 (whomever that account allows it)"],
    ["{ AWS: !Sub 'arn:${AWS::Partition}:iam::444455556666:role/app' }", "role/app of account 444455556666"],
    [`{ AWS: [${ROLE}, arn:aws:iam::444455556666:user/ann] }`, "role/app and user/ann of account 444455556666"],
  ])("%s", (principal, whom) => {
    const template = tableWith([allow(principal)]);
    expect(inAccount(template)).toEqual([`warning ${lets(whom)}.`]);
    expect(toldInBoth(RULE, template)).toEqual([`info ${lets(whom)}${MAYBE}.`]);
  });

  test.each([
    ["{ AWS: !Ref AWS::AccountId }"],
    ["{ AWS: !Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/app' }"],
    ["{ AWS: arn:aws:iam::111122223333:role/app }"],
    ['{ AWS: "111122223333" }'],
    ["{ AWS: !GetAtt Role.Arn }"],
    ["{ Service: redshift.amazonaws.com }"],
    ['"*"'],
  ])("%s passes", (principal) => {
    const template = tableWith([allow(principal)], "", "  Role: { Type: AWS::IAM::Role }\n");
    expect(inAccount(template)).toEqual([]);
    expect(untold(RULE, template)).toEqual([]);
  });

  test("each account of a statement once, at its first entry", () => {
    const template = tableWith([
      allow(`[${ROLE}, arn:aws:iam::444455556666:user/ann, arn:aws:iam::777788889999:role/b]`)
        .replace("Principal: [", "Principal: { AWS: [")
        .replace("], Action", "] }, Action"),
    ]);
    expect(inAccount(template)).toEqual([
      `warning ${lets("role/app and user/ann of account 444455556666")}.`,
      `warning ${lets("role/b of account 777788889999")}.`,
    ]);
    expect(marked(RULE, template)).toEqual([ROLE, "arn:aws:iam::777788889999:role/b"]);
  });

  test("a bare text as Principal, at its exact place", () => {
    expect(shown(RULE, tableWith([allow(ROLE)]))).toEqual([
      `9:53-9:87 info ${lets("role/app of account 444455556666")}${MAYBE}.`,
    ]);
  });

  test("accounts that are trusted", () => {
    const configuration: Configuration = {
      ...DEFAULT_CONFIGURATION,
      values: { ...DEFAULT_CONFIGURATION.values, trustedAccounts: ["444455556666"] },
    };
    const template = tableWith([allow(`{ AWS: [${ROLE}, arn:aws:iam::777788889999:role/b] }`)]);
    expect(told(RULE, template, configuration)).toEqual([`info ${lets("role/b of account 777788889999")}${MAYBE}.`]);
  });

  test("what only deployment knows, and unique ids", () => {
    const template = withParameters(
      "Who: { Type: String }",
      tableWith([allow("{ AWS: [!Ref Who, !ImportValue role, AROADBQP57FF2AEXAMPLE] }")]),
    );
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual([
      "10:61 parameter Who has no default",
      "10:71 it is imported (role)",
      "10:90 it names no account",
    ]);
  });

  test("a parameter's values and its default", () => {
    const of = (who: string) =>
      withParameters(`Who: { Type: String, ${who} }`, tableWith([allow("{ AWS: !Ref Who }")]));
    expect(inAccount(of(`AllowedValues: ["${ROLE}", "arn:aws:iam::111122223333:role/b"]`))).toEqual([
      `warning When Who is "${ROLE}": ${lets("role/app of account 444455556666")}.`,
    ]);
    expect(inAccount(of(`Default: "${ROLE}"`))).toEqual([
      `warning ${lets("role/app of account 444455556666")}. (with the default of parameter Who)`,
    ]);
  });
});

test("an account that one entry always names, and another for some value of a parameter", () => {
  const template = withParameters(
    "Who: { Type: String, AllowedValues: ['444455556666', '777788889999'] }",
    tableWith([allow(`{ AWS: [!Ref Who, ${ROLE}] }`)]),
  );
  expect(inAccount(template)).toEqual([
    `warning When Who is "777788889999": ${lets("account 777788889999 (whomever that account allows it)")}.`,
    `warning ${lets("account 444455556666 (whomever that account allows it)")}.`,
  ]);
});

describe("conditions", () => {
  test.each([
    ["{ StringEquals: { aws:PrincipalOrgID: o-a1b2c3d4e5 } }", ""],
    ['{ "ForAnyValue:StringEquals": { aws:PrincipalOrgPaths: o-a1/r-1/ou-1/ } }', ""],
    ["{ StringEquals: { aws:PrincipalOrgID: !Ref Org } }", ""],
    ["{ StringLike: { aws:PrincipalOrgID: 'o-*' } }", " without aws:PrincipalOrgID"],
    ["{ StringNotEquals: { aws:PrincipalOrgID: o-a1b2c3d4e5 } }", " without aws:PrincipalOrgID"],
    ["{ Bool: { aws:SecureTransport: true } }", " without aws:PrincipalOrgID"],
  ])("%s", (condition, organisation) => {
    const template = withParameters(
      "Org: { Type: String }",
      tableWith([allow(`{ AWS: ${ROLE} }`, "dynamodb:GetItem", `, Condition: ${condition}`)]),
    );
    expect(inAccount(template)).toEqual([
      `warning ${lets("role/app of account 444455556666", "GetItem", organisation)}.`,
    ]);
  });

  test("everybody, limited to an account or to a role of one", () => {
    const limited = (condition: string) =>
      inAccount(tableWith([allow('"*"', "dynamodb:GetItem", `, Condition: ${condition}`)]));
    expect(limited("{ StringEquals: { aws:PrincipalAccount: ['444455556666', '111122223333'] } }")).toEqual([
      `warning ${lets("account 444455556666 (whomever that account allows it)")}.`,
    ]);
    expect(limited(`{ ArnEquals: { aws:PrincipalArn: ${ROLE} } }`)).toEqual([
      `warning ${lets("role/app of account 444455556666")}.`,
    ]);
    expect(limited("{ StringNotEquals: { aws:PrincipalAccount: '444455556666' } }")).toEqual([]);
    expect(limited("{ StringEquals: { aws:PrincipalOrgID: o-a1b2c3d4e5 } }")).toEqual([]);
  });
});

describe("what is allowed", () => {
  const what = (action: string, more: readonly string[] = []) =>
    inAccount(tableWith([allow(`{ AWS: ${ROLE} }`, action), ...more]));
  const does = (names: string) => [`warning ${lets("role/app of account 444455556666", names)}.`];

  test.each([
    ["[dynamodb:GetItem, dynamodb:Query, dynamodb:GetItem]", "GetItem and Query"],
    ["dynamodb:*", "everything"],
    ["dynamodb:*Item", "BatchGetItem, BatchWriteItem, ConditionCheckItem, DeleteItem and 3 more"],
    ["'dynamodb:PartiQL*'", "PartiQLDelete, PartiQLInsert, PartiQLSelect and PartiQLUpdate"],
    ["[DYNAMODB:getitem, s3:GetObject]", "GetItem"],
  ])("%s: %s", (action, names) => {
    expect(what(action)).toEqual(does(names));
  });

  test("nothing that exists on a table", () => {
    expect(what("dynamodb:GetRecords")).toEqual([]);
    expect(what("s3:GetObject")).toEqual([]);
    expect(what("dynamodb:ListTables")).toEqual([]);
  });

  test("less what a Deny takes away", () => {
    expect(what("[dynamodb:GetItem, dynamodb:Query]", [deny('"*"', "dynamodb:Query")])).toEqual(does("GetItem"));
    expect(what("dynamodb:GetItem", [deny(`{ AWS: ${ROLE} }`, "dynamodb:*")])).toEqual([]);
    expect(what("dynamodb:GetItem", [deny("{ AWS: arn:aws:iam::444455556666:role/b }", "dynamodb:*")])).toEqual(
      does("GetItem"),
    );
    const conditional = deny('"*"', "dynamodb:*", ", Condition: { Bool: { aws:SecureTransport: false } }");
    expect(what("dynamodb:GetItem", [conditional])).toEqual(does("GetItem"));
  });

  test("a statement about another table lets nobody in: resource-policy-has-no-effect speaks of it", () => {
    const template = tableWith(
      [allow(`{ AWS: ${ROLE} }`).replace('Resource: "*"', "Resource: arn:aws:dynamodb:eu-west-1:1:table/other")],
      "      TableName: orders\n",
    );
    expect(inAccount(template)).toEqual([]);
  });
});

describe("whose policy", () => {
  test("a stream's, a replica's, and that of a replica's stream", () => {
    const statement = allow(`{ AWS: ${ROLE} }`, "[dynamodb:GetItem, dynamodb:GetRecords]");
    const whom = "role/app of account 444455556666";
    const without = " without aws:PrincipalOrgID";
    expect(inAccount(streamWith([statement]))).toEqual([
      `warning ${lets(whom, "GetRecords", without, 'the stream of "Orders"')}.`,
    ]);
    expect(inAccount(globalWith([statement]))).toEqual([
      `warning ${lets(whom, "GetItem", without, 'replica eu-west-1 of "Orders"')}.`,
    ]);
    expect(inAccount(globalWith([statement], "", "stream"))).toEqual([
      `warning ${lets(whom, "GetRecords", without, 'the stream of replica eu-west-1 of "Orders"')}.`,
    ]);
  });

  test("as JSON text, and in one branch", () => {
    const text = JSON.stringify({
      Statement: { Sid: "Read", Effect: "Allow", Principal: { AWS: ROLE }, Action: "dynamodb:GetItem", Resource: "*" },
    });
    const template = `Resources:\n  Orders:\n    Type: AWS::DynamoDB::Table\n    Properties:\n      ResourcePolicy: { PolicyDocument: '${text}' }\n`;
    expect(inAccount(template)).toEqual([`warning ${lets("role/app of account 444455556666")}.`]);
    const branch = `Conditions: { Shared: !Equals [!Ref AWS::Region, eu-west-1] }\n${tableWith([
      allow(`{ AWS: !If [Shared, ${ROLE}, !Ref AWS::AccountId] }`),
    ])}`;
    expect(inAccount(branch)).toEqual([`warning When Shared is true: ${lets("role/app of account 444455556666")}.`]);
  });

  test("a Deny, half-typed statements, and no fix", () => {
    expect(inAccount(tableWith([deny(`{ AWS: ${ROLE} }`, "dynamodb:GetItem")]))).toEqual([]);
    expect(inAccount(tableWith([`{ Effect: Allow, Principal: { AWS: ${ROLE} } }`]))).toEqual([]);
    expect(inAccount(tableWith(["{ Effect: Allow, Principal: { AWS: [[]] }, Action: [] }"]))).toEqual([]);
    expect(offered(RULE, tableWith([allow(`{ AWS: ${ROLE} }`)]))).toEqual([]);
  });
});
