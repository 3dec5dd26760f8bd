import { get, propertiesOf } from "../evaluate/setting.ts";
import { perObject } from "../lazy.ts";
import type { Template } from "../template/template.ts";
import { keysOf } from "./keys.ts";
import { identityPoliciesOf, principalsOf } from "./policies.ts";
import { type Policy, type PolicyKind, policyOf } from "./policy.ts";
import { resourcePoliciesOf } from "./resource-policies.ts";

/** Policies that stand in one property of a resource and have no model of their own. Source: CloudFormation resource reference. */
const PROPERTIES: Record<string, { kind: PolicyKind; property: string }> = {
  "AWS::EC2::VPCEndpoint": { kind: "endpoint", property: "PolicyDocument" },
  "AWS::Backup::BackupVault": { kind: "vault", property: "AccessPolicy" },
  "AWS::Backup::LogicallyAirGappedBackupVault": { kind: "vault", property: "AccessPolicy" },
  "AWS::Organizations::Policy": { kind: "organization", property: "Content" },
};

/** Every policy of a template, of every kind. */
export const allPoliciesOf = perObject((template: Template): readonly Policy[] => [
  ...identityPoliciesOf(template),
  ...principalsOf(template).flatMap(({ trustPolicies }) => trustPolicies),
  ...resourcePoliciesOf(template),
  ...keysOf(template).flatMap(({ policies }) => policies),
  ...[...template.resources.values()].flatMap((resource) => {
    const found = PROPERTIES[resource.type];
    if (!found) return [];
    return propertiesOf(template, resource)
      .flatMap((properties) => get(properties, found.property))
      .flatMap((document) => policyOf(found.kind, document) ?? []);
  }),
]);
