import { expect, test } from "vitest";
import { allPoliciesOf } from "../../../core/model/all-policies.ts";
import { projectOf, templateOf } from "./support.ts";

/** `kind resource: sids`, with a `?` for what is not known. */
const told = (text: string) =>
  allPoliciesOf(templateOf(projectOf(text))).map(
    ({ kind, resource, statements, unknown }) =>
      `${kind} ${resource.logicalId}: ${statements.map(({ sid }) => sid).join(",")}${"?".repeat(unknown.length)}`,
  );

const policy = (sid: string) => `{ Statement: { Sid: ${sid}, Effect: Allow, Action: "*", Resource: "*" } }`;
const resource = (type: string, properties: string) =>
  `Parameters: { P: { Type: String } }\nConditions: { C: !Equals [!Ref P, a] }\nResources:\n  X: { Type: "${type}", Properties: { ${properties} } }\n`;

test.each([
  ["AWS::EC2::VPCEndpoint", `PolicyDocument: ${policy("a")}`, "endpoint X: a"],
  ["AWS::Backup::BackupVault", `AccessPolicy: ${policy("a")}`, "vault X: a"],
  ["AWS::Backup::LogicallyAirGappedBackupVault", `AccessPolicy: ${policy("a")}`, "vault X: a"],
  ["AWS::Organizations::Policy", `Type: SERVICE_CONTROL_POLICY, Content: ${policy("a")}`, "organization X: a"],
  ["AWS::KMS::Key", `KeyPolicy: ${policy("a")}`, "key X: a"],
  ["AWS::KMS::ReplicaKey", `KeyPolicy: ${policy("a")}`, "key X: a"],
  ["AWS::IAM::ManagedPolicy", `PolicyDocument: ${policy("a")}`, "identity X: a"],
  ["AWS::SSO::PermissionSet", `InlinePolicy: ${policy("a")}`, "identity X: a"],
  ["AWS::IAM::Role", `AssumeRolePolicyDocument: ${policy("a")}`, "trust X: a"],
  ["AWS::DynamoDB::Table", `ResourcePolicy: { PolicyDocument: ${policy("a")} }`, "table X: a"],
  [
    "AWS::DynamoDB::Table",
    `StreamSpecification: { ResourcePolicy: { PolicyDocument: ${policy("a")} } }`,
    "stream X: a",
  ],
])("%s { %s }", (type, properties, expected) => {
  expect(told(resource(type, properties))).toEqual([expected]);
});

test("a role has both what it may do and who may take it", () => {
  expect(
    told(
      resource(
        "AWS::IAM::Role",
        `AssumeRolePolicyDocument: ${policy("who")}, Policies: [{ PolicyName: p, PolicyDocument: ${policy("what")} }]`,
      ),
    ),
  ).toEqual(["identity X: what", "trust X: who"]);
});

test("as JSON text, in branches, and known only at deployment", () => {
  const text = '\'{"Statement":[{"Sid":"a","Effect":"Allow","Action":"*","Resource":"*"}]}\'';
  expect(told(resource("AWS::EC2::VPCEndpoint", `PolicyDocument: ${text}`))).toEqual(["endpoint X: a"]);
  expect(told(resource("AWS::Organizations::Policy", `Content: ${text}`))).toEqual(["organization X: a"]);
  expect(told(resource("AWS::EC2::VPCEndpoint", `PolicyDocument: !If [C, ${policy("a")}, ${policy("b")}]`))).toEqual([
    "endpoint X: a",
    "endpoint X: b",
  ]);
  expect(told(resource("AWS::KMS::Key", `KeyPolicy: !If [C, ${policy("a")}, !Ref AWS::NoValue]`))).toEqual([
    "key X: a",
  ]);
  expect(told(resource("AWS::Backup::BackupVault", "AccessPolicy: !Ref P"))).toEqual(["vault X: ?"]);
});

test.each([
  ["AWS::EC2::VPCEndpoint", "VpcEndpointType: Gateway"],
  ["AWS::EC2::VPCEndpoint", "PolicyDocument: !Ref AWS::NoValue"],
  ["AWS::EC2::VPCEndpoint", "PolicyDocument: {}"],
  ["AWS::KMS::Key", "EnableKeyRotation: true"],
  ["AWS::S3::BucketPolicy", `PolicyDocument: ${policy("a")}`],
  ["AWS::Organizations::Policy", "Content: "],
])("none: %s { %s }", (type, properties) => {
  expect(told(resource(type, properties))).toEqual([]);
});
