import { describe, expect, test } from "vitest";
import type { Configuration } from "../../../core/lint/configuration.ts";
import { asJson } from "../as-json.ts";
import { offered, repaired, STRICT, shown } from "../harness.ts";
import { relatedTo, told, toldInBoth } from "../told.ts";
import { allow, deny, inline, LAMBDA, managedPolicy, roleOf, TABLE } from "./policies.ts";

const RULE = "scan-granted";
const ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders";

const role = (statements: string, principal = LAMBDA) => `Resources:\n${roleOf(principal, inline(statements))}`;
const may = (how: string, what = ARN, who = 'Role "AppRole"') =>
  `info ${who} may read all items of ${what} with ${how}.`;
const strict = (template: string) => toldInBoth(RULE, template, STRICT);

describe("a workload's grants", () => {
  test("off unless it is asked for", () => {
    expect(told(RULE, role(allow("dynamodb:Scan", ARN)))).toEqual([]);
    const asked: Configuration = { ...STRICT, profile: "recommended", rules: new Map([[RULE, "warning"]]) };
    expect(told(RULE, role(allow("dynamodb:Scan", ARN)), asked)).toEqual([may("Scan").replace("info", "warning")]);
  });

  test("stand at the action", () => {
    expect(shown(RULE, role(allow("[dynamodb:Query, dynamodb:Scan]", ARN)), STRICT)).toEqual([
      `14:41-14:54 ${may("Scan")}`,
    ]);
  });

  test.each([
    ["dynamodb:Scan", [may("Scan")]],
    ["DynamoDB:scan", [may("Scan")]],
    ['"dynamodb:S*"', [may("Scan")]],
    ["dynamodb:PartiQLSelect", [may("PartiQLSelect")]],
    ['"dynamodb:?can"', [may("Scan")]],
    ["[dynamodb:GetItem, dynamodb:Query, dynamodb:BatchGetItem]", []],
    ["dax:Scan", []],
  ])("%s", (action, expected) => {
    expect(strict(role(allow(action, ARN)))).toEqual(expected);
  });

  test("on every table, and on a table and its index", () => {
    expect(strict(role(allow("dynamodb:Scan", '"*"')))).toEqual([may("Scan", "every table")]);
    const template = `${role(allow("dynamodb:Scan", '[!GetAtt Orders.Arn, !Sub "${Orders.Arn}/index/*"]'))}${TABLE}`;
    expect(strict(template)).toEqual([may("Scan", '"Orders"')]);
    expect(relatedTo(RULE, template, STRICT)).toEqual(['16:2-16:8 it opens table "Orders"']);
  });

  test("not on what cannot be scanned", () => {
    expect(strict(role(allow('"dynamodb:S*"', `${ARN}/stream/*`)))).toEqual([]);
  });

  test.each([
    ["a deployment's", "{ Service: cloudformation.amazonaws.com }"],
    ["a person's", '{ AWS: !Sub "arn:aws:iam::${AWS::AccountId}:root" }'],
    ["a service's", "{ Service: backup.amazonaws.com }"],
  ])("not %s", (_, principal) => {
    expect(strict(role(allow("dynamodb:Scan", ARN), principal))).toEqual([]);
  });

  test("not those that nobody in view has", () => {
    expect(strict(managedPolicy(allow("dynamodb:Scan", ARN)))).toEqual([]);
  });

  test("of a policy of its own, and of a SAM function", () => {
    const attached = `${managedPolicy(allow("dynamodb:Scan", ARN)).replace("Properties:", "Properties:\n      Roles: [!Ref AppRole]")}${roleOf(LAMBDA, "")}`;
    expect(strict(attached)).toEqual([may("Scan")]);
    expect(relatedTo(RULE, attached, STRICT)).toEqual(['11:2-11:9 Role "AppRole" has this policy']);
    const template = (policies: string) => `Transform: AWS::Serverless-2016-10-31
Resources:
  Reader:
    Type: AWS::Serverless::Function
    Properties:
      Policies: ${policies}
${TABLE}`;
    const reader = may("Scan", '"Orders"', 'Function "Reader"');
    expect(
      strict(template('{ Statement: { Effect: Allow, Action: "dynamodb:Scan", Resource: !GetAtt Orders.Arn } }')),
    ).toEqual([reader]);
    const samTemplate = template("[DynamoDBReadPolicy: { TableName: !Ref Orders }]");
    expect(strict(samTemplate)).toEqual([reader]);
    expect(offered(RULE, samTemplate, STRICT)).toEqual([]);
  });

  test("what a stronger rule says of the statement is not said again", () => {
    expect(strict(role(allow('"dynamodb:*"', '"*"')))).toEqual([]);
    const without: Configuration = {
      ...STRICT,
      rules: new Map([
        ["full-dynamodb-access", "off"],
        ["wildcard-grants-unexpected-actions", "off"],
      ]),
    };
    expect(toldInBoth(RULE, role(allow('"dynamodb:*"', '"*"')), without)).toEqual([
      may("PartiQLSelect and Scan", "every table"),
    ]);
  });

  test("nor what gets past dynamodb:LeadingKeys, nor what that key refuses", () => {
    const limited = (operator: string) =>
      role(allow("dynamodb:Scan", ARN, `            Condition: { "${operator}": { "dynamodb:LeadingKeys": [a] } }\n`));
    expect(strict(limited("ForAllValues:StringEquals"))).toEqual([]);
    expect(strict(limited("ForAnyValue:StringEquals"))).toEqual([]);
    const without: Configuration = { ...STRICT, rules: new Map([["leadingkeys-with-uncovered-action", "off"]]) };
    expect(toldInBoth(RULE, limited("ForAllValues:StringEquals"), without)).toEqual([may("Scan")]);
    expect(toldInBoth(RULE, limited("ForAnyValue:StringEquals"), without)).toEqual([]);
  });

  test("in a branch", () => {
    const template = `Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
${role(allow("[dynamodb:Query, !If [IsProd, !Ref AWS::NoValue, dynamodb:Scan]]", ARN))}`;
    expect(strict(template)).toEqual([may("Scan").replace("info ", "info When IsProd is false: ")]);
  });
});

describe("Deny", () => {
  const select = allow("[dynamodb:PartiQLSelect, dynamodb:Scan]", ARN);
  const noFullScans = (resource = ARN, value = "true") =>
    deny("dynamodb:PartiQLSelect", resource, `            Condition: { Bool: { dynamodb:FullTableScan: ${value} } }\n`);

  test("of full scans leaves PartiQL's lookups by key", () => {
    expect(strict(role(select + noFullScans()))).toEqual([may("Scan")]);
    expect(strict(role(select + noFullScans('"*"', '["True"]')))).toEqual([may("Scan")]);
    expect(strict(role(select + noFullScans(`${ARN}-2`)))).toEqual([may("PartiQLSelect and Scan")]);
    expect(strict(role(select + noFullScans(ARN, "false")))).toEqual([may("PartiQLSelect and Scan")]);
  });

  test("without a condition takes the action away", () => {
    expect(strict(role(select + deny("[dynamodb:Scan, dynamodb:PartiQLSelect]", '"*"')))).toEqual([]);
  });

  test("an Allow of what is no full scan", () => {
    const lookups = allow(
      "dynamodb:PartiQLSelect",
      ARN,
      '            Condition: { Bool: { dynamodb:FullTableScan: "false" } }\n',
    );
    expect(strict(role(lookups))).toEqual([]);
  });
});

describe("the fix", () => {
  test("removes Scan", () => {
    const template = role(`          - Effect: Allow
            Action:
              - dynamodb:Query
              - dynamodb:Scan # nightly report
            Resource: ${ARN}
`);
    expect(offered(RULE, template, STRICT)).toEqual(["caution: Remove dynamodb:Scan (stops reads of whole tables)"]);
    expect(repaired(RULE, template, 0, STRICT)).toBe(
      template.replace("- dynamodb:Scan # nightly report", "# nightly report"),
    );
    const json = asJson(template);
    expect(repaired(RULE, json, 0, STRICT)).toBe(json.replace(/,\n *"dynamodb:Scan"/, ""));
  });

  test("is not offered for wildcards, PartiQL, or the last action", () => {
    expect(offered(RULE, role(allow("[dynamodb:Query, dynamodb:Scan, dynamodb:PartiQLSelect]", ARN)), STRICT)).toEqual(
      [],
    );
    expect(offered(RULE, role(allow("dynamodb:Scan", ARN)), STRICT)).toEqual([]);
    expect(offered(RULE, role(allow('[dynamodb:Query, "dynamodb:Sca*"]', ARN)), STRICT)).toEqual([]);
    expect(offered(RULE, role(allow("[dynamodb:GetItem, dynamodb:PartiQLSelect]", ARN)), STRICT)).toEqual([]);
  });
});
