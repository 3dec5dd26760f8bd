import { describe, expect, test } from "vitest";
import { asJson } from "../as-json.ts";
import { fixedText, marked, offered, repaired, shown } from "../harness.ts";
import { toldInBoth, toldWith, untold } from "../told.ts";

const RULE = "point-in-time-recovery-disabled";

const NONE = `"Orders" has no point-in-time recovery: accidental or malicious writes cannot be undone.`;
const FIX = "Turn on point-in-time recovery (billed by table size)";

/** A table with some properties, whose lines are given as they stand below `Properties:`. */
const table = (properties: string, around = "") => `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
${properties}${around}`;

const CONDITIONS = `Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
`;

describe("AWS::DynamoDB::Table", () => {
  test("without the specification: at the logical id, which would hold what is missing", () => {
    const template = table("");
    expect(shown(RULE, template)).toEqual([`1:2-1:8 warning ${NONE}`]);
    expect(toldInBoth(RULE, template)).toEqual([`warning ${NONE}`]);
  });

  test("without Properties", () => {
    expect(shown(RULE, "Resources:\n  Orders:\n    Type: AWS::DynamoDB::Table\n")).toEqual([`1:2-1:8 warning ${NONE}`]);
    expect(shown(RULE, "Resources:\n  Orders:\n    Type: AWS::DynamoDB::Table\n    Properties:\n")).toEqual([
      `1:2-1:8 warning ${NONE}`,
    ]);
  });

  test.each([
    ["an empty specification", "      PointInTimeRecoverySpecification: {}\n", "PointInTimeRecoverySpecification"],
    ["a specification half typed", "      PointInTimeRecoverySpecification:\n", "PointInTimeRecoverySpecification"],
    [
      "a specification that says something else",
      "      PointInTimeRecoverySpecification:\n        RecoveryPeriodInDays: 7\n",
      "PointInTimeRecoverySpecification",
    ],
    ["no value", "      PointInTimeRecoverySpecification: !Ref AWS::NoValue\n", "!Ref AWS::NoValue"],
    ["a wrong value", "      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false }\n", "false"],
    ["a wrong text", "      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: 'False' }\n", "'False'"],
    [
      "a setting half typed",
      "      PointInTimeRecoverySpecification:\n        PointInTimeRecoveryEnabled:\n",
      "PointInTimeRecoveryEnabled",
    ],
  ])("%s: at the closest thing that is there", (_, properties, place) => {
    expect(marked(RULE, table(properties))).toEqual([place]);
    expect(toldInBoth(RULE, table(properties))).toEqual([`warning ${NONE}`]);
  });

  test.each(["true", '"true"', '"True"'])("passes with %s", (value) => {
    const template = table(`      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: ${value} }\n`);
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual([]);
  });

  test("a value of a wrong kind is nothing to judge", () => {
    for (const value of ["true", "[]", "[PointInTimeRecoveryEnabled]"]) {
      const template = table(`      PointInTimeRecoverySpecification: ${value}\n`);
      expect(toldInBoth(RULE, template)).toEqual([]);
      expect(untold(RULE, template)).toEqual(["5:40 its value is no map"]);
    }
    const odd = table("      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: perhaps }\n");
    expect(toldInBoth(RULE, odd)).toEqual([]);
    expect(untold(RULE, odd)).toEqual(["5:70 its value has an unexpected form"]);
  });
});

describe("conditions", () => {
  test("the failing branch is named, and the finding stands in it", () => {
    const template = table(
      "      PointInTimeRecoverySpecification:\n        PointInTimeRecoveryEnabled: !If [IsProd, true, false]\n",
      CONDITIONS,
    );
    expect(shown(RULE, template)).toEqual([`6:55-6:60 warning When IsProd is false: ${NONE}`]);
    expect(toldInBoth(RULE, template)).toEqual([`warning When IsProd is false: ${NONE}`]);
  });

  test("a branch without value is a branch without recovery", () => {
    const template = table(
      `      PointInTimeRecoverySpecification: !If
        - IsProd
        - PointInTimeRecoveryEnabled: true
        - !Ref AWS::NoValue
`,
      CONDITIONS,
    );
    expect(shown(RULE, template)).toEqual([`8:10-8:27 warning When IsProd is false: ${NONE}`]);
    expect(toldInBoth(RULE, template)).toEqual([`warning When IsProd is false: ${NONE}`]);
  });

  test("both branches fail: one finding each, at its own value", () => {
    const template = table(
      "      PointInTimeRecoverySpecification: !If [IsProd, { PointInTimeRecoveryEnabled: false }, {}]\n",
      CONDITIONS,
    );
    expect(toldInBoth(RULE, template)).toEqual([
      // The empty map has no place of its own: what holds it comes first.
      `warning When IsProd is false: ${NONE}`,
      `warning When IsProd is true: ${NONE}`,
    ]);
  });

  test("a branch that the resource's own condition excludes is not reported", () => {
    const template = `${CONDITIONS}Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Condition: IsProd
    Properties:
      PointInTimeRecoverySpecification:
        PointInTimeRecoveryEnabled: !If [IsProd, true, false]
`;
    expect(toldInBoth(RULE, template)).toEqual([]);
  });

  test("the resource's own condition is taken for granted, not named", () => {
    const template = `${CONDITIONS}Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Condition: IsProd
`;
    expect(toldInBoth(RULE, template)).toEqual([`warning ${NONE}`]);
  });

  test("conditions that exclude each other make no third branch", () => {
    const template = table(
      `      PointInTimeRecoverySpecification: !If
        - IsProd
        - PointInTimeRecoveryEnabled: !If [IsTest, false, true]
        - PointInTimeRecoveryEnabled: true
`,
      `Parameters:
  Stage: { Type: String, AllowedValues: [prod, test] }
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsTest: !Equals [!Ref Stage, test]
`,
    );
    expect(toldInBoth(RULE, template)).toEqual([]);
  });
});

describe("parameters and mappings", () => {
  const byParameter = (parameter: string) =>
    table(
      "      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: !Ref Recovery }\n",
      `Parameters:\n  Recovery: ${parameter}\n`,
    );

  test("each allowed value is looked at", () => {
    const template = byParameter("{ Type: String, AllowedValues: ['true', 'false'], Default: 'true' }");
    expect(toldInBoth(RULE, template)).toEqual([`warning When Recovery is "false": ${NONE}`]);
  });

  test("a lone default is looked at and named", () => {
    expect(toldInBoth(RULE, byParameter("{ Type: String, Default: 'false' }"))).toEqual([
      `warning ${NONE} (with the default of parameter Recovery)`,
    ]);
    expect(toldInBoth(RULE, byParameter("{ Type: String, Default: 'true' }"))).toEqual([]);
  });

  test("a value that is given wins over the default", () => {
    const template = byParameter("{ Type: String, Default: 'false' }");
    expect(toldWith(RULE, template, { parameters: new Map([["Recovery", "true"]]) })).toEqual([]);
    const other = byParameter("{ Type: String, Default: 'true' }");
    expect(toldWith(RULE, other, { parameters: new Map([["Recovery", "false"]]) })).toEqual([`warning ${NONE}`]);
  });

  test.each([
    ["{ Type: String }", "parameter Recovery has no default"],
    [
      "{ Type: 'AWS::SSM::Parameter::Value<String>', Default: /orders/recovery }",
      "parameter Recovery is read from the Parameter Store at deployment",
    ],
  ])("cannot tell: %s", (parameter, reason) => {
    const template = byParameter(parameter);
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual([`5:70 ${reason}`]);
  });

  test.each([
    ["!ImportValue recovery", "it is imported (recovery)"],
    ["'{{resolve:ssm:/orders/recovery}}'", "it is the dynamic reference {{resolve:ssm:/orders/recovery}}"],
    ["!GetAtt Other.Recovery", "it is what Other.Recovery gives at deployment"],
  ])("cannot tell: %s", (value, reason) => {
    const template = table(
      `      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: ${value} }\n`,
      "  Other:\n    Type: Custom::Settings\n",
    );
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual([`5:70 ${reason}`]);
  });

  test("each entry of a mapping is looked at", () => {
    const template = table(
      `      PointInTimeRecoverySpecification:
        PointInTimeRecoveryEnabled: !FindInMap [Regions, !Ref AWS::Region, recovery]
`,
      `Mappings:
  Regions:
    eu-west-1: { recovery: true }
    us-east-1: { recovery: false }
`,
    );
    expect(toldInBoth(RULE, template)).toEqual([`warning When AWS::Region is "us-east-1": ${NONE}`]);
    expect(toldWith(RULE, template, { region: "eu-west-1" })).toEqual([]);
  });

  test("what a transform may add cannot be missed", () => {
    const template = table(
      `      PointInTimeRecoverySpecification:
        Fn::Transform: { Name: AWS::Include, Parameters: { Location: s3://bucket/recovery.yaml } }
        RecoveryPeriodInDays: 35
`,
    );
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["5:6 a transform may add to it"]);
  });

  test("a transform that is not known may change everything", () => {
    const template = `Transform: Company::Defaults\n${table("")}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["2:2 the transform Company::Defaults may change anything"]);
  });
});

describe("AWS::DynamoDB::GlobalTable", () => {
  const PLAIN = `Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas:
        - Region: us-east-1
        - Region: eu-west-1
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false }
`;

  test("no replica has it: one finding per replica, at its Region where nothing is written", () => {
    expect(shown(RULE, PLAIN)).toEqual([
      `5:10-5:27 warning Replica us-east-1 of ${NONE}`,
      `7:74-7:79 warning Replica eu-west-1 of ${NONE}`,
    ]);
    expect(toldInBoth(RULE, PLAIN)).toEqual([
      `warning Replica us-east-1 of ${NONE}`,
      `warning Replica eu-west-1 of ${NONE}`,
    ]);
  });

  test("one replica has it: replicas-protected-unevenly speaks", () => {
    const template = PLAIN.replace("Enabled: false", "Enabled: true");
    expect(toldInBoth(RULE, template)).toEqual([]);
  });

  test("a table with one replica (what CDK's TableV2 makes) is judged like any other", () => {
    const template = `Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas:
        - Region: !Ref AWS::Region
`;
    expect(toldInBoth(RULE, template)).toEqual([`warning Replica \${AWS::Region} of ${NONE}`]);
  });

  test("one replica may have it: nothing is claimed of the others", () => {
    const template = `Parameters:
  Recovery: { Type: String }
${PLAIN.replace("Enabled: false", "Enabled: !Ref Recovery")}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["9:74 parameter Recovery has no default"]);
  });

  test("only in the branch in which no replica has it", () => {
    const template = `${CONDITIONS}${PLAIN.replace("Enabled: false", "Enabled: !If [IsProd, true, false]")}`;
    expect(toldInBoth(RULE, template)).toEqual([
      `warning When IsProd is false: Replica us-east-1 of ${NONE}`,
      `warning When IsProd is false: Replica eu-west-1 of ${NONE}`,
    ]);
  });

  test("a replica that exists under a condition counts where it exists", () => {
    const template = `${CONDITIONS}Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas:
        - Region: us-east-1
        - !If
          - IsProd
          - Region: eu-west-1
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }
          - !Ref AWS::NoValue
`;
    // Where it exists, the replicas are uneven; where not, nothing has it.
    expect(toldInBoth(RULE, template)).toEqual([`warning When IsProd is false: Replica us-east-1 of ${NONE}`]);
  });

  test("lists of replicas by condition", () => {
    const template = `${CONDITIONS}Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas: !If
        - IsProd
        - - Region: us-east-1
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }
        - - Region: us-east-1
`;
    expect(shown(RULE, template)).toEqual([`10:12-10:29 warning When IsProd is false: Replica us-east-1 of ${NONE}`]);
  });

  test("a replica of a table elsewhere may take the setting from there, but not when it says no", () => {
    const withSource = (replica: string) => `Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      GlobalTableSourceArn: arn:aws:dynamodb:us-east-1:111122223333:table/orders
      Replicas:
        - Region: eu-west-1
${replica}`;
    expect(toldInBoth(RULE, withSource(""))).toEqual([]);
    expect(untold(RULE, withSource(""))).toEqual([
      "6:10 the table is a replica of one elsewhere, whose settings may count",
    ]);
    const off = withSource("          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false }\n");
    expect(toldInBoth(RULE, off)).toEqual([`warning Replica eu-west-1 of ${NONE}`]);
  });

  test("a table that is a replica only under a condition is judged where it is not", () => {
    const template = `${CONDITIONS}Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      GlobalTableSourceArn: !If [IsProd, !ImportValue source, !Ref AWS::NoValue]
      Replicas:
        - Region: eu-west-1
`;
    expect(toldInBoth(RULE, template)).toEqual([`warning When IsProd is false: Replica eu-west-1 of ${NONE}`]);
    expect(untold(RULE, template)).toEqual(["8:10 the table is a replica of one elsewhere, whose settings may count"]);
  });

  test("replicas that are not in view are not judged", () => {
    const template = `Parameters:
  Replicas: { Type: CommaDelimitedList }
Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas: !Ref Replicas
`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["6:16 parameter Replicas has no default"]);
  });
});

describe("AWS::Serverless::SimpleTable", () => {
  const SAM = `Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::SimpleTable
`;

  test("supports it and is judged", () => {
    expect(shown(RULE, SAM)).toEqual([`2:2-2:8 warning ${NONE}`]);
    expect(toldInBoth(RULE, SAM)).toEqual([`warning ${NONE}`]);
  });

  test("passes where it is on", () => {
    expect(
      toldInBoth(
        RULE,
        `${SAM}    Properties:\n      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }\n`,
      ),
    ).toEqual([]);
  });

  test("Globals do not support it, so what stands there does not count", () => {
    const template = `Globals:
  SimpleTable:
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }
${SAM}`;
    expect(toldInBoth(RULE, template)).toEqual([`warning ${NONE}`]);
  });

  test("is repaired where it stands", () => {
    expect(repaired(RULE, SAM)).toBe(`${SAM}    Properties:
      PointInTimeRecoverySpecification:
        PointInTimeRecoveryEnabled: true
`);
  });
});

describe("repairs", () => {
  test("block YAML keeps its comments", () => {
    const template = `Resources:
  Orders: # the orders
    Type: AWS::DynamoDB::Table
    Properties:
      # by request
      BillingMode: PAY_PER_REQUEST # cheap
  # the end
`;
    expect(offered(RULE, template)).toEqual([`safe: ${FIX}`]);
    expect(repaired(RULE, template)).toBe(`Resources:
  Orders: # the orders
    Type: AWS::DynamoDB::Table
    Properties:
      # by request
      BillingMode: PAY_PER_REQUEST # cheap
      PointInTimeRecoverySpecification:
        PointInTimeRecoveryEnabled: true
  # the end
`);
  });

  test("a specification that is there is added to", () => {
    expect(repaired(RULE, table("      PointInTimeRecoverySpecification:\n        RecoveryPeriodInDays: 35\n"))).toBe(
      table(
        "      PointInTimeRecoverySpecification:\n        RecoveryPeriodInDays: 35\n        PointInTimeRecoveryEnabled: true\n",
      ),
    );
    expect(repaired(RULE, table("      PointInTimeRecoverySpecification: {}\n"))).toBe(
      table("      PointInTimeRecoverySpecification:\n        PointInTimeRecoveryEnabled: true\n"),
    );
  });

  test("a wrong value is replaced, nothing else", () => {
    expect(
      repaired(
        RULE,
        table("      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: 'false' } # later\n"),
      ),
    ).toBe(table("      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } # later\n"));
  });

  test("flow YAML stays flow", () => {
    expect(
      repaired(RULE, "Resources: { Orders: { Type: AWS::DynamoDB::Table, Properties: { TableName: orders } } }\n"),
    ).toBe(
      "Resources: { Orders: { Type: AWS::DynamoDB::Table, Properties: { TableName: orders, PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } } } }\n",
    );
  });

  test("JSON keeps its indentation", () => {
    const template = `{
    "Resources": {
        "Orders": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "BillingMode": "PAY_PER_REQUEST"
            }
        }
    }
}
`;
    expect(shown(RULE, template)).toEqual([`2:8-2:16 warning ${NONE}`]);
    expect(repaired(RULE, template)).toBe(`{
    "Resources": {
        "Orders": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "BillingMode": "PAY_PER_REQUEST",
                "PointInTimeRecoverySpecification": {
                    "PointInTimeRecoveryEnabled": true
                }
            }
        }
    }
}
`);
  });

  test("a replica is repaired inside its item", () => {
    const template = `Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas:
        - Region: us-east-1 # home
      BillingMode: PAY_PER_REQUEST
`;
    expect(repaired(RULE, template)).toBe(`Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas:
        - Region: us-east-1 # home
          PointInTimeRecoverySpecification:
            PointInTimeRecoveryEnabled: true
      BillingMode: PAY_PER_REQUEST
`);
  });

  test("all replicas are repaired at once: one alone would leave them uneven", () => {
    const template = `Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas:
        - Region: us-east-1
        - Region: eu-west-1
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false }
`;
    const after = `Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas:
        - Region: us-east-1
          PointInTimeRecoverySpecification:
            PointInTimeRecoveryEnabled: true
        - Region: eu-west-1
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }
`;
    expect(offered(RULE, template)).toEqual([
      "safe: Turn on point-in-time recovery on every replica (billed by table size)",
    ]);
    expect(repaired(RULE, template)).toBe(after);
    // Together with the other findings of the table.
    expect(fixedText(template)).toBe(`Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas:
        - Region: us-east-1
          DeletionProtectionEnabled: true
          PointInTimeRecoverySpecification:
            PointInTimeRecoveryEnabled: true
        - Region: eu-west-1
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }
          DeletionProtectionEnabled: true
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
`);
  });

  test("a branch is repaired with caution, by name, and alone", () => {
    const template = table(
      "      PointInTimeRecoverySpecification:\n        PointInTimeRecoveryEnabled: !If [IsProd, true, false]\n",
      CONDITIONS,
    );
    expect(offered(RULE, template)).toEqual([`caution: ${FIX} (where IsProd is false)`]);
    expect(repaired(RULE, template)).toBe(template.replace("[IsProd, true, false]", "[IsProd, true, true]"));
    expect(fixedText(template)).not.toContain("[IsProd, true, true]");
  });

  test("a branch without value gets one", () => {
    const template = table(
      "      PointInTimeRecoverySpecification: !If [IsProd, { PointInTimeRecoveryEnabled: true }, !Ref AWS::NoValue]\n",
      CONDITIONS,
    );
    expect(offered(RULE, template)).toEqual([`caution: ${FIX} (where IsProd is false)`]);
    expect(repaired(RULE, template)).toBe(
      template.replace("!Ref AWS::NoValue", "{ PointInTimeRecoveryEnabled: true }"),
    );
  });

  test.each([
    [
      "an alias",
      `Recovery: &off { PointInTimeRecoveryEnabled: false }
${table("      PointInTimeRecoverySpecification: *off\n")}`,
    ],
    [
      "a merge key",
      `Recovery: &off { PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false } }
${table("      <<: *off\n")}`,
    ],
    [
      "a parameter",
      table(
        "      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: !Ref Recovery }\n",
        "Parameters:\n  Recovery: { Type: String, Default: 'false' }\n",
      ),
    ],
    [
      "a mapping",
      table(
        "      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: !FindInMap [M, a, b] }\n",
        "Mappings:\n  M: { a: { b: false } }\n",
      ),
    ],
    [
      "a loop",
      `Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::Tables:
    - Name
    - [Orders]
    - \${Name}:
        Type: AWS::DynamoDB::Table
`,
    ],
    [
      "a resource that is an alias of another",
      `Resources:
  First: &table
    Type: AWS::DynamoDB::Table
    Properties: { PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false } }
  Orders: *table
`,
    ],
    [
      "the CDK",
      `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Metadata: { aws:cdk:path: Stack/Orders/Resource }
`,
    ],
  ])("none is offered for what comes from %s", (_, template) => {
    expect(marked(RULE, template).length).toBeGreaterThan(0);
    expect(offered(RULE, template)).toEqual([]);
  });

  test("a key of one's own beside a merge key may be added", () => {
    const template = `Common: &common { BillingMode: PAY_PER_REQUEST }\n${table("").replace("      BillingMode: PAY_PER_REQUEST\n", "      <<: *common\n")}`;
    expect(offered(RULE, template)).toEqual([`safe: ${FIX}`]);
    expect(repaired(RULE, template)).toBe(`${template}      PointInTimeRecoverySpecification:
        PointInTimeRecoveryEnabled: true
`);
  });

  test("in JSON as in YAML", () => {
    expect(offered(RULE, asJson(table("")))).toEqual([`safe: ${FIX}`]);
  });
});

describe("loops", () => {
  test("each table of a loop is judged", () => {
    const template = `Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::Tables:
    - Name
    - [Orders, Invoices]
    - \${Name}Table:
        Type: AWS::DynamoDB::Table
`;
    expect(toldInBoth(RULE, template)).toEqual([
      `warning "InvoicesTable" has no point-in-time recovery: accidental or malicious writes cannot be undone.`,
      `warning "OrdersTable" has no point-in-time recovery: accidental or malicious writes cannot be undone.`,
    ]);
  });
});
