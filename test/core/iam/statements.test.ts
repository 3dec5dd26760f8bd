import { describe, expect, test } from "vitest";
import { describePath } from "../../../core/evaluate/path.ts";
import { reasonOf } from "../../../core/evaluate/value.ts";
import { inStatement, readPolicy, type Statement } from "../../../core/iam/statements.ts";
import { settings, show } from "../evaluate/support.ts";

const CONDITIONS = `Parameters:
  Who: { Type: String }
  Stage: { Type: String, AllowedValues: [dev, prod] }
  Text: { Type: String, Default: '{"Statement":{"Effect":"Deny","Action":"a:b","Resource":"*"}}' }
Conditions:
  A: !Equals [!Ref AWS::Region, eu-west-1]
  B: !Equals [!Ref AWS::AccountId, "111122223333"]
  NotA: !Not [!Condition A]
`;

const read = (document: string) => settings(document, CONDITIONS).map(readPolicy);
const statements = (document: string) => read(document).flatMap((policy) => policy.statements);

/** `Effect index Sid | actions | not actions | resources | not resources | conditions @ branch`, what is empty left out. */
function tell(statement: Statement): string {
  const list = (name: string, parts: readonly { value: Parameters<typeof show>[0] }[]) =>
    parts.length > 0 ? [`${name} ${parts.map(({ value }) => show(value)).join(",")}`] : [];
  const branch = describePath(statement.located.when);
  return [
    `${statement.effect} ${statement.index}${statement.sid ? ` ${statement.sid}` : ""}`,
    ...list("Action", statement.actions),
    ...list("NotAction", statement.notActions),
    ...list("Resource", statement.resources),
    ...list("NotResource", statement.notResources),
    ...statement.principals.map(({ type, setting }) => `${type}=${show(setting.value)}`),
    ...(statement.notPrincipal ? ["NotPrincipal"] : []),
    ...statement.conditions.map(
      ({ operator, key, values }) => `${operator} ${key}=${values.map(({ value }) => show(value)).join(",")}`,
    ),
    ...(statement.conditionUnknown ? ["condition?"] : []),
    ...(branch ? [`@ ${branch}`] : []),
  ].join(" | ");
}
const told = (document: string) => statements(document).map(tell);
const unknown = (document: string) =>
  read(document).flatMap((policy) => policy.unknown.map(({ value }) => reasonOf(value)));

describe("what is written", () => {
  test("a list, a lone statement, lists and lone values in it", () => {
    expect(
      told('{ Version: "2012-10-17", Statement: [{ Sid: One, Effect: Allow, Action: [a:b, "c:*"], Resource: "*" }] }'),
    ).toEqual(["Allow 0 One | Action a:b,c:* | Resource *"]);
    expect(told("{ Statement: { Effect: Deny, NotAction: a:b, NotResource: [x, y] } }")).toEqual([
      "Deny 0 | NotAction a:b | NotResource x,y",
    ]);
  });

  test.each([
    "Action: a:b, NotAction: a:c, Resource: x",
    "Action: a:b, Resource: x, NotResource: y",
    'Principal: "*", NotPrincipal: { AWS: a }, Action: a:b',
  ])("what IAM refuses says nothing, and is told: %s", (both) => {
    expect(told(`{ Statement: { Effect: Allow, ${both} } }`)).toEqual([]);
    expect(unknown(`{ Statement: { Effect: Allow, ${both} } }`)).toHaveLength(1);
  });

  test("one of a pair in one branch, the other in the other", () => {
    expect(
      told(
        "{ Statement: { Effect: Allow, Action: !If [A, a:b, !Ref AWS::NoValue], NotAction: !If [A, !Ref AWS::NoValue, a:c], Resource: x } }",
      ),
    ).toEqual([
      "Allow 0 | Action a:b | Resource x | @ A is true",
      "Allow 0 | NotAction a:c | Resource x | @ A is false",
    ]);
  });

  test("the version", () => {
    const [first] = statements('{ Version: "2008-10-17", Statement: { Effect: Allow } }');
    expect(first?.version).toBe("2008-10-17");
    expect(statements("{ Statement: { Effect: Allow } }")[0]?.version).toBeUndefined();
  });

  test("the version in every branch, there or not", () => {
    const versions = (document: string) =>
      read(document).flatMap((policy) => policy.versions.map(({ value }) => show(value)));
    expect(versions("{ Version: 2012-10-17, Statement: [] }")).toEqual(["2012-10-17"]);
    expect(versions("{ Statement: [] }")).toEqual(["absent"]);
    expect(versions('{ Version: !If [A, "2012-10-17", !Ref AWS::NoValue] }')).toEqual(["2012-10-17", "absent"]);
    expect(versions(`'{"Version":"2008-10-17"}'`)).toEqual(["2008-10-17"]);
    expect(versions("!Ref Who")).toEqual([]);
  });

  test("principals", () => {
    expect(told('{ Statement: { Effect: Allow, Principal: "*" } }')).toEqual(["Allow 0 | *=*"]);
    expect(
      told(
        "{ Statement: { Effect: Allow, Principal: { AWS: [a, !Ref Who], Service: s.amazonaws.com, Federated: f } } }",
      ),
    ).toEqual(["Allow 0 | AWS=a | AWS=${Who} | Service=s.amazonaws.com | Federated=f"]);
    expect(told("{ Statement: { Effect: Allow, Principal: arn } }")).toEqual(["Allow 0 | AWS=arn"]);
    expect(told("{ Statement: { Effect: Allow, NotPrincipal: { AWS: a } } }")).toEqual(["Allow 0 | NotPrincipal"]);
    expect(told("{ Statement: { Effect: Allow, Principal: !Ref AWS::NoValue } }")).toEqual(["Allow 0"]);
  });

  test("conditions, as they are spelled", () => {
    expect(
      told(
        '{ Statement: { Effect: Allow, Condition: { StringEquals: { a:B: [x, y], c: z }, "ForAllValues:stringLike": { d: "*" }, Bool: { e: false } } } }',
      ),
    ).toEqual(["Allow 0 | StringEquals a:B=x,y | StringEquals c=z | ForAllValues:stringLike d=* | Bool e=false"]);
    expect(told("{ Statement: { Effect: Allow, Condition: {} } }")).toEqual(["Allow 0"]);
    expect(told("{ Statement: { Effect: Allow, Condition: { Bool: { a: [] } } } }")).toEqual(["Allow 0 | Bool a="]);
  });

  test("a statement stands at its first key, single or in a list", () => {
    for (const document of ["{ Statement: { Sid: a, Effect: Allow } }", "{ Statement: [{ Sid: a, Effect: Allow }] }"]) {
      const [statement] = statements(document);
      const place = statement?.located.place;
      const text = statement?.located.template.source.text ?? "";
      expect(text.slice(place?.start, place?.end)).toBe("Sid");
    }
  });

  test.each([
    ["{}"],
    ["{ Statement: }"],
    ["{ Statement: [] }"],
    ["{ Statement: { Effect: allow, Action: a:b } }"],
    ["{ Statement: { Action: a:b } }"],
    ["!Ref AWS::NoValue"],
  ])("%s says nothing", (document) => {
    expect(told(document)).toEqual([]);
    expect(unknown(document)).toEqual([]);
  });
});

describe("branches", () => {
  test("of one part make statements of the whole", () => {
    expect(told('{ Statement: { Effect: Allow, Action: !If [A, a:b, c:d], Resource: "*" } }')).toEqual([
      "Allow 0 | Action a:b | Resource * | @ A is true",
      "Allow 0 | Action c:d | Resource * | @ A is false",
    ]);
  });

  test("of several parts are put together only where they can meet", () => {
    expect(told("{ Statement: { Effect: Allow, Action: !If [A, a:b, c:d], Resource: !If [NotA, x, y] } }")).toEqual([
      "Allow 0 | Action a:b | Resource y | @ A is true",
      "Allow 0 | Action c:d | Resource x | @ A is false",
    ]);
    expect(told("{ Statement: { Effect: Allow, Action: !If [A, a:b, c:d], Resource: !If [B, x, y] } }")).toEqual([
      "Allow 0 | Action a:b | Resource x | @ A is true and B is true",
      "Allow 0 | Action a:b | Resource y | @ A is true and B is false",
      "Allow 0 | Action c:d | Resource x | @ A is false and B is true",
      "Allow 0 | Action c:d | Resource y | @ A is false and B is false",
    ]);
  });

  test("of items, effects, principals and conditions", () => {
    expect(
      told("{ Statement: { Effect: !If [A, Allow, Deny], Action: [a:b, !If [A, c:d, !Ref AWS::NoValue]] } }"),
    ).toEqual(["Allow 0 | Action a:b,c:d | @ A is true", "Deny 0 | Action a:b | @ A is false"]);
    expect(told("{ Statement: { Effect: Allow, Principal: !If [A, { AWS: a }, '*'] } }")).toEqual([
      "Allow 0 | AWS=a | @ A is true",
      "Allow 0 | *=* | @ A is false",
    ]);
    expect(told("{ Statement: { Effect: Allow, Condition: !If [A, { Bool: { a: b } }, !Ref AWS::NoValue] } }")).toEqual(
      ["Allow 0 | Bool a=b | @ A is true", "Allow 0 | @ A is false"],
    );
    expect(
      told(
        "{ Statement: { Effect: Allow, Condition: { Bool: { a: !If [A, b, c], d: !If [A, !Ref AWS::NoValue, e] } } } }",
      ),
    ).toEqual(["Allow 0 | Bool a=b | @ A is true", "Allow 0 | Bool a=c | Bool d=e | @ A is false"]);
  });

  test("around a statement are kept", () => {
    expect(
      told(
        "{ Statement: [{ Effect: Allow }, !If [A, { Effect: Deny, Action: !If [A, a:b, c:d] }, !Ref AWS::NoValue]] }",
      ),
    ).toEqual(["Allow 0", "Deny 1 | Action a:b | @ A is true"]);
    expect(told("!If [A, { Statement: { Effect: Allow } }, { Statement: { Effect: Deny } }]")).toEqual([
      "Allow 0 | @ A is true",
      "Deny 0 | @ A is false",
    ]);
  });

  test("of a parameter's values stay with the part", () => {
    const [only, ...others] = statements("{ Statement: { Effect: Allow, Action: !Ref Stage } }");
    expect(others).toEqual([]);
    expect(only && tell(only)).toBe("Allow 0 | Action dev,prod");
    const [dev] = only?.actions ?? [];
    expect(only && dev && describePath(inStatement(only, dev))).toBe('Stage is "dev"');
  });

  test("of more conditions than can be looked at together are unknown", () => {
    const names = Array.from({ length: 7 }, (_, index) => `C${index}`);
    const head = `Conditions:\n${names.map((name) => `  ${name}: !Equals [!Ref AWS::StackName, ${name}x]\n`).join("")}`;
    const document = `{ Statement: { Effect: Allow, Action: [${names.map((name) => `!If [${name}, a:b, c:d]`).join(", ")}] } }`;
    const [policy] = settings(document, head).map(readPolicy);
    expect(policy?.statements).toEqual([]);
    expect(policy?.unknown).toHaveLength(1);
  });
});

describe("JSON texts", () => {
  const JSON_TEXT = '{"Statement":[{"Effect":"Allow","Action":"a:b","Resource":"arn:x"}]}';

  test("plain, and as a parameter's default", () => {
    expect(told(`'${JSON_TEXT}'`)).toEqual(["Allow 0 | Action a:b | Resource arn:x"]);
    expect(told(`"${JSON_TEXT.replaceAll('"', '\\"')}"`)).toEqual(["Allow 0 | Action a:b | Resource arn:x"]);
    expect(told("!Ref Text")).toEqual(["Deny 0 | Action a:b | Resource *"]);
  });

  test("inside Fn::Sub: strings stay substitutions, the escaped ones policy variables", () => {
    const text =
      '{"Statement":{"Effect":"Allow","Action":"a:b","Resource":"arn:${AWS::Partition}:${Other}:${!aws:username}"}}';
    const expected = ["Allow 0 | Action a:b | Resource arn:${AWS::Partition}:${Other}:${aws:username}"];
    expect(told(`!Sub '${text}'`)).toEqual(expected);
    expect(told(`{ "Fn::Sub": '${text}' }`)).toEqual(expected);
    expect(told(`!Sub ['${text.replace("Other", "Own")}', { Own: !Ref Other }]`)).toEqual(expected);
    expect(told(`{ "Fn::Sub": ['${text.replace("Other", "Own")}', { Own: !Ref Other }] }`)).toEqual(expected);
  });

  test("made by Fn::ToJsonString", () => {
    expect(told("{ Fn::ToJsonString: { Statement: { Effect: Allow, Action: a:b } } }")).toEqual([
      "Allow 0 | Action a:b",
    ]);
  });

  test("stand at the whole text and cannot be edited", () => {
    const [statement] = statements(`'${JSON_TEXT}'`);
    const [action] = statement?.actions ?? [];
    const text = statement?.located.template.source.text ?? "";
    expect(text.slice(action?.place.start, action?.place.end)).toBe(`'${JSON_TEXT}'`);
    expect(action?.slot).toEqual({ refusal: "the policy is a JSON text" });
  });
});

describe("what cannot be read", () => {
  test.each([
    ["!Ref Who", ["parameter Who has no default"]],
    ["!ImportValue policy", ["it is imported (policy)"]],
    ["'not JSON'", ["its value has an unexpected form"]],
    ["'{\"Statement\":'", ["its value has an unexpected form"]],
    ["[]", ["its value has an unexpected form"]],
    ["{ Statement: !Ref Who }", ["parameter Who has no default"]],
    ["{ Statement: [!Ref Who, { Effect: Allow }] }", ["parameter Who has no default"]],
    ["{ Statement: { Effect: !Ref Who } }", ["its value has an unexpected form"]],
  ])("%s", (document, reasons) => {
    expect(unknown(document)).toEqual(reasons);
  });

  test("a condition, or a part of it", () => {
    for (const condition of ["!Ref Who", "{ Bool: !Ref Who }", "[]"])
      expect(told(`{ Statement: { Effect: Allow, Condition: ${condition} } }`)).toEqual(["Allow 0 | condition?"]);
    expect(told("{ Statement: { Effect: Allow, Condition: !If [A, !Ref Who, !Ref AWS::NoValue] } }")).toEqual([
      "Allow 0 | condition? | @ A is true",
      "Allow 0 | @ A is false",
    ]);
  });

  test("few lines that stand for very many actions come to an end", () => {
    const tenOf = (name: string) => `[${Array(10).fill(`*${name}`).join(", ")}]`;
    const action = `[&a [a:b, a:c], &b ${tenOf("a")}, &c ${tenOf("b")}, &d ${tenOf("c")}, ${tenOf("d")}]`;
    const [statement] = statements(`{ Statement: { Effect: Allow, Action: ${action} } }`);
    expect(statement?.actions.length).toBeGreaterThan(2000);
    expect(statement?.actions.length).toBeLessThan(20_000);
  });
});
