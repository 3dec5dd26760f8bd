import { describe, expect, test } from "vitest";
import { asJson } from "../as-json.ts";
import { marked, offered, repaired, shown } from "../harness.ts";
import { allow, deny, inline, LAMBDA, managedPolicy, roleOf, TABLE } from "../identity/policies.ts";
import { relatedTo, toldInBoth, untold } from "../told.ts";
import { ARN, and, INDEX, inFunction, inReplica, inTable, LIST, policy, statement } from "./attributes.ts";

const RULE = "attributes-without-select";

const bypassed = (actions: string) =>
  `error The limit by dynamodb:Attributes in "Own" can be bypassed by ${actions}: a read that names no attributes returns whole items, because dynamodb:Select is not limited to SPECIFIC_ATTRIBUTES.`;
const loose = (actions: string, values = "ALL_ATTRIBUTES") =>
  `error The limit by dynamodb:Attributes in "Own" can be bypassed by ${actions}: dynamodb:Select may be ${values}, which returns attributes that the request does not name.`;
const select = (operator: string, values: string) => and(`"${operator}": { "dynamodb:Select": ${values} }`);

describe("reads under dynamodb:Attributes", () => {
  test("stand at the key of the condition", () => {
    expect(shown(RULE, policy("dynamodb:GetItem"))).toEqual([`10:56-10:77 ${bypassed("GetItem")}`]);
  });

  test.each(["GetItem", "BatchGetItem", "Query", "Scan", "PartiQLSelect"])("%s", (action) => {
    expect(toldInBoth(RULE, policy(`dynamodb:${action}`))).toEqual([bypassed(action)]);
  });

  test("together, once", () => {
    expect(toldInBoth(RULE, policy("[dynamodb:UpdateItem, dynamodb:Query, DynamoDB:getitem]"))).toEqual([
      bypassed("Query and GetItem"),
    ]);
    expect(toldInBoth(RULE, policy('"dynamodb:*Get*"'))).toEqual([bypassed("BatchGetItem and GetItem")]);
    expect(toldInBoth(RULE, policy('"*"'))).toEqual([bypassed("BatchGetItem, GetItem, PartiQLSelect, Query and Scan")]);
  });

  test.each(["UpdateItem", "PutItem", "ConditionCheckItem", "DescribeTable", "SearchVectors"])("not %s", (action) => {
    expect(toldInBoth(RULE, policy(`dynamodb:${action}`))).toEqual([]);
  });

  test.each([
    ['"ForAllValues:StringLike": { "dynamodb:Attributes": "public_*" }'],
    ['StringEquals: { "DYNAMODB:attributes": [id] }'],
    ['"ForAnyValue:StringEquals": { "dynamodb:Attributes": [id] }'],
    ['"ForAllValues:StringNotEquals": { "dynamodb:Attributes": [secret] }'],
  ])("%s", (condition) => {
    expect(toldInBoth(RULE, policy("dynamodb:Query", condition))).toEqual([bypassed("Query")]);
  });

  test("not where the condition does not look at the names", () => {
    expect(toldInBoth(RULE, policy("dynamodb:Query", '"Null": { "dynamodb:Attributes": "false" }'))).toEqual([]);
    expect(
      toldInBoth(RULE, policy("dynamodb:Query", '"ForAllValues:StringEquals": { "dynamodb:LeadingKeys": [a] }')),
    ).toEqual([]);
    expect(toldInBoth(RULE, managedPolicy(allow("dynamodb:Query", ARN)))).toEqual([]);
    expect(toldInBoth(RULE, policy("dynamodb:Query").replace("Allow", "Deny"))).toEqual([]);
  });

  test("only where the resource can be read that way", () => {
    expect(toldInBoth(RULE, policy("[dynamodb:GetItem, dynamodb:Query]", LIST, INDEX))).toEqual([bypassed("Query")]);
    expect(toldInBoth(RULE, policy("dynamodb:GetItem", LIST, "arn:aws:s3:::bucket/*"))).toEqual([]);
    expect(toldInBoth(RULE, policy("dynamodb:Query", LIST, `${ARN}/stream/*`))).toEqual([]);
  });

  test("NotAction", () => {
    const template = policy("[dynamodb:Scan, dynamodb:Query, dynamodb:PartiQLSelect]").replace("Action:", "NotAction:");
    expect(toldInBoth(RULE, template)).toEqual([bypassed("BatchGetItem and GetItem")]);
  });
});

describe("dynamodb:Select", () => {
  test.each([
    ["StringEquals", "SPECIFIC_ATTRIBUTES"],
    ["StringEqualsIfExists", "SPECIFIC_ATTRIBUTES"],
    ["stringequalsifexists", "[SPECIFIC_ATTRIBUTES]"],
    ["StringEquals", "[SPECIFIC_ATTRIBUTES, COUNT]"],
    ["StringEquals", "COUNT"],
    ["StringLike", '"SPECIFIC_*"'],
    ["StringEqualsIgnoreCase", "specific_attributes"],
    ["ForAllValues:StringEquals", "SPECIFIC_ATTRIBUTES"],
    ["ForAnyValue:StringEquals", "SPECIFIC_ATTRIBUTES"],
    ["StringNotEquals", "[ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]"],
    ["StringNotLike", '"ALL_*"'],
    ["StringNotEquals", "ALL_ATTRIBUTES"],
    ["StringEquals", "ALL_PROJECTED_ATTRIBUTES"],
    ["Null", '"true"'],
  ])("%s %s requires a list", (operator, values) => {
    expect(toldInBoth(RULE, policy("dynamodb:Query", select(operator, values)))).toEqual([]);
  });

  test.each([
    ["StringEquals", "[SPECIFIC_ATTRIBUTES, ALL_ATTRIBUTES]"],
    ["StringLike", '"*_ATTRIBUTES"'],
    ["StringNotEquals", "COUNT"],
    ["StringNotEqualsIfExists", "SPECIFIC_ATTRIBUTES"],
    ["Null", '"false"'],
  ])("%s %s does not", (operator, values) => {
    const template = policy("dynamodb:Query", select(operator, values));
    expect(toldInBoth(RULE, template)).toEqual([loose("Query")]);
    expect(marked(RULE, template)).toEqual(['"dynamodb:Select"']);
  });

  test("compares exactly: specific_attributes is no value, so everything is refused", () => {
    expect(toldInBoth(RULE, policy("dynamodb:Query", select("StringEquals", "specific_attributes")))).toEqual([]);
  });

  test("two tests hold together", () => {
    const both = and(
      'StringEquals: { "dynamodb:Select": [ALL_ATTRIBUTES, COUNT] }, StringNotEquals: { "dynamodb:Select": ALL_ATTRIBUTES }',
    );
    expect(toldInBoth(RULE, policy("dynamodb:Query", both))).toEqual([]);
  });

  test.each([
    [ARN, []],
    [INDEX, []],
    [`[${ARN}, ${ARN}/index/*]`, []],
    ['"*"', [loose("Query", "ALL_PROJECTED_ATTRIBUTES")]],
    [`${ARN}*`, [loose("Query", "ALL_PROJECTED_ATTRIBUTES")]],
    [`${ARN}/*`, [loose("Query", "ALL_PROJECTED_ATTRIBUTES")]],
    ['"arn:aws:dynamodb:*:*:*"', [loose("Query", "ALL_PROJECTED_ATTRIBUTES")]],
  ])("what an index holds is meant where the index is named: %s", (resource, expected) => {
    const values = "[SPECIFIC_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]";
    expect(
      toldInBoth(RULE, policy("[dynamodb:Query, dynamodb:GetItem]", select("StringEquals", values), resource)),
    ).toEqual(expected);
  });

  test("a test of another key that reads do not carry refuses them", () => {
    const writesOnly = and('StringEquals: { "dynamodb:ReturnValues": [NONE] }');
    expect(toldInBoth(RULE, policy("[dynamodb:GetItem, dynamodb:UpdateItem]", writesOnly))).toEqual([]);
  });
});

describe("a Deny", () => {
  const denySelect = (action: string, condition: string, resource = ARN) =>
    deny(action, resource, `            Condition: { ${condition} }\n`);
  const NOT_SPECIFIC = 'StringNotEqualsIfExists: { "dynamodb:Select": SPECIFIC_ATTRIBUTES }';
  const both = (second: string) => managedPolicy(statement("[dynamodb:GetItem, dynamodb:Query]") + second);

  test.each([
    ["of reads", denySelect("[dynamodb:GetItem, dynamodb:Query]", NOT_SPECIFIC)],
    ["of everything", denySelect('"dynamodb:*"', NOT_SPECIFIC, '"*"')],
    ["of the value", denySelect('"*"', "StringEquals: { dynamodb:Select: ALL_ATTRIBUTES }")],
    ["without a condition", deny('"dynamodb:*"', '"*"')],
  ])("%s requires the list", (_, second) => {
    expect(toldInBoth(RULE, both(second))).toEqual([]);
  });

  test.each([
    ["on another table", denySelect('"dynamodb:*"', NOT_SPECIFIC, `${ARN}-archive`), "GetItem and Query"],
    ["of one of them", denySelect("dynamodb:Query", NOT_SPECIFIC), "GetItem"],
    [
      "with more conditions",
      denySelect('"*"', `${NOT_SPECIFIC}, Bool: { aws:SecureTransport: "false" }`),
      "GetItem and Query",
    ],
    ["of another value", denySelect('"*"', "StringEquals: { dynamodb:Select: COUNT }"), "GetItem and Query"],
  ])("%s does not", (_, second, actions) => {
    expect(toldInBoth(RULE, both(second))).toEqual([bypassed(actions)]);
  });

  test("of another policy of the same role", () => {
    const guard = (role: string) => `  Guard:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      Roles: [!Ref ${role}]
      PolicyDocument:
        Statement:
${denySelect('"dynamodb:*"', NOT_SPECIFIC, '"*"')}`;
    const role = `Resources:\n${roleOf(LAMBDA, inline(statement("dynamodb:GetItem")))}${roleOf(LAMBDA, "", "Other")}`;
    expect(toldInBoth(RULE, role + guard("AppRole"))).toEqual([]);
    expect(toldInBoth(RULE, role + guard("Other"))).toEqual([bypassed("GetItem")]);
  });

  test("of a table's policy counts for those of whom it speaks", () => {
    const second = (principal: string) =>
      `            - { Effect: Deny, Principal: ${principal}, Action: "dynamodb:*", Resource: "*", Condition: { ${NOT_SPECIFIC} } }\n`;
    const table = (principal: string) => inTable("dynamodb:GetItem", LIST, '"*"', second(principal));
    expect(toldInBoth(RULE, table('"*"'))).toEqual([]);
    expect(toldInBoth(RULE, table('{ AWS: "111122223333" }'))).toEqual([]);
    expect(toldInBoth(RULE, table('{ AWS: "444455556666" }'))).toEqual([bypassed("GetItem")]);
  });
});

describe("wherever policies are", () => {
  test("tables, replicas, SAM functions, VPC endpoints", () => {
    expect(toldInBoth(RULE, inTable("dynamodb:Query"))).toEqual([bypassed("Query")]);
    expect(toldInBoth(RULE, inReplica("dynamodb:Query"))).toEqual([bypassed("Query")]);
    expect(toldInBoth(RULE, inFunction("dynamodb:Query"))).toEqual([bypassed("Query")]);
    const endpoint = `Resources:
  Endpoint:
    Type: AWS::EC2::VPCEndpoint
    Properties:
      PolicyDocument:
        Statement:
          - { Sid: Own, Effect: Allow, Principal: "*", Action: "dynamodb:Query", Resource: "*", Condition: { ${LIST} } }
`;
    expect(toldInBoth(RULE, endpoint)).toEqual([bypassed("Query")]);
  });

  test("JSON texts, plain and in Fn::Sub, are not edited", () => {
    const json = `{"Statement":[{"Sid":"Own","Effect":"Allow","Action":"dynamodb:Query","Resource":"*","Condition":{"ForAllValues:StringEquals":{"dynamodb:Attributes":["id"]}}}]}`;
    const template = (text: string) => `Resources:
  It:
    Type: AWS::SSO::PermissionSet
    Properties:
      InlinePolicy: ${text}
`;
    expect(toldInBoth(RULE, template(`'${json}'`))).toEqual([bypassed("Query")]);
    expect(
      toldInBoth(RULE, template(`!Sub '${json.replace('"*"', '"arn:aws:dynamodb:${AWS::Region}:*:table/a"')}'`)),
    ).toEqual([bypassed("Query")]);
    expect(offered(RULE, template(`'${json}'`))).toEqual([]);
  });

  test("the role that has it and the table that it opens are pointed at", () => {
    const template = `Resources:\n${roleOf(LAMBDA, inline(statement("dynamodb:Query", LIST, "!GetAtt Orders.Arn")))}${TABLE}`;
    expect(relatedTo(RULE, template)).toEqual(['18:2-18:8 it opens table "Orders"']);
  });

  test("without a Sid the statement is counted", () => {
    const template = managedPolicy(
      allow("s3:GetObject", '"*"') + statement("dynamodb:Query").replace("            Sid: Own\n", ""),
    );
    expect(toldInBoth(RULE, template)).toEqual([bypassed("Query").replace('"Own"', "statement 2")]);
  });
});

describe("branches and what is not known", () => {
  const HEAD = `Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
Parameters:
  P: { Type: String }
  Mode: { Type: String, AllowedValues: [SPECIFIC_ATTRIBUTES, ALL_ATTRIBUTES] }
  Usual: { Type: String, Default: ALL_ATTRIBUTES }
`;

  test("one finding where every branch reads", () => {
    const template = HEAD + policy("[dynamodb:Query, !If [IsProd, dynamodb:UpdateItem, !Ref AWS::NoValue]]");
    expect(toldInBoth(RULE, template)).toEqual([bypassed("Query")]);
  });

  test("a branch is named", () => {
    const action = HEAD + policy("[!If [IsProd, dynamodb:Query, dynamodb:UpdateItem]]");
    expect(toldInBoth(RULE, action)).toEqual([bypassed("Query").replace("error ", "error When IsProd is true: ")]);
    const condition =
      HEAD + policy("dynamodb:Query", select("StringEquals", "!If [IsProd, SPECIFIC_ATTRIBUTES, ALL_ATTRIBUTES]"));
    expect(toldInBoth(RULE, condition)).toEqual([loose("Query").replace("error ", "error When IsProd is false: ")]);
  });

  test("values of parameters", () => {
    const of = (parameter: string) => HEAD + policy("dynamodb:Query", select("StringEquals", `!Ref ${parameter}`));
    expect(toldInBoth(RULE, of("Usual"))).toEqual([`${loose("Query")} (with the default of parameter Usual)`]);
    expect(toldInBoth(RULE, of("Mode"))).toEqual([
      loose("Query").replace("error ", 'error When Mode is "ALL_ATTRIBUTES": '),
    ]);
    expect(toldInBoth(RULE, HEAD + policy("dynamodb:Query", select("StringNotEquals", "!Ref Mode")))).toEqual([
      loose("Query").replace("error ", 'error When Mode is "SPECIFIC_ATTRIBUTES": '),
    ]);
    expect(toldInBoth(RULE, of("P"))).toEqual([]);
    expect(untold(RULE, of("P"))).toEqual([
      "16:111 it is not known which values of dynamodb:Select its condition allows",
    ]);
  });

  test("a known value that is open is enough", () => {
    expect(
      toldInBoth(RULE, HEAD + policy("dynamodb:Query", select("StringEquals", "[!Ref P, ALL_ATTRIBUTES]"))),
    ).toEqual([loose("Query")]);
  });

  test("a condition, an action or a Deny that cannot be read cannot be told", () => {
    expect(untold(RULE, HEAD + policy("dynamodb:Query", and("Bool: !Ref P")))).toEqual([
      "16:56 it is not known which values of dynamodb:Select its condition allows",
    ]);
    expect(untold(RULE, HEAD + policy("!Ref P"))).toEqual(["14:20 parameter P has no default"]);
    const guard = deny('"*"', '"*"', "            Condition: { StringEquals: { dynamodb:Select: !Ref P } }\n");
    expect(untold(RULE, HEAD + managedPolicy(statement("dynamodb:Query") + guard))).toEqual([
      "16:56 it is not known which values of dynamodb:Select its condition allows",
    ]);
    expect(untold(RULE, HEAD + policy("dynamodb:UpdateItem", and("Bool: !Ref P")))).toEqual([]);
  });

  test("half-typed and wrong types", () => {
    for (const condition of [
      '"ForAllValues:StringEquals": { "dynamodb:Attributes": }',
      '"ForAllValues:StringEquals": ',
      '"ForAllValues:StringEquals": [a]',
    ])
      expect(toldInBoth(RULE, policy("dynamodb:Query", condition))).toEqual([]);
    expect(
      toldInBoth(RULE, policy("dynamodb:Query", '"ForAllValues:StringEquals": { "dynamodb:Attributes": [] }')),
    ).toEqual([bypassed("Query")]);
    expect(
      toldInBoth(RULE, policy("dynamodb:Query", '"ForAllValues:StringEquals": { "dynamodb:Attributes": 1 }')),
    ).toEqual([bypassed("Query")]);
  });
});

describe("the fix", () => {
  const FIX =
    "caution: Require dynamodb:Select to be SPECIFIC_ATTRIBUTES (stops reads that do not name their attributes)";
  const block = (operators: string) =>
    managedPolicy(`          - Sid: Own
            Effect: Allow
            Action: dynamodb:Query
            Resource: ${ARN}
            Condition:
${operators}`);
  const OPERATOR = `              ForAllValues:StringEquals: # what support may see
                dynamodb:Attributes: [id, name]
`;

  test("adds the operator", () => {
    const template = block(OPERATOR);
    expect(offered(RULE, template)).toEqual([FIX]);
    expect(repaired(RULE, template)).toBe(
      `${template}              StringEqualsIfExists:\n                dynamodb:Select: SPECIFIC_ATTRIBUTES\n`,
    );
  });

  test("joins the operator that is there", () => {
    const there = "              stringEqualsIfExists:\n                dynamodb:ReturnValues: NONE # default\n";
    const template = block(OPERATOR + there);
    expect(repaired(RULE, template)).toBe(`${template}                dynamodb:Select: SPECIFIC_ATTRIBUTES\n`);
  });

  test("replaces values that are too many", () => {
    const there = "              StringEqualsIfExists:\n                dynamodb:select: ALL_ATTRIBUTES\n";
    const template = block(OPERATOR + there);
    expect(repaired(RULE, template)).toBe(template.replace("ALL_ATTRIBUTES", "SPECIFIC_ATTRIBUTES"));
  });

  test("in flow style and JSON", () => {
    const flow = policy("dynamodb:Query");
    expect(repaired(RULE, flow)).toBe(
      flow.replace(
        "[id, name] } }",
        '[id, name] }, "StringEqualsIfExists": { "dynamodb:Select": "SPECIFIC_ATTRIBUTES" } }',
      ),
    );
    const json = asJson(flow);
    expect(repaired(RULE, json)).toBe(
      json.replace(
        `                    "name"
                  ]
                }
`,
        `                    "name"
                  ]
                },
                "StringEqualsIfExists": {
                  "dynamodb:Select": "SPECIFIC_ATTRIBUTES"
                }
`,
      ),
    );
  });
});
