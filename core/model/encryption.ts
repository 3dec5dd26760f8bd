import { get, type Setting } from "../evaluate/setting.ts";

/** `SSESpecification` under one branch, and what it says. */
export interface Encryption {
  specification: Setting;
  enabled: Setting;
}

/** The `SSESpecification` of a table or a DAX cluster, one per branch. */
export function encryptionOf(properties: readonly Setting[]): Encryption[] {
  return properties
    .flatMap((each) => get(each, "SSESpecification"))
    .flatMap((specification) =>
      get(specification, "SSEEnabled").map((enabled) => ({
        specification: { ...specification, when: enabled.when },
        enabled,
      })),
    );
}
