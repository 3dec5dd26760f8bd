import { describe, expect, test } from "vitest";
import {
  type AttributesStatement,
  attributesStatements,
  entriesOf,
  notDeniedWith,
  permittedWith,
} from "../../../core/access/attributes.ts";
import { text } from "../../../core/evaluate/setting.ts";
import { DEFAULT_CONFIGURATION } from "../../../core/lint/configuration.ts";
import { allPoliciesOf } from "../../../core/model/all-policies.ts";
import { viewOf } from "../../../core/model/view.ts";
import { projectOf, templateOf } from "../model/support.ts";

const ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/players";

/** The statements of one policy, given in flow style, with who is in view around it. */
function look(statements: string, around = "") {
  const project = projectOf(`Parameters:
  P: { Type: String }
Resources:
  Policy:
    Type: AWS::IAM::ManagedPolicy
    Properties: { PolicyDocument: { Statement: [${statements}] } }
${around}`);
  const template = templateOf(project);
  const view = viewOf(project, template, {
    suppressions: [],
    ruleNames: new Set(),
    runs: () => true,
    today: undefined,
    values: DEFAULT_CONFIGURATION.values,
  });
  const [policy] = allPoliciesOf(template);
  const [statement] = policy?.statements ?? [];
  if (!policy || !statement) throw new Error("no statement");
  return { project, view, policy, statement };
}

const s = (effect: string, action: string, more = "", resource = ARN) =>
  `{ Effect: ${effect}, ${action.includes(":") && /^(?:Not)?Action/.test(action) ? action : `Action: ${action}`}, Resource: "${resource}"${more} }`;
const LIST = ', Condition: { "ForAllValues:StringEquals": { dynamodb:Attributes: [id] } }';

describe("statements about attributes", () => {
  const found = (condition: string, effect: "Allow" | "Deny" = "Allow") =>
    attributesStatements(look(s(effect, "dynamodb:GetItem", `, Condition: ${condition}`)).view, "Allow").map(
      ({ tests }) => tests.map(({ operator }) => operator),
    );

  test("test the key, whatever its case", () => {
    expect(found('{ StringLike: { "DYNAMODB:attributes": a } }')).toEqual([["StringLike"]]);
    expect(
      found(
        '{ A: { "dynamodb:Attributes": a }, "Null": { "dynamodb:Attributes": "false" }, B: { "dynamodb:Attributes": a } }',
      ),
    ).toEqual([["A", "B"]]);
  });

  test("no others", () => {
    expect(found('{ "Null": { "dynamodb:Attributes": "false" } }')).toEqual([]);
    expect(found('{ StringLike: { "dynamodb:Attribute": a } }')).toEqual([]);
    expect(found('{ StringLike: { "dynamodb:Attributes": a } }', "Deny")).toEqual([]);
  });
});

describe("entries", () => {
  const names = (...statements: string[]) => {
    const { project, policy, statement } = look(statements.join(", "));
    return entriesOf(project, policy, statement).map(
      (entry) => `${entry.pattern ?? "the rest"}: ${entry.names.join(" ")}`,
    );
  };

  test("one by one, with what they give", () => {
    expect(names(s("Allow", "[dynamodb:GetItem, 'dynamodb:PartiQLS*', s3:GetObject, dax:GetItem]"))).toEqual([
      "dynamodb:GetItem: dynamodb:GetItem",
      "dynamodb:PartiQLS*: dynamodb:PartiQLSelect",
      "s3:GetObject: ",
      "dax:GetItem: ",
    ]);
  });

  test("not what no resource can be, what is refused or denied", () => {
    expect(names(s("Allow", '"dynamodb:Q*"', "", `${ARN}/stream/*`))).toEqual(["dynamodb:Q*: "]);
    expect(names(s("Allow", "dynamodb:PutItem", "", `${ARN}/index/*`))).toEqual(["dynamodb:PutItem: "]);
    expect(names(s("Allow", "dynamodb:PutItem", ", Condition: { StringEquals: { dynamodb:Select: COUNT } }"))).toEqual([
      "dynamodb:PutItem: ",
    ]);
    expect(names(s("Allow", '"dynamodb:*tItem"'), s("Deny", "dynamodb:GetItem"))).toEqual([
      "dynamodb:*tItem: dynamodb:BatchGetItem dynamodb:PutItem",
    ]);
    expect(names(s("Allow", "dynamodb:GetItem", "", "arn:aws:s3:::b"))).toEqual([]);
  });

  test("NotAction is what it leaves", () => {
    const rest = names(s("Allow", "NotAction: ['dynamodb:D*', s3:GetObject]"))[0] ?? "";
    expect(rest).toContain("the rest: ");
    expect(rest).toContain("dynamodb:GetItem");
    expect(rest).not.toContain("dynamodb:DeleteItem");
    expect(names(s("Allow", "NotAction: [!Ref P]"))).toEqual([]);
  });
});

describe("what a parameter's value lets through", () => {
  const ASKED = new Map([
    ["ALL_ATTRIBUTES", new Set(["dynamodb:GetItem", "dynamodb:Query"])],
    ["COUNT", new Set(["dynamodb:Query"])],
  ]);
  const permitted = (first: string, ...others: string[]) => {
    const { project, view } = look([first, ...others].join(", "));
    const [limited] = attributesStatements(view, "Allow");
    if (!limited) throw new Error("not limited");
    const { byValue, undecided } = permittedWith(project, limited as AttributesStatement, "dynamodb:Select", ASKED);
    return [
      ...[...byValue].map(([value, names]) => `${value}: ${names.join(" ")}`),
      ...(undecided ? ["undecided"] : []),
    ];
  };
  const own = (more = "", action = "[dynamodb:GetItem, dynamodb:Query, dynamodb:PutItem]") =>
    s("Allow", action, LIST.replace(/ }$/, `${more} }`));
  const ALL = ["ALL_ATTRIBUTES: dynamodb:GetItem dynamodb:Query", "COUNT: dynamodb:Query"];

  test("by the statement's own tests", () => {
    expect(permitted(own())).toEqual(ALL);
    expect(permitted(own(", StringEquals: { dynamodb:Select: COUNT }"))).toEqual(["COUNT: dynamodb:Query"]);
    expect(permitted(own(", StringEquals: { dynamodb:Select: NONE }"))).toEqual([]);
    expect(permitted(own(", StringEquals: { dynamodb:Select: !Ref P }"))).toEqual(["undecided"]);
    expect(permitted(own(", StringEquals: !Ref P"))).toEqual(["undecided"]);
    expect(permitted(own("", "dynamodb:PutItem"))).toEqual([]);
    expect(permitted(own(", StringEquals: !Ref P", "dynamodb:PutItem"))).toEqual([]);
  });

  test("less what is denied by that key alone", () => {
    const no = (action: string, condition: string) => s("Deny", action, `, Condition: { ${condition} }`, "*");
    expect(permitted(own(), no("dynamodb:Query", "StringEquals: { dynamodb:Select: COUNT }"))).toEqual([ALL[0]]);
    expect(permitted(own(), no("dynamodb:Query", "StringNotEquals: { dynamodb:Select: COUNT }"))).toEqual([
      "ALL_ATTRIBUTES: dynamodb:GetItem",
      "COUNT: dynamodb:Query",
    ]);
    expect(permitted(own(), no('"*"', "StringLike: { dynamodb:Select: '*', aws:SourceVpc: a }"))).toEqual(ALL);
    expect(permitted(own(), no('"*"', "StringEquals: { dynamodb:Select: !Ref P }"))).toEqual(["undecided"]);
  });

  test("of given actions", () => {
    const { project, policy, statement } = look(
      [
        s("Deny", '"dynamodb:*"', LIST),
        s("Deny", "dynamodb:GetItem", ", Condition: { StringEquals: { dynamodb:Select: A } }"),
      ].join(", "),
    );
    const left = (value: string) =>
      notDeniedWith(project, policy, statement, "dynamodb:Select", value, ["dynamodb:GetItem", "dynamodb:Query"])
        .surely;
    expect(left("A")).toEqual(["dynamodb:Query"]);
    expect(left("B")).toEqual(["dynamodb:GetItem", "dynamodb:Query"]);
  });
});

test("an entry stands at the action, in the branch of both", () => {
  const { project, policy, statement } = look(s("Allow", "[s3:GetObject, dynamodb:GetItem]"));
  expect(entriesOf(project, policy, statement).map(({ at }) => text(at))).toEqual(["s3:GetObject", "dynamodb:GetItem"]);
});
