import { describe, expect, test } from "vitest";
import { asJson } from "../as-json.ts";
import { marked, offered, repaired, shown } from "../harness.ts";
import { relatedTo, told, toldInBoth, untold } from "../told.ts";

const RULE = "trail-without-dynamodb-data-events";

const TABLE = `  Orders:
    Type: AWS::DynamoDB::Table
    Properties: { BillingMode: PAY_PER_REQUEST }
`;
/** A trail with lines of properties at six spaces. */
const trail = (properties = "", id = "Trail") => `  ${id}:
    Type: AWS::CloudTrail::Trail
    Properties:
      S3BucketName: logs
${properties}`;
const store = (properties = "", id = "Store") => `  ${id}:
    Type: AWS::CloudTrail::EventDataStore
    Properties:
      Name: events
${properties}`;
const template = (...parts: string[]) => `Resources:\n${parts.join("")}`;

const TABLES =
  '      EventSelectors: [{ DataResources: [{ Type: "AWS::DynamoDB::Table", Values: ["arn:aws:dynamodb"] }] }]\n';
const advanced = (...fields: string[]) =>
  `      AdvancedEventSelectors: [{ FieldSelectors: [${fields.join(", ")}] }]\n`;
const DATA = "{ Field: eventCategory, Equals: [Data] }";
const OF_TABLES = '{ Field: resources.type, Equals: ["AWS::DynamoDB::Table"] }';

const lacks = (what = 'Trail "Trail"', of = '"Orders"') =>
  `warning ${what} does not record DynamoDB data events (GetItem, Query, Scan, PutItem…): reads of ${of} leave no trace.`;

describe("a trail", () => {
  test("without selectors stands at its logical id", () => {
    expect(shown(RULE, template(trail(), TABLE))).toEqual([`1:2-1:7 ${lacks()}`]);
    expect(toldInBoth(RULE, template(trail(), TABLE))).toEqual([lacks()]);
  });

  test("with selectors that lack one stands at them", () => {
    const buckets =
      '      EventSelectors: [{ DataResources: [{ Type: "AWS::S3::Object", Values: ["arn:aws:s3"] }] }]\n';
    expect(toldInBoth(RULE, template(trail(buckets), TABLE))).toEqual([lacks()]);
    expect(marked(RULE, template(trail(buckets), TABLE))).toEqual(["EventSelectors"]);
  });

  test.each([
    ["basic", TABLES],
    [
      "basic for one table only: another rule's business",
      TABLES.replace("arn:aws:dynamodb", "arn:aws:dynamodb:eu-west-1:111122223333:table/other"),
    ],
    ["basic, as a lone map", TABLES.replace("[{ Data", "{ Data").replace("}] }]", "}] }")],
    ["basic, among others", TABLES.replace("[{ Data", "[{ ReadWriteType: All }, { Data")],
    ["advanced", advanced(DATA, OF_TABLES)],
    ["advanced, in lone values", advanced(DATA.replace("[Data]", "Data"), OF_TABLES.replace(/\[(.*)\]/, "$1"))],
    ["advanced, narrowed", advanced(DATA, OF_TABLES, '{ Field: readOnly, Equals: ["true"] }')],
  ])("with a selector of tables passes: %s", (_, selectors) => {
    expect(toldInBoth(RULE, template(trail(selectors), TABLE))).toEqual([]);
    expect(untold(RULE, template(trail(selectors), TABLE))).toEqual([]);
  });

  test.each([
    ["management events only", "      EventSelectors: [{ ReadWriteType: All, IncludeManagementEvents: true }]\n"],
    ["an empty list", "      EventSelectors: []\n"],
    ["streams are not tables", advanced(DATA, '{ Field: resources.type, Equals: ["AWS::DynamoDB::Stream"] }')],
    ["not data events", advanced("{ Field: eventCategory, Equals: [Management] }")],
    ["everything but", advanced(DATA, '{ Field: resources.type, NotEquals: ["AWS::DynamoDB::Table"] }')],
    ["no value", "      EventSelectors: !Ref AWS::NoValue\n"],
    ["half typed", "      EventSelectors:\n"],
  ])("%s", (_, selectors) => {
    expect(toldInBoth(RULE, template(trail(selectors), TABLE))).toEqual([lacks()]);
  });
});

describe("what is in view", () => {
  test("no table: not judged", () => {
    expect(toldInBoth(RULE, template(trail()))).toEqual([]);
  });

  test("no trail: nothing is said", () => {
    expect(toldInBoth(RULE, template(TABLE))).toEqual([]);
  });

  test("the tables of other files count, and many are counted", () => {
    expect(told(RULE, { "a.yaml": template(trail()), "b.yaml": template(TABLE) })).toEqual([lacks()]);
    const many = ["A", "B", "C", "D"].map((id) => TABLE.replace("Orders", id));
    expect(toldInBoth(RULE, template(trail(), ...many))).toEqual([lacks(undefined, "4 tables")]);
    expect(toldInBoth(RULE, template(trail(), "  Cache:\n    Type: AWS::DAX::Cluster\n"))).toEqual([
      lacks(undefined, "the tables behind DAX"),
    ]);
  });

  test("a SimpleTable and a GlobalTable are tables", () => {
    const simple = `Transform: AWS::Serverless-2016-10-31\n${template(trail(), "  Orders:\n    Type: AWS::Serverless::SimpleTable\n")}`;
    expect(toldInBoth(RULE, simple)).toEqual([lacks()]);
    const global = template(
      trail(),
      "  Orders:\n    Type: AWS::DynamoDB::GlobalTable\n    Properties: { Replicas: [{ Region: eu-west-1 }] }\n",
    );
    expect(toldInBoth(RULE, global)).toEqual([lacks()]);
  });
});

describe("several", () => {
  test("one that records them is enough, wherever it is", () => {
    expect(toldInBoth(RULE, template(trail(), trail(TABLES, "Other"), TABLE))).toEqual([]);
    expect(toldInBoth(RULE, template(trail(), store(advanced(DATA, OF_TABLES)), TABLE))).toEqual([]);
    expect(told(RULE, { "a.yaml": template(trail(), TABLE), "b.yaml": template(trail(TABLES)) })).toEqual([]);
  });

  test("that lack them are one finding, at the first", () => {
    const text = template(trail(), trail("", "Second"), store(), TABLE);
    expect(toldInBoth(RULE, text)).toEqual([lacks()]);
    expect(relatedTo(RULE, text)).toEqual([
      '5:2-5:8 "Second" does not record them either',
      '9:2-9:7 "Store" does not record them either',
    ]);
    const files = { "a.yaml": template(trail(), TABLE), "b.yaml": template(trail()) };
    expect(told(RULE, files)).toEqual([lacks()]);
  });
});

describe("an event data store", () => {
  test("without selectors records management events", () => {
    expect(toldInBoth(RULE, template(store(), TABLE))).toEqual([lacks('Event data store "Store"')]);
  });

  test("of configuration items is no trail", () => {
    const items = store(advanced("{ Field: eventCategory, Equals: [ConfigurationItem] }"));
    expect(toldInBoth(RULE, template(items, TABLE))).toEqual([]);
    expect(toldInBoth(RULE, template(items, trail(), TABLE))).toEqual([lacks()]);
    expect(relatedTo(RULE, template(items, trail(), TABLE))).toEqual([]);
  });
});

describe("branches", () => {
  const CONDITIONS =
    "Conditions:\n  IsProd: !Equals [!Ref AWS::Region, eu-west-1]\n  IsDev: !Not [!Condition IsProd]\n";
  const inDev = lacks().replace("warning ", "warning When IsProd is false: ");
  const SELECTOR = '{ DataResources: [{ Type: "AWS::DynamoDB::Table", Values: ["arn:aws:dynamodb"] }] }';

  test.each([
    ["the list", `      EventSelectors: !If [IsProd, [${SELECTOR}], !Ref AWS::NoValue]\n`],
    ["the selector", `      EventSelectors: [!If [IsProd, ${SELECTOR}, !Ref AWS::NoValue]]\n`],
    [
      "the type",
      `      EventSelectors: [{ DataResources: [{ Type: !If [IsProd, "AWS::DynamoDB::Table", "AWS::S3::Object"] }] }]\n`,
    ],
    [
      "the kind of selectors",
      `      EventSelectors: !If [IsProd, [${SELECTOR}], !Ref AWS::NoValue]\n      AdvancedEventSelectors: !If [IsProd, !Ref AWS::NoValue, [{ FieldSelectors: [${DATA}] }]]\n`,
    ],
  ])("of %s are named", (_, selectors) => {
    expect(toldInBoth(RULE, CONDITIONS + template(trail(selectors), TABLE))).toEqual([inDev]);
  });

  test("a trail that is there only in the other branch does not help", () => {
    const conditional = (condition: string) =>
      trail(TABLES, "Other").replace("    Properties", `    Condition: ${condition}\n    Properties`);
    const dev = trail().replace("    Properties", "    Condition: IsDev\n    Properties");
    expect(toldInBoth(RULE, CONDITIONS + template(dev, conditional("IsProd"), TABLE))).toEqual([lacks()]);
    expect(toldInBoth(RULE, CONDITIONS + template(dev, conditional("IsDev"), TABLE))).toEqual([]);
  });

  test("the finding goes to a later trail where the first one is helped", () => {
    const second = trail(`      EventSelectors: !If [IsProd, [${SELECTOR}], !Ref AWS::NoValue]\n`, "Second");
    expect(toldInBoth(RULE, CONDITIONS + template(trail(), second, TABLE))).toEqual([
      lacks('Trail "Second"').replace("warning ", "warning When IsProd is false: "),
    ]);
  });
});

describe("what cannot be told", () => {
  test.each([
    ["the list", "      EventSelectors: !Ref Any\n"],
    ["a selector", "      EventSelectors: [!Ref Any]\n"],
    ["a type", "      EventSelectors: [{ DataResources: [{ Type: !Ref Any }] }]\n"],
    ["a category", advanced("{ Field: eventCategory, Equals: [!Ref Any] }", OF_TABLES.replace(/\[.*\]/, "[!Ref Any]"))],
    ["a field", "      AdvancedEventSelectors: [{ FieldSelectors: [!Ref Any] }]\n"],
  ])("%s that only deployment knows", (_, selectors) => {
    const text = `Parameters:\n  Any: { Type: String }\n${template(trail(selectors), TABLE)}`;
    expect(toldInBoth(RULE, text)).toEqual([]);
    expect(untold(RULE, text).map((line) => line.replace(/^\S+ /, ""))).toEqual([
      'the selectors of "Trail" are not known',
    ]);
  });

  test("of another trail", () => {
    const text = `Parameters:\n  Any: { Type: String }\n${template(trail(), trail("      EventSelectors: !Ref Any\n", "Other"), TABLE)}`;
    expect(toldInBoth(RULE, text)).toEqual([]);
    expect(untold(RULE, text)).toEqual(['3:2 the selectors of "Other" are not known']);
  });
});

describe("the fix", () => {
  const TITLE = "caution: Record the data events of all tables (billed per event)";

  test("keeps the management events that a trail without selectors records", () => {
    const text = template(trail("      IsLogging: true # on\n"), TABLE);
    expect(offered(RULE, text)).toEqual([TITLE]);
    expect(repaired(RULE, text)).toBe(
      text.replace(
        "IsLogging: true # on\n",
        `IsLogging: true # on
      EventSelectors:
        - ReadWriteType: All
          IncludeManagementEvents: true
          DataResources:
            - Type: AWS::DynamoDB::Table
              Values:
                - !Sub arn:\${AWS::Partition}:dynamodb
`,
      ),
    );
  });

  test("does not record management events twice", () => {
    const text = template(
      trail(`      EventSelectors:
        - ReadWriteType: WriteOnly # who changed what
`),
      TABLE,
    );
    expect(repaired(RULE, text)).toBe(
      text.replace(
        "# who changed what\n",
        `# who changed what
        - ReadWriteType: All
          IncludeManagementEvents: false
          DataResources:
            - Type: AWS::DynamoDB::Table
              Values:
                - !Sub arn:\${AWS::Partition}:dynamodb
`,
      ),
    );
  });

  test("of advanced selectors is an advanced one", () => {
    const text = template(trail(advanced("{ Field: eventCategory, Equals: [Management] }")), TABLE);
    expect(repaired(RULE, text)).toBe(
      text.replace(
        "[Management] }] }]",
        "[Management] }] }, { Name: DynamoDB data events, FieldSelectors: [{ Field: eventCategory, Equals: [Data] }, { Field: resources.type, Equals: [AWS::DynamoDB::Table] }] }]",
      ),
    );
  });

  test("of a store keeps its management events", () => {
    const text = template(store(), TABLE);
    const fixed = repaired(RULE, text);
    expect(fixed).toContain("Equals:\n                - Management\n");
    expect(fixed).toContain("Equals:\n                - AWS::DynamoDB::Table\n");
    expect(told(RULE, fixed ?? "")).toEqual([]);
  });

  test("in JSON", () => {
    const json = asJson(template(trail(), TABLE));
    const fixed = repaired(RULE, json) ?? "";
    expect(JSON.parse(fixed).Resources.Trail.Properties.EventSelectors).toEqual([
      {
        ReadWriteType: "All",
        IncludeManagementEvents: true,
        DataResources: [{ Type: "AWS::DynamoDB::Table", Values: [{ "Fn::Sub": "arn:${AWS::Partition}:dynamodb" }] }],
      },
    ]);
  });

  test("does not touch aliases nor the CDK's output", () => {
    const alias = template(
      "  Logs:\n    Type: AWS::S3::Bucket\n    Metadata: { selectors: &selectors [{ ReadWriteType: All }] }\n",
      trail("      EventSelectors: *selectors\n"),
      TABLE,
    );
    expect(told(RULE, alias)).toEqual([lacks()]);
    expect(offered(RULE, alias)).toEqual([]);
    const cdk = asJson(template(trail(), TABLE)).replace(
      '"Type": "AWS::CloudTrail::Trail",',
      '"Type": "AWS::CloudTrail::Trail", "Metadata": { "aws:cdk:path": "Stack/Trail/Resource" },',
    );
    expect(told(RULE, cdk)).toEqual([lacks()]);
    expect(offered(RULE, cdk)).toEqual([]);
  });

  test("in a branch says which", () => {
    const text = `Conditions:\n  IsProd: !Equals [!Ref AWS::Region, eu-west-1]\n${template(trail("      EventSelectors: !If [IsProd, [{ DataResources: [{ Type: AWS::DynamoDB::Table }] }], [{ ReadWriteType: All }]]\n"), TABLE)}`;
    expect(offered(RULE, text)).toEqual([`${TITLE} (where IsProd is false)`]);
    expect(repaired(RULE, text)).toContain(
      "[{ ReadWriteType: All }, { ReadWriteType: All, IncludeManagementEvents: false,",
    );
  });
});
