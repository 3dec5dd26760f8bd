import type { Setting } from "../evaluate/setting.ts";
import { addResource, type Fix, freeLogicalId, put } from "../lint/fix.ts";
import type { Table } from "./tables.ts";

/**
 * A skeleton of a customer managed key that the table uses, in the branch of its `SSESpecification`. None for a global table: each of its
 * replicas needs a key in its own region, which one stack cannot make.
 */
export function useCustomerKey(table: Table, specification: Setting): Fix[] {
  if (table.kind === "GlobalTable") return [];
  const id = freeLogicalId(table.template, "TableKey");
  const key = {
    Type: "AWS::KMS::Key",
    DeletionPolicy: "Retain",
    UpdateReplacePolicy: "Retain",
    Properties: { Description: `Encrypts ${table.id}`, EnableKeyRotation: true },
  };
  return [
    {
      title: "Add a customer managed key and use it (the key is billed; callers need permission to use it)",
      class: "snippet",
      changes: [
        ...put(specification, {
          SSEEnabled: true,
          SSEType: "KMS",
          KMSMasterKeyId: { "Fn::GetAtt": [id, "Arn"] },
        }),
        addResource(table.template, id, key),
      ],
    },
  ];
}
