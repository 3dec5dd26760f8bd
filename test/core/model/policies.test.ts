import { describe, expect, test } from "vitest";
import {
  awsManagedPolicies,
  holdersOf,
  identityPoliciesOf,
  isOnlyBoundary,
  policiesOf,
  principalsOf,
  subjectOf,
  surePoliciesOf,
  unknownManagedPolicies,
} from "../../../core/model/policies.ts";
import { fitsWith } from "../../../core/model/policy-size.ts";
import { only, projectOf, templateOf } from "./support.ts";

const DOCUMENT = '{ Statement: { Effect: Allow, Action: "a:b", Resource: "*" } }';
const CONDITIONS = "Conditions:\n  A: !Equals [!Ref AWS::Region, eu-west-1]\n";

/** `policy → holders` and, per principal, `principal ← policies`. */
function links(files: string | Record<string, string>): string[] {
  const project = projectOf(files);
  const policies = project.templates.flatMap(identityPoliciesOf);
  const principals = project.templates.flatMap(principalsOf);
  return [
    ...policies.map(
      (policy) =>
        `${policy.resource.id} → ${holdersOf(project, policy)
          .map((each) => each.resource.id)
          .join(",")}`,
    ),
    ...principals.map(
      (principal) =>
        `${principal.resource.id} ← ${policiesOf(project, principal)
          .map((each) => each.resource.id)
          .join(",")}`,
    ),
  ];
}

const role = (id: string, properties = "") => `  ${id}:\n    Type: AWS::IAM::Role\n    Properties: { ${properties} }\n`;
const managed = (id: string, properties = "") =>
  `  ${id}:\n    Type: AWS::IAM::ManagedPolicy\n    Properties: { PolicyDocument: ${DOCUMENT}${properties} }\n`;

describe("attachment", () => {
  test("by the policy's own list, one or several", () => {
    expect(links(`Resources:\n${managed("P", ", Roles: [!Ref R, !Ref S]")}${role("R")}${role("S")}`)).toEqual([
      "P → R,S",
      "R ← P",
      "S ← P",
    ]);
    expect(links(`Resources:\n${managed("P", ", Roles: !Ref R")}${role("R")}`)).toEqual(["P → R", "R ← P"]);
  });

  test("by the principal's list", () => {
    expect(links(`Resources:\n${managed("P")}${role("R", "ManagedPolicyArns: [!Ref P]")}`)).toEqual(["P → R", "R ← P"]);
  });

  test.each([
    ["[arn:aws:iam::111122223333:policy/orders]", "ManagedPolicyName: orders", true],
    ['[!Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/orders"]', "ManagedPolicyName: orders", true],
    ["[arn:aws:iam::111122223333:policy/team/orders]", "ManagedPolicyName: orders, Path: /team/", true],
    ["[arn:aws:iam::111122223333:policy/team/orders]", "ManagedPolicyName: orders", false],
    ["[arn:aws:iam::aws:policy/orders]", "ManagedPolicyName: orders", false],
    ['[!Sub "arn:aws:iam::${AWS::AccountId}:policy/${X}"]', "ManagedPolicyName: orders", false],
    ["[arn:aws:iam::111122223333:policy/Orders]", "ManagedPolicyName: orders", false],
    ["[arn:aws:iam::111122223333:policy/orders]", "ManagedPolicyName: !Ref X", false],
    ["[{ a: b }]", "ManagedPolicyName: orders", false],
  ])("by an ARN with the policy's literal name: %s, %s", (arns, name, isAttached) => {
    const template = `Parameters: { X: { Type: String } }\nResources:\n${managed("P", `, ${name}`)}${role("R", `ManagedPolicyArns: ${arns}`)}`;
    expect(links(template)).toEqual(isAttached ? ["P → R", "R ← P"] : ["P → ", "R ← "]);
  });

  test.each([
    ["[{ Name: orders }]", "ManagedPolicyName: orders", true],
    ["{ Name: orders }", "ManagedPolicyName: orders", true],
    ["[{ Name: orders, Path: / }]", "ManagedPolicyName: orders, Path: /", true],
    ["[{ Name: orders, Path: /team/ }]", "ManagedPolicyName: orders, Path: /team/", true],
    ["[{ Name: orders, Path: !Ref X }]", "ManagedPolicyName: orders, Path: /team/", true],
    ["[{ Name: orders, Path: /team/ }]", "ManagedPolicyName: orders", false],
    ["[{ Name: orders }]", "ManagedPolicyName: orders, Path: /team/", false],
    ["[{ Name: other }]", "ManagedPolicyName: orders", false],
    ["[{ Name: !Ref X }]", "ManagedPolicyName: orders", false],
    ["[{ Name: orders }]", "ManagedPolicyName: !Ref X", false],
    ["[{}]", "Path: /", false],
    ["[orders]", "ManagedPolicyName: orders", false],
  ])("of a permission set, by name and path: %s, %s", (references, name, isAttached) => {
    const template = `Parameters: { X: { Type: String } }\nResources:\n${managed("P", `, ${name}`)}  S:\n    Type: AWS::SSO::PermissionSet\n    Properties: { CustomerManagedPolicyReferences: ${references} }\n`;
    expect(links(template)).toEqual(isAttached ? ["P → S", "S ← P"] : ["P → ", "S ← "]);
  });

  test("a policy's name that two have is nobody's", () => {
    const two = `${managed("P", ", ManagedPolicyName: orders")}${managed("Q", ", ManagedPolicyName: orders")}`;
    expect(
      links(`Resources:\n${two}${role("R", "ManagedPolicyArns: [arn:aws:iam::111122223333:policy/orders]")}`),
    ).toEqual(["P → ", "Q → ", "R ← "]);
  });

  test.each([
    [role("R", "PermissionsBoundary: !Ref P"), true],
    [role("R", "PermissionsBoundary: arn:aws:iam::111122223333:policy/limits"), true],
    [role("R", "PermissionsBoundary: !If [A, !Ref P, !Ref AWS::NoValue]"), true],
    [
      "  S:\n    Type: AWS::SSO::PermissionSet\n    Properties: { PermissionsBoundary: { CustomerManagedPolicyReference: { Name: limits } } }\n",
      true,
    ],
    [
      "  S:\n    Type: AWS::SSO::PermissionSet\n    Properties: { PermissionsBoundary: { ManagedPolicyArn: !Ref P } }\n",
      true,
    ],
    [`${role("R", "PermissionsBoundary: !Ref P")}${role("S", "ManagedPolicyArns: [!Ref P]")}`, false],
    [role("R", "PermissionsBoundary: arn:aws:iam::aws:policy/AdministratorAccess"), false],
    [role("R", "PermissionsBoundary: { a: b }"), false],
    [role("R"), false],
  ])("a permissions boundary is no attachment: %s", (principals, isBoundary) => {
    const project = projectOf(`${CONDITIONS}Resources:\n${managed("P", ", ManagedPolicyName: limits")}${principals}`);
    const policy = only(identityPoliciesOf(templateOf(project)));
    expect(isOnlyBoundary(project, policy)).toBe(isBoundary);
    if (isBoundary) expect(holdersOf(project, policy)).toEqual([]);
  });

  test("a boundary that names who has it is theirs", () => {
    const project = projectOf(
      `Resources:\n${managed("P", ", Roles: [elsewhere]")}${role("R", "PermissionsBoundary: !Ref P")}`,
    );
    expect(isOnlyBoundary(project, only(identityPoliciesOf(templateOf(project))))).toBe(false);
  });

  test.each([
    ["AWS::IAM::Policy", "Users", "AWS::IAM::User", "UserName"],
    ["AWS::IAM::Policy", "Groups", "AWS::IAM::Group", "GroupName"],
    ["AWS::IAM::RolePolicy", "RoleName", "AWS::IAM::Role", "RoleName"],
    ["AWS::IAM::UserPolicy", "UserName", "AWS::IAM::User", "UserName"],
    ["AWS::IAM::GroupPolicy", "GroupName", "AWS::IAM::Group", "GroupName"],
  ])("%s by %s, by reference and by name", (type, key, principal, name) => {
    const template = (reference: string) => `Resources:
  P:
    Type: ${type}
    Properties: { PolicyDocument: ${DOCUMENT}, ${key}: ${reference} }
  W:
    Type: ${principal}
    Properties: { ${name}: who }
`;
    expect(links(template("!Ref W"))).toEqual(["P → W", "W ← P"]);
    expect(links(template("who"))).toEqual(["P → W", "W ← P"]);
    expect(links(template("another"))).toEqual(["P → ", "W ← "]);
  });

  test("a name that two have is nobody's", () => {
    expect(
      links(`Resources:\n${managed("P", ", Roles: [who]")}${role("R", "RoleName: who")}${role("S", "RoleName: who")}`),
    ).toEqual(["P → ", "R ← ", "S ← "]);
  });

  test("over exports and nested stacks", () => {
    const policy = `Resources:\n${managed("P")}Outputs:\n  Arn: { Value: !Ref P, Export: { Name: arn } }\n`;
    expect(
      links({ "a.yaml": policy, "b.yaml": `Resources:\n${role("R", "ManagedPolicyArns: [!ImportValue arn]")}` }),
    ).toEqual(["P → R", "R ← P"]);
    const parent = `Resources:\n  Child:\n    Type: AWS::CloudFormation::Stack\n    Properties: { TemplateURL: a.yaml, Parameters: { Role: !Ref R } }\n${role("R")}`;
    const child = `Parameters:\n  Role: { Type: String }\nResources:\n${managed("P", ", Roles: [!Ref Role]")}`;
    expect(links({ "a.yaml": child, "b.yaml": parent })).toEqual(["P → R", "R ← P"]);
  });

  test("inline policies are the principal's own; each branch of a document is one", () => {
    expect(
      links(`Resources:\n${role("R", `Policies: [{ PolicyDocument: ${DOCUMENT} }, { PolicyDocument: ${DOCUMENT} }]`)}`),
    ).toEqual(["R → R", "R → R", "R ← R,R"]);
    const branches = `${CONDITIONS}Resources:\n${role("R", `Policies: [{ PolicyDocument: !If [A, ${DOCUMENT}, ${DOCUMENT}] }]`)}`;
    expect(links(branches)).toEqual(["R → R", "R → R", "R ← R,R"]);
  });

  test("what is attached in one branch only is not sure", () => {
    const project = projectOf(
      `${CONDITIONS}Resources:\n${managed("P")}${managed("Q")}${role("R", "ManagedPolicyArns: [!Ref P, !If [A, !Ref Q, !Ref AWS::NoValue]]")}`,
    );
    const principal = only(principalsOf(templateOf(project)));
    expect(policiesOf(project, principal).map(({ resource }) => resource.id)).toEqual(["P", "Q"]);
    expect(surePoliciesOf(project, principal).map(({ resource }) => resource.id)).toEqual(["P"]);
  });

  test("SAM's policies are those of the role it generates", () => {
    const sam = `Transform: AWS::Serverless-2016-10-31
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Policies: [${DOCUMENT}, { DynamoDBReadPolicy: { TableName: t } }, AmazonDynamoDBReadOnlyAccess]
`;
    expect(links(sam)).toEqual(["FRole → FRole", "FRole → FRole", "FRole ← FRole,FRole"]);
    const project = projectOf(sam);
    expect(principalsOf(templateOf(project)).map(({ name }) => name)).toEqual(['Function "F"']);
  });
});

test("how messages call who has a policy", () => {
  const project = projectOf(
    `Resources:\n${managed("One", ", Roles: [!Ref R]")}${managed("Two", ", Roles: [!Ref R, !Ref S]")}${managed("None")}${role("R")}${role("S")}`,
  );
  expect(identityPoliciesOf(templateOf(project)).map((policy) => subjectOf(project, policy))).toEqual([
    'Role "R"',
    'Policy "Two"',
    'Policy "None"',
  ]);
});

describe("managed policies", () => {
  const ofRole = (arns: string, head = "") => {
    const project = projectOf(
      `Parameters:\n  P: { Type: String }\n${head}Resources:\n${role("R", `ManagedPolicyArns: ${arns}`)}${managed("Own")}`,
    );
    const principal = only(principalsOf(templateOf(project)));
    return {
      known: awsManagedPolicies(principal).map(({ policy }) => policy.name),
      unknown: unknownManagedPolicies(project, principal).length,
    };
  };

  test.each([
    ["[arn:aws:iam::aws:policy/ReadOnlyAccess]", ["ReadOnlyAccess"], 0],
    ['[!Sub "arn:${AWS::Partition}:iam::aws:policy/job-function/DataScientist"]', ["DataScientist"], 0],
    ["[arn:aws:iam::aws:policy/SomethingElse]", [], 0],
    ['[!Sub "arn:${AWS::Partition}:iam::aws:policy/SomethingElse"]', [], 0],
    ["[arn:aws:iam::111122223333:policy/ReadOnlyAccess]", [], 1],
    ["[!Ref Own]", [], 0],
    ["[!Ref P]", [], 1],
    ["[!ImportValue x]", [], 1],
    ["!Ref P", [], 1],
  ])("%s", (arns, known, unknown) => {
    expect(ofRole(arns)).toEqual({ known, unknown });
  });
});

test("documents that cannot be read are kept, empty ones are not", () => {
  const read = (document: string) =>
    identityPoliciesOf(
      templateOf(
        projectOf(
          `Parameters:\n  P: { Type: String }\nResources:\n  S:\n    Type: AWS::SSO::PermissionSet\n    Properties: { InlinePolicy: ${document} }\n`,
        ),
      ),
    ).map(({ statements, unknown }) => [statements.length, unknown.length]);
  expect(read(DOCUMENT)).toEqual([[1, 0]]);
  expect(read("!Ref P")).toEqual([[0, 1]]);
  expect(read("{}")).toEqual([]);
  expect(read("!Ref AWS::NoValue")).toEqual([]);
});

describe("the size that IAM accepts", () => {
  const fits = (type: string, length: number, text: string) => {
    const project = projectOf(
      `Resources:\n  P:\n    Type: ${type}\n    Properties: { PolicyDocument: { Statement: { Effect: Allow, Action: "${"a".repeat(length)}" } } }\n`,
    );
    return fitsWith(only(identityPoliciesOf(templateOf(project))), [text]);
  };

  test.each([
    ["AWS::IAM::ManagedPolicy", 6144],
    ["AWS::IAM::UserPolicy", 2048],
    ["AWS::IAM::GroupPolicy", 5120],
    ["AWS::IAM::RolePolicy", 10_240],
  ])("%s: %i", (type, limit) => {
    expect(fits(type, limit - 200, "a:b")).toBe(true);
    expect(fits(type, limit - 200, "a".repeat(200))).toBe(false);
    expect(fits(type, limit, "")).toBe(false);
  });

  test("endless documents do not fit", () => {
    const tenOf = (name: string) => `[${Array(10).fill(`*${name}`).join(", ")}]`;
    const action = `[&a [x, y], &b ${tenOf("a")}, &c ${tenOf("b")}, &d ${tenOf("c")}, &e ${tenOf("d")}, &f ${tenOf("e")}]`;
    const project = projectOf(
      `Resources:\n  P:\n    Type: AWS::IAM::ManagedPolicy\n    Properties: { PolicyDocument: { Statement: { Effect: Allow, Action: ${action} } } }\n`,
    );
    expect(fitsWith(only(identityPoliciesOf(templateOf(project))), [])).toBe(false);
  });
});
