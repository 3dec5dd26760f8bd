import { describe, expect, test } from "vitest";
import { mayDecrypt } from "../../../core/access/key-use.ts";
import { keysOf } from "../../../core/model/keys.ts";
import { principalsOf } from "../../../core/model/policies.ts";
import { only, projectOf, templateOf } from "../model/support.ts";

/** What is known of a role with the given properties and a key with the given policy. */
function answer(role: string, key = "", around = ""): string {
  const project = projectOf(`Parameters:
  P: { Type: String }
Resources:
  R:
    Type: AWS::IAM::Role
    Properties: { ${role} }
  K:
    Type: AWS::KMS::Key
    Properties: { ${key} }
${around}`);
  const template = templateOf(project);
  const [principal] = principalsOf(template);
  if (!principal) throw new Error("no role");
  return mayDecrypt(project, principal, only(keysOf(template)));
}

const inline = (action: string, resource: string) =>
  `Policies: [{ PolicyName: a, PolicyDocument: { Statement: { Effect: Allow, Action: ${action}, Resource: ${resource} } } }]`;
const keyPolicy = (principal: string) =>
  `KeyPolicy: { Statement: { Effect: Allow, Principal: ${principal}, Action: "kms:*", Resource: "*" } }`;

describe("whether a role may decrypt", () => {
  test.each([
    ["nothing says so", "", "", "no"],
    ["its own policy does", inline("kms:Decrypt", "!GetAtt K.Arn"), "", "yes"],
    ["its own policy may", inline("kms:Decrypt", "!Ref P"), "", "unknown"],
    ["its own policy allows another action", inline("kms:Encrypt", '"*"'), "", "no"],
    ["a harmless AWS policy does not", "ManagedPolicyArns: [arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess]", "", "no"],
    ["another may", "ManagedPolicyArns: [arn:aws:iam::aws:policy/ReadOnlyAccess]", "", "unknown"],
    ["the key names it", "", keyPolicy("{ AWS: !GetAtt R.Arn }"), "yes"],
    ["the key names its account", "", keyPolicy("{ AWS: !Ref AWS::AccountId }"), "no"],
    ["the key names somebody", "", keyPolicy("{ AWS: !Ref P }"), "unknown"],
    ["the key's policy is not known", "", "KeyPolicy: !Ref P", "unknown"],
  ])("%s", (_, role, key, expected) => {
    expect(answer(role, key)).toBe(expected);
  });

  test("a policy that may be attached to it", () => {
    const policy = (attached: string) => `  M:
    Type: AWS::IAM::ManagedPolicy
    Properties: { ${attached}PolicyDocument: { Statement: { Effect: Allow, Action: kms:Decrypt, Resource: "*" } } }
`;
    expect(answer("", "", policy(""))).toBe("unknown");
    expect(answer("", "", policy("Roles: [!Ref P], "))).toBe("unknown");
    expect(answer("", "", policy("Roles: [!Ref R], "))).toBe("yes");
    expect(answer("", "", policy("Roles: [somebody], "))).toBe("no");
  });
});
