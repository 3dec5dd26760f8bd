import { describe, expect, test } from "vitest";
import { asJson } from "../as-json.ts";
import { fixedText, marked, offered, repaired, shown } from "../harness.ts";
import { relatedTo, told, toldInBoth, untold } from "../told.ts";
import { allow, deny, managedPolicy } from "./policies.ts";

const RULE = "abac-condition-does-not-work";

const ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders";
const when = (operator: string, value: string, key: string) =>
  `            Condition: { "${operator}": { ${key}: ${value} } }\n`;

describe("a key that does not exist", () => {
  const KEY = "dynamodb:ResourceTag/env";
  const NO_KEY = "there is no such key, tags are compared by aws:ResourceTag/….";
  const NEVER = (verb: string) => `Tag condition ${KEY} never matches, so statement 1 ${verb} nothing: ${NO_KEY}`;
  const ALWAYS = (verb: string) =>
    `Tag condition ${KEY} always matches, so statement 1 ${verb} whatever the tags are: ${NO_KEY}`;
  const denied = (operator: string, value = "prod", key = KEY) =>
    managedPolicy(deny("dynamodb:DeleteTable", '"*"', when(operator, value, key)));
  const allowed = (operator: string, value = "prod", key = KEY) =>
    managedPolicy(allow("dynamodb:GetItem", ARN, when(operator, value, key)));

  test("stands at the key", () => {
    expect(shown(RULE, denied("StringEquals"))).toEqual([`10:43-10:67 error ${NEVER("denies")}`]);
    expect(marked(RULE, denied("StringEquals"))).toEqual([KEY]);
  });

  test.each([
    ["StringEquals", "prod", false],
    ["ForAnyValue:StringEquals", "prod", false],
    ["Null", "false", false],
    ["StringNotEquals", "prod", true],
    ["StringEqualsIfExists", "prod", true],
    ["ForAllValues:StringEquals", "prod", true],
    ["Null", "true", true],
  ])("%s %s always matches: %s", (operator, value, isTrue) => {
    expect(toldInBoth(RULE, denied(operator, value))).toEqual([
      isTrue ? `warning ${ALWAYS("denies")}` : `error ${NEVER("denies")}`,
    ]);
    expect(toldInBoth(RULE, allowed(operator, value))).toEqual([
      isTrue ? `error ${ALWAYS("grants")}` : `warning ${NEVER("grants")}`,
    ]);
  });

  test.each(["DynamoDB:resourcetag/env", "dax:ResourceTag/env"])("%s is the same", (key) => {
    expect(toldInBoth(RULE, denied("StringEquals", "prod", key))).toEqual([
      `error ${NEVER("denies").replace(KEY, key)}`,
    ]);
  });

  test.each(["aws:ResourceTag/env", "dynamodb:LeadingKeys", "dynamodb:ResourceTags", "s3:ResourceTag/env"])(
    "%s is another key",
    (key) => {
      expect(toldInBoth(RULE, denied("StringEquals", "prod", key))).toEqual([]);
    },
  );

  test("Null with a value that is not known", () => {
    const template = `Parameters:\n  Wanted: { Type: String }\n${denied("Null", "!Ref Wanted")}`;
    expect(told(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["12:35 it is evaluated at deployment"]);
  });

  test("in a table's policy, and in a branch", () => {
    const table = `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      ResourcePolicy:
        PolicyDocument:
          Statement:
            - { Effect: Deny, Principal: "*", Action: "dynamodb:*", Resource: "*", Condition: { StringEquals: { ${KEY}: prod } } }
`;
    expect(toldInBoth(RULE, table)).toEqual([`error ${NEVER("denies")}`]);
    const branch = `Conditions:
  IsDev: !Equals [!Ref AWS::Region, eu-west-1]
${managedPolicy(deny("dynamodb:DeleteTable", '"*"', `            Condition: !If [IsDev, { StringEquals: { ${KEY}: prod } }, !Ref AWS::NoValue]\n`))}`;
    expect(toldInBoth(RULE, branch)).toEqual([`error When IsDev is true: ${NEVER("denies")}`]);
  });

  test("the fix renames it", () => {
    const title = (effect: string) => [`caution: Compare aws:ResourceTag/env (${effect})`];
    expect(offered(RULE, denied("StringEquals"))).toEqual(title("stops what matches"));
    expect(offered(RULE, denied("StringNotEquals"))).toEqual(title("no longer denies what does not match"));
    expect(offered(RULE, allowed("StringEquals"))).toEqual(title("grants what matches"));
    expect(offered(RULE, allowed("StringNotEquals"))).toEqual(title("stops what does not match"));
    const template = managedPolicy(
      deny(
        "dynamodb:DeleteTable",
        '"*"',
        `            Condition:
              StringEquals:
                ${KEY}: prod # only these
                aws:RequestedRegion: eu-west-1
`,
      ),
    );
    expect(repaired(RULE, template)).toBe(template.replace(KEY, "aws:ResourceTag/env"));
    expect(fixedText(template)).toBe(template);
    const json = asJson(template);
    expect(repaired(RULE, json)).toBe(json.replace(KEY, "aws:ResourceTag/env"));
    // The key is there already.
    const both = denied("StringEquals").replace("prod", "prod, aws:ResourceTag/env: dev");
    expect(offered(RULE, both)).toEqual([]);
  });
});

describe("a table without the tag", () => {
  const table = (properties: string, id = "Orders", type = "AWS::DynamoDB::Table") =>
    `  ${id}:\n    Type: ${type}\n    Properties: { ${properties} }\n`;
  const TAGGED = "Tags: [{ Key: env, Value: prod }]";
  const PLAIN = "BillingMode: PAY_PER_REQUEST";
  const tag = when("StringEquals", "prod", "aws:ResourceTag/env");
  const denied = (around: string, on = "!GetAtt Orders.Arn", condition = tag) =>
    managedPolicy(deny("dynamodb:DeleteTable", on, condition), around);
  const allowed = (around: string, on = "!GetAtt Orders.Arn", condition = tag) =>
    managedPolicy(allow("dynamodb:GetItem", on, condition), around);
  const NOT_COVERED = (reason: string, what = '"Orders"') =>
    `error Tag condition aws:ResourceTag/env never matches ${what} (${reason}): this Deny does not cover it.`;

  test("is not covered by a Deny, and not reached by an Allow", () => {
    const template = denied(table(PLAIN));
    expect(toldInBoth(RULE, template)).toEqual([NOT_COVERED('no tag "env" in its template')]);
    expect(relatedTo(RULE, template)).toEqual(['11:2-11:8 "Orders" and its tags']);
    expect(toldInBoth(RULE, allowed(table(PLAIN)))).toEqual([
      'warning Tag condition aws:ResourceTag/env never matches "Orders" (no tag "env" in its template): access is refused there.',
    ]);
  });

  test.each([
    [TAGGED, undefined],
    ["Tags: [{ Key: ENV, Value: prod }]", undefined],
    ["Tags: [{ Key: env, Value: dev }]", 'tag env "dev"'],
    ["Tags: [{ Key: env, Value: Prod }]", 'tag env "Prod"'],
    ["Tags: [{ Key: environment, Value: prod }]", 'no tag "env" in its template'],
    ["Tags: []", 'no tag "env" in its template'],
  ])("%s", (properties, reason) => {
    expect(toldInBoth(RULE, denied(table(properties)))).toEqual(reason ? [NOT_COVERED(reason)] : []);
  });

  test("SAM's map of tags", () => {
    const sam = (tags: string) =>
      `Transform: AWS::Serverless-2016-10-31\n${denied(table(tags, "Orders", "AWS::Serverless::SimpleTable"))}`;
    expect(toldInBoth(RULE, sam("Tags: { env: prod }"))).toEqual([]);
    expect(toldInBoth(RULE, sam("Tags: { env: dev }"))).toEqual([NOT_COVERED('tag env "dev"')]);
  });

  test.each([
    ["StringLike", '"pro*"', true],
    ["StringEqualsIgnoreCase", "PROD", true],
    ["StringEquals", "[dev, prod]", true],
    ["StringEquals", "dev", false],
    // Not a question about one text.
    ["StringNotEquals", "dev", true],
    ["StringEqualsIfExists", "dev", true],
    ["Null", '"true"', true],
    ["StringEquals", '"${aws:PrincipalTag/env}"', true],
  ])("%s %s passes: %s", (operator, value, passes) => {
    const template = denied(table(TAGGED), "!GetAtt Orders.Arn", when(operator, value, "aws:ResourceTag/env"));
    expect(told(RULE, template)).toHaveLength(passes ? 0 : 1);
  });

  test("what is known at deployment only cannot be told", () => {
    const template = (properties: string) => `Parameters:\n  Env: { Type: String }\n${denied(table(properties))}`;
    for (const properties of [
      "Tags: !Ref Env",
      "Tags: [{ Key: env, Value: !Ref Env }]",
      "Tags: [{ Key: !Ref Env, Value: x }]",
    ]) {
      expect(told(RULE, template(properties))).toEqual([]);
      expect(untold(RULE, template(properties))).toEqual(['12:43 the tags of "Orders" are not known']);
    }
    expect(told(RULE, template("Tags: [{ Key: env, Value: prod }, !Ref Env]"))).toEqual([]);
  });

  test("a branch of the tags is named", () => {
    const template = `Conditions:
  IsDev: !Equals [!Ref AWS::Region, eu-west-1]
${denied(table("Tags: !If [IsDev, [{ Key: env, Value: dev }], [{ Key: env, Value: prod }]]"))}`;
    expect(toldInBoth(RULE, template)).toEqual([
      NOT_COVERED('tag env "dev"').replace("error ", "error When IsDev is true: "),
    ]);
  });

  describe("that only a wildcard matches", () => {
    test("is left out on purpose where another one has the tag", () => {
      const both = table(TAGGED) + table(PLAIN, "Scratch");
      expect(toldInBoth(RULE, denied(both, '"*"'))).toEqual([]);
      expect(toldInBoth(RULE, allowed(both, '"arn:aws:dynamodb:*:*:table/*"'))).toEqual([]);
    });

    test("is told where none has it", () => {
      const none = table(PLAIN) + table(PLAIN, "Scratch");
      expect(toldInBoth(RULE, denied(none, '"*"'))).toEqual([
        'warning Tag condition aws:ResourceTag/env matches no table in these files: "Orders", for one, has no tag "env" in its template, so the statement denies nothing there.',
      ]);
      expect(toldInBoth(RULE, allowed(none, '"*"'))).toEqual([
        'info Tag condition aws:ResourceTag/env matches no table in these files: "Orders", for one, has no tag "env" in its template, so the statement grants nothing there.',
      ]);
      expect(relatedTo(RULE, denied(none, '"*"'))).toHaveLength(2);
    });

    test("not where tags are unknown, or no table is in view", () => {
      const unknown = `Parameters:\n  Env: { Type: String }\n${denied(table("Tags: !Ref Env"), '"*"')}`;
      expect(told(RULE, unknown)).toEqual([]);
      expect(told(RULE, denied("", '"*"'))).toEqual([]);
    });

    test("is another's where the policy speaks of every service", () => {
      expect(told(RULE, managedPolicy(deny('"*"', '"*"', tag), table(PLAIN)))).toEqual([]);
      expect(told(RULE, managedPolicy(deny("s3:DeleteBucket", '"*"', tag), table(PLAIN)))).toEqual([]);
    });
  });

  test("named by its text", () => {
    expect(told(RULE, denied(table(`TableName: orders, ${PLAIN}`), ARN))).toHaveLength(1);
    expect(told(RULE, denied(table(`TableName: orders, ${PLAIN}`), `${ARN}/index/*`))).toHaveLength(1);
    expect(told(RULE, denied(table(`TableName: orders, ${PLAIN}`), `[${ARN}, ${ARN}/index/*]`))).toHaveLength(1);
    expect(told(RULE, denied(table(`TableName: others, ${PLAIN}`), ARN))).toEqual([]);
  });

  test("a stream has tags of its own", () => {
    const stream = (tags: string) => `${TAGGED}, StreamSpecification: { StreamViewType: KEYS_ONLY${tags} }`;
    const template = (tags: string) =>
      managedPolicy(allow("dynamodb:GetRecords", "!GetAtt Orders.StreamArn", tag), table(stream(tags)));
    expect(toldInBoth(RULE, template(""))).toEqual([
      'warning Tag condition aws:ResourceTag/env never matches the stream of "Orders" (no tag "env" of its own, and a stream does not inherit its table\'s): access is refused there.',
    ]);
    expect(toldInBoth(RULE, template(", Tags: [{ Key: env, Value: prod }]"))).toEqual([]);
  });

  describe("of which replicas differ", () => {
    const replicas = (first: string, second: string, id = "Orders") =>
      table(
        `TableName: orders, Replicas: [{ Region: eu-west-1, ${first} }, { Region: eu-west-2, ${second} }]`,
        id,
        "AWS::DynamoDB::GlobalTable",
      );
    const ANYWHERE = '"arn:aws:dynamodb:*:111122223333:table/orders"';

    test("the one that lacks it is told", () => {
      const line = NOT_COVERED('no tag "env" in its template', 'replica eu-west-2 of "Orders"');
      expect(toldInBoth(RULE, denied(replicas(TAGGED, "TableClass: STANDARD"), ANYWHERE))).toEqual([line]);
      expect(toldInBoth(RULE, denied(replicas(TAGGED, "TableClass: STANDARD"), '"*"'))).toEqual([line]);
      expect(toldInBoth(RULE, denied(replicas(TAGGED, TAGGED), ANYWHERE))).toEqual([]);
    });

    test("several lacking ones are one finding", () => {
      expect(toldInBoth(RULE, denied(replicas("TableClass: STANDARD", "TableClass: STANDARD"), ANYWHERE))).toEqual([
        NOT_COVERED(
          'no tag "env" in its template',
          'replica eu-west-1 of "Orders" and replica eu-west-2 of "Orders"',
        ).replace("cover it", "cover them"),
      ]);
    });

    test("an ARN is about the replica of its region", () => {
      expect(told(RULE, denied(replicas(TAGGED, "TableClass: STANDARD"), ARN))).toEqual([]);
      expect(told(RULE, denied(replicas("TableClass: STANDARD", TAGGED), ARN))).toHaveLength(1);
      // The stack's own region, which is not known: one of the two.
      expect(told(RULE, denied(replicas(TAGGED, "TableClass: STANDARD")))).toEqual([]);
      expect(told(RULE, denied(replicas("TableClass: STANDARD", "TableClass: STANDARD")))).toHaveLength(1);
    });
  });

  test("a table's own policy is about that table", () => {
    const own = (tags: string) => `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      ${tags}
      ResourcePolicy:
        PolicyDocument:
          Statement:
            - { Effect: Deny, Principal: "*", Action: "dynamodb:*", Resource: "*", Condition: { StringEquals: { aws:ResourceTag/env: prod } } }
`;
    expect(toldInBoth(RULE, own(PLAIN))).toEqual([NOT_COVERED('no tag "env" in its template')]);
    expect(toldInBoth(RULE, own(TAGGED))).toEqual([]);
  });

  test("in another file", () => {
    const files = {
      "tables.yaml": `Resources:\n${table(`TableName: orders, ${PLAIN}`)}`,
      "policies.yaml": managedPolicy(deny("dynamodb:DeleteTable", ARN, tag)),
    };
    expect(told(RULE, files)).toEqual([NOT_COVERED('no tag "env" in its template')]);
    expect(relatedTo(RULE, files)).toEqual(['1:2-1:8 "Orders" and its tags']);
  });
});
